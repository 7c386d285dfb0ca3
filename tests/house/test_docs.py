"""What the pages say runs: their Python and shell blocks, page by page, in order, in an empty folder."""

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.command import custodes

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(python|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [page for page in sorted((ROOT / "docs").rglob("*.md")) if BLOCK.search(page.read_text(encoding="utf-8"))]


def run_page(blocks: list[tuple[str, str]], folder: Path) -> int:
    """Run the blocks of a page in one namespace and folder; the number of blocks run."""
    names: dict[str, object] = {"__name__": "__docs__"}
    for language, text in blocks:
        if language == "python":
            exec(compile(text, "a page", "exec"), names)
            continue
        for line in text.splitlines():
            program, *arguments = shlex.split(line, comments=True)
            assert program == "custodes", f"a page runs '{program}', which a test does not"
            done = custodes(*arguments, cwd=folder)
            assert done.code == 0, f"{line}: {done.err}"
    return len(blocks)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_code_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_page(BLOCK.findall(page.read_text(encoding="utf-8")), tmp_path) > 0


def test_the_readmes_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert run_page([block for block in blocks if block[0] == "python"], tmp_path) == 1


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                broken.append((page.name, target))
    assert not broken
