"""Each command does what it says, in a pipe and by exit code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import Done, custodes, environment, refused
from tests.cli.conftest import WEEKS

JSON_KEYS = {
    "scenario",
    "seed",
    "sample",
    "weeks",
    "people",
    "outcome",
    "outcome_week",
    "seconds",
    "peak_memory_mb",
    "out",
    "series",
}
SERIES = set(
    "people households jailed camp abroad deaths grain_price_won won_per_dollar ration_grams_per_day food_stress "
    "market_labour_share informal_income_share household_money_won bribes_won bribe_share_of_spending approaches "
    "threat_share plea_share abstain_share refusals punished_guards enforcement perceived_enforcement pay_paid_share "
    "guard_income_won guard_morale control_capacity upward_takings_won awareness private_support public_support fear "
    "public_dissent preference_gap arrests incidents refused_orders flights arrivals_abroad "
    "anger_at_state_security".split()
)


def test_a_run_prints_one_json_object_with_the_promised_keys(finished: tuple[Path, Done]) -> None:
    _, done = finished
    assert done.err == ""
    assert done.out.count("\n") == 1
    said = json.loads(done.out)
    assert set(said) == JSON_KEYS
    assert (said["scenario"], said["seed"], said["sample"], said["weeks"]) == ("toyland", 7, "1", WEEKS)
    assert said["people"] > 100
    assert 0 < said["seconds"] < 600
    assert said["peak_memory_mb"] > 10
    assert set(said["series"]) >= SERIES
    for name, values in said["series"].items():
        assert set(values) == {"first", "last", "mean"}, name
    assert said["series"]["ration_grams_per_day"]["mean"] > 50


def test_a_run_leaves_its_table_events_record_and_report(finished: tuple[Path, Done]) -> None:
    folder, done = finished
    assert {path.name for path in folder.iterdir()} == {
        "run.parquet",
        "events.parquet",
        "falls.parquet",
        "reports.parquet",
        "record.json",
        "report.html",
    }
    assert json.loads(done.out)["out"] == "first"
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.rstrip().endswith("</html>")


def test_a_second_run_with_the_same_seed_is_the_same_to_the_byte(finished: tuple[Path, Done], tmp_path: Path) -> None:
    folder, _ = finished
    again = custodes(
        "run",
        "toyland",
        "--weeks",
        WEEKS,
        "--sample",
        "1.0",
        "--seed",
        "7",
        "--threads",
        "2",
        "--out",
        "again",
        "--quiet",
        cwd=tmp_path,
    )
    assert (again.code, again.out, again.err) == (0, "", "")
    for name in ("run.parquet", "events.parquet"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes(), name


def test_another_seed_and_another_parameter_give_another_run(finished: tuple[Path, Done], tmp_path: Path) -> None:
    folder, _ = finished
    for more in (["--seed", "8"], ["--seed", "7", "--set", "fear.decay=0.2"]):
        out = tmp_path / str(len(more))
        done = custodes(
            "run", "toyland", "--weeks", WEEKS, "--sample", "1", *more, "--out", out, "--quiet", cwd=tmp_path
        )
        assert done.code == 0, done.err
        assert (out / "run.parquet").read_bytes() != (folder / "run.parquet").read_bytes()


def test_a_run_without_flags_says_what_it_found_and_where_it_lies(tmp_path: Path) -> None:
    first = custodes("run", "toyland", "--weeks", "3", "--sample", "1", cwd=tmp_path)
    assert first.code == 0, first.err
    assert first.err == ""
    assert "runs/toyland-seed1" in first.out
    assert (tmp_path / "runs" / "toyland-seed1" / "report.html").is_file()
    second = custodes("run", "toyland", "--weeks", "3", "--sample", "1", "--quiet", cwd=tmp_path)
    assert second.code == 0, second.err
    assert (tmp_path / "runs" / "toyland-seed1-2" / "run.parquet").is_file()


def test_report_is_written_again_and_elsewhere(finished: tuple[Path, Done], tmp_path: Path) -> None:
    folder, _ = finished
    done = custodes("report", folder, "--out", tmp_path / "page.html", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<html" in page
    assert done.out == f"{tmp_path / 'page.html'}\n"


def test_why_follows_an_event_and_refuses_one_that_is_not_there(finished: tuple[Path, Done], tmp_path: Path) -> None:
    import custodes as cu

    folder, _ = finished
    events = cu.open(folder).events
    assert len(events) > 0, "toyland should see something happen in a year"
    name = str(events["id"].iloc[-1])
    done = custodes("why", folder, name, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert name in done.out
    assert "incident-99999" in refused(custodes("why", folder, "incident-99999", cwd=tmp_path))


def test_new_makes_a_country_that_checks_and_runs(tmp_path: Path) -> None:
    made = custodes("new", "mine", cwd=tmp_path)
    assert (made.code, made.err) == (0, "")
    checked = custodes("check", "mine", cwd=tmp_path)
    assert (checked.code, checked.err) == (0, "")
    done = custodes("run", "mine", "--weeks", "2", "--sample", "1", "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    assert json.loads(done.out)["weeks"] == 2
    assert "mine" in refused(custodes("new", "mine", cwd=tmp_path))


@pytest.mark.parametrize("name", ["toyland", "dp" + "rk/2012", "dp" + "rk/2017"])
def test_every_built_in_scenario_is_listed_and_valid(name: str, tmp_path: Path) -> None:
    listed = custodes("scenarios", cwd=tmp_path)
    assert (listed.code, listed.err) == (0, "")
    assert name in listed.out
    assert custodes("check", name, cwd=tmp_path).code == 0


@pytest.mark.parametrize("name", ["rights-order", "sanctions", "living-wage"])
def test_built_in_policies_are_listed_and_run_by_name(name: str, tmp_path: Path) -> None:
    assert f"\n{name} " in custodes("scenarios", cwd=tmp_path).out
    done = custodes("run", "toyland", "--weeks", "2", "--sample", "1/10", "--policy", name, "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    assert json.loads(done.out)["weeks"] == 2


def test_levers_parameters_and_the_week_are_listed(tmp_path: Path) -> None:
    from custodes.actors.levers import LEVERS
    from custodes.week import PREPARE, SETTLE

    levers = custodes("levers", cwd=tmp_path)
    assert levers.code == 0
    assert all(name in levers.out for name in LEVERS)
    parameters = custodes("parameters", "toyland", cwd=tmp_path)
    assert parameters.code == 0, parameters.err
    assert "fear.decay" in parameters.out
    week = custodes("week", cwd=tmp_path)
    assert week.code == 0, week.err
    assert all(step.name in week.out for step in (*PREPARE, *SETTLE))


@pytest.mark.parametrize("kind", ["scenario", "variant", "policy", "parameter", "court", "actors", "watchers"])
def test_schema_is_json_schema(kind: str, tmp_path: Path) -> None:
    done = custodes("schema", kind, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "properties" in done.out
    assert isinstance(json.loads(done.out), dict)


def test_version_is_the_packages(tmp_path: Path) -> None:
    import custodes as cu

    assert custodes("version", cwd=tmp_path).out == f"custodes {cu.__version__}\n"


@pytest.mark.parametrize("arguments", [["levers"], ["parameters", "toyland"], ["--help"]])
def test_a_reader_who_leaves_hears_no_complaint(arguments: list[str], tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "custodes", *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 0
