"""Which groups of unknowns move an answer at all: Morris's screening, by SALib.

Trajectories through the unknowns change one group at a time (Morris 1991; groups: Campolongo, Cariboni and Saltelli 2007); mu* is
the average size of the change. All unknowns stay between the 5th and 95th hundredth of what is believed, at four levels. Every
trajectory has luck of its own, shared by its points until luck's turn comes to change.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

import numpy as np

from custodes.experiment.groups import LUCK, Evaluate, F, Group, Point, outputs, points_of, problem

LEVELS: Final = 4
SPAN: Final = (0.05, 0.95)  #: of every distribution
DRAWS: Final = 1000  #: of every bootstrap
CONFIDENCE: Final = 0.95
FEWEST: Final = 4  #: trajectories
HALF: Final = 0.35  #: of the largest mu*: widest half-width with which a ranking is told
ENOUGH: Final = 0.9  #: of all groups' squared mu*: what the chosen groups must have
AS_GOOD: Final = 0.8  #: of what was chosen: what another sample's choice must have, in 95 of 100 samples
MOST_KEPT: Final = 8


@dataclass(frozen=True)
class Sample:
    """Points to be met, and where they came from."""

    groups: tuple[Group, ...]
    points: list[Point]
    u: F  #: (points, columns)
    problem: dict[str, Any]
    size: int  #: trajectories, or base points

    @property
    def block(self) -> int:
        """Points of a trajectory or around a base point: they are analysed whole or not at all."""
        return len(self.points) // self.size


@dataclass(frozen=True)
class Verdict:
    """Whether an answer may be given, and how many points more it would want."""

    words: str = ""  #: why not; empty when it may
    more: int = 0

    @property
    def enough(self) -> bool:
        return not self.words


@dataclass(frozen=True)
class Screening:
    """mu* of every group for one measure; `keep` are the groups that are worth a closer look."""

    names: tuple[str, ...]
    mu_star: F
    half: F  #: of the 95 % interval
    keep: tuple[str, ...]
    trajectories: int
    left_out: int  #: trajectories with a failed run
    verdict: Verdict

    def rows(self) -> list[dict[str, Any]]:
        """Groups from the strongest, as plain values."""
        order = np.argsort(-self.mu_star, kind="stable")
        return [self._row(int(i)) for i in order]

    def _row(self, i: int) -> dict[str, Any]:
        m, h = float(self.mu_star[i]), float(self.half[i])
        return {
            "group": self.names[i],
            "mu_star": m,
            "low": max(0.0, m - h),
            "high": m + h,
            "kept": self.names[i] in self.keep,
        }


def seed_of(seed: int, use: str) -> int:
    """A seed of 32 bits for one use of it, never 0, which SALib takes for none."""
    return int.from_bytes(hashlib.sha256(f"custodes {use} {seed}".encode()).digest()[:4], "big") | 1


def sample(groups: Sequence[Group], trajectories: int, seed: int = 1) -> Sample:
    """Trajectories through the groups; the first ones are the same however many there are."""
    from SALib.sample import morris

    asked = problem(groups, *SPAN)
    u = np.asarray(morris.sample(asked, trajectories, num_levels=LEVELS, seed=seed_of(seed, "screening")))
    block = len(groups) + 1
    levels = u[:, -1] if groups[-1].kind == LUCK else np.zeros(len(u))
    luck = [f"{i // block}:{round(LEVELS * float(v))}" for i, v in enumerate(levels)]
    return Sample(tuple(groups), points_of(groups, u, luck), u, asked, trajectories)


def whole(drawn: Sample, y: F) -> np.ndarray:
    """Which points (points,) belong to a trajectory or base point all of whose runs have an answer."""
    good = np.isfinite(y).reshape(drawn.size, drawn.block).all(axis=1)
    return np.repeat(good, drawn.block)


def screen(drawn: Sample, y: F, seed: int = 1, name: str = "the measure", runs_a_point: int = 1) -> Screening:
    """mu* of the groups for outputs y (points,), with intervals by SALib's bootstrap and the judgement of the ranking."""
    from SALib.analyze import morris

    good = whole(drawn, y)
    left, used = y[good], int(good.sum()) // drawn.block
    names = tuple(g.name for g in drawn.groups)
    lost = drawn.size - used
    if used < FEWEST:
        words = f"{used} whole trajectories are too few to say what moves {name}: run at least {FEWEST}."
        return _unknown(names, used, lost, Verdict(words, (FEWEST - used) * drawn.block * runs_a_point))
    if np.ptp(left) == 0.0:
        words = f"{name} is {left[0]:.4g} in all {len(left)} points of the screening: nothing that is uncertain moves it in these runs."
        return _unknown(names, used, lost, Verdict(words, 0))
    found = morris.analyze(
        drawn.problem,
        drawn.u[good],
        left,
        DRAWS,
        CONFIDENCE,
        num_levels=LEVELS,
        seed=seed_of(seed, "intervals of screening"),
    )
    mu_star, half = (np.ma.filled(np.ma.asarray(found[k], np.float64), 0.0) for k in ("mu_star", "mu_star_conf"))
    steps = effects(drawn, y)
    keep = chosen(names, mu_star)
    verdict = _judge(name, names, steps, mu_star, half, keep, drawn.block * runs_a_point, seed)
    return Screening(names, mu_star, half, keep, used, lost, verdict)


def _unknown(names: tuple[str, ...], used: int, lost: int, verdict: Verdict) -> Screening:
    nothing = np.zeros(len(names))
    return Screening(names, nothing, nothing, (), used, lost, verdict)


def effects(drawn: Sample, y: F) -> F:
    """Sizes of the elementary effects, (whole trajectories, groups)."""
    good = whole(drawn, y)
    u = drawn.u[good].reshape(-1, drawn.block, drawn.u.shape[1])
    step = np.abs(np.diff(y[good].reshape(-1, drawn.block), axis=1)) * (2.0 * (LEVELS - 1) / LEVELS)
    first = np.cumsum([0, *(max(1, len(g.members)) for g in drawn.groups)])[:-1]
    moved = np.abs(np.diff(u, axis=1))[:, :, first].argmax(axis=2)  # which group each step changed
    out = np.zeros_like(step)
    np.put_along_axis(out, moved, step, axis=1)
    return out


def chosen(names: Sequence[str], mu_star: F, most: int = MOST_KEPT) -> tuple[str, ...]:
    """The fewest groups that have nine tenths of all squared mu*, at most so many; luck is not chosen."""
    return tuple(names[i] for i in _best(names, mu_star, most))


def _best(names: Sequence[str], mu_star: F, most: int) -> list[int]:
    able = [i for i in np.argsort(-mu_star, kind="stable").tolist() if names[i] != LUCK]
    square = np.cumsum(mu_star[able] ** 2)
    if square[-1] == 0.0:
        return []
    return able[: min(most, int(np.searchsorted(square, ENOUGH * square[-1])) + 1)]


def _judge(
    name: str, names: Sequence[str], steps: F, mu_star: F, half: F, keep: Sequence[str], runs: int, seed: int
) -> Verdict:
    """Too wide an interval, or a choice that another sample would not make."""
    r = len(steps)
    relative = float(half.max() / mu_star.max())
    as_good = _as_good(names, steps, mu_star, len(keep), seed)
    factor = max((relative / HALF) ** 2, 2.0 if as_good < AS_GOOD else 1.0)
    if factor <= 1.0:
        return Verdict()
    more = (ceil(r * factor) - r) * runs
    width = (
        f"the widest interval is ±{100 * relative:.0f} % of the largest effect where ±{100 * HALF:.0f} % is asked for"
    )
    why = width if relative > HALF else "another sample of this size might choose other groups"
    return Verdict(f"The sample is too small to say what moves {name}: {why}; about {more:,} more runs would do.", more)


def _as_good(names: Sequence[str], steps: F, mu_star: F, size: int, seed: int) -> float:
    """What share of the chosen groups' squared mu* the choice of 95 in 100 resampled screenings would have at least."""
    rng = np.random.default_rng(seed_of(seed, "choice of groups"))
    able = np.array([n != LUCK for n in names])
    tried = np.stack([steps[rng.integers(len(steps), size=len(steps))].mean(axis=0) for _ in range(DRAWS)])
    picked = np.argsort(-np.where(able, tried, -1.0), axis=1)[:, :size]
    square = np.where(able, mu_star, 0.0) ** 2
    return float(np.quantile(square[picked].sum(axis=1), 0.05) / max(np.sort(square)[::-1][:size].sum(), 1e-300))


def morris(groups: Sequence[Group], evaluate: Evaluate, trajectories: int = 10, seed: int = 1) -> list[Screening]:
    """Screen a function: one screening a measure."""
    drawn = sample(groups, trajectories, seed)
    y = outputs(evaluate, drawn.points)
    return [screen(drawn, y[:, m], seed) for m in range(y.shape[1])]
