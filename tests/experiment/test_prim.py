from itertools import pairwise

import numpy as np
import pytest
from tests.experiment import planted

from custodes.experiment import prim
from custodes.experiment.prim import Box, Points


def test_a_planted_box_is_found_among_many_unknowns_with_noise():
    p = planted.points(500, 240, 1)
    box = prim.find(p)
    assert box.limited == [0, 1]
    assert box.range(0)[0] == pytest.approx(0.55, abs=0.06)
    assert box.range(1)[1] == pytest.approx(0.60, abs=0.12)
    assert p.y[box.inside(p.x)].mean() > 0.6


def test_a_planted_box_is_found_in_most_studies_of_200_points():
    found = [prim.find(planted.points(200, 120, seed)).limited for seed in range(20)]
    assert sum(some in ([0], [1], [0, 1]) for some in found) >= 14


def test_a_theory_can_be_a_limit():
    box = prim.find(planted.by_choice(400, 30, 3))
    assert box.allowed == {2: frozenset({1.0})}
    assert box.range(0)[1] == pytest.approx(0.7, abs=0.1)


def test_each_peel_is_smaller_and_lies_in_the_one_before():
    p = planted.points(200, 6, 1)
    held = [b.inside(p.x) for b in prim.peeled(p)]
    assert all((b <= a).all() and b.sum() < a.sum() for a, b in pairwise(held))
    assert held[-1].sum() >= prim.LEAST_POINTS


def test_points_that_are_alike_are_peeled_together():
    x = np.repeat([[0.0], [1.0]], [30, 70], axis=0)
    y = (x[:, 0] == 1.0) * 1.0
    box = prim.find(Points(x, y, np.ones(100), np.zeros(1, bool)))
    assert box.inside(x).sum() == 70


def test_pasting_widens_a_box_that_was_peeled_too_far_and_never_lowers_its_excess():
    p = planted.points(400, 5, 2)
    narrow = Box({0: (0.8, np.inf), 1: (-np.inf, 0.3)})
    wide = prim.pasted(p, narrow)
    assert prim.excess(p, wide) > prim.excess(p, narrow)
    assert wide.range(0)[0] < 0.8


def test_pruning_drops_a_limit_that_adds_nothing():
    p = planted.points(400, 5, 4)
    assert prim.pruned(p, Box({0: (0.55, np.inf), 1: (-np.inf, 0.6), 4: (0.01, np.inf)})).limited == [0, 1]


def test_a_limit_that_chance_would_give_has_a_large_quasi_p_and_a_real_one_a_small_one():
    p = planted.points(400, 5, 5)
    box = Box({0: (0.55, np.inf), 4: (0.5, np.inf)})
    assert prim.quasi_p(p, box, 0) < 1e-3
    assert prim.quasi_p(p, box, 4) > 0.05


def test_quasi_p_is_the_binomial_tail():
    from scipy.stats import binom

    x = np.arange(20.0)[:, None]
    y = np.array([0.0] * 8 + [1.0] * 2 + [0.0, 0.0] + [1.0] * 8)
    p = Points(x, y, np.ones(20), np.zeros(1, bool))
    assert prim.quasi_p(p, Box({0: (10.0, np.inf)}), 0) == pytest.approx(binom.sf(7, 10, 0.5))


def test_what_always_or_never_happens_has_no_box():
    p = planted.points(100, 5, 1)
    assert len(prim.find(Points(p.x, np.ones(100), p.w, p.choices))) == 0
    assert len(prim.find(Points(p.x, np.zeros(100), p.w, p.choices))) == 0
