"""Which policy one would regret least: regret, satisficing and domain shares across policies, without a probability for countries.

Regret in a possible country: how much worse a measure is than under the best policy there (Savage 1951). Minimax regret chooses the
policy whose largest regret is smallest. Satisficing: the share of possible countries in which a threshold is met (Simon 1956), which
Starr (1963) proposed as the criterion of a decision under ignorance and Schneller and Sphicas (1983) named the domain criterion.
A country here is a point of the unknowns: its lucks are averaged, for nobody can choose by luck. Intervals: bootstrap of points.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from custodes.errors import BadInput
from custodes.experiment.at_risk import AtRisk
from custodes.experiment.effects import About, panel
from custodes.experiment.intervals import F, resampled
from custodes.experiment.verdict import fell_before
from custodes.flags import did_you_mean, shown

if TYPE_CHECKING:
    import pandas as pd

FORMAT: Final = "custodes-regret-1"
TAILS: Final = (0.025, 0.975)
DRAWS: Final = 1000
HIGH: Final = 0.95  #: quantile of regret told beside the largest, which grows with the number of countries
FEWEST: Final = 10  #: points


@dataclass(frozen=True)
class Regret:
    """The answer; `content` is the whole of it as plain values."""

    content: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """For JSON: no NaN, only null."""
        return self.content

    @property
    def frame(self) -> "pd.DataFrame":
        """One row a measure and plan."""
        import pandas as pd

        return pd.DataFrame(self.content["regret"])

    @property
    def choices(self) -> "pd.DataFrame":
        """One row a measure: the plan that each criterion chooses, and in how many resampled studies it would again."""
        import pandas as pd

        return pd.DataFrame(self.content["choices"])


def regret(
    runs: "pd.DataFrame | AtRisk",
    plans: Sequence[str],
    measures: Sequence[About],
    thresholds: Mapping[str, float] | None = None,
    wanted: Sequence[str] = (),
    seed: int = 1,
) -> Regret:
    """Regret and satisficing of every plan, the baseline first, on the countries that met all of them.

    `runs`: a row a run, or those of `at_risk.standing`, which leave out the countries that fell before any policy acted and say so.
    `wanted`: names of measures (default: all of which a side is better); suffering is always there. `thresholds`: what a measure must
    reach; without one a measure must be no worse than under the baseline in the same country. BadInput for a wrong name or for a
    measure of which no side is better, BadResults where no country has met every plan.
    """
    chosen = _chosen(measures, wanted, thresholds or {})
    seen = runs if isinstance(runs, AtRisk) else AtRisk(runs, 0, ())
    p = panel(seen.frame, plans, [m.name for m in chosen])
    chosen = [m for m in chosen if p.has(m.name) and np.isfinite(p.values[:, :, p.columns.index(m.name)]).all()]
    if len(np.unique(p.points)) < FEWEST:
        raise BadInput(
            f"{len(np.unique(p.points))} points of the unknowns are too few to speak of regret: run at least {FEWEST}."
        )
    values = by_point(p.values, p.points)[:, :, [p.columns.index(m.name) for m in chosen]]
    weights = resampled(values.shape[1], seed, DRAWS)
    rows, choices, met = [], [], []
    for i, m in enumerate(chosen):
        losses = regrets(values[:, :, i], m.better)
        good = satisfied(values[:, :, i], m.better, (thresholds or {}).get(m.name))
        met.append(good)
        rows += list(_rows(m, plans, values[:, :, i], losses, good, weights))
        choices.append(_choice(m, plans, losses, good, weights, m.name in (thresholds or {})))
    return Regret(
        {
            "format": FORMAT,
            "plans": list(plans),
            "countries": len(p.countries),
            "points": values.shape[1],
            "left_out": list(p.left_out),
            "first_week": seen.first_week,
            "fell_before": list(seen.fell_before),
            "thresholds": dict(thresholds or {}),
            "regret": rows,
            "choices": choices,
            "all": list(_all(plans, np.stack(met), weights)) if met else [],
            "words": words(choices, len(plans), len(p.countries), seen),
        }
    )


def _chosen(measures: Sequence[About], wanted: Sequence[str], thresholds: Mapping[str, float]) -> list[About]:
    by_name = {m.name: m for m in measures}
    for name in (*wanted, *thresholds):
        if name not in by_name:
            raise BadInput(f"'{shown(name)}' is not a measure.{did_you_mean(name, list(by_name))}")
        if not by_name[name].better:
            raise BadInput(f"neither side of '{name}' is better, so that nobody can regret it: choose another measure.")
    names = {*wanted, *thresholds} or set(by_name)
    return [m for m in measures if m.better and (m.name in names or m.suffering)]


def by_point(values: F, points: np.ndarray) -> F:
    """Averages over lucks, (plans, points, measures), of (plans, countries, measures)."""
    ids, at = np.unique(points, return_inverse=True)
    sums = np.zeros((values.shape[0], len(ids), values.shape[2]))
    for plan, of_plan in zip(sums, values, strict=True):
        np.add.at(plan, at, of_plan)
    return np.asarray(sums / np.bincount(at)[None, :, None])


def regrets(values: F, better: str) -> F:
    """How much worse than the best plan, (plans, points); never below 0."""
    return np.asarray(values - values.min(axis=0) if better == "lower" else values.max(axis=0) - values)


def satisfied(values: F, better: str, threshold: float | None) -> F:
    """1 where the threshold is met, or, without one, where it is no worse than under the first plan, (plans, points)."""
    aim = values[0] if threshold is None else threshold
    return np.asarray(values <= aim if better == "lower" else values >= aim, np.float64)


def _rows(m: About, plans: Sequence[str], values: F, losses: F, good: F, weights: F) -> Iterator[dict[str, Any]]:
    best = (losses == 0.0) / (losses == 0.0).sum(axis=0)
    high = _quantiles(losses, weights)
    for i, plan in enumerate(plans):
        yield {
            "measure": m.name,
            "unit": m.unit,
            "better": m.better,
            "suffering": m.suffering,
            "plan": plan,
            "mean": float(values[i].mean()),
            **_mean("regret", losses[i], weights),
            "high_regret": float(np.quantile(losses[i], HIGH)),
            "high_regret_low": float(np.quantile(high[:, i], TAILS[0])),
            "high_regret_high": float(np.quantile(high[:, i], TAILS[1])),
            "largest_regret": float(losses[i].max()),
            **_mean("best", best[i], weights),
            **_mean("satisfied", good[i], weights, share=True),
            "n": values.shape[1],
        }


def _mean(name: str, x: F, weights: F, share: bool = False) -> dict[str, float]:
    """An average over points and its interval; of a share that is the same everywhere, by the rule of three."""
    tried = weights @ x / weights.sum(axis=1)
    low, high = (float(v) for v in np.quantile(tried, TAILS))
    if share and low == high:
        reach = 1.0 - 0.05 ** (1.0 / len(x))
        low, high = (max(0.0, low - reach), min(1.0, high + reach)) if low in (0.0, 1.0) else (low, high)
    return {name: float(x.mean()), f"{name}_low": low, f"{name}_high": high}


def _quantiles(losses: F, weights: F) -> F:
    """The high quantile of regret in every resampled study, (draws, plans)."""
    out = np.empty((len(weights), len(losses)))
    for i, loss in enumerate(losses):
        order = np.argsort(loss, kind="stable")
        reached = np.cumsum(weights[:, order], axis=1) >= HIGH * weights.sum(axis=1, keepdims=True)
        out[:, i] = loss[order][reached.argmax(axis=1)]
    return out


def _choice(m: About, plans: Sequence[str], losses: F, good: F, weights: F, named: bool) -> dict[str, Any]:
    """What each criterion would choose for one measure. Without a threshold of its own the baseline, which meets it by definition,
    is not a choice of the domain criterion."""
    first = 0 if named else 1
    n = weights.sum(axis=1, keepdims=True)
    there = weights > 0
    largest = np.stack([np.where(there, loss, -np.inf).max(axis=1) for loss in losses], axis=1)
    return {
        "measure": m.name,
        "suffering": m.suffering,
        **_pick("minimax_regret", plans, losses.max(axis=1), largest),
        **_pick("least_mean_regret", plans, losses.mean(axis=1), weights @ losses.T / n),
        "named": named,
        **_pick("widest_domain", plans[first:], -good[first:].mean(axis=1), -(weights @ good[first:].T) / n),
    }


def _pick(name: str, plans: Sequence[str], value: F, tried: F) -> dict[str, Any]:
    """The plans with the smallest value, and how often resampled studies choose one of them."""
    winners = np.flatnonzero(np.isclose(value, value.min(), rtol=1e-12, atol=0.0))
    again = np.isin(tried.argmin(axis=1), winners).mean()
    return {name: [plans[i] for i in winners.tolist()], f"{name}_again": float(again)}


def _all(plans: Sequence[str], met: F, weights: F) -> Iterator[dict[str, Any]]:
    """The share of countries in which every threshold is met at once, a plan at a time."""
    for plan, good in zip(plans, met.min(axis=0), strict=True):
        yield {"plan": plan, **_mean("satisfied", good, weights, share=True)}


def words(choices: Sequence[dict[str, Any]], plans: int, countries: int, seen: AtRisk) -> str:
    """On whom this rests, and what is chosen for each measure, one sentence each."""
    first = f"{countries} possible countries under {plans} plans.{fell_before(seen._asdict())}"
    return "\n".join([first, *(_sentence(c, plans) for c in choices)])


def _sentence(c: dict[str, Any], plans: int) -> str:
    name = str(c["measure"]).replace("_", " ")
    chosen = c["minimax_regret"]
    if len(chosen) == plans:
        return f"By {name} nothing is regretted: all plans do alike in every country."
    again = f"{100 * c['minimax_regret_again']:.0f} of 100 resampled studies"
    firm = "" if c["minimax_regret_again"] >= 0.9 else " (not settled)"
    domain = (
        "the threshold is met in most countries"
        if c["named"]
        else "it is no worse than under the baseline in most countries"
    )
    return (
        f"By {name} the largest regret is smallest under {' or '.join(chosen)}, again so in {again}{firm}; "
        f"{domain} under {' or '.join(c['widest_domain'])}."
    )
