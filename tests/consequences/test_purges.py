"""Consequence 7: purges lower the morale of those who survive them and raise their exit, also in the leader's own guard.

One-sided t tests, error rate 1 in 1,000 each, over ten paired countries (three of ten officials of state security are
dismissed) and over ten paired courts (the same in the guard command).
"""

import pytest

from tests.consequences import courts
from tests.consequences.runs import above, below, mean, pairs, ratios

pytestmark = pytest.mark.xdist_group("courts")
SEEDS = range(1, 11)
ORGAN = "state_security"


def test_agents_of_a_purged_organ_lose_morale_and_control_weakens() -> None:
    """Measured: morale -12 % in the second quarter, -7 % in the year after; control the same."""
    assert below(ratios(mean("guard_morale", 13, 25, ORGAN), "security purged"), -0.06)
    assert below(ratios(mean("guard_morale", 26, 77, ORGAN), "security purged"), -0.02)
    assert below(ratios(mean("control_capacity", 13, 25, ORGAN), "security purged"), -0.06)


def test_the_police_of_the_same_county_is_hardly_touched() -> None:
    """Purges elsewhere are feared less: the police lose a third at most of what the purged organ loses."""
    here, there = (ratios(mean("guard_morale", 13, 25, o), "security purged") for o in (ORGAN, "police"))
    assert above(there - here / 3.0)


def test_officials_who_stay_fear_the_next_purge_and_are_less_loyal() -> None:
    """Measured: perceived hazard +.23 a year, loyalty -.049 in the second quarter."""
    assert above(pairs(mean("perceived_purge_hazard", 13, 25, ORGAN), "security purged"), 0.1)
    assert below(pairs(mean("official_loyalty", 13, 25, ORGAN), "security purged"), -0.02)


@pytest.mark.parametrize(
    ("name", "bound"),
    [("guard's hazard", 0.05), ("guard's loyalty", -0.015), ("guard's morale", -0.018), ("guard's requests", 0.0025)],
)
def test_so_it_is_in_the_leaders_own_guard(name: str, bound: float) -> None:
    """In the first year; measured: hazard +.19, loyalty -.058, morale -.041, requests to leave +.9 % of officers a year.

    Bounds at a quarter to a half. Later one court of a pair in ten is purged for other reasons, or is not, and ten pairs tell
    less; over four years all are about a third of that (prototype, 160 pairs: +.071, -.024, -.027, 1.9 to 2.1 %).
    """
    change = courts.means(name, "guard purged", SEEDS, 0, 52) - courts.means(name, "nothing", SEEDS, 0, 52)
    assert above(change, bound) if bound > 0.0 else below(change, bound)


def test_nobody_leaves_the_service_on_the_street_for_it() -> None:
    """What this model does not have: agents leave when they cannot live, not because their chiefs fall. Staff within .1 %."""
    staff = ratios(mean("guard_staff", 0, 77, ORGAN), "security purged")
    assert above(staff, -0.001)
    assert below(staff, 0.001)
