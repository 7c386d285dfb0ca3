"""Succession: how often a leader goes, and what it does to the court.

Counts of draws are compared with their exact probability within 4 standard errors.
"""

import math

import numpy as np
import pytest

from custodes.mechanisms import loyalty
from custodes.observe import outcomes
from custodes.observe.events import EventLog
from tests.court.alone import court, step
from tests.court.reign import Reign


def test_leaders_go_at_their_natural_rate_and_unsettle_the_court_for_a_year() -> None:
    world, p, levers = court(1)
    p = p._replace(succession=p.succession._replace(exit=0.52))
    log = EventLog(str(world.start))
    weeks, unsettled, since = 8000, 0, 10**6
    for number in range(weeks):
        step(world, p, levers, log, names=("succession",))
        gone = log.of_week(["succession"], number)
        since = 0 if gone else since + 1
        unsettled += world.memory["succession_weeks"] > 0.0
        assert world.memory["succession_weeks"] == max(0.0, p.succession.weeks - since)
    exits = sum(e.kind == "succession" for e in log)
    chance = 0.52 / 52.0
    assert abs(exits - weeks * chance) <= 4.0 * math.sqrt(weeks * chance)
    assert unsettled > exits * 20


def test_the_default_rate_is_that_of_the_equations() -> None:
    p = court(1)[1]
    assert p.succession.exit == 0.012
    assert p.succession.weeks == 52.0


def test_nobody_goes_during_the_burn_in() -> None:
    world, p, levers = court(1)
    p = p._replace(succession=p.succession._replace(exit=52.0))
    world.week = -3
    log = EventLog(str(world.start))
    for _ in range(4):
        step(world, p, levers, log, names=("succession",))
    assert [e.week for e in log] == [0]


def test_a_successor_is_less_sure_of_everybody() -> None:
    world, p, levers = court(2)
    log = EventLog(str(world.start))
    step(world, p, levers, log, names=("succession",))
    assert world.memory["succession_weeks"] == 0.0
    before = loyalty.common_part(world, _week(world, levers, log), 0.3, p.loyalty)
    for left, share in ((52.0, 1.0), (26.0, 0.5), (13.0, 0.25), (104.0, 1.0)):
        world.memory["succession_weeks"] = left
        after = loyalty.common_part(world, _week(world, levers, log), 0.3, p.loyalty)
        assert before - after == pytest.approx(np.full(len(before), share * p.loyalty.succession))
    assert p.loyalty.succession > 0.1


def test_a_court_settles_within_two_years_of_a_change() -> None:
    """Ten courts a little less loyal than usual, where purges and disloyalty could keep each other up.

    Without the fading, 3.0 plots in the third year and a loyalty of 0.57 were measured over 16 such courts, with it 0.5
    plots and 0.645; the standard error of ten courts is about 0.25 plots and 0.01.
    """
    plots, loyal = 0, 0.0
    for seed in range(1, 11):
        reign = Reign(seed, ["loyalty.level=0.63"]).to(0)
        reign.world.memory["succession_weeks"] = 52.0
        reign.to(104)
        for _ in range(52):
            reign.step()
            loyal += loyalty.mean_of_top(reign.world) / 520
        plots += sum(e.kind == "plot" and "begins to plot" in e.text and e.week >= 104 for e in reign.log)
    assert plots <= 15
    assert loyal > 0.61


def _week(world, levers, log):  # type: ignore[no-untyped-def]
    from custodes.engine.step import Week

    return Week(world.week, 0, 2017, world.start, False, levers, log)


def test_a_natural_exit_is_told_and_is_no_breakdown() -> None:
    world, p, levers = court(3)
    p = p._replace(succession=p.succession._replace(exit=52.0))
    log = EventLog(str(world.start))
    step(world, p, levers, log, names=("succession",))
    step(world, p, levers, log, names=("succession",))
    first, second = log
    assert first.text.startswith("The Regent dies or leaves")
    assert second.text.startswith("His successor dies or leaves")
    assert outcomes.outcome(log) == ("natural exit", 0)
    assert "outcome" not in world.memory
