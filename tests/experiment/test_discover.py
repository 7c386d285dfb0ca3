import json
from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from tests.experiment import planted

from custodes.errors import BadInput, BadResults
from custodes.experiment import discover
from custodes.experiment.measures import MEASURES
from custodes.experiment.question import Cases, Question, asked, cases, question
from custodes.present import sense_figures, sense_page

PLANS = ["baseline", "sanctions"]
WORSE = Question("bribes", "sanctions", "worse", change=True, unit="share of spending")
HEAD = {
    "format": discover.FORMAT,
    "scenario": "made-up",
    "scenario_digest": "0",
    "code_version": "0",
    "sample": "1/1000",
}
HEAD |= {
    "seed": 1,
    "weeks": 260,
    "lucks": 2,
    "uncertain": "prior",
    "axes": [],
    "plans": [],
    "failed": 1,
    "command": "again",
}


@cache
def answered(n, unknowns, seed, inside=0.75, elsewhere=0.1, draws=24):
    values, c = planted.study(n, unknowns, seed, inside, elsewhere)
    return discover.answer(discover.table(values, c), c, WORSE, draws=draws)


def test_a_planted_region_is_told_with_its_shares_and_holds_in_points_not_seen():
    a = answered(150, 20, 1)
    box = a["boxes"][0]
    assert {x["name"] for x in box["limits"]} == {"fear.x", "pay.x"}
    assert box["chance"] == pytest.approx(1 / 25)
    assert box["inside"]["share"] == pytest.approx(0.75, abs=0.15)
    assert box["inside"]["low"] < box["inside"]["share"] < box["inside"]["high"]
    assert box["elsewhere"]["high"] < 0.25
    assert box["aside"]["inside"] > 0.5 > 0.25 > box["aside"]["elsewhere"]
    assert "Mostly where fear.x is above 0.5" in a["words"]
    json.dumps(a, allow_nan=False)


def test_pure_noise_gives_no_region_in_at_least_nineteen_of_twenty_studies():
    told = [bool(answered(60, 15, seed, 0.3, 0.3, draws=24)["boxes"]) for seed in range(20)]
    assert sum(told) <= 1


def test_what_does_not_hold_up_is_told_as_nothing_with_the_reason():
    a = answered(80, 20, 3, 0.3, 0.3)
    assert a["boxes"] == []
    assert a["not_told"]
    assert "No region of the 21 unknowns holds up" in a["words"]


def test_too_few_cases_are_not_searched():
    values, c = planted.study(60, 5, 1)
    few = Cases(c.points, (np.arange(120) < 4).astype(float))
    a = discover.answer(discover.table(values, few), few, WORSE)
    assert "2 of 60 points are too few cases" in a["refusal"]
    assert "about 480 more countries would do" in a["words"]
    never = Cases(c.points, np.zeros(120))
    assert "no cases" in discover.answer(discover.table(values, never), never, WORSE)["refusal"]


def test_a_second_region_is_looked_for_among_what_the_first_left():
    rng = np.random.default_rng(5)
    n = 200
    x = rng.random((n, 6))
    y = (rng.random(n) < np.where((x[:, 0] > 0.7) | (x[:, 1] < 0.2), 0.9, 0.05)).astype(float)
    values = pd.DataFrame(x, columns=[f"a.{i}" for i in range(6)]).assign(
        country=range(n), point=range(n), luck=0, seed=1
    )
    c = Cases(np.arange(n), y)
    a = discover.answer(discover.table(values, c), c, WORSE, draws=24)
    assert {limit["name"] for b in a["boxes"] for limit in b["limits"]} == {"a.0", "a.1"}
    assert len(a["boxes"]) == 2
    assert sum(b["coverage"] for b in a["boxes"]) > 0.75


@pytest.mark.parametrize(
    ("text", "sense", "threshold", "change"),
    [
        ("breakdown", "happens", 0.5, False),
        ("bribes", "worse", 0.0, True),
        ("food_stress>0.3", "above", 0.3, False),
        ("private_support < .2", "below", 0.2, False),
        ("bribes.change>0.01", "above", 0.01, True),
    ],
)
def test_a_question_is_read(text, sense, threshold, change):
    q = question(text, "sanctions", PLANS, MEASURES)
    assert (q.sense, q.threshold, q.change) == (sense, threshold, change)
    assert question(asked(q), "sanctions", PLANS, MEASURES) == q


@pytest.mark.parametrize(
    ("text", "plan", "said"),
    [
        ("brides", "sanctions", "Did you mean 'bribes'"),
        ("bribes", "sanction", "Did you mean 'sanctions'"),
        ("bribes", "baseline", "cannot differ from itself"),
        ("bribes>much", "sanctions", "'much' in 'bribes>much' is not a number"),
        ("bribes.change", "sanctions", "wants a threshold"),
        ("private_support", "sanctions", "neither side of 'private_support' is worse"),
    ],
)
def test_a_wrong_question_is_refused_in_one_sentence(text, plan, said):
    with pytest.raises(BadInput, match=said):
        question(text, plan, PLANS, MEASURES)


def frame():
    rows = [
        {"country": c, "point": c // 2, "plan": plan, "bribes": v, "breakdown": float(c == 1)}
        for plan, some in (("baseline", (1.0, 1.0, 1.0, 1.0)), ("sanctions", (2.0, 0.5, 1.0, None)))
        for c, v in enumerate(some)
        if v is not None
    ]
    return pd.DataFrame(rows)


def test_cases_are_taken_of_countries_that_have_all_runs():
    worse = cases(frame(), WORSE)
    assert worse.y.tolist() == [1.0, 0.0, 0.0]
    assert worse.points.tolist() == [0, 0, 1]
    happens = cases(frame(), question("breakdown", "baseline", PLANS, MEASURES))
    assert happens.y.tolist() == [0.0, 1.0, 0.0, 0.0]
    with pytest.raises(BadResults, match="no run of this study has the measure 'fear'"):
        cases(frame(), question("fear>0.1", "sanctions", PLANS, MEASURES))


def test_a_study_of_luck_alone_has_no_region():
    values = pd.DataFrame({"country": [0, 1], "point": [0, 0], "luck": [0, 1], "seed": [1, 2]})
    with pytest.raises(BadResults, match="nothing but luck"):
        discover.table(values, Cases(np.array([0, 0]), np.array([0.0, 1.0])))


def test_the_page_shows_the_region_and_the_refusal_and_stands_alone(tmp_path):
    found = answered(150, 20, 1) | HEAD
    text = sense_page.html(found)
    assert "Where the measure &#39;bribes&#39; is higher" in text
    assert "Data (CSV)" in text
    assert 'src="http' not in text
    nothing = answered(80, 20, 3, 0.3, 0.3) | HEAD
    assert "No region of the 21 unknowns holds up" in sense_page.html(nothing)
    assert [f.name for f in sense_figures.where(found)] == ["region_1", "countries_1", "price_1"]
    sense_figures.where(found)[1].chart().to_dict()
    assert sense_page.write(found, tmp_path / "deep" / "page.html").is_file()


def test_a_discovery_gives_its_limits_as_a_table_and_wants_a_place_for_its_page():
    d = discover.Discovery(answered(150, 20, 1) | HEAD)
    assert set(d.to_dataframe()["name"]) == {"fear.x", "pay.x"}
    with pytest.raises(BadInput, match="say where the page goes"):
        d.report()


class Kept:
    """A store with runs of a planted study."""

    plans = PLANS
    path = SimpleNamespace(name="study")

    def __init__(self):
        self.study = {"identity": {"code_version": "0", "sample": "1/1000"}}
        self.values, c = planted.study(120, 5, 1)
        both = [
            self.values[["country", "point"]].assign(
                plan=p, bribes=c.y * (p == "sanctions"), breakdown=0.0, exposure=52.0
            )
            for p in PLANS
        ]
        self.runs = pd.concat(both)
        about = SimpleNamespace(name="sanctions", first_week=20, about=lambda: {"name": "sanctions"})
        axes = SimpleNamespace(spec="prior", axes=())
        self.design = SimpleNamespace(
            scenario="x", scenario_digest="0", seed=1, weeks=52, lucks=2, unknowns=axes, plans=[about]
        )

    def frame(self):
        return self.runs

    def points(self):
        return self.values

    def failed(self):
        return []


def test_a_study_is_searched_by_what_the_user_wrote():
    found = discover.discover(Kept(), "bribes", draws=29)
    assert found.answer["plan"] == "sanctions"
    assert "--failing 'bribes'" in found.answer["command"] or "--failing bribes" in found.answer["command"]
    assert {x["name"] for x in found.answer["boxes"][0]["limits"]} == {"fear.x", "pay.x"}


def test_countries_that_fell_before_the_policy_acted_are_left_out_and_told():
    store = Kept()
    early = store.runs["country"] < 7
    store.runs.loc[early, ["breakdown", "exposure"]] = 1.0, 12.0
    found = discover.discover(store, "bribes", draws=29)
    assert found.answer["countries"] == store.runs["country"].nunique() - 7
    assert found.answer["fell_before"] == list(range(7))
    assert "7 further countries had broken down before the first policy acted in week 20" in found.words
    store.runs[["breakdown", "exposure"]] = 1.0, 12.0
    with pytest.raises(BadResults, match="stood when the first policy began to act"):
        discover.discover(store, "bribes", draws=29)
