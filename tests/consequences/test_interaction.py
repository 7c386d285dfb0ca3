"""Consequence 5: sanctions and talk of rights together: more than the sum of each? Found or rejected, never assumed.

The tests are of the estimator, with planted answers, and of the page: what it says is what its own numbers say. Whether
the model shows an interaction is a result and no claim; no test here would fail if it did not.
"""

import numpy as np
import pytest

from tests.consequences import courts, interaction
from tests.consequences.interaction import Interaction, of_hazard, of_probability, of_values, verdict

pytestmark = pytest.mark.xdist_group("courts")
RUNS, YEARS, WORLDS = 400, 4.0, 400


def found_in(log_interaction: float) -> tuple[float, float, float]:
    """Shares of simulated experiments in which it is found: on probability, on the log hazard, on both.

    Hazards of .1 a year at rest, .2 under the one deed and .15 under the other; first events, then nothing more.
    """
    hazard = np.array([0.1, 0.2, 0.15, 0.3 * np.exp(log_interaction)])[:, None]
    luck = np.random.default_rng(7)
    hits = np.zeros(3)
    for _ in range(WORLDS):
        until = luck.exponential(1.0 / hazard, (4, RUNS))
        happened, exposure = (until < YEARS).sum(axis=1), np.minimum(until, YEARS).sum(axis=1)
        scales = of_probability(happened, RUNS), of_hazard(happened, exposure)
        hits += [scales[0].found, scales[1].found, verdict(*scales) == "found"]
    return tuple(hits / WORLDS)  # type: ignore[return-value]


def test_a_planted_interaction_is_found_on_both_scales() -> None:
    """Four in five experiments of 1,600 runs find a hazard that is doubled beyond the product (measured: nearly all)."""
    assert min(found_in(np.log(2.0))) > 0.8


def test_where_none_is_planted_one_is_found_as_seldom_as_said() -> None:
    """The product of hazards without anything added: 5 % on the log scale, 3 standard errors of 400 experiments allowed."""
    on_probability, on_hazard, on_both = found_in(0.0)
    most = 0.05 + 3.0 * np.sqrt(0.05 * 0.95 / WORLDS)
    assert on_hazard < most
    assert on_both < most
    assert on_probability < 0.5, "at these hazards both scales nearly agree; see the next test for where they do not"


def test_a_convex_hazard_looks_like_a_surplus_on_the_scale_of_probability_alone() -> None:
    """Threefold and threefold makes ninefold: on the scale of probability far more than the sum, on the other nothing."""
    hazard = 0.002 * np.array([1.0, 3.0, 3.0, 9.0])
    runs = 20_000
    happened = np.floor(runs * (1.0 - np.exp(-YEARS * hazard))).astype(np.int64)
    exposure = runs * (1.0 - np.exp(-YEARS * hazard)) / hazard
    on_probability, on_hazard = of_probability(happened, runs), of_hazard(happened, exposure)
    assert on_probability.low > 0.0
    assert not on_hazard.found
    assert verdict(on_probability, on_hazard) == "found on one scale only"


def test_a_surplus_of_one_sign_on_each_scale_is_not_found() -> None:
    assert verdict(Interaction(1, 0.5, 1.5), Interaction(-1, -1.5, -0.5)) == "found on one scale only"
    assert verdict(Interaction(1, 0.5, 1.5), Interaction(1, 0.5, 1.5)) == "found"
    assert verdict(Interaction(1, -0.5, 2.5), Interaction(1, -0.5, 2.5)) == "not found"


def test_in_courts_a_planted_interaction_is_found_and_none_is_rejected() -> None:
    """Logarithms of the plots to be expected in four years of eight paired courts, with half as many more planted in both.

    The arms are made to agree with the product first, so that what the model itself does is neither tested nor assumed.
    """
    arms = ("nothing", "sanctions", "rights talk", "both")
    logs = np.log([courts.totals("plots expected", arm, range(1, 9)) for arm in arms])
    logs[interaction.BOTH] -= of_values(logs).mean
    assert not of_values(logs).found
    logs[interaction.BOTH] += np.log(1.5)
    planted = of_values(logs)
    assert planted.low > 0.0
    assert planted.mean == pytest.approx(np.log(1.5))
