"""Suspicion, and the rivals who feed it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes import draws
from custodes.engine.step import Week
from custodes.mechanisms import suspicion
from custodes.world.columns import (
    B_ARMY,
    B_CABINET,
    B_DIPLOMATIC,
    B_MUNITIONS,
    B_PARTY,
    B_POLICE,
    B_STATE_SECURITY,
    CHIEF,
    DEPUTY,
    DIRECTOR,
    IN_POST,
    N_COURT,
)
from tests.court.purges import Still, still, watched

SILENT = ("suspicion.denunciation=0",)
CERTAIN = ("suspicion.denunciation=1", "suspicion.sabotage=0")


def run(court: Still, weeks: int) -> None:
    for _ in range(weeks):
        suspicion.settle(court.world, court.week(), court.p)
        court.world.week += 1


def test_suspicion_follows_disloyalty_and_evidence() -> None:
    court = still(1, (*SILENT, "suspicion.noise=0", "suspicion.evidence_fade=0"))
    posts = court.court
    posts.evidence[0] = 0.5
    run(court, 200)
    here = posts.status == IN_POST
    expected = np.clip(1.0 - posts.loyalty + 0.6 * posts.evidence, 0.0, 1.0)
    assert posts.suspicion[here] == pytest.approx(expected[here], abs=1e-3)


def test_the_leader_errs_by_as_much_as_said() -> None:
    """An error of .02 a week that is pulled back by .05: sd .02 / sqrt(1 - .95^2) = .064; 1,000 officials."""
    court = still(2, SILENT)
    court.court.loyalty[:] = 0.5
    court.court.suspicion[:] = 0.5
    run(court, 150)
    seen = court.court.suspicion[court.court.status == IN_POST]
    assert np.std(seen) == pytest.approx(0.064, abs=4 * 0.064 / np.sqrt(2000))
    assert np.mean(seen) == pytest.approx(0.5, abs=4 * 0.064 / np.sqrt(1000))


def test_evidence_loses_half_its_force_in_about_34_weeks() -> None:
    court = still(1, SILENT)
    court.court.evidence[5] = 0.8
    run(court, 34)
    assert court.court.evidence[5] == pytest.approx(0.8 * 0.98**34)
    assert court.court.evidence[5] == pytest.approx(0.4, abs=0.01)


def test_turf_is_symmetric_and_of_the_organs_named() -> None:
    turf = suspicion.TURF
    assert (turf == turf.T).all()
    assert turf[B_STATE_SECURITY, B_POLICE] == 1.0
    assert turf[B_ARMY, B_PARTY] == 0.7
    assert turf[B_DIPLOMATIC, B_PARTY] == 0.5
    assert turf[B_DIPLOMATIC, B_MUNITIONS] == 0.0
    assert (np.diag(turf) == 0.0).all()


def test_rivals_denounce_those_whose_turf_overlaps_a_chief_in_a_third_of_cases() -> None:
    court = still(1, CERTAIN)
    targets = [suspicion._rival(court.world, _at(court, w), 0, w % 3 == 0) for w in range(300)]
    assert {int(court.court.rank[t]) for t in targets[::3]} == {CHIEF}
    assert {int(court.court.rank[t]) for t in targets[1::3]} == {DEPUTY}
    organs = court.court.organ[np.array(targets)]
    assert set(organs.tolist()) == {b for b in range(N_COURT) if suspicion.TURF[B_STATE_SECURITY, b] > 0.0}
    assert np.mean(organs == B_POLICE) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(300))  # 1 of 1 + .5 + .5


def _at(court: Still, week: int) -> Week:
    court.world.week = week
    return court.week()


def test_a_word_adds_evidence_and_names_the_denouncer() -> None:
    court = still(1, (*CERTAIN, "suspicion.false_share=0", "suspicion.denounces.director=0"))
    posts = court.court
    run(court, 1)
    struck = np.flatnonzero(posts.since_denounced == 0)
    assert len(struck) > 10
    for row in struck.tolist():
        assert posts.evidence[row] > 0.0
        assert posts.denouncer[row] in posts.person
    events = [e for e in court.log if e.kind == "denunciation"]
    assert len(events) == 60  # every chief and deputy
    assert all("denounces" in e.text and e.magnitude >= 0.25 for e in events)


def test_chiefs_have_the_leaders_ear() -> None:
    added = {}
    for rank in (CHIEF, DEPUTY, DIRECTOR):
        court = still(1, ("suspicion.false_share=1", "suspicion.sabotage=0"))
        row = court.rows(B_CABINET, rank)[0]
        suspicion._denounce(court.world, court.week(), row, court.p.suspicion)
        added[rank] = court.court.evidence.max()
    assert added[CHIEF] == pytest.approx(0.35 * 1.3)
    assert added[CHIEF] > added[DEPUTY] > added[DIRECTOR]


def test_the_harmed_turn_on_the_one_who_harmed_them_or_spoil_his_work() -> None:
    """30 % of all spoil his work, 70 % of the others aim at him: 400 cases, sd .023 and .025."""
    aimed = spoilt = 0
    for number in range(400):
        court = still(number, ())
        row, enemy = court.rows(B_ARMY, DIRECTOR)[3], court.rows(B_POLICE, DEPUTY)[0]
        court.court.harmed_by[row] = court.court.person[enemy]
        suspicion._denounce(court.world, court.week(), row, court.p.suspicion)
        aimed += int(court.court.evidence[enemy] > 0.0)
        spoilt += int(court.world.branch.failure[B_POLICE] > 0.3)
    assert spoilt / 400 == pytest.approx(0.3, abs=4 * 0.023)
    assert aimed / 400 == pytest.approx(0.7 * 0.7, abs=4 * 0.025)


def test_a_grudge_makes_a_denunciation_nine_times_as_likely() -> None:
    counted = {}
    for harmed in (False, True):
        court = still(1, ("suspicion.sabotage=1", "suspicion.noise=0"))
        target = court.rows(B_POLICE, CHIEF)[0]
        directors = court.court.rank == DIRECTOR
        for week in range(400):
            court.world.week = week
            court.court.harmed_by[:] = int(court.court.person[target]) if harmed else 0
            rows = _denouncers(court)
            counted[harmed] = counted.get(harmed, 0) + int(np.count_nonzero(directors[rows]))
    assert counted[True] / counted[False] == pytest.approx(9.0, rel=0.5)  # about 120 without grudge: sd 9 %


def _denouncers(court: Still) -> np.ndarray:
    q, posts = court.p.suspicion, court.court
    base = q.denunciation * (1.0 + q.turf * suspicion.OVERLAP)
    return suspicion._move(  # type: ignore[no-any-return]
        posts.status,
        posts.organ,
        posts.rank,
        posts.loyalty,
        posts.suspicion,
        posts.evidence,
        posts.since_denounced,
        posts.harmed_by,
        base,
        np.array(q.denounces),
        np.array([q.rate, q.evidence, q.noise, 1.0 - q.evidence_fade, q.grudge]),
        *draws.key_words(court.world.seed, "suspicion"),
        court.world.week,
    )


def test_a_grudge_against_one_who_is_gone_ends() -> None:
    court = still(1, CERTAIN)
    court.court.harmed_by[7] = 10**6
    suspicion._denounce(court.world, court.week(), 7, court.p.suspicion)
    assert court.court.harmed_by[7] == 0


def test_about_35_denunciations_a_year() -> None:
    """EQUATIONS.md 7: 35 in all. 30 court years give about 1,100, sd 1.1 a year."""
    seen = watched()
    assert 31 <= seen.events["denunciation"] / seen.years <= 41


@given(st.integers(0, 2**40), st.floats(0, 1), st.floats(0, 1), st.floats(0, 2))
@settings(max_examples=25, deadline=None)
def test_suspicion_and_evidence_stay_shares(seed: int, loyalty: float, evidence: float, wealth: float) -> None:
    court = still(seed, ("suspicion.denunciation=0.5",))
    court.court.loyalty[:], court.court.evidence[:], court.court.wealth[:] = loyalty, evidence, wealth
    run(court, 6)
    for column in (court.court.suspicion, court.court.evidence):
        assert (column >= 0.0).all()
        assert (column <= 1.0).all()
