"""A page: its figure, the blocks that are written into it, and what it says on the first page of the section.

A block stands between `<!-- NAME: written by make.py -->` and `<!-- end of NAME -->`. A page whose marks are missing is
an error, so that no measured number can stand outside of a block unnoticed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from draw import Picture
from words import Claim, claims_table, verdict


@dataclass(frozen=True)
class Made:
    """What was made for a page."""

    picture: Picture
    claims: tuple[Claim, ...]
    blocks: Mapping[str, str] = field(default_factory=dict)  #: besides that of the claims
    verdict: str = ""  #: of a page without claims

    def write(self, folder: Path) -> None:
        """Write the figure, the page's blocks and its line on the first page."""
        self.picture.write(folder)
        page = folder / f"{self.picture.name}.md"
        text = page.read_text(encoding="utf-8")
        claims = {"claims": claims_table(self.claims)} if self.claims else {}
        for name, block in {**claims, **self.blocks}.items():
            text = filled(text, name, block)
        page.write_text(text, encoding="utf-8")
        index = folder / "index.md"
        index.write_text(
            told(index.read_text("utf-8"), self.picture.name, self.verdict or verdict(self.claims)), "utf-8"
        )


def filled(text: str, name: str, block: str) -> str:
    """The text with a block between its marks; an error if they are missing."""
    begin, end = f"<!-- {name}: written by make.py -->", f"<!-- end of {name} -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"no marks of the block '{name}'")
    return f"{before}{begin}\n\n{block}\n\n{end}{after}"


def told(index: str, name: str, words: str) -> str:
    """The first page with a new last cell in the line that links to a page."""
    line = re.compile(rf"^(\|.*\]\({re.escape(name)}\.md\) \|)[^|]*\|$", re.MULTILINE)
    if not line.search(index):
        raise ValueError(f"no line for '{name}'")
    return line.sub(lambda m: f"{m[1]} {words} |", index)
