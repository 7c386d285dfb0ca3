"""Stance, punishment and flight: what people show, what it costs them, and who leaves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.mechanisms.control_country import P, country, put, week

from custodes.mechanisms import flight, punishment, stance
from custodes.world.columns import CONFORM, DISSENT, EVADE, POLICE, TERM_FOR_LIFE

share = st.floats(0.0, 1.0)
signed = st.floats(-1.0, 1.0)
bit = st.sampled_from([0.0, 1.0])


@given(signed, share, share)
def test_grievance_and_needed_share_lie_in_the_histogram(support: float, hunger: float, memory: float) -> None:
    grief = stance.grievance(support, stance.hardship(hunger, memory, P.stance))
    needed = stance.needed_share(grief, P.stance)
    assert 0.0 <= grief <= 1.05 + 1e-12
    assert stance.LOWEST <= needed <= 1.0
    bin_ = stance.bin_of(needed)
    assert 0 <= bin_ < stance.BINS
    assert abs(stance.BIN_CENTERS[bin_] - needed) <= stance.BIN_WIDTH / 2 + 1e-9


@given(st.floats(-1e6, 1e6))
def test_what_lies_outside_the_histogram_goes_to_its_ends(needed: float) -> None:
    assert 0 <= stance.bin_of(needed) < stance.BINS


@given(signed, share, share, share, share, share, bit)
def test_the_stance_is_the_rule_of_the_equations(
    support: float, grief: float, fear: float, averse: float, chance: float, peers: float, adult: float
) -> None:
    shown = stance.choose(support, grief, fear, averse, chance, peers, adult, P.stance)
    cost = 0.9 - grief + averse * chance * (0.3 + fear)
    if abs(cost - peers) > 1e-12:
        rebels = adult == 1.0 and cost <= peers
        assert shown == (DISSENT if rebels else EVADE if adult == 1.0 and support < -0.05 else CONFORM)


@given(signed, share, share, share, share, share, share)
def test_more_dissenters_never_silence_anyone(
    support: float, grief: float, fear: float, averse: float, chance: float, a: float, b: float
) -> None:
    few, many = (stance.choose(support, grief, fear, averse, chance, n, 1.0, P.stance) for n in sorted((a, b)))
    assert not (few == DISSENT and many != DISSENT)


@given(st.floats(0.0, 1e4), st.integers(0, 1000))
def test_the_chance_of_arrest_is_epsteins(agents: float, dissenters: int) -> None:
    got = float(stance.arrest_chance(agents, dissenters, 2.3))
    assert got == pytest.approx(1.0 - np.exp(-2.3 * agents / (1 + dissenters)), abs=1e-12)
    assert float(stance.arrest_chance(agents, dissenters, 2.3, "floor")) <= got + 1e-12


def test_one_agent_and_one_dissenter_is_nine_in_ten() -> None:
    assert float(stance.arrest_chance(1.0, 0, 2.3)) == pytest.approx(0.9, abs=0.001)
    assert float(stance.arrest_chance(1.0, 1, 2.3, "floor")) == 0.0
    assert stance.arrest_chance(3.0, 1, 2.3, "nearest") == stance.arrest_chance(2.0, 0, 2.3)


def test_the_arrest_table_is_by_county_and_dissenters() -> None:
    world = country()
    world.guards.capacity[POLICE, 3] = 0.0
    world.units.dissenters[0] = 100
    table = stance.prepare(world, week(), P)["arrest_probability"]
    assert table.shape == (6, 64)
    assert (np.diff(table, axis=1) < 0).all()
    assert table[0, 1] == pytest.approx(1 - np.exp(-2.3 * 0.5 / 2))  # 500 agents for 10 x 100 neighbourhoods
    assert table[3, 0] == pytest.approx(1 - np.exp(-2.3 * 0.1))


def test_the_arrest_table_holds_all_that_neighbourhoods_look_up() -> None:
    world = country()
    world.units.dissenters[0] = 63
    whole = stance.prepare(world, week(), P)["arrest_probability"]
    world.units.dissenters[0] = 5
    table = stance.prepare(world, week(), P)["arrest_probability"]
    assert np.array_equal(table[:, :6], whole[:, :6])
    assert (table[:, 6:] == whole[:, 5:6]).all()


def test_without_agents_nobody_is_arrested() -> None:
    world = country()
    world.guards.capacity[:] = 0.0
    assert (stance.prepare(world, week(), P)["arrest_probability"] == 0.0).all()
    assert punishment.arrest_hazard(0.0, P.punishment) == 0.0


@given(st.floats(0.0, 1.0, exclude_max=True))
def test_terms_are_jail_of_one_to_thirteen_months_or_camp_for_life(draw: float) -> None:
    term, camp = punishment.term_weeks4(draw, 1.0, P.punishment)
    assert (term == TERM_FOR_LIFE and camp == 1.0) if draw < 0.03 else (1 <= term <= 13 and camp == 0.0)
    assert term == int(term)


def test_jail_terms_are_uniform_and_camps_take_three_in_a_hundred() -> None:
    draws = (np.arange(130_000) + 0.5) / 130_000
    terms = np.array([punishment.term_weeks4(d, 1.0, P.punishment) for d in draws])
    counts = np.bincount(terms[terms[:, 1] == 0.0, 0].astype(int), minlength=14)
    assert counts[0] == 0
    assert np.abs(counts[1:] - 9_700).max() <= 1
    assert terms[:, 1].mean() == pytest.approx(0.03)


def test_two_in_a_hundred_leave_the_camps_each_year() -> None:
    assert 52 * punishment.release_hazard(P.punishment) == pytest.approx(0.02)
    assert punishment.arrest_hazard(1.0, P.punishment) == 0.02


def test_over_full_camps_are_news_once_a_year() -> None:
    world, first = country(), week(0)
    put(world, "camp", 300)  # 6 counties x 300 x 100 = 180,000 people
    for number in range(0, 120, 10):
        punishment.settle(world, week(number, first.log), P)
    assert [e.week for e in first.log] == [0, 60]
    assert [e.magnitude for e in first.log] == [180_000.0] * 2


@given(st.floats(-1e6, 1e9), st.floats(0.0, 1e9), bit)
def test_means_to_leave_are_a_share_and_kin_abroad_help(income: float, cost: float, kin: float) -> None:
    got = flight.afford(income, cost, kin, P.flight)
    assert 0.0 <= got < 1.0 or got == pytest.approx(1.0)
    assert flight.afford(income, cost, 1.0, P.flight) >= got
    assert flight.afford(0.0, 0.0, 0.0, P.flight) == 0.0


@given(signed, share, share, share)
def test_push_stays_between_its_ends(support: float, memory: float, hunger: float, media: float) -> None:
    assert 0.02 <= flight.push(support, memory, hunger, media, P.flight) <= 2.0


@given(share, share, st.floats(0.0, 2.0), bit, st.floats(0.0, 120.0), share, share)
def test_the_hazard_is_a_probability_and_only_the_grown_leave(
    rate: float, means: float, push: float, woman: float, age: float, fear: float, risk: float
) -> None:
    got = flight.hazard(rate, means, push, woman, age, fear, risk, P.flight)
    assert 0.0 <= got <= 1.0
    assert got == 0.0 or 16 <= age < 60


def test_the_hazard_follows_the_equation() -> None:
    woman, man = (flight.hazard(5.5e-5, 0.5, 0.8, sex, 30.0, 0.4, 0.25, P.flight) for sex in (1.0, 0.0))
    assert woman == pytest.approx(5.5e-5 * 0.5 * 0.8 * (1.2 - 0.4) * 2 * 0.75)
    assert man == pytest.approx(0.26 * woman)


@pytest.mark.parametrize(("control", "dollars"), [(0.002, 40), (0.15, 3500), (0.30, 8600), (0.42, 14_600)])
def test_broker_prices_are_those_of_2008_2011_2015_and_2017(control: float, dollars: float) -> None:
    """Target C28: within x0.7 and x1.4 of the prices that were reported; 2008 was the guard's part alone."""
    price = flight.broker_price(control, P.flight)
    assert 0.7 * dollars <= price <= 1.4 * dollars if control > 0.01 else price <= 2.1 * dollars


def test_a_shut_border_stops_all_and_has_a_finite_price() -> None:
    tables = flight.prepare(country(), week(border_control=0.98), P)
    assert (tables["flight_rate"] == 0.0).all()
    assert all(np.isfinite(values).all() for values in tables.values())
    assert flight.broker_price(1.0, P.flight) == flight.broker_price(0.98, P.flight)


def test_flight_tables_hold_places_prices_and_policies() -> None:
    world = country()
    tables = flight.prepare(world, week(border_control=0.30, border_risk=0.5, onward_policy=2.0, return_policy=3.0), P)
    assert tables["flight_rate"][:3] == pytest.approx(5.5e-5 * np.array([0.02, 1.0, 0.06]))
    cost = 0.015 * (40 + 20_000 * 0.3 / 0.7) * 8100
    assert tables["afford_cost"] == pytest.approx([cost])
    assert tables["broker_won"] == pytest.approx([cost])
    assert tables["caught_share"] == pytest.approx([0.25])
    assert tables["onward_rate"] == pytest.approx([0.04])
    assert tables["return_rate"] == pytest.approx([0.012])
    assert tables["settle_rate"] == pytest.approx([0.002])


def test_people_learn_the_real_risk_from_half_of_the_attempts() -> None:
    world = country()
    world.county.risk_heard[:] = 0.075
    for number in range(27):  # ln 2 / 0.025 = 27.4 weeks to cover half of the distance
        flight.settle(world, week(number, border_risk=0.5), P)
    assert world.county.risk_heard == pytest.approx(0.5 - 0.425 * 0.975**27)
    assert flight.prepare(world, week(), P)["risk_heard"] is not world.county.risk_heard
