"""The figures of a sensitivity analysis and of a discovery: what moves an answer, what is to blame for its doubt, where a policy fails.

Every function takes the answer as `experiment.sensitivity` or `experiment.discover` gives it out (the same dictionary as `--json`)
and returns a figure with its numbers; what was refused is no figure.
"""

from typing import Any, Final

from custodes.experiment.discover_words import limit, per_cent
from custodes.experiment.groups import LUCK, REST
from custodes.experiment.sense_words import capital, label, name
from custodes.present.comparison_figures import number
from custodes.present.figure import CYCLE, INK, MUTED, Figure, Spec, panels

Answer = dict[str, Any]
Rows = list[dict[str, Any]]
PANEL: Final = 470
ROW: Final = 20
MOST_ROWS: Final = 14
BLUE, RED, GREEN, OCHRE = CYCLE[0], CYCLE[1], CYCLE[2], CYCLE[4]
KINDS: Final = {"chosen": BLUE, "not chosen": "#b0b0b0", "luck": OCHRE}


def source(a: Answer) -> str:
    """The line under every figure."""
    lucks = f", {a['lucks']} lucks a point" if a["lucks"] > 1 else ""
    return f"Custodes {a['code_version']}, {a['scenario']}, sample {a['sample']}{lucks}, seed {a['seed']}. Simulated, not observed."


def subject(a: Answer, measure: str) -> str:
    """What of a measure was looked at."""
    return (
        f"{label(measure)}: {label(a['plan'])} less {label(a['against'])}"
        if a["against"]
        else f"{label(measure)} under {a['plan']}"
    )


def _told(stage: Any) -> Rows:
    return [m for m in (stage or {}).get("measures", ()) if m["rows"]]


# --- sensitivity ------------------------------------------------------------------------------------------------------


def screening(a: Answer) -> Figure | None:
    """mu* of every group with its interval, a panel a measure; None where there was no screening or no answer."""
    told = _told(a["screening"])
    if not told:
        return None
    rows = [{"measure": m["measure"], "unit": m["unit"], **r} for m in told for r in m["rows"]]
    return Figure(
        "screening",
        "What moves it: all groups of unknowns",
        f"Average size of the change when all unknowns of a group move by two levels of four, over {a['screening']['size']} trajectories; "
        "the line is its 95 % interval. Blue groups were looked at more closely; luck is what another luck changes.",
        source(a),
        rows,
        panels([_strip(a, m) for m in told], 1),
        wide=True,
    )


def _strip(a: Answer, m: dict[str, Any]) -> Spec:
    shown = m["rows"][:MOST_ROWS]
    luck = [r for r in m["rows"][MOST_ROWS:] if r["group"] == LUCK]
    values = [
        {
            **r,
            "name": label(r["group"]),
            "kind": "luck" if r["group"] == LUCK else "chosen" if r["kept"] else "not chosen",
        }
        for r in [*shown, *luck]
    ]
    return _lines(
        values,
        "mu_star",
        KINDS,
        capital(subject(a, m["measure"])),
        f"{m['unit']}{_left(m['rows'], values)}",
        shares="share" in m["unit"],
    )


def _left(rows: Rows, values: Rows) -> str:
    out = len(rows) - len(values)
    return f"; {out} weaker groups are in the data" if out else ""


def indices(a: Answer) -> Figure | None:
    """First and total indices of every group with intervals, a panel a measure; None where there was no answer."""
    told = _told(a["indices"])
    if not told:
        return None
    rows = [{"measure": m["measure"], **r} for m in told for r in m["rows"]]
    return Figure(
        "indices",
        "What is to blame for the doubt",
        "Filled: the share of the variance that would go if the group alone were known. Hollow: the share it has a hand in, with all its "
        "interplay. Lines are 95 % intervals, which more runs shorten. Shares of hollow marks overlap and need not add up to one.",
        source(a),
        rows,
        panels([_double(a, m) for m in told], 1),
        wide=True,
    )


def _double(a: Answer, m: dict[str, Any]) -> Spec:
    values = [
        {"name": name(r["group"]), "index": key, "value": r[key], "low": r[f"{key}_low"], "high": r[f"{key}_high"]}
        | {"text": f"{100 * max(0.0, r[key]):.0f} %"}
        for r in m["rows"]
        for key in ("total", "first")
    ]
    y = _names([name(r["group"]) for r in m["rows"]])
    offset = {"field": "index", "type": "nominal", "sort": ["first", "total"]}
    x = {"type": "quantitative", "title": None, "axis": {"format": ".0%", "tickCount": 6}}
    base = {"y": y, "yOffset": offset}
    return {
        "width": PANEL,
        "height": {"step": 13},
        "title": {
            "text": capital(subject(a, m["measure"])),
            "subtitle": "shares of the variance between possible countries and their lucks",
        },
        "data": {"values": values},
        "layer": [
            _zero(),
            {
                "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.4, "color": BLUE},
                "encoding": base | {"x": x | {"field": "low"}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "size": 46, "strokeWidth": 1.6, "stroke": BLUE, "opacity": 1},
                "encoding": base
                | {
                    "x": x | {"field": "value"},
                    "fill": {"condition": {"test": "datum.index == 'first'", "value": BLUE}, "value": "white"},
                    "tooltip": [
                        {"field": "name", "title": "group"},
                        {"field": "index"},
                        {"field": "text", "title": "share"},
                    ],
                },
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 10, "color": MUTED},
                "encoding": base | {"x": x | {"field": "high"}, "text": {"field": "text"}},
            },
        ],
    }


def _zero() -> Spec:
    return {
        "mark": {"type": "rule", "color": "#999999", "strokeDash": [2, 3]},
        "encoding": {"x": {"datum": 0, "type": "quantitative"}},
    }


def _names(names: list[str]) -> Spec:
    return {
        "field": "name",
        "type": "nominal",
        "sort": names,
        "title": None,
        "axis": {"labelLimit": 190, "ticks": False, "domain": False},
    }


def _lines(values: Rows, field: str, colours: dict[str, str], title: str, subtitle: str, shares: bool) -> Spec:
    """A row a name: a dot with its interval, the number beside it."""
    unit = "share" if shares else ""
    for v in values:
        v["text"] = number(v[field], unit)
    y = _names([v["name"] for v in values])
    x = {"type": "quantitative", "title": None, "axis": {"format": ".1~%" if shares else "~s", "tickCount": 5}}
    colour = {
        "field": "kind",
        "type": "nominal",
        "title": None,
        "scale": {"domain": list(colours), "range": list(colours.values())},
        "legend": {"orient": "top"},
    }
    return {
        "width": PANEL,
        "height": {"step": ROW},
        "title": {"text": title, "subtitle": subtitle},
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.45},
                "encoding": {"y": y, "x": x | {"field": "low"}, "x2": {"field": "high"}, "color": colour},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 46, "opacity": 1},
                "encoding": {"y": y, "x": x | {"field": field}, "color": colour},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 10, "color": MUTED},
                "encoding": {"y": y, "x": x | {"field": "high"}, "text": {"field": "text"}},
            },
        ],
    }


# --- discovery --------------------------------------------------------------------------------------------------------


def where(a: Answer) -> list[Figure]:
    """For each region: its limits, and the countries over the unknowns that it limits."""
    return [f for i, b in enumerate(a["boxes"]) for f in (limits(a, b, i), scatter(a, b, i), price(a, b, i)) if f]


def limits(a: Answer, b: dict[str, Any], i: int) -> Figure:
    """The limits of a region within all that was possible."""
    rows = [
        {"name": x["name"], "words": limit(x), "keeps": x["keeps"], "again": x["again"], "quasi_p": x["quasi_p"]}
        | dict(zip(("from", "to"), _span(x), strict=True))
        for x in b["limits"]
    ]
    y = _names([r["name"] for r in rows])
    x: Spec = {
        "type": "quantitative",
        "title": "share of the possible values",
        "axis": {"format": ".0%", "values": [0, 0.5, 1]},
        "scale": {"domain": [0, 1.5]},
    }
    spec: Spec = {
        "width": PANEL,
        "height": {"step": 30},
        "data": {"values": [r | {"zero": 0, "one": 1} for r in rows]},
        "layer": [
            {
                "mark": {"type": "bar", "height": 9, "color": "#e4e4e4"},
                "encoding": {"y": y, "x": x | {"field": "zero"}, "x2": {"field": "one"}},
            },
            {
                "mark": {"type": "bar", "height": 9, "color": RED},
                "encoding": {"y": y, "x": x | {"field": "from"}, "x2": {"field": "to"}},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 6, "color": INK},
                "encoding": {"y": y, "x": x | {"field": "one"}, "text": {"field": "words"}},
            },
        ],
    }
    return Figure(
        f"region_{i + 1}",
        f"Where {a['question']}" if i == 0 else "A second such region" if i == 1 else "A third such region",
        f"Red: the region, within what the design tried (grey). There {per_cent(b['inside']['share'])} of {b['inside']['n']} countries, "
        f"elsewhere {per_cent(b['elsewhere']['share'])} of {b['elsewhere']['n']}.",
        source(a),
        rows,
        spec,
        wide=True,
    )


def _span(x: dict[str, Any]) -> tuple[float, float]:
    """A limit as a part of what was tried; of choices, the share of them."""
    if x["choices"]:
        return 0.0, len(x["choices"]) / len(x["of"])
    reach = x["seen_high"] - x["seen_low"]
    low = 0.0 if x["low"] is None else (x["low"] - x["seen_low"]) / reach
    high = 1.0 if x["high"] is None else (x["high"] - x["seen_low"]) / reach
    return max(0.0, low), min(1.0, high)


def scatter(a: Answer, b: dict[str, Any], i: int) -> Figure | None:
    """Every point over the first two parameters that the region limits; over one, where it limits but one."""
    numbers = [x for x in b["limits"] if not x["choices"]]
    if not numbers:
        return None
    first, second = numbers[0], numbers[1] if len(numbers) > 1 else None
    values = [
        {
            "x": p[first["name"]],
            "y": p[second["name"]] if second else p["share"],
            "share": p["share"],
            "point": p["point"],
        }
        for p in a["cloud"]
    ]
    x, y = _axis(first), _axis(second) if second else _axis(None)
    edges = {
        "low_x": first["low"],
        "high_x": first["high"],
        "low_y": second and second["low"],
        "high_y": second and second["high"],
    }
    ends = {"low_x": first["seen_low"], "high_x": first["seen_high"]}
    ends |= {"low_y": second["seen_low"], "high_y": second["seen_high"]} if second else {"low_y": 0.0, "high_y": 1.0}
    frame = {k: v if v is not None else ends[k] for k, v in edges.items()}
    spec: Spec = {
        "width": PANEL,
        "height": 300,
        "layer": [
            {
                "data": {"values": [frame]},
                "mark": {"type": "rect", "fill": RED, "fillOpacity": 0.1, "stroke": RED, "strokeOpacity": 0.7},
                "encoding": {
                    "x": x | {"field": "low_x"},
                    "x2": {"field": "high_x"},
                    "y": y | {"field": "low_y"},
                    "y2": {"field": "high_y"},
                },
            },
            {
                "data": {"values": values},
                "mark": {"type": "point", "filled": True, "size": 34, "opacity": 0.85},
                "encoding": {
                    "x": x | {"field": "x"},
                    "y": y | {"field": "y"},
                    "color": {
                        "field": "share",
                        "type": "quantitative",
                        "title": "share of lucks in which it is so",
                        "scale": {"domain": [0, 1], "range": ["#b9c7d6", RED]},
                        "legend": {"orient": "top", "format": ".0%", "gradientLength": 120, "values": [0, 1]},
                    },
                    "tooltip": [{"field": "point"}, {"field": "share", "type": "quantitative", "format": ".0%"}],
                },
            },
        ],
    }
    return Figure(
        f"countries_{i + 1}",
        "The possible countries, and the region",
        "A dot is a point of the unknowns"
        + ("; other limits of the region are not drawn." if len(b["limits"]) > (2 if second else 1) else "."),
        source(a),
        values,
        spec,
        wide=True,
    )


def _axis(x: dict[str, Any] | None) -> Spec:
    if x is None:
        return {"type": "quantitative", "title": "share of lucks in which it is so", "axis": {"format": ".0%"}}
    return {
        "type": "quantitative",
        "title": x["name"],
        "axis": {"format": ".3~g"},
        "scale": {"zero": False, "nice": True},
    }


def price(a: Answer, b: dict[str, Any], i: int) -> Figure:
    """Coverage against the share of cases: what a purer or a wider region over the same unknowns would cost."""
    told = {"coverage": b["coverage"], "share": b["inside"]["share"], "text": "this region"}
    x = {
        "type": "quantitative",
        "title": "share of all cases that are inside",
        "axis": {"format": ".0%"},
        "scale": {"domain": [0, 1]},
    }
    y = {
        "type": "quantitative",
        "title": "share inside that are cases",
        "axis": {"format": ".0%"},
        "scale": {"domain": [0, 1]},
    }
    spec: Spec = {
        "width": PANEL,
        "height": 200,
        "layer": [
            {
                "data": {"values": b["peeling"]},
                "mark": {"type": "line", "point": {"size": 18}, "color": BLUE, "strokeWidth": 1.4},
                "encoding": {"x": x | {"field": "coverage"}, "y": y | {"field": "share"}, "order": {"field": "mass"}},
            },
            {
                "data": {"values": [told]},
                "mark": {"type": "point", "filled": True, "size": 90, "color": RED, "opacity": 1},
                "encoding": {"x": x | {"field": "coverage"}, "y": y | {"field": "share"}},
            },
            {
                "data": {"values": [told]},
                "mark": {"type": "text", "align": "left", "dx": 9, "color": RED, "fontWeight": 600},
                "encoding": {"x": x | {"field": "coverage"}, "y": y | {"field": "share"}, "text": {"field": "text"}},
            },
        ],
    }
    return Figure(
        f"price_{i + 1}",
        "The price of a purer region",
        "Regions over the same unknowns, from everything (right) to the smallest (left).",
        source(a),
        b["peeling"],
        spec,
        wide=True,
    )


# --- regret -----------------------------------------------------------------------------------------------------------


def regrets(r: dict[str, Any], said: str) -> Figure | None:
    """Average regret of every plan, a panel a measure; `said` is the line under the figure. None where nothing was compared."""
    if not r["regret"]:
        return None
    colours = {"mean over countries": BLUE}
    charts = []
    for measure in dict.fromkeys(row["measure"] for row in r["regret"]):
        rows = [row for row in r["regret"] if row["measure"] == measure]
        values = [
            {
                "name": label(row["plan"]),
                "regret": row["regret"],
                "low": row["regret_low"],
                "high": row["regret_high"],
                "kind": "mean over countries",
            }
            for row in rows
        ]
        charts.append(
            _lines(
                values,
                "regret",
                colours,
                capital(label(measure)),
                f"{rows[0]['unit']} worse than the best",
                shares="share" in rows[0]["unit"],
            )
        )
    return Figure(
        "regret",
        "What one would regret",
        "How much worse a policy does than the best of them in the same possible country: the average with its 95 % interval.",
        said,
        r["regret"],
        panels(charts, 1),
        wide=True,
    )


__all__ = ["REST", "indices", "limits", "price", "regrets", "scatter", "screening", "source", "where"]
