"""Samples tell the same story: every series has the same mean at 1/1000, 1/100 and 1/10, within Monte-Carlo error.

Per seed and series: the mean over 20 weeks, at both samples. A seed's national luck (harvest, prices) is the same in both,
so the differences are paired; their spread over seeds is the Monte-Carlo error, and Student's t the test. The family-wise
error rate is 1 in 1,000, by Bonferroni over all series. Samples cannot be equal in what is not divisible: a county of 50
rows has no tenth of an agent. `GRAIN` says how large such a difference may be beside the error.

What does not agree is named here: at 1/1000 a county's guards live from a handful of rows (some counties have no household of
an organ), and small counties have small neighbourhoods, so that guards' income, belief and fear stand a little off; at 1/100
only the belief of state security does, by 1.4 % of its threats. The series are listed in `BENT_1000` and `BENT_100`.
"""

from typing import Final

import numpy as np
import pytest
from numpy.typing import NDArray

from custodes.observe.truth import SERIES
from tests.engine.country import ride

WEEKS: Final = 20
SEEDS: Final = range(1, 9)
FAMILY_WISE: Final = 0.001
GRAIN: Final = 0.01  #: share of the value by which coarse rows may move a mean beside luck

#: series of guards that bend with jumps of income, and how far from the finer sample they may stand, as a share of it
BENT_1000: Final = {
    "guard_take_home_won": 0.6,  # counties without a household of the organ in the sample: its pocket goes to the till
    "guard_income_won": 0.45,
    "guard_effort": 0.12,
    "control_capacity": 0.06,
    "guard_morale": 0.03,
    "bribes_won": 0.04,
    "upward_takings_won": 0.04,
    "perceived_enforcement": 0.12,  # belief learns from threats seen in the county, few in a coarse sample
    "punished_guards": 0.3,
    "fear": 0.04,  # units of small counties are small at 1/1000
    "threat_share": 0.1,
    "abstain_share": 0.05,
    "plea_share": 0.05,
    "refusals": 0.08,
    "threats": 0.08,
    "approaches": 0.1,
}
BENT_100: Final = {
    "guard_effort": 0.02,
    "threat_share": 0.02,
}  # as above; belief of state security, +1.4 % of the threat share


def means(k: int, seed: int) -> dict[str, float]:
    """Mean over weeks of every national series (per-organ ones: each organ and all)."""
    with ride("dprk/2017", k, WEEKS, seed=seed, threads=2) as it:
        arrays = it.to(WEEKS).recorder.arrays
        out = {}
        for name, series in SERIES.items():
            values = arrays[name] if series.dims in ("national", "organ") else arrays[name][:, -1]
            for column, mean in enumerate(np.atleast_1d(values.mean(axis=0))):
                out[f"{name}.{column}" if values.ndim > 1 else name] = float(mean)
        return out


def quantile(alpha: float, degrees: int) -> float:
    """Student's t exceeded with probability alpha (upper tail), by summing the density."""
    x = np.linspace(0.0, 400.0, 2_000_001)
    density = (1.0 + x * x / degrees) ** (-(degrees + 1) / 2)
    below = np.cumsum(density)
    return float(x[np.searchsorted(below / below[-1] / 2, 0.5 - alpha)])


def disagreements(
    coarse: int, fine: int, seeds: range, bent: dict[str, float]
) -> dict[str, tuple[float, float, float]]:
    """Series whose means differ by more than error and grain (or `bent`) allow: (coarse mean, fine mean, allowed)."""
    one, other = [means(coarse, s) for s in seeds], [means(fine, s) for s in seeds]
    names = list(other[0])
    limit = quantile(FAMILY_WISE / 2 / len(names), len(seeds) - 1)
    wrong = {}
    for name in names:
        a, b = np.array([m[name] for m in one]), np.array([m[name] for m in other])
        allowed = limit * _error(a - b) + bent.get(name.partition(".")[0], GRAIN) * abs(b.mean())
        if abs(a.mean() - b.mean()) > allowed:
            wrong[name] = (float(a.mean()), float(b.mean()), float(allowed))
    return wrong


def _error(values: NDArray[np.float64]) -> float:
    return float(values.std(ddof=1) / np.sqrt(values.size))


def test_a_thousandth_and_a_hundredth_agree_on_every_series() -> None:
    assert disagreements(1000, 100, SEEDS, BENT_1000) == {}


@pytest.mark.slow
def test_a_hundredth_and_a_tenth_agree_on_every_series() -> None:
    """Some minutes and 1 GB: `pytest -m slow tests/engine/test_samples.py`."""
    assert disagreements(100, 10, range(1, 7), BENT_100) == {}
