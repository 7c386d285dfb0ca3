"""Consequence 1: an order with punishments makes guards plead where they threatened; threats return when it lapses.

Each claim is a one-sided t test over ten paired seeds: a claim that is false passes with a probability of at most 1 in
1,000. Shares are compared with the same weeks of the country to which nothing happens. Bounds lie between no effect and
what was measured (docs/consequences/rights-order.md), far enough from both that a small change of another mechanism moves
no test, and a change that halves the effect does.
"""

import numpy as np
import pytest

from tests.consequences.runs import GUARDS, above, below, mean, pairs, ratios

pytestmark = pytest.mark.xdist_group("rights order")


@pytest.mark.parametrize("organ", GUARDS)
def test_within_eight_weeks_a_quarter_of_the_threats_is_gone(organ: str) -> None:
    """Measured: the threat share falls to 0.58 of before. C22: a lag of one to four months."""
    assert below(ratios(mean("threat_share", 8, 8, organ), "order"), np.log(0.75))


@pytest.mark.parametrize("organ", GUARDS)
def test_with_a_purge_of_the_chief_half_of_them_is_gone_within_a_quarter(organ: str) -> None:
    """Measured: 0.37 in week 13. The purge makes the order firmer by half."""
    assert below(ratios(mean("threat_share", 13, 13, organ), "order with purge"), np.log(0.5))
    firmer = ratios(mean("threat_share", 8, 13, organ), "order with purge", "order")
    assert below(firmer, np.log(0.9))


@pytest.mark.parametrize("organ", GUARDS)
def test_they_plead_instead(organ: str) -> None:
    """Most of the lost threats turn into pleas, not into rest: the share of pleas rises by half of what threats lose."""
    pleas = pairs(mean("plea_share", 8, 13, organ), "order")
    threats = pairs(mean("threat_share", 8, 13, organ), "order")
    assert above(pleas + 0.5 * threats)
    assert above(pleas, 0.1)


@pytest.mark.parametrize("organ", GUARDS)
@pytest.mark.parametrize("arm", ["order", "order with purge"])
def test_takings_fall_less_than_threats(arm: str, organ: str) -> None:
    """Measured over weeks 4 to 30, in logarithms: takings -0.06 to -0.15, threats -0.38 to -0.72; bound at 0.75 of the threats."""
    takings, threats = (ratios(mean(name, 4, 30, organ), arm) for name in ("bribes_won", "threats"))
    assert below(threats)
    assert above(takings - 0.75 * threats)


@pytest.mark.parametrize("organ", GUARDS)
def test_guards_work_more_for_less_so_control_falls(organ: str) -> None:
    """Softer guards collect longer: time spent collecting +14 to 19 %, control -6 to -8 % (no bound but zero)."""
    assert above(ratios(mean("guard_effort", 4, 30, organ), "order"))
    assert below(ratios(mean("control_capacity", 4, 30, organ), "order"))


@pytest.mark.parametrize("organ", GUARDS)
def test_threats_return_when_enforcement_lapses(organ: str) -> None:
    """The share climbs by more than 20 points of before from weeks 8-13 to 65-77, and punishment expected falls by a third."""
    low, late = (np.exp(ratios(mean("threat_share", a, b, organ), "order")) for a, b in ((8, 13), (65, 77)))
    assert above(late - low, 0.2)
    expected = ratios(mean("perceived_enforcement", 65, 77, organ), "order") - ratios(
        mean("perceived_enforcement", 8, 13, organ), "order"
    )
    assert below(expected, np.log(2.0 / 3.0))


@pytest.mark.parametrize("organ", GUARDS)
def test_threats_stay_down_while_the_order_is_renewed(organ: str) -> None:
    """The same weeks as above, so that it is the lapse that brings them back and not the passing of time."""
    assert below(ratios(mean("threat_share", 65, 77, organ), "order renewed", "order"), np.log(0.85))


@pytest.mark.parametrize("organ", GUARDS)
def test_a_guard_who_is_well_paid_barely_changes(organ: str) -> None:
    """Pay that covers need and what superiors demand leaves few threats to lose: less than a fifth of what others lose.

    Measured: a tenth for state security, a fourteenth for the police, in threats a week.
    """
    others = pairs(mean("threats", 4, 30, organ), "order")
    fed = pairs(mean("threats", 4, 30, organ), "fed and order", "fed")
    assert above(fed - 0.2 * others)


def test_the_organ_that_got_no_order_goes_on() -> None:
    """Cadres were told nothing: their threat share stays within 3 % of before, where those told lost two fifths."""
    change = ratios(mean("threat_share", 8, 13, "cadres"), "order")
    assert above(change, -0.03)
    assert below(change, 0.03)
