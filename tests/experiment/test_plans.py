"""Plans: names, unions, crossed factors, and policies that cannot be joined."""

from itertools import combinations
from pathlib import Path

import pytest

from custodes.errors import BadInput, BadScenario, CustodesError
from custodes.experiment import plans as made
from custodes.experiment.plans import BASELINE, NEVER, clash_of, plan, plans
from custodes.scenario.load import Scenario, load
from custodes.scenario.policies import Policy, actions_of, policies

#: Shipped policies that hold the same lever in the same weeks, and that lever.
CLASHES = {
    ("aid", "engagement"): "aid_dollars",
    ("engagement", "sanctions"): "trade_cut",
    ("information", "rights-information"): "broadcast_reach",
    ("market-crackdown", "market-tolerance"): "market_tolerance",
    ("rights-order", "rights-order-unenforced"): "rights_order",
}


@pytest.fixture(scope="module")
def toyland() -> Scenario:
    return load("toyland")


def of_actions(*actions: dict[str, object], name: str = "p") -> Policy:
    told = {"name": name, "title": name, "rationale": "a test", "source": "reasoned", "actions": list(actions)}
    return Policy.model_validate(told)


def clash(scenario: Scenario, a: dict[str, object], b: dict[str, object]) -> str | None:
    found = clash_of(actions_of(of_actions(a), scenario.start), actions_of(of_actions(b), scenario.start))
    return None if found is None else found.lever


def written(folder: Path, name: str, lever: str, value: float, title: str = "t", file: str = "") -> str:
    path = folder / (file or f"{name}.yaml")
    path.write_text(
        f"name: {name}\ntitle: {title}\nrationale: r\nsource: reasoned\n"
        f"actions:\n  - {{week: 3, lever: {lever}, value: {value}}}\n"
    )
    return str(path)


# --- names ------------------------------------------------------------------------------------------------------------


def test_the_baseline_comes_first_and_does_nothing(toyland: Scenario) -> None:
    first, second = plans(toyland, ["aid"])
    assert (first.name, first.policies, first.first_week) == (BASELINE, (), NEVER)
    assert (second.name, second.first_week) == ("aid", 52)
    assert second.sources
    assert second.rationale


def test_every_shipped_policy_is_a_plan(toyland: Scenario) -> None:
    assert [p.name for p in plans(toyland, policies())] == [BASELINE, *(p for p in policies() if p != BASELINE)]


def test_a_union_has_both_policies_and_the_first_week_of_either(toyland: Scenario, tmp_path: Path) -> None:
    early = written(tmp_path, "early", "raids", 0.5)
    union = plan(toyland, f"aid+{early}")
    assert union.name == "aid+early"
    assert [p.name for p in union.policies] == ["aid", "early"]
    assert union.first_week == 3
    assert plan(toyland, "baseline+aid").name == "aid"


def test_two_factors_make_three_plans_and_three_make_seven(toyland: Scenario) -> None:
    two = plans(toyland, [], ["sanctions", "information"])
    assert [p.name for p in two] == [BASELINE, "sanctions", "information", "sanctions+information"]
    three = plans(toyland, [], ["sanctions", "information", "edict"])
    assert len(three) == 8
    assert three[-1].name == "sanctions+information+edict"
    assert len({frozenset(p.name.split("+")) for p in three}) == 8


def test_a_plan_asked_for_twice_is_one(toyland: Scenario) -> None:
    asked = plans(toyland, ["information+sanctions", "information", "baseline"], ["sanctions", "information"])
    assert [p.name for p in asked] == [BASELINE, "information+sanctions", "information", "sanctions"]


def test_a_policy_file_may_have_any_name(toyland: Scenario, tmp_path: Path) -> None:
    path = written(tmp_path, "mine", "raids", 0.5, file="one+two.yaml")
    assert [p.name for p in plans(toyland, [path])] == [BASELINE, "mine"]


# --- what cannot be ---------------------------------------------------------------------------------------------------


def test_wrong_plans_are_said_in_one_sentence(toyland: Scenario, tmp_path: Path) -> None:
    one, other = (written(tmp_path, "mine", "raids", v, file=f"{v}.yaml") for v in (0.5, 0.6))
    false = written(tmp_path, "baseline", "raids", 0.5, file="false.yaml")
    wrong: list[tuple[list[str], list[str], str]] = [
        ([], [], "nothing to compare"),
        (["baseline"], [], "nothing to compare"),
        (["sanctoins"], [], "Did you mean 'sanctions'"),
        (["aid+"], [], "has an empty part"),
        (["aid+aid"], [], "names a policy twice"),
        ([f"{one}+{other}"], [], "names a policy twice"),
        ([one, other], [], "two different policies are called 'mine'"),
        ([false], [], "two different policies are called 'baseline'"),
        ([], ["aid"], "crosses two or three"),
        ([], ["aid", "edict", "sanctions", "living-wage"], "crosses two or three"),
        ([], ["aid", "engagement"], "both set aid_dollars"),
    ]
    for names, factorial, said in wrong:
        with pytest.raises((BadInput, BadScenario)) as problem:
            plans(toyland, names, factorial)
        assert said in str(problem.value)
        assert "\n" not in str(problem.value)


def test_too_many_plans_are_refused(toyland: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "MOST_PLANS", 3)
    with pytest.raises(BadInput, match="4 plans are more than 3"):
        plans(toyland, ["aid", "edict", "sanctions"])


@pytest.mark.parametrize("name", ["toyland", "dprk/2012", "dprk/2017"])
def test_which_shipped_policies_cannot_be_joined(name: str) -> None:
    scenario = load(name)
    found = {}
    for pair in combinations(policies(), 2):
        try:
            plan(scenario, "+".join(pair))
        except CustodesError as problem:
            found[pair] = str(problem)
    assert set(found) == set(CLASHES)
    for (a, b), said in found.items():
        assert f"'{a}' and '{b}' both set {CLASHES[a, b]}" in said
        assert "side by side" in said


LEVEL = {"week": 10, "lever": "trade_cut", "value": 0.5}
ORDER = {"week": 10, "lever": "rights_order", "organ": "police", "value": 0.5}


@pytest.mark.parametrize(
    ("a", "b", "clashes"),
    [
        (LEVEL, LEVEL | {"week": 300}, True),  # a level without an end holds for good
        (LEVEL | {"weeks": 10}, LEVEL | {"week": 20}, False),  # one ends where the other begins
        (LEVEL | {"weeks": 11}, LEVEL | {"week": 20}, True),
        (LEVEL, {"week": 10, "lever": "trade_leak", "value": 0.5}, False),
        (ORDER, ORDER | {"organ": "state_security"}, False),
        (ORDER, ORDER | {"organ": "all"}, True),
        (ORDER, ORDER | {"organ": ["cadres", "police"]}, True),
        (ORDER, ORDER | {"week": 11}, False),  # an impulse is gone after its week
        (ORDER | {"every_weeks": 3, "weeks": 30}, ORDER | {"week": 16}, True),
        (ORDER | {"every_weeks": 3, "weeks": 30}, ORDER | {"week": 17}, False),
        (LEVEL | {"every_weeks": 8, "weeks": 40}, LEVEL | {"week": 49, "weeks": 2}, True),
    ],
)
def test_clashes_are_of_lever_organ_and_weeks(
    toyland: Scenario, a: dict[str, object], b: dict[str, object], clashes: bool
) -> None:
    assert (clash(toyland, a, b) is not None) == clashes
    assert (clash(toyland, b, a) is not None) == clashes


def test_dates_and_weeks_meet(toyland: Scenario) -> None:
    import datetime

    start = toyland.start.astype(datetime.date)
    dated = {"date": start + datetime.timedelta(weeks=12), "lever": "trade_cut", "value": 0.4}
    dated |= {"until": start + datetime.timedelta(weeks=14)}
    assert clash(toyland, dated, LEVEL) == "trade_cut"
    assert clash(toyland, dated, LEVEL | {"week": 14}) is None
