"""Rations: who is fed from the state's grain, in which order, and what leaks into the market.

The state pool is filled by the procured part of the harvest, by imports and by aid, and is emptied down the leader's
list of ration classes: each class gets what the classes before it left over. Farms keep the rest of the harvest, feed
their own people and every household's plot from it, and sell what will not be needed before the next harvest. Private
importers bring grain when the home price is near or above parity. Facts: rations of 150-420 g a day and a harvest
clock of main crop and early crop (WFP, FAO); the list, the leak and the clock's use are ours (EQUATIONS.md section 4).

Grain is counted in grams, and every movement is booked between accounts: `field` is the source of the harvest.
"""

from functools import lru_cache
from operator import mul
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import draws, portable
from custodes.engine.step import Week
from custodes.jit import njit
from custodes.world.columns import ARMY, B_CABINET, FARMERS, N_CLASSES, ORGANS, STATE_WORKERS
from custodes.world.state import World

I = NDArray[np.int64]  # noqa: E741

READS = (
    "books.grams books.cents books.organ_trade national.rice_price national.won_per_dollar national.harvest_grams organ.edict "
    "sums.class_members sums.class_served_members sums.want_grams places.population places.soldiers levers.aid_grain levers.border_open "
    "levers.budget_army levers.budget_food levers.harvest_factor levers.import_grain_extra levers.ration_priority memory"
)
WRITES = "books.grams books.cents books.organ_trade national.harvest_grams national.ration memory"

TONNE = 1_000_000  #: grams
MAIN_WEEKS = range(38, 47)  #: main crop, weeks of the year
MAIN_SHARE = 0.85
EARLY_WEEKS = range(24, 28)  #: potatoes, wheat and barley
EARLY_SHARE = 0.15
SLACK = 1.005  #: head counts are last week's: no issue may overdraw a stock when people come back or are born
SLACK_ROWS = 3  #: the same slack for very small worlds, in rows
MOST_ARMY = 1.5  #: a larger army budget feeds soldiers no better
CADRES = ORGANS.index("cadres")


class Params(NamedTuple):
    """Facts and rates of food supply; t is a tonne of grain."""

    stress_rate: float  #: share of the distance to this week's shortfall that food stress moves, 1/week
    need_per_day: float  #: grain that a person needs, g/day
    ration_cap: float  #: highest ration plan, g/day
    ration_floor: float  #: lowest ration plan, g/day
    army_factor: float  #: a soldier's ration over a civilian's, at the usual army budget
    harvest: float  #: mean harvest of a year, t
    harvest_spread: float  #: standard deviation of the logarithm of the yearly harvest
    harvest_loss: float  #: share of the harvest that is lost before anyone eats it
    procured: float  #: share of the harvest after loss that goes to the state pool
    leak: float  #: share of what leaves the pool that officials sell
    edict_on_leak: float  #: share of the leak that a full anti-corruption edict stops
    state_imports: float  #: t/year, at the usual food budget
    aid: float  #: t/year, beside the lever aid_grain
    plot_share: float  #: share of need that households outside farms grow
    private_imports: float  #: t/week for each unit of (price / parity - threshold)
    import_threshold: float  #: price over parity at which private imports begin
    market_loss: float  #: share of market stock that spoils, 1/week
    surplus_cover: float  #: weeks of demand in the markets above which sellers look for another use
    surplus_rate: float  #: share of what lies above it that they feed or distil in a week, while grain is cheap
    surplus_cheap: float  #: distance of the price below parity, as a share of it, at which grain counts as cheap
    coverage_guards: float  #: share of households of state security and police that are served
    coverage_army: float
    coverage_capital: float
    coverage_officials: float
    coverage_state_workers: float
    coverage_dependants: float


# --- household ---------------------------------------------------------------------------------------------------------


@njit
def food_stress(stress, eaten, need, p):  # type: ignore[no-untyped-def]
    """Next week's food stress in [0, 1]: moves toward the share of need not eaten; unchanged where nobody needs food."""
    some = need if need > 0.0 else 1.0
    short = 1.0 - eaten / some
    short = short if short > 0.0 else 0.0
    short = short if short < 1.0 else 1.0
    moved = stress + p.stress_rate * (short - stress)
    return moved if need > 0.0 else stress


# --- group -------------------------------------------------------------------------------------------------------------


def prepare(world: World, week: Week, p: Any) -> dict[str, NDArray[Any]]:
    """Bring in grain, plan and book this week's issues, and move what is sold to the market; see `Tables` for the result."""
    q: Params = p.rations
    bring_in_harvest(world, week, q)
    import_for_state(world, week, p)
    members, served = _heads(world, "class_members"), _heads(world, "class_served_members")
    priority = priority_list(week.levers.ration_priority)
    if week.levers.budget_army != 1.0:
        q = q._replace(army_factor=q.army_factor * min(float(week.levers.budget_army), MOST_ARMY))
    plan = ration_plan(world, week, q, served, priority)
    leak = q.leak * (1.0 - q.edict_on_leak * float(world.organ.edict[CADRES]))
    ration, leaked = issue(world.books.grams["state_pool"], plan, served, leak, priority, q, world.k)
    world.books.move_grams("state_pool", "market_stock", leaked)
    own = own_produce(q)
    plots = limit_own_produce(world.books.grams["farm_stock"], own, members, world.k)
    sold = sell_from_farms(world, week, q, own, members)
    imported = import_privately(world, week, p)
    _remember_shares(world, sold, imported, leaked)
    need = np.full(N_CLASSES, int(q.need_per_day * 7.0), np.int64)
    world.memory["gap_grams"] = float(largest_gap(world, members, served, need, ration, plots))
    world.national.ration = plan
    _log_collapse(world, week, q, int(ration[STATE_WORKERS]))
    return {"need_grams": need, "ration_grams": ration, "coverage": coverage(q), "plot_grams": plots}


def settle(world: World, week: Week, p: Any) -> None:  # noqa: ARG001
    """After the pass: part of the grain in the markets spoils, and part of what nobody buys is fed or distilled."""
    world.books.move_grams("market_stock", "lost", int(world.books.grams["market_stock"] * p.rations.market_loss))
    world.books.move_grams("market_stock", "lost", surplus_used(world, p))


def surplus_used(world: World, p: Any) -> int:
    """Grams that sellers give to pigs or make spirits of, out of what lies in the markets beyond `surplus_cover` weeks.

    All of the rate is used when the price is `surplus_cheap` below parity, nothing at parity. No money moves: it is the
    sellers' own grain, and it is booked as the feed in `harvest_loss` is.
    """
    q: Params = p.rations
    parity = p.prices.parity_rice * world.national.won_per_dollar
    spare = world.books.grams["market_stock"] - q.surplus_cover * world.total("want_grams")
    if spare <= 0.0 or parity <= 0.0:
        return 0
    below = 1.0 - world.national.rice_price / parity
    cheap = min(max(below / q.surplus_cheap, 0.0), 1.0) if q.surplus_cheap > 0.0 else float(below > 0.0)
    return int(q.surplus_rate * cheap * spare)


def coverage(p: Params) -> NDArray[np.float64]:
    """Share of each ration class that is served, shape (8,); farmers live from their own stock."""
    return np.array(
        [
            p.coverage_guards,
            p.coverage_guards,
            p.coverage_officials,
            p.coverage_capital,
            p.coverage_state_workers,
            p.coverage_dependants,
            0.0,
            p.coverage_army,
        ]
    )


@lru_cache(maxsize=16)
def priority_list(classes: tuple[int, ...]) -> tuple[int, ...]:
    """The leader's list without repeats and without farmers, who are never issued rations."""
    return tuple(dict.fromkeys(int(c) for c in classes if int(c) != FARMERS))


def weeks_left(week_of_year: int) -> int:
    """Weeks that a stock must last: until four weeks into the next main harvest."""
    return (38 - week_of_year) % 52 + 4


@lru_cache(maxsize=64)
def harvest_share(week_of_year: int) -> float:
    """Share of the year's harvest that comes in during a week of the year."""
    main = MAIN_SHARE / len(MAIN_WEEKS) if week_of_year in MAIN_WEEKS else 0.0
    return main + (EARLY_SHARE / len(EARLY_WEEKS) if week_of_year in EARLY_WEEKS else 0.0)


@lru_cache(maxsize=64)
def coming_share(week_of_year: int) -> float:
    """Share of a year's harvest that is still to come before the next main harvest, once the horizon lies beyond this one.

    EQUATIONS.md plans from stocks alone. In the first weeks of the main harvest, when the horizon jumps to the next
    year, that takes rations to their floor and farm sales to nothing in the midst of plenty, and before the early crop
    it empties the markets. So the crops that stand on the fields are counted as well.
    """
    early = sum(1 for w in EARLY_WEEKS if w > week_of_year) if week_of_year <= MAIN_WEEKS[0] else len(EARLY_WEEKS)
    main = sum(1 for w in MAIN_WEEKS if w > week_of_year) if week_of_year > MAIN_WEEKS[0] else 0
    return EARLY_SHARE * early / len(EARLY_WEEKS) + MAIN_SHARE * main / len(MAIN_WEEKS)


def _heads(world: World, name: str) -> I:
    """Real persons by class of last week's `name`, shape (8,)."""
    return np.array(world.totals(name, N_CLASSES), np.int64)


# --- the pool's income ---------------------------------------------------------------------------------------------------


def bring_in_harvest(world: World, week: Week, p: Params) -> None:
    """Draw the year's harvest at its start; book this week's part as lost, procured or kept by the farms."""
    nation = world.national
    if week.first_of_year or nation.harvest_grams <= 0.0:
        luck = draws.normal(world.seed, "harvest", week.year, 0)
        nation.harvest_grams = p.harvest * TONNE * portable.exp(p.harvest_spread * luck)
    share = harvest_share(week.of_year)
    if share == 0.0:
        return
    amount = int(nation.harvest_grams * share * week.levers.harvest_factor)
    lost = int(amount * p.harvest_loss)
    procured = int((amount - lost) * p.procured)
    for target, grams in (("lost", lost), ("state_pool", procured), ("farm_stock", amount - lost - procured)):
        world.books.move_grams("field", target, grams)
    _note_harvest(world, week, amount, p.harvest * TONNE * share)


def _note_harvest(world: World, week: Week, amount: int, usual: float) -> None:
    """Add up the year's harvest against the usual one, and log it in the last week of the main crop."""
    memory = world.memory
    memory["harvest_in"] = memory.get("harvest_in", 0.0) + amount
    memory["harvest_usual"] = memory.get("harvest_usual", 0.0) + usual
    if week.of_year != MAIN_WEEKS[-1]:
        return
    factor = memory["harvest_in"] / memory["harvest_usual"] if memory["harvest_usual"] > 0.0 else 0.0
    week.log.record(
        "harvest",
        week.number,
        magnitude=factor,
        causes=week.log.latest("harvest_factor", 52),
        text=f"The harvest brought {memory['harvest_in'] / TONNE / 1e6:.2f} million tonnes, {100 * factor:.0f} % of the usual.",
    )
    memory["harvest_in"] = memory["harvest_usual"] = 0.0


def import_for_state(world: World, week: Week, p: Any) -> None:
    """State imports, aid and extra imports into the pool.

    The usual imports are bought with what the cabinet's trade has earned, at the parity price. What a food budget above
    the usual and `import_grain_extra` cost beyond, and what the cabinet cannot pay, comes out of the reserve as far as it
    goes; what a food budget below the usual saves goes from the cabinet to the reserve.
    """
    q: Params = p.rations
    usual = q.state_imports * TONNE / 52.0
    wanted = usual * week.levers.budget_food + week.levers.import_grain_extra * TONNE / 52.0
    bought = buy_abroad(world, usual, wanted, import_price_cents(p.prices))
    aid = (q.aid + week.levers.aid_grain) * TONNE / 52.0
    world.books.move_grams("grain_abroad", "state_pool", bought + int(aid))


def buy_abroad(world: World, usual: float, wanted: float, cents_a_kilo: float) -> int:
    """Pay for `wanted` grams, first out of the cabinet's trade up to the cost of the `usual`; returns the grams bought."""
    books, a_gram = world.books, cents_a_kilo / 1000.0
    held = int(books.organ_trade[B_CABINET])
    paid = min(int(min(usual, wanted) * a_gram), held)
    extra = min(int(wanted * a_gram) - paid, books.cents["reserve"])
    saved = min(int(max(0.0, usual - wanted) * a_gram), held - paid)
    books.organ_trade[B_CABINET] -= paid + saved
    books.cents["reserve"] += saved - extra
    books.cents["abroad_cents"] += paid + extra
    return min(int(wanted), int((paid + extra + 1) / a_gram))


def import_price_cents(prices: Any) -> float:
    """US cents for a kilogram of staple grain bought abroad, at least a cent."""
    return float(max(1.0, 100.0 * prices.parity_rice * prices.staple_ratio))


# --- the issue -----------------------------------------------------------------------------------------------------------


def ration_plan(world: World, week: Week, p: Params, served: I, priority: tuple[int, ...]) -> float:
    """Grams a day that make the pool last until the next harvest, between floor and cap; the cap if nobody is entitled."""
    net = world.national.harvest_grams * week.levers.harvest_factor * (1.0 - p.harvest_loss) * p.procured
    grain = world.books.grams["state_pool"] + net * coming_share(week.of_year)
    heads = sum(int(served[c]) * (p.army_factor if c == ARMY else 1.0) for c in priority)
    if heads <= 0.0:
        return p.ration_cap
    return float(min(max(grain / (7.0 * weeks_left(week.of_year) * heads), p.ration_floor), p.ration_cap))


def issue(
    pool: int, plan: float, served: I, leak: float, priority: tuple[int, ...], p: Params, k: int
) -> tuple[I, int]:
    """Grams a member-week of served households, shape (8,), and the grams that leak, going down the list.

    Planned for slightly more people than were counted last week, so that what the pass hands out and what leaks never
    exceed the pool.
    """
    out, heads = [0] * N_CLASSES, served.tolist()
    remaining, leaked = float(pool), 0.0
    for c in priority:
        full = plan * 7.0 * (p.army_factor if c == ARMY else 1.0)
        need = (heads[c] * SLACK + SLACK_ROWS * k) * full if heads[c] else 0.0
        handed = min(need, remaining * (1.0 - leak))
        remaining = max(0.0, remaining - handed / (1.0 - leak)) if leak < 1.0 else remaining
        if need > 0.0:
            out[c] = int(full * (handed / need))
            leaked += float(out[c]) * heads[c] * leak / (1.0 - leak) if leak < 1.0 else 0.0
    return np.array(out, np.int64), min(int(leaked), pool)


# --- farms and markets -----------------------------------------------------------------------------------------------------


def own_produce(p: Params) -> I:
    """Grams a member-week that each class takes from farm stock, shape (8,), if there is enough: farmers all they need."""
    need = p.need_per_day * 7.0
    out = np.full(N_CLASSES, int(need * p.plot_share), np.int64)
    out[FARMERS] = int(need)
    return out


def limit_own_produce(stock: int, own: I, members: I, k: int) -> I:
    """`own` scaled down to what the farm stock holds for slightly more people than counted last week."""
    each, heads = own.tolist(), members.tolist()
    wanted = _whole(each, heads) * SLACK + SLACK_ROWS * k * max(each)
    if sum(heads) == 0:
        return np.zeros_like(own)
    share = min(1.0, stock / wanted) if wanted > 0.0 else 1.0
    return np.array([int(grams * share) for grams in each], np.int64)


def _whole(each: list[int], heads: list[int]) -> int:
    """What all classes get together, of which each head gets its class's part."""
    return sum(map(mul, each, heads))


def sell_from_farms(world: World, week: Week, p: Params, own: I, members: I) -> int:
    """Move to the market this week's part of what farms will not need until the next harvest; returns the grams."""
    stock = world.books.grams["farm_stock"]
    each = own.tolist()
    a_week = _whole(each, members.tolist())
    weeks = weeks_left(week.of_year)
    net = world.national.harvest_grams * week.levers.harvest_factor * (1.0 - p.harvest_loss) * (1.0 - p.procured)
    spare = stock + net * coming_share(week.of_year) - a_week * weeks
    kept = a_week * SLACK + SLACK_ROWS * world.k * max(each)
    sale = int(max(0.0, min(spare / weeks, stock - kept)))
    world.books.move_grams("farm_stock", "market_stock", sale)
    return sale


def import_privately(world: World, week: Week, p: Any) -> int:
    """Grain that importers buy abroad with half of the dollars that they hold at most; returns the grams."""
    q: Params = p.rations
    parity = p.prices.parity_rice * world.national.won_per_dollar
    pull = max(0.0, world.national.rice_price / parity - q.import_threshold) if parity > 0.0 else 0.0
    cents_a_kilo = import_price_cents(p.prices)
    affordable = 0.5 * world.books.cents["importers_cents"] * 1000.0 / cents_a_kilo
    grams = int(min(q.private_imports * TONNE * pull * week.levers.border_open, affordable))
    world.books.move_cents("importers_cents", "abroad_cents", int(grams / 1000.0 * cents_a_kilo))
    world.books.move_grams("grain_abroad", "market_stock", grams)
    return grams


def _remember_shares(world: World, farm: int, imported: int, leaked: int) -> None:
    """Shares of the sellers in this week's market supply, by which grain money is divided; all to farms if there is none."""
    supply = farm + imported + leaked
    shares = (farm / supply, imported / supply, leaked / supply) if supply else (1.0, 0.0, 0.0)
    memory = world.memory
    memory["supply_share_farm"], memory["supply_share_import"], memory["supply_share_state"] = shares


def largest_gap(world: World, members: I, served: I, need: I, ration: I, plots: I) -> int:
    """An upper bound, in grams, of what all households together lack this week after rations and own produce."""
    most = max(need.tolist())
    if not members.any():  # before the first pass nothing is counted yet
        return int(world.places.population.sum() + world.places.soldiers.sum()) * most
    lacking = 0
    columns = (members, served, need, ration, plots)
    for heads, fed, wanted, issued, grown in zip(*(column.tolist() for column in columns), strict=True):
        lacking += max(0, wanted - issued - grown) * fed + max(0, wanted - grown) * max(0, heads - fed)
    return int(lacking * SLACK) + SLACK_ROWS * world.k * most


def _log_collapse(world: World, week: Week, p: Params, state_workers: int) -> None:
    """Log once when the plan falls to the floor or served state workers get nothing; again only after a recovery."""
    counted = world.total("class_served_members", STATE_WORKERS) > 0
    down = world.national.ration <= p.ration_floor or (counted and state_workers == 0)
    up = world.national.ration > 1.2 * p.ration_floor and (state_workers > 0 or not counted)
    if down and not world.memory.get("ration_collapse"):
        world.memory["ration_collapse"] = 1.0
        kinds = ("harvest", "harvest_factor", "ration_priority", "budget_food", "aid_grain", "reserve_empty")
        week.log.record(
            "ration_collapse",
            week.number,
            magnitude=world.national.ration,
            causes=[i for kind in kinds for i in week.log.latest(kind, 52)[:1]],
            text=f"The ration plan fell to {world.national.ration:.0f} grams a day; state workers get "
            f"{state_workers / 7:.0f}.",
        )
    elif up:
        world.memory["ration_collapse"] = 0.0
