"""Incidents: a spark in an angry county may gather a crowd; police, state security and army are called in turn.

Granovetter 1978 (thresholds) with Epstein's risk: aversion is uniform, so the share that acts is a clipped line and the
tipping point is exact. A refused order is news next door; a county where all refuse is lost until retaken; lost
counties spread, and enough of them contest the whole (mechanisms.lost_counties). EQUATIONS.md 6 and 9.

Those who marched and were beaten stay at home for about a year, so that unrest burns out where it has been, as in the
epidemic models of riots (Burbeck, Raine and Stark 1978; Bonnasse-Gahot et al. 2018: participants are susceptible, active,
then spent). They are the ones who needed least to be moved.
"""

from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import draws, portable
from custodes.engine.step import Week
from custodes.engine.sums import index
from custodes.engine.tables import F
from custodes.jit import njit
from custodes.mechanisms import indicators, lost_counties
from custodes.mechanisms.obedience import CALLED, Ground, called_to, ground
from custodes.mechanisms.stance import BIN_CENTERS, arrest_chance
from custodes.world.columns import U16
from custodes.world.state import World

READS = (
    "tile_histogram tiles.county tiles.first_unit units.adults units.fear units.support units.county units.garrison "
    "guards.morale guards.capacity guards.staff branch.troop_morale court.force court.loyalty court.status court.organ "
    "places.neighbours places.population places.capital places.soldiers county.lost county.shock county.refusal_news "
    "sums.anger_u16 sums.households sums.dissenters sums.evaders sums.stress_u16 places.counties places.province "
    "places.provinces levers.currency_reform levers.market_closure memory"
)
WRITES = "county.anger county.lost county.shock county.heat county.refusal_news memory"

#: Kinds of events that may lie behind a crowd, and for how many weeks they count.
CAUSES: Final = {
    "price_doubling": 26,
    "ration_collapse": 52,
    "market_closure": 26,
    "currency_reform": 52,
    "rights_campaign": 52,
    "relapse": 26,
    "refusal": 13,
    "lost": 13,
}
_ANGER: Final = (index("anger_u16"), index("households"))  #: columns of the sums by county


class Params(NamedTuple):
    spark: float  #: sparks a county-week without anger or shock
    anger_weight: float  #: rise of the spark rate with the square of anger
    heat: float  #: mean extra push of a spark, in shares of peers
    start: float  #: share of adults that a spark moves at first
    steps: float  #: rounds of the cascade in the week
    crowd: float  #: people; fewer are no incident
    market_closure: float  #: shocks: what they add to the spark rate's factor
    price_doubling: float
    currency_reform: float
    refusal_near: float
    refusal_weeks: float  #: how long news of a refusal lasts next door
    shock_fade: float  #: share of a shock lost each week
    obey_base: float
    obey_morale: float
    obey_support: float
    obey_local: float
    obey_crowd: float
    local_police: float  #: share recruited in the county
    local_state_security: float
    local_army: float
    dispersed: float  #: share of the crowd left when an order is obeyed
    emboldened: float  #: factor of the crowd when one is refused
    lost_crowd: float  #: share of adults from which a crowd that nobody disperses takes the county
    arrested: float  #: share of a dispersed crowd
    rest_weeks: float  #: how long those who marched and were beaten stay at home, on average
    arrest_cap: float  #: highest extra arrest hazard a week of a dissenter or evader; more arrests take more weeks
    retake: float  #: weekly chance that a strong loyal organ retakes a lost county
    loyal: float  #: obedience from which an organ is loyal
    army_agents: float  #: soldiers who can be sent, as a share of all
    spread_counties: float  #: neighbours that a lost county stirs
    spread_spark: float  #: factor of their spark rate
    spread_heat: float  #: their extra heat
    national_heat: float  #: extra heat everywhere, a unit share of people in lost counties
    national_heat_cap: float
    uprising_share: float  #: share of people in lost counties at which the whole is contested
    force_police: float  #: shares of the state's force
    force_state_security: float
    force_army: float  #: with the leader's guard and military security
    stand_aside: float  #: loyalty below which a commander's force does not count in the contest


@njit
def acting_share(
    histogram: NDArray[np.float64], needed: NDArray[np.float64], push: float, risk: float, spent: float = 0.0
) -> float:
    """F: share of people who act under `push`; those of one bin differ in aversion, uniform over [0, 1].

    Without risk a person acts as soon as push reaches what he needs: Granovetter's rule. The share `spent` does not act:
    those who need least, since they went first the last time.
    """
    acting = 0.0
    everybody = 0.0
    for b in range(histogram.size):
        everybody += histogram[b]
    resting = spent * everybody
    for b in range(histogram.size):
        ready = max(histogram[b] - resting, 0.0)
        resting = max(resting - histogram[b], 0.0)
        gap = push - needed[b]
        if risk > 0.0:
            share = min(max(gap / risk, 0.0), 1.0)
        else:
            share = 1.0 if gap >= 0.0 else 0.0
        acting += ready * share
    return acting / everybody if everybody > 0.0 else 0.0


def cascade(
    histogram: Any,
    peer: float,
    heat: float,
    agents_per_unit: float,
    adults_per_unit: float,
    mean_fear: float,
    steps: int = 20,
    arrest: bool = True,
    *,
    needed: Any = BIN_CENTERS,
    start: float = 0.001,
    fear_base: float = 0.3,
    precision: float = 2.3,
    spent: float = 0.0,
) -> F:
    """The acting share of a county after 0, 1, ... `steps` rounds, shape (steps + 1,); stops early at a fixed point.

    `histogram` counts adults by the peer share they need, `needed` is what each bin needs. With `arrest` off there is
    no risk, which gives the threshold models of Granovetter and Kuran. The share `spent` of adults stays at home.
    """
    counts = np.ascontiguousarray(histogram, np.float64)
    thresholds = np.ascontiguousarray(needed, np.float64)
    path = np.full(steps + 1, start)
    for i in range(steps):
        chance = float(arrest_chance(agents_per_unit, path[i] * adults_per_unit, precision)) if arrest else 0.0
        path[i + 1 :] = acting_share(counts, thresholds, peer * path[i] + heat, chance * (fear_base + mean_fear), spent)
        if path[i + 1] == path[i]:
            break
    return path


def spark_rate(anger: F, shock: F, lost_near: Any, p: Params) -> F:
    """Sparks a county-week."""
    near = np.asarray(lost_near) | np.zeros(len(anger), bool)
    return np.asarray(_spark_rates(anger, shock, near, _spark_numbers(p)))


@njit
def _spark_rates(anger, shock, near, p):  # type: ignore[no-untyped-def]
    out = np.empty(anger.shape[0])
    for c in range(anger.shape[0]):
        out[c] = _spark_rate(anger[c], shock[c], near[c], p)
    return out


def _spark_numbers(p: Params) -> tuple[float, float, float]:
    return p.spark, p.anger_weight, p.spread_spark


@njit
def _spark_rate(anger, shock, near, p):  # type: ignore[no-untyped-def]
    """Sparks a week in one county."""
    spark, anger_weight, spread_spark = p
    return spark * (1.0 + anger_weight * anger * anger) * (1.0 + shock) * (spread_spark if near else 1.0)


def settle(world: World, week: Week, p: Any) -> None:
    """One week of sparks, crowds, orders, refusals, lost counties and, rarely, the contest for the whole."""
    own: Params = p.incidents
    _forget(world, own)
    _feel(world, week, own)
    here = ground(world) if world.county.lost.any() else None
    if here is not None:
        for c, crowd, organ, back in lost_counties.retake(world, week, here, own):
            _disperse(world, week, here, c, crowd / max(float(here.adults[c]), 1.0), organ, [back], own)
    sparks = _sparks(world, week, lost_counties.stir(world, own), own)
    if sparks.size == 0 and here is None:
        return  # a quiet week: the neighbourhoods need not be added up
    here = here or ground(world)
    for county in sparks:
        _incident(world, week, here, int(county), p)
    lost_counties.contest(world, week, here, own)


def _forget(world: World, own: Params) -> None:
    """Those who were beaten come out again; the arrests of earlier crowds go on until all are made."""
    memory, counties = world.memory, len(world.places.counties)
    for name in list(filter(memory.__contains__, _of_counties("arrest_share", counties))):
        c = int(name.rpartition(".")[2])
        left = memory[f"arrests_due.{c}"] - memory.pop(name) * _suspects(world, c)
        memory[f"arrests_due.{c}"] = max(left, 0.0)
        _plan_arrests(world, c, own)
    for name in list(filter(memory.__contains__, _of_counties("spent", counties))):
        memory[name] *= 1.0 - 1.0 / own.rest_weeks
        if memory[name] < 0.001:
            del memory[name]
    memory["incidents_week"] = memory["refusals_week"] = 0.0


@cache
def _of_counties(name: str, counties: int) -> tuple[str, ...]:
    """Names in the world's memory of what each county has of its own."""
    return tuple(f"{name}.{c}" for c in range(counties))


def _suspects(world: World, c: int) -> float:
    """People of county `c` who dissent or evade."""
    return float(world.by_county("dissenters")[c] + world.by_county("evaders")[c])


def _plan_arrests(world: World, c: int, own: Params) -> None:
    """Next week's extra arrest hazard of those who dissent or evade in county `c`."""
    due = world.memory[f"arrests_due.{c}"]
    suspects = _suspects(world, c)
    if due < 1.0 or suspects <= 0.0:
        del world.memory[f"arrests_due.{c}"]
        return
    world.memory[f"arrest_share.{c}"] = min(due / suspects, own.arrest_cap)


def _feel(world: World, week: Week, own: Params) -> None:
    """Shocks and news fade, this week's are added, and anger is measured."""
    doubled = world.memory.get("price_doubled_week")
    fresh = doubled is not None and doubled != world.memory.get("price_shock_week")
    if doubled is not None and fresh:
        world.memory["price_shock_week"] = doubled
    fresh_shock = (
        own.market_closure * float(week.levers.market_closure)
        + own.currency_reform * float(week.levers.currency_reform)
        + (own.price_doubling if fresh else 0.0)
    )
    county = world.county
    _move(county.anger, county.shock, county.refusal_news, world.sums, _ANGER, 1.0 - own.shock_fade, fresh_shock)


@njit
def _move(anger, shock, news, sums, columns, kept, fresh):  # type: ignore[no-untyped-def]
    """Anger over extortion from its sums by county (the country's k falls out), shock and weeks of news, all in place."""
    of_anger, of_households = columns
    for c in range(anger.shape[0]):
        anger[c] = sums[c, of_anger] / max(sums[c, of_households], 1) / U16
        shock[c] = shock[c] * kept + fresh
        news[c] = max(news[c] - 1.0, 0.0)


def _sparks(world: World, week: Week, near: NDArray[np.bool_], own: Params) -> NDArray[np.int64]:
    """Counties with a spark this week (one at most: the rate is far below one)."""
    county, key = world.county, draws.key_words(world.seed, "spark")
    felt = (county.anger, county.shock, county.refusal_news)
    rows: NDArray[np.int64] = _struck(
        felt, near, county.lost, own.refusal_near, _spark_numbers(own), *key, week.number & 0xFFFFFFFF
    )
    return rows


@njit
def _struck(felt, near, lost, refusal_near, numbers, k0, k1, week):  # type: ignore[no-untyped-def]
    """The counties in the state's hands where this week's luck is below the chance of a spark."""
    anger, shock, news = felt
    out = np.empty(anger.shape[0], np.int64)
    found = 0
    for c in range(anger.shape[0]):
        rate = _spark_rate(anger[c], shock[c] + refusal_near * (news[c] > 0.0), near[c], numbers)
        luck, _ = draws.two_uniforms(k0, k1, week, c, 0)
        if luck < 1.0 - portable.exp_one(-rate) and lost[c] == 0:
            out[found] = c
            found += 1
    return out[:found]


def _incident(world: World, week: Week, here: Ground, c: int, p: Any) -> None:
    """One spark in county `c`, from heat to its end."""
    own: Params = p.incidents
    luck = draws.uniform(world.seed, "heat", week.number, c)
    heat = -own.heat * float(portable.log(1.0 - luck)) + float(world.county.heat[c])
    path = cascade(
        here.histogram[c],
        p.stance.peer,
        heat,
        float(here.agents_per_unit[c]),
        float(here.adults_per_unit[c]),
        float(here.fear[c]),
        int(own.steps),
        start=own.start,
        fear_base=p.stance.fear_base,
        precision=p.stance.arrest_precision,
        spent=world.memory.get(f"spent.{c}", 0.0),
    )
    share = float(path[-1])
    people = share * float(here.adults[c])
    if people < own.crowd:
        return
    place = world.places.counties[c]
    event = week.log.record(
        "incident",
        week.number,
        place=place,
        magnitude=people,
        causes=_causes(world, week, c),
        text=f"A crowd of about {_rounded(people)} in {place}: anger {world.county.anger[c]:.2f}, "
        f"food stress {here.stress[c]:.2f}, heat of the spark {heat:.2f}.",
    )
    world.memory["incidents_week"] += 1.0
    _call(world, week, here, c, share, event, own)


def _causes(world: World, week: Week, c: int) -> list[str]:
    """What may lie behind a crowd here: the newest shock of each kind, news of places nearby, and what has left the usual.

    Of the indicators only those count that the spark or the cascade read themselves and that stand in this province now.
    """
    near = {world.places.counties[n] for n in world.places.neighbours[c]} | {world.places.counties[c]}
    found: list[str] = []
    for kind, weeks in CAUSES.items():
        if kind in ("refusal", "lost"):
            found += [e for place in sorted(near) for e in week.log.latest(kind, weeks, place=place)[:1]]
        else:
            found += week.log.latest(kind, weeks)[:1]
    return found + indicators.behind_crowd(world, week, c)


def _rounded(people: float) -> str:
    step = 10 if people < 1000 else 100 if people < 10_000 else 1000
    return f"{int(people / step + 0.5) * step:,}"


def _call(world: World, week: Week, here: Ground, c: int, share: float, event: str, own: Params) -> None:
    """Call the organs in turn until one obeys; where all refuse a small crowd goes home, a large one takes the county."""
    refusals: list[str] = []
    for i, organ in enumerate(CALLED):
        chance = called_to(world, here, i, c, share, own)
        if draws.uniform(world.seed, "obedience", week.number, c * len(CALLED) + i) < chance:
            _disperse(world, week, here, c, share, organ, [event, *refusals], own)
            return
        refusals.append(_refuse(world, week, c, organ, share, event, own))
        share = min(own.emboldened * share, 1.0)
    place = world.places.counties[c]
    if share < own.lost_crowd:
        week.log.record(
            "unpunished",
            week.number,
            place=place,
            magnitude=share * float(here.adults[c]),
            causes=[event, *refusals],
            text=f"Nobody moved against the crowd in {place}; it went home.",
        )
        return
    world.county.lost[c] = 1
    world.memory[f"lost_crowd.{c}"] = share * float(here.adults[c])
    week.log.record(
        "lost",
        week.number,
        place=place,
        magnitude=share,
        causes=[event, *refusals],
        text=f"Every organ called refused: {place} is out of the state's hands.",
    )


def _disperse(
    world: World, week: Week, here: Ground, c: int, share: float, organ: str, causes: list[str], own: Params
) -> None:
    """The crowd breaks up; a tenth of it is to be arrested, from those who dissent or evade here."""
    people = share * float(here.adults[c])
    place = world.places.counties[c]
    spent = world.memory.get(f"spent.{c}", 0.0)
    world.memory[f"spent.{c}"] = spent + share * (1.0 - spent)
    due = own.arrested * people
    world.memory[f"arrests_due.{c}"] = world.memory.get(f"arrests_due.{c}", 0.0) + due
    _plan_arrests(world, c, own)
    week.log.record(
        "dispersed",
        week.number,
        place=place,
        organ=organ,
        magnitude=people,
        causes=causes,
        text=f"{lost_counties.named(organ)} broke up the crowd in {place}; about "
        f"{_rounded(own.dispersed * people)} stayed, about {_rounded(due)} are to be arrested.",
    )


def _refuse(world: World, week: Week, c: int, organ: str, share: float, event: str, own: Params) -> str:
    place = world.places.counties[c]
    world.memory["refusals_week"] += 1.0
    near = list(world.places.neighbours[c][: int(own.spread_counties)])
    world.county.refusal_news[near] = own.refusal_weeks
    return week.log.record(
        "refusal",
        week.number,
        place=place,
        organ=organ,
        magnitude=share,
        causes=[event],
        text=f"{lost_counties.named(organ)} in {place} did not move against the crowd.",
    )
