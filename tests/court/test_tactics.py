"""The grammar of tactics: what a condition finds, what a file may say, and that a leader and a neighbour live by YAML alone."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import custodes as cu
from custodes.actors.cast import Cast
from custodes.actors.levers import LEVERS
from custodes.actors.tactics import Seen, causes, figures, intensity, judge
from custodes.engine.step import Week
from custodes.errors import BadScenario
from custodes.observe.events import EventLog
from custodes.scenario.actors import actors_in, default_leader
from custodes.scenario.tactics import BY_ORGAN, NATIONAL, Condition, Tactic
from custodes.week import parameters_of
from custodes.world.columns import COURT_ORGANS
from tests.court.alone import court

EVENTS = {"purge": [("purge-2", 3.0), ("purge-1", 1.0)], "scandal": [("scandal-1", 0.2)]}


def seen(values: dict[str, float] | None = None, means: dict[str, float] | None = None, **organs: Any) -> Seen:
    """What an actor sees: given values, and blame of the organs."""

    def events(kind: str, weeks: int, organ: str | None) -> Sequence[tuple[str, float]]:
        return EVENTS.get(kind, [])

    by_organ = {name: organs.get(name, [0.0] * 10) for name in BY_ORGAN}
    return Seen({**dict.fromkeys(NATIONAL, 0.0), **(values or {})}, means or {}, by_organ, events)


def condition(**fields: Any) -> Condition:
    return Condition.model_validate(fields)


def organs(**values: float) -> list[float]:
    return [values.get(name, 0.0) for name in COURT_ORGANS]


# --- conditions --------------------------------------------------------------------------------------------------------


def test_severity_is_the_value_over_its_bound_and_has_a_ceiling() -> None:
    above = condition(indicator="unrest", above=0.4)
    assert judge(above, seen({"unrest": 0.39})) is None
    for value, severity in ((0.4, 1.0), (0.6, 1.5), (5.0, 2.0)):
        found = judge(above, seen({"unrest": value}))
        assert found is not None
        assert found.severity == pytest.approx(severity)
    below = judge(condition(indicator="reserve_weeks", below=26), seen({"reserve_weeks": 20.0}))
    assert below is not None
    assert below.severity == pytest.approx(1.3)
    empty = judge(condition(indicator="reserve_weeks", below=26), seen({"reserve_weeks": 0.0}))
    assert empty is not None
    assert empty.severity == 2.0


def test_a_trend_is_measured_against_the_long_mean() -> None:
    dear = condition(indicator="rice_price", above=1.3, times="mean")
    assert judge(dear, seen({"rice_price": 6400.0}, {"rice_price": 5000.0})) is None
    found = judge(dear, seen({"rice_price": 6600.0}, {"rice_price": 5000.0}))
    assert found is not None
    assert figures(found) == "rice price 6,600, at least 1.3 times its mean of 5,000"


def test_the_organ_where_it_is_worst_is_found_and_all_conditions_mean_the_same_one() -> None:
    both = condition(all=[{"indicator": "blame", "above": 0.5}, {"indicator": "culprit_weeks", "above": 52}])
    blame, weeks = organs(state_security=0.9, police=0.6), organs(state_security=10.0, police=60.0)
    found = judge(both, seen(blame=blame, culprit_weeks=weeks))
    assert found is not None
    assert COURT_ORGANS[found.organ] == "police"
    assert found.severity == pytest.approx(60 / 52)
    assert figures(found) == "blame of police 0.6, at least 0.5; weeks without a culprit of police 60, at least 52"
    assert causes(found, seen(blame=blame, culprit_weeks=weeks)) == ["scandal-1"]
    assert judge(both, seen(blame=blame, culprit_weeks=organs(state_security=10.0))) is None


def test_one_of_several_is_enough_and_the_most_severe_speaks() -> None:
    either = condition(any=[{"indicator": "unrest", "above": 0.4}, {"indicator": "anger", "above": 0.2}])
    found = judge(either, seen({"unrest": 0.5, "anger": 0.3}))
    assert found is not None
    assert figures(found) == "anger 0.3, at least 0.2"
    assert judge(either, seen()) is None


def test_an_event_counts_one_by_its_size_or_by_its_absence() -> None:
    for fields, event in (({}, "purge-2"), ({"smaller": 2}, "purge-1")):
        found = judge(condition(event="purge", **fields), seen())
        assert found is not None
        assert causes(found, seen()) == [event]
    assert judge(condition(event="purge", larger=4), seen()) is None
    assert judge(condition(event="purge", none=True), seen()) is None
    quiet = judge(condition(event="coup", none=True, within_weeks=26), seen())
    assert quiet is not None
    assert figures(quiet) == "no coup for 26 weeks"


NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)
LEAF = st.builds(
    lambda name, bound, above: {"indicator": name, ("above" if above else "below"): bound},
    st.sampled_from([*NATIONAL, *BY_ORGAN]),
    NUMBERS,
    st.booleans(),
)
TREE = st.recursive(
    LEAF,
    lambda inner: st.builds(
        lambda kind, of: {kind: of}, st.sampled_from(["any", "all"]), st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(tree=TREE, value=NUMBERS, blame=st.lists(NUMBERS, min_size=10, max_size=10))
def test_any_condition_gives_a_finite_severity_that_agrees_with_its_intensity(
    tree: dict[str, Any], value: float, blame: list[float]
) -> None:
    given_ = seen(dict.fromkeys(NATIONAL, value), {}, **dict.fromkeys(BY_ORGAN, blame))
    parsed = Condition.model_validate(tree)
    found = judge(parsed, given_)
    strength = intensity(parsed, given_)
    assert 0.0 <= strength <= 2.0
    if found is not None:
        assert 0.0 <= found.severity <= 2.0
        assert figures(found)


# --- files -------------------------------------------------------------------------------------------------------------

TACTIC = {
    "name": "shut-markets",
    "title": "shuts markets down",
    "when": {"indicator": "market", "above": 0.01},
    "do": [{"lever": "market_tolerance", "add": -0.2, "least": 0.5, "weeks": 6}, {"lever": "market_closure"}],
    "cooldown_weeks": 12,
    "because": "trade has grown",
}
POWER = {
    "name": "east",
    "title": "Eastland",
    "source": "invented",
    "grade": "D",
    "tactics": [
        {
            "name": "feed",
            "does": "sends grain",
            "weight": 1,
            "lasts": 8,
            "effects": [{"lever": "aid_grain", "add": 1000000}],
        }
    ],
}


def land(folder: Path, actors: Any) -> cu.Scenario:
    """Toyland with other actors."""
    source = cu.load("toyland").folder / "scenario.yaml"
    (folder / "scenario.yaml").write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "actors.yaml").write_text(json.dumps(actors), encoding="utf-8")
    return cu.load(folder)


def play(scenario: cu.Scenario, weeks: int) -> tuple[EventLog, list[Any], list[Any]]:
    """The cast of a scenario over a court that stands still: the log, the levers and the deeds of each week."""
    world, _, levers = court(1)
    p, cast, log = parameters_of(scenario.parameters), Cast.of(scenario), EventLog(world.start)
    seen_levers, deeds = [], []
    for number in range(-1, weeks):
        world.week = number
        log.begin_week(number)
        date = world.start + np.timedelta64(7 * number, "D")
        week = Week(number, number % 52, 2017, date, False, levers, log)
        cast.act(world, week, p)
        cast.observe(world, week, p)
        seen_levers.append(week.levers)
        deeds.append(week.deeds)
    return log, seen_levers[1:], deeds[1:]


def test_a_new_leader_and_a_new_neighbour_act_from_yaml_alone(tmp_path: Path) -> None:
    scenario = land(tmp_path, {"leader": {"replace": True, "tactics": [TACTIC]}, "powers": [POWER]})
    assert [t.name for t in scenario.actors.leader.tactics] == ["shut-markets"]
    log, levers, deeds = play(scenario, 14)
    leader = [e for e in log if e.origin == "leader: shut-markets"]
    assert [(e.week, e.lever) for e in leader] == [
        (0, "market_tolerance"),
        (0, "market_closure"),
        (12, "market_tolerance"),
        (12, "market_closure"),
    ]
    assert leader[0].text.startswith("The Regent shuts markets down: trade has grown (market ")
    assert leader[1].causes == (leader[0].id,)
    base = cu.load("toyland").levers.market_tolerance
    assert [round(base - x.market_tolerance, 6) for x in levers] == [0.2] * 6 + [0.0] * 6 + [0.2] * 2
    assert [x.market_closure for x in levers] == [1.0] + [0.0] * 11 + [1.0, 0.0]
    assert [d.lever for d in deeds[0]] == ["market_tolerance", "market_closure", "aid_grain"]
    assert levers[0].aid_grain == pytest.approx(1e6 * scenario.scale)
    assert any(e.text.startswith("Eastland sends grain") for e in log)


def test_a_scenario_amends_its_leader_by_name(tmp_path: Path) -> None:
    change = {"name": "inquire", "cooldown_weeks": 99}
    leader = {"acts_every": 13, "drop": ["feed"], "tactics": [change, TACTIC], "sees": {"rights": {"error": 0.5}}}
    amended = land(tmp_path, {"leader": leader}).actors.leader
    shipped = {t.name: t for t in default_leader().tactics}
    assert amended.acts_every == 13
    assert amended.most_actions == default_leader().most_actions
    assert [t.name for t in amended.tactics] == [n for n in shipped if n != "feed"] + ["shut-markets"]
    inquire = next(t for t in amended.tactics if t.name == "inquire")
    assert inquire == shipped["inquire"].model_copy(update={"cooldown_weeks": 99})


def test_what_the_leader_will_do_leaves_the_burnt_in_country_alone_but_how_he_sees_does_not(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    plain = land(folders[0], {})
    other = land(folders[1], {"leader": {"replace": True, "tactics": [TACTIC]}})
    blind = land(folders[2], {"leader": {"sees": {"rights": {"error": 2}}}})
    assert plain.burn_in_digest == other.burn_in_digest != blind.burn_in_digest
    assert len({x.digest for x in (plain, other, blind)}) == 3
    scripted = plain.with_settings(["leader.mode=scripted"])
    assert scripted.burn_in_digest == plain.burn_in_digest
    assert scripted.digest != plain.digest


def changed(**fields: Any) -> dict[str, Any]:
    return {"leader": {"tactics": [{**TACTIC, **fields}]}}


def doing(**fields: Any) -> dict[str, Any]:
    return changed(do=[fields])


BAD = [
    (changed(when={"indicator": "wether", "above": 1}), "'wether' is not an indicator"),
    (changed(when={"indicator": "market"}), "either 'above' or 'below'"),
    (changed(when={"indicator": "market", "above": 1, "below": 2}), "either 'above' or 'below'"),
    (changed(when={"indicator": "market", "above": 1, "event": "coup"}), "exactly one of"),
    (changed(when={}), "exactly one of"),
    (changed(when={"any": []}), "any"),
    (changed(when={"event": "rain"}), "'rain' is not an event"),
    (changed(when={"event": "coup", "above": 1}), "belong to an indicator"),
    (changed(when={"indicator": "unrest", "above": 1, "larger": 2}), "belong to an event"),
    (changed(when={"indicator": "blame", "above": 1, "times": "mean"}), "has no long mean"),
    (changed(when={"indicator": "unrest", "organ": "police", "above": 1}), "holds for the country"),
    (changed(when={"indicator": "blame", "organ": "navy", "above": 1}), "navy"),
    (doing(lever="market_tolerence", add=1), "Did you mean 'market_tolerance'"),
    (doing(lever="market_tolerance"), "exactly one of 'add', 'times' and 'to'"),
    (doing(lever="market_tolerance", add=1, to=1), "exactly one of 'add', 'times' and 'to'"),
    (doing(lever="market_tolerance", to=99), "outside 0 to 1.5"),
    (doing(lever="talks", add=1), "acts at once"),
    (doing(lever="edict"), "needs 'organ'"),
    (doing(lever="edict", organ="there"), "needs an indicator by organ"),
    (doing(lever="talks", organ="police"), "has no 'organ'"),
    (doing(lever="talks", who="suspect"), "belongs to 'purge'"),
    (doing(lever="talks", fate="prison"), "belong to 'purge'"),
    (doing(lever="purge", who="suspect", fate="exile"), "fate"),
    (doing(lever="ration_priority", to=1), "not a lever or a deed here"),
    (doing(lever="levy_extra", add=float("1e400")), "finite"),
    (doing(lever="levy_extra", add=True), "must be a number, not true"),
    (changed(priority="high"), "must be a number"),
    (changed(weight=1.5), "weight"),
    (changed(colour="red"), "'colour': is not a field here"),
    (changed(shares_pause_with=["nobody"]), "which is not a tactic"),
    (changed(cooldown_weeks=1.5), "whole number"),
    (changed(title=""), "title"),
    (changed(name="Shut Markets"), "short plain name"),
    ({"leader": {"tactics": [TACTIC, TACTIC]}}, "two tactics have the name"),
    ({"leader": {"tactics": {"name": "x"}}}, "must be a list"),
    ({"leader": {"tactics": ["x"]}}, "mapping with a 'name'"),
    ({"leader": {"tactics": [{"name": "new"}]}}, "is missing"),
    ({"leader": {"drop": ["inquir"]}}, "Did you mean 'inquire'"),
    ({"leader": {"drop": "feed"}}, "must be a list"),
    ({"leader": {"replace": "yes"}}, "true or false"),
    ({"leader": {"acts_evry": 3}}, "Did you mean 'acts_every'"),
    ({"leader": {"acts_every": 0}}, "acts_every"),
    ({"leader": {"sees": {"weather": {}}}}, "not an indicator that is reported"),
    ({"leader": {"sees": {"rights": {"error": -1}}}}, "error"),
    ({"leader": ["x"]}, "must be a mapping"),
    ({"leadre": {}}, "Did you mean 'leader'"),
]


@pytest.mark.parametrize(("file", "said"), BAD, ids=[said for _, said in BAD])
def test_a_wrong_file_is_refused_in_one_sentence_with_its_line(tmp_path: Path, file: Any, said: str) -> None:
    text = json.dumps(file, indent=1).replace("Infinity", "1e400")
    (tmp_path / "actors.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadScenario) as caught:
        actors_in(tmp_path)
    sentence = str(caught.value)
    assert said in sentence
    assert f"{tmp_path.name}/actors.yaml, line " in sentence
    assert sentence.isprintable()


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | NUMBERS | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*Tactic.model_fields, "tactics", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(junk=JUNK)
def test_any_junk_for_a_leader_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, junk: Any) -> None:
    folder = tmp_path_factory.mktemp("junk")
    (folder / "actors.yaml").write_text(json.dumps({"leader": junk}), encoding="utf-8")
    said = ""
    try:
        assert actors_in(folder).leader.acts_every >= 1
    except BadScenario as problem:
        said = str(problem)
    assert said == "" or said.isprintable()


def test_the_shipped_leader_has_the_fifteen_tactics_of_the_equations() -> None:
    tactics = {t.name: (t.priority, t.cost, t.cooldown_weeks) for t in default_leader().tactics}
    assert tactics == {
        "strike-first": (10, 1, 8),
        "disperse-crowd": (9, 0.5, 1),
        "order-restraint": (8, 1, 52),
        "inquire": (7, 0.5, 13),
        "feed": (7, 0.5, 8),
        "raise-levies": (6, 1, 26),
        "fight-corruption": (5, 1, 104),
        "shut-out": (6, 0.5, 26),
        "keep-officers": (5, 0.5, 26),
        "bind-envoys": (6, 0.5, 13),
        "watch-border": (4, 0.3, 26),
        "seek-dollars": (5, 0.5, 26),
        "reward": (3, 0, 52),
        "tighten-markets": (3, 0.5, 52),
        "bring-back": (1, 0, 13),
    }
    assert all(a.drift > 0 or a.weeks for t in default_leader().tactics for a in t.do if not is_impulse(a.lever))


def is_impulse(lever: str) -> bool:
    return lever not in LEVERS or LEVERS[lever].impulse
