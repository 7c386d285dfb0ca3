"""Fates: what befalls those who are purged, how long they are away, who comes back and with which grudge.

The demoted take a post one rank lower as soon as one is free; the re-educated are away for about three months and mostly
return, the dismissed for longer and less often, the jailed seldom. Whoever returns takes an equal or lower post, has
learnt from it, and may have learnt who denounced him. EQUATIONS.md 8; durations of re-education are known, the rest is
ours.
"""

from bisect import bisect_left
from typing import Any, Final, NamedTuple

import numpy as np

from custodes import draws, portable
from custodes.actors.levers import court_indices
from custodes.engine.step import Deed, Week
from custodes.jit import njit
from custodes.mechanisms import blame, careers
from custodes.world.columns import (
    COURT_ORGANS,
    DEPUTY,
    DIRECTOR,
    DISMISSED,
    EMPTY_ROW,
    FATES,
    IN_POST,
    PRISON,
    RANKS,
    REEDUCATION,
    SCAPEGOAT,
    VACANT_POST,
)
from custodes.world.court import NEVER, free_row, row_of
from custodes.world.officials import leave, shift
from custodes.world.state import World

READS = "court places.court register memory"
WRITES = "court books.official_won books.official_cents books.won books.cents register memory"

WARNING, DEMOTION, SENT_AWAY, DISMISSAL, IMPRISONMENT, EXECUTION = range(len(FATES))
COUNTED: Final = (
    "purges_week",
    "executions_week",
    "demotions_week",
    "reeducated_week",
    "returned_week",
)
GAINS_WEEKS: Final = 26  #: a denouncer who rises within these weeks has gained


class Params(NamedTuple):
    """Group `fates`. Tables of chances by fate, in the order of FATES; weeks; shares."""

    scapegoat: tuple[float, ...]
    rivalry: tuple[float, ...]
    corruption: tuple[float, ...]
    precaution: tuple[float, ...]
    failure: tuple[float, ...]
    scapegoat_deputy_executed: float  #: of deputies who fall with or as scapegoats
    warned_evidence: float  #: share of the evidence left after a warning
    warned_hazard: float  #: rise of the perceived hazard
    reeducation_least: float
    reeducation_mean: float  #: mean of the weeks beyond the least
    dismissal_median: float
    dismissal_sigma: float
    prison_median: float
    prison_sigma: float
    reeducated_return: float
    dismissed_return: float
    jailed_return: float
    patience: float  #: weeks for which a returner waits for a post at most one rank lower
    loyalty_lost: float  #: by a fall
    grudge: float  #: chance to learn who denounced one


def drawn(world: World, week: Week, p: Any, row: int, cause: int) -> int:
    """The fate of a purged official, drawn from the table of the cause."""
    q: Params = p.fates
    chances = list((q.scapegoat, q.rivalry, q.corruption, q.precaution, q.failure)[cause])
    if cause == SCAPEGOAT and world.court.rank[row] == DEPUTY:
        spared = 1.0 - chances[EXECUTION]
        scale = (1.0 - q.scapegoat_deputy_executed) / spared if spared > 0.0 else 0.0
        chances = [c * scale for c in chances[:EXECUTION]] + [q.scapegoat_deputy_executed]
    left = draws.one(world.seed, "fate", week.number, row) * sum(chances)
    for fate, chance in enumerate(chances):
        left -= chance
        if left < 0.0:
            return fate
    return DISMISSAL


def warn(world: World, row: int, p: Any) -> None:
    """A warned man keeps his post and is afraid."""
    world.court.evidence[row] *= p.fates.warned_evidence
    world.court.hazard[row] += p.fates.warned_hazard


def befall(world: World, week: Week, p: Any, row: int, fate: int) -> None:
    """Carry out a fate: the post is vacant afterwards, and the person waits without one or is gone.

    His record is the last of the register. Who is executed, or for whom no row is free, is gone for good.
    """
    court, memory = world.court, world.memory
    memory["purges_week"] = memory.get("purges_week", 0.0) + 1.0
    counted = {DEMOTION: "demotions_week", SENT_AWAY: "reeducated_week", EXECUTION: "executions_week"}.get(fate)
    if counted:
        memory[counted] = memory.get(counted, 0.0) + 1.0
    place = free_row(court)
    if fate == EXECUTION or place < 0:
        leave(world, row)
    else:
        _send_off(world, week, p, row, place, fate)
    court.fell[row] = len(world.register)  # of the vacancy


def _send_off(world: World, week: Week, p: Any, row: int, place: int, fate: int) -> None:
    """He loses his post and waits in a row of his own."""
    court = world.court
    court.fell[row] = len(world.register)
    court.former_organ[row] = court.organ[row]
    court.former_rank[row] = min(int(court.rank[row]) + (fate == DEMOTION), DIRECTOR)
    court.weeks_away[row] = _weeks_away(world, week, p.fates, row, fate)
    if fate == IMPRISONMENT:
        court.family_punished[row] = 1
    status = {SENT_AWAY: REEDUCATION, IMPRISONMENT: PRISON}.get(fate, DISMISSED)
    shift(world, row, place, status)


def _weeks_away(world: World, week: Week, q: Params, row: int, fate: int) -> int:
    """How long he is away, this week included, which `settle` takes off at once; 0 for the demoted."""
    luck = draws.one(world.seed, "fate", week.number, row, 1)
    if fate == DEMOTION:
        return 0
    if fate == SENT_AWAY:  # geometric from 0, by inversion
        stays = q.reeducation_mean / (1.0 + q.reeducation_mean)
        beyond = portable.log(1.0 - luck) / portable.log(stays) if stays > 0.0 else 0.0
        return 1 + int(q.reeducation_least) + int(beyond)
    jailed = fate == IMPRISONMENT
    median, sigma = (q.prison_median, q.prison_sigma) if jailed else (q.dismissal_median, q.dismissal_sigma)
    weeks = median * portable.exp(sigma * float(portable.normal_one(luck + 2.0**-54)))
    return 1 + min(max(1, int(weeks + 0.5)), 2600)


def settle(world: World, week: Week, p: Any) -> None:
    """Time passes for those who are away; some may come back, and take a vacant post when there is one."""
    for deed in week.deeds:
        if deed.lever == "rehabilitation" and deed.value > 0.0:
            _rehabilitate(world, week, p, deed)
    court = world.court
    ended, waiting = _pass_weeks(court.status, court.weeks_away, world.places.court.posts)
    for row in ended.tolist():
        luck = draws.one(world.seed, "return", week.number, int(court.person[row]))
        if luck >= returns(p.fates, int(court.status[row])):
            leave(world, row)
    if ended.size or waiting.size:
        _seat_the_waiting(world, week, p, [*ended.tolist(), *waiting.tolist()])
    _note_sequels(world, week, p)


@njit
def _pass_weeks(status, weeks_away, posts):  # type: ignore[no-untyped-def]
    """A week less for those who are away, below 0 weeks of waiting; the rows with none left just now, and long since."""
    ended, waiting = np.empty(status.shape[0], np.int64), np.empty(status.shape[0], np.int64)
    first = second = 0
    for row in range(posts, status.shape[0]):
        if status[row] < REEDUCATION or status[row] > PRISON:
            continue
        weeks_away[row] -= 1
        if weeks_away[row] == 0:
            ended[first] = row
            first += 1
        elif weeks_away[row] < 0:
            waiting[second] = row
            second += 1
    return ended[:first], waiting[:second]


def returns(q: Params, status: int) -> float:
    """Chance that one who was away comes back."""
    return {REEDUCATION: q.reeducated_return, PRISON: q.jailed_return}.get(status, q.dismissed_return)


def _seat_the_waiting(world: World, week: Week, p: Any, rows: list[int]) -> None:
    """Of those whose weeks are over, whoever is not gone takes the best vacant post that he may have, higher ranks first."""
    court = world.court
    waiting = [row for row in rows if court.status[row] != EMPTY_ROW]
    waiting.sort(key=lambda r: (int(court.former_rank[r]), int(court.weeks_away[r]), r))
    for row in waiting:
        post = _post_for(world, p, row)
        if post >= 0:
            _come_back(world, week, p, row, post, ())


def _post_for(world: World, p: Any, row: int) -> int:
    """The best vacant post at home of equal or lower rank: the highest rank, his own organ first; -1 if there is none."""
    court = world.court
    rank, organ = int(court.former_rank[row]), int(court.former_organ[row])
    lowest = rank + 1 if court.weeks_away[row] > -p.fates.patience else DIRECTOR
    posts = world.places.court.posts
    return int(
        _best_vacant(court.status, court.rank, court.organ, court.abroad, court.weeks_away, posts, rank, lowest, organ)
    )


@njit
def _best_vacant(status, rank, organ, abroad, weeks_away, posts, highest, lowest, own):  # type: ignore[no-untyped-def]
    best, best_place = -1, 2 * (lowest + 1)
    for i in range(posts):
        if status[i] != VACANT_POST or rank[i] < highest or rank[i] > lowest or abroad[i] or weeks_away[i] > 0:
            continue  # above 0: held open
        place = 2 * rank[i] + (organ[i] != own)
        if place < best_place:
            best, best_place = i, place
    return best


def _come_back(world: World, week: Week, p: Any, row: int, post: int, causes: Any) -> None:
    """Seat a purged official in a vacant post; his record says when and where."""
    q: Params = p.fates
    court = world.court
    index = int(court.fell[row]) - 1
    shift(world, row, post, IN_POST)
    court.loyalty[post] = max(0.0, court.loyalty[post] - q.loyalty_lost)
    court.suspicion[post] = 1.0 - court.loyalty[post]
    court.evidence[post] = 0.0
    court.weeks_away[post] = 0
    if court.denouncer[post] and draws.one(world.seed, "grudge", week.number, int(court.person[post])) < q.grudge:
        court.harmed_by[post] = court.denouncer[post]
    court.denouncer[post] = 0
    court.since_denounced[post] = NEVER
    if index < 0:
        return
    record = world.register[index]
    record["returned_week"], record["returned_post"] = week.number, careers.title_of(world, post)
    if record["fate"] == FATES[DEMOTION] and not causes:
        return
    world.memory["returned_week"] = world.memory.get("returned_week", 0.0) + 1.0
    if RANKS.index(record["rank"]) <= DEPUTY or causes:
        _tell_return(world, week, post, record, causes)


def _tell_return(world: World, week: Week, post: int, record: dict[str, Any], causes: Any) -> None:
    led = [event for event in (record["event"], *causes) if event]
    away = week.number - record["week"]
    week.log.record(
        "rehabilitation",
        week.number,
        organ=COURT_ORGANS[world.court.organ[post]],
        magnitude=float(world.court.power[post]),
        causes=led,
        text=f"{record['name']}, formerly {record['title']}, is back as {record['returned_post']} after {away} weeks",
    )


def _rehabilitate(world: World, week: Week, p: Any, deed: Deed) -> None:
    """Bring back now: the named person, else of each organ the one of highest rank who has been away longest."""
    court, wanted = world.court, deed.details.get("person", "")
    for b in court_indices(deed.organ or "all"):
        away = (court.status >= REEDUCATION) & (court.status <= PRISON) & (court.former_organ == b)
        rows = [r for r in np.flatnonzero(away).tolist() if wanted in ("", str(court.person[r]), _name(world, r))]
        rows.sort(key=lambda r: (int(court.former_rank[r]), int(court.fell[r]), r))
        for row in rows[:1]:
            post = _post_for(world, p, row)
            if post >= 0:
                _come_back(world, week, p, row, post, (deed.event,))
            else:
                court.weeks_away[row] = min(int(court.weeks_away[row]), 0)


def _name(world: World, row: int) -> str:
    return careers.name_of(world, row)


def _note_sequels(world: World, week: Week, p: Any) -> None:
    """What the register learns later: an order to the organ within eight weeks, a denouncer who rose within half a year."""
    court, memory, register = world.court, world.memory, world.register
    ordered = {organ for organ, name in blame.ORDERS if memory.get(name) == week.number}
    if ordered:
        for record in register[_first_since(register, week.number - min(p.blame.opening, GAINS_WEEKS)) :]:
            if record["organ"] in ordered:
                record["order"] = True
    then = week.number - GAINS_WEEKS
    for record in register[_first_since(register, then) : _first_since(register, then + 1)]:
        if record["denouncer_rank"] > 0:
            at = row_of(court, record["denouncer_person"])
            if at >= 0 and court.status[at] == IN_POST and court.rank[at] < record["denouncer_rank"]:
                record["denouncer_gained"] = True


def _first_since(register: list[dict[str, Any]], week: float) -> int:
    """Index of the first fall of a week or of any later one; the register is in order."""
    return bisect_left(register, week, key=lambda record: record["week"])
