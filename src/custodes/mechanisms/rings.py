"""Rings: contraband moves from where it is made to towns and the border, past checkpoints that search by class.

An officer is almost never searched, so that contraband goes with officers when the army loses status (consequence 8).
Every load of some hundred grams chooses its carrier and its road by what it would earn (logit; the checkpoints of a road
are the chain of Shleifer and Vishny 1993), and is carried or seized by its own draw: all grams are in accounts. Use
follows the price, which follows the stock; output follows demand. Numbers are ours; the second article is the ground.

Money: buyers' spending is part of what households spend on goods; what changes hands here are the bribes on the road, out
of the till of the county where the load is sold, half to the police and half to state security. Fees that the state would
have had are a measure, not a flow: they were never paid.
"""

import itertools
import math
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import draws, portable
from custodes.engine.step import Week
from custodes.jit import njit
from custodes.mechanisms import tolls
from custodes.mechanisms.morale import capacity_norm, national_agents_per_unit
from custodes.mechanisms.routes import (
    N_CLASSES,
    OFFICER,
    Terms,
    Ways,
    expected_bribes,
    pass_chance,
    ways,
)
from custodes.world.columns import B_ARMY, PLACE_TYPES, POLICE, STATE_SECURITY
from custodes.world.same import Same
from custodes.world.state import Places, World

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741

READS = (
    "books.contraband books.contraband_stock books.till books.pocket county.lost guards.capacity national.capacity_norm "
    "national.won_per_dollar units.garrison units.county places branch.prestige "
    "levers.officers_trading_ban memory"
)
WRITES = "books.contraband books.contraband_stock books.till books.pocket memory"

QUARTER: Final = 13  #: weeks between two looks at who carries and how well checkpoints are manned
STEPS: Final = 20.0  #: the state's capacity counts in twentieths, so that paths are found anew only when it matters
BORDER: Final = PLACE_TYPES.index("border")
_REMEMBERED: Final = tuple(
    f"contraband_{name}_week" for name in ("made", "carried", "seized", "officers", "used", "abroad")
)
MOST_LOADS: Final = 4000  #: larger flows go in larger loads


class Params(NamedTuple):
    """Group `rings`; classes are resident, trader, cadre, officer; places capital, border, inner, rural."""

    search: tuple[float, ...]  #: chance of a search at a checkpoint
    seized: float  #: share of searches that end in seizure; the others end in a bribe
    fee: float  #: US$ that a lawful traveller pays, and a bribe costs, at a checkpoint
    permission: tuple[float, ...]  #: chance to be allowed to travel
    penalty: tuple[float, ...]  #: US$ that being caught costs, beside the load
    pay: tuple[float, ...]  #: US$ for carrying a load
    carriers: tuple[float, ...]  #: weights of residents, traders and cadres among those who may carry
    officers_rest: float  #: weight of officers while the army has its usual prestige
    officers_slighted: float  #: weight added when it has none
    refused_push: float  #: how much more officers carry for each share of them refused a year
    ban: float  #: share of officers' carrying that a full ban on trading stops
    ban_usual: float  #: how firmly the ban is usually kept
    load: float  #: grams
    scale: float  #: US$ of expected earnings that make one choice e times likelier than another
    per_km: float  #: US$ that a kilometre costs
    checkpoint_km: float  #: kilometres of road for each checkpoint inside a province
    avoidance: float  #: how much dearer a road looks that better paths take
    paths: float  #: paths considered to each place
    wanted_at_home: float  #: share of the usual output that users buy at the usual price
    wanted_abroad: float  #: share that buyers across the border take
    use_place: tuple[float, ...]  #: use a head, by type of place
    cover: float  #: weeks of use that towns hold in stock at the usual price
    price_power: float  #: how the price answers to the stock
    elasticity: float  #: how use answers to the price
    output_rate: float  #: share by which output grows a week when the price is twice the usual
    export_rate: float  #: share of what border towns hold above their own stock that goes abroad a week
    large: float  #: grams seized in one week on the roads to one county that are worth an event


class Markets(NamedTuple):
    """Where contraband goes: (D,) counties with what they want, in shares of the usual output."""

    county: I
    home: F
    abroad: F


class Plan(NamedTuple):
    """Who carries where, (R,) as in `Ways`, with the rows of each source and what stays at the source."""

    ways: Ways
    passes: F  #: chance to arrive
    bribes: F  #: US$ that a load that arrives has cost on the way
    share: F  #: of what the source sends off
    cumulative: F  #: of `share`, within each source
    first: tuple[int, ...]  #: rows of each source: first[i] to first[i + 1]
    local: tuple[float, ...]  #: share of each source's output that is sold where it is made
    value: F  #: US$ that the carrier expects
    checkpoints: float  #: on the mean road taken


# --- who carries where -------------------------------------------------------------------------------------------------


def terms_of(places: Places, staffed: float, p: Params) -> Terms:
    """What carriers reckon with; `staffed` is the state's control capacity over the usual."""
    margin = places.contraband.price_at_border - places.contraband.price_at_source
    return Terms(
        tuple(min(1.0, s * staffed) for s in p.search),
        p.seized,
        p.penalty,
        p.fee,
        margin * p.load,
        p.per_km,
        p.checkpoint_km,
        p.avoidance,
        int(p.paths),
    )


@lru_cache(maxsize=16)
def markets(same: Same, p: Params) -> Markets:
    """Border counties, and in every province its largest other county, which stands for the rest of the province."""
    places: Places = same.thing
    border = places.place_type == BORDER
    heads = places.population * np.asarray(p.use_place)[places.place_type]
    want = np.where(border, heads, 0.0)
    for province in range(len(places.provinces)):
        rest = np.flatnonzero((places.province == province) & ~border)
        if rest.size:
            want[rest[np.argmax(places.population[rest])]] = portable.total(heads[rest])
    all_wanted, people = portable.total(want), float(places.population[border].sum())
    counties = np.flatnonzero(want > 0.0)
    home = p.wanted_at_home * want[counties] / all_wanted
    abroad = p.wanted_abroad * np.where(border, places.population, 0)[counties] / max(1.0, people)
    return Markets(counties.astype(np.int64), home, abroad)


def earnings(checkpoints: Any, km: Any, traveller: Any, terms: Terms, p: Params) -> tuple[F, F, F]:
    """What a load is expected to earn its carrier (US$), his chance to pass, and the bribes on the way (US$)."""
    search = np.asarray(terms.search)[traveller]
    passes = pass_chance(checkpoints, search, terms.seized)
    bribes = expected_bribes(checkpoints, search, 1.0 - terms.seized, terms.bribe)
    gain = np.asarray(p.permission)[traveller] * (passes * terms.load_worth - bribes)
    loss = (1.0 - passes) * np.asarray(terms.penalty)[traveller]
    return gain - loss - np.asarray(p.pay)[traveller] - terms.per_km * km, passes, bribes


class Offers(NamedTuple):
    """What the paths are worth to whoever takes them, (R,) each unless said."""

    ways: Ways
    value: F  #: US$ that the carrier expects
    passes: F
    bribes: F
    pull: F  #: of the logit
    wanted: F  #: (C,) in shares of the usual output


@lru_cache(maxsize=16)
def offers(same: Same, lost: bytes, staffed: float, p: Params) -> Offers:
    """Paths and their worth; they change only when counties are lost or checkpoints are manned otherwise."""
    places: Places = same.thing
    goals, terms = markets(same, p), terms_of(places, staffed, p)
    sources = tuple(c for c, _ in places.contraband.producers)
    found = ways(same, sources, tuple(goals.county.tolist()), lost, terms)
    value, passes, bribes = earnings(found.checkpoints, found.km, found.traveller, terms, p)
    wanted = np.zeros(len(places.counties))
    wanted[goals.county] = goals.home + goals.abroad
    return Offers(found, value, passes, bribes, portable.exp(value / p.scale), wanted)


@lru_cache(maxsize=16)
def plan(same: Same, lost: bytes, staffed: float, officers: float, p: Params) -> Plan:
    """Shares of loads over classes, paths and places: logit in earnings, weighted by carriers and by what is wanted."""
    places: Places = same.thing
    found, value, passes, bribes, pull, wanted = offers(same, lost, staffed, p)
    weight = np.asarray((*p.carriers, officers))[found.traveller] * wanted[found.target] * pull
    sources = tuple(c for c, _ in places.contraband.producers)
    first = (0, *np.cumsum([np.count_nonzero(found.source == c) for c in sources]).tolist())
    share, cumulative = np.zeros(weight.size), np.zeros(weight.size)
    for a, b in itertools.pairwise(first):
        whole = portable.total(weight[a:b])
        share[a:b] = weight[a:b] / whole if whole > 0.0 else 0.0
        cumulative[a:b] = _running(share[a:b])
    all_wanted = portable.total(wanted)
    local = tuple(float(wanted[c]) / all_wanted for c in sources)
    passed = portable.mean(found.checkpoints, share)
    return Plan(found, passes, bribes, share, cumulative, first, local, value, passed)


@njit
def _running(share):  # type: ignore[no-untyped-def]
    """Running sums, one after the other."""
    out = np.empty(share.size)
    both = 0.0
    for i in range(share.size):
        both += share[i]
        out[i] = both
    return out


def chain_fees(checkpoints: int, intercept: float) -> F:
    """Fees (n,) of checkpoints that each set their own, against traffic `intercept - all fees`: `tolls`."""
    return tolls.independent_tolls(checkpoints, intercept)


# --- the week ----------------------------------------------------------------------------------------------------------


@njit
def carry(
    k0, k1, week, block, grams, load, cumulative, passes, bribes, target, traveller, stock, lost_to, by_class, paid
):  # type: ignore[no-untyped-def]
    """Send off `grams` load by load; fills stock, seizures and bribes (US$) by county and grams carried by class.

    Returns the grams seized.
    """
    seized = 0
    left = grams
    i = 0
    rows = cumulative.shape[0]
    while left > 0:
        size = min(load, left)
        u, v = draws.two_uniforms(k0, k1, week, i, block)
        low, high = 0, rows - 1
        while low < high:
            middle = (low + high) // 2
            if u < cumulative[middle]:
                high = middle
            else:
                low = middle + 1
        by_class[traveller[low]] += size
        if v < passes[low]:
            stock[target[low]] += size
            paid[target[low]] += bribes[low]
        else:
            lost_to[target[low]] += size
            seized += size
        left -= size
        i += 1
    return seized


@njit
def consume(counties, home, abroad, usual, stock, cover, power, elasticity, export_rate):  # type: ignore[no-untyped-def]
    """Use and export of a week out of the stocks; returns grams used, grams abroad and the mean price over the usual."""
    used = 0
    gone = 0
    price_sum = 0.0
    weight = 0.0
    for i in range(counties.shape[0]):
        c = counties[i]
        want = home[i] * usual
        held = cover * want
        ratio = held / max(1.0, float(stock[c]))
        price = portable.clip(portable.exp_one(power * portable.log_one(ratio)), 0.25, 4.0)
        eaten = int(min(float(stock[c]), want * portable.exp_one(-elasticity * portable.log_one(price))))
        stock[c] -= eaten
        used += eaten
        if abroad[i] > 0.0:
            out = int(export_rate * max(0.0, float(stock[c]) - held))
            stock[c] -= out
            gone += out
        price_sum += want * price
        weight += want
    return used, gone, price_sum / weight if weight > 0.0 else 1.0


def settle(world: World, week: Week, p: Any) -> None:
    """Make, carry, search, seize, use and export a week's contraband; measures go to memory."""
    q: Params = p.rings
    producers = world.places.contraband.producers
    if not producers:
        _remember(world, made=0, carried=0, seized=0, officers=0, used=0, abroad=0, fees=0.0, bribes=0)
        return
    lost = world.county.lost.tobytes()
    _look_round(world, week, p, lost)
    same = Same(world.places)
    chosen = plan(same, lost, world.memory["rings_staffed"], world.memory["rings_officers"], q)
    _move(world, week, chosen, q)
    goals = markets(same, q)
    usual = 1000.0 * math.fsum([kilos for _, kilos in producers])
    rates = (q.cover, q.price_power, q.elasticity, q.export_rate)
    used, gone, price = consume(*goals, usual, world.books.contraband_stock, *rates)
    world.books.contraband["used"] += used
    world.books.contraband["taken_abroad"] += gone
    output = world.memory["contraband_output"]
    output *= 1.0 + q.output_rate * min(max(price - 1.0, -1.0), 1.0)
    world.memory["contraband_output"] = min(max(output, 0.05), 3.0)
    world.memory["contraband_price"] = price
    world.memory["contraband_used_week"], world.memory["contraband_abroad_week"] = float(used), float(gone)


def _look_round(world: World, week: Week, p: Any, lost: bytes) -> None:
    """Once a quarter, or when a county is lost or won back: how well checkpoints are manned, how many officers carry."""
    memory = world.memory
    gone = float(len(lost) - lost.count(0))
    if week.number % QUARTER == 0 or "rings_staffed" not in memory or memory["rings_lost"] != gone:
        known = world.national.capacity_norm > 0.0
        staffed = national_agents_per_unit(world) / capacity_norm(world) if known else 1.0
        memory["rings_staffed"] = min(1.5, max(1.0, float(np.floor(STEPS * staffed + 0.5))) / STEPS)
        memory["rings_officers"] = officers_weight(world, week, p.rings)
        memory["rings_lost"] = gone
        memory.setdefault("contraband_output", 1.0)


def officers_weight(world: World, week: Week, p: Params) -> float:
    """Weight of officers among carriers: more when the army is slighted or refused, less under a ban on their trade."""
    slighted = max(0.0, 1.0 - 2.0 * float(world.branch.prestige[B_ARMY]))
    refused = world.memory.get("officers_refused", 0.0)
    kept = (1.0 - p.ban * float(week.levers.officers_trading_ban)) / (1.0 - p.ban * p.ban_usual)
    return (p.officers_rest + p.officers_slighted * slighted) * (1.0 + p.refused_push * refused) * kept


def _move(world: World, week: Week, chosen: Plan, p: Params) -> None:
    """The loads of all producers, in their order."""
    counties = len(world.places.counties)
    by_class, lost_to, paid = np.zeros(N_CLASSES, np.int64), np.zeros(counties, np.int64), np.zeros(counties)
    k0, k1 = draws.key_words(world.seed, "carriers")
    stock, seized, made = world.books.contraband_stock, 0, 0
    for i, (county, kilos) in enumerate(world.places.contraband.producers):
        grams = int(1000.0 * kilos * world.memory["contraband_output"])
        a, b = chosen.first[i], chosen.first[i + 1]
        local = int(grams * chosen.local[i]) if b > a else grams
        stock[county] += local
        load = max(1, int(p.load), grams // MOST_LOADS)
        rows = slice(a, b)
        columns = (chosen.cumulative[rows], chosen.passes[rows], chosen.bribes[rows])
        ends = (chosen.ways.target[rows], chosen.ways.traveller[rows])
        seized += carry(
            k0, k1, week.number & 0xFFFFFFFF, i, grams - local, load, *columns, *ends, stock, lost_to, by_class, paid
        )
        made += grams
    world.books.contraband["made"] -= made
    world.books.contraband["seized"] += seized
    rate, pocket = world.national.won_per_dollar, world.books.pocket
    won = int(pay_bribes(paid, rate, world.books.till, pocket[STATE_SECURITY], pocket[POLICE]))
    carried = int(by_class.sum())
    fees = p.fee * chosen.checkpoints * carried / p.load * rate  # what lawful travellers would have paid
    _remember(world, made, carried, seized, int(by_class[OFFICER]), 0, 0, fees, won)
    if seized >= p.large:
        _tell(world, week, lost_to, p)


@njit
def pay_bribes(dollars, rate, till, security, police):  # type: ignore[no-untyped-def]
    """Bribes of the loads that arrived: from the tills of their counties, half each to police and state security.

    All (C,); returns the won paid.
    """
    paid = 0
    for c in range(dollars.shape[0]):
        won = min(int(dollars[c] * rate), till[c] // 20)
        half = won // 2
        till[c] -= won
        security[c] += half
        police[c] += won - half
        paid += won
    return paid


def _remember(
    world: World, made: int, carried: int, seized: int, officers: int, used: int, abroad: int, fees: float, bribes: int
) -> None:
    values = (made, carried, seized, officers, used, abroad)
    world.memory.update(zip(_REMEMBERED, map(float, values), strict=True))
    world.memory["fees_lost_won_week"] = float(int(fees))
    world.memory["road_bribes_won_week"] = float(bribes)


def _tell(world: World, week: Week, lost_to: I, p: Params) -> None:
    """An event for each county on whose roads a large quantity was seized in a week."""
    for c in (lost_to >= p.large).nonzero()[0]:
        week.log.record(
            "seizure",
            week.number,
            place=world.places.counties[int(c)],
            organ="police",
            magnitude=float(lost_to[c]) / 1000.0,
            text=f"{lost_to[c] / 1000.0:.1f} kg of contraband were seized in a week on the roads to "
            f"{world.places.counties[int(c)]}.",
        )
