"""Prices: rice, the won against the dollar, and the hard currency that moves between the country and abroad.

The rice price follows stocks in the markets and, as far as the border is open, arbitrage with the price abroad
[L: parity arbitrage]; the exchange rate follows importers' demand against what exporters offer. The bank defends the
rate out of the reserve, so that a trade cut shows late: prices stay flat until the reserve is empty. Shapes and numbers:
EQUATIONS.md section 4 with IMPLEMENTING.md no. 10, which closes the dollar block (remittances are sold to importers,
reserve dollars are paid to the treasury, only a surplus is bought with new won).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import draws, portable
from custodes.engine.step import Week
from custodes.jit import njit
from custodes.world.columns import PLACE_TYPES
from custodes.world.state import World

F = NDArray[np.float64]

READS = (
    "books.won books.cents books.grams national.rice_price national.won_per_dollar national.market_cover "
    "national.price_memory county.price_spread places.place_type sums.want_grams sums.money sums.income "
    "sums.dollars_cents sums.remittance_cents sums.households books.till books.county_chief books.chain books.pocket "
    "levers.aid_dollars levers.border_open levers.organ_revenue_cut levers.trade_cut levers.trade_leak memory levers.market_tolerance"
)
WRITES = (
    "books.won books.cents national.rice_price national.won_per_dollar national.market_cover national.price_memory "
    "national.dollar_demand national.dollar_supply national.trade_ratio organ.trade_ratio county.price_spread memory"
)

BORDER = PLACE_TYPES.index("border")
LOWEST_COVER = 0.05  #: weeks; below it the pull of an empty market grows no further
LOWEST_PRICE, HIGHEST_PRICE = 1.0, 1e9  #: won: beyond them no price means anything


class Params(NamedTuple):
    """Facts and rates of prices and hard currency."""

    parity_rice: float  #: price of rice abroad, US$/kg
    staple_ratio: float  #: price of the grain that people buy over that of rice
    cover_target: float  #: weeks of demand in the markets at which stocks leave the price alone, border open
    cover_shut: float  #: weeks of demand that sellers want besides while no grain can come from abroad
    stock_pull: float  #: weekly change of log price for each unit of log(target / cover)
    parity_pull: float  #: share of the log distance to parity closed in a week, border open
    price_noise: float  #: standard deviation of the weekly change of log price
    price_step: float  #: largest weekly change of log price
    price_anchor: float  #: rice price at which the want for grain equals want_scale / (1 + elasticity), won/kg
    want_scale: float  #: grain wanted over the gap, at a price of zero
    elasticity: float  #: how fast the want falls with the price
    spread: tuple[float, ...]  #: county price over national price, by place, border open
    border_spread: float  #: added to border counties' spread when the border is shut
    exports: float  #: US$/year before cuts
    hidden_income: float  #: US$/year that sanctions do not reach
    closure_loss: float  #: share of exports that stops while the border is shut
    offer_share: float  #: share of hard-currency income that is offered for won
    importer_share: float  #: share of their won that importers want to change in a week
    rate_pull: float  #: weekly change of log rate for each unit of (demand - supply) / (demand + supply)
    rate_noise: float  #: standard deviation of the weekly change of log rate
    defended: float  #: share of the gap that the bank meets while the reserve lasts
    defence_felt: float  #: share of the bank's defence that the exchange rate feels; 1: a peg while the reserve lasts
    aid_as_trade: float  #: worth of an aid dollar to organs, over a trade dollar
    goods_share: float  #: share of their dollars that importers spend on goods abroad in a week
    remittance: float  #: US$/year sent to a household with a link abroad
    remittance_fee: float  #: share of it that brokers keep
    hoard_weeks: float  #: weeks of income in cash above which a household buys dollars
    hoard_share: float  #: share of the excess that it changes in a week
    short_weeks: float  #: weeks of income in cash below which it sells dollars


# --- household ---------------------------------------------------------------------------------------------------------


@njit
def dollars_wanted(money, smoothed_income, p):  # type: ignore[no-untyped-def]
    """Won that a household wants to change into dollars: a part of cash above `hoard_weeks` of income."""
    excess = money - p.hoard_weeks * smoothed_income
    return p.hoard_share * excess if excess > 0.0 else 0.0


@njit
def dollars_offered_cents(money, smoothed_income, dollars_cents, won_per_cent, p):  # type: ignore[no-untyped-def]
    """US cents that a household short of cash wants to sell: what lifts it to `short_weeks` of income, if it has as much."""
    lack = p.short_weeks * smoothed_income - money
    lack = lack if lack > 0.0 else 0.0
    cents = lack / won_per_cent if won_per_cent > 0.0 else 0.0
    return cents if cents < dollars_cents else dollars_cents


# --- group -------------------------------------------------------------------------------------------------------------


def prepare(world: World, week: Week, p: Any) -> dict[str, NDArray[Any]]:
    """Settle this week's dollar trade, move rate, price and spreads; see `Tables` for the result."""
    q: Params = p.prices
    nation = world.national
    nation.trade_ratio = trade_ratio(week.levers, q)
    world.organ.trade_ratio[:] = nation.trade_ratio * (1.0 - np.asarray(week.levers.organ_revenue_cut, np.float64))
    met = trade_dollars(world, week, q)
    move_rate(world, week, q, met)
    move_rice_price(world, week, q)
    move_spread(world, week.levers.border_open, q)
    wants = (q.want_scale, q.elasticity, q.price_anchor)
    grain_price, want_factor, most = _county_prices(nation.rice_price, world.county.price_spread, q.staple_ratio, wants)
    won_per_cent = nation.won_per_dollar / 100.0
    return {
        "grain_price": grain_price,
        "ration_price": grain_price.copy(),
        "want_factor": want_factor,
        "market_fill": np.array([market_fill(world, most) * min(1.0, week.levers.market_tolerance)]),
        "won_per_cent": np.array([won_per_cent]),
        "remittance_cents": np.array([remittance_cents(world, won_per_cent, q)], np.int64),
        "dollar_fill": dollar_fill(world, won_per_cent, q),
    }


@njit
def _county_prices(rice_price, spread, staple_ratio, wants):  # type: ignore[no-untyped-def]
    """Price of staple grain and want factor by county, (C,), and the largest of the factors."""
    want_scale, elasticity, anchor = wants
    grain, factor = np.empty(spread.shape[0]), np.empty(spread.shape[0])
    most = 0.0
    for c in range(spread.shape[0]):
        price = rice_price * spread[c]
        grain[c] = staple_ratio * price
        factor[c] = want_scale / (1.0 + elasticity * price / anchor)
        most = max(most, factor[c])
    return grain, factor, most


def settle(world: World, week: Week, p: Any) -> None:  # noqa: ARG001
    """After the pass: importers spend part of the dollars that households left them on goods abroad."""
    world.books.move_cents(
        "importers_cents", "abroad_cents", int(world.books.cents["importers_cents"] * p.prices.goods_share)
    )


def exports_now(levers: Any, p: Params) -> float:
    """Exports in US$ a year under the cut (less what leaks past it) and the closure of the border."""
    reached = 1.0 - levers.trade_cut * (1.0 - levers.trade_leak)
    return float(p.exports * max(0.0, reached) * (1.0 - p.closure_loss * (1.0 - levers.border_open)))


def trade_ratio(levers: Any, p: Params) -> float:
    """Trade over its base, aid counted at `aid_as_trade`: what organs and officials live from."""
    return (exports_now(levers, p) + p.aid_as_trade * levers.aid_dollars) / p.exports if p.exports > 0.0 else 1.0


def _held(price: float) -> float:
    return min(max(price, LOWEST_PRICE), HIGHEST_PRICE)


# --- the dollar ----------------------------------------------------------------------------------------------------------


def trade_dollars(world: World, week: Week, p: Params) -> float:
    """Book the week's trade between importers, exporters and bank, at last week's rate (IMPLEMENTING.md no. 10).

    Returns the share of the gap between demand and supply that the bank met (bought up, if there was a surplus). What
    `trade` withholds for the leader's fund is not offered.
    """
    nation, books = world.national, world.books
    won_per_cent = nation.won_per_dollar / 100.0
    income = exports_now(week.levers, p) + p.hidden_income + week.levers.aid_dollars
    supply = max(0, int(100.0 * p.offer_share * income / 52.0) - int(world.memory.get("withheld_cents", 0.0)))
    demand = int(p.importer_share * books.won["importers"] / won_per_cent)
    nation.dollar_supply, nation.dollar_demand = float(supply), float(demand)
    sold = min(supply, demand)
    books.move_cents("abroad_cents", "importers_cents", sold)
    books.move_won("importers", "trade_companies", int(sold * won_per_cent))
    gap = int(p.defended * abs(demand - supply))
    met = min(gap, books.cents["reserve"]) if demand > supply else gap
    if demand > supply:
        books.move_cents("reserve", "importers_cents", met)
        books.move_won("importers", "treasury", int(met * won_per_cent))
        world.memory["reserve_sold_won_week"] = float(int(met * won_per_cent))
    else:
        world.memory["reserve_sold_won_week"] = 0.0
        books.move_cents("abroad_cents", "reserve", met)
        books.move_won("central_bank", "trade_companies", int(met * won_per_cent))
    _log_reserve(world, week, empty=met < gap)
    return met / abs(demand - supply) if demand != supply else p.defended


def _log_reserve(world: World, week: Week, *, empty: bool) -> None:
    """Log once when the reserve cannot meet the bank's share of the gap; again only after it holds four weeks' supply."""
    if empty and not world.memory.get("reserve_empty"):
        world.memory["reserve_empty"] = 1.0
        kinds = ("trade_cut", "trade_leak", "border_open", "import_grain_extra", "budget_food")
        week.log.record(
            "reserve_empty",
            week.number,
            magnitude=world.national.dollar_demand / max(1.0, world.national.dollar_supply),
            causes=[i for kind in kinds for i in week.log.latest(kind, 520)],
            text="The state's hard currency is spent: the bank no longer holds the exchange rate.",
        )
    elif world.books.cents["reserve"] > 4.0 * world.national.dollar_supply:
        world.memory["reserve_empty"] = 0.0


def move_rate(world: World, week: Week, p: Params, met: float) -> None:
    """Move won a dollar by demand against supply, as far as the bank left it: `met` is the share of the gap that it met.

    With `defence_felt` 0 the rate moves by the gap *before* the bank, defended or not: it would double within a year of a
    deep trade cut. The default, 1, is a peg: no pressure is felt while the bank meets its whole share `defended`, all of it
    when the reserve is empty (docs/decisions/0012). Daily luck is smoothed by the bank as far as it meets the gap.
    """
    demand, supply = world.national.dollar_demand, world.national.dollar_supply
    both = demand + supply
    pressure = (demand - supply) / both if both > 0.0 else 0.0
    luck = draws.one_normal(world.seed, "dollar", week.number, 0)
    kept = min(1.0, met / p.defended) if p.defended > 0.0 else 0.0
    step = p.rate_pull * pressure * (1.0 - p.defence_felt * kept) + p.rate_noise * luck * (1.0 - p.defence_felt * met)
    world.national.won_per_dollar = _held(world.national.won_per_dollar * portable.exp(step))


def remittance_cents(world: World, won_per_cent: float, p: Params) -> int:
    """US cents that reach a linked household this week: less where all of them would cost importers a quarter of their won.

    The number of linked households follows from what was sent last week; before that, all may be linked.
    """
    full = 100.0 * p.remittance * (1.0 - p.remittance_fee) / 52.0
    each = world.memory.get("remittance_cents", 0.0)
    linked = world.total("remittance_cents") / each if each else world.total("households")
    cost = full * won_per_cent * linked * 1.05
    sent = int(full * min(1.0, 0.25 * world.books.won["importers"] / cost)) if cost > 0.0 else 0
    if sent:
        world.memory["remittance_cents"] = float(sent)
    else:
        world.memory.pop("remittance_cents", None)
    return sent


def dollar_fill(world: World, won_per_cent: float, p: Params) -> F:
    """Shares of households' wanted purchases and sales of dollars that importers can surely meet, shape (2,).

    The wants of this week are not known yet, so they are bounded: purchases by a part of all cash and income, sales by
    all dollars in households, or by the cash that would lift every household out of shortage, whichever is less. Income
    may jump (aid, a budget tripled): no household can be paid more than all who pay hold.
    """
    money, income, pay = world.total("money"), world.total("income"), _payable(world)
    most_bought = p.hoard_share * max(2 * money + 2 * income, money + pay) / won_per_cent
    most_sold = min(
        world.total("dollars_cents") * won_per_cent, p.short_weeks * max(2 * max(income, money), income + pay)
    )
    cents, won = 0.9 * world.books.cents["importers_cents"], 0.5 * world.books.won["importers"]
    buy = min(1.0, cents / most_bought) if most_bought > 0.0 else 0.0
    sell = min(1.0, won / most_sold) if most_sold > 0.0 else 0.0
    return np.array([buy, sell])


def _payable(world: World) -> int:
    """Won of all accounts that households are paid from, but for importers, who pay no wage; the bank's is a source."""
    books = world.books
    held = sum(amount for name, amount in books.won.items() if name not in ("importers", "central_bank"))
    return held + int(_held_locally(books.till, books.county_chief, books.pocket, books.chain))


@njit
def _held_locally(till, chiefs, pocket, chain):  # type: ignore[no-untyped-def]
    """Won of the counties' accounts and of the organs' chains."""
    return till.sum() + chiefs.sum() + pocket.sum() + chain.sum()


# --- grain ---------------------------------------------------------------------------------------------------------------


def move_rice_price(world: World, week: Week, p: Params) -> None:
    """Move the national rice price by market cover and parity, and its 8-week and 52-week means.

    Behind a shut border sellers hold back: what trade would bring when stocks run low must lie in store instead
    (Williams and Wright 1991, "Storage and Commodity Markets": trade and stocks replace one another), so rice gets dearer
    at first and cheaper when the stores have filled.
    """
    nation = world.national
    demand = world.total("want_grams")
    if demand:
        nation.market_cover = world.books.grams["market_stock"] / demand
    parity = p.parity_rice * nation.won_per_dollar
    target = p.cover_target + p.cover_shut * (1.0 - week.levers.border_open)
    step = p.stock_pull * portable.log(target / max(LOWEST_COVER, nation.market_cover))
    step += p.parity_pull * week.levers.border_open * portable.log(parity / nation.rice_price)
    step += p.price_noise * draws.one_normal(world.seed, "rice_price", week.number, 0)
    step = min(max(step, -p.price_step), p.price_step)
    nation.rice_price = _held(nation.rice_price * portable.exp(step))
    nation.price_memory += (nation.rice_price - nation.price_memory) / 8.0
    year = world.memory.get("rice_year_mean", nation.rice_price)
    world.memory["rice_year_mean"] = year + (nation.rice_price - year) / 52.0
    _log_price(world, week)


def _log_price(world: World, week: Week) -> None:
    """Log once when rice costs twice its yearly mean (a shock to incidents); again only after it is below 1.5 times."""
    nation, memory = world.national, world.memory
    ratio = nation.rice_price / memory["rice_year_mean"]
    if ratio > 2.0 and not memory.get("price_doubled"):
        memory["price_doubled"], memory["price_doubled_week"] = 1.0, float(week.number)
        kinds = (
            "harvest",
            "harvest_factor",
            "border_open",
            "reserve_empty",
            "ration_collapse",
            "ration_priority",
            "currency_reform",
            "trade_cut",
        )
        week.log.record(
            "price_doubling",
            week.number,
            magnitude=ratio,
            causes=[i for kind in kinds for i in week.log.latest(kind, 52)[:1]],
            text=f"Rice costs {nation.rice_price:.0f} won a kilogram, {ratio:.1f} times its yearly mean.",
        )
    elif ratio < 1.5:
        memory["price_doubled"] = 0.0


def move_spread(world: World, border_open: float, p: Params) -> None:
    """County prices over the national one drift (a tenth a week) to those of their place; a shut border makes it dearer."""
    shut = p.border_spread * (1.0 - border_open)
    _move_spread(world.county.price_spread, world.places.place_type, p.spread, shut)


@njit
def _move_spread(spread, place_type, usual, shut):  # type: ignore[no-untyped-def]
    """Move `spread` (C,) toward the `usual` of its place, with what a shut border adds in border counties."""
    for c in range(spread.shape[0]):
        target = usual[place_type[c]] + (shut if place_type[c] == BORDER else 0.0)
        spread[c] += 0.1 * (target - spread[c])


def market_fill(world: World, largest_factor: float) -> float:
    """Share q of wanted grain that the markets can surely hand out.

    EQUATIONS.md divides by *last* week's want, which overdraws the stock when want jumps. `rations.prepare` knows
    what households lack this week at most (`gap_grams`); the want is at most that times the largest want factor.
    """
    most_wanted = world.memory.get("gap_grams", 0.0) * largest_factor
    return min(1.0, 0.95 * world.books.grams["market_stock"] / most_wanted) if most_wanted > 0.0 else 1.0
