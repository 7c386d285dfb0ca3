"""Births and deaths at the crude rates of the start, and the yearly exchange between barracks and homes."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from custodes.mechanisms import demography
from custodes.scenario.load import Scenario
from custodes.week import Parameters, parameters_of
from custodes.world import columns as col
from custodes.world import people, vital
from custodes.world.counting import week_number
from custodes.world.state import World

Build = Callable[[int], World]
MOVED = (
    "birth_week",
    "flags",
    "stance",
    "risk_aversion",
    "private_support",
    "support_trait",
    "fear",
    "media",
    "rights",
)
STAYS = ("occupation", "condition", "term", "household_in_unit")


@pytest.fixture
def village(toyland: Scenario) -> World:
    """Toyland, one by one."""
    return people.build(toyland, parameters_of(toyland.parameters), 1, 4)


def a_week(world: World, first_of_year: bool = True) -> Any:
    date = world.start + np.timedelta64(7 * world.week, "D")
    return SimpleNamespace(number=world.week, first_of_year=first_of_year, date=date)


def test_crude_rates_of_the_start_are_those_of_the_parameters(built: Build, parameters: Parameters) -> None:
    world = built(100)
    tables = demography.prepare(world, a_week(world), parameters)
    ages = vital.ages(world)
    everybody = ages.sum()
    births = (tables["birth_rate"] * ages[1, 0]).sum() * 52 / everybody
    deaths = (tables["death_rate"] * ages.sum(axis=1)).sum() * 52 / everybody
    assert births == pytest.approx(0.014, rel=1e-6)
    assert deaths == pytest.approx(0.009, rel=1e-6)
    assert tables["death_rate"].shape == (2, 128)
    assert tables["birth_rate"].shape == (128,)


def test_mothers_are_of_childbearing_age_and_the_old_die_first(built: Build, parameters: Parameters) -> None:
    tables = demography.prepare(built(1000), a_week(built(1000)), parameters)
    births, deaths = tables["birth_rate"], tables["death_rate"]
    assert not births[:18].any()
    assert not births[46:].any()
    assert 24 <= int(births.argmax()) <= 30
    assert (np.diff(deaths[:, 15:90], axis=1) >= 0).all()
    assert (deaths[0, 20:80] > deaths[1, 20:80]).all()
    assert (deaths[:, 0] > 10 * deaths[:, 10]).all()


def test_life_expectancy_is_plausible_for_the_rates(built: Build, parameters: Parameters) -> None:
    deaths = demography.prepare(built(1000), a_week(built(1000)), parameters)["death_rate"] * 52
    for woman, expected in ((0, 64.1), (1, 71.0)):
        assert np.cumprod(1.0 - deaths[woman, :110]).sum() == pytest.approx(expected, abs=5.0)


def test_a_tenth_of_the_soldiers_change_places_each_year(village: World, parameters: Parameters) -> None:
    persons = village.persons
    before = {name: getattr(persons, name).copy() for name in persons._fields}
    soldiers = before["condition"] == col.SOLDIER
    demography.settle(village, a_week(village), parameters)
    left = soldiers & (persons.birth_week != before["birth_week"])
    assert left.sum() == pytest.approx(0.1 * soldiers.sum(), abs=12)
    assert (persons.birth_week[left] > before["birth_week"][left]).all()
    for name in STAYS:
        assert np.array_equal(getattr(persons, name), before[name]), name


def test_the_exchange_moves_persons_whole_and_loses_none(village: World, parameters: Parameters) -> None:
    def census() -> list[tuple[int, ...]]:
        there = village.persons.condition != col.VACANT
        return sorted(zip(*(getattr(village.persons, name)[there].tolist() for name in MOVED), strict=True))

    before = census()
    demography.settle(village, a_week(village), parameters)
    assert census() == before


def test_recruits_are_young_and_no_ones_trader_and_officers_stay(village: World, parameters: Parameters) -> None:
    persons, units, households = village.persons, village.units, village.households
    now = week_number(village.start) + village.week
    soldier = persons.condition == col.SOLDIER
    officers = soldier & ((persons.flags & col.OFFICER) > 0)
    born, women = persons.birth_week.copy(), (persons.flags & col.WOMAN).copy()
    demography.settle(village, a_week(village), parameters)
    changed = born != persons.birth_week
    age = (now - persons.birth_week[changed & soldier].astype(int)) // 52
    assert set(age) <= {17, 18}
    assert not (changed & officers).any()
    assert np.array_equal((persons.flags & col.WOMAN), women)
    unit = np.repeat(np.arange(units.county.size), np.diff(units.first_household))
    there = households.trader != col.NO_TRADER
    traders = units.first_person[unit[there]] + households.trader[there]
    assert not changed[traders].any()
    assert (persons.condition[traders] == col.FREE).all()


def test_the_longest_serving_leave(village: World, parameters: Parameters) -> None:
    persons = village.persons
    conscripts = (persons.condition == col.SOLDIER) & ((persons.flags & (col.OFFICER | col.WOMAN)) == 0)
    born, county = persons.birth_week.copy(), np.repeat(village.units.county, np.diff(village.units.first_person))
    demography.settle(village, a_week(village), parameters)
    for c in range(len(village.places.counties)):
        here = conscripts & (county == c)
        gone = here & (persons.birth_week != born)
        assert born[gone].max() <= born[here & ~gone].min()


def test_garrisons_stay_young_over_ten_years(village: World, parameters: Parameters) -> None:
    persons = village.persons
    for _ in range(10):
        demography.settle(village, a_week(village), parameters)
        village.week += 52
    now = week_number(village.start) + village.week
    conscripts = (persons.condition == col.SOLDIER) & ((persons.flags & col.OFFICER) == 0)
    age = (now - persons.birth_week[conscripts].astype(int)) // 52
    assert np.median(age) < 26
    assert (age <= 30).mean() > 0.9


def test_nothing_happens_within_a_year(village: World, parameters: Parameters) -> None:
    born = village.persons.birth_week.copy()
    demography.settle(village, a_week(village, first_of_year=False), parameters)
    assert np.array_equal(village.persons.birth_week, born)


def test_small_counties_send_recruits_in_the_long_run(built: Build, country: Scenario, parameters: Parameters) -> None:
    world = people.build(country, parameters, 1000, 5)
    moved = 0
    for _ in range(10):
        born = world.persons.birth_week.copy()
        demography.settle(world, a_week(world), parameters)
        moved += int(((world.persons.birth_week != born) & (world.persons.condition == col.SOLDIER)).sum())
        world.week += 52
    assert moved == pytest.approx(702, rel=0.25)
