"""Paired effects: what was planted comes back, nothing is found beyond its rate, and nothing is dropped in silence."""

import numpy as np
import pandas as pd
import pytest
from tests.experiment import known_answers as ka

from custodes.errors import BadResults
from custodes.experiment import effects as ef


def column(rows: list[dict], name: str) -> np.ndarray:
    return np.array([np.nan if r[name] is None else r[name] for r in rows], dtype=np.float64)


def levels(rng: np.random.Generator, effect: float, noise: float = 1.0) -> np.ndarray:
    """Two plans (2, countries, repeats): what countries share has variance 9, what they do not `noise` squared."""
    shared = 2.0 * ka.by_point(rng, ka.normal) + np.sqrt(5.0) * ka.by_luck(rng, ka.normal)
    own = [noise * ka.by_luck(rng, ka.normal) for _ in range(2)]
    return np.stack([shared + own[0], shared + own[1] + effect])


def test_a_null_effect_is_covered_and_found_once_in_twenty() -> None:
    p = ka.panel_of(levels(np.random.default_rng(1), 0.0))
    rows = ef.judged(ef.effects(p, ka.measures(ka.REPEATS, primary=True), "p1", "baseline", lone=True))
    low, high = column(rows, "low"), column(rows, "high")
    assert 0.93 <= np.mean((low <= 0) & (high >= 0)) <= 0.97
    assert 0.03 <= np.mean([r["found"] for r in rows]) <= 0.07
    assert all(r["found"] == (r["low"] > 0 or r["high"] < 0) for r in rows)


def test_a_planted_effect_is_recovered() -> None:
    p = ka.panel_of(levels(np.random.default_rng(2), 0.5))
    rows = ef.judged(ef.effects(p, ka.measures(ka.REPEATS, primary=True), "p1", "baseline", lone=True))
    low, high = column(rows, "low"), column(rows, "high")
    assert 0.93 <= np.mean((low <= 0.5) & (high >= 0.5)) <= 0.97
    assert np.mean(column(rows, "difference")) == pytest.approx(0.5, abs=0.02)
    assert np.mean([r["found"] for r in rows]) > 0.99


def test_pairing_saves_as_many_runs_as_countries_share() -> None:
    rows = ef.effects(
        ka.panel_of(levels(np.random.default_rng(3), 0.5)), ka.measures(ka.REPEATS), "p1", "baseline", lone=True
    )
    # of points: unpaired 2 (4 + 5 / 2 + 1 / 2), paired 2 / 2
    assert np.median(column(rows, "variance_ratio")) == pytest.approx(14.0, rel=0.1)
    width = column(rows, "unpaired_high") - column(rows, "unpaired_low")
    assert np.median(width / (2 * column(rows, "sampling"))) == pytest.approx(np.sqrt(14.0), rel=0.1)


def test_of_many_measures_looked_over_one_in_twenty_found_is_nothing() -> None:
    rng = np.random.default_rng(4)
    false, found = 0, 0
    for _ in range(20):
        values = levels(rng, 0.0)[:, :, :100]
        values[1, :, :20] += 0.5
        rows = ef.judged(ef.effects(ka.panel_of(values), ka.measures(100), "p1", "baseline", lone=True))
        seen = np.array([r["found"] for r in rows])
        false, found = false + seen[20:].sum(), found + seen.sum()
    assert found >= 0.99 * 400
    assert 0 < false / found <= 0.06


def test_measures_named_beforehand_are_not_judged_by_those_that_were_not() -> None:
    row = {"p": 0.04, "primary": True}
    rest = [{"p": 0.04, "primary": False}] + [{"p": 0.5, "primary": False}] * 30
    found = [r["found"] for r in ef.judged([row, *rest])]
    assert found == [True] + [False] * 31
    assert not ef.judged([{"p": None, "primary": True}])[0]["found"]


def test_the_chance_to_do_better_counts_ties_half_and_is_covered() -> None:
    rng = np.random.default_rng(5)
    d = ka.by_luck(rng, ka.uniform)
    change = np.where(d < 0.3, -1.0, np.where(d < 0.8, 0.0, 1.0))  # better 0.3, the same 0.5, worse 0.2
    e = ef.better_chance(change, ka.points(), ["lower"] * ka.REPEATS)
    assert e.value.mean() == pytest.approx(0.55, abs=0.01)
    assert 0.93 <= ka.covered(e, 0.55) <= 0.98
    higher = ef.better_chance(change, ka.points(), ["higher"] * ka.REPEATS)
    np.testing.assert_allclose(higher.value, 1.0 - e.value)
    assert np.isnan(ef.better_chance(change[:, :1], ka.points(), [""]).value[0])


def test_ratios_of_hazards_use_weeks_at_risk() -> None:
    rng = np.random.default_rng(6)
    happened, weeks = ka.lifetimes(rng, (0.001, 0.003), 260, 0.5)
    hits = 0
    for i in range(ka.REPEATS):
        row = ef.effects(_exposed(happened[:, :, i], weeks[:, :, i]), _breakdown(), "p1", "baseline")[0]
        assert row["ratio"]["scale"] == "hazard"
        hits += row["ratio"]["low"] <= 3.0 <= row["ratio"]["high"]
    assert 0.93 <= hits / ka.REPEATS <= 0.97


def _breakdown() -> tuple[ef.About, ...]:
    return (ef.About("breakdown", "share of runs", "", "share", "", False, True),)


def _exposed(happened: np.ndarray, weeks: np.ndarray) -> ef.Panel:
    values = np.stack([happened, weeks], axis=2)
    return ef.Panel(("baseline", "p1"), ("breakdown", "exposure"), np.arange(200), ka.points(), values, {}, ())


def test_a_ratio_of_hazards_without_any_event_is_not_certain() -> None:
    row = ef.effects(_exposed(np.zeros((2, 200)), np.full((2, 200), 260.0)), _breakdown(), "p1", "baseline")[0]
    assert row["ratio"]["value"] == pytest.approx(1.0)
    assert row["ratio"]["low"] < 0.1 < 10 < row["ratio"]["high"]
    assert not ef.judged([row])[0]["found"]


def test_the_range_of_single_countries_is_wider_than_the_interval_of_the_average() -> None:
    rows = ef.effects(ka.panel_of(levels(np.random.default_rng(7), 0.5)), ka.measures(50), "p1", "baseline")
    inside = [np.sqrt(2) * 1.645, column(rows, "range_high") - 0.5]
    assert np.mean(inside[1]) == pytest.approx(inside[0], rel=0.05)
    assert (column(rows, "range_low") < column(rows, "low")).all()


def test_effects_differ_by_mechanism_where_they_do() -> None:
    rng = np.random.default_rng(8)
    values = levels(rng, 0.0)[:, :, :20]
    theory = np.array(["envy", "fear"])[rng.integers(0, 2, 100)][ka.points()]
    values[1, theory == "fear"] += 3.0
    rows = ef.effects(ka.panel_of(values, {"purge.theory": theory}), ka.measures(20), "p1", "baseline")
    for r in rows:
        envy, fear = r["by_mechanism"]
        assert (envy["switch"], envy["choice"], fear["choice"]) == ("purge.theory", "envy", "fear")
        assert envy["high"] < 1.0 < fear["low"]
        assert envy["n"] + fear["n"] == 200
        assert r["split"]["mechanism"] > 0.3


def test_every_switch_has_its_choices_in_the_table_of_theories() -> None:
    rng = np.random.default_rng(8)
    switches = {name: np.array(["no", "yes"])[rng.integers(0, 2, 100)][ka.points()] for name in ("a.b", "c.d", "e.f")}
    rows = ef.effects(ka.panel_of(levels(rng, 0.0)[:, :, :3], switches), ka.measures(3), "p1", "baseline")
    told = [(m["switch"], m["choice"]) for m in rows[0]["by_mechanism"]]
    assert told == [(name, choice) for name in switches for choice in ("no", "yes")]
    assert all(sum(m["n"] for m in r["by_mechanism"]) == 3 * r["n"] for r in rows)


def frame(plans: int = 2, countries: int = 6) -> pd.DataFrame:
    rows = [
        {
            "country": c,
            "point": c // 2,
            "luck": c % 2,
            "plan": f"p{k}" if k else "baseline",
            "m0": float(c + k),
            "m1": float(k),
        }
        for k in range(plans)
        for c in range(countries)
    ]
    return pd.DataFrame(rows)


def test_a_country_that_failed_under_one_plan_is_left_out_and_named() -> None:
    runs = frame(3).query("not (country == 2 and plan == 'p2') and country != 5")
    points = pd.DataFrame({"country": range(6), "point": [0, 0, 1, 1, 2, 2], "purge.theory": list("aabbcc")})
    p = ef.panel(
        runs.sample(frac=1.0, random_state=1), ["baseline", "p1", "p2"], ["m1", "m0", "none"], points, ["purge.theory"]
    )
    assert p.countries.tolist() == [0, 1, 3, 4]
    assert p.left_out == (2, 5)
    assert p.columns == ("m1", "m0")
    assert p.points.tolist() == [0, 0, 1, 2]
    assert p.switches["purge.theory"].tolist() == ["a", "a", "b", "c"]
    assert p.of("p2", ["m0"])[:, 0].tolist() == [2.0, 3.0, 5.0, 6.0]


def test_a_measure_that_a_country_lacks_leaves_that_country_out_of_that_measure_alone() -> None:
    runs = frame()
    runs.loc[(runs["country"] == 4) & (runs["plan"] == "p1"), "m0"] = np.nan
    runs.loc[runs["plan"] == "p1", "m1"] = np.nan
    rows = ef.effects(ef.panel(runs, ["baseline", "p1"], ["m0", "m1"]), ka.measures(2), "p1", "baseline")
    assert [(r["measure"], r["n"], r["missing"]) for r in rows] == [("m0", 5, 1), ("m1", 0, 6)]
    assert rows[0]["difference"] == 1.0
    assert rows[1]["difference"] is rows[1]["low"] is None
    assert not any(r["found"] for r in ef.judged(rows)[1:])


def test_no_whole_country_is_refused_in_one_sentence() -> None:
    runs = frame().query("(plan == 'baseline') == (country < 3)")
    with pytest.raises(
        BadResults, match=r"^No country was met by all of baseline, p1: let more runs finish with --resume\.$"
    ):
        ef.panel(runs, ["baseline", "p1"], ["m0"])
