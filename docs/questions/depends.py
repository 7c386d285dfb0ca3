"""What the answer hangs on, where a policy fails, what would be regretted: `python docs/questions/depends.py LEVELS EFFECT MANY`.

LEVELS and EFFECT are folders of two sensitivity analyses, MANY is that of the comparison that `make.py` names:

    custodes sensitivity dprk/2017 --measure bribes --measure private_support --measure food_stress --base 128 --out LEVELS
    custodes sensitivity dprk/2017 --measure bribes --measure private_support --measure food_stress
        --policy sanctions+rights-information --base 64 --out EFFECT

Everything between the marks is written here, from the folders; what stands outside is prose that holds whatever the numbers are.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from make import END, HERE, picture, table

from custodes.experiment import comparison, measures, store
from custodes.experiment.discover import discover
from custodes.experiment.regret import regret
from custodes.experiment.sensitivity import open_sensitivity
from custodes.present import sense_figures as figures
from custodes.present import sense_page as pages
from custodes.present.court_tables import Cells

PAGE: Final = HERE / "what-the-answer-hangs-on.md"
BEGIN: Final = "<!-- answer: written by depends.py -->"
POLICY: Final = "sanctions+rights-information"
FAILURES: Final = ("breakdown", "private_support.change<-0.05", "food_stress", "arrests")
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
    found = regret(held.frame(), held.plans, comparison.abouts(measures.MEASURES), {}, (), held.design.seed)
    yield "```text\ncustodes regret MANY\n```"
    yield from paragraphs(str(found.content["words"]))
    columns = ("measure", "plan", "regret", "high_regret", "largest_regret", "satisfied")
    rows = found.frame[list(columns)].itertuples(index=False)
    told = [tuple(v if isinstance(v, str) else f"{v:.3g}" for v in row) for row in rows]
    yield table(Cells("regret", "", "", "", columns, told))


def main(folders: list[str]) -> None:
    """Write the page from three folders."""
    levels, effect, many = map(Path, folders)
    blocks = ["## What the country hangs on", *ranked(levels, "levels")]
    blocks += ["## What the effect of both policies hangs on", *ranked(effect, "effect")]
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
