"""Consequence 12, the part of belief: a promise without growth costs support, growth wins it; most runs do not end.

Support: one-sided t tests over ten paired seeds, error rate 1 in 1,000 each.
"""

import pytest

from tests.consequences.runs import SEEDS, above, below, mean, pairs, seen

pytestmark = pytest.mark.xdist_group("growth")


def test_after_a_promise_that_is_not_kept_support_falls_and_goes_on_falling() -> None:
    """A promise raises what people compare their income with by 5 %, so support can lose 0.0075 of its scale (weight 0.15).

    Measured: -0.0047 in the last half-year; the bound is a third of what is possible.
    """
    early, late = (pairs(mean("private_support", a, b), "promise") for a, b in ((0, 12), (52, 77)))
    assert below(late, -0.0025)
    assert below(late - early)


def test_growth_raises_support() -> None:
    """Sanctions lifted and a billion dollars a year: household money +25 %, support +0.020 in the last half-year."""
    assert above(pairs(mean("household_money_won", 52, 77), "growth"))
    assert above(pairs(mean("private_support", 52, 77), "growth"), 0.005)


def test_without_growth_support_does_not_rise_on_its_own() -> None:
    """In the country to which nothing happens: the last half-year of three against the first, .005 being a quarter of growth's.

    Sign test over ten runs, 1 in 1,024. It may fall: in one of ten it loses .012 after a bad year.
    """
    for seed in SEEDS:
        support = seen("long nothing", seed).of("private_support")
        assert float(support[-26:].mean() - support[26:52].mean()) < 0.005


def test_most_runs_do_not_end() -> None:
    """Of ten five-year runs of the country with its real measures at most three end in a breakdown.

    Measured: see docs/consequences/growth.md. If 11 % of such runs end (2.3 % a year, 1946-2010, the base rate of this type
    of regime) the test fails wrongly with a probability of 2 %; it lets a country pass of which three in five break down with
    5 %. Ten runs can rule out a collapsing country, and cannot tell 2 % a year from 0.
    """
    ended = [seed for seed in SEEDS if seen("as it was", seed).fell]
    assert len(ended) <= 3


@pytest.mark.parametrize("name", ["private_support", "official_loyalty"])
def test_sanctions_cost_support_and_loyalty(name: str) -> None:
    """Without economic improvement: support -.004 in the year after, officials' loyalty -.028; bounds at half."""
    bound = {"private_support": -0.002, "official_loyalty": -0.014}[name]
    assert below(pairs(mean(name, 26, 77), "sanctions"), bound)
