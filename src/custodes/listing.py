"""The lists that the command line prints: levers, parameters, the week. Aligned on a terminal and in a pipe alike."""

import os
import sys
import textwrap
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

COLUMN = 34  #: characters of a column at most, but for the last
WIDEST = 160  #: characters of a line in a pipe, where nobody says how wide it may be


def rows(head: Sequence[str], body: Iterable[Sequence[Any]]) -> str:
    """A table with aligned columns; long cells wrap, the last column at the width of the terminal."""
    table = [[_text(cell) for cell in line] for line in (head, *body)]
    widths = [min(COLUMN, max(len(line[i]) for line in table)) for i in range(len(head) - 1)]
    widths.append(max(30, _width() - sum(widths) - 2 * len(widths)))
    out = []
    for line in table:
        cells = [textwrap.wrap(cell, width) or [""] for cell, width in zip(line, widths, strict=True)]
        for parts in zip_longest(*cells, fillvalue=""):
            out.append("  ".join(f"{part:<{width}}" for part, width in zip(parts, widths, strict=True)).rstrip())
    return "\n".join(out)


def _width() -> int:
    return os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else WIDEST


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict):
        return ", ".join(f"{k} {_text(v)}" for k, v in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(_text(v) for v in value)
    return "" if value is None else str(value)


def levers(table: list[dict[str, Any]]) -> str:
    """The levers that a policy can set."""
    body = (
        (
            x["name"],
            x["kind"],
            f"{_text(float(x['low']))} to {_text(float(x['high']))}",
            x["default"],
            x["unit"],
            x["meaning"] + (" (each organ)" if x["per_organ"] else ""),
        )
        for x in table
    )
    return rows(("lever", "kind", "bounds", "default", "unit", "meaning"), body)


def parameters(table: list[dict[str, Any]]) -> str:
    """A scenario's parameters."""
    body = (
        (
            x["name"],
            x.get("chosen") or x["value"],
            x["unit"],
            f"{x['grade']}{' recalled' if x.get('recalled') else ''}",
            x["source"],
            f"{x['meaning']}; {_known(x)}",
        )
        for x in table
    )
    return rows(("parameter", "value", "unit", "grade", "source", "meaning"), body)


def _known(parameter: dict[str, Any]) -> str:
    """The choices of a switch, or the prior of a number."""
    if parameter.get("choices"):
        return f"one of {_text(parameter['choices'])}"
    return f"prior {_prior(parameter['prior'])}"


def _prior(prior: Any) -> str:
    if isinstance(prior, dict):
        return ", ".join(name if value is True else f"{name} ({_text(value)})" for name, value in prior.items())
    return _text(prior)


def scenarios(loaded: Iterable[Any]) -> str:
    """The built-in scenarios."""
    body = (
        (s.name, str(s.start), s.years, f"{s.people:,}", f"{s.title}. {' '.join(s.description.split())}")
        for s in loaded
    )
    return rows(("scenario", "starts", "years", "people", "what it is"), body)


def policies(loaded: Iterable[Any]) -> str:
    """The built-in policies."""
    return rows(("policy", "actions", "what it is"), ((p.name, len(p.actions), p.title) for p in loaded))


def week(before: Iterable[Any], after: Iterable[Any]) -> str:
    """The order of the week, with what each step reads and writes."""
    body = [
        *((step.name, _text(step.reads) or "-", _text(step.writes) or "-", step.doc) for step in before),
        (
            "people pass",
            "tables, last week's sums",
            "persons, households, neighbourhoods, sums",
            "Every household (4a) and person (4b), tile after tile, by the mechanisms' own functions.",
        ),
        ("ledgers", "sums", "books", "What households paid and got is booked, to the won, cent and gram."),
        *((step.name, _text(step.reads) or "-", _text(step.writes) or "-", step.doc) for step in after),
        ("laws", "books, people", "-", "People, won, cents and grams close to the unit, or the run stops."),
    ]
    numbered = (
        (n, name, f"{doc} Reads: {reads}. Writes: {writes}.") for n, (name, reads, writes, doc) in enumerate(body, 1)
    )
    return rows(("", "step", "what it does, reads and writes"), numbered)
