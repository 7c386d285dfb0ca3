"""Loyalty of officials: rents against what they expect, the purge they fear, power, the organ's standing, what they know.

Signs follow Egorov and Sonin 2011 (rents and fear), Svolik 2009 and Zakharov 2016 (outside options, here information); a
threat from outside that officers know of makes them loyal, an uncertain one does not (McMahon and Slantchev 2015). Shape
and numbers are ours (EQUATIONS.md section 7). Fear of a purge follows purges seen in the organ and in all, chiefs counted
three times, and fades; the guards' morale reads the same number. What officials know of the outside follows what the
country hears, and the news in broadcasts.

A rent that falls tells for as long as expectation lags behind. The heat of a succession is felt by all and fades within
a year. An ambitious man who waits long in the same post tires of it; the term has mean zero over officials.
"""

import math
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import draws, portable
from custodes.engine.step import Week
from custodes.jit import njit
from custodes.mechanisms.rents import usual_income
from custodes.world.columns import B_ARMY, CHIEF, COLLECTORS, DEPUTY, IN_POST, U16
from custodes.world.state import World

F = NDArray[np.float64]

READS = (
    "court.status court.organ court.rent court.expected_rent court.loyalty court.trait court.hazard court.power "
    "court.ambition court.tenure court.family_punished court.wealth branch.hazard branch.purged branch.prestige "
    "places.court sums.adults sums.rights_u16 sums.media_u16 levers.deterrence memory"
)
WRITES = "court.loyalty court.hazard court.wealth branch.hazard branch.purged organ.purge_hazard memory"

MOBILISATION: Final = 2.0  #: level of the crisis ladder from which a threat from outside is open
WEEKS: Final = 52.0  #: a year
WAITING: Final = 104.0  #: weeks in a post at which half of an ambitious man's patience is gone


class Params(NamedTuple):
    """Group `loyalty`. Weights are in loyalty, hazards a year."""

    level: float  #: loyalty where nothing presses, before the trait
    trait_sd: float  #: standard deviation of what sets officials apart
    rent_weight: float  #: most that rents can give or take
    rent_slope: float  #: how steeply the first loss is felt
    hazard_weight: float  #: loyalty lost to a certain purge
    hazard_half: float  #: hazard a year at which half of it is lost
    power_weight: float  #: loyalty of full power over none
    power_rest: float  #: power that neither binds nor loosens
    prestige_weight: float  #: loyalty of full prestige of the organ over none
    info_weight: float  #: loyalty lost to full information
    family: float  #: loyalty lost where the family was punished
    ambition: float  #: loyalty lost by the most ambitious over the least, after a very long wait
    succession: float  #: loyalty that all lose when a new ruler takes over; fades within a year
    deterrence: float  #: loyalty that the army gains from a threat it knows of
    rate: float  #: share of the distance closed a week
    noise: float  #: standard deviation of a week's luck
    hazard_fade: float  #: share of an organ's hazard forgotten a week, and weight of a week's purges
    hazard_own: float  #: weight of purges in the own organ; the rest is of all purges
    hazard_follow: float  #: share of the distance to the organ's hazard that an official's own moves in a week
    info_rest: float  #: information at rest
    info_rights: float  #: more of it for each unit of awareness of rights among adults
    info_media: float  #: the same for contact with foreign media
    wealth_growth: float  #: growth of a fortune a week
    wealth_most: float  #: where it ends


def settle(world: World, week: Week, p: Any) -> None:
    """Perceived hazard of organs, information, then one pass over the holders: hazard, loyalty, fortune."""
    q: Params = p.loyalty
    court, branch = world.court, world.branch
    fear_purges(world, q)
    info = world.memory["info"] = information(world, week, q)
    base = common_part(world, week, info, q)
    k0, k1 = draws.key_words(world.seed, "loyalty")
    weigh(
        court.status,
        court.organ,
        (court.rent, court.expected_rent, court.trait, court.power, court.ambition),
        court.tenure,
        court.family_punished,
        base,
        branch.hazard,
        (court.loyalty, court.hazard, court.wealth),
        k0,
        k1,
        week.number & 0xFFFFFFFF,
        q,
    )


def fear_purges(world: World, p: Params) -> None:
    """Move the hazard perceived in each organ by the purges since last week, and hand it to the guards' organs.

    `branch.purged` is the share of the organ's posts that fell, chiefs counted three times; read here and cleared.
    """
    branch = world.branch
    posts = _posts(world.places.court.sizes)
    purged: list[float] = branch.purged.tolist()
    everywhere = math.fsum([share * n for share, n in zip(purged, posts, strict=True)]) / math.fsum(posts)
    hazard: list[float] = branch.hazard.tolist()
    for organ, share in enumerate(purged):
        seen = WEEKS * (p.hazard_own * share + (1.0 - p.hazard_own) * everywhere)
        hazard[organ] += p.hazard_fade * (seen - hazard[organ])
    branch.hazard[:] = hazard
    branch.purged[:] = 0.0
    for guards, organs in enumerate(COLLECTORS):
        level = 0.0
        for organ in organs:
            level += hazard[organ]
        world.organ.purge_hazard[guards] = min(1.0, level / len(organs))


@cache
def _posts(sizes: tuple[tuple[int, ...], ...]) -> tuple[float, ...]:
    """Posts of each organ of the court."""
    return tuple(float(sum(size)) for size in sizes)


def information(world: World, week: Week, p: Params) -> float:
    """What officials know of the outside, in [0, 1]: as at rest, and what adults have heard since, and news."""
    adults = world.total("adults") or 1
    rights = world.total("rights_u16") / (U16 * adults)
    media = world.total("media_u16") / (U16 * adults)
    memory = world.memory
    rights_rest = usual_income(memory, "info_rights", rights, week)
    media_rest = usual_income(memory, "info_media", media, week)
    if "norm.info_media" not in memory:
        rights_rest, media_rest = rights, media
    heard = p.info_rights * (rights - rights_rest) + p.info_media * (media - media_rest)
    return min(max(p.info_rest + heard + memory.get("broadcast_news_effect", 0.0), 0.0), 1.0)


def threat_from_outside(world: World, week: Week) -> float:
    """The threat that officers know of and believe in, in [0, 1]: 1 once a neighbour has mobilised."""
    threat = min(1.0, float(week.levers.deterrence))
    open_threat = world.memory.get("turmoil", 0.0) > 0.0 and world.memory.get("crisis_level", 0.0) >= MOBILISATION
    return 1.0 if open_threat else threat


def unsettled(world: World) -> float:
    """How far a new ruler still is from established: 1 when he takes over, 0 after a year (Svolik 2012)."""
    return min(1.0, world.memory.get("succession_weeks", 0.0) / WEEKS)


def common_part(world: World, week: Week, info: float, p: Params) -> F:
    """What the officials of an organ have in common of the loyalty they tend to, shape (10,)."""
    base: F = p.level + p.prestige_weight * (world.branch.prestige - 0.5) - p.info_weight * info
    base -= p.succession * unsettled(world)
    base[B_ARMY] += p.deterrence * threat_from_outside(world, week)
    return base


@njit
def rent_effect(rent, expected, p):  # type: ignore[no-untyped-def]
    """Loyalty that rents give or take, within `rent_weight`: steep at first, flat far from what was expected."""
    if expected <= 0.0:
        return 0.0
    loss = p.rent_slope * (rent / expected - 1.0)
    return p.rent_weight * loss / (1.0 + abs(loss))


@njit
def weigh(status, organ, person, tenure, family_punished, base, organ_hazard, moved, k0, k1, week, p):  # type: ignore[no-untyped-def]
    """One week of every holder: his own hazard, loyalty toward its target with luck, his fortune.

    `person` is (rent, expected rent, trait, power, ambition), `moved` (loyalty, hazard, wealth), all of shape (M,). Two
    neighbouring rows share a block of draws.
    """
    rent, expected, trait, power, ambition = person
    loyalty, hazard, wealth = moved
    u = v = 0.0
    for i in range(status.shape[0]):
        o = organ[i]
        if o < 0:
            break
        if i % 2 == 0:
            u, v = draws.two_uniforms(k0, k1, week, i // 2, 0)
        else:
            u = v
        if status[i] != IN_POST:
            continue
        luck = portable.normal_one(u + 2.0**-54)
        hazard[i] += p.hazard_follow * (organ_hazard[o] - hazard[i])
        target = base[o] + trait[i] + rent_effect(rent[i], expected[i], p)
        target -= p.hazard_weight * hazard[i] / (hazard[i] + p.hazard_half)
        target += p.power_weight * (power[i] - p.power_rest)
        target -= p.ambition * (ambition[i] - 0.5) * tenure[i] / (tenure[i] + WAITING)
        target -= p.family if family_punished[i] else 0.0
        target = portable.clip(target, 0.0, 1.0)
        loyalty[i] = portable.clip(loyalty[i] + p.rate * (target - loyalty[i]) + p.noise * luck, 0.0, 1.0)
        wealth[i] = min(p.wealth_most, wealth[i] + p.wealth_growth)


def mean_of_top(world: World) -> float:
    """Mean loyalty of chiefs and deputies in post: what coups, insiders and reforms are reckoned from."""
    court = world.court
    return portable.mean(court.loyalty[_top(court.status, court.rank)])


@njit
def _top(status, rank):  # type: ignore[no-untyped-def]
    """Rows of chiefs and deputies in post."""
    out = np.empty(status.shape[0], np.int64)
    found = 0
    for i in range(status.shape[0]):
        if status[i] == IN_POST and (rank[i] == CHIEF or rank[i] == DEPUTY):
            out[found] = i
            found += 1
    return out[:found]


def mean_of_all(world: World) -> float:
    """Mean loyalty of all who are in post."""
    court = world.court
    return portable.mean(court.loyalty[court.status == IN_POST])
