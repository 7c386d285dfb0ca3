"""Courses of series over the weeks after a deed, as panels of a figure."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from draw import Curve, Picture, Spec, curves
from page import Made
from tests.consequences import courts
from tests.consequences.runs import COUNTRY, DONE, SEEDS, F, K, Seen, quantile, seen
from words import Claim, difference, table

RED, BLUE, GREEN, PURPLE, GOLD, GREY, INK = "#b2182b", "#1f66a8", "#4d8c3f", "#6a3d9a", "#a67c00", "#8a8a8a", "#222222"
LAST_YEAR = (26, 77)
Row = tuple[str, ...]  #: of a table: what, then a cell a column


def source(seeds: Sequence[int] = SEEDS) -> str:
    """The line under a figure of countries."""
    return (
        f"Custodes, {COUNTRY} with nothing done after its start but the deed, sample 1/{K}; mean and range of {len(seeds)} paired "
        f"runs, seeds {seeds[0]} to {seeds[-1]}. Simulated, not observed."
    )


def court_source(n: int) -> str:
    """The line under a figure of courts alone."""
    return f"Custodes, a court alone over a street that stands still; mean and 95 % interval of {n} pairs. Simulated, not observed."


def series(name: str, organ: str | None = None) -> Callable[[Seen], F]:
    """A national series."""
    return lambda run: run.of(name, organ)


def course(
    what: Callable[[Seen], F],
    arm: str,
    other: str | None = None,
    *,
    seeds: Sequence[int] = SEEDS,
    smooth: int = 1,
    how: str = "ratio",
    first: int = -10,
    last: int | None = None,
) -> Curve:
    """Weeks after the deed, mean, lowest and highest over seeds; against another arm as `ratio`, `percent` or `difference`."""
    rows = []
    for seed in seeds:
        here = smoothed(what(seen(arm, seed)), smooth)
        if other is not None:
            there = smoothed(what(seen(other, seed)), smooth)[: here.size]
            here = against(here, there, how)
        rows.append(here)
    values = np.array(rows)[:, DONE + first : None if last is None else DONE + last + 1]
    return np.arange(first, first + values.shape[1]), values.mean(axis=0), values.min(axis=0), values.max(axis=0)


def against(here: F, there: F, how: str) -> F:
    """A series against another, as `ratio`, `percent` or `difference`."""
    if how == "difference":
        return here - there
    return here / there if how == "ratio" else 100.0 * (here / there - 1.0)


def court_course(name: str, arm: str, seeds: range, *, how: str = "difference", total: bool = False) -> Curve:
    """Weeks after the deed, mean and 95 % interval over courts against those in which nothing is done; `total`: summed up."""
    rows = []
    for seed in seeds:
        here, there = (courts.seen(a, seed).series[name] for a in (arm, "nothing"))
        rows.append(np.cumsum(here - there) if total else against(here, there, how))
    return spread(np.array(rows), 0)


def spread(rows: F, first: int) -> Curve:
    """Mean and 95 % interval of rows, as a curve from week `first` on."""
    mean, half = rows.mean(axis=0), quantile(len(rows) - 1, 0.025) * rows.std(axis=0, ddof=1) / np.sqrt(len(rows))
    return np.arange(first, first + rows.shape[1]), mean, mean - half, mean + half


def smoothed(values: F, weeks: int) -> F:
    """Mean of the last `weeks` weeks."""
    total = np.cumsum(np.concatenate([[0.0], values]))
    ends = np.arange(1, values.size + 1)
    starts = np.maximum(0, ends - weeks)
    return np.asarray((total[ends] - total[starts]) / (ends - starts))


def panel(lines: dict[str, Curve], y: str, colours: Sequence[str], title: str, **more: Any) -> Spec:
    """A panel of a figure with two columns; names stand at the ends of the lines."""
    usual = {"x": "weeks after the deed", "width": 400, "height": 215, "room": 0.4}
    return curves(lines, y=y, colours=colours, title=title, **{**usual, **more})


def four(values: F) -> str:
    """A difference with four digits."""
    return difference(values, 4)


def numbers_of(picture: Picture, rows: list[Row], heads: tuple[str, ...], claims: list[Claim], sentences: str) -> Made:
    """A page with one table of numbers and a few sentences."""
    numbers = table(["against the paired run", *heads], [row[: 1 + len(heads)] for row in rows])
    return Made(picture, tuple(claims), {"numbers": numbers, "sentences": sentences})
