"""Consequence 5: sanctions and talk of rights together: more than the sum of each? Found or rejected, never assumed.

The tests are of the estimator, with planted answers, and of the page: what it says is what its own numbers say. Whether
the model shows an interaction is a result and no claim; no test here would fail if it did not.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.consequences import courts, interaction
from tests.consequences.interaction import Interaction, of_hazard, of_probability, of_values, verdict

pytestmark = pytest.mark.xdist_group("courts")
RUNS, YEARS, WORLDS = 400, 4.0, 400
FOLDER = Path(__file__).parents[2] / "docs" / "consequences"


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
    """Logarithms of the plots to be expected in four years of ten paired courts, with half as many more planted in both.

    The arms are made to agree with the product first, so that what the model itself does is neither tested nor assumed.
    """
    logs = np.log([courts.totals("plots expected", arm, range(1, 11)) for arm in interaction.ARMS])
    logs[interaction.BOTH] -= of_values(logs).mean
    assert not of_values(logs).found
    logs[interaction.BOTH] += np.log(1.5)
    planted = of_values(logs)
    assert planted.low > 0.0
    assert planted.mean == pytest.approx(np.log(1.5))


# --- the page -------------------------------------------------------------------------------------------------------------


def kept() -> dict[str, Any]:
    """The numbers from which the page was written."""
    numbers: dict[str, Any] = json.loads((FOLDER / "interaction.json").read_text(encoding="utf-8"))
    return numbers


def rows() -> list[list[str]]:
    """Cells of the page's table."""
    lines = (FOLDER / "interaction.md").read_text(encoding="utf-8").splitlines()
    cells = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return [row for row in cells if "found" in row[-1]]


def bounds(cell: str) -> tuple[float, float]:
    """`+0.1 (−0.2 to +0.4)`: the interval."""
    low, high = cell.replace("−", "-").partition("(")[2].rstrip(")").split(" to ")
    return float(low), float(high)


def test_the_page_is_what_its_numbers_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Table and sentences, to the letter: nobody writes into them, and nobody changes the estimator without the page."""
    monkeypatch.setattr(sys, "path", [str(FOLDER), *sys.path])
    import outside

    text = (FOLDER / "interaction.md").read_text(encoding="utf-8")
    for block in outside.interaction_blocks(kept()).values():
        assert block in text


def test_every_verdict_follows_from_the_two_intervals_beside_it() -> None:
    """Read from the page alone, with the page's own rounding: a bound at nought is on neither side."""
    assert len(rows()) == len(interaction.STREET) + len(interaction.EXPECTED) + len(interaction.DRAWN)
    for cells in rows():
        on_first, on_second = (Interaction((a + b) / 2, a, b) for a, b in (bounds(cells[-3]), bounds(cells[-2])))
        exact = all(0.0 not in bounds(cell) for cell in cells[-3:-1])
        assert cells[-1] == verdict(on_first, on_second) or not exact, cells


@pytest.mark.parametrize("name", list(interaction.EXPECTED))
def test_the_pages_numbers_are_of_this_model(name: str) -> None:
    """Ten courts of each arm, run now, lie where the page's four hundred do: two-sided, 1 in 1,000 for each arm.

    The same seeds are a part of the page's, so the error rate is an upper bound. A mechanism that moves these sums by as much
    as the spread of courts allows asks for `python docs/consequences/make.py interaction`.
    """
    numbers = np.array(kept()[name])
    for arm, on_page in zip(interaction.ARMS, numbers, strict=True):
        now = courts.totals(name, arm, range(1, 11))
        error = np.std(np.log(on_page), ddof=1) * np.sqrt(1.0 / now.size + 1.0 / on_page.size)
        assert abs(np.log(now).mean() - np.log(on_page).mean()) < 3.3 * error
