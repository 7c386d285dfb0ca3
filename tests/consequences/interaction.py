"""Do two deeds together do more than the sum of each? Estimates of the interaction, with intervals, on two scales.

A hazard that rises ever more steeply makes the product of two effects look like a surplus on the scale of probability:
if each doubles the hazard, both together make it fourfold, which is one more than the sum and no more than the product.
So what ends or begins is judged on the scale of probability and on that of the logarithm of the hazard, and an
interaction counts as found only if it is found on both with the same sign. The sign is never assumed.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.consequences.runs import F, interval

NEITHER, FIRST, SECOND, BOTH = range(4)  #: the order of the four arms in every array
_SIGNS: Final = np.array([1.0, -1.0, -1.0, 1.0])
_Z: Final = 1.96


class Interaction(NamedTuple):
    """What both together do beyond the sum of each, with its 95 % interval."""

    mean: float
    low: float
    high: float

    @property
    def found(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0.0 or self.high < 0.0


def of_values(values: F) -> Interaction:
    """Of a number that every run has, from paired runs (4, seeds): Student's interval of the paired double difference."""
    return Interaction(*interval(_SIGNS @ values))


def of_probability(happened: NDArray[np.int64], runs: int) -> Interaction:
    """Of the share of runs in which it happened, (4,) of so many runs each; a run is added to both sides (Agresti and Caffo)."""
    share = (happened + 1.0) / (runs + 2.0)
    mean = float(_SIGNS @ (happened / runs))
    half = _Z * float(np.sqrt((share * (1.0 - share) / (runs + 2.0)).sum()))
    return Interaction(mean, mean - half, mean + half)


def of_hazard(events: NDArray[np.int64], exposure: F) -> Interaction:
    """Of the logarithm of the hazard: events (4,) in so many years (4,); half an event is added to each count."""
    counts = events + 0.5
    mean = float(_SIGNS @ np.log(counts / exposure))
    half = _Z * float(np.sqrt((1.0 / counts).sum()))
    return Interaction(mean, mean - half, mean + half)


def verdict(on_probability: Interaction, on_hazard: Interaction) -> str:
    """In words: only what is found on both scales, with one sign, is found."""
    if on_probability.found and on_hazard.found and on_probability.mean * on_hazard.mean > 0.0:
        return "found"
    if on_probability.found or on_hazard.found:
        return "found on one scale only"
    return "not found"
