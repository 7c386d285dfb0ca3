"""Numbers into careful sentences. Nothing here can print an estimate or a chance without how uncertain it is.

An `Estimate` cannot be made without the runs it comes from, nor a `Chance` without a base rate; both print them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

NO_BASE_RATE: Final = "none is known for this country"
_NUMERALS: Final = (
    "none",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_Z90: Final = 1.6448536269514722  #: normal quantile of a two-sided 90 % interval


@dataclass(frozen=True)
class Basis:
    """What numbers rest on: how many runs, with which seeds, and that one row stands for k people."""

    seeds: tuple[int, ...]
    k: int

    def __post_init__(self) -> None:
        if not self.seeds:
            raise ValueError("an estimate needs at least one run")

    @property
    def runs(self) -> int:
        return len(self.seeds)

    def text(self) -> str:
        """`one run, seed 1` or `5 runs, seeds 1 to 5`."""
        return f"one run, seed {self.seeds[0]}" if self.runs == 1 else f"{self.runs} runs, seeds {listed(self.seeds)}"


@dataclass(frozen=True)
class Form:
    """How a quantity is written: multiplied by `scale`, with `digits` decimals, before `unit`."""

    unit: str = ""
    scale: float = 1.0
    digits: int = 0

    def number(self, value: float) -> str:
        """The bare number, thousands grouped; a minus sign that is one."""
        text = f"{value * self.scale:,.{self.digits}f}"
        if float(text.replace(",", "")) == 0.0:
            text = text.lstrip("-")
        return text.replace("-", "−")

    def with_unit(self, text: str) -> str:
        return f"{text} {self.unit}" if self.unit else text


PER_CENT: Final = Form("%", 100.0, 1)


@dataclass(frozen=True)
class Estimate:
    """A value with what is known of its spread: lowest and highest of several runs, or one run's sampling error.

    `error`: half-width of a 95 % interval of a single run, from sampling and the luck of rare events; None: not known.
    """

    value: float
    low: float
    high: float
    basis: Basis
    form: Form
    error: float | None = None

    def __post_init__(self) -> None:
        if (
            not all(math.isfinite(x) for x in (self.value, self.low, self.high))
            or not self.low <= self.value <= self.high
        ):
            raise ValueError(f"an estimate needs low <= value <= high, not {self.low}, {self.value}, {self.high}")

    def text(self) -> str:
        """For a sentence: value, spread, runs and seeds."""
        return f"{self.form.with_unit(self.form.number(self.value))} ({self._spread()}{self.basis.text()})"

    def short(self) -> str:
        """For a table whose head names the unit, the runs and the seeds: value and spread."""
        f = self.form
        if self.basis.runs > 1:
            return f"{f.number(self.value)} ({f.number(self.low)} to {f.number(self.high)})"
        return (
            f"{f.number(self.value)} ± {f.number(self.error)}"
            if self.error is not None
            else f"{f.number(self.value)} (one draw)"
        )

    def brief(self) -> str:
        """For a sentence that names runs and seeds elsewhere: value with unit, and spread where it is known."""
        f = self.form
        if self.basis.runs > 1:
            return f"{f.with_unit(f.number(self.value))} ({f.number(self.low)} to {f.number(self.high)})"
        return f.with_unit(
            f"{f.number(self.value)} ± {f.number(self.error)}" if self.error is not None else f.number(self.value)
        )

    def _spread(self) -> str:
        f = self.form
        if self.basis.runs > 1:
            return f"{f.number(self.low)} to {f.with_unit(f.number(self.high))} over "
        return f"sampling and luck ±{f.number(self.error)}, " if self.error is not None else ""

    def bounds(self) -> tuple[float, float]:
        """The widest interval that is known."""
        e = self.error or 0.0
        return min(self.low, self.value - e), max(self.high, self.value + e)


@dataclass(frozen=True)
class Chance:
    """How often something happened in the runs; `base_rate` is what history says, in words."""

    times: int
    basis: Basis
    base_rate: str

    def __post_init__(self) -> None:
        if not 0 <= self.times <= self.basis.runs:
            raise ValueError(f"{self.times} times in {self.basis.runs} runs")
        if not self.base_rate:
            raise ValueError("a chance needs a base rate, or NO_BASE_RATE")

    def interval(self) -> tuple[float, float]:
        """90 % interval of the share of runs (Wilson 1927)."""
        n, p, z2 = self.basis.runs, self.times / self.basis.runs, _Z90 * _Z90
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = _Z90 / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        return (0.0 if self.times == 0 else middle - half), (1.0 if self.times == n else middle + half)

    def text(self) -> str:
        """`in 3 of 20 runs (seeds 1 to 20; 90 % interval 6 to 31 % of runs); base rate: ...`."""
        low, high = self.interval()
        many = f"{self.times} of {self.basis.runs} run{'s' if self.basis.runs > 1 else ''}"
        seeds = f"seed{'s' if self.basis.runs > 1 else ''} {listed(self.basis.seeds)}"
        return (
            f"in {many} ({seeds}; 90 % interval {100 * low:.0f} to {100 * high:.0f} % of runs); "
            f"base rate: {self.base_rate}"
        )


def changed(
    label: str, first: Estimate, last: Estimate, when: str = "in the first year", then: str = "in the last"
) -> str:
    """A sentence on how a quantity moved, or that it did not move by more than is uncertain."""
    low_first, high_first = first.bounds()
    low_last, high_last = last.bounds()
    if low_last > high_first or high_last < low_first:
        verb = "rose" if last.value > first.value else "fell"
        return f"{label} {verb} from {first.brief()} {when} to {last.text()} {then}."
    return f"{label} did not move by more than is uncertain: {first.brief()} {when}, {last.text()} {then}."


def count(n: int) -> str:
    """Small numbers in words."""
    return _NUMERALS[n] if 0 <= n < len(_NUMERALS) else f"{n:,}"


def times(n: int, singular: str, plural: str = "") -> str:
    """`no crowds`, `one crowd`, `13 crowds`."""
    many = plural or singular + "s"
    return f"no {many}" if n == 0 else f"{count(n)} {singular if n == 1 else many}"


def listed(seeds: Sequence[int]) -> str:
    """`1 to 5`, or `1, 4 and 9`."""
    ordered = sorted(seeds)
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{ordered[0]} to {ordered[-1]}"
    if len(ordered) > 8:
        return ", ".join(str(s) for s in ordered[:6]) + f" and {len(ordered) - 6} more"
    return ", ".join(str(s) for s in ordered[:-1]) + (f" and {ordered[-1]}" if len(ordered) > 1 else str(ordered[-1]))


def span(weeks: int) -> str:
    """`five years`, `30 weeks`."""
    years, rest = divmod(weeks, 52)
    if years and not rest:
        return f"{count(years)} year{'s' if years > 1 else ''}"
    return f"{weeks} week{'s' if weeks != 1 else ''}"
