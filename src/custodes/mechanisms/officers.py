"""Officers of the army and of the guard command: what service is worth to them against the market, and who asks to leave.

An officer compares what he would earn in the market with pay, rations, perks and the standing of the service; the fear of
a purge adds to it. Once a quarter some ask to resign (logit); few may, fewer still where posts stand open, and refusals
cost the organ's directors loyalty. Trading is forbidden to those in service: a ban that is enforced takes perks and
carriers of contraband away, and morale with them. Consequences 7 and 8; form and numbers are ours, the second article
is the ground.

Persons are counted from the soldiers of the garrisons. Those who leave are replaced in time by promotion, so that the
ranks of the people pass do not change.
"""

import math
from typing import Any, Final, NamedTuple

import numpy as np

from custodes import draws, portable
from custodes.engine.step import Week
from custodes.jit import njit
from custodes.world.columns import ARMY, B_ARMY, B_GUARD, COURT_ORGANS, DIRECTOR, IN_POST
from custodes.world.court import in_post
from custodes.world.state import World

READS = (
    "branch.hazard branch.prestige branch.requests branch.vacancies branch.troop_morale court.organ court.rank "
    "court.status court.loyalty county.market_rate national.price_memory national.ration places "
    "sums.market_labour_milli sums.class_members sums.class_served_members "
    "levers.budget_army levers.army_attention levers.officers_trading_ban memory"
)
WRITES = "branch.prestige branch.requests branch.vacancies branch.troop_morale court.loyalty memory"

ARMED: Final = (B_ARMY, B_GUARD)
QUARTER: Final = 13  #: weeks between two rounds of requests
CAUSE_WEEKS: Final = 104  #: how far back the causes of a wave are looked for
CAUSES: Final = ("budget_army", "army_attention", "officers_trading_ban", "trade_cut", "budget_gifts")


class Params(NamedTuple):
    """Group `officers`. What an officer gets is in shares of his household's need."""

    market: float  #: earnings in the market at the usual rates
    pay: float  #: pay at the usual budget
    rations: float  #: rations while all are served
    perks: float  #: housing, access and small trade at the usual gifts and ban
    perks_from_gifts: float  #: share of perks that are the leader's gifts
    perks_lost: float  #: perks that a full ban on trading takes, against no ban
    ban_usual: float  #: how firmly the ban is usually kept
    prestige: float  #: what full against no standing of the service is worth, halved
    hazard: float  #: what a certain purge within a year weighs
    request_most: float  #: requests a year, share of officers, if everybody were far better off outside
    request_slope: float
    request_middle: float  #: disadvantage at which half of `request_most` ask
    granted: float  #: share of requests granted while no post stands open
    vacancy_halving: float  #: open posts, share, that halve what is granted
    refill: float  #: share of open posts filled a week
    refusal_loyalty: float  #: loyalty that directors lose when all of twice the usual requests are refused
    prestige_rate: float  #: share of the distance that prestige moves a week
    officers: float  #: officers among soldiers, share
    guard: float  #: share of all soldiers who belong to the guard command
    morale: float  #: troop morale at rest
    morale_loyalty: float
    morale_food: float
    morale_hazard: float
    morale_ban: float  #: morale that a full ban costs, against no ban
    morale_rate: float  #: share of the distance that troop morale moves a week
    loyalty_rest: float
    hazard_rest: float  #: perceived purge hazard a year at rest
    wave: float  #: requests over their yearly mean that make a wave


def settle(world: World, week: Week, p: Any) -> None:
    """Prestige and morale every week; requests, grants and refusals once a quarter."""
    q: Params = p.officers
    food = fed(world)
    _move_prestige(world, week, q)
    gap = disadvantage(world, week, food, q)
    _move_morale(world, week, food, q)
    branch, memory = world.branch, world.memory
    memory["resignation_requests_week"] = memory["resignations_week"] = 0.0
    for i, organ in enumerate(ARMED):
        branch.requests[organ] = request_rate(gap[i], q)
        branch.vacancies[organ] -= q.refill * branch.vacancies[organ]
        if week.number % QUARTER == 0:
            _decide_requests(world, week, organ, q)
    _keep_norms(world, week)


# --- what service is worth ---------------------------------------------------------------------------------------------


def disadvantage(world: World, week: Week, food: float, p: Params) -> tuple[float, ...]:
    """What leaving would bring an officer more than service, in needs, for army and guard; 0.09 at rest."""
    branch = world.branch
    budget = float(week.levers.budget_army)
    gifts = 1.0 - p.perks_from_gifts + p.perks_from_gifts * world.memory.get("gifts_ratio", 1.0)
    perks = p.perks * gifts - p.perks_lost * (float(week.levers.officers_trading_ban) - p.ban_usual)
    outside = p.market * _ratio(world, "officers_market", market_worth(world))
    inside = p.pay * budget / price_ratio(world) + p.rations * food + perks
    return tuple(
        outside - inside - p.prestige * (2.0 * float(branch.prestige[o]) - 1.0) + p.hazard * float(branch.hazard[o])
        for o in ARMED
    )


def request_rate(gap: float, p: Params) -> float:
    """Requests to resign a year, as a share of officers."""
    return p.request_most / (1.0 + float(portable.exp_one(-p.request_slope * (gap - p.request_middle))))


def granted_share(vacancies: float, p: Params) -> float:
    """Share of requests that are granted: halved with every `vacancy_halving` of posts that stand open."""
    return p.granted * float(portable.exp_one(-0.6931471805599453 * vacancies / p.vacancy_halving))


def market_worth(world: World) -> float:
    """What a week in the market earns, in kilograms of rice: rates of the counties by their labour."""
    labour = world.by_county("market_labour_milli")
    whole = float(world.total("market_labour_milli"))
    mean = math.fsum((world.county.market_rate * labour).tolist()) / whole if whole else 0.0
    return mean / max(1.0, world.national.price_memory)


def price_ratio(world: World) -> float:
    """The price of rice over the usual."""
    return _ratio(world, "officers_price", world.national.price_memory)


def fed(world: World) -> float:
    """Soldiers served, times the ration plan over the usual (at most 1)."""
    members = world.total("class_members", ARMY)
    served = world.total("class_served_members", ARMY) / members if members else 1.0
    usual = world.memory.get("officers_served", 0.0) or served or 1.0
    return min(1.0, served / usual) * min(1.0, _ratio(world, "officers_ration", world.national.ration))


def _ratio(world: World, name: str, now: float) -> float:
    """Now over the usual, within a factor of four; 1 until the usual is known."""
    norm = world.memory.get(name, 0.0)
    return min(max(now / norm, 0.25), 4.0) if norm > 0.0 else 1.0


def _keep_norms(world: World, week: Week) -> None:
    """Gather what is usual: means of weeks -52 to -1; without a burn-in the first week's."""
    memory = world.memory
    if week.number > 0 or (week.number == 0 and "officers_price" in memory):
        return
    members = world.total("class_members", ARMY)
    values = {
        "officers_market": market_worth(world),
        "officers_price": world.national.price_memory,
        "officers_ration": world.national.ration,
        "officers_served": world.total("class_served_members", ARMY) / members if members else 1.0,
    }
    if week.number >= -52:
        weeks = memory["officers_weeks"] = memory.get("officers_weeks", 0.0) + 1.0
        for name, value in values.items():
            total = memory[f"{name}_sum"] = memory.get(f"{name}_sum", 0.0) + value
            if week.number >= -1:
                memory[name] = total / weeks


# --- standing, morale, requests ----------------------------------------------------------------------------------------


def _move_prestige(world: World, week: Week, p: Params) -> None:
    """The army's share of budget and of the leader's attention, each over its usual: half and half; the guard's alike."""
    share = 0.5 * (float(week.levers.budget_army) + float(week.levers.army_attention))
    target = 0.5 * min(max(share, 0.0), 2.0)
    for organ in ARMED:
        world.branch.prestige[organ] += p.prestige_rate * (target - world.branch.prestige[organ])


@njit
def mean_loyalty(loyalty, organ, status, which, otherwise):  # type: ignore[no-untyped-def]
    """Mean loyalty of an organ's officials in post, added one after the other; `otherwise` if it has none."""
    both = 0.0
    n = 0
    for i in range(loyalty.shape[0]):
        if organ[i] == which and status[i] == IN_POST:
            both += loyalty[i]
            n += 1
    return both / n if n else otherwise


def _move_morale(world: World, week: Week, food: float, p: Params) -> None:
    court, branch = world.court, world.branch
    ban = float(week.levers.officers_trading_ban) - p.ban_usual
    for organ in ARMED:
        mean = mean_loyalty(court.loyalty, court.organ, court.status, organ, p.loyalty_rest)
        target = p.morale + p.morale_loyalty * (mean - p.loyalty_rest) - p.morale_food * (1.0 - food)
        target -= p.morale_hazard * (float(branch.hazard[organ]) - p.hazard_rest) + p.morale_ban * ban
        branch.troop_morale[organ] += p.morale_rate * (min(max(target, 0.0), 1.0) - branch.troop_morale[organ])


def officers_of(world: World, organ: int, p: Params) -> int:
    """Real officers of the army or the guard command."""
    share = p.guard if organ == B_GUARD else 1.0 - p.guard
    return int(p.officers * share * int(world.places.soldiers.sum()))


def _decide_requests(world: World, week: Week, organ: int, p: Params) -> None:
    """Who asks this quarter, who may go, and what refusals do."""
    memory, branch, name = world.memory, world.branch, COURT_ORGANS[organ]
    officers, rate = officers_of(world, organ, p), float(branch.requests[organ])
    requests = int(draws.binomial(world.seed, "requests", week.number, organ, officers, rate * QUARTER / 52.0))
    share = granted_share(float(branch.vacancies[organ]), p)
    granted = int(draws.binomial(world.seed, "requests", week.number, organ + 16, requests, share))
    if officers:
        branch.vacancies[organ] = min(1.0, float(branch.vacancies[organ]) + granted / officers)
    memory["resignation_requests_week"] += requests
    memory["resignations_week"] += granted
    usual = memory.get(f"requests_usual.{name}", rate)
    over = rate / usual if usual > 0.0 else 1.0
    _refuse(world, organ, (1.0 - share) * min(max(over - 1.0, 0.0), 2.0), p)
    if organ == B_ARMY:
        memory["officers_refused"] = rate * (1.0 - share)
    _tell(world, week, organ, over, requests, granted, p)
    memory[f"requests_usual.{name}"] = usual + QUARTER / 52.0 * (rate - usual)


def _refuse(world: World, organ: int, refused: float, p: Params) -> None:
    """Directors lose loyalty as more than the usual requests are refused; the usual refusals are in what loyalty is."""
    court = world.court
    here = in_post(court) & (court.organ == organ) & (court.rank == DIRECTOR)
    if refused > 0.0:
        court.loyalty[here] = np.maximum(0.0, court.loyalty[here] - p.refusal_loyalty * refused)


def _tell(world: World, week: Week, organ: int, over: float, requests: int, granted: int, p: Params) -> None:
    """A wave is told once, and again only after it has ebbed."""
    name, memory = COURT_ORGANS[organ], world.memory
    if over < 1.0 + 0.5 * (p.wave - 1.0):
        memory[f"wave.{name}"] = 0.0
    if over <= p.wave or memory.get(f"wave.{name}", 0.0) > 0.0:
        return
    memory[f"wave.{name}"] = 1.0
    levers = [i for lever in CAUSES for i in week.log.latest(lever, CAUSE_WEEKS)[:1]]
    week.log.record(
        "resignation_wave",
        week.number,
        organ=name,
        magnitude=over,
        causes=[*levers, *week.log.latest("purge", CAUSE_WEEKS, organ=name)[:3]],
        text=f"{requests} officers of {world.places.court.called(organ)} asked to leave in a quarter, {over:.1f} times the "
        f"usual; {granted} may go.",
    )
