"""Step 4b of the week: the persons of one tile hear, fear, think, show and now and then leave, die or are taken.

The loops over rows are branchless. Rare things (death, birth, flight, arrest) share one exclusive draw a person; rows
whose draw is above `RARE` cannot meet any of them this week and are not looked at one by one (thinning: exact as long as
a row's hazards together stay below `RARE`, which is clipped and tested).
"""

from typing import Final

import numpy as np

from custodes.draws import philox7
from custodes.jit import njit_inlined
from custodes.mechanisms import awareness, fear, stance, support
from custodes.world.columns import (
    ADULT_WEEKS,
    CAMP,
    CONFORM,
    DISSENT,
    EVADE,
    EVER_FOREIGN_MEDIA,
    FREE,
    JAILED,
    KIN_ABROAD,
    KIN_PUNISHED,
    SOLDIER,
    VACANT,
)

RARE: Final = 1.0 / 32.0
_RARE_WORD: Final = 1 << 27  # 2**32 / 32
_UNIT16: Final = 1.0 / 65536.0
_U16: Final = 1.0 / 65535.0
_I16: Final = 1.0 / 32767.0


@njit_inlined
def draw_persons(first, n, s, clock):
    """One Philox block a person: word 0 the rare things, 1 contact and fear's dither, 2 media's and rights', 3 support's."""
    k0, k1 = np.uint32(clock.person_key_0), np.uint32(clock.person_key_1)
    week = np.uint32(clock.week)
    w = s.words
    for i in range(n):
        w[0, i], w[1, i], w[2, i], w[3, i] = philox7(np.uint32(first + i), np.uint32(0), week, np.uint32(0), k0, k1)


@njit_inlined
def spread(u0, u1, c, persons, units, t, s):
    """Last week's values of each neighbourhood, spread to its rows, and where each row's household lies in the tile."""
    start, household_start = units.first_person[u0], units.first_household[u0]
    for u in range(u0, u1):
        i0, i1 = units.first_person[u] - start, units.first_person[u + 1] - start
        homes = units.first_household[u + 1] - units.first_household[u]
        adults = max(1.0, 1.0 * units.adults[u])
        media, rights = units.media[u] * _U16, units.rights[u] * _U16
        threatened = min(1.0, units.threats[u] / max(1.0, 1.0 * homes))
        arrested = min(1.0, units.arrests[u] / adults)
        peer = units.dissenters[u] / adults
        chance = t.arrest_probability[c, min(63, np.int64(units.dissenters[u]))]
        offset = units.first_household[u] - household_start
        unit_media, unit_rights, threats = s.unit_media[i0:i1], s.unit_rights[i0:i1], s.threatened[i0:i1]
        arrests, peers, chances = s.arrested[i0:i1], s.peer_share[i0:i1], s.arrest_probability[i0:i1]
        slot, home = s.slot[i0:i1], persons.household_in_unit[start + i0 : start + i1]
        for i in range(i1 - i0):
            unit_media[i] = media
            unit_rights[i] = rights
            threats[i] = threatened
        for i in range(i1 - i0):
            arrests[i] = arrested
            peers[i] = peer
            chances[i] = chance
        for i in range(i1 - i0):
            slot[i] = np.uint32(offset + np.int32(home[i]))


@njit_inlined
def from_household(n, s, h):
    """What a person takes from the household this week."""
    for i in range(n):
        s.support_part[i] = h.support_part[s.slot[i]]
    for i in range(n):
        s.memory[i] = h.memory[s.slot[i]]
    for i in range(n):
        s.hardship[i] = h.hardship[s.slot[i]]
    for i in range(n):
        s.market_share[i] = h.market_share[s.slot[i]]


@njit_inlined
def hear_and_fear(first, n, c, persons, t, p, s):
    """Foreign media, talk of rights, and fear."""
    rate, broadcast, surveillance = t.contact_rate[c], t.rights_broadcast[0], t.fear_surveillance[c]
    w1, w2 = s.words[1], s.words[2]
    low, half = np.uint32(0xFFFF), np.uint32(16)
    flags, media = persons.flags[first : first + n], persons.media[first : first + n]
    rights, fright = persons.rights[first : first + n], persons.fear[first : first + n]
    for i in range(n):
        s.media[i] = media[i] * _U16
    for i in range(n):
        s.rights[i] = rights[i] * _U16
    for i in range(n):
        s.fear[i] = fright[i] * _U16
    for i in range(n):
        chance = awareness.contact_probability(rate, s.unit_media[i], s.market_share[i], p.awareness)
        s.contact[i] = 1.0 if (w1[i] & low) * _UNIT16 < chance else 0.0
    for i in range(n):
        new_media = awareness.update_media(s.media[i], s.contact[i], p.awareness)
        media[i] = np.uint16(min(65535.0, 65535.0 * new_media + (w2[i] & low) * _UNIT16))
    for i in range(n):
        kin = 1.0 if flags[i] & KIN_ABROAD else 0.0
        new_rights = awareness.update_rights(s.rights[i], s.unit_rights[i], s.media[i], kin, broadcast, p.awareness)
        rights[i] = np.uint16(min(65535.0, 65535.0 * new_rights + (w2[i] >> half) * _UNIT16))
    for i in range(n):
        new_fear = fear.update(s.fear[i], s.threatened[i], s.arrested[i], surveillance, p.fear)
        fright[i] = np.uint16(min(65535.0, 65535.0 * new_fear + (w1[i] >> half) * _UNIT16))
    for i in range(n):
        seen = np.uint16(EVER_FOREIGN_MEDIA) if s.contact[i] > 0.0 else np.uint16(0)
        flags[i] = np.uint16(flags[i] | seen)


@njit_inlined
def think_and_show(first, n, persons, t, p, clock, s):
    """Private support, then what is shown: dissent, evade or conform."""
    rally = t.rally[0]
    w0, w3 = s.words[0], s.words[3]
    born_before = clock.week - ADULT_WEEKS
    flags, own = persons.flags[first : first + n], persons.private_support[first : first + n]
    traits, condition = persons.support_trait[first : first + n], persons.condition[first : first + n]
    born, risk = persons.birth_week[first : first + n], persons.risk_aversion[first : first + n]
    stances = persons.stance[first : first + n]
    for i in range(n):
        s.support[i] = own[i] * _I16
    for i in range(n):
        s.adult[i] = 1.0 if (condition[i] <= SOLDIER) & (born[i] <= born_before) else 0.0
    for i in range(n):
        kin = 1.0 if flags[i] & KIN_PUNISHED else 0.0
        trait = traits[i] * _I16
        new = support.update(
            s.support[i], trait, s.support_part[i], s.memory[i], s.media[i], s.rights[i], kin, rally, p.support
        )
        stored = 32767.0 * new + (w3[i] & np.uint32(0xFFFF)) * _UNIT16 + 32768.0
        own[i] = np.int16(np.int32(max(1.0, min(65535.0, stored))) - np.int32(32768))
    for i in range(n):
        grief = stance.grievance(s.support[i], s.hardship[i])
        s.grief[i] = grief
        s.needed[i] = stance.needed_share(grief, p.stance)
    for i in range(n):
        shown = stance.choose(
            s.support[i],
            s.grief[i],
            s.fear[i],
            risk[i] * (1.0 / 255.0),
            s.arrest_probability[i],
            s.peer_share[i],
            s.adult[i],
            p.stance,
        )
        stances[i] = np.uint8(np.int32(shown))
    for i in range(n):
        rare = np.uint8(w0[i] < np.uint32(_RARE_WORD))
        s.candidate[i] = np.uint8(rare | np.uint8(condition[i] >= JAILED))


@njit_inlined
def histogram(n, s, bins):
    """Adults of the tile by the share of dissenting neighbours that would bring them out: 32 bins from -0.2 to 1."""
    bins[:] = 0
    for i in range(n):
        b = stance.bin_of(s.needed[i])
        bins[b] = np.uint16(bins[b] + np.uint16(s.adult[i]))


@njit_inlined
def unit_sums(u0, u1, persons, units, clock, out, index):
    """Renew each neighbourhood's sums and add them to the tile's; `index` holds the places of the sums in `out`."""
    born_before = clock.week - ADULT_WEEKS
    for u in range(u0, u1):
        adults = np.int32(0)
        dissenters = np.int32(0)
        evaders = np.int32(0)
        supporters = np.int32(0)
        falsifiers = np.int32(0)
        frightened = np.int32(0)
        media = np.int32(0)
        rights = np.int32(0)
        private = np.int32(0)
        i0, i1 = units.first_person[u], units.first_person[u + 1]
        condition, born, stances = persons.condition[i0:i1], persons.birth_week[i0:i1], persons.stance[i0:i1]
        own, fears = persons.private_support[i0:i1], persons.fear[i0:i1]
        medias, rightses = persons.media[i0:i1], persons.rights[i0:i1]
        for i in range(i1 - i0):
            adult = np.int32((condition[i] <= SOLDIER) & (born[i] <= born_before))
            adults += adult
            dissenters += adult * np.int32(stances[i] == DISSENT)
            evaders += adult * np.int32(stances[i] == EVADE)
            supporters += adult * np.int32(own[i] > 0)
            falsifiers += adult * np.int32((stances[i] == CONFORM) & (own[i] < 0))
            private += adult * np.int32(own[i])
        for i in range(i1 - i0):
            adult = np.int32((condition[i] <= SOLDIER) & (born[i] <= born_before))
            frightened += adult * np.int32(fears[i])
            media += adult * np.int32(medias[i])
            rights += adult * np.int32(rightses[i])
        free = np.int32(0)
        soldiers = np.int32(0)
        vacant = np.int32(0)
        jailed = np.int32(0)
        camp = np.int32(0)
        for i in range(i1 - i0):
            free += np.int32(condition[i] == FREE)
            soldiers += np.int32(condition[i] == SOLDIER)
            vacant += np.int32(condition[i] == VACANT)
            jailed += np.int32(condition[i] == JAILED)
            camp += np.int32(condition[i] == CAMP)
        rows = units.first_person[u + 1] - units.first_person[u]
        divisor = max(1, adults)
        units.adults[u] = adults
        units.dissenters[u] = dissenters
        units.evaders[u] = evaders
        units.supporters[u] = supporters
        units.fear[u] = frightened // divisor
        units.media[u] = media // divisor
        units.rights[u] = rights // divisor
        units.support[u] = private // divisor + 32767
        out[index[0]] += rows - vacant
        out[index[1]] += free
        out[index[2]] += soldiers
        out[index[3]] += jailed
        out[index[4]] += camp
        out[index[5]] += rows - vacant - free - soldiers - jailed - camp
        out[index[6]] += adults
        out[index[7]] += dissenters
        out[index[8]] += evaders
        out[index[9]] += falsifiers
        out[index[10]] += frightened
        out[index[11]] += media
        out[index[12]] += rights
        out[index[13]] += private


#: The order in which `unit_sums` adds.
UNIT_SUMS: Final = (
    "people",
    "free",
    "soldiers",
    "jailed",
    "camp",
    "across_border",
    "adults",
    "dissenters",
    "evaders",
    "falsifiers",
    "fear_u16",
    "media_u16",
    "rights_u16",
    "support_i16",
)
