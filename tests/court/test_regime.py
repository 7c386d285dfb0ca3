"""The regime: what a standing party changes at court, and that a leader alone changes nothing."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.mechanisms import coups, purge, regime, suspicion
from custodes.world.columns import B_ARMY, CHIEF, PRECAUTION
from tests.consequences import courts
from tests.consequences.runs import below
from tests.court.purges import Still, still

PARTY = ("leader.regime=party",)
share = st.floats(0.0, 1.0)
SEEDS = range(1, 7)
YEARS = 8


@given(share, share, share)
def test_a_leader_alone_is_bound_by_nothing_whatever_a_party_would_do(
    consent: float, sight: float, heat: float
) -> None:
    factors = {"party_consent": consent, "party_sight": sight, "party_succession": heat}
    alone, party = (SimpleNamespace(leader=SimpleNamespace(regime=float(r), **factors)) for r in (0, 1))
    assert (regime.consent(alone), regime.sight(alone), regime.heat(alone)) == (1.0, 1.0, 1.0)
    assert (regime.consent(party), regime.sight(party), regime.heat(party)) == (consent, sight, heat)


def test_the_choices_are_in_the_order_of_the_parameter() -> None:
    assert still(1, PARTY).p.leader.regime == regime.PARTY == regime.REGIMES.index("party")
    assert still(1).p.leader.regime == regime.PERSONALIST == regime.REGIMES.index("personalist")


def feared(settings: tuple[str, ...]) -> np.ndarray:
    court = still(1, settings)
    row = court.rows(B_ARMY, CHIEF)[0]
    court.court.suspicion[row], court.court.evidence[row], court.court.since_denounced[row] = 0.8, 0.9, 10
    return np.asarray(purge.intensities(court.world, court.p).parts[row])


def test_a_party_lets_part_of_the_precautions_pass_and_leaves_other_causes_alone() -> None:
    alone, party = feared(()), feared((*PARTY, "leader.party_consent=0.3"))
    assert party[PRECAUTION] == pytest.approx(0.3 * alone[PRECAUTION])
    assert alone[PRECAUTION] > 0.0
    assert (np.delete(party, PRECAUTION) == np.delete(alone, PRECAUTION)).all()


def spread(settings: tuple[str, ...]) -> float:
    """How far suspicion moves by error alone, in a week."""
    court = still(1, ("suspicion.rate=0", "suspicion.denunciation=0", *settings))
    court.court.suspicion[:] = 0.5
    suspicion.settle(court.world, court.week(), court.p)
    return float(np.std(court.court.suspicion[:1000]))


def test_a_leader_beside_a_party_errs_less() -> None:
    assert spread((*PARTY, "leader.party_sight=0.25")) == pytest.approx(0.25 * spread(()))


def chance(court: Still, weeks: float) -> float:
    """Plots begun in so many weeks of the same heat: starts are made frequent, so that they can be counted."""
    court.world.memory["succession_weeks"] = weeks
    begun = 0
    for _ in range(200):
        begun += len(coups.starters(court.world, court.week(), court.p))
        court.world.week += 1
    return begun / 200.0


def test_under_a_party_a_change_at_the_top_heats_the_court_less_and_a_quiet_court_not_at_all() -> None:
    """The excess over a quiet court's plots is a quarter of what it is under a leader alone; five standard errors of counts."""
    often = ("coups.start=0.02", "coups.start_loyalty=0.9", "succession.plots=5")
    alone = still(1, often)
    party = still(1, (*often, *PARTY, "leader.party_succession=0.25"))
    quiet = chance(alone, 0.0)
    assert chance(party, 0.0) > 0.0
    error = 5.0 * np.sqrt(6.0 * quiet / 200.0)
    assert chance(party, 52.0) == pytest.approx(2.0 * quiet, abs=error)
    assert chance(alone, 52.0) == pytest.approx(5.0 * quiet, abs=error)


def precautions(settings: tuple[str, ...], seed: int) -> int:
    arm = courts.CourtArm(settings=settings, weeks=52 * YEARS)
    register = courts.run(arm, seed, names=courts._AT_COURT, watched=("loyalty",)).register
    return sum(r["cause"] == "precaution" for r in register)


def test_party_rule_lowers_precautions_in_a_court_that_goes_on() -> None:
    """Paired courts: by more than a fifth, one-sided t test, error rate 1 in 1,000."""
    change = [np.log(precautions(PARTY, s) / precautions((), s)) for s in SEEDS]
    assert below(np.array(change), np.log(0.8))
