"""What policies do together beyond the sum of what each does alone, on the plain scale and on that of ratios.

Four cells (neither, a, b, both) of the same countries: the interaction is both - a - b + neither. It is called found only where
the intervals of both scales miss zero on the same side: two hazards that merely multiply have an interaction on the scale of
probability and none on the scale of ratios; two effects that merely add up, the other way round.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Final, NamedTuple

import numpy as np

from custodes.experiment import intervals as iv
from custodes.experiment import scales
from custodes.experiment.effects import EXPOSED, EXPOSURE, PAIR, About, Panel, interval, judged, real
from custodes.experiment.intervals import I64, Estimate, F

CELLS: Final = ("none", "a", "b", "both")
INTERACTION: Final = (1.0, -1.0, -1.0, 1.0)
EIGHT: Final = ("none", "a", "b", "c", "a+b", "a+c", "b+c", "all")
THREE: Final = (-1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, 1.0)
BEYOND: Final = (2.0, -1.0, -1.0, -1.0, 0.0, 0.0, 0.0, 1.0)  #: all three less the sum of each


class Crossed(NamedTuple):
    """Plans that cross two factors, or three, in the order of CELLS or EIGHT."""

    factors: tuple[str, ...]
    plans: tuple[str, ...]


def crossings(plans: Sequence[str], factors: Sequence[str] = ()) -> list[Crossed]:
    """Pairs and triples of policies of which all combinations are among the plans; the first plan is the baseline.

    Without `factors`: every two plans whose union is a plan too, unless they are unions themselves.
    """
    by_set = {frozenset(p.split("+")): p for p in plans[1:]}
    unions = {a | b for a, b in combinations(by_set, 2) if not a & b and a | b in by_set}
    wanted = [frozenset(f.split("+")) for f in factors] or [s for s in by_set if s not in unions]
    return list(_complete(plans[0], by_set, wanted))


def _complete(baseline: str, by_set: dict[frozenset[str], str], wanted: list[frozenset[str]]) -> Iterator[Crossed]:
    for size in (2, 3):
        for some in combinations(wanted, size):
            cells = [frozenset().union(*c) for k in range(1, size + 1) for c in combinations(some, k)]
            if all(c in by_set for c in cells) and len(set(cells)) == len(cells):
                names = [by_set[c] for c in cells]
                yield Crossed(tuple(names[:size]), (baseline, *names))


def factorial(p: Panel, about: Sequence[About], crossed: Sequence[Crossed]) -> list[dict[str, Any]]:
    """One row a pair and measure, with what was found."""
    pairs = [c for c in crossed if len(c.factors) == 2]
    return [_told(r) for r in judged([_pair(p, m, c) for c in pairs for m in about if p.has(m.name)])]


def triples(p: Panel, about: Sequence[About], crossed: Sequence[Crossed]) -> list[dict[str, Any]]:
    """One row a triple and measure: the interaction of all three, and what all do beyond the sum of each."""
    three = [c for c in crossed if len(c.factors) == 3]
    return judged([_triple(p, m, c) for c in three for m in about if p.has(m.name)])


def _cells(p: Panel, m: About, c: Crossed) -> tuple[F, F, I64]:
    """The cells of a measure (cells, countries), of weeks at risk, and points, where all cells are known."""
    values = np.stack([p.of(plan, [m.name])[:, 0] for plan in c.plans])
    weeks = np.stack([p.of(plan, [EXPOSURE])[:, 0] for plan in c.plans]) if p.has(EXPOSURE) else np.ones_like(values)
    known = np.isfinite(values).all(axis=0)
    return values[:, known], weeks[:, known], p.points[known]


def _pair(p: Panel, m: About, c: Crossed) -> dict[str, Any]:
    values, weeks, points = _cells(p, m, c)
    row = {"a": c.factors[0], "b": c.factors[1], **_about(m)}
    if len(points) == 0:
        return row | _nothing(CELLS, ("effect_a", "effect_b", "effect_both", "interaction"))
    plain = plain_contrast(values, points, m.kind, INTERACTION)
    log, scale = log_contrast(values, weeks, points, m, INTERACTION, p.has(EXPOSURE))
    return row | {
        "cells": dict(zip(CELLS, _each(values, points, m.kind), strict=True)),
        **{f"effect_{k}": _effect(values, i, points, m.kind) for i, k in ((1, "a"), (2, "b"), (3, "both"))},
        "interaction": interval(plain, 0, "value"),
        "log_hazard": _log(log, scale),
        "p": survives(plain, log),
        "n": len(points),
        "found": False,
    }


def _about(m: About) -> dict[str, Any]:
    names = ("unit", "meaning", "kind", "better", "suffering", "primary")
    return {"measure": m.name} | {n: getattr(m, n) for n in names}


def _nothing(cells: Sequence[str], contrasts: Sequence[str]) -> dict[str, Any]:
    empty = dict.fromkeys(("value", "low", "high"))
    cell = {"mean": None, "low": None, "high": None, "n": 0}
    rest = {"log_hazard": None, "p": None, "n": 0, "found": False}
    return {"cells": {k: dict(cell) for k in cells}, **{k: dict(empty) for k in contrasts}, **rest}


def _each(values: F, points: I64, kind: str) -> list[dict[str, Any]]:
    """Mean and interval of each cell."""
    e = iv.share(values.T, points) if kind == "share" else iv.average(values.T, points)
    return [interval(e, i, "mean") | {"n": values.shape[1]} for i in range(len(values))]


def _effect(values: F, i: int, points: I64, kind: str) -> dict[str, float | None]:
    return interval(plain_contrast(values[[i, 0]], points, kind, PAIR), 0, "value")


def plain_contrast(values: F, points: I64, kind: str, weights: Sequence[float]) -> Estimate:
    """A contrast of cells (cells, countries) on their own scale: one column."""
    each = np.asarray(weights) @ values
    if kind == "share":
        return iv.contrast(each, points, tuple(w for w in weights if w))
    return iv.level(each, points, np.array([values.std()]))


def log_contrast(
    values: F, weeks: F, points: I64, m: About, weights: Sequence[float], exposed: bool
) -> tuple[Estimate | None, str]:
    """The same contrast of logarithms, and of what; None for levels that have no logarithm."""
    if m.kind == "level":
        e, scale = scales.log_level(values[:, :, None], points, weights), "level"
    elif m.name == EXPOSED and exposed:
        e, scale = scales.log_hazard(values, weeks, points, weights), "hazard"
    else:
        e, scale = scales.log_cumulative(values, points, weights), "cumulative hazard"
    return (e, scale) if np.isfinite(e.value[0]) else (None, "")


def _log(e: Estimate | None, scale: str) -> dict[str, Any] | None:
    return None if e is None else interval(e, 0, "interaction") | {"scale": scale}


def survives(plain: Estimate, log: Estimate | None) -> float | None:
    """The chance of so much on both scales were there nothing: the larger of the two (Berger 1982); 1 where the signs differ."""
    if log is None:
        return real(plain.p[0])
    if plain.value[0] * log.value[0] < 0:
        return 1.0
    return real(np.maximum(plain.p[0], log.p[0]))


def _triple(p: Panel, m: About, c: Crossed) -> dict[str, Any]:
    values, weeks, points = _cells(p, m, c)
    a, b, third = c.factors
    row = {"a": a, "b": b, "c": third, **_about(m)}
    if len(points) == 0:
        return row | _nothing(EIGHT, ("interaction", "beyond_sum"))
    plain = plain_contrast(values, points, m.kind, THREE)
    log, scale = log_contrast(values, weeks, points, m, THREE, p.has(EXPOSURE))
    return row | {
        "cells": dict(zip(EIGHT, _each(values, points, m.kind), strict=True)),
        "interaction": interval(plain, 0, "value"),
        "beyond_sum": interval(plain_contrast(values, points, m.kind, BEYOND), 0, "value"),
        "log_hazard": _log(log, scale),
        "p": survives(plain, log),
        "n": len(points),
        "found": False,
    }


def _told(r: dict[str, Any]) -> dict[str, Any]:
    from custodes.experiment.verdict import beyond

    return r | {"words": beyond(r)}
