"""Which events a report tells, in which order, and whose causes it follows."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from custodes.observe.events import Event, EventLog
from custodes.observe.explain import told as told_of

#: Events that people will ask about, the gravest first.
MAIN: Final = (
    "end",
    "war",
    "coup",
    "uprising",
    "succession",
    "reform",
    "loose_weapons",
    "crisis_step",
    "lost",
    "refusal",
    "incident",
    "purge",
    "scapegoat",
    "order",
    "edict",
    "resignation_wave",
    "ration_collapse",
    "price_doubling",
    "reserve_empty",
    "relapse",
    "softening",
    "provocation",
    "envoy_defection",
    "seizure",
    "plot",
    "retaken",
    "camps_full",
)
#: Left out of the story: they happen every week or year, say little alone, or stand in a table of their own.
MINOR: Final = (
    "harvest",
    "fading",
    "dispersed",
    "report",
    "denunciation",
    "sabotage",
    "appointment",
    "reshuffle",
    "decision",
    "inquiry",
    "recall",
    "rehabilitation",
    "scandal",
    "relief",
)
ORDERS: Final = ("order", "edict")  #: of what the leader decides, what a chart of guards marks
#: What names officials by their posts, or speaks of the whole court.
NAMED: Final = ("purge", "plot", "coup", "order", "edict", "envoy_defection", "resignation_wave", "scapegoat")
MOST_CHAINS: Final = 8
MOST_TOLD: Final = 40
MOST_MARKS: Final = 12
MOST_OF_A_KIND: Final = 2  #: chains of one kind
Register = Sequence[Mapping[str, Any]]


def told(log: EventLog, register: Register = ()) -> list[Event]:
    """The story: at most `MOST_TOLD` events in the order of time, the gravest kept when there are more.

    Of the falls in `register` only those of chiefs are told.
    """
    events = _of_chiefs(log, register)
    if len(events) > MOST_TOLD:
        moved = set(numbered(log))
        events = sorted(events, key=lambda e: (-1 if e.id in moved else _rank(e), -e.magnitude, e.week))[:MOST_TOLD]
    return sorted(events, key=lambda e: (e.week, _order(log, e)))


def main_events(log: EventLog, register: Register = ()) -> list[Event]:
    """At most `MOST_CHAINS` events whose causes the report follows: the largest of every kind, the gravest kinds first,
    then the second of every kind. An event that stands in the chain of another one chosen is not told again.
    """
    known = _of_chiefs(log, register)
    by_kind = {
        kind: sorted((e for e in known if e.kind == kind), key=lambda e: (not e.causes, -e.magnitude, e.week))
        for kind in MAIN
    }
    most = min(MOST_OF_A_KIND, max((len(events) for events in by_kind.values()), default=0))
    chosen: list[Event] = []
    told_already: set[str] = set()
    for event in (events[i] for i in range(most) for events in by_kind.values() if len(events) > i):
        if event.id not in told_already and len(chosen) < MOST_CHAINS:
            chosen.append(event)
            told_already |= behind(log, event)
    return chosen


def _of_chiefs(log: EventLog, register: Register) -> list[Event]:
    """Events that the story may tell: nothing minor, and of purges those of chiefs."""
    chiefs = {f["event"] for f in register if f["rank"] == "chief"}
    return [e for e in log if e.kind not in MINOR and (e.kind != "purge" or e.id in chiefs)]


def sentence(event: Event) -> str:
    """An event in words: what names an official says where he is; a capital at its head."""
    text = event.text.rstrip(".") if event.kind in NAMED and event.text else told_of(event).rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."


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
    """Levers that were moved: records without causes that name their origin; of the leader's own decisions his orders."""
    return [e for e in log if e.origin and (e.kind in ORDERS or not (e.causes or e.origin.startswith("leader: ")))]


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
    return MAIN.index(event.kind) if event.kind in MAIN else len(MAIN) + (not event.origin)


def _order(log: EventLog, event: Event) -> int:
    return log.events.index(event)
