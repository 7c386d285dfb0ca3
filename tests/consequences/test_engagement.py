"""Consequence 6: engagement that pays the state relieves what sanctions press.

One-sided t tests over ten paired seeds, error rate 1 in 1,000 each. Sanctions cut four fifths of exports, with little
leaking through; engagement pays the state 1.5 billion dollars a year while they stand.
"""

import pytest

from tests.consequences.runs import above, below, mean, pairs, ratios

pytestmark = pytest.mark.xdist_group("engagement")
LAST_YEAR = (26, 77)
PRESSED = ("control_capacity", "official_rent", "official_loyalty", "state_income_won")


@pytest.mark.parametrize("name", PRESSED)
def test_sanctions_press_the_state_and_its_officials(name: str) -> None:
    """Measured: control -3 %, rents -16 %, officials' loyalty -0.028, won income -3.6 %; bounds at a third."""
    least = {"control_capacity": -0.01, "official_rent": -0.06, "official_loyalty": -0.016, "state_income_won": -0.012}
    assert below(ratios(mean(name, *LAST_YEAR), "sanctions"), least[name])


@pytest.mark.parametrize("name", PRESSED)
def test_money_for_the_state_gives_back_half_or_more_of_it(name: str) -> None:
    """Measured: three quarters and more (the throw-away prototype: control .26, loyalty .43 of it)."""
    alone = ratios(mean(name, *LAST_YEAR), "sanctions")
    paid = ratios(mean(name, *LAST_YEAR), "sanctions and aid")
    assert above(paid - 0.5 * alone)


@pytest.mark.parametrize("name", PRESSED)
def test_it_does_not_make_sanctions_undone(name: str) -> None:
    """A dollar of aid is worth less to organs than one of trade: something of the pressure is left."""
    assert below(ratios(mean(name, *LAST_YEAR), "sanctions and aid"))


def test_people_are_squeezed_less() -> None:
    """Guards whose organs earn again take less: anger rises by 2.6 % under sanctions, by .4 % if the state is paid."""
    assert above(ratios(mean("anger", *LAST_YEAR), "sanctions"), 0.01)
    assert below(pairs(mean("anger", *LAST_YEAR), "sanctions and aid", "sanctions"))
