"""The truth of a run as labelled arrays (xarray): what `run.data` and `run.national` are."""

from typing import TYPE_CHECKING, Any

from custodes.observe.series import Series
from custodes.observe.truth import SERIES
from custodes.results.table import NATIONAL, Table
from custodes.world.columns import COURT_ORGANS

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def by_province(table: Table, about: dict[str, Any]) -> "xr.Dataset":
    """Every series with its finest dimensions: week, and province, organ, organ of the court or faction where it has them."""
    axes = {
        "national": ("week",),
        "organ": ("week", "organ"),
        "province": ("week", "province"),
        "province,organ": ("week", "province", "organ"),
        "court": ("week", "court"),
        "faction": ("week", "faction"),
    }
    inner: dict[str, Any] = {
        "national": (...,),
        "organ": (..., slice(-1)),
        "province": (..., slice(-1)),
        "province,organ": (..., slice(-1), slice(-1)),
        "court": (..., slice(-1)),
        "faction": (..., slice(-1)),
    }
    variables = {
        name: (axes[SERIES[name].dims], array[inner[SERIES[name].dims]].copy(), _attributes(SERIES[name], about))
        for name, array in table.arrays.items()
    }
    return _dataset(variables, table, about)


def national(table: Table, about: dict[str, Any]) -> "xr.Dataset":
    """Every series of the nation by week; in parts also as `<name>_by_organ`, `<name>_by_court` or `<name>_by_faction`."""
    variables: dict[str, Any] = {}
    for name, array in table.arrays.items():
        series = SERIES[name]
        if series.dims in ("national", "province"):
            variables[name] = ("week",), table.national(name).copy(), _attributes(series, about)
        else:
            whole = array[:, -1] if series.dims == "province,organ" else array
            part = series.dims if series.dims in ("court", "faction") else "organ"
            variables[name] = ("week",), whole[:, -1].copy(), _attributes(series, about)
            variables[f"{name}_by_{part}"] = ("week", part), whole[:, :-1].copy(), _attributes(series, about)
    data = _dataset(variables, table, about)
    return data.drop_vars("province")


def frame(table: Table) -> "pd.DataFrame":
    """The rows of the file as a DataFrame; the nation is `national`, sums over parts are `all`."""
    return table.to_arrow().to_pandas()


def summary(table: Table) -> dict[str, dict[str, float]]:
    """Of each national series: first, last and mean."""
    out = {}
    for name in table.arrays:
        values = table.national(name)
        out[name] = {"first": float(values[0]), "last": float(values[-1]), "mean": float(values.mean())}
    return out


def _attributes(series: Series, about: dict[str, Any]) -> dict[str, Any]:
    return {
        "unit": series.unit,
        "units": series.unit,
        "meaning": series.meaning,
        "long_name": series.meaning,
        "over_time": series.over_time,
        "over_places": series.over_places,
        "source": f"custodes {about['code_version']}, {about['scenario']}",
        "sample": about["sample"],
        "seed": about["seed"],
    }


def _dataset(variables: dict[str, Any], table: Table, about: dict[str, Any]) -> "xr.Dataset":
    import numpy as np
    import xarray as xr

    coordinates = {
        "week": ("week", np.arange(table.weeks), {"long_name": "weeks from the start"}),
        "date": ("week", table.dates.astype("datetime64[ns]"), {"long_name": "Monday of the week"}),
        "province": ("province", list(table.provinces)),
        "organ": ("organ", list(table.organs)),
        "court": ("court", list(COURT_ORGANS), {"long_name": "organ of the court"}),
        "faction": ("faction", list(table.factions), {"long_name": "faction of the court"}),
    }
    attributes = {name: about[name] for name in ("scenario", "scenario_digest", "code_version", "seed", "sample", "k")}
    return xr.Dataset(
        variables, coordinates, attributes | {"nation": f"series by province; '{NATIONAL}' in run.national"}
    )
