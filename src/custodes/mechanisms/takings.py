"""Takings and pay: what guards' households get from the state and from the organ's pocket, and what goes up.

Of every bribe a part stays in the pocket of the organ in the county, the rest goes to the county's chief, the organ's
chain and the leader's fund (Shleifer and Vishny 1993; shares are ours). Pay is an official part, mostly in kind, and a
supplement from the organ's own trade revenue, so that a cut of that revenue shows at once in what guards must collect.
"""

import math
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
    homes = world.by_part("class_households", N_ORGANS)
    _share_pockets(world.books.pocket, homes, p.pocket_payout, out)
    return out


@njit
def _share_pockets(pocket, homes, payout, out):  # type: ignore[no-untyped-def]
    """Fill `out` (C, 8) with the won that a household takes home."""
    for o in range(homes.shape[0]):
        for c in range(homes.shape[1]):
            if homes[o, c] > 0:
                out[c, o] = _part(pocket[o, c], payout) // homes[o, c]


def due(world: World, week: Week, p: Any) -> list[float]:
    """Cash due to an agent, won a week, by organ."""
    q: Params = p.takings
    trade, extra, budget = world.organ.trade_ratio.tolist(), week.levers.guards_pay, float(week.levers.budget_security)
    return [
        p.extortion.need[o] * (q.cash + q.supplement[o] * trade[o] * budget + float(extra[o])) for o in range(N_ORGANS)
    ]


def pay(world: World, week: Week, p: Any) -> I:
    """Cash pay a household (8,), limited by the treasury; sets `guards.paid` (cash and kind, won an agent-week).

    An organ of which the sample has no household is paid all the same in `guards.paid`, but no money moves.
    """
    q: Params = p.takings
    cash, staff = due(world, week, p), world.guards.staff.sum(axis=1).tolist()
    homes = world.totals("class_households", N_ORGANS)
    bill = [cash[o] * staff[o] if homes[o] > 0 else 0.0 for o in range(N_ORGANS)]
    whole, limit = bill[0] + bill[1] + bill[2], q.treasury_limit * float(max(0, world.books.won["treasury"]))
    ratio = min(1.0, limit / whole) if whole > 0.0 else 1.0
    out = np.zeros(N_CLASSES, np.int64)
    whole_ration = min(1.0, world.national.ration / q.kind_ration)
    for o, served in enumerate(_served(world)):
        out[o] = math.floor(bill[o] * ratio / max(homes[o], 1))
        kind = max(0.0, q.official[o] - q.cash) * p.extortion.need[o] * served * whole_ration
        world.guards.paid[o] = cash[o] * ratio + kind
    world.memory["guards_pay_ratio"] = ratio
    return out


def _served(world: World) -> list[float]:
    """Share of the members of guards' households that got rations last week, by organ; 1 where there are none."""
    members, served = world.totals("class_members", N_ORGANS), world.totals("class_served_members", N_ORGANS)
    return [min(1.0, served[o] / members[o]) if members[o] > 0 else 1.0 for o in range(N_ORGANS)]


def mean_bribe(world: World) -> F:
    """Won in bribes a household last week, (C,)."""
    each: F = _mean_bribe(world.by_part("bribes", N_ORGANS), world.by_county("households"))
    return each


@njit
def _mean_bribe(bribes, households):  # type: ignore[no-untyped-def]
    """Bribes of all organs (O, C) over households (C,)."""
    out = np.empty(households.shape[0])
    for c in range(out.shape[0]):
        out[c] = (bribes[0, c] + bribes[1, c] + bribes[2, c]) / max(households[c], 1)
    return out


# --- after the pass --------------------------------------------------------------------------------------------------


def settle(world: World, week: Week, p: Any) -> None:  # noqa: ARG001 every step has this signature
    """Pockets of organs without a household in the county: what would be taken home goes to the till.

    What was passed up is spent by `market` (county chiefs, chains, the leader's fund).
    """
    books = world.books
    homes = world.by_part("class_households", N_ORGANS)
    _spend_where_nobody_lives(books.pocket, books.till, homes, p.takings.pocket_payout)


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
