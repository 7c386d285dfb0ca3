"""The world that a run steps: arrays and numbers only, so that it can be saved, resumed and compared byte by byte."""

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes.engine.sums import N_SUMS, column_total, column_totals, index
from custodes.world.books import Books
from custodes.world.columns import N_ORGANS, Households, Persons, Tiles, Units
from custodes.world.court import Branch, Court, CourtPlan

F = NDArray[np.float64]


class Contraband(NamedTuple):
    """What a scenario says of contraband: where it is made, and what it costs."""

    producers: tuple[tuple[int, float], ...] = ()  #: (county, kg a week)
    price_at_source: float = 0.0  #: US$ a gram
    price_at_border: float = 0.0  #: US$ a gram


NO_CONTRABAND: Final = Contraband()


@dataclass
class Places:
    """What never changes in a run. C counties, P provinces."""

    counties: tuple[str, ...]
    provinces: tuple[str, ...]
    province: NDArray[np.int16]  #: (C,)
    place_type: NDArray[np.int8]  #: (C,) index into PLACE_TYPES
    latitude: F
    longitude: F
    capital: int  #: index of the capital's county
    neighbours: tuple[tuple[int, ...], ...]  #: nearest counties of the same or an adjacent province
    population: NDArray[np.int64]  #: (C,) at 1:1, civil
    soldiers: NDArray[np.int64]  #: (C,) at 1:1
    estimated: NDArray[np.bool_]  #: (C,) the county's figure is an estimate, not a fact
    markets: F  #: (C,) official markets, by population share of the province's count
    roads: tuple[tuple[int, int, float], ...]  #: (county, county, km), each road once
    court: CourtPlan  #: posts, titles, names
    contraband: Contraband = NO_CONTRABAND


@dataclass
class National:
    """National state. Prices in won; rates and shares plain."""

    rice_price: float = 5000.0  #: won/kg
    won_per_dollar: float = 8100.0
    capacity_norm: float = 0.0  #: C_0: control capacity an agent-unit, mean of burn-in weeks 53-104; 0: not yet set
    harvest_grams: float = 0.0  #: this year's harvest (before loss), drawn at its start
    market_cover: float = 4.0  #: weeks
    dollar_demand: float = 0.0  #: cents, last week
    dollar_supply: float = 0.0
    trade_ratio: float = 1.0  #: exports now / base
    wage_rate: float = 0.0
    ration: float = 330.0  #: g/day, the plan of this week
    rally: float = 0.0
    price_memory: float = 5000.0  #: 8-week mean of the rice price
    media_reach: float = 1.0


@dataclass
class County:
    """County state, each of shape (C,)."""

    price_spread: F
    risk_heard: F  #: perceived risk of leaving
    anger: F
    lost: NDArray[np.int8]  #: 1: out of the state's hands
    shock: F  #: multiplier on sparks, decays
    heat: F  #: extra heat on sparks
    refusal_news: F  #: weeks left
    market_rate: F  #: last week's, for labour and reports


@dataclass
class Organ:
    """Organ state, each of shape (O,)."""

    enforcement: F  #: E
    reach: F  #: how far the last order has spread
    order: F  #: weight of the standing order
    credibility: F
    edict: F
    trade_ratio: F  #: own trade revenue / base
    threats_before: F  #: threat share before the order, for relapses
    purge_hazard: F


@dataclass
class Guards:
    """Organ x county state, each of shape (O, C) unless said; types are area officers, office, rough."""

    staff: F  #: agents in post (real, may be fractional)
    posts: F  #: agents at full strength
    effort: F
    morale: F
    take: F  #: won an agent-week, before the part passed up
    paid: F  #: won an agent-week, in pay and kind
    perceived: F  #: (O, C, 3) perceived risk of punishment per threat
    capacity: F  #: control capacity, agents
    threat_share: F  #: of choices, last week's table
    plea_share: F
    type_threat: F  #: (O, C, 3) threat probability of each type
    punished: NDArray[np.int64]  #: (O, C) last week


@dataclass
class World:
    """One country at one week. `week` counts from the scenario's start; burn-in weeks are negative."""

    seed: int
    k: int  #: every row stands for k people
    week: int
    start: np.datetime64  #: Monday of week 0
    places: Places
    persons: Persons
    households: Households
    units: Units
    tiles: Tiles
    national: National
    county: County
    organ: Organ
    guards: Guards
    court: Court
    branch: Branch
    books: Books
    sums: NDArray[np.int64]  #: (C, N_SUMS), last week's
    tile_histogram: NDArray[np.uint16]  #: (tiles, 32) adults by needed peer share, from the tile's last quarter week
    memory: dict[str, float] = field(default_factory=dict)  #: named scalars of mechanisms and of the event log
    actors: dict[str, Any] = field(
        default_factory=dict
    )  #: what the leader, powers and reporters keep: JSON values only
    register: list[dict[str, Any]] = field(
        default_factory=list
    )  #: every fall from post, a record each: JSON values only

    def total(self, name: str, part: int | None = None) -> int:
        """Real (k times) national sum of last week's `name`."""
        return self.k * int(column_total(self.sums, index(name, part)))

    def by_county(self, name: str, part: int | None = None) -> NDArray[np.int64]:
        """Real county sums of last week's `name`, shape (C,)."""
        counties: NDArray[np.int64] = self.sums[:, index(name, part)] * self.k
        return counties

    def by_part(self, name: str, parts: int) -> NDArray[np.int64]:
        """Real county sums of the first `parts` organs or classes of last week's `name`, shape (parts, C)."""
        first = index(name, 0)
        return np.multiply(self.sums[:, first : first + parts].T, self.k, order="C")

    def totals(self, name: str, parts: int) -> list[int]:
        """Real national sums of the first `parts` organs or classes of last week's `name`."""
        return [self.k * rows for rows in column_totals(self.sums, index(name, 0), parts).tolist()]


def empty_sums(counties: int) -> NDArray[np.int64]:
    return np.zeros((counties, N_SUMS), np.int64)


def new_guards(counties: int) -> Guards:
    o = (N_ORGANS, counties)
    z = lambda *s: np.zeros(s)  # noqa: E731
    return Guards(
        staff=z(*o),
        posts=z(*o),
        effort=z(*o) + 0.3,
        morale=z(*o) + 0.5,
        take=z(*o),
        paid=z(*o),
        perceived=z(*o, 3) + 0.01,
        capacity=z(*o),
        threat_share=z(*o),
        plea_share=z(*o),
        type_threat=z(*o, 3),
        punished=np.zeros(o, np.int64),
    )
