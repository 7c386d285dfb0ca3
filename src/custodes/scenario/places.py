"""Counties: where people live, how many, and how well that is known."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from custodes.scenario.problems import BadFile, Problem, bad, did_you_mean
from custodes.scenario.reading import MAX_TABLE_BYTES, Document, read_text
from custodes.scenario.schema import CountyEntry
from custodes.scenario.validation import attempt


@dataclass(frozen=True)
class County:
    """One county, city or district at the census that the scenario names (`population` is civil, without soldiers)."""

    name: str
    province: str
    place_type: str  #: capital, border, inner or rural
    latitude: float
    longitude: float
    population: int  #: civil, of the census year
    urban_share: float
    soldiers: int
    status: str  #: VERIFIED, RECALLED or ESTIMATED
    grade: str
    source: str
    on_border: bool = False


_NUMBERS = ("latitude", "longitude", "urban_share")
_COUNTS = ("population", "soldiers")


def read_places(path: Path, shown: str) -> list[County]:
    """Counties of a `places.csv` file; BadScenario with all problems otherwise."""
    document = Document(shown, _rows(read_text(path, shown, MAX_TABLE_BYTES), shown))
    document.lines = {(i,): i + 2 for i in range(len(document.data))}
    return read_counties(document)


def read_counties(document: Document, path: tuple[str, ...] = ()) -> list[County]:
    """Counties of a list of mappings at `path`; BadScenario with all problems otherwise."""
    data = document.data
    for step in path:
        data = data[step]
    counties: list[County] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for i, row in enumerate(data):
        entry, wrong = attempt(CountyEntry, document, row, (*path, i))
        problems += wrong
        if entry is None:
            continue
        if entry.name in seen:
            problems.append(
                Problem(
                    document.file,
                    document.line((*path, i)),
                    "name",
                    f"'{entry.name}' is listed twice",
                    "Give every county its own name",
                )
            )
        seen.add(entry.name)
        counties.append(County(**entry.model_dump()))
    if not problems and not any(c.place_type == "capital" for c in counties):
        problems.append(
            Problem(document.file, document.line(path), "place_type", "no county is the capital", "Mark one as capital")
        )
    if problems:
        raise BadFile(problems)
    return counties


def _rows(text: str, shown: str) -> list[dict[str, object]]:
    """Rows of a CSV file with numbers where they can be read; what cannot stays text and is refused by the model."""
    try:
        reader = csv.DictReader(io.StringIO(text), strict=True)
        known = list(CountyEntry.model_fields)
        for name in reader.fieldnames or []:
            if name not in known:
                raise bad(shown, 1, str(name)[:80], "is not a column of places", did_you_mean(str(name), known))
        rows: list[dict[str, object]] = []
        for row in reader:
            if len(rows) >= 5000:
                raise bad(shown, reader.line_num, "", "there are more than 5000 counties", "Merge some")
            if None in row or None in row.values():
                raise bad(
                    shown, reader.line_num, "", "the line has more or fewer cells than the header", "Check its commas"
                )
            rows.append({k: _cell(k, v) for k, v in row.items()})
    except csv.Error as problem:
        raise bad(shown, 0, "", f"the table cannot be read: {problem}", "Save it as CSV with commas") from None
    if not rows:
        raise bad(shown, 0, "", "the table is empty", "Give one line a county")
    return rows


def _cell(name: str, text: str) -> object:
    try:
        if name in _NUMBERS:
            return float(text)
        if name in _COUNTS and len(text) < 19:
            return int(text)
    except ValueError:
        return text
    return {"1": True, "0": False}.get(text, text) if name == "on_border" else text


def apportion(total: int, weights: Sequence[float]) -> NDArray[np.int64]:
    """`total` split into whole numbers by weights, largest remainders first: the sum is exact. Shape of `weights`."""
    share = np.asarray(weights, np.float64)
    exact = total * (share / float(sum(weights)))
    whole = np.floor(exact).astype(np.int64)
    left = int(total - whole.sum())
    order = np.lexsort((np.arange(len(share)), -(exact - whole)))
    whole[order[:left]] += 1
    return whole
