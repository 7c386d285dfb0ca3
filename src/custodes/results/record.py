"""What is kept beside the numbers of a run: what was run, on what, with which result, and what to be wary of."""

import json
import platform
from functools import cache
from importlib import metadata
from typing import Any, Final

#: every record has these keys; others may be added
KEYS: Final = (
    "format",
    "scenario",
    "scenario_title",
    "scenario_digest",
    "code_version",
    "source_digest",
    "seed",
    "sample",
    "k",
    "weeks",
    "start",
    "people",
    "parameters",
    "policies",
    "settings",
    "facts",
    "outcome",
    "outcome_week",
    "seconds",
    "peak_memory_mb",
    "versions",
    "warnings",
    "timings",
    "request",
)
FORMAT: Final = "custodes-record-1"
_LIBRARIES: Final = ("numpy", "numba", "pyarrow", "pydantic")


def record(**known: Any) -> dict[str, Any]:
    """A record of a run from what is known; what is not given takes its empty value. ValueError for a missing essential.

    `parameters`: rows {name, value, unit, meaning, prior, source, grade, recalled}. `facts`: scenario facts that reports
    print (`scenario.facts`): base_rate, limits, map, places, each optional. `people`: at the start, real.
    """
    empty: dict[str, Any] = {
        "format": FORMAT,
        "scenario_title": known.get("scenario", ""),
        "parameters": [],
        "policies": [],
        "settings": {},
        "facts": {},
        "outcome": "status quo",
        "outcome_week": None,
        "seconds": 0.0,
        "peak_memory_mb": 0.0,
        "versions": versions(),
        "warnings": [],
        "timings": {},
        "request": {},
    }
    full = empty | known
    missing = [key for key in KEYS if key not in full]
    if missing:
        raise ValueError(f"a record of a run lacks: {', '.join(missing)}")
    return full


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that numbers pass through."""
    return dict(_versions())


@cache
def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def to_json(content: dict[str, Any]) -> bytes:
    """JSON text, keys in order of writing; ValueError for what is not finite."""
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False, default=_plain) + "\n").encode()


def _plain(value: Any) -> Any:
    """NumPy scalars and dates as plain values."""
    if hasattr(value, "item"):
        item = value.item()
        return item if isinstance(item, int | float | str | bool) else str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)
