"""The page of a comparison: every answer with its doubt, one file, offline; the terminal says the same."""

import copy
import html.parser
import io
import json
import re
from typing import Any

import pytest
from rich.console import Console
from tests.experiment import synthetic

from custodes.errors import BadResults
from custodes.present import comparison_figures as figures
from custodes.present import comparison_page, comparison_terminal
from custodes.present import comparison_tables as tables


class Asked(html.parser.HTMLParser):
    """What a browser would fetch of itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [f"{tag} {value}" for name, value in attrs if tag != "a" and name in ("src", "href", "srcset")]

    @classmethod
    def of(cls, text: str) -> list[str]:
        parser = cls()
        parser.feed(text)
        return parser.found


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    return synthetic.comparison(120).to_dict()


@pytest.fixture(scope="module")
def text(answer: dict[str, Any]) -> str:
    return comparison_page.html(answer)


def test_the_page_asks_no_server_and_has_every_section(text: str) -> None:
    assert "default-src 'none'" in text
    assert Asked.of(text) == []
    for key in (
        "brief",
        "effects",
        "outcomes",
        "interaction",
        "time",
        "who",
        "doubt",
        "policies",
        "limits",
        "unknowns",
    ):
        assert f'id="{key}"' in text


def test_every_figure_has_numbers_and_says_what_it_rests_on(answer: dict[str, Any]) -> None:
    drawn = [figures.effects(answer), figures.interaction(answer), figures.doubt(answer)]
    drawn += [*figures.paths(answer), *figures.levels(answer), figures.who_pays(answer, "province")]
    for figure in drawn:
        assert figure.rows
        assert "Simulated, not observed" in figure.source
        assert f"seed {answer['seed']}" in figure.source
        assert figure.csv().count("\n") == len(figure.rows) + 1


def test_effects_drawn_are_the_effects_told(answer: dict[str, Any]) -> None:
    rows = {(r["plan"], r["measure"]): r for r in figures.effects(answer).rows}
    for r in answer["effects"]:
        assert rows[(r["plan"], r["measure"])]["low"] == r["low"]


def test_a_difference_of_shares_is_in_points_and_has_its_interval(answer: dict[str, Any]) -> None:
    first = tables.outcomes(answer).rows[0]
    assert re.fullmatch(r"[+−]?[\d.]+ points \([+−]?[\d.]+ to [+−]?[\d.]+\)", first[4])
    told = next(r for r in answer["effects"] if r["measure"] == "breakdown")
    assert first[2] == figures.number(told["mean_against"], "share")


def test_history_stands_beside_an_outcome_or_is_said_to_be_unknown(answer: dict[str, Any]) -> None:
    said = {row[0]: row[5] for row in tables.outcomes(answer).rows}
    assert said["breakdown"] == "2.3 % a year (1.4 to 3.5)"
    assert said["elite coup"] == "no base rate is known"


def test_the_brief_table_is_empty_where_nothing_was_found(answer: dict[str, Any]) -> None:
    cells = tables.brief(answer)
    by_key = {(figures.label(r["measure"]), figures.label(r["plan"])): r["found"] for r in answer["effects"]}
    assert len(cells.rows) >= 4
    for row in cells.rows:
        for plan, cell in zip(cells.head[1:], row[1:], strict=True):
            assert bool(cell) == by_key[(row[0], plan)]


def test_suffering_is_always_shown(answer: dict[str, Any]) -> None:
    assert set(figures.told(answer)) >= {m for m, (_, kind, _, hurt, _, _) in synthetic.MEASURES.items() if hurt}


def test_failed_runs_are_listed_with_their_cause(text: str, answer: dict[str, Any]) -> None:
    for failure in answer["failed"]:
        assert failure["cause"] in text


def test_without_crossed_policies_or_parts_the_page_still_stands(answer: dict[str, Any]) -> None:
    bare = copy.deepcopy(answer) | {"factorial": [], "parts": [], "paths": [], "failed": [], "axes": []}
    page = comparison_page.html(bare)
    assert "add --factorial A,B" in page
    assert 'id="time"' not in page


def test_what_a_policy_is_called_cannot_act_in_a_browser(answer: dict[str, Any]) -> None:
    text = json.dumps(answer).replace("sanctions", "<script>alert(1)</script>")
    page = comparison_page.html(json.loads(text))
    assert "<script>alert(1)" not in page


def test_the_terminal_says_what_the_page_says(answer: dict[str, Any]) -> None:
    out = io.StringIO()
    comparison_terminal.show(answer, Console(file=out, width=160))
    said = " ".join(out.getvalue().split())
    assert "What this cannot tell" in said
    assert "the books did not close" in said
    assert tables.outcomes(answer).rows[0][4] in said


def test_a_folder_that_refuses_is_named(answer: dict[str, Any], tmp_path: Any) -> None:
    (tmp_path / "page.html").mkdir()
    with pytest.raises(BadResults, match=r"page\.html' cannot be written"):
        comparison_page.write(answer, tmp_path / "page.html")
