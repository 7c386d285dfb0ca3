"""Reports: what is heard of, when, how wrongly, and how it is graded."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import custodes as cu
from custodes import portable
from custodes.engine.step import Week
from custodes.observe import reports
from custodes.observe.events import EventLog
from custodes.observe.reports import Outlet, Reporter
from custodes.week import parameters_of
from tests.court.alone import court

OUTLETS = (
    Outlet("state", 1.0, (1.0, 1.0), state=True),
    Outlet("paper", 1.0, (8.0, 2.0)),
    Outlet("radio", 0.5, (1.0, 1.0)),
)


def watched(
    seed: int, weeks: int, happen: Any, settings: tuple[str, ...] = (), outlets: tuple[Outlet, ...] = OUTLETS
) -> tuple[Any, EventLog]:
    """A country in which only `happen(log, week, world)` does anything, and its reporters."""
    world, parameters, levers = court(seed)
    country = cu.load("toyland").with_settings(list(settings))
    parameters = parameters_of(country.parameters)
    log, reporter = EventLog(str(world.start)), Reporter(outlets)
    for number in range(weeks):
        log.begin_week(number)
        happen(log, number, world)
        reporter.observe(world, Week(number, number % 52, 2017, world.start, False, levers, log), parameters)
    return world, log


def crowd(log: EventLog, number: int, world: Any) -> None:
    log.record("incident", number, place="Rivergate", magnitude=500.0, text="A crowd: anger 0.41.")


def nothing(log: EventLog, number: int, world: Any) -> None:
    """A quiet country."""


def published(world: Any) -> list[dict[str, Any]]:
    return list(world.actors["reports"]["published"])


def test_the_border_is_heard_of_at_the_rate_of_the_formula() -> None:
    """n = 400 crowds; the count is within 3.3 standard deviations: error rate 1 in 1,000."""
    world, log = watched(1, 400, crowd, ("reports.invented=0",))
    rows = published(world) + world.actors["reports"]["pending"]
    z = 2.0 + np.log10(500 / 50.0)
    chance = 1.0 - (1.0 - 0.35) ** (0.5 * 2.0**z)
    carried = 1.0  # the paper passes on everything
    expected, spread = 400 * chance * carried, np.sqrt(400 * chance * (1 - chance))
    assert abs(len(rows) - expected) < 3.3 * spread
    assert {r["event"] for r in rows} <= {e.id for e in log if e.kind == "incident"}


def test_nothing_is_reported_before_the_week_after_and_the_mean_delay_is_that_of_the_border() -> None:
    world, _ = watched(2, 500, crowd, ("reports.invented=0",))
    delays = np.array([r["published"] - r["happened"] for r in published(world) if r["happened"] < 450])
    assert delays.min() >= 1
    mean, spread = 1.0 + 2.0, np.sqrt(2.0 * 3.0)  # geometric with mean 2
    assert abs(delays.mean() - mean) < 3.3 * spread / np.sqrt(len(delays))


def test_sizes_are_told_too_large_and_places_wrongly_at_their_shares() -> None:
    world, _ = watched(3, 800, crowd, ("reports.invented=0",))
    rows = published(world)
    logs = np.log([r["magnitude"] / 500.0 for r in rows])
    assert abs(logs.mean() - np.log(1.2)) < 3.3 * 0.5 / np.sqrt(len(rows))
    elsewhere = np.mean([r["place"] != "Rivergate" for r in rows])
    assert abs(elsewhere - 0.1) < 3.3 * np.sqrt(0.1 * 0.9 / len(rows))


def test_a_quiet_country_is_reported_on_all_the_same() -> None:
    """Inventions: 0.012 d a source-week; error rate 1 in 1,000 on the count over 20 years."""
    world, log = watched(4, 1040, nothing)
    rows = published(world) + world.actors["reports"]["pending"]
    rate = 0.012 * (0.4 * 4 + 1.0 * 12 + 0.25 * 3 + 0.25 * 3)
    assert abs(len(rows) - 1040 * rate) < 3.3 * np.sqrt(1040 * rate)
    assert all(r["invented"] and not r["event"] for r in rows)
    assert not [e for e in log if e.kind == "report" and e.causes]


def test_what_the_state_announces_is_known_the_week_after_and_graded_a1() -> None:
    def edict(log: EventLog, number: int, world: Any) -> None:
        if number == 3:
            log.record("edict", number, text="A drive against corruption.")

    world, log = watched(5, 10, edict, ("reports.invented=0",))
    (row,) = published(world)
    assert (row["happened"], row["published"], row["letter"], row["number"]) == (3, 4, "A", 1)
    (event,) = [e for e in log if e.kind == "report"]
    assert event.week == 4
    assert event.causes == ("edict-1",)
    assert event.text.startswith("state (A1)")


def fall(stated: str, fate: str = "execution") -> Any:
    def happen(log: EventLog, number: int, world: Any) -> None:
        event = log.record("purge", number, organ="army", magnitude=1.0, text="The true cause stands here: precaution.")
        world.register.append(
            {
                "week": number,
                "event": event,
                "name": f"Official {number}",
                "title": "chief of staff",
                "organ": "army",
                "rank": 0,
            }
            | {"stated": stated, "fate": fate, "cause": "precaution"}
        )

    return happen


def test_a_report_tells_the_stated_reason_or_a_rumour_and_never_the_text_of_the_truth() -> None:
    open_, _ = watched(6, 60, fall("corruption"), ("reports.invented=0",))
    assert {r["cause"] for r in published(open_)} == {"corruption"}
    assert all(r["public"] for r in published(open_))
    silent, log = watched(6, 60, fall("silent"), ("reports.invented=0", "reports.false_named=0"))
    rows = published(silent)
    assert rows
    assert not any(r["public"] for r in rows)
    assert {r["cause"] for r in rows} <= set(reports.CAUSES_SAID)
    assert not [e for e in log if e.kind == "report" and "precaution" in e.text]


def test_of_named_executions_reported_a_seventh_did_not_happen() -> None:
    """Share 0.156; error rate 1 in 1,000."""
    world, _ = watched(7, 900, fall("silent"), ("reports.invented=0",))
    rows = [r for r in published(world) if r["kind"] == "purge" and r["fate"] == "execution"]
    false = np.mean([r["invented"] for r in rows])
    assert len(rows) > 200
    assert abs(false - 0.156) < 3.3 * np.sqrt(0.156 * 0.844 / len(rows))


def test_an_outlet_earns_its_letter() -> None:
    """The paper repeats only true reports and rises; the one that repeats inventions falls."""
    honest, _ = watched(8, 500, crowd, ("reports.invented=0", "reports.place_error=0"))
    liars, _ = watched(8, 500, nothing, ("reports.invented=0.05",))
    good, bad = honest.actors["reports"]["record"]["paper"], liars.actors["reports"]["record"]["paper"]
    assert reports._letter(*good) == "A"
    assert good[1] == 2.0
    assert reports._letter(*bad) == "E"
    assert bad[0] == 8.0
    assert reports._letter(1.0, 1.0) == "F"


def test_two_origins_make_a_one_and_an_unknown_outlet_makes_a_six() -> None:
    alone = (OUTLETS[0], Outlet("nobody", 1.0, (1.0, 1.0)))
    world, _ = watched(9, 300, crowd, ("reports.invented=0", "reports.truth_share=0"), alone)
    rows = published(world)
    assert {r["number"] for r in rows if r["origins"] > 1} == {1}
    assert {r["letter"] for r in rows} == {"F"}
    first = min(rows, key=lambda r: (r["published"], r["happened"]))
    assert first["number"] in (1, 6)


def test_detection_grows_with_size_and_density() -> None:
    q = SimpleNamespace(reach=0.35)
    event: Any = SimpleNamespace(kind="incident", magnitude=100.0)
    larger: Any = SimpleNamespace(kind="incident", magnitude=5000.0)
    chances = [reports.detection(event, d, q) for d in (0.1, 0.3, 1.0)]  # type: ignore[arg-type]
    assert chances == sorted(chances)
    assert len(set(chances)) == 3
    assert reports.detection(larger, 0.3, q) > chances[1]  # type: ignore[arg-type]
    assert chances[2] == pytest.approx(1 - 0.65 ** (0.5 * 2 ** (2 + float(portable.log(2.0)) / np.log(10))), rel=1e-9)


# --- no truth in what is published ---------------------------------------------------------------------------------------

KNOWN_INSIDE = (
    ("coup", "", "A, minister, and 3 others move against the leader with 31% of the force; their chance is 0.34."),
    ("succession", "", "The leader dies; the mean loyalty of the top is 0.62."),
    ("reform", "", "A reform package is adopted (their mean loyalty is 0.66)."),
    ("uprising", "", "Counties with 12% of the people are lost; the state held (chance of falling 0.21)."),
    ("end", "", "Insiders change the rules; the mean loyalty of the top is 0.51, the chance 0.120 a year."),
    ("crisis_step", "power:a", "The neighbour comes to mobilisation at turmoil 0.41 and masses troops."),
    ("talks", "leader: talks", "The leader offers talks: the reserve is short (reserve weeks 21.3, below 26); talks."),
    ("appointment", "", "B, who had denounced C, becomes minister of 0 things."),
)


@pytest.mark.parametrize(("kind", "origin", "text"), KNOWN_INSIDE, ids=[k[0] for k in KNOWN_INSIDE])
def test_what_is_public_tells_no_figure_and_no_secret_of_the_model(kind: str, origin: str, text: str) -> None:
    def happen(log: EventLog, number: int, world: Any) -> None:
        if number == 0:
            lever = kind if origin.startswith("leader") else ""
            log.record(kind, 0, magnitude=3.0, text=text, origin=origin, lever=lever)

    world, log = watched(1, 3, happen, ("reports.invented=0",))
    told = next(r for r in published(world) if r["public"])
    assert not any(figure in told["text"] for figure in ("0.", "%", "denounced", "turmoil", "chance"))
    assert told["text"]
    assert told["text"].rstrip(".") in next(e.text for e in log if e.kind == "report")


def test_the_chance_of_an_invented_report_does_not_give_it_away() -> None:
    """A watcher weighs a report by the chance to have heard of it: what never was must be weighed like what was."""
    world, _ = watched(2, 300, crowd, ("reports.invented=0.2",))
    rows = [r for r in published(world) if r["kind"] == "incident"]
    invented = {r["chance"] for r in rows if r["invented"]}
    assert invented
    assert max(invented) <= max(r["chance"] for r in rows if not r["invented"])


def test_a_false_execution_weighs_as_much_as_the_true_one_beside_it() -> None:
    def fall(log: EventLog, number: int, world: Any) -> None:
        event = log.record("purge", number, text="a fall")
        record = {"week": number, "event": event, "rank": "chief", "stated": "silent", "fate": "execution"}
        world.register.append(record | {"name": "A", "title": "minister", "organ": "army"})

    world, _ = watched(3, 400, fall, ("reports.false_named=0.4",))
    chances = {
        wrong: {r["chance"] for r in published(world) if r["invented"] == wrong and r["kind"] == "purge"}
        for wrong in (True, False)
    }
    assert chances[True] == chances[False] != set()
