"""A run in text: the words and figures of the report, for a terminal."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from custodes.present import court_figures, figures, realm_figures
from custodes.present.court_tables import Cells
from custodes.present.happenings import sentence
from custodes.present.lines import Line, sparkline
from custodes.present.page import Page, against_facts, page
from custodes.results.run import Run

if TYPE_CHECKING:
    from rich.console import Console

#: figures whose lines the terminal draws: those of the report that have any
DRAWN = (
    court_figures.factions,
    realm_figures.army,
    realm_figures.contraband,
    realm_figures.crisis,
    figures.guards_approach,
    figures.guards_living,
    figures.bribes,
    figures.food_and_prices,
    figures.belief_and_stance,
    figures.fear_and_control,
    figures.flight,
)
MOST_EVENTS = 12
MOST_ROWS = {"falls": 6, "decisions": 4, "reports": 3}  #: of the tables of the court


def show_run(run: Run, console: "Console | None" = None) -> None:
    """Print what a run says: headline, table, events, limits in short."""
    show([run], console)


def show(runs: Sequence[Run], console: "Console | None" = None) -> None:
    """Print what runs of one scenario say together."""
    from rich.console import Console

    out = console or Console(file=sys.stdout, highlight=False)
    words = page(runs)
    out.print()
    out.print(words.title, style="bold", markup=False)
    out.print(words.subtitle, style="dim", markup=False)
    out.print()
    for said in words.headline:
        out.print(said, markup=False)
    out.print()
    _court(words, out)
    _numbers(words, out)
    _events(words, out)
    _limits(words, out)


def show_figures(runs: Sequence[Run], console: "Console | None" = None) -> None:
    """Print the report's figures as small lines of characters."""
    from rich.console import Console

    out = console or Console(file=sys.stdout, highlight=False)
    for make in DRAWN:
        figure = make(runs)
        out.print()
        out.print(figure.title, style="bold", markup=False)
        for one in figure.lines:
            out.print(_drawn(one), markup=False)
        out.print(figure.source, style="dim", markup=False)


def _drawn(one: Line) -> str:
    band = f" ({_number(one.low[-1])} to {_number(one.high[-1])})" if one.high[-1] > one.low[-1] else ""
    return (
        f"  {one.label:<46.46} {sparkline(one.middle, 30)}  {_number(one.middle[0])} → {_number(one.middle[-1])}{band}"
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _court(words: Page, out: "Console") -> None:
    """Who fell, what the leader did, what was said abroad: the first rows of each table, a line or two a row."""
    if not any(table.rows for table in words.court.values()):
        return
    for name, most in MOST_ROWS.items():
        table = words.court[name]
        out.print(table.title, style="bold", markup=False)
        for row in table.rows[:most]:
            out.print(f"  {_told(table, row)}", markup=False)
        if not table.rows:
            out.print(f"  {table.empty}", style="dim", markup=False)
        if len(table.rows) > most:
            out.print(f"  ... and {len(table.rows) - most} more in the report", style="dim")
    out.print()


def _told(table: Cells, row: Sequence[str]) -> str:
    """A row as a line: what names itself as it is, the rest with its heading."""
    if table.name == "falls":
        date, name, post, cause, said, fate, back = row
        return f"{date}  {name}, {post}: {fate}; true cause {cause}; said in public: {said}; back: {back}"
    if table.name == "decisions":
        many, when, what, why, after = row
        return f"{many} {when}  {what}{': ' if why else ''}{why}; followed by {after}"
    if table.name == "said":
        date, grade, who, what, truth = row
        return f"{date}  {grade} {who}: {what} ({truth})"
    return "  ".join(row)


def _numbers(words: Page, out: "Console") -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    spread = (
        "lowest to highest run"
        if words.basis.runs > 1
        else "± sampling and luck of rare events; one draw: another seed would differ"
    )
    table = Table(
        box=SIMPLE_HEAD,
        caption=f"First and last year; {words.basis.text()}; {spread}.",
        caption_justify="left",
        pad_edge=False,
    )
    table.add_column("measure")
    table.add_column("unit", style="dim")
    table.add_column("first", justify="right")
    table.add_column("last", justify="right")
    if out.width >= 110:
        table.add_column("course", no_wrap=True)
    for row in words.table:
        cells = [row.label, row.unit, row.first.short(), row.last.short()]
        table.add_row(*cells, *([sparkline(row.path)] if out.width >= 110 else []))
    out.print(table)


def _events(words: Page, out: "Console") -> None:
    out.print()
    out.print("What happened", style="bold")
    for event, _ in words.story[:MOST_EVENTS]:
        origin = f" ({event.origin})" if event.origin else ""
        out.print(f"  {event.date}  {sentence(event)}{origin}  [{event.id}]", markup=False)
    if not words.story:
        out.print("  no lever was moved and no crowd came together")
    if len(words.story) > MOST_EVENTS:
        out.print(f"  ... and {len(words.story) - MOST_EVENTS} more in the report", style="dim")


def _limits(words: Page, out: "Console") -> None:
    out.print()
    if words.facts:
        out.print("Against what is known", style="bold")
        out.print(f"  {against_facts(words)}", markup=False)
        out.print()
    out.print("What this cannot tell", style="bold")
    for limit in words.limits:
        out.print(f"  {limit}", markup=False, style="dim")
    out.print()
