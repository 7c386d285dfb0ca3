"""Ends: insiders, collapse and reform, what each needs, and what goes on after it.

Counts of draws are compared with their exact probability within 4 standard errors.
"""

import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.engine.step import Deed
from custodes.mechanisms import endings
from custodes.observe import outcomes
from custodes.observe.events import EventLog
from custodes.week import Parameters
from custodes.world.columns import COLLAPSE, INSIDERS, UPRISING
from custodes.world.state import World
from tests.court.alone import court, step


def weeks(
    world: World, p: Parameters, levers: object, number: int, deeds: Mapping[int, Deed] | None = None
) -> EventLog:
    """Weeks of ends alone."""
    log = EventLog(str(world.start))
    for _ in range(number):
        deed = (deeds or {}).get(world.week)
        step(world, p, levers, log, [deed] if deed else [], names=("endings",))
    return log


def changed(p: Parameters, **values: float) -> Parameters:
    return p._replace(endings=p.endings._replace(**values))


QUIET = {"insiders": 0.0, "collapse": 0.0, "reform": 0.0}


# --- insiders ------------------------------------------------------------------------------------------------------------


def test_insiders_act_at_a_rate_that_three_hundredths_of_loyalty_raise_by_two_fifths() -> None:
    p = court(1)[1].endings
    assert endings.insiders_chance(p.insiders_loyalty, p) == pytest.approx(0.008 / 52.0)
    assert endings.insiders_chance(p.insiders_loyalty - 0.03, p) / endings.insiders_chance(
        p.insiders_loyalty, p
    ) == pytest.approx(math.exp(0.36))


@settings(max_examples=30, deadline=None)
@given(st.floats(0.0, 1.0), st.floats(0.0, 0.5))
def test_a_more_loyal_top_changes_the_rules_less_often(loyalty: float, more: float) -> None:
    p = court(1)[1].endings
    assert endings.insiders_chance(loyalty + more, p) <= endings.insiders_chance(loyalty, p)


def test_insiders_change_the_rules_as_often_as_the_chance_says() -> None:
    world, p, levers = court(1)
    world.court.loyalty[:] = 0.55
    p = changed(p, **(QUIET | {"insiders": 0.5}))
    n = 5000
    log = weeks(world, p, levers, n)
    chance = 0.5 / 52.0 * math.exp(12.0 * (p.endings.insiders_loyalty - 0.55))
    found = sum(e.magnitude == INSIDERS for e in log)
    assert abs(found - n * chance) <= 4.0 * math.sqrt(n * chance)
    assert outcomes.outcome(log)[0] == "change of rules by insiders"
    assert world.memory["outcome"] == INSIDERS


# --- collapse ------------------------------------------------------------------------------------------------------------


def failing(seed: int) -> tuple[World, Parameters, object]:
    """A state with a third of its control and no hard currency."""
    world, p, levers = court(seed)
    world.guards.capacity[:] = 100.0
    world.national.capacity_norm = endings.national_agents_per_unit(world) / 0.33
    world.memory["reserve_empty"] = 1.0
    return world, changed(p, **(QUIET | {"collapse": 1.0})), levers


def test_a_state_collapses_only_after_half_a_year_of_failing() -> None:
    world, p, levers = failing(1)
    log = weeks(world, p, levers, 30)
    assert [(e.kind, e.week, e.magnitude) for e in log] == [("end", 25, COLLAPSE)]
    assert world.memory["low_capacity_weeks"] == 4.0  # the new rulers begin anew
    assert world.memory["succession_weeks"] == p.endings.change_weeks


def test_one_good_week_begins_the_count_anew() -> None:
    world, p, levers = failing(1)
    weeks(world, p, levers, 20)
    world.memory["reserve_empty"] = 0.0
    assert endings.granary_weeks(world) > p.endings.pool_weeks
    weeks(world, p, levers, 1)
    assert world.memory["low_capacity_weeks"] == 0.0
    world.books.grams["state_pool"] = 0
    assert not list(weeks(world, p, levers, 25))
    assert [e.week for e in weeks(world, p, levers, 1)] == [46]


def test_weak_control_alone_or_want_alone_is_no_collapse() -> None:
    world, p, levers = failing(2)
    world.memory["reserve_empty"] = 0.0
    assert not list(weeks(world, p, levers, 60))
    world, p, levers = failing(2)
    world.national.capacity_norm *= 0.33
    assert not list(weeks(world, p, levers, 60))


# --- reform --------------------------------------------------------------------------------------------------------------


def test_reform_pays_when_trade_is_large_and_not_at_rest_or_under_sanctions() -> None:
    world, p, _ = court(1)
    rest = endings.reform_gain(world, p)
    assert 0.05 < rest < p.endings.reform_gain
    world.branch.trade_ratio[:] = 0.2
    world.memory["gifts_ratio"] = 0.5
    assert endings.reform_gain(world, p) < rest
    world.branch.trade_ratio[:], world.memory["gifts_ratio"] = 1.6, 1.3
    assert endings.reform_gain(world, p) > p.endings.reform_gain


def test_a_reform_that_pays_is_adopted_once_where_officials_are_loyal() -> None:
    world, p, levers = court(1)
    p = changed(p, **(QUIET | {"reform": 1.0}))
    world.branch.trade_ratio[:], world.memory["gifts_ratio"] = 1.8, 1.5
    world.court.loyalty[:] = p.endings.reform_trust - 0.01
    assert not list(weeks(world, p, levers, 30))
    world.court.loyalty[:] = 0.7
    log = weeks(world, p, levers, 60)
    assert [e.kind for e in log] == ["reform"]
    assert "outcome" not in world.memory


def test_a_deed_adopts_a_reform_and_it_loosens_control_and_raises_hopes() -> None:
    world, p, levers = court(1)
    p = changed(p, **QUIET)
    posts, reference = world.guards.posts.copy(), world.households.income_reference.astype(np.int64)
    kept = world.households.income_reference.copy()
    try:
        log = EventLog(str(world.start))
        asked = log.record("reform", 0, lever="reform")
        step(world, p, levers, log, [Deed("reform", "", 1.0, asked)], names=("endings",))
        event = next(e for e in log if e.id != asked)
        assert event.causes == (asked,)
        assert world.guards.posts == pytest.approx(0.9 * posts)
        raised = world.households.income_reference / np.maximum(reference, 1)
        assert raised[reference > 1000] == pytest.approx(1.05, abs=1e-3)
        assert outcomes.outcome(log) == ("reform", 0)
    finally:
        world.households.income_reference[:] = kept  # the street is shared


# --- after an end --------------------------------------------------------------------------------------------------------


def test_the_first_end_stays_the_outcome_and_new_rulers_begin_with_a_whole_country() -> None:
    world, p, levers = court(1)
    log = EventLog(str(world.start))
    from custodes.engine.step import Week

    week = Week(0, 0, 2017, world.start, False, levers, log)
    world.county.lost[:2] = 1
    world.court.plot[5], world.branch.plot_weeks[0] = 0, 3.0
    endings.end(world, week, UPRISING, [], "It falls.")
    endings.end(world, week, COLLAPSE, [], "It collapses.")
    endings.settle(world, week, changed(p, **QUIET))
    assert world.memory["outcome"] == UPRISING
    assert outcomes.outcome(log) == ("uprising", 0)
    assert not world.county.lost.any()
    assert not world.branch.plot_weeks.any()
    assert (world.court.plot == -1).all()
    assert world.memory["succession_weeks"] == p.endings.change_weeks
    assert not [name for name in world.memory if name == endings.CHANGE]


def test_nothing_ends_in_the_burn_in() -> None:
    world, p, levers = failing(1)
    p = changed(p, insiders=1000.0)
    world.week = -40
    assert not list(weeks(world, p, levers, 40))
