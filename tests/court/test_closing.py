"""What a finished run keeps for those who show it: the ladder given turmoil, the roads of contraband, names at court."""

import json
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

import custodes as cu
from custodes.mechanisms import crisis, rings, routes
from custodes.observe import closing
from custodes.world.columns import COURT_ORGANS
from custodes.world.state import NO_CONTRABAND
from tests.court.test_rings import country


@cache
def closes() -> dict[str, Any]:
    """The tables of a short run of the small country, as its record keeps them."""
    record = cu.run("toyland", weeks=2, seed=3).record
    kept: dict[str, Any] = json.loads(json.dumps({key: record[key] for key in ("court", "ladder", "rings")}))
    return kept


def test_the_court_is_named_without_articles() -> None:
    named = closes()["court"]
    assert tuple(named["organs"]) == COURT_ORGANS
    assert named["organs"]["police"]["title"] == "Watch"
    assert sum(o["chiefs"] + o["deputies"] + o["directors"] for o in named["organs"].values()) == 1000


def test_shares_of_the_ladder_are_whole_and_rise_with_turmoil() -> None:
    given = closes()["ladder"]["given"]
    levels = np.arange(len(crisis.LEVELS))
    assert {g["turmoil"] for g in given} == set(closing.TURMOIL)
    for g in given:
        assert sum(g["shares"]) == pytest.approx(1.0)
    for neighbour in {g["neighbour"] for g in given}:
        year = [g for g in given if g["neighbour"] == neighbour and g["month"] == 12]
        means = [float(np.dot(g["shares"], levels)) for g in sorted(year, key=lambda g: g["turmoil"])]
        assert means == sorted(means)
        assert means[0] < 1.0 < means[-1]


class Stub:
    """As much of a world as the roads need."""

    def __init__(self, places: Any) -> None:
        self.places, self.memory = places, {"rings_staffed": 1.0, "rings_officers": 0.02, "contraband_output": 0.9}
        self.county = self
        self.lost = np.zeros(len(places.counties), np.int8)


def test_what_leaves_a_producer_goes_over_his_roads_and_no_load_is_lost_on_the_way() -> None:
    places, p = country()
    world: Any = Stub(places)
    loads, officers = closing.road_loads(world, p)
    chosen = rings.plan(routes.Same(places), world.lost.tobytes(), 1.0, 0.02, p)
    (source, kilograms), *others = places.contraband.producers
    assert not others
    net = np.zeros(len(places.counties))
    goal = np.zeros(len(places.counties))
    sent = 0.9 * kilograms * (1.0 - chosen.local[0])
    np.add.at(goal, chosen.ways.target, sent * chosen.share)
    touching = [r for r, (a, b, _) in enumerate(places.roads) if source in (a, b)]
    assert loads[touching].sum() == pytest.approx(sent)
    for r, (a, b, _) in enumerate(places.roads):
        net[a] += loads[r]
        net[b] += loads[r]
    inner = [c for c in range(len(net)) if c != source]
    assert all(net[c] >= goal[c] - 1e-9 for c in inner)  # what ends there came in
    through = [(net[c] - goal[c]) / 2.0 for c in inner]  # the rest passed through: in and out again
    assert min(through) >= -1e-9
    assert 0.0 < officers.sum() < loads.sum()


def test_a_country_without_contraband_keeps_no_roads() -> None:
    places, p = country()
    world: Any = Stub(replace(places, contraband=NO_CONTRABAND))
    assert closing.contraband(world, p) == {}
