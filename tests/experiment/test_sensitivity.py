import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from tests.experiment.axes import ISHIGAMI, TOY, Even, column, ishigami, luck, toy, toy_exact

from custodes.errors import BadInput, BadResults
from custodes.experiment import groups, indices, screening, sense_runs, sense_words, sensitivity
from custodes.experiment.groups import LUCK
from custodes.experiment.unknowns import Unknowns, unknowns
from custodes.present import sense_figures, sense_page
from custodes.scenario.load import load


def test_indices_of_the_ishigami_function_are_the_exact_ones():
    found = indices.sobol(groups.groups_of(ISHIGAMI, each=True, luck=False), ishigami, 2048)[0]
    assert np.allclose(found.first, [0.3139, 0.4424, 0.0], atol=0.03)
    assert np.allclose(found.total, [0.5576, 0.4424, 0.2437], atol=0.02)
    assert found.verdict.enough
    assert (np.abs(found.first - [0.3139, 0.4424, 0.0]) <= 1.5 * found.first_half).all()


def test_grouped_indices_of_a_toy_model_with_a_theory_are_the_exact_ones():
    found = indices.sobol(groups.groups_of(TOY, luck=False), toy, 2048)[0]
    first, total = toy_exact()
    assert found.names == ("fear", "pay", "purge.theory")
    assert np.allclose(found.first, first, atol=0.03)
    assert np.allclose(found.total, total, atol=0.02)


def test_luck_has_the_share_of_the_variance_that_it_makes():
    def noisy(points):
        return column(points, "fear.a") + 2.0 * luck(points)

    found = indices.sobol(groups.groups_of((Even("fear.a"),)), noisy, 1024)[0]
    assert found.names == ("fear", LUCK)
    assert np.allclose(found.total, [0.2, 0.8], atol=0.03)


def test_screening_ranks_groups_by_what_they_move_and_finds_idle_ones_to_be_nothing():
    axes = (Even("a.x"), Even("b.x"), Even("c.x"), Even("d.x"))

    def linear(points):
        return 8.0 * column(points, "a.x") + 3.0 * column(points, "b.x") - 5.0 * column(points, "c.x")

    found = screening.morris(groups.groups_of(axes, luck=False), linear, 8)[0]
    assert [r["group"] for r in found.rows()] == ["a", "c", "b", "d"]
    span = screening.SPAN[1] - screening.SPAN[0]
    assert np.allclose(found.mu_star, span * np.array([8.0, 3.0, 5.0, 0.0]))
    assert found.verdict.enough
    assert found.keep == ("a", "c")


def test_elementary_effects_by_trajectory_average_to_the_mu_star_of_salib():
    drawn = screening.sample(groups.groups_of(TOY, luck=False), 12)
    y = toy(drawn.points)
    assert np.allclose(screening.effects(drawn, y).mean(axis=0), screening.screen(drawn, y).mu_star)


def test_points_of_a_trajectory_share_their_luck_until_it_is_its_turn():
    drawn = screening.sample(groups.groups_of(TOY), 6)
    lucks = column(drawn.points, LUCK).reshape(6, drawn.block)
    assert all(len(set(row)) == 2 for row in lucks)
    assert len(set(lucks.ravel())) == 12


def test_a_larger_sample_begins_with_the_smaller_one():
    made = groups.groups_of(TOY)
    for draw in (screening.sample, indices.sample):
        few, many = draw(made, 8), draw(made, 20)
        assert few.points == many.points[: len(few.points)]


def test_indices_are_refused_while_intervals_are_wide_and_given_with_twice_the_runs_asked_for():
    made = groups.groups_of(ISHIGAMI, each=True, luck=False)
    small = indices.sobol(made, ishigami, 32)[0]
    assert not small.verdict.enough
    assert f"about {small.verdict.more:,} more runs would do" in small.verdict.words
    twice = 32 + 2 * small.verdict.more // 5
    assert indices.sobol(made, ishigami, twice)[0].verdict.enough


def test_a_screening_is_refused_while_its_intervals_are_wide():
    made = groups.groups_of(ISHIGAMI, each=True, luck=False)
    assert screening.morris(made, ishigami, 4)[0].verdict.more > 0
    assert screening.morris(made, ishigami, 60)[0].verdict.enough


def test_a_ranking_is_open_while_two_groups_are_neither_told_apart_nor_alike():
    tried = np.random.default_rng(1).normal([0.5, 0.45, 0.05], [0.07, 0.07, 0.01], (1000, 3))
    total = np.array([0.5, 0.45, 0.05])
    assert indices._open_pair("abc", total, tried, 0.1)[:2] == ("a", "b")
    assert indices._open_pair("abc", total, total + (tried - total) / 4.0, 0.1) is None


def test_a_measure_that_never_moves_or_hardly_ever_happens_has_no_ranking():
    made = groups.groups_of(TOY, luck=False)
    still = indices.sobol(made, lambda points: np.full(len(points), 3.0), 16)[0]
    assert "is 3 in all 80 points" in still.verdict.words
    rare = indices.sobol(made, lambda points: (np.arange(len(points)) % 40 == 0).astype(float), 64)[0]
    assert "in all but 8 of 320 points" in rare.verdict.words
    assert rare.verdict.more > 0


def test_a_failed_run_costs_its_trajectory_or_base_point_and_no_more():
    made = groups.groups_of(TOY, luck=False)
    for draw, analyse in ((screening.sample, screening.screen), (indices.sample, indices.indices)):
        drawn = draw(made, 16)
        y = toy(drawn.points)
        y[drawn.block + 1] = np.nan
        found = analyse(drawn, y)
        assert found.left_out == 1


def test_bootstrap_intervals_hold_the_exact_index_about_as_often_as_they_say():
    made = groups.groups_of(TOY, luck=False)
    exact = toy_exact()[1]
    held = []
    for seed in range(1, 41):
        found = indices.sobol(made, toy, 128, seed)[0]
        held.append(np.abs(found.total - exact) <= found.total_half)
    assert 0.9 <= np.mean(held) <= 1.0


# --- runs -------------------------------------------------------------------------------------------------------------


def test_points_of_the_same_luck_have_the_same_seed_and_others_another():
    toyland = load("toyland")
    known = unknowns(toyland, "prior:fear")
    drawn = indices.sample(groups.groups_of(known.axes), 8)
    plans = sensitivity._plans(toyland, "baseline")
    design = sense_runs.design_of_points(toyland, plans, known, drawn.points, stage="x", weeks=4, k=1, lucks=2)
    by_luck = {}
    for c in design.countries:
        by_luck.setdefault((drawn.points[c.point][LUCK], c.luck), set()).add(c.seed)
    assert all(len(seeds) == 1 for seeds in by_luck.values())
    assert len({next(iter(s)) for s in by_luck.values()}) == len(by_luck)
    assert LUCK not in design.countries[0].values


def test_a_design_of_more_points_is_the_same_study_and_one_of_other_groups_is_not():
    toyland = load("toyland")
    known = unknowns(toyland, "prior:fear")
    plans = sensitivity._plans(toyland, "baseline")

    def identity(base, stage):
        drawn = indices.sample(groups.groups_of(known.axes), base)
        return sense_runs.design_of_points(toyland, plans, known, drawn.points, stage=stage, weeks=4, k=1).identity()

    assert identity(8, "a") == identity(16, "a")
    assert identity(8, "a") != identity(8, "b")


def frame(values):
    rows = [
        {"country": i, "point": i // 2, "luck": i % 2, "plan": plan, "bribes": v}
        for plan, some in values.items()
        for i, v in enumerate(some)
        if v is not None
    ]
    return pd.DataFrame(rows)


def test_answers_are_levels_or_differences_averaged_over_lucks_and_missing_where_a_run_failed():
    runs = frame({"baseline": [1.0, 3.0, 2.0, 2.0], "aid": [2.0, 6.0, 5.0, None]})
    assert sense_runs.answers(runs, ["baseline"], ["bribes"], 2, 2)[:, 0].tolist() == [2.0, 2.0]
    difference = sense_runs.answers(runs, ["baseline", "aid"], ["bribes"], 2, 2)[:, 0]
    assert difference[0] == 2.0
    assert np.isnan(difference[1])
    with pytest.raises(BadResults, match="no run has the measure 'threats'"):
        sense_runs.answers(runs, ["baseline"], ["threats"], 2)


class Fake:
    """An engine that is a function: two measures, one of which never moves."""

    lucks, seed, folder, plans = 1, 1, __import__("pathlib").Path("none"), (SimpleNamespace(name="baseline"),)

    def __init__(self, **_):
        pass


def analysed(monkeypatch, axes, function, trajectories=60, base=256):
    monkeypatch.setattr(sensitivity, "replace", lambda engine, **_: function)
    measures = [SimpleNamespace(name=n, unit="share") for n in ("bribes", "fear")]
    return sensitivity.analyse(groups.groups_of(axes), Fake(), measures, trajectories, base, 0.15)


MANY = tuple(Even(f"m{i}.x") for i in range(12))


def two(points):
    y = sum(2.0**-i * column(points, f"m{i}.x") for i in range(12)) + 0.2 * luck(points)
    return np.stack([y, np.zeros(len(points))], axis=1)


def test_both_stages_go_from_all_groups_to_shares_and_a_sentence(monkeypatch):
    answer = analysed(monkeypatch, MANY, two)
    assert answer["kept"][:2] == ["m0", "m1"]
    assert answer["indices"]["groups"][-2:] == [groups.REST, LUCK]
    bribes = answer["indices"]["measures"][0]["rows"]
    assert bribes[0]["group"] == "m0"
    exact = 1.0 / (sum(4.0**-i for i in range(12)) + 0.04)
    assert bribes[0]["total"] == pytest.approx(exact, abs=0.05)
    assert "Bribes, under baseline: of the variance" in answer["words"]
    assert "fear is 0 in all" in answer["words"]
    json.dumps(answer, allow_nan=False)


def test_a_refused_screening_gives_no_ranking_and_costs_no_further_runs(monkeypatch):
    answer = analysed(
        monkeypatch, MANY, lambda p: np.stack([luck(p) * (column(p, "m0.x") > 0.9), np.zeros(len(p))], 1), 4
    )
    assert answer["indices"] is None
    assert all(m["rows"] == [] for m in answer["screening"]["measures"])
    assert "no ranking" in answer["words"]
    assert not answer["enough"]


def test_few_groups_need_no_screening(monkeypatch):
    answer = analysed(monkeypatch, MANY[:3], lambda p: np.stack([column(p, "m0.x"), column(p, "m1.x")], 1))
    assert answer["screening"] is None
    assert answer["kept"] == ["m0", "m1", "m2"]
    assert sense_words.name(LUCK) == "luck"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"trajectories": 1}, "--trajectories must lie between 4"),
        ({"base": 2}, "--base must lie between 8"),
        ({"half": 0.9}, "--half must lie above 0"),
        ({"measures": ["brides"]}, "Did you mean 'bribes'"),
        ({"uncertain": "none"}, "nothing uncertain but luck"),
        ({"plan": "sanctoins"}, "sanctions"),
    ],
)
def test_wrong_use_is_refused_in_one_sentence_before_any_run(tmp_path, wrong, said):
    with pytest.raises(BadInput, match=said):
        sensitivity.sensitivity("toyland", out=tmp_path / "a", **wrong)
    assert not (tmp_path / "a" / "screening").exists()


def test_a_posterior_is_refused_for_its_unknowns_hang_together():
    with pytest.raises(BadInput, match="hang together"):
        sensitivity.groups_in(Unknowns((), object()))


def test_a_folder_with_an_analysis_or_with_other_things_is_not_taken(tmp_path):
    (tmp_path / "screening").mkdir()
    with pytest.raises(BadResults, match="already holds an analysis"):
        sensitivity._take(tmp_path, False)
    sensitivity._take(tmp_path, True)
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text("mine")
    with pytest.raises(BadResults, match="holds other files"):
        sensitivity._take(other, True)
    with pytest.raises(BadResults, match="holds no sensitivity analysis"):
        sensitivity.open_sensitivity(other)


def test_the_page_shows_rankings_and_refusals_and_stands_alone(monkeypatch, tmp_path):
    answer = analysed(monkeypatch, MANY, two)
    about = [{"name": n} for n in ("bribes", "fear")]
    head = {
        "format": sensitivity.FORMAT,
        "scenario": "made-up",
        "scenario_title": "A made-up country",
        "scenario_digest": "0",
    }
    head |= {
        "code_version": "0",
        "sample": "1/1000",
        "seed": 1,
        "weeks": 260,
        "lucks": 1,
        "uncertain": "prior",
        "axes": [],
    }
    head |= {"plan": "baseline", "against": None, "command": "again", "unknowns": 12, "half": 0.15, "measures": about}
    whole = answer | head | {"groups": groups.describe(groups.groups_of(MANY))}
    text = sense_page.html(whole)
    assert "what matters for bribes and fear" in text
    assert "all other unknowns together" in text
    assert "nothing that is uncertain moves it" in text
    assert 'src="http' not in text
    for figure in (sense_figures.indices(whole), sense_figures.screening(whole)):
        figure.chart().to_dict()
    found = sensitivity.Sensitivity(whole)
    assert found.report(tmp_path / "page.html").is_file()
    assert float(found.to_xarray()["total"].sel(measure="bribes", group="m0")) > 0.6
    assert set(found.screening["group"]) == {f"m{i}" for i in range(12)} | {LUCK}
