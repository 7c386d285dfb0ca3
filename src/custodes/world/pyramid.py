"""Who lives with whom: ages and sexes of the members of households that add up to the national pyramid.

A household is a reference person (mostly a woman), perhaps her husband, and others: children, parents, grandchildren
and adult relatives, whose ages depend on hers. The three joint tables are raked so that, over all households, every
age and sex occurs as often as the census says, less the soldiers, who live in garrisons. Synthetic reconstruction by
iterative proportional fitting (Beckman, Baggerly and McKay 1996); the seeds are ours.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import portable
from custodes.world.quotas import cumulated, piecewise, rake

F = NDArray[np.float64]

AGES: Final = 128
CELLS: Final = 2 * AGES  #: woman * 128 + age
SIZES: Final = 8

#: Shares of women by age who are their household's reference person, before scaling to the number of households.
_REFERENCE_AGES = (18, 22, 25, 30, 35, 50, 60, 70, 85)
_REFERENCE_SHARES = (0.0, 0.10, 0.40, 0.75, 0.85, 0.88, 0.75, 0.55, 0.45)
_MARRIED_AGES = (18, 25, 30, 50, 60, 70, 85)  # of those reference women
_MARRIED_SHARES = (0.6, 0.85, 0.92, 0.88, 0.72, 0.45, 0.15)
_HUSBAND_AGES = (19, 26, 30, 35, 90)
_HUSBAND_SHARES = (0.0, 0.25, 0.65, 0.9, 0.9)
#: (years younger, spread, weight): children, parents, grandchildren, other relatives of the reference person.
_RELATIVES = ((27.0, 4.5, 1.0), (-27.0, 5.0, 0.3), (54.0, 7.0, 0.5), (0.0, 8.0, 0.02))
_MOST = 0.94  # of a cell may be reference persons and husbands


class Pyramid(NamedTuple):
    """Cumulative tables the build draws from. Cells are woman * 128 + age."""

    reference: F  #: (256,) of reference persons
    married: (
        F  #: (128,) probability that a reference woman of this age in a household of two or more has a husband there
    )
    husband: F  #: (128, 128) age of the husband, by hers
    other: F  #: (128, 256) of the others, by age of the reference person
    soldier: F  #: (256,) of conscripts
    officer: F  #: (256,)


def size_shares(mean: float) -> F:
    """Shares of households of 1 to 8 persons with this mean: a census-like shape, tilted exponentially. Shape (8,)."""
    shape = np.array([0.03, 0.10, 0.235, 0.34, 0.19, 0.07, 0.025, 0.01])
    size = np.arange(1.0, SIZES + 1.0)
    low, high = -3.0, 3.0
    for _ in range(60):
        tilt = 0.5 * (low + high)
        weight = shape * portable.exp(tilt * size)
        below = portable.total(weight * size) < mean * portable.total(weight)
        low, high = (tilt, high) if below else (low, tilt)
    shares: F = weight / portable.total(weight)
    return shares


def soldier_ages(women: float, first: int = 17, last: int = 26) -> tuple[F, F]:
    """Shares (256,) of conscripts and of officers by cell; conscripts serve from `first` to `last`, officers from 24 to 50."""
    conscript, officer = np.zeros((2, AGES)), np.zeros((2, AGES))
    conscript[0, first : last + 1] = 1.0 - women
    conscript[1, first : first + 7] = women * (last + 1 - first) / 7.0
    for age in range(24, 51):
        officer[0, age] = (52.0 - age) * 0.95
        officer[1, age] = (52.0 - age) * 0.05
    a, b = conscript.reshape(-1), officer.reshape(-1)
    return a / portable.total(a), b / portable.total(b)


def build_pyramid(people: F, soldiers: float, women: float, officers: float, household_size: float) -> Pyramid:
    """Tables for a nation of `people` (2, 128: men and women by age, soldiers included), of whom `soldiers` in garrisons.

    `women` and `officers` are shares of the soldiers.
    """
    conscript, officer = soldier_ages(women)
    in_garrison = soldiers * ((1.0 - officers) * conscript + officers * officer)
    civil = np.maximum(people.reshape(-1) - in_garrison, 0.02 * people.reshape(-1)).reshape(2, AGES)
    households = portable.total(civil) / household_size
    sizes = size_shares(household_size)
    reference = _reference(civil, households)
    married = piecewise(np.arange(AGES, dtype=np.float64), _MARRIED_AGES, _MARRIED_SHARES)
    couples = reference[1] * (1.0 - sizes[0]) * married
    husbands, joint = _husbands(civil[0] - reference[0], couples)
    rest = np.maximum(civil - reference, 0.0)
    rest[0] = np.maximum(rest[0] - husbands, 0.0)
    others = _others(rest, (reference[0] + reference[1]) * (household_size - 1.0) - couples)
    return Pyramid(
        cumulated(reference.reshape(-1)),
        married,
        cumulated(joint),
        cumulated(others),
        cumulated(conscript),
        cumulated(officer),
    )


def _capped(cells: F, wanted: F, total: float) -> F:
    """`wanted` times one factor, at most `_MOST` of `cells`, adding up to `total` as nearly as the cap allows."""
    out = np.minimum(wanted, _MOST * cells)
    for _ in range(60):
        found = portable.total(out)
        if found <= 0.0:
            break
        out = np.minimum(out * (total / found), _MOST * cells)
    return out


def _reference(civil: F, households: float) -> F:
    """Reference persons (2, 128): 93 % women, the rest men of 25 and older."""
    age = np.arange(AGES, dtype=np.float64)
    women = np.where(age >= 18, piecewise(age, _REFERENCE_AGES, _REFERENCE_SHARES), 0.0) * civil[1]
    men = np.where(age >= 25, civil[0], 0.0)
    out = np.zeros((2, AGES))
    out[1] = _capped(civil[1], women, 0.93 * households)
    out[0] = _capped(civil[0], men, households - portable.total(out[1]))
    return out


def _husbands(men: F, couples: F) -> tuple[F, F]:
    """Husbands by age (128,) and by wife's age (128, 128): about three years older."""
    age = np.arange(AGES, dtype=np.float64)
    wanted = np.where(age >= 20, piecewise(age, _HUSBAND_AGES, _HUSBAND_SHARES), 0.0) * men
    target = _capped(np.maximum(men, 0.0), wanted, portable.total(couples))
    gap = age[None, :] - age[:, None] - 3.0
    seed = (portable.exp(-0.5 * (gap / 4.0) ** 2) + 1e-9) * (couples[:, None] > 0.0) * (target[None, :] > 0.0)
    return target, rake(seed, couples, target, 300)


def _others(rest: F, by_reference: F) -> F:
    """Everybody else (128, 256) by age of the reference person: children, parents, grandchildren, relatives."""
    age = np.arange(AGES, dtype=np.float64)
    gap = age[:, None] - np.concatenate([age, age])[None, :]  # years younger than the reference person
    seed = np.full(gap.shape, 1e-9)
    for centre, width, weight in _RELATIVES:
        seed += weight * portable.exp(-0.5 * ((gap - centre) / width) ** 2)
    columns = rest.reshape(-1)
    rows = np.maximum(by_reference, 0.0)
    rows = rows * (portable.total(columns) / max(portable.total(rows), 1e-9))
    table: F = rake(seed * (rows[:, None] > 0.0) * (columns[None, :] > 0.0), rows, columns, 300)
    return table
