"""The event log: what happened, where, how large, and which earlier records brought it about.

Every record has an id such as `incident-12` (twelfth of its kind) and names its causes by id, so that one can walk back
from anything that happened to a lever that somebody moved or a shock that came (`custodes.observe.explain`).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("id", "week", "date", "kind", "place", "organ", "magnitude", "causes", "text", "origin", "lever")


#: Levers whose name is also a kind: who asks for these wants what happened, not who asked for it.
HAPPENINGS = frozenset(("purge", "rehabilitation"))


class Event(NamedTuple):
    """One record. `place` is a county, a province or empty (the nation); `origin` names the lever or file line, if any."""

    id: str
    week: int
    date: str  #: ISO date of the week's Monday
    kind: str
    place: str
    organ: str
    magnitude: float
    causes: tuple[str, ...]
    text: str
    origin: str
    lever: str = ""  #: the lever that an action moved, if it is one


class EventLog:
    """All records of one run, in the order of their writing. Implements `engine.step.Log`."""

    def __init__(self, start: np.datetime64 | str) -> None:
        """`start` is the Monday of week 0."""
        self.start = np.datetime64(str(start), "D")
        self.now = -(10**9)  #: the week that `latest` looks back from
        self.events: list[Event] = []
        self._by_id: dict[str, Event] = {}
        self._by_kind: dict[str, list[Event]] = {}  # by kind, and by the lever that an action moved
        self._count: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __getitem__(self, event_id: str) -> Event:
        return self._by_id[event_id]

    def begin_week(self, week: int) -> None:
        """Tell the log which week it is; `latest` counts back from there."""
        self.now = week

    def record(
        self,
        kind: str,
        week: int,
        *,
        place: str = "",
        organ: str = "",
        magnitude: float = 0.0,
        causes: Iterable[str] = (),
        text: str = "",
        origin: str = "",
        lever: str = "",
    ) -> str:
        """Write one event and return its id; ValueError for a cause that is not in the log."""
        named = tuple(dict.fromkeys(causes))
        for cause in named:
            if cause not in self._by_id:
                raise ValueError(f"the event '{kind}' of week {week} names an unknown cause: '{cause}'")
        same = self._by_kind.setdefault(kind, [])
        self._count[kind] = self._count.get(kind, 0) + 1
        date = str(self.start + np.timedelta64(7 * week, "D"))
        event = Event(
            f"{kind}-{self._count[kind]}",
            int(week),
            date,
            kind,
            place,
            organ,
            float(magnitude),
            named,
            text,
            origin,
            lever,
        )
        self._add(event, same)
        self.now = max(self.now, int(week))
        return event.id

    def _add(self, event: Event, same: list[Event]) -> None:
        self.events.append(event)
        self._by_id[event.id] = event
        same.append(event)
        if event.lever and event.lever != event.kind and event.lever not in HAPPENINGS:
            self._by_kind.setdefault(event.lever, []).append(event)

    def latest(self, kind: str, within_weeks: int, place: str | None = None, organ: str | None = None) -> list[str]:
        """Ids of the events of a kind, or on a lever, not older than `within_weeks`, newest first, at the place and organ
        (None: any)."""
        out = []
        for event in reversed(self._by_kind.get(kind, [])):
            if event.week < self.now - within_weeks:
                break
            if place in (None, event.place) and organ in (None, event.organ):
                out.append(event.id)
        return out

    def magnitude_of(self, event_id: str) -> float:
        """The magnitude of an event; KeyError for an unknown id."""
        return self._by_id[event_id].magnitude

    def of_week(self, kinds: Sequence[str], week: int) -> list[Event]:
        """The events of these kinds in one week."""
        out = []
        for kind in kinds:
            for event in reversed(self._by_kind.get(kind, [])):
                if event.week < week:
                    break
                if event.week == week:
                    out.append(event)
        return out

    def to_state(self) -> dict[str, Any]:
        """Everything, as JSON-serialisable values (floats survive JSON exactly)."""
        return {"start": str(self.start), "now": self.now, "events": [list(e) for e in self.events]}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "EventLog":
        """The log that `to_state` described."""
        log = cls(state["start"])
        for row in state["events"]:
            values = dict(zip(Event._fields, row, strict=True))
            event = Event(**{**values, "causes": tuple(values["causes"]), "magnitude": float(values["magnitude"])})
            log._count[event.kind] = log._count.get(event.kind, 0) + 1
            log._add(event, log._by_kind.setdefault(event.kind, []))
        log.now = int(state["now"])
        return log

    def to_frame(self) -> "pd.DataFrame":
        """One row an event: id, week, date, kind, place, organ, magnitude, causes, text, origin."""
        return to_frame(self.events)


def to_frame(events: Sequence[Event]) -> "pd.DataFrame":
    """Events as a DataFrame with the columns `COLUMNS`; `causes` holds tuples of ids."""
    import pandas as pd

    columns: dict[str, Any] = {name: [getattr(e, name) for e in events] for name in COLUMNS}
    frame = pd.DataFrame(columns, columns=list(COLUMNS))
    frame["date"] = pd.to_datetime(frame["date"])
    return frame.astype({"week": "int64", "magnitude": "float64"})
