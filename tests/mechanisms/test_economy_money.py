"""Dollars, tills, wage fund and state pay: books that close, edges, and what follows from cuts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mechanisms.economy_country import (
    Log,
    assert_no_account_overdrawn,
    food_weeks,
    parameters,
    put,
    small_world,
    totals,
    week,
)

import custodes
from custodes.mechanisms import market, prices
from custodes.world.columns import ARMY, CAPITAL, FARMERS, OFFICIALS

P = parameters()


# --- the dollar --------------------------------------------------------------------------------------------------------


def test_demand_above_supply_is_met_from_the_reserve_for_the_treasury():
    world = small_world()
    world.books.won["importers"] = 2_000 * 10**9
    before, treasury = totals(world), world.books.won["treasury"]
    prices.trade_dollars(world, week(0), P.prices)
    gap = world.national.dollar_demand - world.national.dollar_supply
    sold = 3 * 10**11 - world.books.cents["reserve"]
    assert gap > 0
    assert sold == pytest.approx(0.9 * gap, abs=1)
    assert world.books.won["treasury"] - treasury == int(sold * 81.0)
    assert world.books.won["central_bank"] == 0
    assert totals(world) == before


def test_a_surplus_is_bought_with_new_won_for_trade_companies():
    world = small_world()
    world.books.won["importers"] = 100 * 10**9
    before = totals(world)
    prices.trade_dollars(world, week(0), P.prices)
    bought = world.books.cents["reserve"] - 3 * 10**11
    assert bought == pytest.approx(0.9 * (world.national.dollar_supply - world.national.dollar_demand), abs=1)
    assert world.books.won["central_bank"] == -int(bought * 81.0)
    assert totals(world) == before


def test_an_empty_reserve_defends_nothing_and_is_logged_once_with_the_trade_cut():
    log, world = Log(), small_world()
    cause = log.record("trade_cut", -3)
    world.books.won["importers"] = 2_000 * 10**9
    world.books.cents["reserve"] = 0
    for number in range(3):
        prices.trade_dollars(world, week(number, log, trade_cut=0.9), P.prices)
    events = [e for e in log.events if e["kind"] == "reserve_empty"]
    assert len(events) == 1
    assert events[0]["causes"] == [cause]
    assert world.books.cents["reserve"] == 0


def test_a_trade_cut_drains_the_reserve_first_and_moves_the_rate_late():
    log = Log()
    usual, world = food_weeks(small_world(), 260), small_world()
    world.books.cents["reserve"] = 12 * 10**10
    cut = food_weeks(world, 260, log, trade_cut=0.95, trade_leak=0.0)
    empty = next(e["week"] for e in log.events if e["kind"] == "reserve_empty")
    assert 52 < empty < 208
    assert cut["rate"][52] < 1.2 * usual["rate"][52]  # C17: flat in the first year of sanctions
    assert cut["rate"][empty + 40] / cut["rate"][empty] > 2 * cut["rate"][empty] / cut["rate"][empty - 40] - 1


def test_leaks_soften_a_cut_and_aid_replaces_trade():
    ratio = lambda **levers: prices.trade_ratio(week(0, **levers).levers, P.prices)  # noqa: E731
    assert ratio() == 1.0
    assert ratio(trade_cut=0.8, trade_leak=0.3) == pytest.approx(1 - 0.8 * 0.7)
    assert ratio(trade_cut=0.8, trade_leak=0.6) > ratio(trade_cut=0.8, trade_leak=0.3)
    assert ratio(trade_cut=0.8, aid_dollars=1.5e9) - ratio(trade_cut=0.8) == pytest.approx(0.7 * 1.5 / 2.8)


def test_a_cut_of_one_organs_revenue_leaves_the_others_alone():
    world = small_world()
    prices.prepare(world, week(0, organ_revenue_cut=[0.75, 0.0, 0.0]), P)
    assert world.organ.trade_ratio.tolist() == [0.25, 1.0, 1.0]


@given(
    importers=st.integers(0, 10**13),
    reserve=st.integers(0, 10**12),
    held=st.integers(0, 10**10),
    cut=st.floats(0, 0.98),
    border=st.floats(0, 1),
    rate=st.floats(1, 1e6),
)
@settings(max_examples=100)
def test_a_week_of_dollars_closes_and_overdraws_nothing(importers, reserve, held, cut, border, rate):
    world = small_world()
    world.books.won["importers"], world.national.won_per_dollar = importers, rate
    world.books.cents.update(reserve=reserve, importers_cents=held)
    before = totals(world)
    now = week(0, trade_cut=cut, border_open=border)
    tables = prices.prepare(world, now, P)
    prices.settle(world, now, P)
    assert totals(world) == before
    assert_no_account_overdrawn(world)
    assert ((tables["dollar_fill"] >= 0) & (tables["dollar_fill"] <= 1)).all()
    assert world.national.won_per_dollar >= 1.0
    assert tables["remittance_cents"][0] >= 0


def test_remittances_shrink_when_importers_cannot_pay_for_them():
    world = small_world()
    put(world, "households", world.places.population // 4 // world.k)
    first = prices.remittance_cents(world, 81.0, P.prices)  # as if every household were linked
    put(world, "remittance_cents", 100 * first)
    assert 0 < first < 2019 == prices.remittance_cents(world, 81.0, P.prices)
    world.books.won["importers"] = 81 * 2019 * 400 * world.k
    put(world, "remittance_cents", 100 * 2019)
    assert prices.remittance_cents(world, 81.0, P.prices) == pytest.approx(2019 / 4 / 1.05, abs=1)
    world.books.won["importers"] = 0
    assert prices.remittance_cents(world, 81.0, P.prices) == 0


def test_importers_sell_households_no_more_dollars_than_they_have():
    world = small_world()
    world.books.cents["importers_cents"] = 10**7
    fill = prices.dollar_fill(world, 81.0, P.prices)
    cash = world.total("money") + world.total("income")
    assert fill[0] * P.prices.hoard_share * cash / 81.0 <= 10**7
    world.books.won["importers"] = 0
    assert prices.dollar_fill(world, 81.0, P.prices)[1] == 0.0


def test_a_shut_border_is_dearer_at_the_border():
    world = small_world()
    for _ in range(60):
        prices.move_spread(world, 0.0, P.prices)
    assert world.county.price_spread == pytest.approx([1.05, 1.05, 1.0, 0.97], abs=1e-3)


# --- work and pay --------------------------------------------------------------------------------------------------------


def run_market(world, **levers):
    now = week(0, **levers)
    return market.prepare(world, now, P)


def test_a_week_of_the_market_closes_its_books_and_pays_no_more_than_it_has():
    world = small_world()
    before = totals(world)
    tables = run_market(world)
    assert totals(world) == before
    assert_no_account_overdrawn(world)
    pay = tables["market_rate"] * world.by_county("market_labour_milli") / 1000
    assert (pay <= world.books.till).all()
    assert (pay > 0).all()
    wages = tables["wage_rate"][0] * world.total("attending_milli") / 1000
    assert 0.98 * world.books.won["wage_fund"] < wages <= world.books.won["wage_fund"]
    farms = tables["farm_rate"][0] * world.total("farm_workers_milli") / 1000
    assert farms <= world.books.won["farm_proceeds"] / 2


def test_the_fee_is_taken_once_and_divided():
    world = small_world()
    till, treasury, pocket = world.books.till.copy(), world.books.won["treasury"], world.books.pocket[2].copy()
    rate = market.take_fee_and_rate(world, P.market)
    fee = np.floor((till // 2) * 0.0125).astype(np.int64)
    assert (till - world.books.till == fee).all()
    kept = world.books.pocket[2] - pocket
    assert kept == pytest.approx(0.35 * fee, abs=1)
    assert world.books.won["treasury"] - treasury == int((fee - kept).sum())
    paid = rate * world.by_county("market_labour_milli") / 1000
    assert paid == pytest.approx((till // 2 - fee) / market.SLACK, rel=1e-9)


def test_an_edict_on_officials_sends_more_of_the_fee_to_the_treasury():
    gains = []
    for edict in (0.0, 1.0):
        world = small_world()
        world.organ.edict[OFFICIALS] = edict
        before = world.books.won["treasury"]
        market.take_fee_and_rate(world, P.market)
        gains.append(world.books.won["treasury"] - before)
    assert gains[1] > gains[0]


def test_markets_that_were_shut_for_two_years_open_again_without_overdrawing_their_tills(tmp_path):
    policy = tmp_path / "reopened.yaml"
    policy.write_text(
        "name: reopened\ntitle: Markets shut, then opened\nrationale: a test\nsource: reasoned\nactions:\n"
        "  - {week: 0, lever: market_tolerance, value: 0, because: shut}\n"
        "  - {week: 104, lever: market_tolerance, value: 1.5, because: opened}\n",
        encoding="utf-8",
    )
    run = custodes.run(  # the leader would open markets again; a broken law would stop it
        "toyland", weeks=108, sample=1 / 100, policies=[policy], settings=["leader.mode=scripted"]
    )
    share = run.national["market_labour_share"]
    assert float(share[103]) < 0.01 < 0.1 < float(share[107])


def test_nobody_at_work_pays_nobody_and_divides_by_nothing():
    world = small_world()
    world.sums[:] = 0
    tables = run_market(world)
    for name in ("market_rate", "farm_rate", "wage_rate"):
        assert (tables[name] == 0).all()
    assert all(np.isfinite(t).all() for t in tables.values())


def test_an_empty_state_pays_nothing():
    world = small_world()
    world.books.won["treasury"] = 0
    assert (market.state_pay(world, P.market) == 0).all()


def test_state_pay_goes_to_all_but_farmers_and_army():
    pay = run_market(small_world())["state_pay"]
    assert pay[FARMERS] == pay[ARMY] == 0
    assert pay[CAPITAL] == pay[OFFICIALS] == 700


def test_state_pay_leaves_half_of_a_poor_treasury():
    world = small_world()
    world.books.won["treasury"] = 10**9
    pay = run_market(world)["state_pay"]
    bill = sum(int(pay[c]) * world.total("class_households", c) for c in range(8))
    assert 0 < bill <= world.books.won["treasury"] // 2


def test_the_wage_fund_waits_for_workers_and_goes_to_the_tills_when_there_are_none():
    world = small_world()
    run_market(world)
    fund, tills = world.books.won["wage_fund"], int(world.books.till.sum())
    market.settle(world, week(0), P)
    assert world.books.won["wage_fund"] == fund
    put(world, "attending_milli", 0)
    market.settle(world, week(0), P)
    assert world.books.won["wage_fund"] < 10
    assert int(world.books.till.sum()) - tills == fund - world.books.won["wage_fund"]


def test_the_wage_fund_holds_when_all_labour_leaves_the_market_at_once():
    world = small_world()
    rows = world.places.population // world.k
    put(world, "market_workers_milli", rows * 300)
    rate = run_market(world)["wage_rate"][0]
    attending = (world.total("attending_milli") + 0.05 * world.total("market_workers_milli")) / 1000
    assert 0.9 * world.books.won["wage_fund"] < rate * attending <= world.books.won["wage_fund"]


def test_a_lost_county_pays_no_fee():
    world = small_world()
    world.county.lost[1] = 1
    till = world.books.till.copy()
    market.take_fee_and_rate(world, P.market)
    assert ((till - world.books.till) > 0).tolist() == [True, False, True, True]


def test_tills_share_by_place_and_by_population_and_absent_places_leave_their_part():
    world = small_world()
    world.places.place_type[:] = [0, 2, 2, 2]  # a country without border counties and without rural ones
    weights = market.till_weights(world, P.market)
    parts = market.divide(10**12, weights)
    assert parts[0] / parts[1:].sum() == pytest.approx(0.20 / 0.40, rel=1e-6)
    assert parts[2] / parts[3] == pytest.approx(12_500_000 / 6_750_000, rel=1e-6)
    assert 10**12 - 4 <= parts.sum() <= 10**12


@given(st.integers(0, 10**15), st.lists(st.floats(0, 1), min_size=1, max_size=200))
@settings(max_examples=200)
def test_divided_money_is_never_more_than_there_was(amount, weights):
    parts = market.divide(amount, np.array(weights))
    assert ((parts >= 0).all() and amount - len(weights) <= int(parts.sum()) <= amount) or int(parts.sum()) == 0


def test_more_gifts_spend_the_chains_and_the_leaders_fund_faster():
    usual, generous = small_world(), small_world()
    run_market(usual)
    run_market(generous, budget_gifts=2.0)
    assert generous.books.chain.sum() < usual.books.chain.sum()
    assert generous.books.won["leader_fund"] < usual.books.won["leader_fund"]


def test_the_budget_for_the_economy_spends_the_treasury_above_its_float_only():
    worlds = [small_world() for _ in range(3)]
    for world, budget in zip(worlds, (0.0, 1.0, 2.0), strict=True):
        run_market(world, budget_economy=budget)
    left = [w.books.won["treasury"] for w in worlds]
    assert left[0] > left[1] > left[2] > 10**12
    poor = small_world()
    poor.books.won["treasury"] = 9 * 10**11
    market.fill_wage_fund(poor, week(0, budget_economy=3.0), P.market)
    assert poor.books.won["treasury"] == 9 * 10**11


def test_county_chiefs_spend_half_a_week_at_home():
    world = small_world()
    world.books.county_chief[:] = [0, 1, 101, 10**12]
    till = world.books.till.copy()
    world.books.chain[:] = 0
    market.spend_chiefs_and_chains(world, week(0), P.market)
    assert (world.books.till - till).tolist() == [0, 0, 50, 5 * 10**11]


def test_levers_reach_the_tables():
    tables = run_market(small_world(), levy_extra=0.02, market_tolerance=0.5)
    assert tables["levy_rate"][0] == pytest.approx(0.08)
    assert tables["tolerance"][0] == 0.5
