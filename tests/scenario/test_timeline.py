"""Which lever holds when."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.actors import levers as levers_module
from custodes.actors.levers import DEFAULTS, LEVERS, RATION_PRIORITY, LeverValues, lever_table, priority_codes
from custodes.errors import BadInput
from custodes.scenario.load import load, load_policy
from custodes.scenario.parameters import parse_settings
from custodes.scenario.policies import policies
from custodes.scenario.sources import sources
from custodes.scenario.timeline import Action, Timeline, setting_actions, week_of

MONDAY = np.datetime64("2017-01-02")


def action(
    lever: str, week: int, value: Any, until: int | None = None, organ: str | None = None, **more: Any
) -> Action:
    return Action(f"a{week}", week, MONDAY + np.timedelta64(7 * week, "D"), lever, organ, value, until, "test", **more)


def test_untouched_levers_have_their_defaults() -> None:
    assert Timeline().levers_at(-500) == DEFAULTS
    assert DEFAULTS.ration_priority == RATION_PRIORITY
    assert DEFAULTS.guards_pay.tolist() == [0.0, 0.0, 0.0]


def test_a_level_ends_and_the_one_below_returns() -> None:
    timeline = Timeline([action("raids", 0, 2.0), action("raids", 10, 5.0, until=20)])
    assert [timeline.levers_at(w).raids for w in (-1, 0, 9, 10, 19, 20, 99)] == [1, 2, 2, 5, 5, 2, 2]


def test_of_two_the_later_wins_whatever_their_order_in_the_file() -> None:
    first, second = action("raids", 5, 3.0), action("raids", 2, 7.0)
    assert Timeline([first, second]).levers_at(9).raids == Timeline([second, first]).levers_at(9).raids == 3.0


def test_an_impulse_acts_in_its_week_only() -> None:
    timeline = Timeline([action("rights_order", 4, 0.7, organ="police")])
    assert timeline.levers_at(4).rights_order.tolist() == [0.0, 0.7, 0.0]
    assert not timeline.levers_at(3).rights_order.any()
    assert not timeline.levers_at(5).rights_order.any()


def test_organs_are_moved_apart_and_together() -> None:
    timeline = Timeline(
        [action("organ_revenue_cut", 0, 0.5, organ="all"), action("organ_revenue_cut", 3, 0.9, organ="cadres")]
    )
    assert timeline.levers_at(3).organ_revenue_cut.tolist() == [0.5, 0.5, 0.9]


def test_what_is_set_wins_over_everything_from_the_start_and_leaves_the_burn_in() -> None:
    values, levers = parse_settings(["trade_cut=0.5", "guards_pay.police=1", "ration_priority=army,police"])
    assert values == {}
    timeline = Timeline([action("trade_cut", -9, 0.1), action("trade_cut", 30, 0.9)]).with_actions(
        setting_actions(levers, MONDAY)
    )
    assert [timeline.levers_at(w).trade_cut for w in (-1, 0, 40)] == [0.1, 0.5, 0.5]
    assert timeline.levers_at(1).guards_pay.tolist() == [0.0, 1.0, 0.0]
    assert timeline.levers_at(1).ration_priority == (7, 1, 0, 3, 2, 4, 5, 6)
    assert timeline.before(0).levers_at(40).trade_cut == 0.1


def test_an_action_starts_once() -> None:
    timeline = Timeline([action("raids", 3, 2.0), action("edict", 3, 1.0, organ="all")])
    assert len(timeline.starting(3)) == 2
    assert timeline.starting(4) == []


@pytest.mark.parametrize(
    ("date", "week"), [("2017-01-02", 0), ("2017-01-08", 0), ("2017-01-09", 1), ("2017-01-01", -1), ("2016-12-25", -2)]
)
def test_a_date_belongs_to_the_week_that_holds_it(date: str, week: int) -> None:
    assert week_of(np.datetime64(date), MONDAY) == week


LEVELS = [x.name for x in LEVERS.values() if not x.impulse and not x.per_organ and x.name != "ration_priority"]
actions = st.lists(
    st.builds(
        lambda lever, week, share, length: action(
            lever,
            week,
            LEVERS[lever].low + share * (LEVERS[lever].high - LEVERS[lever].low),
            week + length if length else None,
        ),
        st.sampled_from(LEVELS[:4]),
        st.integers(-50, 50),
        st.floats(0, 1),
        st.integers(0, 30),
    ),
    max_size=12,
)


@given(actions, st.integers(-60, 100))
def test_the_cache_never_changes_what_holds(entries: list[Action], week: int) -> None:
    warm = Timeline(entries)
    for other in range(-60, 100, 7):
        warm.levers_at(other)
    assert warm.levers_at(week) == Timeline(entries).levers_at(week)


@given(actions, st.integers(-60, 100))
def test_levers_stay_within_their_bounds(entries: list[Action], week: int) -> None:
    values = Timeline(entries).levers_at(week).as_dict()
    for name in LEVELS:
        held = values[name] if isinstance(values[name], list) else [values[name]]
        assert all(LEVERS[name].low <= value <= LEVERS[name].high for value in held)


def test_the_table_lists_every_lever_with_its_bounds_around_its_default() -> None:
    table = lever_table()
    assert len(table) == len(LEVERS) == 47
    for row in table:
        if row["name"] != "ration_priority":
            assert row["low"] <= row["default"] <= row["high"]
        assert row["meaning"]
        assert row["felt_by"]


def test_every_lever_is_felt_and_says_by_what() -> None:
    package = Path(levers_module.__file__).parents[1]
    readers = {f.stem: f.read_text("utf-8") for part in ("mechanisms", "engine") for f in (package / part).glob("*.py")}
    for lever in LEVERS.values():
        name = re.escape(lever.name)
        asked = rf"levers\.{name}\b|\.lever == \"{name}\""  # a level is read; a deed may be carried out instead
        reading = {stem for stem, text in readers.items() if re.search(asked, text)}
        assert reading, lever.name
        said = set(lever.felt_by.split())
        assert said <= set(readers), lever.name
        assert said & reading or lever.name == "promise", (
            lever.name
        )  # a promise is booked by the engine, felt in support


def test_values_cannot_be_given_to_a_lever_that_is_none() -> None:
    with pytest.raises(KeyError):
        LeverValues(raid=2)


@pytest.mark.parametrize("names", [["navy"], ["army", "army"], []])
def test_a_wrong_priority_is_refused(names: list[str]) -> None:
    with pytest.raises(ValueError):
        priority_codes(names)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("trade_cut=2", "outside 0 to 0.98"),
        ("trade_cut.police=0.5", "one value for the country"),
        ("guards_pay.navy=1", "not an organ"),
        ("raids=nan", "finite"),
        ("raids=many", "not a number"),
        ("trade_cutt=0.5", "Did you mean 'trade_cut'"),
        ("trade_cut", "name=value"),
        ("=3", "name=value"),
        ("ration_priority=navy", "not a ration class"),
        ("fear.dekay=0.1", "Did you mean 'fear.decay'"),
        ("fear.decay=2", "outside 0 to 1"),
        ("fear.decay=-1", "outside"),
        ("extortion.need.navy=1", "state_security, police, cadres"),
        ("decay=0.1", "Did you mean 'fear.decay'"),
        ("fear.decay=1e999", "finite"),
        ("extortion.need=1e14", "outside"),
    ],
)
def test_a_wrong_setting_is_answered_in_one_sentence(setting: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_settings([setting])
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=40))
def test_any_setting_is_understood_or_refused(text: str) -> None:
    said = ""
    try:
        parse_settings([text])
    except BadInput as problem:
        said = str(problem)
    assert said == "" or said.isprintable()


@pytest.mark.parametrize("name", policies())
def test_every_shipped_policy_acts_in_every_scenario(name: str) -> None:
    policy = load_policy(name)
    assert policy.name == name
    assert policy.source in sources()
    for country in ("toyland", "dprk/2017"):
        scenario = load(country)
        changed = scenario.with_policy(policy)
        added = [a for a in changed.timeline.actions if a.origin == f"policy:{name}"]
        assert bool(added) == (name != "baseline")
        assert len({a.id for a in changed.timeline.actions}) == len(changed.timeline.actions)
        assert changed.burn_in_digest == scenario.burn_in_digest
        assert (changed.digest == scenario.digest) == (name == "baseline")


def test_an_order_is_renewed_every_half_year_and_the_other_is_not() -> None:
    scenario = load("toyland")
    renewed = scenario.with_policy(load_policy("rights-order")).timeline
    once = scenario.with_policy(load_policy("rights-order-unenforced")).timeline
    assert [renewed.levers_at(w).rights_order[1] for w in (51, 52, 53, 78, 104)] == [0, 0.7, 0, 0.7, 0.7]
    assert [once.levers_at(w).rights_order[1] for w in (52, 78, 104)] == [0.7, 0, 0]


def test_aid_is_scaled_to_a_small_country() -> None:
    policy = load_policy("aid")
    toy, whole = (load(n).with_policy(policy).timeline.levers_at(60).aid_dollars for n in ("toyland", "dprk/2017"))
    assert whole == 1.5e9
    assert toy == pytest.approx(1.5e9 * 40_700 / 25_430_000)
