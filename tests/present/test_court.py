"""The court as a report shows it: tables, sentences and figures from a known register, log and set of reports."""

import json
from typing import Any

import pytest
from tests.results import fake

from custodes.observe import watching
from custodes.present import court_figures, court_tables, court_words, figures, money, realm_figures, report, ringmap
from custodes.results.run import Run

WEEKS = 156


def known(seed: int = 1) -> Run:
    """A run with three falls: a chief as scapegoat, a deputy who returns, a director executed; two reports, one invented."""
    run = fake.run(weeks=WEEKS, seed=seed)
    log = run.log
    decision = log.record(
        "order",
        20,
        organ="police",
        magnitude=0.7,
        text="The Regent orders abuse to end: the people are angry (blame 0.66, at least 0.55); rights order to police.",
        origin="leader: order-restraint",
        lever="rights_order",
    )
    falls = [
        fake.fall(21, name="Anna Chief", event=log.record("purge", 21, causes=[decision], text="Anna Chief falls")),
        fake.fall(
            40,
            name="Bert Deputy",
            rank="deputy",
            organ="army",
            title="quartermaster",
            cause="precaution",
            stated="silent",
            fate="reeducation",
            returned_week=90,
            returned_post="chief of supplies",
            event=log.record("purge", 40, text="Bert Deputy falls"),
        ),
        fake.fall(
            60,
            name="Carl Director",
            rank="director",
            organ="cabinet",
            cause="failure",
            stated="failure",
            fate="execution",
            event=log.record("purge", 60, text="Carl Director falls"),
        ),
    ]
    log.record("envoy_defection", 70, magnitude=0.3, text="An envoy did not come home and went into hiding; more.")
    run.register = falls
    run.reports = [
        heard("purge", 41, falls[1], wrong=True, cause="corruption"),
        heard("incident", 50, None, invented=True, place="East 4", magnitude=60.0),
    ]
    run.record |= {"ladder": LADDER, "rings": RINGS, "court": {"abroad": 60}}
    run.record["facts"] = {**run.record["facts"], "places": PLACES}
    return run


def heard(kind: str, week: int, fall: dict[str, Any] | None, **changes: Any) -> dict[str, Any]:
    """A report as `results.heard` keeps it."""
    row: dict[str, Any] = dict.fromkeys(("place", "organ", "name", "title", "fate", "cause", "text", "event"), "")
    row |= {"id": f"report-{week}", "kind": kind, "published": week, "happened": week, "size": 3.0, "magnitude": 1.0}
    row |= {"outlets": ["The Gazette"], "origins": 1, "public": False, "chance": 0.5, "letter": "C", "number": 3}
    row |= {"invented": False, "wrong": False, "known": False}
    if fall:
        row |= {k: fall[k] for k in ("organ", "name", "title", "fate", "event")}
    return row | changes


LADDER = {
    "levels": ["watching", "closed borders", "mobilisation", "entry", "intervention", "clash"],
    "runs": 2000,
    "needed": [0.15, 0.3, 0.6, 0.6, 0.6],
    "given": [
        {"turmoil": t, "month": m, "neighbour": n, "shares": [1 - t, t, 0.0, 0.0, 0.0, 0.0]}
        for t in (0.2, 0.7)
        for m in (1, 12)
        for n in ("The Harbour Cities", "The Plain")
    ],
}
RINGS = {
    "made": [{"county": "North 0", "kilograms": 30.0}],
    "held": [{"county": "South 9", "kilograms": 4.0}],
    "roads": [{"from": "North 0", "to": "South 9", "kilograms": 9.0, "officers": 0.25}],
}
PLACES = [
    {"name": n, "province": p, "latitude": y, "longitude": x, "population": 9000, "estimated": False}
    for n, p, x, y in (
        ("North 0", "North", 126.5, 41.5),
        ("East 4", "East", 127.5, 40.5),
        ("South 9", "South", 126.5, 39.5),
    )
]


# --- words -------------------------------------------------------------------------------------------------------------


def test_the_headline_tells_who_fell_what_was_said_and_what_was_heard() -> None:
    falls, said, coups, heard_of = court_words.sentences([known()])
    assert "one chief of an organ among them" in falls
    assert "minister of state security, in truth for want of a culprit, in public: abuse of the people" in falls
    assert (
        "Of 3 falls nothing was said in public of 1, the true cause of 1, another reason of 1; 1 were executed" in said
    )
    assert "1 of the other 2 came back" in said
    assert "in 0 of 1 run" in coups
    assert "base rate" in coups
    assert "Watchers outside heard of 1 of 3 falls; 1 of 2 reports tell of what never happened" in heard_of


def test_a_coup_has_the_countrys_own_base_rate_beside_it() -> None:
    run = known()
    row = {"what": "coup attempts, in 100 years", "value": 0.0, "low": 0.0, "high": 4.0, "grade": "A", "model": 0.0}
    run.record["standing_state"] = [{"what": "coup attempts, in 100 years", "model": 0.0}]
    assert "regime breakdown 2.3 %" in court_words.sentences([run])[2]
    run.record["standing_state"] = [row]
    run.log.record("coup", 100, magnitude=1.0)
    said = court_words.sentences([run])[2]
    assert "A coup was tried in 1 of 1 run" in said
    assert "base rate: 0 coup attempts, in 100 years (range 0 to 4, grade A)" in said


def test_several_runs_are_told_with_their_range() -> None:
    two = [known(1), known(2)]
    two[1].register = two[1].register * 3
    falls = court_words.sentences(two)[0]
    assert "1 to 3 officials" in falls
    assert "one to three chiefs of organs" in falls
    assert "2 runs, seeds 1 and 2" in falls


def test_a_run_without_falls_says_nothing_of_them() -> None:
    quiet = fake.run(weeks=60)
    quiet.register = []
    assert court_words.sentences([quiet]) == []
    shown = report.html([quiet])
    assert "No chief or deputy fell in this run." in shown
    assert "All came home in this run." in shown


def test_every_code_has_a_word() -> None:
    from custodes.world.columns import FATES, PURGE_CAUSES

    assert set(court_words.CAUSES) == set(PURGE_CAUSES)
    assert set(court_words.FATES) == set(FATES) - {"warning"}
    shown = report.html([known()])
    body = shown[: shown.index("<script>")]
    for code in ("anti_state", "state_security", "military_security", "reeducation", "party_organisation"):
        assert code not in body


# --- tables ------------------------------------------------------------------------------------------------------------


def test_the_table_of_falls_sets_the_word_beside_the_truth() -> None:
    table = court_tables.falls([known()])
    assert [row[1] for row in table.rows] == ["Anna Chief", "Bert Deputy"]  # directors are counted, not named
    assert table.rows[0][3:] == ("scapegoat", "abuse of the people", "dismissed", "no")
    assert table.rows[1][3:] == (
        "fear of a plot",
        "nothing said",
        "re-education",
        "after 50 weeks, chief of supplies",
    )


def test_many_falls_are_cut_to_forty_with_every_chief_first() -> None:
    run = known()
    run.register = [fake.fall(w, rank="deputy", capability=0.9) for w in range(60)]
    run.register += [fake.fall(80 + w, name=f"Chief {w}", capability=0.1) for w in range(3)]
    table = court_tables.falls([run])
    assert len(table.rows) == 40
    assert [row[1] for row in table.rows[:3]] == ["Chief 0", "Chief 1", "Chief 2"]
    assert "40 of 63 falls" in table.caption


def test_decisions_have_a_reason_and_what_followed() -> None:
    (row,) = court_tables.decisions([known()]).rows
    assert row == (
        "1 ×",
        str(fake.START + 7 * 20)[:10],
        "The Regent orders abuse to end",
        "the people are angry (blame 0.66, at least 0.55)",
        "one fall",
    )


def test_reports_stand_beside_the_truth() -> None:
    rows = court_tables.reports([known()]).rows
    assert rows[0][1:3] == ("C3", "The Gazette")
    assert "Bert Deputy, quartermaster, was sent to re-education; the reason given is corruption." in rows[0][3]
    assert rows[0][4] == "happened; the cause was fear of a plot"
    assert rows[1][3:] == ("About 60 people gathered in East 4.", "never happened")


def test_who_stayed_abroad_is_told() -> None:
    table = court_tables.abroad([known()])
    assert [row[1] for row in table.rows] == ["An envoy did not come home and went into hiding."]
    assert "from 60 posts abroad" in table.caption
    assert "one went into hiding" in table.caption


# --- figures -----------------------------------------------------------------------------------------------------------


def test_the_timeline_names_chiefs_and_draws_the_way_back() -> None:
    figure = court_figures.falls_and_returns([known()])
    data = {row["name"]: row for row in figure.spec["data"]["values"]}
    assert data["Anna Chief"]["label"] == "Anna Chief"
    assert data["Bert Deputy"]["label"] == ""
    assert data["Bert Deputy"]["until"] == str(fake.START + 7 * 90)[:10]
    assert data["Anna Chief"]["until"] is None
    assert set(data) == {"Anna Chief", "Bert Deputy"}


@pytest.mark.parametrize("apart", [1, 60])
def test_names_of_neighbours_on_a_line_do_not_overlap(apart: int) -> None:
    run = known()
    run.register = [fake.fall(50, name="First Long Name"), fake.fall(50 + apart, name="Second Long Name")]
    run.register.append(fake.fall(WEEKS - 1, name="Late"))
    rows = court_figures.falls_and_returns([run]).spec["data"]["values"]
    assert rows[0]["label"] == "First Long Name"
    assert (rows[1]["label"] or rows[1]["label_left"]) == ("Second Long Name" if apart == 60 else "")
    assert (rows[2]["label"], rows[2]["label_left"]) == ("", "Late")


def test_counts_by_year_add_up_to_the_register() -> None:
    rows = court_figures.falls_by_year([known()]).rows
    for what in ("Why they truly fell", "What was said in public", "What became of them"):
        assert sum(r["value"] for r in rows if r["what"] == what) == 3
    two = [known(1), known(2)]
    two[1].register = []
    assert sum(r["value"] for r in court_figures.falls_by_year(two).rows) == pytest.approx(3 * 1.5)


def test_the_ladder_is_told_as_given_turmoil_and_steps_are_drawn_when_taken() -> None:
    run = known()
    figure = realm_figures.crisis([run])
    assert "given" in figure.title.lower()
    assert "No neighbour moved" in figure.caption
    assert "Steps of the neighbours" not in json.dumps(figure.spec)
    run.log.record("crisis_step", 80, magnitude=1.0, text="The Plain comes to closed borders.", origin="power:plain")
    moved = realm_figures.crisis([run])
    assert "Steps of the neighbours" in json.dumps(moved.spec)
    assert "one steps" not in moved.caption
    old = known()
    del old.record["ladder"]
    assert realm_figures.crisis([old]).spec


def test_estimates_stand_beside_the_truth_by_fate() -> None:
    run = known()
    assert watching.estimated(run, "purge")["truth"].tolist() == [2, 1, 0]
    assert watching.estimated(run, "purge", fate="execution")["truth"].tolist() == [0, 1, 0]
    assert watching.estimated(run, "purge", fate="reeducation")["reported"].tolist() == [1, 0, 0]
    rows = realm_figures.truth_and_report([run]).rows
    assert [r["truth"] for r in rows if r["what"] == "Executions"] == [0, 1, 0]


def test_contraband_is_mapped_where_it_is_made_and_said_where_it_is_not() -> None:
    run = known()
    figure = realm_figures.contraband([run])
    assert "North 0, 30 kg a week" in figure.svg
    assert "9.0 kg a week, 25 % with officers" in figure.svg
    assert "South 9, 4 kg" in figure.svg
    run.record["rings"] = {}
    assert "names no place where contraband is made" in realm_figures.contraband([run]).svg


def test_roads_are_means_over_the_runs() -> None:
    two = [known(1), known(2)]
    two[1].record["rings"] = {}
    (road,) = [r for r in ringmap.rows(two) if r["to"]]
    assert road["kilograms"] == 4.5
    assert road["carried_by_officers"] == 0.25


def test_the_money_chain_goes_on_to_officials_and_gifts(one: list[Run]) -> None:
    flows = money.flows(one)
    ends = {f.target for f in flows} - {f.source for f in flows}
    assert {"officials' purses, won", "officials' purses, cash", "luxuries from abroad", money.KEPT} <= ends
    gifts = one[0].table.national("gift_cash_usd")[-52:].mean() * 52.0
    assert next(f.dollars for f in flows if f.target == "officials' purses, cash") == pytest.approx(gifts)
    assert money.in_dollars(1.01e9) == "$1.01 bn"
    assert money.in_dollars(3.5e5) == "$0.35 m"


@pytest.mark.parametrize("make", figures.ALL)
def test_every_figure_of_a_run_with_a_court_is_valid_and_says_where_it_is_from(make: Any) -> None:
    import altair as alt

    figure = make([known()])
    assert "seed 1" in figure.source
    assert figure.rows
    if figure.spec:
        alt.Chart.from_dict(figure.spec, validate=True)


def test_the_court_comes_first(one: list[Run]) -> None:
    shown = report.html(one)
    assert shown.index('id="headline"') < shown.index('id="court"') < shown.index('id="numbers"')


def test_terminal_and_notebook_tell_the_court_in_short() -> None:
    from tests.present.test_report import printed

    run = known()
    text = " ".join(printed([run], width=200).split())
    assert "Anna Chief, minister of state security: dismissed; true cause scapegoat; said in public: abuse" in text
    assert "The Regent orders abuse to end: the people are angry" in text
    assert "Anna Chief" in report.notebook(run)
