"""What watchers heard: the reports of a run as a table beside its series, with what is true of each kept apart."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pyarrow as pa

Records = list[dict[str, Any]]

#: What a report tells, in order, with the type of its column; the last four are known to the model alone.
COLUMNS: Final[dict[str, str]] = {
    "id": "string",
    "published": "int32",
    "happened": "int32",
    "kind": "string",
    "place": "string",
    "organ": "string",
    "name": "string",
    "title": "string",
    "fate": "string",
    "cause": "string",
    "text": "string",
    "size": "float64",
    "magnitude": "float64",
    "outlets": "list",
    "origins": "int32",
    "public": "bool",
    "chance": "float64",
    "letter": "string",
    "number": "int32",
    "event": "string",
    "invented": "bool",
    "wrong": "bool",
    "known": "bool",
}


def of_actors(actors: dict[str, Any]) -> Records:
    """The reports published in a run, oldest first."""
    rows: Iterable[dict[str, Any]] = actors.get("reports", {}).get("published", ())
    return [{name: row[name] for name in COLUMNS} for row in rows]


def to_arrow(reports: Records) -> "pa.Table":
    """The rows of `reports.parquet`."""
    import pyarrow as pa

    types = {"list": pa.list_(pa.string()), "bool": pa.bool_(), "string": pa.string()}
    return pa.table(
        {
            name: pa.array([r[name] for r in reports], types.get(kind) or pa.type_for_alias(kind))
            for name, kind in COLUMNS.items()
        }
    )


def from_arrow(table: "pa.Table") -> Records:
    """The records that `to_arrow` wrote."""
    return [{name: row[name] for name in COLUMNS} for row in table.to_pylist()]
