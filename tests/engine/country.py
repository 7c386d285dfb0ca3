"""Countries to step by hand: the burnt-in state of a scenario, its log and recorder, and fingerprints of all of it."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import custodes as cu
from custodes.engine.run import Request, burnt_in, measures, players
from custodes.engine.step import Week
from custodes.engine.stepper import Stepper
from custodes.observe.events import EventLog
from custodes.observe.truth import Recorder
from custodes.results.table import Table
from custodes.scenario.load import Scenario
from custodes.scenario.policies import Policy
from custodes.week import Parameters, parameters_of
from custodes.world.cache import _arrays
from custodes.world.columns import ORGANS
from custodes.world.places import build_places
from custodes.world.state import World

Actions = Iterable[dict[str, Any]]


def action(lever: str, value: Any, week: int = 0, organ: Any = None) -> dict[str, Any]:
    """One action, as a policy states it."""
    return {"week": week, "lever": lever, "value": value} | ({"organ": organ} if organ is not None else {})


def policy(actions: Actions) -> Policy:
    """A policy of these actions."""
    return Policy.model_validate(
        {"name": "test", "title": "a test", "rationale": "a test", "source": "reasoned", "actions": list(actions)}
    )


@cache
def _loaded(name: str) -> Scenario:
    return cu.load(name)


def scenario(name: str, actions: Actions = (), settings: Iterable[str] = ()) -> Scenario:
    """A shipped scenario with settings and actions applied."""
    known = _loaded(name).with_settings(list(settings))
    listed = list(actions)
    return known.with_policy(policy(listed)) if listed else known


@dataclass
class Ride:
    """A world that is being stepped, and what was seen of it."""

    scenario: Scenario
    parameters: Parameters
    stepper: Stepper
    recorder: Recorder
    log: EventLog

    @property
    def world(self) -> World:
        return self.stepper.world

    def step(self) -> Week:
        """One week."""
        self.log.begin_week(self.world.week)
        week = self.stepper.step()
        self.recorder.observe(self.world, week)
        return week

    def to(self, week: int) -> "Ride":
        """Step until the world stands in a week."""
        while self.world.week < week:
            self.step()
        return self

    def table(self) -> Table:
        """All that was recorded."""
        places = self.world.places
        return Table(self.scenario.start, places.provinces, ORGANS, self.recorder.arrays, places.court.factions)


@contextmanager
def ride(
    name: str = "toyland",
    k: int = 1,
    weeks: int = 30,
    seed: int = 1,
    threads: int = 1,
    actions: Actions = (),
    settings: Iterable[str] = (),
    made: Scenario | None = None,
) -> Iterator[Ride]:
    """The burnt-in country in its first week, ready to be stepped for up to `weeks` weeks."""
    country = made or scenario(name, actions, settings)
    parameters = parameters_of(country.parameters)
    world = burnt_in(Request(country, weeks, k, seed, 1, ()), parameters, lambda *_: None)
    with onward(
        country, world, EventLog(country.start), Recorder(build_places(country), weeks, measures(parameters)), threads
    ) as it:
        yield it


@contextmanager
def onward(country: Scenario, world: World, log: EventLog, recorder: Recorder, threads: int = 1) -> Iterator[Ride]:
    """Go on with a world, its log and its recorder."""
    parameters = parameters_of(country.parameters)
    stepper = Stepper(world, parameters, country.timeline, log, threads, players(country))
    try:
        yield Ride(country, parameters, stepper, recorder, log)
    finally:
        stepper.close()


def fingerprint(world: World) -> dict[str, str]:
    """SHA-256 of every array of a world (type and shape included), and of all its scalars."""
    out = {name: _sha(f"{array.dtype.str}{array.shape}".encode() + array.tobytes()) for name, array in _arrays(world)}
    books = world.books
    scalars = {
        "place": (world.seed, world.k, world.week, str(world.start)),
        "national": asdict(world.national),
        "memory": world.memory,
        "won": books.won,
        "cents": books.cents,
        "grams": books.grams,
        "opening": books.opening,
        "contraband": books.contraband,
        "actors": world.actors,
        "register": world.register,
    }
    return out | {name: _sha(json.dumps(value, sort_keys=True).encode()) for name, value in scalars.items()}


def state_of(it: Ride) -> dict[str, str]:
    """Fingerprints of the world, of every series recorded and of the event log."""
    series = {f"series.{name}": _sha(array.tobytes()) for name, array in it.recorder.arrays.items()}
    return fingerprint(it.world) | series | {"log": _sha(json.dumps(it.log.to_state(), sort_keys=True).encode())}


def differences(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """Names of what differs."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    return _sha(path.read_bytes())


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
