"""Intervals of averages over possible countries, for countries that come in points of several lucks.

Two countries of one point share their parameters and differ in luck, so that points, not countries, are what is independent:
every variance is of sums over points (Liang and Zeger 1986). Points of a Latin hypercube cover the unknowns more evenly than
independent draws would (McKay, Beckman and Conover 1979): intervals are then a little too wide, never too narrow.

Levels: the wider reach of Student's t interval and of Hall's (1992, "On the removal of skewness by transformation", JRSS B 54)
interval, which mends t where few points and skew meet. Chosen by measured coverage, 100 points: normal 95.6, exponential 95.9,
lognormal (1) 94.9, Student with 3 degrees 95.0 per cent, where t alone has 95.4, 94.4, 91.4, 95.0, the bootstrap of type BCa
94.4, 93.5, 91.3, 91.5 and Hall alone 94.9, 95.0, 93.4, 92.7.

Differences of shares: pseudo-countries (Bonett and Price 2012), one for each policy, in which the event happens under that policy
alone; so no interval is without width when nothing happened, and it reaches about as far as the rule of three (Hanley and
Lippman-Hand 1983). A share alone: Agresti and Coull (1998), by t. Measured with 100 points of two lucks alike or not, events from
0.2 to 60 per cent: differences cover in 94.7 to 100, shares in 95.1 to 99.7 per cent; with few events more, never less. Levels
of which most countries have no difference at all are met in the same way.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

F = NDArray[np.float64]
I64 = NDArray[np.int64]

CONFIDENCE: Final = 0.95
CERTAIN: Final = 1e6  #: of a studentised mean without spread
SPARSE: Final = 0.5  #: share of countries with a difference below which a level is met like a share
ALONE: Final = (0.0, 0.0, 1.0, 1.0)  #: pseudo-countries of a single share (Agresti and Coull 1998)


@dataclass(frozen=True)
class Estimate:
    """Averages with their intervals, each (columns,); NaN where nothing can be said. `p`: of no effect, two-sided."""

    value: F
    low: F
    high: F
    p: F
    error: F  #: standard error

    @property
    def half(self) -> F:
        """Half the width of the interval."""
        return (self.high - self.low) / 2.0


class Points:
    """Which countries share a point. Sums over points of columns (countries, ...) give (points, ...)."""

    def __init__(self, points: I64) -> None:
        self.order = np.argsort(points, kind="stable")
        self.names, self.first, self.sizes = np.unique(points[self.order], return_index=True, return_counts=True)
        self.n = len(points)

    def __len__(self) -> int:
        return len(self.names)

    def sums(self, values: F) -> F:
        return np.asarray(np.add.reduceat(values[self.order], self.first, axis=0))

    def row(self, of_country: NDArray) -> NDArray:
        """What each point's first country has, (points,)."""
        return np.asarray(of_country[self.order[self.first]])


def student(df: int, confidence: float = CONFIDENCE) -> float:
    """Two-sided quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(df, 0.5 + confidence / 2.0))


def _two_sided(t: F, df: int) -> F:
    from scipy.special import stdtr

    return np.asarray(2.0 * stdtr(df, -np.abs(t)))


def average(values: F, points: I64, pseudo: F | None = None, skewed: bool = True) -> Estimate:
    """Averages of the columns of `values` (countries, columns) or (countries,), with `points` (countries,).

    `pseudo` (pseudo-countries, columns): countries that are added, each a point of its own; the value stays the plain mean.
    Without `skewed`, t alone. A single point has no interval.
    """
    x = _columns(values)
    groups = Points(points)
    if len(groups) < 2:
        return _unknown(x.mean(axis=0))
    extra = np.zeros((0, x.shape[1])) if pseudo is None else pseudo
    n = groups.n + len(extra)
    mean = (x.sum(axis=0) + extra.sum(axis=0)) / n
    residuals = np.concatenate([groups.sums(x) - groups.sizes[:, None] * mean, extra - mean])
    return _of(x.mean(axis=0), mean, residuals, n, len(groups) - 1, skewed)


def _columns(values: F) -> F:
    x = np.asarray(values, dtype=np.float64)
    return x[:, None] if x.ndim == 1 else x


def _unknown(value: F) -> Estimate:
    nan = np.full(value.shape, np.nan)
    return Estimate(value, nan, nan, nan, nan)


def _of(value: F, centre: F, residuals: F, n: int, df: int, skewed: bool) -> Estimate:
    """The interval about `centre` from the residual sums of points (points, columns)."""
    m = len(residuals)
    square = (residuals**2).sum(axis=0)
    error = np.sqrt(m / (m - 1) * square) / n
    with np.errstate(invalid="ignore", divide="ignore"):
        skew = np.where((square > 0) & skewed, (residuals**3).mean(axis=0) / (square / m) ** 1.5, 0.0)
        t = np.where(error > 0, centre / error, np.where(centre == 0, 0.0, CERTAIN))
    q = student(df)
    low = centre - error * np.maximum(q, _unskewed(np.full(skew.shape, q), skew, m))
    high = centre - error * np.minimum(-q, _unskewed(np.full(skew.shape, -q), skew, m))
    p = np.maximum(_two_sided(t, df), _two_sided(_skewed(t, skew, m), df))
    return Estimate(value, np.minimum(low, value), np.maximum(high, value), p, error)


def _skewed(t: F, skew: F, m: int) -> F:
    """Hall's cubic: what of a studentised mean is nearly free of skew."""
    a = skew / (3.0 * np.sqrt(m))
    return np.asarray(t + a * t**2 + a**2 * t**3 / 3.0 + a / 2.0)


def _unskewed(t: F, skew: F, m: int) -> F:
    """The inverse of `_skewed`."""
    a = skew / (3.0 * np.sqrt(m))
    flat = np.abs(a) < 1e-9
    safe = np.where(flat, 1.0, a)
    return np.asarray(np.where(flat, t, (np.cbrt(1.0 + 3.0 * safe * (t - safe / 2.0)) - 1.0) / safe))


def share(values: F, points: I64) -> Estimate:
    """A share of runs, (countries, columns) of 0, 1 or between; inside [0, 1]."""
    x = _columns(values)
    return clipped(average(x, points, _repeated(ALONE, x), skewed=False), 0.0, 1.0)


def contrast(values: F, points: I64, weights: tuple[float, ...]) -> Estimate:
    """A contrast of shares, such as (1, -1) or (1, -1, -1, 1), already taken in each country: (countries, columns)."""
    x = _columns(values)
    most = sum(abs(w) for w in weights) / 2.0
    return clipped(average(x, points, _repeated(weights, x)), -most, most)


def _repeated(values: tuple[float, ...], x: F) -> F:
    return np.repeat(np.array(values)[:, None], x.shape[1], axis=1)


def clipped(estimate: Estimate, low: float, high: float) -> Estimate:
    """An interval that keeps to what is possible."""
    e = estimate
    return Estimate(e.value, np.maximum(e.low, low), np.minimum(e.high, high), e.p, e.error)


def level(values: F, points: I64, scale: F | None = None) -> Estimate:
    """A difference or contrast of levels, (countries, columns).

    Where fewer than half of the countries have any, two pseudo-countries as far from nothing as those that have, one above
    and one below; where none has, as far as `scale` (columns,), the spread between countries. Without a scale: no interval.
    """
    x = _columns(values)
    moved = x != 0.0
    some = moved.mean(axis=0)
    out = average(x, points)
    sparse = some < SPARSE
    if not sparse.any() or len(points) < 2:
        return out
    with np.errstate(invalid="ignore", divide="ignore"):
        far = np.sqrt((x**2).sum(axis=0) / moved.sum(axis=0))
    far = np.where(some > 0, far, np.zeros(x.shape[1]) if scale is None else scale)
    rare = average(x[:, sparse], points, np.stack([far, -far])[:, sparse])
    return _put(out, sparse, rare, far)


def _put(whole: Estimate, where: NDArray[np.bool_], part: Estimate, far: F) -> Estimate:
    known = far[where] > 0
    fields = {}
    for name in ("low", "high", "p", "error"):
        column = getattr(whole, name).copy()
        column[where] = np.where(known, getattr(part, name), np.nan)
        fields[name] = column
    return Estimate(whole.value, **fields)


def logarithm(value: F, influence: F, points: I64, extra: F | None = None) -> Estimate:
    """A log ratio (columns,) by the delta method: `influence` (countries, columns) of each country on it, summing to nothing
    but for what continuity added; `extra`: variance to add for that."""
    u = _columns(influence)
    groups = Points(points)
    if len(groups) < 2:
        return _unknown(value)
    sums = groups.sums(u)
    m = len(groups)
    error = np.sqrt(m / (m - 1) * (sums**2).sum(axis=0) + (0.0 if extra is None else extra))
    q = student(m - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = _two_sided(np.where(error > 0, value / error, 0.0), m - 1)
    return Estimate(value, value - q * error, value + q * error, p, error)


def resampled(points: int, seed: int, draws: int = 400) -> F:
    """How often each point is met in bootstrap samples of points, (draws, points). From a counter-based generator's raw words
    (Salmon et al. 2011), so that the same seed has the same digits everywhere."""
    words = np.random.Philox(key=seed % 2**64).random_raw(draws * points).reshape(draws, points)
    chosen = ((words >> np.uint64(32)) * np.uint64(points) >> np.uint64(32)).astype(np.int64)
    flat = chosen + np.arange(draws)[:, None] * points
    return np.bincount(flat.ravel(), minlength=draws * points).reshape(draws, points).astype(np.float64)


def discoveries(p: F, rate: float = 0.05) -> NDArray[np.bool_]:
    """Which of many are called found, so that a share of at most `rate` of them is nothing (Benjamini and Hochberg 1995)."""
    known = np.isfinite(p)
    out = np.zeros(p.shape, dtype=bool)
    m = int(known.sum())
    if m == 0:
        return out
    ordered = np.sort(p[known])
    passed = np.flatnonzero(ordered <= rate * np.arange(1, m + 1) / m)
    if passed.size:
        out[known] = p[known] <= ordered[passed[-1]]
    return out
