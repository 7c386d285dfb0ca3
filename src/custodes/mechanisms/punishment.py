"""Punishment: arrest of dissenters, jail terms, camps for the worst offences, kin marked for life.

Corruption lowers the law's bite: an offence that can be settled is not punished (Polinsky & Shavell 2001; the bribe
rule is in extortion). Camp terms end by death or a rare release.
"""

from typing import Any, Final, NamedTuple

import numpy as np

from custodes.engine.step import Week
from custodes.engine.tables import F
from custodes.jit import njit
from custodes.world.columns import TERM_FOR_LIFE
from custodes.world.state import World

READS = "sums.camp memory"
WRITES = ""

WEEKS_A_YEAR: Final = 52.0
_FOR_LIFE = float(TERM_FOR_LIFE)


class Params(NamedTuple):
    arrest_rate: float  #: weekly chance that a dissenter is arrested, at certain detection
    camp_share: float  #: share of those arrested for dissent or flight who go to a camp
    camp_share_ordinary: float  #: the same for an infraction that could not be settled (trade, media, phone)
    shortest: float  #: jail, in units of four weeks
    longest: float  #: jail, in units of four weeks
    release_a_year: float  #: share of camp prisoners released each year
    camp_places: float  #: people that the camps hold before it is news


@njit
def arrest_hazard(arrest_probability: float, p: Params) -> float:
    """Weekly chance of arrest of one dissenter."""
    return p.arrest_rate * arrest_probability


@njit
def term_weeks4(draw: float, political: float, p: Params) -> tuple[float, float]:
    """Sentence from one uniform draw: (term in units of four weeks, 1 for a camp); camp terms are for life.

    `political` is 1 for dissent and flight, 0 for an infraction.
    """
    share = p.camp_share if political > 0.0 else p.camp_share_ordinary
    spread = (draw - share) / max(1.0 - share, 1e-9) * (p.longest - p.shortest + 1.0)
    jail = min(max(np.floor(p.shortest + spread), p.shortest), p.longest)
    to_camp = draw < share
    return (_FOR_LIFE if to_camp else jail), (1.0 if to_camp else 0.0)


@njit
def release_hazard(p: Params) -> float:
    """Weekly chance that a camp prisoner is released."""
    return p.release_a_year / WEEKS_A_YEAR


def crowd_arrests(world: World) -> F:
    """Extra arrest hazard (C,) this week of those who dissent or evade, after last week's crowds (see incidents)."""
    counties = len(world.places.counties)
    return np.array([world.memory.get(f"arrest_share.{c}", 0.0) for c in range(counties)])


def settle(world: World, week: Week, p: Any) -> None:
    """Note once a year that the camps are over-full: released are none, but the log should say it."""
    held = world.total("camp")
    if held > p.punishment.camp_places and not week.log.latest("camps_full", 52):
        week.log.record(
            "camps_full",
            week.number,
            magnitude=float(held),
            text=f"The camps hold about {held:,} people, more than their places.",
        )
