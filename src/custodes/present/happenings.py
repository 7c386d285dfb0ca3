"""Which events a report tells, in which order, and whose causes it follows."""

from collections.abc import Sequence
from typing import Final

from custodes.observe.events import Event, EventLog

#: Events that people will ask about, the gravest first.
MAIN: Final = (
    "uprising",
    "lost",
    "refusal",
    "incident",
    "ration_collapse",
    "price_doubling",
    "reserve_empty",
    "relapse",
    "softening",
    "retaken",
    "camps_full",
)
#: Left out of the story: they happen every year or say little alone.
MINOR: Final = ("harvest", "fading", "dispersed")
MOST_CHAINS: Final = 8
MOST_TOLD: Final = 40
MOST_MARKS: Final = 12


def told(log: EventLog) -> list[Event]:
    """The story: at most `MOST_TOLD` events in the order of time, the gravest kept when there are more."""
    events = [e for e in log if e.kind not in MINOR]
    if len(events) > MOST_TOLD:
        events = sorted(events, key=lambda e: (_rank(e), -e.magnitude, e.week))[:MOST_TOLD]
    return sorted(events, key=lambda e: (e.week, _order(log, e)))


def main_events(log: EventLog) -> list[Event]:
    """At most `MOST_CHAINS` events whose causes the report follows: of each kind the largest, the gravest kinds first.

    An event that stands in the chain of another one chosen is not told again.
    """
    by_kind = {kind: sorted((e for e in log if e.kind == kind), key=lambda e: (-e.magnitude, e.week)) for kind in MAIN}
    most = max((len(events) for events in by_kind.values()), default=0)
    chosen: list[Event] = []
    told_already: set[str] = set()
    for event in (events[i] for i in range(most) for events in by_kind.values() if len(events) > i):
        if event.id not in told_already and len(chosen) < MOST_CHAINS:
            chosen.append(event)
            told_already |= behind(log, event)
    return sorted(chosen, key=lambda e: (MAIN.index(e.kind), e.week))


def behind(log: EventLog, event: Event) -> set[str]:
    """Ids of an event and of all that led to it."""
    found, waiting = set[str](), [event.id]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += log[name].causes
    return found


def levers(log: EventLog) -> list[Event]:
    """Levers that were moved, by the scenario or a policy: records without causes that name their origin."""
    return [e for e in log if not e.causes and e.origin]


def marks(log: EventLog) -> list[tuple[str, str]]:
    """(date, number) of levers for charts; the numbers are those of `numbered`."""
    dates: dict[str, list[str]] = {}
    for event, number in numbered(log).items():
        dates.setdefault(log[event].date, []).append(str(number))
    return [(date, ",".join(n)) for date, n in dates.items()]


def numbered(log: EventLog) -> dict[str, int]:
    """Numbers of the levers that charts mark, by event id, in the order of time."""
    chosen = sorted(levers(log), key=lambda e: (e.week, _order(log, e)))[:MOST_MARKS]
    return {e.id: i + 1 for i, e in enumerate(chosen)}


def counts(log: EventLog, kinds: Sequence[str]) -> dict[str, int]:
    """How many events of each kind."""
    return {kind: sum(e.kind == kind for e in log) for kind in kinds}


def _rank(event: Event) -> int:
    return MAIN.index(event.kind) if event.kind in MAIN else -1 if event.origin else len(MAIN)


def _order(log: EventLog, event: Event) -> int:
    return log.events.index(event)
