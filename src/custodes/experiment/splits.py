"""Where the doubt about one country's difference comes from: parameters, mechanism or luck.

One-way random effects of points met with several lucks (Searle, Casella and McCulloch 1992, chapter 3): within points luck
varies alone; between points parameters and mechanism do. The mechanism's part is what the choices of all switches explain
of the latter as main effects, freed of what chance would give (as omega squared, Hays 1963); parameters have the rest, with what
parameters and switches do only together. Parts below nothing are set to nothing. Intervals: bootstrap of points, 95 %.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes.experiment.intervals import I64, F, Points, resampled

PARTS: Final = ("parameter", "mechanism", "luck")
TAILS: Final = (0.025, 0.975)


@dataclass(frozen=True)
class Split:
    """Shares of a variance, (3, columns) in the order of PARTS, with their intervals; NaN where nothing varied."""

    shares: F
    low: F
    high: F
    variance: F  #: (columns,) of a single country's difference

    def row(self, i: int) -> dict[str, Any] | None:
        """One column as JSON has it; None where nothing varied or luck cannot be told apart."""
        if not np.isfinite(self.shares[:, i]).all():
            return None
        ends = {p: [float(self.low[k, i]), float(self.high[k, i])] for k, p in enumerate(PARTS)}
        return {p: float(self.shares[k, i]) for k, p in enumerate(PARTS)} | {
            "intervals": ends,
            "variance": float(self.variance[i]),
        }


def split(
    d: F, points: I64, switches: dict[str, NDArray[Any]], seed: int = 0, lone: bool = False, draws: int = 400
) -> Split:
    """The split of differences (countries, columns).

    `switches`: choice of each country. `lone`: nothing but luck is unknown, and luck has all. NaN when no point has two lucks.
    """
    columns = d.shape[1]
    groups = Points(points)
    if len(groups) < 2:
        return _unknown(columns)
    if lone:
        return _lone(d)
    if not (groups.sizes > 1).any():
        return _unknown(columns)
    sums = _Sums(d, groups, switches)
    shares, variance = _shares(sums.parts(np.ones((1, len(groups))), 1))
    tried, _ = _shares(sums.parts(resampled(len(groups), seed, draws), 2))
    low, high = np.quantile(np.where(np.isfinite(tried), tried, shares), TAILS, axis=1)
    return Split(shares[:, 0], np.minimum(low, shares[:, 0]), np.maximum(high, shares[:, 0]), variance[0])


def _nan(*shape: int) -> F:
    return np.full(shape, np.nan)


def _unknown(columns: int) -> Split:
    return Split(_nan(3, columns), _nan(3, columns), _nan(3, columns), _nan(columns))


def _lone(d: F) -> Split:
    variance = d.var(axis=0, ddof=1)
    shares = np.where(variance > 0, np.array([0.0, 0.0, 1.0])[:, None], np.nan)
    return Split(shares, shares, shares, variance)


class _Sums:
    """What the analysis of variance needs of each point, so that resampling points is one product of matrices."""

    def __init__(self, d: F, groups: Points, switches: dict[str, NDArray[Any]]) -> None:
        centred = d - d.mean(axis=0)
        self.size = groups.sizes.astype(np.float64)
        self.sum = groups.sums(centred)
        self.between = self.sum**2 / self.size[:, None]
        self.within = np.maximum(groups.sums(centred**2) - self.between, 0.0)
        self.choices = [groups.row(c) for c in switches.values()]

    def parts(self, w: F, times: int) -> tuple[F, F, F]:
        """Variance of luck, between points, and of the switches, (draws, columns) each, for weights of points (draws, points).

        `times`: how often the switches' share of chance is taken off: a bootstrap sample brings its own once more.
        """
        points, n = w.sum(axis=1, keepdims=True), (w @ self.size)[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            luck = (w @ self.within) / (w @ (self.size - 1.0))[:, None]
            whole = w @ self.between - (w @ self.sum) ** 2 / n
            each = (n - (w @ self.size**2)[:, None] / n) / (points - 1.0)
            between = (whole / (points - 1.0) - luck) / each
            switch = sum((self._switch(c, w, whole, points, n, times) for c in self.choices), np.zeros_like(luck))
        return luck, np.maximum(between, 0.0), np.maximum(switch, 0.0)

    def _switch(self, choices: NDArray[Any], w: F, whole: F, points: F, n: F, times: int) -> F:
        explained, kinds = -((w @ self.sum) ** 2) / n, np.zeros_like(points)
        for choice in np.unique(choices):
            of = w * (choices == choice)
            size = (of @ self.size)[:, None]
            explained = explained + np.where(size > 0, (of @ self.sum) ** 2 / np.maximum(size, 1.0), 0.0)
            kinds = kinds + (size > 0)
        chance = (whole - explained) / np.maximum(points - kinds, 1.0)
        return (explained - times * (kinds - 1.0) * chance) / n


def _shares(parts: tuple[F, F, F]) -> tuple[F, F]:
    """Shares (3, draws, columns) and the whole variance (draws, columns)."""
    luck, between, switch = parts
    total = luck + between
    mechanism = np.minimum(switch, between)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.stack([between - mechanism, mechanism, luck]) / np.where(total > 0, total, np.nan), total
