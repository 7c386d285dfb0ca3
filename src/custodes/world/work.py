"""Who works at what, and who is in the party: shares by age, sex, class and songbun that meet the national totals."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes import portable
from custodes.world import columns as col
from custodes.world.census import Census
from custodes.world.pyramid import AGES, soldier_ages
from custodes.world.quotas import cumulated, rake

F = NDArray[np.float64]

#: Odds of an industry (columns.OCCUPATIONS 1 to 9) for state households, and for farm households; women over men.
_STATE_ODDS: Final = (0.15, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
_FARM_ODDS: Final = (30.0, 0.10, 0.08, 0.15, 0.10, 0.15, 0.15, 0.10, 0.15)
_WOMEN_ODDS: Final = (1.1, 0.9, 0.35, 0.3, 2.5, 1.6, 1.8, 0.4, 1.0)
_PARTY_CLASS: Final = (3.0, 2.0, 3.0, 1.6, 1.0, 0.5, 0.6, 1.0)
_PARTY_SEX: Final = (1.0, 0.15)  # men, women: t02 gives 60 % of men and under 5 % of women, "both too far apart"
_PARTY_SONGBUN: Final = (2.0, 1.0, 0.2)


def civil_by_age(people: F, soldiers: float, p: Any) -> F:
    """People (2, 128) without those in garrisons."""
    conscript, officer = soldier_ages(p.women_soldiers)
    garrison = soldiers * ((1.0 - p.officers) * conscript + p.officers * officer).reshape(2, AGES)
    civil: F = np.maximum(people - garrison, 0.0)
    return civil


def active_shares(civil: F, census: Census) -> F:
    """Share with a job by age (128,): level from 16 to 59 and over 60, so that both national rates hold."""
    by_age = civil[0] + civil[1]
    over_16, over_60 = portable.total(by_age[16:]), portable.total(by_age[60:])
    middle = (census.active_16 * over_16 - census.active_60 * over_60) / max(over_16 - over_60, 1e-9)
    out = np.zeros(AGES)
    out[16:60], out[60:] = min(max(middle, 0.0), 1.0), census.active_60
    return out


def occupation_table(p: Any, civil: F, active: F, kinds: F, census: Census) -> F:
    """Cumulated shares of occupations by woman and class (2, 8, 14) of those who work and hold no organ's post.

    Raked to the national shares by industry; the organs' agents count as public service.
    """
    classes = kinds.sum(axis=0)
    households = portable.total(classes)
    workers = np.array([portable.total(civil[s] * active) for s in range(2)])
    rows = np.outer(workers / households, classes).reshape(-1)  # in persons at 1:1
    agents = np.zeros(rows.size)
    agents[: col.N_ORGANS] = p.staff
    rows = np.maximum(rows - agents, 0.02 * rows)
    whole = portable.total(workers)
    columns = census.industry * whole
    columns[8] = max(columns[8] - portable.total(p.staff), 0.01 * whole)  # the agents have their posts already
    columns = columns * (portable.total(rows) / portable.total(columns))
    odds = np.empty((2, col.N_CLASSES, columns.size))
    odds[:] = _STATE_ODDS
    odds[:, col.FARMERS] = _FARM_ODDS
    odds[1] *= _WOMEN_ODDS
    seed = odds.reshape(-1, columns.size) * columns
    out = np.zeros((2 * col.N_CLASSES, len(col.OCCUPATIONS)))
    out[:, 1 : 1 + columns.size] = rake(seed, rows, columns, 200)
    empty = rows <= 0.0
    out[empty, 1 : 1 + columns.size] = columns
    return cumulated(out).reshape(2, col.N_CLASSES, len(col.OCCUPATIONS))


def party_shares(p: Any, civil: F, kinds: F, songbun: F, members: float) -> F:
    """Probability of membership by woman, class and songbun (2, 8, 3), for those old enough; soldiers as their class."""
    age = int(p.party_age)
    adults = np.array([portable.total(civil[s, age:]) for s in range(2)])
    cells = np.zeros((2, col.N_CLASSES, 3))
    by_class = np.zeros((col.N_CLASSES, 3))
    for place in range(kinds.shape[0]):
        by_class += kinds[place][:, None] * songbun[place]
    by_class = by_class / portable.total(by_class)
    cells[:] = adults[:, None, None] * by_class[None]
    odds = np.einsum("s,c,b->scb", _PARTY_SEX, _PARTY_CLASS, _PARTY_SONGBUN)
    low, high = 0.0, 100.0
    for _ in range(80):
        scale = 0.5 * (low + high)
        found = portable.total(np.minimum(scale * odds, 0.95) * cells)
        low, high = (scale, high) if found < members else (low, scale)
    shares: F = np.minimum(low * odds, 0.95)
    return shares
