"""Facts of a country that reports print and runs are compared with, but that no mechanism reads: `facts.yaml`.

`base_rate` {text, source, grade}, `limits` (sentences on what this country's model cannot tell), `targets` (rows
{id, value, low, high, grade, source} that `observe.standing` compares with), and the map of the provinces.
"""

import json
from typing import TYPE_CHECKING, Any, Final

from custodes.errors import BadScenario

if TYPE_CHECKING:
    from custodes.scenario.load import Scenario

FILE: Final = "facts.yaml"
_EMPTY: Final[dict[str, Any]] = {"base_rate": None, "limits": [], "targets": []}


def facts_of(scenario: "Scenario") -> dict[str, Any]:
    """Plain values: base_rate, limits, targets, map (GeoJSON or None) and places; BadScenario for a file that is not that."""
    facts = dict(_EMPTY) | _read(scenario)
    facts["map"] = json.loads(scenario.map_file.read_text()) if scenario.map_file else None
    facts["places"] = [
        {"name": c.name, "province": c.province, "latitude": c.latitude, "longitude": c.longitude,
         "population": int(c.population), "estimated": c.status == "ESTIMATED"}
        for c in scenario.places
    ]
    return facts


def _read(scenario: "Scenario") -> dict[str, Any]:
    path = scenario.folder / FILE
    if not path.is_file():
        return {}
    from ruamel.yaml import YAML, YAMLError

    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, OSError, UnicodeDecodeError, RecursionError) as error:
        raise BadScenario(f"{path.name}: cannot be read as YAML ({str(error).splitlines()[0]}). Mend or delete it.") from None
    if not isinstance(content, dict) or set(content) - set(_EMPTY):
        raise BadScenario(f"{path.name}: may hold only {', '.join(_EMPTY)}. Mend or delete it.")
    for row in content.get("targets") or []:
        if not isinstance(row, dict) or not {"id", "value", "low", "high"} <= set(row):
            raise BadScenario(f"{path.name}: every row of 'targets' needs id, value, low and high. Mend or delete it.")
    return {k: v for k, v in content.items() if v}
