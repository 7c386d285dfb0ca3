"""Takings and pay: what guards' households get from the state and from the organ's pocket, and what goes up.

Of every bribe a part stays in the pocket of the organ in the county, the rest goes to the county's chief, the organ's
chain and the leader's fund (Shleifer and Vishny 1993; shares are ours). Pay is an official part, mostly in kind, and a
supplement from the organ's own trade revenue, so that a cut of that revenue shows at once in what guards must collect.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes.engine.settle import UP_CHAIN, UP_COUNTY, UP_LEADER
from custodes.engine.step import Week
from custodes.world.columns import N_CLASSES, N_ORGANS
from custodes.world.state import World

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741

READS = (
    "books.pocket books.county_chief books.chain books.won guards.staff organ.trade_ratio "
    "sums.class_households sums.class_members sums.class_served_members sums.bribes sums.households "
    "levers.budget_security levers.guards_pay"
)
WRITES = "guards.paid books.pocket books.county_chief books.chain books.till"


class Params(NamedTuple):
    """Group `takings`; tuples are by organ (state security, police, cadres) or place (capital, border, inner, rural)."""

    official: tuple[float, float, float]  #: official pay, share of need, rations and other kind included
    supplement: tuple[float, float, float]  #: pay out of the organ's own trade revenue, share of need
    cash: float  #: cash in official pay, share of need
    treasury_limit: float  #: largest share of the treasury that pays guards in a week
    pocket_payout: float  #: share of a pocket taken home a week
    chief_payout: float  #: share of a county chief's account spent a week
    chain_payout: float  #: share of an organ's chain fund spent a week
    spending_place: tuple[float, float, float, float]  #: where the chain's money is spent, by place type


#: Share of a bribe that leaves the collecting agents: the books' own division.
PASSED_UP: Final = (UP_COUNTY + UP_CHAIN + UP_LEADER) / 100.0


# --- before the pass -------------------------------------------------------------------------------------------------


def prepare(world: World, week: Week, p: Any) -> dict[str, NDArray[Any]]:
    """Tables `take_home` (C, 8), `guard_pay` (8,), both won a household of the class, and `mean_bribe` (C,)."""
    return {"take_home": take_home(world, p.takings), "guard_pay": pay(world, week, p), "mean_bribe": mean_bribe(world)}


def take_home(world: World, p: Params) -> I:
    """Won a household of each class gets from its organ's pocket, (C, 8); 0 where the sample has none of them."""
    out = np.zeros((world.books.till.size, N_CLASSES), np.int64)
    for o in range(N_ORGANS):
        homes = world.by_county("class_households", o)
        out[:, o] = np.where(homes > 0, _part(world.books.pocket[o], p.pocket_payout) // np.maximum(homes, 1), 0)
    return out


def due(world: World, week: Week, p: Any) -> F:
    """Cash due to an agent, won a week, by organ (O,)."""
    q: Params = p.takings
    need, extra = np.array(p.extortion.need), np.asarray(week.levers.guards_pay, np.float64)
    own = np.array(q.supplement) * world.organ.trade_ratio * float(week.levers.budget_security)
    return need * (q.cash + own + extra)


def pay(world: World, week: Week, p: Any) -> I:
    """Cash pay a household (8,), limited by the treasury; sets `guards.paid` (cash and kind, won an agent-week).

    An organ of which the sample has no household is paid all the same in `guards.paid`, but no money moves.
    """
    q: Params = p.takings
    cash, staff = due(world, week, p), world.guards.staff.sum(axis=1)
    homes = np.array([world.total("class_households", o) for o in range(N_ORGANS)], np.int64)
    bill = np.where(homes > 0, cash * staff, 0.0)
    whole, limit = float(bill[0] + bill[1] + bill[2]), q.treasury_limit * float(max(0, world.books.won["treasury"]))
    ratio = min(1.0, limit / whole) if whole > 0.0 else 1.0
    out = np.zeros(N_CLASSES, np.int64)
    out[:N_ORGANS] = np.floor(bill * ratio / np.maximum(homes, 1)).astype(np.int64)
    kind = np.maximum(0.0, np.array(q.official) - q.cash) * np.array(p.extortion.need) * _served(world)
    world.guards.paid[:] = (cash * ratio + kind)[:, None]
    world.memory["guards_pay_ratio"] = ratio
    return out


def _served(world: World) -> F:
    """Share of the members of guards' households that got rations last week, by organ (O,); 1 where there are none."""
    out = np.ones(N_ORGANS)
    for o in range(N_ORGANS):
        members = world.total("class_members", o)
        if members > 0:
            out[o] = min(1.0, world.total("class_served_members", o) / members)
    return out


def mean_bribe(world: World) -> F:
    """Won in bribes a household last week, (C,)."""
    bribes = np.zeros(world.books.till.size, np.int64)
    for o in range(N_ORGANS):
        bribes += world.by_county("bribes", o)
    return bribes / np.maximum(world.by_county("households"), 1)


# --- after the pass --------------------------------------------------------------------------------------------------


def settle(world: World, week: Week, p: Any) -> None:  # noqa: ARG001 every step has this signature
    """Spend what nobody takes home: pockets without households, county chiefs' and organs' funds, all into tills."""
    q: Params = p.takings
    books = world.books
    for o in range(N_ORGANS):
        none = world.by_county("class_households", o) == 0
        _move(books.pocket[o], books.till, np.where(none, _part(books.pocket[o], q.pocket_payout), 0))
    _move(books.county_chief, books.till, _part(books.county_chief, q.chief_payout))
    share = spending_shares(world, q)
    for o in range(N_ORGANS):
        amount = int(_part(books.chain[o : o + 1], q.chain_payout)[0])
        parts = np.floor(amount * share).astype(np.int64)
        books.till += parts
        books.chain[o] -= parts.sum()


def spending_shares(world: World, p: Params) -> F:
    """Share of each county (C,) in what the organs' chains spend: by place type, inside a type by population."""
    places = world.places
    out = np.zeros(places.population.size)
    for kind, part in enumerate(p.spending_place):
        here = places.place_type == kind
        people = int(places.population[here].sum())
        if people > 0:
            out[here] = part * places.population[here] / people
    return out


def _part(accounts: I, share: float) -> I:
    """Whole won: a share of each account, rounded down and never more than is there."""
    parts: I = np.clip(np.floor(accounts * share).astype(np.int64), 0, np.maximum(accounts, 0))
    return parts


def _move(source: I, target: I, amounts: I) -> None:
    source -= amounts
    target += amounts
