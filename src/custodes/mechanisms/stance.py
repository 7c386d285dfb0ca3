"""Public stance: conform, evade or dissent, whatever one thinks in private.

Dissent needs grievance beyond risk, helped by those who already dissent (Kuran 1991, Granovetter 1978); the risk is
Epstein's (2002): aversion times the chance of arrest, which falls as dissenters share the agents among them.

Hunger moves people as long as there is something to be had; the starving do not protest. Food riots come with the first
dearth and cease as a famine deepens (Arnold 1988; O Grada 2009), and men on half rations turned apathetic within months
(Keys et al. 1950). So what hunger adds to hardship rises ever more slowly. That the great famines of such states ended
in no uprising is the check.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from custodes import portable
from custodes.engine.step import Week
from custodes.engine.tables import F
from custodes.jit import njit
from custodes.mechanisms.morale import agents_per_unit
from custodes.portable import clip
from custodes.world.columns import CONFORM, DISSENT, EVADE
from custodes.world.state import World

READS = "guards.capacity units.county units.garrison units.dissenters places.population"
WRITES = ""

#: The histogram of needed peer share: equal bins from LOWEST on; what lies outside goes to the first or last bin.
LOWEST: Final = -0.2
BINS: Final = 32
BIN_WIDTH: Final = 1.2 / BINS
BIN_CENTERS: Final = LOWEST + BIN_WIDTH * (np.arange(BINS) + 0.5)
DISSENTERS_LISTED: Final = 64  #: columns of the arrest table; more dissenters read the last

_CONFORM, _EVADE, _DISSENT = float(CONFORM), float(EVADE), float(DISSENT)


class Params(NamedTuple):
    threshold: float  #: T: grievance needed to dissent alone and without risk
    peer: float  #: weight of the share of neighbours who dissent
    hardship_base: float
    hardship_food: float
    hardship_starved: float  #: share of that weight that is lost to those who have nothing to eat
    hardship_memory: float
    fear_base: float  #: weight of risk for the fearless
    evade_below: float  #: private support below which one evades
    arrest_precision: float  #: Epstein's k


@njit
def hardship(food_stress: float, victim_memory: float, p: Params) -> float:
    """Hardship that moves a household, from `hardship_base` up; hunger beyond a point takes the strength to act on it."""
    hunger = food_stress * (1.0 - p.hardship_starved * food_stress)
    return p.hardship_base + p.hardship_food * hunger + p.hardship_memory * victim_memory


@njit
def grievance(support: float, hardship: float) -> float:
    """G: hardship times the legitimacy that the leader lacks, (1 - support) / 2."""
    return 0.5 * (1.0 - support) * hardship


@njit
def needed_share(grievance: float, p: Params) -> float:
    """e = T - G: the share of neighbours that would carry one along if there were no risk."""
    return p.threshold - grievance


@njit
def bin_of(needed: float) -> int:
    """Bin of the histogram, 0 to 31, of a needed peer share."""
    return int(clip((needed - LOWEST) / BIN_WIDTH, 0.0, BINS - 1.0))


@njit
def net_risk(risk_aversion: float, arrest_probability: float, fear: float, p: Params) -> float:
    """N: aversion to risk times the chance of arrest times fear."""
    return risk_aversion * arrest_probability * (p.fear_base + fear)


@njit
def choose(
    support: float,
    grievance: float,
    fear: float,
    risk_aversion: float,
    arrest_probability: float,
    peer_share: float,
    adult: float,
    p: Params,
) -> float:
    """This week's stance (codes of world.columns): dissent iff T - G + N <= peer share, else evade, else conform."""
    cost = needed_share(grievance, p) + net_risk(risk_aversion, arrest_probability, fear, p)
    grown = adult > 0
    quiet = _EVADE if grown & (support < p.evade_below) else _CONFORM
    return _DISSENT if grown & (cost <= p.peer * peer_share) else quiet


def arrest_chance(agents: ArrayLike, dissenters: ArrayLike, precision: float, rounding: str = "exact") -> F:
    """Epstein's 1 - exp(-k C / (1 + D)), elementwise.

    `rounding` of the ratio: "exact" (the paper's text and ours), "floor" or "nearest" (two well-known programs).
    """
    ratio = np.maximum(np.asarray(agents, np.float64), 0.0) / (1.0 + np.asarray(dissenters, np.float64))
    shift = {"exact": None, "floor": 0.0, "nearest": 0.5}[rounding]
    return np.asarray(1.0 - portable.exp(-precision * (ratio if shift is None else np.floor(ratio + shift))))


def prepare(world: World, week: Week, p: Any) -> dict[str, F]:  # noqa: ARG001
    """Chance of arrest by county and number of dissenters in the neighbourhood, (C, 64).

    Numbers of dissenters that no neighbourhood has now are not looked up in this week: they stay at the highest's chance.
    """
    dissenters = world.units.dissenters
    table: F = _arrest_table(agents_per_unit(world), dissenters, DISSENTERS_LISTED, p.stance.arrest_precision)
    return {"arrest_probability": table}


@njit
def _arrest_table(agents, dissenters, listed, precision):  # type: ignore[no-untyped-def]
    """`arrest_chance` of agents (C,) against 0, 1, ... dissenters, up to the most that a neighbourhood has, (C, listed)."""
    most = 0
    for u in range(dissenters.shape[0]):
        most = max(most, np.int64(dissenters[u]))
    most = min(most, listed - 1)
    table = np.empty((agents.shape[0], listed))
    for c in range(agents.shape[0]):
        for d in range(most + 1):
            table[c, d] = 1.0 - portable.exp_one(-precision * (max(agents[c], 0.0) / (1.0 + d)))
        table[c, most + 1 :] = table[c, most]
    return table
