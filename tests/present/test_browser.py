"""The pages in a real browser: every chart is drawn, nothing is asked of a server, nothing overflows a telephone."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.experiment import synthetic

from custodes.present import comparison_page, report
from custodes.results.run import Run

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HAIR = 4  #: pixels that nobody notices
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: the pages are not looked at"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def pages(one: list[Run], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "run.html").write_text(report.html(one), encoding="utf-8")
    (folder / "comparison.html").write_text(comparison_page.html(synthetic.comparison(80).to_dict()), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in ("run", "comparison")}


@pytest.mark.parametrize("name", ["run", "comparison"])
def test_a_page_draws_all_its_charts_and_asks_nobody(browser: Any, pages: dict[str, Path], name: str) -> None:
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if not r.url.startswith(("file:", "data:")) else None)
    page.on("pageerror", lambda e: wrong.append(str(e)))
    page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
    page.goto(f"file://{pages[name]}")
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    page.wait_for_function(
        "[...document.querySelectorAll('.chart')].every(c => c.querySelector('svg') || c.textContent.length > 0)",
        timeout=60_000,
    )
    charts = page.locator(".chart").count()
    assert charts >= 5
    assert page.locator(".chart svg").count() == charts
    assert asked == []
    assert wrong == []
    page.close()


@pytest.mark.parametrize("width", [1100, 390], ids=["desk", "telephone"])
@pytest.mark.parametrize("name", ["run", "comparison"])
def test_a_page_is_shown_whole_and_scrolls_down_only(
    browser: Any, pages: dict[str, Path], name: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 850})
    page.goto(f"file://{pages[name]}")
    page.wait_for_timeout(1500)
    assert page.evaluate("document.documentElement.scrollWidth") <= width + HAIR
    page.close()
