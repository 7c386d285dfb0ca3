"""Facts of a country that reports print and runs are compared with, but that no mechanism reads: `facts.yaml`.

`base_rate` {text, source, grade}, `limits` (sentences on what this country's model cannot tell), `targets` (rows
{id, value, low, high, grade, source} that `observe.standing` compares with), and the map of the provinces.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field, StringConstraints

from custodes.scenario.problems import bad, printable
from custodes.scenario.reading import MAX_TABLE_BYTES, read_text, read_yaml
from custodes.scenario.schema import Grade, Model, Number
from custodes.scenario.validation import validated

if TYPE_CHECKING:
    from custodes.scenario.load import Scenario

FILE: Final = "facts.yaml"
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class BaseRate(Model):
    """What history says of regimes of this type."""

    text: Sentence
    source: Sentence
    grade: Grade


class Target(Model):
    """A fact to compare the standing state with, and its range."""

    id: Key
    value: Number
    low: Number
    high: Number
    grade: Grade
    source: Sentence
    until: Annotated[int, Field(ge=1900, le=2200)] | None = None  #: last year that the fact speaks of


class Facts(Model):
    """`facts.yaml`."""

    base_rate: BaseRate | None = None
    limits: Annotated[tuple[Sentence, ...], Field(max_length=50)] = ()
    targets: Annotated[tuple[Target, ...], Field(max_length=200)] = ()


def facts_of(scenario: "Scenario") -> dict[str, Any]:
    """Plain values: base_rate, limits, targets, map (GeoJSON or None) and places; BadScenario for a file that is not that."""
    facts = read_facts(scenario.folder / FILE).model_dump(mode="json")
    facts["map"] = read_map(scenario.map_file) if scenario.map_file else None
    facts["places"] = [
        {
            "name": c.name,
            "province": c.province,
            "latitude": c.latitude,
            "longitude": c.longitude,
            "population": int(c.population),
            "estimated": c.status == "ESTIMATED",
        }
        for c in scenario.places
    ]
    return facts


def read_facts(path: Path) -> Facts:
    """The facts of a folder, or none if it has no such file."""
    return validated(Facts, read_yaml(path, _shown(path))) if path.is_file() else Facts()


def read_map(path: Path) -> dict[str, Any]:
    """A GeoJSON feature collection as plain values."""
    text = read_text(path, _shown(path), MAX_TABLE_BYTES, MAX_TABLE_BYTES)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise bad(_shown(path), 0, "", "the map is not JSON", "Mend or delete it") from None
    if (
        not isinstance(data, dict)
        or data.get("type") != "FeatureCollection"
        or not isinstance(data.get("features"), list)
    ):
        raise bad(_shown(path), 0, "type", "the map is not a GeoJSON FeatureCollection", "Mend or delete it")
    return data


def _shown(path: Path) -> str:
    return printable("/".join(path.parts[-2:]), 200)
