"""Officers: what service is worth, who asks to leave, what refusals, purges and a slighted army do (consequences 7, 8)."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.actors.levers import LeverValues
from custodes.mechanisms import officers
from custodes.observe.events import EventLog
from custodes.world.columns import B_ARMY, B_GUARD, DIRECTOR
from custodes.world.state import World
from tests.court.alone import court, step


def alone(seed: int, weeks: int, prepare: Any = None, **levers: float) -> tuple[World, EventLog]:
    """Officers alone for some weeks, under levers, after a year at rest."""
    world, parameters, usual = court(seed)
    log = EventLog(str(world.start))
    for week in range(52 + weeks):
        if week == 52 and prepare:
            prepare(world)
        step(world, parameters, LeverValues(**levers) if week >= 52 else usual, log, names=("officers",))
    return world, log


def test_about_two_in_a_hundred_officers_ask_to_leave_in_a_year_at_rest() -> None:
    world, _ = alone(1, 104)
    assert world.branch.requests[B_ARMY] == pytest.approx(0.023, abs=0.001)
    assert world.branch.requests[B_GUARD] == pytest.approx(0.023, abs=0.001)
    assert world.branch.prestige[[B_ARMY, B_GUARD]] == pytest.approx(0.5)
    assert world.branch.troop_morale[B_ARMY] == pytest.approx(0.6, abs=0.03)


def test_requests_are_counted_and_a_quarter_of_them_may_go() -> None:
    world, parameters, usual = court(3)
    world.places = type(world.places)(**{**vars(world.places), "soldiers": np.array([700_000])})
    asked = gone = 0.0
    log = EventLog(str(world.start))
    for week in range(208):
        step(world, parameters, usual, log, names=("officers",))
        asked, gone = asked + world.memory["resignation_requests_week"], gone + world.memory["resignations_week"]
        assert week % 13 == 0 or world.memory["resignation_requests_week"] == 0.0
    persons = 700_000 * parameters.officers.officers
    assert asked / persons / 4 == pytest.approx(0.0229, rel=0.05)  # ten standard errors of 9,600 requests
    assert gone / persons / 4 == pytest.approx(0.005, rel=0.15)  # the .5 % a year of EQUATIONS 9, posts open at times


def test_a_slighted_army_asks_to_leave_more() -> None:
    """EQUATIONS 9: requests 2.3 to 2.8 % when the army's share of the budget falls by 30 %."""
    rest, _ = alone(1, 104)
    less, log = alone(1, 104, budget_army=0.7)
    assert less.branch.prestige[B_ARMY] == pytest.approx(0.425, abs=0.002)
    ratio = less.branch.requests[B_ARMY] / rest.branch.requests[B_ARMY]
    assert 1.15 < ratio < 1.35
    waves = [e for e in log if e.kind == "resignation_wave"]
    assert {e.organ for e in waves} <= {"army", "guard_command"}


def test_a_wave_is_told_once_with_its_cause() -> None:
    world, parameters, _ = court(1)
    log = EventLog(str(world.start))
    cut = log.record("budget_army", 0, lever="budget_army", text="the army's share is halved")
    for _ in range(104):
        step(world, parameters, LeverValues(budget_army=0.5, army_attention=0.5), log, names=("officers",))
    waves = [e for e in log if e.kind == "resignation_wave" and e.organ == "army"]
    assert len(waves) == 1
    assert waves[0].causes == (cut,)
    assert waves[0].magnitude > 1.2
    assert "asked to leave" in waves[0].text


def test_officers_of_a_purged_guard_ask_to_leave_and_its_morale_falls() -> None:
    """Consequence 7: a perceived hazard .071 higher, as after a purge of 30 % of the guard, 1.9 to 2.1 %."""

    def purge(world: World) -> None:
        world.branch.hazard[B_GUARD] += 0.071

    rest, _ = alone(1, 26)
    after, _ = alone(1, 26, purge)
    assert 1.08 < after.branch.requests[B_GUARD] / rest.branch.requests[B_GUARD] < 1.2
    assert after.branch.requests[B_ARMY] == rest.branch.requests[B_ARMY]
    assert after.branch.troop_morale[B_GUARD] < rest.branch.troop_morale[B_GUARD] - 0.005


def test_refusals_cost_directors_loyalty_only_beyond_the_usual() -> None:
    rest, _ = alone(1, 104)
    same = court(1)[0].court.loyalty
    np.testing.assert_array_equal(rest.court.loyalty, same)
    less, _ = alone(1, 104, budget_army=0.5, army_attention=0.5)
    fallen = less.court.loyalty < same - 1e-12
    assert fallen.any()
    assert set(less.court.organ[fallen]) == {B_ARMY, B_GUARD}
    assert set(less.court.rank[fallen]) == {DIRECTOR}


def test_a_ban_on_trade_costs_perks_and_morale() -> None:
    loose, _ = alone(1, 104, officers_trading_ban=0.0)
    strict, _ = alone(1, 104, officers_trading_ban=1.0)
    assert strict.branch.requests[B_ARMY] > 1.3 * loose.branch.requests[B_ARMY]
    assert strict.branch.troop_morale[B_ARMY] < loose.branch.troop_morale[B_ARMY] - 0.05


@given(gap=st.floats(-5, 5), more=st.floats(0, 5), vacancies=st.floats(0, 1))
@settings(max_examples=30, deadline=None)
def test_requests_and_grants_are_shares_that_move_the_right_way(gap: float, more: float, vacancies: float) -> None:
    p = court(1)[1].officers
    low, high = officers.request_rate(gap, p), officers.request_rate(gap + more, p)
    assert 0.0 <= low <= high <= p.request_most
    assert 0.0 <= officers.granted_share(vacancies, p) <= p.granted
    assert officers.granted_share(0.1, p) == pytest.approx(0.5 * p.granted)
