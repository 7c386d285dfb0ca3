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
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from custodes.errors import BadResults
from custodes.flags import did_you_mean, shown
from custodes.observe.truth import SERIES

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

    rows = pa.concat_tables([_weekly(table), _yearly(table)]).combine_chunks()
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


def _weekly(table: "Table") -> "pa.Table":
    """A row a week: the nation, all organs, all factions."""
    import pyarrow as pa

    from custodes.results.table import ALL, NATIONAL

    n = table.weeks
    columns: dict[str, Any] = {"week": pa.array(np.arange(n, dtype=np.int32)), "weeks": pa.array(np.ones(n, np.int32))}
    for name in KEYS[2:]:
        word = NATIONAL if name == "province" else ALL
        columns[name] = pa.DictionaryArray.from_arrays(np.zeros(n, np.int8), [word]).cast(pa.string())
    columns |= {name: pa.array(table.national(name)) for name in table.arrays}
    return pa.table(columns)


def _yearly(table: "Table") -> "pa.Table":
    """A row a year and part; the last year may be shorter."""
    import pyarrow as pa

    from custodes.results.table import Table

    firsts = range(0, table.weeks, YEAR)
    years = Table(table.start, table.provinces, table.organs, _by_year(table, firsts), table.factions)
    rows = years.to_arrow().drop_columns(["date"])
    number = rows.column("week").to_numpy()
    spans = np.array([min(YEAR, table.weeks - w) for w in firsts], np.int32)
    columns = {name: rows.column(name) for name in rows.column_names}
    columns |= {"week": pa.array((YEAR * number).astype(np.int32)), "weeks": pa.array(spans[number])}
    columns |= {name: rows.column(name).cast(pa.string()) for name in KEYS[2:]}
    order = [*KEYS, *table.arrays]
    return pa.table({name: columns[name] for name in order})


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
