"""Scenarios: names, variants, margins, digests."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.scenario.country import copy, spoil

from custodes.errors import BadScenario
from custodes.scenario.load import load, scenarios
from custodes.scenario.places import apportion


@pytest.mark.parametrize("name", scenarios())
def test_every_shipped_scenario_loads_and_starts_on_a_monday(name: str) -> None:
    scenario = load(name)
    assert scenario.name == name
    assert int(scenario.start.astype("datetime64[D]").astype(int)) % 7 == 4  # 1 January 1970 was a Thursday
    assert scenario.burn_in_weeks == 104
    assert scenario.years == 5


def test_what_is_shipped() -> None:
    assert scenarios() == ["dprk/2012", "dprk/2017", "toyland"]


def test_a_base_without_a_start_asks_for_a_variant() -> None:
    with pytest.raises(BadScenario, match="dprk/2012, dprk/2017"):
        load("dprk")


@pytest.mark.parametrize(
    ("wrong", "meant"), [("dprk/2016", "dprk/201"), ("toylnd", "toyland"), ("DPRK/2017", "dprk/2017")]
)
def test_a_wrong_name_is_answered_with_a_near_one(wrong: str, meant: str) -> None:
    with pytest.raises(BadScenario, match=meant):
        load(wrong)


@pytest.mark.parametrize(
    "name", ["", "\0", "../dprk", "x" * 5000, "/", "dprk/2017/x", "toyland/scenario", "dprk/tables", "~"]
)
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(BadScenario):
        load(name)


def test_a_folder_its_file_and_a_variant_beside_it_load(tmp_path: Path) -> None:
    file = copy(tmp_path)
    (file.parent / "late.yaml").write_text("start: 2018-01-01\nlevers: {raids: 2}\n", "utf-8")
    assert load(file.parent).name == load(file).name == "mine"
    late = load(file.parent / "late.yaml")
    assert (late.name, str(late.start), late.levers.raids) == ("mine/late", "2018-01-01", 2.0)
    assert load(f"{file.parent}/late").digest == late.digest
    assert late.digest != load(file).digest


def test_a_copy_is_the_same_country_and_a_changed_number_another(tmp_path: Path) -> None:
    file = copy(tmp_path)
    assert load(file).digest == load("toyland").digest
    spoil(file, "population: 11200", "population: 11201")
    assert load(file).digest != load("toyland").digest


def test_words_do_not_move_the_digest(tmp_path: Path) -> None:
    file = copy(tmp_path)
    spoil(file, "because: a neighbour closes", "because: somebody closes")
    assert load(file).digest == load("toyland").digest


def test_the_burn_in_feels_nothing_of_what_begins_later(tmp_path: Path) -> None:
    file = copy(tmp_path)
    spoil(file, "date: 2018-01-15", "date: 2018-01-22")
    changed, before = load(file), load("toyland")
    assert changed.digest != before.digest
    assert changed.burn_in_digest == before.burn_in_digest
    spoil(file, "date: 2018-01-22", "date: 2016-12-05")
    assert load(file).burn_in_digest != before.burn_in_digest


def test_a_part_that_stands_twice_is_refused(tmp_path: Path) -> None:
    file = copy(tmp_path)
    (file.parent / "tables.yaml").write_text("age_sex: {}\n", "utf-8")
    with pytest.raises(BadScenario, match=r"'tables': stands here and in tables\.yaml"):
        load(file)


def test_totals_scale_with_the_country_and_prices_do_not() -> None:
    toy, whole = load("toyland"), load("dprk/2017")
    assert whole.scale == 1.0
    ratio = toy.people / whole.people
    for name in ("rations.harvest", "prices.exports", "initial.treasury", "initial.reserve"):
        assert toy.parameters.value(name) == pytest.approx(ratio * whole.parameters.value(name), rel=1e-12)
    assert toy.parameters.value("initial.staff.police") == pytest.approx(ratio * 200_000)
    assert toy.parameters.value("extortion.need") == whole.parameters.value("extortion.need")


def test_apportioned_counts_are_whole_and_exact() -> None:
    out = apportion(10, [1, 1, 1])
    assert out.sum() == 10
    assert sorted(out.tolist()) == [3, 3, 4]
    assert apportion(702_372, np.arange(1.0, 179.0).tolist()).sum() == 702_372


def test_reading_a_scenario_does_not_import_the_compiler() -> None:
    code = "import sys, custodes.scenario.load as l; l.load('toyland'); print('numba' in sys.modules, 'pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
