"""Policies: named sets of actions, shipped or a user's own file, laid on top of a scenario's timeline."""

import datetime
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np

from custodes.actors.levers import LEVERS, court_indices, organ_indices
from custodes.errors import BadInput, BadScenario
from custodes.scenario.parameters import lever_value
from custodes.scenario.problems import bad, did_you_mean, printable
from custodes.scenario.reading import Document, read_yaml
from custodes.scenario.schema import Policy, PolicyAction, TimelineEntry
from custodes.scenario.timeline import Action, Timeline, Value, week_of
from custodes.scenario.validation import validated
from custodes.world.columns import COURT_ORGANS, FATES, ORGANS, PURGE_CAUSES, RANKS

__all__ = ["Policy", "actions_of", "cautions", "load_policy", "policies", "timeline_actions"]
MOST_ACTIONS = 5000
#: What the details of a purge may say; words without a list are free.
_DETAILS: Final[dict[str, tuple[str, ...]]] = {
    "person": (),
    "rank": RANKS,
    "cause": PURGE_CAUSES,
    "fate": FATES,
    "stated": (),
}


def policy_folder() -> Path:
    """The folder of the shipped policies."""
    return Path(str(resources.files("custodes"))) / "data" / "policies"


def policies() -> list[str]:
    """Names of the shipped policies."""
    return sorted(p.stem for p in policy_folder().glob("*.yaml"))


def load_policy(name_or_path: str | Path) -> Policy:
    """A policy by its shipped name or from a file; BadScenario in one sentence if it cannot be used."""
    text = str(name_or_path)
    path = policy_folder() / f"{text}.yaml" if text in policies() else Path(text)
    if text not in policies() and not _exists(path):
        mend = did_you_mean(text, policies(), f"Choose one of {', '.join(policies())}, or name a file.")
        raise BadScenario(f"'{printable(text, 120)}' is neither a policy nor a file. {mend}")
    document = read_yaml(path, printable("/".join(path.parts[-2:]), 200))
    policy = validated(Policy, document)
    for i, action in enumerate(policy.actions):
        _values(action, document, ("actions", i))
    return policy


def actions_of(policy: Policy, start: np.datetime64, scale: float = 1.0, taken: Iterable[str] = ()) -> list[Action]:
    """The dated actions of a policy in a scenario; extensive levers are scaled if the policy says so."""
    out: list[Action] = []
    used = set(taken)
    for entry in policy.actions:
        week = entry.week if entry.week is not None else week_of(np.datetime64(entry.date), start)
        until = (
            week + entry.weeks if entry.weeks else week_of(np.datetime64(entry.until), start) if entry.until else None
        )
        factor = scale if policy.scale_with_country and LEVERS[entry.lever].extensive else 1.0
        for first in _repeats(week, until, entry.every_weeks):
            for organ, value in _values(entry, None, ()):
                if len(out) >= MOST_ACTIONS:
                    raise BadScenario(
                        f"The policy '{policy.name}' has more than {MOST_ACTIONS} actions: repeat less often."
                    )
                number = len(out) + 1
                while f"{policy.name}-{number}" in used:
                    number += MOST_ACTIONS
                out.append(
                    Action(
                        id=f"{policy.name}-{number}",
                        week=first,
                        date=start + np.timedelta64(7 * first, "D"),
                        lever=entry.lever,
                        organ=organ,
                        value=value * factor if isinstance(value, float) else value,
                        until_week=None if LEVERS[entry.lever].impulse else until,
                        because=entry.because or policy.title,
                        source=policy.source,
                        grade="D",
                        origin=f"policy:{policy.name}",
                        details=tuple(sorted(entry.details.items())),
                    )
                )
    return out


def timeline_actions(
    entries: list[TimelineEntry],
    document: Document,
    path: tuple[Any, ...],
    start: np.datetime64,
) -> list[Action]:
    """The actions of a scenario's timeline; BadScenario for a wrong lever, organ, value or date."""
    out: list[Action] = []
    for i, entry in enumerate(entries):
        week = week_of(np.datetime64(entry.date), start)
        until = week_of(np.datetime64(entry.until), start) if entry.until else None
        for organ, value in _values(entry, document, (*path, i)):
            out.append(
                Action(
                    id="",
                    week=week,
                    date=np.datetime64(entry.date),
                    lever=entry.lever,
                    organ=organ,
                    value=value,
                    until_week=until,
                    because=entry.because,
                    source=entry.source,
                    grade=entry.grade,
                    recalled=entry.recalled,
                    note=entry.note,
                    details=tuple(sorted(entry.details.items())),
                )
            )
    return out


def _repeats(week: int, until: int | None, every: int | None) -> Iterable[int]:
    """First weeks of an action: once, or every so many weeks until the end (at most fifty years)."""
    return (week,) if every is None else range(week, until if until is not None else week + 2600, every)


def _values(
    entry: TimelineEntry | PolicyAction,
    document: Document | None,
    path: tuple[Any, ...],
) -> list[tuple[str | None, Value]]:
    """(organ, value) pairs of an entry; with a document, faults name their line."""

    def refuse(field: str, what: str, mend: str = "") -> Exception:
        if document is None:
            return BadScenario(f"'{field}': {what}. {mend}")
        return bad(document.file, document.line((*path, field)), field, what, mend)

    lever = LEVERS.get(entry.lever)
    if lever is None:
        raise refuse(
            "lever", f"'{entry.lever}' is not a lever", did_you_mean(entry.lever, LEVERS, "See 'custodes levers'")
        )
    parts = lever.per_organ or lever.per_court
    if entry.organ is not None and not parts:
        raise refuse("organ", f"'{lever.name}' is one value for the country", "Leave out 'organ'")
    end = entry.until
    if isinstance(end, datetime.date) and entry.date is not None and end <= entry.date:
        raise refuse("until", "must be later than 'date'")
    names: list[str | None] = list(entry.organ) if isinstance(entry.organ, list) else [entry.organ]
    for name in names:
        try:
            (court_indices if lever.per_court else organ_indices)(name or "all")
        except ValueError as problem:
            known = COURT_ORGANS if lever.per_court else ORGANS
            raise refuse("organ", str(problem), did_you_mean(str(name), known)) from None
    try:
        value = lever_value(lever.name, entry.value)
    except BadInput as problem:
        raise refuse("value", str(problem)) from None
    if lever.name in ("purge", "chief_purged"):
        for detail, word in entry.details.items():
            if detail not in _DETAILS:
                raise refuse(
                    "details", f"'{printable(detail, 40)}' is not a detail of a purge", did_you_mean(detail, _DETAILS)
                )
            if _DETAILS[detail] and word not in _DETAILS[detail]:
                mend = did_you_mean(word, _DETAILS[detail], f"Choose one of {', '.join(_DETAILS[detail])}")
                raise refuse("details", f"'{printable(word, 40)}' is not a {detail} of a purge", mend)
    return [((name or "all") if parts else None, value) for name in names]


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def cautions(timeline: Timeline) -> list[str]:
    """A sentence for every policy's level that the scenario itself outdoes from the start, or puts aside later.

    Whoever adds a sanction of .5 to a country under .9 relieves it. A lever that is put back to its usual value is meant
    so and gives no sentence.
    """
    own = Timeline([a for a in timeline.actions if a.origin == "scenario"], timeline.standing)
    said: dict[tuple[str, str], str] = {}
    for action in timeline.actions:
        if not action.origin.startswith("policy:") or LEVERS[action.lever].impulse or isinstance(action.value, tuple):
            continue
        sentence = _milder(action, own) or _put_aside(action, own)
        if sentence:
            said.setdefault((action.origin, action.lever), sentence)
    return list(said.values())


def _called(action: Action) -> str:
    return f"The policy '{action.origin.partition(':')[2]}' sets {action.lever} to {action.value:g} on {action.date}"


def _milder(action: Action, own: Timeline) -> str:
    assert isinstance(action.value, float)
    usual, present = LEVERS[action.lever].default, _present(own, action)
    same_side = (action.value - usual) * (present - usual) > 0.0
    if not same_side or abs(action.value - usual) >= abs(present - usual):
        return ""
    return f"{_called(action)}, milder than the {present:g} that the scenario itself has by then."


def _put_aside(action: Action, own: Timeline) -> str:
    """The first action of the scenario on the same lever while the policy holds: the later of two wins."""
    for later in own.actions:
        after = later.week > action.week and (action.until_week is None or later.week < action.until_week)
        if later.lever == action.lever and after and later.organ in (None, "all", action.organ):
            return f"{_called(action)}, which holds only until the scenario's own change on {later.date}."
    return ""


def _present(own: Timeline, action: Action) -> float:
    """What the scenario alone has on an action's lever in its week; of several organs the one nearest to the usual."""
    lever = LEVERS[action.lever]
    value = own.levers_at(action.week).as_dict()[action.lever]
    if not isinstance(value, list):
        return float(value)
    indices = (court_indices if lever.per_court else organ_indices)(action.organ or "all")
    return float(min((value[i] for i in indices), key=lambda v: abs(v - lever.default)))
