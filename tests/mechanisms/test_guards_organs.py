"""The organs of guards between two passes: approach, pay, takings, morale and what control is left."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.mechanisms.guards_country import COUNTIES, STAFF, K, P, claim, country, put, week

from custodes.mechanisms import extortion, morale, takings
from custodes.world.columns import CAPITAL, FARMERS, OFFICIALS, POLICE, STATE_SECURITY
from custodes.world.state import World

shares = st.floats(0.0, 1.0)

# --- approach --------------------------------------------------------------------------------------------------------


@claim
@given(
    arrays(float, (2,), elements=st.floats(0, 5)),
    arrays(float, (2,), elements=st.floats(0, 1e15)),
    arrays(float, (2,), elements=st.floats(0, 1e15)),
    arrays(float, (2, 3), elements=shares),
    shares,
)
def test_approaches_are_probabilities(gap, threat_take, plea_take, perceived, edict):
    threat, plea = extortion.approach(gap, threat_take, plea_take, perceived, np.full(2, edict), P.extortion)
    assert np.all(threat >= 0.0)
    assert np.all(plea >= 0.0)
    assert np.all(threat + plea <= 1.0 + 1e-12)
    empty = threat_take + plea_take == 0.0
    assert np.all(threat[empty] == 0.0)
    assert np.all(plea[empty] == 0.0)


def choose(gap: float = 1.1, perceived: float = 0.01, edict: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    one = np.array([0.0])
    threat, plea = extortion.approach(
        one + gap, one + 7.0, one + 3.0, np.full((1, 3), perceived), one + edict, P.extortion
    )
    return threat[0], plea[0]


def test_at_rest_most_choices_are_threats_and_rough_agents_threaten_most():
    threat, _ = choose()
    assert 0.5 < threat[0] < 0.85
    assert threat[2] > threat[0]


@claim
@given(st.floats(0.0, 0.3), st.floats(0.001, 0.3))
def test_fear_of_punishment_turns_threats_into_pleas_more_than_into_rest(perceived, more):
    (t0, p0), (t1, p1) = choose(perceived=perceived), choose(perceived=perceived + more)
    assert np.all(t1 < t0)
    assert np.all(p1 / (p1 + t1) > p0 / (p0 + t0))


def test_an_edict_makes_guards_abstain_from_threat_and_plea_alike():
    (t0, p0), (t1, p1) = choose(), choose(edict=1.0)
    assert np.all(t1 + p1 < t0 + p0)
    assert np.allclose(t1 / p1, t0 / p0)


@claim
@given(st.floats(0.0, 2.0), st.floats(0.01, 1.0))
def test_guards_who_are_better_paid_demand_less(gap, less):
    (t0, p0), (t1, p1) = choose(gap=gap + less), choose(gap=gap)
    assert np.all(t1 + p1 <= t0 + p0 + 1e-12)


def test_nobody_is_visited_where_nothing_is_to_be_had():
    world = country()
    put(world, "weight", [0, 2**20, 0, 2**20])
    put(world, "weight_threat_ask", [0, 0, 5, 5])
    put(world, "weight_plea_ask", 0)
    tables = extortion.prepare(world, week(), P)
    assert np.all(tables["visits_per_weight"][:, [0, 2]] == 0.0)
    assert np.all(tables["visits_per_weight"][:, [1, 3]] > 0.0)
    assert np.all(tables["threat_share"][:, [0, 1]] == 0.0)
    assert np.all(tables["threat_share"][:, 3] > 0.0)
    assert all(np.all(np.isfinite(table)) for table in tables.values())


def test_expected_visits_are_those_that_the_staff_can_make():
    world = country()
    tables = extortion.prepare(world, week(), P)
    expected = tables["visits_per_weight"] * world.by_county("weight") / 2**20
    assert np.allclose(expected, world.guards.staff * P.extortion.visits * world.guards.effort)


def test_nobody_collects_in_a_lost_county():
    world = country()
    world.county.lost[2] = 1
    visits = extortion.prepare(world, week(), P)["visits_per_weight"]
    assert np.all(visits[:, 2] == 0.0)
    assert np.all(visits[:, [0, 1, 3]] > 0.0)


def test_the_release_price_follows_the_dollar():
    world = country()
    world.national.won_per_dollar = 8000.0
    assert extortion.prepare(world, week(), P)["tariff_won"].tolist() == [12_000_000.0]


def test_only_state_security_and_police_find_infractions():
    rates = extortion.prepare(country(), week(), P)["finding_rate"]
    assert np.all(rates[[STATE_SECURITY, POLICE]] == 0.02)
    assert np.all(rates[OFFICIALS] == 0.0)


def test_effort_rises_until_guards_can_live_and_then_falls():
    world = country()
    world.guards.paid[:] = 10_000.0
    before = world.guards.effort.copy()
    extortion.settle(world, week(), P)
    assert np.all(world.guards.effort > before)
    for o in range(3):
        put(world, "bribes", int(STAFF[o]) * 1_000_000, o)
    for _ in range(200):
        extortion.settle(world, week(), P)
    assert np.all(world.guards.effort == P.extortion.effort_floor)


def test_takings_of_an_agent_count_settlements_and_survive_empty_posts():
    world = country()
    world.guards.staff[:, 0] = 0.0
    put(world, "bribes", 4000, POLICE)
    put(world, "settlements", 1000, POLICE)
    before = world.guards.take.copy()
    extortion.settle(world, week(), P)
    assert np.all(world.guards.take[:, 0] == 0.0)
    assert np.allclose(
        world.guards.take[POLICE, 1:], before[POLICE, 1:] + 0.1 * (5000 * K / 2000.0 - before[POLICE, 1:])
    )
    assert np.all(np.isfinite(world.guards.effort))


# --- pay and takings -------------------------------------------------------------------------------------------------


def test_a_living_wage_leaves_part_of_the_quota_to_collect():
    world = country()
    takings.prepare(world, week(guards_pay=np.ones(3)), P)
    above_need = world.guards.paid / np.array(P.extortion.need)[:, None] - 1.0
    assert np.all(above_need > 0.0)
    left = np.array(P.extortion.quota)[:, None] - above_need
    assert np.allclose(extortion.shortfall(world.guards.paid, P.extortion), np.maximum(0.0, left))


def test_usual_pay_is_the_official_part_and_the_supplement():
    world = country()
    takings.prepare(world, week(), P)
    expected = (np.array(P.takings.official) + np.array(P.takings.supplement)) * np.array(P.extortion.need)
    assert np.allclose(world.guards.paid, expected[:, None])
    assert np.allclose(world.guards.paid / np.array(morale.usual_pay(P))[:, None], 1.0)


def test_a_cut_of_an_organs_revenue_is_felt_by_that_organ_alone():
    world = country()
    takings.prepare(world, week(), P)
    before = world.guards.paid.copy()
    world.organ.trade_ratio[STATE_SECURITY] = 0.25
    takings.prepare(world, week(), P)
    assert np.all(world.guards.paid[STATE_SECURITY] < before[STATE_SECURITY])
    assert np.array_equal(world.guards.paid[1:], before[1:])


def test_pay_never_takes_more_than_half_the_treasury():
    world = country()
    world.books.won["treasury"] = 1_000_001
    pay = takings.prepare(world, week(guards_pay=np.full(3, 2.0)), P)["guard_pay"]
    bill = sum(int(pay[o]) * world.total("class_households", o) for o in range(3))
    assert 0 < bill <= 500_000
    assert world.memory["guards_pay_ratio"] < 0.01
    assert np.all(pay[3:] == 0)


@claim
@given(st.integers(-5, 10**13), st.floats(0, 3), st.floats(0, 3))
def test_pay_fits_the_treasury_for_any_budget(treasury, budget, extra):
    world = country()
    world.books.won["treasury"] = treasury
    pay = takings.prepare(world, week(guards_pay=np.full(3, extra), budget_security=budget), P)["guard_pay"]
    bill = sum(int(pay[o]) * world.total("class_households", o) for o in range(3))
    assert 0 <= bill <= max(0, treasury) // 2
    assert np.all(np.isfinite(world.guards.paid))
    assert np.all(world.guards.paid >= 0.0)


def test_rations_missed_are_pay_missed():
    world = country()
    takings.prepare(world, week(), P)
    before = world.guards.paid.copy()
    put(world, "class_served_members", 0, POLICE)
    takings.prepare(world, week(), P)
    assert np.all(world.guards.paid[POLICE] < before[POLICE])


@claim
@given(
    arrays(np.int64, (3, COUNTIES), elements=st.integers(0, 10**12)),
    arrays(np.int64, (3, COUNTIES), elements=st.integers(0, 500)),
)
def test_what_is_taken_home_is_at_most_half_the_pocket_and_nearly_that(pocket, homes):
    world = country()
    world.books.pocket[:] = pocket
    for o in range(3):
        put(world, "class_households", homes[o], o)
    table = takings.take_home(world, P.takings)
    paid = np.stack([table[:, o] * world.by_county("class_households", o) for o in range(3)])
    assert np.all(2 * paid <= pocket)
    assert np.all((pocket // 2 - paid < homes * K) | (homes == 0))
    assert np.all(table[:, CAPITAL:] == 0)
    assert table[0, FARMERS] == 0


def test_money_that_nobody_takes_home_is_spent_and_none_is_lost():
    world = country()
    books = world.books
    books.pocket[:], books.county_chief[:], books.chain[:] = 1001, 777, 9999
    put(world, "class_households", [0, 3, 0, 3], POLICE)
    before = books.total_won()
    takings.settle(world, week(), P)
    assert books.total_won() == before
    assert books.pocket[POLICE].tolist() == [501, 1001, 501, 1001]
    assert np.all(books.pocket[[STATE_SECURITY, OFFICIALS]] == 1001)
    assert books.till.tolist() == [500, 0, 500, 0]


def test_mean_bribe_of_a_county_without_households_is_no_error():
    world = country()
    put(world, "bribes", 500, POLICE)
    put(world, "households", [0, 10, 100, 1000])
    assert takings.mean_bribe(world).tolist() == [5000.0, 50.0, 5.0, 0.5]


# --- morale and capacity ---------------------------------------------------------------------------------------------


@claim
@given(st.floats(0, 1e7), st.floats(0, 1e7), shares, shares, shares, st.floats(0, 3))
def test_morale_staff_and_capacity_stay_in_bounds(paid, take, effort, start, edict, hazard):
    world = country()
    guards, organ = world.guards, world.organ
    guards.paid[:], guards.take[:], guards.effort[:], guards.morale[:] = paid, take, effort, start
    organ.edict[:], organ.purge_hazard[:] = edict, hazard
    for _ in range(5):
        morale.settle(world, week(chief_purged=np.ones(3)), P)
    assert np.all((guards.morale >= 0.0) & (guards.morale <= 1.0))
    assert np.all((guards.staff > 0.0) & (guards.staff <= guards.posts + 1e-9))
    assert np.all((guards.capacity >= 0.0) & (guards.capacity <= guards.staff))


def after(weeks: int, **state: float) -> World:
    """A country after some weeks of the same pay, takings and effort."""
    world = country()
    takings.prepare(world, week(), P)
    for name, value in state.items():
        getattr(world.guards, name)[:] = value
    for _ in range(weeks):
        morale.settle(world, week(), P)
    return world


def test_guards_who_cannot_live_stay_away_and_leave():
    poor, fed = after(52, paid=5_000.0, take=5_000.0), after(52, paid=100_000.0, take=40_000.0)
    assert np.all(poor.guards.staff < 0.95 * poor.guards.posts)
    assert np.all(fed.guards.staff == fed.guards.posts)
    assert np.all(poor.guards.morale < fed.guards.morale)
    assert np.all(poor.guards.capacity < 0.6 * fed.guards.capacity)


def test_time_spent_collecting_is_lost_to_control():
    assert np.allclose(
        after(1, effort=1.0).guards.capacity, 0.55 / (1 - 0.45 * 0.2) * after(1, effort=0.2).guards.capacity
    )


def test_a_feared_purge_lowers_the_morale_of_those_who_survive_it():
    """How long it is feared is the court's business (tests/court/test_loyalty.py)."""
    world, other = country(), country()
    for w in (world, other):
        w.guards.paid[:] = 50_000.0
    world.organ.purge_hazard[STATE_SECURITY] += 0.1
    morale.settle(world, week(), P)
    morale.settle(other, week(), P)
    assert np.all(world.guards.morale[STATE_SECURITY] < other.guards.morale[STATE_SECURITY])
    assert np.array_equal(world.guards.morale[1:], other.guards.morale[1:])


def test_the_norm_is_the_mean_of_the_last_year_of_the_burn_in():
    world = country()
    seen = []
    for number in range(-60, 3):
        morale.settle(world, week(number), P)
        if -52 <= number <= -1:
            seen.append(morale.national_agents_per_unit(world))
        if number < -1:
            assert world.national.capacity_norm == 0.0
            assert morale.capacity_norm(world) == morale.national_agents_per_unit(world)
    assert len(seen) == 52
    assert world.national.capacity_norm == pytest.approx(sum(seen) / 52)


def test_without_a_burn_in_the_first_week_is_the_norm():
    world = country()
    morale.settle(world, week(0), P)
    assert morale.capacity_norm(world) == morale.national_agents_per_unit(world) > 0.0


def test_agents_a_unit_leave_out_garrisons_and_empty_counties_are_no_error():
    world = country()
    world.guards.capacity[:] = 10.0
    world.units.garrison[world.units.county == 3] = 1
    world.units.garrison[:20] = 1
    density = morale.agents_per_unit(world)
    assert density.tolist() == [20 / (20 * K), 20 / (40 * K), 20 / (40 * K), 20 / K]
