"""The shipped country and toyland, built once for all tests of the world."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from custodes.scenario.load import Scenario, load
from custodes.week import Parameters, parameters_of
from custodes.world import columns as col
from custodes.world import people
from custodes.world.counting import week_number
from custodes.world.state import World


@pytest.fixture(scope="session")
def country() -> Scenario:
    return load("dprk/2017")


@pytest.fixture(scope="session")
def toyland() -> Scenario:
    return load("toyland")


@pytest.fixture(scope="session")
def parameters(country: Scenario) -> Parameters:
    return parameters_of(country.parameters)


@pytest.fixture(scope="session")
def built(country: Scenario, parameters: Parameters) -> Callable[[int], World]:
    """The country at a sample of 1/k, seed 1; the same object for every caller, so not to be changed."""
    return cache(lambda k: people.build(country, parameters, k, 1))


class Census:
    """A built world as plain arrays of the living."""

    def __init__(self, world: World) -> None:
        persons = world.persons
        alive = persons.condition != col.VACANT
        units = np.repeat(np.arange(world.units.county.size), np.diff(world.units.first_person))
        now = week_number(world.start) + world.week
        self.age = ((now - persons.birth_week.astype(np.int64)) // 52)[alive]
        self.flags = persons.flags[alive]
        self.woman = (self.flags & col.WOMAN) > 0
        self.songbun = (self.flags & col.SONGBUN_MASK) >> col.SONGBUN_SHIFT
        self.condition = persons.condition[alive]
        self.soldier = self.condition == col.SOLDIER
        self.occupation = persons.occupation[alive]
        self.unit = units[alive]
        self.county = world.units.county[self.unit]
        self.household = world.units.first_household[self.unit] + persons.household_in_unit[alive]
        self.ration_class = world.households.ration_class[self.household]
        self.people = int(alive.sum())

    def share(self, mask: Any) -> float:
        """Share of all living people."""
        return float(np.sum(mask)) / self.people


@pytest.fixture(scope="session")
def counted(built: Callable[[int], World]) -> Callable[[int], Census]:
    """The people of the country at 1/k, counted."""
    return cache(lambda k: Census(built(k)))


def same_bytes(a: World, b: World) -> bool:
    """Whether two worlds hold the same arrays, byte for byte, and the same numbers."""
    from custodes.world.cache import _arrays

    pairs = zip(_arrays(a), _arrays(b), strict=True)
    arrays = all(
        n == m and x.dtype == y.dtype and x.shape == y.shape and x.tobytes() == y.tobytes() for (n, x), (m, y) in pairs
    )
    books = (a.books.won, a.books.cents, a.books.grams) == (b.books.won, b.books.cents, b.books.grams)
    plain = (a.seed, a.k, a.week, a.start, a.memory, a.national) == (b.seed, b.k, b.week, b.start, b.memory, b.national)
    return arrays and books and plain
