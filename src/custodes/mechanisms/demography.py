"""Births, deaths and the yearly exchange between barracks and homes.

The weekly rates by age are tables of the nation, scaled when the people were built so that the crude rates of the start
hold (facts: 14 births and 9 deaths a 1,000 a year); from then on they follow the pyramid. Once a year a tenth of the
soldiers, the longest-serving conscripts, exchange places with young people of their county: all that belongs to the
person moves, while rows, posts and households stay (ours; service of ten years: t02).
"""

from functools import lru_cache
from itertools import repeat
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import draws
from custodes.engine.step import Week
from custodes.jit import njit
from custodes.world.columns import FREE, OFFICER, SOLDIER, WOMAN
from custodes.world.counting import week_number
from custodes.world.same import Same
from custodes.world.state import World

READS = "persons households units places.counties memory"
WRITES = (
    "persons.birth_week persons.flags persons.stance persons.risk_aversion persons.private_support persons.support_trait "
    "persons.fear persons.media persons.rights"
)

AGES: Final = 128
_YEAR: Final = 52
#: Names of the rates in the world's memory: deaths by sex and age, births by age.
_RATES: Final = tuple(
    f"{rate}.{age}" for rate in ("death_rate.man", "death_rate.woman", "birth_rate") for age in range(AGES)
)


class Params(NamedTuple):
    """Rates of the start, and who is called up."""

    births: float  #: crude birth rate at the start, a 1,000 people a year
    deaths: float  #: crude death rate at the start
    called_up: float  #: share of the soldiers exchanged a year
    youngest: float  #: years, of recruits
    oldest: float  #: years, of recruits


def prepare(world: World, week: Week, p: Any) -> dict[str, NDArray[np.float64]]:  # noqa: ARG001
    """Weekly death rates (woman, age) and birth rates of a woman (age), as fixed when the people were built."""
    rates = _rates(Same(world.memory))
    return {"death_rate": rates[:2], "birth_rate": rates[2]}


@lru_cache(maxsize=4)
def _rates(memory: Same) -> NDArray[np.float64]:
    """Death rates of men and women and birth rates, (3, age); a country's never change."""
    known = map(memory.thing.get, _RATES, repeat(0.0))
    return np.fromiter(known, np.float64, 3 * AGES).reshape(3, AGES)


def settle(world: World, week: Week, p: Any) -> None:
    """In the first week of a year: call up recruits and send the longest-serving home."""
    if not week.first_of_year:
        return
    q: Params = p.demography
    now = week_number(week.date)
    k0, k1 = draws.key_words(world.seed, "conscription")
    first_unit = np.searchsorted(world.units.county, np.arange(len(world.places.counties) + 1)).astype(np.int64)
    newest = now - int(q.youngest) * _YEAR
    eldest = now - (int(q.oldest) + 1) * _YEAR
    people = (world.persons, world.households, world.units)
    keys = (np.uint32(now), np.uint32(k0), np.uint32(k1))
    exchange_all(*people, first_unit, eldest, newest, q.called_up, week.number & 0xFFFFFFFF, *keys)


@njit
def exchange_all(persons, households, units, first_unit, eldest, newest, share, week, now, k0, k1):  # type: ignore[no-untyped-def]
    """Exchange men and women of every county; county c has the units from `first_unit[c]` on."""
    for c in range(first_unit.shape[0] - 1):
        u0, u1 = first_unit[c], first_unit[c + 1]
        luck = draws.two_uniforms(k0, k1, week, c, 1)[0]
        for woman in (0, 1):
            exchange(persons, households, units, u0, u1, woman, eldest, newest, share, luck, now, k0, k1)


@njit
def _hash(row, now, k0, k1):  # type: ignore[no-untyped-def]
    """30 random bits of a row in a year."""
    a, _, _, _ = draws.philox7(np.uint32(row), np.uint32(0), now, np.uint32(0), k0, k1)
    return np.int64(a >> np.uint32(2))


@njit
def exchange(persons, households, units, u0, u1, woman, eldest, newest, share, luck, now, k0, k1):  # type: ignore[no-untyped-def]
    """Exchange soldiers of one sex with free people born after `eldest` up to `newest`, in units u0 to u1; the number.

    Soldiers leave in order of age (officers stay), recruits by lot; a household's principal trader is not called up.
    """
    first, last = units.first_person[u0], units.first_person[u1]
    leaving = np.empty(last - first, np.int64)
    young = np.empty(last - first, np.int64)
    soldiers, conscripts, recruits = 0, 0, 0
    for u in range(u0, u1):
        for r in range(units.first_person[u], units.first_person[u + 1]):
            if (persons.flags[r] & WOMAN) != woman:
                continue
            born = np.int64(persons.birth_week[r])
            if persons.condition[r] == SOLDIER:
                soldiers += 1
                if (persons.flags[r] & OFFICER) == 0:
                    leaving[conscripts] = ((born + 32768) << 40) | ((_hash(r, now, k0, k1) & 4095) << 28) | (r - first)
                    conscripts += 1
            elif (persons.condition[r] == FREE) & (born > eldest) & (born <= newest):
                home = units.first_household[u] + persons.household_in_unit[r]
                if (households.trader[home] != r - units.first_person[u]) & (units.garrison[u] == 0):
                    young[recruits] = (_hash(r, now, k0, k1) << 32) | (r - first)
                    recruits += 1
    wanted = min(conscripts, recruits, int(soldiers * share + luck))
    oldest, chosen = np.sort(leaving[:conscripts]), np.sort(young[:recruits])
    done = 0
    for i in range(wanted):
        a, b = first + (oldest[i] & 0xFFFFFFF), first + (chosen[i] & 0xFFFFFFFF)
        if persons.birth_week[a] < persons.birth_week[b]:
            swap_persons(persons, a, b)
            done += 1
    return done


@njit
def swap_persons(persons, a, b):  # type: ignore[no-untyped-def]
    """Exchange all that belongs to the person between two rows: not the row's place, post or condition."""
    persons.birth_week[a], persons.birth_week[b] = persons.birth_week[b], persons.birth_week[a]
    persons.flags[a], persons.flags[b] = persons.flags[b], persons.flags[a]
    persons.stance[a], persons.stance[b] = persons.stance[b], persons.stance[a]
    persons.risk_aversion[a], persons.risk_aversion[b] = persons.risk_aversion[b], persons.risk_aversion[a]
    persons.private_support[a], persons.private_support[b] = persons.private_support[b], persons.private_support[a]
    persons.support_trait[a], persons.support_trait[b] = persons.support_trait[b], persons.support_trait[a]
    persons.fear[a], persons.fear[b] = persons.fear[b], persons.fear[a]
    persons.media[a], persons.media[b] = persons.media[b], persons.media[a]
    persons.rights[a], persons.rights[b] = persons.rights[b], persons.rights[a]
