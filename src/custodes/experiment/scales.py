"""Ratios on a logarithmic scale: of hazards, of cumulative hazards, of levels; with continuity and intervals by the delta method.

Two hazards that merely multiply are no interaction here, two effects that merely add none on the plain scale; what survives on
both scales is more than a choice of scale (Greenland and Rothman 2008, "Concepts of interaction").
`cells` are policies, in the order of `weights`: (1, -1) for a ratio, (1, -1, -1, 1) for an interaction.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from custodes.experiment.intervals import I64, Estimate, F, logarithm

CONTINUITY = 0.5  #: events added to each cell (Haldane 1956; Anscombe 1956)


def log_hazard(events: F, exposure: F, points: I64, weights: Sequence[float]) -> Estimate:
    """Contrast of log hazards, events and weeks at risk (cells, countries): one column.

    Each cell's half event of continuity counts as half a point of its own, so that the variance of a cell alone is
    1 / (events + 1/2), as of a Poisson count.
    """
    w = np.asarray(weights)[:, None]
    happened = events.sum(axis=1, keepdims=True) + CONTINUITY
    at_risk = exposure.sum(axis=1, keepdims=True)
    if not (at_risk > 0).all():
        return logarithm(np.array([np.nan]), np.zeros(events.shape[1]), points)
    value = (w * np.log(happened / at_risk)).sum()
    influence = (w * (events / happened - exposure / at_risk)).sum(axis=0)
    extra = (w**2 * CONTINUITY / happened**2).sum()
    return logarithm(np.array([value]), influence, points, np.array([extra]))


def log_cumulative(happened: F, points: I64, weights: Sequence[float]) -> Estimate:
    """Contrast of log cumulative hazards, log(-log(1 - share)), of 0 or 1 a run (cells, countries): one column.

    For events of which only is known whether they came: hazards that are proportional stay so for any share.
    """
    w = np.asarray(weights)[:, None]
    n = happened.shape[1]
    p = (happened.sum(axis=1, keepdims=True) + CONTINUITY) / (n + 2 * CONTINUITY)
    slope = -1.0 / ((1.0 - p) * np.log1p(-p))
    value = (w * np.log(-np.log1p(-p))).sum()
    influence = (w * slope * (happened - p) / (n + 2 * CONTINUITY)).sum(axis=0)
    extra = (w**2 * slope**2 * CONTINUITY * ((1.0 - p) ** 2 + p**2)).sum() / (n + 2 * CONTINUITY) ** 2
    return logarithm(np.array([value]), influence, points, np.array([extra]))


def log_level(values: F, points: I64, weights: Sequence[float]) -> Estimate:
    """Contrast of the logarithms of average levels, (cells, countries, columns); NaN for columns that are not above nothing."""
    w = np.asarray(weights)[:, None]
    mean = values.mean(axis=1)
    positive = positive_levels(values)
    safe = np.where(positive, mean, 1.0)
    value = np.where(positive, (w * np.log(safe)).sum(axis=0), np.nan)
    influence = (w[:, :, None] * (values / safe[:, None, :] - 1.0)).sum(axis=0) / values.shape[1]
    return logarithm(value, np.where(positive, influence, np.nan), points)


def positive_levels(values: F) -> NDArray[np.bool_]:
    """Columns that have a logarithmic scale: nothing below zero and every cell's average above it."""
    return np.asarray((values >= 0.0).all(axis=(0, 1)) & (values.mean(axis=1) > 0.0).all(axis=0))
