"""Points in which something happens in a planted box, and elsewhere now and then."""

import numpy as np
import pandas as pd

from custodes.experiment.prim import Points
from custodes.experiment.question import Cases

THEORIES = ("insecurity", "rivalry", "scapegoat")


def points(n, unknowns, seed, inside=0.75, elsewhere=0.1):
    """A box x0 > .55, x1 < .6 among so many unknowns, of which the third is a choice of three."""
    rng = np.random.default_rng(seed)
    x = rng.random((n, unknowns))
    x[:, 2] = rng.integers(0, 3, n)
    hit = rng.random(n) < np.where((x[:, 0] > 0.55) & (x[:, 1] < 0.6), inside, elsewhere)
    return Points(x, hit.astype(float), np.ones(n), np.arange(unknowns) == 2)


def by_choice(n, unknowns, seed):
    """It happens under one theory, where the first unknown is small."""
    p = points(n, unknowns, seed, 0.0, 0.0)
    rng = np.random.default_rng(seed + 1)
    hit = rng.random(n) < np.where((p.x[:, 2] == 1.0) & (p.x[:, 0] < 0.7), 0.85, 0.08)
    return Points(p.x, hit.astype(float), p.w, p.choices)


def study(n, unknowns, seed, inside=0.75, elsewhere=0.1):
    """Values of `n` points with two lucks each, and their cases; the box is fear.x > .55, pay.x < .6."""
    rng = np.random.default_rng(seed)
    x = rng.random((n, unknowns))
    names = ["fear.x", "pay.x", *(f"other.{i}" for i in range(unknowns - 2))]
    values = pd.DataFrame(x, columns=names).assign(
        **{"purge.theory": np.array(THEORIES)[rng.integers(0, 3, n)], "point": range(n)}
    )
    values = pd.concat([values.assign(luck=i) for i in (0, 1)]).sort_values(["point", "luck"], ignore_index=True)
    values = values.assign(country=range(2 * n), seed=1)
    rate = np.repeat(np.where((x[:, 0] > 0.55) & (x[:, 1] < 0.6), inside, elsewhere), 2)
    return values, Cases(values["point"].to_numpy(), (rng.random(2 * n) < rate).astype(float))
