"""A comparison as a page: one HTML file that opens offline."""

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

from custodes.experiment import verdict
from custodes.present import comparison_figures as figures
from custodes.present import comparison_tables as tables
from custodes.present.comparison_figures import Comparison
from custodes.present.figure import CONFIG, Figure
from custodes.present.page import AFTER, COURT_LIMIT, FORECAST
from custodes.present.report import _prior, _shown, _template, drawing_code, write_page
from custodes.present.words import span

#: By what the people or the guards are split, in the order shown.
SPLITS: Final = ("class", "songbun", "province", "organ")


THEIRS: Final = (
    "The intervals hold doubt about parameters, about the rival theories that the model can switch between, and luck. They do "
    "not hold what no switch knows: mechanisms that are missing or wrong."
)
MANY: Final = (
    "Many measures are compared at once. Those named beforehand are judged one by one; of what else is called found, one in "
    "twenty is expected to be nothing."
)


class Page(NamedTuple):
    """All words of a comparison's page."""

    title: str
    subtitle: str
    words: list[str]
    by_plan: list[str]  #: the same, policy by policy
    limits: list[str]
    about_unknowns: str
    unknowns: list[tuple[str, ...]]
    provenance: list[tuple[str, str]]


def page(c: Comparison) -> Page:
    """The words of a comparison."""
    names = [figures.label(p["name"]) for p in c["plans"]]
    return Page(
        title=f"{c['scenario_title']}: {', '.join(names[1:-1])}{' and ' if len(names) > 2 else ''}{names[-1]}",
        subtitle=(
            f"{c['countries']} possible countries under {len(names)} policies, {span(c['weeks'])} each, sample {c['sample']}, "
            f"{c['runs']:,} runs, seed {c['seed']}"
        ),
        words=[s for s in (verdict.opening(c), verdict.together(c), verdict.doubt(c), verdict.chance(c)) if s],
        by_plan=[s for p in c["plans"][1:] if (s := verdict.of_plan(p, c))],
        limits=limits(c),
        about_unknowns=about_unknowns(c),
        unknowns=[
            (u["name"], "rival theories" if u["kind"] == "mechanism" else "parameter", _prior(u["prior"]), u["grade"])
            for u in c.get("axes", [])
        ],
        provenance=provenance(c),
    )


def about_unknowns(c: Comparison) -> str:
    """How the countries were drawn."""
    how = {
        "none": "Nothing was uncertain but luck: all countries have the scenario's own parameters.",
        "prior": "Every country has its own parameters, drawn from what is believed before any evidence.",
    }.get(str(c["uncertain"]), f"The countries were drawn by: {c['uncertain']}.")
    return f"{how} {c['unknowns']} unknowns; no draw was weighed by how well it fits the facts unless a posterior was given."


def limits(c: Comparison) -> list[str]:
    """What the comparison cannot tell."""
    said = [
        FORECAST,
        THEIRS,
        AFTER,
        COURT_LIMIT,
        MANY,
    ]
    if c["lucks"] < 2:
        said.append("Each country was met with one luck only: luck and parameters cannot be told apart.")
    if c["failed"]:
        said.append(f"{len(c['failed'])} runs failed and are listed; their countries are left out.")
    return said + [str(s) for s in c.get("limits", [])]


def provenance(c: Comparison) -> list[tuple[str, str]]:
    """Enough to make the comparison again."""
    return [
        ("Scenario", f"{c['scenario']}, digest {c['scenario_digest']}"),
        ("Code", f"custodes {c['code_version']}"),
        ("Design", f"{c['countries']} countries, lucks a point: {c['lucks']}, seed {c['seed']}, sample {c['sample']}"),
        ("Uncertain", str(c["uncertain"])),
        ("Runs", f"{c['runs']:,} whole, {len(c['failed'])} failed"),
        ("Again", str(c.get("command", ""))),
    ]


def html(c: Comparison) -> str:
    """The page as HTML text."""
    drawn: list[Figure] = []

    def shown(figure: Figure | None) -> list[dict[str, Any]]:
        if figure is None or not (figure.spec or figure.svg):
            return []
        drawn.append(figure)
        return [_shown(figure)]

    sections: list[tuple[str, str, list[Any]]] = [
        ("brief", "In brief", [tables.brief(c)]),
        ("effects", "What each policy does", [*shown(figures.effects(c)), tables.effects(c)]),
        ("outcomes", "How the runs ended", [tables.outcomes(c)]),
        (
            "interaction",
            "Together",
            [*(shown(figures.interaction(c)) if c["factorial"] else []), tables.interactions(c)],
        ),
        ("time", "Over time", [block for f in (*figures.paths(c), *figures.levels(c)) for block in shown(f)]),
        ("who", "Who pays", [block for by in SPLITS for block in shown(figures.who_pays(c, by))]),
        ("doubt", "How sure", [*shown(figures.doubt(c)), tables.theories(c), tables.pairing(c)]),
        ("policies", "The policies and the runs", [tables.policies(c), tables.failures(c)]),
    ]
    return str(
        _template("comparison.html.j2").render(
            page=page(c),
            sections=[s for s in sections if s[2]],
            specs=json.dumps({f.name: f.spec for f in drawn if f.spec}, separators=(",", ":")).replace("<", "\\u003c"),
            config=json.dumps(CONFIG, separators=(",", ":")),
            library=drawing_code().replace("</script", "<\\/script"),
        )
    )


def write(c: Comparison, path: Path) -> Path:
    """Write the page to `path`, whole or not at all, and return it. BadResults where the disk refuses."""
    return write_page(html(c), path)
