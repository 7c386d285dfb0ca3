"""Tables of a country: shares and counts by age, class and place, each with its meaning, unit, source and grade."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from custodes.scenario.problems import Problem, bad, did_you_mean
from custodes.scenario.reading import Document
from custodes.scenario.schema import Grade, Model, SourceKey, Status, Text
from custodes.scenario.validation import attempt, first_or_raise
from custodes.world.columns import OCCUPATIONS

#: What a run reads; others are kept as facts.
NEEDED: Final = ("age_sex", "household_size", "activity", "occupations")
#: Tables whose numbers are shares that add up to one.
SHARES: Final = ("age_sex", "occupations", "songbun")
#: Keys a needed table must have; `age_sex` has bands of five years, the last one open.
KEYS: Final = {
    "age_sex": ("man", "woman"),
    "household_size": ("mean",),
    "activity": ("over_16", "over_60"),
    "occupations": OCCUPATIONS[1:10],
    "songbun": ("core", "wavering", "hostile"),
}


class TableEntry(Model):
    """One table: nested mappings or lists of numbers."""

    meaning: Annotated[str, StringConstraints(min_length=1, max_length=600)]
    unit: Annotated[str, StringConstraints(max_length=80)]
    values: Any = Field()
    source: SourceKey
    grade: Grade
    status: Status
    note: Text = ""


@dataclass(frozen=True)
class Table:
    """A table with what is known about it; `values` are nested mappings or lists of floats, or one float."""

    name: str
    meaning: str
    unit: str
    values: Any
    source: str
    grade: str
    status: str
    note: str


def read_tables(document: Document, path: tuple[str, ...]) -> dict[str, Table]:
    """The tables of a document at `path`; BadScenario with all problems otherwise."""
    data = document.data
    for step in path:
        data = data[step]
    if not isinstance(data, dict):
        raise bad(
            document.file, 1, "tables", "must be a mapping of names to tables", "See the skeleton of 'custodes new'"
        )
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    for name, content in data.items():
        entry, wrong = attempt(TableEntry, document, content, (*path, name))
        problems += wrong
        if entry is None:
            continue
        fault = _fault(name, entry.values)
        if fault:
            problems.append(Problem(document.file, document.line((*path, name, "values")), name, fault))
        tables[name] = Table(
            name,
            entry.meaning,
            entry.unit,
            _floats(entry.values) if not fault else None,
            entry.source,
            entry.grade,
            entry.status,
            entry.note,
        )
    for name in NEEDED:
        if name not in data:
            problems.append(
                Problem(
                    document.file,
                    document.line(path),
                    name,
                    "the table is missing",
                    did_you_mean(name, (n for n in data if n not in NEEDED), "Add it"),
                )
            )
    first_or_raise(problems)
    return tables


def _fault(name: str, values: Any) -> str:
    """What is wrong with the numbers of a table, or nothing."""
    fault = _not_numbers(values, 4)
    if fault:
        return fault
    keys = KEYS.get(name)
    if keys and (not isinstance(values, dict) or set(values) != set(keys)):
        return f"its values must have the keys {', '.join(keys)} and no others"
    if name == "age_sex":
        lengths = {len(v) if isinstance(v, list) else 0 for v in values.values()}
        if len(lengths) != 1 or not 2 <= min(lengths) <= 25:
            return "give men and women as two lists of equally many bands of five years (2 to 25)"
    total = sum(_flat(values))
    if name in SHARES and abs(total - 1.0) > 1e-6:
        return f"its shares must add up to 1, not {total:.6f}"
    if name == "household_size" and not 1.2 <= values["mean"] <= 7.5:
        return f"the mean must be 1.2 to 7.5 persons, not {values['mean']:g}"
    if name == "activity" and not 0 <= values["over_60"] <= values["over_16"] <= 1:
        return "the shares must be at most 1, and that from 60 at most that from 16"
    return ""


def _not_numbers(values: Any, depth: int) -> str:
    if isinstance(values, bool) or not isinstance(values, (int, float, dict, list)) or depth == 0:
        return "its values must be numbers, in lists or mappings at most three deep"
    if isinstance(values, (int, float)):
        return "" if 0 <= values <= 1e15 else f"{values:g} is negative, too large or not finite"
    inner = list(values.values()) if isinstance(values, dict) else values
    if not 1 <= len(inner) <= 1000:
        return "its lists and mappings must hold 1 to 1000 values"
    return next((fault for v in inner if (fault := _not_numbers(v, depth - 1))), "")


def _flat(values: Any) -> list[float]:
    if isinstance(values, dict):
        values = list(values.values())
    return [n for v in values for n in _flat(v)] if isinstance(values, list) else [float(values)]


def _floats(values: Any) -> Any:
    if isinstance(values, dict):
        return {str(k): _floats(v) for k, v in values.items()}
    if isinstance(values, list):
        return [_floats(v) for v in values]
    return float(values)
