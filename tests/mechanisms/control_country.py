"""A country of six bare counties for the tests of belief, stance, punishment, incidents and flight: sums, no rows."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from ruamel.yaml import YAML

import custodes
from custodes.actors.levers import LeverValues
from custodes.engine.step import Week
from custodes.engine.sums import index
from custodes.mechanisms import awareness, fear, flight, incidents, punishment, stance, support
from custodes.observe.events import EventLog
from custodes.scenario.court import DEFAULT_COURT
from custodes.world.books import new_books
from custodes.world.columns import POLICE, STATE_SECURITY, Households, Persons, Tiles, Units
from custodes.world.court import empty_court, new_branch
from custodes.world.state import County, National, Organ, Places, World, empty_sums, new_guards

GROUPS = {
    "awareness": awareness,
    "fear": fear,
    "support": support,
    "stance": stance,
    "punishment": punishment,
    "incidents": incidents,
    "flight": flight,
}
C, K, UNITS, ADULTS = 6, 100, 10, 50  # counties; people a row; neighbourhoods a county; adults a neighbourhood


def defaults() -> SimpleNamespace:
    """The default parameters of the seven groups."""
    folder = Path(custodes.__file__).parent / "data" / "parameters"
    groups: dict[str, Any] = {}
    for name, module in GROUPS.items():
        entries = YAML(typ="safe").load(folder / f"{name}.yaml")
        values = {key: entry["value"] for key, entry in entries.items()}
        assert list(values) == list(module.Params._fields), name
        groups[name] = module.Params(**{k: tuple(v.values()) if isinstance(v, dict) else v for k, v in values.items()})
    return SimpleNamespace(**groups)


P = defaults()
LOG_START = np.datetime64("2017-01-02")


def changed(group: str, **values: Any) -> SimpleNamespace:
    """The defaults with some parameters of one group changed."""
    return SimpleNamespace(**{**vars(P), group: getattr(P, group)._replace(**values)})


def week(number: int = 0, log: EventLog | None = None, **levers: Any) -> Week:
    kept = EventLog(LOG_START) if log is None else log
    kept.begin_week(number)
    return Week(number, number % 52, 2017, LOG_START, False, LeverValues(**levers), kept)


def country(seed: int = 1) -> World:
    """Counties 0 (capital), 1 (border), 2 (inner), 3 (rural), 4, 5 (inner); neighbours in a ring; one garrison in county 2."""
    z = np.zeros(C)
    places = Places(
        counties=tuple(f"county-{i}" for i in range(C)),
        provinces=("one",),
        province=np.zeros(C, np.int16),
        place_type=np.array([0, 1, 2, 3, 2, 2], np.int8),
        latitude=z,
        longitude=z,
        capital=0,
        neighbours=tuple(((i + 1) % C, (i - 1) % C) for i in range(C)),
        population=np.full(C, 100_000, np.int64),
        soldiers=np.full(C, 10_000, np.int64),
        estimated=np.zeros(C, bool),
        markets=z + 1.0,
        roads=(),
        court=DEFAULT_COURT,
    )
    county = np.append(np.repeat(np.arange(C), UNITS), 2).astype(np.int16)
    units = _columns(
        Units,
        county.size,
        county=county,
        garrison=(np.arange(county.size) == C * UNITS).astype(np.uint8),
        adults=np.full(county.size, ADULTS, np.uint16),
        support=np.full(county.size, 39_321, np.uint16),
        fear=np.full(county.size, 26_214, np.uint16),
    )
    tiles = Tiles(
        np.append(np.arange(0, C * UNITS + 1, UNITS), C * UNITS + 1).astype(np.int32),
        np.append(np.arange(C), 2).astype(np.int16),
        np.zeros(C + 1, np.int32),
    )
    world = World(
        seed=seed,
        k=K,
        week=0,
        start=LOG_START,
        places=places,
        persons=_columns(Persons, 0),
        households=_columns(Households, 0),
        units=units,
        tiles=tiles,
        national=National(),
        county=County(z + 1.0, z + 0.1, z.copy(), np.zeros(C, np.int8), *(z.copy() for _ in range(4))),
        organ=Organ(*(np.zeros(3) for _ in range(8))),
        guards=new_guards(C),
        court=empty_court(DEFAULT_COURT),
        branch=new_branch(),
        books=new_books(C, 3, len(empty_court(DEFAULT_COURT))),
        sums=empty_sums(C),
        tile_histogram=np.zeros((C + 1, 32), np.uint16),
    )
    world.guards.staff[:] = 400.0
    world.guards.capacity[[STATE_SECURITY, POLICE]] = [[100.0], [400.0]]
    for name, value in {"households": 300, "adults": UNITS * ADULTS, "dissenters": 0, "evaders": 100}.items():
        put(world, name, value)
    needing(world, 0.85)
    return world


def _columns(kind: Any, rows: int, **given: Any) -> Any:
    return kind(*(given.get(name, np.zeros(rows, np.int64)) for name in kind._fields))


def put(world: World, name: str, value: Any, part: int | None = None) -> None:
    """Set last week's sum of every county."""
    world.sums[:, index(name, part)] = value


def needing(world: World, share: float) -> None:
    """Make every adult need this share of peers."""
    world.tile_histogram[:] = 0
    world.tile_histogram[:, int(stance.bin_of(share))] = UNITS * ADULTS
