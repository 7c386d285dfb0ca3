"""Rents: what a post brings its holder, what he has come to expect, and the money that really reaches his purse.

The rent of a post is an index, 1 at rest for a director: privileges from the state, the leader's gifts, what the organ's
guards pass up the chain, and the organ's own trade. Expectation adapts, so that a lasting loss is felt for a year or two
and not for ever; without adaptation a lasting loss of a tenth doubles coups (EQUATIONS.md section 7; that rulers live by
what they hand out: Bueno de Mesquita et al. 2003, Svolik 2009).

The money: a part of what an organ's chain spends, and that part of the leader's fund which is not building work, goes
into the purses of those who hold posts, by rank; so does the cash part of his dollar gifts. They spend part of the won in
the tills and part of the dollars on goods abroad. All parts are floored, and what is left over stays in its account.
"""

from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes.engine.settle import UP_CHAIN
from custodes.engine.step import Week
from custodes.jit import njit
from custodes.mechanisms.market import leaders_spending, pay_tills
from custodes.world.columns import COLLECTORS, IN_POST, N_COURT, N_ORGANS
from custodes.world.state import World

F = NDArray[np.float64]
I8 = NDArray[np.int64]

READS = (
    "court.status court.organ court.rank court.expected_rent branch.trade_ratio branch.chain_norm organ.edict "
    "sums.bribes sums.settlements books.chain books.won books.cents books.official_won books.official_cents "
    "places.place_type places.population levers.budget_gifts memory"
)
WRITES = (
    "court.rent court.expected_rent branch.chain_ratio branch.chain_norm books.chain books.won books.cents books.till "
    "books.official_won books.official_cents memory"
)

#: With which collecting organ the people of each court organ collect, if they do.
_COLLECTS: Final = {court: guards for guards, organs in enumerate(COLLECTORS) for court in organs}
_GUARDS: Final = tuple(_COLLECTS.get(court) for court in range(N_COURT))
_WHOLE: Final = 10.0  #: parts of a director's pay in which purses are reckoned: few, so that small countries pay too


class Params(NamedTuple):
    """Group `rents`. The four weights add up to 1; the pay scale is by rank."""

    privilege: float  #: weight of what the state gives: housing, cars, special shops
    gifts: float  #: weight of the leader's gifts
    chain: float  #: weight of what is passed up the organ's chain
    trade: float  #: weight of the organ's own trade
    edict: float  #: share of the chain's part that a full edict stops
    adaptation: float  #: weeks in which expectation closes most of the distance to the rent
    smoothing: float  #: weeks over which the chain's and the treasury's income are averaged
    pay_scale: tuple[float, float, float]  #: rent of chiefs, deputies, directors
    won_spent: float  #: share of the won in a purse spent in a week
    dollars_spent: float  #: share of the dollars in it


def settle(world: World, week: Week, p: Any) -> None:
    """Set every holder's rent and move his expectation; then pay the week's money into purses, and spend out of them."""
    q: Params = p.rents
    _follow_chain(world, week, q)
    index = rent_of_organs(world, privilege(world, week, q), q)
    court = world.court
    scale = np.asarray(q.pay_scale)
    earn(court.status, court.organ, court.rank, index, scale, 1.0 / q.adaptation, court.rent, court.expected_rent)
    fill_purses(world, week, p)
    spend_purses(world, p)


# --- the index -----------------------------------------------------------------------------------------------------------


def rent_of_organs(world: World, privileges: float, p: Params) -> F:
    """Rent of a director of each organ, shape (10,); 1 at rest.

    The gifts' ratio is of dollars really given, so that a loss of trade is in it already as far as it reaches the fund.
    """
    edict = edict_on_court(world.organ.edict)
    fixed = p.privilege * privileges + p.gifts * world.memory.get("gifts_ratio", 1.0)
    branch = world.branch
    index: F = fixed + p.chain * branch.chain_ratio * (1.0 - p.edict * edict) + p.trade * branch.trade_ratio
    return index


def edict_on_court(edict: F) -> F:
    """An edict as the organs of the court feel it, shape (10,): their guards' own, others the mean of the three."""
    own = edict.tolist()
    mean = (own[0] + own[1] + own[2]) / N_ORGANS
    return np.array([mean if guards is None else own[guards] for guards in _GUARDS])


def privilege(world: World, week: Week, p: Params) -> float:
    """What the treasury can afford against the rest: its fees and levies over those of the burn-in's last year, at most 1.

    More of them than usual buys officials no more villas; what dollars bring in does not count.
    """
    memory = world.memory
    income = memory.get("state_income_won_week", 0.0)
    usual = memory["treasury_usual"] = _toward(memory.get("treasury_usual", income), income, 1.0 / p.smoothing)
    norm = usual_income(memory, "treasury", usual, week)
    return min(1.0, usual / norm) if norm > 0.0 else 1.0


def _follow_chain(world: World, week: Week, p: Params) -> None:
    """What the guards of each organ passed up this week against the rest; organs without guards get the mean of the three."""
    branch, memory = world.branch, world.memory
    ratios = []
    bribes, settlements = world.totals("bribes", N_ORGANS), world.totals("settlements", N_ORGANS)
    for guards, organs in enumerate(COLLECTORS):
        income = float((bribes[guards] + settlements[guards]) * UP_CHAIN // 100)
        name = f"chain_usual.{guards}"
        usual = memory[name] = _toward(memory.get(name, income), income, 1.0 / p.smoothing)
        norm = usual_income(memory, f"chain.{guards}", usual, week)
        ratios.append(usual / norm if norm > 0.0 else 1.0)
        for organ in organs:
            branch.chain_norm[organ] = norm
    mean = (ratios[0] + ratios[1] + ratios[2]) / N_ORGANS
    branch.chain_ratio[:] = [mean if guards is None else ratios[guards] for guards in _GUARDS]


def usual_income(memory: dict[str, float], name: str, now: float, week: Week) -> float:
    """The mean of weeks -52 to -1 (without a burn-in: the first week's); 0 until it is known."""
    norm = f"norm.{name}"
    if -52 <= week.number <= -1:
        seen = memory.get(f"norm_weeks.{name}", 0.0)
        mean = memory.get(f"norm_mean.{name}", 0.0)
        memory[f"norm_mean.{name}"] = mean + (now - mean) / (seen + 1.0)
        memory[f"norm_weeks.{name}"] = seen + 1.0
    if week.number >= -1 and norm not in memory:
        memory[norm] = memory.get(f"norm_mean.{name}", now)
    return memory.get(norm, 0.0)


def _toward(value: float, target: float, rate: float) -> float:
    return value + rate * (target - value)


@njit
def earn(status, organ, rank, index, scale, rate, rent, expected):  # type: ignore[no-untyped-def]
    """This week's rent of every holder, and what he expects; 0 for a vacant post, nothing changes for those away."""
    for i in range(status.shape[0]):
        if organ[i] < 0:
            break
        if status[i] == IN_POST:
            rent[i] = index[organ[i]] * scale[rank[i]]
            expected[i] += rate * (rent[i] - expected[i])
        else:
            rent[i] = 0.0


# --- the money -----------------------------------------------------------------------------------------------------------


@njit
def count_parts(status, organ, rank, parts):  # type: ignore[no-untyped-def]
    """Parts of the pay scale that the holders of each organ have together, shape (10,)."""
    out = np.zeros(N_COURT, np.int64)
    for i in range(status.shape[0]):
        if organ[i] < 0:
            break
        if status[i] == IN_POST:
            out[organ[i]] += parts[rank[i]]
    return out


@njit
def add_parts(status, organ, rank, parts, won_a_part, cents_a_part, won, cents):  # type: ignore[no-untyped-def]
    """Pay each holder his parts: `won_a_part` by organ, `cents_a_part` alike."""
    for i in range(status.shape[0]):
        if organ[i] < 0:
            break
        if status[i] == IN_POST:
            won[i] += parts[rank[i]] * won_a_part[organ[i]]
            cents[i] += parts[rank[i]] * cents_a_part


@njit
def spend(purse, share):  # type: ignore[no-untyped-def]
    """Take a share out of every purse, rounded down; returns the sum."""
    total = np.int64(0)
    for i in range(purse.shape[0]):
        amount = min(np.int64(purse[i] * share), purse[i])
        purse[i] -= amount
        total += amount
    return total


@lru_cache(maxsize=16)
def _pay_parts(pay_scale: tuple[float, ...]) -> I8:
    """The pay scale in whole parts, by rank."""
    return np.floor(np.asarray(pay_scale) * _WHOLE + 0.5).astype(np.int64)


def fill_purses(world: World, week: Week, p: Any) -> None:
    """Chains pay their organ's holders, the leader's fund all of them, in won and in dollars, by the pay scale."""
    court, books = world.court, world.books
    parts = _pay_parts(p.rents.pay_scale)
    held = count_parts(court.status, court.organ, court.rank, parts).tolist()
    everybody = sum(held)
    if everybody == 0:
        return
    gift = leaders_spending(world, week, p.market)
    a_part = (gift - int(gift * p.market.wage_share)) // everybody
    books.won["leader_fund"] -= a_part * everybody
    world.memory["leader_gifts_won_week"] = float(a_part * everybody)
    from_chains = 0
    won = [a_part] * N_COURT
    from_chain = p.market.officials_part * min(p.market.chain_share * week.levers.budget_gifts, 0.5)
    for guards, organs in enumerate(COLLECTORS):
        held_here = sum([held[o] for o in organs])
        each = int(int(books.chain[guards]) * from_chain) // held_here if held_here else 0
        books.chain[guards] -= each * held_here
        from_chains += each * held_here
        for organ in organs:
            won[organ] += each
    world.memory["chain_to_officials_won_week"] = float(from_chains)
    given = min(int(world.memory.get("gifts_cents_week", 0.0)), books.cents["leader_fund_cents"])
    cents = given // everybody
    books.cents["leader_fund_cents"] -= cents * everybody
    posts = (court.status, court.organ, court.rank)
    add_parts(*posts, parts, np.array(won, np.int64), cents, books.official_won, books.official_cents)


def spend_purses(world: World, p: Any) -> None:
    """Holders, and those without a post who still have something, spend won in the tills and dollars on goods abroad.

    The few won that the division among tills leaves over go to the treasury.
    """
    books = world.books
    spent = int(spend(books.official_won, p.rents.won_spent))
    books.won["treasury"] += spent - pay_tills(world, spent, p.market)
    books.cents["abroad_cents"] += int(spend(books.official_cents, p.rents.dollars_spent))
