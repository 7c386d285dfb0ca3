"""The whole answer of a comparison: effects, interactions, paths, who pays, and one paragraph in words.

`compare` takes the store's frames and gives a `Comparison`, whose `to_dict` is what `--json` prints and the page draws.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from custodes.errors import BadInput
from custodes.experiment import effects as paired_effects
from custodes.experiment import factorial as crossing
from custodes.experiment import intervals as iv
from custodes.experiment.effects import EXPOSURE, About, Panel, interval, judged, real
from custodes.experiment.intervals import F
from custodes.flags import WEEKS_PER_YEAR, did_you_mean, shown

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

FORMAT: Final = "custodes-comparison-1"
PRIMARY: Final = (
    "breakdown",
    "bribes",
    "private_support",
    "food_stress",
)  #: named beforehand unless the user names others
QUANTILES: Final = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}


@dataclass(frozen=True)
class Study:
    """What a comparison has to know of its runs beside their numbers."""

    scenario: str
    plans: tuple[dict[str, Any], ...]  #: name, title, rationale, sources; the baseline first
    measures: tuple[About, ...]
    weeks: int
    scenario_title: str = ""
    scenario_digest: str = ""
    code_version: str = ""
    start: str = "2000-01-03"  #: Monday of week 0
    seed: int = 0
    sample: str = "1/1000"
    lucks: int = 2
    uncertain: str = "prior"
    axes: tuple[dict[str, Any], ...] = ()  #: of doubt: name, kind, prior, source, grade
    factors: tuple[str, ...] = ()  #: of --factorial
    failed: tuple[dict[str, Any], ...] = ()  #: country, plan, cause
    base_rates: Mapping[str, dict[str, Any]] = field(default_factory=dict)  #: measure -> rate a year, low, high, source
    limits: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)  #: of the series of the paths
    command: str = ""
    first_week: int = 0  #: in which any plan begins to act, and from which weeks at risk are counted
    fell_before: tuple[int, ...] = ()  #: countries that had broken down by then, and are in none of the tables

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(str(p["name"]) for p in self.plans)

    @property
    def switches(self) -> tuple[str, ...]:
        return tuple(str(a["name"]) for a in self.axes if a["kind"] == "mechanism")


def abouts(measures: Sequence[Any], primary: Sequence[str] = ()) -> tuple[About, ...]:
    """Measures of `measures.py` with what was named beforehand; BadInput for a name that is none of them."""
    names = [m.name for m in measures]
    for name in primary:
        if name not in names:
            raise BadInput(f"--measure: '{shown(name)}' is not a measure.{did_you_mean(name, names)}")
    return tuple(About.of(m, primary or PRIMARY) for m in measures)


@dataclass(frozen=True)
class Comparison:
    """A comparison's answer; `content` is the whole of it as plain values."""

    content: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """What `--json` prints: no NaN, only null."""
        return self.content

    @property
    def words(self) -> str:
        return str(self.content["words"])

    @property
    def effects(self) -> "pd.DataFrame":
        """One row a plan and measure, with its unit."""
        from custodes.experiment.frames import effects

        return effects(self.content)

    @property
    def factorial(self) -> "pd.DataFrame":
        """One row a pair of policies and measure."""
        from custodes.experiment.frames import factorial

        return factorial(self.content)

    def to_xarray(self) -> "xr.Dataset":
        """Effects by plan and measure, and paths by series, plan and week."""
        from custodes.experiment.frames import dataset

        return dataset(self.content)

    def export(self, folder: Path, kind: str = "csv") -> list[Path]:
        """Tables as CSV or Parquet files with units; their paths."""
        from custodes.experiment.frames import export

        return export(self.content, folder, kind)


def compare(
    frame: "pd.DataFrame",
    points: "pd.DataFrame | None",
    study: Study,
    parts: "pd.DataFrame | None" = None,
    paths: Mapping[str, F] | None = None,
) -> Comparison:
    """The answer of runs in a table (one row a run: country, point, luck, plan, exposure and the measures).

    `points`: one row a country with the values of the unknowns; `parts`: long, country, plan, measure, by, part, value;
    `paths`: series -> (countries, plans, weeks), a row for each country of `frame` in rising order, NaN where no run is.
    BadResults where no country has met every plan.
    """
    p = paired_effects.panel(frame, study.names, [*_names(study), EXPOSURE], points, study.switches)
    baseline, *others = study.names
    lone = not study.axes
    rows = [r for o in others for r in paired_effects.effects(p, study.measures, o, baseline, study.seed, lone)]
    crossed = crossing.crossings(study.names, study.factors)
    content = _head(study, p, frame) | {
        "effects": [_with_base_rate(r, p, study) for r in judged(rows)],
        "between": judged(list(_between(p, study))),
        "factorial": crossing.factorial(p, study.measures, crossed),
        "triples": crossing.triples(p, study.measures, crossed),
        "paths": list(_paths(p, study, frame, paths or {})),
        "parts": [] if parts is None else list(_parts(p, study, parts)),
    }
    from custodes.experiment.verdict import paragraph

    return Comparison(content | {"words": paragraph(content)})


def _names(study: Study) -> list[str]:
    return [m.name for m in study.measures]


def _head(s: Study, p: Panel, frame: "pd.DataFrame") -> dict[str, Any]:
    asked = sum(m.primary and p.has(m.name) for m in s.measures) * (len(s.plans) - 1)
    return {
        "format": FORMAT,
        "scenario": s.scenario,
        "scenario_title": s.scenario_title or s.scenario,
        "scenario_digest": s.scenario_digest,
        "code_version": s.code_version,
        "start": s.start,
        "seed": s.seed,
        "sample": s.sample,
        "weeks": s.weeks,
        "countries": len(p.countries),
        "points": len(np.unique(p.points)),
        "lucks": s.lucks,
        "runs": len(frame) + len(s.fell_before) * len(s.plans),
        "failed": [dict(f) for f in s.failed],
        "left_out": list(p.left_out),
        "first_week": s.first_week,
        "fell_before": list(s.fell_before),
        "uncertain": s.uncertain,
        "unknowns": len(s.axes),
        "axes": [dict(a) for a in s.axes],
        "primary": [m.name for m in s.measures if m.primary],
        "asked_beforehand": asked,
        "expected_by_chance": round(asked * (1.0 - iv.CONFIDENCE), 2),
        "limits": list(s.limits),
        "command": s.command,
        "plans": [dict(plan) | {"sources": list(plan.get("sources", ()))} for plan in s.plans],
    }


def _with_base_rate(r: dict[str, Any], p: Panel, s: Study) -> dict[str, Any]:
    """History beside an outcome, and how often a year the model has it without and with the plan."""
    if r["kind"] != "share":
        return r
    years = {name: _years(p, name, s.weeks) for name in (r["plan"], r["against"])}
    each = {
        key: None if r[mean] is None else r[mean] * len(p.countries) / years[name]
        for key, mean, name in (("yearly", "mean", r["plan"]), ("yearly_against", "mean_against", r["against"]))
    }
    rate = s.base_rates.get(r["measure"])
    return r | each | {"base_rate": dict(rate) if rate else None}


def _years(p: Panel, plan: str, weeks: int) -> float:
    """Country-years at risk of the breakdown."""
    at_risk = float(p.of(plan, [EXPOSURE]).sum()) if p.has(EXPOSURE) else float(weeks * len(p.countries))
    return max(at_risk, 1.0) / WEEKS_PER_YEAR


def _between(p: Panel, s: Study) -> Iterator[dict[str, Any]]:
    """Every plan against every other, on the measures named beforehand, the outcomes, and suffering."""
    some = [m for m in s.measures if m.primary or m.suffering or m.kind == "share"]
    for against, plan in combinations(s.names[1:], 2):
        for r in paired_effects.effects(p, some, plan, against, s.seed, lone=True):
            yield {k: v for k, v in r.items() if k not in ("split", "by_mechanism", "base_rate")}


def _paths(p: Panel, s: Study, frame: "pd.DataFrame", paths: Mapping[str, F]) -> Iterator[dict[str, Any]]:
    """Levels and differences over time, of the countries that met every plan."""
    everyone = np.unique(frame["country"].to_numpy(np.int64))
    for series, array in paths.items():
        if array.ndim != 3 or array.shape[:2] != (len(everyone), len(s.plans)):
            raise ValueError(
                f"paths of '{series}' have shape {array.shape}, not ({len(everyone)}, {len(s.plans)}, weeks)"
            )
        some = array[np.searchsorted(everyone, p.countries)]
        for i, name in enumerate(s.names):
            yield {
                "series": series,
                "unit": s.units.get(series, ""),
                "plan": name,
                "weeks": list(range(array.shape[2])),
                "levels": _quantiles(some[:, i], QUANTILES),
                "difference": _difference(some[:, i] - some[:, 0], p),
            }


def _quantiles(x: F, wanted: Mapping[str, float]) -> dict[str, list[float | None]]:
    """Quantiles over countries of each week, (countries, weeks); None where no country has a value."""
    known = np.isfinite(x)
    some, whole = known.any(axis=0), known.all(axis=0)
    out = np.full((len(wanted), x.shape[1]), np.nan)
    out[:, whole] = np.quantile(x[:, whole], list(wanted.values()), axis=0)
    if (some & ~whole).any():
        out[:, some & ~whole] = np.nanquantile(x[:, some & ~whole], list(wanted.values()), axis=0)
    return {q: _reals(row) for q, row in zip(wanted, out, strict=True)}


def _difference(d: F, p: Panel) -> dict[str, list[float | None]]:
    """Bands of single countries and the average with its interval, in weeks that every country has."""
    whole = np.isfinite(d).all(axis=0)
    e = iv.average(np.where(whole, d, 0.0), p.points)
    of = {"mean": e.value, "mean_low": e.low, "mean_high": e.high}
    named = {k: QUANTILES[k] for k in ("q05", "q50", "q95")}
    return _quantiles(d, named) | {k: _reals(np.where(whole, v, np.nan)) for k, v in of.items()}


def _reals(x: F) -> list[float | None]:
    return [real(v) for v in x.tolist()]


def _parts(p: Panel, s: Study, parts: "pd.DataFrame") -> Iterator[dict[str, Any]]:
    """Who pays: differences by province, class and organ."""
    units = {m.name: m.unit for m in s.measures}
    some = parts[parts["country"].isin(p.countries)]
    for (measure, by), rows in some.groupby(["measure", "by"], sort=False):
        wide = rows.pivot_table(index="country", columns=["plan", "part"], values="value", sort=False).reindex(
            p.countries
        )
        names = list(dict.fromkeys(rows["part"]))
        for plan in s.names[1:]:
            d = np.stack([_column(wide, plan, n) - _column(wide, s.names[0], n) for n in names], axis=1)
            about = {"plan": plan, "measure": measure, "unit": units.get(str(measure), ""), "by": by}
            yield from (about | {"part": n} | r for n, r in zip(names, _part_rows(d, p), strict=True))


def _column(wide: "pd.DataFrame", plan: str, part: str) -> F:
    known = (plan, part) in wide.columns
    return np.asarray(wide[(plan, part)], dtype=np.float64) if known else np.full(len(wide), np.nan)


def _part_rows(d: F, p: Panel) -> list[dict[str, Any]]:
    """Average differences (countries, parts), each over the countries that know it."""
    whole = np.isfinite(d).all()
    if whole:
        e = iv.level(d, p.points)
        return [interval(e, i, "difference") | {"n": len(d)} for i in range(d.shape[1])]
    return [_part_row(d[:, i], p) for i in range(d.shape[1])]


def _part_row(d: F, p: Panel) -> dict[str, Any]:
    known = np.isfinite(d)
    if not known.any():
        return {"difference": None, "low": None, "high": None, "n": 0}
    return interval(iv.level(d[known], p.points[known]), 0, "difference") | {"n": int(known.sum())}


__all__ = ["PRIMARY", "Comparison", "Study", "abouts", "compare"]
