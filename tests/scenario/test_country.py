"""The data of the two real scenarios agree with the facts they come from."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from custodes.scenario.load import Scenario, load
from custodes.scenario.sources import sources

CENSUS_2008 = {
    "Pyongyang": 3255288,
    "South Pyongan": 4051696,
    "North Pyongan": 2728662,
    "Jagang": 1299830,
    "Ryanggang": 719269,
    "North Hamgyong": 2327362,
    "South Hamgyong": 3066013,
    "Kangwon": 1477582,
    "North Hwanghae": 2113672,
    "South Hwanghae": 2310485,
}
URBAN_2008 = {"Ryanggang": 0.647, "Kangwon": 0.502, "South Hwanghae": 0.354, "South Hamgyong": 0.60, "Jagang": 0.641}


@pytest.fixture(scope="module", params=["dprk/2012", "dprk/2017"])
def country(request: pytest.FixtureRequest) -> Scenario:
    return load(request.param)


def of_2008(province: str, county: str) -> str:
    """The province of the census: Nampo lay in South Pyongan, Rason in North Hamgyong, three counties in Pyongyang."""
    if county in ("Sangwon", "Junghwa", "Kangnam"):
        return "Pyongyang"
    return {"Nampo": "South Pyongan", "Rason": "North Hamgyong"}.get(province, province)


def test_provinces_add_up_to_the_census(country: Scenario) -> None:
    total: Counter[str] = Counter()
    for c in country.places:
        total[of_2008(c.province, c.name)] += c.population
    assert dict(total) == CENSUS_2008


def test_urban_shares_of_provinces_are_those_of_the_census(country: Scenario) -> None:
    urban: defaultdict[str, float] = defaultdict(float)
    for c in country.places:
        urban[of_2008(c.province, c.name)] += c.urban_share * c.population
    for province, share in URBAN_2008.items():
        assert urban[province] / CENSUS_2008[province] == pytest.approx(share, abs=5e-4)


def test_people_at_the_start_are_exact(country: Scenario) -> None:
    assert len(country.places) == 178
    assert country.soldiers == 702_372
    assert int(country.county_population().sum()) + country.soldiers == country.people
    assert country.people == {"dprk/2012": 24_445_000, "dprk/2017": 25_430_000}[country.name]


def test_estimates_are_marked(country: Scenario) -> None:
    status = Counter(c.status for c in country.places)
    assert status == {"ESTIMATED": 116, "VERIFIED": 60, "RECALLED": 2}
    assert all(c.grade in "CD" for c in country.places if c.status == "ESTIMATED")


def test_types_of_place_follow_the_rule(country: Scenario) -> None:
    low = {"North Pyongan", "Kangwon", "North Hwanghae", "South Hwanghae"}
    for c in country.places:
        old = of_2008(c.province, c.name)
        if old == "Pyongyang":
            assert c.place_type == "capital"
        elif c.on_border:
            assert c.place_type == "border"
        elif old in low and not c.name.endswith(" City"):
            assert c.place_type == "rural"
        else:
            assert c.place_type == "inner"


def test_soldiers_stand_two_and_a_half_times_as_dense_at_the_line(country: Scenario) -> None:
    line = {"North Hwanghae", "South Hwanghae", "Kangwon"}
    density = [(c.soldiers / c.population, c.province in line) for c in country.places]
    assert np.mean([d for d, near in density if near]) == pytest.approx(
        2.5 * np.mean([d for d, near in density if not near]), rel=1e-3
    )


def test_ages_keep_the_margins_of_the_census(country: Scenario) -> None:
    man, woman = (np.array(country.tables["age_sex"][sex]) for sex in ("man", "woman"))
    both = man + woman
    assert both.sum() == pytest.approx(1.0, abs=1e-9)
    assert both[:3].sum() == pytest.approx(0.2319, abs=1e-4)
    assert both[3:13].sum() == pytest.approx(0.6809, abs=1e-4)
    assert man.sum() / woman.sum() == pytest.approx(0.95, abs=1e-3)
    assert man[13:].sum() / woman[13:].sum() == pytest.approx(0.51, abs=1e-3)
    below = np.cumsum(both)
    band = int(np.searchsorted(below, 0.5))
    assert 5 * (band + (0.5 - below[band - 1]) / both[band]) == pytest.approx(32.9, abs=0.3)


def test_markets_and_borders_of_provinces(country: Scenario) -> None:
    assert sum(country.markets.values()) == 404
    assert set(country.markets) == set(country.provinces)
    assert {p for pair in country.adjacent_provinces for p in pair} == set(country.provinces)


def test_every_entry_has_a_known_source_and_nothing_is_later_than_2017(country: Scenario) -> None:
    known = sources()
    for action in country.timeline.actions:
        assert action.source in known
        assert action.grade in "ABCD"
        assert action.date <= np.datetime64("2017-12-31")
    assert {c.source for c in country.places} <= set(known)
    assert {t.source for t in country.table_facts.values()} <= set(known)
    assert {p.source for p in country.parameters} <= set(known)
    assert country.population_fact["source"] in known


@pytest.mark.parametrize(("year", "recorded"), [(2016, 2821), (2017, 1772)])
def test_recorded_exports_are_those_of_the_trade_statistics(year: int, recorded: float) -> None:
    timeline = load("dprk/2017").timeline
    start = np.datetime64("2017-01-02")
    days = np.arange(np.datetime64(f"{year}-01-01"), np.datetime64(f"{year + 1}-01-01"))
    weeks = ((days - start).astype(int)) // 7
    kept = np.mean([1.0 - timeline.levers_at(int(week)).trade_cut for week in weeks])
    assert 2800 * kept == pytest.approx(recorded, rel=0.03)


def test_after_the_last_ban_exports_fall_as_far_as_is_known() -> None:
    assert 0.88 <= load("dprk/2017").timeline.levers_at(60).trade_cut <= 0.97


@pytest.mark.parametrize(("date", "price"), [("2011-07-04", 3500), ("2015-07-06", 8600), ("2017-07-03", 14600)])
def test_border_control_gives_the_brokers_price_of_the_year(date: str, price: float) -> None:
    scenario = load("dprk/2012")
    week = int((np.datetime64(date) - scenario.start).astype(int)) // 7
    q = scenario.timeline.levers_at(week).border_control
    p = scenario.parameters
    assert p.value("flight.price_base") + p.value("flight.price_risk") * q / (1 - q) == pytest.approx(price, rel=0.03)


def test_the_order_of_january_2017() -> None:
    timeline = load("dprk/2017").timeline
    assert timeline.levers_at(2).rights_order.tolist() == [0.7, 0.0, 0.0]
    assert timeline.levers_at(2).chief_purged.tolist() == [1.0, 0.0, 0.0]
    assert not timeline.levers_at(3).rights_order.any()
