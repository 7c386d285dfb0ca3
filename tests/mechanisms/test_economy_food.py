"""Rations, farms and the price of rice: books that close, edges, and what follows from shocks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mechanisms.economy_country import (
    MT,
    Log,
    assert_no_account_overdrawn,
    eat,
    food_weeks,
    parameters,
    put,
    small_world,
    totals,
    week,
)

from custodes.mechanisms import prices, rations
from custodes.world.columns import ARMY, B_CABINET, CAPITAL, DEPENDANTS, FARMERS, POLICE, STATE_WORKERS

P = parameters()


def test_the_harvest_clock_brings_in_one_harvest_a_year():
    assert sum(rations.harvest_share(w) for w in range(52)) == pytest.approx(1.0)
    assert sum(rations.harvest_share(w) for w in range(38, 47)) == pytest.approx(0.85)


def test_stocks_are_planned_to_last_until_four_weeks_into_the_next_harvest():
    assert [rations.weeks_left(w) for w in (0, 37, 38, 39, 51)] == [42, 5, 4, 55, 43]


def test_crops_on_the_fields_count_only_inside_the_horizon():
    assert rations.coming_share(0) == pytest.approx(0.15)
    assert rations.coming_share(30) == 0.0
    assert rations.coming_share(38) == 0.0
    assert rations.coming_share(39) == pytest.approx(0.85 * 7 / 9 + 0.15)
    assert rations.coming_share(50) == pytest.approx(0.15)


@pytest.mark.parametrize("of_year", [0, 25, 38, 39, 46])
@pytest.mark.parametrize("levers", [{}, {"import_grain_extra": 5e5}, {"budget_food": 0.0}, {"border_open": 0.0}])
def test_a_week_of_food_closes_its_books(of_year, levers):
    world = small_world()
    before = totals(world)
    now = week(of_year, **levers)
    tables = rations.prepare(world, now, P) | prices.prepare(world, now, P)
    eat(world, tables)
    rations.settle(world, now, P)
    prices.settle(world, now, P)
    assert totals(world) == before
    assert_no_account_overdrawn(world)


def test_the_harvest_is_drawn_once_a_year_and_does_not_depend_on_the_week():
    one, two = small_world(), small_world()
    rations.prepare(one, week(0), P)
    rations.prepare(two, week(20), P)
    assert one.national.harvest_grams == two.national.harvest_grams > 0


def test_the_harvest_goes_where_the_parameters_say():
    world = small_world()
    world.national.harvest_grams = 4.6 * MT
    before = dict(world.books.grams)
    rations.bring_in_harvest(world, week(40), P.rations)
    came = 4.6 * MT * 0.85 / 9
    assert before["field"] - world.books.grams["field"] == pytest.approx(came, abs=1)
    assert world.books.grams["lost"] == pytest.approx(0.18 * came, abs=1)
    assert world.books.grams["state_pool"] - before["state_pool"] == pytest.approx(0.82 * 0.25 * came, abs=2)


def served_of(**classes):
    out = np.zeros(8, np.int64)
    for name, heads in classes.items():
        out[{"police": POLICE, "capital": CAPITAL, "army": ARMY, "workers": STATE_WORKERS}[name]] = heads
    return out


def test_a_short_pool_feeds_the_first_class_of_the_list():
    served = served_of(police=1_000_000, workers=1_000_000)
    pool = int(1_000_000 * 2_100 * 1.3)
    first, _ = rations.issue(pool, 300.0, served, 0.15, (POLICE, STATE_WORKERS), P.rations, 1)
    last, _ = rations.issue(pool, 300.0, served, 0.15, (STATE_WORKERS, POLICE), P.rations, 1)
    assert first[POLICE] == 2_100
    assert 0 < first[STATE_WORKERS] < 400
    assert last[STATE_WORKERS] == 2_100
    assert 0 < last[POLICE] < 400


def test_classes_off_the_list_and_farmers_get_nothing():
    served = served_of(police=1_000, workers=1_000)
    ration, _ = rations.issue(10**12, 300.0, served, 0.15, (POLICE,), P.rations, 1)
    assert ration[POLICE] == 2_100
    assert ration[STATE_WORKERS] == 0
    assert rations.priority_list((FARMERS, POLICE, POLICE, ARMY)) == (POLICE, ARMY)


def test_soldiers_eat_more_and_less_when_the_army_is_cut():
    world = small_world()
    usual = rations.prepare(small_world(), week(0), P)["ration_grams"]
    cut = rations.prepare(world, week(0, budget_army=0.7), P)["ration_grams"]
    assert usual[ARMY] == pytest.approx(1.3 * usual[CAPITAL], rel=1e-3)
    assert cut[ARMY] == pytest.approx(0.7 * 1.3 * cut[CAPITAL], rel=1e-3)


@given(
    pool=st.integers(0, 10**13),
    leak=st.floats(0, 0.9),
    plan=st.floats(150, 420),
    k=st.sampled_from([1, 10, 100, 1000]),
    heads=st.lists(st.integers(0, 3_000_000), min_size=8, max_size=8),
    order=st.permutations(list(range(8))),
)
@settings(max_examples=200)
def test_what_is_issued_and_leaks_never_exceeds_the_pool(pool, leak, plan, k, heads, order):
    served = np.array(heads, np.int64)
    ration, leaked = rations.issue(pool, plan, served, leak, rations.priority_list(tuple(order)), P.rations, k)
    assert (ration >= 0).all()
    assert leaked >= 0
    more = served + np.where(served > 0, 3 * k, 0)  # three rows more than counted, as after a birth or a return
    assert int((ration * more).sum()) + leaked <= pool


@given(
    stock=st.integers(0, 10**13), heads=st.lists(st.integers(0, 10**7), min_size=8, max_size=8), k=st.integers(1, 1000)
)
@settings(max_examples=200)
def test_own_produce_never_exceeds_the_farm_stock(stock, heads, k):
    members = np.array(heads, np.int64)
    own = rations.own_produce(P.rations)
    plots = rations.limit_own_produce(stock, own, members, k)
    more = members + np.where(members > 0, k // 3, 0)
    assert int((plots * more).sum()) <= stock
    assert (plots <= own).all()


def test_the_price_of_a_tight_and_of_a_full_market():
    rises, falls = small_world(), small_world()
    for world, stock in ((rises, MT // 100), (falls, MT)):
        world.books.grams["market_stock"] = stock
        prices.move_rice_price(world, week(0, border_open=0.0), P.prices)
    assert rises.national.rice_price > falls.national.rice_price


def test_empty_stocks_and_unknown_people_break_nothing():
    world = small_world()
    world.sums[:] = 0
    for accounts in (world.books.grams, world.books.won, world.books.cents):
        for name in accounts:
            accounts[name] = 0
    tables = rations.prepare(world, week(0), P) | prices.prepare(world, week(0), P)
    assert all(np.isfinite(t).all() for t in tables.values())
    assert tables["ration_grams"].sum() == 0
    assert tables["plot_grams"].sum() == 0
    assert tables["market_fill"][0] < 0.1
    assert_no_account_overdrawn(world)


def test_five_ordinary_years_stay_inside_the_facts():
    seen = food_weeks(small_world(), 260)
    assert 300 <= seen["ration"].mean() <= 390  # C12: 330, with this crude class mix
    assert 4_000 <= seen["rice"].mean() <= 5_800  # C16: 5,100
    assert 7_000 <= seen["rate"].mean() <= 9_300  # C17: 8,150
    assert seen["ration"].min() > 200


def test_half_a_harvest_raises_the_price_lowers_rations_and_is_logged_as_the_cause():
    log = Log()
    cause = log.record("harvest_factor", 30)
    usual = food_weeks(small_world(), 150)
    failed = food_weeks(small_world(), 150, log, harvest_factor=0.5)
    assert failed["rice"][60:140].mean() > 1.25 * usual["rice"][60:140].mean()
    assert failed["ration"][60:140].mean() < 0.8 * usual["ration"][60:140].mean()
    harvests = [e for e in log.events if e["kind"] == "harvest"]
    assert all(e["magnitude"] < 0.7 and e["causes"] == [cause] for e in harvests)


def test_rations_at_their_floor_are_logged_with_what_brought_them_down():
    log = Log()
    cause = log.record("harvest_factor", 30)
    food_weeks(small_world(), 120, log, harvest_factor=0.2)
    collapse = next(e for e in log.events if e["kind"] == "ration_collapse")
    assert cause in collapse["causes"]
    assert collapse["magnitude"] == P.rations.ration_floor


def test_with_the_border_shut_prices_leave_parity_and_swing_more():
    spread_of = lambda seen: np.std(np.log(seen["rice"] / (0.62 * seen["rate"])))  # noqa: E731
    kept = spread_of(food_weeks(small_world(), 208))
    shut = spread_of(food_weeks(small_world(), 208, border_open=0.0))
    assert shut > 1.5 * kept


def test_rations_that_stop_are_logged_once():
    log = Log()
    food_weeks(small_world(), 30, log, ration_priority=(0, 1))
    assert log.kinds().count("ration_collapse") == 1


def test_a_doubling_price_is_logged_once_and_remembered():
    log, world = Log(), small_world()
    rations.prepare(world, week(0), P)
    world.memory["rice_year_mean"] = 2_000.0
    for number in range(5):
        prices.move_rice_price(world, week(number, log), P.prices)
    assert log.kinds().count("price_doubling") == 1
    assert world.memory["price_doubled_week"] == 0.0


def test_a_dear_won_price_brings_private_imports_for_dollars():
    world = small_world()
    world.national.rice_price = 8_000.0
    held = world.books.cents["importers_cents"]
    grams = rations.import_privately(world, week(0), P)
    paid = held - world.books.cents["importers_cents"]
    assert grams > 0
    assert paid == pytest.approx(grams / 1000 * 38.44, rel=1e-6)
    assert rations.import_privately(small_world(), week(0, border_open=0.0), P) == 0


def test_extra_imports_cost_reserve_dollars_and_stop_when_it_is_empty():
    world = small_world()
    world.books.organ_trade[B_CABINET] = 10**12  # pays for the usual imports
    rations.import_for_state(world, week(0, import_grain_extra=520_000.0), P)
    assert 3 * 10**11 - world.books.cents["reserve"] == pytest.approx(10**7 * 38.44, rel=1e-6)
    world.books.cents["reserve"] = 0
    before = world.books.grams["state_pool"]
    rations.import_for_state(world, week(0, import_grain_extra=520_000.0), P)
    assert world.books.grams["state_pool"] - before == pytest.approx(250_000 / 52 * 1e6, abs=1e5)


def test_an_edict_on_officials_reduces_the_leak():
    shares = []
    for edict in (0.0, 1.0):
        world = small_world()
        world.organ.edict[2] = edict
        rations.prepare(world, week(0), P)
        shares.append(world.memory["supply_share_state"])
    assert 0 < shares[1] < shares[0]


def test_supply_shares_sum_to_one():
    world = small_world()
    rations.prepare(world, week(0), P)
    assert sum(world.memory[f"supply_share_{n}"] for n in ("farm", "import", "state")) == pytest.approx(1.0)


def test_a_scarce_market_rations_everyone_and_is_never_overdrawn():
    world = small_world()
    world.books.grams["market_stock"] = MT // 1000
    world.books.grams["farm_stock"] = 2 * MT // 10
    put(world, "want_grams", 10)  # last week hardly anyone bought: the stock must hold all the same
    now = week(10)
    tables = rations.prepare(world, now, P) | prices.prepare(world, now, P)
    assert 0.0 < tables["market_fill"][0] < 0.9
    eat(world, tables)
    assert world.books.grams["market_stock"] >= 0


def test_dependants_are_hardly_covered_and_the_capital_is():
    cover = rations.coverage(P.rations)
    assert cover[CAPITAL] == 0.95
    assert cover[DEPENDANTS] == 0.03
    assert cover[FARMERS] == 0.0
