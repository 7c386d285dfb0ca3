"""A rights order in the organs alone: belief, softening within weeks, relapse as enforcement fades; and its bookkeeping."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.mechanisms.guards_country import STAFF, Log, P, claim, country, put, visit, week

from custodes.mechanisms import enforcement, extortion, morale, takings
from custodes.world.state import World

QUIET, ORDER = 80, np.array([1.0, 0.0, 0.0])


class Course(NamedTuple):
    """What state security did, by week from -QUIET on."""

    threat_share: np.ndarray
    threats: np.ndarray  #: met, an agent-week
    take: np.ndarray  #: won an agent-week
    capacity: np.ndarray  #: agents


def live(weeks: int, order: float = 1.0, pay: float = 0.0, credibility: float = 0.8) -> tuple[World, Course, Log]:
    """Run the organs alone, with an order to state security in week 0 and extra pay all along."""
    world, log, seen = country(), Log(), []
    world.organ.credibility[0] = credibility
    for number in range(-QUIET, weeks):
        now = week(number, log, rights_order=ORDER * order * (number == 0), guards_pay=np.full(3, pay))
        tables = {**extortion.prepare(world, now, P), **takings.prepare(world, now, P)}
        visit(world, tables)
        for step in (extortion, enforcement, morale):
            step.settle(world, now, P)
        guards, staff = world.guards, world.guards.staff[0].sum()
        seen.append(
            (
                enforcement.threat_share(world)[0],
                world.total("threats_met", 0) / staff,
                guards.take[0].mean(),
                guards.capacity[0].sum(),
            )
        )
    return world, Course(*np.array(seen, float).T), log


def test_a_trusted_order_takes_the_course_that_the_prototype_took():
    """EQUATIONS, section 13: threats to .65, .38, .30, .28, .44, .63 of before after 1, 4, 8, 13, 43, 70 weeks."""
    _, course, _ = live(75, credibility=1.0)
    after = (
        course.threat_share[QUIET + 1 :] / course.threat_share[QUIET - 1]
    )  # guards know from the week after the order
    assert after[[1, 4, 8, 13, 43, 70]] == pytest.approx([0.65, 0.38, 0.30, 0.28, 0.44, 0.63], abs=0.05)


def test_threats_come_back_as_enforcement_fades():
    _, course, _ = live(150)
    after = course.threat_share[QUIET:] / course.threat_share[QUIET - 1]
    assert after[4] < 0.60
    assert np.all(np.diff(after[20:]) > 0.0)
    assert after[-1] > 0.9


def test_takings_fall_less_than_threats_and_collecting_costs_control():
    _, course, _ = live(27)
    before, after = slice(QUIET - 13, QUIET), slice(QUIET + 13, QUIET + 27)
    fall = {name: 1.0 - series[after].mean() / series[before].mean() for name, series in course._asdict().items()}
    assert fall["threats"] > 0.3
    assert fall["take"] < 0.5 * fall["threats"]
    assert fall["capacity"] > 0.05


def test_guards_who_live_on_their_pay_take_less_threaten_less_and_control_more():
    """Consequence 2; EQUATIONS, section 13: takings and threats fall by about four tenths, control rises by as much."""
    _, poor, _ = live(1, order=0.0)
    _, paid, _ = live(1, order=0.0, pay=0.72)
    ratio = {name: series[-1] / getattr(poor, name)[-1] for name, series in paid._asdict().items()}
    assert ratio["take"] < 0.6
    assert ratio["threat_share"] < 0.7
    assert ratio["threats"] < 0.5
    assert ratio["capacity"] > 1.2


def test_the_more_guards_are_paid_the_less_they_collect():
    """Becker and Stigler's consequence, with the mechanism whole: takings and threats fall with every step of pay."""
    courses = [live(1, order=0.0, pay=pay)[1] for pay in (0.0, 0.18, 0.36, 0.54, 0.72)]
    takes, threats = [c.take[-1] for c in courses], [c.threats[-1] for c in courses]
    assert takes == sorted(takes, reverse=True)
    assert threats == sorted(threats, reverse=True)
    assert takes[-1] < 0.5 * takes[0]


def test_a_guard_who_is_well_paid_barely_changes():
    """Consequence 1: who lives on his pay meets few people with threats, so an order has little to stop."""
    _, poor, _ = live(13)
    _, paid, _ = live(13, pay=0.72)
    drop = [course.threats[QUIET - 1] - course.threats[-1] for course in (poor, paid)]
    assert 0.0 < drop[1] < 0.5 * drop[0]


def test_no_order_no_change():
    _, course, log = live(60, order=0.0)
    assert course.threat_share[-1] == pytest.approx(course.threat_share[QUIET - 1], rel=0.02)
    assert len(log.events) == 1


def test_an_order_to_one_organ_leaves_the_others_alone():
    ordered, _, _ = live(30)
    quiet, _, _ = live(30, order=0.0)
    assert np.allclose(ordered.guards.threat_share[1:], quiet.guards.threat_share[1:])
    assert np.array_equal(ordered.guards.perceived[1:], quiet.guards.perceived[1:])


def test_softening_and_relapse_are_recorded_with_their_causes():
    world, _, log = live(200)
    kinds = [event["kind"] for event in log.events]
    assert kinds == ["rights_order", "softening", "fading", "relapse"]
    softening, fading, relapse = log.events[1:]
    assert 1 <= softening["week"] <= 4
    assert softening["causes"] == ["rights_order-1"]
    assert 25 <= fading["week"] <= 31
    assert 52 < relapse["week"] < 150
    assert relapse["causes"] == ["softening-1", "fading-1"]
    assert world.organ.order[0] == 0.0
    assert world.organ.credibility[0] < 0.75


def test_trust_in_orders_grows_while_threats_are_below_half_and_a_relapse_costs_it():
    early, _, _ = live(26)
    assert early.organ.credibility[0] > 0.8
    late, _, _ = live(200)
    assert late.organ.credibility[0] < early.organ.credibility[0] - 0.1
    assert np.all(late.organ.credibility[1:] == 0.8)


def test_an_order_that_is_not_believed_does_less():
    world, log = country(), Log()
    world.organ.credibility[0] = 0.2
    enforcement.settle(world, week(0, log, rights_order=ORDER), P)
    trusted = country()
    enforcement.settle(trusted, week(0, log, rights_order=ORDER), P)
    assert world.organ.enforcement[0] < trusted.organ.enforcement[0]
    assert np.all(world.guards.perceived[0] < trusted.guards.perceived[0])


def test_a_purge_of_the_chief_adds_half_to_the_order():
    world, purged = country(), country()
    half = 0.5 * ORDER
    enforcement.settle(world, week(0, rights_order=half), P)
    enforcement.settle(purged, week(0, rights_order=half, chief_purged=np.array([1.0, 1.0, 0.0])), P)
    assert purged.organ.order[0] == pytest.approx(1.5 * world.organ.order[0])
    assert purged.organ.order[1] == 0.0
    assert purged.organ.enforcement[0] > world.organ.enforcement[0]


def test_no_order_is_enforced_more_than_fully():
    world = country()
    enforcement.settle(world, week(0, rights_order=np.ones(3), chief_purged=np.ones(3)), P)
    assert (world.organ.order == 1.0).all()
    assert (world.organ.enforcement <= 1.0).all()


def test_a_weaker_order_does_not_lower_enforcement():
    world = country()
    enforcement.settle(world, week(0, rights_order=ORDER), P)
    high = float(world.organ.enforcement[0])
    enforcement.settle(world, week(1, rights_order=0.2 * ORDER), P)
    assert world.organ.enforcement[0] > 0.95 * high


def test_enforcement_halves_in_its_half_life():
    world = country()
    enforcement.settle(world, week(0, rights_order=ORDER), P)
    start = float(world.organ.enforcement[0]) - P.enforcement.rest
    for number in range(1, 31):
        enforcement.settle(world, week(number), P)
    assert world.organ.enforcement[0] - P.enforcement.rest == pytest.approx(0.5 * start, rel=1e-9)
    assert world.organ.reach[0] == pytest.approx(1.0, abs=0.01)


def test_an_edict_fades():
    world = country()
    enforcement.settle(world, week(0, edict=np.array([0.0, 0.0, 1.0])), P)
    for number in range(1, 26):
        enforcement.settle(world, week(number), P)
    assert world.organ.edict.tolist() == pytest.approx([0.0, 0.0, 0.5])


def test_area_officers_learn_most_and_rough_agents_least():
    world, _, _ = live(13)
    area, office, rough = world.guards.perceived[0].mean(axis=0)
    assert area > office > rough > P.enforcement.rest_belief


def test_threats_are_punished_at_the_rate_that_enforcement_says():
    world = country()
    world.k = 1000
    world.organ.enforcement[:] = 1.0
    world.guards.type_threat[:] = [0.8, 0.8, 0.0]
    for o in range(3):
        put(world, "threats_met", 800, o)
    enforcement.settle(world, week(0), P)
    expected = 800_000 * 0.10 * (1.3 * 0.5 + 0.8 * 0.3) / 0.8
    deviation = (expected * 0.9) ** 0.5
    assert np.all(np.abs(world.guards.punished - expected) < 5.0 * deviation)


def test_punishments_repeat_for_a_seed_and_differ_between_weeks():
    def punished(number: int) -> list[int]:
        world = country()
        world.organ.enforcement[:] = 0.5
        world.guards.type_threat[:] = 0.5
        for o in range(3):
            put(world, "threats_met", 200, o)
        enforcement.settle(world, week(number), P)
        return world.guards.punished.ravel().tolist()

    assert punished(3) == punished(3) != punished(4)


def test_threats_by_type_add_up_and_none_come_from_nowhere():
    world = country()
    world.guards.type_threat[:] = [0.9, 0.6, 0.3]
    world.guards.type_threat[2] = 0.0
    for o in range(3):
        put(world, "threats_met", [0, 1, 37, 5000], o)
    split = enforcement.threats_by_type(world, P)
    assert np.all(np.abs(split[:2].sum(axis=2) - np.array([0, 1, 37, 5000]) * world.k) <= 1)
    assert np.all(split[2] == 0)


@claim
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.integers(0, 500), st.integers(0, 500))
def test_beliefs_are_shares_whatever_is_seen(order, belief, purge, threats, pleas):
    world = country()
    world.guards.perceived[:] = belief
    world.guards.type_threat[:] = 0.5
    for o in range(3):
        put(world, "threats_met", threats, o)
        put(world, "visits", threats + pleas, o)
    for number in range(3):
        enforcement.settle(world, week(number, rights_order=np.full(3, order), chief_purged=np.full(3, purge)), P)
    assert np.all((world.guards.perceived >= 0.0) & (world.guards.perceived <= 1.0))
    assert np.all((world.organ.credibility >= 0.0) & (world.organ.credibility <= 1.0))
    assert np.all(world.guards.punished >= 0)
    assert world.guards.punished.sum() <= 3 * 4 * (threats * world.k + 2)


def test_staff_of_the_test_country_is_what_its_households_are():
    world = country()
    assert [world.total("class_households", o) for o in range(3)] == [int(s) for s in STAFF]
