"""Paired runs: the same country, people and luck, one thing done differently.

The country is `dprk/2017` as it stands in its first week, at 1/1000, and after that nobody acts in it but an arm: the
scenario's own later measures (the order of January 2017, the bans of that year) are left out, the powers outside keep
still, and the leader only follows the timeline. The court goes on, with one exception: no culprit is sought for the
people's anger, because an order that goes out with his fall a week earlier in one arm than in the other would outweigh
most of what is measured here. Draws are named and counted, so two arms share all their luck until they part.

An arm may undo each of this: `settings` are its own, and a reactive leader answers what he sees.
"""

import datetime
import os
import pickle
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

import custodes as cu
from custodes.actors.cast import Cast
from custodes.engine.run import Request, burnt_in, measures
from custodes.engine.step import Week
from custodes.engine.stepper import Stepper
from custodes.mechanisms import purge
from custodes.observe import outcomes
from custodes.observe.events import EventLog
from custodes.observe.truth import Recorder
from custodes.results.table import Table
from custodes.scenario.load import Scenario
from custodes.scenario.policies import Policy
from custodes.week import parameters_of
from custodes.world.columns import B_GUARD, B_STATE_SECURITY, IN_POST, ORGANS, PRECAUTION
from custodes.world.places import build_places
from custodes.world.state import World

F = NDArray[np.float64]

COUNTRY: Final = "dprk/2017"
K: Final = 1000  #: one row stands for so many people
SEEDS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)  #: with ten, a sign test errs as seldom as the t tests: 1 in 1,024
DONE: Final = 26  #: the week in which an arm acts: before it, the arms of a seed are one and the same run
WEEKS: Final = 104
GUARDS: Final = ["state_security", "police"]


#: Nobody acts but the arm: see above.
STILL: Final = ("leader.mode=scripted", "purge.weight_scapegoat=0")
REACTIVE: Final = ("leader.mode=reactive",)


class Arm(NamedTuple):
    """What is done: actions on levers (as in a policy), parameters that change in week `DONE`, and what a hand does."""

    actions: tuple[dict[str, Any], ...] = ()
    changes: tuple[tuple[str, Any], ...] = ()  #: ("rations.procured", 0.05)
    weeks: int = WEEKS
    quiet: bool = True  #: leave out the scenario's own measures after its start, and let the powers keep still
    settings: tuple[str, ...] = STILL
    hand: str = ""  #: name in `HANDS`: what is done to the world itself from week `DONE` on


def at(lever: str, value: float, organ: Any = None, week: int = DONE) -> dict[str, Any]:
    """One action of an arm."""
    return {"week": week, "lever": lever, "value": value} | ({"organ": organ} if organ else {})


_ORDER: Final = at("rights_order", 0.7, GUARDS)

_PURGE: Final = at("chief_purged", 1.0, GUARDS)

#: Why an official falls.
CAUSES: Final = ("scapegoat", "rivalry", "corruption", "precaution", "failure")


def _falls(cause: str) -> dict[str, Any]:
    """State security's chief is dismissed, for a cause; what follows is the court's own affair."""
    return at("purge", 1.0, "state_security") | {"details": {"cause": cause, "rank": "chief", "fate": "dismissal"}}


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
    "sanctions": Arm((at("trade_cut", 0.8), at("trade_leak", 0.1))),
    "sanctions and aid": Arm((at("trade_cut", 0.8), at("trade_leak", 0.1), at("aid_dollars", 1.5e9))),
    "both": Arm(
        (at("trade_cut", 0.8), at("trade_leak", 0.1), at("broadcast_reach", 3.0), at("broadcast_content", 1.0))
    ),
    "security purged": Arm(hand="security purged"),
    "guard purged": Arm(hand="guard purged"),
    "army slighted": Arm((at("budget_army", 0.7), at("army_attention", 0.7))),
    "edict": Arm((at("edict", 1.0, ["state_security", "police", "cadres"]),)),
    "superiors demand more": Arm(changes=(("extortion.quota", (0.9, 0.9, 0.9)),)),
    "officials keep more": Arm(changes=(("market.diverted", 0.6),)),
    **{f"{cause} falls": Arm((_falls(cause),), weeks=LONG if cause == "scapegoat" else WEEKS) for cause in CAUSES},
    "few flee": Arm(hand="few flee"),
    "many flee": Arm(hand="many flee"),
    "leader": Arm(weeks=LONG, settings=REACTIVE),
    "leader and rights talk": Arm(
        (at("broadcast_reach", 3.0), at("broadcast_content", 1.0)), weeks=LONG, settings=REACTIVE
    ),
    "long nothing": Arm(weeks=LONG),
    "no rations": Arm(changes=tuple((f"rations.coverage_{c}", 0.0) for c in _WEANED), weeks=LONG),
    "empty pool": Arm((at("budget_food", 0.0),), (("rations.procured", 0.05), ("rations.aid", 0.0)), weeks=LONG),
    "bad harvests": Arm((at("harvest_factor", 0.7), at("budget_food", 0.0)), weeks=LONG),
    "as it was": Arm(weeks=260, quiet=False, settings=REACTIVE),
}


@dataclass(frozen=True)
class Seen:
    """What a run showed: its series and how often each kind of event was logged."""

    table: Table
    kinds: dict[str, int]
    fell: bool  #: the regime broke down
    fell_week: int = -1  #: when
    leader: tuple[tuple[int, str], ...] = ()  #: week and name of each tactic that a reactive leader took
    steps: tuple[tuple[int, str, int], ...] = ()  #: week, power and level of each step on the crisis ladder
    register: tuple[dict[str, Any], ...] = ()  #: every fall, that of the burn-in too
    dread: F = field(default_factory=lambda: np.zeros(0))  #: the leader's fear of the people, (weeks,)

    def of(self, name: str, organ: str | None = None) -> F:
        """A national series, (weeks,)."""
        return self.table.national(name, organ)


@cache
def seen(arm: str, seed: int) -> Seen:
    """The run of an arm with a seed; made once a process, and once a session where there is a shelf."""
    if shelf is None:
        return _run(ARMS[arm], seed)
    kept = _kept(shelf, arm, seed)
    if kept.is_file():
        return pickle.loads(kept.read_bytes())  # type: ignore[no-any-return]
    result = _run(ARMS[arm], seed)
    aside = kept.with_suffix(f".{os.getpid()}")
    aside.write_bytes(pickle.dumps(result))
    aside.replace(kept)
    return result


def _kept(folder: Path, arm: str, seed: int) -> Path:
    return folder / f"{arm.replace(' ', '-')}-{seed}.pickle"


shelf: Path | None = None  #: where runs are kept for the other workers of a test session; set by `conftest.py`


@cache
def _country(quiet: bool) -> Scenario:
    country = cu.load(COUNTRY)
    if not quiet:
        return country
    powers = country.actors.powers.model_copy(update={"history_until": datetime.date(2100, 1, 1)})
    actors = country.actors._replace(powers=powers)  # they keep still, and climb the ladder if there is turmoil
    return replace(country, timeline=country.timeline.before(0), actors=actors)


def prepare(wanted: Iterable[tuple[str, int]], workers: int = 2) -> None:
    """Make runs ahead, several at a time, and leave them on the shelf; those that stand there are left alone."""
    missing = [run for run in wanted if shelf is None or not _kept(shelf, *run).is_file()]
    if missing:
        with ProcessPoolExecutor(workers, initializer=_use, initargs=(shelf,)) as pool:
            list(pool.map(_make, *zip(*missing, strict=True), chunksize=2))


def _use(folder: Path | None) -> None:
    global shelf
    shelf = folder


def _make(arm: str, seed: int) -> None:
    seen.__wrapped__(arm, seed)


def _run(arm: Arm, seed: int) -> Seen:
    """As `cu.run`, with parameters that change in week `DONE` and a hand that no lever moves."""
    country = _country(arm.quiet).with_settings(list(arm.settings))
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
    request = Request(country, arm.weeks, K, seed, 1, ())
    before = parameters_of(country.parameters)
    world, log, places = burnt_in(request, before, lambda *_: None), EventLog(country.start), build_places(country)
    recorder = Recorder(places, arm.weeks, measures(before))
    players: list[Any] = [Cast.of(country), *([Hand(HANDS[arm.hand])] if arm.hand else [])]
    stepper = Stepper(world, before, country.timeline, log, 1, players)
    dread = []
    try:
        while world.week < arm.weeks:
            if world.week == DONE:
                stepper.p = _changed(before, arm.changes)
            log.begin_week(world.week)
            recorder.observe(world, stepper.step())
            dread.append(float(world.actors["leader"]["beliefs"].get("unrest", np.nan)))
    finally:
        stepper.close()
    return _seen(
        Table(country.start, places.provinces, ORGANS, recorder.arrays, places.court.factions),
        log,
        world,
        np.array(dread),
    )


class Hand:
    """A player who does one thing to the world itself: in every week from `DONE` on, before anything else happens."""

    def __init__(self, does: Callable[[World, Week, Any], None]) -> None:
        self.does = does

    def act(self, world: World, week: Week, p: Any) -> None:
        """Do it."""
        if week.number >= DONE:
            self.does(world, week, p)

    def observe(self, world: World, week: Week, p: Any) -> None:
        """He sees nothing."""


def purge_third(organ: int, when: int = DONE) -> Callable[[World, Week, Any], None]:
    """A hand that has 30 % of an organ's officials dismissed in a week: three of every ten rows."""

    def does(world: World, week: Week, p: Any) -> None:
        if week.number == when:
            rows = np.flatnonzero((world.court.organ == organ) & (world.court.status == IN_POST))
            for row in rows[np.arange(rows.size) % 10 < 3].tolist():
                purge.strike(world, week, p, row, PRECAUTION, fate="dismissal", stated="silent", alone=False)

    return does


def exodus(turmoil: float) -> Callable[[World, Week, Any], None]:
    """A hand that makes so many people cross the borders from week `DONE` on that turmoil is what it says."""

    def does(world: World, week: Week, p: Any) -> None:
        q = p.crisis
        world.memory["refugees_month"] = turmoil / q.refugee_weight * q.refugee_scale / (1.0 - 1.0 / q.refugee_weeks)

    return does


HANDS: Final[dict[str, Callable[[World, Week, Any], None]]] = {
    "security purged": purge_third(B_STATE_SECURITY),
    "guard purged": purge_third(B_GUARD),
    "few flee": exodus(0.1),
    "many flee": exodus(0.65),
}


def _changed(p: Any, changes: tuple[tuple[str, Any], ...]) -> Any:
    for name, value in changes:
        group, _, field = name.partition(".")
        p = p._replace(**{group: getattr(p, group)._replace(**{field: value})})
    return p


def _seen(table: Table, log: EventLog, world: World, dread: F) -> Seen:
    kinds: dict[str, int] = {}
    for event in log:
        kinds[event.kind] = kinds.get(event.kind, 0) + 1
    done = [(e.week, e.origin.removeprefix("leader: ")) for e in log if e.origin.startswith("leader: ")]
    steps = [(e.week, e.origin.removeprefix("power:"), int(e.magnitude)) for e in log if e.kind == "crisis_step"]
    outcome, week = outcomes.outcome(log)
    fell = outcomes.named(outcome).breakdown
    when = week if fell and week is not None else -1
    return Seen(table, kinds, fell, when, tuple(sorted(set(done))), tuple(steps), tuple(world.register), dread)


# --- differences ------------------------------------------------------------------------------------------------------


def pairs(measure: Callable[[Seen], float], arm: str, other: str = "nothing", seeds: Sequence[int] = SEEDS) -> F:
    """Arm less other of one number, a value a seed."""
    return np.array([measure(seen(arm, s)) - measure(seen(other, s)) for s in seeds])


def ratios(measure: Callable[[Seen], float], arm: str, other: str = "nothing", seeds: Sequence[int] = SEEDS) -> F:
    """Logarithm of arm over other of one positive number, a value a seed."""
    return np.array([np.log(measure(seen(arm, s)) / measure(seen(other, s))) for s in seeds])


def mean(name: str, first: int, last: int, organ: str | None = None) -> Callable[[Seen], float]:
    """Mean of a national series over weeks `first` to `last` after the arm acts, both included."""
    return lambda s: float(s.of(name, organ)[DONE + first : DONE + last + 1].mean())


@cache
def quantile(freedom: int, beyond: float) -> float:
    """Student's t that is passed with a probability of `beyond` when there is no effect."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 1.0 - beyond))


def student(values: F) -> float:
    """Mean over its standard error; without any spread, infinite on the side of the mean."""
    if not values.std():
        return float(np.sign(values.mean()) * np.inf) if values.mean() else 0.0
    return float(values.mean() / (values.std(ddof=1) / np.sqrt(values.size)))


def above(values: F, bound: float = 0.0) -> bool:
    """Whether the mean of paired differences is above a bound: one-sided t test, error rate 1 in 1,000."""
    return student(values - bound) > quantile(values.size - 1, 0.001)


def below(values: F, bound: float = 0.0) -> bool:
    """As `above`, for the other side."""
    return above(-values, -bound)


def every(values: F, bound: float = 0.0) -> bool:
    """Whether all paired differences are above a bound: sign test, error rate 1 in 1,024 for ten seeds, 1 in 256 for eight.

    For effects whose spread is lopsided, where a seed far on the right side would blind a t test.
    """
    return bool((values > bound).all())


def interval(values: F) -> tuple[float, float, float]:
    """Mean and its 95 % interval over seeds."""
    half = quantile(values.size - 1, 0.025) * float(values.std(ddof=1)) / float(np.sqrt(values.size))
    return float(values.mean()), float(values.mean()) - half, float(values.mean()) + half
