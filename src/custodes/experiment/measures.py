"""What is compared: the outcomes of a run, its levels in the last year, what people suffered in all of it, and what watchers heard.

Outcomes are shares of runs, up to the first breakdown, which ends what a run can tell of a regime. The other measures are
numbers of one run: a level is taken over the last 52 weeks, when a policy has had its time; what was suffered is a year's mean of
the whole run. Both go on after a breakdown, as the weeks do, under new rulers who rule as the old ones did (decision 14): people
suffer then too. `reported_...` and `estimated_...` are computed from reports alone, as a watcher would. What a measure means is
its own series' meaning (`custodes.observe`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from custodes.experiment.packing import exposure
from custodes.observe import classes
from custodes.observe.outcomes import endings, named
from custodes.observe.series import Series
from custodes.observe.truth import SERIES
from custodes.observe.watching import CONTRADICTED

if TYPE_CHECKING:
    from custodes.results.run import Run
    from custodes.scenario.load import Scenario

Parts = dict[tuple[str, str], float]
YEAR: Final = 52


@dataclass(frozen=True)
class Measure:
    """One number of a run."""

    name: str
    unit: str
    meaning: str
    kind: Literal["share", "level"]  #: share: 0 or 1 of a run; level: a number
    better: Literal["lower", "higher", ""]
    suffering: bool  #: always shown
    compute: "Callable[[Run], float]"
    parts: "Callable[[Run], Parts] | None" = None  #: ("province" | "organ" | "class" | "songbun", name) -> value
    by: tuple[str, ...] = ()  #: what it is parted by


# --- outcomes ---------------------------------------------------------------------------------------------------------


def _outcome(name: str, meaning: str, *outcomes: str) -> Measure:
    def compute(run: "Run") -> float:
        return float(any(found in outcomes for found in _ends(run)))

    return Measure(name, "share of runs", meaning, "share", "", False, compute)


def _ends(run: "Run") -> list[str]:
    """Ends, reforms and exits up to the first breakdown."""
    found: list[str] = []
    for name, _ in endings(run.log):
        found.append(name)
        if named(name).breakdown:
            break
    return found


def _breakdown(run: "Run") -> float:
    return float(named(run.record["outcome"]).breakdown)


def _coup_attempt(run: "Run") -> float:
    r = run.record
    at_risk = exposure(r["outcome"], r["outcome_week"], r["weeks"])
    return float(run.table.national("coup_attempts")[:at_risk].sum() > 0.0)


def _crisis(run: "Run") -> float:
    return float(run.table.national("crisis_level").max() >= 2.0)


OUTCOMES: Final = (
    Measure(
        "breakdown",
        "share of runs",
        "the regime fell: to an uprising, a coup, its own insiders, collapse or war",
        "share",
        "",
        False,
        _breakdown,
    ),
    Measure(
        "coup_attempt",
        "share of runs",
        "plotters struck at least once before any breakdown, or in it",
        "share",
        "",
        False,
        _coup_attempt,
    ),
    _outcome("elite_coup", "the regime fell to plotters who struck and won", "elite coup"),
    _outcome("uprising", "the regime fell: the state lost the contest over lost counties", "uprising"),
    _outcome("collapse", "the regime fell: the state came apart without a fight", "collapse"),
    _outcome("insiders", "the regime fell: the top changed the rules without a fight", "change of rules by insiders"),
    _outcome("war", "the regime fell: a clash of powers over the country became a war", "war"),
    _outcome("reform", "the leader adopted a reform package before any breakdown", "reform"),
    _outcome("natural_exit", "the leader died or left of his own accord before any breakdown", "natural exit"),
    Measure(
        "crisis",
        "share of runs",
        "a neighbour went to the second step of the crisis ladder or beyond, at any time of the run",
        "share",
        "lower",
        True,
        _crisis,
    ),
)


# --- levels of the last year ------------------------------------------------------------------------------------------


def _last_year(values: Any) -> float:
    """Mean of the last 52 weeks that have a value."""
    some = np.asarray(values, np.float64)[-YEAR:]
    known = some[np.isfinite(some)]
    return float(np.add.reduce(known)) / known.size if known.size else float("nan")


def _yearly(values: Any) -> float:
    """A year's mean of a weekly flow over the whole run."""
    some = np.asarray(values, np.float64)
    return float(np.add.reduce(np.where(np.isnan(some), 0.0, some))) * YEAR / max(1, len(some))


def _level(
    name: str,
    series: str,
    unit: str = "",
    better: Literal["lower", "higher", ""] = "",
    suffering: bool = False,
    scale: float = 1.0,
) -> Measure:
    """A series over the last year: the mean of its weeks, of a flow too."""
    return _of_series(name, series, unit, better, suffering, _last_year, scale, "of the last year")


def _suffered(name: str, series: str, unit: str, better: Literal["lower", "higher", ""] = "lower") -> Measure:
    """A weekly flow as a year's mean of the whole run; suffering, where less is better."""
    return _of_series(name, series, unit, better, better == "lower", _yearly, 1.0, "a year's mean of the whole run")


def _of_series(
    name: str,
    series: str,
    unit: str,
    better: Literal["lower", "higher", ""],
    suffering: bool,
    over: Callable[[Any], float],
    scale: float,
    when: str,
) -> Measure:
    s = SERIES[series]

    def compute(run: "Run") -> float:
        return scale * over(run.table.national(series))

    def parts(run: "Run") -> Parts:
        out: Parts = {}
        if s.dims in ("province", "province,organ"):
            out |= {("province", p): scale * over(run.table.of(series, p)) for p in run.table.provinces}
        if s.dims in ("organ", "province,organ"):
            out |= {("organ", o): scale * over(run.table.national(series, o)) for o in run.table.organs}
        if s.dims == "court":
            out |= {("organ", o): scale * over(run.table.national(series, o)) for o in run.table.parts(series)}
        for by, groups in run.record.get("classes", {}).items():  # as they stand in the last week
            out |= {(by, name): scale * float(v) for name, v in groups.get(series, {}).items()}
        return out

    whole = unit or s.unit
    whole = f"{whole} of people" if whole == "share" else whole
    by = _parted_by(s)
    return Measure(name, whole, f"{s.meaning}; {when}", "level", better, suffering, compute, parts if by else None, by)


def _parted_by(s: Series) -> tuple[str, ...]:
    """What a series is parted by in a comparison."""
    of_people = {"class": classes.BY_HOUSEHOLD, "songbun": classes.BY_PERSON}
    out = ["province"] if s.dims in ("province", "province,organ") else []
    out += ["organ"] if s.dims in ("organ", "province,organ", "court") else []
    return (*out, *(by for by, names in of_people.items() if s.name in names))


def _paid() -> Measure:
    """What households paid in the running year, by class: who is robbed."""

    def by_class(run: "Run") -> Parts:
        taken = run.record.get("classes", {}).get("class", {}).get("bribes_taken_won", {})
        return {("class", name): float(v) for name, v in taken.items()}

    def compute(run: "Run") -> float:
        return YEAR * _last_year(run.table.national("bribes_won")) / _last_year(run.table.national("households"))

    return Measure(
        "paid",
        "won a household",
        "bribes and settlements of a household in the last year; by class since 1 January, with levies and buy-outs",
        "level",
        "lower",
        True,
        compute,
        by_class,
        ("class",),
    )


LEVELS: Final = (
    _level("bribes", "bribe_share_of_spending", "share of spending", "lower", True),
    _level("bribes_won", "bribes_won", "won a week", "lower"),
    _level("threats", "threat_share", "share of visits", "lower", True),
    _level("pleas", "plea_share", "share of visits"),
    _level("private_support", "private_supporters", "share of adults"),
    _level("support_index", "private_support", "index, -1 to 1"),
    _level("public_support", "public_support", "share of adults"),
    _level("preference_gap", "preference_gap", "share of adults"),
    _level("public_dissent", "public_dissent", "share of adults"),
    _level("fear", "fear", "index, 0 to 1", "lower", True),
    _level("anger", "anger", "index, 0 to 1"),
    _level("awareness", "awareness", "index, 0 to 1"),
    _level("media", "media", "index, 0 to 1"),
    _level("food_stress", "food_stress", "share of need unmet", "lower", True),
    _paid(),
    _level("household_money", "household_money_won", "won a household", "higher"),
    _level("informal_income", "informal_income_share", "share of income"),
    _level("rice_price", "rice_price_won", "won a kilogram"),
    _level("prisoners", "jailed", "persons", "lower", True),
    _level("camp", "camp", "persons", "lower", True),
    _level("guard_income", "guard_income_won", "won an agent and week"),
    _level("guard_morale", "guard_morale", "share, mean of agents"),
    _level("control_capacity", "control_capacity", "agents"),
    _level("official_loyalty", "official_loyalty", "index, 0 to 1"),
    _level("purge_hazard", "perceived_purge_hazard", "chance a year"),
    _level("officer_morale", "officer_morale", "index, 0 to 1"),
    _level("army_status", "army_status", "index, 0 to 1"),
    _level("trade", "trade_usd", "US$ a week"),
    _level("state_income_usd", "state_income_usd", "US$ a week"),
    _level("gifts", "gifts_usd", "US$ a week"),
    _level("turmoil", "turmoil", "index, 0 to 1"),
)

SUFFERED: Final = (
    _suffered("deaths", "deaths", "persons a year"),
    _suffered("arrests", "arrests", "persons a year"),
    _suffered("executions", "executions", "officials a year"),
    _suffered("purges", "purges", "officials a year", ""),
    _suffered("incidents", "incidents", "crowds a year", ""),
    _suffered("flights", "flights", "persons a year", ""),
    _suffered("arrivals_abroad", "arrivals_abroad", "persons a year", ""),
    _suffered("envoy_defections", "envoy_defections", "officials a year", ""),
    _suffered("contraband", "contraband_tonnes", "tonnes a year", ""),
)


# --- what watchers heard ----------------------------------------------------------------------------------------------


def _heard(name: str, kind: str, meaning: str) -> Measure:
    def compute(run: "Run") -> float:
        return sum(r["kind"] == kind for r in run.reports) * YEAR / int(run.record["weeks"])

    return Measure(
        name, "reports a year", f"{meaning}, as reported abroad, inventions included", "level", "", False, compute
    )


def _estimated(name: str, kind: str, meaning: str) -> Measure:
    """As `Run.estimated` has it over the whole run: a report heard of with chance p counts 1 / p, unless it was contradicted."""

    def compute(run: "Run") -> float:
        heard = [r for r in run.reports if r["kind"] == kind and r["number"] != CONTRADICTED]
        within = [r for r in heard if 0 <= r["happened"] < int(run.record["weeks"])]
        return sum(1.0 / r["chance"] for r in within) * YEAR / int(run.record["weeks"])

    return Measure(
        name, "events a year", f"{meaning}, as a watcher estimates them from reports", "level", "", False, compute
    )


HEARD: Final = (
    _heard("reported_purges", "purge", "falls of officials"),
    _heard("reported_incidents", "incident", "crowds"),
    _heard("reported_defections", "envoy_defection", "officials abroad who defected"),
    _estimated("estimated_purges", "purge", "falls of officials"),
    _estimated("estimated_incidents", "incident", "crowds"),
)

MEASURES: Final[tuple[Measure, ...]] = (*OUTCOMES, *LEVELS, *SUFFERED, *HEARD)
BY_NAME: Final = {m.name: m for m in MEASURES}

#: National series that a comparison draws over time.
PATHS: Final = (
    "bribe_share_of_spending",
    "threat_share",
    "private_supporters",
    "food_stress",
    "fear",
    "official_loyalty",
    "trade_usd",
    "rice_price_won",
)
#: Facts of a scenario that are base rates of outcomes: id of the target -> measure, and how many years it counts.
_BASE_RATES: Final[Mapping[str, tuple[str, float]]] = {"t10": ("breakdown", 100.0), "t10coup": ("coup_attempt", 100.0)}


def base_rates(scenario: "Scenario") -> dict[str, dict[str, Any]]:
    """Measure -> rate a year, its range and source, for outcomes of which the scenario's facts know one."""
    from custodes.scenario.facts import facts_of

    facts = facts_of(scenario)
    out = {}
    for target in facts["targets"]:
        if target["id"] in _BASE_RATES:
            measure, years = _BASE_RATES[target["id"]]
            rate = {key: target[name] / years for key, name in (("rate", "value"), ("low", "low"), ("high", "high"))}
            out[measure] = rate | {"source": str(target["source"])}
    return out


def base_rate(scenario: "Scenario", measure: str) -> dict[str, Any] | None:
    """The base rate that the scenario's facts know of an outcome, a year; None where they know none."""
    return base_rates(scenario).get(measure)
