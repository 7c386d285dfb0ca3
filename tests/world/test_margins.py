"""The people built are the people of the census: margins of the whole, of provinces and of classes, at two samples."""

from collections.abc import Callable

import numpy as np
import pytest

from custodes.scenario.load import Scenario
from custodes.week import Parameters
from custodes.world import columns as col
from custodes.world.state import World
from tests.world.conftest import Census

SAMPLES = (1000, 100)
#: Three standard deviations of a share of one half, in a sample of n people, and half a person of rounding.
NOISE = {k: 3.0 * 0.5 / np.sqrt(25_430_000 / k) + 0.0005 for k in SAMPLES}
Build, Count = Callable[[int], World], Callable[[int], Census]


@pytest.mark.parametrize("k", SAMPLES)
def test_totals_are_those_of_the_scenario_to_the_row(built: Build, country: Scenario, k: int) -> None:
    world = built(k)
    assert abs(world.total("people") - country.people) <= k
    assert abs(world.total("soldiers") - country.soldiers) <= k
    assert abs(world.total("camp") - 100_000) <= k


@pytest.mark.parametrize("k", SAMPLES)
def test_every_county_has_its_people_and_its_garrison(built: Build, counted: Count, k: int) -> None:
    world, census = built(k), counted(k)
    civil = np.bincount(census.county[~census.soldier], minlength=178)
    soldiers = np.bincount(census.county[census.soldier], minlength=178)
    assert np.abs(civil * k - world.places.population).max() <= 2 * k
    assert np.abs(soldiers * k - world.places.soldiers).max() <= 2 * k
    assert np.bincount(world.units.county, minlength=178).min() >= 1


@pytest.mark.parametrize("k", SAMPLES)
def test_provinces_hold_their_share_of_the_people(built: Build, counted: Count, k: int) -> None:
    world, census = built(k), counted(k)
    province = world.places.province[census.county[~census.soldier]]
    found = np.bincount(province) * k
    wanted = np.bincount(world.places.province, weights=world.places.population)
    assert np.abs(found - wanted).max() <= k


@pytest.mark.parametrize("k", SAMPLES)
def test_age_bands_by_sex_are_those_of_the_census(counted: Count, country: Scenario, k: int) -> None:
    census = counted(k)
    table = country.tables["age_sex"]
    whole = sum(table["man"]) + sum(table["woman"])
    for sex, woman in (("man", False), ("woman", True)):
        for band, share in enumerate(table[sex]):
            here = (census.age >= 5 * band) & ((census.age < 5 * band + 5) | (band == len(table[sex]) - 1))
            spread = np.sqrt(share / census.people)
            assert census.share(here & (census.woman == woman)) == pytest.approx(
                share / whole, abs=4.0 * spread + 0.0004
            )


def test_the_broad_age_groups_and_the_sexes_match_closely(counted: Count) -> None:
    census = counted(100)
    assert census.share(census.age < 15) == pytest.approx(0.2319, abs=0.003)
    assert census.share(census.age >= 65) == pytest.approx(0.0872, abs=0.002)
    assert census.share(census.woman) == pytest.approx(0.513, abs=0.003)
    assert np.median(census.age) == pytest.approx(32.9, abs=1.0)


def test_soldiers_are_mostly_young_men(counted: Count, parameters: Parameters) -> None:
    census = counted(100)
    soldiers = census.soldier
    young = (census.age[soldiers] >= 17) & (census.age[soldiers] <= 26)
    officers = (census.flags[soldiers] & col.OFFICER) > 0
    assert officers.mean() == pytest.approx(parameters.initial.officers, abs=0.015)
    assert young[~officers].all()
    assert census.woman[soldiers].mean() < 0.15
    assert not (census.flags[~soldiers] & col.OFFICER).any()


@pytest.mark.parametrize("k", SAMPLES)
def test_households_have_the_census_mean_and_no_more_than_eight(built: Build, k: int) -> None:
    households = built(k).households
    civil = households.ration_class != col.ARMY
    # a household whose member is in a camp counts one less
    assert households.members[civil].mean() + 100_000 / k / civil.sum() == pytest.approx(3.9, abs=0.005)
    assert households.members[civil].min() >= 1
    assert households.members[civil].max() <= 8
    assert households.members[~civil].max() <= 10


@pytest.mark.parametrize("k", SAMPLES)
def test_urban_households_are_the_urban_share(built: Build, country: Scenario, k: int) -> None:
    households = built(k).households
    civil = households.ration_class != col.ARMY
    urban = (households.flags[civil] & col.URBAN) > 0
    wanted = sum(c.population * c.urban_share for c in country.places) / sum(c.population for c in country.places)
    assert urban.mean() == pytest.approx(wanted, abs=0.002)
    assert wanted == pytest.approx(0.606, abs=0.01)


@pytest.mark.parametrize("k", SAMPLES)
def test_songbun_keeps_its_national_shares_and_tilts_by_place(built: Build, counted: Count, k: int) -> None:
    census = counted(k)
    place = built(k).places.place_type[census.county]
    for code, share in enumerate((0.28, 0.45, 0.27)):
        assert census.share(census.songbun == code) == pytest.approx(share, abs=2.0 * NOISE[k])
    core = [(census.songbun[place == p] == 0).mean() for p in range(4)]
    assert core[0] > max(core[1:]) + 0.05
    assert (census.songbun[place == 1] == 2).mean() > (census.songbun[place == 0] == 2).mean() + 0.1


@pytest.mark.parametrize("k", SAMPLES)
def test_organs_have_their_staff_in_households_and_in_occupations(
    built: Build, counted: Count, parameters: Parameters, k: int
) -> None:
    world, census = built(k), counted(k)
    for organ, staff in enumerate(parameters.initial.staff):
        households = int((world.households.ration_class == organ).sum())
        assert abs(households * k - staff) <= k
        assert int((census.occupation == 10 + organ).sum()) == households
        assert world.guards.staff[organ].sum() == pytest.approx(staff)


def test_staff_is_dense_where_the_state_is_afraid(built: Build, parameters: Parameters) -> None:
    world = built(100)
    place, people = world.places.place_type, world.places.population
    for organ in range(col.N_ORGANS):
        density = [world.guards.staff[organ][place == p].sum() / people[place == p].sum() for p in range(4)]
        wanted = np.asarray(parameters.initial.staff_density)
        assert np.asarray(density) / density[0] == pytest.approx(wanted / wanted[0])
        households = world.households.ration_class == organ
        county = np.repeat(world.units.county, np.diff(world.units.first_household))[households]
        assert np.bincount(county, minlength=178) * 100 == pytest.approx(world.guards.staff[organ], abs=101)


def test_jobs_are_those_of_the_census(counted: Count, country: Scenario) -> None:
    census = counted(100)
    civil = ~census.soldier & (census.age >= 16)
    working = census.occupation > 0
    assert (working & civil).sum() / civil.sum() == pytest.approx(0.702, abs=0.01)
    jobs = census.occupation[working & civil]
    branches = col.OCCUPATIONS[1:10]
    for code, branch in enumerate(branches, start=1):
        here = jobs == code if branch != "public_services" else (jobs >= code) & (jobs <= 12)
        assert here.mean() == pytest.approx(country.tables["occupations"][branch], abs=0.012), branch
    assert not (working & (census.age < 16)).any()


def test_party_members_are_as_many_as_the_table_says_and_grown_up(counted: Count, country: Scenario) -> None:
    census = counted(100)
    members = (census.flags & col.PARTY_MEMBER) > 0
    assert members.sum() * 100 == pytest.approx(country.tables["party_members"], rel=0.05)
    assert census.age[members].min() >= 25
    assert census.woman[members].mean() < 0.25


def test_prisoners_are_adults_from_households_under_suspicion(counted: Count) -> None:
    census = counted(100)
    camp = census.condition == col.CAMP
    assert census.age[camp].min() >= 17
    assert (census.songbun[camp] == 2).mean() > 1.5 * census.share(census.songbun == 2)
    kin = (census.flags & col.KIN_PUNISHED) > 0
    assert set(census.household[camp]) >= set(census.household[kin])
    assert not kin[camp].any()


def test_class_mix_is_that_of_each_kind_of_place(built: Build, parameters: Parameters) -> None:
    world = built(100)
    county = np.repeat(world.units.county, np.diff(world.units.first_household))
    place = world.places.place_type[county]
    kind = world.households.ration_class
    p = parameters.initial
    rows = {
        col.CAPITAL: p.capital_households,
        col.STATE_WORKERS: p.state_households,
        col.DEPENDANTS: p.dependant_households,
        col.FARMERS: p.farm_households,
    }
    for code in range(4):
        here = (place == code) & (kind > col.OFFICIALS) & (kind != col.ARMY)
        whole = sum(row[code] for row in rows.values())
        for household_class, row in rows.items():
            assert (kind[here] == household_class).mean() == pytest.approx(row[code] / whole, abs=0.01)
