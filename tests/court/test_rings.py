"""Rings: who carries contraband past checkpoints, what is seized, and where every gram is."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import custodes as cu
from custodes.actors.levers import LeverValues
from custodes.errors import BadScenario
from custodes.mechanisms import rings, tolls
from custodes.mechanisms.routes import CLASSES, OFFICER, Same, expected_bribes, graph, pass_chance, shortest, ways
from custodes.observe.events import EventLog
from custodes.week import parameters_of
from custodes.world.columns import B_ARMY, POLICE, STATE_SECURITY
from custodes.world.places import build_places
from custodes.world.state import Places, World
from tests.court.alone import court, step

REST = 0.0104  #: weight of officers at rest: 1 % and what refused requests add


@cache
def country() -> tuple[Places, rings.Params]:
    """A whole country's places and the parameters of its rings."""
    scenario = cu.load("dprk/2017")
    return build_places(scenario), parameters_of(scenario.parameters).rings


def plan(officers: float = REST, staffed: float = 1.0, lost: tuple[int, ...] = (), **changed: Any) -> rings.Plan:
    """Who carries where in the whole country."""
    places, p = country()
    out = np.zeros(len(places.counties), np.int8)
    out[list(lost)] = 1
    return rings.plan(Same(places), out.tobytes(), staffed, officers, p._replace(**changed))


def share_of(chosen: rings.Plan, traveller: str) -> float:
    """Share of the loads that a class carries."""
    return float(chosen.share[chosen.ways.traveller == CLASSES.index(traveller)].sum())


def seized(chosen: rings.Plan) -> float:
    """Kilograms seized of 40 made a week, in expectation."""
    return float(40.0 * (1.0 - chosen.local[0]) * (1.0 - (chosen.share * chosen.passes).sum()))


def test_officers_carry_an_eighth_at_rest_and_a_quarter_when_the_army_is_slighted() -> None:
    """EQUATIONS 9: 13 to 23 % with the army's share -30 %; 9.4 of 40 kg a week seized. Both are outputs."""
    rest, slighted = plan(), plan((0.01 + 0.05 * 0.15) * 1.045)
    print(
        f"officers {share_of(rest, 'officer'):.3f}, {share_of(slighted, 'officer'):.3f}; seized {seized(rest):.1f} kg"
    )
    assert 0.12 < share_of(rest, "officer") < 0.17
    assert 0.21 < share_of(slighted, "officer") < 0.26
    assert 7.5 < seized(rest) < 10.5
    assert seized(slighted) < seized(rest)


def test_searching_officers_like_others_ends_their_part() -> None:
    searched = plan(search=(0.30, 0.25, 0.05, 0.30))
    assert share_of(searched, "officer") < 0.25 * share_of(plan(), "officer")


def test_weaker_checkpoints_seize_less_and_lost_counties_have_none() -> None:
    assert seized(plan(staffed=0.5)) < 0.75 * seized(plan())
    places, _ = country()
    everywhere = tuple(range(len(places.counties)))
    assert not plan(lost=everywhere).ways.checkpoints.any()
    assert seized(plan(lost=everywhere)) == pytest.approx(0.0, abs=1e-9)


def test_the_best_road_to_the_border_is_the_shortest_that_checkpoints_allow() -> None:
    """Against all paths of a small graph, and distances against a plain relaxation of the whole country's."""
    places, p = country()
    g = graph(places, np.zeros(len(places.counties), np.int8).tobytes(), p.checkpoint_km)
    n = len(places.counties)
    far, before, by = np.empty(n), np.empty(n, np.int32), np.empty(n, np.int32)
    shortest(g.first, g.to, g.road, g.km, 0, far, before, by)
    plain = np.full(n, 1e18)
    plain[0] = 0.0
    for _ in range(n):
        for (i, j, _), km in zip(places.roads, g.km.tolist(), strict=True):
            plain[i], plain[j] = min(plain[i], plain[j] + km), min(plain[j], plain[i] + km)
    np.testing.assert_allclose(far, plain)
    assert far.max() < 1500.0


def test_paths_to_a_place_differ_and_the_first_is_the_best() -> None:
    places, p = country()
    found = ways(
        Same(places),
        tuple(c for c, _ in places.contraband.producers),
        tuple(rings.markets(Same(places), p).county.tolist()),
        bytes(len(places.counties)),
        rings.terms_of(places, 1.0, p),
    )
    keys = list(
        zip(found.target.tolist(), found.traveller.tolist(), found.checkpoints.tolist(), found.km.tolist(), strict=True)
    )
    assert len(set(keys)) == len(keys)
    assert len({key[:2] for key in keys}) == len(CLASSES) * (len(rings.markets(Same(places), p).county) - 1)
    value, _, _ = rings.earnings(found.checkpoints, found.km, found.traveller, rings.terms_of(places, 1.0, p), p)
    resident = found.traveller == 0
    for target in set(found.target[resident].tolist()):
        mine = value[resident & (found.target == target)]
        assert (
            mine[0] >= mine.max() - 25.0
        )  # dollars: the best road by its cost, which counts the chance of loss in full


def test_the_plan_is_the_same_whether_kept_or_made_anew() -> None:
    first = plan()
    rings.plan.cache_clear()
    ways.cache_clear()
    again = plan()
    for a, b in zip((*first.ways, first.share, first.passes), (*again.ways, again.share, again.passes), strict=True):
        np.testing.assert_array_equal(a, b)


@given(n=st.integers(1, 8), intercept=st.floats(0.5, 1000))
@settings(max_examples=25, deadline=None)
def test_a_chain_of_equal_checkpoints_is_that_of_shleifer_and_vishny(n: int, intercept: float) -> None:
    """n independent checkpoints take n a^2 / (n + 1)^2 of traffic `a - sum of fees`, one owner a^2 / 4."""
    fees = rings.chain_fees(n, intercept)
    one_load = expected_bribes(n, 1.0, 1.0, float(fees[0]))
    assert one_load * tolls.traffic(fees, intercept) == pytest.approx(n * intercept**2 / (n + 1) ** 2)
    joint = tolls.joint_tolls(n, intercept)
    assert expected_bribes(n, 1.0, 1.0, float(joint[0])) * tolls.traffic(joint, intercept) == pytest.approx(
        intercept**2 / 4
    )


@given(n=st.floats(0, 50), s=st.floats(0, 1))
@settings(max_examples=25, deadline=None)
def test_a_longer_chain_is_never_easier_to_pass(n: float, s: float) -> None:
    chance = float(pass_chance(n, s, 0.3))
    assert 0.0 <= float(pass_chance(n + 1.0, s, 0.3)) <= chance <= 1.0
    assert float(pass_chance(2.0, s, 0.3)) == pytest.approx((1.0 - 0.3 * s) ** 2)


# --- weeks of a small country -------------------------------------------------------------------------------------------


def weeks(number: int, prepare: Any = None, each: Any = None, seed: int = 1, **levers: float) -> tuple[World, EventLog]:
    """Rings alone, in toyland."""
    world, parameters, _ = court(seed)
    log = EventLog(str(world.start))
    if prepare:
        prepare(world)
    for _ in range(number):
        step(world, parameters, LeverValues(**levers), log, names=("rings",))
        if each:
            each(world)
    return world, log


def test_every_gram_and_won_is_somewhere() -> None:
    def check(world: World) -> None:
        assert sum(world.books.contraband.values()) + int(world.books.contraband_stock.sum()) == 0
        assert world.books.total_won() == won[0]
        assert min(world.books.contraband_stock.min(), world.books.contraband["used"], world.books.till.min()) >= 0

    won: list[int] = []
    world, _ = weeks(260, lambda world: won.append(world.books.total_won()), check)
    assert world.books.contraband["made"] < 0
    for account in ("used", "seized", "taken_abroad"):
        assert world.books.contraband[account] > 0
    assert world.books.pocket[[STATE_SECURITY, POLICE]].sum() > 0


def test_use_and_output_come_to_rest() -> None:
    outputs: list[float] = []
    world, _ = weeks(520, each=lambda world: outputs.append(world.memory["contraband_output"]))
    assert max(outputs[-104:]) - min(outputs[-104:]) < 0.1
    assert 0.3 < outputs[-1] < 1.5
    assert world.memory["contraband_price"] == pytest.approx(1.0, abs=0.2)


def test_what_is_seized_is_what_the_plan_expects() -> None:
    """Toyland, ten years: loads are drawn one by one; 3,000 loads, so the share seized has a standard error of .006."""
    carried = taken = 0.0

    def add(world: World) -> None:
        nonlocal carried, taken
        carried, taken = (
            carried + world.memory["contraband_carried_week"],
            taken + world.memory["contraband_seized_week"],
        )

    world, _ = weeks(520, each=add)
    p = court(1)[1].rings
    chosen = rings.plan(
        Same(world.places),
        world.county.lost.tobytes(),
        world.memory["rings_staffed"],
        world.memory["rings_officers"],
        p,
    )
    assert taken / carried == pytest.approx(1.0 - float((chosen.share * chosen.passes).sum()), abs=0.025)


def test_a_ban_and_prestige_move_the_officers_part() -> None:
    def part(**levers: float) -> float:
        carried = officers = 0.0

        def add(world: World) -> None:
            nonlocal carried, officers
            carried += world.memory["contraband_carried_week"]
            officers += world.memory["contraband_officers_week"]

        weeks(260, each=add, **levers)
        return officers / carried

    assert part(officers_trading_ban=1.0) < part(officers_trading_ban=0.0) - 0.02
    world, parameters, usual = court(1)
    week: Any = type("W", (), {"levers": usual})
    rest = rings.officers_weight(world, week, parameters.rings)
    world.branch.prestige[B_ARMY] = 0.425
    assert rings.officers_weight(world, week, parameters.rings) == pytest.approx(1.75 * rest)


def test_large_seizures_are_told_and_small_ones_are_not() -> None:
    _, log = weeks(520)
    assert [e for e in log if e.kind == "seizure"] == []
    world, parameters, usual = court(1)
    told = EventLog(str(world.start))
    many = parameters._replace(rings=parameters.rings._replace(large=600.0))
    for _ in range(104):
        step(world, many, usual, told, names=("rings",))
    seizures = [e for e in told if e.kind == "seizure"]
    assert seizures
    assert all(e.magnitude >= 0.6 and e.place in world.places.counties for e in seizures)


def test_nothing_is_made_where_the_scenario_names_no_place() -> None:
    world, _ = weeks(20, lambda w: setattr(w, "places", replace(w.places, contraband=type(w.places.contraband)())))
    assert set(world.books.contraband.values()) == {0}
    assert world.memory["contraband_made_week"] == 0.0


def test_a_table_of_contraband_with_an_unknown_county_is_refused() -> None:
    scenario = cu.load("toyland")
    table = {"producers": {"Nowhere": 1.0}, "price_at_source": 8.0, "price_at_border": 18.0}
    with pytest.raises(BadScenario, match="'Nowhere' is no county"):
        build_places(replace(scenario, tables={**scenario.tables, "contraband": table}))
    with pytest.raises(BadScenario, match="price_at_border"):
        build_places(replace(scenario, tables={**scenario.tables, "contraband": {"producers": {}}}))


def test_loads_of_officers_pass_nearly_always() -> None:
    chosen = plan()
    officer = chosen.ways.traveller == OFFICER
    assert (chosen.share * chosen.passes)[officer].sum() / chosen.share[officer].sum() > 0.95
