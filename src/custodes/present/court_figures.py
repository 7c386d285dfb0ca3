"""Figures of the court: who fell and came back, why and how many, and how its factions fare; made like those of `figures`."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from custodes.present import court_words
from custodes.present.court_words import CAUSES, FATES, ORGANS, STATED
from custodes.present.figure import CYCLE, INK, Figure, Spec, axis_x, chart_lines, panels, source
from custodes.present.lines import digits, line, rows
from custodes.present.words import count
from custodes.results.run import Run
from custodes.world.columns import COURT_ORGANS

CAUSE_COLOURS: Final = {
    "scapegoat": "#b2182b",
    "rivalry": "#d9791a",
    "corruption": "#a67c00",
    "precaution": "#6a3d9a",
    "failure": "#1f66a8",
}
FATE_COLOURS: Final = {
    "demotion": "#c9d6df",
    "dismissal": "#8fa9ba",
    "reeducation": "#e0b26e",
    "prison": "#8a5a83",
    "execution": "#222222",
}
SAID_COLOURS: Final = {
    "silent": "#d5d5d5",
    "abuse": "#b2182b",
    "corruption": "#a67c00",
    "anti_state": "#6a3d9a",
    "failure": "#1f66a8",
}
SHAPES: Final = {"demotion": "circle", "dismissal": "circle", "reeducation": "circle", "prison": "square"}
ROW: Final = 42  #: pixels an organ of the timeline
LABEL_DAYS: Final = 16.5  #: days of a five-year timeline that a character of a name takes


# --- falls -------------------------------------------------------------------------------------------------------------


def falls_and_returns(runs: Sequence[Run]) -> Figure:
    """Every fall of a chief or deputy, by organ and date: true cause, fate, and the way back."""
    run = runs[0]
    data = [_fall(run, r) for r in court_words.top(run)]
    _label(data, run)
    dates = [str(run.table.dates[0]), str(run.table.dates[-1])]
    x = axis_x(dates, 0.03)
    y: Spec = {
        "field": "y",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [len(ORGANS) - 0.5, -0.5], "nice": False, "zero": False},
        "axis": {
            "values": list(range(len(ORGANS))),
            "labelExpr": f"{list(ORGANS)}[datum.value]",
            "labelFontSize": 12,
            "ticks": False,
            "labelLimit": 150,
        },
    }
    names = list(CAUSES)
    colour: Spec = {
        "field": "cause",
        "type": "nominal",
        "title": "true cause",
        "scale": {"domain": [CAUSES[n] for n in names], "range": [CAUSE_COLOURS[n] for n in names]},
        "legend": {"orient": "top", "titleOrient": "left", "symbolType": "circle", "symbolSize": 90}
        | {"symbolStrokeWidth": 0, "symbolOpacity": 1, "labelLimit": 200},
    }
    shape: Spec = {
        "field": "fate",
        "type": "nominal",
        "title": "fate",
        "scale": {
            "domain": ["executed", "prison", "re-education", "demoted or dismissed"],
            "range": ["cross", "square", "diamond", "circle"],
        },
        "legend": {"orient": "bottom", "titleOrient": "left", "symbolSize": 80, "symbolFillColor": "#777777"}
        | {"symbolStrokeWidth": 0, "symbolOpacity": 1},
    }
    size: Spec = {
        "field": "rank",
        "type": "nominal",
        "scale": {"domain": ["chief", "deputy"], "range": [190, 44]},
        "legend": None,
    }
    shown = [
        {"field": "name", "title": "who"},
        {"field": "post"},
        {"field": "date", "type": "temporal", "title": "fell", "format": "%e %b %Y"},
        {"field": "cause", "title": "true cause"},
        {"field": "said", "title": "said in public"},
        {"field": "ended", "title": "fate"},
        {"field": "back"},
    ]
    layers: list[Spec] = [
        {
            "transform": [{"filter": "isValid(datum.until)"}],
            "mark": {"type": "rule", "strokeWidth": 1.2, "opacity": 0.55},
            "encoding": {"x": x, "x2": {"field": "until"}, "y": y, "color": colour},
        },
        {
            "transform": [{"filter": "isValid(datum.until)"}],
            "mark": {"type": "point", "filled": False, "size": 30, "strokeWidth": 1.4},
            "encoding": {
                "x": x | {"field": "until"},
                "y": y,
                "color": colour,
                "tooltip": [{"field": "name"}, {"field": "back"}],
            },
        },
        {
            "mark": {"type": "point", "filled": True, "opacity": 0.95, "stroke": "white", "strokeWidth": 0.6},
            "encoding": {"x": x, "y": y, "color": colour, "shape": shape, "size": size, "tooltip": shown},
        },
    ]
    layers += [
        {
            "transform": [{"filter": f"datum.{field} != ''"}],
            "mark": {"type": "text", "align": align, "dx": dx, "dy": -11, "fontSize": 11, "fontWeight": 600},
            "encoding": {"x": x, "y": y, "text": {"field": field}, "color": {"value": INK}},
        }
        for field, align, dx in (("label", "left", -5), ("label_left", "right", 5))
    ]
    spec: Spec = {
        "width": "container",
        "height": ROW * len(ORGANS),
        "data": {"values": data or [_nobody(dates[0])]},
        "layer": layers,
    }
    chiefs = sum(d["rank"] == "chief" for d in data)
    returned = sum(d["until"] is not None for d in data)
    return Figure(
        "falls_and_returns",
        "Who fell, why, and who came back",
        f"Large, with the name where there is room: {count(chiefs)} falls of chiefs; small: {count(len(data) - chiefs)} falls "
        "of deputies, by organ. "
        f"A line leads to an open ring where somebody came back to a post ({count(returned)} did). "
        f"{court_words.INVENTED}",
        source(runs[:1]) if len(runs) == 1 else source(runs[:1]).replace("one run", f"one of {len(runs)} runs"),
        [d | {"organ": ORGANS[int(d["organ"])]} for d in data] or [{"name": "nobody"}],
        spec,
        wide=True,
    )


def _fall(run: Run, r: dict[str, Any]) -> dict[str, Any]:
    organ = COURT_ORGANS.index(r["organ"])
    returned = r["returned_week"]
    last = run.table.weeks - 1
    away = returned is not None and int(returned) - int(r["week"]) > 1
    merged = {"execution": "executed", "prison": "prison", "reeducation": "re-education"}
    return {
        "name": r["name"],
        "post": r["title"],
        "date": str(r["date"]),
        "until": str(run.table.dates[min(int(returned), last)]) if away else None,
        "organ": organ,
        "y": organ + (0.12 if r["rank"] == "chief" else 0.3),
        "rank": r["rank"],
        "cause": CAUSES.get(r["cause"], r["cause"]),
        "said": STATED.get(r["stated"], r["stated"]),
        "fate": merged.get(r["fate"], "demoted or dismissed"),
        "ended": FATES.get(r["fate"], r["fate"]),
        "back": court_words.back(r),
        "label": "",
        "label_left": "",
    }


def _nobody(date: str) -> dict[str, Any]:
    empty = dict.fromkeys(("name", "post", "cause", "said", "fate", "ended", "back", "rank", "label", "label_left"), "")
    return empty | {"date": date, "until": None, "organ": -9, "y": -9}


def _label(data: list[dict[str, Any]], run: Run) -> None:
    """Names of chiefs, to the right of their marks or near the end to the left, where others on the line leave room."""
    day = np.timedelta64(1, "D")
    begins, ends = run.table.dates[0] - 20 * day, run.table.dates[-1] + 40 * day
    taken: dict[int, list[tuple[Any, Any]]] = {}
    for d in data:
        if d["rank"] != "chief":
            continue
        at, long = np.datetime64(d["date"]), int(LABEL_DAYS * run.table.weeks / 260.0 * (len(d["name"]) + 2)) * day
        here = taken.setdefault(d["organ"], [])
        for side, (first, last) in (("label", (at, at + long)), ("label_left", (at - long, at))):
            if first >= begins and last <= ends and all(last <= a or first >= b for a, b in here):
                d[side] = d["name"]
                here.append((first, last))
                break


def falls_by_year(runs: Sequence[Run]) -> Figure:
    """How many fell in each year: by true cause, by what was said, by fate."""
    parts: tuple[tuple[str, str, dict[str, str], dict[str, str]], ...] = (
        ("cause", "Why they truly fell", CAUSES, CAUSE_COLOURS),
        ("stated", "What was said in public", STATED, SAID_COLOURS),
        ("fate", "What became of them", FATES, FATE_COLOURS),
    )
    years = _years(runs[0])
    charts, out = [], []
    for field, title, called, colours in parts:
        data = []
        for year, weeks in years:
            each = [Counter(r[field] for r in run.register if r["week"] in weeks) for run in runs]
            for order, code in enumerate(called):
                value = float(np.mean([c[code] for c in each]))
                row = {"year": year, "label": called[code], "value": digits(value), "order": order}
                data.append(row)
                out.append({"what": title, **row})
        charts.append(_stacked(data, title, called, colours))
    totals = [[sum(r["week"] in weeks for r in run.register) for run in runs] for _, weeks in years]
    text = ", ".join(
        f"{year}: {min(t)}" + (f" to {max(t)}" if max(t) > min(t) else "")
        for (year, _), t in zip(years, totals, strict=True)
    )
    how = f"Mean of {len(runs)} runs; from the lowest to the highest run " if len(runs) > 1 else "In all "
    return Figure(
        "falls_by_year",
        "Falls a year: the truth, the words, the end",
        f"All ranks, from directors up, of about a thousand posts. {how}{text}. Read the first two together: what is said of a "
        "fall is seldom why it came.",
        source(runs, "mean"),
        out,
        panels(charts, 3),
    )


def _years(run: Run) -> list[tuple[str, range]]:
    """Calendar years of a run with their weeks; a stump of under eight weeks is left out."""
    year = run.table.dates.astype("datetime64[Y]").astype(int) + 1970
    found = []
    for y in dict.fromkeys(year.tolist()):
        weeks = np.flatnonzero(year == y)
        if len(weeks) >= 8 or run.table.weeks < 60:
            found.append((str(y), range(int(weeks[0]), int(weeks[-1]) + 1)))
    return found


def _stacked(data: list[dict[str, Any]], title: str, called: dict[str, str], colours: dict[str, str]) -> Spec:
    kept = [code for code in called if any(d["value"] > 0 and d["label"] == called[code] for d in data)] or list(called)
    return {
        "title": title,
        "width": 215,
        "height": 170,
        "data": {"values": [d for d in data if d["label"] in {called[c] for c in kept}]},
        "mark": {"type": "bar", "width": {"band": 0.72}},
        "encoding": {
            "x": {
                "field": "year",
                "type": "ordinal",
                "title": None,
                "axis": {"labelAngle": 0, "ticks": False, "grid": False, "labelOverlap": True},
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "title": "officials" if title.startswith("Why") else None,
                "axis": {"tickCount": 4, "format": "~d"},
            },
            "order": {"field": "order"},
            "color": {
                "field": "label",
                "type": "nominal",
                "title": None,
                "scale": {"domain": [called[c] for c in kept], "range": [colours[c] for c in kept]},
                "legend": {"orient": "bottom", "columns": 2, "symbolType": "square", "labelLimit": 120, "offset": 6},
            },
            "tooltip": [
                {"field": "year"},
                {"field": "label", "title": " "},
                {"field": "value", "type": "quantitative", "title": "officials", "format": ",.3~g"},
            ],
        },
    }


# --- factions ----------------------------------------------------------------------------------------------------------


def factions(runs: Sequence[Run]) -> Figure:
    """Posts at the top, loyalty and rents of each faction."""
    names = runs[0].table.factions
    parts = (
        ("Posts of chiefs and deputies", "faction_top_posts", "d"),
        ("Loyalty to the leader", "faction_loyalty", ".0%"),
        ("What a post brings (1: usual for a director)", "faction_rent", ".2f"),
    )
    charts, out, lines = [], [], []
    palette = [*CYCLE, "#c06aa8", "#3aa6a0", "#555555", "#d9791a", "#8fa9ba"] * 2
    for i, (title, name, form) in enumerate(parts):
        part = [line(runs, name, _bare(n), organ=n) for n in names]
        lines += [p._replace(label=f"{title}: {p.label}") for p in part]
        out += [r | {"measure": title} for r in rows(part)]
        chart = chart_lines(
            part,
            form=form,
            title=title,
            zero=False,
            width=236,
            height=150,
            labels=False,
            colours=palette[: len(part)],
        )
        for layer in chart["layer"]:
            if layer["mark"]["type"] == "area":  # many bands over one another
                layer["mark"] = layer["mark"] | {"opacity": 0.09}
        charts.append(_with_legend(chart) if i == 0 else chart)
    spec = panels(charts, 3) | {"resolve": {"scale": {"color": "shared"}}}
    first = [float(r.table.national("official_loyalty")[:13].mean()) for r in runs]
    last = [float(r.table.national("official_loyalty")[-13:].mean()) for r in runs]
    return Figure(
        "factions",
        "The factions' fortunes",
        "Who belongs together is a reading of outsiders. Loyalty of all officials went from "
        f"{np.median(first):.0%} in the first quarter to {np.median(last):.0%} in the last.",
        source(runs),
        out,
        spec,
        lines=tuple(lines),
    )


def _bare(name: str) -> str:
    words = name.removeprefix("the ")
    return words[:1].upper() + words[1:]


def _with_legend(chart: Spec) -> Spec:
    """The chart with a legend of its lines above all panels."""
    layers = []
    for layer in chart["layer"]:
        encoding = dict(layer["encoding"])
        if "color" in encoding:
            encoding["color"] = encoding["color"] | {
                "legend": {"orient": "none", "legendX": 0, "legendY": 182, "direction": "horizontal", "columns": 3}
                | {
                    "title": None,
                    "symbolType": "stroke",
                    "symbolStrokeWidth": 3,
                    "symbolOpacity": 1,
                    "labelLimit": 300,
                },
            }
        layers.append(layer | {"encoding": encoding})
    return chart | {"layer": layers}
