"""A small country of guards for tests: bare counties with staff, accounts and hand-made sums of last week, and no rows."""

from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import settings

from custodes.engine.step import Week
from custodes.engine.sums import index
from custodes.mechanisms import enforcement, extortion, morale, takings
from custodes.scenario.court import DEFAULT_COURT
from custodes.scenario.parameters import default_parameters
from custodes.world.books import new_books
from custodes.world.court import empty_court, new_branch
from custodes.world.state import County, National, Organ, Places, World, empty_sums, new_guards

GROUPS = {"extortion": extortion, "enforcement": enforcement, "takings": takings, "morale": morale}
COUNTIES, K, STAFF = 4, 10, (2000.0, 8000.0, 24000.0)


def defaults() -> SimpleNamespace:
    """The default parameters of the four groups."""
    shipped = default_parameters()
    return SimpleNamespace(**{name: module.Params(**shipped.group(name)) for name, module in GROUPS.items()})


P = defaults()

#: Compiled functions are slow in their first call and the machine may be busy: claims have no deadline.
claim = settings(deadline=None)


class Log:
    """An event log in memory; an order is known from the start."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = [{"id": "rights_order-1", "kind": "rights_order", "organ": ""}]

    def record(self, kind: str, week: int, **more: Any) -> str:
        name = f"{kind}-{1 + sum(e['kind'] == kind for e in self.events)}"
        self.events.append({"id": name, "kind": kind, "week": week, **more})
        return name

    def latest(self, kind: str, within_weeks: int, place: str | None = None, organ: str | None = None) -> list[str]:
        found = [e["id"] for e in self.events if e["kind"] == kind and organ in (None, e["organ"])]
        return found[::-1]


def levers(**changed: Any) -> SimpleNamespace:
    """Untouched levers, but for those given."""
    base: dict[str, Any] = {
        name: np.zeros(3) for name in ("rights_order", "edict", "chief_purged", "guards_pay", "organ_revenue_cut")
    }
    return SimpleNamespace(**{**base, "budget_security": 1.0, **changed})


def week(number: int = 0, log: Log | None = None, **changed: Any) -> Week:
    return Week(number, number % 52, 2017, np.datetime64("2017-01-02"), False, levers(**changed), log or Log())


def country(counties: int = COUNTIES) -> World:
    """A country of bare counties with guards, accounts and last week's sums, and no rows."""
    z = np.zeros(counties)
    places = Places(
        counties=tuple(f"county-{i}" for i in range(counties)),
        provinces=("one",),
        province=np.zeros(counties, np.int16),
        place_type=(np.arange(counties) % 4).astype(np.int8),
        latitude=z,
        longitude=z,
        capital=0,
        neighbours=((),) * counties,
        population=np.full(counties, 50_000, np.int64),
        soldiers=np.zeros(counties, np.int64),
        estimated=np.zeros(counties, bool),
        markets=z,
        roads=(),
        court=DEFAULT_COURT,
    )
    units = SimpleNamespace(
        county=np.repeat(np.arange(counties, dtype=np.int16), 40), garrison=np.zeros(40 * counties, np.uint8)
    )
    organ = Organ(
        enforcement=np.full(3, 0.05),
        reach=np.ones(3),
        order=np.zeros(3),
        credibility=np.full(3, 0.8),
        edict=np.zeros(3),
        trade_ratio=np.ones(3),
        threats_before=np.zeros(3),
        purge_hazard=np.full(3, 0.07),
    )
    places_state = County(
        z.copy(), z.copy(), z.copy(), np.zeros(counties, np.int8), z.copy(), z.copy(), z.copy(), z.copy()
    )
    guards = new_guards(counties)
    guards.staff[:] = np.array(STAFF)[:, None] / counties
    guards.posts[:] = guards.staff
    books = new_books(counties, 3, len(empty_court(DEFAULT_COURT)))
    books.won["treasury"] = 10**12
    nothing: Any = SimpleNamespace()
    world = World(
        seed=7,
        k=K,
        week=0,
        start=np.datetime64("2017-01-02"),
        places=places,
        persons=nothing,
        households=nothing,
        units=units,
        tiles=nothing,
        national=National(),
        county=places_state,
        organ=organ,
        guards=guards,
        court=empty_court(DEFAULT_COURT),
        branch=new_branch(),
        books=books,
        sums=empty_sums(counties),
        tile_histogram=np.zeros((0, 32), np.uint16),
    )
    fill(world)
    return world


def fill(world: World) -> None:
    """Sums of a usual week: households to visit and to pay, an agent a household."""
    put(world, "weight", 2**20 * 20)
    put(world, "weight_threat_ask", 700_000)
    put(world, "weight_plea_ask", 300_000)
    put(world, "households", 1000)
    for o in range(3):
        homes = round(STAFF[o] / world.places.population.size / world.k)
        put(world, "class_households", homes, o)
        put(world, "class_members", 4 * homes, o)
        put(world, "class_served_members", 4 * homes, o)


def put(world: World, name: str, value: Any, part: int | None = None) -> None:
    world.sums[:, index(name, part)] = value


def visit(world: World, tables: dict[str, Any]) -> None:
    """Stand in for the people pass: visits happen as the tables say, a threat brings 0.8 of a need and a plea 0.35."""
    visits = tables["visits_per_weight"] * world.by_county("weight") / 2**20 / world.k
    for o in range(3):
        threats, pleas = visits[o] * tables["threat_share"][o], visits[o] * tables["plea_share"][o]
        put(world, "visits", np.floor(visits[o]), o)
        put(world, "threats_met", np.floor(threats), o)
        put(world, "pleas_met", np.floor(pleas), o)
        put(world, "bribes", np.floor(P.extortion.need[o] * (0.8 * threats + 0.35 * pleas)), o)
