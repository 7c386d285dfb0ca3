"""The build's third kernel: every person, drawn household by household, and the neighbourhoods' first sums."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes.jit import njit
from custodes.world import columns as col
from custodes.world import layout as lay
from custodes.world.households import fixed
from custodes.world.layout import found, shuffled, two_words, word
from custodes.world.pyramid import Pyramid

F = NDArray[np.float64]

_BORN = 2.0**-32


class PersonTables(NamedTuple):
    """Distributions persons are drawn from."""

    ages: Pyramid
    week: int  #: of the build, from 1990-01-01
    normal: F  #: (65536,) standard normal quantiles
    trait: tuple[float, float, float, float]  #: share of the upper hump, its centre, the lower centre, sd
    trait_unit: float  #: sd of the neighbourhood part
    trait_songbun: F  #: (3,)
    trait_famine: float  #: added for those born before `famine_birth`
    famine_birth: int  #: week
    songbun: F  #: (3,) cumulated, of soldiers
    fear: float
    media: float
    media_share: float
    rights: float
    active: F  #: (128,) share with a job, by age
    occupation: F  #: (2, 8, occupations) cumulated, by woman and class
    party: F  #: (2, 8, 3) probability by woman, class, songbun
    party_age: int
    officers: float  #: share of soldiers
    women_traders: float


class Family(NamedTuple):
    """Scratch for one household: (10,) each."""

    age: NDArray[np.int64]
    woman: NDArray[np.int64]
    occupation: NDArray[np.int64]
    luck: NDArray[np.int64]
    condition: NDArray[np.int64]


@njit
def new_family():  # type: ignore[no-untyped-def]
    """Scratch for one household at a time."""
    return Family(
        np.zeros(lay.SQUAD, np.int64),
        np.zeros(lay.SQUAD, np.int64),
        np.zeros(lay.SQUAD, np.int64),
        np.zeros(lay.SQUAD, np.int64),
        np.zeros(lay.SQUAD, np.int64),
    )


@njit
def draw_family(family, size, j, c, frame, ages):  # type: ignore[no-untyped-def]
    """Ages and sexes of household j of county c: reference person, husband if any, others."""
    n = frame.households[c]
    at = (shuffled(j, n, frame.keys, lay.REFERENCE, c) + word(frame.keys, lay.REFERENCE, j, c, 1) * _BORN) / n
    cell = found(ages.reference, at)
    reference = cell % 128
    family.age[0], family.woman[0] = reference, cell // 128
    couple, years = two_words(frame.keys, lay.AGE, j, c, 1)
    married = (size > 1) & (family.woman[0] == 1) & (couple * _BORN < ages.married[reference])
    if married:
        family.age[1], family.woman[1] = found(ages.husband[reference], years * _BORN), 0
    for slot in range(2 if married else 1, size):
        cell = found(ages.other[reference], word(frame.keys, lay.AGE, j, c, 1 + slot) * _BORN)
        family.age[slot], family.woman[slot] = cell % 128, cell // 128
    for slot in range(size):
        family.condition[slot] = col.FREE


@njit
def agent_of(family, size):  # type: ignore[no-untyped-def]
    """Who holds the organ's post: the first man of 20 to 59, else the first adult of 20 to 59, else the first."""
    man, adult = -1, -1
    for slot in range(size):
        able = (family.age[slot] >= 20) & (family.age[slot] < 60)
        man = slot if able & (family.woman[slot] == 0) & (man < 0) else man
        adult = slot if able & (adult < 0) else adult
    return man if man >= 0 else (adult if adult >= 0 else 0)


@njit
def trader_of(family, size, want_woman):  # type: ignore[no-untyped-def]
    """Slot of the principal trader: of the wanted sex and 18 to 60 with the largest luck, else of the other, else the
    oldest free adult; -1 for none."""
    best, other, oldest = -1, -1, -1
    for slot in range(size):
        age = family.age[slot]
        free = family.condition[slot] == col.FREE
        able = free & (age >= 18) & (age <= 60)
        wanted = (family.woman[slot] == 1) == want_woman
        if able & wanted and (best < 0 or family.luck[slot] > family.luck[best]):
            best = slot
        if able & (not wanted) and (other < 0 or family.luck[slot] > family.luck[other]):
            other = slot
        if free & (age >= 17) and (oldest < 0 or age > family.age[oldest]):
            oldest = slot
    return best if best >= 0 else (other if other >= 0 else oldest)


@njit
def set_work(family, size, kind, j, c, keys, t):  # type: ignore[no-untyped-def]
    """Occupations of a civil household; the organ's agent first."""
    for slot in range(size):
        a, b = two_words(keys, lay.WORK, j, c, slot)
        active = a * _BORN < t.active[family.age[slot]]
        family.occupation[slot] = found(t.occupation[family.woman[slot], kind], b * _BORN) if active else 0
        family.luck[slot] = word(keys, lay.TRADER, j, c, 1 + slot)
    if kind <= col.OFFICIALS:
        family.occupation[agent_of(family, size)] = 10 + kind  # OCCUPATIONS: state_security, police, official


@njit
def imprison(family, size, luck):  # type: ignore[no-untyped-def]
    """Send one adult of the household to a camp: by lot among its adults."""
    adults = 0
    for slot in range(size):
        adults += 1 if family.age[slot] >= 17 else 0
    nth = luck % max(adults, 1)
    for slot in range(size):
        if family.age[slot] >= 17:
            if nth == 0:
                family.condition[slot] = col.CAMP
                family.occupation[slot] = 0
            nth -= 1


@njit
def draw_squad(family, size, j, c, keys, t):  # type: ignore[no-untyped-def]
    """Ten soldiers; returns bits that say which are officers."""
    officers = 0
    for slot in range(size):
        a, b = two_words(keys, lay.AGE, j, c, slot)
        officer = a * _BORN < t.officers
        cell = found(t.ages.officer if officer else t.ages.soldier, b * _BORN)
        family.age[slot], family.woman[slot] = cell % 128, cell // 128
        family.condition[slot], family.occupation[slot] = col.SOLDIER, 13
        officers |= (1 << slot) if officer else 0
    return officers


@njit
def write_person(r, slot, h, j, c, kind, songbun, extra, unit_trait, family, persons, keys, t):  # type: ignore[no-untyped-def]
    """Write person `slot` of the household (position h in its unit) into row r."""
    age, woman = family.age[slot], family.woman[slot]
    weeks = word(keys, lay.BIRTH_WEEK, j, c, slot) * 52 >> 32
    born = t.week - age * 52 - weeks
    share, z = two_words(keys, lay.TRAIT, j, c, slot)
    seen, risk = two_words(keys, lay.MIND, j, c, slot)
    upper, high, low, sd = t.trait
    trait = (high if share * _BORN < upper else low) + sd * t.normal[z >> 16] + unit_trait + t.trait_songbun[songbun]
    trait += t.trait_famine if born < t.famine_birth else 0.0
    trait = min(max(trait, -1.0), 1.0)
    watched = seen * _BORN < t.media_share
    member = (age >= t.party_age) & (word(keys, lay.PARTY, j, c, slot) * _BORN < t.party[woman, kind, songbun])
    flags = extra | woman * col.WOMAN | (songbun << col.SONGBUN_SHIFT)
    flags |= (col.PARTY_MEMBER if member else 0) | (col.EVER_FOREIGN_MEDIA if watched else 0)
    persons.birth_week[r] = np.int16(born)
    persons.flags[r] = np.uint16(flags)
    persons.occupation[r] = np.uint8(family.occupation[slot])
    persons.condition[r] = np.uint8(family.condition[slot])
    persons.term[r] = np.uint8(col.TERM_FOR_LIFE if family.condition[slot] == col.CAMP else 0)
    persons.household_in_unit[r] = np.uint8(h)
    persons.risk_aversion[r] = np.uint8(risk >> 24)
    persons.support_trait[r] = np.int16(np.floor(trait * 32767.0 + 0.5))
    persons.private_support[r] = persons.support_trait[r]
    persons.fear[r] = fixed(t.fear)
    persons.media[r] = fixed(t.media) if watched else np.uint16(0)
    persons.rights[r] = fixed(t.rights)


@njit
def fill_persons(u0, u1, frame, t, households, sizes, songbuns, camps, persons):  # type: ignore[no-untyped-def]
    """Draw everybody in units u0 to u1; sets `members` and `trader` of their households too."""
    f, family = frame, new_family()
    for u in range(u0, u1):
        c = f.unit_county[u]
        start = f.first_household[f.first_unit[c]]
        z = t.normal[word(f.keys, lay.UNIT_TRAIT, u - f.first_unit[c], c, 0) >> 16] * t.trait_unit
        r = f.first_person[u]
        for h in range(f.first_household[u], f.first_household[u + 1]):
            j, size, kind = h - start, np.int64(sizes[h]), np.int64(households.ration_class[h])
            officers = np.int64(0)
            trader = -1
            extra = col.KIN_ABROAD if households.flags[h] & col.REMITTANCE else 0
            if f.garrison[u]:
                officers = draw_squad(family, size, j, c, f.keys, t)
            else:
                draw_family(family, size, j, c, f, t.ages)
                set_work(family, size, kind, j, c, f.keys, t)
                if camps[h]:
                    imprison(family, size, word(f.keys, lay.CAMP_PERSON, j, c, 0))
                    extra |= col.KIN_PUNISHED
                trader = trader_of(family, size, word(f.keys, lay.TRADER, j, c, 0) * _BORN < t.women_traders)
            households.members[h] = np.uint8(size - camps[h])
            households.trader[h] = np.uint8(r + trader - f.first_person[u] if trader >= 0 else col.NO_TRADER)
            for slot in range(size):
                origin = np.int64(songbuns[h])
                if f.garrison[u]:
                    origin = found(t.songbun, word(f.keys, lay.SONGBUN, j, c, 2 + slot) * _BORN)
                own = extra | (col.OFFICER if (officers >> slot) & 1 else 0)
                own &= ~(col.KIN_PUNISHED if family.condition[slot] == col.CAMP else 0)
                write_person(r, slot, h - f.first_household[u], j, c, kind, origin, own, z, family, persons, f.keys, t)
                r += 1
        while r < f.first_person[u + 1]:
            persons.condition[r] = np.uint8(col.VACANT)
            r += 1


@njit
def sum_units(u0, u1, week, persons, units):  # type: ignore[no-untyped-def]
    """Fill the neighbourhoods' sums of units u0 to u1 from their adults, free or soldiers, as the people pass does."""
    for u in range(u0, u1):
        adults, supporters, evaders = 0, 0, 0
        fear, media, rights, support = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
        for r in range(units.first_person[u], units.first_person[u + 1]):
            adult = (persons.condition[r] <= col.SOLDIER) & (week - persons.birth_week[r] >= col.ADULT_WEEKS)
            adults += 1 if adult else 0
            supporters += 1 if adult & (persons.private_support[r] > 0) else 0
            evaders += 1 if adult & (persons.stance[r] == col.EVADE) else 0
            one = np.int64(1) if adult else np.int64(0)
            fear += one * persons.fear[r]
            media += one * persons.media[r]
            rights += one * persons.rights[r]
            support += one * persons.private_support[r]
        n = max(adults, 1)
        units.adults[u], units.supporters[u], units.evaders[u] = adults, supporters, evaders
        units.fear[u], units.media[u], units.rights[u] = fear // n, media // n, rights // n
        units.support[u] = np.uint16(support // n + 32767)
