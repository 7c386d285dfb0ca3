"""Careers: who is moved, who rises into a vacant post, who is new, who loses his patron; and what people are called.

Rotation is no purge: officials of like posts change places and their time in office begins anew (C21). A vacant chief's or
deputy's post goes to the best of a few of the next rank, mostly of the organ, by competence less the leader's suspicion:
able men are not always trusted ones (Egorov and Sonin 2011). His own post is filled in turn; directors are drawn new,
after a while, so that those who come back from re-education find an empty desk. EQUATIONS.md section 7.

A vacant post with `weeks_away` above zero is held open for so many weeks.
"""

import math
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import draws
from custodes.engine.step import Week
from custodes.jit import njit
from custodes.world.columns import (
    CHIEF,
    COURT_ORGANS,
    DIRECTOR,
    EMPTY_ROW,
    IN_POST,
    RANKS,
    VACANT_POST,
)
from custodes.world.court import NEVER, NO_PLOT, CourtPlan, row_of
from custodes.world.officials import (
    FAMILY_ALONG,
    FAMILY_TRUST,
    choose_patron,
    coercive,
    rotation_rates,
    seat_known,
    shift,
    swap,
)
from custodes.world.same import Same
from custodes.world.state import World

F = NDArray[np.float64]
I8 = NDArray[np.int64]

READS = (
    "court.organ court.rank court.status court.person court.abroad court.holder court.competence court.suspicion "
    "court.expected_rent branch.hazard places.court register memory"
)
WRITES = "court memory books.official_won books.official_cents"

MONTH: Final = 4  #: weeks between two reshuffles of directors
_NOBODY: Final = -1  #: kind of a post whose holder is not moved
_FILLING, _FAMILY = 4, 5  #: blocks of the stream `newcomer` beside the person's own


class Params(NamedTuple):
    """Group `careers`. By rank: chiefs, deputies, directors."""

    power: tuple[float, float, float]  #: over men and money, of a post in an organ of full weight
    force_share: tuple[float, float, float]  #: of an organ's force, by rank
    rotation: tuple[float, float, float]  #: chance a week: coercive chiefs; other chiefs and deputies; directors
    filling: float  #: chance a week that a vacant director's post is filled
    candidates: float  #: for a vacant chief's or deputy's post
    own_organ: float  #: share of candidates from the organ itself
    competence: float  #: weight of competence in the choice
    suspicion: float  #: weight of suspicion against him
    luck: float  #: weight of what nobody can foresee
    own_patron: float  #: share of patrons in the official's own organ
    patrons_faction: float  #: share of clients who belong to their patron's faction
    patron_wait: float  #: weeks after which a lost patron may be replaced
    patron_rate: float  #: chance a week that he is
    newcomer_wealth: float  #: largest fortune of a newcomer


def settle(world: World, week: Week, p: Any) -> None:
    """Time passes, patrons are lost and found, officials are rotated, vacant posts filled; then real names take their seats."""
    court = world.court
    posts = world.places.court.posts
    moving = pass_week(world, week, p)
    rotate(world, week, moving)
    for deed in week.deeds:
        if deed.lever == "reshuffle":
            _reshuffle(world, week, int(deed.value), deed.event)
    for row in (court.status[:posts] == VACANT_POST).nonzero()[0].tolist():
        if court.weeks_away[row] > 0:
            court.weeks_away[row] -= 1
        else:
            fill(world, week, p, row)
    if week.number == -1:
        _take_seats(world, week, p)


def _take_seats(world: World, week: Week, p: Any) -> None:
    """The burn-in ends: posts with a title are filled at once, and their holders bear the names that are known."""
    court = world.court
    for row in np.flatnonzero((court.holder >= 0) & (court.status == VACANT_POST)).tolist():
        court.weeks_away[row] = 0
        fill(world, week, p, row)
        if court.status[row] == VACANT_POST:
            newcomer(world, week, p, row)
    seat_known(court, world.places.court, world.start)


# --- time, patrons, rotation ---------------------------------------------------------------------------------------------


def pass_week(world: World, week: Week, p: Any) -> I8:
    """A week more in office for all; patrons are counted; returns the rows of those who are to be moved."""
    court, plan = world.court, world.places.court
    rates = _rotation(plan.force, p.careers.rotation, week.number % MONTH == 0)
    keys = (*draws.key_words(world.seed, "rotation"), *draws.key_words(world.seed, "patron"))
    rows: I8 = _pass(
        (court.organ, court.rank, court.status, court.abroad, court.person),
        (court.tenure, court.patron, court.has_patron, court.since_patron),
        rates,
        plan.posts,
        _last_person(world),
        keys,
        week.number & 0xFFFFFFFF,
        (p.careers.own_patron, p.careers.patron_wait, p.careers.patron_rate),
    )
    return rows


@cache
def _rotation(force: tuple[float, ...], rotation: tuple[float, ...], directors: bool) -> F:
    """Chance that a holder moves another, by organ and rank, shape (10, 3): half his own, since two are moved at once.

    Directors are moved once in four weeks, with four times the chance.
    """
    organ, rank = np.meshgrid(np.arange(len(COURT_ORGANS)), np.arange(len(RANKS)), indexing="ij")
    rates: F = 0.5 * rotation_rates(organ, rank, np.array(force) > 0.0, rotation)
    rates[:, DIRECTOR] *= MONTH if directors else 0.0
    rates.setflags(write=False)
    return rates


@njit
def _pass(fixed, moved, rates, posts, last_person, keys, week, p):  # type: ignore[no-untyped-def]
    """Tenure, patrons and rotation's draws in one loop; returns the rows that are to be moved."""
    organ, rank, status, abroad, person = fixed
    tenure, patron, has_patron, since_patron = moved
    own_patron, patron_wait, patron_rate = p
    place = np.full(last_person + 1, -1, np.int32)  # the row of each person in post
    moving = np.empty(posts, np.int64)
    found = 0
    for i in range(posts):
        if status[i] == IN_POST:
            place[person[i]] = i
    for i in range(posts):
        if status[i] != IN_POST:
            continue
        tenure[i] += 1
        if abroad[i] == 0 and rates[organ[i], rank[i]] > 0.0:
            u, _ = draws.two_uniforms(keys[0], keys[1], week, i, 0)
            if u < rates[organ[i], rank[i]]:
                moving[found] = i
                found += 1
        if rank[i] == CHIEF:
            has_patron[i], since_patron[i], patron[i] = 1, 0, 0
        elif patron[i] > 0 and patron[i] < place.shape[0] and place[patron[i]] >= 0:
            has_patron[i], since_patron[i] = 1, 0
        else:
            has_patron[i] = 0
            since_patron[i] += 1
            if since_patron[i] <= patron_wait:
                continue
            u, v = draws.two_uniforms(keys[2], keys[3], week, i, 0)
            if u >= patron_rate:
                continue
            row = choose_patron(organ, rank, status, posts, i, own_patron, u / patron_rate, v)
            if row >= 0:
                patron[i], has_patron[i], since_patron[i] = person[row], 1, 0
    return moving[:found]


def rotate(world: World, week: Week, rows: I8, causes: Sequence[str] = ()) -> None:
    """Each of these changes places with somebody in a like post: of the same rank, holding force as he does or not.

    Posts abroad are left out (`envoys` relieves them). Who finds nobody is given new duties: his time begins anew.
    """
    court, plan = world.court, world.places.court
    if len(rows) == 0:
        return
    kind = _kinds(court.rank, court.organ, court.status, court.abroad, coercive(plan), plan.posts)
    pairs: list[tuple[int, int]] = []
    for row in rows.tolist():
        if kind[row] == _NOBODY:
            continue
        court.tenure[row] = 0
        other = int(_like(kind, row, draws.one(world.seed, "rotation", week.number, row, 1)))
        if other >= 0:
            pairs.append((row, other))
    if pairs:
        first, second = np.array(pairs, np.int64).T
        swap(world, first, second)
        for row, other in pairs:
            _tell_of_rotation(world, week, row, other, causes)


@njit
def _kinds(rank, organ, status, abroad, holds_force, posts):  # type: ignore[no-untyped-def]
    """What a post is for rotation, (posts,): its rank, and whether its organ holds force; `_NOBODY` if he is not moved."""
    out = np.full(posts, _NOBODY)
    for i in range(posts):
        if status[i] == IN_POST and abroad[i] != 1:
            out[i] = rank[i] + len(RANKS) * holds_force[organ[i]]
    return out


@njit
def _like(kind, row, luck):  # type: ignore[no-untyped-def]
    """A holder of a post of the same kind as that in `row`, or -1; neither is to be moved again."""
    own = kind[row]
    kind[row] = _NOBODY
    left = int(luck * np.sum(kind == own))
    for i in range(kind.shape[0]):
        if kind[i] == own:
            if left == 0:
                kind[i] = _NOBODY
                return i
            left -= 1
    return -1


def _reshuffle(world: World, week: Week, number: int, event: str) -> None:
    """The leader has chiefs of organs of force change places, the most suspect first."""
    court = world.court
    chiefs = np.flatnonzero((court.status == IN_POST) & (court.rank == CHIEF) & (court.force > 0.0))
    suspects = chiefs[np.argsort(-court.suspicion[chiefs], kind="stable")][: (number + 1) // 2]
    rotate(world, week, suspects, [event] if event else ())


def _tell_of_rotation(world: World, week: Week, row: int, other: int, causes: Sequence[str]) -> None:
    """An event for chiefs who change places."""
    court = world.court
    if court.rank[row] != CHIEF:
        return
    week.log.record(
        "appointment",
        week.number,
        organ=COURT_ORGANS[court.organ[row]],
        magnitude=1.0,
        causes=causes,
        text=f"{name_of(world, row)} and {name_of(world, other)} change places in a reshuffle: the first is now "
        f"{title_of(world, row)}, the second {title_of(world, other)}.",
    )


# --- vacant posts --------------------------------------------------------------------------------------------------------


def fill(world: World, week: Week, p: Any, row: int, causes: Sequence[str] = ()) -> None:
    """Fill a vacant post: from the next rank, and his post in turn; a director's by a newcomer, in its time.

    Nothing happens while the post is held open.
    """
    court = world.court
    if court.weeks_away[row] > 0:
        return
    if court.rank[row] == DIRECTOR:
        if draws.one(world.seed, "newcomer", week.number, row, _FILLING) < p.careers.filling:
            newcomer(world, week, p, row)
        return
    causes = [c for c in causes if c] or _fall_behind(world, row)
    source = best_candidate(world, week, p.careers, row)
    if source < 0:
        newcomer(world, week, p, row)
        _tell_of_appointment(world, week, row, "", causes)
        return
    before = title_of(world, source)
    promote(world, p, source, row)
    told = _tell_of_appointment(world, week, row, before, causes)
    fill(world, week, p, source, (told,) if told else causes)


def promote(world: World, p: Any, source: int, target: int) -> None:
    """Move an official up into a vacant post; what he expects rises with his pay."""
    court, scale = world.court, p.rents.pay_scale
    factor = scale[court.rank[target]] / scale[court.rank[source]]
    shift(world, source, target, IN_POST)
    court.expected_rent[target] *= factor


def best_candidate(world: World, week: Week, p: Params, row: int) -> int:
    """Row of the best of a few officials of the next rank for the post in `row`, or -1 if there is none."""
    court = world.court
    return int(
        _best(
            (court.organ, court.rank, court.status, court.abroad),
            (court.competence, court.suspicion),
            world.places.court.posts,
            row,
            (p.candidates, p.own_organ, p.competence, p.suspicion, p.luck),
            draws.key_words(world.seed, "appointment"),
            week.number & 0xFFFFFFFF,
        )
    )


@njit
def _best(fixed, qualities, posts, row, p, keys, week):  # type: ignore[no-untyped-def]
    """The highest of competence less suspicion and luck among a few drawn: in the organ with a chance, else anywhere else."""
    organ, rank, status, abroad = fixed
    competence, suspicion = qualities
    candidates, own_organ, weight, against, fortune = p
    best, best_score = -1, -1e9
    for k in range(int(candidates)):
        u, v = draws.two_uniforms(keys[0], keys[1], week, row, 2 * k)
        luck, _ = draws.two_uniforms(keys[0], keys[1], week, row, 2 * k + 1)
        i = _drawn(organ, rank, status, abroad, posts, row, u < own_organ, v)
        if i < 0:
            i = _drawn(organ, rank, status, abroad, posts, row, u >= own_organ, v)
        if i < 0:
            continue
        score = weight * competence[i] - against * suspicion[i] + fortune * luck
        if score > best_score:
            best, best_score = i, score
    return best


@njit
def _drawn(organ, rank, status, abroad, posts, row, own, v):  # type: ignore[no-untyped-def]
    """One holder of the next rank at home, in the organ or outside it; -1 if nobody."""
    found = 0
    for i in range(posts):
        if status[i] == IN_POST and rank[i] == rank[row] + 1 and abroad[i] == 0 and (organ[i] == organ[row]) == own:
            found += 1
    left = int(v * found)
    for i in range(posts):
        if status[i] == IN_POST and rank[i] == rank[row] + 1 and abroad[i] == 0 and (organ[i] == organ[row]) == own:
            if left == 0:
                return i
            left -= 1
    return -1


def newcomer(world: World, week: Week, p: Any, row: int, *, faction: int = -1) -> int:
    """A new person takes the vacant post in `row`; returns his number. `faction` is an index, -1: his patron's or any.

    He starts at the level of loyalty and his trait, with a small fortune, expecting what the post brings now, and fears
    what his organ fears. One who is sent abroad leaves his family at home, but for some of the trusted.
    """
    court, plan = world.court, world.places.court
    u = [draws.one(world.seed, "newcomer", week.number, row, block) for block in range(3)]
    person = _last_person(world) + 1
    world.memory["last_person"] = float(person)
    court.person[row] = person
    court.status[row] = IN_POST
    court.known[row], court.plot[row], court.since_denounced[row] = -1, NO_PLOT, NEVER
    court.trait[row] = p.loyalty.trait_sd * draws.one_normal(world.seed, "newcomer", week.number, row, 3)
    court.loyalty[row] = min(max(p.loyalty.level + court.trait[row], 0.0), 1.0)
    court.suspicion[row] = 1.0 - court.loyalty[row]
    court.competence[row], court.ambition[row] = u[0], u[1]
    court.wealth[row] = p.careers.newcomer_wealth * u[2]
    court.hazard[row] = world.branch.hazard[court.organ[row]]
    court.rent[row] = court.expected_rent[row] = _rent_of_like(world, row, p)
    court.family_held[row] = court.abroad[row] and not _family_along(world, week, row)
    court.tenure[row] = court.weeks_away[row] = court.since_patron[row] = court.recalled[row] = court.fell[row] = 0
    _find_patron(world, week, p.careers, row)
    court.faction[row] = faction if faction >= 0 else _faction_of(world, week, p.careers, row, len(plan.factions))
    return person


def _family_along(world: World, week: Week, row: int) -> bool:
    """Whether an official who is posted abroad may take his family: some of those whom the leader trusts."""
    share = FAMILY_ALONG * (1.0 - world.memory.get("family_rule", 0.0))
    trusted = 1.0 - world.court.suspicion[row] > FAMILY_TRUST
    return bool(trusted and draws.one(world.seed, "newcomer", week.number, row, _FAMILY) < share)


def _rent_of_like(world: World, row: int, p: Any) -> float:
    """Rent of others of the organ, at this rank's pay; 1 a part of the pay scale if it has nobody."""
    court, scale = world.court, p.rents.pay_scale
    like = np.flatnonzero((court.organ == court.organ[row]) & (court.status == IN_POST) & (court.rent > 0.0))
    index = float(court.rent[like[0]]) / scale[court.rank[like[0]]] if len(like) else 1.0
    return float(index * scale[court.rank[row]])


def _find_patron(world: World, week: Week, p: Params, row: int) -> None:
    court = world.court
    court.patron[row], court.has_patron[row] = 0, int(court.rank[row] == CHIEF)
    if court.rank[row] == CHIEF:
        return
    u, v = (draws.one(world.seed, "patron", week.number, row, block) for block in (1, 2))
    posts = world.places.court.posts
    patron = int(choose_patron(court.organ, court.rank, court.status, posts, row, p.own_patron, u, v))
    if patron >= 0:
        court.patron[row], court.has_patron[row] = court.person[patron], 1


def _faction_of(world: World, week: Week, p: Params, row: int, factions: int) -> int:
    """His patron's faction, or any."""
    court = world.court
    u, v = (draws.one(world.seed, "patron", week.number, row, block) for block in (3, 4))
    patron = row_of(court, int(court.patron[row]))
    return int(court.faction[patron]) if patron >= 0 and u < p.patrons_faction else int(v * factions)


def _last_person(world: World) -> int:
    """The highest number that a person has had."""
    return int(world.memory.get("last_person", float(world.places.court.posts)))


def _tell_of_appointment(world: World, week: Week, row: int, before: str, causes: Sequence[str]) -> str:
    """An event for a new chief, and for a new deputy with a titled post or a real name; its id, or nothing."""
    court = world.court
    if court.rank[row] != CHIEF and court.holder[row] < 0 and court.known[row] < 0:
        return ""
    came = f", until now {before}," if before else ", until now outside the nomenklatura,"
    return week.log.record(
        "appointment",
        week.number,
        organ=COURT_ORGANS[court.organ[row]],
        magnitude=float(court.power[row]),
        causes=causes,
        text=f"{name_of(world, row)}{came} is appointed {title_of(world, row)}.",
    )


def _fall_behind(world: World, row: int) -> list[str]:
    """The event of the fall that emptied this vacant post; nothing if its holder rose or left, or fell in the burn-in."""
    fall = int(world.court.fell[row]) - 1
    event = world.register[fall]["event"] if fall >= 0 else ""
    return [event] if event else []


# --- what people are called ------------------------------------------------------------------------------------------------


def name_of(world: World, row: int) -> str:
    """The real name of a known person, else a generated one that belongs to his number; before week 0 nobody is known."""
    court, plan = world.court, world.places.court
    if court.person[row] == 0:
        return "nobody"
    if court.known[row] >= 0 and world.week >= 0:
        return plan.holders[court.known[row]].name
    return generated_name(plan, int(court.person[row]))


def generated_name(plan: CourtPlan, person: int) -> str:
    """A name for a person's number, from the scenario's family and given names; never that of a known person.

    As many persons in a row as there are pairs of names have different ones: numbers step through the pairs by a stride
    without common factor.
    """
    return _generated(Same(plan), person)


@lru_cache(maxsize=4096)
def _generated(of: Same, person: int) -> str:
    plan: CourtPlan = of.thing
    pairs = len(plan.family_names) * len(plan.given_names)
    stride, taken = _naming(of)
    for attempt in range(pairs):
        given, family = divmod((person * stride + attempt) % pairs, len(plan.family_names))
        family = (family + 7 * given * given + 3 * given) % len(plan.family_names)  # else colleagues share names
        name = f"{plan.family_names[family]} {plan.given_names[given]}"
        if name not in taken:
            return name
    return name


@lru_cache(maxsize=16)
def _naming(plan: Same) -> tuple[int, frozenset[str]]:
    """The stride through a country's pairs of names, and the names of known persons."""
    court: CourtPlan = plan.thing
    pairs = len(court.family_names) * len(court.given_names)
    stride = next(s for s in range(int(0.618 * pairs) + 1, 2 * pairs + 2) if math.gcd(s, pairs) == 1)
    return stride, frozenset(holder.name for holder in court.holders)


def title_of(world: World, row: int) -> str:
    """What he is: the post's own title, else his rank in the organ; for people without a post, what they were."""
    court, plan = world.court, world.places.court
    if court.status[row] == EMPTY_ROW:
        return "nobody"
    if court.organ[row] < 0:
        return "formerly " + _rank_in(plan, int(court.former_organ[row]), int(court.former_rank[row]))
    if court.holder[row] >= 0:
        return plan.holders[court.holder[row]].title
    if court.abroad[row]:
        return f"a representative abroad of {plan.called(int(court.organ[row]))}"
    return _rank_in(plan, int(court.organ[row]), int(court.rank[row]))


def _rank_in(plan: CourtPlan, organ: int, rank: int) -> str:
    return f"{('the chief', 'a deputy chief', 'a director')[rank]} of {plan.called(organ)}"
