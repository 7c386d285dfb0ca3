"""The recorder: definitions of the series, exact sums, and going on from a checkpoint."""

from types import SimpleNamespace

import numpy as np
import pytest
from tests.results import fake

from custodes.engine.sums import INDEX, index
from custodes.errors import BrokenLaw
from custodes.observe.truth import SERIES, Recorder

#: the names that others rely on
PROMISED = """people households jailed camp abroad deaths grain_price_won won_per_dollar ration_grams_per_day food_stress
market_labour_share informal_income_share household_money_won bribes_won bribe_share_of_spending approaches threat_share
plea_share abstain_share refusals punished_guards enforcement perceived_enforcement pay_paid_share guard_income_won
guard_morale control_capacity upward_takings_won awareness private_support public_support fear public_dissent preference_gap
arrests incidents refused_orders flights arrivals_abroad anger_at_state_security""".split()


def test_every_promised_series_is_recorded() -> None:
    assert set(PROMISED) <= set(SERIES)


def test_all_values_are_finite() -> None:
    recorder, _, _ = fake.recorded()
    assert recorder.seen == 6
    assert all(np.isfinite(a[:6]).all() and np.isnan(a[6:]).all() for a in recorder.arrays.values())


@pytest.mark.parametrize("name", [s.name for s in SERIES.values() if s.over_places == "sum"])
def test_provinces_add_up_to_the_nation(name: str) -> None:
    recorder, _, _ = fake.recorded()
    values = recorder.arrays[name][:6]
    np.testing.assert_allclose(values[:, :-1].sum(axis=1), values[:, -1], rtol=1e-12)


@pytest.mark.parametrize("name", ["bribes_won", "approaches", "refusals", "threats", "punished_guards", "guard_staff"])
def test_organs_add_up_to_all(name: str) -> None:
    recorder, _, _ = fake.recorded()
    values = recorder.arrays[name][:6]
    np.testing.assert_allclose(values[..., :-1].sum(axis=-1), values[..., -1], rtol=1e-12)


def test_approaches_are_threats_pleas_or_neither() -> None:
    recorder, _, _ = fake.recorded()
    parts = [recorder.arrays[n][:6] for n in ("threat_share", "plea_share", "abstain_share")]
    np.testing.assert_allclose(sum(parts), 1.0, rtol=1e-12)
    assert all((p >= 0).all() for p in parts)


def test_counts_are_k_times_rows() -> None:
    recorder, _, world = fake.recorded(weeks=1)
    rows = world.sums[:, INDEX["deaths"]]
    assert recorder.arrays["deaths"][0, -1] == world.k * rows.sum()
    assert recorder.arrays["deaths"][0, 1] == world.k * rows[3:6].sum()


def test_bribe_share_is_takings_in_all_spending() -> None:
    recorder, _, world = fake.recorded(weeks=1)
    one = {
        n: float(world.sums[:, INDEX[n]].sum())
        for n in ("grain_cost", "other_spending", "levy", "buyout", "broker_fee")
    }
    taken = float(sum(world.sums[:, index(n, o)].sum() for n in ("bribes", "settlements") for o in range(3)))
    assert recorder.arrays["bribe_share_of_spending"][0, -1] == pytest.approx(
        taken / (taken + sum(one.values())), rel=1e-14
    )


def test_morale_weighs_agents() -> None:
    where = fake.places()
    world = fake.world(where)
    world.guards.staff[:] = 0.0
    world.guards.staff[0, 0], world.guards.staff[1, 1] = 30.0, 10.0
    world.guards.morale[0, 0], world.guards.morale[1, 1] = 0.8, 0.4
    recorder = Recorder(where, 1)
    recorder.observe(world, SimpleNamespace(number=0, log=fake.EventLog(fake.START)))
    assert recorder.arrays["guard_morale"][0, -1, -1] == pytest.approx(0.7, abs=1e-9)
    assert recorder.arrays["guard_morale"][0, -1, 0] == pytest.approx(0.8, abs=1e-9)
    assert recorder.arrays["guard_morale"][0, 2, 0] == 0.0


def test_crowds_count_where_they_were() -> None:
    recorder, _, _ = fake.recorded()
    east = fake.PROVINCES.index("East")
    assert recorder.arrays["incidents"][2].tolist() == [0, 1, 0, 0, 1]
    assert recorder.arrays["refused_orders"][2, east] == 1
    assert recorder.arrays["incidents"][:6].sum() == 2


def test_those_abroad_add_up_over_time() -> None:
    recorder, _, _ = fake.recorded()
    assert (np.diff(recorder.arrays["abroad"][:6, -1]) > 0).all()


def test_sums_do_not_depend_on_the_order_of_counties() -> None:
    where = fake.places()
    world = fake.world(where)
    recorder = Recorder(where, 1)
    week = SimpleNamespace(number=0, log=fake.EventLog(fake.START))
    recorder.observe(world, week)
    back = np.arange(len(where.counties))[::-1]
    turned = fake.places()
    for name in ("province", "population"):
        setattr(turned, name, getattr(where, name)[back])
    world.sums = world.sums[back]
    world.units.county = back[world.units.county]
    for name in (
        "staff",
        "effort",
        "morale",
        "take",
        "paid",
        "perceived",
        "capacity",
        "threat_share",
        "plea_share",
        "punished",
    ):
        setattr(world.guards, name, getattr(world.guards, name)[:, back])
    other = Recorder(turned, 1)
    other.observe(world, week)
    for name, values in recorder.arrays.items():
        np.testing.assert_array_equal(values, other.arrays[name], err_msg=name)


def test_a_recorder_goes_on_exactly_where_it_was_saved() -> None:
    whole, log, _ = fake.recorded(weeks=6)
    first, _, world = fake.recorded(weeks=4)
    second = Recorder(first.places, first.weeks, first.measures)
    second.load_state(first.to_state())
    for week in (4, 5):
        world.sums = np.random.default_rng(100 + week).permutation(world.sums)
        second.observe(world, SimpleNamespace(number=week, log=log))
    for name, values in whole.arrays.items():
        np.testing.assert_array_equal(values[:6], second.arrays[name][:6], err_msg=name)


def test_weeks_are_observed_in_order() -> None:
    recorder, log, world = fake.recorded(weeks=2)
    with pytest.raises(ValueError, match="week 5 observed after 2"):
        recorder.observe(world, SimpleNamespace(number=5, log=log))


def test_a_state_that_is_not_finite_breaks_a_law() -> None:
    recorder, log, world = fake.recorded(weeks=1)
    world.guards.morale[0, 0] = np.nan
    with pytest.raises(BrokenLaw, match="not a finite number"):
        recorder.observe(world, SimpleNamespace(number=1, log=log))


def test_a_checkpoint_of_another_version_is_refused() -> None:
    recorder, _, _ = fake.recorded(weeks=1)
    state = recorder.to_state()
    state.pop("people")
    with pytest.raises(ValueError, match="not those of this version"):
        recorder.load_state(state)
