"""Hunger and unrest: years of bad harvests bring more crowds, and seldom more than crowds.

The famine of the nineties, which was worse than this, ended in no uprising; predictions that it would were false. If years
like these were contested in every second run, at most one of ten would be with a probability of 1.1 %.
"""

import pytest

from tests.consequences.runs import SEEDS, mean, seen

pytestmark = pytest.mark.xdist_group("rations")


def test_three_hungry_years_seldom_end_in_an_uprising() -> None:
    hungry = mean("food_stress", 104, 155)
    assert min(hungry(seen("bad harvests", s)) for s in SEEDS) > 3.0 * hungry(seen("long nothing", 1))
    contested = sum(seen("bad harvests", s).kinds.get("uprising", 0) > 0 for s in SEEDS)
    assert contested <= 1


def test_hunger_brings_more_crowds() -> None:
    crowds = [sum(seen(arm, s).kinds.get("incident", 0) for s in SEEDS) for arm in ("bad harvests", "long nothing")]
    assert crowds[0] > crowds[1]


def test_unrest_burns_out_where_it_has_been_so_that_a_reader_can_follow_it() -> None:
    counties = 200
    for s in SEEDS:
        kinds = seen("bad harvests", s).kinds
        assert kinds.get("lost", 0) <= counties
        assert kinds.get("incident", 0) + kinds.get("refusal", 0) <= 5 * counties
