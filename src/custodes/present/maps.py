"""The last year by province: small maps where the scenario gives outlines, else dots."""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from custodes.observe.truth import SERIES
from custodes.present.figure import Spec
from custodes.present.lines import digits
from custodes.present.measures import over, window
from custodes.results.run import Run

#: (series, title, number format, colours)
SHOWN: Final = (
    ("bribe_share_of_spending", "Bribes in spending", ".1%", "oranges"),
    ("food_stress", "Unmet food need", ".1%", "browns"),
    ("private_supporters", "Support in private", ".0%", "blues"),
    ("flights_per_million", "Try to leave, per million a year", ",.0f", "purples"),
)
#: names of the property that may hold a province's name in outlines
_NAME_KEYS: Final = ("province", "name", "NAME", "NAME_1")


def provinces(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """One row a province: the mean of the last year of each quantity shown, median of the runs."""
    table = runs[0].table
    n = window(table.weeks)
    out = []
    for p in table.provinces:
        row: dict[str, Any] = {"province": p}
        for name, *_ in SHOWN:
            row[name] = digits(float(np.median([_value(r, name, p, n) for r in runs])))
        out.append(row)
    return out


def _value(run: Run, name: str, province: str, weeks: int) -> float:
    if name in SERIES:
        return over(run.table.of(name, province)[-weeks:], name)
    people = float(run.table.of("people", province)[-weeks:].mean())
    return over(run.table.of("flights", province)[-weeks:], "flights") / people * 1e6 if people else 0.0


def choropleths(values: list[dict[str, Any]], outline: dict[str, Any]) -> Spec:
    """A map for each quantity. Provinces without an outline are left out; flat projection, true at the middle latitude."""
    by_name = {row["province"]: row for row in values}
    shapes = _flat(outline)
    features = [
        s | {"properties": by_name[s["properties"]["province"]]}
        for s in shapes
        if s["properties"]["province"] in by_name
    ]
    charts = []
    for name, title, form, scheme in SHOWN:
        charts.append(
            {
                "title": title,
                "width": 196,
                "height": 236,
                "projection": {"type": "identity", "reflectY": True},
                "mark": {"type": "geoshape", "stroke": "white", "strokeWidth": 0.8},
                "encoding": {
                    "color": {
                        "field": f"properties.{name}",
                        "type": "quantitative",
                        "title": None,
                        "scale": {"scheme": scheme, "nice": False, "zero": False},
                        "legend": {
                            "orient": "bottom",
                            "format": form,
                            "gradientLength": 150,
                            "gradientThickness": 8,
                            "tickCount": 3,
                        },
                    },
                    "tooltip": [
                        {"field": "properties.province", "type": "nominal", "title": "province"},
                        {"field": f"properties.{name}", "type": "quantitative", "title": title, "format": form},
                    ],
                },
            }
        )
    return {
        "data": {"values": features},
        "concat": charts,
        "columns": 4,
        "spacing": 14,
        "resolve": {"scale": {"color": "independent"}},
    }


def points(values: list[dict[str, Any]], places: list[dict[str, Any]]) -> Spec:
    """A map of counties as dots (size: population) in the colour of their province, where there are no outlines."""
    by_name = {row["province"]: row for row in values}
    middle = (min(p["latitude"] for p in places) + max(p["latitude"] for p in places)) / 2
    factor = math.cos(math.radians(middle))
    data = [
        {
            "name": p["name"],
            "population": p["population"],
            "x": round(p["longitude"] * factor, 3),
            "y": round(p["latitude"], 3),
            **by_name[p["province"]],
        }
        for p in places
        if p["province"] in by_name
    ]
    tall = max(d["y"] for d in data) - min(d["y"] for d in data)
    wide = max(d["x"] for d in data) - min(d["x"] for d in data)
    height = int(min(300.0, max(120.0, 196.0 * (tall + 0.3) / (wide + 0.3))))
    bare = {"type": "quantitative", "axis": None, "scale": {"zero": False, "nice": False, "padding": 8}}
    charts = []
    for name, title, form, scheme in SHOWN:
        legend = {"orient": "bottom", "format": form, "gradientLength": 150, "gradientThickness": 8, "tickCount": 3}
        charts.append(
            {
                "title": title,
                "width": 196,
                "height": height,
                "mark": {"type": "circle", "opacity": 1, "stroke": "#888888", "strokeWidth": 0.4},
                "encoding": {
                    "x": bare | {"field": "x"},
                    "y": bare | {"field": "y"},
                    "size": {
                        "field": "population",
                        "type": "quantitative",
                        "legend": None,
                        "scale": {"range": [24, 320]},
                    },
                    "color": {
                        "field": name,
                        "type": "quantitative",
                        "title": None,
                        "legend": legend,
                        "scale": {"scheme": scheme, "nice": False, "zero": False},
                    },
                    "tooltip": [
                        {"field": "name"},
                        {"field": "province"},
                        {"field": name, "type": "quantitative", "title": title, "format": form},
                    ],
                },
            }
        )
    return {
        "data": {"values": data},
        "concat": charts,
        "columns": 4,
        "spacing": 14,
        "resolve": {"scale": {"color": "independent"}},
    }


def dots(values: list[dict[str, Any]]) -> Spec:
    """A row of dots for each quantity."""
    charts = [
        {
            "title": title,
            "width": 150,
            "height": {"step": 19},
            "mark": {"type": "circle", "size": 60, "color": "#1f66a8", "opacity": 1},
            "encoding": {
                "x": {
                    "field": name,
                    "type": "quantitative",
                    "title": None,
                    "axis": {"format": form, "tickCount": 3, "labelOverlap": True},
                    "scale": {"zero": False},
                },
                "y": {
                    "field": "province",
                    "type": "nominal",
                    "title": None,
                    "sort": None,
                    "axis": {"grid": True, "ticks": False}
                    if i == 0
                    else {"grid": True, "labels": False, "ticks": False},
                },
                "tooltip": [{"field": "province"}, {"field": name, "type": "quantitative", "format": form}],
            },
        }
        for i, (name, title, form, _) in enumerate(SHOWN)
    ]
    return {"data": {"values": values}, "concat": charts, "columns": 4, "spacing": 16}


def _flat(outline: dict[str, Any]) -> list[dict[str, Any]]:
    """Features with longitudes shrunk by the cosine of the middle latitude, coordinates to a hundred metres."""
    features = [f for f in outline.get("features", []) if drawable(f)]
    latitudes = [y for f in features for _, y in points_of(f["geometry"]["coordinates"])]
    if not latitudes:
        return []
    factor = math.cos(math.radians((min(latitudes) + max(latitudes)) / 2))
    return [
        {
            "type": "Feature",
            "properties": {"province": _name(f)},
            "geometry": f["geometry"] | {"coordinates": _shrunk(f["geometry"]["coordinates"], factor)},
        }
        for f in features
    ]


def drawable(feature: Any) -> bool:
    """Whether a feature is a shape with coordinates that are pairs of numbers, however deep."""
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    return isinstance(geometry, dict) and "type" in geometry and _coordinates(geometry.get("coordinates"))


def _coordinates(value: Any) -> bool:
    if not isinstance(value, list) or not value:
        return False
    if isinstance(value[0], int | float):
        return len(value) >= 2 and all(isinstance(x, int | float) for x in value)
    return all(_coordinates(part) for part in value)


def _name(feature: dict[str, Any]) -> str:
    properties = feature.get("properties") or {}
    return str(next((properties[k] for k in _NAME_KEYS if k in properties), ""))


def points_of(coordinates: Any) -> list[tuple[float, float]]:
    if coordinates and isinstance(coordinates[0], int | float):
        return [(coordinates[0], coordinates[1])]
    return [p for part in coordinates for p in points_of(part)]


def _shrunk(coordinates: Any, factor: float) -> Any:
    if coordinates and isinstance(coordinates[0], int | float):
        return [round(coordinates[0] * factor, 3), round(coordinates[1], 3)]
    return [_shrunk(part, factor) for part in coordinates]
