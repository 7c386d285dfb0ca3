"""Counties keep the scenario's people, and their neighbours are near."""

import itertools

import numpy as np

from custodes.scenario.load import Scenario
from custodes.world.places import NEIGHBOURS, build_places


def test_populations_and_garrisons_add_up(country: Scenario) -> None:
    places = build_places(country)
    assert places.population.sum() + places.soldiers.sum() == country.people
    assert len(places.counties) == len(country.places) == 178
    assert places.counties[places.capital] == "Pyongyang"
    assert places.markets.sum() == sum(country.markets.values()) == 404
    assert places.estimated.sum() == sum(c.status == "ESTIMATED" for c in country.places)


def test_neighbours_are_the_five_nearest_of_the_same_or_an_adjacent_province(country: Scenario) -> None:
    places = build_places(country)
    pairs = {frozenset(pair) for pair in country.adjacent_provinces}
    for i, near in enumerate(places.neighbours):
        assert len(set(near)) == NEIGHBOURS
        assert i not in near
        for j in near:
            a, b = places.provinces[places.province[i]], places.provinces[places.province[j]]
            assert a == b or frozenset((a, b)) in pairs
        far = [
            np.hypot(places.latitude[i] - places.latitude[j], 0.77 * (places.longitude[i] - places.longitude[j]))
            for j in near
        ]
        assert max(far) < 2.0
        assert all(a <= 1.15 * b for a, b in itertools.pairwise(far))


def test_without_adjacency_every_province_is_adjacent(toyland: Scenario) -> None:
    from dataclasses import replace

    alone = build_places(replace(toyland, adjacent_provinces=()))
    assert all(len(near) == NEIGHBOURS for near in alone.neighbours)


def test_roads_join_all_counties_and_are_of_plausible_length(country: Scenario, toyland: Scenario) -> None:
    for scenario in (country, toyland):
        places = build_places(scenario)
        reached, edge = {0}, {0}
        near: dict[int, set[int]] = {}
        for i, j, km in places.roads:
            assert i < j
            assert 1.0 < km < 200.0
            near.setdefault(i, set()).add(j)
            near.setdefault(j, set()).add(i)
        assert len({road[:2] for road in places.roads}) == len(places.roads)
        while edge:
            edge = {j for i in edge for j in near[i]} - reached
            reached |= edge
        assert len(reached) == len(places.counties)
        assert len(places.roads) <= 3 * len(places.counties)


def test_an_island_is_joined_by_its_shortest_link(toyland: Scenario) -> None:
    from dataclasses import replace

    alone = tuple(replace(c, longitude=c.longitude + 5.0) if c.province == "Marches" else c for c in toyland.places)
    places = build_places(replace(toyland, places=alone, adjacent_provinces=(("Heartland", "Heartland"),)))
    across = [r for r in places.roads if places.province[r[0]] != places.province[r[1]]]
    assert len(across) == 1
    assert 400.0 < across[0][2] < 700.0
