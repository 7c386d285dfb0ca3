"""The truth of a run as plain arrays, and as the rows of `run.parquet`.

A row is a week, a province (or `national`) and an organ (or `all`); a column is a series; what a series does not have
stays null. The file holds nothing that differs between two runs of the same country and seed: no time, no machine.
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes.observe.truth import SERIES, Series, shape

if TYPE_CHECKING:
    import pyarrow as pa

F = NDArray[np.float64]

NATIONAL: Final = "national"
ALL: Final = "all"
FORMAT: Final = "custodes-run-1"


@dataclass(frozen=True)
class Table:
    """All series of one run. The last index of the place axis is the nation, the last of the organ axis all organs."""

    start: np.datetime64  #: Monday of week 0
    provinces: tuple[str, ...]
    organs: tuple[str, ...]
    arrays: dict[str, F]  #: series -> (weeks, *shape by dims)

    def __post_init__(self) -> None:
        for name, array in self.arrays.items():
            expected = (self.weeks, *shape(SERIES[name].dims, len(self.provinces), len(self.organs)))
            if array.shape != expected:
                raise ValueError(f"series '{name}' has shape {array.shape}, not {expected}")

    @property
    def weeks(self) -> int:
        return len(next(iter(self.arrays.values())))

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """Monday of each week, (weeks,)."""
        return self.start + 7 * np.arange(self.weeks).astype("timedelta64[D]")

    def national(self, name: str, organ: str | None = None) -> F:
        """One national series, (weeks,): of all organs together, or of one."""
        array = self.arrays[name]
        dims = SERIES[name].dims
        if dims == "national":
            return array
        if dims == "province":
            return array[:, -1]
        o = len(self.organs) if organ is None else self.organs.index(organ)
        return array[:, o] if dims == "organ" else array[:, -1, o]

    def of(self, name: str, province: str | None = None, organ: str | None = None) -> F:
        """One series of a province (None: the nation) and organ (None: all), (weeks,)."""
        if province is None or SERIES[name].dims in ("national", "organ"):
            return self.national(name, organ)
        p = self.provinces.index(province)
        if SERIES[name].dims == "province":
            return self.arrays[name][:, p]
        return self.arrays[name][:, p, len(self.organs) if organ is None else self.organs.index(organ)]

    def to_arrow(self) -> "pa.Table":
        """The rows of the file, by week, then province (nation first), then organ (all first)."""
        import pyarrow as pa

        places, organs = len(self.provinces) + 1, len(self.organs) + 1
        cell = (self.weeks, places, organs)
        week = np.broadcast_to(np.arange(self.weeks, dtype=np.int32)[:, None, None], cell).ravel()
        place = np.broadcast_to(np.arange(places, dtype=np.int8)[None, :, None], cell).ravel()
        organ = np.broadcast_to(np.arange(organs, dtype=np.int8)[None, None, :], cell).ravel()
        columns: list[Any] = [
            pa.array(week),
            pa.array(self.start + (7 * week).astype("timedelta64[D]"), pa.date32()),
            pa.DictionaryArray.from_arrays(place, [NATIONAL, *self.provinces]),
            pa.DictionaryArray.from_arrays(organ, [ALL, *self.organs]),
        ]
        fields = [pa.field(n, c.type) for n, c in zip(("week", "date", "province", "organ"), columns, strict=True)]
        for name, array in self.arrays.items():
            column = pa.array(_spread(array, SERIES[name], cell).ravel(), from_pandas=True)
            columns.append(column)
            fields.append(pa.field(name, column.type, metadata=_metadata(SERIES[name])))
        about = {
            "format": FORMAT,
            "start": str(self.start),
            "provinces": json.dumps(self.provinces),
            "organs": json.dumps(self.organs),
        }
        return pa.Table.from_arrays(columns, schema=pa.schema(fields, metadata=about))

    @classmethod
    def from_arrow(cls, table: "pa.Table") -> "Table":
        """The arrays that `to_arrow` wrote; ValueError for a table of another kind."""
        about = {k.decode(): v.decode() for k, v in (table.schema.metadata or {}).items()}
        if about.get("format") != FORMAT:
            raise ValueError(f"not a table of the format {FORMAT}")
        provinces, organs = tuple(json.loads(about["provinces"])), tuple(json.loads(about["organs"]))
        places, parts = len(provinces) + 1, len(organs) + 1
        weeks, rest = divmod(table.num_rows, places * parts)
        if rest:
            raise ValueError("the number of rows does not fit the provinces and organs")
        arrays = {}
        for name in table.column_names:
            if name in SERIES:
                values = table.column(name).to_numpy().reshape(weeks, places, parts)
                arrays[name] = _gather(values, SERIES[name])
        return cls(np.datetime64(about["start"], "D"), provinces, organs, arrays)


def _spread(array: F, series: Series, cell: tuple[int, int, int]) -> F:
    """An array of a series in the cells (week, place, organ) of the file, nation and all organs first; NaN: null."""
    out = np.full(cell, np.nan)
    if series.dims == "national":
        out[:, 0, 0] = array
    elif series.dims == "organ":
        out[:, 0, :] = np.roll(array, 1, axis=-1)
    elif series.dims == "province":
        out[:, :, 0] = np.roll(array, 1, axis=-1)
    else:
        out[:] = np.roll(array, (1, 1), axis=(-2, -1))
    return out


def _gather(cells: F, series: Series) -> F:
    """The inverse of `_spread`."""
    if series.dims == "national":
        return cells[:, 0, 0].copy()
    if series.dims == "organ":
        return np.roll(cells[:, 0, :], -1, axis=-1)
    if series.dims == "province":
        return np.roll(cells[:, :, 0], -1, axis=-1)
    return np.roll(cells, (-1, -1), axis=(-2, -1))


def _metadata(series: Series) -> dict[str, str]:
    return {
        "unit": series.unit,
        "meaning": series.meaning,
        "dims": series.dims,
        "over_time": series.over_time,
        "over_places": series.over_places,
    }
