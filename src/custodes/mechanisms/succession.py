"""Succession: the leader dies or goes, somebody follows him, and until he is established nobody is sure of anything.

Plots start more often and all officials' loyalty tends lower, most at first and less by the week, until a year has passed
(`loyalty.unsettled`, from the weeks left, also after a coup). That a ruler's first months are his most dangerous, and that
those he lives through make him safer, is Svolik's step from the contested to the established autocrat (2012); a ruler
whom a coup has brought to power has his window then, with his rivals' means at their lowest (Sudduth 2017). The straight
fading within a year is ours: with a full year at the first week's level the purges that low loyalty brings kept loyalty
low, and one coup led to the next. A natural exit is no breakdown of the regime: most regimes of this type outlive their leader (Kendall-
Taylor and Frantz 2016); what may follow it is. About a fifth to a quarter of exits are to be followed by a coup within
the year (EQUATIONS.md section 9). Who follows is not modelled: officials bring no heir to power by their votes.
"""

from typing import Any, NamedTuple

from custodes import draws
from custodes.engine.step import Week
from custodes.mechanisms.loyalty import mean_of_top
from custodes.world.state import World

READS = "court.status court.rank court.loyalty places.court memory"
WRITES = "memory"


class Params(NamedTuple):
    """Group `succession`."""

    exit: float  #: natural exits of a leader a year
    weeks: float  #: how long a succession unsettles the court
    plots: float  #: factor of plot starts at first; it fades with the weeks


def settle(world: World, week: Week, p: Any) -> None:
    """The unsettled weeks pass; now and then a leader goes."""
    q: Params = p.succession
    memory = world.memory
    memory["succession_weeks"] = max(0.0, memory.get("succession_weeks", 0.0) - 1.0)
    if week.number < 0 or draws.one(world.seed, "succession", week.number, 0) >= q.exit / 52.0:
        return
    memory["succession_weeks"] = q.weeks
    memory["leaders"] = memory.get("leaders", 1.0) + 1.0
    week.log.record(
        "succession",
        week.number,
        magnitude=memory["leaders"],
        text=f"{_old(world)} dies or leaves office of his own accord, and a successor takes over; the mean loyalty of the "
        f"top is {mean_of_top(world):.2f}. The court is unsettled for {int(q.weeks)} weeks.",
    )


def _old(world: World) -> str:
    """The leader of the scenario, or whoever came after him."""
    name = world.places.court.leader
    return name[:1].upper() + name[1:] if world.memory["leaders"] == 2.0 else "His successor"
