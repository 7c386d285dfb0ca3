"""`custodes compare` and what follows from it, as a user types it."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.cli.command import Done, custodes, inside, refused

POLICY = """\
name: embargo
title: No trade
rationale: a test
source: reasoned
actions:
  - {week: 3, lever: trade_cut, value: 0.9, because: a test}
"""
ASKED = ("compare", "toyland", "--policy", "embargo.yaml", "--runs", 4, "--weeks", 9, "--uncertain", "prior:fear")


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    folder = tmp_path_factory.mktemp("studied")
    (folder / "embargo.yaml").write_text(POLICY, encoding="utf-8")
    done = custodes(*ASKED, "--workers", 2, "--out", "study", "--json", cwd=folder)
    assert done.code == 0, done.err
    return folder, done


def test_a_comparison_prints_one_json_object_with_intervals(studied: tuple[Path, Done]) -> None:
    _, done = studied
    assert done.err == ""
    answer = json.loads(done.out)
    assert answer["format"] == "custodes-comparison-1"
    assert [p["name"] for p in answer["plans"]] == ["baseline", "embargo"]
    assert answer["runs"] == 8
    assert answer["failed"] == []
    trade = next(r for r in answer["effects"] if r["measure"] == "trade")
    assert trade["low"] <= trade["difference"] <= trade["high"] < 0.0


def test_the_folder_holds_every_run_the_answer_and_the_page(studied: tuple[Path, Done]) -> None:
    folder, _ = studied
    names = {p.name for p in (folder / "study").iterdir()}
    assert {"study.json", "runs", "comparison.json", "report.html"} <= names
    assert len(list((folder / "study" / "runs").glob("*.parquet"))) == 8


def test_to_resume_a_finished_study_changes_no_byte(studied: tuple[Path, Done]) -> None:
    folder, _ = studied
    before = {p: p.read_bytes() for p in sorted((folder / "study").rglob("*")) if p.is_file() and p.suffix != ".html"}
    again = custodes(*ASKED, "--workers", 1, "--out", "study", "--resume", "--quiet", cwd=folder)
    assert again.code == 0, again.err
    assert {p: p.read_bytes() for p in before} == before


def test_a_country_of_the_study_is_a_run_that_anybody_can_make(studied: tuple[Path, Done]) -> None:
    import custodes as cu
    from custodes.experiment.measures import BY_NAME

    folder, _ = studied
    done = cu.study(folder / "study")
    country = done.store.design.countries[1]
    alone = cu.run(
        "toyland",
        weeks=9,
        sample=1,
        seed=country.seed,
        settings=country.settings(),
        policies=[str(folder / "embargo.yaml")],
    )
    row = done.runs.set_index(["country", "plan"]).loc[(1, "embargo")]
    for name in ("fear", "bribes", "trade", "arrests"):
        assert row[name] == pytest.approx(BY_NAME[name].compute(alone), rel=1e-12)


def test_report_and_export_write_what_they_say(studied: tuple[Path, Done], tmp_path: Path) -> None:
    folder, _ = studied
    page = custodes("report", "study", "--out", tmp_path / "page.html", cwd=folder)
    assert (page.code, page.err) == (0, "")
    assert "embargo" in (tmp_path / "page.html").read_text(encoding="utf-8")
    out = custodes("export", "study", "--out", tmp_path / "tables", cwd=folder)
    assert (out.code, out.err) == (0, "")
    with (tmp_path / "tables" / "effects.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {"plan", "measure", "unit", "difference", "low", "high"} <= set(rows[0])


def test_an_answer_that_is_lost_is_computed_again_with_its_own_scenario_only(
    studied: tuple[Path, Done], tmp_path: Path
) -> None:
    import custodes as cu
    from custodes.errors import BadResults

    folder, done = studied
    lost = shutil.copytree(folder / "study", tmp_path / "study")
    (lost / "comparison.json").unlink()
    again = cu.study(lost).answer
    assert again["effects"] == json.loads(done.out)["effects"]
    (lost / "comparison.json").unlink(missing_ok=True)
    with pytest.raises(BadResults, match=r"is not at hand .* with --resume"):
        cu.study(lost, scenario="nowhere")
    with pytest.raises(BadResults, match="runs of the scenario 'toyland' as it was then, and 'dprk/2017'"):
        cu.study(lost, scenario="dprk/2017")


def test_what_four_countries_cannot_say_is_refused(studied: tuple[Path, Done]) -> None:
    folder, _ = studied
    assert "too few" in refused(inside("regret", folder / "study"))
    found = inside("discover", folder / "study", "--failing", "bribes")
    assert found.code == 0
    assert "there is nothing to set apart" in found.out


BAD = {
    "0 runs": (("--policy", "aid", "--runs", "0"), "--runs must lie between 1"),
    "no policy": ((), "at least one --policy"),
    "unknown policy": (("--policy", "sanction"), "Did you mean 'sanctions'"),
    "overlap": (("--policy", "aid+engagement"), "both set aid_dollars"),
    "one factor": (("--factorial", "aid"), "crosses two or three"),
    "unknown measure": (("--policy", "aid", "--measure", "bribe"), "Did you mean 'bribes'"),
    "unknown doubt": (("--policy", "aid", "--uncertain", "fear.deca=uniform(0,1)"), "Did you mean 'fear.decay'"),
    "no sampler": (("--policy", "aid", "--sampler", "grid"), "not a sampler"),
    "both places": (("--policy", "aid", "--workers", "2", "--scheduler", "tcp://x:1"), "not both"),
    "wide": (("--policy", "aid", "--until", "2"), "--until must lie above 0"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_design_is_one_sentence_and_leaves_nothing(case: str, tmp_path: Path) -> None:
    flags, said = BAD[case]
    sentence = refused(inside("compare", "toyland", *flags, "--out", tmp_path / "study"), out=tmp_path / "study")
    assert said in sentence


def test_a_folder_in_use_or_of_another_study_is_named(studied: tuple[Path, Done]) -> None:
    folder, _ = studied
    policy = folder / "embargo.yaml"
    asked = ("compare", "toyland", "--policy", policy, "--runs", 4, "--weeks", 9, "--out", folder / "study")
    assert "add --resume" in refused(inside(*asked))
    assert "cannot be resumed with another seed" in refused(
        inside(*asked, "--uncertain", "prior:fear", "--seed", 2, "--resume")
    )
