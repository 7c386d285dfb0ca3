"""What each policy does: paired differences between the same possible countries with and without it.

A difference of one country holds its parameters, its mechanism (the rival theories among which the model can switch) and its
luck. Averages have intervals that more runs shrink; the range of single countries more runs do not shrink.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes.errors import BadResults
from custodes.experiment import intervals as iv
from custodes.experiment import scales
from custodes.experiment.intervals import I64, Estimate, F
from custodes.experiment.splits import Split, split

if TYPE_CHECKING:
    import pandas as pd

B = NDArray[np.bool_]
EXPOSURE: Final = "exposure"  #: column: weeks until the breakdown or the end of the run
EXPOSED: Final = "breakdown"  #: the measure whose weeks at risk are known
RANGE: Final = (0.05, 0.95)  #: of single countries
PAIR: Final = (1.0, -1.0)


@dataclass(frozen=True)
class About:
    """What a measure is, as far as comparing goes."""

    name: str
    unit: str = ""
    meaning: str = ""
    kind: str = "level"  #: "share": 0 or 1 of a run; "level": a number
    better: str = ""  #: "lower", "higher" or neither
    suffering: bool = False
    primary: bool = False  #: named before the runs were seen

    @classmethod
    def of(cls, measure: Any, primary: Sequence[str]) -> "About":
        """From a measure of `measures.py`."""
        m = measure
        return cls(m.name, m.unit, m.meaning, m.kind, m.better, bool(m.suffering), m.name in primary)


@dataclass(frozen=True)
class Panel:
    """The countries that were met by every plan."""

    plans: tuple[str, ...]  #: the baseline first
    columns: tuple[str, ...]
    countries: I64
    points: I64  #: (countries,)
    values: F  #: (plans, countries, columns)
    switches: dict[str, NDArray[Any]]  #: switch -> choice of each country
    left_out: tuple[int, ...]  #: countries in which some plan's run failed or is missing

    def of(self, plan: str, columns: Sequence[str]) -> F:
        """(countries, columns) of a plan."""
        return self.values[self.plans.index(plan)][:, [self.columns.index(c) for c in columns]]

    def has(self, column: str) -> bool:
        return column in self.columns


def panel(
    frame: "pd.DataFrame",
    plans: Sequence[str],
    columns: Sequence[str],
    points: "pd.DataFrame | None" = None,
    switches: Sequence[str] = (),
) -> Panel:
    """Countries by plans from one row a run; a country that some plan has not met is left out and named.

    `points`: one row a country, with a column for each of `switches`. BadResults where no country is whole.
    """
    some = frame[frame["plan"].isin(plans)]
    met = some.groupby("country")["plan"].nunique()
    whole = np.sort(met[met == len(plans)].index.to_numpy(np.int64))
    everyone = frame["country"].to_numpy(np.int64) if points is None else points["country"].to_numpy(np.int64)
    left_out = tuple(int(c) for c in np.setdiff1d(np.union1d(everyone, frame["country"].to_numpy(np.int64)), whole))
    if whole.size == 0:
        raise BadResults(f"No country was met by all of {', '.join(plans)}: let more runs finish with --resume.")
    known = [c for c in columns if c in frame.columns]
    rows = some[some["country"].isin(whole)].drop_duplicates(["country", "plan"]).set_index(["plan", "country"])
    values = np.stack([rows.loc[p].reindex(whole)[known].to_numpy(np.float64) for p in plans])
    point = rows.loc[plans[0]].reindex(whole)["point"].to_numpy(np.int64)
    return Panel(tuple(plans), tuple(known), whole, point, values, _choices(points, whole, switches), left_out)


def _choices(points: "pd.DataFrame | None", whole: I64, switches: Sequence[str]) -> dict[str, NDArray[Any]]:
    if points is None:
        return {}
    table = points.drop_duplicates("country").set_index("country").reindex(whole)
    return {s: table[s].astype(str).to_numpy() for s in switches if s in table.columns}


def effects(
    p: Panel, about: Sequence[About], plan: str, against: str, seed: int = 0, lone: bool = False
) -> list[dict[str, Any]]:
    """One row a measure: `plan` less `against`. `found` is still to be judged, over all rows, by `judged`.

    `lone`: nothing but luck is unknown. Measures that no run has are left out.
    """
    rows: list[dict[str, Any]] = []
    known = [a for a in about if p.has(a.name)]
    for kind in ("share", "level"):
        of_kind = [a for a in known if a.kind == kind]
        a, b = (p.of(name, [m.name for m in of_kind]) for name in (plan, against))
        for keep, where in _whole(np.isfinite(a) & np.isfinite(b)):
            chosen = [of_kind[i] for i in where]
            rows += _rows(p, chosen, a[np.ix_(keep, where)], b[np.ix_(keep, where)], keep, plan, against, seed, lone)
    order = {m.name: i for i, m in enumerate(known)}
    return sorted(rows, key=lambda r: order[r["measure"]])


def _whole(finite: B) -> Iterator[tuple[I64, I64]]:
    """Columns that are known in the same countries, together: (countries, columns)."""
    masks: dict[bytes, list[int]] = {}
    for i in range(finite.shape[1]):
        masks.setdefault(finite[:, i].tobytes(), []).append(i)
    for columns in masks.values():
        yield np.flatnonzero(finite[:, columns[0]]), np.array(columns)


def _rows(
    p: Panel, about: list[About], a: F, b: F, keep: I64, plan: str, against: str, seed: int, lone: bool
) -> list[dict[str, Any]]:
    if len(keep) == 0:
        return [nothing(m, plan, against, p) for m in about]
    points, d = p.points[keep], a - b
    e = paired(a, b, points, about[0].kind)
    better = better_chance(d, points, [m.better for m in about])
    parts = split(d, points, {s: c[keep] for s, c in p.switches.items()}, seed, lone)
    apart, together = unpaired(a, b, points), iv.average(d, points)
    ranges = np.quantile(d, RANGE, axis=0)
    theories = by_mechanism(p, a, b, keep, about[0].kind)
    rows = []
    for i, m in enumerate(about):
        rows.append(
            named(m, plan, against)
            | {
                "mean_against": real(b[:, i].mean()),
                "mean": real(a[:, i].mean()),
                **interval(e, i, "difference"),
                "range_low": real(ranges[0, i]),
                "range_high": real(ranges[1, i]),
                "split": parts.row(i),
                "sampling": real(e.half[i]),
                **interval(better, i, "probability_better", prefix="probability_better_"),
                "ratio": _ratio(p, m, a[:, i], b[:, i], keep, plan, against),
                "found": False,
                "p": real(e.p[i]),
                "n": len(keep),
                "changed": int((d[:, i] != 0).sum()),
                "missing": len(p.countries) - len(keep),
                "base_rate": None,
                "by_mechanism": [t | interval(est, i, "difference") | {"n": n} for t, est, n in theories],
                "unpaired_low": real(apart.low[i]),
                "unpaired_high": real(apart.high[i]),
                "variance_ratio": _times(apart, together, i),
            }
        )
    return rows


def named(m: About, plan: str, against: str) -> dict[str, Any]:
    """The columns that say what a row is of."""
    return {
        "plan": plan,
        "against": against,
        "measure": m.name,
        "unit": m.unit,
        "meaning": m.meaning,
        "kind": m.kind,
        "better": m.better,
        "suffering": m.suffering,
        "primary": m.primary,
    }


def nothing(m: About, plan: str, against: str, p: Panel) -> dict[str, Any]:
    """The row of a measure that no country has under both plans."""
    numbers = (
        "mean_against mean difference low high range_low range_high split sampling probability_better probability_better_low "
        "probability_better_high ratio p base_rate unpaired_low unpaired_high variance_ratio"
    )
    rest = {"found": False, "n": 0, "changed": 0, "missing": len(p.countries), "by_mechanism": []}
    return named(m, plan, against) | dict.fromkeys(numbers.split()) | rest


def paired(a: F, b: F, points: I64, kind: str) -> Estimate:
    """Average paired difference, (countries, columns) each."""
    if kind == "share":
        return iv.contrast(a - b, points, PAIR)
    return iv.level(a - b, points, np.concatenate([a, b]).std(axis=0))


def better_chance(d: F, points: I64, better: Sequence[str]) -> Estimate:
    """Chance that a country does better with the policy, ties half (Mann and Whitney 1947); NaN where nothing is better."""
    sign = np.array([{"lower": -1.0, "higher": 1.0}.get(b, np.nan) for b in better])
    return iv.share(
        np.where(np.isfinite(sign), 0.5 + 0.5 * np.sign(d * np.where(np.isfinite(sign), sign, 0)), np.nan), points
    )


def unpaired(a: F, b: F, points: I64) -> Estimate:
    """The difference if each plan had met as many countries of its own."""
    first, second = iv.average(a, points), iv.average(b, points)
    value = first.value - second.value
    error = np.hypot(first.error, second.error)
    df = 2 * (len(np.unique(points)) - 1)
    q = iv.student(df) if df > 0 else np.nan
    return Estimate(value, value - q * error, value + q * error, np.full(value.shape, np.nan), error)


def _times(apart: Estimate, together: Estimate, i: int) -> float | None:
    if not together.error[i] > 0:
        return None
    return real((apart.error[i] / together.error[i]) ** 2)


def _ratio(p: Panel, m: About, a: F, b: F, keep: I64, plan: str, against: str) -> dict[str, Any] | None:
    """How many times as high: of hazards for outcomes, of averages for levels above nothing."""
    points = p.points[keep]
    if m.kind == "level":
        scale, e = "level", scales.log_level(np.stack([a, b])[:, :, None], points, PAIR)
    elif m.name == EXPOSED and p.has(EXPOSURE):
        weeks = np.stack([p.of(name, [EXPOSURE])[keep, 0] for name in (plan, against)])
        scale, e = "hazard", scales.log_hazard(np.stack([a, b]), weeks, points, PAIR)
    else:
        scale, e = "cumulative hazard", scales.log_cumulative(np.stack([a, b]), points, PAIR)
    if not np.isfinite(e.value[0]):
        return None
    return {"scale": scale, "value": power(e.value[0]), "low": power(e.low[0]), "high": power(e.high[0])}


def by_mechanism(p: Panel, a: F, b: F, keep: I64, kind: str) -> list[tuple[dict[str, Any], Estimate, int]]:
    """The same difference in the countries of each choice of each switch."""
    out = []
    for switch, choices in p.switches.items():
        for choice in sorted(set(choices[keep])):
            some = choices[keep] == choice
            points = p.points[keep][some]
            out.append(
                ({"switch": switch, "choice": str(choice)}, paired(a[some], b[some], points, kind), int(some.sum()))
            )
    return out


def judged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Say what was found.

    Measures named beforehand are judged one by one, each by its own 95 % interval: they are separate questions, and verdict
    and interval then agree (Rothman 1990; how many were asked is said beside). The rest are looked over for what moved:
    among them the share of false discoveries is kept at 5 % (Benjamini and Hochberg 1995) over all plans together.
    """
    p = np.array([np.nan if r["p"] is None else r["p"] for r in rows])
    first = np.array([bool(r["primary"]) for r in rows], dtype=bool)
    found = first & (p < 1.0 - iv.CONFIDENCE)
    found[~first] = iv.discoveries(p[~first])
    return [r | {"found": bool(f)} for r, f in zip(rows, found, strict=True)]


def real(x: float) -> float | None:
    """A number as JSON has it; None where it is not known."""
    return float(x) if np.isfinite(x) else None


def power(x: float) -> float | None:
    """e to the x, where that is a number."""
    return real(np.exp(x)) if x < 700.0 else None


def interval(e: Estimate, i: int, name: str, prefix: str = "") -> dict[str, float | None]:
    """A column of estimates as named numbers."""
    return {name: real(e.value[i]), f"{prefix}low": real(e.low[i]), f"{prefix}high": real(e.high[i])}


__all__ = ["About", "Panel", "Split", "by_mechanism", "effects", "judged", "paired", "panel"]
