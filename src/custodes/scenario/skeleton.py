"""Beginning a new country and checking one: `custodes new`, `custodes check`."""

import re
import shutil
from pathlib import Path
from typing import Final

from custodes.errors import BadInput, BadScenario
from custodes.scenario.actors import actors_problems
from custodes.scenario.facts import Facts
from custodes.scenario.load import builtin_folder, load, locate, scenarios
from custodes.scenario.policies import load_policy, policies
from custodes.scenario.problems import BadFile, Problem, printable
from custodes.scenario.reading import Document, read_yaml
from custodes.scenario.schema import Court, ParameterOverride, ScenarioFile, TimelineEntry, Variant
from custodes.scenario.tables import read_tables
from custodes.scenario.validation import attempt, entries
from custodes.scenario.watchers import read_watchers

__all__ = ["check", "new", "problems", "scenarios"]
COMPANIONS: Final = (
    "tables.yaml",
    "timeline.yaml",
    "parameters.yaml",
    "facts.yaml",
    "court.yaml",
    "actors.yaml",
    "watchers.yaml",
)
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}\Z")


def new(name: str, folder: Path | str | None = None) -> Path:
    """Copy toyland as a new country called `name` into `folder` (default: `name` here) and return the folder."""
    path = Path(name)
    target = Path(folder) if folder is not None else path
    stem = path.name
    if not _NAME.match(stem) or "\0" in name or ".." in target.parts:
        raise BadInput(
            f"'{printable(name, 60)}' cannot name a scenario: use lower-case letters, digits, '_' and '-', "
            "beginning with a letter, at most 40."
        )
    if stem in {builtin.partition("/")[0] for builtin in scenarios()}:
        raise BadInput(f"'{stem}' is the name of a built-in scenario: choose another.")
    source = builtin_folder() / "toyland"
    try:
        if target.exists() or target.is_symlink():
            raise BadInput(f"'{printable(str(target), 120)}' exists already: choose another name or remove it.")
        if not target.parent.is_dir():
            raise BadInput(f"The folder '{printable(str(target.parent), 120)}' does not exist: make it first.")
        _copy(source, target, stem)
    except OSError as problem:
        raise BadInput(
            f"'{printable(str(target), 120)}' cannot be written ({problem.strerror}): choose another place."
        ) from None
    return target


def _copy(source: Path, target: Path, name: str) -> None:
    """Write aside and rename, so that nothing half-written stays."""
    aside = target.with_name(f".{target.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    try:
        for file in sorted(source.iterdir()):
            if file.is_file() and file.suffix in (".yaml", ".csv", ".md", ".geojson"):
                text = file.read_text("utf-8")
                if file.name == "scenario.yaml":
                    text = re.sub(r"^name: .*$", f"name: {name}", text, count=1, flags=re.MULTILINE)
                (aside / file.name).write_text(text, "utf-8")
        aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def check(target: str) -> str:
    """One line that says what is there and sound; BadScenario with a sentence for every problem otherwise."""
    found = problems(target)
    if found:
        raise _Several(found)
    if _is_policy(target):
        policy = load_policy(target)
        return f"{policy.name}: a policy of {len(policy.actions)} actions, sound."
    scenario = load(target)
    estimated = sum(c.status == "ESTIMATED" for c in scenario.places)
    return (
        f"{scenario.name}: {scenario.people:,} people in {len(scenario.places)} counties ({estimated} estimated) of "
        f"{len(scenario.provinces)} provinces from {scenario.start}, {len(scenario.parameters)} parameters, "
        f"{len(scenario.timeline.actions)} dated actions, sound."
    )


class _Several(BadFile):
    """All problems of a check, a line each."""

    def __str__(self) -> str:
        return "\n".join(problem.sentence() for problem in self.problems)


def problems(target: str | Path) -> list[Problem]:
    """All problems of a scenario (by name, folder or file) or a policy (by name or file); [] if it is sound."""
    text = str(target)
    if _is_policy(text):
        return _caught(lambda: load_policy(text))
    try:
        base, variant, _ = locate(text)
    except BadScenario as problem:
        if text in policies():
            return _caught(lambda: load_policy(text))
        return [Problem(printable(text, 120), 0, "", str(problem))]
    files = [base, *([variant] if variant else []), *(base.parent / name for name in COMPANIONS)]
    found = [p for file in files if file.exists() or file == base for p in _of_file(file, variant)]
    if found:
        return found
    return _caught(lambda: load(text))


def _caught(call: object) -> list[Problem]:
    assert callable(call)
    try:
        call()
    except BadFile as problem:
        return list(problem.problems)
    except BadInput as problem:
        return [Problem("", 0, "", str(problem))]
    return []


def _is_policy(text: str) -> bool:
    """Whether a file looks like a policy: it has actions and no counties or start."""
    if text in policies():
        return not (Path(text).exists())
    try:
        path = Path(text)
        if not path.is_file():
            return False
        data = read_yaml(path, "").data
    except (BadScenario, OSError, ValueError):
        return False
    return isinstance(data, dict) and "actions" in data and "start" not in data


def _of_file(file: Path, variant: Path | None) -> list[Problem]:
    """All problems of the shape of one file."""
    shown = printable("/".join(file.parts[-2:]), 200)
    try:
        document = read_yaml(file, shown)
        if file.name == "tables.yaml":
            read_tables(document, ())
            return []
    except BadFile as problem:
        return list(problem.problems)
    if file.name == "parameters.yaml":
        return entries(ParameterOverride, document)[1]
    if file.name == "facts.yaml":
        return attempt(Facts, document, document.data)[1]
    if file.name == "court.yaml":
        return attempt(Court, document, document.data)[1]
    if file.name == "actors.yaml":
        return actors_problems(file.parent)
    if file.name == "watchers.yaml":
        return read_watchers(document)[1]
    if file.name == "timeline.yaml":
        return _of_list(document)
    return attempt(Variant if file == variant else ScenarioFile, document, document.data)[1]


def _of_list(document: Document) -> list[Problem]:
    if not isinstance(document.data, list):
        return [Problem(document.file, 1, "", "the file must be a list of entries", "Start each entry with '- date: '")]
    return [p for i, data in enumerate(document.data) for p in attempt(TimelineEntry, document, data, (i,))[1]]
