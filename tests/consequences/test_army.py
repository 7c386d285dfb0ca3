"""Consequence 8: an army that loses standing: officers ask to leave, and some run contraband, since they are seldom searched.

One-sided t tests over ten paired seeds, error rate 1 in 1,000 each. The army's share of the budget and of the leader's
attention falls by 30 %.
"""

import pytest

from tests.consequences.runs import above, below, mean, pairs, ratios

pytestmark = pytest.mark.xdist_group("army")
ARM = "army slighted"
LAST_YEAR = (26, 77)


def test_the_armys_standing_falls() -> None:
    """From one half toward .35; bound at two thirds of the way, reached within a year."""
    assert below(pairs(mean("army_status", *LAST_YEAR), ARM), -0.1)


def test_officers_ask_to_leave() -> None:
    """Measured: +35 %, 2.3 to 3.1 % of officers a year (prototype, budget alone: 2.3 to 2.8 %); bound at +15 %."""
    assert above(ratios(mean("resignation_requests", *LAST_YEAR), ARM), 0.14)


def test_officers_carry_more_of_the_contraband() -> None:
    """Measured: 16 to 30 % of it (prototype: 13 to 23 %); bound at half of the rise."""
    assert above(pairs(mean("officer_carried_share", *LAST_YEAR), ARM), 0.07)


def test_less_is_seized_because_they_are_seldom_searched() -> None:
    """Measured: 8.3 to 7.0 kg a week."""
    assert below(pairs(mean("seizures", *LAST_YEAR), ARM), -0.5)
