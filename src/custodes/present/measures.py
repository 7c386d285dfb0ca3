"""The quantities that reports speak of, how they are written, and how uncertain one run's value is.

One run is one draw of chance: another seed gives another value, and only several runs show by how much. What one run
does show is its sampling error: a share of adults at sample 1/k rests on people / k rows. Neighbours are alike, so rows
count for less: the design effect of a cluster of m rows with intraclass correlation r is 1 + (m - 1) r (Kish 1965).
Counts of rare events are Poisson at least.
"""

import math
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes.observe.truth import SERIES
from custodes.present.words import PER_CENT, Basis, Estimate, Form
from custodes.results.run import Run

F = NDArray[np.float64]

#: 75 adults or 29 households a neighbourhood, intraclass correlation about a third; rare things hardly cluster at rest
DESIGN_EFFECT: Final = {"adults": 25.0, "households": 10.0, "rare": 1.0}

Noise = Literal["adults", "households", "rare", "count", "events", "none"]


class Measure(NamedTuple):
    """One line of the summary."""

    name: str  #: of the series
    label: str
    form: Form
    noise: Noise  #: what sampling error comes from


MEASURES: Final = (
    Measure("ration_grams_per_day", "Ration of those served", Form("g a day", 1, 0), "none"),
    Measure("food_stress", "Unmet food need", PER_CENT, "households"),
    Measure("grain_price_won", "Rice price", Form("won/kg", 1, 0), "none"),
    Measure("won_per_dollar", "Won per US dollar", Form("won", 1, 0), "none"),
    Measure("informal_income_share", "Informal share of income", PER_CENT, "households"),
    Measure("market_labour_share", "Labour in the market", PER_CENT, "households"),
    Measure("bribe_share_of_spending", "Bribes in household spending", PER_CENT, "households"),
    Measure("threat_share", "Guards' approaches that are threats", PER_CENT, "none"),
    Measure("plea_share", "Guards' approaches that are pleas", PER_CENT, "none"),
    Measure("pay_paid_share", "Guards' pay against need", PER_CENT, "none"),
    Measure("guard_morale", "Guards' morale", PER_CENT, "none"),
    Measure("control_capacity", "Control capacity", Form("agents", 1, 0), "none"),
    Measure("private_supporters", "Adults who privately support the leader", PER_CENT, "adults"),
    Measure("public_support", "Adults who conform in public", PER_CENT, "adults"),
    Measure("preference_gap", "Adults who conform and disagree", PER_CENT, "adults"),
    Measure("awareness", "Awareness of rights talk", PER_CENT, "adults"),
    Measure("fear", "Fear", PER_CENT, "adults"),
    Measure("public_dissent", "Adults who dissent in public", Form("in 100,000", 1e5, 1), "rare"),
    Measure("anger_at_state_security", "Anger at state security", Form("index", 1, 3), "none"),
    Measure("purges", "Officials who fall a year", Form("", 1, 0), "events"),
    Measure("executions", "Officials executed a year", Form("", 1, 0), "events"),
    Measure("official_loyalty", "Officials' loyalty to the leader", PER_CENT, "none"),
    Measure("perceived_purge_hazard", "Chance of a purge that officials expect", Form("% a year", 100, 1), "none"),
    Measure("army_status", "Army's standing with the leader", Form("index", 1, 2), "none"),
    Measure("officer_morale", "Officers' morale", PER_CENT, "none"),
    Measure("resignation_requests", "Officers who ask to leave a year", Form("", 1, 0), "events"),
    Measure("officer_carried_share", "Officers' share of contraband carried", PER_CENT, "none"),
    Measure("state_income_usd", "State's dollars a year", Form("US$ m", 1e-6, 0), "none"),
    Measure("envoy_defections", "Officials who stay abroad a year", Form("", 1, 1), "events"),
    Measure("arrests", "Arrests a year", Form("", 1, 0), "count"),
    Measure("incidents", "Incidents a year", Form("", 1, 1), "events"),
    Measure("flights", "Attempts to leave a year", Form("", 1, 0), "count"),
    Measure("arrivals_abroad", "Arrivals abroad a year", Form("", 1, 0), "count"),
)
BY_NAME: Final = {m.name: m for m in MEASURES}


def basis(runs: Sequence[Run]) -> Basis:
    """What numbers from these runs rest on."""
    return Basis(tuple(int(r.record["seed"]) for r in runs), int(runs[0].record["k"]))


def window(weeks: int) -> int:
    """Weeks that count as a first and as a last year: 52, or half of a shorter run."""
    return max(1, min(52, weeks // 2))


def estimate(runs: Sequence[Run], measure: Measure, part: slice) -> Estimate:
    """The measure over some weeks: the median of the runs with lowest and highest, or one run with its sampling error."""
    values = np.array([over(r.table.national(measure.name)[part], measure.name) for r in runs])
    middle = float(np.median(values))
    error = _error(runs[0], measure, middle, part) if len(runs) == 1 else None
    return Estimate(middle, float(values.min()), float(values.max()), basis(runs), measure.form, error)


def over(values: F, name: str) -> float:
    """Weeks into one number: flows as a yearly rate, else the mean."""
    if SERIES[name].over_time == "sum":
        return float(values.sum()) * 52.0 / len(values)
    return float(values.mean())


def first_and_last(runs: Sequence[Run], measure: Measure) -> tuple[Estimate, Estimate]:
    """The measure in the first and in the last year."""
    n = window(runs[0].table.weeks)
    return estimate(runs, measure, slice(0, n)), estimate(runs, measure, slice(-n, None))


def _error(run: Run, measure: Measure, value: float, part: slice) -> float | None:
    """Half-width of a 95 % interval from sampling, for counts from the luck of rare events; None for what has neither."""
    k = int(run.record["k"])
    if measure.noise in ("count", "events"):  # Poisson counts: of rows, each of k people, or of events, each itself
        one = k if measure.noise == "count" else 1
        weeks = len(run.table.national(measure.name)[part])
        rate = max(value, 0.0) * weeks / 52.0
        return 1.96 * math.sqrt(one * max(rate, one)) * 52.0 / weeks
    if measure.noise == "none" or k == 1:
        return None
    rows = max(1.0, float(run.table.national("households" if measure.noise == "households" else "people").mean()) / k)
    share = min(max(value, 0.0), 1.0)
    return 1.96 * math.sqrt(DESIGN_EFFECT[measure.noise] * max(share * (1.0 - share), 1.0 / rows) / rows)
