"""What a step of the week gets and declares: the week itself, and the columns that it reads and writes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np


class Log(Protocol):
    """The event log as mechanisms see it; every record names the records that brought it about."""

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
        """Write one event and return its id, such as `incident-12`."""

    def latest(self, kind: str, within_weeks: int, place: str | None = None, organ: str | None = None) -> list[str]:
        """Ids of the events of a kind in the last weeks, newest first, at the place and organ (None: any)."""

    def magnitude_of(self, event_id: str) -> float:
        """The magnitude of an event in the log."""


@dataclass(frozen=True)
class Deed:
    """An action that begins this week: by the timeline, a policy, the leader, a power or a player."""

    lever: str
    organ: str  #: of the guards or of the court, "all", or empty
    value: float
    event: str  #: its record in the log
    actor: str = ""  #: who acts; empty: from outside the model
    details: Mapping[str, str] = field(
        default_factory=dict
    )  #: of a purge: `person` or `rank`, `cause`, `fate`, `stated`


@dataclass
class Week:
    """One week of a run."""

    number: int  #: from the scenario's start; burn-in weeks are negative
    of_year: int  #: 0..51
    year: int
    date: np.datetime64  #: the Monday
    first_of_year: bool
    levers: Any  #: actors.levers.LeverValues
    log: Log
    deeds: list[Deed] = field(default_factory=list)  #: actions that begin this week, in order


@dataclass(frozen=True)
class Step:
    """One line of the week: a function and the state it declares to read and to write."""

    name: str
    function: Callable[..., Any]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    doc: str


class Player(Protocol):
    """Who acts in the country or watches it: the leader, the powers, reporters, a human at a dashboard.

    What a player must remember between weeks it keeps in `world.actors` under its own name, as JSON values, so that a
    resumed run goes on as if it had never stopped.
    """

    def act(self, world: Any, week: Week, p: Any) -> None:
        """Before the week: may replace `week.levers`, and adds to `week.deeds` what begins; logs it with its reason."""

    def observe(self, world: Any, week: Week, p: Any) -> None:
        """After the week: look at what happened."""
