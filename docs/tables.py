"""Fills `{{name}}` in a page with a table made from the code, so that the reference cannot go stale."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(c) for c in line) + " |" for line in lines)


def _cell(value: Any) -> str:
    from custodes.listing import _text

    return " ".join(_text(value).replace("|", "\\|").replace("<", "&lt;").split())


def levers() -> str:
    """All levers."""
    from custodes.actors.levers import lever_table

    return table(
        ("lever", "kind", "bounds", "default", "unit", "meaning", "felt by"),
        (
            (
                f"`{x['name']}`",
                x["kind"] + (", each organ" if x["per_organ"] else ""),
                f"{x['low']:g} to {x['high']:g}",
                x["default"],
                x["unit"],
                x["meaning"],
                x["felt_by"],
            )
            for x in lever_table()
        ),
    )


def parameters() -> str:
    """All shipped parameters, a section a group."""
    from custodes.listing import _prior
    from custodes.scenario.parameters import default_parameters

    groups: dict[str, list[dict[str, Any]]] = {}
    for row in default_parameters().table():
        groups.setdefault(row["name"].partition(".")[0], []).append(row)
    head = ("parameter", "value", "unit", "prior", "source", "grade", "meaning")
    return "\n\n".join(
        f"## {group}\n\n"
        + table(
            head,
            (
                (f"`{x['name']}`", x["value"], x["unit"], _prior(x["prior"]), x["source"], x["grade"], x["meaning"])
                for x in rows
            ),
        )
        for group, rows in groups.items()
    )


def series() -> str:
    """All series of a run."""
    from custodes.observe.truth import SERIES

    return table(
        ("series", "by week and", "unit", "meaning"),
        (
            (f"`{s.name}`", "" if s.dims == "national" else s.dims.replace(",", ", "), s.unit, s.meaning)
            for s in SERIES.values()
        ),
    )


def week() -> str:
    """The steps before and after the people pass."""
    from custodes.week import PREPARE, SETTLE

    def rows(steps: Iterable[Any]) -> Iterable[Sequence[Any]]:
        return ((f"`{s.name}`", s.doc, " ".join(s.reads), " ".join(s.writes)) for s in steps)

    head = ("step", "what", "reads", "writes")
    return f"## Before the people pass\n\n{table(head, rows(PREPARE))}\n\n## After it\n\n{table(head, rows(SETTLE))}"


def command_line() -> str:
    """The help of every command."""
    import contextlib
    import io

    from custodes.cli import _guarded, app

    names = [
        command.name or (command.callback.__name__ if command.callback else "") for command in app.registered_commands
    ]
    parts = []
    for name in names:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            _guarded([name, "--help"])
        parts.append(f"## custodes {name}\n\n```text\n{said.getvalue().strip()}\n```")
    return "\n\n".join(parts)


TABLES: dict[str, Callable[[], str]] = {
    "levers": levers,
    "parameters": parameters,
    "series": series,
    "week": week,
    "command_line": command_line,
}


def fill(_app: Any, _page: str, source: list[str]) -> None:
    """Replace the names in a page (an event handler of Sphinx)."""
    for name, make in TABLES.items():
        mark = "{{" + name + "}}"
        if mark in source[0]:
            source[0] = source[0].replace(mark, make())
