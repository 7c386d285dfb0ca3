"""Figures of what the court rests on and is seen by: army, contraband, neighbours, watchers; made like those of `figures`."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from custodes.observe import watching
from custodes.present import ringmap
from custodes.present.figure import CYCLE, INK, MUTED, Figure, Spec, chart_lines, panels, source
from custodes.present.lines import Line, digits, line, rows, trailing
from custodes.present.measures import window
from custodes.present.words import count
from custodes.results.run import Run

LEVEL_COLOURS: Final = ("#eeeeee", "#fde0b5", "#f6b26b", "#dd7440", "#b2182b", "#4d0d18")


# --- army --------------------------------------------------------------------------------------------------------------


def army(runs: Sequence[Run]) -> Figure:
    """The army's standing and its officers against what the state earns."""
    weeks = runs[0].table.weeks
    parts: tuple[tuple[str, str, Line], ...] = (
        ("Army's standing (1/2: usual)", ".2f", line(runs, "army_status", "standing")),
        ("Officers' morale", ".0%", line(runs, "officer_morale", "morale")),
        ("Requests to resign, last year", ",.1~f", trailing(runs, "resignation_requests", "requests", window(weeks))),
        ("Officers' share of contraband carried", ".0%", line(runs, "officer_carried_share", "officers' share")),
        (
            "State's dollars a year, million",
            ",.0f",
            line(runs, "state_income_usd", "dollar income", yearly=True, scale=1e-6),
        ),
        (
            "Fees and levies a year, billion won",
            ",.0f",
            line(runs, "state_income_won", "won income", yearly=True, scale=1e-9),
        ),
    )
    colours = ("#4d8c3f", "#4d8c3f", "#4d8c3f", "#b2182b", "#1f66a8", "#1f66a8")
    charts = [
        chart_lines([ln], form=form, title=title, zero=False, width=236, height=120, labels=False, colours=[c])
        for (title, form, ln), c in zip(parts, colours, strict=True)
    ]
    return Figure(
        "army",
        "Army against economy",
        "When the leader's favour turns from the army to the economy, officers ask to leave for the market, and more contraband "
        "travels with those who stay. "
        f"{_moved(parts[0][2], parts[0][0])}; {_moved(parts[3][2], 'officers’ share of what is carried', True)}.",
        source(runs),
        [r | {"measure": title} for title, _, ln in parts for r in rows([ln])],
        panels(charts, 3),
        lines=tuple(ln._replace(label=title) for title, _, ln in parts),
    )


def _moved(one: Line, label: str, share: bool = False) -> str:
    """From the first to the last quarter of a line."""
    n = max(1, min(3, len(one.middle) // 2))
    values = float(one.middle[:n].mean()), float(one.middle[-n:].mean())
    first, last = (f"{100 * v:.0f} %" if share else f"{v:.2f}" for v in values)
    return f"{label} {'stayed at' if first == last else f'went from {first} to'} {last}"


# --- contraband --------------------------------------------------------------------------------------------------------


def contraband(runs: Sequence[Run]) -> Figure:
    """Where contraband is made, the roads it takes, where it lies, where it was seized."""
    shown = ringmap.rows(runs)
    made = sum(r["kilograms"] for r in shown if r["what"] == "made a week")
    carried = line(runs, "contraband_tonnes", "carried", scale=1000.0)
    seized = line(runs, "seizures", "seized")
    share = float(seized.middle.mean()) / max(1e-9, float(carried.middle.mean()))
    return Figure(
        "contraband",
        "Where contraband goes",
        f"{made:,.0f} kg a week are made in the last week; {share:.0%} of what is carried is seized. Left: width is the load of a "
        "road as carriers would choose at the end of the run; no account by road is kept in between. Right: what lies in each "
        "county at the end; a cross marks a large seizure.",
        source(runs, "mean"),
        shown or [{"what": "nothing is made"}],
        svg=ringmap.draw(runs, shown),
        wide=True,
        lines=(carried._replace(label="contraband carried, kg a week"), seized._replace(label="seized, kg a week")),
    )


# --- the neighbours ----------------------------------------------------------------------------------------------------


def crisis(runs: Sequence[Run]) -> Figure:
    """Turmoil and the neighbours' steps in the runs; where each would stand after a year, given turmoil."""
    table = runs[0].record.get("ladder") or {}
    turmoil = line(runs, "turmoil", "turmoil")
    top = max([0.2, 1.15 * float(turmoil.high.max())])
    needed = (table.get("needed") or [0.15])[0]
    over_time = chart_lines(
        [turmoil],
        form=".2f",
        title="Turmoil in these runs, index 0 to 1",
        width=300,
        height=150,
        labels=False,
        colours=["#b2182b"],
    )
    for layer in over_time["layer"]:
        layer["encoding"]["y"] = layer["encoding"]["y"] | {
            "scale": {"domain": [0, digits(min(1.0, top))], "nice": False, "zero": False}
        }
    over_time["layer"].append(
        {
            "data": {"values": [{"value": needed, "text": "below this line neighbours only watch"}]},
            "layer": [
                {"mark": {"type": "rule", "strokeDash": [4, 3], "color": MUTED}, "encoding": {"y": _level_y(top)}},
                {
                    "mark": {"type": "text", "align": "left", "baseline": "bottom", "dy": -3, "color": MUTED},
                    "encoding": {"x": {"value": 4}, "y": _level_y(top), "text": {"field": "text"}},
                },
            ],
        }
    )
    left = [over_time, *_steps(runs, table)]
    charts = [
        left[0] if len(left) == 1 else {"vconcat": left, "resolve": {"scale": {"color": "independent"}}},
        *_ladders(table),
    ]
    steps = sorted((e.date, e.text) for r in runs for e in r.log if e.kind == "crisis_step")
    went = f"Steps taken in the runs shown: {count(len(steps))}" if steps else "No neighbour moved in the runs shown"
    out = [r | {"measure": "turmoil"} for r in rows([turmoil])]
    out += [
        {"date": f"month {g['month']}", "label": f"{g['neighbour']}: {level}", "value": digits(share)}
        | {"low": "", "high": "", "measure": f"share of runs given turmoil {g['turmoil']}"}
        for g in table.get("given", ())
        for level, share in zip(table["levels"], g["shares"], strict=True)
    ]
    runs_of = f" (each bar: {table['runs']:,} draws of the ladder alone)" if table else ""
    return Figure(
        "crisis",
        "How far neighbours would go, given turmoil",
        f"{went}. The bars say nothing about how likely turmoil is: given that it stood at the level on the left for a year, they "
        f"show the share of cases in which each neighbour has come to which step{runs_of}. Nobody has seen these steps; every "
        "chance in them is reasoned.",
        source(runs),
        out,
        panels(charts, 2),
        lines=(turmoil,),
    )


def _steps(runs: Sequence[Run], table: dict[str, Any]) -> list[Spec]:
    """A chart of the first run's steps by neighbour, where anybody moved: highest step week by week."""
    run = runs[0]
    steps = [e for e in run.log if e.kind == "crisis_step"]
    if not steps or not table:
        return []
    dates = [str(d) for d in run.table.dates]
    titles = list(dict.fromkeys(g["neighbour"] for g in table["given"]))
    lines = []
    for title in titles:
        mine = [e for e in steps if e.text.startswith(title)]
        level = np.zeros(len(dates))
        for e in mine:
            level[e.week :] = e.magnitude
        lines.append(Line(title.removeprefix("The "), dates, level, level, level))
    chart = chart_lines(lines, form="d", title="Steps of the neighbours, 0 to 5", width=300, height=110, colours=CYCLE)
    for layer in chart["layer"]:
        if layer["mark"]["type"] == "line":
            layer["mark"] = layer["mark"] | {"interpolate": "step-after"}
    return [chart]


def _level_y(top: float) -> Spec:
    return {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": [0, digits(min(1.0, top))], "nice": False, "zero": False},
    }


def _ladders(table: dict[str, Any]) -> list[Spec]:
    """One chart: bars by turmoil and neighbour after a year."""
    given = [g for g in table.get("given", ()) if g["month"] == 12]
    if not given:
        return []
    levels = [level[:1].upper() + level[1:] for level in table["levels"]]
    data = [
        {"neighbour": g["neighbour"].removeprefix("The "), "turmoil": g["turmoil"], "level": level}
        | {"share": digits(share), "order": i}
        for g in given
        for i, (level, share) in enumerate(zip(levels, g["shares"], strict=True))
    ]
    return [
        {
            "title": "After a year, given turmoil as on the left",
            "data": {"values": data},
            "facet": {
                "row": {
                    "field": "neighbour",
                    "type": "nominal",
                    "sort": None,
                    "title": None,
                    "header": {
                        "labelAngle": 0,
                        "labelAlign": "left",
                        "labelAnchor": "start",
                        "labelOrient": "top",
                        "labelFontSize": 11.5,
                        "labelPadding": 2,
                        "labelColor": "#444444",
                    },
                }
            },
            "spacing": 8,
            "spec": {
                "width": 330,
                "height": {"step": 15},
                "mark": {"type": "bar", "height": {"band": 0.86}},
                "encoding": {
                    "y": {
                        "field": "turmoil",
                        "type": "ordinal",
                        "title": None,
                        "axis": {"format": ".1f", "ticks": False, "grid": False},
                    },
                    "x": {
                        "field": "share",
                        "type": "quantitative",
                        "title": None,
                        "scale": {"domain": [0, 1]},
                        "axis": {"format": ".0%", "tickCount": 5, "grid": False},
                    },
                    "order": {"field": "order"},
                    "color": {
                        "field": "level",
                        "type": "nominal",
                        "title": None,
                        "scale": {"domain": levels, "range": list(LEVEL_COLOURS)},
                        "legend": {
                            "orient": "bottom",
                            "columns": 2,
                            "labelLimit": 220,
                            "symbolType": "square",
                            "symbolStrokeColor": "#bbbbbb",
                            "symbolStrokeWidth": 0.5,
                        },
                    },
                    "tooltip": [
                        {"field": "neighbour"},
                        {"field": "turmoil", "type": "quantitative", "format": ".1f"},
                        {"field": "level"},
                        {"field": "share", "type": "quantitative", "format": ".1%"},
                    ],
                },
            },
        }
    ]


# --- truth against report ----------------------------------------------------------------------------------------------


def truth_and_report(runs: Sequence[Run]) -> Figure:
    """Each year's true number of falls, executions, crowds and defections against what was reported and estimated."""
    run = runs[0]
    asked: tuple[tuple[str, str, str | None], ...] = (
        ("Falls", "purge", None),
        ("Executions", "purge", "execution"),
        ("Crowds", "incident", None),
        ("Defections that were noticed", "envoy_defection", None),
    )
    charts, out = [], []
    held = tried = 0
    for title, kind, fate in asked:
        found = watching.estimated(run, kind, fate=fate)
        data = []
        for i, row in enumerate(found.itertuples(index=False)):
            year = str(run.table.dates[min(52 * i + 26, run.table.weeks - 1)])[:4]
            values = {k: digits(float(getattr(row, k))) for k in ("reported", "estimate", "low", "high", "truth")}
            data.append({"year": year, **values})
            held += values["low"] <= values["truth"] <= values["high"]
            tried += 1
        charts.append(_against(data, title))
        out += [{"what": title, **d} for d in data]
    spec = panels(charts, 4)
    spec["spacing"] = {"row": 20, "column": 26}
    where = "" if len(runs) == 1 else f" First of {len(runs)} runs."
    return Figure(
        "truth_and_report",
        "The truth, and what could be known of it",
        "Bar: what happened. Ring: what was reported. Dot and line: a watcher's estimate with its 95 % interval, from how "
        f"likely he is to hear of each. The interval holds the truth in {held} of {tried} cases.{where}",
        source(runs[:1]),
        out,
        spec,
    )


def _against(data: list[dict[str, Any]], title: str) -> Spec:
    x = {
        "field": "year",
        "type": "ordinal",
        "title": None,
        "axis": {"labelAngle": 0, "ticks": False, "grid": False, "labelOverlap": True},
    }
    most = max(1.0, *(max(d["high"], d["truth"]) for d in data))

    def y(name: str) -> Spec:
        return {
            "field": name,
            "type": "quantitative",
            "title": None,
            "axis": {"tickCount": 4, "format": "~d"},
            "scale": {"domain": [0, digits(1.05 * most)]},
        }

    tooltip = [{"field": "year"}] + [
        {"field": k, "type": "quantitative", "format": ",.3~g"}
        for k in ("truth", "reported", "estimate", "low", "high")
    ]
    return {
        "title": title,
        "width": 168,
        "height": 150,
        "data": {"values": data},
        "layer": [
            {
                "mark": {"type": "bar", "color": "#c9d6df", "width": {"band": 0.72}},
                "encoding": {"x": x, "y": y("truth"), "tooltip": tooltip},
            },
            {
                "mark": {"type": "rule", "color": "#b2182b", "strokeWidth": 1.4},
                "encoding": {"x": x, "y": y("low"), "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "color": "#b2182b", "size": 42, "opacity": 1},
                "encoding": {"x": x, "y": y("estimate"), "tooltip": tooltip},
            },
            {
                "mark": {"type": "point", "filled": False, "color": INK, "size": 46, "strokeWidth": 1.4},
                "encoding": {"x": x, "y": y("reported"), "tooltip": tooltip},
            },
        ],
    }
