"""The household functions of the economy: exact values, bounds for any input, and directions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mechanisms.economy_country import parameters

from custodes.mechanisms import market, prices, rations

P = parameters()
share = st.floats(0, 1)
won = st.floats(0, 1e9)
price = st.floats(0, 1e6)


def test_food_stress_moves_an_eighth_of_a_tenth_toward_the_shortfall():
    assert rations.food_stress(0.5, 500.0, 1000.0, P.rations) == 0.5
    assert rations.food_stress(0.0, 500.0, 1000.0, P.rations) == pytest.approx(0.04)


def test_food_stress_of_a_household_without_members_stays():
    assert rations.food_stress(0.3, 0.0, 0.0, P.rations) == 0.3


def test_eating_more_than_one_needs_does_not_make_stress_negative():
    assert rations.food_stress(0.0, 1500.0, 1000.0, P.rations) == 0.0


@given(share, st.floats(0, 1e7), st.floats(0, 1e7))
@settings(max_examples=200)
def test_food_stress_stays_a_share(stress, eaten, need):
    assert 0.0 <= rations.food_stress(stress, eaten, need, P.rations) <= 1.0


def test_affordable_grain_is_what_six_tenths_of_the_cash_buy():
    assert market.affordable_grain(10_000.0, 3_000.0, P.market) == pytest.approx(2_000.0)


@given(won, price)
@settings(max_examples=200)
def test_grain_and_goods_never_cost_more_than_the_cash(money, grain_price):
    cost = market.affordable_grain(money, grain_price, P.market) * grain_price / 1000.0
    other = market.other_spending(money - cost, P.market)
    assert 0.0 <= cost <= money
    assert 0.0 <= other <= money - cost


def test_buy_out_goes_with_the_time_in_the_market_and_stops_at_a_tenth_of_the_cash():
    assert market.buyout(0.5, 1e6, 14_000.0, P.market) == 7_000.0
    assert market.buyout(0.5, 10_000.0, 14_000.0, P.market) == 1_000.0


def test_labour_target_without_hunger_and_with_equal_earnings_is_the_start_share():
    assert market.labour_target(0.0, 5_000.0, 5_000.0, 0.98, 1.0, P.market) == P.market.start_share


def test_hunger_and_market_earnings_push_labour_into_the_market():
    base = market.labour_target(0.1, 20_000.0, 20_000.0, 0.98, 1.0, P.market)
    assert market.labour_target(0.3, 20_000.0, 20_000.0, 0.98, 1.0, P.market) > base
    assert market.labour_target(0.1, 60_000.0, 20_000.0, 0.98, 1.0, P.market) > base
    assert market.labour_target(0.1, 20_000.0, 60_000.0, 0.98, 1.0, P.market) < base


@given(share, st.floats(-1e9, 1e9), st.floats(0, 1e9), st.floats(0.02, 1), st.floats(0, 1.5), share)
@settings(max_examples=300)
def test_labour_stays_a_share_below_its_cap_times_tolerance(stress, at_market, at_post, cap, tolerance, m):
    target = market.labour_target(stress, at_market, at_post, cap, tolerance, P.market)
    assert 0.0 <= target <= min(1.0, cap * tolerance) + 1e-12
    assert 0.0 <= market.share_update(m, target, P.market) <= 1.0


def test_state_earning_adds_pay_half_the_ration_and_the_saved_buy_out():
    earned = market.state_earning(700.0, 100.0, 1.0, 10_000.0, 2.0, 8_000.0, 3_000.0, 1.0, 1.0, 14_000.0, P.market)
    assert earned == pytest.approx(700 + 100 + 20_000 + 12_000 + 14_000)
    bare = market.state_earning(700.0, 0.0, 0.0, 10_000.0, 2.0, 8_000.0, 3_000.0, 0.0, 0.0, 14_000.0, P.market)
    assert bare == 700.0


def test_smoothed_income_takes_ten_weeks_and_the_reference_ten_years():
    assert market.smooth_income(100_000.0, 0.0, P.market) == pytest.approx(90_000.0)
    reference = 100_000.0
    for _ in range(520):
        reference = market.reference_update(reference, 0.0, P.market)
    assert reference == pytest.approx(100_000 * 0.368, rel=0.01)


def test_households_buy_dollars_only_with_more_than_eight_weeks_of_cash():
    assert prices.dollars_wanted(800_000.0, 100_000.0, P.prices) == 0.0
    assert prices.dollars_wanted(1_000_000.0, 100_000.0, P.prices) == pytest.approx(10_000.0)


def test_households_sell_dollars_only_when_short_and_only_what_they_hold():
    assert prices.dollars_offered_cents(100_000.0, 100_000.0, 500.0, 81.0, P.prices) == 0.0
    assert prices.dollars_offered_cents(19_000.0, 100_000.0, 5_000.0, 81.0, P.prices) == pytest.approx(1_000.0)
    assert prices.dollars_offered_cents(0.0, 100_000.0, 500.0, 81.0, P.prices) == 500.0


@given(won, st.floats(0, 1e7), st.floats(0, 1e9), st.floats(0, 1e6))
@settings(max_examples=200)
def test_dollar_wants_are_never_more_than_what_is_there(money, income, dollars, rate):
    assert 0.0 <= prices.dollars_wanted(money, income, P.prices) <= money
    assert 0.0 <= prices.dollars_offered_cents(money, income, dollars, rate, P.prices) <= dollars
