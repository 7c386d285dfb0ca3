"""Blame: whose fault the people say it is, as the leader hears it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.actors.levers import LeverValues
from custodes.engine.step import Deed
from custodes.mechanisms import blame
from custodes.observe.sight import Ground, Measures, Sight
from custodes.observe.truth import SERIES
from custodes.world.columns import (
    B_ARMY,
    B_CABINET,
    B_POLICE,
    B_PROVINCES,
    B_STATE_SECURITY,
    COURT_ORGANS,
)
from tests.court.purges import Still, still, street

MET = (B_STATE_SECURITY, B_POLICE, B_CABINET, B_PROVINCES)  #: organs that people meet


def run(court: Still, weeks: int, *deeds: Deed) -> None:
    for number in range(weeks):
        blame.settle(court.world, court.week(*(deeds if number == 0 else ())), court.p)
        court.world.week += 1


def quiet(**more: float) -> Still:
    """A court without scandals and without errors of report."""
    names = {"scandals": 0.0, "report_error": 0.0} | more
    return still(1, tuple(f"blame.{name}={value}" for name, value in names.items()))


def test_at_rest_blame_is_the_peoples_anger() -> None:
    court = quiet()
    run(court, 30)
    found = court.world.branch.blame
    assert found[list(MET)] == pytest.approx([0.37 * 0.9, 0.37 * 0.9, 0.37 * 0.8, 0.37 * 0.9], abs=1e-3)
    assert found[B_ARMY] == 0.0


def test_an_organ_that_threatens_more_than_it_used_to_is_blamed_more_and_the_others_less() -> None:
    court = quiet()
    run(court, 104)
    street(court.world, threats=(200, 250, 550))
    run(court, 8)
    found = court.world.branch.blame
    assert found[B_STATE_SECURITY] > 1.6 * found[B_POLICE]
    assert found[B_CABINET] < 0.37 * 0.8


def test_a_street_without_threats_or_people_blames_nobody_beyond_its_anger() -> None:
    court = quiet()
    street(court.world, threats=(0, 0, 0))
    run(court, 4)
    assert court.world.branch.blame[B_POLICE] == pytest.approx(0.333, abs=1e-3)
    court.world.sums = np.zeros_like(court.world.sums)
    run(court, 60)
    assert court.world.branch.blame[B_POLICE] < 1e-6


def test_scandals_come_as_often_as_said_and_fade() -> None:
    """0.3 x (1 + 3 x 0.06) a year in each of four organs: 850 expected in 600 years, sd 29."""
    court = still(3, ("blame.report_error=0",))
    run(court, 52 * 600)
    scandals = [e for e in court.log if e.kind == "scandal"]
    assert len(scandals) == pytest.approx(850, abs=4 * 29)
    assert np.mean([e.magnitude for e in scandals]) == pytest.approx(0.2, abs=4 * 0.2 / 29)
    assert {e.organ for e in scandals} == {COURT_ORGANS[b] for b in MET}
    court.world.branch.scandal[B_POLICE] = 0.5
    calm = Still(court.world, quiet().p, court.levers, court.log)
    run(calm, 26)
    assert court.world.branch.scandal[B_POLICE] == pytest.approx(0.5 * 0.96**26)


def test_an_order_opens_the_search_for_a_culprit_but_not_soon_after_the_last() -> None:
    court = quiet()
    order = Deed("rights_order", "state_security", 0.7, "")
    run(court, 1, order)
    branch = court.world.branch
    assert branch.scapegoat_open[B_STATE_SECURITY] == 8
    assert branch.scapegoat_open[B_POLICE] == 0
    run(court, 8)
    assert branch.scapegoat_open[B_STATE_SECURITY] == 0
    blame.take_the_blame(court.world, B_STATE_SECURITY, 0.4)
    run(court, 1, order)
    assert branch.scapegoat_open[B_STATE_SECURITY] == 0
    run(court, 52)
    run(court, 1, order)
    assert branch.scapegoat_open[B_STATE_SECURITY] == 8


def test_an_order_to_the_cadres_means_the_cabinet_and_the_committees() -> None:
    assert blame.concerned("cadres") == [B_CABINET, B_PROVINCES]
    assert blame.concerned("all") == list(MET)
    assert blame.concerned("army") == []


def test_a_culprit_takes_blame_with_him_for_as_long_as_a_scandal_lasts() -> None:
    court = quiet()
    run(court, 10)
    before = float(court.world.branch.blame[B_POLICE])
    blame.take_the_blame(court.world, B_POLICE, 0.4)
    run(court, 1)
    assert court.world.branch.blame[B_POLICE] == pytest.approx(0.61 * before, rel=0.02)
    run(court, 104)
    assert court.world.branch.blame[B_POLICE] == pytest.approx(before, rel=0.01)


def test_a_currency_reform_is_the_cabinets_failure_and_is_forgotten() -> None:
    court = quiet()
    reform = Still(court.world, court.p, LeverValues(currency_reform=1.0), court.log)
    run(reform, 1)
    failure = court.world.branch.failure
    assert failure[B_CABINET] == pytest.approx(0.65)
    assert failure[B_ARMY] == pytest.approx(0.05)
    run(court, 104)
    assert failure[B_CABINET] == pytest.approx(0.05, abs=1e-3)


@given(
    st.floats(0.0, 1.0),
    st.tuples(*[st.integers(0, 100_000)] * 3),
    st.floats(-2.0, 2.0),
)
@settings(max_examples=25, deadline=None)
def test_blame_is_never_negative_or_unbounded(anger: float, threats: tuple[int, ...], scandal: float) -> None:
    court = quiet()
    street(court.world, anger, threats)
    court.world.branch.scandal[:] = scandal
    run(court, 5)
    found = court.world.branch.blame
    assert (found >= 0.0).all()
    assert found.max() <= 0.9 * 3.0 + max(scandal, 0.0)


def test_the_series_of_anger_is_what_blame_reckons_next_week() -> None:
    court = quiet()
    world = court.world
    run(court, 104)
    for threats in ((100, 300, 600), (200, 250, 550), (900, 50, 50), (0, 0, 0)):
        street(world, threats=threats)
        sight = Sight(world, Ground(world.places), Measures.of(court.p), court.log, 0, {})
        shown = SERIES["anger_at_state_security"].compute(sight)
        assert shown[-1] == blame.anger_at(world, court.p.blame)[B_STATE_SECURITY]  # type: ignore[index]
    assert shown[-1] == pytest.approx(0.37 * 0.9, abs=1e-3)  # type: ignore[index]
