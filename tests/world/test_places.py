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
