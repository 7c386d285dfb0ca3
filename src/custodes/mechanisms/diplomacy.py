"""Diplomacy: provocations and the weapons clock, talks, and whether the powers agree on sanctions.

A weapons test comes by its own clock or by the leader's order. The powers bargain over the answer: the side for sanctions
prevails with a^2 / (a^2 + b^2), a and b the sums of stake times capability on either side (ratio law of contests and of
bargaining models; EQUATIONS.md 11). Talks last half a year and fail half the time; a provocation breaks them off.
What each power then does is its own tactic, in the scenario's actors.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from custodes import draws
from custodes.engine.step import Week
from custodes.world.court import NEVER
from custodes.world.state import World

READS = "actors memory levers.provocation levers.talks"
WRITES = "memory"

FRESH: Final = 4  #: weeks for which a provocation or a result of talks is news to the powers: one month
#: Weeks since something, counted up every week; `NEVER` at the start.
COUNTERS: Final = ("since_provocation", "since_earlier_provocation", "since_talks_won", "since_talks_failed")


class Params(NamedTuple):
    """Group `diplomacy`."""

    weapons_clock: float  #: weapons tests a year that no order of the leader's brings about
    talks_weeks: float  #: how long talks last
    talks_failure: float  #: chance that they fail
    turmoil_stake: float  #: how far turmoil raises the stakes of those who are against sanctions
    least_stake: float  #: added to both sides: nobody is ever quite without a say


def prevails(ours: float, theirs: float) -> float:
    """Ratio law: chance that a side with `ours` prevails over one with `theirs`; one half where neither has anything."""
    a, b = ours * ours, theirs * theirs
    return a / (a + b) if a + b > 0.0 else 0.5


def sides(voters: Iterable[Mapping[str, Any]], theta: float, p: Params) -> tuple[float, float]:
    """Stake times capability for and against sanctions; a stake below nought is against and grows with turmoil."""
    ours = theirs = p.least_stake
    for voter in voters:
        weight = float(voter["capability"]) * float(voter["stake"])
        if weight > 0.0:
            ours += weight
        else:
            theirs -= weight * (1.0 + p.turmoil_stake * theta)
    return ours, theirs


def refuge(world: World, luck: float) -> str:
    """Where an official who is taken in goes, from one uniform: the title of a power, or empty if the scenario names none.

    Powers take in by the share of those who ask there and the chance that they agree.
    """
    taken = [(str(a["title"]), a["share"] * a["chance"]) for a in world.actors.get("powers", {}).get("asylum", ())]
    left = luck * sum(weight for _, weight in taken)
    for title, weight in taken:
        left -= weight
        if left < 0.0:
            return title
    return ""


def settle(world: World, week: Week, p: Any) -> None:
    """Count the weeks; a test if the clock strikes; provocations and offers of talks that begin; talks that end."""
    q: Params = p.diplomacy
    memory = world.memory
    for name in COUNTERS:
        memory[name] = min(memory.get(name, float(NEVER)) + 1.0, float(NEVER))
    provoked = [deed.event for deed in week.deeds if deed.lever == "provocation"]
    if week.levers.provocation <= 0.0 and _clock(world, week, q):
        provoked.append(_test(week))
    going_on = memory.get("talks_weeks", 0.0)
    if week.levers.talks > 0.0 and not going_on:
        memory["talks_weeks"] = q.talks_weeks
    if provoked or week.levers.provocation > 0.0:
        _provoked(world, week, [event for event in provoked if event], q)
    elif going_on:
        memory["talks_weeks"] = max(0.0, going_on - 1.0)
        if not memory["talks_weeks"]:
            won = draws.one(world.seed, "talks", week.number, 0) >= q.talks_failure
            _talks_end(world, week, won=won, causes=week.log.latest("talks", int(q.talks_weeks) + 1)[:1])


def _clock(world: World, week: Week, p: Params) -> bool:
    """Whether the weapons clock strikes. It stands still while the scenario's own history runs."""
    free = bool(world.actors.get("powers", {}).get("free"))
    return free and draws.one(world.seed, "provocation", week.number, 0) < p.weapons_clock / 52.0


def _test(week: Week) -> str:
    return week.log.record(
        "provocation",
        week.number,
        magnitude=1.0,
        text="A weapons test: the programme is ready for it.",
        origin="weapons clock",
    )


def _provoked(world: World, week: Week, events: list[str], p: Params) -> None:
    """The powers bargain over sanctions; talks that run break off."""
    memory = world.memory
    memory["since_earlier_provocation"], memory["since_provocation"] = memory["since_provocation"], 0.0
    ours, theirs = sides(world.actors.get("powers", {}).get("bargain", ()), memory.get("turmoil", 0.0), p)
    agreed = draws.one(world.seed, "provocation", week.number, 1) < prevails(ours, theirs)
    memory["sanctions_agreed"] = 1.0 if agreed else 0.0
    if memory.get("talks_weeks"):
        memory["talks_weeks"] = 0.0
        _talks_end(world, week, won=False, causes=[*events, *week.log.latest("talks", int(p.talks_weeks) + 1)[:1]])


def _talks_end(world: World, week: Week, *, won: bool, causes: list[str]) -> None:
    world.memory["since_talks_won" if won else "since_talks_failed"] = 0.0
    broken = world.memory["since_provocation"] == 0.0
    how = "succeed" if won else "break off over the provocation" if broken else "end without a result"
    week.log.record(
        "talks",
        week.number,
        magnitude=1.0 if won else 0.0,
        causes=causes,
        text=f"Talks with the powers {how}.",
        origin="powers",
    )
