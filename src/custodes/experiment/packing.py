"""What a study keeps of a run: a Parquet file with its series and a JSON record with its measures, as bytes.

The first row group of the Parquet file has a row a week, the nation's; the second a row a year and part (province by
organ, organ of the court, faction), each value added up over the year as its series says. Nothing in either file differs
between two machines: no time, no place, no worker.
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

if TYPE_CHECKING:
    import pyarrow as pa

    from custodes.experiment.country import RunResult
    from custodes.results.run import Run
    from custodes.results.table import Table

F = NDArray[np.float64]
FORMAT: Final = "custodes-study-run-1"
SERIES: Final = ".parquet"  #: ending of a run's series
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
    return {SERIES: series, RECORD: _json(about)}


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
    """The two row groups of a run."""
    import pyarrow.parquet as pq

    weekly, yearly = _weekly(table), _yearly(table)
    buffer = io.BytesIO()
    floats = [f.name for f in weekly.schema if f.name not in KEYS]
    writer = pq.ParquetWriter(
        buffer,
        weekly.schema,
        compression="zstd",
        use_dictionary=list(KEYS[2:]),
        write_statistics=False,
        column_encoding=dict.fromkeys(floats, "BYTE_STREAM_SPLIT"),
    )
    with writer:
        writer.write_table(weekly, row_group_size=max(1, weekly.num_rows))
        writer.write_table(yearly, row_group_size=max(1, yearly.num_rows))
    return buffer.getvalue()


KEYS: Final = ("week", "weeks", "province", "organ", "court", "faction")  #: first week of the row, how many it spans, its part


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
    return pa.table(columns).replace_schema_metadata({"format": FORMAT, "start": str(table.start)})


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
    about = {"format": FORMAT, "start": str(table.start)}
    return pa.table({name: columns[name] for name in order}).replace_schema_metadata(about)


def _by_year(table: "Table", firsts: Sequence[int]) -> dict[str, F]:
    """Series -> (years, *shape): summed, averaged or the last of each year, as the series says; weeks in order."""
    from custodes.observe.truth import SERIES as series

    out = {}
    for name, array in table.arrays.items():
        pieces = [array[first : first + YEAR] for first in firsts]
        over = series[name].over_time
        out[name] = np.array([p[-1] if over == "last" else _added(p) / (len(p) if over == "mean" else 1) for p in pieces])
    return out


def _added(piece: F) -> F:
    """Sum over the first axis, row after row: the same bits on every machine."""
    if piece.ndim > 1:
        return np.asarray(np.add.reduce(piece, axis=0))
    return np.asarray(np.add.accumulate(piece)[-1])


def national(content: Any, name: str) -> F:
    """The weeks of one national series, from the file (path or buffer) of a run; BadResults if it has no such series."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        column = pq.ParquetFile(content, memory_map=True).read_row_group(0, [name])
    except (OSError, pa.ArrowException) as problem:
        raise BadResults(f"'{content}' is damaged ({str(problem).splitlines()[0][:100]}); --resume runs it again.") from None
    if name not in column.column_names:
        raise BadResults(f"'{content}' has no series '{name}'; docs/reference/series.md lists their names.")
    values: F = column.column(name).to_numpy()
    return values
