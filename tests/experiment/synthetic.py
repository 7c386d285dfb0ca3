"""A made-up study in the shape of a store's: five plans, many countries, known effects. For tests and for drawing pages."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from custodes.experiment.comparison import PRIMARY, Comparison, Study, compare
from custodes.experiment.effects import About

WEEKS = 260
A, B = "sanctions", "information"
PLANS = ("baseline", A, B, f"{A}+{B}", "aid")
THEORIES = ("insecurity", "corruption", "faction")
#: measure -> (unit, kind, better, suffering, level without policy, effect of each plan as a part of the level)
MEASURES: dict[str, tuple[str, str, str, bool, float, tuple[float, ...]]] = {
    "breakdown": ("share of runs", "share", "", False, 0.10, (1.0, 1.5, 1.4, 3.2, 1.0)),
    "elite_coup": ("share of runs", "share", "", False, 0.04, (1.0, 2.0, 1.0, 2.0, 1.0)),
    "bribes": ("won a person and week", "level", "lower", False, 900.0, (0.0, 0.10, -0.05, 0.15, -0.02)),
    "private_support": ("share of adults", "level", "", False, 0.55, (0.0, -0.02, -0.06, -0.12, 0.01)),
    "food_stress": ("share of people", "level", "lower", True, 0.22, (0.0, 0.12, 0.0, 0.12, -0.10)),
    "arrests": ("persons a year", "level", "lower", True, 4000.0, (0.0, 0.0, 0.2, 0.3, 0.0)),
    "deaths": ("persons a year", "level", "lower", True, 900.0, (0.0, 0.0, 0.0, 0.0, 0.0)),
    "rice_price": ("won a kilogram", "level", "", False, 5000.0, (0.0, 0.08, 0.0, 0.08, -0.04)),
    "executions": ("persons a year", "level", "lower", True, 0.05, (0.0, 0.0, 0.0, 0.0, 0.0)),
}
PROVINCES = ("north", "coast", "capital")


class Made(NamedTuple):
    """Everything that `compare` takes."""

    frame: pd.DataFrame
    points: pd.DataFrame
    study: Study
    parts: pd.DataFrame
    paths: dict[str, Any]


def abouts() -> tuple[About, ...]:
    """The measures of the made-up study."""
    return tuple(
        About(name, unit, f"what {name} means", kind, better, hurt, name in PRIMARY)
        for name, (unit, kind, better, hurt, _, _) in MEASURES.items()
    )


def study(countries: int, plans: tuple[str, ...] = PLANS, failed: tuple[dict[str, Any], ...] = ()) -> Study:
    """Its description."""
    axes = (
        {
            "name": "fear.decay",
            "kind": "parameter",
            "prior": {"lognormal": {"median": 0.05, "sigma": 0.4}},
            "source": "made up",
            "grade": "C",
        },
        {
            "name": "guards.need",
            "kind": "parameter",
            "prior": {"uniform": {"low": 1.0, "high": 2.0}},
            "source": "made up",
            "grade": "C",
        },
        {
            "name": "purge.theory",
            "kind": "mechanism",
            "prior": {"choices": list(THEORIES)},
            "source": "made up",
            "grade": "D",
        },
    )
    return Study(
        scenario="made-up",
        scenario_title="A made-up country",
        scenario_digest="0" * 16,
        code_version="0.0",
        plans=tuple(
            {"name": p, "title": p.capitalize(), "rationale": "made up", "sources": ["made up"]} for p in plans
        ),
        measures=abouts(),
        weeks=WEEKS,
        start="2017-01-02",
        seed=7,
        axes=axes,
        failed=failed,
        base_rates={
            "breakdown": {"rate": 0.0227, "low": 0.014, "high": 0.035, "source": "Geddes, Wright and Frantz 2014"}
        },
        units={"private_support": "share of adults", "bribes": "won a person and week"},
        command=f"custodes compare made-up --runs {countries}",
    )


def made(countries: int = 200, seed: int = 1, failures: bool = True) -> Made:
    """A study of `countries` (two lucks a point). Countries 3 and 8 fail under one plan each, if `failures`."""
    rng = np.random.default_rng(seed)
    country = np.arange(countries)
    point = country // 2
    n_points = int(point[-1]) + 1
    theory = np.array(THEORIES)[rng.integers(0, 3, n_points)][point]
    strength = rng.lognormal(0.0, 0.4, n_points)[point] * np.where(theory == "insecurity", 1.5, 0.75)
    frame = _frame(rng, country, point, strength)
    failed: tuple[dict[str, Any], ...] = ()
    if failures:
        failed = (
            {"country": 3, "plan": A, "cause": "the books did not close in week 12"},
            {"country": 8, "plan": "aid", "cause": "out of memory"},
        )
        for f in failed:
            frame = frame[~((frame["country"] == f["country"]) & (frame["plan"] == f["plan"]))]
    points = pd.DataFrame(
        {"country": country, "point": point, "luck": country % 2, "fear.decay": 0.05 * strength, "purge.theory": theory}
    )
    return Made(
        frame.reset_index(drop=True),
        points,
        study(countries, failed=failed),
        _parts(rng, country, strength),
        _paths(rng, country, strength),
    )


def _frame(rng: np.random.Generator, country: Any, point: Any, strength: Any) -> pd.DataFrame:
    n = len(country)
    shared = {m: rng.normal(size=int(point[-1]) + 1)[point] + rng.normal(size=n) for m in MEASURES}
    luck = {m: rng.random(n) for m in MEASURES}
    frames = []
    for i, plan in enumerate(PLANS):
        columns: dict[str, Any] = {
            "country": country,
            "point": point,
            "luck": country % 2,
            "seed": country + 1000,
            "plan": plan,
        }
        for name, (_, kind, _, _, base, effects) in MEASURES.items():
            if name == "executions":
                columns[name] = np.zeros(n)
            elif kind == "share":
                columns[name] = (luck[name] < 1.0 - np.exp(-base * effects[i])).astype(float)
            else:
                level = base * np.exp(0.25 * shared[name])
                columns[name] = level * (1.0 + effects[i] * strength + (0.02 * rng.normal(size=n) if i else 0.0))
        fell = columns["breakdown"] > 0
        columns["exposure"] = np.where(fell, np.ceil(luck["breakdown"] / 0.3 * WEEKS).clip(1, WEEKS), WEEKS)
        columns["outcome"] = np.where(fell, "uprising", "none")
        columns["outcome_week"] = np.where(fell, columns["exposure"], np.nan)
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def _parts(rng: np.random.Generator, country: Any, strength: Any) -> pd.DataFrame:
    rows = []
    for i, plan in enumerate(PLANS):
        for k, province in enumerate(PROVINCES):
            value = (
                0.2
                * (1 + 0.1 * k)
                * (1.0 + MEASURES["food_stress"][5][i] * (k + 1) / 2 * strength + 0.01 * rng.normal(size=len(country)))
            )
            rows.append(
                pd.DataFrame(
                    {
                        "country": country,
                        "plan": plan,
                        "measure": "food_stress",
                        "by": "province",
                        "part": province,
                        "value": value,
                    }
                )
            )
    return pd.concat(rows, ignore_index=True)


def _paths(rng: np.random.Generator, country: Any, strength: Any) -> dict[str, Any]:
    weeks = np.arange(WEEKS)
    out = {}
    for name in ("private_support", "bribes"):
        base, effects = MEASURES[name][4], np.array(MEASURES[name][5])
        common = np.exp(
            0.2 * rng.normal(size=(len(country), 1, 1))
            + 0.03 * rng.normal(size=(len(country), 1, WEEKS)).cumsum(axis=2) / 5
        )
        grown = 1.0 + effects[:, None] * strength[:, None, None] * (1 - np.exp(-weeks / 60.0))
        out[name] = base * common * grown
    return out


def comparison(countries: int = 200, seed: int = 1) -> Comparison:
    """The made-up study compared."""
    return compare(*made(countries, seed))
