"""Threads, chunks and tiles are ways of working: none of them is part of what happens."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from custodes.engine import people_pass
from custodes.world import columns as col
from custodes.world import people
from custodes.world.counting import week_number
from tests.engine.country import Ride, action, differences, file_digest, ride, state_of

WEEKS = 30
COUNTRIES = [("toyland", 1), ("dprk/2017", 1000)]

#: levers that bring crowds, raids, arrests and flight about, so that the rare paths are run too
STIR = [
    action("raids", 10.0),
    action("market_closure", 1.0, 2),
    action("currency_reform", 1.0, 5),
    action("rights_order", 1.0, 3, "all"),
    action("edict", 1.0, 4, "all"),
]


def lived(name: str, k: int, threads: int = 1, weeks: int = WEEKS, settings: tuple[str, ...] = ()) -> dict[str, str]:
    """Everything after some weeks: world, series and events, as digests."""
    with ride(name, k, weeks, threads=threads, actions=STIR, settings=settings) as it:
        return state_of(it.to(weeks))


@pytest.mark.parametrize(("name", "k"), COUNTRIES)
def test_threads_never_change_a_byte(name: str, k: int) -> None:
    one = lived(name, k)
    for threads in (2, 3):
        assert differences(one, lived(name, k, threads)) == [], f"{threads} threads"


def test_threads_never_change_a_file(tmp_path: Path) -> None:
    import custodes as cu

    digests = set()
    for threads in (1, 2, 3):
        run = cu.run("toyland", weeks=20, sample=1, seed=2, threads=threads, out=tmp_path / str(threads))
        assert run.path is not None
        digests.add((file_digest(run.path / "run.parquet"), file_digest(run.path / "events.parquet")))
    assert len(digests) == 1


@pytest.mark.parametrize("chunks", [1, 2, 7, 10_000])
def test_chunks_never_change_a_byte(chunks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = lived("toyland", 1, weeks=8)
    monkeypatch.setattr(people_pass, "CHUNKS", chunks)
    assert differences(usual, lived("toyland", 1, 2, 8)) == []


def tiled(units_a_tile: int, monkeypatch: pytest.MonkeyPatch, **how: Any) -> dict[str, str]:
    """As `lived` in toyland, with tiles of another size from week 0 on."""
    with ride("toyland", 1, 12, actions=STIR, **how) as it:
        retile(it, units_a_tile, monkeypatch)
        return state_of(it.to(12))


def retile(it: Ride, units_a_tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the neighbourhoods of a world into other tiles; what tiles remember (the histogram) starts empty."""
    world = it.world
    monkeypatch.setattr(col, "UNITS_PER_TILE", units_a_tile)
    world.tiles = people.tiles_of(world.units, len(world.places.counties))
    world.tile_histogram = np.zeros((world.tiles.county.size, 32), np.uint16)
    it.stepper.close()
    it.stepper.people = people_pass.Pass(world, it.parameters, it.stepper.people.threads)


def test_tiles_change_nothing_but_their_own_histogram(monkeypatch: pytest.MonkeyPatch) -> None:
    """Invariant: every row, sum, account and series. Not invariant: `tile_histogram`, renewed tile by tile every fourth week.

    Crowds are computed from the histogram, so the claim is about weeks without a spark: `incidents.spark=0`.
    """
    results = {size: tiled(size, monkeypatch, settings=("incidents.spark=0",)) for size in (4, 8, 16)}
    for size in (4, 8):
        assert differences(results[16], results[size]) == ["tile_histogram"]


@pytest.mark.parametrize("units_a_tile", [4, 8, 16])
def test_a_quarter_of_the_tiles_renews_its_histogram_and_counts_its_adults(
    units_a_tile: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is the same for tiles of any size: a renewed line holds each adult who was at home when the week began, once."""
    with ride("toyland", 1, 6) as it:
        retile(it, units_a_tile, monkeypatch)
        world = it.world
        for week in range(6):
            grown = world.persons.birth_week <= week_number(world.start) + week - col.ADULT_WEEKS
            adults = (world.persons.condition <= col.SOLDIER) & grown
            counts = np.add.reduceat(adults, world.units.first_person[world.tiles.first_unit[:-1]])
            before = world.tile_histogram.copy()
            it.step()
            renewed = (np.arange(counts.size) + week) % 4 == 0
            assert np.array_equal(world.tile_histogram.sum(axis=1)[renewed], counts[renewed])
            assert np.array_equal(world.tile_histogram[~renewed], before[~renewed])


def test_another_seed_is_another_history() -> None:
    with ride("toyland", 1, 4, seed=1) as one, ride("toyland", 1, 4, seed=2) as two:
        changed = differences(state_of(one.to(4)), state_of(two.to(4)))
    assert {"persons.fear", "households.money", "sums", "series.rice_price_won"} <= set(changed)
