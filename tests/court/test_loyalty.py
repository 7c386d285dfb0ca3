"""Loyalty: where it rests, what lowers and raises it, and how fear of a purge spreads and fades."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.actors.levers import LeverValues
from custodes.engine.step import Week
from custodes.engine.sums import index
from custodes.mechanisms import loyalty
from custodes.observe.events import EventLog
from custodes.world.columns import B_ARMY, B_CABINET, B_GUARD, B_PROVINCES, B_STATE_SECURITY, IN_POST, U16
from custodes.world.state import World
from tests.court.alone import court, step, years

HEART = ("rents", "loyalty")
Change = Callable[[World], None]


def run(weeks: int, change: Change | None = None, every_week: Change | None = None, seed: int = 1) -> World:
    """A court in which only rents and loyalty move; `change` before, `every_week` before each week."""
    world, p, levers = court(seed)
    if change:
        change(world)
    log = EventLog(str(world.start))
    for _ in range(weeks):
        if every_week:
            every_week(world)
        step(world, p, levers, log, names=HEART)
    return world


def difference(change: Change, weeks: int = 100, every_week: bool = True) -> np.ndarray:
    """Loyalty of the 1,000 holders with a change less that without it, with the same luck."""
    one = run(weeks, None if every_week else change, change if every_week else None)
    out: np.ndarray = (one.court.loyalty - run(weeks).court.loyalty)[:1000]
    return out


def feared(hazard: float) -> Change:
    """A perceived hazard that stays."""

    def keep(world: World) -> None:
        world.branch.hazard[:] = hazard
        world.branch.purged[:] = hazard / 52.0

    return keep


# --- where it rests ------------------------------------------------------------------------------------------------------


def test_without_purges_loyalty_stays_where_it_is_for_ten_years() -> None:
    """Mean loyalty of all in post: .66 less the weak posts' part and what is known at rest."""
    means: list[float] = []

    def watch(world: World) -> None:
        means.append(float(world.court.loyalty[world.court.status == IN_POST].mean()))

    years(2, 10, watch=watch, names=("rents", "loyalty", "careers"))
    yearly = np.array(means).reshape(10, 52).mean(axis=1)
    assert np.all(np.abs(yearly[1:] - 0.63) < 0.02)
    assert abs(yearly[-1] - yearly[2]) < 0.012


def test_under_the_usual_fear_it_rests_where_the_equation_says() -> None:
    world = run(200, every_week=feared(0.07))
    court_ = world.court
    here = court_.status == IN_POST
    assert float(court_.hazard[here].mean()) == pytest.approx(0.07, abs=1e-6)
    waiting = court_.tenure[here] / (court_.tenure[here] + 104.0)
    target = 0.66 - 0.4 * 0.07 / 0.37 + 0.08 * (court_.power[here] - 0.3) - 0.05 * 0.3
    target = target + court_.trait[here] - 0.04 * (court_.ambition[here] - 0.5) * waiting
    assert float((court_.loyalty[here] - target).mean()) == pytest.approx(0.0, abs=0.004)
    # luck alone: sd .006 a week against a pull of .03 leaves .006 / sqrt(1 - .97**2) = .0247
    assert float((court_.loyalty[here] - target).std()) == pytest.approx(0.0247, rel=0.12)


# --- what moves it -------------------------------------------------------------------------------------------------------


def test_a_loss_of_rents_lowers_loyalty_at_once_and_is_adapted_to() -> None:
    def cut(world: World) -> None:
        world.branch.trade_ratio[:] = 0.5

    after_half_a_year, after_eight_years = difference(cut, 40), difference(cut, 416)
    assert np.all(after_half_a_year <= 0)
    assert -0.035 < after_half_a_year.mean() < -0.015
    assert abs(after_eight_years.mean()) < 0.15 * abs(after_half_a_year.mean())


def test_rents_pull_within_their_weight_and_the_first_loss_the_most() -> None:
    _, p, _ = court(1)
    effects = [float(loyalty.rent_effect(rent, 1.0, p.loyalty)) for rent in (0.0, 0.8, 0.9, 1.0, 1.1, 1e9)]
    assert effects == sorted(effects)
    assert effects[3] == 0.0
    assert effects[2] == pytest.approx(-0.22 * 0.2 / 1.2)
    assert effects[2] - effects[1] < -effects[2]  # the second tenth costs less than the first
    assert effects[0] > -0.22
    assert effects[-1] == pytest.approx(0.22, abs=1e-6)
    assert loyalty.rent_effect(1.0, 0.0, p.loyalty) == 0.0


def test_fear_lowers_loyalty_by_a_falling_margin() -> None:
    low, high = difference(feared(0.07), 150), difference(feared(0.30), 150)
    assert np.all(high <= low)
    assert low.mean() == pytest.approx(-0.4 * 0.07 / 0.37, abs=0.006)
    assert high.mean() == pytest.approx(-0.4 * 0.5, abs=0.02)


def test_what_officials_hear_of_the_outside_lowers_loyalty() -> None:
    def campaign(world: World) -> None:
        world.memory["broadcast_news_effect"] = 0.4

    assert difference(campaign, 150).mean() == pytest.approx(-0.05 * 0.4, abs=0.002)


def test_talk_of_rights_among_the_people_reaches_officials() -> None:
    world, p, levers = court(1)
    week = Week(0, 0, 2017, world.start, False, levers, EventLog(str(world.start)))
    at_rest = loyalty.information(world, week, p.loyalty)
    kept = world.sums.copy()
    try:
        world.sums[:, index("rights_u16")] += (0.2 * U16 * world.sums[:, index("adults")]).astype(np.int64)
        heard = loyalty.information(world, week, p.loyalty)
    finally:
        world.sums[:] = kept
    assert at_rest == pytest.approx(0.3)
    assert heard - at_rest == pytest.approx(0.7 * 0.2, abs=1e-3)


def test_a_succession_costs_everybody_and_a_known_threat_binds_the_army_only() -> None:
    def succession(world: World) -> None:
        world.memory["succession_weeks"] = 52.0  # the step that counts them down is not run

    lost = difference(succession, 52)
    assert lost.mean() == pytest.approx(-0.15 * (1 - 0.97**52), abs=0.005)

    world, p, _ = court(1)
    base = {}
    for threat in (0.0, 1.0):
        levers = LeverValues(deterrence=threat)
        week = Week(0, 0, 2017, world.start, False, levers, EventLog(str(world.start)))
        base[threat] = loyalty.common_part(world, week, 0.3, p.loyalty)
    gained = base[1.0] - base[0.0]
    assert gained[B_ARMY] == pytest.approx(0.05)
    assert np.all(np.delete(gained, B_ARMY) == 0.0)


def test_neighbours_who_mobilise_are_a_threat_that_officers_know_of() -> None:
    world, _, levers = court(1)
    week = Week(0, 0, 2017, world.start, False, levers, EventLog(str(world.start)))
    world.memory["crisis_level"] = 2.0
    assert loyalty.threat_from_outside(world, week) == 0.0  # no turmoil: an old level
    world.memory["turmoil"] = 0.4
    assert loyalty.threat_from_outside(world, week) == 1.0
    world.memory["crisis_level"] = 1.0
    assert loyalty.threat_from_outside(world, week) == 0.0


def test_standing_of_the_organ_power_and_a_punished_family_count() -> None:
    def proud(world: World) -> None:
        world.branch.prestige[B_GUARD] = 0.7

    def bereft(world: World) -> None:
        world.court.family_punished[100:200] = 1

    gained = difference(proud, 150)
    guard = court(1)[0].court.organ[:1000] == B_GUARD
    assert gained[guard].mean() == pytest.approx(0.1 * 0.2, abs=0.002)
    assert np.all(gained[~guard] == 0.0)
    lost = difference(bereft, 150)
    assert lost[100:200].mean() == pytest.approx(-0.03, abs=0.002)
    assert np.all(lost[200:] == 0.0)


def test_the_ambitious_tire_of_waiting_and_the_mean_does_not_move() -> None:
    def waited(world: World) -> None:
        world.court.tenure[:] = 520

    moved = difference(waited, 150)
    keen = court(1)[0].court.ambition[:1000] > 0.5
    assert moved[keen].mean() < -0.002 < 0.002 < moved[~keen].mean()
    assert abs(moved.mean()) < 0.001


# --- fear ----------------------------------------------------------------------------------------------------------------


def test_purges_are_feared_in_the_organ_less_elsewhere_and_forgotten_in_a_year() -> None:
    seen: list[np.ndarray] = []

    def purge(world: World) -> None:
        if world.week == 10:
            world.branch.purged[B_GUARD] = 0.3

    def watched(world: World) -> None:
        purge(world)
        seen.append(world.branch.hazard.copy())

    world = run(80, every_week=watched)
    hazard = np.array(seen)
    jump = hazard[11] - hazard[10] * 0.95
    assert jump[B_GUARD] == pytest.approx(0.05 * 52 * (0.6 * 0.3 + 0.4 * 0.03), rel=1e-6)
    assert jump[B_ARMY] == pytest.approx(0.05 * 52 * 0.4 * 0.03, rel=1e-6)
    assert hazard[11 + 52, B_GUARD] < 0.08 * hazard[11, B_GUARD]
    assert np.all(world.branch.purged == 0.0)


def test_a_purge_of_a_third_of_the_guard_costs_its_loyalty_for_years() -> None:
    """EQUATIONS 13: over four years h of the guard +.071 and its loyalty -.024; here without what follows in the court."""
    lost, feared_more = [], []
    worlds = []
    for purged in (0.0, 0.3):
        world, p, levers = court(3)
        world.branch.purged[B_GUARD] = purged
        worlds.append(world)
    guard = worlds[0].court.organ == B_GUARD
    for _ in range(208):
        for world in worlds:
            step(world, p, levers, EventLog(str(world.start)), names=HEART)
        lost.append(float((worlds[1].court.loyalty - worlds[0].court.loyalty)[guard].mean()))
        feared_more.append(float(worlds[1].branch.hazard[B_GUARD] - worlds[0].branch.hazard[B_GUARD]))
    assert 0.03 < np.mean(feared_more) < 0.09
    assert -0.04 < np.mean(lost) < -0.012


def test_the_guards_fear_what_their_organs_fear_and_never_more_than_certainty() -> None:
    def uneven(world: World) -> None:
        world.branch.hazard[:] = 0.0
        world.branch.hazard[[B_STATE_SECURITY, B_CABINET, B_PROVINCES]] = (3.0, 0.1, 0.3)
        world.branch.purged[:] = 0.0

    world = run(1, uneven)
    assert world.organ.purge_hazard == pytest.approx([1.0, 0.0, 0.95 * 0.2])


def test_an_officials_fear_follows_his_organs() -> None:
    world = run(30, every_week=feared(0.5))
    assert np.allclose(world.court.hazard[:1000], 0.5, atol=0.002)


# --- bounds --------------------------------------------------------------------------------------------------------------


@given(
    trade=st.floats(0, 20),
    hazard=st.floats(0, 50),
    purged=st.floats(0, 3),
    start=st.floats(0, 1),
    trait=st.floats(-3, 3),
    seed=st.integers(0, 2**63),
)
@settings(max_examples=30, deadline=None)
def test_loyalty_is_a_share_and_fear_is_not_negative(
    trade: float, hazard: float, purged: float, start: float, trait: float, seed: int
) -> None:
    def wild(world: World) -> None:
        world.branch.trade_ratio[:], world.branch.hazard[:], world.branch.purged[:] = trade, hazard, purged
        world.court.loyalty[:1000], world.court.trait[:1000] = start, trait

    world = run(3, wild, seed=seed)
    assert np.all((world.court.loyalty >= 0) & (world.court.loyalty <= 1))
    assert np.all(world.court.hazard >= 0)
    assert np.all(np.isfinite(world.court.hazard))
    assert np.all((world.organ.purge_hazard >= 0) & (world.organ.purge_hazard <= 1))
    assert np.all(world.court.wealth <= 2.0)


def test_fortunes_grow_in_post_and_stop() -> None:
    world = run(52)
    began = court(1)[0].court.wealth
    assert np.allclose(world.court.wealth[:1000], np.minimum(2.0, began[:1000] + 0.052))
    assert np.all(world.court.wealth[1000:] == 0.0)


def test_luck_belongs_to_the_seed_the_week_and_the_row() -> None:
    assert np.array_equal(run(5).court.loyalty, run(5).court.loyalty)
    assert not np.array_equal(run(5).court.loyalty, run(5, seed=2).court.loyalty)
    luck = run(1).court.loyalty[:1000] - court(1)[0].court.loyalty[:1000]
    assert abs(np.corrcoef(luck[::2], luck[1::2])[0, 1]) < 0.18  # rows share blocks of draws; 4 sd of 500 pairs
