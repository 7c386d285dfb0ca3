"""A small world by hand, a stand-in for the people pass, and the parameters: what the tests of the economy share."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from ruamel.yaml import YAML

import custodes
from custodes.actors.levers import LeverValues
from custodes.engine.step import Week
from custodes.engine.sums import index
from custodes.mechanisms import market, prices, rations
from custodes.scenario.court import DEFAULT_COURT
from custodes.world.books import new_books
from custodes.world.columns import (
    ARMY,
    CAPITAL,
    CLASSES,
    DEPENDANTS,
    FARMERS,
    N_CLASSES,
    OFFICIALS,
    PLACE_TYPES,
    STATE_WORKERS,
    Households,
    Persons,
    Tiles,
    Units,
)
from custodes.world.court import empty_court, new_branch
from custodes.world.state import County, National, Organ, Places, World, empty_sums, new_guards

MT = 10**12  #: grams in a million tonnes
CLASS_SHARE = {
    0: 0.02,
    1: 0.03,
    OFFICIALS: 0.09,
    CAPITAL: 0.09,
    STATE_WORKERS: 0.33,
    DEPENDANTS: 0.08,
    FARMERS: 0.33,
    ARMY: 0.03,
}


class Log:
    """An event log in memory."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def record(
        self,
        kind: str,
        week: int,
        *,
        place: str = "",
        organ: str = "",
        magnitude: float = 0.0,
        causes: Iterable[str] = (),
        text: str = "",
    ) -> str:
        name = f"{kind}-{len(self.events)}"
        self.events.append(
            {"id": name, "kind": kind, "week": week, "magnitude": magnitude, "causes": list(causes), "text": text}
        )
        return name

    def latest(self, kind: str, within_weeks: int, place: str | None = None, organ: str | None = None) -> list[str]:
        return [e["id"] for e in reversed(self.events) if e["kind"] == kind]

    def kinds(self) -> list[str]:
        return [e["kind"] for e in self.events]


@cache
def parameters() -> Any:
    """`p` with the three groups of the economy at their defaults, read from the package's files."""
    groups = {}
    for name, module in (("rations", rations), ("market", market), ("prices", prices)):
        file = Path(custodes.__file__).parent / "data" / "parameters" / f"{name}.yaml"
        entries = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
        values = {k: _value(e["value"]) for k, e in entries.items()}
        groups[name] = module.Params(**values)
    return SimpleNamespace(**groups)


def _value(value: Any) -> Any:
    if not isinstance(value, dict):
        return float(value)
    order = PLACE_TYPES if set(value) == set(PLACE_TYPES) else CLASSES
    assert set(value) == set(order)
    return tuple(float(value[k]) for k in order)


def small_world(k: int = 100, seed: int = 7, counties: int = 4) -> World:
    """Four counties, one a place type, with the nation's stocks (EQUATIONS.md section 4) and last week's head counts."""
    people = np.array([3_250_000, 2_500_000, 12_500_000, 6_750_000], np.int64)[:counties]
    c = counties
    world = World(
        seed=seed,
        k=k,
        week=0,
        start=np.datetime64("2017-01-02"),
        places=Places(
            counties=tuple(f"c{i}" for i in range(c)),
            provinces=("p",),
            province=np.zeros(c, np.int16),
            place_type=np.arange(c, dtype=np.int8),
            latitude=np.zeros(c),
            longitude=np.zeros(c),
            capital=0,
            neighbours=((),) * c,
            population=people,
            soldiers=np.zeros(c, np.int64),
            estimated=np.zeros(c, bool),
            markets=np.ones(c),
            roads=(),
            court=DEFAULT_COURT,
        ),
        persons=_empty(Persons),
        households=_empty(Households),
        units=_empty(Units),
        tiles=_empty(Tiles),
        national=National(),
        county=County(
            *(np.ones(c) for _ in range(2)), np.zeros(c), np.zeros(c, np.int8), *(np.zeros(c) for _ in range(4))
        ),
        organ=Organ(*(np.zeros(3) for _ in range(8))),
        guards=new_guards(c),
        court=empty_court(DEFAULT_COURT),
        branch=new_branch(),
        books=new_books(c, 3, len(empty_court(DEFAULT_COURT))),
        sums=empty_sums(c),
        tile_histogram=np.zeros((0, 32), np.uint16),
    )
    fill_books(world)
    count_people(world)
    return world


def _empty(kind: Any) -> Any:
    return kind(*(np.zeros(0, np.int64) for _ in kind._fields))


def fill_books(world: World) -> None:
    books = world.books
    books.till[:] = world.places.population * 17_000
    books.county_chief[:], books.pocket[:], books.chain[:] = 10**9, 10**9, 10**10
    books.won.update(
        treasury=1_200 * 10**9,
        importers=1_000 * 10**9,
        trade_companies=10**11,
        enterprises=10**11,
        leader_fund=10**11,
        farm_proceeds=10**11,
    )
    books.cents.update(reserve=3 * 10**11, importers_cents=4 * 10**9)
    books.grams.update(state_pool=7 * MT // 10, farm_stock=16 * MT // 10, market_stock=MT // 10)


def count_people(world: World) -> None:
    """Last week's sums as a pass would leave them: heads by class, households of four, half of the labour in the market."""
    rows = world.places.population // world.k
    p = parameters()
    served = rations.coverage(p.rations)
    for code, share in CLASS_SHARE.items():
        members = (rows * share).astype(np.int64)
        put(world, "class_members", members, code)
        put(world, "class_served_members", (members * served[code]).astype(np.int64), code)
        put(world, "class_households", members // 4, code)
    put(world, "market_labour_milli", rows * 250)
    put(world, "attending_milli", rows * 150)
    put(world, "farm_workers_milli", rows * 180)
    put(world, "want_grams", rows * 1000)
    put(world, "money", rows * 60_000)
    put(world, "income", rows * 25_000)
    put(world, "dollars_cents", rows * 500)


def put(world: World, name: str, values: Any, part: int | None = None) -> None:
    world.sums[:, index(name, part)] = values


def week(number: int = 0, log: Log | None = None, **levers: Any) -> Week:
    """Week `number` of a scenario that starts on the first Monday of a year; every year has 52 weeks here."""
    return Week(
        number=number,
        of_year=number % 52,
        year=2017 + number // 52,
        date=np.datetime64("2017-01-02") + 7 * number,
        first_of_year=number % 52 == 0,
        levers=LeverValues(**levers),
        log=log or Log(),
    )


def totals(world: World) -> tuple[int, int, int]:
    """Won, cents and grams outside households."""
    return world.books.total_won(), world.books.total_cents(), sum(world.books.grams.values())


def assert_no_account_overdrawn(world: World) -> None:
    books = world.books
    for group in (books.won, books.cents, books.grams):
        for name, amount in group.items():
            assert amount >= 0 or name in {"central_bank", "abroad_cents", "field", "grain_abroad"}, (name, amount)
    for array in (books.till, books.county_chief, books.pocket, books.chain, books.organ_trade):
        assert int(array.min()) >= 0


def eat(world: World, tables: dict[str, Any]) -> None:
    """Stand-in for the pass's grain: everyone eats what the tables hand out and buys the wanted share of the gap."""
    members = np.stack([world.sums[:, index("class_members", c)] for c in range(N_CLASSES)])
    served = np.stack([world.sums[:, index("class_served_members", c)] for c in range(N_CLASSES)])
    need, ration, plot = (tables[n][:, None] for n in ("need_grams", "ration_grams", "plot_grams"))
    gap = np.maximum(0, need - ration - plot) * served + np.maximum(0, need - plot) * (members - served)
    want = np.floor(gap.sum(axis=0) * tables["want_factor"]).astype(np.int64)
    bought = np.floor(want * tables["market_fill"][0]).astype(np.int64)
    put(world, "want_grams", want)
    for name, grams in (
        ("ration_grams", (ration * served).sum(axis=0)),
        ("plot_grams", (plot * members).sum(axis=0)),
        ("bought_grams", bought),
        ("need_grams", (need * members).sum(axis=0)),
    ):
        put(world, name, grams)
    for source, name in (
        ("state_pool", "ration_grams"),
        ("farm_stock", "plot_grams"),
        ("market_stock", "bought_grams"),
    ):
        world.books.move_grams(source, "eaten", world.total(name))


def food_weeks(
    world: World, weeks: int, log: Log | None = None, start: int = 0, **levers: Any
) -> dict[str, np.ndarray]:
    """Run rations and prices over `weeks` with the stand-in; series of the ration plan, prices, cover and reserve."""
    p, log = parameters(), log or Log()
    seen: dict[str, list[float]] = {
        n: [] for n in ("ration", "rice", "rate", "cover", "reserve", "pool", "farm", "fill", "state_workers")
    }
    for number in range(start, start + weeks):
        world.books.move_won("importers", "central_bank", world.books.won["importers"])
        world.books.move_won("central_bank", "importers", 850 * 10**9)  # what households spend on imported goods
        now = week(number, log, **levers)
        tables = rations.prepare(world, now, p) | prices.prepare(world, now, p)
        eat(world, tables)
        rations.settle(world, now, p)
        prices.settle(world, now, p)
        assert_no_account_overdrawn(world)
        for name, value in zip(
            seen,
            (
                world.national.ration,
                world.national.rice_price,
                world.national.won_per_dollar,
                world.national.market_cover,
                world.books.cents["reserve"],
                world.books.grams["state_pool"],
                world.books.grams["farm_stock"],
                tables["market_fill"][0],
                tables["ration_grams"][STATE_WORKERS] / 7,
            ),
            strict=True,
        ):
            seen[name].append(float(value))
    return {n: np.array(v) for n, v in seen.items()}
