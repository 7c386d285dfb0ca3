"""The figures of a comparison: what each policy does, what a combination adds, when, to whom, and how sure it is.

Every function takes a comparison as `experiment.comparison` gives it out (the same dictionary as `--json`) and returns a
figure with its numbers. An interval is drawn thick where more runs would shorten it and thin where only knowledge would.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from custodes.present.comparison_marks import (
    MOST_PANELS,
    Comparison,
    colours,
    difference_axis,
    label,
    number,
    points,
    source,
    told,
)
from custodes.present.figure import CYCLE, Figure, Spec, chart_lines, panels
from custodes.present.lines import Line

Rows = list[dict[str, Any]]
PANEL: Final = 250  #: width of a small chart
WIDE: Final = 640  #: width of a chart that has a row for itself
ROW: Final = 24  #: height of a policy's row
DOUBTS: Final = {"parameter": "#1f66a8", "mechanism": "#a67c00", "luck": "#b0b0b0"}
_DOUBT_WORDS: Final = {"parameter": "parameters", "mechanism": "rival theories", "luck": "luck"}
_NUMBER: Final = "~s"


def effects(c: Comparison) -> Figure:
    """Differences from the baseline, a panel a measure."""
    rows = [_effect_row(r) for r in c["effects"] if r["difference"] is not None]
    palette = colours(c)
    charts = [_forest([r for r in rows if r["measure"] == m], palette) for m in told(c)]
    return Figure(
        "effects",
        "What each policy does, against the same countries without it",
        "A dot is the average difference; thick: 95 % interval of that average, which more runs would shorten; thin: nine of "
        "ten possible countries lie in it (parameters, rival theories and luck together). Filled dots were found, hollow ones "
        "were not told from nothing.",
        source(c),
        rows,
        panels(charts, 2),
        wide=True,
    )


def _effect_row(r: dict[str, Any]) -> dict[str, Any]:
    names = ("measure", "unit", "plan", "mean_against", "mean", "difference", "low", "high", "range_low", "range_high")
    return {n: r[n] for n in names} | {"found": r["found"], "probability_better": r["probability_better"], "n": r["n"]}


def _forest(rows: Rows, palette: dict[str, str]) -> Spec:
    first = rows[0]
    shares = first["unit"].startswith("share")
    axis = difference_axis(shares, 5)
    plans = [r["plan"] for r in rows]
    y = {
        "field": "plan",
        "type": "nominal",
        "sort": plans,
        "title": None,
        "axis": {"labelLimit": 190, "ticks": False, "domain": False},
    }
    colour = {
        "field": "plan",
        "type": "nominal",
        "scale": {"domain": plans, "range": [palette[p] for p in plans]},
        "legend": None,
    }

    def x(name: str) -> Spec:
        return {"field": name, "type": "quantitative", "title": None, "axis": axis}

    tooltip = [
        {"field": "plan", "title": "policy"},
        {"field": "difference", "type": "quantitative", "format": "+,.3~g"},
        {"field": "low", "type": "quantitative", "format": "+,.3~g"},
        {"field": "high", "type": "quantitative", "format": "+,.3~g"},
    ]
    filled = {
        "condition": {"test": "datum.found", "value": 1.0},
        "value": 0.0,
    }
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "color": "#999999", "strokeDash": [2, 3]},
            "encoding": {"x": {"datum": 0, "type": "quantitative"}},
        },
        {
            "mark": {"type": "rule", "strokeWidth": 1, "opacity": 0.75},
            "encoding": {"y": y, "x": x("range_low"), "x2": {"field": "range_high"}, "color": colour},
        },
        {
            "mark": {"type": "rule", "strokeWidth": 4, "opacity": 0.5},
            "encoding": {"y": y, "x": x("low"), "x2": {"field": "high"}, "color": colour},
        },
        {
            "mark": {"type": "point", "size": 46, "strokeWidth": 1.6},
            "encoding": {
                "y": y,
                "x": x("difference"),
                "stroke": colour,
                "fill": colour,
                "fillOpacity": filled,
                "tooltip": tooltip,
            },
        },
    ]
    return {
        "width": PANEL,
        "height": ROW * len(rows),
        "title": {
            "text": label(first["measure"]),
            "subtitle": f"{points(first['unit'])}; without any policy {number(first['mean_against'], first['unit'])}",
        },
        "data": {"values": rows},
        "layer": layers,
    }


def interaction(c: Comparison) -> Figure:
    """Two policies alone and together, beside what the sum of the two would give."""
    rows: Rows = []
    charts: list[Spec] = []
    wanted = told(c)
    for f in sorted(c["factorial"], key=lambda f: wanted.index(f["measure"]) if f["measure"] in wanted else 99):
        if f["cells"]["both"]["mean"] is None:
            continue
        some = _cells(f)
        rows += some
        if f["measure"] in wanted and len(charts) < MOST_PANELS:
            charts.append(_bars(f, some))
    return Figure(
        "interaction",
        "Two policies together, and the sum of what each does alone",
        "The hollow diamond is what both would give if their effects only added up. Bars are 95 % intervals of each average on its own; "
        "the verdict rests on the paired interval in the table, which is much narrower.",
        source(c),
        rows,
        panels(charts, 2) if charts else {},
        svg="" if charts else "<svg xmlns='http://www.w3.org/2000/svg' height='1' width='1'></svg>",
        wide=True,
    )


def _cells(f: dict[str, Any]) -> Rows:
    names = {"none": "neither", "a": label(f["a"]), "b": label(f["b"]), "both": "both"}
    total = f["cells"]["none"]["mean"] + f["effect_a"]["value"] + f["effect_b"]["value"]
    unit = f.get("unit", "")
    out: Rows = []
    for key, name in names.items():
        cell = f["cells"][key]
        out.append(
            {
                "measure": f["measure"],
                "unit": unit,
                "policies": name,
                "mean": cell["mean"],
                "low": cell["low"],
                "high": cell["high"],
                "sum_of_both": total if key == "both" else None,
                "n": cell["n"],
            }
        )
    return out


def _bars(f: dict[str, Any], rows: Rows) -> Spec:
    shares = str(f.get("unit", "")).startswith("share") or f["kind"] == "share"
    axis = {"format": ".0%" if shares else _NUMBER, "tickCount": 4}
    y = {
        "field": "policies",
        "type": "nominal",
        "sort": [r["policies"] for r in rows],
        "title": None,
        "axis": {"labelLimit": 190, "ticks": False, "domain": False},
    }

    def x(name: str) -> Spec:
        return {
            "field": name,
            "type": "quantitative",
            "title": None,
            "axis": axis,
            "scale": {"zero": False, "nice": True},
        }

    found = "found" if f["found"] else "not told from nothing"
    return {
        "width": PANEL,
        "height": ROW * 4,
        "title": {"text": label(f["measure"]), "subtitle": f"interaction: {found}"},
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.45, "color": CYCLE[0]},
                "encoding": {"y": y, "x": x("low"), "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 52, "opacity": 1, "color": CYCLE[0]},
                "encoding": {"y": y, "x": x("mean")},
            },
            {
                "transform": [{"filter": "isValid(datum.sum_of_both)"}],
                "mark": {"type": "point", "shape": "diamond", "size": 90, "color": CYCLE[1], "opacity": 1},
                "encoding": {"y": y, "x": x("sum_of_both")},
            },
        ],
    }


def doubt(c: Comparison) -> Figure:
    """What the differences between possible countries come of."""
    rows = [
        {"plan": r["plan"], "measure": label(r["measure"]), "doubt": _DOUBT_WORDS[d], "share": float(r["split"][d])}
        for r in c["effects"]
        if r["measure"] in told(c) and r["split"] and all(r["split"].get(d) is not None for d in DOUBTS)
        for d in DOUBTS
    ]
    spec: Spec = {
        "facet": {
            "field": "plan",
            "type": "nominal",
            "title": None,
            "sort": list(dict.fromkeys(r["plan"] for r in rows)),
            "header": {"labelAnchor": "start", "labelFontWeight": 600},
        },
        "columns": 2,
        "data": {"values": rows},
        "spec": {
            "width": PANEL,
            "height": {"step": 17},
            "mark": {"type": "bar"},
            "encoding": {
                "y": {
                    "field": "measure",
                    "type": "nominal",
                    "sort": [label(m) for m in told(c)],
                    "title": None,
                    "axis": {"labelLimit": 170, "ticks": False, "domain": False},
                },
                "x": {
                    "field": "share",
                    "type": "quantitative",
                    "stack": "zero",
                    "title": None,
                    "axis": {"format": ".0%", "tickCount": 3},
                    "scale": {"domain": [0, 1]},
                },
                "order": {"field": "order"},
                "color": {
                    "field": "doubt",
                    "type": "nominal",
                    "title": None,
                    "scale": {"domain": list(_DOUBT_WORDS.values()), "range": list(DOUBTS.values())},
                    "legend": {"orient": "top"},
                },
                "tooltip": [
                    {"field": "plan"},
                    {"field": "measure"},
                    {"field": "doubt"},
                    {"field": "share", "type": "quantitative", "format": ".0%"},
                ],
            },
        },
    }
    return Figure(
        "doubt",
        "Where the doubt comes from",
        "Shares of the variance of a single country's difference: what the parameters decide, what the rival theories decide, and what "
        "two countries alike in both would still not share. More runs remove none of it.",
        source(c),
        rows,
        spec,
        wide=True,
    )


def paths(c: Comparison) -> list[Figure]:
    """For each series kept weekly: its average difference from the baseline over time, a line a policy."""
    names = list(dict.fromkeys(p["series"] for p in c["paths"]))
    palette = colours(c)
    charts, rows = [], []
    for name in names:
        some = [p for p in c["paths"] if p["series"] == name and p["plan"] != c["plans"][0]["name"]]
        lines = [_difference(c, p) for p in some]
        if not lines:
            continue
        unit = some[0].get("unit", "")
        charts.append(
            chart_lines(
                lines,
                form="+.1~%" if unit.startswith("share") else "+~s",
                title=f"{label(name)}, {unit}",
                zero=False,
                width=_width(c),
                height=150,
                colours=[palette[p["plan"]] for p in some],
            )
        )
        rows += [
            {"series": name, "plan": line.label, "date": d, "difference": m, "low": lo, "high": hi}
            for line in lines
            for d, m, lo, hi in zip(
                line.dates, line.middle.tolist(), line.low.tolist(), line.high.tolist(), strict=True
            )
        ]
    if not charts:
        return []
    return [
        Figure(
            "paths",
            "When it comes, and whether it lasts",
            "Average difference from the same countries without a policy, with the 95 % interval of that average; of shares, per cent "
            "are points.",
            source(c),
            rows,
            panels(charts, 2 if _width(c) < WIDE else 1),
            wide=True,
        )
    ]


def _width(c: Comparison) -> int:
    """Width of a chart over time: long names of plans need room at the ends of their lines."""
    return WIDE if max(len(label(p["name"])) for p in c["plans"]) > 20 else PANEL + 110


def _difference(c: Comparison, p: dict[str, Any]) -> Line:
    dates = [str(np.datetime64(c["start"]) + np.timedelta64(7 * int(w), "D")) for w in p["weeks"]]
    d = p["difference"]
    middle = d.get("mean", d["q50"])
    return Line(label(p["plan"]), dates, _array(middle), _array(d["mean_low"]), _array(d["mean_high"]))


def _array(values: Sequence[float | None]) -> Any:
    return np.array([0.0 if v is None else v for v in values], dtype=np.float64)


def levels(c: Comparison) -> list[Figure]:
    """For each series: the fan of all countries without a policy and the middle country under each policy."""
    charts, rows = [], []
    palette = colours(c)
    for name in dict.fromkeys(p["series"] for p in c["paths"]):
        some = [p for p in c["paths"] if p["series"] == name]
        lines = [_level(c, p, band=p["plan"] == c["plans"][0]["name"]) for p in some]
        unit = some[0].get("unit", "")
        charts.append(
            chart_lines(
                lines,
                form=".0~%" if unit.startswith("share") else "~s",
                title=f"{label(name)}, {unit}",
                width=_width(c),
                height=150,
                colours=[palette[p["plan"]] for p in some],
            )
        )
        rows += [
            {"series": name, "plan": p["plan"], "week": w}
            | {q: p["levels"][q][i] for q in ("q05", "q25", "q50", "q75", "q95")}
            for p in some
            for i, w in enumerate(p["weeks"])
        ]
    if not charts:
        return []
    return [
        Figure(
            "levels",
            "The possible countries over time",
            "The middle country under each policy; the band holds nine of ten countries without any.",
            source(c),
            rows,
            panels(charts, 2 if _width(c) < WIDE else 1),
            wide=True,
        )
    ]


def _level(c: Comparison, p: dict[str, Any], band: bool) -> Line:
    dates = [str(np.datetime64(c["start"]) + np.timedelta64(7 * int(w), "D")) for w in p["weeks"]]
    q = p["levels"]
    middle = _array(q["q50"])
    low, high = (_array(q["q05"]), _array(q["q95"])) if band else (middle, middle)
    return Line(label(p["plan"]), dates, middle, low, high)


def who_pays(c: Comparison, by: str) -> Figure | None:
    """Differences by province, class or organ for the measures that have such parts; None where there are none."""
    rows = [
        {k: r[k] for k in ("plan", "measure", "unit", "difference", "low", "high", "n")} | {"part": label(r["part"])}
        for r in c["parts"]
        if r["by"] == by and r["difference"] is not None
    ]
    if not rows:
        return None
    palette = colours(c)
    measures = [m for m in dict.fromkeys([*told(c), *(r["measure"] for r in rows)]) if _of(rows, m)][:6]
    charts = [_parts(_of(rows, m), palette) for m in measures]
    return Figure(
        f"by_{by}",
        {"province": "Where", "class": "Which ration class", "songbun": "Which songbun", "organ": "Which organ"}.get(
            by, label(by)
        ),
        "Average difference from the same countries without a policy, with its 95 % interval.",
        source(c),
        rows,
        panels(charts, 2),
        wide=True,
    )


def _of(rows: Rows, measure: str) -> Rows:
    return [r for r in rows if r["measure"] == measure]


def _parts(rows: Rows, palette: dict[str, str]) -> Spec:
    plans = list(dict.fromkeys(r["plan"] for r in rows))
    parts = list(dict.fromkeys(r["part"] for r in rows))
    shares = rows[0]["unit"].startswith("share")
    y = {
        "field": "part",
        "type": "nominal",
        "sort": parts,
        "title": None,
        "axis": {"labelLimit": 150, "ticks": False, "domain": False},
    }
    offset = {"field": "plan", "type": "nominal", "sort": plans}
    colour = {
        "field": "plan",
        "type": "nominal",
        "title": None,
        "scale": {"domain": plans, "range": [palette[p] for p in plans]},
        "legend": {"orient": "top", "columns": 2, "labelLimit": 200},
    }
    axis = difference_axis(shares, 4)

    def x(name: str) -> Spec:
        return {"field": name, "type": "quantitative", "title": None, "axis": axis}

    return {
        "width": PANEL,
        "height": {"step": max(5, 22 // max(1, len(plans)))},
        "title": {"text": label(rows[0]["measure"]), "subtitle": points(rows[0]["unit"])},
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "rule", "color": "#999999", "strokeDash": [2, 3]},
                "encoding": {"x": {"datum": 0, "type": "quantitative"}},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.5},
                "encoding": {"y": y, "yOffset": offset, "x": x("low"), "x2": {"field": "high"}, "color": colour},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 26, "opacity": 1},
                "encoding": {
                    "y": y,
                    "yOffset": offset,
                    "x": x("difference"),
                    "color": colour,
                    "tooltip": [
                        {"field": "part"},
                        {"field": "plan"},
                        {"field": "difference", "type": "quantitative", "format": "+,.3~g"},
                    ],
                },
            },
        ],
    }


__all__ = [
    "Comparison",
    "colours",
    "doubt",
    "effects",
    "interaction",
    "label",
    "levels",
    "number",
    "paths",
    "source",
    "told",
    "who_pays",
]
