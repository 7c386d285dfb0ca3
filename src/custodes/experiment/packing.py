"""What a study keeps of a run: a Parquet file with its series and a JSON record with its measures, as bytes.

The Parquet file begins with a row a week, the nation's; then come rows by year and part (province by organ, organ of the
court, faction), each value added up over the year as its series says. `weeks` tells which is which: 1, or the weeks of the
year. There is one row group and no statistics, for what takes time with a thousand files is their descriptions. Nothing in
either file differs between two machines: no time, no place, no worker.
"""

import io
import json
import math
import zlib
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from custodes.errors import BadResults
from custodes.flags import did_you_mean, shown
from custodes.observe.truth import SERIES
from custodes.world.columns import COURT_ORGANS

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from custodes.experiment.country import RunResult
    from custodes.results.run import Run
    from custodes.results.table import Table

F = NDArray[np.float64]
FORMAT: Final = "custodes-study-run-1"
PATHS: Final = ".parquet"  #: ending of the file of a run's series
RECORD: Final = ".json"  #: of its record
FAILED: Final = ".failed.json"  #: of the record of a run that failed
YEAR: Final = 52


class Measure(Protocol):
    """What is needed of `measures.Measure`."""

    @property
    def name(self) -> str: ...

    @property
    def compute(self) -> Callable[["Run"], float]: ...

    @property
    def parts(self) -> Callable[["Run"], dict[tuple[str, str], float]] | None: ...


def pack(country: Any, number: int, plan: str, result: "RunResult", measures: Iterable[Measure]) -> dict[str, bytes]:
    """The files of one run by their ending, in the order in which they must be written; a failed run has one."""
    about = {
        "format": FORMAT,
        "country": country.index,
        "point": country.point,
        "luck": country.luck,
        "seed": country.seed,
        "plan": plan,
        "number": number,
    }
    if result.run is not None:
        try:
            return _whole(about, result.run, measures)
        except Exception as problem:  # one measure's defect must not cost the other runs
            return _failed(about, country, f"a measure raised {type(problem).__name__}: {problem}", False)
    return _failed(about, country, result.cause, result.passing)


def _failed(about: dict[str, Any], country: Any, cause: str, passing: bool) -> dict[str, bytes]:
    return {FAILED: _json(about | {"cause": cause, "passing": passing, "settings": list(country.settings())})}


def failure(country: Any, number: int, plan: str, cause: str) -> dict[str, bytes]:
    """The file of a run that ended with its worker, and may be tried again."""
    from custodes.experiment.country import RunResult

    return pack(country, number, plan, RunResult(None, cause, passing=True), ())


def _whole(about: dict[str, Any], run: "Run", measures: Iterable[Measure]) -> dict[str, bytes]:
    series = to_parquet(run.table)
    values: dict[str, float | None] = {}
    parts: list[list[Any]] = []
    for measure in measures:
        values[measure.name] = _plain(measure.compute(run))
        if measure.parts is not None:
            parts += [[measure.name, by, name, _plain(v)] for (by, name), v in measure.parts(run).items()]
    outcome, week = run.record["outcome"], run.record["outcome_week"]
    about |= {
        "outcome": outcome,
        "outcome_week": week,
        "exposure": exposure(outcome, week, run.record["weeks"]),
        "weeks": run.record["weeks"],
        "warnings": run.record["warnings"],
        "measures": values,
        "parts": parts,
        "series": {"bytes": len(series), "crc32": zlib.crc32(series)},
    }
    return {PATHS: series, RECORD: _json(about)}


def exposure(outcome: str, week: int | None, weeks: int) -> int:
    """Weeks in which the run could break down: to its breakdown, else all."""
    from custodes.observe.outcomes import named

    broke = week is not None and outcome != "status quo" and named(outcome).breakdown
    return int(week) + 1 if broke and week is not None else weeks


def _plain(value: float) -> float | None:
    """A number as JSON has it: null for what is not finite."""
    number = float(value)
    return number if math.isfinite(number) else None


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n").encode()


def record_of(content: bytes) -> dict[str, Any]:
    """The record that `pack` wrote; ValueError for anything else."""
    record = json.loads(content)
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise ValueError(f"not a record of the format {FORMAT}")
    return record


# --- series -----------------------------------------------------------------------------------------------------------


def to_parquet(table: "Table") -> bytes:
    """The rows of a run."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {**_keys(table.weeks, table.provinces, table.organs, table.factions), **_values(table)}
    rows = pa.table(columns)
    buffer = io.BytesIO()
    writer = pq.ParquetWriter(
        buffer,
        rows.schema,
        compression="zstd",
        use_dictionary=list(KEYS[2:]),
        write_statistics=False,
        column_encoding=dict.fromkeys(table.arrays, "BYTE_STREAM_SPLIT"),
        store_schema=False,
    )
    with writer:
        writer.write_table(rows, row_group_size=rows.num_rows)
        writer.add_key_value_metadata({"format": FORMAT, "start": str(table.start)})
    return buffer.getvalue()


KEYS: Final = (
    "week",
    "weeks",
    "province",
    "organ",
    "court",
    "faction",
)  #: first week of the row, how many it spans, its part


@lru_cache(2)
def _keys(weeks: int, provinces: tuple[str, ...], organs: tuple[str, ...], factions: tuple[str, ...]) -> dict[str, Any]:
    """Which weeks and which part a row is of: the same in all runs of a study."""
    import pyarrow as pa

    from custodes.results.table import ALL, NATIONAL, Layout

    layout, firsts = Layout(len(provinces) + 1, len(organs) + 1, len(factions)), range(0, weeks, YEAR)
    spans = [min(YEAR, weeks - first) for first in firsts]
    columns = {
        "week": pa.array([*range(weeks), *(first for first in firsts for _ in range(layout.rows))], pa.int32()),
        "weeks": pa.array([*[1] * weeks, *(span for span in spans for _ in range(layout.rows))], pa.int32()),
    }
    parts = (
        (layout.place, (NATIONAL, *provinces)),
        (layout.organ, (ALL, *organs)),
        (layout.court, (ALL, *COURT_ORGANS)),
        (layout.faction, (ALL, *factions)),
    )
    for name, (codes, words) in zip(KEYS[2:], parts, strict=True):
        of_year = [words[code] for code in codes.tolist()]
        columns[name] = pa.array([words[0]] * weeks + of_year * len(spans), pa.string())
    return columns


def _values(table: "Table") -> dict[str, "pa.Array"]:
    """Each series: a row a week of the nation, all organs, all factions; then a row a year and part, null where it has none.

    The last year may be shorter.
    """
    import pyarrow as pa

    layout, firsts = table.layout, range(0, table.weeks, YEAR)
    values = np.full((len(table.arrays), table.weeks + len(firsts) * layout.rows), np.nan)
    rows = {dims: layout.rows_of(dims) for dims in {SERIES[name].dims for name in table.arrays}}
    for line, (name, years) in zip(values, _by_year(table, firsts).items(), strict=True):
        line[: table.weeks] = table.national(name)
        parts = line[table.weeks :].reshape(len(firsts), layout.rows)
        parts[:, rows[SERIES[name].dims]] = years.reshape(len(firsts), -1)
    known = values == values  # a number of a week is never null
    known[:, : table.weeks] = True
    lacking = (known.shape[1] - np.count_nonzero(known, axis=1)).tolist()
    bits = np.packbits(known, axis=1, bitorder="little")
    return {
        name: pa.Array.from_buffers(
            pa.float64(), known.shape[1], [pa.py_buffer(bits[i]), pa.py_buffer(values[i])], lacking[i]
        )
        for i, name in enumerate(table.arrays)
    }


def _by_year(table: "Table", firsts: Sequence[int]) -> dict[str, F]:
    """Series -> (years, *shape): summed, averaged or the last of each year, as the series says; weeks in order."""
    out = {}
    for name, array in table.arrays.items():
        pieces = [array[first : first + YEAR] for first in firsts]
        over = SERIES[name].over_time
        out[name] = np.array(
            [p[-1] if over == "last" else _added(p) / (len(p) if over == "mean" else 1) for p in pieces]
        )
    return out


def _added(piece: F) -> F:
    """Sum over the first axis, row after row: the same bits on every machine."""
    if piece.ndim > 1:
        return np.asarray(np.add.reduce(piece, axis=0))
    return np.asarray(np.add.accumulate(piece)[-1])


def national(file: "Path", names: Sequence[str]) -> dict[str, F]:
    """The weeks of national series, by name, from the Parquet file of a run; BadResults if it lacks one or is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        rows = pq.ParquetFile(file, memory_map=True).read(["weeks", *names], use_threads=False)
    except (OSError, pa.ArrowException) as problem:
        said = str(problem).splitlines()[0][:100]
        raise BadResults(f"'{file}' is damaged ({said}); the same command with --resume runs it again.") from None
    lacking = [name for name in names if name not in rows.column_names]
    if lacking:
        mend = did_you_mean(lacking[0], sorted(SERIES)) or " The page of series lists their names."
        raise BadResults(f"the runs of '{file.parent.parent}' have no series '{shown(lacking[0])}'.{mend}")
    weekly = _first_weeks(rows.column("weeks").to_numpy())
    return {name: rows.column(name).to_numpy()[:weekly] for name in names}


def _first_weeks(weeks: Any) -> int:
    """How many rows at the beginning span one week; the first year of a part is longer, or as long as the whole run."""
    longer = np.flatnonzero(weeks != 1)
    return int(longer[0]) if longer.size else 1
