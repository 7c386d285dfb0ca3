"""How a run can end: each outcome, its definition, and how it is told from the world.

The contest over lost counties (mechanisms.incidents) logs an `uprising` each week that it goes on; the run ends in one
when the state falls. Coups, reform and a leader's natural exit need a court, which this version does not have: a run
cannot end in them, and reports say so.
"""

from typing import Final, NamedTuple

from custodes.observe.events import EventLog


class Outcome(NamedTuple):
    """One way to end."""

    name: str
    definition: str
    breakdown: bool  #: counts as a breakdown of the regime


OUTCOMES: Final = (
    Outcome("status quo", "the state stood to the last week of the run", breakdown=False),
    Outcome(
        "uprising",
        "counties with enough of the people, or the capital, were lost, and the state lost the contest over them",
        breakdown=True,
    ),
)
NOT_MODELLED: Final = (
    "a coup",
    "a reform",
    "a change of rules by insiders",
    "the leader's natural exit",
    "foreign intervention",
)
FELL: Final = "the state fell"  #: what the text of an `uprising` says in the week when it succeeds
_BY_NAME: Final = {o.name: o for o in OUTCOMES}


def outcome(log: EventLog) -> tuple[str, int | None]:
    """How the run ended and in which week; the status quo has no week."""
    for event in log:
        if event.kind == "uprising" and FELL in event.text:
            return "uprising", event.week
    return "status quo", None


def named(name: str) -> Outcome:
    """The outcome of a name; KeyError for an unknown one."""
    return _BY_NAME[name]
