"""A run that is stopped, politely or not, goes on later as if nothing had happened."""

import signal
import time
from pathlib import Path

import pytest

from tests.cli.command import custodes, start, stop, wait_for

LONG = ("run", "toyland", "--weeks", "400", "--sample", "1", "--seed", "3", "--quiet")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run, never stopped."""
    folder = tmp_path_factory.mktemp("whole")
    done = custodes(*LONG, "--out", "run", cwd=folder)
    assert done.code == 0, done.err
    return folder / "run"


def same(folder: Path, whole: Path) -> None:
    """The tables of two runs are equal to the byte, and nothing is left of the stop."""
    for name in ("run.parquet", "events.parquet"):
        assert (folder / name).read_bytes() == (whole / name).read_bytes(), name
    assert {p.name for p in folder.iterdir()} == {p.name for p in whole.iterdir()}


@pytest.mark.parametrize("moment", [0.0, 0.3, 0.7])
def test_a_killed_run_resumes_to_the_same_bytes(moment: float, whole: Path, tmp_path: Path) -> None:
    process = start(*LONG, "--out", "run", cwd=tmp_path)
    wait_for(lambda: any((tmp_path / "run").glob("checkpoint-*")), process)
    time.sleep(moment)
    killed = stop(process, signal.SIGKILL)
    assert killed.code == -signal.SIGKILL or moment > 0.0, "ended before it could be killed"
    if killed.code:
        assert not (tmp_path / "run" / "record.json").exists()
    again = custodes(*LONG, "--out", "run", "--resume", cwd=tmp_path)
    assert again.code == 0, again.err
    same(tmp_path / "run", whole)


def test_a_run_killed_before_it_saved_anything_starts_again(whole: Path, tmp_path: Path) -> None:
    process = start(*LONG, "--out", "run", cwd=tmp_path)
    wait_for((tmp_path / "run").exists, process)
    stop(process, signal.SIGKILL)
    again = custodes(*LONG, "--out", "run", "--resume", cwd=tmp_path)
    assert again.code == 0, again.err
    same(tmp_path / "run", whole)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_how_to_go_on_and_exits_with_3(
    how: signal.Signals, whole: Path, tmp_path: Path
) -> None:
    process = start(*LONG, "--out", "run", cwd=tmp_path)
    wait_for(lambda: any((tmp_path / "run").glob("checkpoint-*")), process)
    done = stop(process, how)
    assert done.code == 3, done
    assert "--resume" in done.sentence
    assert done.out == ""
    assert done.seconds < 5
    again = custodes(*LONG, "--out", "run", "--resume", cwd=tmp_path)
    assert again.code == 0, again.err
    same(tmp_path / "run", whole)


def test_an_interrupt_before_the_first_week_can_be_taken_up_too(tmp_path: Path) -> None:
    process = start("run", "toyland", "--weeks", "300", "--sample", "1", "--seed", "4711", "--out", "run", cwd=tmp_path)
    wait_for(lambda: (tmp_path / "run" / "request.json").exists(), process)
    done = stop(process, signal.SIGINT)
    assert done.code == 3, done
    assert "--resume" in done.sentence
    again = custodes(
        "run",
        "toyland",
        "--weeks",
        "300",
        "--sample",
        "1",
        "--seed",
        "4711",
        "--out",
        "run",
        "--resume",
        "--json",
        cwd=tmp_path,
    )
    assert again.code == 0, again.err


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    process = start(*LONG, "--out", "run", cwd=tmp_path)
    wait_for(lambda: (tmp_path / "run" / "request.json").exists(), process)
    other = custodes(*LONG, "--out", "run", "--resume", cwd=tmp_path)
    assert other.code == 2
    assert "in use" in other.sentence
    stop(process, signal.SIGKILL)


def test_resuming_a_finished_run_changes_nothing(whole: Path) -> None:
    before = {p.name: p.read_bytes() for p in whole.iterdir()}
    done = custodes(*LONG, "--out", whole, "--resume", cwd=whole.parent)
    assert done.code == 0, done.err
    assert {name: content for name, content in before.items() if name.endswith(".parquet")} == {
        p.name: p.read_bytes() for p in whole.iterdir() if p.suffix == ".parquet"
    }
