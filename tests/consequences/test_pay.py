"""Consequence 2: unfed guards extort, a living wage cuts it; blocked revenue weakens control and raises pressure, apart.

One-sided t tests over ten paired seeds, error rate 1 in 1,000 each; bounds lie about half-way, in logarithms, between no
effect and what was measured (docs/consequences/pay.md), except where only the sign is claimed.
"""

from collections.abc import Callable

import numpy as np
import pytest

import custodes as cu
from tests.consequences.runs import ARMS, DONE, GUARDS, SEEDS, F, Seen, above, below, mean, pairs, ratios, seen

pytestmark = pytest.mark.xdist_group("pay")
ORGANS = [*GUARDS, "cadres"]
LAST_YEAR = (26, 77)


@pytest.mark.parametrize("organ", ORGANS)
def test_pay_does_not_feed_them_and_bribes_do(organ: str) -> None:
    """In the country as it is pay covers less than a third of need, and takings bring more than half of an agent's income."""
    for seed in SEEDS:
        run = seen("nothing", seed)
        paid = run.of("pay_paid_share", organ)[DONE:]
        home = run.of("guard_take_home_won", organ)[DONE:] / run.of("guard_staff", organ)[DONE:]
        assert (paid < 1.0 / 3.0).all()
        assert (home > 0.5 * run.of("guard_income_won", organ)[DONE:]).all()


@pytest.mark.parametrize("organ", ORGANS)
def test_a_living_wage_cuts_takings_by_a_quarter_or_more(organ: str) -> None:
    """Measured: -0.73 to -0.78 in logarithms (halved); the prototype's -43 % is -0.56."""
    assert below(ratios(mean("bribes_won", *LAST_YEAR, organ), "living wage"), np.log(0.75))


@pytest.mark.parametrize("organ", ORGANS)
def test_the_more_they_are_paid_the_less_they_take(organ: str) -> None:
    """Nothing, a third of need more, two thirds more: each step lowers takings, by 15 % at least."""
    takings = mean("bribes_won", *LAST_YEAR, organ)
    assert below(ratios(takings, "half a wage"), np.log(0.85))
    assert below(ratios(takings, "living wage", "half a wage"), np.log(0.85))


def test_a_living_wage_strengthens_control_and_calms_people() -> None:
    """Measured: control +47 %, anger -37 % in the second half-year and after; bounds at +15 % and -15 %."""
    assert above(ratios(mean("control_capacity", *LAST_YEAR), "living wage"), np.log(1.15))
    assert below(ratios(mean("anger", *LAST_YEAR), "living wage"), np.log(0.85))


@pytest.mark.parametrize("organ", GUARDS)
def test_blocked_revenue_raises_the_pressure_to_collect(organ: str) -> None:
    """More time spent collecting, more threats and more money taken by the organs that lost three quarters of their trade."""
    for name in ("guard_effort", "threats", "bribes_won"):
        assert above(ratios(mean(name, *LAST_YEAR, organ), "revenue cut"))


@pytest.mark.parametrize("organ", GUARDS)
def test_blocked_revenue_weakens_control(organ: str) -> None:
    """Measured: -3.6 % for state security, -1.4 % for the police, whose own trade is smaller; bounds at half of it."""
    bound = -0.018 if organ == "state_security" else -0.007
    assert below(ratios(mean("control_capacity", *LAST_YEAR, organ), "revenue cut"), bound)


@pytest.mark.parametrize("organ", GUARDS)
def test_both_ways_to_lose_control_are_seen_apart(organ: str) -> None:
    """Control falls through fewer and sadder agents, and through their time: neither part alone makes the whole."""
    whole = ratios(mean("control_capacity", *LAST_YEAR, organ), "revenue cut")
    by_time = ratios(_time_left(organ), "revenue cut")
    assert below(by_time)
    assert above(by_time - whole)


def _time_left(organ: str) -> Callable[[Seen], float]:
    """Mean share of working time that is not spent collecting, of an organ in the last year."""
    weight = float(cu.load("dprk/2017").parameters.group("morale")["collecting"])

    def measure(run: Seen) -> float:
        effort: F = run.of("guard_effort", organ)[DONE + LAST_YEAR[0] : DONE + LAST_YEAR[1] + 1]
        return float((1.0 - weight * effort).mean())

    return measure


def test_blocked_revenue_angers_people() -> None:
    """Relations worsen: anger over extortion rises, by little, since cadres, who take most, lost nothing."""
    assert above(ratios(mean("anger", *LAST_YEAR), "revenue cut"))


def test_the_organ_that_lost_nothing_goes_on_as_before() -> None:
    """Takings of cadres stay within 1 % of before; state security's rise by 5 %."""
    change = ratios(mean("bribes_won", *LAST_YEAR, "cadres"), "revenue cut")
    assert above(change, -0.01)
    assert below(change, 0.01)


def test_until_it_is_done_two_arms_are_one_run() -> None:
    """The pairing itself: not a bit differs before the week of the deed, in any arm that acts then."""
    for arm in ("living wage", "revenue cut", "order", "promise"):
        assert ARMS[arm].actions[0]["week"] == DONE
        for name in ("bribes_won", "anger", "private_support", "household_money_won"):
            assert np.array_equal(seen(arm, 1).of(name)[:DONE], seen("nothing", 1).of(name)[:DONE])
    assert pairs(mean("bribes_won", 0, 20), "living wage").all()
