"""The figures of a report, one function each. All take runs of one scenario; several runs give a median and a band."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from custodes.present import court_figures, happenings, maps, money, realm_figures
from custodes.present.figure import COLOURS, CONFIG, Figure, axis_x, chart_lines, panels, source
from custodes.present.lines import Line, digits, line, rows, trailing
from custodes.present.measures import window
from custodes.results.run import Run

if TYPE_CHECKING:
    import altair as alt

_SHARE: Final = ".0%"
_SMALL: Final[dict[str, Any]] = {"width": 236, "height": 130, "labels": False}


def guards_approach(runs: Sequence[Run]) -> Figure:
    """Threat, plea or neither, over time."""
    lines = [
        line(runs, name, label)
        for name, label in (("threat_share", "threaten"), ("plea_share", "plead"), ("abstain_share", "abstain"))
    ]
    return Figure(
        "guards_approach",
        "How guards approach people",
        "Share of approaches that are threats, pleas, or end without a demand. Numbers above mark levers listed under "
        "“What happened”.",
        source(runs),
        rows(lines),
        chart_lines(lines, form=_SHARE, marks=happenings.marks(runs[0].log)),
        lines=tuple(lines),
    )


def threats_by_organ(runs: Sequence[Run]) -> Figure:
    """Threats of each organ, and the punishment its agents expect."""
    organs = runs[0].table.organs
    threats = [line(runs, "threat_share", o.replace("_", " "), organ=o) for o in organs]
    expected = [line(runs, "perceived_enforcement", o.replace("_", " "), organ=o) for o in organs]
    spec = panels(
        [
            chart_lines(threats, form=_SHARE, title="Share of approaches that are threats", width=368, height=190),
            chart_lines(
                expected, form=".1%", title="Punishment that agents expect for a threat", width=368, height=190
            ),
        ],
        2,
    )
    both = [
        r | {"measure": m}
        for m, part in (("threat_share", threats), ("perceived_enforcement", expected))
        for r in rows(part)
    ]
    return Figure(
        "threats_by_organ",
        "Who threatens, and what they fear from above",
        "Agents threaten less when they expect to be punished for it; what they expect follows punishments seen.",
        source(runs),
        both,
        spec,
        lines=tuple(threats),
    )


def guards_living(runs: Sequence[Run]) -> Figure:
    """What guards live on, their morale, their time."""
    organs = runs[0].table.organs
    return _grid(
        runs,
        "guards_living",
        "What guards live on",
        "Pay that does not feed a household is made up by collecting; time spent collecting is lost to control.",
        [
            ("Pay and kind against need", _SHARE, _by_organ(runs, "pay_paid_share", organs)),
            ("Income of an agent, won a week", "~s", _by_organ(runs, "guard_income_won", organs)),
            ("Morale", _SHARE, _by_organ(runs, "guard_morale", organs)),
        ],
        labels=True,
        columns=3,
    )


def bribes(runs: Sequence[Run]) -> Figure:
    """What guards take."""
    organs = runs[0].table.organs
    taken = _by_organ(runs, "bribes_won", organs, 1e-9)
    spent = [line(runs, "bribe_share_of_spending", "bribes")]
    spec = panels(
        [
            chart_lines(taken, form=",.0f", title="Bribes and settlements, billion won a week", width=368, height=190),
            chart_lines(spent, form=_SHARE, title="Share of household spending", width=368, height=190, labels=False),
        ],
        2,
    )
    both = [
        r | {"measure": m}
        for m, part in (("billion_won_a_week", taken), ("share_of_spending", spent))
        for r in rows(part)
    ]
    return Figure(
        "bribes",
        "What guards take",
        "All bribes, and what households pay to settle a detected offence.",
        source(runs),
        both,
        spec,
        lines=tuple(taken),
    )


def money_flows(runs: Sequence[Run]) -> Figure:
    """Household to pocket to chief to fund to gift, in won and in dollars, last year."""
    flows = money.flows(runs)
    taken = sum(f.dollars for f in flows if f.source == money.HOUSEHOLDS)
    given = [f for f in flows if f.target.startswith(("officials", "luxuries"))]
    reach = sum(f.dollars for f in given)
    hard = sum(f.dollars for f in given if f.hard) / reach if reach else 0.0
    return Figure(
        "money_flows",
        "The money chain, from the household to the leader's gifts",
        f"The last year; width is money, on one scale throughout. Households pay {money.in_dollars(taken)} in bribes; "
        f"{money.in_dollars(reach)} reach officials from above, {hard:.0%} of it in hard currency that never touched a household. "
        "What does not flow on stays where it is.",
        source(runs),
        [f._asdict() | {"won": digits(f.won), "dollars": digits(f.dollars)} for f in flows],
        svg=money.draw(flows),
        wide=True,
    )


def food_and_prices(runs: Sequence[Run]) -> Figure:
    """Rations, hunger, prices, markets."""
    return _grid(
        runs,
        "food_and_prices",
        "Food, prices and markets",
        "Rations come from the state's pool; what they do not cover is bought, grown, or goes unmet.",
        [
            ("Ration, grams a day of those served", ",.0f", [line(runs, "ration_grams_per_day", "ration")]),
            ("Unmet food need", ".1%", [line(runs, "food_stress", "unmet need")]),
            ("Rice, won a kilogram", ",.0f", [line(runs, "grain_price_won", "rice")]),
            ("Won per US dollar", ",.0f", [line(runs, "won_per_dollar", "won per dollar")]),
            ("Labour in the market", _SHARE, [line(runs, "market_labour_share", "market labour")]),
            ("Informal share of income", _SHARE, [line(runs, "informal_income_share", "informal income")]),
        ],
    )


def belief_and_stance(runs: Sequence[Run]) -> Figure:
    """What people think against what they show."""
    lines = [
        line(runs, "public_support", "conform in public"),
        line(runs, "private_supporters", "support in private"),
        line(runs, "preference_gap", "conform and disagree"),
    ]
    return Figure(
        "belief_and_stance",
        "What people think, and what they show",
        "Share of free adults. Private support is a view above zero on a scale of −1 to 1. The lowest line counts those who "
        "conform and disagree: preference falsification.",
        source(runs),
        rows(lines),
        chart_lines(lines, form=_SHARE, marks=happenings.marks(runs[0].log), colours=("#1f66a8", "#4d8c3f", "#b2182b")),
        lines=tuple(lines),
    )


def fear_and_control(runs: Sequence[Run]) -> Figure:
    """Fear, capacity, news, anger."""
    return _grid(
        runs,
        "fear_and_control",
        "Fear, control and news",
        "Control capacity counts agents at work and not collecting, weighted by morale.",
        [
            ("Fear", _SHARE, [line(runs, "fear", "fear")]),
            ("Control capacity, agents", "~s", [line(runs, "control_capacity", "capacity")]),
            ("Anger over extortion", ".1%", [line(runs, "anger", "anger")]),
            ("Awareness of rights talk", ".1%", [line(runs, "awareness", "awareness")]),
            ("Recent foreign media", ".1%", [line(runs, "media", "media")]),
            ("Arrests a year", ",.0f", [line(runs, "arrests", "arrests", yearly=True)]),
        ],
    )


def flight(runs: Sequence[Run]) -> Figure:
    """Leaving."""
    n = window(runs[0].table.weeks)
    lines = [
        trailing(runs, name, label, n)
        for name, label in (
            ("flights", "try to leave"),
            ("crossings", "get across"),
            ("arrivals_abroad", "arrive abroad"),
        )
    ]
    k = int(runs[0].record["k"])
    coarse = f" One row stands for {k} people: steps of {k * 52 // n} are single rows." if k > 1 else ""
    return Figure(
        "flight",
        "Leaving the country",
        f"Persons a year, over the {n} weeks before each date.{coarse}",
        source(runs),
        rows(lines),
        chart_lines(lines, form=",.0f"),
        lines=tuple(lines),
    )


def by_province(runs: Sequence[Run]) -> Figure:
    """The last year by province: maps where the scenario has one, else dots."""
    values = maps.provinces(runs)
    facts = runs[0].record["facts"]
    stretched = (
        "Colours run from the lowest to the highest province, so that small differences look large: read the scale."
    )
    if facts.get("map"):
        spec, note = maps.choropleths(values, facts["map"]), stretched
    elif facts.get("places"):
        spec, note = (
            maps.points(values, facts["places"]),
            f"Each dot is a county in the colour of its province. {stretched}",
        )
    else:
        spec, note = maps.dots(values), "The axes do not start at zero."
    return Figure("by_province", "By province", f"Means of the last year. {note}", source(runs), values, spec)


def unrest(runs: Sequence[Run]) -> Figure:
    """Crowds and refusals by quarter."""
    table = runs[0].table
    quarters = [slice(a, min(a + 13, table.weeks)) for a in range(0, table.weeks, 13)]
    out: list[dict[str, Any]] = []
    for name, label in (("incidents", "crowds"), ("refused_orders", "refused orders")):
        for q in quarters:
            seen = [float(r.table.national(name)[q].sum()) for r in runs]
            out.append({"date": str(table.dates[q.start]), "label": label, "value": digits(float(np.mean(seen)))})
    most = int(max(1.0, *(float(r["value"]) for r in out)) + 0.999)
    colour = {
        "field": "label",
        "type": "nominal",
        "title": None,
        "legend": {"orient": "top"},
        "scale": {"domain": ["crowds", "refused orders"], "range": ["#d9791a", "#6a3d9a"]},
    }
    x = axis_x([str(table.dates[0]), str(table.dates[-1])], 0.02)
    ticks = list(range(0, most + 1, most // 5 + 1))
    y = {
        "field": "value",
        "type": "quantitative",
        "title": None,
        "axis": {"values": ticks, "format": "d"},
        "scale": {"domain": [0, most]},
        "stack": None,
    }
    bars = [
        {
            "transform": [{"filter": {"field": "label", "equal": label}}],
            "mark": {"type": "bar", "width": 6, "xOffset": shift},
            "encoding": {"x": x, "y": y, "color": colour},
        }
        for label, shift in (("crowds", -3), ("refused orders", 3))
    ]
    spec = {"width": "container", "height": 110, "data": {"values": out}, "layer": bars}
    many = " Mean of the runs." if len(runs) > 1 else ""
    return Figure(
        "unrest",
        "Crowds and refusals",
        f"Crowds of twenty or more, and orders against them that an organ refused, by quarter.{many}",
        source(runs),
        out,
        spec,
    )


#: What a report shows, section by section.
ALL: Final = (
    court_figures.falls_and_returns,
    court_figures.falls_by_year,
    court_figures.factions,
    realm_figures.army,
    realm_figures.contraband,
    realm_figures.crisis,
    realm_figures.truth_and_report,
    by_province,
    guards_approach,
    threats_by_organ,
    guards_living,
    bribes,
    money_flows,
    food_and_prices,
    belief_and_stance,
    fear_and_control,
    unrest,
    flight,
)


def overview(runs: Sequence[Run]) -> "alt.VConcatChart":
    """The main figures in one chart, for notebooks."""
    import altair as alt

    wide = {"width": 700, "height": 190}
    specs = [f(runs) for f in (guards_approach, belief_and_stance, flight)]
    charts: list[Any] = [f.spec | wide | {"title": f.title} for f in specs]
    charts += [f.spec | {"title": f.title} for f in (food_and_prices(runs), fear_and_control(runs))]
    chart: alt.VConcatChart = alt.VConcatChart.from_dict({"vconcat": charts, "config": CONFIG, "spacing": 28})
    return chart


def _by_organ(runs: Sequence[Run], name: str, organs: Sequence[str], scale: float = 1.0) -> list[Line]:
    return [line(runs, name, o.replace("_", " "), organ=o, scale=scale) for o in organs]


def _grid(
    runs: Sequence[Run],
    name: str,
    title: str,
    caption: str,
    parts: Sequence[tuple[str, str, list[Line]]],
    labels: bool = False,
    columns: int = 3,
) -> Figure:
    """Small charts of one quantity each, axes of their own."""
    small = _SMALL | {"labels": labels}
    charts = [
        chart_lines(
            part, form=form, title=head, zero=False, colours=[COLOURS.get(p.label, "#1f66a8") for p in part], **small
        )
        for head, form, part in parts
    ]
    out = [r | {"measure": head} for head, _, part in parts for r in rows(part)]
    lines = tuple(
        p._replace(label=head if len(part) == 1 else f"{head}, {p.label}") for head, _, part in parts for p in part
    )
    return Figure(name, title, caption, source(runs), out, panels(charts, columns), lines=lines)
