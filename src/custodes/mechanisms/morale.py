"""Morale of the guards: what it follows from, who comes to work, who leaves, and what control is left.

Capacity = staff x attendance x morale x time not spent collecting. Guards who cannot live stay away, look aside or
leave; revenue that is blocked weakens control and raises extortion at once. Purges lower the morale of those who
survive them (consequence 7). Form and numbers are ours; the second article's description is the ground.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes.engine.step import Week
from custodes.jit import njit
from custodes.mechanisms.takings import PASSED_UP
from custodes.portable import clip
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


@njit
def income_share(paid, take, need):  # type: ignore[no-untyped-def]
    """Pay and net takings of an agent as a share of need."""
    return (paid + take * (1.0 - PASSED_UP)) / need


@njit
def pay_ratio(paid, usual):  # type: ignore[no-untyped-def]
    """Share of usual pay that is really paid, at most 1; all of it where nothing is usual."""
    return min(1.0, paid / usual) if usual > 0.0 else 1.0


@njit
def attendance(income, p):  # type: ignore[no-untyped-def]
    """Share of agents who come to work."""
    return clip(1.0 - p.absence * max(0.0, p.full_attendance - income), 0.0, 1.0)


@njit
def morale_target(income, quota, hazard, edict, p):  # type: ignore[no-untyped-def]
    """Where morale tends, in [0, 1]."""
    return clip(p.base + p.income * income / (1.0 + quota) - p.hazard * min(1.0, hazard) - p.edict * edict, 0.0, 1.0)


@njit
def left_and_refilled(staff, posts, income, paid_share, p):  # type: ignore[no-untyped-def]
    """Agents after a week in which some who cannot live left, and some vacancies were filled as pay allows."""
    leaving = min(1.0, p.leaving * max(0.0, p.leaving_income - income))
    vacancies = max(0.0, posts - staff)
    return staff + (p.refill * vacancies * paid_share - staff * leaving)


def settle(world: World, week: Week, p: Any) -> None:
    """Morale, staff, capacity, and in the burn-in's last year the norm that capacity is measured by.

    The perceived purge hazard is the court's, set by `loyalty`.
    """
    guards, organ = world.guards, world.organ
    _settle_guards(
        (guards.paid, guards.take, guards.posts, guards.effort),
        (guards.staff, guards.morale, guards.capacity),
        (organ.purge_hazard, organ.edict),
        (p.extortion.need, p.extortion.quota, usual_pay(p)),
        p.morale,
    )
    _keep_norm(world, week)


def usual_pay(p: Any) -> tuple[float, ...]:
    """Won an agent-week in pay and kind while nothing is cut, by organ."""
    q = p.takings
    return tuple((a + b) * need for a, b, need in zip(q.official, q.supplement, p.extortion.need, strict=True))


@njit
def _settle_guards(given, moved, of_organ, usual, p):  # type: ignore[no-untyped-def]
    """One week of the agents of every organ and county; `given` and `moved` are (O, C)."""
    paid, take, posts, effort = given
    staff, morale, capacity = moved
    hazard, edict = of_organ
    need, quota, pay = usual
    for o in range(staff.shape[0]):
        for c in range(staff.shape[1]):
            income = income_share(paid[o, c], take[o, c], need[o])
            target = morale_target(income, quota[o], hazard[o], edict[o], p)
            morale[o, c] += p.rate * (target - morale[o, c])
            staff[o, c] = left_and_refilled(staff[o, c], posts[o, c], income, pay_ratio(paid[o, c], pay[o]), p)
            busy = 1.0 - p.collecting * effort[o, c]
            capacity[o, c] = staff[o, c] * attendance(income, p) * morale[o, c] * busy


# --- capacity as others see it ---------------------------------------------------------------------------------------


def agents_per_unit(world: World) -> F:
    """Control capacity of state security and police, agents a neighbourhood, (C,)."""
    capacity, u = world.guards.capacity, world.units
    density: F = _density(capacity[STATE_SECURITY], capacity[POLICE], u.county, u.garrison, world.k)
    return density


@njit
def _density(security, police, county, garrison, k):  # type: ignore[no-untyped-def]
    """Agents of both (C,) over the neighbourhoods of each county."""
    rows = _civil_rows(county, garrison, security.shape[0])
    out = np.empty(security.shape[0])
    for c in range(out.shape[0]):
        out[c] = (security[c] + police[c]) / (float(rows[c]) * k)
    return out


@njit
def _civil_rows(county, garrison, counties):  # type: ignore[no-untyped-def]
    """Rows of neighbourhoods in each county, garrisons apart, (C,); at least one."""
    rows = np.zeros(counties, np.int64)
    for u in range(county.shape[0]):
        if garrison[u] == 0:
            rows[county[u]] += 1
    return np.maximum(rows, 1)


def national_agents_per_unit(world: World) -> float:
    """The same for the whole country."""
    capacity, u = world.guards.capacity, world.units
    rows = int(_civil_rows(u.county, u.garrison, capacity.shape[1]).sum())
    return math.fsum(capacity[STATE_SECURITY].tolist() + capacity[POLICE].tolist()) / float(rows * world.k)


def capacity_norm(world: World) -> float:
    """C_0: agents a neighbourhood in the burn-in's last year; before it is known, this week's (1 if there are none)."""
    norm = world.national.capacity_norm or national_agents_per_unit(world)
    return norm if norm > 0.0 else 1.0


def _keep_norm(world: World, week: Week) -> None:
    """Gather the mean of weeks -52 to -1; without a burn-in the first week sets the norm."""
    if week.number >= 0 and world.national.capacity_norm != 0.0:
        return
    memory, now = world.memory, national_agents_per_unit(world)
    if -52 <= week.number <= -1:
        memory["capacity_sum"] = memory.get("capacity_sum", 0.0) + now
        memory["capacity_weeks"] = memory.get("capacity_weeks", 0.0) + 1.0
    if week.number >= -1 and world.national.capacity_norm == 0.0:
        weeks = memory.get("capacity_weeks", 0.0)
        world.national.capacity_norm = memory["capacity_sum"] / weeks if weeks else now
