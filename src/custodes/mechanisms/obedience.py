"""Obedience: who is called against a crowd, what he meets there, and how likely he is to move.

Police, state security and the army are called in turn. Police and state security obey by the morale of their men in the
county, the army by its troops' (mechanisms.officers); all by what their households think, and less against neighbours and
large crowds. Chiefs who do not care for the leader let their men stand by in a contest for the whole (Paine 2022): only
the force of officials who are loyal enough counts for him. EQUATIONS.md sections 6 and 9.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import portable
from custodes.engine.tables import F
from custodes.jit import njit
from custodes.mechanisms.morale import agents_per_unit
from custodes.mechanisms.stance import BINS
from custodes.world.columns import (
    B_ARMY,
    B_GUARD,
    B_MILITARY_SECURITY,
    B_POLICE,
    B_STATE_SECURITY,
    IN_POST,
    POLICE,
    STATE_SECURITY,
    U16,
)
from custodes.world.state import World

#: Called in this order; numbers key the draws.
CALLED: Final = ("police", "state_security", "army")
#: The collecting organ whose morale it has, None: the army's troops.
GUARDS: Final = (POLICE, STATE_SECURITY, None)
#: Organs of the court whose officials command it.
COMMANDED: Final = ((B_POLICE,), (B_STATE_SECURITY,), (B_ARMY, B_GUARD, B_MILITARY_SECURITY))


class Ground(NamedTuple):
    """What a crowd meets in each county, each (C,) unless said."""

    histogram: NDArray[np.int64]  #: (C, 32)
    adults: NDArray[np.int64]  #: real
    agents_per_unit: F
    adults_per_unit: F
    fear: F
    support: F
    army_support: float  #: soldiers' mean private support, over the country
    stress: F


def ground(world: World) -> Ground:
    """Sums of civil units and tiles by county; garrisons are left out: their adults are the army that is called."""
    u, counties = world.units, len(world.places.counties)
    people, units, fear, support, squads, trust = _sums(u.county, u.garrison, u.adults, u.fear, u.support, counties)
    safe = np.maximum(people, 1.0)
    support = np.where(people > 0, _signed(support / safe), 0.0)
    return Ground(
        histogram=_histogram(world.tiles.first_unit, world.tiles.county, u.garrison, world.tile_histogram, counties),
        adults=(world.k * people).astype(np.int64),
        agents_per_unit=agents_per_unit(world),
        adults_per_unit=people / np.maximum(units, 1.0),
        fear=fear / safe / U16,
        support=support,
        army_support=float(_signed(trust / squads)) if squads else portable.mean(support),
        stress=world.by_county("stress_u16") / np.maximum(world.by_county("households"), 1) / U16,
    )


def _signed(stored: Any) -> Any:
    """Private support in [-1, 1] from a neighbourhood's stored (mean + 1) / 2."""
    return 2.0 * stored / U16 - 1.0


@njit
def _sums(county, garrison, adults, fear, support, counties):  # type: ignore[no-untyped-def]
    """Of civil units by county, (C,): adults, units, and fear and support by adults; of garrisons adults and support."""
    people, units, afraid, trusting = np.zeros((4, counties))
    squads, trust = 0.0, 0.0
    for u in range(county.shape[0]):  # sums of whole numbers: exact
        c, n = county[u], float(adults[u])
        if garrison[u] == 0:
            people[c] += n
            units[c] += 1.0
            afraid[c] += n * fear[u]
            trusting[c] += n * support[u]
        else:
            squads += n
            trust += n * support[u]
    return people, units, afraid, trusting, squads, trust


@njit
def _histogram(first_unit, county, garrison, of_tile, counties):  # type: ignore[no-untyped-def]
    """Adults of civil tiles by county and needed peer share, (C, 32)."""
    out = np.zeros((counties, BINS), np.int64)
    for t in range(county.shape[0]):
        if garrison[first_unit[t]] == 0:
            for i in range(BINS):
                out[county[t], i] += of_tile[t, i]
    return out


def obedience(morale: Any, support: Any, local: Any, crowd: Any, p: Any) -> F:
    """Chance that a unit obeys an order against a crowd that is the share `crowd` of adults; `p` is group `incidents`."""
    will = p.obey_base + p.obey_morale * morale + p.obey_support * support - p.obey_local * local - p.obey_crowd * crowd
    return np.asarray(np.clip(will, 0.02, 0.99))


def called_to(world: World, here: Ground, called: int, c: int, crowd: float, p: Any) -> float:
    """Chance that the organ called obeys in county `c`."""
    army = GUARDS[called] is None
    support = here.army_support if army else float(here.support[c])
    return float(obedience(_morale(world, called, c), support, local(p)[called], crowd, p))


def local(p: Any) -> tuple[float, float, float]:
    """Share of each organ called that is recruited in the county."""
    return p.local_police, p.local_state_security, p.local_army


def _morale(world: World, called: int, c: int) -> float:
    organ = GUARDS[called]
    return float(world.branch.troop_morale[B_ARMY] if organ is None else world.guards.morale[organ, c])


def national(world: World, here: Ground, called: int, p: Any) -> tuple[float, float]:
    """Agents that an organ called can send, and its obedience before a crowd is met, over the whole country."""
    organ = GUARDS[called]
    if organ is None:
        support, morale = here.army_support, float(world.branch.troop_morale[B_ARMY])
        agents = p.army_agents * float(world.places.soldiers.sum())
    else:
        support = portable.mean(here.support, here.adults)
        agents = portable.total(world.guards.capacity[organ])
        morale = portable.mean(world.guards.morale[organ], world.guards.staff[organ])
    return agents, float(obedience(morale, support, local(p)[called], 0.0, p))


def loyal_share(world: World, called: int, p: Any) -> float:
    """Share of the force behind an organ called whose officials are loyal enough to lead it out; vacant posts lead nobody."""
    court = world.court
    commands = np.isin(court.organ, COMMANDED[called])
    whole = portable.total(court.force[commands])
    loyal = commands & (court.status == IN_POST) & (court.loyalty >= p.stand_aside)
    return portable.total(court.force[loyal]) / whole if whole > 0.0 else 1.0
