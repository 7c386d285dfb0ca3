"""Countries that fell before anything was done are left out, and weeks at risk count from the first act."""

from types import SimpleNamespace

import pandas as pd
import pytest
from tests.experiment import synthetic

from custodes.errors import BadResults
from custodes.experiment import verdict
from custodes.experiment.at_risk import at_risk, first_week, standing
from custodes.experiment.comparison import compare
from custodes.experiment.plans import NEVER, Plan


def test_the_first_week_is_the_earliest_of_any_plan_that_acts() -> None:
    baseline, seventh, fourth, early = (Plan(str(w), (), "", "", (), w) for w in (NEVER, 7, 4, -8))
    assert first_week((baseline, seventh, fourth)) == 4
    assert first_week((baseline,)) == 0
    assert first_week((baseline, fourth, early)) == 0


def test_what_fell_before_is_left_out_and_the_rest_count_from_then() -> None:
    rows = [
        (0, "a", 1.0, 40),
        (0, "b", 1.0, 40),
        (1, "a", 1.0, 53),
        (1, "b", 0.0, 260),
        (2, "a", 0.0, 260),
        (2, "b", 0.0, 260),
    ]
    frame = pd.DataFrame(rows, columns=["country", "plan", "breakdown", "exposure"])
    seen = at_risk(frame, 52)
    assert seen.fell_before == (0,)
    assert list(seen.frame["country"]) == [1, 1, 2, 2]
    assert list(seen.frame["exposure"]) == [1, 208, 208, 208]
    assert at_risk(frame, 0).fell_before == ()


def test_a_run_that_ended_at_the_last_week_without_falling_stays() -> None:
    frame = pd.DataFrame({"country": [0], "plan": ["a"], "breakdown": [0.0], "exposure": [30]})
    assert at_risk(frame, 52).fell_before == ()


def test_the_opening_tells_of_them() -> None:
    made = synthetic.made(80)
    about = made.study.__class__(**(made.study.__dict__ | {"first_week": 52, "fell_before": (90, 91)}))
    content = compare(made.frame, made.points, about).to_dict()
    assert content["fell_before"] == [90, 91]
    assert content["runs"] == len(made.frame) + 2 * len(synthetic.PLANS)
    assert "2 further countries had broken down before the first policy acted in week 52" in verdict.opening(content)


def test_a_study_without_an_ended_run_says_so() -> None:
    store = SimpleNamespace(
        path="study", frame=lambda: pd.DataFrame({"country": [], "plan": []}), design=SimpleNamespace(plans=())
    )
    with pytest.raises(BadResults, match="no country of 'study' has ended its runs"):
        standing(store)  # type: ignore[arg-type]
