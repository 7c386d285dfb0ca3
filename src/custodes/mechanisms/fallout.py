"""What follows a fall at court: others struck after it, who gets the post, and how the street is answered.

A scapegoat takes deputies of his organ with him, a man denounced his clients, a man feared some deputies of the armed
organs. The denouncer may get the post; a post that was feared stays empty for a while. With a scapegoat an order to stop
abuse goes out, the organ's blame falls and the state is thought the better of for half a year. EQUATIONS.md 8.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from custodes import draws
from custodes.engine.step import Week
from custodes.mechanisms import blame, careers
from custodes.world.columns import (
    CHIEF,
    CORRUPTION,
    COURT_ORGANS,
    DEPUTY,
    DIRECTOR,
    FAILURE,
    IN_POST,
    ORGANS,
    PRECAUTION,
    RIVALRY,
    SCAPEGOAT,
    VACANT_POST,
)
from custodes.world.court import row_of
from custodes.world.state import World

SLOTS: Final = 48  #: how many may await their turn
#: The lowest rank whose fall draws others after it: chiefs, but anybody who was feared.
DRAWS_OTHERS: Final = {SCAPEGOAT: CHIEF, RIVALRY: CHIEF}
_KEYS: Final = ("person", "week", "cause", "event")
_PERSONS: Final = tuple(f"struck.{slot}.person" for slot in range(SLOTS))
#: Blocks of the stream `purge_struck` of a post: 0 how many are struck, from 1 on whom; then these, from `_WHEN` on when.
_SPOILS, _ORDER, _WHEN = 1 << 20, (1 << 20) + 1, 1 << 21
#: Share of the candidates for the post who come from the organ itself, by cause: outsiders after abuse and failure,
#: deputies in place after an edict; after other falls as in any appointment.
OWN_ORGAN: Final = {SCAPEGOAT: 0.0, FAILURE: 0.0, CORRUPTION: 1.0}


def choose(world: World, week: Week, p: Any, row: int, cause: int) -> list[int]:
    """Persons who will be struck after the fall of the holder of `row`, drawn from those close to him."""
    q, court = p.purge, world.court
    most = q.struck_most[cause]
    if most <= 0.0 or court.rank[row] > DRAWS_OTHERS.get(cause, DIRECTOR):
        return []
    near = court.status == IN_POST
    if cause == SCAPEGOAT:
        near &= (court.organ == court.organ[row]) & (court.rank == DEPUTY)
    elif cause == RIVALRY:
        near &= court.patron == court.person[row]
    else:
        near &= (court.force > 0.0) & (court.rank == DEPUTY)
    near[row] = False
    rows = np.flatnonzero(near).tolist()
    if cause == PRECAUTION:  # the more suspect half
        rows = sorted(rows, key=lambda r: (-court.suspicion[r], r))[: (len(rows) + 1) // 2]
    persons = [int(court.person[r]) for r in rows]
    luck = draws.one(world.seed, "purge_struck", week.number, row)
    number = int(q.struck_least[cause] + luck * (most - q.struck_least[cause] + 1.0))
    chosen = []
    for block in range(1, min(number, len(persons)) + 1):
        at = int(draws.one(world.seed, "purge_struck", week.number, row, block) * len(persons))
        chosen.append(int(persons.pop(at)))
    return chosen


def follow(
    world: World,
    week: Week,
    p: Any,
    row: int,
    organ: int,
    rank: int,
    person: int,
    cause: int,
    record: dict[str, Any],
    chosen: Sequence[int],
    ordered: bool,
) -> None:
    """All that follows the fall of the holder of the post `row`, which may be vacant now.

    `ordered`: the fall is part of an order to stop abuse that enforcement has already heard.
    """
    for number, other in enumerate(chosen):
        luck = draws.one(world.seed, "purge_struck", week.number, row, _WHEN + number)
        _await(world, other, week.number + 1 + int(luck * p.purge.struck_weeks), cause, record["event"])
    _forget_grudges(world, person)
    if cause == RIVALRY:
        _share_spoils(world, week, p, row, rank, record)
    elif cause == PRECAUTION and rank <= DEPUTY:
        world.court.weeks_away[row] = int(p.purge.vacant_weeks)  # of a vacant post: held open for so long
    elif cause == SCAPEGOAT:
        _answer_the_street(world, week, p, row, organ, rank, record, ordered)
    if rank <= DEPUTY and cause in OWN_ORGAN:
        _fill(world, week, p, row, OWN_ORGAN[cause], record)


# --- those who follow --------------------------------------------------------------------------------------------------


def _await(world: World, person: int, at: int, cause: int, event: str) -> None:
    """Keep a person's turn in the first free slot; with none free he is spared."""
    memory = world.memory
    for slot in range(SLOTS):
        if memory.get(f"struck.{slot}.person", 0.0) == 0.0:
            number = event.rpartition("-")[2]
            values = (float(person), float(at), float(cause), float(number) if number else 0.0)
            for key, value in zip(_KEYS, values, strict=True):
                memory[f"struck.{slot}.{key}"] = value
            memory["struck_waiting"] = memory.get("struck_waiting", 0.0) + 1.0
            return


def due(world: World, week: Week) -> list[tuple[int, int, list[str]]]:
    """Row, cause and the first fall's event of everybody whose turn has come and who is still in post."""
    memory = world.memory
    waiting = memory.get("struck_waiting", 0.0)
    out: list[tuple[int, int, list[str]]] = []
    for slot, name in enumerate(_PERSONS):
        if waiting <= 0.0:
            break
        person = int(memory.get(name) or 0.0)
        if not person:
            continue
        waiting -= 1.0
        if memory[f"struck.{slot}.week"] > week.number:
            continue
        row, number = row_of(world.court, person), int(memory[f"struck.{slot}.event"])
        if row >= 0 and world.court.status[row] == IN_POST:
            out.append((row, int(memory[f"struck.{slot}.cause"]), [f"purge-{number}"] if number else []))
        memory[name] = 0.0
        memory["struck_waiting"] -= 1.0
    return out


def _forget_grudges(world: World, person: int) -> None:
    """Whoever the fallen had harmed is avenged."""
    court = world.court
    court.harmed_by[court.harmed_by == person] = 0


# --- the post ------------------------------------------------------------------------------------------------------------


def _share_spoils(world: World, week: Week, p: Any, row: int, rank: int, record: dict[str, Any]) -> None:
    """The denouncer, if he stands one rank lower, may get the post of the man whom he brought down."""
    court = world.court
    at = row_of(court, record["denouncer_person"])
    if at < 0 or court.status[at] != IN_POST or court.rank[at] != rank + 1 or court.status[row] != VACANT_POST:
        return
    if draws.one(world.seed, "purge_struck", week.number, row, _SPOILS) >= p.purge.spoils:
        return
    careers.promote(world, p, at, row)
    record["denouncer_gained"] = True
    if rank <= DEPUTY:
        week.log.record(
            "appointment",
            week.number,
            organ=COURT_ORGANS[court.organ[row]],
            magnitude=float(court.power[row]),
            causes=[record["event"]] if record["event"] else [],
            text=f"{careers.name_of(world, row)}, who had denounced {record['name']}, becomes "
            f"{careers.title_of(world, row)}",
        )


def _fill(world: World, week: Week, p: Any, row: int, own_organ: float, record: dict[str, Any]) -> None:
    """Fill the vacant post at once, with so many candidates from the organ itself."""
    if world.court.status[row] == VACANT_POST:
        causes = [record["event"]] if record["event"] else []
        careers.fill(world, week, p._replace(careers=p.careers._replace(own_organ=own_organ)), row, causes)


# --- the street ----------------------------------------------------------------------------------------------------------


def culprit_sought(world: World, week: Week, p: Any, row: int) -> list[str]:
    """Record the decision to find a culprit in an organ, with what led to it; its id as a list, empty in the burn-in."""
    b, log = int(world.court.organ[row]), week.log
    name = COURT_ORGANS[b]
    guards = ORGANS[blame.COLLECTS[b]] if blame.COLLECTS[b] >= 0 else ""
    weeks = int(p.blame.opening)
    causes = log.latest("scandal", 52, organ=name)[:2] + log.latest("anger_rises", 104)[:1]
    for organ in (guards, "all", ""):
        causes += log.latest("rights_order", weeks, organ=organ)[:1]
    event = log.record(
        "scapegoat",
        week.number,
        organ=name,
        magnitude=float(world.branch.blame[b]),
        causes=causes,
        text=f"the leader wants somebody of {world.places.court.called(b)} to answer for abuses "
        f"(blame {world.branch.blame[b]:.2f})",
    )
    return [event] if event else []


def _answer_the_street(
    world: World, week: Week, p: Any, row: int, organ: int, rank: int, record: dict[str, Any], ordered: bool
) -> None:
    """Less blame, a better word for the state, and an order to the organ's guards, which enforcement hears next week."""
    q, o = p.purge, blame.COLLECTS[organ]
    if o < 0:
        blame.take_the_blame(world, organ, 0.0)
        return
    trust, stands = float(world.organ.credibility[o]), record["order"]
    blame.take_the_blame(world, organ, q.relief * trust)
    world.memory["rally_due"] = world.memory.get("rally_due", 0.0) + q.rally * trust
    if ordered or (not stands and draws.one(world.seed, "purge_struck", week.number, row, _ORDER) >= q.order):
        return
    blame.note_order(world, week, organ, p.blame)
    record["order"] = True
    standing = float(world.organ.order[o])
    weight = min(1.0, standing / trust) if stands and standing > 0.0 and trust > 0.0 else 1.0
    world.memory[f"order_due.{ORGANS[o]}"] = weight
    if rank == CHIEF:
        world.memory[f"order_purge.{ORGANS[o]}"] = 1.0
    week.log.record(
        "order",
        week.number,
        organ=ORGANS[o],
        magnitude=weight,
        causes=[record["event"]] if record["event"] else [],
        text=f"with the fall of {record['name']}, {record['title']}, {world.places.court.called(organ)} is told "
        f"{'again ' if stands else ''}to stop abusing residents",
        lever="rights_order",
    )
