"""The engine as a function of points: a design of given points, its runs kept in a folder, and the measures that come out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from custodes.errors import BadResults
from custodes.experiment import design as designs
from custodes.experiment.design import Design
from custodes.experiment.groups import LUCK, F, Point
from custodes.experiment.plans import Plan
from custodes.experiment.unknowns import Unknown, Unknowns
from custodes.flags import shown

if TYPE_CHECKING:
    import pandas as pd

    from custodes.experiment.store import Store
    from custodes.scenario.load import Scenario


@dataclass(frozen=True)
class GroupDesign(Design):
    """A design of given points that may grow: what makes it the same study are the groups, not how many points there are."""

    stage: str = ""

    def identity(self) -> dict[str, Any]:
        """As any design's, without the points."""
        return replace(self, countries=()).fixed() | {"sensitivity": self.stage}

    def fixed(self) -> dict[str, Any]:
        """The identity of the design as it stands."""
        return super().identity()


def design_of_points(
    scenario: "Scenario",
    plans: Sequence[Plan],
    known: Unknowns,
    points: Sequence[Point],
    *,
    stage: str,
    weeks: int,
    k: int,
    seed: int = 1,
    lucks: int = 1,
) -> GroupDesign:
    """A design of points whose luck is given with them: points that name the same luck have the same seeds."""
    values = [{name: v for name, v in p.items() if name != LUCK} for p in points]
    made = designs.of_points(scenario, plans, known, values, weeks=weeks, k=k, seed=seed, lucks=lucks)
    seeds = {p[LUCK]: number for number, p in reversed(list(enumerate(points)))} if points and LUCK in points[0] else {}
    countries = tuple(
        replace(c, seed=designs.luck_seed(seed, lucks * seeds.get(points[c.point].get(LUCK), 0) + c.luck))
        for c in made.countries
    )
    fields = {name: getattr(made, name) for name in Design.__dataclass_fields__}
    return GroupDesign(**(fields | {"countries": countries}), stage=stage)


@dataclass(frozen=True)
class Engine:
    """The engine as a function of points: runs them (or finds them in the folder) and gives the measures, (points, measures)."""

    scenario: "Scenario"
    known: Unknowns
    plans: tuple[Plan, ...]
    measures: tuple[str, ...]
    folder: Path
    stage: str
    weeks: int
    k: int
    seed: int
    lucks: int
    run: Callable[..., "Store"]  #: as `ensemble.run_study`, with the machine's part settled

    def __call__(self, points: list[Point]) -> F:
        fixed = {a.name: a.value(np.array([0.5]))[0] for a in self.known.axes if is_fixed(a)}
        made = design_of_points(
            self.scenario,
            self.plans,
            self.known,
            [fixed | p for p in points],
            stage=self.stage,
            weeks=self.weeks,
            k=self.k,
            seed=self.seed,
            lucks=self.lucks,
        )
        frame = self.run(made, self.plans, self.folder).frame()
        return answers(frame, [p.name for p in self.plans], self.measures, len(points), self.lucks)


def answers(frame: "pd.DataFrame", plans: Sequence[str], measures: Sequence[str], points: int, lucks: int = 1) -> F:
    """Measures at the points, (points, measures), averaged over lucks: levels under one plan, or the second less the first.

    NaN where a run failed.
    """
    missing = [m for m in measures if m not in frame.columns]
    if missing:
        raise BadResults(f"no run has the measure '{shown(missing[0])}'.")
    of_plan = []
    for name in plans:
        by_point = frame[(frame["plan"] == name) & (frame["point"] < points)].groupby("point")[list(measures)]
        means = by_point.mean().where(by_point.count() == lucks)
        of_plan.append(means.reindex(range(points)).to_numpy(np.float64))
    return np.asarray(of_plan[-1] - of_plan[0] if len(of_plan) > 1 else of_plan[0])


def is_fixed(axis: Unknown) -> bool:
    """Whether the user fixed a parameter, which then is no unknown."""
    span = axis.prior.get("uniform")
    return span is not None and bool(span["low"] == span["high"])
