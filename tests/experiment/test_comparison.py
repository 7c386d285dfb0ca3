"""The whole answer: planted effects in numbers and words, the contract of its form, exports, and the same digits twice."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.experiment import synthetic as sy

from custodes.errors import BadInput, BadResults
from custodes.experiment import comparison as co
from custodes.experiment import verdict
from custodes.experiment.effects import About
from custodes.experiment.frames import COLUMNS, TABLES


@pytest.fixture(scope="module")
def made() -> sy.Made:
    return sy.made()


@pytest.fixture(scope="module")
def done(made: sy.Made) -> co.Comparison:
    return co.compare(*made)


def row(c: co.Comparison, plan: str, measure: str) -> dict[str, Any]:
    return next(r for r in c.content["effects"] if (r["plan"], r["measure"]) == (plan, measure))


def test_planted_effects_are_found_and_nothing_else(done: co.Comparison) -> None:
    for r in done.content["effects"]:
        effects = sy.MEASURES[r["measure"]][5]
        planted = effects[sy.PLANS.index(r["plan"])] != effects[0]
        if r["kind"] == "level":
            assert r["found"] == planted, (r["plan"], r["measure"])
            if planted:
                assert np.sign(r["difference"]) == np.sign(effects[sy.PLANS.index(r["plan"])])


def test_it_is_json_without_a_number_that_is_none(done: co.Comparison) -> None:
    text = json.dumps(done.to_dict(), allow_nan=False)
    assert json.loads(text) == done.to_dict()


def test_the_form_that_pages_and_json_rely_on(done: co.Comparison) -> None:
    c = done.content
    assert c["format"] == "custodes-comparison-1"
    head = "scenario scenario_title scenario_digest code_version seed sample weeks countries lucks runs failed uncertain unknowns"
    assert {*head.split(), "plans", "words"} <= set(c)
    effect = (
        "plan against measure unit meaning kind better suffering primary mean_against mean difference low high range_low range_high "
        "split sampling probability_better found n base_rate by_mechanism unpaired_low unpaired_high variance_ratio"
    )
    assert set(effect.split()) <= set(c["effects"][0])
    factorial = "a b measure kind cells effect_a effect_b effect_both interaction log_hazard found words"
    assert set(factorial.split()) <= set(c["factorial"][0])
    assert set(c["factorial"][0]["cells"]) == {"none", "a", "b", "both"}
    assert set(c["paths"][0]) == {"series", "unit", "plan", "weeks", "levels", "difference"}
    assert set(c["parts"][0]) == {"plan", "measure", "unit", "by", "part", "difference", "low", "high", "n"}


def test_failed_countries_are_counted_and_left_out(done: co.Comparison) -> None:
    c = done.content
    assert [f["country"] for f in c["failed"]] == c["left_out"] == [3, 8]
    assert c["countries"] == 198
    assert c["runs"] == 998
    assert all(r["n"] == 198 for r in c["effects"])
    assert "2 countries were left out because a run failed" in c["words"]


def test_the_same_runs_in_another_order_give_the_same_digits(made: sy.Made, done: co.Comparison) -> None:
    mixed = made.frame.sample(frac=1.0, random_state=3)
    again = co.compare(mixed, made.points.sample(frac=1.0, random_state=4), made.study, made.parts, made.paths)
    assert json.dumps(again.to_dict()) == json.dumps(done.to_dict())


def test_what_a_policy_leaves_alone_is_not_exactly_nothing(done: co.Comparison) -> None:
    aid = row(done, "aid", "breakdown")
    assert aid["changed"] == 0
    assert aid["low"] < 0 < aid["high"]
    assert not aid["found"]
    never = row(done, "aid", "executions")
    assert (never["difference"], never["low"], never["found"]) == (0.0, None, False)


def test_a_rare_outcome_stands_beside_its_base_rate(done: co.Comparison) -> None:
    r = row(done, "sanctions", "breakdown")
    assert r["base_rate"]["rate"] == 0.0227
    years = done.content["countries"] * sy.WEEKS / 52
    assert r["mean_against"] * 198 / years < r["yearly_against"] < 1.5 * r["mean_against"] * 198 / years
    assert row(done, "sanctions", "elite_coup")["base_rate"] is None


def test_interactions_of_the_made_up_country(done: co.Comparison) -> None:
    found = {r["measure"] for r in done.content["factorial"] if r["found"]}
    assert found == {"bribes", "private_support", "arrests"}
    assert {(r["a"], r["b"]) for r in done.content["factorial"]} == {(sy.A, sy.B)}


def test_every_plan_meets_every_other(done: co.Comparison) -> None:
    pairs = {(r["plan"], r["against"]) for r in done.content["between"]}
    assert len(pairs) == 6
    aid = next(
        r for r in done.content["between"] if (r["plan"], r["against"], r["measure"]) == ("aid", sy.A, "food_stress")
    )
    assert aid["found"]
    assert aid["probability_better"] > 0.95


def test_paths_have_bands_and_skip_what_is_not_known(made: sy.Made) -> None:
    paths = {"bribes": made.paths["bribes"].copy()}
    paths["bribes"][5, 1, 200:] = np.nan
    paths["bribes"][:, 4, 0] = np.nan
    c = co.compare(made.frame, made.points, made.study, None, paths).content
    sanctions, aid = c["paths"][1], c["paths"][4]
    assert len(sanctions["weeks"]) == sy.WEEKS
    assert (
        sanctions["difference"]["mean_low"][199]
        < sanctions["difference"]["mean"][199]
        < sanctions["difference"]["mean_high"][199]
    )
    assert sanctions["difference"]["mean"][200] is None
    assert sanctions["difference"]["q50"][200] is not None
    assert sanctions["levels"]["q05"][100] < sanctions["levels"]["q50"][100] < sanctions["levels"]["q95"][100]
    assert aid["levels"]["q50"][0] is None
    with pytest.raises(ValueError, match="paths of 'bribes' have shape"):
        co.compare(made.frame, made.points, made.study, None, {"bribes": paths["bribes"][:, :2]})


def test_who_pays(made: sy.Made, done: co.Comparison) -> None:
    some = [r for r in done.content["parts"] if r["plan"] == "sanctions"]
    assert [r["part"] for r in some] == list(sy.PROVINCES)
    assert some[0]["high"] < some[2]["low"]
    fewer = made.parts[~((made.parts["country"] == 6) & (made.parts["part"] == "coast"))]
    c = co.compare(made.frame, made.points, made.study, fewer).content
    assert [r["n"] for r in c["parts"][:3]] == [198, 197, 198]


def test_one_plan_without_unknowns_and_without_weeks_at_risk(made: sy.Made) -> None:
    study = co.Study("x", made.study.plans[:2], made.study.measures, 260)
    c = co.compare(made.frame.drop(columns="exposure"), None, study)
    r = row(c, "sanctions", "bribes")
    assert r["split"]["luck"] == 1.0
    assert r["by_mechanism"] == []
    assert row(c, "sanctions", "breakdown")["ratio"]["scale"] == "cumulative hazard"
    assert "that differ in luck alone" in c.words
    assert c.content["factorial"] == c.content["between"] == c.content["parts"] == []


def test_four_countries_are_answered_with_wide_intervals() -> None:
    few = sy.made(4, failures=False)
    c = co.compare(*few)
    json.dumps(c.to_dict(), allow_nan=False)
    r = row(c, "sanctions", "breakdown")
    assert r["high"] - r["low"] > 1.0


def test_one_country_has_no_interval_and_finds_nothing() -> None:
    c = co.compare(*sy.made(1, failures=False))
    json.dumps(c.to_dict(), allow_nan=False)
    assert all(r["low"] is None and not r["found"] for r in c.content["effects"])


def test_no_whole_country_is_refused(made: sy.Made) -> None:
    with pytest.raises(BadResults, match="No country was met by all of"):
        co.compare(made.frame[made.frame["plan"] != "aid"], made.points, made.study)


def test_measures_are_named_beforehand_by_default_or_by_the_user() -> None:
    measures = sy.abouts()
    assert [m.name for m in co.abouts(measures) if m.primary] == [
        "breakdown",
        "bribes",
        "private_support",
        "food_stress",
    ]
    assert [m.name for m in co.abouts(measures, ["deaths"]) if m.primary] == ["deaths"]
    with pytest.raises(BadInput, match=r"^--measure: 'death' is not a measure\. Did you mean 'deaths'\?$"):
        co.abouts(measures, ["death"])


def test_the_words_say_each_policy_what_both_do_and_what_is_not_modelled(done: co.Comparison) -> None:
    lines = done.words.split("\n")
    assert lines[0].startswith("198 possible countries drawn from 3 unknowns")
    assert [line.split(":")[0] for line in lines[1:5]] == ["Sanctions", "Information", "Sanctions + information", "Aid"]
    assert "history has it in 2.27 % of years of such regimes (1.4 to 3.5 %)" in lines[1]
    assert "Food stress did not move by more than is uncertain" in lines[2]
    assert "which cannot be told from nothing" in lines[4]
    assert lines[5].startswith("Sanctions and information together: ")
    assert "an interaction is found" in lines[5]
    assert "no interaction can be told from nothing" in lines[5]
    assert "judged one by one" in done.words
    assert "not forecasts" in lines[-1]
    assert "nan" not in done.words
    assert "None" not in done.words


def test_the_words_say_outcomes_of_suffering_even_where_nothing_is_told(made: sy.Made) -> None:
    crisis = About("crisis", "share of runs", "", "share", "lower", True, False)
    frame = made.frame.assign(crisis=(made.frame["country"] % 50 == 0).astype(float))
    words = co.compare(frame, made.points, replace(made.study, measures=(*made.study.measures, crisis))).words
    assert words.count("Crisis came in 2.02 % of runs against 2.02 % without") == 4
    assert "Of other suffering, crisis" not in words


def test_the_words_say_where_a_rival_theory_turns_a_sign(made: sy.Made) -> None:
    frame = made.frame.copy()
    theory = made.points.set_index("country")["purge.theory"]
    turned = (frame["plan"] == "aid") & (frame["country"].map(theory) == "faction")
    frame.loc[turned, "bribes"] *= 1.3
    words = co.compare(frame, made.points, made.study).words
    assert (
        "bribes under aid rises where purge.theory is faction and falls where it is corruption and insecurity" in words
    )


@pytest.mark.parametrize(
    ("log", "found", "said"),
    [
        ((0.1, 0.05, 0.15), True, "and so on the scale of ratios: an interaction is found"),
        ((0.1, -0.05, 0.15), False, "for it does not hold on the scale of ratios"),
        ((-0.1, -0.15, -0.05), False, "for it does not hold on the scale of ratios"),
        ((0.1, 0.05, 0.15), False, "for several measures were looked over"),
    ],
)
def test_interactions_in_words(log: tuple[float, float, float], found: bool, said: str) -> None:
    r = {
        "measure": "bribes",
        "kind": "level",
        "unit": "won",
        "interaction": {"value": 5.0, "low": 2.0, "high": 8.0},
        "log_hazard": dict(zip(("interaction", "low", "high"), log, strict=True)),
        "found": found,
        "cells": {"none": {"mean": 100.0}},
    }
    words = verdict.beyond(r)
    assert words.startswith("bribes under both differs from the sum of each by +5 % (+2 to +8 %)")
    assert said in words


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.000123, "0.0123 %"),
        (1.5, "150 %"),
        (1234.5, "123,450 %"),
        (-0.5, "−50 %"),
        (None, "an unknown share"),
    ],
)
def test_numbers_in_words(x: float | None, text: str) -> None:
    assert verdict.percent(x) == text


def test_frames_have_units_in_every_row(done: co.Comparison) -> None:
    effects = done.effects
    assert len(effects) == 4 * 9 + len(done.content["between"])
    assert (effects["unit"] != "").all()
    assert effects.set_index(["plan", "against", "measure"]).index.is_unique
    assert done.factorial["found"].sum() == 3


def test_xarray_has_plans_measures_and_weeks(done: co.Comparison) -> None:
    data = done.to_xarray()
    assert (
        float(data["difference"].sel(plan="sanctions", measure="bribes"))
        == row(done, "sanctions", "bribes")["difference"]
    )
    assert str(data["unit"].sel(measure="bribes").item()) == "won a person and week"
    assert data["difference_mean"].sizes == {"series": 2, "plan": 5, "week": sy.WEEKS}
    assert str(data["series_unit"].sel(series="bribes").item()) == "won a person and week"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_exports_are_read_back_with_their_meanings(done: co.Comparison, tmp_path: Path, kind: str) -> None:
    written = done.export(tmp_path / "out", kind)
    assert {p.name for p in written} == {f"{t}.{kind}" for t in TABLES} | {"columns.json"}
    read = pd.read_csv if kind == "csv" else pd.read_parquet
    effects = read(tmp_path / "out" / f"effects.{kind}")
    np.testing.assert_array_equal(effects["difference"].to_numpy(), done.effects["difference"].to_numpy())
    meanings = json.loads((tmp_path / "out" / "columns.json").read_text())
    assert meanings[f"effects.{kind}"]["low"] == COLUMNS["low"]
    first = {p.name: p.read_bytes() for p in written}
    assert first == {p.name: p.read_bytes() for p in done.export(tmp_path / "again", kind)}
    if kind == "parquet":
        import pyarrow.parquet as pq

        schema = pq.read_schema(tmp_path / "out" / "effects.parquet")
        assert schema.field("low").metadata[b"meaning"].decode() == COLUMNS["low"]


def test_exports_without_paths_or_parts_still_have_their_columns(made: sy.Made, tmp_path: Path) -> None:
    bare = co.compare(made.frame, made.points, made.study)
    bare.export(tmp_path, "parquet")
    assert len(pd.read_parquet(tmp_path / "paths.parquet")) == 0
    assert "difference_mean" in pd.read_parquet(tmp_path / "paths.parquet").columns


def test_bad_exports_are_refused_in_one_sentence(done: co.Comparison, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--format must be csv or parquet, and 'xls' is neither"):
        done.export(tmp_path, "xls")
    (tmp_path / "file").write_text("")
    with pytest.raises(BadResults, match=r"cannot be written \(.*\); choose another --out\.$"):
        done.export(tmp_path / "file" / "folder")


def test_three_policies_crossed_are_said_in_pairs_and_all_together() -> None:
    rng = np.random.default_rng(5)
    names = ("baseline", "a", "b", "c", "a+b", "a+c", "b+c", "a+b+c")
    shared = rng.normal(size=60)[np.arange(120) // 2]
    frames = [
        pd.DataFrame(
            {
                "country": np.arange(120),
                "point": np.arange(120) // 2,
                "plan": name,
                "exposure": 260.0,
                "breakdown": 0.0,
                "bribes": 100.0 + 10 * shared + rng.normal(size=120) + (20.0 if name == "a+b+c" else 0.0),
            }
        )
        for name in names
    ]
    plans = tuple({"name": n, "title": n, "rationale": "made up", "sources": ()} for n in names)
    measures = tuple(m for m in sy.abouts() if m.name in ("breakdown", "bribes"))
    c = co.compare(pd.concat(frames), None, co.Study("x", plans, measures, 260, factors=("a", "b", "c")))
    json.dumps(c.to_dict(), allow_nan=False)
    assert {(r["a"], r["b"]) for r in c.content["factorial"]} == {("a", "b"), ("a", "c"), ("b", "c")}
    assert not any(r["found"] for r in c.content["factorial"] if r["measure"] == "breakdown")
    found = {r["measure"]: r["found"] for r in c.content["triples"]}
    assert found == {"breakdown": False, "bribes": True}
    assert "Bribes under a, b and c differs from the sum of each by +20" in c.words
    assert "an interaction of all three is told from nothing" in c.words
