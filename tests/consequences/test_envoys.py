"""Consequence 11: trusted officials abroad defect although family is held; a listed defection changes the rules for the rest.

Sign tests over ten paired courts of four years, error rate 1 in 1,024 each, since the spread is lopsided. Defections are
counted by their expectation, the sum of the chances from which they are drawn: 11 a year as drawn, 10 as expected in a court alone.
"""

import numpy as np
import pytest

from tests.consequences import courts
from tests.consequences.runs import every

pytestmark = pytest.mark.xdist_group("courts")
SEEDS = range(1, 11)
RECALLED = "one defects, some are recalled"


def more(name: str, arm: str) -> np.ndarray:  # type: ignore[type-arg]
    """Sum over four years against courts in which nobody is made to defect."""
    return courts.totals(name, arm, SEEDS) - courts.totals(name, "nothing", SEEDS)


def test_they_leave_although_their_family_is_held() -> None:
    """Nine of ten heads have their family at home, and most defections to be expected are theirs, though it holds them.

    Means of ten courts and four years: no test of significance, since the shares are exact expectations.
    """
    held = courts.means("family held", "nothing", SEEDS).mean()
    of_held = courts.means("family held, of defections", "nothing", SEEDS).mean()
    assert held > 0.85
    assert 0.5 < of_held < held


def test_a_trusted_man_is_no_safe_man() -> None:
    """Those trusted enough to take their family along leave too: they are a part of the defections to be expected.

    Measured: see the page; the least doubtful third makes at least an eighth of them, since their families are out of reach.
    """
    trusted = courts.means("trusted", "nothing", SEEDS).mean()
    of_trusted = courts.means("trusted, of defections", "nothing", SEEDS).mean()
    assert of_trusted > 0.4 * trusted


def test_a_listed_defection_brings_rules_for_the_rest() -> None:
    """The family rule rises by a tenth at once and half of that is left after two years: .09 in the first half-year."""
    rule = "family rule"
    change = courts.means(rule, "one defects", SEEDS, 0, 26) - courts.means(rule, "nothing", SEEDS, 0, 26)
    assert every(change, 0.05)


def test_within_a_year_some_more_follow() -> None:
    """Measured: +.2 in the first year. Over four years about none: more families are held, and those held leave less often."""
    first = [courts.totals("defections expected", arm, SEEDS, 0, 52) for arm in ("one defects", "nothing")]
    assert every(first[0] - first[1])


def test_with_the_recall_that_answers_it_more_follow() -> None:
    """Measured: +2.3 in four years, .3 to 7 from court to court (prototype: .6 for any defection, one in six being listed)."""
    assert every(more("defections expected", RECALLED))
    assert every(more("defections expected", RECALLED) - more("defections expected", "one defects"))
