"""Parameters: order of parts, overrides, scaling, settings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.errors import BadInput, BadScenario
from custodes.scenario.load import load
from custodes.scenario.parameters import Parameters, bounds, default_parameters, read_group
from custodes.scenario.reading import parse_yaml

GROUP = """
need:
  meaning: what an agent needs
  unit: won/week
  value: {police: 2, cadres: 3, state_security: 1}
  prior: {lognormal: {median: 1, sigma: 0.3}}
  source: reasoned
  grade: D
share:
  meaning: a share
  unit: share
  value: 0.5
  prior: {beta: {a: 2, b: 2}}
  source: reasoned
  grade: D
shift:
  meaning: may be below zero
  unit: number
  value: -0.5
  prior: {normal: {mean: -0.5, sd: 0.1}}
  source: reasoned
  grade: D
stock:
  meaning: grows with the country
  unit: tonnes
  value: 1000
  prior: {fixed: true}
  source: reasoned
  grade: D
  extensive: true
"""


@pytest.fixture
def group() -> Parameters:
    return Parameters(read_group(parse_yaml(GROUP, "test.yaml"), "test"))


def test_parts_come_in_the_canonical_order(group: Parameters) -> None:
    assert group.group("test")["need"] == (1.0, 2.0, 3.0)
    assert group.value("test.need.police") == 2.0


def test_a_part_can_be_changed_alone_and_one_number_fills_all(group: Parameters) -> None:
    assert group.with_values({"test.need.police": 9}).value("test.need") == (1.0, 9.0, 3.0)
    assert group.with_values({"test.need": 7}).value("test.need") == (7.0, 7.0, 7.0)
    assert group.with_values({"test.need": {"cadres": 6, "police": 5, "state_security": 4}}).value("test.need") == (
        4.0,
        5.0,
        6.0,
    )


def test_a_change_is_remembered_and_changes_the_digest(group: Parameters) -> None:
    changed = group.with_values({"test.share": 0.25})
    assert (changed["test.share"].default, changed["test.share"].origin) == (0.5, "set")
    assert changed.digest != group.digest
    assert changed.with_values({"test.share": 0.5}).digest == group.digest
    assert group.value("test.share") == 0.5


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("test.share", 1.5),
        ("test.share", -0.1),
        ("test.need", -1),
        ("test.stock", 2e6),
        ("test.share", True),
        ("test.share", "x"),
        ("test.need", [1, 2]),
        ("test.need", {"police": 1}),
        ("test.nothing", 1),
        ("test.share.police", 1),
        ("test.share", float("inf")),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(group: Parameters, name: str, value: object) -> None:
    with pytest.raises(BadInput):
        group.with_values({name: value})


def test_only_totals_scale_and_only_where_nobody_chose(group: Parameters) -> None:
    half = group.scaled(0.5)
    assert (half.value("test.stock"), half.value("test.need")) == (500.0, (1.0, 2.0, 3.0))
    assert group.with_values({"test.stock": 800}).scaled(0.5).value("test.stock") == 800.0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("grade: D", "grade: E", "'A', 'B', 'C' or 'D'"),
        ("value: 0.5", "value: .nan", "not a finite number"),
        ("value: 0.5", "value: 1e999", "finite number"),
        ("value: 0.5", "value: true", "not true"),
        ("value: 0.5", "value: [1, x]", "'value 2': must be a number"),
        ("prior: {fixed: true}", "prior: {}", "exactly one"),
        ("prior: {fixed: true}", "prior: {uniform: {low: 2, high: 1}}", "'low' must be below 'high'"),
        ("prior: {fixed: true}", "prior: {gamma: {a: 1}}", "'gamma': is not a field"),
        ("unit: share", "units: share", "Did you mean 'unit'"),
        ("source: reasoned", "source: a b c", "short plain name"),
    ],
)
def test_a_wrong_group_file_is_answered_with_its_line(old: str, new: str, said: str) -> None:
    assert old in GROUP
    with pytest.raises(BadScenario) as caught:
        read_group(parse_yaml(GROUP.replace(old, new, 1), "test.yaml"), "test")
    assert said in str(caught.value)
    assert "test.yaml, line " in str(caught.value)


def test_every_shipped_parameter_is_inside_its_own_bounds() -> None:
    for p in default_parameters():
        low, high = bounds(p)
        values = [p.value] if not isinstance(p.value, tuple) else list(p.value)
        while any(isinstance(v, tuple) for v in values):
            values = [x for v in values for x in (v if isinstance(v, tuple) else [v])]
        assert all(low <= v <= high for v in values), p.name


def test_every_shipped_parameter_survives_being_set_to_itself() -> None:
    parameters = default_parameters()
    again = parameters.with_values({p.name: p.value for p in parameters})
    assert again.digest == parameters.digest


def test_a_scenario_overrides_with_its_own_source() -> None:
    p = load("toyland").parameters["fear.decay"]
    assert (p.value, p.source, p.origin, p.default) == (0.05, "invented", "scenario", 0.04)


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_setting_is_kept_as_it_is_or_refused(value: float) -> None:
    parameters = default_parameters()
    if 0 <= value <= 1:
        assert parameters.with_values({"fear.decay": value}).value("fear.decay") == value
    else:
        with pytest.raises(BadInput, match=r"fear\.decay"):
            parameters.with_values({"fear.decay": value})
