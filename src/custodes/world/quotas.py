"""Whole numbers out of shares: rounding that keeps totals, raking that keeps margins, tables of quantiles.

Everything here is portable: elementwise arithmetic, integer sums and `custodes.portable`, so that a population is the
same to the byte on every machine.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from custodes import portable
from custodes.jit import njit

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741

QUANTILES: Final = 65536  #: entries of a table of quantiles: looked up by 16 random bits


def largest_remainder(weights: ArrayLike, total: int, least: ArrayLike = 0, most: ArrayLike | None = None) -> I:
    """Whole numbers in proportion to `weights` that add up to `total`; ties go to the lower index.

    Each is at least `least` and at most `most`; what that adds or removes is made up where there is room, largest
    weight first. ValueError if no such numbers exist.
    """
    w = np.maximum(np.asarray(weights, np.float64), 0.0)
    top = np.full(w.shape, np.iinfo(np.int64).max // 4) if most is None else np.asarray(most, np.int64)
    floor = np.broadcast_to(np.asarray(least, np.int64), w.shape)
    if total < int(floor.sum()) or total > int(np.minimum(top, total).sum()) or bool((floor > top).any()):
        raise ValueError(f"{total} cannot be split into {w.size} parts within their limits")
    whole = portable.total(w)
    exact = w * (total / whole) if whole > 0.0 else np.full(w.shape, total / max(w.size, 1))
    parts = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - parts), kind="stable")
    parts[order[: max(total - int(parts.sum()), 0)]] += 1
    parts = np.clip(parts, floor, top)
    return _make_up(parts, total, np.argsort(-w, kind="stable"), floor, top)


def _make_up(parts: I, total: int, order: I, least: I, top: I) -> I:
    """Change `parts`, in `order` and as evenly as the limits allow, until they add up to `total`."""
    while (missing := total - int(parts.sum())) != 0:
        room = (top - parts if missing > 0 else parts - least)[order]
        open_ = order[room > 0]
        each = max(1, min(abs(missing) // open_.size, int(room[room > 0].min())))
        chosen = open_[: abs(missing) // each]
        parts[chosen] += each if missing > 0 else -each
    return parts


def by_groups(weights: ArrayLike, group: I, total: int, least: int = 0) -> I:
    """As `largest_remainder`, but each group's parts add up to the group's own rounded share (provinces of counties)."""
    w = np.maximum(np.asarray(weights, np.float64), 0.0)
    names = np.unique(group)
    sums = np.array([portable.total(w[group == name]) for name in names])
    totals = largest_remainder(sums, total, least=[least * int((group == name).sum()) for name in names])
    parts = np.zeros(w.size, np.int64)
    for name, whole in zip(names, totals.tolist(), strict=True):
        parts[group == name] = largest_remainder(w[group == name], whole, least=least)
    return parts


def carried_rows(expected: F, row_totals: I) -> I:
    """Round each row of `expected` (R, N) to its total, carrying what rounding lost to the next row.

    Row totals hold exactly; column totals hold to about one, however small the rows are.
    """
    out = np.zeros(expected.shape, np.int64)
    carry = np.zeros(expected.shape[1])
    for r, total in enumerate(row_totals.tolist()):
        wanted = expected[r] + np.where(expected[r] > 0.0, carry, 0.0)
        if not (wanted > 0.0).any():  # what is owed to other rows must not be paid out of nothing
            wanted = expected[r]
        out[r] = largest_remainder(wanted, total)
        carry = np.where(expected[r] > 0.0, wanted - out[r], carry)
    return out


@njit
def rake(seed, rows, columns, rounds):  # type: ignore[no-untyped-def]
    """Scale a seed (R, N) until its margins are `rows` and `columns` (iterative proportional fitting, Deming-Stephan 1940).

    Sums run in index order: portable. The last step fits the columns exactly; rows hold as far as it converged.
    """
    out = seed.copy()
    for _ in range(rounds):
        for i in range(out.shape[0]):
            found = 0.0
            for j in range(out.shape[1]):
                found += out[i, j]
            factor = rows[i] / found if found > 0.0 else 0.0
            for j in range(out.shape[1]):
                out[i, j] *= factor
        for j in range(out.shape[1]):
            found = 0.0
            for i in range(out.shape[0]):
                found += out[i, j]
            factor = columns[j] / found if found > 0.0 else 0.0
            for i in range(out.shape[0]):
                out[i, j] *= factor
    return out


def cumulated(rows: F) -> F:
    """Cumulative shares along the last axis, ending in exactly 1 from the last cell above zero on; empty rows end at once."""
    out = np.cumsum(rows, axis=-1, dtype=np.float64)  # sequential by definition, hence portable
    whole = out[..., -1:]
    out = np.where(whole > 0.0, out / np.where(whole > 0.0, whole, 1.0), 1.0)
    return np.where(out >= 1.0 - 1e-12, 1.0, out)


def piecewise(x: F, at: tuple[float, ...], values: tuple[float, ...]) -> F:
    """Straight lines through the points (`at`, `values`), level outside them (np.interp may fuse its arithmetic)."""
    out = np.full(x.shape, values[0])
    for a, b, low, high in zip(at[:-1], at[1:], values[:-1], values[1:], strict=True):
        out = np.where(x >= a, low + (high - low) * np.clip((x - a) / (b - a), 0.0, 1.0), out)
    return out


def midpoints() -> F:
    """The middles of `QUANTILES` equal steps of [0, 1], shape (65536,)."""
    return (np.arange(QUANTILES, dtype=np.float64) + 0.5) / QUANTILES


def normal_quantiles() -> F:
    """Standard normal, shape (65536,); the outermost is 4.33."""
    return portable.normal_quantile(midpoints())


def lognormal_quantiles(median: float, sigma: float) -> F:
    """Lognormal of a median and a standard deviation of the logarithm, at most 1e12, shape (65536,)."""
    return np.minimum(median * np.asarray(portable.exp(np.minimum(sigma * normal_quantiles(), 60.0))), 1e12)


def beta_quantiles(a: float, b: float) -> F:
    """Beta(a, b), shape (65536,), by summing the density over 2**18 steps in x**a (exact integers) and inverting."""
    a, b = max(a, 0.01), max(b, 0.01)
    steps = 1 << 18
    s = (np.arange(steps, dtype=np.float64) + 0.5) / steps  # s = x^a takes away the pole at zero
    density = portable.power(
        np.maximum(1.0 - portable.power(s, np.full(steps, 1.0 / a)), 1e-12), np.full(steps, b - 1.0)
    )
    area = np.concatenate([[0], np.cumsum(np.floor(np.minimum(density, 2.0**20) * 2.0**20).astype(np.int64))])
    edge = np.arange(steps + 1, dtype=np.float64) / steps
    target = midpoints() * float(area[-1])
    i = np.clip(np.searchsorted(area, target.astype(np.int64), side="right") - 1, 0, steps - 1)
    width = np.maximum((area[i + 1] - area[i]).astype(np.float64), 1.0)
    at = edge[i] + (target - area[i]) / width / steps
    values: F = np.clip(portable.power(np.maximum(at, 1e-12), np.full(at.shape, 1.0 / a)), 0.0, 1.0)
    return values
