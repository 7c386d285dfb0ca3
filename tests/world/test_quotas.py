"""Rounding keeps totals, raking keeps margins, quantiles are those of the distribution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.world import quotas
from custodes.world.layout import keys_of, shuffled

weights = st.lists(st.floats(0, 1e9, allow_nan=False), min_size=1, max_size=40)


@given(weights, st.integers(0, 10**9))
def test_parts_add_up_and_are_within_one_of_their_share(w: list[float], total: int) -> None:
    parts = quotas.largest_remainder(w, total)
    assert parts.sum() == total
    assert parts.min() >= 0
    if sum(w) > 1e-6:
        exact = np.asarray(w) * total / sum(w)
        assert np.abs(parts - exact).max() < 1.0 + 1e-6 * total


@given(weights, st.integers(0, 5), st.integers(0, 1000), st.integers(0, 3))
def test_limits_hold_and_the_total_too(w: list[float], least: int, extra: int, room: int) -> None:
    top = np.full(len(w), least + room)
    total = least * len(w) + min(extra, room * len(w))
    parts = quotas.largest_remainder(w, total, least=least, most=top)
    assert parts.sum() == total
    assert (parts >= least).all()
    assert (parts <= top).all()


def test_impossible_totals_are_refused() -> None:
    for total, least, most in ((1, 1, None), (10, 0, [1, 2]), (2, 3, [4, 2])):
        with pytest.raises(ValueError, match="cannot be split"):
            quotas.largest_remainder([1.0, 2.0], total, least=least, most=most)


@given(st.lists(st.tuples(st.floats(0.1, 1e6), st.integers(0, 4)), min_size=1, max_size=40), st.integers(40, 10**6))
def test_groups_get_their_own_rounded_share(cells: list[tuple[float, int]], total: int) -> None:
    w, group = np.array([c[0] for c in cells]), np.array([c[1] for c in cells])
    parts = quotas.by_groups(w, group, total)
    assert parts.sum() == total
    for name in np.unique(group):
        assert abs(parts[group == name].sum() - total * w[group == name].sum() / w.sum()) < 1.0 + 1e-9 * total


def test_carried_rows_keep_rows_exactly_and_columns_nearly() -> None:
    expected = np.array([[0.4, 0.35, 0.25]] * 100) * 3
    rows = quotas.carried_rows(expected, np.full(100, 3))
    assert (rows.sum(axis=1) == 3).all()
    assert rows.sum(axis=0) == pytest.approx([120, 105, 75], abs=1)


def test_raking_meets_both_margins() -> None:
    seed = np.arange(1.0, 13.0).reshape(3, 4)
    rows, columns = np.array([10.0, 20.0, 30.0]), np.array([6.0, 12.0, 18.0, 24.0])
    table = quotas.rake(seed, rows, columns, 100)
    assert table.sum(axis=1) == pytest.approx(rows)
    assert table.sum(axis=0) == pytest.approx(columns)


def test_normal_and_lognormal_quantiles_have_their_moments() -> None:
    z = quotas.normal_quantiles()
    assert z.mean() == pytest.approx(0, abs=1e-9)
    assert z.std() == pytest.approx(1, abs=1e-4)
    assert np.median(quotas.lognormal_quantiles(220_000, 0.8)) == pytest.approx(220_000, rel=1e-4)


@pytest.mark.parametrize(("a", "b"), [(0.7, 1.6), (2.0, 3.0), (1.0, 1.0), (5.0, 1.0), (0.5, 0.5)])
def test_beta_quantiles_have_the_moments_of_the_beta_distribution(a: float, b: float) -> None:
    x = quotas.beta_quantiles(a, b)
    assert (np.diff(x) >= 0).all()
    assert x.mean() == pytest.approx(a / (a + b), abs=2e-3)
    assert x.var() == pytest.approx(a * b / ((a + b) ** 2 * (a + b + 1)), rel=0.01)


@given(st.integers(1, 700), st.integers(0, 2**64 - 1))
def test_a_deck_is_dealt_once_each(n: int, seed: int) -> None:
    keys = keys_of(seed)
    assert sorted(shuffled(i, n, keys, 1, 5) for i in range(n)) == list(range(n))


def test_a_deck_is_well_shuffled() -> None:
    keys, n = keys_of(7), 5000
    order = np.array([shuffled(i, n, keys, 1, 5) for i in range(n)])
    assert abs(np.corrcoef(order, np.arange(n))[0, 1]) < 0.04
    assert abs(np.corrcoef(order[1:], order[:-1])[0, 1]) < 0.04
    assert np.abs(np.diff(order)).mean() == pytest.approx(n / 3, rel=0.03)


def test_lines_join_points_and_stay_level_outside() -> None:
    x = np.array([-1.0, 0.0, 0.5, 1.0, 2.0, 9.0])
    assert quotas.piecewise(x, (0.0, 1.0, 3.0), (1.0, 2.0, 0.0)).tolist() == [1.0, 1.0, 1.5, 2.0, 1.0, 0.0]
