"""Purges: who falls, for which of five causes, and what is said of it.

Every official has a weekly intensity for each cause: he is to answer for abuses (scapegoat), a rival has denounced him
(rivalry), an edict finds his fortune (corruption), the leader fears him (precaution), his organ has failed (failure). All
are multiplied by `W`, which has mean one in a rank, so that the theory that the weak are struck (Sudduth 2017, as a
reduced form) changes who falls and not how many. The cause is a lottery among the components, which are all kept; what
the state gives as the reason is another thing, and often it says nothing. EQUATIONS.md 8; form and numbers are ours.
"""

from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import draws
from custodes.actors.levers import court_indices
from custodes.draws import two_uniforms
from custodes.engine.step import Deed, Week
from custodes.jit import njit
from custodes.mechanisms import blame, careers, fall_record, fallout, fates
from custodes.mechanisms.regime import consent
from custodes.portable import clip
from custodes.world.columns import (
    CHIEF,
    CORRUPTION,
    COURT_ORGANS,
    FAILURE,
    FATES,
    IN_POST,
    N_COURT,
    PRECAUTION,
    PURGE_CAUSES,
    RANKS,
    RIVALRY,
    SCAPEGOAT,
)
from custodes.world.court import NO_PLOT
from custodes.world.state import World

F = NDArray[np.float64]

READS = (
    "court branch.blame branch.failure branch.trade_ratio branch.hazard organ.edict organ.credibility places.court "
    "actors register memory"
)
WRITES = "court branch books.official_won books.official_cents books.won books.cents register memory"

MIXED, ONLY_SCAPEGOAT, ONLY_RIVALRY, WEAK_TARGET = range(4)
THEORIES: Final = ("mixed", "scapegoat", "rivalry", "weak_target")
WEEKS_DENOUNCED: Final = 52  #: how long a denunciation can bring an official down
N_CAUSES: Final = len(PURGE_CAUSES)


class Params(NamedTuple):
    """Group `purge`. Rates are a week; `_rank` by chief, deputy, director; by cause in the order of PURGE_CAUSES."""

    theory: float  #: index into THEORIES: which disputed account of a fall is at work
    weight_scapegoat: float  #: switches, 1 each
    weight_rivalry: float
    weight_corruption: float
    weight_precaution: float
    weight_failure: float
    scapegoat: float  #: for each unit of blame above the threshold
    scapegoat_blame: float  #: that threshold
    scapegoat_rank: tuple[float, float, float]
    opened: float  #: factor while a reactive leader looks for a culprit
    rivalry: float  #: for evidence and suspicion of one
    corruption: float  #: for a full edict and a fortune of one
    corruption_rank: tuple[float, float, float]
    precaution: float  #: for each squared unit of suspicion above the threshold
    precaution_suspicion: float  #: that threshold
    precaution_force: float  #: by how much a post that commands force multiplies it (1 + this)
    precaution_after_coup: float  #: factor in the year after an attempt
    failure: float  #: for a failure of one
    failure_rank: tuple[float, float, float]
    weakness: float  #: omega: above 0 the weak are struck, below 0 the able
    weakness_theory: float  #: omega under the theory of weak targets
    able: float  #: capability of a chief of full power and long tenure, before the bound of one
    able_tenure: float  #: weeks of tenure at which half of it is reached
    able_alone: float  #: share of it left to one whose patron is gone
    most: float  #: highest chance a week
    inquiry: float  #: chance that an inquiry ends in a fall, for evidence, suspicion and W of one
    inquiry_most: float  #: the most it can be
    inquiry_weeks: float
    inquiry_cleared: float  #: share of the evidence left to one who is cleared
    public: tuple[float, ...]  #: share of falls of which a reason is given, by cause
    struck_least: tuple[float, ...]  #: fewest others struck with a chief or deputy, by cause
    struck_most: tuple[float, ...]  #: most
    struck_weeks: float  #: within which they are struck
    spoils: float  #: chance that a denouncer of the next lower rank gets the post
    order: float  #: chance that an order to stop abuse goes out with a scapegoat
    relief: float  #: share of the blame that a credible scapegoat takes with him
    rally: float  #: support that he brings the state
    vacant_weeks: float  #: how long a post stays empty after a precaution


def settle(world: World, week: Week, p: Any) -> None:
    """Deeds, those whose turn comes after another's fall, inquiries that end, and the lottery of the week."""
    for name in fates.COUNTED:
        world.memory[name] = 0.0
    for deed in week.deeds:
        _execute(world, week, p, deed)
    for row, cause, event in fallout.due(world, week):
        strike(world, week, p, row, cause, causes=event, alone=False)
    _end_inquiries(world, week, p)
    rows, causes = _fallen(world, week, p)
    persons = [world.court.person[row] for row in rows]
    for row, cause, person in zip(rows, causes, persons, strict=True):
        if world.court.person[row] == person:  # nobody has moved him this week
            strike(world, week, p, row, cause)
    precaution = world.memory.get("precaution_factor", 0.0)
    world.memory["precaution_factor"] = max(0.0, precaution - 1.0)


# --- intensities -----------------------------------------------------------------------------------------------------


class Intensities(NamedTuple):
    """Of all posts: `parts` (M, 5) a week by cause, `weakness` W (M,), `capability` (M,); zeros where nobody is in post."""

    parts: F
    weakness: F
    capability: F


def intensities(world: World, p: Any, row: int = -1) -> Intensities:
    """What each official faces this week, by cause; with a `row`, `parts` and W are of that one alone."""
    return Intensities(*_intensities(row, *_pressures(world, p)))


def _pressures(world: World, p: Any) -> tuple[Any, ...]:
    """All that `_intensities` needs of the court, its organs, the leader and the parameters."""
    court, branch = world.court, world.branch
    posts = (court.status, court.organ, court.rank, court.power, court.force)
    people = (court.tenure, court.has_patron, court.wealth, court.suspicion, court.evidence, court.since_denounced)
    organs = (branch.blame, branch.failure, branch.inquiry, branch.since_scapegoat, branch.scapegoat_open)
    doubled = world.memory.get("precaution_factor", 0.0) > 0.0
    return posts, people, organs, edict_of(world), reactive(world), p.blame.pause, *_rates(p.purge, doubled, consent(p))


@lru_cache(maxsize=8)
def weights_of(q: Params) -> tuple[float, ...]:
    """Weight of each cause: the switches, less what the theory denies."""
    given = (q.weight_scapegoat, q.weight_rivalry, q.weight_corruption, q.weight_precaution, q.weight_failure)
    denied = {ONLY_SCAPEGOAT: (RIVALRY,), ONLY_RIVALRY: (SCAPEGOAT,), WEAK_TARGET: (SCAPEGOAT, RIVALRY)}
    return tuple(0.0 if cause in denied.get(int(q.theory), ()) else w for cause, w in enumerate(given))


@lru_cache(maxsize=16)
def _rates(
    q: Params, doubled: bool, agreed: float
) -> tuple[tuple[float, ...], tuple[tuple[float, ...], ...], tuple[float, ...]]:
    """What the parameters say: of whole organs, by rank, and of every official; `agreed`: share of precautions that the
    regime lets pass."""
    weights = weights_of(q)
    of_organs = (
        weights[SCAPEGOAT] * q.scapegoat,
        weights[CORRUPTION] * q.corruption,
        weights[FAILURE] * q.failure,
        q.opened,
        q.scapegoat_blame,
    )
    of_officials = (
        weights[RIVALRY] * q.rivalry,
        weights[PRECAUTION] * q.precaution * (q.precaution_after_coup if doubled else 1.0) * agreed,
        q.precaution_suspicion,
        q.precaution_force,
        omega_of(q),
        q.able,
        q.able_tenure,
        q.able_alone,
    )
    return of_organs, (q.scapegoat_rank, q.corruption_rank, q.failure_rank), of_officials


def omega_of(q: Params) -> float:
    """How far weakness draws the blow."""
    return q.weakness_theory if int(q.theory) == WEAK_TARGET else q.weakness


def edict_of(world: World) -> F:
    """Edict against corruption that an organ of the court stands under (10,).

    The organs that collect have their own; the others stand under what holds for all of them.
    """
    edict: list[float] = world.organ.edict.tolist()
    lowest = min(edict)
    return np.array([edict[o] if o >= 0 else lowest for o in blame.COLLECTS])


@njit
def _search(since_scapegoat, scapegoat_open, pause, reactive, opened):  # type: ignore[no-untyped-def]
    """Whether a culprit may be looked for in an organ, and how eagerly.

    None within a year of the last. A reactive leader looks only after he has ordered the abuse to end.
    """
    rested = 1.0 if since_scapegoat >= pause else 0.0
    if not reactive:
        return rested
    return rested * opened * (1.0 if scapegoat_open > 0 else 0.0)


@njit
def _by_organ(organs, edict, reactive, pause, rates):  # type: ignore[no-untyped-def]
    """What presses on whole organs, (4, 10): the search for a culprit, an edict, failure, and an inquiry into the chief."""
    blamed, failure, inquiry, since_scapegoat, scapegoat_open = organs
    scapegoat, corruption, failing, opened, threshold = rates
    out = np.empty((4, N_COURT))
    for b in range(N_COURT):
        search = _search(since_scapegoat[b], scapegoat_open[b], pause, reactive, opened)
        out[0, b] = scapegoat * search * max(0.0, blamed[b] - threshold)
        out[1, b] = corruption * edict[b]
        out[2, b] = failing * failure[b]
        out[3, b] = 1.0 if inquiry[b] > 0 else 0.0
    return out


def reactive(world: World) -> bool:
    """Whether a leader answers events by himself: then no purge is counted twice."""
    return bool(world.actors.get("leader", {}).get("acts"))


@njit
def _intensities(only, posts, people, organs, edict, reactive, pause, rates, by_rank, numbers):  # type: ignore[no-untyped-def]
    """The loop behind `intensities`: capability first, because W compares with its mean in the rank."""
    by_organ = _by_organ(organs, edict, reactive, pause, rates)
    status, organ, rank, power, force = posts
    tenure, has_patron, wealth, suspicion, evidence, since_denounced = people
    rivalry, precaution, threshold, holds_force, omega, able, able_tenure, able_alone = numbers
    rows = len(status)
    parts, weakness, capability = np.zeros((rows, 5)), np.zeros(rows), np.zeros(rows)
    total, count = np.zeros(3, np.int64), np.zeros(3, np.int64)  # whole millionths: exact in any order
    for i in range(rows):
        if status[i] != IN_POST:
            continue
        settled = tenure[i] / (tenure[i] + able_tenure)
        c = min(1.0, able * power[i] * settled * (1.0 if has_patron[i] else able_alone))
        capability[i] = c
        total[rank[i]] += int(c * 1e6 + 0.5)
        count[rank[i]] += 1
    for i in range(rows) if only < 0 else range(only, only + 1):
        if status[i] != IN_POST:
            continue
        r, o = rank[i], organ[i]
        mean = total[r] / (1e6 * count[r])
        w = clip(1.0 + 2.0 * omega * (mean - capability[i]), 0.1, 2.5)
        weakness[i] = w
        parts[i, SCAPEGOAT] = w * by_organ[0, o] * by_rank[0][r]
        if since_denounced[i] <= WEEKS_DENOUNCED and not (r == CHIEF and by_organ[3, o] > 0.0):
            parts[i, RIVALRY] = w * rivalry * evidence[i] * evidence[i] * suspicion[i]
        parts[i, CORRUPTION] = w * by_organ[1, o] * by_rank[1][r] * wealth[i] * wealth[i]
        fear = max(0.0, suspicion[i] - threshold)
        parts[i, PRECAUTION] = w * precaution * fear * fear * power[i] * (1.0 + holds_force * (force[i] > 0.0))
        parts[i, FAILURE] = w * by_organ[2, o] * by_rank[2][r]
    return parts, weakness, capability


@njit
def _lottery(most, k0, k1, week, posts, people, organs, edict, reactive, pause, rates, by_rank, numbers):  # type: ignore[no-untyped-def]
    """Rows that fall this week and the cause of each, drawn among the components."""
    status = posts[0]
    parts, _, _ = _intensities(-1, posts, people, organs, edict, reactive, pause, rates, by_rank, numbers)
    rows, causes, found = np.empty(len(status), np.int64), np.empty(len(status), np.int64), 0
    for i in range(len(status)):
        if status[i] != IN_POST:
            continue
        whole = parts[i, 0] + parts[i, 1] + parts[i, 2] + parts[i, 3] + parts[i, 4]
        if whole <= 0.0:
            continue
        luck, which = two_uniforms(k0, k1, week, i, 0)
        if luck < min(whole, most):
            rows[found], causes[found] = i, 4
            reached = 0.0
            for cause in range(4):
                reached += parts[i, cause]
                if which * whole < reached:
                    causes[found] = cause
                    break
            found += 1
    return rows[:found], causes[:found]


def _fallen(world: World, week: Week, p: Any) -> tuple[list[int], list[int]]:
    key = draws.key_words(world.seed, "purge")
    rows, causes = _lottery(p.purge.most, *key, week.number & 0xFFFFFFFF, *_pressures(world, p))
    return rows.tolist(), causes.tolist()


# --- one fall --------------------------------------------------------------------------------------------------------


def strike(
    world: World,
    week: Week,
    p: Any,
    row: int,
    cause: int,
    *,
    causes: Any = (),
    stated: str | None = None,
    fate: str | None = None,
    alone: bool = True,
    ordered: bool = False,
) -> str:
    """Purge the official in `row` now, for a cause (index into PURGE_CAUSES); returns the event's id, or "".

    `fate` and `stated` are drawn unless given; a man who is only warned has not been purged. `causes` are the events
    that led to it. A fall draws others after it, unless it was itself drawn (`alone` false); with a scapegoat an
    order to stop abuse goes out, unless his fall is part of one (`ordered`).
    """
    court = world.court
    if court.status[row] != IN_POST:
        return ""
    befalls = FATES.index(fate) if fate else fates.drawn(world, week, p, row, cause)
    if befalls == fates.WARNING:
        fates.warn(world, row, p)
        return ""
    now = intensities(world, p, row)
    components = now.parts[row].tolist(), float(now.capability[row])
    record = fall_record.record_of(world, week, p, row, cause, stated, FATES[befalls], components)
    leads = [*causes, *fall_record.behind(world, week, p, row, cause, alone)]
    record["event"] = fall_record.tell(world, week, row, record, leads, alone)
    world.register.append(record)
    organ, rank, person = int(court.organ[row]), int(court.rank[row]), int(court.person[row])
    chosen = fallout.choose(world, week, p, row, cause) if alone else []
    _shake(world, organ, rank)
    court.plot[row] = NO_PLOT
    fates.befall(world, week, p, row, befalls)
    if alone:
        fallout.follow(world, week, p, row, organ, rank, person, cause, record, chosen, ordered)
    return str(record["event"])


def _shake(world: World, organ: int, rank: int) -> None:
    """Those who stay in the organ see a share of it fall; a chief counts three times."""
    posts = sum(world.places.court.sizes[organ])
    world.branch.purged[organ] += (3.0 if rank == CHIEF else 1.0) / posts


# --- deeds and inquiries ---------------------------------------------------------------------------------------------


def _execute(world: World, week: Week, p: Any, deed: Deed) -> None:
    """Purges that a timeline, a player or the leader ordered, and inquiries that he opens."""
    if deed.value <= 0.0:
        return
    if deed.lever == "chief_purged":
        for b in blame.concerned(deed.organ):
            _purge_by_deed(world, week, p, b, deed, SCAPEGOAT)
    elif deed.lever == "purge":
        for b in court_indices(deed.organ or "all"):
            _purge_by_deed(world, week, p, b, deed, PRECAUTION)
    elif deed.lever == "inquiry":
        for b in court_indices(deed.organ or "all"):
            world.branch.inquiry[b] = int(p.purge.inquiry_weeks)


def _purge_by_deed(world: World, week: Week, p: Any, b: int, deed: Deed, usual: int) -> None:
    """One fall by order: of the named person, else of a post of the named rank, the most suspect first."""
    asked = deed.details
    row = _named(world, asked["person"], b) if asked.get("person") else _most_suspect(world, b, asked.get("rank", ""))
    if row < 0:
        return
    cause = PURGE_CAUSES.index(asked["cause"]) if asked.get("cause") in PURGE_CAUSES else usual
    drawn = FATES[fates.drawn(world, week, p, row, cause) or fates.DISMISSAL]  # an ordered purge is no warning
    fate, ordered = asked.get("fate", drawn), deed.lever == "chief_purged"
    strike(world, week, p, row, cause, causes=[deed.event], stated=asked.get("stated"), fate=fate, ordered=ordered)


def _most_suspect(world: World, b: int, rank: str) -> int:
    """The row in an organ of the holder of a rank (the chief, if none is named) whom the leader suspects most, or -1."""
    court = world.court
    wanted = RANKS.index(rank) if rank in RANKS else CHIEF
    rows = np.flatnonzero((court.status == IN_POST) & (court.organ == b) & (court.rank == wanted))
    return int(rows[np.argmax(court.suspicion[rows])]) if len(rows) else -1


def _named(world: World, person: str, b: int) -> int:
    """The row in an organ of a person, by number or by name; -1 if he holds no post there."""
    court = world.court
    for row in np.flatnonzero((court.status == IN_POST) & (court.organ == b)).tolist():
        if person in (str(court.person[row]), careers.name_of(world, row)):
            return int(row)
    return -1


def _end_inquiries(world: World, week: Week, p: Any) -> None:
    """An inquiry into a chief ends in his fall or clears him of most of the evidence."""
    q: Params = p.purge
    court, branch = world.court, world.branch
    if not branch.inquiry.any():
        return
    for b in np.flatnonzero(branch.inquiry == 1).tolist():
        rows = np.flatnonzero((court.status == IN_POST) & (court.organ == b) & (court.rank == CHIEF))
        for row in rows.tolist():
            w = float(intensities(world, p, row).weakness[row])
            chance = min(q.inquiry_most, q.inquiry * float(court.evidence[row] * court.suspicion[row]) * w)
            if draws.one(world.seed, "purge_cause", week.number, row) < chance:
                strike(world, week, p, row, RIVALRY, causes=week.log.latest("inquiry", 9, organ=COURT_ORGANS[b])[:1])
            else:
                court.evidence[row] *= q.inquiry_cleared
    branch.inquiry[:] = np.maximum(branch.inquiry - 1, 0)
