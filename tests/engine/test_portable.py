"""Portable mathematics: as good as the system's, and summed exactly."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from custodes import portable


@given(st.floats(-300, 300))
def test_exp_agrees_with_the_system_s(x):
    assert math.isclose(portable.exp(x), math.exp(x), rel_tol=1e-14)


@given(st.floats(1e-290, 1e290))
def test_log_agrees_with_the_system_s(x):
    assert math.isclose(portable.log(x), math.log(x), rel_tol=1e-13, abs_tol=1e-14)


@given(st.floats(0.001, 1000), st.floats(-5, 5))
def test_power_agrees_with_the_system_s(x, y):
    assert math.isclose(portable.power(x, y), x**y, rel_tol=1e-12)


@given(st.lists(st.floats(-1e12, 1e12), max_size=40), st.randoms())
def test_a_total_does_not_depend_on_the_order(values, random):
    shuffled = list(values)
    random.shuffle(shuffled)
    assert portable.total(values) == portable.total(shuffled)


def test_the_normal_quantile_inverts_the_distribution():
    from statistics import NormalDist

    u = np.linspace(1e-6, 1 - 1e-6, 999)
    exact = np.array([NormalDist().inv_cdf(x) for x in u])
    assert np.max(np.abs(portable.normal_quantile(u) - exact)) < 1e-7


def test_a_mean_without_weight_is_zero():
    assert portable.mean([1.0, 2.0], [0.0, 0.0]) == 0.0


@given(st.floats(-1e6, 1e6))
def test_squash_stays_between_nought_and_one(x):
    assert 0.0 <= portable.squash(x) <= 1.0
