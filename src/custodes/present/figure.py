"""One figure: its title, what it shows, its numbers, and how it is drawn.

Charts are Vega-Lite specifications as plain data (Satyanarayan et al. 2017), which Altair reads too: a report needs no
drawing library at run time, a notebook gets an Altair chart of the very same figure.
"""

import base64
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from custodes.present.lines import Line, digits, rows
from custodes.present.words import listed
from custodes.results.run import Run

if TYPE_CHECKING:
    import altair as alt

Spec = dict[str, Any]
INK: Final = "#222222"
MUTED: Final = "#767676"
COLOURS: Final = {
    "threaten": "#b2182b",
    "plead": "#d9791a",
    "abstain": "#8a8a8a",
    "state security": "#6a3d9a",
    "police": "#1f66a8",
    "cadres": "#a67c00",
    "all organs": "#222222",
}
CYCLE: Final = ("#1f66a8", "#b2182b", "#4d8c3f", "#6a3d9a", "#a67c00")
LEAST_SPAN: Final = 0.2  #: of the largest value: an axis that does not start at zero shows at least so much
_SPACE_RIGHT: Final = 0.24  #: of the time shown, for labels at the ends of lines

CONFIG: Final[Spec] = {
    "background": "white",
    "view": {"stroke": None},
    "font": "system-ui, sans-serif",
    "axis": {
        "grid": True,
        "gridColor": "#ececec",
        "domain": False,
        "tickColor": "#cccccc",
        "labelColor": "#555555",
        "labelFontSize": 11,
        "titleColor": "#555555",
        "titleFontWeight": "normal",
        "titleFontSize": 11,
    },
    "axisX": {"grid": False, "domain": True, "domainColor": "#cccccc"},
    "title": {"anchor": "start", "fontSize": 12, "fontWeight": 600, "color": INK, "subtitleColor": MUTED, "offset": 8},
    "text": {"fontSize": 11},
    "legend": {
        "labelColor": "#555555",
        "titleColor": "#555555",
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
    },
}


@dataclass(frozen=True)
class Figure:
    """A figure and its numbers. `spec` is Vega-Lite; `svg` is a drawing that stands for itself. One of them is given."""

    name: str
    title: str
    caption: str
    source: str
    rows: list[dict[str, Any]]
    spec: Spec = field(default_factory=dict)
    svg: str = ""
    lines: tuple[Line, ...] = ()  #: for terminals
    wide: bool = False  #: on a narrow screen to be scrolled rather than squeezed

    def csv(self) -> str:
        """The numbers as comma-separated text."""
        if not self.rows:
            return ""
        out = io.StringIO()
        writer = csv.DictWriter(out, list(self.rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return out.getvalue()

    def data_link(self) -> str:
        """The numbers as a link that needs no server."""
        return "data:text/csv;base64," + base64.b64encode(self.csv().encode()).decode()

    def chart(self) -> "alt.Chart":
        """The figure as an Altair chart; ValueError for one that is a drawing."""
        import altair as alt

        if not self.spec:
            raise ValueError(f"the figure '{self.name}' is a drawing, not a chart")
        chart: alt.Chart = alt.Chart.from_dict({**self.spec, "config": CONFIG})
        return chart


def source(runs: Sequence[Run], summed: str = "median and range") -> str:
    """The line under every figure; `summed` says what is made of several runs."""
    record = runs[0].record
    seeds = tuple(int(r.record["seed"]) for r in runs)
    many = f"{summed} of {len(runs)} runs, seeds {listed(seeds)}" if len(runs) > 1 else f"one run, seed {seeds[0]}"
    return f"Custodes {record['code_version']}, {record['scenario']}, sample {record['sample']}, {many}. Simulated, not observed."


def axis_x(dates: Sequence[str], room: float = _SPACE_RIGHT) -> Spec:
    """A time axis with a tick a year (a month, when short), and room on the right for labels."""
    import numpy as np

    first, last = np.datetime64(dates[0]), np.datetime64(dates[-1])
    days = max(7, int((last - first).astype(int)))
    end = last + np.timedelta64(int(days * room), "D")
    unit = "Y" if days > 500 else "M"
    step = max(1, (days // 365) // 8 + 1) if unit == "Y" else 2 if days > 130 else 1
    ticks = np.arange(first.astype(f"datetime64[{unit}]"), last.astype(f"datetime64[{unit}]") + 1, step)
    days_of = [t.astype("datetime64[D]") for t in ticks]  # a run that starts just after a tick has it at its start
    inside = [str(max(t, first)) for t in days_of if t >= first - np.timedelta64(21, "D")]
    return {
        "field": "date",
        "type": "temporal",
        "title": None,
        "scale": {"domain": [str(first), str(end)], "nice": False},
        "axis": {"format": "%Y" if unit == "Y" else "%b %Y", "values": inside, "labelAngle": 0, "labelFlush": False},
    }


def chart_lines(
    lines: Sequence[Line],
    *,
    form: str,
    title: str = "",
    zero: bool = True,
    height: int = 240,
    width: int | str = "container",
    marks: Sequence[tuple[str, str]] = (),
    labels: bool = True,
    colours: Sequence[str] = (),
) -> Spec:
    """Lines with bands where runs differ, names at their ends, and numbered marks of events above.

    `form` is a d3 number format of the axis; `marks` are (date, label).
    """
    room = _SPACE_RIGHT if isinstance(width, str) else 150.0 / width
    x = axis_x(lines[0].dates, room if labels else 0.02)
    names = [one.label for one in lines]
    palette = list(colours) or [COLOURS.get(n, CYCLE[i % len(CYCLE)]) for i, n in enumerate(names)]
    colour = {"field": "label", "type": "nominal", "scale": {"domain": names, "range": palette}, "legend": None}
    low, high = _domain(lines, zero)
    y = {
        "field": "value",
        "type": "quantitative",
        "title": None,
        "axis": {"format": form, "tickCount": 5, "minExtent": 38},
        "scale": {"domain": [low, high], "nice": False, "zero": False},
    }
    layers: list[Spec] = []
    if any((one.high > one.low).any() for one in lines):
        layers.append(
            {
                "mark": {"type": "area", "opacity": 0.18},
                "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}, "color": colour},
            }
        )
    tooltip = [
        {"field": "date", "type": "temporal", "title": "date", "format": "%b %Y"},
        {"field": "label", "title": " "},
        {"field": "value", "type": "quantitative", "format": ",.4~g"},
    ]
    layers.append(
        {
            "mark": {"type": "line", "strokeWidth": 1.8, "clip": True},
            "encoding": {"x": x, "y": y, "color": colour, "tooltip": tooltip},
        }
    )
    if labels:
        layers.append(_end_labels(lines, x, y, colour, (low, high), height))
    if marks:
        layers += _marks(marks, x)
    spec: Spec = {"width": width, "height": height, "data": {"values": rows(lines)}, "layer": layers}
    return spec | ({"title": title} if title else {})


def panels(charts: Sequence[Spec], columns: int) -> Spec:
    """Small charts in a grid."""
    return {
        "concat": list(charts),
        "columns": columns,
        "spacing": {"row": 24, "column": 34},
        "resolve": {"scale": {"color": "independent"}},
    }


def _domain(lines: Sequence[Line], zero: bool) -> tuple[float, float]:
    low = min(float(one.low.min()) for one in lines)
    high = max(float(one.high.max()) for one in lines)
    if zero and low >= 0.0:
        return 0.0, digits(1.06 * high) if high > 0.0 else 1.0
    least = LEAST_SPAN * max(abs(low), abs(high)) or 1.0
    pad = max(0.06 * (high - low), 0.5 * (least - (high - low)))
    bottom = low - pad if low < 0.0 else max(0.0, low - pad)
    return digits(bottom), digits(high + pad)


def _end_labels(
    lines: Sequence[Line], x: Spec, y: Spec, colour: Spec, domain: tuple[float, float], height: int
) -> Spec:
    """Names beside the last points, moved apart where they would overlap."""
    gap = (domain[1] - domain[0]) * 15.0 / height
    order = sorted(range(len(lines)), key=lambda i: float(lines[i].middle[-1]))
    at = [float(lines[i].middle[-1]) for i in order]
    for i in range(1, len(at)):
        at[i] = max(at[i], at[i - 1] + gap)
    over = max(0.0, at[-1] - (domain[1] - 0.3 * gap)) if at else 0.0
    placed = {lines[i].label: a - over for i, a in zip(order, at, strict=True)}
    values = [{"date": one.dates[-1], "label": one.label, "value": digits(placed[one.label])} for one in lines]
    return {
        "data": {"values": values},
        "mark": {"type": "text", "align": "left", "dx": 7, "baseline": "middle", "fontWeight": 600},
        "encoding": {"x": x, "y": y, "color": colour, "text": {"field": "label"}},
    }


def _marks(marks: Sequence[tuple[str, str]], x: Spec) -> list[Spec]:
    rules = [{"date": date} for date, _ in marks]
    values = [{"date": date, "mark": label} for date, label in _apart(marks, x["scale"]["domain"])]
    return [
        {
            "data": {"values": rules},
            "mark": {"type": "rule", "color": "#999999", "strokeDash": [2, 3]},
            "encoding": {"x": x},
        },
        {
            "data": {"values": values},
            "mark": {"type": "text", "baseline": "bottom", "dy": -3, "color": INK, "fontSize": 10},
            "encoding": {"x": x, "y": {"value": 0}, "text": {"field": "mark"}},
        },
    ]


def _apart(marks: Sequence[tuple[str, str]], domain: Sequence[str]) -> list[tuple[str, str]]:
    """Labels of marks, those that would overlap joined at the first of their dates."""
    import numpy as np

    gap = (np.datetime64(domain[1]) - np.datetime64(domain[0])) * 0.018
    joined: list[tuple[str, str]] = []
    for date, label in marks:
        if joined and np.datetime64(date) - np.datetime64(joined[-1][0]) < gap * (1 + joined[-1][1].count(",")):
            joined[-1] = (joined[-1][0], f"{joined[-1][1]},{label}")
        else:
            joined.append((date, label))
    return joined
