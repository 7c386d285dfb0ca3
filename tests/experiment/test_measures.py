"""Measures: what each says of a run, by parts, and history beside the rare ones."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import custodes as cu
from custodes.experiment.measures import BY_NAME, LEVELS, MEASURES, OUTCOMES, PATHS, base_rate, base_rates
from custodes.observe.events import Event
from custodes.observe.outcomes import OUTCOMES as ENDS
from custodes.observe.outcomes import outcome
from custodes.observe.truth import SERIES
from custodes.results.run import Run
from custodes.world.columns import CLASSES, COURT_ORGANS, ORGANS
from custodes.world.columns import ENDS as CODES

#: What must be shown whatever was asked.
SUFFERING = {"food_stress", "arrests", "deaths", "executions", "bribes", "fear", "prisoners"}


@pytest.fixture(scope="module")
def run() -> Run:
    return cu.run("toyland", weeks=56, sample=1, seed=5, threads=1)


def event(week: int, kind: str, end: str = "") -> Event:
    magnitude = float(CODES.index(end)) if end else 0.0
    return Event(f"{kind}-1", week, "2017-01-02", kind, "", "", magnitude, (), "", "")


def ended(*events: Event, weeks: int = 104, **series: list[float]) -> Any:
    """A run of which only the log, the outcome and some series are known."""
    name, week = outcome(events)
    quiet: dict[str, Any] = {"coup_attempts": np.zeros(weeks), "crisis_level": np.zeros(weeks)}
    known = quiet | {k: np.asarray(v, np.float64) for k, v in series.items()}
    record = {"outcome": name, "outcome_week": week, "weeks": weeks, "start": "2017-01-02"}
    return SimpleNamespace(log=events, record=record, table=SimpleNamespace(national=known.__getitem__), reports=[])


def value(name: str, run: Any) -> float:
    return BY_NAME[name].compute(run)


# --- all of them ------------------------------------------------------------------------------------------------------


def test_every_measure_is_a_number_with_unit_and_meaning(run: Run) -> None:
    assert len(BY_NAME) == len(MEASURES)
    for m in MEASURES:
        assert np.isfinite(m.compute(run)), m.name
        assert m.unit, m.name
        assert len(m.meaning) > 10, m.name
        assert "\n" not in m.meaning
        if m.kind == "share":
            assert m.compute(run) in (0.0, 1.0)


def test_suffering_is_marked_and_less_of_it_is_better() -> None:
    marked = {m.name for m in MEASURES if m.suffering}
    assert marked >= SUFFERING
    assert all(m.better == "lower" for m in MEASURES if m.suffering)


def test_a_name_is_that_of_no_unknown_and_paths_are_national_series(run: Run) -> None:
    assert not {m.name for m in MEASURES} & {p["name"] for p in run.record["parameters"]}
    assert all(len(run.table.national(name)) == 56 for name in PATHS)


# --- outcomes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "events"),
    [
        ("elite_coup", [event(9, "end", "elite coup")]),
        ("uprising", [event(9, "end", "uprising")]),
        ("collapse", [event(9, "end", "collapse")]),
        ("insiders", [event(9, "end", "change of rules by insiders")]),
        ("war", [event(9, "war")]),
    ],
)
def test_each_way_to_break_down_is_a_breakdown(measure: str, events: list[Event]) -> None:
    run = ended(*events)
    assert value(measure, run) == value("breakdown", run) == 1.0
    assert sum(m.compute(run) for m in OUTCOMES) == 2.0


def test_the_ways_to_break_down_are_all_there() -> None:
    assert len([o for o in ENDS if o.breakdown]) == len({"elite_coup", "uprising", "collapse", "insiders", "war"})
    assert {"elite_coup", "uprising", "collapse", "insiders", "war", "reform", "natural_exit"} <= set(BY_NAME)


def test_reform_and_exit_are_no_breakdowns_and_count_before_one() -> None:
    run = ended(event(5, "reform"), event(9, "succession"))
    assert (value("reform", run), value("natural_exit", run), value("breakdown", run)) == (1.0, 1.0, 0.0)
    both = ended(event(5, "reform"), event(9, "end", "collapse"))
    assert (value("reform", both), value("breakdown", both)) == (1.0, 1.0)


def test_what_follows_a_breakdown_counts_for_nothing() -> None:
    late = ended(event(9, "end", "collapse"), event(20, "end", "elite coup"), event(30, "succession"))
    assert value("collapse", late) == value("breakdown", late) == 1.0
    assert value("elite_coup", late) == value("natural_exit", late) == 0.0
    struck = [0.0] * 104
    struck[50] = 1.0
    assert value("coup_attempt", ended(coup_attempts=struck)) == 1.0
    assert value("coup_attempt", ended(event(9, "end", "collapse"), coup_attempts=struck)) == 0.0
    assert value("coup_attempt", ended(event(50, "end", "elite coup"), coup_attempts=struck)) == 1.0


def test_a_crisis_begins_with_the_second_step() -> None:
    level = [0.0] * 104
    assert value("crisis", ended(crisis_level=[*level[:-1], 1.0])) == 0.0
    assert value("crisis", ended(crisis_level=[*level[:-1], 2.0])) == 1.0


# --- levels and flows -------------------------------------------------------------------------------------------------


def test_levels_are_of_the_last_year_and_what_was_suffered_of_the_whole_run(run: Run) -> None:
    fear, deaths = run.table.national("fear"), run.table.national("deaths")
    assert value("fear", run) == pytest.approx(float(np.mean(fear[-52:])))
    assert value("deaths", run) == pytest.approx(float(np.sum(deaths)) * 52 / 56)
    trade = run.table.national("trade_usd")
    assert value("trade", run) == pytest.approx(float(np.mean(trade[-52:])))


def test_weeks_without_a_value_are_left_out() -> None:
    run = ended(weeks=60, fear=[9.0] * 8 + [0.25] * 26 + [float("nan")] * 26)
    assert value("fear", run) == 0.25
    assert np.isnan(value("fear", ended(weeks=3, fear=[float("nan")] * 3)))


def test_what_a_household_paid_is_bribes_over_households(run: Run) -> None:
    won, households = run.table.national("bribes_won")[-52:], run.table.national("households")[-52:]
    assert value("paid", run) == pytest.approx(52 * float(np.mean(won)) / float(np.mean(households)))


# --- who pays ---------------------------------------------------------------------------------------------------------


def test_parts_are_of_provinces_organs_and_classes(run: Run) -> None:
    known = {
        "province": set(run.table.provinces),
        "organ": {*ORGANS, *COURT_ORGANS},
        "class": set(CLASSES),
        "songbun": {"core", "wavering", "hostile"},
    }
    seen: dict[str, set[str]] = {}
    for m in MEASURES:
        for by, name in m.parts(run) if m.parts else ():
            seen.setdefault(by, set()).add(name)
    assert set(seen) == set(known)
    for by, names in seen.items():
        assert names <= known[by], by
    for m in MEASURES:
        assert set(m.by) == {by for by, _ in (m.parts(run) if m.parts else ())}, m.name
    assert seen["province"] == known["province"]
    assert seen["songbun"] == known["songbun"]


def test_flows_of_the_provinces_add_up_to_the_nations(run: Run) -> None:
    for m in MEASURES:
        added = m.name in ("deaths", "arrests", "flights", "incidents")
        if added and m.parts:
            parts = m.parts(run)
            provinces = sum(v for (by, _), v in parts.items() if by == "province")
            assert provinces == pytest.approx(m.compute(run)), m.name


def test_levels_of_the_parts_lie_about_the_nations(run: Run) -> None:
    for name in ("fear", "food_stress", "private_support"):
        parts = BY_NAME[name].parts
        assert parts is not None
        inside = [v for (by, _), v in parts(run).items() if by == "province"]
        assert min(inside) <= value(name, run) <= max(inside)


def test_every_level_speaks_of_a_series_in_its_own_words() -> None:
    meanings = {s.meaning for s in SERIES.values()}
    for m in LEVELS:
        assert m.name == "paid" or m.meaning.removesuffix("; of the last year") in meanings, m.name


# --- what watchers heard ----------------------------------------------------------------------------------------------


def test_estimates_are_the_runs_own_and_look_at_reports_alone(run: Run) -> None:
    for kind, name in (("purge", "estimated_purges"), ("incident", "estimated_incidents")):
        (row,) = run.estimated(kind, weeks=56).to_dict("records")
        assert value(name, run) == pytest.approx(row["estimate"] * 52 / 56)
    assert value("estimated_purges", run) > 0.0
    blind = SimpleNamespace(reports=run.reports, record=run.record)
    assert value("estimated_purges", blind) == value("estimated_purges", run)
    assert value("reported_purges", blind) == value("reported_purges", run)


def test_a_contradicted_report_counts_as_heard_and_not_as_happened() -> None:
    said = {"kind": "purge", "happened": 3, "chance": 0.5, "number": 1}
    run = SimpleNamespace(reports=[said, said | {"number": 5}], record={"weeks": 52})
    assert value("reported_purges", run) == 2.0
    assert value("estimated_purges", run) == 2.0  # one event, heard of with chance a half


# --- history ----------------------------------------------------------------------------------------------------------


def test_rare_outcomes_have_the_base_rate_that_the_facts_know() -> None:
    country = cu.load("dprk/2017")
    fell = base_rate(country, "breakdown")
    assert fell is not None
    assert fell["low"] < fell["rate"] < fell["high"]
    assert fell["rate"] == pytest.approx(13 / 572, abs=0.001)
    assert fell["source"]
    tried = base_rate(country, "coup_attempt")
    assert tried is not None
    assert (tried["rate"], tried["high"]) == (0.0, pytest.approx(0.04))
    assert set(base_rates(country)) <= {m.name for m in OUTCOMES}
    assert base_rate(country, "bribes") is None
    assert base_rate(cu.load("toyland"), "breakdown") is None
