"""The register of falls: who fell at the court, why, what was said, what became of him; a table beside the run's series."""

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Records = list[dict[str, Any]]

#: What a record tells, in order, with the type of its column.
COLUMNS: Final[dict[str, str]] = {
    "week": "int32",
    "date": "date32",
    "person": "int64",
    "name": "string",
    "title": "string",
    "organ": "string",
    "rank": "string",
    "cause": "string",
    "stated": "string",
    "fate": "string",
    "components": "list",
    "blame": "float64",
    "suspicion": "float64",
    "evidence": "float64",
    "since_denounced": "int32",
    "denouncer": "string",
    "denouncer_person": "int64",
    "capability": "float64",
    "order": "bool",
    "event": "string",
    "returned_week": "int32",
    "returned_post": "string",
    "denouncer_gained": "bool",
}


def of_register(register: Sequence[dict[str, Any]]) -> Records:
    """The falls of a world's register since week 0, each with every column; what happened before is no part of a run."""
    return [{name: record.get(name) for name in COLUMNS} for record in register if record["week"] >= 0]


def frame(falls: Records) -> "pd.DataFrame":
    """One row a fall, oldest first; what never came (a return, a denouncer) is missing."""
    import pandas as pd

    table = pd.DataFrame(falls, columns=list(COLUMNS))
    table["date"] = pd.to_datetime(table["date"])
    for name in ("returned_week", "since_denounced"):
        table[name] = table[name].astype("Int32")
    return table


def to_arrow(falls: Records) -> "pa.Table":
    """The rows of `falls.parquet`; an empty register keeps its columns."""
    import pyarrow as pa

    types = {"list": pa.list_(pa.float64()), "date32": pa.date32(), "bool": pa.bool_(), "string": pa.string()}
    columns = {}
    for name, kind in COLUMNS.items():
        values = [record[name] for record in falls]
        if name == "date":
            values = [datetime.date.fromisoformat(str(v)) for v in values]
        columns[name] = pa.array(values, types.get(kind) or pa.type_for_alias(kind))
    return pa.table(columns)


def from_arrow(table: "pa.Table") -> Records:
    """The records that `to_arrow` wrote."""
    return [{name: str(row[name]) if name == "date" else row[name] for name in COLUMNS} for row in table.to_pylist()]
