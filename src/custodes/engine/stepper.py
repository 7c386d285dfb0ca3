"""How one week moves: levers, tables, the people pass, settlements, books. `week.py` holds the order."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from custodes.actors.levers import EVENT_KINDS
from custodes.engine import settle
from custodes.engine.people_pass import Pass, make_clock
from custodes.engine.step import Deed, Log, Player, Week
from custodes.engine.tables import Tables
from custodes.errors import BrokenLaw
from custodes.finite import not_finite
from custodes.mechanisms import market, survey
from custodes.week import PREPARE, SETTLE, Parameters
from custodes.world.columns import WEEK_ZERO
from custodes.world.state import World

PROMISE = 0.05  #: a promise of better times raises income references by this share (EQUATIONS 6: "5 %")


class Silence:
    """A log that keeps nothing: for burn-in."""

    def record(self, kind: str, week: int, **_: Any) -> str:
        """Forget the event; its id names nothing."""
        return ""

    def latest(self, kind: str, within_weeks: int, place: str | None = None, organ: str | None = None) -> list[str]:
        """Nothing has happened."""
        return []

    def magnitude_of(self, event_id: str) -> float:
        """No event has one."""
        return 0.0


class Stepper:
    """Steps one world week by week under a timeline; `close()` ends its threads."""

    def __init__(
        self,
        world: World,
        parameters: Parameters,
        timeline: Any,
        log: Log,
        threads: int = 1,
        players: Sequence[Player] = (),
    ) -> None:
        self.world, self.p, self.timeline, self.log, self.players = world, parameters, timeline, log, tuple(players)
        self.people = Pass(world, parameters, threads)
        self.tables: Tables | None = None
        self._arrest_shares = tuple(f"arrest_share.{c}" for c in range(len(world.places.counties)))

    def calendar(self) -> Week:
        """The week that the world stands in."""
        world = self.world
        date, year, of_year = _date(world.start, world.week)
        new_year = _date(world.start, world.week - 1)[1] != year
        return Week(world.week, of_year, year, date, new_year, self.timeline.levers_at(world.week), self.log)

    def step(self) -> Week:
        """Move the world through the week it stands in; BrokenLaw if a law does not hold afterwards."""
        world, week = self.world, self.calendar()
        self._log_actions(week)
        for player in self.players:
            player.act(world, week, self.p)
        self._promise(week)
        tables = self.make_tables(week)
        self.tables = tables
        clock = make_clock(world, week.first_of_year)
        crowd = np.array([world.memory.get(name, 0.0) for name in self._arrest_shares])
        self.people.step(world, tables, clock, crowd)
        settle.settle(world, market.booked_shares(self.p.market))
        for step in SETTLE:
            step.function(world, week, self.p)
        if self._last_of_year(week):
            survey.ask(world, tables, week.year, clock.week, self.p)
        for player in self.players:
            player.observe(world, week, self.p)
        settle.check(world)
        self._check_finite(week)
        world.week += 1
        return week

    def make_tables(self, week: Week) -> Tables:
        """The tables of the week, from all `prepare` steps; BrokenLaw if one is missing or not finite."""
        filled: dict[str, Any] = {}
        for step in PREPARE:
            filled |= step.function(self.world, week, self.p)
        missing = set(Tables._fields) - set(filled)
        if missing:
            raise BrokenLaw(f"week {week.number}: no step filled the tables {', '.join(sorted(missing))}")
        tables = Tables(*[np.ascontiguousarray(filled[name], kind) for name, kind in _KINDS])
        odd = not_finite(Tables._fields, tables)
        if odd:
            raise BrokenLaw(f"week {week.number}: the table '{odd}' is not finite")
        return tables

    def _log_actions(self, week: Week) -> None:
        for action in self.timeline.starting(week.number):
            value = action.value if isinstance(action.value, int | float) else 1.0
            event = self.log.record(
                EVENT_KINDS.get(action.lever, action.lever),
                week.number,
                organ=action.organ or "",
                magnitude=float(value),
                text=action.because or action.lever,
                origin=f"{action.origin}: {action.source}" if action.source else action.origin,
                lever=action.lever,
            )
            week.deeds.append(Deed(action.lever, action.organ or "", float(value), event, details=dict(action.details)))

    def _promise(self, week: Week) -> None:
        if week.levers.promise > 0.0:
            reference = self.world.households.income_reference
            raised = reference.astype(np.int64) + (reference * (PROMISE * week.levers.promise)).astype(np.int64)
            reference[:] = np.minimum(raised, 2_000_000_000).astype(np.int32)

    def _last_of_year(self, week: Week) -> bool:
        return _date(self.world.start, week.number + 1)[1] != week.year

    def _check_finite(self, week: Week) -> None:
        world = self.world
        for part in (world.national, world.county, world.organ, world.guards, world.court, world.branch, world.memory):
            values = part if isinstance(part, dict) else vars(part)
            odd = not_finite(values, values.values())
            if odd:
                raise BrokenLaw(f"week {week.number}: '{odd}', a price, a share or a rate, is not finite any more")

    def close(self) -> None:
        """End the threads."""
        self.people.close()


_WHOLE = {"need_grams", "ration_grams", "plot_grams", "remittance_cents"}
#: The tables as the people pass wants them, contiguous and of one dimension at least: name and type.
_KINDS: tuple[tuple[str, Any], ...] = tuple(
    (name, np.int64 if name in _WHOLE else np.float64) for name in Tables._fields
)


@lru_cache(8192)
def _date(start: np.datetime64, week: int) -> tuple[np.datetime64, int, int]:
    """The Monday of a week, its year, and the week of the year, 0 to 51."""
    date = start + np.timedelta64(7 * week, "D")
    year = int(date.astype("datetime64[Y]").astype(int)) + 1970
    days = int((date - np.datetime64(f"{year}-01-01")).astype("timedelta64[D]").astype(int))
    return date, year, min(51, days // 7)


def weeks_since_1990(world: World) -> int:
    """The world's week as a count from 1990-01-01."""
    return int((world.start - WEEK_ZERO).astype("timedelta64[D]").astype(int)) // 7 + world.week
