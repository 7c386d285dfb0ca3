"""A comparison in text: the words, the outcomes, the measures named beforehand and those of suffering."""

import sys
from typing import TYPE_CHECKING

from custodes.present import comparison_tables as tables
from custodes.present.comparison_figures import Comparison
from custodes.present.comparison_page import limits, page
from custodes.present.court_tables import Cells

if TYPE_CHECKING:
    from rich.console import Console

NARROW = 110  #: characters; below, tables leave columns out
_LEFT_OUT = ("Unit", "One country (90 %)", "History says")


def show(c: Comparison, console: "Console | None" = None) -> None:
    """Print what a comparison says."""
    from rich.console import Console

    out = console or Console(file=sys.stdout, highlight=False)
    words = page(c)
    out.print()
    out.print(words.title, style="bold", markup=False)
    out.print(words.subtitle, style="dim", markup=False)
    out.print()
    for said in (*words.words[:1], *words.by_plan, *words.words[1:]):
        out.print(said, markup=False)
        out.print()
    _table(tables.outcomes(c), out)
    _table(_first(c), out)
    if c["factorial"]:
        _table(tables.interactions(_chosen(c)), out)
    if c["failed"]:
        _table(tables.failures(c), out)
    out.print("What this cannot tell", style="bold")
    for limit in limits(c):
        out.print(f"  {limit}", style="dim", markup=False)
    out.print()


def _first(c: Comparison) -> Cells:
    """The measures named beforehand and those of suffering."""
    return tables.effects(c | {"effects": [r for r in c["effects"] if r.get("primary") or r["suffering"]]})


def _chosen(c: Comparison) -> Comparison:
    named = {r["measure"] for r in c["effects"] if r.get("primary")}
    return c | {"factorial": [f for f in c["factorial"] if f["measure"] in named or f["found"]]}


def _table(cells: Cells, out: "Console") -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    if not cells.rows:
        return
    keep = [i for i, h in enumerate(cells.head) if out.width >= NARROW or h not in _LEFT_OUT]
    table = Table(
        box=SIMPLE_HEAD,
        title=cells.title,
        title_justify="left",
        title_style="bold",
        caption=cells.caption,
        caption_justify="left",
        pad_edge=False,
    )
    for i in keep:
        table.add_column(cells.head[i], overflow="fold")
    for row in cells.rows:
        table.add_row(*(row[i] for i in keep))
    out.print(table)
