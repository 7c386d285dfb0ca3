"""From a scenario to a finished run: build or recall the burnt-in country, step its weeks, keep what was seen."""

import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from custodes.errors import BadInput, Stopped
from custodes.results.run import Run

if TYPE_CHECKING:
    from custodes.engine.step import Player
    from custodes.observe.events import EventLog
    from custodes.observe.truth import Recorder
    from custodes.results.store import RunFolder
    from custodes.scenario.load import Scenario
    from custodes.week import Parameters
    from custodes.world.state import World

Progress = Callable[[str, int, int], None]
CHECKPOINT_SECONDS = 20.0  #: between checkpoints of a run that goes to a folder, at least
CHECKPOINT_SHARE = 0.04  #: of a run's time that checkpoints may take: a whole country writes for seconds
WEEKS_A_YEAR = 52
SAMPLE = "1/100"  #: unless told otherwise
ROWS_FOR_THREADS = 100_000  #: smaller worlds run on one thread unless told otherwise


@dataclass
class Request:
    """What is to be run, ready to run: the scenario with settings and policies applied."""

    scenario: "Scenario"
    weeks: int
    k: int
    seed: int
    threads: int | None
    settings: tuple[str, ...]
    timings: dict[str, float] = field(default_factory=dict)

    def identity(self) -> dict[str, Any]:
        """What must be the same for a resumed run to be the same run."""
        from custodes import __version__
        from custodes.jit import source_digest

        return {
            "scenario": self.scenario.name,
            "digest": self.scenario.digest,
            "seed": self.seed,
            "sample": sample_name(self.k),
            "weeks": self.weeks,
            "policies": list(self.scenario.policies),
            "settings": list(self.settings),
            "code_version": __version__,
            "code": source_digest(),
        }


def sample_name(k: int) -> str:
    """`1/100`, or `1` for everybody."""
    return "1" if k == 1 else f"1/{k}"


def run(
    scenario: "Scenario | str",
    *,
    years: float | None = None,
    weeks: int | None = None,
    sample: Any = None,
    seed: int = 1,
    threads: int | None = None,
    settings: Iterable[str] = (),
    policies: Iterable[Any] = (),
    out: Path | str | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    report: bool = False,
) -> Run:
    """Run a scenario and return what happened.

    `years` (or `weeks`; default: the scenario's) to simulate after the burn-in; `sample` 1/k of the people (default: 1/100, and everybody
    in a country of less than a million); `settings`
    as `--set` (`"fear.decay=0.05"`); `policies` names, files or loaded policies. With `out`, results go to that folder
    and the run can be resumed. Raises BadInput for wrong use, Stopped when interrupted, BrokenLaw if a law breaks.
    """
    begun = time.perf_counter()
    request = _request(scenario, years, weeks, sample, seed, threads, tuple(settings), tuple(policies))
    if out is None:
        if resume:
            raise BadInput("resume needs the folder of the run: give 'out'.")
        try:
            return _execute(request, None, progress or _silent, begun, report)
        except ZeroDivisionError as error:
            _blame_zero(request, error)
    from custodes.results import store

    folder = store.prepare(out, resume, request.identity())
    try:
        if resume and folder.complete:
            return store.open_run(out)
        return _execute(request, folder, progress or _silent, begun, report)
    except ZeroDivisionError as error:
        _blame_zero(request, error)
    finally:
        folder.close()


def _blame_zero(request: Request, error: ZeroDivisionError) -> NoReturn:
    """A division by zero most likely comes of a parameter that the user set to 0: say of which."""
    sentence = zero_sentence(request.scenario)
    if not sentence:
        raise error
    raise BadInput(sentence) from error


def zero_sentence(scenario: "Scenario") -> str:
    """What is wrong when a scenario with parameters put to 0 divides by zero; empty if none was."""
    table = scenario.parameters.table()
    at_zero = [p["name"] for p in table if p["value"] != p["default"] and has_zero(p["value"])]
    if not at_zero:
        return ""
    return f"with {' and '.join(at_zero)} at 0 something is divided by zero: give a number above 0."


def has_zero(value: Any) -> bool:
    """Whether a parameter or one of its parts is 0."""
    return any(map(has_zero, value)) if isinstance(value, list | tuple) else value == 0


def _silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def _request(
    scenario: Any,
    years: float | None,
    weeks: int | None,
    sample: Any,
    seed: int,
    threads: int | None,
    settings: tuple[str, ...],
    policies: tuple[Any, ...],
) -> Request:
    from custodes.scenario.load import load, load_policy
    from custodes.world.sample import sample_of

    known = load(scenario) if isinstance(scenario, str | Path) else scenario
    if years is not None and weeks is not None:
        raise BadInput("give years or weeks, not both.")
    length = int(weeks) if weeks is not None else round(WEEKS_A_YEAR * (known.years if years is None else years))
    if not 1 <= length <= 5200:
        raise BadInput(f"a run of {length} weeks is not possible: from 1 week to 100 years.")
    if not 0 <= int(seed) < 2**64:
        raise BadInput(f"the seed {seed} is not possible: a whole number from 0 to 2**64 - 1.")
    k = sample_of(known, sample, SAMPLE)
    known = known.with_settings(list(settings))
    for policy in policies:
        known = known.with_policy(load_policy(policy) if isinstance(policy, str | Path) else policy)
    return Request(known, length, k, int(seed), threads, settings)


def burnt_in(request: Request, parameters: "Parameters", progress: Progress, cached: bool = True) -> "World":
    """The country at its first week: recalled from the cache, or built and run through its burn-in weeks.

    With `cached` false the cache is neither asked nor filled: for countries that nobody runs twice.
    """
    from custodes.actors.cast import Cast
    from custodes.engine.stepper import Silence, Stepper
    from custodes.world import cache, people

    scenario = request.scenario
    before = scenario.timeline.before(0)
    key = cache.state_key(scenario, request.k, request.seed) if cached else ""
    begun = time.perf_counter()
    kept = cache.recall(key, scenario) if cached else None
    if kept is not None:
        request.timings["recall"] = time.perf_counter() - begun
        return kept
    world = people.build(
        scenario, parameters, request.k, request.seed, lambda done, total: progress("build", done, total)
    )
    request.timings["build"] = time.perf_counter() - begun
    begun = time.perf_counter()
    world.week = -scenario.burn_in_weeks
    stepper = Stepper(world, parameters, before, Silence(), _threads(request, world), [Cast.of(scenario)])
    try:
        for done in range(scenario.burn_in_weeks):
            stepper.step()
            progress("burn-in", done + 1, scenario.burn_in_weeks)
    finally:
        stepper.close()
    _forget(world)
    request.timings["burn-in"] = time.perf_counter() - begun
    if cached:
        cache.keep(key, world)
    return world


def _forget(world: "World") -> None:
    """What counted from the start of the burn-in counts anew from week 0."""
    world.memory = {k: v for k, v in world.memory.items() if not k.startswith(("total.", "survey", "outcome"))}
    world.books.opening = {}


def _threads(request: Request, world: "World") -> int:
    if request.threads is not None:
        return max(1, min(request.threads, 64))
    return (os.cpu_count() or 1) if len(world.persons.flags) >= ROWS_FOR_THREADS else 1


def _execute(request: Request, folder: "RunFolder | None", progress: Progress, begun: float, report: bool) -> Run:
    from custodes.engine.stepper import Stepper
    from custodes.observe.events import EventLog
    from custodes.observe.truth import Recorder
    from custodes.week import parameters_of
    from custodes.world.places import build_places

    parameters = parameters_of(request.scenario.parameters)
    places = build_places(request.scenario)
    recorder = Recorder(places, request.weeks, measures(parameters))
    saved = folder.latest_checkpoint() if folder is not None else None
    if saved is not None:
        world, log = saved.load(places, recorder)
    else:
        world, log = burnt_in(request, parameters, progress), EventLog(request.scenario.start)
    people = int(world.sums[:, 0].sum()) * world.k
    started = time.perf_counter()
    stepper = Stepper(
        world, parameters, request.scenario.timeline, log, _threads(request, world), players(request.scenario)
    )
    with terminations() as stopped:
        try:
            _weeks(request, stepper, recorder, log, folder, progress, stopped)
        finally:
            stepper.close()
    request.timings["weeks"] = time.perf_counter() - started
    run_ = finished(request, parameters, world, recorder, log, people, begun)
    if folder is not None:
        folder.finish(run_)
        run_.path = folder.path
        if report:
            begun_report = time.perf_counter()
            progress("report", 0, 1)
            run_.report()
            progress("report", 1, 1)
            request.timings["report"] = time.perf_counter() - begun_report
    return run_


def measures(parameters: "Parameters") -> Any:
    """The parameters that the recorded series need."""
    from custodes.observe.sight import Measures

    return Measures.of(parameters)


def _weeks(
    request: Request,
    stepper: Any,
    recorder: "Recorder",
    log: "EventLog",
    folder: "RunFolder | None",
    progress: Progress,
    stopped: threading.Event,
) -> None:
    world = stepper.world
    last, pause = time.monotonic(), CHECKPOINT_SECONDS
    while world.week < request.weeks:
        if stopped.is_set():
            _stop(folder, world, recorder, log)
        log.begin_week(world.week)
        week = stepper.step()
        recorder.observe(world, week)
        progress("weeks", world.week, request.weeks)
        begun = time.monotonic()
        if folder is not None and begun - last > pause and world.week < request.weeks:
            folder.write_checkpoint(world, recorder, log, world.week)
            last = time.monotonic()
            pause = max(CHECKPOINT_SECONDS, (last - begun) / CHECKPOINT_SHARE)


def _stop(folder: "RunFolder | None", world: "World", recorder: "Recorder", log: "EventLog") -> None:
    if folder is None:
        raise Stopped(f"stopped in week {world.week}; a run without a folder cannot be resumed.")
    folder.write_checkpoint(world, recorder, log, world.week)
    raise Stopped(
        f"stopped after {world.week} weeks; the same command with --out {folder.path} --resume goes on from there."
    )


@contextmanager
def terminations() -> Iterator[threading.Event]:
    """SIGINT and SIGTERM ask the run to stop after the week in hand (main thread only; elsewhere nothing changes)."""
    stopped = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return
    before = {s: signal.signal(s, lambda *_: stopped.set()) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def players(scenario: "Scenario") -> list["Player"]:
    """Who acts in a country and who reports on it."""
    from custodes.actors.cast import Cast

    return [Cast.of(scenario), reporter(scenario)]


def reporter(scenario: "Scenario") -> "Player":
    """Who reports on the country: its outlets and their sources."""
    from custodes.observe.reports import Outlet, Reporter

    return Reporter(
        tuple(
            Outlet(o.name, o.passes, (o.right[0], o.right[1]), tuple(o.topics.items()), o.state)
            for o in scenario.watchers
        )
    )


def finished(
    request: Request,
    parameters: "Parameters",
    world: "World",
    recorder: "Recorder",
    log: "EventLog",
    people: int,
    begun: float | None = None,
    facts: dict[str, Any] | None = None,
) -> Run:
    """The run that has come to its last week. `people` are those at its start; `begun` is its first second, if it is timed.

    One run of many gets the `facts` of its scenario, and no tables that only its own report would show.
    """
    from custodes import __version__
    from custodes.jit import source_digest
    from custodes.observe import classes, closing, outcomes, standing, standing_court
    from custodes.results import falls, heard
    from custodes.results.record import record
    from custodes.results.table import Table
    from custodes.scenario.facts import facts_of
    from custodes.scenario.policies import cautions
    from custodes.world.columns import ORGANS

    factions = world.places.court.factions
    table = Table(request.scenario.start, world.places.provinces, ORGANS, recorder.arrays, factions)
    outcome, outcome_week = outcomes.outcome(log)
    answers = standing.surveys(world.memory)
    shown = {} if facts is not None else closing.tables(world, parameters)
    facts = facts_of(request.scenario) if facts is None else facts
    fell = falls.of_register(world.register)
    court = standing_court.CourtRun(fell, log)
    about = record(
        scenario=request.scenario.name,
        scenario_title=request.scenario.title,
        scenario_digest=request.scenario.digest,
        code_version=__version__,
        source_digest=source_digest(),
        seed=request.seed,
        sample=sample_name(request.k),
        k=request.k,
        weeks=request.weeks,
        start=str(request.scenario.start),
        people=people,
        parameters=request.scenario.parameters.table(),
        policies=list(request.scenario.policies),
        settings=list(request.settings),
        facts=facts,
        outcome=outcome,
        outcome_week=outcome_week,
        seconds=0.0 if begun is None else round(time.perf_counter() - begun, 3),
        peak_memory_mb=round(peak_memory_mb(), 1),
        warnings=[*cautions(request.scenario.timeline), *warnings_of(recorder)],
        timings={k: round(v, 3) for k, v in request.timings.items()},
        request=request.identity(),
        surveys=answers,
        classes=classes.tables(world),
        timeline=request.scenario.timeline.as_rows(),
        standing_state=standing.compare(table, answers, facts["targets"], request.k, court),
        **shown,
    )
    return Run(table, log, about, register=falls.of_register(world.register), reports=heard.of_actors(world.actors))


def warnings_of(recorder: "Recorder") -> list[str]:
    """What the reader of a run should be wary of."""
    out = []
    births, lacking = (
        float(recorder.arrays["births"][:, -1].sum()),
        float(recorder.arrays["births_unplaced"][:, -1].sum()),
    )
    if lacking > 0.005 * max(1.0, births + lacking):
        out.append(
            f"{lacking:,.0f} of {births + lacking:,.0f} births found no free row in their neighbourhood and were not added."
        )
    return out


def peak_memory_mb() -> float:
    """The process's largest resident size so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
