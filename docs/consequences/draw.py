"""Drawing: Vega-Lite specifications in the style of the report, written as SVG. Used by `make.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import vl_convert

from custodes.present.figure import CONFIG, INK, MUTED
from custodes.present.lines import digits

Spec = dict[str, Any]
Curve = tuple[Any, ...]  #: x, y, and perhaps low and high of a band


@dataclass(frozen=True)
class Picture:
    """A figure of a page."""

    name: str
    title: str
    spec: Spec
    source: str

    def write(self, folder: Path) -> Path:
        """Write `name.svg` and return its path."""
        said = {"title": {"text": self.title, "fontSize": 15, "anchor": "start", "color": INK, "offset": 14}}
        below = {
            "mark": {
                "type": "text",
                "align": "left",
                "baseline": "top",
                "color": MUTED,
                "fontSize": 10.5,
                "x": 0,
                "y": 2,
                "text": self.source.split("\n"),
            },
            "data": {"values": [{}]},
            "width": 10,
            "height": 16 * (1 + self.source.count("\n")),
        }
        whole = {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "vconcat": [self.spec, below],
            "spacing": 10,
            "config": CONFIG | {"font": "Liberation Sans, Arial, sans-serif"},
            "padding": 12,
            **said,
        }
        path = folder / f"{self.name}.svg"
        path.write_text(vl_convert.vegalite_to_svg(whole), encoding="utf-8")
        return path


def curves(
    lines: Mapping[str, Curve],
    *,
    x: str,
    y: str,
    colours: Sequence[str],
    title: str = "",
    width: int = 700,
    height: int = 240,
    labels: bool = True,
    label_at: Mapping[str, tuple[float, float]] | None = None,
    points: bool = False,
    rule: tuple[float, str] | None = None,
    form: str = ",~f",
    domain: tuple[float, float] | None = None,
    level: tuple[float, str] | None = None,
    room: float = 0.0,
) -> Spec:
    """Lines by number, with names on them; `rule` is a vertical and `level` a horizontal mark with words.

    Names stand where `label_at` says, else at the ends, in a `room` on the right (a share of the axis).
    """
    rows = [
        {"x": digits(float(c[0][i])), "y": digits(float(c[1][i])), "line": name}
        | ({"low": digits(float(c[2][i])), "high": digits(float(c[3][i]))} if len(c) > 2 else {})
        for name, c in lines.items()
        for i in range(len(c[0]))
    ]
    names = list(lines)
    low, high = domain or _domain(lines)
    xs = [float(v) for c in lines.values() for v in (c[0][0], c[0][-1])]
    end = max(xs) + room * (max(xs) - min(xs))
    span = max(xs) - min(xs)
    step = 20 if span > 40 else 6 if span > 12 else 1
    ticks: Spec = (
        {"values": [step * t for t in range(-5, 20) if min(xs) <= step * t <= max(xs)]} if room else {"tickCount": 8}
    )
    ex = {
        "field": "x",
        "type": "quantitative",
        "title": x,
        "scale": {"domain": [min(xs), end], "nice": False},
        "axis": {"format": ",~f", "titleAnchor": "start" if room else "end", **ticks},
    }
    ey = {
        "field": "y",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [low, high], "nice": False, "zero": False},
        "axis": {"format": form, "tickCount": 5},
    }
    colour = {"field": "line", "type": "nominal", "legend": None, "scale": {"domain": names, "range": list(colours)}}
    layers: list[Spec] = []
    if level:
        layers += _level(level, ey, width)
    if rule:
        layers += _rule(rule, ex)
    if any(len(c) > 2 for c in lines.values()):
        layers.append(
            {
                "mark": {"type": "area", "opacity": 0.18, "clip": True},
                "encoding": {"x": ex, "y": ey | {"field": "low"}, "y2": {"field": "high"}, "color": colour},
            }
        )
    layers.append(
        {
            "mark": {
                "type": "line",
                "strokeWidth": 1.8,
                "clip": True,
                "point": {"size": 22, "filled": True} if points else False,
            },
            "encoding": {"x": ex, "y": ey, "color": colour},
        }
    )
    if labels:
        where = label_at or _ends(lines, max(xs), (high - low) * 14.0 / height, high)
        values = [{"x": where[n][0], "y": where[n][1], "line": n} for n in names if n in where]
        layers.append(
            {
                "data": {"values": values},
                "mark": {"type": "text", "align": "left", "dx": 5, "fontWeight": 600},
                "encoding": {"x": ex, "y": ey, "color": colour, "text": {"field": "line"}},
            }
        )
    heading = {"text": title or y, "subtitle": y if title else "", "subtitleColor": MUTED, "subtitleFontSize": 11}
    if not title:
        heading = {"text": y, "fontWeight": "normal", "color": MUTED, "fontSize": 11}
    return {"width": width, "height": height, "data": {"values": rows}, "layer": layers, "title": heading}


def side_by_side(*charts: Spec, columns: int = 2) -> Spec:
    """Charts in a grid."""
    apart = {"scale": {"color": "independent"}}
    return {"resolve": apart, "concat": list(charts), "columns": columns, "spacing": {"row": 26, "column": 40}}


def ranges(
    rows: Sequence[tuple[str, float, float, float, str]],
    *,
    x: str,
    title: str,
    width: int = 330,
    form: str = ",~f",
    domain: tuple[float, float] | None = None,
    zero: bool = True,
    says: Mapping[str, str] | None = None,
    labels: bool = True,
) -> Spec:
    """A row for each name: its value as a point, its interval as a line, its colour; `says` puts words beside points."""
    values = [
        {
            "name": n,
            "at": digits(m),
            "low": digits(low),
            "high": digits(high),
            "colour": c,
            "says": (says or {}).get(n, ""),
        }
        for n, m, low, high, c in rows
    ]
    names = [n for n, *_ in rows]
    least, most = domain or (min(0.0, *(r[2] for r in rows)), max(0.0, *(r[3] for r in rows)))
    if not domain:
        least, most = least - 0.05 * (most - least), most + 0.05 * (most - least)
    ey: Spec = {
        "field": "name",
        "type": "nominal",
        "sort": names,
        "title": None,
        "axis": {"labelLimit": 260, "ticks": False, "labelColor": INK} if labels else None,
    }
    ex: Spec = {
        "field": "at",
        "type": "quantitative",
        "title": x,
        "scale": {"domain": [least, most], "nice": False},
        "axis": {"format": form, "tickCount": 6},
    }
    colour = {"field": "colour", "type": "nominal", "scale": None}
    layers: list[Spec] = []
    if zero:
        at = {"values": [{"x": 0}]}
        layers.append(
            {"data": at, "mark": {"type": "rule", "color": "#999999"}, "encoding": {"x": {**ex, "field": "x"}}}
        )
    layers += [
        {
            "mark": {"type": "rule", "strokeWidth": 2, "clip": True},
            "encoding": {"y": ey, "x": ex | {"field": "low"}, "x2": {"field": "high"}, "color": colour},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 55, "opacity": 1, "clip": True},
            "encoding": {"y": ey, "x": ex, "color": colour},
        },
    ]
    if says:
        layers.append(
            {
                "mark": {"type": "text", "align": "left", "dx": 8, "color": MUTED},
                "encoding": {"y": ey, "x": ex | {"field": "high"}, "text": {"field": "says"}},
            }
        )
    heading = {"text": title}
    return {"width": width, "height": {"step": 26}, "data": {"values": values}, "layer": layers, "title": heading}


def stack(
    x: Sequence[float], parts: Mapping[str, Any], *, x_title: str, title: str, y: str, colours: Sequence[str]
) -> Spec:
    """Shares that make a whole, one upon the other, with the names where each is thickest."""
    names = list(parts)
    shares = np.array([parts[n] for n in names])
    upper = np.cumsum(shares, axis=0)
    lower = upper - shares
    rows = [
        {"x": digits(float(x[i])), "low": digits(float(lower[k, i])), "high": digits(float(upper[k, i])), "part": n}
        for k, n in enumerate(names)
        for i in range(len(x))
    ]
    ex = {
        "field": "x",
        "type": "quantitative",
        "title": x_title,
        "scale": {"domain": [float(x[0]), float(x[-1])], "nice": False},
    }
    ey = {
        "field": "low",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, 1]},
        "axis": {"format": ".0%", "tickCount": 5},
    }
    colour = {"field": "part", "type": "nominal", "legend": None, "scale": {"domain": names, "range": list(colours)}}
    words = []
    for k, n in enumerate(names):
        thick = np.flatnonzero(shares[k] > 0.95 * shares[k].max())
        i = int(thick[thick.size // 2])
        if shares[k, i] > 0.07:
            words.append({"x": float(x[i]), "low": float(lower[k, i] + shares[k, i] / 2), "text": n})
    layers: list[Spec] = [
        {
            "mark": {"type": "area", "interpolate": "step-after"},
            "encoding": {"x": ex, "y": ey, "y2": {"field": "high"}, "color": colour},
        },
        {
            "data": {"values": words},
            "mark": {"type": "text", "fontWeight": 600, "color": INK},
            "encoding": {"x": ex, "y": ey, "text": {"field": "text"}},
        },
    ]
    heading = {"text": title, "subtitle": y, "subtitleColor": MUTED, "subtitleFontSize": 11}
    return {"width": 400, "height": 215, "data": {"values": rows}, "layer": layers, "title": heading}


def _domain(lines: Mapping[str, Curve]) -> tuple[float, float]:
    values = np.concatenate([np.asarray(part, np.float64) for c in lines.values() for part in c[1:]])
    low, high = float(values.min()), float(values.max())
    return (0.0 if low >= 0.0 else low * 1.06), (high * 1.06 if high > 0.0 else 0.0)


def _ends(lines: Mapping[str, Curve], x: float, gap: float, top: float) -> dict[str, tuple[float, float]]:
    """Places for names beside the last points, moved apart where they would overlap."""
    order = sorted(lines, key=lambda n: float(lines[n][1][-1]))
    at = [float(lines[n][1][-1]) for n in order]
    for i in range(1, len(at)):
        at[i] = max(at[i], at[i - 1] + gap)
    over = max(0.0, at[-1] - (top - 0.3 * gap))
    return {n: (x, y - over) for n, y in zip(order, at, strict=True)}


def _rule(rule: tuple[float, str], ex: Spec) -> list[Spec]:
    values = {"values": [{"x": rule[0], "text": rule[1]}]}
    return [
        {"data": values, "mark": {"type": "rule", "color": "#999999", "strokeDash": [3, 3]}, "encoding": {"x": ex}},
        {
            "data": values,
            "mark": {"type": "text", "align": "left", "dx": 5, "baseline": "top", "color": MUTED},
            "encoding": {"x": ex, "y": {"value": 2}, "text": {"field": "text"}},
        },
    ]


def _level(level: tuple[float, str], ey: Spec, width: int) -> list[Spec]:
    values = {"values": [{"y": level[0], "text": level[1]}]}
    return [
        {"data": values, "mark": {"type": "rule", "color": "#999999", "strokeDash": [3, 3]}, "encoding": {"y": ey}},
        {
            "data": values,
            "mark": {"type": "text", "align": "right", "dy": -7, "color": MUTED},
            "encoding": {"x": {"value": width}, "y": ey, "text": {"field": "text"}},
        },
    ]
