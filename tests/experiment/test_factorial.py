"""Interactions: planted ones are recovered, and what is only a choice of scale is not called found."""

from dataclasses import replace

import numpy as np
import pytest
from tests.experiment import known_answers as ka

from custodes.experiment import factorial as fa
from custodes.experiment.effects import About, Panel

PLANS = ("baseline", "a", "b", "a+b")
CROSSED = fa.crossings(PLANS)
SHARE = About("breakdown", "share of runs", "", "share", "", False, True)
LEVEL = About("bribes", "won", "", "level", "lower", False, True)


def rows_of(values: np.ndarray, about: About, weeks: np.ndarray | None = None) -> list[dict]:
    """The interaction in each repeat, from (4 cells, countries, repeats)."""
    rows = []
    for i in range(values.shape[2]):
        columns, some = (about.name,), values[:, :, i : i + 1]
        if weeks is not None:
            columns, some = (about.name, "exposure"), np.stack([values[:, :, i], weeks[:, :, i]], axis=2)
        p = Panel(PLANS, columns, np.arange(values.shape[1]), ka.points(values.shape[1] // 2), some, {}, ())
        rows += fa.factorial(p, [about], CROSSED)
    return rows


def coverage(rows: list[dict], key: str, name: str, truth: float) -> float:
    return float(np.mean([r[key]["low"] <= truth <= r[key]["high"] for r in rows if r[key][name] is not None]))


def found(rows: list[dict]) -> float:
    return float(np.mean([r["found"] for r in rows]))


def test_hazards_that_multiply_are_an_interaction_on_the_scale_of_probability_alone() -> None:
    hazards = (0.0006, 0.0018, 0.0018, 0.0054)
    happened, weeks = ka.lifetimes(np.random.default_rng(1), hazards, 260, 0.5)
    rows = rows_of(happened, SHARE, weeks)
    chances = 1.0 - np.exp(-260 * np.array(hazards))
    plain = chances[3] - chances[1] - chances[2] + chances[0]
    assert plain > 0.15
    assert 0.93 <= coverage(rows, "interaction", "value", plain) <= 0.975
    assert 0.93 <= coverage(rows, "log_hazard", "interaction", 0.0) <= 0.98
    assert np.mean([r["interaction"]["low"] > 0 for r in rows]) > 0.6  # the plain scale alone would have claimed it
    assert found(rows) <= 0.05
    assert all("no interaction" in r["words"] for r in rows if not r["found"])


def test_hazards_that_reinforce_each_other_are_found() -> None:
    happened, weeks = ka.lifetimes(np.random.default_rng(2), (0.0006, 0.0007, 0.0007, 0.0060), 260, 0.5)
    rows = rows_of(happened, SHARE, weeks)
    truth = np.log(0.0060 * 0.0006 / 0.0007**2)
    assert 0.93 <= coverage(rows, "log_hazard", "interaction", truth) <= 0.98
    assert found(rows) > 0.9
    assert rows[0]["log_hazard"]["scale"] == "hazard"


def test_chances_that_add_up_are_an_interaction_on_the_scale_of_ratios_alone() -> None:
    cells = (0.05, 0.35, 0.35, 0.65)
    values = ka.came(np.random.default_rng(3), cells, 0.0, 0.5)
    rows = rows_of(values, replace(SHARE, name="uprising"))
    assert 0.93 <= coverage(rows, "interaction", "value", 0.0) <= 0.98
    log = np.log(-np.log1p(-np.array(cells))) @ np.array(fa.INTERACTION)
    assert 0.93 <= coverage(rows, "log_hazard", "interaction", log) <= 0.98
    assert found(rows) <= 0.05
    assert rows[0]["log_hazard"]["scale"] == "cumulative hazard"


def test_rare_events_in_no_cell_more_than_another_are_no_interaction() -> None:
    values = ka.came(np.random.default_rng(4), (0.01, 0.01, 0.01, 0.01), 1.0, 0.5)
    rows = rows_of(values, replace(SHARE, name="uprising"))
    assert coverage(rows, "interaction", "value", 0.0) >= 0.93
    assert found(rows) <= 0.02
    assert all(r["interaction"]["high"] > r["interaction"]["low"] for r in rows)


def levels(rng: np.random.Generator, cells: tuple[float, ...]) -> np.ndarray:
    """Four cells of lognormal levels with these averages, sharing most of what makes countries differ."""
    shared = np.exp(0.5 * ka.by_point(rng, ka.normal) - 0.125)
    own = [np.exp(0.2 * ka.by_luck(rng, ka.normal) - 0.02) for _ in cells]
    return np.stack([c * shared * o for c, o in zip(cells, own, strict=True)])


@pytest.mark.parametrize("cells", [(10.0, 12.0, 9.0, 11.0), (10.0, 12.0, 9.0, 13.0), (10.0, 10.0, 10.0, 12.0)])
def test_planted_interactions_of_levels_are_covered_on_both_scales(cells: tuple[float, ...]) -> None:
    rows = rows_of(levels(np.random.default_rng(5), cells), LEVEL)
    w = np.array(fa.INTERACTION)
    assert 0.93 <= coverage(rows, "interaction", "value", float(w @ np.array(cells))) <= 0.975
    assert 0.93 <= coverage(rows, "log_hazard", "interaction", float(w @ np.log(cells))) <= 0.975
    assert rows[0]["log_hazard"]["scale"] == "level"
    assert rows[0]["effect_a"]["value"] == pytest.approx(cells[1] - cells[0], abs=0.6)


def test_levels_that_multiply_are_not_found_and_levels_that_reinforce_are() -> None:
    multiply = rows_of(levels(np.random.default_rng(6), (10.0, 20.0, 20.0, 40.0)), LEVEL)
    assert np.mean([r["interaction"]["low"] > 0 for r in multiply]) > 0.95
    assert found(multiply) <= 0.05
    reinforce = rows_of(levels(np.random.default_rng(7), (10.0, 10.5, 10.5, 15.0)), LEVEL)
    assert found(reinforce) > 0.95
    assert "an interaction is found" in next(r for r in reinforce if r["found"])["words"]


def test_scales_that_disagree_on_the_sign_are_no_interaction() -> None:
    """More than the sum, less than the product: both intervals miss zero, on different sides."""
    rows = rows_of(levels(np.random.default_rng(8), (10.0, 20.0, 20.0, 34.0)), LEVEL)
    both = [r for r in rows if r["interaction"]["low"] > 0 and r["log_hazard"]["high"] < 0]
    assert len(both) > 0.5 * len(rows)
    assert not any(r["found"] for r in both)


def test_levels_below_zero_have_the_plain_scale_alone() -> None:
    values = levels(np.random.default_rng(9), (10.0, 10.0, 10.0, 15.0))[:, :, :2] - 100.0
    assert all(r["log_hazard"] is None and r["found"] for r in rows_of(values, LEVEL))


def test_an_outcome_that_never_came_has_cells_with_width() -> None:
    row = rows_of(np.zeros((4, 200, 1)), SHARE, np.full((4, 200, 1), 260.0))[0]
    for cell in row["cells"].values():
        assert cell["mean"] == cell["low"] == 0.0 < cell["high"] < 0.05
    assert row["interaction"]["low"] < 0 < row["interaction"]["high"]
    assert not row["found"]


def test_crossings_are_found_among_the_plans() -> None:
    named = ("baseline", "a", "b", "c", "b+a", "a+c", "b+c", "c+b+a", "d", "x+y")
    all_three = fa.crossings(named)
    assert [c.factors for c in all_three] == [("a", "b"), ("a", "c"), ("b", "c"), ("a", "b", "c")]
    assert all_three[0].plans == ("baseline", "a", "b", "b+a")
    assert all_three[3].plans == ("baseline", "a", "b", "c", "b+a", "a+c", "b+c", "c+b+a")
    assert [c.factors for c in fa.crossings(named, ("a", "b"))] == [("a", "b")]
    assert fa.crossings(named, ("a", "d")) == []
    assert [c.factors for c in fa.crossings(("baseline", "x+y", "a", "a+x+y"))] == [("x+y", "a")]


def test_three_policies_that_need_each_other() -> None:
    rng = np.random.default_rng(10)
    plans = ("baseline", "a", "b", "c", "a+b", "a+c", "b+c", "a+b+c")
    crossed = fa.crossings(plans)
    covered = np.zeros(2)
    for _ in range(200):
        shared = 20.0 + ka.by_point(rng, ka.normal, repeats=1)
        values = np.stack([shared + ka.by_luck(rng, ka.normal, repeats=1) for _ in plans])
        values[-1] += 2.0
        values[1] += 0.5
        p = Panel(plans, ("bribes",), np.arange(200), ka.points(), values, {}, ())
        row = fa.triples(p, [LEVEL], crossed)[0]
        truths = {"interaction": 2.0 + 0.5, "beyond_sum": 2.0 - 0.5}
        covered += [row[k]["low"] <= truth <= row[k]["high"] for k, truth in truths.items()]
    assert (covered / 200 >= 0.92).all()
    assert list(row["cells"]) == list(fa.EIGHT)


def test_a_measure_that_no_country_has_in_all_cells_says_so() -> None:
    values = np.full((4, 20, 1), np.nan)
    row = rows_of(values, LEVEL)[0]
    assert row["n"] == 0
    assert row["interaction"]["value"] is None
    assert "nothing can be said" in row["words"]
