"""Lost counties: how they stir their neighbours, how they are retaken, and when the whole is contested.

A county in which every organ called refused is out of the state's hands until a loyal organ stronger than the crowd comes
back. Meanwhile sparks are more frequent and hotter next door, and heat rises everywhere. When lost counties hold enough of
the people, or the capital is lost, the whole is contested each week by a ratio contest (Tullock; Skaperdas 1996) between
the share of the people lost and the force that still obeys. The spread is near-critical: grade D, and results say so.
EQUATIONS.md section 9. Parameters are those of `incidents`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from custodes import draws, portable
from custodes.engine.step import Week
from custodes.mechanisms import endings, indicators
from custodes.mechanisms.obedience import CALLED, Ground, loyal_share, national
from custodes.world.columns import UPRISING
from custodes.world.state import World


def stir(world: World, own: Any) -> NDArray[np.bool_]:
    """Set the extra heat of every county; return which lie next to a lost one, (C,)."""
    near = np.zeros(len(world.places.counties), bool)
    if not world.county.lost.any():
        world.county.heat[:] = 0.0
        return near
    for lost in world.county.lost.nonzero()[0].tolist():
        near[list(world.places.neighbours[lost][: int(own.spread_counties)])] = True
    everywhere = min(own.national_heat_cap, own.national_heat * lost_share(world))
    world.county.heat[:] = everywhere + np.where(near, own.spread_heat, 0.0)
    return near


def lost_share(world: World) -> float:
    """Share of the people who live in lost counties."""
    people = world.places.population
    return float(people[world.county.lost > 0].sum() / max(int(people.sum()), 1))


def retake(world: World, week: Week, here: Ground, own: Any) -> list[tuple[int, float, str, str]]:
    """A loyal organ stronger than the crowd comes back, with some chance a week: (county, crowd, organ, event) of each."""
    back = []
    for c in np.flatnonzero(world.county.lost).tolist():
        crowd = world.memory.get(f"lost_crowd.{c}", 0.0)
        able = [CALLED[i] for i in range(len(CALLED)) if _can_retake(world, here, i, crowd, own)]
        if not able or draws.one(world.seed, "retake", week.number, c) >= own.retake:
            continue
        place = world.places.counties[c]
        world.county.lost[c] = 0
        world.memory.pop(f"lost_crowd.{c}", None)
        event = week.log.record(
            "retaken",
            week.number,
            place=place,
            organ=able[0],
            magnitude=crowd,
            causes=week.log.latest("lost", 520, place=place)[:1],
            text=f"{named(able[0])} retook {place}.",
        )
        back.append((c, crowd, able[0], event))
    return back


def named(organ: str) -> str:
    """An organ called, at the start of a sentence."""
    return indicators.capital(indicators.called(organ))


def _can_retake(world: World, here: Ground, called: int, crowd: float, own: Any) -> bool:
    agents, will = national(world, here, called, own)
    return agents > crowd and will >= own.loyal


def fall_chance(lost_share: float, loyal_force: float) -> float:
    """Ratio contest R^2 / (R^2 + L^2): chance that the state falls."""
    top = lost_share * lost_share
    bottom = top + loyal_force * loyal_force
    return top / bottom if bottom > 0.0 else 0.0


def loyal_force(world: World, here: Ground, own: Any) -> float:
    """Share of the state's force that would fight for it: each organ's by its obedience and its commanders' loyalty."""
    force = (own.force_police, own.force_state_security, own.force_army)
    return portable.total(
        [force[i] * national(world, here, i, own)[1] * loyal_share(world, i, own) for i in range(len(CALLED))]
    )


def contest(world: World, week: Week, here: Ground, own: Any) -> None:
    """Contest each week while enough people, or the capital, are out of the state's hands."""
    share = lost_share(world)
    if share < own.uprising_share and not world.county.lost[world.places.capital]:
        return
    chance = fall_chance(share, loyal_force(world, here, own))
    # the whole country's draw: one entity past the counties
    fell = draws.one(world.seed, "obedience", week.number, len(CALLED) * len(world.places.counties)) < chance
    event = week.log.record(
        "uprising",
        week.number,
        magnitude=share,
        causes=week.log.latest("lost", 26)[:5],
        text=f"Counties with {share:.0%} of the people are lost; the state "
        f"{'fell' if fell else 'held'} (chance of falling {chance:.2f}).",
    )
    if fell:
        endings.end(
            world, week, UPRISING, [event], f"The state falls to an uprising: {share:.0%} of the people had left it."
        )
