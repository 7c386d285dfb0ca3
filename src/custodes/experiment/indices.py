"""How much of an answer's doubt each group of unknowns is to blame for: grouped Sobol indices, by SALib.

First index: the share of the variance that would go if the group were known (Sobol 1993; groups: Jacques, Lavergne and Devictor
2006). Total index: the share that would be left if all else were known (Homma and Saltelli 1996). Estimators: Saltelli et al.
2010. Intervals: SALib's bootstrap of base points. An answer is refused while its intervals are wide or its ranking is open.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log2
from typing import Any, Final

import numpy as np

from custodes.experiment.groups import Evaluate, F, Group, outputs, points_of, problem
from custodes.experiment.screening import CONFIDENCE, DRAWS, Sample, Verdict, seed_of, whole

HALF: Final = 0.15  #: widest half-width of an interval with which an answer is given
FEWEST: Final = 8  #: base points
LEAST_CASES: Final = 20  #: points that must differ from the commonest value


@dataclass(frozen=True)
class Indices:
    """First and total indices of every group for one measure, with half-widths of 95 % intervals."""

    names: tuple[str, ...]
    first: F
    first_half: F
    total: F
    total_half: F
    base: int
    left_out: int  #: base points with a failed run
    variance: float
    verdict: Verdict

    def rows(self) -> list[dict[str, Any]]:
        """Groups from the strongest by total index, as plain values."""
        order = np.argsort(-self.total, kind="stable").tolist()
        return [self._row(i) for i in order]

    def _row(self, i: int) -> dict[str, Any]:
        row: dict[str, Any] = {"group": self.names[i]}
        for key, value, half in (("first", self.first, self.first_half), ("total", self.total, self.total_half)):
            v, h = float(value[i]), float(half[i])
            row |= {key: v, f"{key}_low": v - h, f"{key}_high": v + h}
        return row


def sample(groups: Sequence[Group], base: int, seed: int = 1) -> Sample:
    """`base` points of Sobol's scrambled sequence and, around each, one for every group; the first are always the same."""
    from SALib.sample import sobol

    asked = problem(groups)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of sizes that are no power of two, which intervals tell better
        u = np.asarray(sobol.sample(asked, base, calc_second_order=False, seed=seed_of(seed, "indices")))
    return Sample(tuple(groups), points_of(groups, u), u, asked, base)


def indices(
    drawn: Sample, y: F, seed: int = 1, name: str = "the measure", half: float = HALF, runs_a_point: int = 1
) -> Indices:
    """Indices for outputs y (points,), and the judgement whether they may be told."""
    from SALib.analyze import sobol

    good = whole(drawn, y)
    left, used = y[good], int(good.sum()) // drawn.block
    names = tuple(g.name for g in drawn.groups)
    runs = drawn.block * runs_a_point
    refused = _too_few(name, left, used, runs)
    if refused is not None:
        nothing = np.zeros(len(names))
        return Indices(
            names,
            nothing,
            nothing,
            nothing,
            nothing,
            used,
            drawn.size - used,
            float(np.var(left)) if used else 0.0,
            refused,
        )
    found = sobol.analyze(
        drawn.problem,
        left,
        calc_second_order=False,
        num_resamples=DRAWS,
        conf_level=CONFIDENCE,
        keep_resamples=True,
        seed=seed_of(seed, "intervals of indices"),
    )
    first, first_half, total, total_half = (
        np.asarray(found[k], np.float64) for k in ("S1", "S1_conf", "ST", "ST_conf")
    )
    wide = max(float(first_half.max()), float(total_half.max()))
    tried = np.asarray(found["ST_conf_all"], np.float64)
    verdict = _judge(name, wide, half, _open_pair(names, total, tried, half), used, runs)
    return Indices(names, first, first_half, total, total_half, used, drawn.size - used, float(np.var(left)), verdict)


def _too_few(name: str, y: F, used: int, runs: int) -> Verdict | None:
    if used < FEWEST:
        words = f"{used} whole base points are too few to say what matters for {name}: run at least {FEWEST}."
        return Verdict(words, (FEWEST - used) * runs)
    if np.ptp(y) == 0.0:
        return Verdict(
            f"{name} is {y[0]:.4g} in all {len(y)} points: nothing that is uncertain moves it in these runs."
        )
    values, counts = np.unique(y, return_counts=True)
    cases = len(y) - int(counts.max())
    if cases >= LEAST_CASES:
        return None
    more = (ceil(used * LEAST_CASES / cases) - used) * runs
    common = values[counts.argmax()]
    words = f"{name} is {common:.4g} in all but {cases} of {len(y)} points, too few to say what matters for it"
    return Verdict(f"{words}; about {more:,} more runs would do.", more)


def _open_pair(names: Sequence[str], total: F, tried: F, half: float) -> tuple[str, str, float] | None:
    """The first neighbours in rank that are neither told apart nor known to be alike, and how many times too wide that is."""
    from scipy.special import ndtri

    z = float(ndtri(0.5 + CONFIDENCE / 2.0))
    order = np.argsort(-total, kind="stable").tolist()
    for a, b in pairwise(order):
        apart = float(total[a] - total[b])
        reach = z * float(np.std(tried[:, a] - tried[:, b], ddof=1))
        if apart <= reach and apart + reach > 2.0 * half:
            return names[a], names[b], (apart + reach) / (2.0 * half)
    return None


def _judge(name: str, wide: float, half: float, pair: tuple[str, str, float] | None, used: int, runs: int) -> Verdict:
    factor = max((wide / half) ** 2, pair[2] ** 2 if pair else 1.0)
    if wide <= half and pair is None:
        return Verdict()
    wanted = 2 ** ceil(log2(max(used * factor, used + 1)) - 1e-9)
    more = (wanted - used) * runs
    why = f"the widest interval is ±{wide:.2f} where ±{half:.2f} is asked for"
    if wide <= half and pair is not None:
        why = f"whether {pair[0]} or {pair[1]} matters more is open"
    return Verdict(
        f"The sample is too small to say what matters for {name}: {why}; about {more:,} more runs would do.", more
    )


def sobol(
    groups: Sequence[Group], evaluate: Evaluate, base: int = 64, seed: int = 1, half: float = HALF
) -> list[Indices]:
    """Indices of a function: one answer a measure."""
    drawn = sample(groups, base, seed)
    y = outputs(evaluate, drawn.points)
    return [indices(drawn, y[:, m], seed, half=half) for m in range(y.shape[1])]
