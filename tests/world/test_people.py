"""How the people are laid out and drawn: the same for any chunk, plausible at home, complete in week one."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from custodes.engine.sums import INDEX
from custodes.errors import BadInput
from custodes.scenario.load import Scenario
from custodes.week import Parameters, parameters_of
from custodes.world import columns as col
from custodes.world import people
from custodes.world.state import World
from tests.world.conftest import Census, same_bytes

Build, Count = Callable[[int], World], Callable[[int], Census]


@pytest.mark.parametrize("chunk", [1, 7, 100, 10**9])
def test_chunks_never_change_a_byte(built: Build, country: Scenario, parameters: Parameters, chunk: int) -> None:
    assert same_bytes(people.build(country, parameters, 1000, 1, chunk=chunk), built(1000))


def test_another_seed_gives_other_people_in_the_same_frame(
    built: Build, country: Scenario, parameters: Parameters
) -> None:
    one, two = built(1000), people.build(country, parameters, 1000, 2)
    assert np.array_equal(one.units.county, two.units.county)
    assert np.array_equal(np.bincount(one.households.ration_class), np.bincount(two.households.ration_class))
    for table, name in (("persons", "birth_week"), ("persons", "support_trait"), ("households", "money")):
        a, b = getattr(getattr(one, table), name), getattr(getattr(two, table), name)
        assert a.size != b.size or (a != b).mean() > 0.5


def test_seeds_above_32_bits_count(toyland: Scenario) -> None:
    p = parameters_of(toyland.parameters)
    low, high = people.build(toyland, p, 10, 1), people.build(toyland, p, 10, 1 + 2**40)
    assert not same_bytes(low, high)
    assert (low.households.money != high.households.money).mean() > 0.9


def test_rows_lie_by_county_unit_and_household_with_vacant_ones_last(built: Build) -> None:
    world = built(1000)
    units, persons = world.units, world.persons
    assert (np.diff(units.county) >= 0).all()
    for u in range(units.county.size):
        rows = slice(units.first_person[u], units.first_person[u + 1])
        taken = persons.condition[rows] != col.VACANT
        homes = persons.household_in_unit[rows][taken]
        assert not taken[int(taken.sum()) :].any()
        assert (np.diff(homes.astype(int)) >= 0).all()
        assert set(homes) == set(range(units.first_household[u + 1] - units.first_household[u]))
        assert (~taken).sum() == np.ceil(taken.sum() * col.VACANT_SHARE)


def test_units_fit_a_byte_at_every_sample(country: Scenario, parameters: Parameters) -> None:
    for k in (100, 333, 1000, 5000, 20_000):
        world = people.build(country, parameters, k, 3)
        assert np.diff(world.units.first_person).max() <= 250
        assert np.diff(world.units.first_household).max() <= 250
        assert np.bincount(world.units.county, minlength=178).min() >= 1
        assert abs(world.total("people") - country.people) <= k


def test_units_are_neighbourhoods_of_about_29_households_and_113_people(built: Build) -> None:
    units = built(100).units
    civil = units.garrison == 0
    assert np.diff(units.first_household)[civil].mean() == pytest.approx(29, abs=0.7)
    assert np.diff(units.first_person)[civil].mean() == pytest.approx(113 * 1.1, abs=5)
    assert np.diff(units.first_household)[~civil].max() <= 18


def test_members_are_those_at_home(built: Build, counted: Count) -> None:
    world, census = built(1000), counted(1000)
    at_home = census.household[census.condition <= col.SOLDIER]
    assert np.array_equal(np.bincount(at_home, minlength=world.households.members.size), world.households.members)


def test_traders_are_free_adults_of_their_household_and_mostly_women(built: Build) -> None:
    world = built(100)
    units, households, persons = world.units, world.households, world.persons
    unit = np.repeat(np.arange(units.county.size), np.diff(units.first_household))
    there = households.trader != col.NO_TRADER
    rows = units.first_person[unit[there]] + households.trader[there]
    position = np.arange(unit.size)[there] - units.first_household[unit[there]]
    assert np.array_equal(persons.household_in_unit[rows], position)
    assert (persons.condition[rows] == col.FREE).all()
    now = (world.start - col.WEEK_ZERO).astype("timedelta64[D]").astype(int) // 7 + world.week
    assert (now - persons.birth_week[rows].astype(int) >= col.ADULT_WEEKS).all()
    assert ((persons.flags[rows] & col.WOMAN) > 0).mean() == pytest.approx(0.65, abs=0.06)
    army, alone = households.ration_class == col.ARMY, ~there & (households.ration_class != col.ARMY)
    assert not there[army].any()
    assert alone.sum() <= 100_000 / 100  # only where the one adult is in a camp


def test_children_live_with_someone_old_enough_to_be_a_parent_or_grandparent(counted: Count) -> None:
    census = counted(100)
    young = (census.age < 15) & (census.condition == col.FREE)
    at_home: dict[int, list[int]] = {}
    for household, age in zip(census.household.tolist(), census.age.tolist(), strict=True):
        at_home.setdefault(household, []).append(age)
    gaps = [
        [a - age for a in at_home[household]]
        for household, age in zip(census.household[young].tolist(), census.age[young].tolist(), strict=True)
    ]
    assert np.mean([any(16 <= gap <= 50 for gap in there) for there in gaps]) > 0.94
    assert np.mean([any(16 <= gap <= 75 for gap in there) for there in gaps]) > 0.985


def test_husbands_are_a_little_older_than_their_wives(counted: Count) -> None:
    census = counted(100)
    first = np.flatnonzero(np.diff(census.household, prepend=-1) > 0)[:-1]
    couple = census.woman[first] & ~census.woman[first + 1] & (census.household[first] == census.household[first + 1])
    couple &= np.abs(census.age[first] - census.age[first + 1]) < 15
    gap = census.age[first + 1][couple] - census.age[first][couple]
    assert couple.mean() > 0.5
    assert 1.5 < gap.mean() < 4.5


def test_dispositions_have_the_moments_of_their_distributions(built: Build) -> None:
    households = built(100).households
    civil = households.ration_class != col.ARMY
    money = households.money[civil]
    assert np.median(money) == pytest.approx(220_000, rel=0.02)
    assert np.log(money).std() == pytest.approx(0.8, rel=0.02)
    assert np.median(households.skill) / 4096 == pytest.approx(0.83, rel=0.02)
    county = np.repeat(built(100).units.county, np.diff(built(100).units.first_household))
    inner = (built(100).places.place_type[county] == 2) & civil
    assert (households.illegality[inner] / 65535).mean() == pytest.approx(0.7 / 2.3, rel=0.03)
    assert (households.served_rank / 65535).mean() == pytest.approx(0.5, abs=0.01)


def test_support_has_two_humps_and_neighbours_share_a_part(built: Build, counted: Count) -> None:
    persons, census = built(100).persons, counted(100)
    alive = persons.condition != col.VACANT
    trait = persons.support_trait[alive] / 32767
    assert trait.mean() == pytest.approx(0.55 * 0.28 - 0.45 * 0.22, abs=0.03)
    within = 0.25**2 + 0.55 * 0.45 * 0.5**2 + 0.15**2 * 0.55
    assert trait.var() == pytest.approx(within + 0.22**2, rel=0.08)
    size = np.bincount(census.unit)
    means = np.bincount(census.unit, weights=trait) / np.maximum(size, 1)
    big = size > 80
    assert means[big].std() == pytest.approx(np.sqrt(0.22**2 + within / size[big].mean()), rel=0.08)
    core, hostile = trait[census.songbun == 0].mean(), trait[census.songbun == 2].mean()
    assert core - hostile == pytest.approx(0.30, abs=0.02)
    assert np.array_equal(persons.private_support, persons.support_trait)


def test_farmers_live_in_the_countryside(built: Build) -> None:
    households = built(100).households
    farm = households.ration_class == col.FARMERS
    urban = (households.flags & col.URBAN) > 0
    assert (~urban[farm]).mean() > 0.75
    assert farm[~urban & (households.ration_class != col.ARMY)].mean() > 0.5


def test_flags_of_households_follow_class_and_place(built: Build) -> None:
    world = built(100)
    households = world.households
    kind, flags = households.ration_class, households.flags
    assert np.array_equal((flags & col.BUYS_OUT) > 0, (kind == col.CAPITAL) | (kind == col.STATE_WORKERS))
    for code in (col.OFFICIALS, col.CAPITAL, col.STATE_WORKERS):
        assert ((flags[kind == code] & col.PAYING) > 0).mean() == pytest.approx(0.6, abs=0.03)
    assert not (flags[(kind == col.FARMERS) | (kind == col.ARMY)] & col.PAYING).any()
    county = np.repeat(world.units.county, np.diff(world.units.first_household))
    border = (world.places.place_type[county] == 1) & (kind != col.ARMY)
    assert ((flags[border] & col.REMITTANCE) > 0).mean() == pytest.approx(0.05, abs=0.01)
    assert ((flags[border] & col.BORDER_BUSINESS) > 0).mean() == pytest.approx(0.15, abs=0.02)


def test_opening_books_hold_what_the_parameters_say(built: Build, parameters: Parameters) -> None:
    world, p = built(100), parameters.initial
    money = world.k * int(world.households.money.sum())
    assert int(world.books.till.sum()) == pytest.approx(p.tills * money, abs=178)
    assert world.books.won["treasury"] == world.books.won["importers"] == 10**12
    assert world.books.cents["reserve"] == 3 * 10**11
    assert world.books.grams["state_pool"] == 7 * 10**11
    assert world.books.grams["farm_stock"] == 16 * 10**11
    assert world.books.grams["market_stock"] == 10**11
    world.books.check(0, money, 0, world.total("people"))
    world.books.opening.clear()


def test_the_sums_of_week_one_agree_with_the_rows(built: Build, counted: Count, parameters: Parameters) -> None:
    world, census = built(100), counted(100)
    kind, members = world.households.ration_class, world.households.members.astype(int)
    assert world.sums[:, INDEX["people"]].sum() == census.people
    assert np.array_equal(world.sums[:, INDEX["people"]], np.bincount(census.county, minlength=178))
    for code in range(col.N_CLASSES):
        assert world.total("class_households", code) == 100 * int((kind == code).sum())
        assert world.total("class_members", code) == 100 * int(members[kind == code].sum())
    assert world.total("households") == 100 * int((kind != col.ARMY).sum())
    assert world.total("money") == 100 * int(world.households.money.sum())
    served = world.total("class_served_members", col.STATE_WORKERS) / world.total("class_members", col.STATE_WORKERS)
    assert served == pytest.approx(parameters.rations.coverage_state_workers, abs=0.02)
    assert 0.1 < world.total("want_grams") / world.total("need_grams") < 0.6
    assert world.total("need_grams") == pytest.approx(25_330_000 * 420 * 7, rel=0.0001)


def test_a_sample_has_the_means_of_a_larger_one(built: Build) -> None:
    small, large = built(1000), built(100)
    for name, tolerance in (
        ("adults", 0.01),
        ("market_labour_milli", 0.03),
        ("attending_milli", 0.04),
        ("money", 0.04),
        ("need_grams", 0.002),
        ("farm_workers_milli", 0.03),
        ("weight", 0.05),
    ):
        assert small.total(name) == pytest.approx(large.total(name), rel=tolerance), name


def test_toyland_is_built_one_by_one(toyland: Scenario) -> None:
    world = people.build(toyland, parameters_of(toyland.parameters), 1, 1)
    assert world.total("people") == toyland.people
    assert world.total("soldiers") == toyland.soldiers
    assert world.week == -toyland.burn_in_weeks


def test_a_country_too_small_for_its_counties_is_refused(toyland: Scenario) -> None:
    with pytest.raises(BadInput, match="larger sample"):
        people.build(toyland, parameters_of(toyland.parameters), 10_000, 1)


@pytest.mark.parametrize(
    "setting",
    [
        "initial.staff=40000000",
        "initial.prisoners=90000000",
        "initial.officers=1",
        "initial.women_soldiers=1",
        "initial.money_sigma=500",
        "initial.illegality_a=0",
        "initial.illegality_b=0",
        "initial.paying=0",
        "initial.trait_sd=200",
        "initial.staff=0",
        "initial.core_place=0",
        "initial.party_age=20000",
        "initial.women_traders=0",
        "demography.births=0",
    ],
)
def test_extreme_settings_still_give_a_whole_country(toyland: Scenario, setting: str) -> None:
    changed = toyland.with_settings([setting])
    world = people.build(changed, parameters_of(changed.parameters), 20, 1)
    assert abs(world.total("people") - toyland.people) <= 20
    assert world.households.money.min() >= 0
    assert world.sums.min() >= -(2**62)
    there = world.households.trader != col.NO_TRADER
    assert there.sum() > 0.7 * (world.households.ration_class != col.ARMY).sum()


def test_classes_that_are_nowhere_are_refused(toyland: Scenario) -> None:
    none = toyland.with_settings([f"initial.{kind}_households=0" for kind in ("capital", "state", "dependant", "farm")])
    with pytest.raises(BadInput, match="all zero"):
        people.build(none, parameters_of(none.parameters), 10, 1)


@pytest.mark.parametrize("mean", [1.5, 2.5, 5.0, 6.0])
def test_other_household_sizes_fit_too(toyland: Scenario, mean: float) -> None:
    other = replace(toyland, tables={**toyland.tables, "household_size": {"mean": mean}})
    for k in (1, 100, 1000):
        world = people.build(other, parameters_of(toyland.parameters), k, 1)
        sizes = world.households.members[world.households.ration_class != col.ARMY]
        assert sizes.mean() == pytest.approx(mean, rel=0.03 if k < 1000 else 0.5)
        assert np.diff(world.units.first_person).max() <= 250


def test_progress_goes_from_nothing_to_all(toyland: Scenario) -> None:
    seen: list[tuple[int, int]] = []
    people.build(
        toyland, parameters_of(toyland.parameters), 1, 1, lambda done, total: seen.append((done, total)), chunk=50
    )
    shares = [done / total for done, total in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 8


@pytest.mark.slow
def test_the_whole_country_is_built_within_a_minute_and_two_gigabytes() -> None:
    code = """
import resource, time
from custodes.scenario.load import load
from custodes.week import parameters_of
from custodes.world import people
s = load("dprk/2017")
p = parameters_of(s.parameters)
people.build(s, p, 1000, 1)
begun = time.process_time()
w = people.build(s, p, 1, 1)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(time.process_time() - begun, peak / 1024, w.total("people"), w.total("soldiers"), w.total("camp"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, peak, everybody, soldiers, camp = (float(x) for x in done.stdout.split())
    assert (everybody, soldiers, camp) == (25_430_000, 702_372, 100_000)
    assert seconds < 60
    assert peak < 2000
