"""What guards do at one household: bounds for any input in range, and the directions that the model claims."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.mechanisms.guards_country import P as GUARDS
from tests.mechanisms.guards_country import claim

from custodes.mechanisms import extortion

shares = st.floats(0.0, 1.0)
flags = st.sampled_from([0.0, 1.0])
won = st.integers(0, 10**12).map(float)


P = GUARDS.extortion


@claim
@given(shares, shares, shares, flags, flags)
def test_the_handle_is_a_share_and_so_is_the_interest_it_draws(illegality, market, media, kin, border):
    handle = extortion.handle(illegality, market, media, kin, border, P)
    assert 0.0 <= handle <= 1.0
    assert 0.0 <= extortion.visit_weight(handle, market, P) <= 1.0 + P.weight_floor


@claim
@given(shares, shares, shares, flags, flags, shares)
def test_every_infraction_adds_to_the_handle(illegality, market, media, kin, border, more):
    plain = extortion.handle(illegality, market, media, kin, border, P)
    slack = 1e-12
    assert extortion.handle(max(illegality, more), market, media, kin, border, P) >= plain - slack
    assert extortion.handle(illegality, max(market, more), media, kin, border, P) >= plain - slack
    assert extortion.handle(illegality, market, max(media, more), kin, border, P) >= plain - slack
    assert extortion.handle(illegality, market, media, 1.0, border, P) >= plain - slack
    assert extortion.handle(illegality, market, media, kin, 1.0, P) >= plain - slack


def test_a_household_with_nothing_to_hide_is_of_no_interest():
    assert extortion.handle(0.0, 1.0, 0.0, 0.0, 0.0, P) == 0.0
    assert extortion.visit_weight(0.0, 1.0, P) == 0.0


def test_the_handle_multiplies_what_each_infraction_leaves():
    expected = 1.0 - (1.0 - 0.5 * 0.7 / 1.2) * (1.0 - 0.2 * 0.4) * 0.6 * 0.6
    assert extortion.handle(0.5, 0.5, 0.4, 1.0, 1.0, P) == pytest.approx(expected, abs=1e-12)


@claim
@given(st.floats(0.0, 1e9), st.floats(0.0, 1.03))
def test_a_visit_is_never_certain(visits_per_weight, weight):
    chance = extortion.visit_probability(visits_per_weight, weight, P)
    assert 0.0 <= chance <= P.visit_cap
    assert chance == min(P.visit_cap, visits_per_weight * weight)


@claim
@given(won, won, shares)
def test_no_demand_takes_more_than_its_share_of_the_cash(income, money, handle):
    threat, plea = extortion.ask_threat(income, money, handle, P), extortion.ask_plea(income, money, handle, P)
    assert 0.0 <= plea <= P.plea_most * money
    assert plea <= threat <= P.threat_most * money


@claim
@given(shares, shares, shares, shares)
def test_fear_and_guilt_make_people_pay_and_rights_talk_makes_them_refuse(fear, handle, rights, more):
    chance = extortion.comply_threat(fear, handle, rights, P)
    assert 0.0 < chance < 1.0
    assert extortion.comply_threat(max(fear, more), handle, rights, P) >= chance
    assert extortion.comply_threat(fear, max(handle, more), rights, P) >= chance
    assert extortion.comply_threat(fear, handle, max(rights, more), P) <= chance


@claim
@given(shares, shares, shares)
def test_those_who_trade_give_when_asked(market, handle, more):
    chance = extortion.comply_plea(market, handle, P)
    assert 0.0 < chance < 1.0
    assert extortion.comply_plea(max(market, more), handle, P) >= chance


@claim
@given(shares, st.integers(0, 3), st.integers(0, 3))
def test_memory_stays_a_share_and_a_threat_hurts_more_than_a_plea(memory, threats, pleas):
    after = extortion.remember(memory, float(threats), float(pleas), P)
    assert 0.0 <= after <= 1.0
    assert extortion.remember(memory, threats + 1.0, float(pleas), P) >= extortion.remember(
        memory, float(threats), pleas + 1.0, P
    )


def test_memory_of_a_single_threat_halves_in_half_a_year():
    memory = extortion.remember(0.0, 1.0, 0.0, P)
    for _ in range(23):
        memory = extortion.remember(memory, 0.0, 0.0, P)
    assert memory == pytest.approx(0.5 * P.memory_threat, rel=0.05)


@claim
@given(shares, shares)
def test_the_worse_the_offence_the_dearer_the_release(handle, other):
    low, high = sorted((handle, other))
    cheap, dear = extortion.tariff(low, 1e7, P), extortion.tariff(high, 1e7, P)
    assert 0.0 <= cheap <= dear + 1e-6
    assert extortion.tariff(1.0, 1e7, P) == 1e7


def test_a_middling_offence_costs_hundreds_of_dollars_not_thousands():
    assert 100.0 < extortion.tariff(0.5, P.tariff_dollars, P) < 500.0


@claim
@given(shares)
def test_nothing_is_found_at_a_household_with_little_of_a_handle(handle):
    chance = extortion.finding_probability(handle, 0.02)
    assert chance == (0.02 * handle if handle > extortion.FINDING_HANDLE else 0.0)
