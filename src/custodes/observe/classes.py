"""How the classes of a country stand in the last week of a run: who pays for what was done.

Two ways to part people: the ration class of a household, and the songbun (loyalty class by descent) of an adult. The sums are of
whole numbers and therefore the same on every machine.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes.world import columns as col
from custodes.world.state import World

SONGBUN: Final = ("core", "wavering", "hostile")
U16: Final = 65535.0
#: Series of `observe` that a class has a value of as well, by how people are parted.
BY_HOUSEHOLD: Final = ("food_stress", "household_money_won", "bribes_taken_won")
BY_PERSON: Final = ("private_supporters", "fear", "awareness")

Groups = dict[str, dict[str, float]]  #: series -> class -> value


def tables(world: World) -> dict[str, Groups]:
    """`class` and `songbun`: series -> name of the class -> mean of its households, or of its free adults.

    A class without a row has no value. `bribes_taken_won`: won a household paid since 1 January in bribes, levies and buy-outs.
    """
    return {"class": households(world), "songbun": adults(world)}


def households(world: World) -> Groups:
    """Means over households with a member at home, by ration class."""
    h = world.households
    there = h.members > 0
    classes = h.ration_class[there]
    columns: dict[str, NDArray[Any]] = {
        "food_stress": h.food_stress[there] / U16,
        "household_money_won": h.money[there],
        "bribes_taken_won": h.taken_this_year[there],
    }
    return {name: _means(classes, values, col.CLASSES) for name, values in columns.items()}


def adults(world: World) -> Groups:
    """Means over free adults, by songbun."""
    p = world.persons
    week = int((world.start - col.WEEK_ZERO).astype("timedelta64[D]").astype(int)) // 7 + world.week
    free = (p.condition == col.FREE) & (week - p.birth_week.astype(np.int32) >= col.ADULT_WEEKS)
    songbun = (p.flags[free] & col.SONGBUN_MASK) >> col.SONGBUN_SHIFT
    columns: dict[str, NDArray[Any]] = {
        "private_supporters": p.private_support[free] > 0,
        "fear": p.fear[free] / U16,
        "awareness": p.rights[free] / U16,
    }
    return {name: _means(songbun, values, SONGBUN) for name, values in columns.items()}


def _means(groups: NDArray[Any], values: NDArray[Any], names: tuple[str, ...]) -> dict[str, float]:
    """Mean of each group that has a row. Fixed-point values are added up as whole numbers."""
    whole = values if values.dtype.kind in "biu" else np.rint(values * U16).astype(np.int64)
    scale = 1.0 if values.dtype.kind in "biu" else U16
    rows = np.bincount(groups, minlength=len(names))
    sums = np.bincount(groups, weights=whole.astype(np.float64), minlength=len(names))
    return {name: float(sums[i] / scale / rows[i]) for i, name in enumerate(names) if rows[i]}
