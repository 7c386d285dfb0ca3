"""Endings: what counts as an end of the regime, and the ends that belong to nobody else: insiders, collapse, reform.

An end is an event of the kind `end`; its magnitude is the index of the outcome in `world.columns.ENDS`, and the first
breakdown stays in `memory["outcome"]`. The weeks go on under new rulers (docs/decisions/0014): what follows an end is
told, never forecast.

- Insiders change the rules of rule, at a rate that rises steeply as the loyalty of the top falls. What 2.3 breakdowns in
  100 years count besides coups and uprisings (Geddes, Wright and Frantz 2014).
- Collapse: half a year of weak control with nothing in the granaries or the bank.
- Reform: the leader adopts it if officials would live better under it and he can trust them, or a scenario makes him. It
  is no breakdown. Expected rents under reform count more trade and less control; that more trade really comes is not
  modelled: it is the outside's to give. What a reform does at once is to loosen control and to raise what people expect.

Numbers: EQUATIONS.md section 9, grade D.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np

from custodes import draws, portable
from custodes.engine.step import Week
from custodes.mechanisms import rents
from custodes.mechanisms.loyalty import mean_of_top
from custodes.mechanisms.morale import national_agents_per_unit
from custodes.world.columns import COLLAPSE, IN_POST, INSIDERS
from custodes.world.court import NO_PLOT
from custodes.world.same import Same
from custodes.world.state import Places, World

READS = (
    "court.status court.rank court.organ court.loyalty branch.chain_ratio branch.trade_ratio organ.edict "
    "books.grams national.capacity_norm guards.capacity places.population places.soldiers national.ration "
    "units.garrison units.county memory"
)
WRITES = (
    "memory county.lost court.plot branch.plot_weeks branch.plots_joined guards.posts guards.staff "
    "households.income_reference"
)

QUARTER: Final = 13  #: weeks between two thoughts of reform
OUTCOME: Final = "outcome"
CHANGE: Final = "change_of_rulers"  #: memory: an end came this week, and new rulers are to take over
GIFTS_OF_TRADE: Final = 0.4  #: share of the leader's gifts that trade pays (EQUATIONS.md 7: "gifts x (.6 + .4 trade)")


class Params(NamedTuple):
    """Group `endings`."""

    insiders: float  #: changes of rules a year at the usual loyalty of the top
    insiders_loyalty: float  #: that loyalty
    insiders_slope: float  #: how steeply the rate rises as loyalty falls
    collapse_capacity: float  #: control over its norm below which the state is failing
    collapse_weeks: float  #: how long in a row it must fail
    collapse: float  #: chance a week from then on
    pool_weeks: float  #: weeks of the planned ration in the state's granaries below which they are empty
    reform: float  #: chance a quarter that the leader adopts a reform that would pay
    reform_gain: float  #: gain in officials' rents that he wants
    reform_trust: float  #: loyalty of officials that he needs
    reform_trade: float  #: factor of trade that he expects of it
    reform_control: float  #: share of control that it loosens
    reform_promise: float  #: share by which it raises what people compare their income with
    change_weeks: float  #: how long a change of rulers unsettles the court


def settle(world: World, week: Week, p: Any) -> None:
    """New rulers take over; then insiders, collapse and reform, each by its own draw; none of them in the burn-in."""
    if week.number < 0:
        return
    q: Params = p.endings
    if world.memory.pop(CHANGE, 0.0):
        _take_over(world, q)
    _insiders(world, week, q)
    _collapse(world, week, p)
    _reform(world, week, p)


def end(world: World, week: Week, outcome: int, causes: Sequence[str], text: str) -> str:
    """Record an end; the first one stays the outcome of the run. Returns the event's id.

    New rulers take over when `settle` is next reached, unless insiders only changed the rules.
    """
    if not world.memory.get(OUTCOME):
        world.memory[OUTCOME] = float(outcome)
    if outcome != INSIDERS:
        world.memory[CHANGE] = 1.0
    return week.log.record("end", week.number, magnitude=float(outcome), causes=[c for c in causes if c], text=text)


def _take_over(world: World, p: Params) -> None:
    """The court is unsettled for a year, plots against the old ruler are over, and the new ones hold all counties."""
    world.memory["succession_weeks"] = p.change_weeks
    world.memory["low_capacity_weeks"] = 0.0
    world.court.plot[:] = NO_PLOT
    world.branch.plot_weeks[:] = world.branch.plots_joined[:] = 0.0
    world.county.lost[:] = 0
    for name in [n for n in world.memory if n.startswith(("lost_crowd.", "plot_organ."))]:
        del world.memory[name]


# --- insiders ------------------------------------------------------------------------------------------------------------


def insiders_chance(loyalty: float, p: Params) -> float:
    """Chance a week, of the mean loyalty of the top."""
    return float(p.insiders / 52.0 * portable.exp(p.insiders_slope * (p.insiders_loyalty - loyalty)))


def _insiders(world: World, week: Week, p: Params) -> None:
    luck = draws.one(world.seed, "insiders", week.number, 0)
    if luck >= insiders_chance(0.0, p):  # the highest the chance can be
        return
    loyalty = mean_of_top(world)
    chance = insiders_chance(loyalty, p)
    if luck < chance:
        causes = (
            week.log.latest("purge", 26)[:3] + week.log.latest("succession", 52)[:1] + week.log.latest("coup", 52)[:1]
        )
        text = (
            f"Insiders change the rules of rule: the leader rules no longer alone. The mean loyalty of the top is "
            f"{loyalty:.2f}, the chance of such a change {52.0 * chance:.3f} a year."
        )
        end(world, week, INSIDERS, causes, text)


# --- collapse ------------------------------------------------------------------------------------------------------------


def control(world: World) -> float:
    """Control capacity over its norm; 1 until the norm is known."""
    norm = world.national.capacity_norm
    return national_agents_per_unit(world) / norm if norm > 0.0 else 1.0


def granary_weeks(world: World) -> float:
    """Weeks of the planned ration for all that the state's granaries hold."""
    need = max(1.0, 7.0 * world.national.ration * _fed(Same(world.places)))
    return world.books.grams["state_pool"] / need


@lru_cache(maxsize=16)
def _fed(of: Same) -> float:
    """People and soldiers of a country."""
    places: Places = of.thing
    return float(places.population.sum() + places.soldiers.sum())


def _collapse(world: World, week: Week, p: Any) -> None:
    q: Params = p.endings
    memory = world.memory
    penniless = memory.get("reserve_empty", 0.0) > 0.0 or granary_weeks(world) < q.pool_weeks
    failing = penniless and control(world) < q.collapse_capacity
    memory["low_capacity_weeks"] = memory.get("low_capacity_weeks", 0.0) + 1.0 if failing else 0.0
    if (
        memory["low_capacity_weeks"] < q.collapse_weeks
        or draws.one(world.seed, "collapse", week.number, 0) >= q.collapse
    ):
        return
    causes = [
        e
        for kind in ("reserve_empty", "ration_collapse", "control_weakens", "lost")
        for e in week.log.latest(kind, 260)[:1]
    ]
    text = (
        f"The state collapses: control has stood at {control(world):.0%} of its norm, below {q.collapse_capacity:.0%}, for "
        f"{int(memory['low_capacity_weeks'])} weeks, and it has no grain or no hard currency left."
    )
    end(world, week, COLLAPSE, causes, text)
    _take_over(world, q)
    del memory[CHANGE]


# --- reform --------------------------------------------------------------------------------------------------------------


def reform_gain(world: World, p: Any) -> float:
    """By what share officials' rents would rise under reform: more trade, less to be passed up from the guards' control."""
    q: Params = p.endings
    r: rents.Params = p.rents
    court, branch = world.court, world.branch
    held = np.bincount(court.organ[court.status == IN_POST], minlength=len(branch.trade_ratio))
    gifts = world.memory.get("gifts_ratio", 1.0)
    edict = 1.0 - r.edict * rents.edict_on_court(world.organ.edict)
    chain = r.chain * branch.chain_ratio * edict
    trade = r.trade * branch.trade_ratio
    now = r.privilege + r.gifts * gifts + chain + trade
    more = q.reform_trade - 1.0
    from_gifts = GIFTS_OF_TRADE * r.gifts * gifts * more
    then = now + from_gifts + more * trade - q.reform_control * chain
    present = portable.mean(now, held)
    return portable.mean(then, held) / present - 1.0 if present > 0.0 else 0.0


def _reform(world: World, week: Week, p: Any) -> None:
    q: Params = p.endings
    deed = next((d for d in week.deeds if d.lever == "reform" and d.value > 0.0), None)
    if deed is not None:
        _adopt(world, week, q, [deed.event], "by decision of the leader")
        return
    if week.number % QUARTER or world.memory.get("reform_week") is not None:
        return
    if draws.one(world.seed, "reform", week.number, 0) >= q.reform:
        return
    gain, trust = reform_gain(world, p), portable.mean(world.court.loyalty[world.court.status == IN_POST])
    if gain > q.reform_gain and trust > q.reform_trust:
        why = f"officials would gain {gain:.0%} in rents, and their mean loyalty is {trust:.2f}"
        _adopt(world, week, q, week.log.latest("talks", 104)[:1] + week.log.latest("aid", 104)[:1], why)


def _adopt(world: World, week: Week, p: Params, causes: Sequence[str], why: str) -> None:
    """Control loosens at once, and people expect more."""
    world.memory["reform_week"] = float(week.number)
    world.guards.posts *= 1.0 - p.reform_control
    world.guards.staff *= 1.0 - p.reform_control
    reference = world.households.income_reference
    raised = reference.astype(np.int64) + (reference * p.reform_promise).astype(np.int64)
    reference[:] = np.minimum(raised, 2_000_000_000).astype(np.int32)
    week.log.record(
        "reform",
        week.number,
        magnitude=1.0,
        causes=[c for c in causes if c],
        text=f"A reform package is adopted ({why}): control is loosened by {p.reform_control:.0%}; whether trade grows is "
        "for the outside to decide.",
    )
