"""Words for measured numbers: what was expected of a deed, what came, how sure that is, and whether it was found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb
from typing import Final

import numpy as np
from tests.consequences.runs import F, above, interval, quantile

YES, NO, OPPOSITE = "yes", "not found", "**no: the opposite**"
#: Chance that a claim which is false is called found.
ERROR: Final = 0.001


@dataclass(frozen=True)
class Claim:
    """One thing that should be seen, with what was measured of it."""

    says: str  #: "takings fall"
    measured: str  #: with its 95 % interval
    n: str
    verdict: str  #: one of YES, NO, OPPOSITE

    @property
    def holds(self) -> bool:
        """Whether it was found."""
        return self.verdict == YES


# --- claims -----------------------------------------------------------------------------------------------------------


def _verdict(values: F, sign: int) -> str:
    if above(sign * values):
        return YES
    return OPPOSITE if above(-sign * values) else NO


def changed(says: str, logs: F, sign: int) -> Claim:
    """A ratio of paired runs rises (`sign` 1) or falls (-1); `logs` are logarithms, one a pair."""
    return Claim(says, percent(logs), f"{logs.size} pairs", _verdict(logs, sign))


def moved(says: str, values: F, sign: int, digits: int = 3, unit: str = "") -> Claim:
    """A difference of paired runs is above (`sign` 1) or below (-1) zero."""
    return Claim(says, difference(values, digits, unit), f"{values.size} pairs", _verdict(values, sign))


def same(says: str, logs: F, within: float) -> Claim:
    """A ratio of paired runs stays within a share of one: two one-sided tests."""
    held = above(logs, -within) and above(-logs, -within)
    return Claim(f"{says} (within {100 * within:g} %)", percent(logs), f"{logs.size} pairs", YES if held else NO)


def in_all(says: str, runs: Sequence[bool], least: float, known: str = "") -> Claim:
    """Something happens in more than a share of runs: exact binomial test."""
    k, n = sum(runs), len(runs)
    chance = sum(comb(n, i) * least**i * (1.0 - least) ** (n - i) for i in range(k, n + 1))
    return Claim(says, known or share(k, n), f"{n} runs", YES if chance < ERROR else NO)


def seldom(says: str, k: int, n: int, most: float) -> Claim:
    """Something happens in less than a share of runs: exact binomial test at 5 %, since it is rare and runs are few."""
    chance = sum(comb(n, i) * most**i * (1.0 - most) ** (n - i) for i in range(k + 1))
    return Claim(says, share(k, n), f"{n} runs", YES if chance < 0.05 else NO)


def more_often(says: str, here: F, there: F) -> Claim:
    """Of two sets of noughts and ones, the first has more ones: Fisher's exact test, one-sided."""
    measured = f"{share(int(here.sum()), here.size)} against {share(int(there.sum()), there.size)}"
    verdict = YES if fisher(here, there) < ERROR else OPPOSITE if fisher(there, here) < ERROR else NO
    return Claim(says, measured, f"{here.size} and {there.size}", verdict)


def fisher(here: F, there: F) -> float:
    """One-sided chance of so many ones in the first set, if both had the same share of them."""
    a, both, ones = int(here.sum()), here.size + there.size, int(here.sum() + there.sum())
    ways = sum(comb(ones, k) * comb(both - ones, here.size - k) for k in range(a, min(here.size, ones) + 1))
    return ways / comb(both, here.size)


def higher(says: str, here: F, there: F) -> Claim:
    """The mean of the first sample is higher than that of the second: Welch's t test with the smaller freedom."""
    apart = here.mean() - there.mean()
    error = np.sqrt(here.var(ddof=1) / here.size + there.var(ddof=1) / there.size)
    bound = quantile(min(here.size, there.size) - 1, ERROR)
    verdict = YES if apart > bound * error else OPPOSITE if apart < -bound * error else NO
    return Claim(says, f"{level(here)} against {level(there)}", f"{here.size} and {there.size}", verdict)


# --- tables -------------------------------------------------------------------------------------------------------------


def claims_table(claims: Iterable[Claim]) -> str:
    """Claims as a Markdown table."""
    rows = [[c.says, c.measured, c.n, c.verdict] for c in claims]
    return table(["what should be seen", "measured, 95 % interval", "n", "found"], rows)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def verdict(claims: Sequence[Claim]) -> str:
    """`all 6 found`, or how many, and which not."""
    missing = [c.says for c in claims if not c.holds]
    if not missing:
        return f"yes: all {len(claims)} claims"
    return f"{len(claims) - len(missing)} of {len(claims)} claims; not: {'; '.join(missing)}"


# --- numbers ------------------------------------------------------------------------------------------------------------


def percent(logs: F) -> str:
    """`−5.2 % (−5.5 to −4.9)`: logarithms of ratios as per cent and their 95 % interval; many fold as `4.7 times`."""
    if not logs.any():
        return "no difference to the last digit"
    m, low, high = np.exp(interval(logs))
    if m > 2.0:
        return f"{m:.2f} times ({low:.2f} to {high:.2f})"
    digits = 1 if abs(m - 1.0) >= 0.01 else 2
    return (
        signed(100 * (m - 1), digits) + f" % ({signed(100 * (low - 1), digits)} to {signed(100 * (high - 1), digits)})"
    )


def difference(values: F, digits: int = 3, unit: str = "") -> str:
    """`−0.021 (−0.024 to −0.018)` with the unit."""
    m, low, high = interval(values)
    told = f" {unit}" if unit else ""
    return f"{signed(m, digits)}{told} ({signed(low, digits)} to {signed(high, digits)})"


def level(values: F, digits: int = 2) -> str:
    """A mean and its 95 % interval."""
    m, low, high = interval(values)
    return f"{m:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def signed(value: float, digits: int = 3) -> str:
    """`+0.021`, `−0.021`; nought without a sign."""
    text = f"{abs(value):,.{digits}f}"
    return text if float(text.replace(",", "")) == 0.0 else ("−" if value < 0 else "+") + text


def share(k: int, n: int) -> str:
    """`8 of 10 (49 to 94 %)`, with Wilson's interval."""
    low, high = wilson(k, n)
    return f"{k} of {n} ({100 * low:.0f} to {100 * high:.0f} %)"


def share_of(values: F) -> str:
    """A share of noughts and ones, `73 % (62 to 81)`."""
    low, high = wilson(int(values.sum()), values.size)
    return f"{100 * values.mean():.0f} % ({100 * low:.0f} to {100 * high:.0f})"


def wilson(k: int, n: int) -> tuple[float, float]:
    """95 % interval of a share."""
    z = 1.96
    middle, half = (k + z * z / 2) / (n + z * z), z * float(np.sqrt(k * (n - k) / n + z * z / 4)) / (n + z * z)
    return max(0.0, middle - half), min(1.0, middle + half)


# --- how the pages of the street tell ratios -----------------------------------------------------------------------------


def factor(logs: F) -> str:
    """`0.58 (0.57 to 0.59)`: a ratio and its 95 % interval over seeds; `1` where both arms are the same."""
    if not logs.any():
        return "1, exactly"
    m, low, high = np.exp(interval(logs))
    return f"{m:.3f} ({low:.3f} to {high:.3f})"


def number(values: F) -> str:
    """A large number and its interval."""
    m, low, high = interval(values)
    return f"{m:,.0f} ({low:,.0f} to {high:,.0f})"
