"""Opening balances and first values of counties, organs and the nation."""

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from custodes.world.state import County, World

F = NDArray[np.float64]
GRAMS_PER_TONNE = 1_000_000


def new_county(counties: int) -> County:
    """Counties at rest, each array of shape (C,)."""
    spread, risk, anger, shock, heat, news, rate = (np.zeros(counties) for _ in range(7))
    return County(
        price_spread=spread + 1.0,
        risk_heard=risk,
        anger=anger,
        lost=np.zeros(counties, np.int8),
        shock=shock,
        heat=heat,
        refusal_news=news,
        market_rate=rate,
    )


def open_books(world: World, p: Any) -> None:
    """Tills in proportion to household money, and the state's, importers' and grain accounts."""
    books, money = world.books, household_money(world)
    books.till[:] = np.floor(p.tills * money).astype(np.int64)
    books.won["treasury"], books.won["importers"] = int(p.treasury), int(p.importers)
    books.cents["reserve"] = int(p.reserve * 100.0)
    for account in ("state_pool", "farm_stock", "market_stock"):
        books.grams[account] = int(getattr(p, account) * GRAMS_PER_TONNE)


def household_money(world: World) -> NDArray[np.int64]:
    """Won in households by county, real (C,)."""
    edges = world.units.first_household[np.searchsorted(world.units.county, np.arange(len(world.places.counties) + 1))]
    money = world.households.money
    return np.array([world.k * int(money[a:b].sum()) for a, b in itertools.pairwise(edges.tolist())], np.int64)


def post_guards(world: World, p: Any, posts: F) -> None:
    """Agents in post and what they feel; posts (O, C) at 1:1."""
    guards = world.guards
    guards.staff[:] = posts
    guards.posts[:] = posts
    guards.effort[:], guards.morale[:], guards.perceived[:] = p.effort, p.morale, p.perceived_risk
    guards.take[:] = np.asarray(p.take)[:, None]
    world.organ.enforcement[:], world.organ.credibility[:] = p.enforcement, p.credibility
    world.organ.trade_ratio[:] = 1.0


def set_counties(world: World, p: Any) -> None:
    """Prices, and what is said about leaving."""
    world.national.rice_price = world.national.price_memory = p.rice_price
    world.national.won_per_dollar = p.won_per_dollar
    world.county.price_spread[:] = np.asarray(p.price_spread)[world.places.place_type]
    world.county.risk_heard[:] = p.risk_heard
    half_till = 0.5 * world.books.till
    labour = world.by_county("market_labour_milli") * 0.001
    world.county.market_rate[:] = half_till / np.maximum(labour, 1.0)
