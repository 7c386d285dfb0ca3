"""Fills `{{name}}` in a page with a table made from the code, so that the reference cannot go stale."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import custodes

RECORDED: Final = re.compile(r'\.record\(\s*"([a-z_]+)"')


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
                x["kind"] + _parts(x),
                f"{x['low']:g} to {x['high']:g}",
                x["default"],
                x["unit"],
                x["meaning"],
                x["felt_by"],
            )
            for x in lever_table()
        ),
    )


def _parts(lever: dict[str, Any]) -> str:
    if lever["per_organ"]:
        return ", each organ of guards"
    return ", each organ of the court" if lever["per_court"] else ""


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
                (
                    f"`{x['name']}`",
                    x["chosen"] or x["value"],
                    x["unit"],
                    _prior(x["prior"]),
                    x["source"],
                    x["grade"],
                    x["meaning"],
                )
                for x in rows
            ),
        )
        for group, rows in groups.items()
    )


def rival_theories() -> str:
    """The switches that a study draws."""
    from custodes.experiment.unknowns import RIVAL_THEORIES
    from custodes.scenario.parameters import default_parameters

    known = default_parameters()
    head = ("switch", "choices, the default first", "meaning", "source")
    return table(
        head,
        (
            (f"`{p.name}`", ", ".join(sorted(p.choices, key=lambda c: c != p.chosen)), p.meaning, p.source)
            for p in (known[name] for name in RIVAL_THEORIES)
        ),
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


def measures() -> str:
    """All measures of a comparison."""
    from custodes.experiment.measures import MEASURES

    return table(
        ("measure", "unit", "parted by", "better", "meaning"),
        (
            (f"`{m.name}`" + (" *" if m.suffering else ""), m.unit, ", ".join(m.by), m.better, m.meaning)
            for m in MEASURES
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


def events() -> str:
    """Every kind of record; ValueError if the package writes one that `event_kinds` does not explain, or the other way."""
    from event_kinds import HEADINGS, KINDS

    told, written = {name for group in KINDS for name in group}, _written()
    if told != written:
        raise ValueError(
            f"docs/event_kinds.py lacks {sorted(written - told)} and has too many {sorted(told - written)}"
        )
    head = ("kind", "what it means", "magnitude")
    return "\n\n".join(
        f"## {title}\n\n{table(head, ((f'`{name}`', *words) for name, words in group.items()))}"
        for title, group in zip(HEADINGS, KINDS, strict=True)
    )


def _written() -> set[str]:
    """Kinds that the package's code records, except levers logged under their own names."""
    from custodes.actors.levers import EVENT_KINDS
    from custodes.mechanisms.indicators import KINDS

    source = Path(custodes.__file__).parent
    found = {kind for path in source.rglob("*.py") for kind in RECORDED.findall(path.read_text("utf-8"))}
    return found | set(EVENT_KINDS.values()) | set(KINDS)


TABLES: dict[str, Callable[[], str]] = {
    "levers": levers,
    "parameters": parameters,
    "rival_theories": rival_theories,
    "series": series,
    "measures": measures,
    "events": events,
    "week": week,
    "command_line": command_line,
}


def fill(_app: Any, _page: str, source: list[str]) -> None:
    """Replace the names in a page (an event handler of Sphinx)."""
    for name, make in TABLES.items():
        mark = "{{" + name + "}}"
        if mark in source[0]:
            source[0] = source[0].replace(mark, make())
