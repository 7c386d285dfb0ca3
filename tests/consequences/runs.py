"""Paired runs: the same country, people and luck, one thing done differently.

The country is `dprk/2017` as it stands in its first week, at 1/1000, and after that nothing happens in it but what an arm
does: the scenario's own later measures (the order of January 2017, the bans of that year) are left out, so that a
difference between two arms of one seed is the effect of the arm and of nothing else. Draws are named and counted, so two
arms share all their luck until they part.
"""

import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

import custodes as cu
from custodes.engine.run import Request, burnt_in, measures
from custodes.engine.stepper import Stepper
from custodes.observe import outcomes
from custodes.observe.events import EventLog
from custodes.observe.truth import Recorder
from custodes.results.table import Table
from custodes.scenario.load import Scenario
from custodes.scenario.policies import Policy
from custodes.week import parameters_of
from custodes.world.columns import ORGANS
from custodes.world.places import build_places

F = NDArray[np.float64]

COUNTRY: Final = "dprk/2017"
K: Final = 1000  #: one row stands for so many people
SEEDS: Final = (1, 2, 3, 4, 5)
MORE_SEEDS: Final = (1, 2, 3, 4, 5, 6, 7, 8)  #: where years and rare events need them
DONE: Final = 26  #: the week in which an arm acts: before it, the arms of a seed are one and the same run
WEEKS: Final = 104
GUARDS: Final = ["state_security", "police"]


class Arm(NamedTuple):
    """What is done: actions on levers (as in a policy), and parameters that change in week `DONE`."""

    actions: tuple[dict[str, Any], ...] = ()
    changes: tuple[tuple[str, float], ...] = ()  #: ("rations.procured", 0.05)
    weeks: int = WEEKS
    quiet: bool = True  #: leave out the scenario's own measures after its start


def at(lever: str, value: float, organ: Any = None, week: int = DONE) -> dict[str, Any]:
    """One action of an arm."""
    return {"week": week, "lever": lever, "value": value} | ({"organ": organ} if organ else {})


_ORDER: Final = at("rights_order", 0.7, GUARDS)

_PURGE: Final = at("chief_purged", 1.0, GUARDS)
_WEANED: Final = ("capital", "officials", "state_workers", "dependants")
LONG: Final = DONE + 156

ARMS: Final[dict[str, Arm]] = {
    "nothing": Arm(),
    "order": Arm((_ORDER,)),
    "order with purge": Arm((_ORDER, _PURGE)),
    "order renewed": Arm(tuple(at("rights_order", 0.7, GUARDS, week) for week in (DONE, DONE + 26, DONE + 52))),
    "fed": Arm((at("guards_pay", 1.3, "all", 0),)),
    "fed and order": Arm((at("guards_pay", 1.3, "all", 0), _ORDER)),
    "half a wage": Arm((at("guards_pay", 0.35, "all"),)),
    "living wage": Arm((at("guards_pay", 0.7, "all"),)),
    "revenue cut": Arm((at("organ_revenue_cut", 0.75, GUARDS),)),
    "rights talk": Arm((at("broadcast_reach", 3.0), at("broadcast_content", 1.0))),
    "promise": Arm((at("promise", 1.0),)),
    "growth": Arm((at("trade_cut", 0.0), at("aid_dollars", 1.0e9))),
    "long nothing": Arm(weeks=LONG),
    "no rations": Arm(changes=tuple((f"rations.coverage_{c}", 0.0) for c in _WEANED), weeks=LONG),
    "empty pool": Arm((at("budget_food", 0.0),), (("rations.procured", 0.05), ("rations.aid", 0.0)), weeks=LONG),
    "bad harvests": Arm((at("harvest_factor", 0.7), at("budget_food", 0.0)), weeks=LONG),
    "as it was": Arm(weeks=260, quiet=False),
}


@dataclass(frozen=True)
class Seen:
    """What a run showed: its series and how often each kind of event was logged."""

    table: Table
    kinds: dict[str, int]
    fell: bool  #: the regime broke down

    def of(self, name: str, organ: str | None = None) -> F:
        """A national series, (weeks,)."""
        return self.table.national(name, organ)


@cache
def seen(arm: str, seed: int) -> Seen:
    """The run of an arm with a seed; made once a process, and once a session where there is a shelf."""
    if shelf is None:
        return _run(ARMS[arm], seed)
    kept = shelf / f"{arm.replace(' ', '-')}-{seed}.pickle"
    if kept.is_file():
        return pickle.loads(kept.read_bytes())  # type: ignore[no-any-return]
    result = _run(ARMS[arm], seed)
    aside = kept.with_suffix(f".{os.getpid()}")
    aside.write_bytes(pickle.dumps(result))
    aside.replace(kept)
    return result


shelf: Path | None = None  #: where runs are kept for the other workers of a test session; set by `conftest.py`


@cache
def _country(quiet: bool) -> Scenario:
    country = cu.load(COUNTRY)
    return replace(country, timeline=country.timeline.before(0)) if quiet else country


def _run(arm: Arm, seed: int) -> Seen:
    country = _country(arm.quiet)
    if arm.actions:
        country = country.with_policy(
            Policy.model_validate(
                {
                    "name": "arm",
                    "title": "one thing done differently",
                    "rationale": "a paired run",
                    "source": "reasoned",
                    "actions": list(arm.actions),
                }
            )
        )
    if arm.changes:
        return _stepped(country, arm, seed)
    run = cu.run(country, weeks=arm.weeks, sample=f"1/{K}", seed=seed, threads=1)
    return _seen(run.table, run.log)


def _stepped(country: Scenario, arm: Arm, seed: int) -> Seen:
    """As `cu.run`, with parameters that change in week `DONE`: what no lever moves."""
    request = Request(country, arm.weeks, K, seed, 1, ())
    before = parameters_of(country.parameters)
    world, log, places = burnt_in(request, before, lambda *_: None), EventLog(country.start), build_places(country)
    recorder = Recorder(places, arm.weeks, measures(before))
    stepper = Stepper(world, before, country.timeline, log, 1)
    try:
        while world.week < arm.weeks:
            if world.week == DONE:
                stepper.p = _changed(before, arm.changes)
            log.begin_week(world.week)
            recorder.observe(world, stepper.step())
    finally:
        stepper.close()
    return _seen(Table(country.start, places.provinces, ORGANS, recorder.arrays, places.court.factions), log)


def _changed(p: Any, changes: tuple[tuple[str, float], ...]) -> Any:
    for name, value in changes:
        group, _, field = name.partition(".")
        p = p._replace(**{group: getattr(p, group)._replace(**{field: value})})
    return p


def _seen(table: Table, log: EventLog) -> Seen:
    kinds: dict[str, int] = {}
    for event in log:
        kinds[event.kind] = kinds.get(event.kind, 0) + 1
    return Seen(table, kinds, outcomes.named(outcomes.outcome(log)[0]).breakdown)


# --- differences ------------------------------------------------------------------------------------------------------


def pairs(measure: Callable[[Seen], float], arm: str, other: str = "nothing", seeds: tuple[int, ...] = SEEDS) -> F:
    """Arm less other of one number, a value a seed."""
    return np.array([measure(seen(arm, s)) - measure(seen(other, s)) for s in seeds])


def ratios(measure: Callable[[Seen], float], arm: str, other: str = "nothing", seeds: tuple[int, ...] = SEEDS) -> F:
    """Logarithm of arm over other of one positive number, a value a seed."""
    return np.array([np.log(measure(seen(arm, s)) / measure(seen(other, s))) for s in seeds])


def mean(name: str, first: int, last: int, organ: str | None = None) -> Callable[[Seen], float]:
    """Mean of a national series over weeks `first` to `last` after the arm acts, both included."""
    return lambda s: float(s.of(name, organ)[DONE + first : DONE + last + 1].mean())


#: Student's t that is passed with a probability of 1 in 1,000 when there is no effect, by degrees of freedom.
T_ONE_IN_A_THOUSAND: Final = {3: 10.215, 4: 7.173, 5: 5.893, 6: 5.208, 7: 4.785, 9: 4.297}
#: The same of 1 in 40: half the width of a 95 % interval in standard errors.
T_ONE_IN_FORTY: Final = {3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 9: 2.262}


def student(values: F) -> float:
    """Mean over its standard error."""
    return float(values.mean() / (values.std(ddof=1) / np.sqrt(values.size)))


def above(values: F, bound: float = 0.0) -> bool:
    """Whether the mean of paired differences is above a bound: one-sided t test, error rate 1 in 1,000."""
    return student(values - bound) > T_ONE_IN_A_THOUSAND[values.size - 1]


def below(values: F, bound: float = 0.0) -> bool:
    """As `above`, for the other side."""
    return above(-values, -bound)


def every(values: F, bound: float = 0.0) -> bool:
    """Whether all paired differences are above a bound: sign test, error rate 1 in 256 for eight seeds.

    For effects whose spread is lopsided, where a seed far on the right side would blind a t test.
    """
    return bool((values > bound).all())


def interval(values: F) -> tuple[float, float, float]:
    """Mean and its 95 % interval over seeds."""
    half = T_ONE_IN_FORTY[values.size - 1] * float(values.std(ddof=1)) / float(np.sqrt(values.size))
    return float(values.mean()), float(values.mean()) - half, float(values.mean()) + half
