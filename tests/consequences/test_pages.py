"""The pages say what was measured: what stands on the first page follows from the claims of each page, and no mark is empty."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "consequences"
INDEX = (FOLDER / "index.md").read_text(encoding="utf-8")
#: Page and verdict of each consequence, as the first page has them.
TOLD = dict(re.findall(r"^\|.*\]\(([a-z-]+)\.md\) \| (.*) \|$", INDEX, re.MULTILINE))


def claims(name: str) -> list[tuple[str, str]]:
    """What a page claims, and what was found of it."""
    block = (
        (FOLDER / f"{name}.md")
        .read_text(encoding="utf-8")
        .partition("<!-- claims:")[2]
        .partition("<!-- end of claims")[0]
    )
    rows = [line.strip("| ").split(" | ") for line in block.splitlines() if line.startswith("| ")]
    return [(row[0], row[-1]) for row in rows[1:] if "---" not in row[0]]


def test_every_consequence_has_a_page_with_a_figure() -> None:
    assert len(TOLD) == 14, "thirteen, of which the third has two"
    for name in TOLD:
        assert (FOLDER / f"{name}.svg").read_text(encoding="utf-8").startswith("<svg")
        assert f"({name}.svg)" in (FOLDER / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(set(TOLD) - {"interaction"}))
def test_the_first_page_says_what_the_page_found(name: str) -> None:
    """All claims, or how many, and which not."""
    found = claims(name)
    assert len(found) >= 3
    missing = [says for says, verdict in found if verdict != "yes"]
    if missing:
        assert TOLD[name] == f"{len(found) - len(missing)} of {len(found)} claims; not: {'; '.join(missing)}"
    else:
        assert TOLD[name] == f"yes: all {len(found)} claims"


@pytest.mark.parametrize("name", sorted(TOLD))
def test_no_block_of_a_page_is_empty(name: str) -> None:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"<!-- ([a-z]+): written by make\.py -->(.*?)<!-- end of \1 -->", text, re.DOTALL)
    assert blocks
    assert all(block.strip() for _, block in blocks)
