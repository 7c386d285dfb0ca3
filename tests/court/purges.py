"""Courts for the tests of blame, suspicion, purges and fates: a street set by hand, and many years watched once."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from custodes.engine.step import Deed, Week
from custodes.engine.sums import index
from custodes.observe.events import EventLog
from custodes.week import Parameters
from custodes.world.columns import N_ORGANS
from custodes.world.court import Court
from custodes.world.state import World
from tests.court.alone import court, years

BEFORE = 104  #: weeks that are left out, until the court is at rest
YEARS = 5
SEEDS = 6


def street(world: World, anger: float = 0.37, threats: tuple[int, ...] = (100, 300, 600), rights: float = 0.06) -> None:
    """A street of so much anger (that of the built-in countries at rest) and so many threats by organ."""
    sums = np.zeros_like(world.sums)
    sums[0, index("households")] = sums[0, index("adults")] = 10_000
    sums[0, index("anger_u16")] = int(anger * 65535 * 10_000)
    sums[0, index("rights_u16")] = int(rights * 65535 * 10_000)
    for o in range(N_ORGANS):
        sums[0, index("threats_met", o)] = threats[o]
    world.sums = sums


class Still(NamedTuple):
    """A court in which only the tested step runs."""

    world: World
    p: Parameters
    levers: Any
    log: EventLog

    @property
    def court(self) -> Court:
        return self.world.court

    def week(self, *deeds: Deed) -> Week:
        """The week that the world stands in."""
        world = self.world
        self.log.begin_week(world.week)
        date = world.start + np.timedelta64(7 * world.week, "D")
        return Week(world.week, world.week % 52, 2017, date, False, self.levers, self.log, list(deeds))

    def rows(self, organ: int, rank: int) -> list[int]:
        """Rows of the posts of an organ and rank."""
        return np.flatnonzero((self.court.organ == organ) & (self.court.rank == rank)).tolist()  # type: ignore[no-any-return]


def still(seed: int = 1, settings: tuple[str, ...] = ()) -> Still:
    """A court at its start, over a street at rest."""
    world, parameters, levers = court(seed, settings)
    street(world)
    return Still(world, parameters, levers, EventLog(str(world.start)))


class Watched(NamedTuple):
    """What some courts left behind after `BEFORE` weeks, `YEARS` years each."""

    falls: list[dict[str, Any]]
    events: dict[str, int]
    years: int
    last: int  #: the last week

    def rate(self, **wanted: Any) -> float:
        """Falls a year with these values in their records."""
        return sum(all(r[k] == v for k, v in wanted.items()) for r in self.falls) / self.years


@cache
def watched(settings: tuple[str, ...] = (), seeds: int = SEEDS) -> Watched:
    """Courts without a leader who acts, over a street at rest."""
    falls: list[dict[str, Any]] = []
    events: dict[str, int] = {}
    for seed in range(seeds):
        world, log = years(seed, BEFORE / 52 + YEARS, settings, prepare=street)
        falls += [r for r in world.register if r["week"] >= BEFORE]
        for event in log:
            if event.week >= BEFORE:
                events[event.kind] = events.get(event.kind, 0) + 1
    return Watched(falls, events, seeds * YEARS, BEFORE + 52 * YEARS)
