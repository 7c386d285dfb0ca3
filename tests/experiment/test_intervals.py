"""Intervals hold what they promise: measured on repeated comparisons whose answer is known."""

import numpy as np
import pytest
from scipy import stats
from tests.experiment import known_answers as ka

from custodes.experiment import intervals as iv

NOTHING = ["normal", "skewed", "heavy", "luck of its own", "mostly nothing"]


def null_levels(name: str, repeats: int) -> np.ndarray:
    """Paired differences (countries, repeats) of a policy without effect."""
    rng = np.random.default_rng(NOTHING.index(name) + 10)
    if name == "normal":
        return ka.by_point(rng, ka.normal, repeats=repeats) + ka.by_luck(rng, ka.normal, repeats=repeats)
    if name == "skewed":  # levels are lognormal; differences between plans take half of their luck anew
        shared = ka.by_point(rng, ka.lognormal, repeats=repeats)
        one, two = (shared * ka.by_luck(rng, ka.lognormal, repeats=repeats) for _ in range(2))
        return one - two
    if name == "heavy":
        return rng.standard_t(3, (200, repeats))
    if name == "luck of its own":
        return ka.by_luck(rng, ka.normal, repeats=repeats)
    moved = rng.random((200, repeats)) < 0.15
    return np.where(moved, ka.by_luck(rng, ka.normal, repeats=repeats), 0.0)


@pytest.mark.parametrize("name", NOTHING)
def test_a_policy_without_effect_gets_an_interval_over_nothing_in_95_of_100_comparisons(name: str) -> None:
    e = iv.level(null_levels(name, ka.REPEATS), ka.points())
    assert 0.93 <= ka.covered(e, 0.0) <= 0.97
    many = iv.level(null_levels(name, 4000), ka.points())
    assert 0.94 <= ka.covered(many, 0.0) <= 0.968


@pytest.mark.parametrize(("chance", "least"), [(0.01, 0.93), (0.05, 0.93), (0.3, 0.93)])
@pytest.mark.parametrize("spread", [0.0, 1.5])
def test_rare_outcomes_without_effect_are_covered_at_least_as_often(chance: float, least: float, spread: float) -> None:
    a, b = ka.came(np.random.default_rng(4), (chance, chance), spread, 0.5, repeats=2000)
    assert least <= ka.covered(iv.contrast(a - b, ka.points(), (1.0, -1.0)), 0.0)


@pytest.mark.parametrize(("before", "after"), [(0.005, 0.03), (0.02, 0.08), (0.1, 0.2), (0.5, 0.65), (0.0, 0.03)])
@pytest.mark.parametrize("spread", [0.0, 1.5])
def test_a_planted_change_of_a_share_is_covered(before: float, after: float, spread: float) -> None:
    b, a = ka.came(np.random.default_rng(5), (before, after), spread, 0.5, repeats=2000)
    assert 0.93 <= ka.covered(iv.contrast(a - b, ka.points(), (1.0, -1.0)), after - before) <= 0.995
    assert ka.covered(iv.share(a, ka.points()), after) >= 0.93


@pytest.mark.parametrize("n", [32, 100])
def test_a_planted_effect_that_is_skewed_over_countries_is_covered(n: int) -> None:
    rng = np.random.default_rng(6)
    x = ka.by_point(rng, ka.lognormal, n, 4000) * np.exp(0.5 * ka.by_luck(rng, ka.normal, n, 4000))
    truth = np.exp(0.5 + 0.125)
    e = iv.level(x, ka.points(n))
    assert ka.covered(e, truth) >= 0.93
    t_alone = iv.average(x, ka.points(n), skewed=False)
    assert ka.covered(t_alone, truth) < ka.covered(e, truth) - 0.02


def test_countries_of_a_point_are_not_counted_as_independent() -> None:
    rng = np.random.default_rng(7)
    each = rng.normal(size=(50, 1))
    once, twice = iv.average(each, np.arange(50)), iv.average(np.repeat(each, 2, axis=0), ka.points(50))
    np.testing.assert_allclose([twice.low, twice.high], [once.low, once.high], rtol=1e-12)
    as_if = iv.average(np.repeat(each, 2, axis=0), np.arange(100))
    assert as_if.half[0] < 0.75 * twice.half[0]


def test_without_skew_the_interval_is_student_s() -> None:
    x = np.random.default_rng(8).normal(size=30)
    e = iv.average(x, np.arange(30), skewed=False)
    known = stats.ttest_1samp(x, 0.0)
    np.testing.assert_allclose([e.low[0], e.high[0]], known.confidence_interval(0.95), rtol=1e-10)
    assert e.p[0] == pytest.approx(known.pvalue, rel=1e-9)


def test_hall_s_cubic_and_its_inverse() -> None:
    t, skew = np.linspace(-4, 4, 41)[:, None], np.array([-5.0, -0.3, 0.0, 1e-12, 2.0])
    np.testing.assert_allclose(iv._unskewed(iv._skewed(t, skew, 40), skew, 40), np.broadcast_to(t, (41, 5)), atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_an_interval_misses_nothing_exactly_where_p_is_below_one_in_twenty(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.lognormal(0.0, 1.0, (40, 500)) - rng.uniform(0.5, 3.0, 500)
    e = iv.level(x, ka.points(20))
    assert np.array_equal(e.p < 0.05, (e.low > 0) | (e.high < 0))
    assert (e.p < 0.05).any()
    assert (e.p >= 0.05).any()


@pytest.mark.parametrize("countries", [20, 200, 2000])
def test_nothing_happened_is_not_certainty(countries: int) -> None:
    none = np.zeros((countries, 1))
    e = iv.contrast(none, np.arange(countries), (1.0, -1.0))
    assert 0.5 * 3 / countries < e.high[0] < 2 * 3 / countries  # about the rule of three
    assert e.low[0] == -e.high[0]
    assert e.p[0] == 1.0
    one = iv.share(none, np.arange(countries))
    assert 0.0 == one.low[0] < 2.5 / countries < one.high[0] < 6 / countries
    sure = iv.share(none + 1.0, np.arange(countries))
    assert sure.high[0] == 1.0 > sure.low[0]


def test_a_policy_after_which_everybody_breaks_down_is_found_and_its_interval_stays_possible() -> None:
    e = iv.contrast(np.ones((200, 1)), ka.points(), (1.0, -1.0))
    assert 0.9 < e.low[0] < e.high[0] == 1.0
    assert e.p[0] < 1e-6


def test_levels_that_never_differ_reach_as_far_as_the_spread_of_countries_allows() -> None:
    none = np.zeros((200, 2))
    e = iv.level(none, ka.points(), np.array([10.0, 0.0]))
    assert 0.05 < e.high[0] < 0.3
    assert np.isnan(e.low[1])
    assert np.isnan(e.p[1])


def test_the_same_difference_in_every_country_is_known_and_found() -> None:
    e = iv.level(np.full((20, 1), 3.0), ka.points(10))
    assert e.low[0] == e.high[0] == 3.0
    assert e.p[0] < 1e-6


def test_one_point_has_no_interval() -> None:
    e = iv.average(np.array([1.0, 3.0]), np.array([5, 5]))
    assert e.value[0] == 2.0
    assert np.isnan(e.low[0])


def test_resampling_is_the_same_for_the_same_seed_and_meets_every_point_alike() -> None:
    w = iv.resampled(50, 9, 2000)
    assert np.array_equal(w, iv.resampled(50, 9, 2000))
    assert not np.array_equal(w, iv.resampled(50, 10, 2000))
    assert (w.sum(axis=1) == 50).all()
    assert np.abs(w.mean(axis=0) - 1.0).max() < 0.1
    assert w.var() == pytest.approx(0.98, abs=0.03)
    assert iv.resampled(5, 1, 2).tolist() == KNOWN


#: Of a counter-based generator: these digits hold on every machine and with every version.
KNOWN = [[2.0, 1.0, 0.0, 0.0, 2.0], [2.0, 1.0, 1.0, 1.0, 0.0]]


def test_discoveries_of_the_paper() -> None:
    """The example of Benjamini and Hochberg 1995, section 3.2."""
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    assert iv.discoveries(np.array(p)).tolist() == [True] * 4 + [False] * 11
    assert iv.discoveries(np.array([np.nan, 0.001])).tolist() == [False, True]
    assert not iv.discoveries(np.array([])).any()


def test_points_that_are_spread_evenly_make_intervals_too_wide_never_too_narrow() -> None:
    """Latin hypercubes of three unknowns: the average varies less than the interval says."""
    rng = np.random.default_rng(11)
    cells = rng.permuted(np.broadcast_to(np.arange(100)[:, None, None], (100, 3, 1000)), axis=0)
    u = (cells + rng.random(cells.shape)) / 100
    d = np.repeat(u.sum(axis=1), 2, axis=0) + ka.by_luck(rng, ka.normal, repeats=1000)
    assert ka.covered(iv.level(d, ka.points()), 1.5) >= 0.95
