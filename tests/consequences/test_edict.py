"""Consequence 9: an anti-corruption drive raises the state's income and costs loyalty; corruption lowers income and belief.

One-sided t tests over ten paired seeds, error rate 1 in 1,000 each. An edict of full weight goes to all who collect; it
loses half its force in half a year.
"""

import pytest

from tests.consequences.runs import above, below, mean, pairs, ratios

pytestmark = pytest.mark.xdist_group("edict")
LAST_YEAR = (26, 77)


def test_the_state_takes_in_more_while_it_lasts() -> None:
    """Measured: +1.7 % in the first quarter, +.8 % in the year after (prototype: +2 %, +.5 %); bound at half."""
    assert above(ratios(mean("state_income_won", 0, 12), "edict"), 0.008)
    assert above(ratios(mean("state_income_won", *LAST_YEAR), "edict"), 0.003)


def test_takings_fall_and_come_back_above_what_they_were() -> None:
    """Measured: -15 % in the first quarter, +4 % in the second: guards make up for what they missed."""
    assert below(ratios(mean("bribes_won", 0, 12), "edict"), -0.08)
    assert above(ratios(mean("bribes_won", 13, 25), "edict"))


def test_control_and_loyalty_pay_for_it() -> None:
    """Measured: control -25 % in the second quarter, officials' loyalty -.021 in the year after (prototype: -24 %, -.025)."""
    assert below(ratios(mean("control_capacity", 13, 25), "edict"), -0.14)
    assert below(pairs(mean("official_loyalty", *LAST_YEAR), "edict"), -0.01)


def test_more_officials_fall() -> None:
    """Of those with a fortune; measured: .6 a week more in the first half-year, .3 to .9 from seed to seed; bound at a quarter."""
    assert above(pairs(mean("purges", 0, 25), "edict"), 0.15)


def test_corruption_lowers_belief() -> None:
    """Superiors who demand more, nine tenths of need: takings +44 %, support -.016; bound at half."""
    assert above(ratios(mean("bribes_won", *LAST_YEAR), "superiors demand more"), 0.18)
    assert below(pairs(mean("private_support", *LAST_YEAR), "superiors demand more"), -0.008)


def test_extortion_from_households_does_not_lower_the_states_income() -> None:
    """Against the consequence as it stands: those who are robbed earn more in markets, and markets pay fees. Measured: +1.5 %."""
    assert above(ratios(mean("state_income_won", *LAST_YEAR), "superiors demand more"))


def test_corruption_lowers_the_states_income_where_it_takes_what_is_the_states() -> None:
    """Officials keep three fifths of market fees instead of a third: won income -3.5 %; bound at half."""
    assert below(ratios(mean("state_income_won", *LAST_YEAR), "officials keep more"), -0.017)
    assert below(pairs(mean("private_support", *LAST_YEAR), "officials keep more"), -0.0004)
