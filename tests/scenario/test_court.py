"""The court of a scenario: read, changed by a variant, refused in one sentence that names file, line, field and mend."""

import json
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.scenario.country import copy, spoil

from custodes.errors import BadScenario
from custodes.scenario import schema
from custodes.scenario.court import DEFAULT_COURT
from custodes.scenario.load import load
from custodes.scenario.skeleton import problems
from custodes.scenario.sources import sources
from custodes.world.columns import COURT_ORGANS, RANKS
from custodes.world.court import CourtPlan

GRADES = ("A", "B", "C", "D")


def with_court(folder: Path, text: str) -> Path:
    """A copy of toyland with another court; returns its scenario.yaml."""
    file = copy(folder)
    (file.parent / "court.yaml").write_text(text, "utf-8")
    return file


def plan(folder: Path, text: str) -> CourtPlan:
    return load(with_court(folder, text)).court


# --- the shipped courts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["toyland", "dprk/2012", "dprk/2017"])
def test_a_shipped_court_is_whole(name: str) -> None:
    scenario = load(name)
    court = scenario.court
    assert court.posts == 1000
    assert sum(size[0] for size in court.sizes) == 10
    assert sum(size[1] for size in court.sizes) == 50
    assert abs(sum(court.force) - 1.0) < 1e-9
    assert tuple(f.name for f in scenario.factions) == court.factions
    order = [(h.organ, h.rank, not h.abroad) for h in court.holders]
    assert order == sorted(order)
    for holder in court.holders:
        if holder.name:
            assert holder.source in sources()
            assert holder.grade in GRADES
            assert holder.faction in ("", *court.factions)
            years = [station[:4] for station in holder.career]
            assert years == sorted(years), holder.name
    known = [h.name for h in court.holders if h.name]
    assert len(known) == len(set(known))


@pytest.mark.parametrize(("variant", "start", "known_at_the_top"), [("2012", "2012-01", 40), ("2017", "2017-01", 35)])
def test_the_top_posts_of_the_real_country_have_titles_and_most_have_holders(
    variant: str, start: str, known_at_the_top: int
) -> None:
    court = load(f"dprk/{variant}").court
    top = [h for h in court.holders if h.rank < 2]
    assert len(top) == 60
    assert sum(bool(h.name) for h in top) >= known_at_the_top
    assert [h.rank for h in top if h.name and h.rank == 0] == [0] * 10
    for holder in court.holders:
        assert holder.since <= start[: len(holder.since)]
        assert all(station[:7] <= start for station in holder.career)


def test_who_held_which_post_when() -> None:
    at = {v: {h.title: h for h in load(f"dprk/{v}").court.holders} for v in ("2012", "2017")}
    assert at["2012"]["first vice director of state security and its acting head"].name == "U Tong-chuk"
    assert at["2012"]["chief of the General Staff"].name == "Ri Yong-ho"
    assert at["2017"]["minister of state security"].name == "Kim Won-hong"
    assert at["2017"]["minister of foreign affairs"].name == "Ri Yong-ho"
    first, second = at["2012"]["chief of the General Staff"].career, at["2017"]["minister of foreign affairs"].career
    assert not set(first) & set(second)  # two men of one name
    assert at["2017"]["minister of the People's Armed Forces"].name == "Pak Yong-sik"


def test_what_is_recalled_says_so() -> None:
    for holder in load("dprk/2017").court.holders:
        if holder.source in ("posts-recalled", "us-treasury-2016-17"):
            assert (holder.recalled, holder.grade) == (True, "C"), holder.name


def test_the_titles_of_the_provinces_stand_in_the_order_of_the_provinces() -> None:
    for name in ("dprk/2012", "dprk/2017"):
        scenario = load(name)
        titles = [h.title for h in scenario.court.holders if COURT_ORGANS[h.organ] == "provincial_committees"]
        assert all(province in title for province, title in zip(scenario.provinces, titles, strict=True))


def test_scripted_falls_name_people_of_the_court() -> None:
    for name in ("dprk/2012", "dprk/2017"):
        scenario = load(name)
        start = scenario.start
        known = {h.name for h in scenario.court.holders}
        named = [
            dict(a.details)["person"]
            for a in scenario.timeline.actions
            if a.date >= start and dict(a.details).get("person")
        ]
        assert named
        if name == "dprk/2017":
            assert set(named) <= known
        assert not [a for a in scenario.timeline.actions if a.lever == "purge" and a.organ == "state_security"]


# --- what a user may leave out, and what a variant may change --------------------------------------------------------------


def test_a_country_without_the_file_has_an_invented_court(tmp_path: Path) -> None:
    file = copy(tmp_path)
    (file.parent / "court.yaml").unlink()
    scenario = load(file)
    assert scenario.court == DEFAULT_COURT
    assert scenario.factions == ()
    assert all(len(size) == 3 and min(size) >= 1 for size in scenario.court.sizes)


def test_what_is_left_out_keeps_its_default(tmp_path: Path) -> None:
    court = plan(tmp_path, "organs: {police: {title: the Watch, deputies: 7, directors: 92}}")
    expected = DEFAULT_COURT._replace(
        titles=tuple("Watch" if t == "police" else t for t in DEFAULT_COURT.titles),
        sizes=tuple((1, 7, 92) if o == "police" else s for o, s in zip(COURT_ORGANS, DEFAULT_COURT.sizes, strict=True)),
    )
    assert court == expected


def test_the_court_may_stand_in_the_scenario_but_not_twice(tmp_path: Path) -> None:
    file = copy(tmp_path)
    file.write_text(file.read_text("utf-8") + "\ncourt: {leader: the Duke}\n", "utf-8")
    with pytest.raises(BadScenario, match=r"'court': stands here and in court\.yaml"):
        load(file)
    (file.parent / "court.yaml").unlink()
    assert load(file).court.leader == "the Duke"


def test_a_variant_changes_by_name_and_replaces_holders(tmp_path: Path) -> None:
    file = copy(tmp_path)
    base = load(file).court
    (file.parent / "late.yaml").write_text(
        "start: 2020-01-06\n"
        "court:\n"
        "  organs: {police: {title: the Lamps}}\n"
        "  posts: {marshal: {organ: army, rank: chief, title: Field Marshal}}\n"
        "  people: {Orla Vann: {career: ['2019: Chancellor'], source: invented, grade: C}}\n"
        "  holders: {chancellor: {name: Orla Vann, since: '2019'}}\n",
        "utf-8",
    )
    late = load(file.parent / "late").court
    assert late.titles == tuple("Lamps" if t == "Watch" else t for t in base.titles)
    assert [h.title for h in late.holders if h.organ == 2] == ["Field Marshal", "Quartermaster"]
    assert [(h.name, h.grade, h.career) for h in late.holders if h.name] == [("Orla Vann", "C", ("2019: Chancellor",))]
    assert load(file.parent / "late").digest != load(file).digest


@pytest.mark.parametrize(
    ("start", "stations"), [("2014-04-28", 1), ("2014-05-26", 1), ("2014-06-02", 2), ("2017-01-02", 2)]
)
def test_a_career_ends_before_the_first_day(start: str, stations: int, tmp_path: Path) -> None:
    file = copy(tmp_path)
    spoil(file, "start: 2017-01-02", f"start: {start}")
    path = file.parent / "court.yaml"
    spoil(path, 'lantern_keeper: {name: Orla Vann, since: "2014-05"}', "lantern_keeper: {name: Orla Vann}")
    spoil(path, '  chancellor: {name: Hesper Lode, since: "2015", source: invented, grade: D}\n', "")
    keeper = next(h for h in load(file).court.holders if h.name == "Orla Vann")
    assert len(keeper.career) == stations


def test_the_court_moves_the_digest(tmp_path: Path) -> None:
    file = copy(tmp_path)
    before = load(file).digest
    spoil(file.parent / "court.yaml", "Keeper of the Lantern", "Lamplighter")
    assert load(file).digest != before


def test_the_schema_knows_the_organs_and_ranks_of_the_model() -> None:
    assert get_args(schema.CourtOrganName) == COURT_ORGANS
    assert get_args(schema.Rank) == RANKS
    assert set(schema.court_schema()["properties"]) == set(schema.Court.model_fields)


# --- what is wrong is told in one sentence -----------------------------------------------------------------------------------

SPOILT = [
    ("leader: the Regent", "leeder: the Regent", "'leeder': is not a field here. Did you mean 'leader'?"),
    ("abroad: 60", "abroad: 95", "'abroad': 95 posts, but the diplomatic service has 94 directors. Give at most 94."),
    ("abroad: 60", "abroad: many", "'abroad': must be a whole number, not 'many'."),
    ("  police: {title", "  polise: {title", "'polise': must be 'state_security', 'police'"),
    ("chiefs: 1, dep", "chiefs: 0, dep", "'chiefs': must be greater than or equal to 1, not '0'."),
    ("deputies: 5, dir", "deputies: 0, dir", "'deputies': must be greater than or equal to 1, not '0'."),
    (
        "directors: 94, force",
        "directors: 600, force",
        "'organs': the ten organs have 1506 posts together. Give 800 to 1200",
    ),
    ("force: 0.08", "force: 0.3", "'organs': the organs' shares of force must add up to 1, not 1.22. Change 'force'"),
    ("weight: 1.0", "weight: 0", "'weight': must be greater than 0, not '0'."),
    ("name: the trade houses", "name: the old guard", "'name': 'the old guard' is listed twice. Keep one of the two."),
    ("grade: D}", "grade: E}", "'grade': must be 'A', 'B', 'C' or 'D', not 'E'."),
    ("family: [Abar, Belo", "family: [Abar, B3lo", "'family 2': 'B3lo' is not a name of 1 to 30 letters."),
    (
        "given: [Ada, Ben, Cyra, Dov, Ema, Finn, Gita, Hal, Ira, Jon, Kai, Lea, Mio, Noa]",
        "given: [Ada]",
        "'given': List must have at least 5",
    ),
    (
        "rank: deputy, title: First",
        "rank: minister, title: First",
        "'rank': must be 'chief', 'deputy' or 'director', not 'minister'.",
    ),
    (
        "organ: army, rank: deputy, title: Q",
        "organ: army, rank: chief, title: Q",
        "'quartermaster': army has 1 of rank chief, and this is one more. Remove a post or raise 'chiefs' of the organ.",
    ),
    (
        "rank: chief, title: Castellan",
        "rank: chief, title: Castellan, abroad: true",
        "'abroad': only directors of diplomatic_service are abroad. Remove it.",
    ),
    (
        "faction: the old guard",
        "faction: the old gard",
        "'faction': 'the old gard' is not a faction. Did you mean 'the old guard'?",
    ),
    (
        '"1998: captain of hill troops"',
        '"captain of hill troops"',
        "'career 1': must be a year and what he then became, such as",
    ),
    ("  marshal: {name: Teodor", "  marshall: {name: Teodor", "'marshall': is not a post. Did you mean 'marshal'?"),
    (
        "{name: Teodor Brask, ",
        "{name: Orla Vann, ",
        "'name': 'Orla Vann' already holds 'lantern_keeper'. Keep one of the two.",
    ),
    (
        "{name: Teodor Brask, ",
        "{name: Teodor Brasc, ",
        "'name': 'Teodor Brasc' needs a source and a grade. Did you mean 'Teodor Brask'?",
    ),
    (
        'since: "2015"',
        'since: "2018"',
        "'since': 2018 is later than the start, 2017-01-02. Name who held it on that day.",
    ),
    ('since: "2015"', 'since: "15 May"', "'since': must be a year, a month or a day such as '2012'"),
    ('since: "2015"', "since: 2015", "'since': must be text, not '2015'. Put it in quotes."),
    ("source: invented, grade: D}\n", "grade: D}\n", "'source': is missing. Add it."),
]


@pytest.mark.parametrize(("old", "to", "said"), SPOILT, ids=[to[:40] for _, to, _ in SPOILT])
def test_a_spoilt_court_is_named_with_its_line(old: str, to: str, said: str, tmp_path: Path) -> None:
    file = copy(tmp_path)
    line = spoil(file.parent / "court.yaml", old, to)
    with pytest.raises(BadScenario) as caught:
        load(file)
    message = str(caught.value)
    assert message.startswith("mine/court.yaml, line "), message
    assert said in message
    assert "\n" not in message
    named = int(message.split("line ")[1].split(":")[0])
    assert abs(named - line) <= 1 or "'organs'" in said
    assert problems(file)[0].file == "mine/court.yaml"


@pytest.mark.parametrize(
    ("old", "to", "said"),
    [
        ("{rank: chief, cause: failure}", "{rank: chief, cause: fury}", "'details': 'fury' is not a cause of a purge."),
        (
            "{rank: chief, cause: failure}",
            "{fate: executed}",
            "'executed' is not a fate of a purge. Did you mean 'execution'?",
        ),
        ("{rank: chief, cause: failure}", "{ranc: chief}", "'ranc' is not a detail of a purge. Did you mean 'rank'?"),
    ],
)
def test_the_details_of_a_scripted_purge_are_checked(old: str, to: str, said: str, tmp_path: Path) -> None:
    file = copy(tmp_path)
    deed = (
        "\n  - {date: 2018-03-05, lever: purge, organ: cabinet, value: 1, because: the harvest fails,"
        "\n     source: invented, grade: D, details: {rank: chief, cause: failure}}\n"
    )
    file.write_text(file.read_text("utf-8").rstrip("\n") + deed, "utf-8")
    action = next(a for a in load(file).timeline.actions if a.lever == "purge")
    assert dict(action.details) == {"rank": "chief", "cause": "failure"}
    spoil(file, old, to)
    with pytest.raises(BadScenario) as caught:
        load(file)
    assert said in str(caught.value)
    assert str(caught.value).startswith("mine/scenario.yaml, line ")


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
)
structures = st.recursive(
    scalars, lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=8), x, max_size=3), max_leaves=8
)
organs = st.dictionaries(st.sampled_from(COURT_ORGANS), structures, max_size=3)
courts = st.fixed_dictionaries(
    {},
    optional={
        "leader": scalars,
        "abroad": scalars,
        "organs": organs | structures,
        "factions": structures,
        "names": structures,
        "posts": st.dictionaries(st.text(max_size=8), structures, max_size=3) | structures,
        "people": structures,
        "holders": st.dictionaries(st.text(max_size=8), structures, max_size=3) | structures,
    },
)


@settings(max_examples=30)
@given(courts)
def test_any_structure_ends_in_a_court_or_in_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any]
) -> None:
    file = with_court(tmp_path_factory.mktemp("any"), json.dumps(data))
    said = ""
    try:
        court = load(file).court
        assert 800 <= court.posts <= 1200
        assert abs(float(np.sum(court.force)) - 1.0) < 1e-6
    except BadScenario as problem:
        said = str(problem)
    assert said == "" or (said.isprintable() and said.startswith("mine/court.yaml"))
