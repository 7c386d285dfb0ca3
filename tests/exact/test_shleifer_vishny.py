"""Shleifer and Vishny 1993: n independent checkpoints on one road take n a^2 / (n + 1)^2 in all, one owner a^2 / 4."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.mechanisms.guards_country import claim

from custodes.mechanisms import tolls

chains = st.integers(1, 12)
intercepts = st.floats(0.01, 1e6)


@claim
@given(chains, intercepts)
def test_independent_collectors_each_charge_an_n_plus_first_of_the_intercept(n, a):
    charged = tolls.independent_tolls(n, a)
    assert charged == pytest.approx(np.full(n, a / (n + 1)), rel=1e-9)
    assert tolls.traffic(charged, a) == pytest.approx(a / (n + 1), rel=1e-8)


@claim
@given(chains, intercepts)
def test_in_all_they_take_what_the_paper_says(n, a):
    taken = float(tolls.takings(tolls.independent_tolls(n, a), a).sum())
    assert taken == pytest.approx(n * a**2 / (n + 1) ** 2, rel=1e-8)


@claim
@given(chains, intercepts)
def test_one_owner_takes_a_quarter_of_the_square(n, a):
    assert float(tolls.takings(tolls.joint_tolls(n, a), a).sum()) == pytest.approx(a**2 / 4, rel=1e-12)


def test_the_chain_of_independent_guards_strangles_the_trade():
    a = 100.0
    traffic = [tolls.traffic(tolls.independent_tolls(n, a), a) for n in range(1, 11)]
    owner = [tolls.traffic(tolls.joint_tolls(n, a), a) for n in range(1, 11)]
    assert traffic == sorted(traffic, reverse=True)
    assert owner == pytest.approx([50.0] * 10)
    assert traffic[-1] == pytest.approx(a / 11)


@claim
@given(st.integers(2, 8), st.floats(0.0, 2.0), st.integers(0, 7))
def test_no_collector_gains_by_another_toll(n, factor, who):
    a = 10.0
    charged = tolls.independent_tolls(n, a)
    changed = charged.copy()
    changed[who % n] *= factor
    assert tolls.takings(changed, a)[who % n] <= tolls.takings(charged, a)[who % n] + 1e-9


@claim
@given(st.integers(1, 8), st.floats(0.0, 30.0))
def test_no_owner_gains_by_another_sum(n, whole):
    a = 10.0
    assert (
        whole * tolls.traffic(np.full(n, whole / n), a) <= float(tolls.takings(tolls.joint_tolls(n, a), a).sum()) + 1e-9
    )


def test_replies_that_do_not_settle_are_an_error():
    with pytest.raises(ArithmeticError, match="did not settle"):
        tolls.independent_tolls(5, 1.0, rounds=2)


def test_a_road_that_nobody_would_use_brings_nothing():
    assert tolls.takings(tolls.independent_tolls(3, 0.0), 0.0).tolist() == [0.0, 0.0, 0.0]
