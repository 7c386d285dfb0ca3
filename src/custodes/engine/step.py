"""What a step of the week gets and declares: the week itself, and the columns that it reads and writes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
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
    ) -> str:
        """Write one event and return its id, such as `incident-12`."""

    def latest(self, kind: str, within_weeks: int, place: str | None = None, organ: str | None = None) -> list[str]:
        """Ids of the events of a kind in the last weeks, newest first, at the place and organ (None: any)."""


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


@dataclass(frozen=True)
class Step:
    """One line of the week: a function and the state it declares to read and to write."""

    name: str
    function: Callable[..., Any]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    doc: str
