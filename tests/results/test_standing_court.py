"""Facts of the court: computed as the fact was, and 'too few to tell' where a run has too few cases."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from tests.results import fake

from custodes.observe.events import EventLog
from custodes.observe.standing import compare
from custodes.observe.standing_court import COURT, CourtRun, Seen, judge, together
from custodes.results.table import Table
from custodes.scenario.facts import facts_of
from custodes.scenario.load import load
from custodes.world.columns import COURT_ORGANS

WEEKS = 260


def table(**series: Any) -> Table:
    """Five years of the series that the comparison reads; what is not given is nought."""
    base = fake.run(weeks=WEEKS).table
    arrays = {name: base.arrays[name] * 0.0 for name in ("envoy_defections", "coup_attempts", "chief_tenure")}
    arrays["threats"] = base.arrays["threats"] * 0.0 + 100.0
    for name, values in series.items():
        arrays[name] = arrays[name] + values
    return Table(base.start, base.provinces, base.organs, {**base.arrays, **arrays}, base.factions)


def fall(week: int, fate: str = "dismissal", rank: str = "deputy", returned: int | None = None) -> dict[str, Any]:
    return {"week": week, "fate": fate, "rank": rank, "organ": "cabinet", "returned_week": returned}


def rows(falls: Sequence[dict[str, Any]] = (), log: EventLog | None = None, **series: Any) -> dict[str, dict[str, Any]]:
    """The court's rows of the comparison, without facts."""
    run = CourtRun(falls, log or EventLog("2016-01-04"))
    seen = compare(table(**series), {}, [], 100, run)
    return {row["id"]: row for row in seen if row["id"] in {entry.fact for entry in COURT}}


def test_falls_and_executions_a_year() -> None:
    falls = [fall(w) for w in range(0, 100, 10)]
    falls += [fall(7, "execution", "director"), fall(8, "execution", "chief"), fall(9, "dismissal", "director")]
    found = rows(falls)
    assert (found["C18"]["model"], found["C18"]["cases"]) == (pytest.approx(11 / 5), 11)
    assert (found["C18e"]["model"], found["C18e"]["cases"]) == (pytest.approx(2 / 5), 2)


def test_the_stay_of_the_re_educated_counts_only_those_at_the_top_who_could_come_back() -> None:
    stays = [fall(10, "reeducation", "chief", 10 + w) for w in (9, 13, 26)]
    others = [
        fall(10, "reeducation", "director", 90),
        fall(10, "reeducation"),
        fall(WEEKS - 20, "reeducation", returned=WEEKS - 18),
    ]
    assert rows(stays + others)["C19"]["model"] == pytest.approx(13 * 12 / 52)
    assert "C19" not in rows(others)


def test_who_lived_and_was_back_within_two_years() -> None:
    falls = [
        fall(5, "demotion"),
        fall(5, "reeducation", returned=18),
        fall(5, "dismissal", returned=110),  # 105 weeks: too late
        fall(5, "prison"),
        fall(5, "execution"),  # not in the base
        fall(5, "dismissal", "director", 20),  # not at the top
        fall(WEEKS - 30, "reeducation", returned=WEEKS - 10),  # two years have not passed
    ]
    assert (rows(falls)["C20"]["model"], rows(falls)["C20"]["cases"]) == (50.0, 4)


def test_the_tenure_of_the_minister_ends_when_his_weeks_begin_anew() -> None:
    week = np.arange(WEEKS)
    weeks = week % 52.0  # five hold the post, four leave it
    army = np.zeros((WEEKS, len(COURT_ORGANS) + 1))
    army[:, COURT_ORGANS.index("army")] = weeks
    assert rows(chief_tenure=army)["C21"]["model"] == pytest.approx(60.0 / 4)
    army[60:64, COURT_ORGANS.index("army")] = 0.0  # vacant for a month: the end that was seen already is not seen twice
    assert rows(chief_tenure=army)["C21"]["cases"] == 5
    assert "C21" not in rows()


def softening(soft_after: int, weeks_soft: int) -> dict[str, dict[str, Any]]:
    """A run in which threats fall by 40 % some weeks after the chief of state security fell in week 50, for some weeks."""
    log = EventLog("2016-01-04")
    log.record("order", 50, organ="state_security", lever="chief_purged")
    week = np.arange(WEEKS)
    soft = (week >= 50 + soft_after) & (week < 50 + soft_after + weeks_soft)
    return rows(log=log, threats=np.where(soft, -40.0, 0.0)[:, None, None])


@pytest.mark.parametrize(("soft_after", "weeks_soft"), [(0, 30), (6, 40), (20, 100)])
def test_softer_agents_lag_the_fall_and_stay_so(soft_after: int, weeks_soft: int) -> None:
    found = softening(soft_after, weeks_soft)
    assert found["C22"]["model"] == pytest.approx((soft_after + 4) * 12 / 52)
    assert found["C23"]["model"] == pytest.approx((soft_after + weeks_soft) * 12 / 52, abs=0.3)
    assert found["C23"]["cases"] == 5


def test_a_run_that_ends_with_soft_agents_cannot_tell_for_how_long() -> None:
    assert softening(8, 1000)["C23"]["cases"] == 0


def test_without_an_order_nothing_is_said_of_softening() -> None:
    assert not {"C22", "C23"} & set(rows())


def test_defectors_and_attempts_are_rates_with_their_cases() -> None:
    weeks = np.zeros(WEEKS)
    weeks[::26] = 1.0
    found = rows(envoy_defections=weeks)
    assert (found["C29"]["model"], found["C29"]["cases"]) == (pytest.approx(2.0), 10)
    assert (found["t10coup"]["model"], found["t10"]["model"]) == (0.0, 0.0)


def test_a_rare_event_in_one_run_is_too_few_to_tell_and_many_runs_can() -> None:
    fact = [{"id": "t10", "value": 2.3, "low": 1.4, "high": 3.5, "grade": "A"}]
    run = CourtRun([], EventLog("2016-01-04"))
    row = next(r for r in compare(table(), {}, fact, 100, run) if r["id"] == "t10")
    assert row["inside"] is None
    calm = Seen(row["model"], row["cases"], row["one_case"])
    assert judge(together([calm] * 10), 1.4, 3.5) is None
    assert judge(together([calm] * 400), 1.4, 3.5) is False
    restless = Seen(20.0, 1, 20.0)
    assert judge(together([calm] * 360 + [restless] * 40), 1.4, 3.5) is True


@pytest.mark.parametrize(
    ("seen", "inside"),
    [
        (Seen(60.0, 4), None),
        (Seen(60.0, 5), True),
        (Seen(90.0, 50), False),
        (Seen(10.0, 50, 0.2), True),
        (Seen(30.0, 150, 0.2), False),
        (Seen(15.0, 75, 0.2), None),  # outside, but its interval reaches in
    ],
)
def test_the_verdict(seen: Seen, inside: bool | None) -> None:
    assert judge(seen, 8.0 if seen.one else 35.0, 14.0 if seen.one else 80.0) is inside


def test_runs_are_put_together_by_their_cases() -> None:
    assert together([Seen(50.0, 4), Seen(80.0, 2)]) == Seen(60.0, 6)
    assert together([Seen(2.0, 10, 0.2), Seen(4.0, 20, 0.2)]) == Seen(3.0, 30, 0.1)


def test_every_row_of_the_court_has_a_fact_of_the_real_country() -> None:
    known = {row["id"] for row in facts_of(load("dprk/2017"))["targets"]}
    assert {entry.fact for entry in COURT} <= known
