"""Consequence 4: a purged chief may have been a scapegoat or a rival's victim; the two leave different traces.

Two kinds of tests. In courts in which one cause alone can bring a man down, what the register of falls says of it before
and after. In paired countries, ten seeds, the fall of state security's chief for each cause: how long its guards behave
better. Every t test has an error rate of 1 in 1,000; shares are compared by Fisher's exact test at the same rate.
"""

from functools import cache
from math import comb

import numpy as np
import pytest

from tests.consequences import courts
from tests.consequences.courts import Traces, one_cause, traces
from tests.consequences.runs import SEEDS, above, below, mean, pairs, ratios, seen

pytestmark = pytest.mark.xdist_group("purges")
ORGAN = "state_security"
#: Scapegoats are rare at rest: these courts have ten times the scandals, so that more fall (and blame is higher at rest).
SCANDALS = "blame.scandals=3"


@cache
def fallen(cause: str) -> Traces:
    """Chiefs who fell for one cause alone, in 80 years of courts."""
    more = (SCANDALS,) if cause == "scapegoat" else ()
    return traces((*one_cause(cause), *more), range(1, 5), 20, cause=cause)


def more_often(name: str, here: str, there: str) -> bool:
    """Whether a trace is more frequent after one cause than after another: Fisher's exact test, one-sided, 1 in 1,000."""
    a, b = getattr(fallen(here), name), getattr(fallen(there), name)
    both, seen_ = a.size + b.size, int(a.sum() + b.sum())
    as_many = range(int(a.sum()), min(a.size, seen_) + 1)
    ways = sum(comb(seen_, k) * comb(both - seen_, a.size - k) for k in as_many)
    return ways / comb(both, a.size) < 0.001


def test_each_cause_alone_brings_enough_down_to_be_told_apart() -> None:
    for cause in ("scapegoat", "rivalry", "precaution"):
        assert fallen(cause).blame.size >= 20


def test_before_a_scapegoat_there_is_anger_before_a_rivals_victim_a_denunciation() -> None:
    """Blame passes the threshold before the one and stays at the usual before the other, by construction of the causes;

    a denunciation within a year comes before every victim of a rival, and before other falls as often as chiefs are denounced.
    """
    assert np.quantile(fallen("scapegoat").blame, 0.05) > 0.5, (
        "one in eighty follows another, who took the blame with him"
    )
    assert fallen("rivalry").blame.mean() < 0.35
    assert fallen("rivalry").denounced.mean() > 0.97
    assert fallen("scapegoat").denounced.mean() < 0.97


def test_the_rivals_fortunes_part_the_two() -> None:
    """Who denounced rises within half a year after a rival's success (measured: a third) and after no other cause."""
    assert more_often("gained", "rivalry", "scapegoat")
    assert more_often("gained", "rivalry", "precaution")


def test_only_a_scapegoat_is_followed_by_an_order() -> None:
    """Eight of ten; so it is an order and no fall that softens guards."""
    assert more_often("order", "scapegoat", "rivalry")
    assert fallen("scapegoat").order.mean() > 0.5
    assert fallen("rivalry").order.sum() == fallen("precaution").order.sum() == 0.0


def test_suspicion_is_highest_before_a_fall_from_fear_and_few_of_these_return() -> None:
    assert (
        fallen("precaution").suspicion.mean()
        > fallen("rivalry").suspicion.mean()
        > fallen("scapegoat").suspicion.mean()
    )
    assert more_often("back", "rivalry", "precaution")


def test_a_denunciation_alone_does_not_part_rivalry_from_fear() -> None:
    """Those who are feared have mostly been denounced too: the same trace before both (a warning to the analyst)."""
    assert fallen("precaution").denounced.mean() > 0.8


@pytest.mark.parametrize(
    ("theory", "silent"), [("scapegoat", "rivalry"), ("rivalry", "scapegoat"), ("weak_target", "both")]
)
def test_a_theory_is_a_country_in_which_its_rivals_bring_nobody_down(theory: str, silent: str) -> None:
    court = courts.run(courts.CourtArm(settings=(f"purge.theory={theory}", SCANDALS), weeks=520), 1)
    causes = {r["cause"] for r in court.register}
    assert not causes & ({"scapegoat", "rivalry"} if silent == "both" else {silent})
    assert causes & {"precaution", "failure"}


# --- how long guards behave better ---------------------------------------------------------------------------------------


def test_after_a_scapegoat_guards_threaten_less_for_a_year_and_more_where_an_order_went_out() -> None:
    """An order goes out with four of five: fewer than four of ten falls with one are no luck (1 in 1,100).

    Threats fall by two thirds where one did (bound: half of that in logarithms, on every seed), by nothing where none did.
    """
    ordered = [s for s in SEEDS if seen("scapegoat falls", s).kinds.get("order", 0) > 0]
    assert len(ordered) >= 4
    for seed in SEEDS:
        change = ratios(mean("threat_share", 9, 14, ORGAN), "scapegoat falls", "long nothing", (seed,))[0]
        assert change < np.log(0.6) if seed in ordered else abs(change) < 0.01


@pytest.mark.parametrize("cause", ["rivalry", "precaution"])
def test_after_other_falls_they_go_on_as_before(cause: str) -> None:
    """Threats within 1 % of what they would have been, in the quarter after the fall and the year after that."""
    for first, last in ((0, 12), (13, 64)):
        change = ratios(mean("threat_share", first, last, ORGAN), f"{cause} falls")
        assert above(change, -0.01)
        assert below(change, 0.01)


def test_every_fall_of_a_chief_frightens_his_organ() -> None:
    """Perceived hazard rises whatever the cause; measured: +.025 to +.035 a year in the first quarter, bound at a third."""
    for cause in ("scapegoat", "rivalry", "precaution"):
        there = "long nothing" if cause == "scapegoat" else "nothing"
        assert above(pairs(mean("perceived_purge_hazard", 0, 12, ORGAN), f"{cause} falls", there), 0.008)
