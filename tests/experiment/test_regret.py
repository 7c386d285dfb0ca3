import json

import numpy as np
import pandas as pd
import pytest
from tests.experiment import synthetic

from custodes.errors import BadInput
from custodes.experiment.at_risk import AtRisk
from custodes.experiment.effects import About
from custodes.experiment.regret import regret, regrets, satisfied

HUNGER = About("food_stress", "share", "", "level", "lower", True)
PAY = About("income", "won", "", "level", "higher")
COLOUR = About("colour", "", "", "level", "")
PLANS = ("baseline", "aid", "edict")


def frame(hunger, pay=None):
    """One row a run from {plan: values by country}; two lucks a point."""
    rows = []
    for plan, values in hunger.items():
        for i, v in enumerate(values):
            rows.append(
                {
                    "country": i,
                    "point": i // 2,
                    "luck": i % 2,
                    "plan": plan,
                    "food_stress": v,
                    "income": (pay or hunger)[plan][i],
                }
            )
    return pd.DataFrame(rows)


def twelve(*values):
    """The same in twelve points of two lucks, whose average is the value."""
    return [v + d for v in values for _ in range(12 // len(values)) for d in (-0.01, 0.01)]


STUDY = frame({"baseline": twelve(1.0, 4.0), "aid": twelve(2.0, 2.0), "edict": twelve(3.0, 1.0)})


def row(r, plan, measure="food_stress"):
    return r.frame.set_index(["measure", "plan"]).loc[(measure, plan)]


def test_regret_is_against_the_best_plan_of_the_same_country():
    assert regrets(np.array([[1.0, 4.0], [2.0, 2.0]]), "lower").tolist() == [[0.0, 2.0], [1.0, 0.0]]
    assert regrets(np.array([[1.0, 4.0], [2.0, 2.0]]), "higher").tolist() == [[1.0, 0.0], [0.0, 2.0]]


def test_each_criterion_chooses_as_on_paper():
    r = regret(STUDY, PLANS, [HUNGER], {"food_stress": 2.5})
    assert [row(r, p)["largest_regret"] for p in PLANS] == pytest.approx([3.0, 1.0, 2.0])
    assert [row(r, p)["regret"] for p in PLANS] == pytest.approx([1.5, 1.0, 1.0])
    assert [row(r, p)["satisfied"] for p in PLANS] == [0.5, 1.0, 0.5]
    choice = r.choices.iloc[0]
    assert choice["minimax_regret"] == ["aid"]
    assert choice["least_mean_regret"] == ["aid", "edict"]
    assert choice["widest_domain"] == ["aid"]
    assert choice["minimax_regret_again"] > 0.95


def test_lucks_of_a_point_are_averaged_before_anything_is_regretted():
    r = regret(STUDY, PLANS, [HUNGER])
    assert row(r, "aid")["n"] == 12
    assert row(r, "aid")["regret"] == pytest.approx(1.0)


def test_without_a_threshold_a_plan_must_be_no_worse_than_the_baseline_there():
    assert satisfied(np.array([[1.0, 4.0], [2.0, 2.0]]), "lower", None).tolist() == [[1.0, 1.0], [0.0, 1.0]]
    r = regret(STUDY, PLANS, [HUNGER])
    assert [row(r, p)["satisfied"] for p in PLANS] == [1.0, 0.5, 0.5]
    assert r.choices.iloc[0]["widest_domain"] == ["aid", "edict"]


def test_intervals_are_of_points_and_hold_the_truth_about_as_often_as_they_say():
    held = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        x = np.repeat(rng.random(60), 2)
        r = row(
            regret(frame({"baseline": x, "aid": 0.5 + 0 * x}), ("baseline", "aid"), [HUNGER], {"food_stress": 0.3}),
            "baseline",
        )
        held.append([r["satisfied_low"] <= 0.3 <= r["satisfied_high"], r["regret_low"] <= 0.125 <= r["regret_high"]])
    assert (np.mean(held, axis=0) >= 0.88).all()


def test_a_threshold_that_is_always_met_still_has_an_interval():
    r = row(regret(STUDY, PLANS, [HUNGER], {"food_stress": 9.0}), "aid")
    assert r["satisfied"] == 1.0
    assert r["satisfied_low"] == pytest.approx(0.05 ** (1 / 12))


def test_suffering_is_there_whatever_was_asked_for():
    r = regret(STUDY, PLANS, [HUNGER, PAY], wanted=["income"])
    assert set(r.frame["measure"]) == {"food_stress", "income"}


def test_all_thresholds_at_once_are_met_no_more_often_than_each():
    r = regret(STUDY, PLANS, [HUNGER, PAY], {"food_stress": 2.5, "income": 3.5})
    assert [a["satisfied"] for a in r.content["all"]] == [0.0, 0.0, 0.0]


def test_a_measure_without_a_better_side_cannot_be_regretted_and_wrong_names_are_mended():
    with pytest.raises(BadInput, match="neither side of 'colour' is better"):
        regret(STUDY, PLANS, [HUNGER, COLOUR], wanted=["colour"])
    with pytest.raises(BadInput, match="Did you mean 'income'"):
        regret(STUDY, PLANS, [HUNGER, PAY], {"incom": 1.0})
    with pytest.raises(BadInput, match="too few to speak of regret"):
        regret(STUDY[STUDY["country"] < 6], PLANS, [HUNGER])


def test_a_whole_study_is_plain_json_with_one_sentence_a_measure():
    made = synthetic.made(100)
    r = regret(made.frame, synthetic.PLANS, synthetic.abouts())
    json.dumps(r.to_dict(), allow_nan=False)
    assert r.content["left_out"] == [3, 8]
    assert "By executions nothing is regretted" in r.content["words"]
    assert "By food stress the largest regret is smallest under aid" in r.content["words"]


def test_countries_that_fell_before_any_policy_acted_are_told():
    kept = STUDY[STUDY["country"] >= 2]
    r = regret(AtRisk(kept, 52, (0, 1)), PLANS, [HUNGER])
    assert r.content["fell_before"] == [0, 1]
    assert r.content["countries"] == STUDY["country"].nunique() - 2
    first = str(r.content["words"]).splitlines()[0]
    assert first.startswith(
        f"{r.content['countries']} possible countries under 3 plans. 2 further countries had broken down"
    )
