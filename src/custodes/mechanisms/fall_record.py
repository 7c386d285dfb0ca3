"""What is recorded and said of a fall: the register's entry, the reason given in public, the event and what led to it.

The register keeps the true cause with its components; in public often nothing is said, or something else. Who falls, and
why, is `purge`'s. EQUATIONS.md 8; shares of falls of which a reason is given are parameters of `purge`.
"""

from typing import Any, Final

from custodes import draws
from custodes.engine.step import Week
from custodes.mechanisms import blame, careers, fallout
from custodes.mechanisms.suspicion import denunciations_of
from custodes.world.columns import (
    B_CABINET,
    CORRUPTION,
    COURT_ORGANS,
    PRECAUTION,
    PURGE_CAUSES,
    RANKS,
    REASONS_SAID,
    RIVALRY,
    SCAPEGOAT,
)
from custodes.world.court import row_of
from custodes.world.state import World

REASONS: Final = ("abuse", "failure", "corruption", "anti_state", "failure")  #: given in public, by cause
SILENT: Final = "silent"


def record_of(
    world: World,
    week: Week,
    p: Any,
    row: int,
    cause: int,
    stated: str | None,
    fate: str,
    now: tuple[list[float], float],
) -> dict[str, Any]:
    """What the register keeps of a fall, all of it as it stood at the moment; `now`: intensities by cause, capability."""
    court, branch = world.court, world.branch
    organ = int(court.organ[row])
    components, capability = now
    denouncer = row_of(court, int(court.denouncer[row]))
    return {
        "week": week.number,
        "date": str(week.date)[:10],
        "person": int(court.person[row]),
        "name": careers.name_of(world, row),
        "title": careers.title_of(world, row),
        "organ": COURT_ORGANS[organ],
        "rank": RANKS[court.rank[row]],
        "cause": PURGE_CAUSES[cause],
        "stated": stated if stated is not None else stated_reason(world, week, p, row, cause),
        "fate": fate,
        "components": components,
        "blame": float(branch.blame[organ]),
        "suspicion": float(court.suspicion[row]),
        "evidence": float(court.evidence[row]),
        "since_denounced": int(court.since_denounced[row]),
        "denouncer": careers.name_of(world, denouncer) if denouncer >= 0 else "",
        "denouncer_person": int(court.denouncer[row]),
        "denouncer_rank": int(court.rank[denouncer]) if denouncer >= 0 else -1,
        "capability": capability,
        "order": blame.ordered_lately(world, week, organ, p.blame),
        "event": "",
        "returned_week": None,
        "returned_post": None,
        "denouncer_gained": False,
    }


def stated_reason(world: World, week: Week, p: Any, row: int, cause: int) -> str:
    """The reason that is given in public, or that none is given."""
    if draws.one(world.seed, "stated_reason", week.number, row) >= p.purge.public[cause]:
        return SILENT
    if cause != RIVALRY:
        return REASONS[cause]
    given = ("abuse", "corruption", "anti_state", "failure")  # after a rival's word anything may be said
    return given[int(4.0 * draws.one(world.seed, "stated_reason", week.number, row, 1))]


_DONE: Final = {
    "demotion": "is demoted",
    "reeducation": "is sent to re-education",
    "dismissal": "is dismissed",
    "prison": "is imprisoned",
    "execution": "is executed",
}


def _why(world: World, row: int, record: dict[str, Any], alone: bool) -> str:
    """The cause in words; `alone`: he was not drawn after another."""
    suspicion = f"suspicion {record['suspicion']:.2f}"
    match record["cause"], alone:
        case "scapegoat", True:
            return f"to answer for abuses (blame {record['blame']:.2f})"
        case "scapegoat", False:
            return f"with his chief, to answer for abuses (blame {record['blame']:.2f})"
        case "rivalry", True:
            return f"on a rival's word (evidence {record['evidence']:.2f}, {suspicion})"
        case "rivalry", False:
            return f"as the client of one who fell on a rival's word ({suspicion})"
        case "precaution", True:
            return f"because the leader fears him ({suspicion})"
        case "precaution", False:
            return f"because one whom the leader feared has fallen ({suspicion})"
        case "corruption", _:
            return f"under the drive against corruption (fortune {world.court.wealth[row]:.2f})"
    return f"for what his organ failed in (failure {world.branch.failure[world.court.organ[row]]:.2f})"


def tell(world: World, week: Week, row: int, record: dict[str, Any], leads: list[str], alone: bool) -> str:
    """The event of a fall: one sentence with the figures that mattered."""
    why = _why(world, row, record, alone)
    said = REASONS_SAID.get(record["stated"], record["stated"])
    given = f"the reason given is {said}" if said else "nothing is said of it"
    return week.log.record(
        "purge",
        week.number,
        organ=record["organ"],
        magnitude=float(world.court.power[row]),
        causes=[event for event in dict.fromkeys(leads) if event],
        text=f"{record['name']}, {record['title']}, {_DONE[record['fate']]} {why}; {given}",
    )


def behind(world: World, week: Week, p: Any, row: int, cause: int, alone: bool) -> list[str]:
    """The events behind a fall, by its true cause."""
    organ, log = int(world.court.organ[row]), week.log
    name = COURT_ORGANS[organ]
    if cause == SCAPEGOAT:
        return fallout.culprit_sought(world, week, p, row) if alone else []
    if cause == RIVALRY:
        return denunciations_of(world, week, row)
    if cause == CORRUPTION:
        return log.latest("edict", 260)[:1]
    if cause == PRECAUTION:
        lost = log.latest("sanction", 260)[:1] if world.branch.trade_ratio[organ] < 0.9 else []
        return denunciations_of(world, week, row) + log.latest("coup", 52)[:1] + lost
    reform = log.latest("currency_reform", 52)[:1] if organ == B_CABINET else []
    return log.latest("sabotage", 26, organ=name)[:1] + reform
