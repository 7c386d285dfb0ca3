"""Answer the article's question from finished comparisons: `python docs/questions/make.py MANY GRAINED`.

MANY and GRAINED are folders that these two commands make (the first takes minutes, the second hours):

    custodes compare dprk/2017 --factorial sanctions,rights-information --policy security-revenue-cut+rights-information
        --runs 200 --out MANY
    custodes compare dprk/2017 --factorial sanctions,rights-information --runs 24 --sample 1/100 --out GRAINED

GRAINED has a finer grain (one row for a hundred people) and fewer countries; the page sets both side by side. Every number between the
marks is written here, from the folders; what stands outside is prose that holds whatever the numbers are.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

import vl_convert

from custodes.experiment import verdict
from custodes.present import comparison_figures as figures
from custodes.present import comparison_tables as tables
from custodes.present.court_tables import Cells
from custodes.present.figure import CONFIG

HERE: Final = Path(__file__).resolve().parent
PAGE: Final = HERE / "sanctions-information-or-both.md"
BEGIN, END = "<!-- answer: written by make.py -->", "<!-- end of answer -->"
Comparison = dict[str, Any]


def table(cells: Cells, columns: tuple[int, ...] = ()) -> str:
    """A table of the report as Markdown."""
    keep = columns or tuple(range(len(cells.head)))
    lines = ["| " + " | ".join(cells.head[i] for i in keep) + " |", "| " + " | ".join("---" for _ in keep) + " |"]
    lines += ["| " + " | ".join(row[i].replace("|", "/") for i in keep) + " |" for row in cells.rows]
    return "\n".join(lines)


def picture(figure: Any, name: str) -> str:
    """A figure of the report as SVG beside the page, and the line that shows it."""
    spec = figure.spec | {"config": CONFIG | {"font": "Liberation Sans, Arial, sans-serif"}, "padding": 12}
    (HERE / f"{name}.svg").write_text(vl_convert.vegalite_to_svg(spec), encoding="utf-8")
    return f"![{figure.title}]({name}.svg)\n\n*{figure.caption} {figure.source}*"


def both(many: Comparison, grained: Comparison) -> str:
    """The crossed policies at two samples, beside one another."""
    known = {(f["a"], f["b"], f["measure"]): f for f in grained["factorial"]}
    rows = ["| measure | part | " + f"sample {many['sample']} | sample {grained['sample']} | same sign, or not told |"]
    rows.append("| --- | --- | --- | --- | --- |")
    for f in many["factorial"]:
        other = known.get((f["a"], f["b"], f["measure"]))
        if not f["primary"] or other is None:
            continue
        for part, called in (("effect_a", f["a"]), ("effect_b", f["b"]), ("interaction", "beyond the sum")):
            cells = [said(g, part) for g in (f, other)]
            rows.append(
                f"| {figures.label(f['measure'])} | {figures.label(called)} | {' | '.join(cells)} | {same(f, other, part)} |"
            )
    return "\n".join(rows)


def said(f: dict[str, Any], part: str) -> str:
    """An effect as a part of what the measure is without any policy; of outcomes in points."""
    base = 1.0 if f["kind"] == "share" else abs(f["cells"]["none"]["mean"] or 1.0)
    unit = " points" if f["kind"] == "share" else " %"
    value, low, high = (None if f[part][k] is None else 100.0 * f[part][k] / base for k in ("value", "low", "high"))
    if value is None or low is None or high is None:
        return "the same in every country"
    return f"{value:+.2g}{unit} ({low:+.2g} to {high:+.2g})".replace("-", "−")


def same(f: dict[str, Any], other: dict[str, Any], part: str) -> str:
    """Whether two samples contradict one another: intervals on different sides of zero."""
    sides = [side(g[part]) for g in (f, other)]
    if 0 in sides:
        return "not told in one of them" if any(sides) else "told in neither"
    return "same" if sides[0] == sides[1] else "**they contradict**"


def side(e: dict[str, Any]) -> int:
    """-1 or 1 where an interval excludes zero, else 0."""
    if e["low"] is None or e["high"] is None:
        return 0
    return 1 if e["low"] > 0 else -1 if e["high"] < 0 else 0


def pairing(c: Comparison) -> str:
    """How many times fewer runs the paired design needs."""
    rows = [
        r for r in c["effects"] if r["measure"] in ("bribes", "private_support") and r["variance_ratio"] is not None
    ]
    return ", ".join(
        f"{figures.label(r['measure'])} under {figures.label(r['plan'])} {r['variance_ratio']:.3g}" for r in rows
    )


def answer(many: Comparison, grained: Comparison | None) -> str:
    """Everything between the marks."""
    blocks = [
        verdict.together(many),
        f"```text\n{many['command']}\n```",
        "## What moved",
        table(tables.brief(many)),
        *[text for text in (verdict.opening(many), verdict.doubt(many), verdict.chance(many)) if text],
        "## What each policy does",
        *[text for p in many["plans"][1:] if (text := verdict.of_plan(p, many))],
        picture(figures.effects(many), "effects"),
        "## How the runs ended",
        table(tables.outcomes(many)),
        "## Together",
        picture(figures.interaction(many), "together"),
        *[picture(f, "over-time") for f in figures.paths(many)],
        "## Who pays",
        *[picture(f, f"by-{by}") for by in ("class", "songbun") if (f := figures.who_pays(many, by)) is not None],
        "## Under rival theories",
        table(tables.theories(many)),
        "## What pairing saves",
        f"Times as many runs an unpaired comparison would need for the same interval: {pairing(many)}.",
    ]
    if grained is not None:
        blocks += [
            "## Does the grain matter?",
            (
                f"The same question with {grained['countries']} countries at sample {grained['sample']} (one row for fewer people) beside "
                f"{many['countries']} at {many['sample']}. Effects are parts of the level without any policy, with 95 % intervals."
            ),
            both(many, grained),
        ]
    return "\n\n".join(blocks)


def main(folders: list[str]) -> None:
    """Write the page from the folders of one or two comparisons."""
    found = [json.loads((Path(folder) / "comparison.json").read_bytes()) for folder in folders]
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    told = answer(found[0], found[1] if len(found) > 1 else None)
    PAGE.write_text(f"{before}{BEGIN}\n\n{told}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
