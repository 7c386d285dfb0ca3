"""Series into few points: months, runs into a median with its band, and tiny pictures for terminals and notebooks."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes.observe.truth import SERIES
from custodes.results.run import Run

F = NDArray[np.float64]
_BARS = "▁▂▃▄▅▆▇█"
MOST_WEEKS_BY_WEEK = 60  #: a shorter run is shown by week, a longer one by month


class Line(NamedTuple):
    """One quantity over time: the median of the runs, lowest and highest."""

    label: str
    dates: list[str]  #: ISO dates, the middle of each month (or Monday of each week)
    middle: F
    low: F
    high: F


def line(
    runs: Sequence[Run],
    name: str,
    label: str,
    *,
    province: str | None = None,
    organ: str | None = None,
    scale: float = 1.0,
    yearly: bool = False,
) -> Line:
    """A series of the nation or a province, of all organs or one. Flows are a week's amount, or a year's (`yearly`)."""
    table = runs[0].table
    months = _months(table.dates)
    per = 52.0 if yearly and SERIES[name].over_time == "sum" else 1.0
    values = np.array([_by_month(r.table.of(name, province, organ), months) for r in runs]) * scale * per
    dates = [_middle(table.dates[m]) for m in months]
    return Line(label, dates, np.median(values, axis=0), values.min(axis=0), values.max(axis=0))


def trailing(runs: Sequence[Run], name: str, label: str, weeks: int) -> Line:
    """A flow of the nation as the sum of the last `weeks` weeks, at a year's rate; starts when so many weeks have passed."""
    table = runs[0].table
    months = [m for m in _months(table.dates) if m.stop >= weeks]
    sums = [np.concatenate([[0.0], np.cumsum(r.table.national(name))]) for r in runs]
    values = np.array([[s[m.stop] - s[m.stop - weeks] for m in months] for s in sums]) * 52.0 / weeks
    dates = [str(table.dates[m.stop - 1]) for m in months]
    return Line(label, dates, np.median(values, axis=0), values.min(axis=0), values.max(axis=0))


def rows(lines: Sequence[Line]) -> list[dict[str, object]]:
    """Tidy rows {date, label, value, low, high}, numbers to five digits."""
    return [
        {
            "date": date,
            "label": one.label,
            "value": digits(one.middle[i]),
            "low": digits(one.low[i]),
            "high": digits(one.high[i]),
        }
        for one in lines
        for i, date in enumerate(one.dates)
    ]


def digits(value: float) -> float:
    """Five significant digits: what a figure shows."""
    return float(f"{value:.5g}")


def sparkline(values: F, width: int = 24) -> str:
    """A line of block characters from the lowest to the highest value."""
    if len(values) == 0:
        return ""
    parts = np.array_split(np.asarray(values, np.float64), min(width, len(values)))
    means = np.array([p.mean() for p in parts])
    low, span = means.min(), np.ptp(means)
    if span <= 1e-12 * max(abs(low), 1e-300):
        return _BARS[3] * len(means)
    return "".join(_BARS[int(x)] for x in np.minimum((means - low) / span * 8.0, 7.0))


def spark_svg(values: F, width: int = 120, height: int = 22) -> str:
    """A small line as SVG."""
    parts = np.array_split(np.asarray(values, np.float64), min(60, len(values)))
    means = np.array([p.mean() for p in parts])
    span = float(np.ptp(means)) or 1.0
    x = np.linspace(2, width - 2, len(means))
    y = height - 3 - (means - means.min()) / span * (height - 6)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    return (
        f'<svg class="spark" width="{width}" height="{height}" viewBox="0 0 {width} {height}" aria-hidden="true">'
        f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="1.3"/>'
        f'<circle cx="{x[-1]:.1f}" cy="{y[-1]:.1f}" r="2" fill="currentColor"/></svg>'
    )


def _months(dates: NDArray[np.datetime64]) -> list[slice]:
    """Weeks of each calendar month; a first or last month of fewer than two weeks joins its neighbour."""
    if len(dates) <= MOST_WEEKS_BY_WEEK:
        return [slice(i, i + 1) for i in range(len(dates))]
    starts = [0, *(np.flatnonzero(np.diff(dates.astype("datetime64[M]").astype(int))) + 1).tolist(), len(dates)]
    if starts[1] < 2:
        del starts[1]
    if starts[-1] - starts[-2] < 2:
        del starts[-2]
    return [slice(a, b) for a, b in pairwise(starts)]


def _by_month(values: F, months: list[slice]) -> F:
    return np.array([values[m].mean() for m in months])


def _middle(dates: NDArray[np.datetime64]) -> str:
    return str(dates[len(dates) // 2])
