"""Plain series: a real sum by province, or the ratio of two. A week's are worked out together, in a compiled loop each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custodes.engine.sums import INDEX
from custodes.observe import adding
from custodes.observe.series import Series
from custodes.observe.sight import Sight, share

F = NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """A sum."""

    name: str

    def __call__(self, s: Sight) -> F:
        """By place, (L,)."""
        return s.v(self.name)


@dataclass(frozen=True)
class Ratio:
    """times x top / (scale x bottom), and 0 where bottom is 0."""

    top: str
    bottom: str
    scale: float
    times: float

    def __call__(self, s: Sight) -> F:
        """By place, (L,)."""
        return self.times * share(s.v(self.top), self.scale * s.v(self.bottom))


class Batch:
    """The plain ones of some series: sums, then ratios."""

    def __init__(self, series: Sequence[Series]) -> None:
        sums = [(s, s.compute) for s in series if isinstance(s.compute, Column)]
        ratios = [(s, s.compute) for s in series if isinstance(s.compute, Ratio)]
        self.series = [s for s, _ in (*sums, *ratios)]  #: in the order of the rows that `fill` fills
        self._sums = np.array([INDEX[c.name] for _, c in sums], np.int64)
        self._top = np.array([INDEX[r.top] for _, r in ratios], np.int64)
        self._bottom = np.array([INDEX[r.bottom] for _, r in ratios], np.int64)
        self._scale = np.array([r.scale for _, r in ratios], np.float64)
        self._times = np.array([r.times for _, r in ratios], np.float64)

    def fill(self, s: Sight, rows: F) -> None:
        """This week's values, a row each, into the first rows."""
        adding.columns(s.real, self._sums, rows)
        adding.ratios(s.real, self._top, self._bottom, self._scale, self._times, rows[self._sums.size :])
