"""How a run can end: each outcome, its definition, and the kind of event that tells it.

The first breakdown of the regime is the outcome of the run. A leader's natural exit and a reform are no breakdowns: they
are the outcome only of a run in which nothing broke. The weeks go on afterwards under new rulers
(docs/decisions/0014); what follows a breakdown is told and counts for nothing.

An `end` event carries its outcome as the index in `world.columns.ENDS`; `war`, `reform` and `succession` say it by their
kind. What a sentence says is never read.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from custodes.observe.events import Event
from custodes.world.columns import ENDS


class Outcome(NamedTuple):
    """One way to end. `told` completes "The state ...", and `mechanism` is where it is decided."""

    name: str
    definition: str
    breakdown: bool  #: counts as a breakdown of the regime
    told: str
    mechanism: str


OUTCOMES: Final = (
    Outcome("status quo", "the state stood to the last week of the run", False, "stood", ""),
    Outcome(
        "uprising",
        "counties with enough of the people, or the capital, were lost, and the state lost the contest over them",
        True,
        "fell to an uprising",
        "lost_counties",
    ),
    Outcome(
        "elite coup",
        "plotters at court moved against the leader with the force they command, and won",
        True,
        "fell to an elite coup",
        "coups",
    ),
    Outcome(
        "change of rules by insiders",
        "the top of the court changed who may rule and how, without a fight",
        True,
        "changed by its insiders' hand",
        "endings",
    ),
    Outcome(
        "collapse",
        "control stayed far below its norm for half a year while granaries or the bank were empty, and the state came apart",
        True,
        "collapsed",
        "endings",
    ),
    Outcome("war", "a clash of powers over the country became a war", True, "was drawn into a war", "crisis"),
    Outcome("reform", "the leader adopted a reform package", False, "reformed", "endings"),
    Outcome(
        "natural exit",
        "the leader died or left of his own accord, and a successor took over",
        False,
        "passed to a successor",
        "succession",
    ),
)
#: What a run cannot end in, whatever happens in it.
NOT_MODELLED: Final = ("a surrender to foreign powers", "a union with a neighbour", "elections")
_BY_NAME: Final = {o.name: o for o in OUTCOMES}
_BY_KIND: Final = {"war": "war", "reform": "reform", "succession": "natural exit"}


def outcome(log: Iterable[Event]) -> tuple[str, int | None]:
    """How the run ended and in which week: the first breakdown, else the first reform or exit, else the status quo."""
    found = list(endings(log))
    fell = [(name, week) for name, week in found if named(name).breakdown]
    for name, week in (fell or found)[:1]:
        return name, week
    return "status quo", None


def endings(log: Iterable[Event]) -> Iterator[tuple[str, int]]:
    """Every end, reform and exit of a run, in the order of time: the outcome's name and the week."""
    for event in log:
        if event.kind == "end":
            yield ENDS[int(event.magnitude)], event.week
        elif event.kind in _BY_KIND and not event.lever:  # a lever's own record only asks for it
            yield _BY_KIND[event.kind], event.week


def named(name: str) -> Outcome:
    """The outcome of a name; KeyError for an unknown one."""
    return _BY_NAME[name]
