"""A sensitivity analysis or a discovery as a page: one HTML file that opens offline."""

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

from custodes.experiment.discover_words import limit, per_cent, share
from custodes.experiment.sense_words import label, listed, name
from custodes.present import sense_figures as figures
from custodes.present.comparison_figures import number
from custodes.present.court_tables import Cells
from custodes.present.figure import CONFIG, Figure
from custodes.present.page import FORECAST
from custodes.present.report import _prior, _shown, _template, drawing_code, write_page
from custodes.present.words import span

Answer = dict[str, Any]
SENSITIVITY: Final = "custodes-sensitivity-1"
OPEN: Final = 14


class Page(NamedTuple):
    """All words of a page."""

    title: str
    subtitle: str
    words: list[str]
    limits: list[str]
    about_unknowns: str
    unknowns: list[tuple[str, ...]]
    provenance: list[tuple[str, str]]


def page(a: Answer) -> Page:
    """The words of an answer of either kind."""
    ranked = a["format"] == SENSITIVITY
    return Page(
        title=_ranked_title(a) if ranked else f"{a['scenario']}: where {a['question']}",
        subtitle=_ranked_subtitle(a) if ranked else _found_subtitle(a),
        words=[s for s in str(a["words"]).split("\n") if s.strip()],
        limits=_ranked_limits(a) if ranked else _found_limits(a),
        about_unknowns=f"{a['unknowns']} unknowns, drawn by: {a['uncertain']}.",
        unknowns=[
            (u["name"], "rival theories" if u["kind"] == "mechanism" else "parameter", _prior(u["prior"]), u["grade"])
            for u in a["axes"]
        ],
        provenance=[
            ("Scenario", f"{a['scenario']}, digest {a['scenario_digest']}"),
            ("Code", f"custodes {a['code_version']}"),
            ("Design", f"seed {a['seed']}, sample {a['sample']}, {span(a['weeks'])}, lucks a point: {a['lucks']}"),
            ("Uncertain", str(a["uncertain"])),
            ("Again", str(a["command"])),
        ],
    )


def _ranked_title(a: Answer) -> str:
    what = listed([label(m["name"]) for m in a["measures"]])
    under = f"{label(a['plan'])} against {label(a['against'])}" if a["against"] else label(a["plan"])
    return f"{a['scenario_title']}: what matters for {what}, {under}"


def _ranked_subtitle(a: Answer) -> str:
    stages = [
        (f"{s['runs']:,} runs {word}")
        for s, word in ((a["screening"], "of screening"), (a["indices"], "for indices"))
        if s
    ]
    return f"{a['unknowns']} unknowns in {len(a['groups'])} groups, luck among them; {listed(stages)}; {_each(a)}"


def _found_subtitle(a: Answer) -> str:
    return f"{a['countries']} possible countries, {a['points']} points of {a['unknowns']} unknowns; {_each(a)}"


def _each(a: Answer) -> str:
    return f"{span(a['weeks'])} each, sample {a['sample']}"


RANKED_LIMITS: Final = (
    (
        "What matters here is what moves the model's answer within what is believed of its unknowns. A parameter believed to be well known "
        "moves little for that reason, and what the model leaves out moves nothing."
    ),
    "A group is ranked as a whole: which of its unknowns does it is not told.",
    (
        "The screening ranks by average size of change between the 5th and 95th hundredth of every belief; the indices rank by shares "
        "of variance."
    ),
)
FOUND_LIMITS: Final = (
    (
        "A region is a description, not a cause: other unknowns may be the reason, and other regions may describe the same countries "
        "nearly as well."
    ),
    (
        "A region is told only if searches over shuffled cases rarely find one as good and it parts cases from others in points it had not "
        "seen. What holds up in none of these tests is not told; that is no proof that there is nothing."
    ),
    "The share inside a region was searched for and flatters it; the share among unseen countries does not.",
)


def _ranked_limits(a: Answer) -> list[str]:
    wide = f"A ranking is withheld while an interval is wider than ±{a['half']:g}"
    return [FORECAST, *RANKED_LIMITS, f"{wide} or two neighbours in rank are neither told apart nor known to be alike."]


def _found_limits(a: Answer) -> list[str]:
    lost = [f"{a['failed']} runs failed and are left out."] if a["failed"] else []
    return [FORECAST, *FOUND_LIMITS, *lost]


# --- tables -----------------------------------------------------------------------------------------------------------


def ranking(a: Answer) -> Cells:
    """Indices in numbers."""
    rows = [
        (label(m["measure"]), name(r["group"]), _index(r, "first"), _index(r, "total"))
        for m in (a["indices"] or {}).get("measures", ())
        for r in m["rows"]
    ]
    return Cells(
        "ranking",
        "In numbers",
        "Shares of variance with 95 % intervals.",
        figures.source(a),
        ("Measure", "Group", "If known alone", "With all interplay"),
        rows,
        OPEN,
        "No ranking could be given: the sample is too small.",
    )


def _index(r: dict[str, Any], key: str) -> str:
    v, low, high = (number(r[k], "share") for k in (key, f"{key}_low", f"{key}_high"))
    return f"{v} ({low} to {high})"


def refusals(a: Answer) -> Cells:
    """What was not answered, and what it would take."""
    rows = [
        (label(m["measure"]), word, m["refusal"], f"{m['more_runs']:,}" if m["more_runs"] else "none would")
        for stage, word in ((a["screening"], "screening"), (a["indices"], "indices"))
        for m in (stage or {}).get("measures", ())
        if m["refusal"]
    ]
    return Cells(
        "refusals",
        "Not answered",
        "",
        figures.source(a),
        ("Measure", "Stage", "Why", "More runs"),
        rows,
        OPEN,
        "Everything was answered.",
    )


def members(a: Answer) -> Cells:
    """What is in each group."""
    rows = [
        (name(g["name"]), str(len(g["unknowns"])), ", ".join(u["name"] for u in g["unknowns"]) or "seeds")
        for g in a["groups"]
    ]
    return Cells(
        "groups", "The groups", "", figures.source(a), ("Group", "Unknowns", "Which"), rows, OPEN, "There are none."
    )


def regions(a: Answer) -> Cells:
    """Limits of every region that held up."""
    rows = [
        (str(i + 1), limit(x), per_cent(x["again"]), f"{x['quasi_p']:.2g}", share(b["inside"]), share(b["elsewhere"]))
        for i, b in enumerate(a["boxes"])
        for x in b["limits"]
    ]
    head = ("Region", "Limit", "Found again", "Quasi p", "Inside", "Elsewhere")
    return Cells(
        "regions",
        "In numbers",
        "Found again: of searches over four fifths of the points, those that limit the same unknown. Quasi p: the chance of so many cases "
        "without this limit; it was searched for, and is small for that reason too.",
        figures.source(a),
        head,
        rows,
        OPEN,
        a["refusal"] or f"No region holds up: {a['not_told']}.",
    )


# --- the file ---------------------------------------------------------------------------------------------------------


def html(a: Answer) -> str:
    """The page as HTML text."""
    drawn: list[Figure] = []

    def shown(figure: Figure | None) -> list[Any]:
        if figure is None:
            return []
        drawn.append(figure)
        return [_shown(figure)]

    return str(
        _template("sense.html.j2").render(
            page=page(a),
            kind="analysis" if a["format"] == SENSITIVITY else "search",
            sections=[s for s in _sections(a, shown) if s[2]],
            specs=json.dumps({f.name: f.spec for f in drawn}, separators=(",", ":")).replace("</", "<\\/"),
            config=json.dumps(CONFIG, separators=(",", ":")),
            library=drawing_code().replace("</script", "<\\/script"),
        )
    )


def _sections(a: Answer, shown: Any) -> list[tuple[str, str, list[Any]]]:
    if a["format"] == SENSITIVITY:
        refused = refusals(a)
        return [
            ("blame", "What is to blame", [*shown(figures.indices(a)), ranking(a)]),
            ("moves", "What moves it", shown(figures.screening(a))),
            ("refused", "What is not answered", [refused] if refused.rows else []),
            ("groups", "The groups", [members(a)]),
        ]
    return [("where", "Where", [*(block for f in figures.where(a) for block in shown(f)), regions(a)])]


def write(a: Answer, path: Path) -> Path:
    """Write the page to `path`, whole or not at all, and return it. BadResults where the disk refuses."""
    return write_page(html(a), path)
