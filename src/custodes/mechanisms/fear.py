"""Fear: rises with threats and arrests seen in the neighbourhood and with surveillance; fades in between.

Epstein 2002 (agents judge risk by what they see); Kuran 1991. Levels only order people: no survey measures them.
"""

from typing import Any, NamedTuple

from custodes.engine.step import Week
from custodes.engine.tables import F
from custodes.jit import njit
from custodes.mechanisms.morale import agents_per_unit, capacity_norm
from custodes.portable import clip
from custodes.world.state import World

READS = "national.capacity_norm guards.capacity units.county units.garrison places.population"
WRITES = ""


class Params(NamedTuple):
    decay: float  #: share of fear lost each week
    threat: float  #: weekly rise when every household of the neighbourhood was threatened
    arrest: float  #: weekly rise when every adult of the neighbourhood was arrested
    surveillance: float  #: weekly rise where control is at its norm


@njit
def update(fear: float, unit_threatened: float, unit_arrested: float, surveillance: float, p: Params) -> float:
    """Next week's fear of one person, in [0, 1]; the two shares are last week's, in [0, 1]."""
    seen = clip(p.threat * unit_threatened + p.arrest * unit_arrested + surveillance, 0.0, 1.0)
    return clip(fear - p.decay * fear + (1.0 - fear) * seen, 0.0, 1.0)  # type: ignore[no-any-return]


def prepare(world: World, week: Week, p: Any) -> dict[str, F]:  # noqa: ARG001
    """What surveillance adds to fear in each county, (C,), a week."""
    return {"fear_surveillance": p.fear.surveillance * agents_per_unit(world) / capacity_norm(world)}
