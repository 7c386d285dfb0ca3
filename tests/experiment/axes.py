"""Unknowns and functions whose sensitivity is known on paper."""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from custodes.experiment.groups import LUCK


@dataclass(frozen=True)
class Even:
    """An unknown that is uniform between two ends."""

    name: str
    low: float = 0.0
    high: float = 1.0
    kind: str = "parameter"

    @property
    def group(self):
        return self.name.partition(".")[0]

    def value(self, u):
        return [float(v) for v in self.low + (self.high - self.low) * u]


@dataclass(frozen=True)
class Theory:
    """A choice between rival theories, each as likely."""

    name: str
    choices: tuple[str, ...] = ("rivalry", "scapegoat")
    kind: str = "mechanism"

    @property
    def group(self):
        return self.name.partition(".")[0]

    def value(self, u):
        return [self.choices[int(v * len(self.choices))] for v in u]


def column(points, name):
    return np.array([p[name] for p in points])


def luck(points):
    """A number even on [0, 1) that depends on a point's luck alone."""
    return np.array([int(sha256(p[LUCK].encode()).hexdigest()[:12], 16) / 16**12 for p in points])


ISHIGAMI = tuple(Even(f"x.{i}", -np.pi, np.pi) for i in (1, 2, 3))


def ishigami(points):
    """Ishigami and Homma 1990, a = 7, b = 0.1: first indices .3139, .4424, 0; total .5576, .4424, .2437."""
    a, b, c = (column(points, f"x.{i}") for i in (1, 2, 3))
    return np.sin(a) + 7.0 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


TOY = (Even("fear.a"), Even("fear.b"), Even("pay.c"), Even("pay.d"), Theory("purge.theory"))


def toy(points):
    """fear.a + 2 fear.b + pay.c² + fear.a pay.c, and 1 more under rivalry; pay.d does nothing."""
    a, b, c = (column(points, n) for n in ("fear.a", "fear.b", "pay.c"))
    return a + 2.0 * b + c**2 + a * c + (column(points, "purge.theory") == "rivalry")


def toy_exact():
    """First and total indices of the groups fear, pay and purge.theory, by integration.

    Main effect of fear: 1.5 a + 2 b; of pay: c² + c/2; of the theory: 1/2 of a choice. Interplay: (a - 1/2)(c - 1/2).
    """
    fear = (1.5**2 + 2.0**2) / 12.0
    pay = (1 / 5 - 1 / 9) + 0.25 / 12.0 + 2.0 * 0.5 * (1 / 4 - 1 / 6)
    theory, both = 0.25, (1 / 12) ** 2
    whole = fear + pay + theory + both
    return np.array([fear, pay, theory]) / whole, np.array([fear + both, pay + both, theory]) / whole
