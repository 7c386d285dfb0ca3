"""Becker and Stigler 1974: a guard is honest iff his pay is at least v + ((1 - p) / p) b.

v: what he earns elsewhere, p: chance of being caught, b: the bribe. In the mechanism's terms: one type, no plea to be
had, shortfall of one need, belief fixed at p; a threat gains (1 - p) b, and its penalty is the pay above v that is lost.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.mechanisms.guards_country import P, claim

from custodes.mechanisms import extortion

ONE = np.array([1.0])


def threat_probability(pay: float, outside: float, caught: float, bribe: float, precision: float) -> float:
    """Chance that the guard of the mechanism threatens."""
    p = P.extortion._replace(
        gain=(1.0 - caught) * bribe,
        penalty=pay - outside,
        effort_cost=0.0,
        precision=precision,
        type_share=(1.0, 0.0, 0.0),
        type_force=(1.0, 1.0, 1.0),
    )
    threat, _ = extortion.approach(ONE, ONE, 0.0 * ONE, np.full((1, 3), caught), 0.0 * ONE, p)
    return float(threat[0, 0])


def honest_wage(outside: float, caught: float, bribe: float) -> float:
    return outside + (1.0 - caught) / caught * bribe


@claim
@given(st.floats(0.0, 10.0), st.floats(0.01, 0.99), st.floats(0.1, 10.0), st.floats(0.001, 5.0))
def test_a_guard_is_honest_iff_his_pay_reaches_the_wage_of_becker_and_stigler(outside, caught, bribe, distance):
    wage = honest_wage(outside, caught, bribe)
    assert threat_probability(wage + distance, outside, caught, bribe, precision=1e9) < 1e-12
    assert threat_probability(wage - distance, outside, caught, bribe, precision=1e9) > 1.0 - 1e-12


@pytest.mark.parametrize(("outside", "caught", "bribe"), [(1.0, 0.1, 0.5), (0.0, 0.5, 2.0), (3.0, 0.9, 9.0)])
def test_the_wage_found_by_bisection_is_the_wage_on_paper(outside, caught, bribe):
    low, high = outside, outside + 1000.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        dishonest = threat_probability(middle, outside, caught, bribe, precision=1e9) > 0.5
        low, high = (middle, high) if dishonest else (low, middle)
    assert high == pytest.approx(honest_wage(outside, caught, bribe), rel=1e-7)


def test_the_less_often_caught_the_more_honesty_costs():
    rates = (0.05, 0.1, 0.2, 0.5)
    wages = [honest_wage(1.0, caught, 1.0) for caught in rates]
    assert wages == sorted(wages, reverse=True)
    for caught, wage in zip(rates, wages, strict=True):
        assert threat_probability(wage, 1.0, caught, 1.0, precision=5.0) == pytest.approx(
            _indifferent(caught, wage), rel=1e-9
        )


def _indifferent(caught: float, wage: float) -> float:
    """At the wage itself, and finite precision, threat and honesty weigh the same; a plea for nothing takes its part."""
    plea = float(np.exp(-5.0 * 0.10 * caught * (wage - 1.0)))
    return 1.0 / (2.0 + plea)
