"""Suspicion: what the leader holds against each official, and the rivals who feed it.

Suspicion moves towards the disloyalty that he senses and the evidence before him, with errors of his own. Officials
whose turf overlaps compete: a rival hands him evidence, true or invented, more readily after the target has harmed him;
some of the harmed spoil the target's work instead. Chiefs have the leader's ear: their word weighs more than a
director's. EQUATIONS.md 7; ground: rivalry and access in the articles' description; form and numbers are ours.
"""

from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import draws, portable
from custodes.draws import two_uniforms
from custodes.engine.step import Week
from custodes.jit import njit
from custodes.mechanisms import careers
from custodes.mechanisms.regime import sight
from custodes.portable import clip, normal_one
from custodes.world.columns import (
    B_ARMY,
    B_CABINET,
    B_GUARD,
    B_MILITARY_SECURITY,
    B_MUNITIONS,
    B_PARTY,
    B_POLICE,
    B_PROVINCES,
    B_STATE_SECURITY,
    CHIEF,
    COURT_ORGANS,
    DEPUTY,
    IN_POST,
    N_COURT,
)
from custodes.world.court import NEVER, row_of
from custodes.world.state import World

F = NDArray[np.float64]

READS = "places.court register"
WRITES = "court branch.failure"


def _turf() -> F:
    """How far two organs do the same work, (10, 10), symmetric, 0 on the diagonal. EQUATIONS.md 7."""
    out = np.zeros((N_COURT, N_COURT))
    out[B_PARTY, :] = out[:, B_PARTY] = 0.5
    for a, b, overlap in (
        (B_STATE_SECURITY, B_POLICE, 1.0),
        (B_MILITARY_SECURITY, B_ARMY, 1.0),
        (B_ARMY, B_GUARD, 0.7),
        (B_ARMY, B_PARTY, 0.7),
        (B_CABINET, B_MUNITIONS, 0.7),
        (B_STATE_SECURITY, B_PROVINCES, 0.5),
        (B_CABINET, B_PROVINCES, 0.5),
    ):
        out[a, b] = out[b, a] = overlap
    np.fill_diagonal(out, 0.0)
    return out


TURF: Final = _turf()
TURF_TENTHS: Final = np.floor(TURF * 10.0 + 0.5).astype(np.int64)
#: Overlap of an official's organ with that of his target (10,): the mean over targets, who are drawn by overlap.
OVERLAP: Final = np.array([portable.mean(overlaps, overlaps) for overlaps in TURF])


class Params(NamedTuple):
    """Group `suspicion`; `access` and `denounces` by rank (chief, deputy, director)."""

    rate: float  #: share of the distance closed a week
    evidence: float  #: weight of evidence
    noise: float  #: sd of the leader's weekly error
    evidence_fade: float  #: share of the evidence lost a week
    denunciation: float  #: chance a week that a chief or deputy denounces somebody
    denounces: tuple[float, float, float]  #: factor on it
    grudge: float  #: by how much a grudge multiplies it (1 + this)
    turf: float  #: by how much full overlap with the target's organ multiplies it (1 + this)
    revenge: float  #: chance that a grudge chooses the target
    chief_target: float  #: chance that the target is a chief, else a deputy
    false_share: float  #: share of invented evidence
    false_weight: float  #: evidence that an invention adds
    true_weight: float  #: evidence that a true word adds
    true_wealth: float  #: and for each unit of the target's fortune
    access: tuple[float, float, float]  #: how much a denouncer's word weighs
    sabotage: float  #: share of the harmed who spoil the target's work instead
    sabotage_failure: float  #: failure that this adds to his organ


def settle(world: World, week: Week, p: Any) -> None:
    """Suspicion moves and evidence fades in one loop; the few who denounce are followed one by one."""
    q: Params = p.suspicion
    court = world.court
    k0, k1 = draws.key_words(world.seed, "suspicion")
    rows = _move(
        court.status,
        court.organ,
        court.rank,
        court.loyalty,
        court.suspicion,
        court.evidence,
        court.since_denounced,
        court.harmed_by,
        _usual(q.denunciation, q.turf),
        q.denounces,
        (q.rate, q.evidence, q.noise * sight(p), 1.0 - q.evidence_fade, q.grudge),
        k0,
        k1,
        week.number & 0xFFFFFFFF,
    )
    for row in rows.tolist():
        _denounce(world, week, row, q)


@lru_cache(maxsize=16)
def _usual(denunciation: float, turf: float) -> F:
    """Chance a week that an official denounces somebody, by organ, without rank or grudge."""
    return denunciation * (1.0 + turf * OVERLAP)


@njit
def _move(status, organ, rank, loyalty, suspicion, evidence, since, harmed_by, base, factor, numbers, k0, k1, week):  # type: ignore[no-untyped-def]
    """Suspicion, evidence and the weeks since a denunciation of everybody; returns the rows that denounce this week."""
    rate, weight, noise, kept, grudge = numbers
    out = np.empty(len(status), np.int64)
    found = 0
    for i in range(len(status)):
        if since[i] < NEVER:
            since[i] += 1
        if status[i] != IN_POST:
            continue
        luck, word = two_uniforms(k0, k1, week, i, 0)
        error = noise * normal_one(luck + 2.0**-54)
        target = (1.0 - loyalty[i]) + weight * evidence[i]
        suspicion[i] = clip(suspicion[i] + rate * (target - suspicion[i]) + error, 0.0, 1.0)
        evidence[i] *= kept
        chance = base[organ[i]] * factor[rank[i]]
        if harmed_by[i] != 0:
            chance *= 1.0 + grudge
        if word < chance:
            out[found] = i
            found += 1
    return out[:found]


def _denounce(world: World, week: Week, row: int, q: Params) -> None:
    """One official acts against another: by a word to the leader, or by spoiling the other's work."""
    court = world.court
    enemy = _enemy(world, row)
    luck = lambda block: draws.one(world.seed, "denunciation", week.number, row, block)  # noqa: E731
    if enemy >= 0 and luck(0) < q.sabotage:
        _sabotage(world, week, row, enemy, q)
        return
    target = enemy if enemy >= 0 and luck(1) < q.revenge else _rival(world, week, row, luck(2) < q.chief_target)
    if target < 0:
        return
    false = luck(3) < q.false_share
    added = q.false_weight if false else q.true_weight + q.true_wealth * float(court.wealth[target])
    court.evidence[target] = min(1.0, court.evidence[target] + q.access[court.rank[row]] * added)
    court.since_denounced[target] = 0
    court.denouncer[target] = court.person[row]
    _tell(world, week, row, target, added, target == enemy, false)


def _enemy(world: World, row: int) -> int:
    """The row of the one who harmed this official and is still in post, or -1; a grudge ends with its object."""
    court = world.court
    at = row_of(court, int(court.harmed_by[row]))
    if at < 0:
        court.harmed_by[row] = 0
        return -1
    return at if court.status[at] == IN_POST else -1


def _rival(world: World, week: Week, row: int, chief: bool) -> int:
    """A chief or deputy of an organ with the same turf, drawn by overlap; -1 if there is none."""
    court = world.court
    luck = draws.one(world.seed, "denounced", week.number, row)
    tenths = TURF_TENTHS[court.organ[row]]
    return int(_by_turf(court.status, court.rank, court.organ, CHIEF if chief else DEPUTY, tenths, luck))


@njit
def _by_turf(status, rank, organ, wanted, tenths, luck):  # type: ignore[no-untyped-def]
    """One holder of the rank wanted, drawn by the overlap of his organ; -1 if there is none."""
    whole = 0
    for i in range(status.shape[0]):
        if status[i] == IN_POST and rank[i] == wanted:
            whole += tenths[organ[i]]
    left = int(luck * whole)
    for i in range(status.shape[0]):
        if status[i] == IN_POST and rank[i] == wanted:
            left -= tenths[organ[i]]
            if left < 0:
                return i
    return -1


def _sabotage(world: World, week: Week, row: int, enemy: int, q: Params) -> None:
    """The work of the enemy's organ fails, and nobody sees why."""
    organ = int(world.court.organ[enemy])
    world.branch.failure[organ] = min(1.0, world.branch.failure[organ] + q.sabotage_failure)
    week.log.record(
        "sabotage",
        week.number,
        organ=COURT_ORGANS[organ],
        magnitude=q.sabotage_failure,
        causes=fall_of(world, row),
        text=f"{described(world, row)}, quietly spoils the work of {described(world, enemy)}, who harmed him",
    )


def _tell(world: World, week: Week, row: int, target: int, added: float, revenge: bool, false: bool) -> None:
    court = world.court
    why = "in revenge" if revenge else "as a rival"
    what = "invented" if false else "true"
    week.log.record(
        "denunciation",
        week.number,
        organ=COURT_ORGANS[court.organ[target]],
        magnitude=added,
        causes=fall_of(world, row) if revenge else (),
        text=f"{described(world, row)}, denounces {described(world, target)} {why}, with {what} evidence "
        f"(now {court.evidence[target]:.2f})",
    )


def described(world: World, row: int) -> str:
    """Name and title of an official, for the log."""
    return f"{careers.name_of(world, row)}, {careers.title_of(world, row)}"


def fall_of(world: World, row: int) -> list[str]:
    """The event of an official's own last fall, if it was logged: what his grudge comes from."""
    index = int(world.court.fell[row]) - 1
    return [world.register[index]["event"]] if index >= 0 and world.register[index]["event"] else []


def denunciations_of(world: World, week: Week, row: int) -> list[str]:
    """Ids of the denunciations that an official's evidence comes from: those of his organ in the week he was denounced."""
    since = int(world.court.since_denounced[row])
    if since > 52:
        return []
    organ = COURT_ORGANS[world.court.organ[row]]
    later = week.log.latest("denunciation", since - 1, organ=organ) if since else []
    return week.log.latest("denunciation", since, organ=organ)[len(later) :]
