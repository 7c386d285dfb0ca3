"""Granovetter 1978: threshold models through the cascade of incidents, without arrest."""

import math
from typing import Any

import numpy as np
import pytest

from custodes.mechanisms.incidents import cascade


def end(thresholds: Any, people: Any = None, steps: int = 20_000) -> float:
    """Share that acts at last, from nobody, where each acts once his threshold's share of others does."""
    needed = np.asarray(thresholds, np.float64)
    counts = np.ones(needed.size) if people is None else people
    path = cascade(counts, 1.0, 0.0, 0.0, 0.0, 0.0, steps, arrest=False, needed=needed, start=0.0)
    return float(path[-1])


def test_thresholds_from_0_to_99_bring_out_all_hundred() -> None:
    assert end(np.arange(100) / 100) == 1.0


def test_one_threshold_changed_from_1_to_2_leaves_one() -> None:
    thresholds = np.arange(100.0)
    thresholds[1] = 2.0
    assert end(thresholds / 100) == 0.01


def normal_crowd(sd: float) -> tuple[Any, Any]:
    """Thresholds of a normal crowd with mean 25 % and its people: bins of 2e-7 where the jump happens, wider elsewhere."""
    edges = np.unique(
        np.concatenate([[-3.0], np.arange(0.0, 0.04, 1e-5), np.arange(0.04, 0.09, 2e-7), np.arange(0.09, 1.6, 1e-4)])
    )
    below = np.array([0.5 * math.erfc(-(100.0 * e - 25.0) / sd / math.sqrt(2.0)) for e in edges])
    return (edges[1:] + edges[:-1]) / 2.0, np.diff(below)


@pytest.mark.parametrize(("sd", "percent"), [(12.2, 5.48), (12.3, 100.0)])
def test_normal_thresholds_end_where_granovetter_found(sd: float, percent: float) -> None:
    assert 100.0 * end(*normal_crowd(sd)) == pytest.approx(percent, abs=0.005)


def test_the_jump_is_at_a_standard_deviation_of_12_2221() -> None:
    """Below 12.2220 the crowd stops near 6 %, from 12.2221 on it takes all: the bins resolve the fourth decimal."""
    below, above = (100.0 * end(*normal_crowd(sd)) for sd in (12.2220, 12.2221))
    assert below == pytest.approx(6.15, abs=0.02)
    assert above > 99.9
