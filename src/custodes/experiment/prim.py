"""The patient rule induction method: a box in the unknowns in which something happens more often than elsewhere.

Friedman and Fisher 1999 ("Bump hunting in high-dimensional data", Statistics and Computing 9): a box is peeled, a twentieth of its
points at a time, from the side where that raises the share of cases most for the points given up, and then pasted where that
helps. Bryant and Lempert 2010 ("Thinking inside the box", Technological Forecasting and Social Change 77): coverage, density and a
quasi-p-value of each limit. Of the peeled boxes the one with the largest excess is taken: the cases inside beyond what the same
number of points would have on average, as a share of all points (weighted relative accuracy, Lavrač, Flach and Zupan 1999), for
it rewards neither tiny boxes nor huge ones. With hundreds of unknowns only those whose single cut has most excess are peeled.

Points are (points, unknowns) numbers; a choice between theories is the number of the choice, and is peeled choice by choice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

F = NDArray[np.float64]
B = NDArray[np.bool_]
I64 = NDArray[np.int64]

ALPHA: Final = 0.05  #: of the box, peeled at a time
MOST_PEELED: Final = 12  #: unknowns that are peeled at all
STAGES: Final = (5, 3, 2)  #: unknowns that are peeled again
ALONE: Final = (4, 2)  #: most promising unknowns that are peeled alone
MOST_LIMITS: Final = 4  #: unknowns that a box may limit, to be understood
LEAST_MASS: Final = 0.05  #: of all points
LEAST_POINTS: Final = 8
QUASI_P: Final = 0.05  #: above which a limit is dropped
WORTH: Final = 0.05  #: of the box's excess: what a limit must add


@dataclass(frozen=True)
class Points:
    """Where countries are, how often something happened there, and how many runs that says."""

    x: F  #: (points, unknowns)
    y: F  #: (points,) share of cases
    w: F  #: (points,) runs
    choices: B  #: (unknowns,) which are choices between theories

    def some(self, where: NDArray) -> "Points":
        """Some of the points."""
        return Points(self.x[where], self.y[where], self.w[where], self.choices)

    def columns(self, which: Sequence[int]) -> "Points":
        """Some of the unknowns."""
        keep = np.asarray(which, np.int64)
        return Points(self.x[:, keep], self.y, self.w, self.choices[keep])

    @property
    def share(self) -> float:
        return float(self.w @ self.y / self.w.sum())

    @property
    def excess(self) -> F:
        """What each point adds to the excess of a box that holds it, (points,)."""
        return self.w * (self.y - self.share) / self.w.sum()


@dataclass(frozen=True)
class Box:
    """Limits by number of the unknown: from-to of a parameter, or the choices that are in."""

    ranges: dict[int, tuple[float, float]] = field(default_factory=dict)
    allowed: dict[int, frozenset[float]] = field(default_factory=dict)

    @property
    def limited(self) -> list[int]:
        return sorted([*self.ranges, *self.allowed])

    def __len__(self) -> int:
        return len(self.ranges) + len(self.allowed)

    def inside(self, x: F) -> B:
        """Which points (points, unknowns) lie in it, (points,)."""
        keep = np.ones(len(x), dtype=bool)
        for j, (low, high) in self.ranges.items():
            keep &= (x[:, j] >= low) & (x[:, j] <= high)
        for j, some in self.allowed.items():
            keep &= np.isin(x[:, j], list(some))
        return keep

    def without(self, j: int) -> "Box":
        """The box with one unknown set free."""
        return Box({k: v for k, v in self.ranges.items() if k != j}, {k: v for k, v in self.allowed.items() if k != j})

    def within(self, j: int, low: float, high: float) -> "Box":
        """The box with a parameter limited; one that is limited on no side is free."""
        free = low == -np.inf and high == np.inf
        return self.without(j) if free else Box({**self.ranges, j: (low, high)}, self.allowed)

    def among(self, j: int, some: frozenset[float]) -> "Box":
        """The box with a choice limited."""
        return Box(self.ranges, {**self.allowed, j: some})

    def renamed(self, which: Sequence[int]) -> "Box":
        """The box found in some columns, in terms of the columns they came from."""
        return Box({which[j]: r for j, r in self.ranges.items()}, {which[j]: a for j, a in self.allowed.items()})

    def range(self, j: int) -> tuple[float, float]:
        return self.ranges.get(j, (-np.inf, np.inf))


def find(p: Points, most: int = MOST_LIMITS, alpha: float = ALPHA) -> Box:
    """The box of largest excess, of at most so many limits; without limits when none is worth telling.

    Peeling many unknowns scatters its cuts over those that chance favours: it is repeated with fewer and fewer of them, those
    that added most to the box before, and with the few that are most promising alone; the best of the boxes is taken.
    """
    if p.share in (0.0, 1.0):
        return Box()
    able = promising(p)
    found = [Box(), *(_found(p, able[:few], most, alpha)[0] for few in ALONE)]
    which = able
    for size in (*STAGES, 0):
        box, wide = _found(p, which, most, alpha)
        found.append(box)
        which = _strongest(p, wide, size)
        if not which:
            break
    return best(p, found)


def _found(p: Points, which: Sequence[int], most: int, alpha: float) -> tuple[Box, Box]:
    """The best box in some unknowns, pruned and as it was peeled and pasted."""
    some = p.columns(which)
    wide = pasted(some, best(some, peeled(some, alpha)), alpha)
    return pruned(some, wide, most).renamed(which), wide.renamed(which)


def _strongest(p: Points, box: Box, size: int) -> list[int]:
    """The unknowns whose limits add most to a box."""
    adds = {j: excess(p, box) - excess(p, box.without(j)) for j in box.limited}
    return sorted(adds, key=lambda j: -adds[j])[:size]


def excess(p: Points, box: Box) -> float:
    """Cases in the box beyond what as many points have on average, as a share of all."""
    return float(p.excess[box.inside(p.x)].sum())


def promising(p: Points, most: int = MOST_PEELED) -> list[int]:
    """The unknowns whose single cut, or set of choices, has most excess, the most promising first."""
    gain = p.excess
    order = np.argsort(p.x, axis=0, kind="stable")
    score = np.abs(np.cumsum(gain[order], axis=0)).max(axis=0)
    for j in np.flatnonzero(p.choices):
        _, at = np.unique(p.x[:, j], return_inverse=True)
        score[j] = np.maximum(np.bincount(at.ravel(), weights=gain), 0.0).sum()
    return list(np.argsort(-score, kind="stable")[:most].tolist())


# --- peeling ----------------------------------------------------------------------------------------------------------


def peeled(p: Points, alpha: float = ALPHA) -> list[Box]:
    """All boxes from the whole to the smallest, each a peel of the one before."""
    least = max(LEAST_POINTS, ceil(LEAST_MASS * len(p.x)))
    box, inside = Box(), np.ones(len(p.x), dtype=bool)
    out = [box]
    while inside.sum() > least:
        options = [(gain, new) for gain, new in _peels(p.some(inside), box, alpha, least) if gain > -np.inf]
        if not options:
            break
        _, box = max(options, key=lambda option: option[0])
        inside = box.inside(p.x)
        out.append(box)
    return out


def _peels(p: Points, box: Box, alpha: float, least: int) -> Iterator[tuple[float, Box]]:
    """For each peel that leaves enough points: what it raises the share by for each run given up, and the box that is left."""
    k = max(1, ceil(alpha * len(p.x)))
    numbers = np.flatnonzero(~p.choices)
    if numbers.size:
        x = p.x[:, numbers]
        for sign in (1.0, -1.0):
            edge = np.partition(sign * x, k - 1, axis=0)[k - 1]
            out = sign * x <= edge
            gain = _gain(p, out, least)
            i = int(np.argmax(gain))
            if gain[i] > -np.inf:
                yield float(gain[i]), _cut(box, int(numbers[i]), x[:, i], out[:, i], sign)
    for j in np.flatnonzero(p.choices).tolist():
        there = np.unique(p.x[:, j])
        for choice in there if len(there) > 1 else ():
            gain = _gain(p, (p.x[:, j] == choice)[:, None], least)
            yield float(gain[0]), box.among(j, frozenset(there.tolist()) - {float(choice)})


def _gain(p: Points, out: B, least: int) -> F:
    """Rise of the share of cases for each run given up, (candidates,), of points `out` (points, candidates)."""
    w, cases = p.w, p.w * p.y
    lost, lost_cases = w @ out, cases @ out
    left = w.sum() - lost
    enough = (len(p.x) - out.sum(axis=0) >= least) & (left > 0)
    share = (cases.sum() - lost_cases) / np.where(enough, left, 1.0)
    return np.where(enough, (share - p.share) / np.maximum(lost, 1e-300), -np.inf)


def _cut(box: Box, j: int, x: F, out: B, sign: float) -> Box:
    """The box cut half-way between the last point outside and the first inside."""
    low, high = box.range(j)
    if sign > 0:
        low = float(x[out].max() + x[~out].min()) / 2.0
    else:
        high = float(x[out].min() + x[~out].max()) / 2.0
    return box.within(j, low, high)


def best(p: Points, boxes: Sequence[Box]) -> Box:
    """The box with the largest excess."""
    return boxes[int(np.argmax([excess(p, b) for b in boxes]))]


# --- pasting and pruning ----------------------------------------------------------------------------------------------


def pasted(p: Points, box: Box, alpha: float = ALPHA) -> Box:
    """The box widened, a twentieth of its points at a time, wherever that adds to its excess."""
    now = excess(p, box)
    while True:
        options = [(excess(p, new), new) for new in _pastes(p, box, alpha)]
        value, new = max(options, key=lambda option: option[0], default=(now, box))
        if value <= now:
            return box
        now, box = value, new


def _pastes(p: Points, box: Box, alpha: float) -> Iterator[Box]:
    k = max(1, ceil(alpha * box.inside(p.x).sum()))
    for j, (low, high) in box.ranges.items():
        free = p.x[box.without(j).inside(p.x), j]
        below, above = np.sort(free[free < low])[::-1], np.sort(free[free > high])
        if below.size:
            yield box.within(j, float(below[min(k, below.size) - 1]) if below.size > k else -np.inf, high)
        if above.size:
            yield box.within(j, low, float(above[min(k, above.size) - 1]) if above.size > k else np.inf)
    for j, some in box.allowed.items():
        everything = frozenset(np.unique(p.x[:, j]).tolist())
        for choice in everything - some:
            wider = some | {choice}
            yield box.without(j) if wider == everything else box.among(j, wider)


def pruned(p: Points, box: Box, most: int = MOST_LIMITS) -> Box:
    """The box without limits that add too little, that chance would give, or that are too many to be understood."""
    while len(box):
        whole = excess(p, box)
        adds = {j: whole - excess(p, box.without(j)) for j in box.limited}
        weakest = min(adds, key=lambda j: adds[j])
        doubtful = max(box.limited, key=lambda j: quasi_p(p, box, j))
        if len(box) > most or adds[weakest] < WORTH * whole:
            box = box.without(weakest)
        elif quasi_p(p, box, doubtful) > QUASI_P:
            box = box.without(doubtful)
        else:
            break
    return box


def quasi_p(p: Points, box: Box, j: int) -> float:
    """The chance that the box without its limit on `j` would give as many cases to as many points (Bryant and Lempert 2010).

    Quasi: the limit was chosen to make it small. Points count once, however many runs they have.
    """
    from scipy.special import betainc

    inside, wider = box.inside(p.x), box.without(j).inside(p.x)
    n, cases = float(inside.sum()), float(p.y[inside].sum())
    share = float(p.y[wider].mean()) if wider.any() else 0.0
    if cases <= 0.0 or n == 0.0:
        return 1.0
    return float(betainc(cases, n - cases + 1.0, share)) if share < 1.0 else 1.0
