"""The state's hard currency: books that close, accounts at rest, what cuts, aid and the kind of regime do to gifts."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.actors.levers import LeverValues
from custodes.mechanisms import prices, rations, trade
from custodes.observe.events import EventLog
from custodes.world.columns import B_ARMY, B_CABINET, B_MUNITIONS, B_POLICE, B_PROVINCES, B_STATE_SECURITY, N_COURT
from custodes.world.state import World
from tests.court.alone import court, step
from tests.mechanisms.economy_country import parameters, put, small_world, week

MONEY = ("trade", "rents")


def live(
    weeks: int,
    levers: Any = None,
    given_settings: tuple[str, ...] = (),
    watch: Callable[[World], None] | None = None,
    rest: int = 0,
) -> World:
    """The hard currency of toyland's court for some weeks, after `rest` weeks in which nothing is done to it."""
    world, p, usual = court(1, given_settings)
    log = EventLog(str(world.start))
    for number in range(rest + weeks):
        step(world, p, usual if number < rest or levers is None else levers, log, names=MONEY)
        if watch:
            watch(world)
    return world


def ratio(world: World) -> float:
    return world.memory["gifts_ratio"]


# --- at rest -----------------------------------------------------------------------------------------------------------


def test_at_rest_every_account_stands_still_and_the_reserve_is_left_alone() -> None:
    held: list[list[int]] = []
    world = live(
        260,
        watch=lambda w: held.append(
            [w.books.cents["reserve"], w.books.cents["leader_fund_cents"], *w.books.organ_trade.tolist()]
        ),
    )
    first, last = np.array(held[0]), np.array(held[-1])
    assert first[0] == last[0]
    assert last == pytest.approx(first, rel=2e-3)
    assert (last > 0).all()
    assert ratio(world) == pytest.approx(1.0, abs=2e-3)
    assert world.branch.trade_ratio == pytest.approx(1.0)


def test_all_that_comes_in_goes_out_again() -> None:
    abroad: list[int] = []
    world = live(300, watch=lambda w: abroad.append(w.books.cents["abroad_cents"]))
    a_week = world.memory["trade_norm.income"]
    assert abs(abroad[-1] - abroad[-53]) < 0.01 * 52 * a_week


def test_the_rest_is_the_mean_of_the_burn_ins_last_year_and_until_then_every_ratio_is_one() -> None:
    world, p, levers = court(1)
    log, world.week = EventLog(str(world.start)), -80
    shrunk = LeverValues(trade_cut=0.5, trade_leak=0.0)
    for number in range(-80, 1):
        step(world, p, shrunk if number < -26 else levers, log, names=MONEY)
        if number < -1:
            assert (world.branch.trade_ratio == 1.0).all()
            assert ratio(world) == 1.0
    lost = float(levers.trade_cut)
    assert lost == 0.0
    assert world.branch.trade_ratio[B_CABINET] == pytest.approx(1.0 / 0.75, rel=1e-6)


# --- cuts, aid, regimes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_gifts_follow_trade_by_two_fifths(cut: float) -> None:
    """EQUATIONS 7: gifts x (.6 + .4 trade), here the outcome of who fills the fund."""
    world = live(200, LeverValues(trade_cut=cut, trade_leak=0.0), rest=2)
    assert ratio(world) == pytest.approx(0.6 + 0.4 * (1.0 - cut), abs=0.03)


def test_the_fund_makes_up_for_lost_income_at_first() -> None:
    cut = LeverValues(trade_cut=0.9, trade_leak=0.0)
    soon, late = (ratio(live(weeks, cut, rest=2)) for weeks in (4, 150))
    assert soon > 0.94
    assert late < 0.7


def test_a_cut_hits_the_organs_that_live_from_exports_harder_than_those_with_hidden_income() -> None:
    kept = live(3, LeverValues(trade_cut=0.8, trade_leak=0.0), rest=2).branch.trade_ratio
    assert kept[B_CABINET] == pytest.approx(0.2)
    assert 0.4 < kept[B_MUNITIONS] < 0.8


def test_aid_counts_for_seven_tenths_of_trade_and_comes_in_whole() -> None:
    _, p, usual = court(1)
    aided = LeverValues(aid_dollars=0.5 * p.prices.exports)
    plain, more = trade.state_income(usual, p), trade.state_income(aided, p)
    gain = more.worth[B_CABINET] / plain.worth[B_CABINET] - 1.0
    assert gain == pytest.approx(0.35)
    assert more.organs[B_CABINET] / plain.organs[B_CABINET] == pytest.approx(1.5, rel=1e-4)
    assert more.direct == plain.direct


@pytest.mark.parametrize(
    ("levers", "hit"),
    [
        (LeverValues(court_revenue_cut=np.eye(N_COURT)[B_ARMY] * 0.5), {B_ARMY}),
        (LeverValues(organ_revenue_cut=[0.5, 0.0, 0.0]), {B_STATE_SECURITY}),
        (LeverValues(organ_revenue_cut=[0.0, 0.5, 0.0]), {B_POLICE}),
        (LeverValues(organ_revenue_cut=[0.0, 0.0, 0.5]), {B_CABINET, B_PROVINCES}),
    ],
)
def test_a_targeted_cut_halves_the_trade_of_its_organs_and_leaves_the_others_alone(levers: Any, hit: set[int]) -> None:
    world = live(1, levers, rest=2)
    expected = [0.5 if organ in hit else 1.0 for organ in range(N_COURT)]
    assert world.branch.trade_ratio == pytest.approx(expected)


def test_a_personalist_ruler_bears_the_loss_and_a_party_passes_it_to_the_people() -> None:
    cut = LeverValues(trade_cut=0.7, trade_leak=0.0)
    p = court(1)[1]

    def sell(world: World) -> None:
        prices.trade_dollars(world, week(0, trade_cut=0.7, trade_leak=0.0), p.prices)

    ruler, party = (live(150, cut, (f"trade.shield={share}",), rest=2, watch=sell) for share in (0, 1))
    assert ratio(ruler) < 0.75
    assert ratio(party) > ratio(ruler) + 0.2
    assert "withheld_cents" not in ruler.memory
    assert party.memory["withheld_cents"] > 0.0
    assert ruler.national.dollar_supply - party.national.dollar_supply == party.memory["withheld_cents"]


def test_more_generous_budgets_empty_the_fund_and_gifts_fall_back_to_what_comes_in() -> None:
    gifts: list[float] = []
    live(200, LeverValues(budget_gifts=1.5), rest=2, watch=lambda w: gifts.append(ratio(w)))
    assert gifts[3] == pytest.approx(1.5, abs=0.05)
    assert gifts[-1] == pytest.approx(1.0, abs=0.02)


def test_gifts_that_are_not_given_go_to_the_reserve() -> None:
    kept: list[int] = []
    world = live(150, LeverValues(budget_gifts=0.8), rest=2, watch=lambda w: kept.append(w.books.cents["reserve"]))
    a_week = world.memory["trade_norm.gifts"]
    assert ratio(world) == pytest.approx(0.8, abs=0.01)
    assert (kept[-1] - kept[-53]) / 52 == pytest.approx(0.2 * a_week, rel=0.03)


# --- the books -------------------------------------------------------------------------------------------------------------


@st.composite
def pressures(draw: st.DrawFn) -> LeverValues:
    """Any state of the levers that trade feels."""
    share = st.sampled_from([0.0, 1.0]) | st.floats(0.0, 1.0)
    return LeverValues(
        trade_cut=0.98 * draw(share),
        trade_leak=draw(share),
        border_open=draw(share),
        aid_dollars=1e10 * draw(share),
        budget_gifts=3.0 * draw(share),
        court_revenue_cut=[draw(share) for _ in range(N_COURT)],
        organ_revenue_cut=[draw(share) for _ in range(3)],
    )


@given(timeline=st.lists(pressures(), min_size=1, max_size=6), shield=st.sampled_from([0.0, 0.5, 1.0]))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_no_cent_is_lost_and_no_account_overdrawn_whatever_is_done(timeline: list[LeverValues], shield: float) -> None:
    world, p, _ = court(1, (f"trade.shield={shield}",))
    log, before, won = EventLog(str(world.start)), world.books.total_cents(), world.books.total_won()
    for levers in timeline:
        for _ in range(5):
            step(world, p, levers, log, names=MONEY)
            books = world.books
            assert books.total_cents() == before
            assert books.total_won() == won
            assert min(books.cents["leader_fund_cents"], books.cents["reserve"], int(books.organ_trade.min())) >= 0
            assert int(books.official_cents.min()) >= 0
            assert (world.branch.trade_ratio >= 0.0).all()
            assert np.isfinite([*world.branch.trade_ratio, ratio(world), world.memory["reserve_weeks"]]).all()


# --- what is reported --------------------------------------------------------------------------------------------------------


def test_won_income_is_dues_and_not_savings_spent_and_contraband_takes_from_it() -> None:
    world, p, levers = court(1)
    world.memory |= {"fees_won_week": 1000.0, "levies_won_week": 9000.0, "reserve_sold_won_week": 5e6}
    world.books.won["treasury"] = 10_000
    log = EventLog(str(world.start))
    step(world, p, levers, log, names=("trade",))
    assert world.memory["state_income_won_week"] == 10_000.0
    world.memory["fees_lost_won_week"] = 400.0
    importers = world.books.won["importers"]
    step(world, p, levers, log, names=("trade",))
    assert world.memory["state_income_won_week"] == 9_600.0
    assert world.books.won["importers"] - importers == 400
    assert world.books.won["treasury"] == 9_600


def test_the_reserve_is_counted_in_weeks_of_what_the_country_buys() -> None:
    world = live(3)
    need = world.national.dollar_demand + world.memory["trade_norm.income"]
    assert world.memory["reserve_weeks"] == pytest.approx(world.books.cents["reserve"] / need)
    before = world.memory["reserve_weeks"]
    world.books.cents["reserve"] //= 2
    _, p, levers = court(1)
    step(world, p, levers, EventLog(str(world.start)), names=("trade",))
    assert world.memory["reserve_weeks"] == pytest.approx(before / 2, rel=1e-3)


# --- grain -----------------------------------------------------------------------------------------------------------------


P = parameters()


def stocked(weeks_of_demand: float, rice: float) -> World:
    world = small_world()
    wanted = 1_000_000
    put(world, "want_grams", np.full(4, wanted // world.k))
    world.books.grams["market_stock"] = int(weeks_of_demand * world.total("want_grams"))
    world.national.rice_price = rice
    world.national.won_per_dollar = 8000.0
    return world


@pytest.mark.parametrize(("weeks", "rice", "part"), [(3.0, 3000.0, 0.0), (10.0, 4960.0, 0.0), (10.0, 4000.0, 1.0)])
def test_only_a_surplus_that_is_cheap_is_fed_or_distilled(weeks: float, rice: float, part: float) -> None:
    world = stocked(weeks, rice)
    surplus = max(0.0, weeks - P.rations.surplus_cover) * world.total("want_grams")
    assert rations.surplus_used(world, P) == pytest.approx(part * P.rations.surplus_rate * surplus, abs=2)


def test_fed_grain_is_booked() -> None:
    world = stocked(12.0, 3500.0)
    before = sum(world.books.grams.values())
    lost = world.books.grams["lost"]
    rations.settle(world, week(0), P)
    assert sum(world.books.grams.values()) == before
    assert world.books.grams["lost"] > lost + int(0.01 * world.books.grams["market_stock"])


def test_behind_a_shut_border_rice_gets_dearer_at_first_and_cheaper_when_stores_are_full() -> None:
    def change(cover: float, border: float) -> float:
        world = stocked(cover, 4800.0)
        for number in range(13):
            prices.move_rice_price(world, week(number, border_open=border), P.prices)
        return world.national.rice_price

    assert change(5.5, 0.0) > change(5.5, 1.0)
    assert change(16.0, 0.0) < 4800.0 < change(5.5, 0.0)


@given(
    held=st.integers(0, 10**10),
    reserve=st.integers(0, 10**10),
    usual=st.floats(0, 1e10),
    times=st.floats(0, 3),
    price=st.floats(1, 200),
)
@settings(max_examples=30, deadline=None, derandomize=True)
def test_the_states_grain_is_paid_for_and_nothing_is_overdrawn(
    held: int, reserve: int, usual: float, times: float, price: float
) -> None:
    world = small_world()
    books = world.books
    books.organ_trade[B_CABINET], books.cents["reserve"] = held, reserve
    before, abroad = books.total_cents(), books.cents["abroad_cents"]
    grams = rations.buy_abroad(world, usual, usual * times, price)
    spent = books.cents["abroad_cents"] - abroad
    assert books.total_cents() == before
    assert min(books.cents["reserve"], int(books.organ_trade[B_CABINET])) >= 0
    assert 0 <= grams <= usual * times
    assert grams * price / 1000.0 <= spent + 1.0
    if times <= 1.0 and held >= usual * price:
        assert grams == int(usual * times)
        assert books.cents["reserve"] >= reserve


def test_a_rich_cabinet_pays_for_the_usual_grain_alone() -> None:
    world = small_world()
    world.books.organ_trade[B_CABINET], reserve = 10**12, world.books.cents["reserve"]
    rations.import_for_state(world, week(0), P)
    assert world.books.cents["reserve"] == reserve
    assert world.books.organ_trade[B_CABINET] < 10**12
