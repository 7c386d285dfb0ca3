"""Morale of the guards: what it follows from, who comes to work, who leaves, and what control is left.

Capacity = staff x attendance x morale x time not spent collecting. Guards who cannot live stay away, look aside or
leave; revenue that is blocked weakens control and raises extortion at once. Purges lower the morale of those who
survive them (consequence 7). Form and numbers are ours; the second article's description is the ground.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import portable
from custodes.engine.step import Week
from custodes.mechanisms.takings import PASSED_UP
from custodes.world.columns import POLICE, STATE_SECURITY
from custodes.world.state import World

F = NDArray[np.float64]

READS = (
    "guards.staff guards.posts guards.effort guards.morale guards.take guards.paid guards.capacity organ.edict "
    "organ.purge_hazard national.capacity_norm units.garrison units.county places.population "
    "memory"
)
WRITES = "guards.staff guards.morale guards.capacity national.capacity_norm memory"


class Params(NamedTuple):
    """Group `morale`. Incomes are shares of need."""

    base: float  #: morale without any income
    income: float  #: morale from an income that covers need and quota
    hazard: float  #: morale lost to a certain purge
    edict: float  #: morale lost under a full edict
    rate: float  #: share of the distance closed a week
    absence: float  #: attendance lost per need of missing income
    full_attendance: float  #: income at which everybody comes
    collecting: float  #: share of time that full effort takes from control
    leaving: float  #: share of staff that leaves a week, per need of missing income
    leaving_income: float  #: income at which nobody leaves
    refill: float  #: share of vacancies filled a week at full pay


def income_share(world: World, p: Any) -> F:
    """Pay and net takings of an agent as a share of need, (O, C)."""
    need = np.array(p.extortion.need)[:, None]
    share: F = (world.guards.paid + world.guards.take * (1.0 - PASSED_UP)) / need
    return share


def pay_ratio(world: World, p: Any) -> F:
    """Share of usual pay that is really paid, (O, C), at most 1."""
    q = p.takings
    usual = (np.array(q.official) + np.array(q.supplement)) * np.array(p.extortion.need)
    known = usual > 0.0
    return np.where(known[:, None], np.minimum(1.0, world.guards.paid / np.where(known, usual, 1.0)[:, None]), 1.0)


def attendance(income: F, p: Params) -> F:
    """Share of agents who come to work."""
    return np.clip(1.0 - p.absence * np.maximum(0.0, p.full_attendance - income), 0.0, 1.0)


def morale_target(income: F, quota: F, hazard: F, edict: F, p: Params) -> F:
    """Where morale tends, in [0, 1]."""
    return np.clip(
        p.base + p.income * income / (1.0 + quota) - p.hazard * np.minimum(1.0, hazard) - p.edict * edict, 0.0, 1.0
    )


def settle(world: World, week: Week, p: Any) -> None:
    """Morale, staff, capacity, and in the burn-in's last year the norm that capacity is measured by.

    The perceived purge hazard is the court's, set by `loyalty`.
    """
    q: Params = p.morale
    guards, organ = world.guards, world.organ
    income = income_share(world, p)
    quota = np.array(p.extortion.quota)[:, None]
    target = morale_target(income, quota, organ.purge_hazard[:, None], organ.edict[:, None], q)
    guards.morale += q.rate * (target - guards.morale)
    _leave_and_refill(world, income, p)
    guards.capacity[:] = guards.staff * attendance(income, q) * guards.morale * (1.0 - q.collecting * guards.effort)
    _keep_norm(world, week)


def _leave_and_refill(world: World, income: F, p: Any) -> None:
    q: Params = p.morale
    guards = world.guards
    leaving = np.minimum(1.0, q.leaving * np.maximum(0.0, q.leaving_income - income))
    vacancies = np.maximum(0.0, guards.posts - guards.staff)
    guards.staff += q.refill * vacancies * pay_ratio(world, p) - guards.staff * leaving


# --- capacity as others see it ---------------------------------------------------------------------------------------


def units_of_county(world: World) -> F:
    """Real neighbourhoods of each county, garrisons apart, (C,); at least one row's worth."""
    civil = world.units.county[world.units.garrison == 0]
    rows = np.bincount(civil, minlength=world.places.population.size)
    return np.maximum(1, rows).astype(np.float64) * world.k


def agents_per_unit(world: World) -> F:
    """Control capacity of state security and police, agents a neighbourhood, (C,)."""
    capacity = world.guards.capacity
    density: F = (capacity[STATE_SECURITY] + capacity[POLICE]) / units_of_county(world)
    return density


def national_agents_per_unit(world: World) -> float:
    """The same for the whole country."""
    capacity = world.guards.capacity
    return portable.total(capacity[[STATE_SECURITY, POLICE]]) / portable.total(units_of_county(world))


def capacity_norm(world: World) -> float:
    """C_0: agents a neighbourhood in the burn-in's last year; before it is known, this week's (1 if there are none)."""
    norm = world.national.capacity_norm or national_agents_per_unit(world)
    return norm if norm > 0.0 else 1.0


def _keep_norm(world: World, week: Week) -> None:
    """Gather the mean of weeks -52 to -1; without a burn-in the first week sets the norm."""
    memory, now = world.memory, national_agents_per_unit(world)
    if -52 <= week.number <= -1:
        memory["capacity_sum"] = memory.get("capacity_sum", 0.0) + now
        memory["capacity_weeks"] = memory.get("capacity_weeks", 0.0) + 1.0
    if week.number >= -1 and world.national.capacity_norm == 0.0:
        weeks = memory.get("capacity_weeks", 0.0)
        world.national.capacity_norm = memory["capacity_sum"] / weeks if weeks else now
