"""The truth of a run as plain arrays, and as the rows of `run.parquet`.

A row is a week, a province (or `national`), an organ (or `all`), an organ of the court and a faction (or `all`); a column
is a series; what a series does not have stays null. Each week has a block of rows by province and organ, then a row for
each organ of the court, then one for each faction. The file holds nothing that differs between two runs of the same
country and seed: no time, no machine.
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes.observe.series import NATIONAL_DIMS, Dims, Series, shape
from custodes.observe.truth import SERIES
from custodes.world.columns import COURT_ORGANS, N_COURT

if TYPE_CHECKING:
    import pyarrow as pa

F = NDArray[np.float64]

NATIONAL: Final = "national"
ALL: Final = "all"
FORMAT: Final = "custodes-run-2"


@dataclass(frozen=True)
class Table:
    """All series of one run. The last index of every axis is the whole: the nation, all organs, all factions."""

    start: np.datetime64  #: Monday of week 0
    provinces: tuple[str, ...]
    organs: tuple[str, ...]
    arrays: dict[str, F]  #: series -> (weeks, *shape by dims)
    factions: tuple[str, ...] = ()  #: of the court

    def __post_init__(self) -> None:
        sizes = len(self.provinces), len(self.organs), len(self.factions)
        for name, array in self.arrays.items():
            expected = (self.weeks, *shape(SERIES[name].dims, *sizes))
            if array.shape != expected:
                raise ValueError(f"series '{name}' has shape {array.shape}, not {expected}")

    @property
    def weeks(self) -> int:
        return len(next(iter(self.arrays.values())))

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """Monday of each week, (weeks,)."""
        return self.start + 7 * np.arange(self.weeks).astype("timedelta64[D]")

    def parts(self, name: str) -> tuple[str, ...]:
        """Names along the last axis of a series, without the whole: organs, factions, or nothing."""
        dims = SERIES[name].dims
        if dims == "court":
            return COURT_ORGANS
        if dims == "faction":
            return self.factions
        return self.organs if dims in ("organ", "province,organ") else ()

    def national(self, name: str, organ: str | None = None) -> F:
        """One national series, (weeks,): of all organs (or factions) together, or of one."""
        array = self.arrays[name]
        dims = SERIES[name].dims
        if dims == "national":
            return array
        if dims == "province":
            return array[:, -1]
        part = -1 if organ is None else self.parts(name).index(organ)
        return array[:, -1, part] if dims == "province,organ" else array[:, part]

    def of(self, name: str, province: str | None = None, organ: str | None = None) -> F:
        """One series of a province (None: the nation) and organ or faction (None: all), (weeks,)."""
        dims = SERIES[name].dims
        if province is None or dims in NATIONAL_DIMS:
            return self.national(name, organ)
        p = self.provinces.index(province)
        if dims == "province":
            return self.arrays[name][:, p]
        return self.arrays[name][:, p, -1 if organ is None else self.organs.index(organ)]

    def to_arrow(self) -> "pa.Table":
        """The rows of the file, by week: province (nation first) by organ (all first), organs of the court, factions."""
        import pyarrow as pa

        layout = self.layout
        week = np.repeat(np.arange(self.weeks, dtype=np.int32), layout.rows)
        keys = {
            "province": (layout.place, [NATIONAL, *self.provinces]),
            "organ": (layout.organ, [ALL, *self.organs]),
            "court": (layout.court, [ALL, *COURT_ORGANS]),
            "faction": (layout.faction, [ALL, *self.factions]),
        }
        columns: dict[str, Any] = {
            "week": pa.array(week),
            "date": pa.array(self.start + (7 * week).astype("timedelta64[D]"), pa.date32()),
        }
        for name, (codes, words) in keys.items():
            columns[name] = pa.DictionaryArray.from_arrays(np.tile(codes, self.weeks), words)
        fields = [pa.field(name, column.type) for name, column in columns.items()]
        for name, array in self.arrays.items():
            column = pa.array(layout.spread(array, SERIES[name]).ravel(), from_pandas=True)
            columns[name] = column
            fields.append(pa.field(name, column.type, metadata=_metadata(SERIES[name])))
        about = {
            "format": FORMAT,
            "start": str(self.start),
            "provinces": json.dumps(self.provinces),
            "organs": json.dumps(self.organs),
            "factions": json.dumps(self.factions),
        }
        return pa.Table.from_arrays(list(columns.values()), schema=pa.schema(fields, metadata=about))

    @property
    def layout(self) -> "Layout":
        """Where the cells of a week lie among its rows."""
        return Layout(len(self.provinces) + 1, len(self.organs) + 1, len(self.factions))

    @classmethod
    def from_arrow(cls, table: "pa.Table") -> "Table":
        """The arrays that `to_arrow` wrote; ValueError for a table of another kind."""
        about = {k.decode(): v.decode() for k, v in (table.schema.metadata or {}).items()}
        if about.get("format") != FORMAT:
            raise ValueError(f"not a table of the format {FORMAT}")
        provinces, organs, factions = (tuple(json.loads(about[n])) for n in ("provinces", "organs", "factions"))
        layout = Layout(len(provinces) + 1, len(organs) + 1, len(factions))
        weeks, rest = divmod(table.num_rows, layout.rows)
        if rest:
            raise ValueError("the number of rows does not fit the provinces, organs and factions")
        arrays = {}
        for name in table.column_names:
            if name in SERIES:
                values = table.column(name).to_numpy().reshape(weeks, layout.rows)
                arrays[name] = layout.gather(values, SERIES[name])
        return cls(np.datetime64(about["start"], "D"), provinces, organs, arrays, factions)


@dataclass(frozen=True)
class Layout:
    """Where the cells of a week lie among its rows: a block by place and organ, the court's organs, the factions."""

    places: int  #: nation included
    organs: int  #: all organs included
    factions: int

    @property
    def block(self) -> int:
        """Rows by place and organ; the first is the nation and all organs."""
        return self.places * self.organs

    @property
    def rows(self) -> int:
        """Rows of a week."""
        return self.block + N_COURT + self.factions

    def _codes(self, first: int, codes: NDArray[np.int8]) -> NDArray[np.int8]:
        out = np.zeros(self.rows, np.int8)
        out[first : first + len(codes)] = codes
        return out

    @property
    def place(self) -> NDArray[np.int8]:
        return self._codes(0, np.repeat(np.arange(self.places, dtype=np.int8), self.organs))

    @property
    def organ(self) -> NDArray[np.int8]:
        return self._codes(0, np.tile(np.arange(self.organs, dtype=np.int8), self.places))

    @property
    def court(self) -> NDArray[np.int8]:
        return self._codes(self.block, np.arange(1, N_COURT + 1, dtype=np.int8))

    @property
    def faction(self) -> NDArray[np.int8]:
        return self._codes(self.block + N_COURT, np.arange(1, self.factions + 1, dtype=np.int8))

    def cells(self, dims: Dims) -> NDArray[np.int64]:
        """Rows of the cells of a series of a form, in the order of its array with the whole first."""
        block = np.arange(self.block).reshape(self.places, self.organs)
        whole, court = block[:1, 0], self.block + np.arange(N_COURT)
        found = {
            "national": whole,
            "organ": block[0],
            "province": block[:, 0],
            "province,organ": block,
            "court": np.append(whole, court),
            "faction": np.append(whole, self.block + N_COURT + np.arange(self.factions)),
        }
        return found[dims]

    def rows_of(self, dims: Dims) -> NDArray[np.int64]:
        """Rows of the cells of a series of a form, in the order of its array."""
        return np.ravel(_whole_last(self.cells(dims)))

    def spread(self, array: F, series: Series) -> F:
        """A series (weeks, ...) over the rows of its weeks, (weeks, rows); NaN: null."""
        out = np.full((len(array), self.rows), np.nan)
        out[:, self.cells(series.dims).ravel()] = _whole_first(array, 1).reshape(len(array), -1)
        return out

    def gather(self, rows: F, series: Series) -> F:
        """The inverse of `spread`."""
        cells = self.cells(series.dims)
        values = rows[:, cells.ravel()]
        if series.dims == "national":
            return values[:, 0].copy()
        return _whole_first(values.reshape(len(rows), *cells.shape), -1)


def _whole_first(array: F, step: int) -> F:
    """The last index of every axis but the first brought to the front (step 1), or back (step -1)."""
    axes = tuple(range(1, array.ndim))
    return np.roll(array, (step,) * len(axes), axis=axes) if axes else array


def _whole_last(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first index of every axis moved to its end."""
    return np.roll(cells, (-1,) * cells.ndim, axis=tuple(range(cells.ndim)))


def _metadata(series: Series) -> dict[str, str]:
    return {
        "unit": series.unit,
        "meaning": series.meaning,
        "dims": series.dims,
        "over_time": series.over_time,
        "over_places": series.over_places,
    }
