"""Market and work: labour moves between state job and market, and is paid by what was spent.

Market earnings are no rule but an outcome: what households spent in a county last week lies in its till, and half of
it, less the fee, is paid to those who trade there, by labour and skill. State jobs pay a token wage; enterprises that
pay more do so from a wage fund, filled by trade companies, by what absent workers pay for their absence, and by the
state. Whatever officials' chains and chiefs spend returns to the tills, in part by way of officials' purses (`rents`).
Shapes and numbers: EQUATIONS.md sections 2 and 4 with IMPLEMENTING.md nos. 3, 4, 19-21, 26; absence bought from the
employer: MODEL.md section 2; ours throughout.

Before the pass money goes only where it was there already, so no account can be overdrawn.
"""

from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes.engine.settle import Shares
from custodes.engine.step import Week
from custodes.jit import njit
from custodes.world.columns import ARMY, FARMERS, N_CLASSES, ORGANS, WORKERS_PER_MEMBER
from custodes.world.same import Same
from custodes.world.state import Places, World

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741

READS = (
    "books.till books.county_chief books.chain books.won organ.edict county.lost places.place_type places.population "
    "sums.market_labour_milli sums.market_workers_milli sums.farm_workers_milli sums.attending_milli "
    "sums.workers_milli households.members households.skill units.first_household tiles.first_unit tiles.first_of_county "
    "sums.class_households levers.budget_economy levers.budget_gifts levers.levy_extra levers.market_tolerance"
)
WRITES = "books.till books.county_chief books.chain books.pocket books.won national.wage_rate county.market_rate memory"

SLACK = 1.005  #: workers and households are counted a week late
SLACK_ROWS = 3
NEARLY_EMPTY = 0.15  #: share of workers in the market below which their labour may double within a week
UNITS: Final = 2.0**30  #: of a whole, in which the parts of a payment are counted
CADRES = ORGANS.index("cadres")


class Params(NamedTuple):
    """Facts and rates of work, spending and the state's payments; money is won."""

    food_budget: float  #: share of its cash that a household spends on grain at most, a week
    spend_share: float  #: share of the rest that it spends on other goods, a week
    ration_worth: float  #: weight of a ration, at the market's price, in what a state job is worth
    start_share: float  #: market share of labour without food stress and with equal earnings
    stress_push: float  #: more market labour for each unit of food stress
    earning_pull: float  #: more market labour when the market alone earns
    earning_scale: float  #: won/week of earnings at which the comparison begins to bite
    lowest_share: float
    share_rate: float  #: share of the distance to the target moved in a week
    share_cap: tuple[float, ...]  #: highest market share of labour, by class
    income_rate: float  #: weight of this week in smoothed income
    reference_rate: float  #: share of the distance to own income that the income reference moves in a year
    buyout_won: float  #: price of a full absence from a state job, won/week
    buyout_limit: float  #: share of its cash that a household pays for absence at most
    retail_margin: float  #: share of grain money that stays with the county's traders
    import_content: float  #: share of other spending that pays for imported goods
    levy_kept: float  #: share of levies that the unit's officials keep
    levy: float  #: share of income taken as levies, before levy_extra
    state_pay: float  #: won/week a household in a state job
    fee: float  #: market fee, share of what is paid out of a till
    diverted: float  #: share of the fee that officials keep
    edict_on_diverted: float  #: share of the diversion that a full anti-corruption edict stops
    wage_share: float  #: share of the state's weekly spending that is wages
    company_share: float  #: share of their won that trade companies and enterprises spend in a week
    leader_share: float  #: the same of the leader's fund, at the usual gifts
    treasury_share: float  #: the same of the treasury above its float, at the usual budget for the economy
    treasury_float: float  #: won that the treasury keeps
    chain_share: float  #: share of an organ's chain fund spent on gifts and building in a week
    officials_part: float  #: share of that spending that goes to those who hold posts, and to the tills by their hands
    chief_share: float  #: share of a county chief's fund spent in the county in a week
    till_share: tuple[float, ...]  #: division of state and chain spending among tills, by place


# --- household ---------------------------------------------------------------------------------------------------------


@njit
def wanted_grain(gap, want_factor):  # type: ignore[no-untyped-def]
    """Grams that a household wants to buy: its gap after ration and own produce, more or less as grain is cheap or dear."""
    return gap * want_factor


@njit
def affordable_grain(money, grain_price, p):  # type: ignore[no-untyped-def]
    """Grams that the food budget buys at `grain_price` won/kg."""
    price = grain_price if grain_price > 1.0 else 1.0
    return 1000.0 * p.food_budget * money / price


@njit
def other_spending(money, p):  # type: ignore[no-untyped-def]
    """Won spent on goods other than grain, out of what is left after food."""
    return p.spend_share * money


@njit
def buyout(market_share, money, buyout_won, p):  # type: ignore[no-untyped-def]
    """Won paid to be absent from the state job: by the time in the market, at most `buyout_limit` of the cash."""
    price = buyout_won * market_share
    limit = p.buyout_limit * money
    return price if price < limit else limit


@njit
def market_earning(market_rate, skill, workers, mean_bribe):  # type: ignore[no-untyped-def]
    """Won a week that full time in the market earns a household, net of the county's mean bribe (the fee is in the rate)."""
    return market_rate * skill * workers - mean_bribe


@njit
def state_earning(  # type: ignore[no-untyped-def]
    state_pay, guard_pay, paying, wage_rate, workers, ration_grams_week, ration_price, served, buys_out, buyout_won, p
):
    """Won a week that full attendance is worth: pay, the ration of the household at a part of its price, no buy-out."""
    ration = p.ration_worth * 0.001 * ration_grams_week * ration_price * served
    return state_pay + guard_pay + paying * wage_rate * workers + ration + buys_out * buyout_won


@njit
def labour_target(food_stress, market_earning, state_earning, cap, tolerance, p):  # type: ignore[no-untyped-def]
    """Market share of labour that a household moves toward: more when hungry, more when the market earns more."""
    both = abs(market_earning) + abs(state_earning) + p.earning_scale
    pull = p.earning_pull * (market_earning - state_earning) / both
    share = p.start_share + p.stress_push * food_stress + pull
    share = share if share > p.lowest_share else p.lowest_share
    share = share if share < cap else cap
    share = share * tolerance
    return share if share < 1.0 else 1.0


@njit
def share_update(m, target, p):  # type: ignore[no-untyped-def]
    """Next week's market share of labour."""
    return m + p.share_rate * (target - m)


@njit
def smooth_income(smoothed, income, p):  # type: ignore[no-untyped-def]
    """Next week's smoothed income (won/week)."""
    return smoothed + p.income_rate * (income - smoothed)


@njit
def reference_update(reference, smoothed, p):  # type: ignore[no-untyped-def]
    """Next week's income reference: own past income, followed slowly (MODEL.md consequence 12)."""
    return reference + p.reference_rate / 52.0 * (smoothed - reference)


# --- group -------------------------------------------------------------------------------------------------------------


def booked_shares(p: Params) -> Shares:
    """The shares by which `engine.settle` divides spending and levies, in whole millionths."""
    return _booked_shares(p.retail_margin, p.import_content, p.levy_kept)


@lru_cache(maxsize=16)
def _booked_shares(*shares: float) -> Shares:
    return Shares(*(round(1e6 * share) for share in shares))


def prepare(world: World, week: Week, p: Any) -> dict[str, NDArray[Any]]:
    """Spend the funds of chiefs, chains and state, take the market fee, set this week's rates; see `Tables`."""
    q: Params = p.market
    spend_chiefs_and_chains(world, week, q)
    fill_wage_fund(world, week, q)
    rate = take_fee_and_rate(world, q)
    world.county.market_rate[:] = rate
    world.national.wage_rate = wage_rate(world, q)
    farm_rate = rate_for(world, world.books.won["farm_proceeds"] // 2, world.total("farm_workers_milli"))
    return {
        "market_rate": rate,
        "farm_rate": np.array([farm_rate]),
        "wage_rate": np.array([world.national.wage_rate]),
        "state_pay": state_pay(world, q),
        "tolerance": np.array([float(week.levers.market_tolerance)]),
        "share_cap": np.asarray(q.share_cap, np.float64),
        "levy_rate": np.array([min(max(q.levy + week.levers.levy_extra, 0.0), 0.5)]),
        "buyout_won": np.array([q.buyout_won]),
    }


def settle(world: World, week: Week, p: Any) -> None:
    """After the pass: where nobody attends, the wage fund goes to the tills; else what nobody drew waits a week.

    The tolerance under which this week's labour moved is kept, since that labour is paid next week.
    """
    world.memory["market_tolerance"] = float(week.levers.market_tolerance)
    if world.total("attending_milli") == 0:
        world.books.won["wage_fund"] -= pay_tills(world, world.books.won["wage_fund"], p.market)


def spend_chiefs_and_chains(world: World, week: Week, p: Params) -> None:
    """County chiefs spend in their county, the organs' chains in all what they do not hand to officials (`rents` does)."""
    books = world.books
    _spend_chiefs(books.county_chief, books.till, p.chief_share)
    share = min(p.chain_share * week.levers.budget_gifts, 0.5) * (1.0 - p.officials_part)
    for organ in range(len(books.chain)):
        books.chain[organ] -= pay_tills(world, int(int(books.chain[organ]) * share), p)


@njit
def _spend_chiefs(chiefs, till, share):  # type: ignore[no-untyped-def]
    """Move a share of every chief's fund, rounded down, to the till of his county."""
    for c in range(till.shape[0]):
        spent = np.int64(np.floor(chiefs[c] * share))
        chiefs[c] -= spent
        till[c] += spent


def fill_wage_fund(world: World, week: Week, p: Params) -> None:
    """Trade companies, enterprises, leader and treasury (above its float) spend: most as wages, the rest to the tills.

    What the leader does not spend on wages are gifts: they stay in his fund until `rents` hands them to officials, who
    bring them to the tills. `budget_economy` scales the treasury's part and `budget_gifts` the leader's; no fund spends
    more than half of what it holds. The budget for propaganda buys words, not work: it has no flow of money here.
    """
    won = world.books.won
    spare = max(0, won["treasury"] - int(p.treasury_float))
    parts = {
        "trade_companies": int(won["trade_companies"] * p.company_share),
        "enterprises": int(won["enterprises"] * p.company_share),
        "leader_fund": leaders_spending(world, week, p),
        "treasury": int(spare * min(p.treasury_share * week.levers.budget_economy, 0.5)),
    }
    for name, amount in parts.items():
        wages = int(amount * p.wage_share)
        world.books.move_won(name, "wage_fund", wages)
        if name != "leader_fund":
            won[name] -= pay_tills(world, amount - wages, p)


def leaders_spending(world: World, week: Week, p: Params) -> int:
    """Won that the leader's fund spends in a week, by the budget for gifts."""
    return int(world.books.won["leader_fund"] * min(p.leader_share * week.levers.budget_gifts, 0.5))


def pay_tills(world: World, amount: int, p: Params) -> int:
    """Add `amount` won to the tills by place, inside a place by population; returns the won added.

    The caller takes them from their source, where the remainder of the floors stays. Places that a country lacks leave
    their share to the others.
    """
    parts = _till_parts(Same(world.places), p.till_share)
    if amount == 0 or parts.whole == 0:
        return 0
    if parts.small:
        return int(_add_parts(world.books.till, *divmod(amount, parts.whole), parts.each, parts.whole))
    added = _divide(amount, parts)
    world.books.till += added
    return int(added.sum())


@njit
def _add_parts(till, times, rest, each, whole):  # type: ignore[no-untyped-def]
    """Add to the tills what `_divided` gives; returns the sum."""
    added = np.int64(0)
    for c in range(till.shape[0]):
        part = times * each[c] + rest * each[c] // whole
        till[c] += part
        added += part
    return added


def till_weights(world: World, p: Params) -> F:
    """Weights of the tills, shape (C,): the place's share over its counties by population."""
    return _till_weights(world.places, p.till_share)


def _till_weights(places: Places, till_share: tuple[float, ...]) -> F:
    place, people = places.place_type, places.population.astype(np.float64)
    weights = np.zeros(len(people))
    for code, share in enumerate(till_share):
        here = place == code
        everyone = float(places.population[here].sum())
        if everyone > 0.0:
            weights[here] = share * people[here] / everyone
    return weights


class Parts(NamedTuple):
    """Weights in whole numbers."""

    each: I
    whole: int  #: their sum
    small: bool  #: products of any two of them fit in 64 bits


@lru_cache(maxsize=16)
def _till_parts(places: Same, till_share: tuple[float, ...]) -> Parts:
    """A country's tills never change their weights."""
    return _parts(_till_weights(places.thing, till_share))


def _parts(weights: F) -> Parts:
    each = np.floor(weights * UNITS).astype(np.int64)
    whole = sum(each.tolist())
    return Parts(each, whole, whole * max(each.tolist(), default=0) < 2**63)


def divide(amount: int, weights: F) -> I:
    """Whole parts of `amount` in proportion to `weights` (floored, so that they never sum to more than it)."""
    return _divide(amount, _parts(weights))


def _divide(amount: int, parts: Parts) -> I:
    """`amount * each // whole`, the amount taken apart so that no product leaves 64 bits."""
    if parts.whole == 0:
        return np.zeros(parts.each.size, np.int64)
    if not parts.small:
        return np.array([amount * part // parts.whole for part in parts.each.tolist()], np.int64)
    divided: I = _divided(*divmod(amount, parts.whole), parts.each, parts.whole)
    return divided


@njit
def _divided(times, rest, each, whole):  # type: ignore[no-untyped-def]
    """`times` wholes and the `rest` of one, divided."""
    return times * each + rest * each // whole


def take_fee_and_rate(world: World, p: Params) -> F:
    """Take the fee from the half of each till that is paid out; return won per unit of labour and skill, shape (C,).

    The fee: officials keep `diverted` of it (less under an edict on them), the treasury gets the rest; a county that is
    lost pays none.
    """
    books = world.books
    diverted = p.diverted * (1.0 - p.edict_on_diverted * float(world.organ.edict[CADRES]))
    paid_out = np.empty(books.till.size, np.int64)
    fees = int(_take_fees(books.till, world.county.lost, books.pocket[CADRES], p.fee, diverted, paid_out))
    books.won["treasury"] += fees
    world.memory["fees_won_week"] = float(fees)
    labour = world.by_county("market_labour_milli")
    rates: F = _rates(paid_out, labour, _returning_labour(world, labour, p))
    return rates


@njit
def _rates(paid_out, milli, returning):  # type: ignore[no-untyped-def]
    """Won per unit of labour, (C,): for those who work there and some more, or for those who may return; else 0."""
    out = np.zeros(paid_out.shape[0])
    for c in range(out.shape[0]):
        labour = milli[c] / 1000.0
        if labour > 0.0:
            out[c] = paid_out[c] / max(labour * SLACK, returning[c])
    return out


@njit
def _take_fees(till, lost, kept, fee, diverted, paid_out):  # type: ignore[no-untyped-def]
    """Fees out of each till: a part is added to what officials `kept`, the sum of the rest is returned.

    Fills what is left of the half that is paid out.
    """
    fees = np.int64(0)
    for c in range(till.shape[0]):
        half = till[c] // 2
        taken = np.int64(np.floor(half * fee)) if lost[c] == 0 else np.int64(0)
        part = np.int64(np.floor(taken * diverted))
        till[c] -= taken
        kept[c] += part
        fees += taken - part
        paid_out[c] = half - taken
    return fees


def _returning_labour(world: World, labour: I, p: Params) -> F:
    """The most labour, by skill, that this week can bring to a market that stood nearly empty, shape (C,); else 0.

    Half of a till stays in it, which is enough while labour less than doubles: it does where people trade at all. It
    does not where markets were shut and open again, or where a handful of households begins to trade.
    """
    tolerance = min(1.0, world.memory.get("market_tolerance", 1.0))
    households, tiles = world.households, world.tiles
    starts = (world.units.first_household, tiles.first_unit, tiles.first_of_county)
    counted = (labour, world.by_county("workers_milli"), world.by_county("market_workers_milli"))
    out: F = _returning(counted, starts, households.members, households.skill, world.k, p.share_rate, tolerance)
    return out


@njit
def _returning(counted, starts, members, skill, k, rate, tolerance):  # type: ignore[no-untyped-def]
    """The loop behind `_returning_labour`: `counted` are labour, workers and those in the market, in thousandths."""
    labour, workers, there = counted
    first_household, first_unit, first_of_county = starts
    out = np.zeros(labour.shape[0])
    for c in range(labour.shape[0]):
        if there[c] < NEARLY_EMPTY * workers[c]:
            able = np.int64(0)
            a, b = first_unit[first_of_county[c]], first_unit[first_of_county[c + 1]]
            for h in range(first_household[a], first_household[b]):
                able += np.int64(members[h]) * np.int64(skill[h])
            most = k * able / 4096.0 * WORKERS_PER_MEMBER
            out[c] = (1.0 - rate) * labour[c] / 1000.0 + rate * tolerance * most
    return out


def wage_rate(world: World, p: Params) -> float:
    """Won a worker that attends in a paying enterprise, from the whole wage fund.

    Labour moves at `share_rate` a week at most: even if all of it leaves the market, the fund is enough.
    """
    returning = int(p.share_rate * world.total("market_workers_milli"))
    attending = world.total("attending_milli")
    return rate_for(world, world.books.won["wage_fund"], attending + returning) if attending else 0.0


def rate_for(world: World, fund: int, milli: int) -> float:
    """Won a worker that `fund` pays to `milli` thousandths of workers and a few more; 0 where nobody works."""
    workers = milli / 1000.0 * SLACK + SLACK_ROWS * world.k
    return fund / workers if milli > 0 else 0.0


def state_pay(world: World, p: Params) -> F:
    """Won a household by class, shape (8,): nothing for farmers and army, all scaled down to half of the treasury."""
    counted = world.totals("class_households", N_CLASSES)
    households = sum(counted) - counted[FARMERS] - counted[ARMY]
    budget = world.books.won["treasury"] // 2
    affordable = budget / (households * SLACK + SLACK_ROWS * world.k)
    out = np.full(N_CLASSES, float(int(min(p.state_pay, affordable))))
    out[FARMERS] = out[ARMY] = 0.0
    return out
