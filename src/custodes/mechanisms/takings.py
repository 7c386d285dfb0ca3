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
from custodes.jit import njit
from custodes.world.columns import N_CLASSES, N_ORGANS
from custodes.world.state import World

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741

READS = (
    "books.pocket books.won guards.staff organ.trade_ratio "
    "sums.class_households sums.class_members sums.class_served_members sums.bribes sums.households "
    "national.ration levers.budget_security levers.guards_pay"
)
WRITES = "guards.paid books.pocket books.till memory"


class Params(NamedTuple):
    """Group `takings`; tuples are by organ (state security, police, cadres)."""

    official: tuple[float, float, float]  #: official pay, share of need, rations and other kind included
    supplement: tuple[float, float, float]  #: pay out of the organ's own trade revenue, share of need
    cash: float  #: cash in official pay, share of need
    kind_ration: float  #: ration from which pay in kind is whole, g/day
    treasury_limit: float  #: largest share of the treasury that pays guards in a week
    pocket_payout: float  #: share of a pocket taken home a week


#: Share of a bribe that leaves the collecting agents: the books' own division.
PASSED_UP: Final = (UP_COUNTY + UP_CHAIN + UP_LEADER) / 100.0


# --- before the pass -------------------------------------------------------------------------------------------------


def prepare(world: World, week: Week, p: Any) -> dict[str, NDArray[Any]]:
    """Tables `take_home` (C, 8), `guard_pay` (8,), both won a household of the class, and `mean_bribe` (C,)."""
    return {"take_home": take_home(world, p.takings), "guard_pay": pay(world, week, p), "mean_bribe": mean_bribe(world)}


def take_home(world: World, p: Params) -> I:
    """Won a household of each class gets from its organ's pocket, (C, 8); 0 where the sample has none of them."""
    out = np.zeros((world.books.till.size, N_CLASSES), np.int64)
    _share_pockets(world.books.pocket, _homes(world), p.pocket_payout, out)
    return out


def _homes(world: World) -> I:
    """Households of guards by organ and county, real, (O, C)."""
    return np.stack([world.by_county("class_households", o) for o in range(N_ORGANS)])


@njit
def _share_pockets(pocket, homes, payout, out):  # type: ignore[no-untyped-def]
    """Fill `out` (C, 8) with the won that a household takes home."""
    for o in range(homes.shape[0]):
        for c in range(homes.shape[1]):
            if homes[o, c] > 0:
                out[c, o] = _part(pocket[o, c], payout) // homes[o, c]


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
    whole_ration = min(1.0, world.national.ration / q.kind_ration)
    kind = np.maximum(0.0, np.array(q.official) - q.cash) * np.array(p.extortion.need) * _served(world) * whole_ration
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
    """Pockets of organs without a household in the county: what would be taken home goes to the till.

    What was passed up is spent by `market` (county chiefs, chains, the leader's fund).
    """
    books = world.books
    _spend_where_nobody_lives(books.pocket, books.till, _homes(world), p.takings.pocket_payout)


@njit
def _spend_where_nobody_lives(pocket, till, homes, payout):  # type: ignore[no-untyped-def]
    """Move the part of a pocket (O, C) that no household takes home to the till of its county."""
    for o in range(homes.shape[0]):
        for c in range(homes.shape[1]):
            if homes[o, c] == 0:
                spent = _part(pocket[o, c], payout)
                pocket[o, c] -= spent
                till[c] += spent


@njit
def _part(account, share):  # type: ignore[no-untyped-def]
    """Whole won: a share of an account, rounded down and never more than is there."""
    return min(max(np.int64(np.floor(account * share)), 0), max(account, 0))
