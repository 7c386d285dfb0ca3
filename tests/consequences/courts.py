"""Paired courts: a court alone over a street set by hand, one thing done differently. A decade takes a second.

What happens at court is rare, and a country of a thousandth shows little of it: these courts show centuries. Nobody
rules them by himself (the leader follows the timeline), the street stands as it is set, and the pairs of an arm and its
other share all their luck until they part. The court is toyland's, of 1,000 posts like every court.
"""

import copy
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np

from custodes.actors.levers import LeverValues
from custodes.engine.step import Deed, Week
from custodes.mechanisms import endings, envoys
from custodes.mechanisms.loyalty import mean_of_all, mean_of_top
from custodes.observe.events import EventLog
from custodes.week import Parameters
from custodes.world.columns import (
    B_ARMY,
    B_GUARD,
    COURT_ORGANS,
    DEPUTY,
    IN_POST,
    N_COURT,
)
from custodes.world.court import NO_PLOT
from custodes.world.state import World
from tests.consequences.runs import CAUSES, F, purge_third
from tests.court.alone import COURT, court, step
from tests.court.purges import street

BEFORE: Final = 156  #: weeks until the court is at rest
POOL: Final = "envoys.pool=2500"  #: as many abroad as a country of 25 million has
ANGER, RIGHTS = 0.24, 0.06  #: of the country's street at rest
Hand = Callable[[World, Week, Parameters], None]


class CourtArm(NamedTuple):
    """What is done from week `BEFORE` on."""

    levers: tuple[tuple[str, float], ...] = ()
    anger: float = ANGER
    rights: float = RIGHTS
    hand: Hand | None = None  #: once, in week `BEFORE`
    recall: float = 0.0  #: share of those abroad who are ordered home, in week `BEFORE`
    settings: tuple[str, ...] = (POOL,)
    weeks: int = 208  #: after `BEFORE`


@dataclass
class CourtSeen:
    """What a court showed from week `BEFORE` on."""

    series: dict[str, F]
    register: list[dict[str, Any]]
    kinds: dict[str, int]
    first: dict[str, int] = field(default_factory=dict)  #: weeks from `BEFORE` to the first event of a kind
    deputies: list[F] = field(default_factory=list)  #: persons of the deputies' posts, a row a week, from week 0
    blame: list[F] = field(default_factory=list)  #: blame of each organ, a row a week, from week 0


# --- what is watched -----------------------------------------------------------------------------------------------------


def plots_expected(world: World, _: Week, p: Parameters) -> float:
    """Plots that begin this week, in expectation: the sum of the chances from which `coups` draws."""
    c, q = world.court, p.coups
    near = (c.force > 0.0) & (c.loyalty < q.start_loyalty) & (c.status == IN_POST) & (c.plot == NO_PLOT)
    able = p.purge.able * c.power * c.tenure / (c.tenure + p.purge.able_tenure)
    able = np.minimum(1.0, np.where(c.has_patron, able, p.purge.able_alone * able))
    weight = np.asarray(q.start_rank)[np.clip(c.rank, 0, 2)]
    unsettled = p.succession.plots if world.memory.get("succession_weeks", 0.0) > 0.0 else 1.0
    return float((near * q.start * unsettled * (q.start_loyalty - c.loyalty) ** 2 * able * weight).sum())


def _guard(column: str) -> Callable[[World, Week, Parameters], float]:
    def mean(world: World, _: Week, __: Parameters) -> float:
        c = world.court
        return float(getattr(c, column)[(c.organ == B_GUARD) & (c.status == IN_POST)].mean())

    return mean


def trusted_leavers(world: World, week: Week, p: Parameters) -> tuple[float, float, float, float]:
    """Shares of heads abroad: trusted; with family held; and the same two of the defections expected of them."""
    c, q = world.court, p.envoys
    rows = np.flatnonzero((c.abroad == 1) & (c.status == IN_POST))
    outside = envoys.pull(world, week, q)
    hazard = np.array(
        [envoys.yearly_hazard(c.loyalty[r], c.hazard[r], c.family_held[r], c.recalled[r] > 0, outside, q) for r in rows]
    )
    trusted, held = 1.0 - c.suspicion[rows] > q.trusted, c.family_held[rows] > 0
    whole = hazard.sum()
    return (
        float(trusted.mean()),
        float(held.mean()),
        float(hazard[trusted].sum() / whole),
        float(hazard[held].sum() / whole),
    )


WATCHED: Final[dict[str, Callable[[World, Week, Parameters], float]]] = {
    "guard's hazard": lambda w, _, __: float(w.branch.hazard[B_GUARD]),
    "guard's loyalty": _guard("loyalty"),
    "guard's morale": lambda w, _, __: float(w.branch.troop_morale[B_GUARD]),
    "guard's requests": lambda w, _, __: float(w.branch.requests[B_GUARD]),
    "army's requests": lambda w, _, __: float(w.branch.requests[B_ARMY]),
    "loyalty": lambda w, _, __: mean_of_all(w),
    "loyalty of the top": lambda w, _, __: mean_of_top(w),
    "plots expected": plots_expected,
    "changes of rules expected": lambda w, _, p: endings.insiders_chance(mean_of_top(w), p.endings),
    "defections expected": lambda w, week, p: envoys.expected(w, week, p.envoys) / 52.0,
    "defections": lambda w, _, __: w.memory["envoy_defections_week"],
    "family rule": lambda w, _, __: w.memory["family_rule"],
    "trusted": lambda *now: trusted_leavers(*now)[0],
    "family held": lambda *now: trusted_leavers(*now)[1],
    "trusted, of defections": lambda *now: trusted_leavers(*now)[2],
    "family held, of defections": lambda *now: trusted_leavers(*now)[3],
}


# --- what is done --------------------------------------------------------------------------------------------------------


def lose_one(world: World, week: Week, p: Parameters) -> None:
    """A member of the staff of a post abroad defects, and it is noticed."""
    rows = np.flatnonzero(world.court.abroad == 1)
    envoys._notice(world, week, rows, int(rows[0]), "a member of the staff of a post abroad", 77, p.envoys)


_CUT: Final = (("trade_cut", 0.8), ("trade_leak", 0.1))
#: A campaign as the whole country shows it: awareness 4.7 times, anger +13 %; sanctions: anger +2.6 %.
ARMS: Final[dict[str, CourtArm]] = {
    "nothing": CourtArm(),
    "sanctions": CourtArm(_CUT, anger=1.026 * ANGER),
    "rights talk": CourtArm(rights=4.7 * RIGHTS, anger=1.13 * ANGER),
    "both": CourtArm(_CUT, rights=4.7 * RIGHTS, anger=1.026 * 1.13 * ANGER),
    "guard purged": CourtArm(hand=purge_third(B_GUARD, BEFORE)),
    "one defects": CourtArm(hand=lose_one),
    "one defects, some are recalled": CourtArm(hand=lose_one, recall=0.1),
}


@cache
def seen(arm: str, seed: int) -> CourtSeen:
    """The court of an arm with a seed."""
    return made.get((arm, seed)) or run(ARMS[arm], seed)


made: Final[dict[tuple[str, int], CourtSeen]] = {}  #: courts that were made elsewhere, several at a time


def prepare(arms: Sequence[str], seeds: range, workers: int = 2) -> None:
    """Make courts ahead, several at a time."""
    wanted = [(arm, seed) for seed in seeds for arm in arms if (arm, seed) not in made]
    if wanted:
        with ProcessPoolExecutor(workers) as pool:
            made.update(zip(wanted, pool.map(seen, *zip(*wanted, strict=True), chunksize=8), strict=True))


def run(
    arm: CourtArm, seed: int, each: Hand | None = None, names: tuple[str, ...] = COURT, watched: Sequence[str] = ()
) -> CourtSeen:
    """A court of an arm; `each` acts at the beginning of every week, `names` are the steps that run."""
    watches = {name: WATCHED[name] for name in watched or WATCHED}
    world, p, levers = court(seed, arm.settings)
    street(world, ANGER, rights=RIGHTS)
    log = EventLog(str(world.start))
    out = CourtSeen({name: np.zeros(arm.weeks) for name in watches}, [], {})
    for t in range(BEFORE + arm.weeks):
        week = Week(t, t % 52, 2017 + t // 52, world.start, t % 52 == 0, levers, log)
        deeds: tuple[Deed, ...] = ()
        if t == BEFORE:
            street(world, arm.anger, rights=arm.rights)
            levers = _moved(levers, arm.levers)
            deeds = (Deed("recall", "", arm.recall, ""),) if arm.recall else ()
            if arm.hand:
                arm.hand(world, week, p)
        if each:
            each(world, week, p)
        out.deputies.append(_deputies(world))
        out.blame.append(world.branch.blame.copy())
        step(world, p, levers, log, deeds, names)
        if t >= BEFORE:
            for name, watch in watches.items():
                out.series[name][t - BEFORE] = watch(world, week, p)
    for event in log:
        if event.week >= BEFORE:
            out.kinds[event.kind] = out.kinds.get(event.kind, 0) + 1
            out.first.setdefault(event.kind, event.week - BEFORE)
    out.register = [r for r in world.register if r["week"] >= BEFORE]
    return out


def _moved(levers: LeverValues, to: tuple[tuple[str, float], ...]) -> LeverValues:
    out = copy.copy(levers)
    for lever, value in to:
        setattr(out, lever, value)
    return out


def _deputies(world: World) -> F:
    """Persons in the deputies' posts, (10, deputies); 0 for a vacant one."""
    c = world.court
    rows = np.flatnonzero((c.rank == DEPUTY) & (np.arange(c.rank.size) < _POSTS))
    who = np.where(c.status[rows] == IN_POST, c.person[rows], 0)
    return np.stack([who[c.organ[rows] == b] for b in range(N_COURT)])


_POSTS: Final = 1000


def totals(name: str, arm: str, seeds: range, first: int = 0, last: int | None = None) -> F:
    """Sum of a series over weeks `first` to `last` (left out), a value a seed."""
    return np.array([seen(arm, s).series[name][first:last].sum() for s in seeds])


def means(name: str, arm: str, seeds: range, first: int = 0, last: int | None = None) -> F:
    """Mean of a series over weeks `first` to `last` (left out), a value a seed."""
    return np.array([seen(arm, s).series[name][first:last].mean() for s in seeds])


# --- why somebody fell ---------------------------------------------------------------------------------------------------

MET: Final = ("state_security", "police", "cabinet", "provincial_committees")  #: organs that people meet
WITHIN: Final = 104  #: weeks in which a fallen man is awaited back
CHANGED: Final = 26  #: weeks after which his deputies are looked at


def one_cause(cause: str) -> tuple[str, ...]:
    """Settings under which officials fall for one cause alone."""
    return tuple(f"purge.weight_{c}=0" for c in CAUSES if c != cause)


class Traces(NamedTuple):
    """What falls left behind: one value for each fall of those who are asked about; truth values are 0 or 1."""

    blame: F
    suspicion: F
    evidence: F
    denounced: F  #: within a year before
    order: F  #: an order to the organ within eight weeks
    gained: F  #: the denouncer rose within 26 weeks
    back: F  #: in a post within 104 weeks
    deputies: F  #: share of the organ's deputies who are gone after 26 weeks
    since: F  #: weeks from the last denunciation to the fall; 9999 for none
    path: F  #: blame of the organ in the year before, (falls, 52): the last column is the week of the fall
    years: float  #: that were watched


def traces(settings: tuple[str, ...], seeds: range, years: int, rank: str = "chief", cause: str = "") -> Traces:
    """Falls of holders of a rank in the organs that people meet, in courts with these settings, for `cause` or any."""
    rows, paths = [], []
    for seed in seeds:
        arm = CourtArm(settings=settings, weeks=52 * years + WITHIN)
        seen_ = run(arm, seed, _drive if cause == "corruption" else None, _AT_COURT, ("loyalty",))
        falls = [
            r for r in seen_.register if r["week"] < BEFORE + 52 * years and r["rank"] == rank and r["organ"] in MET
        ]
        falls = [r for r in falls if cause in ("", r["cause"])]
        rows += [_trace(r, seen_.deputies) for r in falls]
        paths += [_path(r, seen_.blame) for r in falls]
    columns = np.array(rows).T if rows else np.zeros((9, 0))
    return Traces._make([*columns, np.array(paths).reshape(-1, 52), float(years * len(seeds))])


def _path(record: dict[str, Any], blame: list[F]) -> F:
    week, organ = record["week"], COURT_ORGANS.index(record["organ"])
    return np.array([row[organ] for row in blame[week - 51 : week + 1]])


_AT_COURT: Final = tuple(name for name in COURT if name not in ("officers", "rings", "endings"))


def _drive(world: World, week: Week, _: Parameters) -> None:
    """An edict every two years; it loses half its force in half a year."""
    world.organ.edict[:] = 0.5 ** (week.number % 104 / 26.0)


def _trace(record: dict[str, Any], deputies: list[F]) -> tuple[float, ...]:
    week, organ = record["week"], COURT_ORGANS.index(record["organ"])
    before, after = deputies[week][organ], deputies[week + CHANGED][organ]
    there = before[before > 0]
    gone = float(np.mean(~np.isin(there, after))) if there.size else 0.0
    back = record["returned_week"] is not None and record["returned_week"] - week <= WITHIN
    return (
        record["blame"],
        record["suspicion"],
        record["evidence"],
        float(record["since_denounced"] <= 52),
        float(record["order"]),
        float(record["denouncer_gained"]),
        float(back),
        gone,
        float(record["since_denounced"]),
    )
