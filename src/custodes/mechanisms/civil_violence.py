"""Epstein's civil violence (2002), Model I, on a torus: the exact check of the stance and arrest rules, not part of a week.

Citizens and police wander; a citizen rebels if grievance exceeds net risk by the threshold; police jail a rebel in sight.
It calls the very functions of `stance`. In programs that round the ratio of police to rebels down, one more rebel can
switch all risk off at once, hence punctuated outbursts; with the exact ratio the risk falls smoothly and none appear.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import draws
from custodes.jit import njit
from custodes.mechanisms import stance
from custodes.world.columns import DISSENT

_ORDER, _MOVE, _SUSPECT = 0, 1, 2  # purposes of a draw
_UNIT: Final = 1.0 / 4294967296.0


class Settings(NamedTuple):
    """The setting of the reference programs."""

    width: int = 40
    citizens: float = 0.70  #: share of sites
    police: float = 0.04
    vision: int = 7  #: radius of the disc of sites in sight
    legitimacy: float = 0.82
    longest_term: int = 30  #: jail terms are uniform on 0 ... this - 1
    precision: float = 2.3
    threshold: float = 0.1


class Outcome(NamedTuple):
    """Counts after each tick, shape (ticks,)."""

    active: NDArray[np.int64]
    jailed: NDArray[np.int64]


def switched_off(settings: Settings) -> stance.Params:
    """Our stance rule without memory, fear and peers: what is left is Epstein's."""
    return stance.Params(
        threshold=settings.threshold,
        peer=0.0,
        hardship_base=0.0,
        hardship_food=1.0,
        hardship_starved=0.0,
        hardship_memory=0.0,
        fear_base=1.0,
        evade_below=-2.0,
        arrest_precision=settings.precision,
    )


def simulate(seed: int, ticks: int, rounding: str = "floor", settings: Settings | None = None) -> Outcome:
    """Run the torus for `ticks` with the ratio rounded as `stance.arrest_chance` says."""
    s = settings or Settings()
    sites = s.width * s.width
    citizens, police = int(s.citizens * sites), int(s.police * sites)
    agents = np.arange(citizens + police)
    hardship = draws.uniform(seed, "test.hardship", 0, agents[:citizens])
    risk_aversion = draws.uniform(seed, "test.risk_aversion", 0, agents[:citizens])
    start = np.argsort(draws.uniform(seed, "test.site", 0, np.arange(sites)), kind="stable")[: citizens + police]
    chance = stance.arrest_chance(np.arange(police + 1)[:, None], np.arange(citizens)[None, :], s.precision, rounding)
    key = draws.key_of(seed, draws.stream("test.torus"))
    active, jailed = _ticks(
        ticks,
        s.width,
        start.astype(np.int64),
        _in_sight(s.vision),
        hardship,
        risk_aversion,
        chance,
        2.0 * s.legitimacy - 1.0,
        s.longest_term,
        switched_off(s),
        np.uint32(key[0]),
        np.uint32(key[1]),
    )
    return Outcome(active, jailed)


def _in_sight(radius: int) -> NDArray[np.int64]:
    """Offsets (dx, dy) of the disc, shape (sites, 2), the own site included."""
    axis = np.arange(-radius, radius + 1)
    dx, dy = (a.ravel() for a in np.meshgrid(axis, axis, indexing="ij"))
    inside = dx * dx + dy * dy <= radius * radius
    return np.stack([dx[inside], dy[inside]], axis=1)


@njit
def _site(here: int, offset: Any, width: int) -> int:
    """The site at an offset from `here`, round the torus."""
    x, y = here // width + offset[0], here % width + offset[1]
    return (x % width) * width + y % width  # type: ignore[no-any-return]


@njit
def _luck(agent: int, purpose: int, tick: int, k0: int, k1: int) -> float:
    word = draws.philox7(np.uint32(agent), np.uint32(purpose), np.uint32(tick), np.uint32(0), k0, k1)[0]
    return word * _UNIT  # type: ignore[no-any-return]


@njit
def _shuffle(order, tick, k0, k1):  # type: ignore[no-untyped-def]
    """Fisher and Yates: a new order of all agents for this tick."""
    for i in range(order.size - 1, 0, -1):
        j = int(_luck(i, _ORDER, tick, k0, k1) * (i + 1))
        order[i], order[j] = order[j], order[i]


@njit
def _empty_site(here, luck, sight, width, free, police):  # type: ignore[no-untyped-def]
    """A random site in sight without police or citizens at large; `here` if there is none. The jailed take no room."""
    empty = 0
    for offset in sight:
        site = _site(here, offset, width)
        empty += (free[site] + police[site]) == 0
    wanted = int(luck * empty)
    for offset in sight:
        site = _site(here, offset, width)
        if (free[site] + police[site]) == 0:
            if wanted == 0:
                return site
            wanted -= 1
    return here


@njit
def _count(here, counts, sight, width):  # type: ignore[no-untyped-def]
    total = 0
    for offset in sight:
        total += counts[_site(here, offset, width)]
    return total


@njit
def _suspect(here, luck, where, is_active, visible, sight, width):  # type: ignore[no-untyped-def]
    """A random active citizen in sight, or -1."""
    visible[:] = False
    for offset in sight:
        visible[_site(here, offset, width)] = True
    found = 0
    for a in range(is_active.size):
        found += is_active[a] & visible[where[a]]
    wanted = int(luck * found)
    for a in range(is_active.size):
        if is_active[a] & visible[where[a]]:
            if wanted == 0:
                return a
            wanted -= 1
    return -1


@njit
def _ticks(  # type: ignore[no-untyped-def]
    ticks,
    width,
    where,
    sight,
    hardship,
    risk_aversion,
    chance,
    support,
    longest_term,
    p,
    k0,
    k1,
):
    """All ticks: each agent in random order moves, then a citizen decides or a police officer arrests."""
    citizens, sites = hardship.size, width * width
    free, police, rebels = np.zeros(sites, np.int64), np.zeros(sites, np.int64), np.zeros(sites, np.int64)
    is_active, visible = np.zeros(citizens, np.bool_), np.zeros(sites, np.bool_)
    term, order = np.zeros(citizens, np.int64), np.arange(where.size)
    active, jailed = np.zeros(ticks, np.int64), np.zeros(ticks, np.int64)
    for a in range(where.size):
        if a < citizens:
            free[where[a]] += 1
        else:
            police[where[a]] += 1
    for tick in range(ticks):
        _shuffle(order, tick, k0, k1)
        for a in order:
            here = where[a]
            luck = _luck(a, _MOVE, tick, k0, k1)
            if a < citizens:
                if term[a] > 0:
                    continue
                there = _empty_site(here, luck, sight, width, free, police)
                free[here] -= 1
                free[there] += 1
                rebels[here] -= is_active[a]
                others = _count(there, rebels, sight, width)
                agents = _count(there, police, sight, width)
                shown = stance.choose(
                    support,
                    stance.grievance(support, hardship[a]),
                    0.0,
                    risk_aversion[a],
                    chance[agents, others],
                    0.0,
                    1.0,
                    p,
                )
                is_active[a] = shown == DISSENT
                rebels[there] += is_active[a]
                where[a] = there
            else:
                there = _empty_site(here, luck, sight, width, free, police)
                caught = _suspect(there, _luck(a, _SUSPECT, tick, k0, k1), where, is_active, visible, sight, width)
                if caught >= 0:
                    there = where[caught]
                    is_active[caught] = False
                    rebels[there] -= 1
                    free[there] -= 1
                    term[caught] = int(_luck(caught, _SUSPECT, tick, k0, k1) * longest_term)
                    free[there] += term[caught] == 0
                police[here] -= 1
                police[there] += 1
                where[a] = there
        active[tick] = is_active.sum()
        for a in range(citizens):
            jailed[tick] += term[a] > 0
            free[where[a]] += term[a] == 1
            term[a] -= term[a] > 0
    return active, jailed
