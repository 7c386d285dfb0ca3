"""Crisis: how far turmoil inside draws the neighbours in, one step of the ladder a month, given the turmoil.

Six levels: watch; refugees and closed borders; mobilisation; entry of a buffer or of relief; intervention; clash or war.
Every cell of the table is a parameter of grade D: nobody has seen these steps, so the model reports what follows *given*
turmoil and never claims to know the chance of turmoil. What each neighbour does at a level stands in the scenario's actors
(EQUATIONS.md 11; MODEL.md 7). A foreign attempt to topple the state by force happens only if a scenario says how likely.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import draws
from custodes.engine.step import Week
from custodes.mechanisms.morale import national_agents_per_unit
from custodes.world.columns import B_GUARD, B_MUNITIONS, CHIEF, VACANT_POST
from custodes.world.state import World

READS = (
    "actors memory county.lost places.population guards.capacity national.capacity_norm units.county units.garrison "
    "court.organ court.rank court.status sums.flight_crossings"
)
WRITES = "memory"

F = NDArray[np.float64]
B = NDArray[np.bool_]

LEVELS: Final = ("watch", "refugees", "mobilisation", "entry", "intervention", "clash")
WATCH, REFUGEES, MOBILISATION, ENTRY, INTERVENTION, CLASH = range(6)
#: Of each level, as a sentence says it.
CALLED: Final = (
    "watching",
    "closed borders and refugees",
    "mobilisation",
    "the entry of a buffer or of relief",
    "intervention",
    "a clash between powers",
)
MONTH: Final = 4  #: weeks between two steps
MONTHS_A_YEAR: Final = 13.0  #: steps a year
WAR: Final = 9.0  #: value of world.memory["outcome"] when the run ends in a war
NATION: Final = 1_000_000  #: entity of draws that belong to no neighbour
#: Kinds of events that may lie behind turmoil, and for how many weeks they count.
CAUSES: Final = {"lost": 26, "uprising": 26, "coup": 52, "succession": 52, "loose_weapons": 104, "reserve_empty": 104}


class Params(NamedTuple):
    """Group `crisis`. Chances are a month (four weeks); tuples run over the levels a step starts from."""

    lost_weight: float  #: turmoil from lost counties
    lost_scale: float  #: share of the people in lost counties at which that part is full
    capacity_weight: float  #: turmoil from lost control
    capacity_scale: float  #: fall of control at which that part is full
    change_weight: float  #: turmoil in the year after a coup or a succession
    refugee_weight: float  #: turmoil from refugees
    refugee_scale: float  #: refugees a month at which that part is full
    refugee_weeks: float  #: weeks over which refugees are counted
    enter: tuple[float, ...]  #: turmoil needed for the step up from level 0, 1, 2, 3, 4
    up: tuple[float, ...]  #: chance of that step
    up_high: tuple[float, ...]  #: the same in open turmoil
    high: float  #: turmoil from which it is open
    down: tuple[float, ...]  #: chance of the step down from level 1, 2, 3, 4, 5
    calm: float  #: turmoil below which steps lead down
    without_weapons: float  #: factor of the step to intervention while no weapons are loose
    follow: float  #: chance that a neighbour at intervention sends troops in after another
    war: float  #: chance that a clash becomes a war
    war_hotline: float  #: the same with a hotline
    weapons: float  #: chance that weapons come loose in open turmoil
    weapons_out: float  #: factor while the chief of munitions or of the guard is out
    weapons_found: float  #: chance that loose weapons are secured at home once it is calm
    foreign_attempt: float  #: chance a year of an attempt from outside to topple the state by force
    resist: float  #: chance that such an attempt is resisted by force


class Response(NamedTuple):
    """What a neighbour does at a level."""

    does: str  #: "closes its border"
    chance: float  #: that it does so when it comes to the level
    enters: bool = False  #: it sends troops in
    secures: bool = False  #: it secures loose weapons


class Neighbour(NamedTuple):
    """A power that climbs the ladder."""

    name: str
    title: str
    responses: Mapping[int, Response]
    hotline: bool = False  #: with the other powers


def neighbours(world: World) -> list[Neighbour]:
    """Those of the scenario's actors that are neighbours, as the powers' player left them in `world.actors`."""
    return [_neighbour(plan) for plan in world.actors.get("powers", {}).get("neighbours", ())]


def _neighbour(plan: Mapping[str, Any]) -> Neighbour:
    responses = {
        int(level): Response(
            str(r["does"]), float(r["chance"]), bool(r.get("enters", False)), bool(r.get("secures", False))
        )
        for level, r in plan["ladder"].items()
    }
    return Neighbour(str(plan["name"]), str(plan["title"]), responses, bool(plan.get("hotline", False)))


# --- the laws ----------------------------------------------------------------------------------------------------------


def turmoil(lost_share: float, capacity_ratio: float, *, change: bool, refugees: float, p: Params) -> float:
    """Turmoil in [0, 1]: share of people in lost counties, control over its norm, a year of change, refugees a month."""
    lost = p.lost_weight * lost_share / p.lost_scale
    control = p.capacity_weight * max(0.0, 1.0 - capacity_ratio) / p.capacity_scale
    flight = p.refugee_weight * refugees / p.refugee_scale
    return min(1.0, lost + control + flight + (p.change_weight if change else 0.0))


def rise(level: NDArray[np.int64], entered: B, theta: float, loose: B, p: Params) -> F:
    """Chance of a step up, (runs, neighbours); `entered` of that shape, `loose` weapons (runs, 1).

    The step to intervention is rarer without loose weapons; that to a clash needs two powers in the country.
    """
    table = np.array([*(p.up if theta < p.high else p.up_high), 0.0])
    needed = np.array([*p.enter, 2.0])
    chance = np.where(theta >= needed[level], table[level], 0.0)
    chance = np.where((level == ENTRY) & ~loose, chance * p.without_weapons, chance)
    two_in = entered.sum(axis=1, keepdims=True) >= 2
    return np.asarray(np.where((level == INTERVENTION) & ~two_in, 0.0, chance))


def fall(level: NDArray[np.int64], theta: float, p: Params) -> F:
    """Chance of a step down, of the shape of `level`."""
    table = np.array([0.0, *p.down])
    return np.asarray(table[level] if theta < p.calm else np.zeros(level.shape))


def moves(level: NDArray[np.int64], entered: B, theta: float, loose: B, luck: F, p: Params) -> NDArray[np.int64]:
    """+1, 0 or -1 for each neighbour, from one uniform each."""
    up, down = rise(level, entered, theta, loose, p), fall(level, theta, p)
    return np.where(luck < up, 1, np.where(luck >= 1.0 - down, -1, 0))


def ladder(
    theta: float,
    months: int,
    runs: int,
    p: Params,
    *,
    entry: Sequence[float] = (0.4, 0.3, 0.3),
    seed: int = 0,
    chief_out: bool = False,
) -> F:
    """Share of runs at each level *given* a constant turmoil, (months + 1, neighbours, 6), from level 0 in month 0.

    `entry` holds each neighbour's chance to send troops in when it comes to level 3. A month here is a twelfth of a year
    (the world steps every four weeks). Draws are its own; a world is not needed.
    """
    n = len(entry)
    level = np.zeros((runs, n), np.int64)
    entered, loose = np.zeros((runs, n), bool), np.zeros((runs, 1), bool)
    entity = np.arange(runs * n).reshape(runs, n)
    weapons = p.weapons * (p.weapons_out if chief_out else 1.0) if theta >= p.high else 0.0
    out = [_shares(level)]
    steps = 0
    for month in range(1, months + 1):
        while steps * MONTH <= month * 52.0 / 12.0:
            luck, response = (draws.uniform(seed, "report.ladder", steps, entity, block) for block in (0, 1))
            loose |= draws.uniform(seed, "report.weapons", steps, entity[:, :1]) < weapons
            move = moves(level, entered, theta, loose, luck, p)
            level += move
            sends = np.where((level == ENTRY) & (move > 0), np.asarray(entry), 0.0)
            others = entered.sum(axis=1, keepdims=True) - entered > 0
            sends = np.where((level == INTERVENTION) & others, p.follow, sends)
            entered = (entered | (response < sends)) & (level >= ENTRY)
            steps += 1
        out.append(_shares(level))
    return np.array(out)


def _shares(level: NDArray[np.int64]) -> F:
    return np.asarray([(level == step).sum(axis=0) / len(level) for step in range(len(LEVELS))]).T


def mean_level(shares: F) -> F:
    """Mean level of each month and neighbour, from what `ladder` returns, (months + 1, neighbours)."""
    return np.asarray((shares * np.arange(len(LEVELS))).sum(axis=-1))


# --- the week ----------------------------------------------------------------------------------------------------------


def settle(world: World, week: Week, p: Any) -> None:
    """Refugees every week; every fourth week turmoil, loose weapons, the neighbours' steps and what they do."""
    q: Params = p.crisis
    memory = world.memory
    memory["refugees_week"] = float(world.total("flight_crossings"))
    month = memory.get("refugees_month", memory["refugees_week"] * 52.0 / 12.0)
    memory["refugees_month"] = month + (memory["refugees_week"] * 52.0 / 12.0 - month) / q.refugee_weeks
    if week.number % MONTH:
        return
    theta = measure(world, q)
    memory["turmoil"] = theta
    _weapons(world, week, theta, q)
    _steps(world, week, theta, q)
    _attempt(world, week, q)


def measure(world: World, p: Params) -> float:
    """This month's turmoil."""
    people = world.places.population
    lost = float(people[world.county.lost > 0].sum()) / max(float(people.sum()), 1.0)
    known = world.national.capacity_norm > 0.0
    ratio = national_agents_per_unit(world) / world.national.capacity_norm if known else 1.0
    change = world.memory.get("succession_weeks", 0.0) > 0.0
    return turmoil(lost, ratio, change=change, refugees=world.memory["refugees_month"], p=p)


def _causes(week: Week) -> list[str]:
    return [event for kind, weeks in CAUSES.items() for event in week.log.latest(kind, weeks)[:1]]


def _weapons(world: World, week: Week, theta: float, p: Params) -> None:
    """Weapons come loose in open turmoil, sooner where the chief of munitions or of the guard is out."""
    memory, luck = world.memory, draws.one(world.seed, "weapons", week.number, NATION)
    if memory.get("loose_weapons"):
        if theta < p.calm and luck < p.weapons_found:
            memory["loose_weapons"] = 0.0
        return
    if theta < p.high:
        memory["loose_weapons"] = 0.0
        return
    court = world.court
    chiefs = (court.rank == CHIEF) & ((court.organ == B_MUNITIONS) | (court.organ == B_GUARD))
    out = bool((chiefs & (court.status == VACANT_POST)).any())
    if luck < p.weapons * (p.weapons_out if out else 1.0):
        memory["loose_weapons"] = 1.0
        why = "; a chief who should guard them is gone" if out else ""
        week.log.record(
            "loose_weapons",
            week.number,
            magnitude=theta,
            causes=_causes(week),
            text=f"Weapons of mass destruction are out of the state's hands at turmoil {theta:.2f}{why}.",
        )


def _steps(world: World, week: Week, theta: float, p: Params) -> None:
    """Each neighbour's step, what it does there, and what becomes of a clash; `crisis_level` keeps the highest level."""
    everybody, memory = neighbours(world), world.memory
    level = np.array([[memory.get(f"crisis_level.{n.name}", 0.0) for n in everybody]]).astype(np.int64)
    memory["crisis_level"] = 0.0
    if not everybody or (theta < p.enter[0] and not level.any()):
        for n in everybody:
            memory[f"crisis_level.{n.name}"] = 0.0
        return
    entered = np.array([[memory.get(f"crisis_in.{n.name}", 0.0) > 0.0 for n in everybody]])
    loose = np.array([[memory.get("loose_weapons", 0.0) > 0.0]])
    luck = np.array([[draws.one(world.seed, "crisis", week.number, i) for i in range(len(everybody))]])
    for i, (n, move) in enumerate(zip(everybody, moves(level, entered, theta, loose, luck, p)[0], strict=True)):
        now = int(level[0, i] + move)
        memory[f"crisis_level.{n.name}"] = float(now)
        memory["crisis_level"] = max(memory["crisis_level"], float(now))
        others_in = bool(np.delete(entered[0], i).any())
        if move > 0:
            _climb(world, week, n, i, now, theta)
        elif move < 0:
            _descend(world, week, n, now, theta)
        elif now == INTERVENTION and others_in and not entered[0, i]:
            _follow(world, week, n, i, p)
        if now == CLASH:
            _clash(world, week, n, i, p)


def _doing(world: World, n: Neighbour, level: int, *, begins: bool) -> None:
    """Note which of a neighbour's responses are in force: `crisis_does.<actor>.<level>`."""
    world.memory[f"crisis_does.{n.name}.{level}"] = 1.0 if begins else 0.0


def _climb(world: World, week: Week, n: Neighbour, i: int, now: int, theta: float) -> None:
    response = n.responses.get(now)
    acts = response is not None and draws.one(world.seed, "crisis", week.number, i, 1) < response.chance
    _doing(world, n, now, begins=acts)
    done = f"and {response.does}" if acts and response else "and does nothing yet"
    if acts and response and response.enters:
        world.memory[f"crisis_in.{n.name}"] = 1.0
    if acts and response and response.secures and world.memory.get("loose_weapons"):
        world.memory["loose_weapons"] = 0.0
        done += "; the loose weapons are secured"
    _record(week, n, now, f"{n.title} comes to {CALLED[now]} at turmoil {theta:.2f} {done}.")


def _descend(world: World, week: Week, n: Neighbour, now: int, theta: float) -> None:
    _doing(world, n, now + 1, begins=False)
    if now < ENTRY:
        world.memory[f"crisis_in.{n.name}"] = 0.0
    _record(week, n, now, f"{n.title} steps back to {CALLED[now]} at turmoil {theta:.2f}.")


def _follow(world: World, week: Week, n: Neighbour, i: int, p: Params) -> None:
    """A neighbour at intervention sends troops in because another is in already."""
    if draws.one(world.seed, "crisis", week.number, i, 2) < p.follow:
        world.memory[f"crisis_in.{n.name}"] = 1.0
        _record(week, n, INTERVENTION, f"{n.title} sends troops in because another power is in the country.")


def _clash(world: World, week: Week, n: Neighbour, i: int, p: Params) -> None:
    chance = p.war_hotline if n.hotline else p.war
    if draws.one(world.seed, "crisis", week.number, i, 3) < chance:
        _end(world, week, f"The clash over the country becomes a war with {n.title}.", f"power:{n.name}")


def _record(week: Week, n: Neighbour, level: int, text: str) -> None:
    week.log.record(
        "crisis_step",
        week.number,
        magnitude=float(level),
        causes=_causes(week),
        text=text,
        origin=f"power:{n.name}",
    )


def _attempt(world: World, week: Week, p: Params) -> None:
    """A foreign attempt to topple the state by force: only where the scenario gives it a chance."""
    if p.foreign_attempt <= 0.0 or week.number < 0:
        return
    luck = draws.one(world.seed, "crisis", week.number, NATION)
    if luck >= p.foreign_attempt / MONTHS_A_YEAR:
        return
    resists = draws.one(world.seed, "crisis", week.number, NATION, 1) < p.resist
    how = "the state resists by force" if resists else "the state falls before it can resist"
    _end(world, week, f"Powers outside try to topple the state by force; {how}.", "")


def _end(world: World, week: Week, text: str, origin: str) -> None:
    """War, once. It is the outcome of the run if nothing broke before."""
    if world.memory.get("war"):
        return
    world.memory["war"] = 1.0
    world.memory["outcome"] = world.memory.get("outcome") or WAR
    causes = [*week.log.latest("crisis_step", 26)[:3], *_causes(week)]
    week.log.record("war", week.number, magnitude=5.0, causes=causes, text=text, origin=origin)
