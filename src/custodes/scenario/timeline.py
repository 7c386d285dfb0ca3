"""What is done from outside the mechanisms, and when: dated actions on levers, from the scenario, policies and settings.

A week counts from the scenario's start (week 0 begins on its Monday; burn-in weeks are negative). An action acts from
the week that holds its date. Where several hold one lever at once the latest wins: first by week, then by its place
in the list; `--set` wins over all. When an action ends, the one below it returns.
"""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from custodes.actors.levers import LEVERS, LeverValues, court_indices, organ_indices
from custodes.world.columns import N_COURT, N_ORGANS

if TYPE_CHECKING:
    from custodes.scenario.load import Scenario
    from custodes.scenario.schema import Policy

Value = float | tuple[int, ...]
FOREVER: Final = 1 << 30


@dataclass(frozen=True)
class Action:
    """One entry of a timeline. `value` is a number, or class codes for `ration_priority`."""

    id: str
    week: int  #: first week in which it acts
    date: np.datetime64  #: the day on which it was decided
    lever: str
    organ: str | None  #: an organ, "all", or None for a lever that is not per organ
    value: Value
    until_week: int | None  #: first week in which a level no longer holds; None: for ever
    because: str
    source: str = ""
    grade: str = ""
    recalled: bool = False
    origin: str = "scenario"  #: "scenario", "policy:<name>" or "set"
    note: str = field(default="", compare=False)
    details: tuple[tuple[str, str], ...] = ()  #: of a purge: who, why, how, what is said

    def active(self, week: int) -> bool:
        """Whether it acts in a week: a level until it ends, an impulse in its own week only."""
        if LEVERS[self.lever].impulse:
            return week == self.week
        return self.week <= week and (self.until_week is None or week < self.until_week)

    def sentence(self) -> str:
        """`2017-01-16: rights_order of state_security to 0.7 (because)`."""
        of = f" of {self.organ}" if self.organ else ""
        value = self.value if isinstance(self.value, tuple) else f"{self.value:g}"
        return f"{self.date}: {self.lever}{of} to {value} ({self.because})"


def week_of(date: np.datetime64, start: np.datetime64) -> int:
    """The week, from `start`, that holds a date."""
    return int((date.astype("datetime64[D]") - start.astype("datetime64[D]")).astype(int) // 7)


class Timeline:
    """Actions in force, by week. Immutable: `with_actions` gives a new one."""

    def __init__(self, actions: Iterable[Action] = (), standing: dict[str, Any] | None = None) -> None:
        """`standing` are values that hold before any action (the scenario's `levers`), as keywords of LeverValues."""
        self.actions: tuple[Action, ...] = tuple(sorted(actions, key=lambda a: (a.origin == "set", a.week)))
        self.standing: dict[str, Any] = dict(standing or {})
        changes = {a.week for a in self.actions} | {a.until_week for a in self.actions if a.until_week is not None}
        changes |= {a.week + 1 for a in self.actions if LEVERS[a.lever].impulse}
        self._changes = sorted(changes)
        self._cache: dict[int, LeverValues] = {}

    def levers_at(self, week: int) -> LeverValues:
        """The levers in force in a week. The result is shared between weeks and must not be changed."""
        stretch = bisect_right(self._changes, week)
        if stretch not in self._cache:
            self._cache[stretch] = self._evaluate(week)
        return self._cache[stretch]

    def starting(self, week: int) -> list[Action]:
        """Actions whose first week this is."""
        return [a for a in self.actions if a.week == week]

    def with_actions(self, actions: Iterable[Action]) -> "Timeline":
        """This timeline and more actions."""
        return Timeline((*self.actions, *actions), self.standing)

    def with_policy(self, policy: "Policy", scenario: "Scenario") -> "Timeline":
        """This timeline and the actions of a policy, dated and scaled for a scenario."""
        from custodes.scenario.policies import actions_of

        return self.with_actions(actions_of(policy, scenario.start, scenario.scale, {a.id for a in self.actions}))

    def before(self, week: int) -> "Timeline":
        """What has begun before a week: all that a burn-in up to it can feel."""
        kept = [
            replace(a, until_week=a.until_week if a.until_week is not None and a.until_week < week else None)
            for a in self.actions
            if a.week < week
        ]
        return Timeline(kept, self.standing)

    def as_rows(self) -> list[dict[str, Any]]:
        """One plain row an action, for records and reports."""
        return [
            {
                "id": a.id,
                "week": a.week,
                "date": str(a.date),
                "lever": a.lever,
                "organ": a.organ,
                "value": list(a.value) if isinstance(a.value, tuple) else a.value,
                "until_week": a.until_week,
                "because": a.because,
                "source": a.source,
                "grade": a.grade,
                "recalled": a.recalled,
                "origin": a.origin,
                "details": dict(a.details),
            }
            for a in self.actions
        ]

    @property
    def digest(self) -> str:
        """sha256 of what acts (not of the words that explain it)."""
        rows = [[a.week, a.lever, a.organ, a.value, a.until_week, a.details] for a in self.actions]
        standing = LeverValues(**self.standing).as_dict()
        return hashlib.sha256(json.dumps([rows, standing], sort_keys=True).encode()).hexdigest()

    def _evaluate(self, week: int) -> LeverValues:
        values: dict[str, Any] = dict(self.standing)
        for action in self.actions:
            if action.active(week):
                _apply(action, values)
        return LeverValues(**values)


def _apply(action: Action, values: dict[str, Any]) -> None:
    lever = LEVERS[action.lever]
    if not (lever.per_organ or lever.per_court):
        values[lever.name] = action.value
        return
    size, indices = (N_ORGANS, organ_indices) if lever.per_organ else (N_COURT, court_indices)
    present = np.zeros(size) + np.asarray(values.get(lever.name, lever.default), np.float64)
    for organ in indices(action.organ or "all"):
        present[organ] = action.value
    values[lever.name] = present


def setting_actions(settings: dict[str, Value], start: np.datetime64) -> list[Action]:
    """Actions for `--set` of levers (`trade_cut`, or `organ_revenue_cut.police`): from the start, for good.

    Whoever sets an impulse lever gets it in the first week.
    """
    actions = []
    for number, (name, value) in enumerate(settings.items(), 1):
        lever, _, organ = name.partition(".")
        per_organ = LEVERS[lever].per_organ or LEVERS[lever].per_court
        actions.append(
            Action(
                id=f"set-{number}",
                week=0,
                date=start,
                lever=lever,
                organ=(organ or "all") if per_organ else None,
                value=value,
                until_week=None,
                because="set by the user",
                source="user",
                grade="D",
                origin="set",
            )
        )
    return actions


def numbered(actions: Sequence[Action], taken: Iterable[str] = ()) -> list[Action]:
    """The actions with unique ids `action-1`, `action-2` ... that are not in `taken`."""
    used, out, number = set(taken), [], 0
    for action in actions:
        number += 1
        while f"action-{number}" in used:
            number += 1
        out.append(replace(action, id=f"action-{number}"))
    return out
