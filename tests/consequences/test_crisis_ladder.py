"""Consequence 13: turmoil past a level draws the neighbours in, step by step; what follows is told given the turmoil.

The ladder has no ground but judgement (grade D), so that only what must be true of any such table is asked, and that a
country which is in turmoil really climbs it.
"""

import itertools

import numpy as np
import pytest

import custodes as cu
from custodes.mechanisms.crisis import LEVELS, REFUGEES, ladder, mean_level
from custodes.week import parameters_of
from tests.consequences.runs import COUNTRY, DONE, SEEDS, seen

pytestmark = pytest.mark.xdist_group("ladder")
#: Turmoil in each of the ladder's bands: below every threshold, then above one more in each.
BANDS = ((0.05, 0.1), (0.2, 0.25), (0.35, 0.5), (0.65, 0.9))


def test_given_turmoil_the_ladder_is_a_distribution_that_rises_with_it() -> None:
    """Mean level after a year, 2,000 runs each: 0, .28, 1.54, 3.2, with standard errors below .03.

    From band to band it rises by .1 at least: three standard errors of a difference that is none, 1 in 1,000. Within a band
    turmoil makes no difference to the last digit, since the same luck meets the same table.
    """
    p = parameters_of(cu.load(COUNTRY).parameters).crisis
    means = []
    for band in BANDS:
        shares = [ladder(theta, 12, 2000, p) for theta in band]
        assert shares[0].shape[-1] == len(LEVELS)
        assert np.allclose(shares[0].sum(axis=-1), 1.0)
        assert np.array_equal(shares[0], shares[1])
        means.append(float(mean_level(shares[0])[-1].mean()))
    assert means[0] == 0.0, "below the first threshold nobody moves"
    assert all(a + 0.1 < b for a, b in itertools.pairwise(means))


@pytest.mark.parametrize("seed", SEEDS)
def test_planted_turmoil_steps_a_country_up_the_ladder(seed: int) -> None:
    """With turmoil of .65 from week 26 on every neighbour passes the first level within a year, one step at a time.

    The chance that one of three stays below is less than 1 in 100,000 (.6 a month for the first step).
    """
    run = seen("many flee", seed)
    by_power: dict[str, list[tuple[int, int]]] = {}
    for week, power, level in run.steps:
        by_power.setdefault(power, []).append((week, level))
    assert len(by_power) >= 3
    for steps in by_power.values():
        assert steps[0][0] >= DONE
        climbed = [level for week, level in steps if week < DONE + 52]
        assert max(climbed) >= REFUGEES
        levels = [0, *(level for _, level in steps)]
        assert max(np.abs(np.diff(levels))) <= 1
    assert run.of("crisis_level")[DONE:].max() > 1.0


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_turmoil_below_the_level_draws_nobody_in(seed: int) -> None:
    run = seen("few flee", seed)
    assert run.of("turmoil")[DONE + 4 :].min() > 0.09
    assert run.steps == ()
    assert run.of("crisis_level").max() == 0.0


def test_at_rest_nobody_moves() -> None:
    for seed in SEEDS:
        assert seen("nothing", seed).steps == ()
