"""One possible country under every plan: built and burnt in once, run once up to where a plan begins to act, then branched.

Before its first week of action a plan is the baseline, so the trunk is run once and each plan goes on from an exact copy
of it in memory. Every run is to the bit what `custodes run --seed --set --policy` gives alone.
"""

import io
import pickle
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from custodes.errors import CustodesError
from custodes.week import parameters_of

if TYPE_CHECKING:
    from custodes.engine.run import Request
    from custodes.observe.events import EventLog
    from custodes.observe.truth import Recorder
    from custodes.results.run import Run
    from custodes.scenario.load import Scenario
    from custodes.week import Parameters
    from custodes.world.state import Places, World

LONGEST_CAUSE = 400  #: characters of a cause that are kept


class Country(Protocol):
    """What is needed of `design.Country`."""

    @property
    def index(self) -> int: ...

    @property
    def seed(self) -> int: ...

    def settings(self) -> tuple[str, ...]: ...


class Plan(Protocol):
    """What is needed of `plans.Plan`."""

    @property
    def name(self) -> str: ...

    @property
    def policies(self) -> Sequence[Any]: ...

    @property
    def first_week(self) -> int: ...


class Length(Protocol):
    """What is needed of `design.Design`."""

    @property
    def weeks(self) -> int: ...

    @property
    def k(self) -> int: ...


@dataclass(frozen=True)
class RunResult:
    """One run: what came of it, or why nothing did."""

    run: "Run | None"
    cause: str = ""  #: of the failure
    passing: bool = False  #: the failure lies in the machine, not in the model: worth another try


@dataclass
class Trunk:
    """A country under way: its world, what was recorded of it, and its log."""

    world: "World"
    recorder: "Recorder"
    log: "EventLog"
    people: int  #: at the start, real

    def branch(self) -> "Trunk":
        """An exact copy that can go another way; what never changes is shared."""
        world, log = copied((self.world, self.log), self.world.places)
        return Trunk(world, self.recorder.copy(), log, self.people)


@dataclass
class Runner:
    """The runs of one country. `scenario` is without settings and policies; `facts` are those of `scenario.facts.facts_of`."""

    scenario: "Scenario"
    length: Length
    country: Country
    plans: Sequence[Plan]
    facts: dict[str, Any]
    parameters: "Parameters" = field(init=False)
    settled: "Scenario" = field(init=False)  #: the scenario with the country's values

    def __post_init__(self) -> None:
        self.settled = self.scenario.with_settings(list(self.country.settings()))
        self.parameters = parameters_of(self.settled.parameters)

    def request(self, plan: Plan) -> "Request":
        """What `custodes.run` would be asked for."""
        from custodes.engine.run import Request

        scenario = self.settled
        for policy in plan.policies:
            scenario = scenario.with_policy(policy)
        return Request(scenario, self.length.weeks, self.length.k, self.country.seed, 1, self.country.settings())

    def trunk(self, request: "Request") -> Trunk:
        """The country at its first week."""
        from custodes.engine import run as engine
        from custodes.observe.events import EventLog
        from custodes.observe.truth import Recorder

        world = engine.burnt_in(request, self.parameters, _unseen, cached=False)
        recorder = Recorder(world.places, request.weeks, engine.measures(self.parameters))
        people = int(world.sums[:, 0].sum()) * world.k
        return Trunk(world, recorder, EventLog(request.scenario.start), people)

    def advance(self, trunk: Trunk, request: "Request", until: int) -> None:
        """Run the weeks before `until`."""
        from custodes.engine.run import players
        from custodes.engine.stepper import Stepper

        world, log = trunk.world, trunk.log
        stepper = Stepper(world, self.parameters, request.scenario.timeline, log, 1, players(request.scenario))
        try:
            while world.week < min(until, request.weeks):
                log.begin_week(world.week)
                trunk.recorder.observe(world, stepper.step())
        finally:
            stepper.close()

    def finish(self, trunk: Trunk, plan: Plan) -> RunResult:
        """Run a plan from where the trunk stands to the end."""
        from custodes.engine.run import finished

        try:
            request = self.request(plan)
            self.advance(trunk, request, request.weeks)
            t = trunk
            return RunResult(finished(request, self.parameters, t.world, t.recorder, t.log, t.people, facts=self.facts))
        except Exception as problem:
            return self.failure(problem)

    def failure(self, problem: BaseException) -> RunResult:
        """The result of a run that raised."""
        from custodes.engine.run import zero_sentence

        said = zero_sentence(self.settled) if isinstance(problem, ZeroDivisionError) else ""
        if not said:
            said = str(problem) if isinstance(problem, CustodesError) else f"{type(problem).__name__}: {problem}"
        passing = isinstance(problem, MemoryError | OSError)
        if isinstance(problem, MemoryError):
            said = "there was not enough memory"
        return RunResult(None, " ".join(said.split())[:LONGEST_CAUSE], passing)


def run_country(
    scenario: "Scenario",
    design: Length,
    country: Country,
    plans: Sequence[Plan],
    done: Collection[int] = (),
    facts: dict[str, Any] | None = None,
) -> Iterator[tuple[int, RunResult]]:
    """(number of the plan, its run) for every plan that is not `done`, each as soon as it has ended.

    A run that raises, whatever it raises, is a failed one with its cause; the others go on. `facts`: as read by
    `scenario.facts.facts_of`, where that has been done already.
    """
    from custodes.scenario.facts import facts_of

    left = [n for n in range(len(plans)) if n not in done]
    try:
        runner = Runner(scenario, design, country, plans, facts_of(scenario) if facts is None else facts)
    except CustodesError as problem:  # a value that the scenario refuses
        yield from ((n, RunResult(None, str(problem))) for n in left)
        return
    early = [n for n in left if plans[n].first_week < 0]  # they act in the burn-in: nothing is shared
    for n in early:
        yield n, _alone(runner, plans[n])
    yield from _branched(runner, sorted((n for n in left if n not in early), key=lambda n: (plans[n].first_week, n)))


def _alone(runner: Runner, plan: Plan) -> RunResult:
    try:
        trunk = runner.trunk(runner.request(plan))
    except Exception as problem:
        return runner.failure(problem)
    return runner.finish(trunk, plan)


def _branched(runner: Runner, order: Sequence[int]) -> Iterator[tuple[int, RunResult]]:
    """Plans in the order in which they begin to act; the last goes on with the trunk itself.

    What ends the trunk would end each of them in that same week.
    """
    trunk: Trunk | None = None
    for place, n in enumerate(order):
        plan = runner.plans[n]
        try:
            free = runner.request(_Nothing())
            trunk = trunk or runner.trunk(free)
            runner.advance(trunk, free, plan.first_week)
            branch = trunk if place == len(order) - 1 else trunk.branch()
        except Exception as problem:
            failed = runner.failure(problem)
            yield from ((other, failed) for other in order[place:])
            return
        yield n, runner.finish(branch, plan)


class _Nothing:
    """The plan of doing nothing."""

    name, policies, first_week = "", (), 0


def _unseen(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


# --- copies -----------------------------------------------------------------------------------------------------------


def copied(thing: Any, places: "Places") -> Any:
    """An exact copy of worlds and logs through memory; `places`, which never change, are shared."""
    buffer = io.BytesIO()
    _Out(buffer, places).dump(thing)
    buffer.seek(0)
    return _In(buffer, places).load()


class _Out(pickle.Pickler):
    def __init__(self, file: io.BytesIO, places: "Places") -> None:
        super().__init__(file, protocol=5)
        self._places = places

    def persistent_id(self, obj: Any) -> str | None:
        return "places" if obj is self._places else None


class _In(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, places: "Places") -> None:
        super().__init__(file)
        self._places = places

    def persistent_load(self, pid: Any) -> "Places":
        return self._places
