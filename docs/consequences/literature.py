"""Figures of the exact checks: what the package's own functions give for five papers. Drawn by `make.py`."""

import math
from typing import Any

import numpy as np
from draw import Picture, curves, side_by_side

from custodes.mechanisms import extortion, tolls
from custodes.mechanisms.civil_violence import simulate
from custodes.mechanisms.incidents import cascade
from custodes.scenario.parameters import default_parameters

RED, BLUE, GREY, GOLD = "#b2182b", "#1f66a8", "#8a8a8a", "#a67c00"


def epstein() -> Picture:
    """Rebels over time, the ratio of police to rebels rounded down or exact."""
    ticks = np.arange(500)
    rounded, exact = (simulate(1, 500, rounding).active for rounding in ("floor", "exact"))
    spec = curves(
        {"ratio rounded down": (ticks, rounded), "exact ratio": (ticks, exact)},
        x="tick",
        y="rebels of 1,120 citizens",
        colours=(RED, BLUE),
        label_at={"ratio rounded down": (12, 372), "exact ratio": (12, 38)},
    )
    return Picture(
        "epstein",
        "Outbursts come from rounding",
        spec,
        "civil_violence.simulate, 40 x 40 torus, 500 ticks, seed 1. Epstein 2002, Model I.",
    )


def granovetter() -> Picture:
    """Where a crowd with normal thresholds ends, by their spread."""
    spread = np.concatenate(
        [np.arange(5.0, 12.0, 0.5), [12.0, 12.1, 12.2, 12.2221, 12.3, 12.4, 12.5], np.arange(13.0, 26.0, 0.5)]
    )
    ends = np.array([100.0 * _crowd_end(s) for s in spread])
    left = curves(
        {"share that acts": (spread, ends)},
        x="standard deviation of thresholds, mean 25 %",
        y="per cent who act at last",
        colours=(RED,),
        labels=False,
        title="Normal thresholds: a jump at 12.22",
        width=330,
        points=True,
    )
    people = np.arange(100.0)
    changed = people.copy()
    changed[1] = 2.0
    paths = {name: 100.0 * _path(t / 100.0, 110) for name, t in (("0, 1, 2 … 99", people), ("0, 2, 2 … 99", changed))}
    rounds = np.arange(111)
    right = curves(
        {n: (rounds, p) for n, p in paths.items()},
        x="round",
        y="people who act",
        colours=(RED, BLUE),
        title="A hundred people: one decides",
        width=330,
        label_at={"0, 1, 2 … 99": (22, 60), "0, 2, 2 … 99": (70, 6)},
    )
    return Picture(
        "granovetter",
        "One person, or a hair's breadth of spread, decides",
        side_by_side(left, right),
        "incidents.cascade without arrest. Granovetter 1978.",
    )


def _path(needed: Any, steps: int) -> Any:
    return cascade(np.ones(len(needed)), 1.0, 0.0, 0.0, 0.0, 0.0, steps, arrest=False, needed=needed, start=0.0)


def _crowd_end(sd: float) -> float:
    edges = np.unique(
        np.concatenate([[-3.0], np.arange(0.0, 0.04, 1e-4), np.arange(0.04, 0.09, 2e-6), np.arange(0.09, 1.9, 1e-3)])
    )
    below = np.array([0.5 * math.erfc(-(100.0 * e - 25.0) / sd / math.sqrt(2.0)) for e in edges])
    path = cascade(
        np.diff(below), 1.0, 0.0, 0.0, 0.0, 0.0, 4000, arrest=False, needed=(edges[1:] + edges[:-1]) / 2.0, start=0.0
    )
    return float(path[-1])


def kuran() -> Picture:
    """Two societies that differ in one person's threshold."""
    rest = [20, 30, 40, 50, 60, 70, 80, 100]
    lines = {}
    for second in (10, 20):
        lines[f"second person needs {second} %"] = (
            np.arange(13),
            100.0 * _path(np.array([0, second, *rest]) / 100.0, 12),
        )
    spec = curves(
        lines,
        x="round",
        y="per cent in protest",
        colours=(RED, BLUE),
        points=True,
        label_at={"second person needs 10 %": (6.2, 55), "second person needs 20 %": (6.2, 15)},
    )
    return Picture(
        "kuran",
        "A protest of a tenth, or a revolution",
        spec,
        "incidents.cascade without arrest, ten people with thresholds 0, 20 (or 10), 20, 30 … 80, 100 %. Kuran 1989.",
    )


def becker_stigler() -> Picture:
    """Chance that a guard threatens, by his pay."""
    outside, caught, bribe = 1.0, 0.25, 0.5
    wage = outside + (1.0 - caught) / caught * bribe
    pay = np.linspace(1.0, 4.0, 601)
    lines = {}
    for name, precision in (("certain guard", 1e9), ("precision 8", 8.0), ("precision 1.6, the default", 1.6)):
        lines[name] = (pay, np.array([_threat(w, outside, caught, bribe, precision) for w in pay]))
    spec = curves(
        lines,
        x="pay (outside income is 1)",
        y="chance of a threat",
        colours=(RED, GOLD, BLUE),
        rule=(wage, f"honest wage on paper: {wage:g}"),
        label_at={
            "certain guard": (1.52, 0.95),
            "precision 8": (1.05, 0.78),
            "precision 1.6, the default": (3.1, 0.29),
        },
    )
    return Picture(
        "becker-stigler",
        "A guard is honest from a wage upward",
        spec,
        "extortion.approach with one type and no plea to be had; caught with 1/4, bribe 1/2. Becker and Stigler 1974.",
    )


def _threat(pay: float, outside: float, caught: float, bribe: float, precision: float) -> float:
    group = default_parameters().group("extortion")
    p = extortion.Params(**{name: group[name] for name in extortion.Params._fields})._replace(
        gain=(1.0 - caught) * bribe,
        penalty=pay - outside,
        effort_cost=0.0,
        plea_risk=0.0,
        precision=precision,
        type_share=(1.0, 0.0, 0.0),
        type_force=(1.0, 1.0, 1.0),
    )
    one, none = np.array([1.0]), np.array([0.0])
    threat, plea = extortion.approach(one, one, none, np.full((1, 3), caught), none, p)
    # a plea for nothing stands for honesty, as abstaining does
    return float(threat[0, 0] / (threat[0, 0] + (1.0 - threat[0, 0] - plea[0, 0])))


def shleifer_vishny() -> Picture:
    """Traffic and takings of independent collectors against one owner."""
    n, a = np.arange(1, 11), 100.0
    chain = [tolls.independent_tolls(int(k), a) for k in n]
    owner = [tolls.joint_tolls(int(k), a) for k in n]
    left = curves(
        {
            "one owner": (n, np.array([tolls.traffic(t, a) for t in owner])),
            "independent": (n, np.array([tolls.traffic(t, a) for t in chain])),
        },
        x="checkpoints on the road",
        y="traffic (100 without tolls)",
        colours=(BLUE, RED),
        points=True,
        width=330,
        title="Traffic",
        label_at={"one owner": (6, 47), "independent": (3.2, 29)},
    )
    right = curves(
        {
            "one owner": (n, np.array([tolls.takings(t, a).sum() for t in owner])),
            "independent": (n, np.array([tolls.takings(t, a).sum() for t in chain])),
        },
        x="checkpoints on the road",
        y="takings of all collectors",
        colours=(BLUE, RED),
        points=True,
        width=330,
        title="Takings",
        label_at={"one owner": (6, 2370), "independent": (3.4, 1900)},
    )
    return Picture(
        "shleifer-vishny",
        "A chain of independent guards strangles the trade",
        side_by_side(left, right),
        "tolls.independent_tolls and joint_tolls, demand 100 less all tolls. Shleifer and Vishny 1993.",
    )


ALL = (epstein, granovetter, kuran, becker_stigler, shleifer_vishny)
