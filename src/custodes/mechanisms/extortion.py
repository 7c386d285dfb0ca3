"""Extortion: whom guards visit, whether they abstain, plead or threaten, what they ask and who pays.

Guards collect until they can live (target income, ours: a maximising guard would take three times too much and never
rest). A visit falls on those against whom something can be held and who have market money. The approach is a quantal
response (McKelvey and Palfrey 1995) over expected take, effort and expected punishment (Becker and Stigler 1974): a
threat brings more and risks more than a plea. A detected infraction is settled for money (Polinsky and Shavell 2001).
A refused demand has no consequence: the visit is spent.
"""

from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import portable
from custodes.engine.step import Week
from custodes.jit import njit
from custodes.portable import clip, squash
from custodes.world.columns import N_ORGANS
from custodes.world.state import World

F = NDArray[np.float64]

READS = (
    "guards.staff guards.effort guards.paid guards.perceived organ.edict county.lost national.won_per_dollar "
    "sums.weight sums.weight_threat_ask sums.weight_plea_ask sums.bribes sums.settlements"
)
WRITES = "guards.effort guards.take guards.threat_share guards.plea_share guards.type_threat"

WEIGHT_UNIT: Final = 1.0 / 2.0**20  #: `sums.weight` counts in this unit
FINDING_HANDLE: Final = 0.3  #: a household with less of a handle has nothing to be found

IGNORED, HIT_AND_RUN = range(2)
REPEATED_DEMANDS: Final = ("ignored", "hit_and_run")
WEEKS_OF_QUARTER: Final = 13.0
WEEKS_OF_MONTH: Final = 4.0


class Params(NamedTuple):
    """Group `extortion`; tuples are by organ (state security, police, cadres) or agent type (area, office, rough)."""

    need: tuple[float, float, float]  #: won a week on which an agent's household lives
    quota: tuple[float, float, float]  #: share of need demanded by superiors
    visits: float  #: visits an agent-week at full effort
    take_rate: float  #: weekly weight of the newest takings in the take that an agent reckons with
    effort_rate: float  #: change of effort a week, per need of shortfall
    effort_floor: float  #: least effort
    handle_floor: float  #: illegality that shows without any market work
    handle_media: float  #: handle from recent foreign media
    handle_kin: float  #: handle from kin abroad
    handle_border: float  #: handle from border business
    weight_floor: float  #: interest of a household without market work
    visit_cap: float  #: highest chance of a visit a week, by organ
    ask_handle: float  #: handle at which a demand is the plain share of income, less a half
    threat_income: float  #: weeks of income a threat asks
    threat_money: float  #: share of cash a threat asks
    threat_most: float  #: largest share of cash a threat takes
    plea_income: float
    plea_money: float
    plea_most: float
    comply_slope: float
    threat_constant: float
    threat_fear: float
    threat_handle: float
    threat_rights: float  #: how much rights talk strengthens refusal
    plea_constant: float
    plea_market: float
    plea_handle: float
    memory_threat: float  #: memory left by a paid threat
    memory_plea: float
    memory_fade: float  #: share of memory lost a week
    gain: float  #: utility of the whole expected take when need is unmet by one need
    effort_cost: float  #: utility cost of any demand
    penalty: float  #: utility cost of punishment
    plea_risk: float  #: punishability of a plea, relative to a threat
    edict_cost: float  #: utility cost of any demand under a full edict
    precision: float  #: of the quantal response
    type_share: tuple[float, float, float]
    type_force: tuple[float, float, float]  #: what a threat brings, by type
    finding: tuple[float, float, float]  #: chance that a visit finds an infraction, per unit of handle, by organ
    tariff_dollars: float  #: US$ that undo the worst offence
    tariff_convexity: float  #: 0: price proportional to the handle; 1: to its cube
    repeated_demands: float  #: index into REPEATED_DEMANDS: what expected demands do to illegal business
    hit_and_run_visits: float  #: expected visits a quarter above which a household gives some up
    hit_and_run_fall: float  #: illegality given up a month


# --- one household ---------------------------------------------------------------------------------------------------


@njit
def handle(illegality, market_share, media, kin_abroad, border_business, p):  # type: ignore[no-untyped-def]
    """What can be held against a household, in [0, 1]: one minus the chance that each infraction is absent."""
    trade = 1.0 - illegality * (p.handle_floor + market_share) / (1.0 + p.handle_floor)
    return 1.0 - trade * (1.0 - p.handle_media * media) * (1.0 - p.handle_kin * kin_abroad) * (
        1.0 - p.handle_border * border_business
    )


@njit
def visit_weight(handle_value, market_share, p):  # type: ignore[no-untyped-def]
    """Interest of a household to a collecting guard, in [0, 1.03]; place acts through the density of staff."""
    return handle_value * handle_value * (p.weight_floor + market_share)


@njit
def visit_probability(visits_per_weight, weight, p):  # type: ignore[no-untyped-def]
    """Chance of a visit by one organ this week."""
    chance = visits_per_weight * weight
    return chance if chance < p.visit_cap else p.visit_cap


@njit
def ask_threat(income, money, handle_value, p):  # type: ignore[no-untyped-def]
    """Won demanded under a threat, from smoothed weekly income and cash."""
    wanted = p.threat_income * income * (p.ask_handle + handle_value) + p.threat_money * money
    most = p.threat_most * money
    return wanted if wanted < most else most


@njit
def ask_plea(income, money, handle_value, p):  # type: ignore[no-untyped-def]
    """Won asked for by a plea."""
    wanted = p.plea_income * income * (p.ask_handle + handle_value) + p.plea_money * money
    most = p.plea_most * money
    return wanted if wanted < most else most


@njit
def comply_threat(fear, handle_value, rights, p):  # type: ignore[no-untyped-def]
    """Chance that a threatened household pays: fear and guilt make it, rights talk unmakes it."""
    return squash(
        p.comply_slope
        * (p.threat_constant + p.threat_fear * fear + p.threat_handle * handle_value - p.threat_rights * rights)
    )


@njit
def comply_plea(market_share, handle_value, p):  # type: ignore[no-untyped-def]
    """Chance that a household gives when asked: goodwill and insurance of those who trade."""
    return squash(p.comply_slope * (p.plea_constant + p.plea_market * market_share + p.plea_handle * handle_value))


@njit
def remember(memory, threats_paid, pleas_paid, p):  # type: ignore[no-untyped-def]
    """Next week's memory of having been robbed, in [0, 1]."""
    raised = memory + p.memory_threat * threats_paid + p.memory_plea * pleas_paid
    held = raised if raised < 1.0 else 1.0
    return held * (1.0 - p.memory_fade)


@njit
def tariff(handle_value, tariff_won, p):  # type: ignore[no-untyped-def]
    """Won that settle a detected infraction: the tariff of the worst offence, scaled by the handle."""
    bend = p.tariff_convexity * (1.0 - handle_value * handle_value)
    return tariff_won * handle_value * (1.0 - bend)


@njit
def finding_probability(handle_value, finding_rate):  # type: ignore[no-untyped-def]
    """Chance that a visit finds an infraction; nothing is found at a household with little of a handle."""
    return finding_rate * handle_value if handle_value > FINDING_HANDLE else 0.0


@njit
def given_up(expected_visits, p):  # type: ignore[no-untyped-def]
    """Illegality that a household gives up in a week in which it expects so many visits, under hit-and-run trade.

    Officials who cannot commit themselves to future demands drive those who pay to trade that leaves nothing to come back
    for (Choi and Thum 2004). It ends when a smaller handle has brought the visits under the bound, and is never undone.
    """
    pressed = WEEKS_OF_QUARTER * expected_visits > p.hit_and_run_visits
    return p.hit_and_run_fall / WEEKS_OF_MONTH if pressed else 0.0


# --- organs ----------------------------------------------------------------------------------------------------------


def shortfall(paid: F, p: Params) -> F:
    """What agents must collect, as a share of need, shape (O, C): need and the quota due upward, less pay.

    Pay above need goes toward the quota (docs/decisions/0011): a guard who is fed and more has no reason left.
    """
    share: F = _shortfall(paid, p.need, p.quota)
    return share


@njit
def _shortfall(paid, need, quota):  # type: ignore[no-untyped-def]
    out = np.empty(paid.shape)
    for o in range(paid.shape[0]):
        for c in range(paid.shape[1]):
            out[o, c] = max(0.0, 1.0 + quota[o] - paid[o, c] / need[o])
    return out


def approach(shortfall_share: F, threat_take: F, plea_take: F, perceived: F, edict: F, p: Params) -> tuple[F, F]:
    """Probabilities of a threat and of a plea by agent type, each (..., 3); the rest abstains.

    `shortfall_share`, `threat_take`, `plea_take` (expected take of each approach, any common unit) and `edict` have
    shape (...), `perceived` (risk of punishment per threat) has (..., 3). Nobody asks where nothing is to be had.
    """
    shape = np.shape(perceived)
    shortfall, threats, pleas, edicts = (
        (x if x.shape == shape[:-1] else np.full(shape[:-1], x)).ravel()
        for x in (shortfall_share, threat_take, plea_take, edict)
    )
    threat, plea = np.zeros(shape), np.zeros(shape)
    types = len(p.type_force)
    found = perceived.reshape(-1, types), threat.reshape(-1, types), plea.reshape(-1, types)
    _approach(shortfall, threats, pleas, edicts, *found, p)
    return threat, plea


@njit
def _approach(shortfall_share, threat_take, plea_take, edict, perceived, threatens, pleads, p):  # type: ignore[no-untyped-def]
    """The loop behind `approach`: fills `threatens` and `pleads` (n, 3), which are zero where nothing is to be had."""
    for i in range(shortfall_share.shape[0]):
        both = threat_take[i] + plea_take[i]
        if both <= 0.0:
            continue
        share = threat_take[i] / both
        fixed = p.effort_cost + p.edict_cost * edict[i]
        gain = p.gain * shortfall_share[i]
        for kind in range(perceived.shape[1]):
            threat = gain * share * p.type_force[kind] - fixed - p.penalty * perceived[i, kind]
            plea = gain * (1.0 - share) - fixed - p.plea_risk * p.penalty * perceived[i, kind]
            top = max(0.0, max(threat, plea))
            e_threat = _response(threat - top, p.precision)
            e_plea = _response(plea - top, p.precision)
            total = e_threat + e_plea + _response(0.0 - top, p.precision)
            threatens[i, kind] = e_threat / total
            pleads[i, kind] = e_plea / total


@njit
def _response(gap, precision):  # type: ignore[no-untyped-def]
    """Weight of a choice that lies `gap` below the best: 1 for the best one."""
    return 1.0 if gap == 0.0 else portable.exp_one(precision * gap)


@njit
def _visits_per_weight(staff, effort, lost, weight, visits):  # type: ignore[no-untyped-def]
    """Visits a week over the interest of the county's households, (O, C); nobody collects in a county that is lost."""
    out = np.zeros(staff.shape)
    for o in range(staff.shape[0]):
        for c in range(staff.shape[1]):
            if weight[c] > 0 and lost[c] == 0:
                out[o, c] = staff[o, c] * (visits * effort[o, c]) / (weight[c] * WEIGHT_UNIT)
    return out


def prepare(world: World, week: Week, p: Any) -> dict[str, NDArray[Any]]:  # noqa: ARG001 every step has this signature
    """Tables `visits_per_weight`, `threat_share`, `plea_share`, `finding_rate` (O, C) and `tariff_won` (1,)."""
    q: Params = p.extortion
    guards, counties = world.guards, world.guards.staff.shape[1]
    threat, plea = approach(
        shortfall(guards.paid, q),
        world.by_county("weight_threat_ask").astype(np.float64),
        world.by_county("weight_plea_ask").astype(np.float64),
        guards.perceived,
        world.organ.edict[:, None],
        q,
    )
    guards.type_threat[:] = threat
    _mix(threat, q.type_share, guards.threat_share)
    _mix(plea, q.type_share, guards.plea_share)
    weight = world.by_county("weight")
    return {
        "visits_per_weight": _visits_per_weight(guards.staff, guards.effort, world.county.lost, weight, q.visits),
        "threat_share": guards.threat_share.copy(),
        "plea_share": guards.plea_share.copy(),
        "finding_rate": _finding_rate(q.finding, counties),
        "tariff_won": np.array([q.tariff_dollars * world.national.won_per_dollar]),
    }


@lru_cache(maxsize=16)
def _finding_rate(finding: tuple[float, ...], counties: int) -> F:
    """The same in every county, (O, C)."""
    return np.repeat(np.array(finding)[:, None], counties, axis=1)


@njit
def _mix(by_type, type_share, out):  # type: ignore[no-untyped-def]
    """Mean over agent types by their shares, (O, C, 3) to (O, C), at most 1."""
    a, b, c = type_share
    whole = a + b + c
    for o in range(out.shape[0]):
        for county in range(out.shape[1]):
            kinds = by_type[o, county]
            out[o, county] = min(1.0, (kinds[0] * a + kinds[1] * b + kinds[2] * c) / whole)


def collected(world: World) -> NDArray[np.int64]:
    """Won taken last week in bribes and settlements, real, shape (O, C)."""
    return world.by_part("bribes", N_ORGANS) + world.by_part("settlements", N_ORGANS)


def settle(world: World, week: Week, p: Any) -> None:  # noqa: ARG001 every step has this signature
    """Take an agent, before the part passed up, and the effort that it leaves to be made."""
    q: Params = p.extortion
    guards = world.guards
    lacking, rates = shortfall(guards.paid, q), (q.take_rate, q.effort_rate, q.effort_floor)
    _settle_guards(collected(world), lacking, guards.staff, guards.take, guards.effort, q.need, rates)


@njit
def _settle_guards(won, lacking, staff, take, effort, need, rates):  # type: ignore[no-untyped-def]
    """The loop behind `settle`; all but need (O,) and rates are (O, C), `take` and `effort` are moved."""
    take_rate, effort_rate, effort_floor = rates
    for o in range(staff.shape[0]):
        for c in range(staff.shape[1]):
            posted = staff[o, c] > 0.0
            take[o, c] = take[o, c] + take_rate * (won[o, c] / staff[o, c] - take[o, c]) if posted else 0.0
            missing = lacking[o, c] - take[o, c] / need[o]
            effort[o, c] = clip(effort[o, c] + effort_rate * missing, effort_floor, 1.0)
