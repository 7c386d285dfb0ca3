"""A year of one world, step by step, with what every step changed and looked at."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any
from unittest import mock

import numpy as np

from custodes.engine import stepper
from custodes.engine.run import measures
from custodes.engine.step import Step
from custodes.engine.sums import NAMES
from custodes.engine.tables import Tables
from custodes.observe.events import EventLog
from custodes.observe.truth import Recorder
from custodes.week import PREPARE, SETTLE, parameters_of
from custodes.world import people
from custodes.world.state import World
from tests.engine.country import action, onward, ride, scenario

WEEKS = 60
RECORDS = ("national", "county", "organ", "guards", "court", "branch")
ROWS = ("persons", "households", "units", "tiles")

#: something for every mechanism to do in the year
YEAR = [
    action("rights_order", 1.0, 2, "all"),
    action("chief_purged", 1.0, 2, "all"),
    action("edict", 1.0, 6, "all"),
    action("market_closure", 1.0, 8),
    action("currency_reform", 1.0, 9),
    action("rally", 1.0, 10),
    action("promise", 1.0, 11),
    action("raids", 10.0, 12),
    action("border_open", 0.2, 14),
    action("trade_cut", 0.9, 15),
    action("border_control", 0.6, 20),
    action("broadcast_content", 1.0, 22),
    action("broadcast_reach", 5.0, 22),
    action("border_risk", 0.5, 24),
    action("harvest_factor", 0.6, 26),
    action("levy_extra", 0.1, 30),
    action("guards_pay", 0.5, 32, "all"),
    action("organ_revenue_cut", 0.5, 34, "police"),
    action("budget_army", 0.7, 36),
    action("purge", 1.0, 38, "army"),
    action("recall", 0.2, 39),
    action("rehabilitation", 1.0, 45, "all"),
    action("provocation", 1.0, 40),
    action("talks", 1.0, 42),
    action("reform", 1.0, 44),
]

UNREST = (
    "incidents.spark=0.2",
    "incidents.crowd=1",
    "incidents.obey_base=0",
    "incidents.obey_morale=0",
    "incidents.obey_support=0",
    "incidents.lost_crowd=0",
    "incidents.heat=0.3",
    "incidents.uprising_share=1",
    "coups.start=1",
    "coups.start_loyalty=1",
    "coups.joins=1",
    "coups.launch=1",
    "coups.launch_chance=0",
)


def digests(world: World) -> dict[str, str]:
    """A digest of each declarable name: `group.field`, `books.account-group`, `sums`, `tile_histogram`, `memory`."""
    out: dict[str, str] = {}
    for group in (*RECORDS, *ROWS):
        record = getattr(world, group)
        names = [f.name for f in fields(record)] if is_dataclass(record) else record._fields
        out |= {f"{group}.{name}": _digest(getattr(record, name)) for name in names}
    out |= {f"books.{f.name}": _digest(getattr(world.books, f.name)) for f in fields(world.books)}
    plain = ("sums", "tile_histogram", "memory", "register", "seed", "k", "week", "start")
    return out | {name: _digest(getattr(world, name)) for name in plain}


def _digest(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return hashlib.blake2b(np.ascontiguousarray(value), digest_size=12).hexdigest()
    return repr(sorted(value.items()) if isinstance(value, dict) else value)


class Spy:
    """Stands before a record and notes the names that are asked of it."""

    def __init__(self, name: str, hidden: Any, seen: set[str]) -> None:
        vars(self).update(_name=name, _hidden=hidden, _seen=seen)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__") and not callable(getattr(self._hidden, name)):
            self._seen.add(f"{self._name}.{name}")
        return getattr(self._hidden, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._hidden, name, value)


@contextmanager
def spied(world: World, week: Any, seen: set[str]) -> Iterator[None]:
    """Within: what is read of records, accounts, places, levers and sums is added to `seen`."""
    groups = {name: getattr(world, name) for name in (*RECORDS, "books", "places", *ROWS)}
    levers = week.levers
    total, by_county = World.total, World.by_county

    def noted(function: Any) -> Any:
        def call(self: World, name: str, part: int | None = None) -> Any:
            seen.add(f"sums.{name}")
            return function(self, name, part)

        return call

    for name, record in groups.items():
        if name not in ROWS:  # rows go to compiled code, which takes no spies
            setattr(world, name, Spy(name, record, seen))
    week.levers = Spy("levers", levers, seen)
    try:
        with mock.patch.object(World, "total", noted(total)), mock.patch.object(World, "by_county", noted(by_county)):
            yield
    finally:
        for name, record in groups.items():
            setattr(world, name, record)
        week.levers = levers


class Watched:
    """What a year of steps did: names changed and read by step, and every week's tables and states that broke a bound."""

    def __init__(self) -> None:
        self.changed: dict[str, set[str]] = defaultdict(set)
        self.read: dict[str, set[str]] = defaultdict(set)
        self.runs: dict[str, int] = defaultdict(int)
        self.filled: dict[str, set[str]] = defaultdict(set)
        self.faults: list[str] = []

    def wrap(self, step: Step) -> Step:
        """The same step, watched."""

        def function(world: World, week: Any, p: Any) -> Any:
            before = digests(world)
            with spied(world, week, self.read[step.name]):
                out = step.function(world, week, p)
            after = digests(world)
            self.runs[step.name] += 1
            self.changed[step.name] |= {name for name in after if after[name] != before[name]}
            self.filled[step.name] |= set(out or ())
            self.faults += [
                f"week {week.number}, {step.name}: {fault}"
                for fault in (*state_faults(world), *table_faults(out or {}))
            ]
            return out

        return Step(step.name, function, step.reads, step.writes, step.doc)


@contextmanager
def watching(seen: Watched) -> Iterator[None]:
    """Within: every step of every world is watched."""
    with (
        mock.patch.object(stepper, "PREPARE", tuple(map(seen.wrap, PREPARE))),
        mock.patch.object(stepper, "SETTLE", tuple(map(seen.wrap, SETTLE))),
    ):
        yield


@cache
def year() -> Watched:
    """A watched year of toyland in which every lever has something to do."""
    seen = Watched()
    with ride("toyland", 1, WEEKS, actions=YEAR) as it, watching(seen):
        it.to(WEEKS)
    return seen


@cache
def unrest() -> Watched:
    """A watched year of a coarse country full of plots and of crowds that no organ moves against, from two weeks before its start."""
    seen = Watched()
    country = scenario("dprk/2017", [action("rights_order", 0.5, 3, "all")], UNREST)
    parameters = parameters_of(country.parameters)
    world = people.build(country, parameters, 20_000, 1)
    world.week = -2
    recorder = Recorder(world.places, WEEKS, measures(parameters))
    with onward(country, world, EventLog(country.start), recorder) as it, watching(seen):
        for _ in range(2):
            it.stepper.step()
        it.to(WEEKS)
    return seen


def exists(name: str, world: World, levers: Any) -> bool:
    """Whether a declared name is a name of the world: a group, a group's field, a sum, a lever."""
    group, _, part = name.partition(".")
    if group == "levers":
        return not part or part in levers
    if group == "sums" and part:
        return any(n == part or n.partition(".")[0] == part for n in NAMES)
    if not hasattr(world, group):
        return False
    return not part or hasattr(getattr(world, group), part)


# --- bounds ------------------------------------------------------------------------------------------------------------

#: (lowest, highest) of what a step may leave in the world
STATE_BOUNDS: dict[str, tuple[float, float]] = {
    "guards.effort": (0, 1),
    "guards.morale": (0, 1),
    "guards.threat_share": (0, 1),
    "guards.plea_share": (0, 1),
    "guards.type_threat": (0, 1),
    "guards.perceived": (0, 1),
    "guards.staff": (0, 1e9),
    "guards.capacity": (0, 1e9),
    "guards.take": (0, 1e12),
    "guards.paid": (0, 1e12),
    "guards.punished": (0, 1e9),
    "organ.enforcement": (0, 1),
    "organ.reach": (0, 1),
    "organ.order": (0, 1),
    "organ.credibility": (0, 1),
    "organ.edict": (0, 1),
    "organ.trade_ratio": (0, 1e3),
    "organ.threats_before": (0, 1),
    "organ.purge_hazard": (0, 2),
    "county.price_spread": (0.1, 10),
    "county.risk_heard": (0, 1),
    "county.anger": (0, 1),
    "county.lost": (0, 1),
    "county.shock": (0, 1e3),
    "county.heat": (0, 10),
    "county.refusal_news": (0, 520),
    "county.market_rate": (0, 1e12),
    "national.rice_price": (1, 1e9),
    "national.won_per_dollar": (1, 1e9),
    "national.ration": (0, 1e4),
    "national.market_cover": (0, 1e9),
    "national.trade_ratio": (0, 1e3),
    "national.price_memory": (1, 1e9),
    "national.rally": (0, 10),
    "national.harvest_grams": (0, 1e15),
    "national.wage_rate": (0, 1e12),
    "national.capacity_norm": (0, 1e9),
}
_SHARES = (
    "coverage",
    "market_fill",
    "share_cap",
    "levy_rate",
    "dollar_fill",
    "threat_share",
    "plea_share",
    "finding_rate",
    "fear_surveillance",
    "rights_broadcast",
    "raid_rate",
    "arrest_probability",
    "flight_rate",
    "caught_share",
    "risk_heard",
    "onward_rate",
    "return_rate",
    "settle_rate",
    "death_rate",
    "birth_rate",
)
#: all tables are finite and not negative; these are shares or chances
TABLE_BOUNDS: dict[str, tuple[float, float]] = dict.fromkeys(_SHARES, (0.0, 1.0)) | {"tolerance": (0.0, 1.5)}


def state_faults(world: World) -> list[str]:
    """What is not finite or out of bounds among records and accounts."""
    out = []
    for group in RECORDS:
        record = getattr(world, group)
        for f in fields(record):
            name, value = f"{group}.{f.name}", np.asarray(getattr(record, f.name), np.float64)
            low, high = STATE_BOUNDS.get(name, (-np.inf, np.inf))
            if not np.isfinite(value).all() or (value.size and (value.min() < low or value.max() > high)):
                out.append(f"{name} is outside {low:g} to {high:g}: {value.min():g} to {value.max():g}")
    out += [f"memory {name} is not finite" for name, value in world.memory.items() if not np.isfinite(value)]
    return out


def table_faults(tables: dict[str, Any]) -> list[str]:
    """What is not finite, negative or above 1 among the tables of a step."""
    out = []
    for name, value in tables.items():
        array = np.asarray(value, np.float64)
        low, high = TABLE_BOUNDS.get(name, (0.0, 1e18))
        if not np.isfinite(array).all() or array.min() < low or array.max() > high:
            out.append(f"table {name} is outside {low:g} to {high:g}: {array.min():g} to {array.max():g}")
        if name not in Tables._fields:
            out.append(f"'{name}' is not a table")
    return out
