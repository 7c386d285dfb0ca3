"""What the answer hangs on, where a policy fails, what would be regretted: `python docs/questions/depends.py LEVELS MANY`.

LEVELS is the folder of a sensitivity analysis, MANY that of the comparison that `make.py` names:

    custodes sensitivity dprk/2017 --measure bribes --measure private_support --measure food_stress --base 256 --out LEVELS

Everything between the marks is written here, from the folders; what stands outside is prose that holds whatever the numbers are.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from make import END, HERE, picture, table

from custodes.experiment import comparison, measures, store
from custodes.experiment.at_risk import standing
from custodes.experiment.discover import discover
from custodes.experiment.regret import Regret, regret
from custodes.experiment.sensitivity import open_sensitivity
from custodes.present import sense_figures as figures
from custodes.present import sense_page as pages
from custodes.present.court_tables import Cells

PAGE: Final = HERE / "what-the-answer-hangs-on.md"
BEGIN: Final = "<!-- answer: written by depends.py -->"
POLICY: Final = "sanctions+rights-information"
FAILURES: Final = ("breakdown", "private_support.change<-0.05", "food_stress.change>0.02", "bribes")
SEED: Final = 1


def ranked(folder: Path, name: str) -> Iterator[str]:
    """One analysis: its command, its words, its pictures, what it refused."""
    a = open_sensitivity(folder).to_dict()
    yield f"```text\n{a['command']}\n```"
    yield from paragraphs(a["words"])
    for figure, what in ((figures.screening(a), "screening"), (figures.indices(a), "indices")):
        if figure is not None:
            yield picture(figure, f"{name}-{what}")
    for cells in (pages.ranking(a), pages.refusals(a)):
        if cells.rows:
            yield f"*{cells.caption}*" if cells.caption else ""
            yield table(cells)
    yield "The groups that were looked at closely:"
    members = pages.members(a)
    yield table(members._replace(rows=[row for row in members.rows if row[0] in {pages.name(g) for g in a["kept"]}]))


def paragraphs(words: str) -> list[str]:
    """Sentences of an answer, a paragraph a line."""
    return [line for line in words.split("\n") if line.strip()]


def failing(folder: Path) -> Iterator[str]:
    """Where the joint policy fails, by four notions of failure."""
    for number, asked in enumerate(FAILURES):
        found = discover(folder, asked, POLICY, seed=SEED)
        yield f"```text\ncustodes discover MANY --policy {POLICY} --failing '{asked}'\n```"
        yield from paragraphs(found.words)
        a = found.to_dict()
        for place, figure in enumerate(figures.where(a)):
            yield picture(figure, f"fails-{number}-{place}")


def least(folder: Path) -> Iterator[str]:
    """Which policy would be regretted least."""
    held = store.Store.open(folder)
    found = regret(standing(held), held.plans, comparison.abouts(measures.MEASURES), {}, (), held.design.seed)
    yield "```text\ncustodes regret MANY\n```"
    yield from paragraphs(str(found.content["words"]))
    yield "Largest regret and, in brackets, the one that 19 of 20 countries stay below, in the measure's own unit:"
    yield table(
        Cells("regret", "", "", "", ("measure", *map(figures.label, held.plans)), list(losses(found, held.plans)))
    )


def losses(found: Regret, plans: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """A row a measure, a column a plan."""
    for measure, rows in found.frame.groupby("measure", sort=False):
        of = rows.set_index("plan")
        cells = (f"{of.loc[p, 'largest_regret']:.3g} ({of.loc[p, 'high_regret']:.3g})" for p in plans)
        yield (figures.label(str(measure)), *cells)


def main(folders: list[str]) -> None:
    """Write the page from two folders."""
    levels, many = map(Path, folders)
    blocks = ["## What the country hangs on", *ranked(levels, "levels")]
    blocks += ["## Where both policies together fail", *failing(many)]
    blocks += ["## What one would regret", *least(many)]
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n\n{body(blocks)}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def body(blocks: list[str]) -> str:
    """Blocks of Markdown, a blank line between them."""
    return "\n\n".join(b for b in blocks if b)


if __name__ == "__main__":
    main(sys.argv[1:])
