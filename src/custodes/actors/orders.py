"""Carrying out what a leader decides: which actions would do anything, the levers they move, the deeds, the log.

A level lever gets a *standing* change on top of the timeline, which drifts back or ends after its weeks; an impulse acts in
this week; a deed goes to the mechanism that executes it. Each action is one record, with the reason and its figures.
"""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from custodes import draws
from custodes.actors import sights
from custodes.actors.levers import EVENT_KINDS, LEVERS, court_indices, organ_indices
from custodes.actors.powers import moved
from custodes.actors.tactics import Finding, Seen, judge
from custodes.engine.step import Deed, Week
from custodes.mechanisms import careers
from custodes.scenario.tactics import NAMED, Action
from custodes.world.columns import COLLECTORS, COURT_ORGANS, ORGANS
from custodes.world.state import World

FOREVER: Final = 1 << 20  #: week until which a change lasts that nothing ends
SPENT: Final = 0.02  #: a change that has drifted to less than this share of what it was is over


class Ready(NamedTuple):
    """An action that would do something now: what it does to a lever or to whom."""

    action: Action
    organ: str = ""  #: of the guards or of the court, `all`, or empty
    add: float = 0.0  #: of a level
    row: int = -1  #: of a purge or a rehabilitation


class Office:
    """Where one week's decisions are carried out."""

    def __init__(self, world: World, week: Week, mine: dict[str, Any], scale: float) -> None:
        self.world, self.week, self.mine, self.scale = world, week, mine, scale

    # --- what would do anything ----------------------------------------------------------------------------------------

    def ready(self, actions: Sequence[Action], finding: Finding, seen: Seen, key: int) -> tuple[Ready, ...]:
        """The actions that are to be done: those whose own condition and chance hold and that would change anything."""
        found = []
        for i, action in enumerate(actions):
            if action.when is not None and judge(action.when, seen) is None:
                continue
            if draws.one(self.world.seed, "leader_choice", self.week.number, key + i, 1) >= action.chance:
                continue
            one = self._ready(action, finding.organ)
            if one is not None:
                found.append(one)
        return tuple(found)

    def _ready(self, action: Action, there: int) -> Ready | None:
        if action.who is not None:
            return self._person(action)
        organ = self._organ(action, there)
        if organ is None:
            return None
        if action.lever not in LEVERS or LEVERS[action.lever].impulse:
            busy = action.lever == "talks" and self.world.memory.get("talks_weeks", 0.0) > 0.0
            return None if busy or action.weight <= 0.0 else Ready(action, organ)
        add = self._amount(action, organ)
        after = moved(self.week.levers, [standing("", action, organ, add, FOREVER)])
        same = np.array_equal(getattr(after, action.lever), getattr(self.week.levers, action.lever))
        return None if same else Ready(action, organ, add)

    def _person(self, action: Action) -> Ready | None:
        court = self.world.court
        if action.who == "suspect":
            row = sights.suspect(court)
            return Ready(action, COURT_ORGANS[court.organ[row]], row=row) if row >= 0 else None
        away = sights.idle(self.world, self.week)
        return Ready(action, COURT_ORGANS[court.former_organ[away[0]]], row=away[0]) if away else None

    def _organ(self, action: Action, there: int) -> str | None:
        """The organ that an action means, in the terms of its lever; None if the one found has no such part."""
        if action.organ != NAMED:
            return action.organ or ""
        if action.lever not in LEVERS or LEVERS[action.lever].per_court:
            return COURT_ORGANS[there] if there >= 0 else None
        return next((name for name, of in zip(ORGANS, COLLECTORS, strict=True) if there in of), None)

    def _amount(self, action: Action, organ: str) -> float:
        lever = LEVERS[action.lever]
        now = getattr(self.week.levers, lever.name)
        if lever.per_organ or lever.per_court:
            now = now[parts_of(lever.name, organ)[0]]
        scale = self.scale if lever.extensive else 1.0
        if action.add is not None:
            return action.add * scale
        return (
            float(now) * (action.times - 1.0) if action.times is not None else (action.to or 0.0) * scale - float(now)
        )

    # --- doing ---------------------------------------------------------------------------------------------------------

    def carry_out(
        self, name: str, title: str, because: str, ready: Sequence[Ready], causes: Sequence[str]
    ) -> list[str]:
        """Do all of it, with a record of each, the first of which gives the reason; returns the ids of the records."""
        events: list[str] = []
        for one in ready:
            text = self._sentence(title, "" if events else because, one)
            event = self._record(name, one, [*causes, *events[:1]], text)
            self._do(name, one, event)
            events.append(event)
        return events

    def _record(self, name: str, one: Ready, causes: Sequence[str], text: str) -> str:
        lever = one.action.lever
        level = lever in LEVERS and not LEVERS[lever].impulse
        return self.week.log.record(
            "decision" if level else EVENT_KINDS.get(lever, lever),
            self.week.number,
            organ="" if one.organ == "all" else one.organ,
            magnitude=one.add if level else one.action.weight,
            causes=[c for c in causes if c],
            text=text,
            origin=f"leader: {name}",
            lever=lever,
        )

    def _do(self, name: str, one: Ready, event: str) -> None:
        action, week = one.action, self.week
        lever = LEVERS.get(action.lever)
        if lever is not None and not lever.impulse:
            until = FOREVER if action.weeks is None else week.number + action.weeks
            entry = standing(name, action, one.organ, one.add, until)
            self.mine["standing"].append(entry)
            week.levers = moved(week.levers, [entry])
            week.deeds.append(Deed(action.lever, one.organ, one.add, event, "leader"))
            return
        if lever is not None:
            week.levers = struck(week.levers, action.lever, one.organ, action.weight)
        value = float(action.number) if action.lever == "reshuffle" else action.weight
        week.deeds.append(Deed(action.lever, one.organ, value, event, "leader", self._details(one)))

    def _details(self, one: Ready) -> dict[str, str]:
        action = one.action
        given = {"rank": action.rank, "cause": action.cause, "fate": action.fate, "stated": action.stated}
        details = {name: value for name, value in given.items() if value is not None}
        return details | ({"person": str(int(self.world.court.person[one.row]))} if one.row >= 0 else {})

    def _sentence(self, title: str, because: str, one: Ready) -> str:
        leader = self.world.places.court.leader
        whom = f" ({self._who(one.row)})" if one.row >= 0 else ""
        why = f": {because}" if because else ""
        return f"{leader[:1].upper()}{leader[1:]} {title}{whom}{why}; {told(one)}."

    def _who(self, row: int) -> str:
        world = self.world
        if world.court.organ[row] >= 0:
            return f"{careers.name_of(world, row)}, {careers.title_of(world, row)}"
        record = world.register[int(world.court.fell[row]) - 1]
        return f"{record['name']}, formerly {record['title']}"


def parts_of(lever: str, organ: str) -> tuple[int, ...]:
    """Indices of an organ in a lever with parts."""
    return (court_indices if LEVERS[lever].per_court else organ_indices)(organ or "all")


def struck(levers: Any, name: str, organ: str, weight: float) -> Any:
    """These levers with an impulse of this weight, unless a stronger one is there already."""
    out = copy.copy(levers)
    lever = LEVERS[name]
    if lever.per_organ or lever.per_court:
        after = getattr(out, name).copy()
        for part in parts_of(name, organ):
            after[part] = max(float(after[part]), weight)
        after.setflags(write=False)
        setattr(out, name, after)
    else:
        setattr(out, name, max(float(getattr(out, name)), weight))
    return out


def told(one: Ready) -> str:
    """An action in words: `levy extra +0.01`, `rights order to police, weight 0.7`."""
    action = one.action
    words = action.lever.replace("_", " ")
    to = f" to {one.organ.replace('_', ' ')}" if one.organ and one.row < 0 else ""
    if action.lever in LEVERS and not LEVERS[action.lever].impulse:
        return f"{words}{to} {one.add:+.3g}"
    return f"{words}{to}" if action.weight == 1.0 else f"{words}{to}, weight {action.weight:g}"


# --- what stands -------------------------------------------------------------------------------------------------------


def standing(name: str, action: Action, organ: str, add: float, until: int) -> dict[str, Any]:
    """A change of a level that lasts, as it is remembered."""
    return {
        "tactic": name,
        "lever": action.lever,
        "organ": organ,
        "add": add,
        "whole": add,
        "most": action.most,
        "least": action.least,
        "drift": action.drift,
        "until": until,
    }


def aged(entries: Sequence[Mapping[str, Any]], week: int) -> list[dict[str, Any]]:
    """What still stands in a week: amounts drift back, and end when little is left of them or their time is over."""
    kept = []
    for entry in entries:
        add = entry["add"] * (1.0 - entry["drift"])
        if entry["until"] > week and abs(add) >= SPENT * abs(entry["whole"]):
            kept.append({**entry, "add": add})
    return kept
