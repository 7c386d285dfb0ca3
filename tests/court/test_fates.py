"""Fates: how often, how long, and who comes back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.engine.step import Deed
from custodes.mechanisms import careers, fates, purge
from custodes.world.columns import (
    B_ARMY,
    B_CABINET,
    B_PARTY,
    B_POLICE,
    CHIEF,
    CORRUPTION,
    DEPUTY,
    DIRECTOR,
    DISMISSED,
    FAILURE,
    FATES,
    IN_POST,
    PRECAUTION,
    PRISON,
    PURGE_CAUSES,
    REEDUCATION,
    RIVALRY,
    SCAPEGOAT,
    VACANT_POST,
)
from custodes.world.court import row_of
from tests.court.purges import Still, still, watched

TABLES = {
    SCAPEGOAT: (0.05, 0.30, 0.25, 0.25, 0.10, 0.05),
    RIVALRY: (0.10, 0.30, 0.35, 0.15, 0.05, 0.05),
    CORRUPTION: (0.20, 0.30, 0.15, 0.20, 0.12, 0.03),
    PRECAUTION: (0.0, 0.15, 0.05, 0.25, 0.25, 0.30),
    FAILURE: (0.30, 0.40, 0.15, 0.15, 0.0, 0.0),
}


def struck(court: Still, organ: int, rank: int, fate: str, cause: int = FAILURE) -> int:
    """Purge the first of these now; returns his number."""
    row = court.rows(organ, rank)[0]
    person = int(court.court.person[row])
    purge.strike(court.world, court.week(), court.p, row, cause, fate=fate, alone=False)
    return person


def run(court: Still, weeks: int) -> None:
    for _ in range(weeks):
        fates.settle(court.world, court.week(), court.p)
        court.world.week += 1


@pytest.mark.parametrize("cause", TABLES)
def test_fates_follow_the_table_of_the_cause(cause: int) -> None:
    """1,500 draws: sd at most .013; four of them."""
    court = still()
    row, counts = court.rows(B_POLICE, DIRECTOR)[0], np.zeros(len(FATES))
    for week in range(1500):
        court.world.week = week
        counts[fates.drawn(court.world, court.week(), court.p, row, cause)] += 1
    assert counts / 1500 == pytest.approx(TABLES[cause], abs=0.05)
    assert (counts[np.array(TABLES[cause]) == 0.0] == 0).all()


def test_deputies_pay_with_their_lives_for_their_chief() -> None:
    """.4 of 1,000: sd .0155."""
    court = still()
    row, killed = court.rows(B_POLICE, DEPUTY)[0], 0
    for week in range(1000):
        court.world.week = week
        killed += fates.drawn(court.world, court.week(), court.p, row, SCAPEGOAT) == fates.EXECUTION
    assert killed / 1000 == pytest.approx(0.4, abs=4 * 0.0155)


def test_a_warned_man_keeps_his_post_and_is_not_purged() -> None:
    court = still()
    row = court.rows(B_POLICE, DEPUTY)[0]
    court.court.evidence[row], before = 0.6, float(court.court.hazard[row])
    assert purge.strike(court.world, court.week(), court.p, row, RIVALRY, fate="warning") == ""
    assert court.court.status[row] == IN_POST
    assert court.court.evidence[row] == pytest.approx(0.3)
    assert court.court.hazard[row] == pytest.approx(before + 0.1)
    assert court.world.register == []


def test_reeducation_lasts_from_four_weeks_three_months_in_the_mean() -> None:
    """4 + geometric of mean 9: mean 13, sd 9.5; 600 draws, standard error .39. C19: 1 to 4 months."""
    court = still()
    weeks = []
    for number in range(600):
        court.world.week = number
        weeks.append(fates._weeks_away(court.world, court.week(), court.p.fates, 7, fates.SENT_AWAY) - 1)
    assert min(weeks) == 4
    assert np.mean(weeks) == pytest.approx(13.0, abs=4 * 0.39)
    assert np.mean([w <= 17 for w in weeks]) > 0.7


def test_the_dismissed_are_away_for_half_a_year_the_jailed_for_longer() -> None:
    """Medians of 600 lognormal draws: standard error of the logarithm at most .036."""
    court = still()
    median = {}
    for fate in (fates.DISMISSAL, fates.IMPRISONMENT):
        weeks = []
        for number in range(600):
            court.world.week = number
            weeks.append(fates._weeks_away(court.world, court.week(), court.p.fates, 7, fate) - 1)
        median[fate] = float(np.median(weeks))
    assert median[fates.DISMISSAL] == pytest.approx(26.0, rel=0.16)
    assert median[fates.IMPRISONMENT] == pytest.approx(78.0, rel=0.16)


def test_the_executed_are_gone_and_others_wait_without_a_post() -> None:
    court = still()
    gone = struck(court, B_POLICE, DEPUTY, "execution")
    assert row_of(court.court, gone) < 0
    for fate, status in (("reeducation", REEDUCATION), ("dismissal", DISMISSED), ("prison", PRISON)):
        court = still()
        person = struck(court, B_CABINET, DEPUTY, fate)
        at = row_of(court.court, person)
        assert court.court.status[at] == status
        assert (court.court.former_organ[at], court.court.former_rank[at]) == (B_CABINET, DEPUTY)
        assert court.court.family_punished[at] == (fate == "prison")
        assert court.court.status[court.rows(B_CABINET, DEPUTY)[0]] == VACANT_POST


def test_the_demoted_take_a_post_one_rank_lower_at_once() -> None:
    court = still(1, ("fates.loyalty_lost=0.1",))
    free = court.rows(B_POLICE, DEPUTY)[2]
    fates.leave(court.world, free)
    loyalty = float(court.court.loyalty[court.rows(B_POLICE, CHIEF)[0]])
    person = struck(court, B_POLICE, CHIEF, "demotion")
    run(court, 1)
    assert court.court.person[free] == person
    assert court.court.loyalty[free] == pytest.approx(loyalty - 0.1)
    record = court.world.register[0]
    assert record["returned_week"] == 0
    assert record["returned_post"] == careers.title_of(court.world, free)


def test_the_reeducated_come_back_at_an_equal_or_lower_rank_with_a_grudge() -> None:
    """Return .85, and half of those who were denounced learn by whom: 200 cases, sd .025 and .038."""
    back = learnt = 0
    for seed in range(200):
        court = still(seed)
        row = court.rows(B_ARMY, DEPUTY)[0]
        court.court.denouncer[row] = court.court.person[court.rows(B_PARTY, DEPUTY)[1]]
        denouncer = int(court.court.denouncer[row])
        person = struck(court, B_ARMY, DEPUTY, "reeducation", RIVALRY)
        court.court.weeks_away[row_of(court.court, person)] = 2
        run(court, 3)
        at = row_of(court.court, person)
        if at < 0:
            continue
        back += 1
        assert court.court.status[at] == IN_POST
        assert court.court.rank[at] >= DEPUTY
        assert court.court.evidence[at] == 0.0
        learnt += int(court.court.harmed_by[at] == denouncer)
    assert back / 200 == pytest.approx(0.85, abs=4 * 0.025)
    assert learnt / back == pytest.approx(0.5, abs=4 * 0.038)


@pytest.mark.parametrize(("fate", "share"), [("dismissal", 0.40), ("prison", 0.10)])
def test_the_dismissed_come_back_less_often_and_the_jailed_seldom(fate: str, share: float) -> None:
    """250 cases: sd at most .031."""
    back = 0
    for seed in range(250):
        court = still(seed)
        person = struck(court, B_CABINET, DIRECTOR, fate)
        court.court.weeks_away[row_of(court.court, person)] = 1
        run(court, 1)
        back += row_of(court.court, person) >= 0
    assert back / 250 == pytest.approx(share, abs=4 * 0.031)


def test_a_returner_waits_for_a_post_near_his_rank_and_then_takes_what_there_is() -> None:
    court = still(1, ("fates.reeducated_return=1",))
    director = court.rows(B_PARTY, DIRECTOR)[4]
    fates.leave(court.world, director)
    person = struck(court, B_POLICE, CHIEF, "reeducation")
    court.court.person[court.rows(B_POLICE, CHIEF)[0]] = 5_000  # the post is taken meanwhile
    court.court.status[court.rows(B_POLICE, CHIEF)[0]] = IN_POST
    court.court.weeks_away[row_of(court.court, person)] = 1
    run(court, 5)
    assert row_of(court.court, person) >= 1000
    run(court, 6)
    assert row_of(court.court, person) == director


def test_a_post_abroad_or_held_open_is_no_way_back() -> None:
    court = still(1, ("fates.reeducated_return=1",))
    abroad = int(np.flatnonzero(court.court.abroad)[0])
    held = court.rows(B_CABINET, DIRECTOR)[8]
    for row in (abroad, held):
        fates.leave(court.world, row)
    court.court.weeks_away[held] = 8
    person = struck(court, B_POLICE, DEPUTY, "reeducation")
    court.court.status[court.rows(B_POLICE, DEPUTY)[0]] = IN_POST
    court.court.weeks_away[row_of(court.court, person)] = 1
    run(court, 20)
    assert row_of(court.court, person) >= 1000


def test_rehabilitation_brings_one_back_now_and_names_its_cause() -> None:
    court = still()
    person = struck(court, B_CABINET, CHIEF, "prison", PRECAUTION)
    order = court.log.record("decision", 0, organ="cabinet", text="he is forgiven")
    week = court.week(Deed("rehabilitation", "cabinet", 1.0, order))
    fates.settle(court.world, week, court.p)
    at = row_of(court.court, person)
    assert court.court.status[at] == IN_POST
    told = [e for e in court.log if e.kind == "rehabilitation"]
    assert len(told) == 1
    assert order in told[0].causes
    assert court.world.register[0]["event"] in told[0].causes


def test_three_of_five_of_those_who_live_are_back_within_two_years() -> None:
    """C20: 60 % (35 to 80). 24 court years give about 500 cases: sd .022."""
    seen = watched()
    lived = [r for r in seen.falls if r["fate"] != "execution" and r["week"] < seen.last - 104]
    back = [r for r in lived if r["returned_week"] is not None and r["returned_week"] - r["week"] <= 104]
    assert 0.48 <= len(back) / len(lived) <= 0.70
    sent = [r["returned_week"] - r["week"] for r in seen.falls if r["fate"] == "reeducation" and r["returned_week"]]
    assert min(sent) >= 4
    assert 9 <= np.mean(sent) <= 18


def test_a_denouncer_who_rises_within_half_a_year_has_gained() -> None:
    court = still(1, ("purge.spoils=0",))
    row, rival = court.rows(B_POLICE, DEPUTY)[0], court.rows(B_PARTY, DIRECTOR)[0]
    court.court.denouncer[row] = court.court.person[rival]
    purge.strike(court.world, court.week(), court.p, row, RIVALRY, fate="execution")
    careers.promote(court.world, court.p, rival, row)
    assert not court.world.register[0]["denouncer_gained"]
    run(court, 27)
    assert court.world.register[0]["denouncer_gained"]


@given(st.integers(0, 2**40), st.lists(st.sampled_from(FATES[1:]), min_size=1, max_size=12))
@settings(max_examples=20, deadline=None)
def test_everybody_is_in_one_row_and_every_return_is_in_the_register(seed: int, fell: list[str]) -> None:
    court = still(seed)
    for number, fate in enumerate(fell):
        row = court.rows(number % 10, DEPUTY)[number % 5]
        purge.strike(court.world, court.week(), court.p, row, number % len(PURGE_CAUSES), fate=fate)
    run(court, 40)
    posts = court.court
    people = posts.person[posts.person > 0]
    assert len(set(people.tolist())) == len(people)
    for record in court.world.register:
        if record["returned_week"] is not None:
            assert record["fate"] != "execution"
            assert record["returned_week"] >= record["week"]
            assert record["returned_post"]
