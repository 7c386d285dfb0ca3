"""The report: one file, offline, with everything it promises; charts that Vega-Lite accepts."""

import base64
import html.parser
import json
import re
from pathlib import Path

import pytest
from tests.results import fake

from custodes.errors import BadResults
from custodes.present import court_tables, figures, maps, report, terminal
from custodes.present.figure import CONFIG
from custodes.present.happenings import main_events, marks, numbered, told
from custodes.results import files
from custodes.results.run import Run
from custodes.scenario.parameters import default_parameters

NAMED = {"leader.regime": "party", "purge.theory": "mixed", "leader.party_consent": "0.5"}


class Tags(html.parser.HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: dict[str, int] = {}
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1
        for name, value in attrs:
            if name in ("src", "href", "srcset", "data", "action", "poster", "xlink:href"):
                self.links.append(value or "")
            if name == "id":
                self.ids.append(value or "")


@pytest.fixture(scope="module")
def text(one: list[Run]) -> str:
    return report.html(one)


@pytest.fixture(scope="module")
def tags(text: str) -> Tags:
    found = Tags()
    found.feed(text)
    return found


def test_nothing_is_fetched(text: str, tags: Tags) -> None:
    assert all(link.startswith(("#", "data:")) for link in tags.links)
    assert {"link", "img", "iframe", "object", "embed", "form", "base"}.isdisjoint(tags.tags)
    assert "default-src 'none'" in text  # the browser itself forbids every request
    head = text[: text.index("<script>")]
    assert "http:" not in head
    assert "https:" not in head
    assert not re.search(r"@import|url\(", head)


def test_a_switch_shows_what_was_chosen_and_a_number_its_value() -> None:
    run = fake.run(weeks=130)
    run.record["parameters"] = default_parameters().with_values({"leader.regime": "party"}).table()
    page = report.html([run])
    cell = {name: page[page.index(f">{name}<") :].partition('<td class="n">')[2].partition("<")[0] for name in NAMED}
    assert cell == NAMED


def test_specifications_name_no_address(one: list[Run]) -> None:
    for make in figures.ALL:
        assert "http" not in json.dumps(make(one).spec)


def test_the_drawing_library_is_there_once(text: str, tags: Tags) -> None:
    assert tags.tags["script"] == 2
    assert text.count("window.vegaEmbed=") == 1


def test_the_file_is_small(text: str) -> None:
    assert len(text.encode()) < 3_000_000


def test_all_sections_and_figures_stand(tags: Tags, one: list[Run]) -> None:
    wanted = {"headline", "numbers", "what", "why", "limits", "parameters", "provenance"}
    wanted |= {key for key, *_ in report.SECTIONS}
    wanted |= {f"figure-{f.name}" for f in (make(one) for make in figures.ALL) if f.spec}
    assert wanted <= set(tags.ids)
    assert len(tags.ids) == len(set(tags.ids))
    shown = [name for *_, names in report.SECTIONS for name in names]
    assert set(shown) == {f.__name__ for f in figures.ALL} | {t.__name__ for t in court_tables.ALL}
    assert len(shown) == len(set(shown))


def test_parameters_provenance_and_causes_are_told(text: str) -> None:
    for words in (
        "fear.decay",
        "lognormal(median 0.04, sigma 0.4)",
        "equations, recalled",
        "0123456789abcdef",
        "one run, seed 1",
        "trade_cut-1",
        "sanctions cut exports, from policy: cut.yaml",
        "What this model cannot tell",
    ):
        assert words in text


def test_texts_of_a_scenario_are_escaped(one: list[Run]) -> None:
    evil = fake.run(weeks=60)
    evil.record["scenario_title"] = "</script><script>alert(1)</script>"
    evil.log.record("incident", 59, text="<img src=x onerror=alert(1)>")
    shown = report.html([evil])
    found = Tags()
    found.feed(shown)
    assert found.tags["script"] == 2
    assert "img" not in found.tags


@pytest.mark.parametrize("make", figures.ALL)
@pytest.mark.parametrize("which", ["one", "five"])
def test_every_chart_is_valid_vega_lite(make: object, which: str, request: pytest.FixtureRequest) -> None:
    import altair as alt

    figure = make(request.getfixturevalue(which))  # type: ignore[operator]
    assert figure.title
    assert figure.caption
    assert "Simulated, not observed" in figure.source
    assert figure.rows
    if figure.spec:
        alt.Chart.from_dict({**figure.spec, "config": CONFIG}, validate=True)
        assert figure.chart().to_dict()
    else:
        assert figure.svg.startswith("<svg")


def test_charts_compile(five: list[Run]) -> None:
    """Vega-Lite itself turns each into a picture."""
    import vl_convert

    for make in (figures.guards_approach, figures.by_province, figures.unrest):
        spec = make(five).spec | {"config": CONFIG}
        picture = vl_convert.vegalite_to_svg(
            json.dumps(spec | {"width": 600} if spec.get("width") == "container" else spec)
        )
        assert picture.count("<path") > 5


def test_one_run_has_no_band_and_five_have(one: list[Run], five: list[Run]) -> None:
    def areas(runs: list[Run]) -> int:
        return json.dumps(figures.guards_approach(runs).spec).count('"area"')

    assert (areas(one), areas(five)) == (0, 1)
    rows = figures.guards_approach(five).rows
    assert any(r["low"] < r["high"] for r in rows)
    assert all(r["low"] <= r["value"] <= r["high"] for r in rows)


def test_data_links_hold_the_numbers(one: list[Run]) -> None:
    figure = figures.flight(one)
    text = base64.b64decode(figure.data_link().partition(",")[2]).decode()
    assert text.splitlines()[0] == "date,label,value,low,high"
    assert len(text.splitlines()) == len(figure.rows) + 1


def test_money_flows_lose_nothing(one: list[Run]) -> None:
    from custodes.present import money

    flows = money.flows(one)
    organs = {f.target for f in flows if f.source == money.HOUSEHOLDS}
    paid = sum(f.won for f in flows if f.source == money.HOUSEHOLDS)
    ends = sum(f.won for f in flows if f.source in organs)
    assert ends == pytest.approx(paid, rel=0.01)
    assert all(f.won == pytest.approx(f.dollars * flows[0].won / flows[0].dollars) for f in flows)


def test_maps_follow_what_the_scenario_gives(one: list[Run]) -> None:
    def made(**facts: object) -> str:
        run = fake.run(weeks=60)
        run.record["facts"] = facts
        return json.dumps(figures.by_province([run]).spec)

    assert "geoshape" in made(map=fake.SQUARES)
    places = [
        {"name": "a", "province": p, "latitude": 40 + i, "longitude": 126 + i, "population": 1000, "estimated": False}
        for i, p in enumerate(fake.PROVINCES)
    ]
    assert '"size"' in made(places=places)
    assert "geoshape" not in made()


@pytest.mark.parametrize(
    "feature",
    [
        None,
        {},
        {"geometry": None},
        {"geometry": {"type": "Polygon"}},
        {"geometry": {"type": "Point", "coordinates": ["a", "b"]}},
        {"geometry": {"type": "Polygon", "coordinates": [[]]}},
        {"geometry": {"type": "Point", "coordinates": [1]}},
    ],
)
def test_features_that_are_no_shapes_are_left_out(feature: object) -> None:
    outline = {"type": "FeatureCollection", "features": [feature, *fake.SQUARES["features"]]}
    assert len(maps._flat(outline)) == 4
    assert maps._flat({"features": [feature]}) == []


def test_outlines_are_flattened_at_their_latitude() -> None:
    flat = maps._flat(fake.SQUARES)
    (x, y), *_ = flat[0]["geometry"]["coordinates"][0]
    assert y == 41
    assert x == pytest.approx(126 * 0.758, rel=1e-2)


def test_a_failed_report_leaves_the_old_one(one: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "flush", full)
    with pytest.raises(BadResults, match="no space left on device"):
        report.write(one, target)
    assert target.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_report_into_a_file_is_refused(one: list[Run], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadResults, match="cannot be written"):
        report.write(one, tmp_path / "file" / "report.html")


def test_the_library_is_kept_in_the_cache_and_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTODES_CACHE", str(tmp_path))
    whole = report.drawing_code()
    kept = next(tmp_path.glob("vega-*.js"))
    kept.write_text(whole[:1000])
    assert report.drawing_code() == whole == kept.read_text()


# --- what is told ------------------------------------------------------------------------------------------------------


def test_levers_are_numbered_in_time_and_marked(one: list[Run]) -> None:
    log = one[0].log
    assert numbered(log) == {"rights_order-1": 1, "trade_cut-1": 2}
    assert [label for _, label in marks(log)] == ["1", "2"]


def test_grave_events_are_kept_when_there_are_too_many() -> None:
    log = fake.EventLog(fake.START)
    for week in range(200):
        log.record("softening", week, magnitude=1)
    lost = log.record("lost", 100, place="East 4")
    story = told(log)
    assert len(story) == 40
    assert lost in [e.id for e in story]
    assert main_events(log)[0].id == lost
    assert [e.week for e in story] == sorted(e.week for e in story)


def test_of_falls_the_story_tells_those_of_chiefs() -> None:
    run = fake.run(weeks=60)
    events = [run.log.record("purge", 20 + i, magnitude=1.0, text=f"fall {i}") for i in range(3)]
    run.log.record("denunciation", 20)
    register = [fake.fall(20, event=events[1]), fake.fall(21, event=events[2], rank="deputy")]
    assert [e.id for e in told(run.log, register) if e.kind in ("purge", "denunciation")] == [events[1]]
    assert events[1] in [e.id for e in main_events(run.log, register)]
    assert events[2] not in [e.id for e in main_events(run.log, register)]


def test_the_first_chains_are_of_different_kinds() -> None:
    run = fake.run(weeks=60)
    for week in range(5):
        run.log.record("refusal", 30 + week, magnitude=week)
    kinds = [e.kind for e in main_events(run.log)]
    assert len(set(kinds[:2])) == 2
    assert kinds.count("refusal") <= 2


def test_charts_of_guards_mark_orders_of_the_leader_and_none_of_his_other_decisions() -> None:
    run = fake.run(weeks=60)
    order = run.log.record("order", 30, magnitude=0.7, origin="leader: order-restraint", lever="rights_order")
    other = run.log.record("decision", 31, magnitude=0.1, origin="leader: raise-levies", lever="levy_extra")
    assert order in numbered(run.log)
    assert other not in numbered(run.log)


def test_an_event_inside_another_chain_is_not_told_twice(one: list[Run]) -> None:
    ids = [e.id for e in main_events(one[0].log)]
    assert "refusal-1" in ids
    assert "relapse-1" in ids
    assert {"incident-1", "reserve_empty-1", "softening-1"}.isdisjoint(ids)


def test_facts_are_set_beside_the_model() -> None:
    run = fake.run(weeks=60)
    row = {"id": "C12", "what": "ration", "unit": "g/day", "value": 330.0, "low": 280.0, "high": 400.0, "grade": "A"}
    run.record["standing_state"] = [
        row | {"model": 341.0},
        row | {"id": "C17", "what": "won per dollar", "model": 500.0},
    ]
    said = "1 of 2 facts about the country are met within their range (one run, seed 1); missed: won per dollar."
    assert said in report.html([run])
    assert said in " ".join(printed([run], width=300).split())
    run.record["standing_state"].append(row | {"id": "C01", "what": "arrivals abroad", "model": 0.0, "error": 300.0})
    assert said[:-1] + "; too few cases to tell: arrivals abroad." in report.html([run]).replace("1 of 3", "1 of 2")
    assert "Against what is known" not in report.html([fake.run(weeks=60)])


@pytest.mark.parametrize(
    ("prior", "text"),
    [
        ({"lognormal": {"median": 0.04, "sigma": 0.4}}, "lognormal(median 0.04, sigma 0.4)"),
        ({"fixed": True}, "fixed"),
        (None, ""),
        ({}, ""),
    ],
)
def test_priors_are_written_out(prior: object, text: str) -> None:
    assert report._prior(prior) == text


def test_trailing_sums_are_the_last_years(one: list[Run]) -> None:
    from custodes.present.lines import trailing

    last = trailing(one, "flights", "x", 52)
    assert last.middle[-1] == pytest.approx(one[0].table.national("flights")[-52:].sum())
    assert last.dates[0] >= "2016-12-20"


# --- the terminal ------------------------------------------------------------------------------------------------------


def printed(runs: list[Run], width: int = 120, pictures: bool = False) -> str:
    import io

    from rich.console import Console

    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False)
    (terminal.show_figures if pictures else terminal.show)(runs, console)
    return out.getvalue()


@pytest.mark.parametrize("which", ["one", "five"])
def test_terminal_and_report_say_the_same(which: str, request: pytest.FixtureRequest) -> None:
    from custodes.present.page import page

    runs = request.getfixturevalue(which)
    flat = " ".join(printed(runs, width=400).split())
    for sentence in page(runs).headline + page(runs).limits:
        assert " ".join(sentence.split()) in flat
    for row in page(runs).table:
        assert row.last.short() in flat


def test_terminal_draws_the_figures_of_the_report(five: list[Run]) -> None:
    text = printed(five, pictures=True)
    for make in terminal.DRAWN:
        assert make(five).title in text
        assert make in figures.ALL


def test_texts_with_brackets_are_printed_as_they_are() -> None:
    odd = fake.run(weeks=60)
    odd.log.record("incident", 59, text="[bold]crowd[/bold]")
    assert "[bold]crowd[/bold]" in printed([odd], width=200)


@pytest.mark.parametrize("weeks", [1, 2, 5, 53, 61])
def test_short_runs_can_be_shown(weeks: int) -> None:
    short = fake.run(weeks=weeks)
    assert "Provenance" in report.html([short])
    assert "one run, seed 1" in printed([short])
