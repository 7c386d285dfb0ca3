import numpy as np
import pytest
from tests.experiment.axes import TOY, Even, Theory

from custodes.errors import BadInput
from custodes.experiment import groups
from custodes.experiment.groups import LUCK, REST


def test_a_mechanism_is_a_group_a_theory_is_alone_and_luck_comes_last():
    made = groups.groups_of(TOY)
    assert [(g.name, g.kind, len(g.members)) for g in made] == [
        ("fear", "mechanism", 2),
        ("pay", "mechanism", 2),
        ("purge.theory", "theory", 1),
        (LUCK, "luck", 0),
    ]


def test_each_unknown_can_be_a_group_of_its_own():
    assert [g.name for g in groups.groups_of(TOY, each=True, luck=False)] == [a.name for a in TOY]


def test_nothing_uncertain_is_refused():
    with pytest.raises(BadInput, match="nothing uncertain but luck"):
        groups.groups_of(())


def test_what_is_not_chosen_goes_on_varying_as_one_group():
    made = groups.kept(groups.groups_of(TOY), ["pay"])
    assert [g.name for g in made] == ["pay", REST, LUCK]
    assert made[1].names == ["fear.a", "fear.b", "purge.theory"]


def test_an_unknown_group_is_refused_with_the_nearest_name():
    with pytest.raises(BadInput, match="Did you mean 'fear'"):
        groups.kept(groups.groups_of(TOY), ["feer"])


def test_points_hold_every_unknown_by_its_own_value_and_the_luck_they_are_given():
    made = groups.groups_of((Even("a.x", 10.0, 20.0), Theory("b.t")))
    points = groups.points_of(made, np.array([[0.25, 0.75, 0.1], [0.5, 0.0, 0.2]]))
    assert points[0] == {"a.x": 12.5, "b.t": "scapegoat", LUCK: "0.1"}
    assert points[1]["b.t"] == "rivalry"


def test_a_function_that_loses_points_is_found_out():
    with pytest.raises(ValueError, match="2 points gave 1"):
        groups.outputs(lambda points: np.zeros(1), [{}, {}])
