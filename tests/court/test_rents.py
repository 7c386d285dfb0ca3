"""Rents: an index that is 1 at rest, an expectation that adapts, and money that only changes hands."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.actors.levers import LeverValues
from custodes.engine.step import Week
from custodes.engine.sums import index
from custodes.mechanisms import market, rents
from custodes.observe.events import EventLog
from custodes.world.columns import B_ARMY, B_CABINET, B_STATE_SECURITY, DISMISSED, IN_POST, N_COURT, VACANT_POST
from custodes.world.officials import leave, shift
from custodes.world.state import World
from tests.court.alone import court, step

RENTS = ("rents",)


def a_week(world: World, number: int = 0, **levers: object) -> Week:
    return Week(number, number % 52, 2017, world.start, False, LeverValues(**levers), EventLog(str(world.start)))


def after(weeks: int, **state: object) -> World:
    """A court whose rents alone move, after some weeks of the same branch state."""
    world, p, levers = court(1)
    for name, value in state.items():
        getattr(world.branch, name)[:] = value
    for _ in range(weeks):
        step(world, p, levers, EventLog(str(world.start)), names=RENTS)
    return world


def of_director(world: World, organ: int) -> float:
    court_ = world.court
    return float(court_.rent[(court_.organ == organ) & (court_.rank == 2) & (court_.status == IN_POST)][0])


# --- the index -----------------------------------------------------------------------------------------------------------


def test_at_rest_a_post_brings_what_its_rank_is_paid_and_nobody_expects_anything_else() -> None:
    world, p = after(20), court(1)[1]
    posts = world.places.court.posts
    scale = np.array(p.rents.pay_scale)[world.court.rank[:posts]]
    assert np.allclose(world.court.rent[:posts], scale)
    assert np.allclose(world.court.expected_rent[:posts], scale)


def test_each_source_has_its_weight() -> None:
    world, p, _ = court(1)
    full = rents.rent_of_organs(world, 1.0, p.rents)
    assert np.allclose(full, 1.0)
    assert np.allclose(rents.rent_of_organs(world, 0.0, p.rents), 0.65)
    world.memory["gifts_ratio"] = 0.6
    assert np.allclose(rents.rent_of_organs(world, 1.0, p.rents), 0.9)
    world.memory["gifts_ratio"] = 1.0
    world.branch.trade_ratio[B_ARMY] = 0.0
    index_ = rents.rent_of_organs(world, 1.0, p.rents)
    assert index_[B_ARMY] == pytest.approx(0.8)
    assert np.allclose(np.delete(index_, B_ARMY), 1.0)


def test_an_edict_on_the_cadres_stops_most_of_their_chain_and_a_third_of_that_elsewhere() -> None:
    world, p, _ = court(1)
    world.organ.edict[2] = 1.0
    index_ = rents.rent_of_organs(world, 1.0, p.rents)
    assert index_[B_CABINET] == pytest.approx(1 - 0.2 * 0.6)
    assert index_[B_STATE_SECURITY] == 1.0
    assert index_[B_ARMY] == pytest.approx(1 - 0.2 * 0.6 / 3)


def test_a_loss_is_half_forgotten_after_a_year_and_no_rent_is_expected_for_ever() -> None:
    world, p, levers = court(1)
    world.branch.trade_ratio[:] = 0.5
    left = []
    for _ in range(5 * 78):
        step(world, p, levers, EventLog(str(world.start)), names=RENTS)
        left.append(float(world.court.expected_rent[550] - world.court.rent[550]))
    assert left[53] == pytest.approx(0.05, rel=0.02)
    assert left[77] == pytest.approx(0.1 / 2.718, rel=0.02)
    assert left[-1] < 0.001


def test_what_guards_pass_up_is_measured_against_the_burn_ins_last_year() -> None:
    world, p, _ = court(1)
    column = index("bribes", 0)
    for number in range(-60, 1):
        world.sums[0, column] = 10_000 if number < -52 else 30_000
        rents._follow_chain(world, a_week(world, number), p.rents)
        if number < -1:
            assert np.all(world.branch.chain_ratio == 1.0)
    usual = world.memory["norm.chain.0"] / (0.1 * 20)  # a tenth of bribes; a row stands for twenty households
    assert 25_000 < usual < 30_000
    world.sums[0, column] = 0
    for number in range(1, 200):
        rents._follow_chain(world, a_week(world, number), p.rents)
    ratio = world.branch.chain_ratio
    assert ratio[B_STATE_SECURITY] < 1e-5
    assert ratio[B_CABINET] == 1.0
    assert ratio[B_ARMY] == pytest.approx((ratio[B_STATE_SECURITY] + 1.0 + 1.0) / 3)
    world.sums[0, column] = 0  # the street is shared by all tests


def test_a_treasury_with_less_income_gives_less_privilege_and_one_with_more_gives_no_more() -> None:
    world, p, _ = court(1)
    world.memory["state_income_won_week"] = 1e9
    assert rents.privilege(world, a_week(world, 0), p.rents) == 1.0
    for income, expected in ((2e9, 1.0), (0.5e9, 0.5)):
        world.memory["state_income_won_week"] = income
        for number in range(1, 300):
            seen = rents.privilege(world, a_week(world, number), p.rents)
        assert seen == pytest.approx(expected, abs=1e-6)


def test_a_vacant_post_brings_nothing_and_an_exile_keeps_his_expectations() -> None:
    world, p, levers = court(1)
    leave(world, 40)
    shift(world, 41, 1200, DISMISSED)
    expected = float(world.court.expected_rent[1200])
    world.branch.trade_ratio[:] = 0.0
    for _ in range(10):
        step(world, p, levers, EventLog(str(world.start)), names=RENTS)
    assert world.court.status[40] == VACANT_POST
    assert world.court.rent[40] == 0.0
    assert world.court.expected_rent[1200] == expected


# --- the money -----------------------------------------------------------------------------------------------------------

won = st.integers(0, 10**15)


@given(
    chain=st.tuples(won, won, won),
    fund=won,
    dollars=won,
    gifts=won,
    purses=won,
    budget=st.floats(0, 3),
    vacant=st.sets(st.integers(0, 999), max_size=40),
)
@settings(max_examples=30, deadline=None)
def test_money_for_officials_only_changes_hands(
    chain: tuple[int, int, int], fund: int, dollars: int, gifts: int, purses: int, budget: float, vacant: set[int]
) -> None:
    world, p, _ = court(1)
    books = world.books
    for row in vacant:
        leave(world, row)
    books.chain[:] = chain
    books.won["leader_fund"], books.cents["leader_fund_cents"] = fund, dollars
    books.official_won[::7], books.official_cents[::5] = purses // 1000, purses // 1000
    world.memory["gifts_cents_week"] = float(gifts)
    before = (books.total_won(), books.total_cents())
    rents.settle(world, a_week(world, budget_gifts=budget), p)
    assert (books.total_won(), books.total_cents()) == before
    for account in (books.chain, books.official_won, books.official_cents, books.till):
        assert int(account.min()) >= 0
    assert min(books.won["leader_fund"], books.cents["leader_fund_cents"]) >= 0


def test_equals_are_paid_alike_chiefs_more_and_vacant_posts_nothing() -> None:
    world, p, _ = court(1)
    books, court_ = world.books, world.court
    books.chain[:] = (10**12, 0, 0)
    books.won["leader_fund"] = 0
    leave(world, 50)
    rents.fill_purses(world, a_week(world), p)
    own = np.flatnonzero((court_.organ == B_STATE_SECURITY) & (court_.status == IN_POST))
    paid = books.official_won[own] / np.array(p.rents.pay_scale)[court_.rank[own]]
    assert np.all(paid == paid[0])
    assert paid[0] > 0
    assert int(books.official_won.sum()) == int(books.official_won[own].sum())
    assert books.official_won[50] == 0


def test_gifts_in_dollars_are_what_trade_set_aside_and_are_spent_abroad() -> None:
    world, p, _ = court(1)
    books = world.books
    books.cents["leader_fund_cents"], abroad = 10**9, books.cents["abroad_cents"]
    world.memory["gifts_cents_week"] = 4e8
    rents.fill_purses(world, a_week(world), p)
    given_ = int(books.official_cents.sum())
    assert 0 <= 4 * 10**8 - given_ < 20_000
    rents.spend_purses(world, p)
    assert int(books.official_cents.sum()) == given_ - (books.cents["abroad_cents"] - abroad)
    assert books.cents["abroad_cents"] - abroad == pytest.approx(p.rents.dollars_spent * given_, rel=1e-3)


def test_the_tills_get_in_the_long_run_what_they_got_before_officials_had_purses() -> None:
    """A steady chain and a steady fund: what reaches the tills does not depend on the part that goes through purses."""
    reached = []
    for part in (0.0, 0.5, 1.0):
        world, p, _ = court(1, (f"market.officials_part={part}",))
        for number in range(150):
            world.books.chain += 10**12
            world.books.won["leader_fund"] += 10**12
            before = int(world.books.till.sum())
            market.spend_chiefs_and_chains(world, a_week(world, number), p.market)
            market.fill_wage_fund(world, a_week(world, number), p.market)
            rents.settle(world, a_week(world, number), p)
            reached.append(int(world.books.till.sum()) - before)
    first, second, third = reached[149], reached[299], reached[449]
    assert second == pytest.approx(first, rel=1e-3)
    assert third == pytest.approx(first, rel=1e-3)
    assert first == pytest.approx(3.1e12, rel=0.01)  # three chains and the fund's tenth


def test_index_has_a_value_for_each_organ() -> None:
    world, p, _ = court(1)
    assert rents.rent_of_organs(world, 1.0, p.rents).shape == (N_COURT,)
