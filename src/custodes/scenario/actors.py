"""Who acts in a country: its leader and the powers, from `actors.yaml` beside the scenario.

`data/actors/leader.yaml` is the leader whom every country has. A scenario's `leader:` amends him: fields replace his, a
tactic with a known name changes the fields that it gives, a new name adds one, `drop` takes some out; with `replace: true`
he has only the tactics listed. Powers: `scenario.powers`.
"""

import hashlib
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, NamedTuple

from custodes.scenario.powers import FILE, PowersFile
from custodes.scenario.problems import BadFile, Problem, bad, did_you_mean
from custodes.scenario.reading import Document, parse_yaml, read_yaml
from custodes.scenario.tactics import Leader, Tactic
from custodes.scenario.validation import attempt, first_or_raise, validated

LEADER: Final = "leader"
FIELDS: Final = ("acts_every", "most_actions", "sees")


class Actors(NamedTuple):
    """All who act of themselves."""

    leader: Leader
    powers: PowersFile

    @property
    def digest(self) -> str:
        """sha256 of all that they may do."""
        return hashlib.sha256((self.leader.model_dump_json() + self.powers.model_dump_json()).encode()).hexdigest()

    @property
    def seeing(self) -> str:
        """What the burn-in can feel of them: how the leader sees. Nobody acts before the first week."""
        return repr(sorted((name, sight.model_dump()) for name, sight in self.leader.sees.items()))


@lru_cache(maxsize=1)
def default_leader() -> Leader:
    """The leader whom a country has of itself."""
    return validated(Leader, _shipped())


@lru_cache(maxsize=1)
def _shipped() -> Document:
    file = resources.files("custodes") / "data" / "actors" / "leader.yaml"
    return parse_yaml(file.read_text("utf-8"), "actors/leader.yaml")


def actors_in(folder: Path) -> Actors:
    """The actors of the scenario in a folder; BadScenario in one sentence for a bad file."""
    path = folder / FILE
    if not path.is_file():
        return Actors(default_leader(), PowersFile())
    document = read_yaml(path, f"{folder.name}/{FILE}")
    powers = validated(PowersFile, document)
    return Actors(_amended(document), powers)


def actors_problems(folder: Path) -> list[Problem]:
    """All problems of the actors' file of a folder."""
    try:
        actors_in(folder)
    except BadFile as problem:
        return list(problem.problems)
    return []


def actors_schema() -> dict[str, Any]:
    """JSON Schema of `actors.yaml`: of the powers, and of what a scenario may write of its leader."""
    schema, leader = PowersFile.model_json_schema(), Leader.model_json_schema()
    for name, text in (
        ("replace", "he has only the tactics listed"),
        ("drop", "names of tactics that he does without"),
    ):
        kind = {"type": "boolean"} if name == "replace" else {"type": "array", "items": {"type": "string"}}
        leader["properties"][name] = {**kind, "description": text}
    definitions = {**leader.pop("$defs"), **schema.get("$defs", {})}
    schema["$defs"] = definitions
    schema["properties"]["leader"] = leader
    return schema


def _amended(document: Document) -> Leader:
    """The default leader as `leader:` changes him."""
    given = document.data.get(LEADER)
    if given is None:
        return default_leader()
    if not isinstance(given, dict):
        raise _wrong(document, (), "must be a mapping of fields to values")
    for name in given:
        if name not in (*FIELDS, "replace", "drop", "tactics"):
            known = (*FIELDS, "replace", "drop", "tactics")
            raise _wrong(
                document,
                (name,),
                "is not a field here",
                did_you_mean(str(name), known, f"Known are {', '.join(known)}"),
            )
    if not isinstance(given.get("replace", False), bool):
        raise _wrong(document, ("replace",), "must be true or false")
    shipped = _shipped().data
    kept = [] if given.get("replace") else _dropped(document, given, shipped["tactics"])
    tactics = _merged(document, given.get("tactics", []), kept)
    whole = {**{f: shipped[f] for f in FIELDS if f in shipped}, **{f: given[f] for f in FIELDS if f in given}}
    leader, problems = attempt(Leader, document, {**whole, "tactics": tactics}, (LEADER,))
    first_or_raise(_located(document, problems))
    assert leader is not None
    return leader


def _dropped(document: Document, given: dict[str, Any], tactics: list[dict[str, Any]]) -> list[dict[str, Any]]:
    drop = given.get("drop", [])
    if not isinstance(drop, list):
        raise _wrong(document, ("drop",), "must be a list of names of tactics")
    names = [t["name"] for t in tactics]
    for i, name in enumerate(drop):
        if name not in names:
            mend = did_you_mean(str(name), names, f"Known are {', '.join(names)}")
            raise _wrong(document, ("drop", i), f"'{name}' is not a tactic of the leader", mend)
    return [t for t in tactics if t["name"] not in drop]


def _merged(document: Document, given: Any, tactics: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tactics with those given: fields of a known name are replaced, a new name comes last. Each is checked in its place."""
    if not isinstance(given, list):
        raise _wrong(document, ("tactics",), "must be a list", "Start its lines with '- '")
    merged = {t["name"]: t for t in tactics}
    problems: list[Problem] = []
    for i, entry in enumerate(given):
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            raise _wrong(document, ("tactics", i), "must be a mapping with a 'name'")
        if entry["name"] in [e.get("name") for e in given[:i] if isinstance(e, dict)]:
            raise _wrong(document, ("tactics", i, "name"), f"two tactics have the name '{entry['name']}'")
        whole = {**merged.get(entry["name"], {}), **entry}
        problems += attempt(Tactic, document, whole, (LEADER, "tactics", i))[1]
        merged[entry["name"]] = whole
    first_or_raise(problems)
    return list(merged.values())


def _located(document: Document, problems: list[Problem]) -> list[Problem]:
    """Problems of the leader as a whole, at the line where he begins: his list of tactics is not the file's."""
    line = document.line((LEADER,))
    return [Problem(p.file, p.line if p.field in FIELDS else line, p.field, p.what, p.mend) for p in problems]


def _wrong(document: Document, path: tuple[str | int, ...], what: str, mend: str = "") -> BadFile:
    full = (LEADER, *path)
    field = next((str(step) for step in reversed(full) if isinstance(step, str)), LEADER)
    return bad(document.file, document.line(full), field, what, mend)
