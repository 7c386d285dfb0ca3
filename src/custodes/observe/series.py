"""What a series is: a named reduction of one week of the world, and how its weeks and places add up."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from custodes.world.columns import N_COURT

if TYPE_CHECKING:
    from custodes.observe.sight import Sight

#: `organ`: the three organs that collect; `court`: the ten whose posts the leader fills; `faction`: of the court.
Dims = Literal["national", "organ", "province", "province,organ", "court", "faction"]
NATIONAL_DIMS: Final = ("national", "organ", "court", "faction")  #: of which a province has no part of its own


class Series(NamedTuple):
    """One named series. The last index of every axis is the whole: the nation, all organs, all factions."""

    name: str
    unit: str
    dims: Dims
    meaning: str
    over_time: Literal["sum", "mean", "last"]  #: how weeks make a month or a year
    over_places: Literal["sum", "mean", "none"]  #: how provinces make the nation (means: by the natural weight)
    compute: "Callable[[Sight], Any]"  #: one week's value, of the shape that `shape` gives for `dims`


def shape(dims: Dims, provinces: int, organs: int, factions: int = 0) -> tuple[int, ...]:
    """Shape of one week of a series, nation, all organs and all factions included."""
    return {
        "national": (),
        "organ": (organs + 1,),
        "province": (provinces + 1,),
        "province,organ": (provinces + 1, organs + 1),
        "court": (N_COURT + 1,),
        "faction": (factions + 1,),
    }[dims]
