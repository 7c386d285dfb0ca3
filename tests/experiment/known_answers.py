"""Comparisons whose answer is planted: repeated many times at once, a column a repeat. The tests measure coverage on them."""

from typing import Any

import numpy as np

from custodes.experiment.effects import About, Panel
from custodes.experiment.intervals import I64, Estimate, F

REPEATS = 400
POINTS = 100
LUCKS = 2


def points(n: int = POINTS, lucks: int = LUCKS) -> I64:
    """Point of each country."""
    return np.repeat(np.arange(n), lucks)


def by_point(rng: np.random.Generator, draw: Any, n: int = POINTS, repeats: int = REPEATS) -> F:
    """What the countries of a point share, (countries, repeats)."""
    return np.repeat(draw(rng, (n, repeats)), LUCKS, axis=0)


def by_luck(rng: np.random.Generator, draw: Any, n: int = POINTS, repeats: int = REPEATS) -> F:
    """What every country has of its own, (countries, repeats)."""
    return np.asarray(draw(rng, (n * LUCKS, repeats)))


def normal(rng: np.random.Generator, shape: tuple[int, int]) -> F:
    return rng.normal(size=shape)


def lognormal(rng: np.random.Generator, shape: tuple[int, int]) -> F:
    return rng.lognormal(0.0, 1.0, shape)


def uniform(rng: np.random.Generator, shape: tuple[int, int]) -> F:
    return rng.random(shape)


def came(
    rng: np.random.Generator, chances: tuple[float, ...], spread: float, together: float, repeats: int = REPEATS
) -> F:
    """Events of several plans (plans, countries, repeats) of these average chances.

    A point multiplies the odds of all plans by a lognormal of so large a spread (chances are met again by bisection), and a
    share `together` of countries meet all plans with the same luck.
    """
    point = spread * by_point(rng, normal, repeats=repeats)
    one = by_luck(rng, uniform, repeats=repeats)
    same = by_luck(rng, uniform, repeats=repeats) < together
    grid = spread * np.random.default_rng(0).normal(size=20_000)
    events = []
    for chance in chances:
        luck = np.where(same, one, by_luck(rng, uniform, repeats=repeats))
        events.append(luck < 1.0 / (1.0 + np.exp(-(point + _intercept(chance, grid)))))
    return np.array(events, dtype=np.float64)


def _intercept(chance: float, grid: F) -> float:
    low, high = -30.0, 30.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if (1.0 / (1.0 + np.exp(-(grid + middle)))).mean() < chance else (low, middle)
    return low


def lifetimes(
    rng: np.random.Generator, hazards: tuple[float, ...], weeks: int, together: float, repeats: int = REPEATS
) -> tuple[F, F]:
    """Constant hazards a week: whether the end came within `weeks`, and weeks at risk, (plans, countries, repeats) each."""
    one = rng.exponential(size=(POINTS * LUCKS, repeats))
    same = by_luck(rng, uniform, repeats=repeats) < together
    own = [np.where(same, one, rng.exponential(size=one.shape)) for _ in hazards]
    ends = np.stack([o / h for o, h in zip(own, hazards, strict=True)])
    return (ends <= weeks).astype(np.float64), np.minimum(ends, weeks)


def covered(e: Estimate, truth: float | F) -> float:
    """Share of intervals that hold the truth."""
    return float(np.mean((e.low <= truth) & (truth <= e.high)))


def panel_of(values: F, switches: dict[str, Any] | None = None, exposure: F | None = None) -> Panel:
    """Plans `baseline`, `p1`, ... over (plans, countries, repeats): a measure `m0`, `m1`, ... each repeat."""
    columns = tuple(f"m{i}" for i in range(values.shape[2]))
    if exposure is not None:
        values, columns = np.concatenate([values, exposure[:, :, None]], axis=2), (*columns, "exposure")
    countries = values.shape[1]
    names = ("baseline", *(f"p{i}" for i in range(1, len(values))))
    return Panel(names, columns, np.arange(countries), points(countries // LUCKS), values, switches or {}, ())


def measures(n: int, kind: str = "level", primary: bool = False, better: str = "lower") -> tuple[About, ...]:
    """The measures of `panel_of`."""
    return tuple(About(f"m{i}", "unit", "meaning", kind, better, False, primary) for i in range(n))
