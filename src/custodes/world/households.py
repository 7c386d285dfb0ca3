"""The build's first two kernels: every household's class, means and luck, and who of the families is in a camp."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes.jit import njit
from custodes.world import columns as col
from custodes.world import layout as lay
from custodes.world.layout import found, shuffled, two_words, word
from custodes.world.quotas import largest_remainder

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741

_BORN = 2.0**-32  # from 32 bits to [0, 1)


class Frame(NamedTuple):
    """What kernels read of the layout, all int64 or as in `Layout`."""

    first_person: I  #: (U + 1,)
    first_household: I  #: (U + 1,)
    first_unit: I  #: (C + 1,)
    unit_county: I  #: (U,)
    garrison: NDArray[np.uint8]  #: (U,)
    households: I  #: (C,) civil
    urban: I  #: (C,)
    class_cumulated: I  #: (2C, 8)
    place: I  #: (C,) place type
    keys: NDArray[np.uint32]  #: (attributes, 2)


class HouseholdTables(NamedTuple):
    """Distributions households are drawn from; tables of quantiles have 65536 entries."""

    money: F  #: won
    skill: F
    illegality: F  #: before the place factor
    illegality_place: F  #: (4,)
    songbun: F  #: (4, 8, 3) cumulated, by place and class
    paying: F  #: (8,) share by class
    buys_out: NDArray[np.uint8]  #: (8,) 1: every household of the class
    remittance: F  #: (4,) by place
    border_business: F  #: (4,)
    market_share: F  #: (8,) by class
    income: float  #: won a week
    food_stress: float
    victim_memory: float


@njit
def fixed(x):  # type: ignore[no-untyped-def]
    """A share as unsigned 16-bit fixed point, rounded to nearest."""
    a = x if x < 1.0 else 1.0
    b = a if a > 0.0 else 0.0
    return np.uint16(np.floor(b * 65535.0 + 0.5))


@njit
def fill_households(u0, u1, frame, tables, households, songbun):  # type: ignore[no-untyped-def]
    """Draw the households of units u0 to u1: all columns but `members` (set before) and `trader`; `songbun` codes (H,)."""
    f, t, x = frame, tables, households
    for u in range(u0, u1):
        c = f.unit_county[u]
        place = f.place[c]
        start = f.first_household[f.first_unit[c]]
        for h in range(f.first_household[u], f.first_household[u + 1]):
            j = h - start
            urban = j < f.urban[c]
            if f.garrison[u]:
                kind = col.ARMY
            elif urban:
                kind = found(f.class_cumulated[2 * c], shuffled(j, f.urban[c], f.keys, lay.CLASS, 2 * c))
            else:
                n = f.households[c] - f.urban[c]
                kind = found(f.class_cumulated[2 * c + 1], shuffled(j - f.urban[c], n, f.keys, lay.CLASS, 2 * c + 1))
            civil = kind != col.ARMY
            if civil:
                n = f.households[c]
                at = (shuffled(j, n, f.keys, lay.SONGBUN, c) + word(f.keys, lay.SONGBUN, j, c, 1) * _BORN) / n
                songbun[h] = found(t.songbun[place, kind], at)
            a, b = two_words(f.keys, lay.HOUSEHOLD, j, c, 0)
            d = word(f.keys, lay.HOUSEHOLD, j, c, 1)
            flags = col.PAYING if a * _BORN < t.paying[kind] else 0
            flags |= col.BUYS_OUT if t.buys_out[kind] else 0
            flags |= col.REMITTANCE if civil & (b * _BORN < t.remittance[place]) else 0
            flags |= col.BORDER_BUSINESS if civil & (d * _BORN < t.border_business[place]) else 0
            flags |= col.URBAN if urban & civil else 0
            x.flags[h] = flags
            x.ration_class[h] = kind
            x.money[h] = np.int64(t.money[word(f.keys, lay.MONEY, j, c, 0) >> 16])
            skill = np.floor(t.skill[word(f.keys, lay.SKILL, j, c, 0) >> 16] * 4096.0 + 0.5)
            x.skill[h] = np.uint16(skill if skill < 65535.0 else 65535.0)
            wrong = t.illegality[word(f.keys, lay.ILLEGALITY, j, c, 0) >> 16] * t.illegality_place[place]
            x.illegality[h] = fixed(wrong)
            x.served_rank[h] = np.uint16(word(f.keys, lay.SERVED, j, c, 0) >> 16)
            x.market_share[h] = fixed(t.market_share[kind])
            x.smoothed_income[h] = np.int32(t.income)
            x.income_reference[h] = np.int32(t.income)
            x.food_stress[h] = fixed(t.food_stress)
            x.victim_memory[h] = fixed(t.victim_memory)


@njit
def camp_scores(h0, h1, start, county, keys, classes, sizes, songbun, weights, scores):  # type: ignore[no-untyped-def]
    """Scores of households h0 to h1 of one county: the lowest lose a member to a camp (order sampling, Rosen 1997)."""
    for h in range(h0, h1):
        eligible = (classes[h] > col.OFFICIALS) & (classes[h] != col.ARMY) & (sizes[h] > 1)
        weight = weights[songbun[h]] if eligible else 0.0
        u = (word(keys, lay.CAMP, h - start, county, 0) + 0.5) * _BORN
        scores[h - h0] = u / weight if weight > 0.0 else 1e300


def camp_households(
    layout: lay.Layout,
    frame: Frame,
    households: col.Households,
    sizes: NDArray[np.uint8],
    songbun: NDArray[np.uint8],
    weights: F,
    prisoners: int,
) -> NDArray[np.uint8]:
    """Which households (H,) have a member in a camp: `prisoners` of them, by county in proportion to its people."""
    here = np.zeros(sizes.size, np.uint8)
    starts = layout.first_household[layout.first_unit[:-1]]
    most = layout.households // 4
    quotas = largest_remainder(layout.persons, min(prisoners, int(most.sum())), most=most)
    for c, quota in enumerate(quotas.tolist()):
        if not quota:
            continue
        h0, h1 = int(starts[c]), int(starts[c] + layout.households[c])
        scores = np.empty(h1 - h0)
        camp_scores(h0, h1, h0, c, frame.keys, households.ration_class, sizes, songbun, weights, scores)
        chosen = np.argsort(scores, kind="stable")[:quota]
        here[h0 + chosen[scores[chosen] < 1e299]] = 1
    return here
