"""Folders that cannot take a run: one sentence, and they stay as they were."""

import resource
from pathlib import Path

import pytest

from tests.cli.command import Done, custodes, refused

SHORT = ("run", "toyland", "--weeks", "2", "--sample", "1")


def snapshot(folder: Path) -> dict[str, bytes]:
    """All files of a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_finished_run_is_not_overwritten(finished: tuple[Path, Done], tmp_path: Path) -> None:
    folder, _ = finished
    before = snapshot(folder)
    assert "--out" in refused(custodes(*SHORT, "--out", folder, cwd=tmp_path))
    assert snapshot(folder) == before


def test_a_folder_of_other_files_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("dear", encoding="utf-8")
    for more in ([], ["--resume"]):
        assert "home" in refused(custodes(*SHORT, "--out", "home", *more, cwd=tmp_path))
        assert snapshot(tmp_path) == {"home/letter.txt": b"dear"}


@pytest.mark.parametrize(
    "out", ["letter.txt", "letter.txt/deeper/still", "/proc/custodes", "/dev/null", "/sys/custodes"]
)
def test_a_place_where_no_folder_can_be_is_refused(out: str, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    refused(custodes(*SHORT, "--out", out, cwd=tmp_path))
    assert snapshot(tmp_path) == {"letter.txt": b"dear"}


def no_large_files() -> None:
    """Let the process write files of at most 64 KiB: what a full disk looks like to it."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, 65_536))


def test_a_disk_without_room_is_refused_at_the_start(tmp_path: Path) -> None:
    said = refused(custodes(*SHORT, "--out", "out", cwd=tmp_path, before=no_large_files), out=tmp_path / "out")
    assert "out" in said
    assert list(tmp_path.iterdir()) == []


def room_for_the_start_only() -> None:
    """Let the process write 1.2 MB a file: enough to begin a run, too little for its table."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_200_000, 1_200_000))


def test_a_disk_that_fills_up_during_a_run_leaves_nothing(finished: tuple[Path, Done], tmp_path: Path) -> None:
    assert finished[1].code == 0  # so that the kernels are compiled and kept
    long = ("run", "toyland", "--weeks", "800", "--sample", "1", "--seed", "7", "--quiet")
    done = custodes(*long, "--out", "out", cwd=tmp_path, before=room_for_the_start_only)
    assert done.code == 2
    assert "cannot be written" in done.sentence
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("out", ["nowhere/page.html", ".", "letter.txt/page.html"])
def test_a_report_that_cannot_be_written_is_refused(out: str, finished: tuple[Path, Done], tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    refused(custodes("report", finished[0], "--out", out, cwd=tmp_path))
    assert snapshot(tmp_path) == {"letter.txt": b"dear"}


def test_a_report_that_finds_no_room_leaves_no_half_page(finished: tuple[Path, Done], tmp_path: Path) -> None:
    refused(custodes("report", finished[0], "--out", "page.html", cwd=tmp_path, before=no_large_files))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["run.parquet", "events.parquet", "record.json"])
@pytest.mark.parametrize("how", ["empty", "cut", "missing", "garbage"])
def test_a_damaged_run_is_refused_by_report_and_why(
    name: str, how: str, finished: tuple[Path, Done], tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    for file, content in snapshot(finished[0]).items():
        (folder / file).write_bytes(content)
    content = (folder / name).read_bytes()
    if how == "missing":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(
            {"empty": b"", "cut": content[: len(content) // 2], "garbage": b"\0\xff" * 500}[how]
        )
    assert "copy" in refused(custodes("report", folder, "--out", "page.html", cwd=tmp_path), out=tmp_path / "page.html")


def test_resuming_as_another_run_is_refused(finished: tuple[Path, Done], tmp_path: Path) -> None:
    folder, _ = finished
    before = snapshot(folder)
    assert "seed" in refused(custodes(*SHORT, "--seed", "8", "--out", folder, "--resume", cwd=tmp_path))
    assert snapshot(folder) == before
