"""Hit-and-run trade: who expects demands to come again gives up illegal business; off unless the theory is chosen."""

from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.engine.country import Ride, ride
from tests.mechanisms.guards_country import P as GUARDS
from tests.mechanisms.guards_country import claim

from custodes.engine import household_pass
from custodes.mechanisms import extortion
from custodes.world.columns import EVER_BRIBED

ON = GUARDS.extortion._replace(repeated_demands=float(extortion.HIT_AND_RUN))
OFF = ON._replace(repeated_demands=float(extortion.IGNORED))
THEORY = ("extortion.repeated_demands=hit_and_run",)
WEEKS = 26


@claim
@given(st.floats(0.0, 3.0), st.floats(0.0, 3.0))
def test_only_who_expects_more_than_the_bound_gives_anything_up_and_all_of_them_the_same(
    visits: float, more: float
) -> None:
    given_up = extortion.given_up(visits, ON)
    assert given_up == (ON.hit_and_run_fall / 4.0 if 13.0 * visits > ON.hit_and_run_visits else 0.0)
    assert extortion.given_up(visits + more, ON) >= given_up


def after(weights: list[float], illegality: list[int], luck: int, p: Any = ON) -> NDArray[np.uint16]:
    """Illegality after a week of the kernel's loop over one tile; each organ visits as often as the weight says."""
    n = len(weights)
    flows, words = np.zeros((household_pass._WEIGHT + 1, n)), np.full((8, n), luck << 16, np.uint32)
    flows[household_pass._WEIGHT] = np.floor(np.array(weights) * household_pass._SCALE)
    households = SimpleNamespace(illegality=np.array(illegality, np.uint16))
    tables, scratch = SimpleNamespace(visits_per_weight=np.ones((3, 1))), SimpleNamespace(flows=flows, words=words)
    household_pass.give_up.py_func(0, n, 0, households, tables, SimpleNamespace(extortion=p), scratch)
    return households.illegality


def test_illegality_of_those_often_visited_falls_and_nobody_elses_moves() -> None:
    """The bound is four visits a quarter: 0.1026 a week by each of three organs."""
    weights, before = [0.0, 0.1, 0.105, 0.9, 0.9, 0.9], [30_000, 65_535, 30_000, 65_535, 100, 0]
    for luck in (0, 0x8000, 0xFFFF):
        left = after(weights, before, luck)
        assert left[:2].tolist() == before[:2]
        assert {30_000 - int(left[2]), 65_535 - int(left[3])} <= {327, 328}
        assert left[4:].tolist() == [0, 0]


def test_the_fall_is_right_in_the_mean() -> None:
    """0.02 in four weeks are 327.675 of 65,535 a week: stochastic rounding keeps what is below one."""
    falls = [30_000 - int(after([0.5], [30_000], luck)[0]) for luck in range(0, 65_536, 64)]
    assert abs(np.mean(falls) - 65_535 * 0.02 / 4) < 0.01


def test_nothing_moves_where_repeated_demands_are_ignored() -> None:
    assert after([0.9, 0.9], [30_000, 1], 0xFFFF, OFF).tolist() == [30_000, 1]


def ridden(it: Ride) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    """Illegality before and after half a year, and the flags of the households."""
    before = it.world.households.illegality.astype(np.int64)
    it.to(it.world.week + WEEKS)
    return before, it.world.households.illegality.astype(np.int64), it.world.households.flags.copy()


def test_a_country_in_which_demands_are_ignored_keeps_its_illegality_to_the_bit() -> None:
    with ride(weeks=WEEKS) as it:
        before, left, _ = ridden(it)
    assert (left == before).all()


def test_a_country_of_hit_and_run_trade_gives_up_illegal_business_where_guards_come_often() -> None:
    """In toyland, half a year: it falls for some, by no more than half a year's share, and rises for nobody.

    Those for whom it fell have been bribing: of the others many never were asked. The burn-in has the theory as well.
    """
    with ride(weeks=WEEKS, settings=THEORY) as it:
        before, left, flags = ridden(it)
    fell = left < before
    assert (left <= before).all()
    assert (before - left).max() <= WEEKS * 328
    assert 0 < fell.sum() < 0.5 * fell.size
    bribed = (flags & EVER_BRIBED) > 0
    assert bribed[fell].mean() > bribed[~fell].mean() + 0.2


def test_with_a_bound_that_nobody_reaches_the_country_is_the_same_to_the_bit() -> None:
    """Three organs that come every week are 37 visits a quarter."""
    plain = []
    for settings in ((), (*THEORY, "extortion.hit_and_run_visits=40")):
        with ride(weeks=4, settings=settings) as it:
            it.to(it.world.week + 4)
            plain.append([column.copy() for column in (*it.world.households, *it.world.persons)])
    assert all((a == b).all() for a, b in zip(*plain, strict=True))
