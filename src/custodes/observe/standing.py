"""The model's standing state beside the facts it is calibrated on: the same quantity, computed as the fact was.

Surveys are compared with the model's own survey of its leavers, never with means of the population; national series
with their mean over the run. Each row carries the range within which the fact is known, and whether the run lies inside.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from custodes import portable
from custodes.observe.standing_court import COURT, CourtRun, CourtStanding, Seen, judge

if TYPE_CHECKING:
    from custodes.results.table import Table

Answers = dict[str, dict[str, float]]


class Standing(NamedTuple):
    """How a fact's counterpart is computed: from the national series, or from the mean of the yearly surveys."""

    fact: str
    what: str
    unit: str
    compute: Callable[["Table", Answers], float]


def _mean(name: str, scale: float = 1.0) -> Callable[["Table", Answers], float]:
    return lambda table, _: scale * portable.mean(table.national(name))


def _asked(question: str) -> Callable[["Table", Answers], float]:
    def compute(_: "Table", answers: Answers) -> float:
        return 100.0 * portable.mean([year[question] for year in answers.values()]) if answers else float("nan")

    return compute


def _year_means(name: str) -> Callable[["Table", Answers], float]:
    """Coefficient of variation of the year means, per cent."""

    def compute(table: "Table", _: Answers) -> float:
        series = table.national(name)
        years = [portable.mean(series[i : i + 52]) for i in range(0, len(series) - 51, 52)]
        if len(years) < 2:
            return float("nan")
        centre = portable.mean(years)
        return 100.0 * float(np.sqrt(portable.mean([(y - centre) ** 2 for y in years]))) / centre

    return compute


def _arrivals(table: "Table", _: Answers) -> float:
    return 52.0 * portable.mean(table.national("arrivals_abroad"))


STANDING: Final = (
    Standing("C12", "ration of a served person", "g/day", _mean("ration_grams_per_day")),
    Standing("C09", "informal share of household income, leavers", "per cent", _asked("informal_share")),
    Standing("C07", "bribes in household spending", "per cent", _mean("bribe_share_of_spending", 100.0)),
    Standing("C16", "price of rice", "won/kg", _mean("rice_price_won")),
    Standing("C16cv", "rice price, variation between years", "per cent", _year_means("rice_price_won")),
    Standing("C17", "won per dollar", "won", _mean("won_per_dollar")),
    Standing("C13", "share of labour in the private economy, leavers", "per cent", _asked("private_economy")),
    Standing("C01", "arrivals abroad a year", "persons/year", _arrivals),
    Standing("C03", "women among leavers", "per cent", _asked("women")),
    Standing("border", "leavers from provinces on the border", "per cent", _asked("border")),
    Standing("C05", "ever paid a bribe, leavers", "per cent", _asked("paid_bribes")),
    Standing("C08", "officials took 30 % or more of income, leavers", "per cent", _asked("officials_took_30_percent")),
    Standing("C10", "never received rations, leavers", "per cent", _asked("never_received_rations")),
    Standing("C11", "no wage and no ration, leavers", "per cent", _asked("no_wage_no_ration")),
    Standing("C27", "ever watched foreign video, leavers", "per cent", _asked("watched_foreign_video")),
    Standing("C25", "half or more of peers support the leader, leavers", "per cent", _asked("half_of_peers_support")),
    Standing("t07", "own view of the leader negative, leavers", "per cent", _asked("own_view_negative")),
)


def surveys(memory: Mapping[str, float]) -> Answers:
    """The yearly surveys kept in a world's memory: year -> question -> expected answer of a leaver."""
    out: Answers = {}
    for key, value in memory.items():
        if key.startswith("survey."):
            _, year, question = key.split(".", 2)
            out.setdefault(year, {})[question] = float(value)
    return dict(sorted(out.items()))


def compare(
    table: "Table", answers: Answers, facts: Sequence[Mapping[str, Any]], k: int, court: CourtRun | None = None
) -> list[dict[str, Any]]:
    """One row a fact: id, what, unit, model, low, value, high, grade, inside (absent where the country has no such fact).

    `facts` are rows {id, value, low, high, grade, until}: what the model says is taken over the years up to `until`, if
    the run reaches back to it. Arrivals are few: they carry `rows`, the number of rows behind the mean, and `error`, the
    half-width of its 95 % interval (Poisson, seen from above); `inside` is None where that interval cannot tell. With a
    `court`, the rows of the court follow; they carry `cases`, and `inside` None means that one run has too few of them.
    """
    known = {str(row["id"]): row for row in facts}
    out: list[dict[str, Any]] = []
    for entry in STANDING:
        fact = known.get(entry.fact, {})
        seen, asked = _up_to(table, answers, fact.get("until"))
        model = entry.compute(seen, asked)
        if not np.isfinite(model):
            continue
        row = _row(entry, float(model), fact)
        if entry.fact == "C01":
            rows = int(seen.national("arrivals_abroad").sum() // k)
            row |= {"rows": rows, "error": (2.0 + 1.96 * float(np.sqrt(rows + 1.0))) * k * 52.0 / seen.weeks}
            if fact and not row["inside"] and _reaches(row):
                row["inside"] = None
        out.append(row)
    return out + ([] if court is None else _of_court(table, answers, known, court))


def _row(entry: Standing | CourtStanding, model: float, fact: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"id": entry.fact, "what": entry.what, "unit": entry.unit, "model": model}
    if fact:
        low, high = float(fact["low"]), float(fact["high"])
        row |= {
            "value": fact["value"],
            "low": low,
            "high": high,
            "grade": fact.get("grade", ""),
            "until": fact.get("until"),
            "inside": bool(low <= model <= high),
        }
    return row


def _reaches(row: Mapping[str, Any]) -> bool:
    """Whether the interval about a value reaches into the fact's range."""
    return bool(row["model"] - row["error"] <= row["high"] and row["model"] + row["error"] >= row["low"])


def _of_court(
    table: "Table", answers: Answers, known: Mapping[str, Mapping[str, Any]], court: CourtRun
) -> list[dict[str, Any]]:
    out = []
    for entry in COURT:
        fact = known.get(entry.fact, {})
        seen: Seen | None = entry.compute(_up_to(table, answers, fact.get("until"))[0], court)
        if seen is None:
            continue
        row = _row(entry, seen.value, fact) | {"cases": seen.cases, "one_case": seen.one}
        if fact:
            row["inside"] = judge(seen, row["low"], row["high"])
        out.append(row)
    return out


def _up_to(table: "Table", answers: Answers, year: int | None) -> tuple["Table", Answers]:
    """The weeks and surveys up to the end of a year; all of them if there would be less than half a year."""
    if year is None:
        return table, answers
    weeks = int((table.dates < np.datetime64(f"{year + 1}-01-01")).sum())
    if weeks < 26:
        return table, answers
    kept = {asked: answer for asked, answer in answers.items() if int(asked) <= year}
    return replace(table, arrays={name: a[:weeks] for name, a in table.arrays.items()}), kept or answers
