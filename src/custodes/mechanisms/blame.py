"""Blame: how angry the leader hears the people to be at each organ, what its scandals add, and what it has failed in.

Anger moves by hundredths and never reaches a threshold alone; a scandal that becomes known does. A culprit found lowers
blame for as long as a scandal lasts. Failure is what superiors hold against an organ: it stands at a rest value, rises
with sabotage and with a currency reform that goes wrong, and is forgotten. EQUATIONS.md 8; form and numbers are ours.
"""

from typing import Any, Final, NamedTuple

from custodes import draws, portable
from custodes.actors.levers import court_indices
from custodes.engine.step import Week
from custodes.world.columns import B_CABINET, COLLECTORS, COURT_ORGANS, N_COURT, N_ORGANS, ORGANS, U16
from custodes.world.court import NEVER
from custodes.world.state import World

READS = "sums.anger_u16 sums.households sums.threats_met sums.adults sums.rights_u16 levers.currency_reform places.court memory"
WRITES = "branch.scandal branch.blame branch.failure branch.since_scapegoat branch.scapegoat_open memory"

#: Which collecting organ's threats a court organ answers for; -1: none.
COLLECTS: Final = tuple(next((o for o, of in enumerate(COLLECTORS) if b in of), -1) for b in range(N_COURT))
#: The court organs that answer for guards, as (organ, its guards, name in memory of the anger that is reported).
ANSWERING: Final = tuple((b, o, f"anger_reported.{COURT_ORGANS[b]}") for b, o in enumerate(COLLECTS) if o >= 0)
ORDERS: Final = tuple(
    (organ, f"order_week.{organ}") for organ in COURT_ORGANS
)  #: names in memory of the last order's week
_USUAL: Final = tuple(f"threats_usual.{organ}" for organ in ORGANS)


class Params(NamedTuple):
    """Group `blame`; `anger` by organ of the court."""

    anger: tuple[float, ...]  #: how far anger turns on the organ when it threatens as usual
    usual_weeks: float  #: over which an organ's share of threats becomes the usual one
    usual_most: float  #: most that a share can count against the usual
    report_rate: float  #: share of the distance to the week's report that the leader's picture moves
    report_error: float  #: sigma of the logarithm of the week's report
    scandals: float  #: scandals a year of an organ that people meet
    scandal_rights: float  #: by how much awareness of rights multiplies them
    scandal_size: float  #: mean
    scandal_fade: float  #: share forgotten a week
    failure_rest: float  #: failure of an organ at rest
    failure_fade: float  #: share of the excess forgotten a week
    failure_reform: float  #: failure of the cabinet from a currency reform
    opening: float  #: weeks after an order in which the leader looks for a culprit in the organ
    pause: float  #: weeks after a scapegoat before the next one in the same organ


def settle(world: World, week: Week, p: Any) -> None:
    """Reports of anger come in, scandals break and fade, failure is forgotten, counters run, orders open the search."""
    q: Params = p.blame
    branch = world.branch
    branch.scandal *= 1.0 - q.scandal_fade
    _break_scandals(world, week, q)
    reported = _reported(world, week, q)
    branch.blame[:] = [
        max(0.0, heard + scandal) for heard, scandal in zip(reported, branch.scandal.tolist(), strict=True)
    ]
    branch.failure += q.failure_fade * (q.failure_rest - branch.failure)
    if week.levers.currency_reform > 0.0:
        blamed = branch.failure[B_CABINET] + q.failure_reform * week.levers.currency_reform
        branch.failure[B_CABINET] = min(1.0, blamed)
    branch.since_scapegoat[:] = [min(weeks + 1, NEVER) for weeks in branch.since_scapegoat.tolist()]
    branch.scapegoat_open[:] = [max(weeks - 1, 0) for weeks in branch.scapegoat_open.tolist()]
    _hear_orders(world, week, q)


def anger_at(world: World, q: Params) -> list[float]:
    """Anger at each of the ten organs: the nation's, by the organ's share of threats against what its share usually is.

    EQUATIONS.md divides by a third; but cadres are twelve times as many as the agents of state security and make two
    thirds of all threats in any year, so that only a change of the share says who behaves worse than people are used to.
    """
    households = world.total("households")
    out = [0.0] * N_COURT
    if not households:
        return out
    anger = world.total("anger_u16") / (float(U16) * households)
    against_usual = _threats_against_usual(world, q)
    for b, o, _ in ANSWERING:
        out[b] = anger * q.anger[b] * against_usual[o]
    return out


def _threats_against_usual(world: World, q: Params) -> list[float]:
    """Each collecting organ's share of last week's threats over its mean share of the years before; 1 while unknown.

    `observe.truth` reckons its series of anger from the same means, so that a reader sees what the leader is told.
    """
    memory = world.memory
    threats = [world.total("threats_met", o) for o in range(N_ORGANS)]
    every, out = sum(threats), []
    if not every:
        return [1.0] * N_ORGANS
    weeks = memory["threats_weeks"] = min(memory.get("threats_weeks", 0.0) + 1.0, q.usual_weeks)
    for o, name in enumerate(_USUAL):
        share = threats[o] / every
        usual = memory.get(name, share)
        memory[name] = usual + (share - usual) / weeks
        out.append(min(share / usual, q.usual_most) if usual > 0.0 else 1.0)
    return out


def mean_rights(world: World) -> float:
    """Awareness of rights of an adult, in [0, 1]."""
    adults = world.total("adults")
    return world.total("rights_u16") / (float(U16) * adults) if adults else 0.0


def _reported(world: World, week: Week, q: Params) -> list[float]:
    """The leader's picture of the anger at each organ: last week's moved towards a report with one error for all."""
    error = q.report_error * draws.one_normal(world.seed, "blame_report", week.number, 0)
    factor, memory = float(portable.exp_one(error)), world.memory
    anger, out = anger_at(world, q), [0.0] * N_COURT
    for b, _, name in ANSWERING:
        heard = anger[b] * factor
        before = memory.get(name, heard)
        out[b] = memory[name] = before + q.report_rate * (heard - before)
    return out


def _break_scandals(world: World, week: Week, q: Params) -> None:
    """Scandals of the organs that people meet: their number and size are drawn."""
    chance = q.scandals * (1.0 + q.scandal_rights * mean_rights(world)) / 52.0
    for b, _, _ in ANSWERING:
        if draws.one(world.seed, "scandal", week.number, b) >= chance:
            continue
        size = -q.scandal_size * float(portable.log(1.0 - draws.one(world.seed, "scandal", week.number, b, 1)))
        world.branch.scandal[b] += size
        week.log.record(
            "scandal",
            week.number,
            organ=COURT_ORGANS[b],
            magnitude=size,
            causes=week.log.latest("anger_rises", 52, place="")[:1],
            text=f"an abuse by {world.places.court.called(b)} becomes widely known",
        )


def _hear_orders(world: World, week: Week, q: Params) -> None:
    """An order to stop abuse lets the leader look for a culprit."""
    for deed in week.deeds:
        if deed.lever == "rights_order" and deed.value > 0.0:
            for b in concerned(deed.organ):
                note_order(world, week, b, q)


def concerned(organ: str) -> list[int]:
    """The court organs behind the guards that an order names; `cadres` are the cabinet's and the committees' people."""
    return [b for b in court_indices(organ or "all") if COLLECTS[b] >= 0]


def note_order(world: World, week: Week, b: int, q: Params) -> None:
    """An order has gone to a court organ: the search for a culprit opens, unless one was found within the pause."""
    if world.branch.since_scapegoat[b] >= q.pause:
        world.branch.scapegoat_open[b] = int(q.opening)
    world.memory[ORDERS[b][1]] = float(week.number)


def ordered_lately(world: World, week: Week, b: int, q: Params) -> bool:
    """Whether an order went to the organ within the weeks of the search."""
    at = world.memory.get(ORDERS[b][1])
    return at is not None and week.number - at <= q.opening


def take_the_blame(world: World, b: int, relief: float) -> None:
    """A culprit was found: the organ's blame falls by `relief`, a share of it, for as long as a scandal lasts."""
    world.branch.scandal[b] -= relief * world.branch.blame[b]
    world.branch.blame[b] *= 1.0 - relief
    world.branch.since_scapegoat[b] = 0
    world.branch.scapegoat_open[b] = 0
