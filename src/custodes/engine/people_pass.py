"""The one pass over the people: tile after tile, households (4a), persons (4b), rare events, sums.

A tile is up to 16 neighbourhoods of one county. Each writes its own line of integer sums, which are then added up by
county: the result cannot depend on threads or chunks. Threads are Python's, sharing compiled code that releases the
interpreter lock; docs/decisions says why.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import draws
from custodes.engine.events_pass import event_pass
from custodes.engine.household_pass import Clock, household_pass
from custodes.engine.person_pass import (
    UNIT_SUMS,
    draw_persons,
    from_household,
    hear_and_fear,
    histogram,
    spread,
    think_and_show,
    unit_sums,
)
from custodes.engine.scratch import Scratch, new_scratch
from custodes.engine.sums import INDEX, N_SUMS, NAMES
from custodes.engine.tables import Tables
from custodes.jit import njit, njit_exact_sum, njit_pass
from custodes.mechanisms import (
    awareness,
    extortion,
    fear,
    flight,
    market,
    prices,
    punishment,
    rations,
    stance,
    support,
)
from custodes.world.columns import WEEK_ZERO
from custodes.world.state import World


class PassParameters(NamedTuple):
    """The parameter groups that people-level functions read."""

    rations: rations.Params
    market: market.Params
    prices: prices.Params
    extortion: extortion.Params
    awareness: awareness.Params
    fear: fear.Params
    support: support.Params
    stance: stance.Params
    punishment: punishment.Params
    flight: flight.Params


def _household_sums() -> NDArray[np.int64]:
    """Places of the sums that are added up from `flows`."""
    first = INDEX["households"]
    other = {"emptied_households", "emptied_money", "emptied_cents", "broker_fee"}
    rows = [i for i, name in enumerate(NAMES) if i >= first and name not in other and not name.startswith("class_")]
    return np.array(rows, np.int64)


HOUSEHOLD_SUMS: Final = _household_sums()
_UNIT_SUM_INDEX: Final = np.array([INDEX[name] for name in UNIT_SUMS], np.int64)
CHUNKS: Final = 64  #: pieces that the tiles are handed out in; results do not depend on it


@njit_exact_sum
def add_up(values, n):
    """Sum of whole numbers held in floats: exact, so the compiler may add in any order."""
    total = 0.0
    for j in range(n):
        total += values[j]
    return total


@njit
def by_county(tiles, county, out):
    """Add the sums of tiles (tiles, N_SUMS) up by county, (C, N_SUMS)."""
    out[:] = 0
    for tile in range(tiles.shape[0]):
        line = out[county[tile]]
        for i in range(tiles.shape[1]):
            line[i] += tiles[tile, i]


@njit_pass
def pass_tiles(
    start,
    stop,
    first_unit,
    county,
    persons,
    households,
    units,
    t,
    p,
    clock,
    crowd,
    scratch,
    sums,
    bins,
    rows,
    unit_index,
):
    """Step tiles start..stop and write their sums, shape (tiles, N_SUMS), and histograms, shape (tiles, 32)."""
    for tile in range(start, stop):
        c = county[tile]
        u0, u1 = first_unit[tile], first_unit[tile + 1]
        out = sums[tile]
        out[:] = 0
        household_pass(c, u0, u1, persons, households, units, t, p, clock, scratch, out)
        first = units.first_person[u0]
        n = units.first_person[u1] - first
        s = scratch.p
        draw_persons(first, n, s, clock)
        spread(u0, u1, c, persons, units, t, s)
        from_household(n, s, scratch.h)
        hear_and_fear(first, n, c, persons, t, p, s)
        think_and_show(first, n, persons, t, p, clock, s)
        if (tile + clock.quarter) % 4 == 0:
            histogram(n, s, bins[tile])
        homes = units.first_household[u1] - units.first_household[u0]
        for k in rows:
            out[k] += np.int64(add_up(scratch.h.flows[k], homes))
        event_pass(c, u0, u1, persons, households, units, t, p, clock, crowd[c], scratch, out)
        unit_sums(u0, u1, persons, units, clock, out, unit_index)


class Pass:
    """Runs the people pass of one world, on one or more threads. Holds scratch and buffers, no state."""

    def __init__(self, world: World, parameters: Any, threads: int = 1) -> None:
        self.threads = threads
        tiles, units = world.tiles, world.units
        persons = np.diff(units.first_person[tiles.first_unit])
        homes = np.diff(units.first_household[tiles.first_unit])
        size = (int(homes.max(initial=1)), int(persons.max(initial=1)))
        self.scratch: list[Scratch] = [new_scratch(*size) for _ in range(threads)]
        self.tile_sums = np.zeros((len(tiles.county), N_SUMS), np.int64)
        self.pool = ThreadPoolExecutor(threads) if threads > 1 else None
        pieces = min(CHUNKS, len(tiles.county), 8 * threads) if threads > 1 else 1
        bounds = np.linspace(0, len(tiles.county), pieces + 1).astype(int).tolist()
        self.chunks = [(a, b) for a, b in pairwise(bounds) if b > a]
        self.parameters = PassParameters(*(getattr(parameters, name) for name in PassParameters._fields))

    def step(self, world: World, tables: Tables, clock: Clock, crowd: NDArray[np.float64]) -> None:
        """One week: change the people in place and leave the new sums in `world.sums`."""
        if self.pool is None:
            for a, b in self.chunks:
                self._chunk(a, b, world, tables, clock, crowd, self.scratch[0])
        else:
            self._threads(self.chunks, world, tables, clock, crowd)
        by_county(self.tile_sums, world.tiles.county, world.sums)

    def _chunk(
        self, a: int, b: int, world: World, tables: Tables, clock: Clock, crowd: NDArray[np.float64], scratch: Scratch
    ) -> None:
        pass_tiles(
            a,
            b,
            world.tiles.first_unit,
            world.tiles.county,
            world.persons,
            world.households,
            world.units,
            tables,
            self.parameters,
            clock,
            crowd,
            scratch,
            self.tile_sums,
            world.tile_histogram,
            HOUSEHOLD_SUMS,
            _UNIT_SUM_INDEX,
        )

    def _threads(
        self, chunks: Sequence[tuple[int, int]], world: World, tables: Tables, clock: Clock, crowd: NDArray[np.float64]
    ) -> None:
        assert self.pool is not None
        queue = iter(list(chunks))

        def work(scratch: Scratch) -> None:
            for a, b in queue:  # list iterators hand out each item once, under the interpreter lock
                self._chunk(a, b, world, tables, clock, crowd, scratch)

        for done in [self.pool.submit(work, scratch) for scratch in self.scratch]:
            done.result()

    def close(self) -> None:
        """End the threads."""
        if self.pool is not None:
            self.pool.shutdown()


def make_clock(world: World, of_year_first: bool) -> Clock:
    """The clock of the world's week."""
    since_1990 = int((world.start - WEEK_ZERO).astype("timedelta64[D]").astype(int)) // 7 + world.week
    keys = [draws.key_words(world.seed, name) for name in ("person_week", "household_week", "event")]
    return Clock(since_1990, world.week % 4, int(of_year_first), *keys[0], *keys[1], *keys[2])
