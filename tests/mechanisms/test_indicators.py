"""Indicators: told once a crossing, against what is usual in the place, with causes that stand; and they move nothing."""

import copy
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML
from tests.mechanisms.control_country import LOG_START, country, put, week

import custodes
import custodes as cu
from custodes.actors.levers import LEVERS
from custodes.engine.sums import index
from custodes.mechanisms import extortion, indicators, rations
from custodes.mechanisms.indicator_measures import measured
from custodes.observe.events import EventLog
from custodes.observe.explain import why
from custodes.results.run import Run
from custodes.scenario.actors import Actors, default_leader
from custodes.scenario.powers import PowersFile
from custodes.world.columns import ORGANS, POLICE, STATE_SECURITY, U16
from custodes.world.state import World

NORTH, SOUTH = "north", "south"
STRESS, SUPPORT = 0.04, 0.1
HOUSEHOLDS = 300


@cache
def parameters() -> SimpleNamespace:
    """The default parameters of the groups that indicators read."""
    groups = {}
    for name, module in (("indicators", indicators), ("extortion", extortion), ("rations", rations)):
        file = Path(custodes.__file__).parent / "data" / "parameters" / f"{name}.yaml"
        values = {key: entry["value"] for key, entry in YAML(typ="safe").load(file).items()}
        assert list(values) == list(module.Params._fields)
        groups[name] = module.Params(**{k: tuple(v.values()) if isinstance(v, dict) else v for k, v in values.items()})
    return SimpleNamespace(**groups)


P = parameters()
OWN: indicators.Params = P.indicators


def two_provinces() -> World:
    """Six counties, half of them in the north; everything as usual."""
    world = country()
    world.places = replace(world.places, provinces=(NORTH, SOUTH), province=np.array([0, 0, 0, 1, 1, 1], np.int16))
    put(world, "income", 36_000_000)
    put(world, "support_i16", int(SUPPORT * 32767) * 500)
    put(world, "anger_u16", int(0.2 * U16) * HOUSEHOLDS)
    hungry(world, STRESS)
    pay(world, 0.2)
    world.guards.effort[:] = 0.5
    return world


def hungry(world: World, stress: float, province: str = "") -> None:
    """Set food stress, everywhere or in one province."""
    where = [c for c in range(6) if not province or world.places.provinces[world.places.province[c]] == province]
    world.sums[where, index("stress_u16")] = int(stress * U16) * HOUSEHOLDS


def pay(world: World, share: float, organ: int | None = None) -> None:
    """Pay agents this share of their need."""
    for o in range(len(ORGANS)) if organ is None else (organ,):
        world.guards.paid[o] = share * P.extortion.need[o]


def live(world: World, log: EventLog, first: int, last: int, **levers: Any) -> None:
    """Weeks `first` to `last` - 1 of indicators, everything else as it stands."""
    for number in range(first, last):
        indicators.settle(world, week(number, log, **levers), P)


def settled() -> tuple[World, EventLog]:
    """A country in its first week, with its usual learnt."""
    world, log = two_provinces(), EventLog(LOG_START)
    live(world, log, -60, 0)
    return world, log


def kinds(log: EventLog) -> list[str]:
    return [e.kind for e in log]


def of(log: EventLog, kind: str) -> list[Any]:
    return [e for e in log if e.kind == kind]


# --- the list ----------------------------------------------------------------------------------------------------------


def test_links_are_levers_and_indicators_that_come_before() -> None:
    before: set[str] = set()
    for name, kind in indicators.KINDS.items():
        assert set(kind.behind) <= before, name
        assert {lever.lstrip("+-") for lever in kind.levers} <= set(LEVERS), name
        assert getattr(OWN, name) > 0.0
        before.add(name)
    assert set(indicators.INPUTS_OF_CROWDS) <= before


def test_every_series_is_measured_and_named_once() -> None:
    world = two_provinces()
    names = indicators.series(world.places.provinces)
    assert len(measured(world, P)) == len(names) == len({it.usual for it in names})


def test_values_are_those_of_the_place() -> None:
    world = two_provinces()
    hungry(world, 0.08, NORTH)
    seen = dict(
        zip(
            [(it.kind, it.place, it.organ) for it in indicators.series((NORTH, SOUTH))],
            measured(world, P),
            strict=True,
        )
    )
    assert seen["hunger", NORTH, ""] == pytest.approx(0.08, rel=1e-3)
    assert seen["hunger", SOUTH, ""] == pytest.approx(0.04, rel=1e-3)
    assert seen["hunger", "", ""] == pytest.approx(0.06, rel=1e-3)
    assert seen["hardship", SOUTH, ""] == pytest.approx(36_000_000 / HOUSEHOLDS)
    assert seen["support_falls", "", ""] == pytest.approx(SUPPORT, rel=1e-3)
    assert seen["control_weakens", NORTH, ""] == pytest.approx(3 * 500.0)
    assert seen["guards_unpaid", "", "police"] == pytest.approx(0.2, rel=1e-4)
    assert seen["collecting_harder", "", "cadres"] == pytest.approx(0.5, rel=1e-4)


# --- once a crossing -----------------------------------------------------------------------------------------------------


def test_where_nothing_changes_nothing_is_told() -> None:
    world, log = settled()
    live(world, log, 0, 260)
    assert len(log) == 0


def test_a_province_that_grows_hungry_is_told_once_and_in_numbers() -> None:
    world, log = settled()
    hungry(world, 0.06, NORTH)
    live(world, log, 0, 100)
    (event,) = list(log)
    assert (event.kind, event.place, event.causes) == ("hunger", NORTH, ())
    assert event.magnitude > 1.25
    assert "Food stress in north is 0.05" in event.text
    assert "more than usual (0.040)" in event.text


@pytest.mark.parametrize("rise", [0.8, 1.3])
def test_below_the_threshold_nothing_is_told(rise: float) -> None:
    world, log = settled()
    hungry(world, STRESS * (1.0 + rise * OWN.hunger))
    live(world, log, 0, 100)
    assert (kinds(log) == ["hunger"]) == (rise > 1.0)


def test_swings_about_the_threshold_are_one_crossing_and_a_return_is_another() -> None:
    world, log = settled()
    for number in range(300):
        swing = 0.1 if number // 20 % 2 else -0.1
        hungry(world, STRESS * (1.3 + swing))
        live(world, log, number, number + 1)
    assert kinds(log) == ["hunger"]
    hungry(world, STRESS)
    live(world, log, 300, 400)
    assert not indicators.standing(world, week(400, log), "hunger")
    hungry(world, STRESS * 1.8)
    live(world, log, 400, 450)
    assert kinds(log) == ["hunger", "hunger"]


def test_the_nation_speaks_for_its_provinces_and_falls_silent_for_them() -> None:
    world, log = settled()
    hungry(world, 0.08)
    live(world, log, 0, 60)
    (nation,) = list(log)
    assert nation.place == ""
    assert indicators.standing(world, week(60, log), "hunger", NORTH) == [nation.id]
    hungry(world, 0.03, NORTH)
    hungry(world, 0.065, SOUTH)
    live(world, log, 60, 120)
    now = week(120, log)
    assert indicators.standing(world, now, "hunger", NORTH) == []
    (south,) = [e for e in log if e.place == SOUTH]
    assert indicators.standing(world, now, "hunger", SOUTH) == [south.id]


def test_luck_of_a_small_sample_is_no_news() -> None:
    world, log, luck = two_provinces(), EventLog(LOG_START), np.random.default_rng(1)
    for number in range(-60, 260):
        for province in (NORTH, SOUTH):
            hungry(world, STRESS * (1.0 + 0.4 * luck.uniform(-1.0, 1.0)), province)
        live(world, log, number, number + 1)
    assert len(log) == 0


def test_without_a_burn_in_the_first_year_is_what_is_usual() -> None:
    world, log = two_provinces(), EventLog(LOG_START)
    live(world, log, 0, 30)
    hungry(world, 0.08)
    live(world, log, 30, int(OWN.learning) - 1)
    assert len(log) == 0
    hungry(world, 0.2)
    live(world, log, int(OWN.learning) - 1, 80)
    assert kinds(log) == ["hunger"]


# --- causes --------------------------------------------------------------------------------------------------------------


def test_unpaid_guards_name_the_cut_that_stands_and_not_the_one_that_does_good() -> None:
    world, log = settled()
    cut = log.record("trade_cut", 0)
    log.record("aid_dollars", 0)
    pay(world, 0.12, STATE_SECURITY)
    live(world, log, 0, 40, trade_cut=0.6, aid_dollars=1e9)
    (event,) = of(log, "guards_unpaid")
    assert (event.organ, event.causes) == ("state_security", (cut,))
    assert event.magnitude == pytest.approx(0.9, abs=0.05)


def test_a_lever_of_one_organ_is_named_for_that_organ_only() -> None:
    world, log = settled()
    cut = log.record("organ_revenue_cut", 0, organ="police")
    pay(world, 0.12)
    live(world, log, 0, 40, organ_revenue_cut=(0.0, 0.75, 0.0))
    assert {e.organ: e.causes for e in of(log, "guards_unpaid")} == {
        "state_security": (),
        "police": (cut,),
        "cadres": (),
    }


def test_from_unpaid_guards_to_less_control_to_a_crowd() -> None:
    world, log = settled()
    cut = log.record("trade_cut", 0)
    pay(world, 0.12, POLICE)
    live(world, log, 0, 30, trade_cut=0.6)
    world.guards.effort[POLICE] = 0.8
    live(world, log, 30, 60, trade_cut=0.6)
    world.guards.capacity[:, 3:] *= 0.8
    live(world, log, 60, 100, trade_cut=0.6)
    (unpaid,), (harder,), weaker = of(log, "guards_unpaid"), of(log, "collecting_harder"), of(log, "control_weakens")
    assert unpaid.causes == (cut,)
    assert harder.causes == (unpaid.id,)
    assert {unpaid.id, harder.id} == set(weaker[0].causes)
    now = week(100, log, trade_cut=0.6)
    assert indicators.behind_crowd(world, now, 4) == [weaker[-1].id]
    assert indicators.behind_crowd(world, now, 0) == []  # the north has lost nothing
    assert {e.id for e in why(log, weaker[-1].id).roots()} == {cut}


@pytest.mark.parametrize(("slipped", "named"), [(1.0, False), (1.09, True)])
def test_a_link_half_way_to_its_threshold_passes_on_what_is_behind_it(slipped: float, named: bool) -> None:
    world, log = settled()
    cut = log.record("trade_cut", 0)
    world.national.won_per_dollar *= slipped
    world.national.rice_price *= slipped
    live(world, log, 0, 40, trade_cut=0.6)
    assert len(log) == 1
    hungry(world, 0.08)
    live(world, log, 40, 60, trade_cut=0.6)
    (event,) = of(log, "hunger")
    assert event.causes == ((cut,) if named else ())


@pytest.mark.parametrize(("grown", "named"), [(1.0, False), (0.7, True)])
def test_a_harvest_is_named_when_it_was_bad(grown: float, named: bool) -> None:
    world, log = settled()
    world.national.harvest_grams = grown * P.rations.harvest * 1e6
    live(world, log, 0, 10)
    log.begin_week(10)
    harvest = log.record("harvest", 10, magnitude=grown)
    live(world, log, 10, 20)
    hungry(world, 0.08)
    live(world, log, 20, 50)
    assert of(log, "hunger")[0].causes == ((harvest,) if named else ())


def test_softer_guards_of_the_same_organ_and_impulses_are_named_while_they_count() -> None:
    world, log = settled()
    old, soft = log.record("relapse", 0, organ="police"), log.record("softening", 0, organ="police")
    log.record("softening", 0, organ="cadres")
    world.memory["softened.police"] = 1.0
    live(world, log, 0, 60)
    world.guards.effort[POLICE] = 0.8
    live(world, log, 60, 90)
    (event,) = of(log, "collecting_harder")
    assert event.causes == (soft,)
    assert old not in event.causes
    assert "police spend" in event.text


# --- they only tell ------------------------------------------------------------------------------------------------------


def eventful(world: World, log: EventLog, first: int, last: int) -> None:
    """A country in which much happens, told by the week alone."""
    for number in range(first, last):
        hungry(world, STRESS * (1.0 + 1.2 * (max(number, 0) % 130) / 130.0), NORTH)
        pay(world, 0.2 - 0.0004 * max(number, 0), STATE_SECURITY)
        world.national.won_per_dollar = 8100.0 * (1.0 + 0.002 * max(number, 0))
        world.guards.capacity[:, 3:] = 300.0 - 0.3 * max(number, 0)
        if number == 30:
            log.record("trade_cut", number)
        live(world, log, number, number + 1, trade_cut=0.5 if number >= 30 else 0.0)


@pytest.mark.parametrize("cut", [-30, 0, 31, 77, 150, 239])
def test_a_run_that_is_cut_and_resumed_tells_the_same(cut: int) -> None:
    whole, log = two_provinces(), EventLog(LOG_START)
    eventful(whole, log, -60, 240)
    assert len({e.kind for e in log}) >= 5

    before, kept = two_provinces(), EventLog(LOG_START)
    eventful(before, kept, -60, cut)
    after, resumed = two_provinces(), EventLog.from_state(json.loads(json.dumps(kept.to_state())))
    after.memory = json.loads(json.dumps(before.memory))
    eventful(after, resumed, cut, 240)
    assert list(resumed) == list(log)
    assert after.memory == whole.memory


def test_indicators_write_their_own_memory_and_nothing_else() -> None:
    world, log = settled()
    world.memory["of another"] = 1.0
    hungry(world, 0.08)
    before = copy.deepcopy(world)
    live(world, log, 0, 60)
    assert len(log) == 1
    for part in ("national", "county", "organ", "guards", "books"):
        for name, value in vars(getattr(world, part)).items():
            assert np.array_equal(value, getattr(getattr(before, part), name)), f"{part}.{name}"
    assert np.array_equal(world.sums, before.sums)
    assert all(isinstance(value, float) for value in world.memory.values())
    assert {k: v for k, v in world.memory.items() if not k.startswith("indicator.")} == {"of another": 1.0}


# --- in a country ----------------------------------------------------------------------------------------------------------


@cache
def five_years(quiet: bool, hungry: bool = False) -> Run:
    """The shipped country, with its own measures after the start or without any, and with usual or failing harvests."""
    nobody = Actors(default_leader(), PowersFile())  # no powers; and the leader acts by the timeline alone
    known = replace(cu.load("dprk/2017").with_settings(["leader.mode=scripted"]), actors=nobody)
    if hungry:
        known = known.with_settings(["harvest_factor=0.75"])
    if quiet:
        known = replace(known, timeline=known.timeline.before(0))
    return cu.run(known, years=5, sample="1/1000", seed=1, threads=1)


def roots(run: Run, kind: str) -> list[set[str]]:
    """Levers or kinds of the records at which the chain behind each event of a kind begins."""
    return [{e.lever or e.kind for e in why(run.log, event.id).roots()} for event in of(run.log, kind)[:60]]  # type: ignore[arg-type]


def test_a_trade_cut_is_found_behind_unpaid_guards_and_weaker_control_and_without_it_neither() -> None:
    cut, quiet = five_years(False), five_years(True)
    assert {e.organ for e in of(cut.log, "guards_unpaid")} == {"state_security", "police"}
    assert all("trade_cut" in found for found in roots(cut, "guards_unpaid"))
    assert any("trade_cut" in found for found in roots(cut, "control_weakens"))
    assert not of(quiet.log, "guards_unpaid")
    assert not of(quiet.log, "rate_slips")


def test_a_crowd_is_followed_back_to_a_lever_and_without_levers_to_none() -> None:
    hungry, quiet = five_years(False, hungry=True), five_years(True)
    assert any("harvest_factor" in found for found in roots(hungry, "incident")[:40])
    assert of(quiet.log, "incident")
    assert not any(e.origin for event in of(quiet.log, "incident") for e in why(quiet.log, event.id).roots())


def test_five_years_are_told_in_few_records() -> None:
    for hungry, least in ((False, 2), (True, 10)):
        told = [e for e in five_years(False, hungry).log if e.kind in indicators.KINDS]
        assert least <= len(told) <= 40


def test_organs_are_named_as_in_a_sentence():
    assert [indicators.capital(indicators.called(o)) for o in ("state_security", "police", "army")] == [
        "State security",
        "The police",
        "The army",
    ]
