"""What counts as a failure: the user's words as a question, and which countries of a study are cases of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from custodes.errors import BadInput, BadResults
from custodes.experiment.intervals import I64, F
from custodes.experiment.plans import BASELINE
from custodes.flags import did_you_mean, shown

if TYPE_CHECKING:
    import pandas as pd

_ASKED: Final = re.compile(r"\s*([a-z][a-z0-9_]*)(\.change)?\s*(?:(<|>)\s*(\S+))?\s*")


@dataclass(frozen=True)
class Question:
    """What counts as a case: `sense` is `happens`, `worse`, `above` or `below`; `change`: of the difference from the baseline."""

    measure: str
    plan: str
    sense: str
    threshold: float = 0.0
    change: bool = False
    unit: str = ""
    higher_is_worse: bool = True

    @property
    def words(self) -> str:
        """As in `the measure 'bribes' is higher under sanctions than under the baseline`."""
        outcome = self.measure.replace("_", " ")
        name = f"the measure '{outcome}'"
        if self.sense == "happens":
            return f"{outcome} happens under {self.plan}"
        if self.sense == "worse":
            return (
                f"{name} is {'higher' if self.higher_is_worse else 'lower'} under {self.plan} than under the baseline"
            )
        what = f"the change of '{outcome}' by {self.plan}" if self.change else f"{name} under {self.plan}"
        return f"{what} is {self.sense} {self.threshold:g}{f' ({self.unit})' if self.unit else ''}"


@dataclass(frozen=True)
class Cases:
    """Which runs are cases: one row a country, of countries that have all the runs that it takes."""

    points: I64  #: (countries,)
    y: F  #: (countries,) 0 or 1


def question(text: str, plan: str, plans: Sequence[str], measures: Sequence[Any]) -> Question:
    """A question from what the user wrote; BadInput in one sentence for one that cannot be read.

    `breakdown` (an outcome: it happens), `bribes` (a level: worse than under the baseline), `food_stress>0.3` (a level under the
    plan), `bribes.change>0.01` (its difference from the baseline).
    """
    if plan not in plans:
        mend = did_you_mean(plan, list(plans)) or f" It has {', '.join(plans)}."
        raise BadInput(f"--policy: '{shown(plan)}' is not a plan of this study.{mend}")
    read = _ASKED.fullmatch(text)
    by_name = {m.name: m for m in measures}
    name = read[1] if read else text.strip()
    if read is None or name not in by_name:
        mend = did_you_mean(name, list(by_name)) or " Write bribes, food_stress>0.3 or bribes.change>0.01."
        raise BadInput(f"--failing: '{shown(text)}' names no measure.{mend}")
    m = by_name[name]
    change, sign = bool(read[2]), read[3]
    if sign is not None:
        return Question(
            name, _against(plan, change), "above" if sign == ">" else "below", _number(text, read[4]), change, m.unit
        )
    if change:
        raise BadInput(f"--failing: '{shown(text)}' wants a threshold, such as {name}.change>0.01.")
    if m.kind == "share":
        return Question(name, plan, "happens", 0.5, False, m.unit)
    if not m.better:
        raise BadInput(
            f"--failing: neither side of '{name}' is worse: give a threshold, such as {name}>0.5 or {name}.change>0."
        )
    return Question(name, _against(plan, True), "worse", 0.0, True, m.unit, m.better == "lower")


def _against(plan: str, change: bool) -> str:
    if change and plan == BASELINE:
        raise BadInput("--policy: the baseline cannot differ from itself; name the policy that may fail.")
    return plan


def _number(text: str, number: str) -> float:
    try:
        value = float(number)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise BadInput(f"--failing: '{shown(number)}' in '{shown(text)}' is not a number.")
    return value


def cases(frame: "pd.DataFrame", q: Question) -> Cases:
    """Which countries are cases, of those whose runs are there. BadResults when there is none."""
    if q.measure not in frame.columns:
        raise BadResults(f"no run of this study has the measure '{q.measure}'.")
    values = frame.pivot_table(index=["country", "point"], columns="plan", values=q.measure, sort=True)
    wanted = [q.plan, BASELINE] if q.change else [q.plan]
    there = values.reindex(columns=wanted).dropna()
    if there.empty:
        raise BadResults(f"no country has runs under {' and '.join(wanted)}: let more runs finish with --resume.")
    level = there[q.plan].to_numpy(np.float64)
    level = level - there[BASELINE].to_numpy(np.float64) if q.change else level
    over = q.sense in ("happens", "above") or (q.sense == "worse" and q.higher_is_worse)
    y = level > q.threshold if over else level < q.threshold
    return Cases(there.index.get_level_values("point").to_numpy(np.int64), y.astype(np.float64))


def asked(q: Question) -> str:
    """A question as the user would write it."""
    if q.sense in ("happens", "worse"):
        return q.measure
    return f"{q.measure}{'.change' if q.change else ''}{'>' if q.sense == 'above' else '<'}{q.threshold:g}"
