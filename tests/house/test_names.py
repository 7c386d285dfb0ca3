"""A country is data only; files stay readable; nothing names the place where this was written."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "custodes"
ENGINE = sorted(
    path
    for part in ("engine", "mechanisms", "experiment", "observe", "world", "actors", "results")
    for path in (PACKAGE / part).rglob("*.py")
) + [PACKAGE / "week.py"]
COUNTRY = re.compile(
    "|".join(("kor" + "ea", "dp" + "rk", "pyong" + "yang", "jang" + "madang", r"\bm" + "ss\\b")), re.IGNORECASE
)
MOST_LINES = 500


def tracked() -> list[Path]:
    """The files of the project: what git tracks, or everything where there is no git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else []
    files = [ROOT / name for name in names if name] or [
        p for p in (ROOT / "src").rglob("*") if "__pycache__" not in p.parts
    ]
    return [path for path in files if path.is_file()]


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_the_engine_does_not_know_which_country_it_runs(path: Path) -> None:
    found = COUNTRY.search(path.read_text(encoding="utf-8"))
    assert found is None, f"{path} says '{found and found.group()}'"


def test_no_source_file_is_longer_than_a_reader_bears() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in PACKAGE.rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert not long


def test_no_file_names_the_place_where_it_was_written_or_an_index() -> None:
    words = (
        "/wo" + "rk/",
        "/tm" + "p/",
        "py" + "pi.org",
        "python" + "hosted",
        "/opt/" + "venv",
        "registry." + "npmjs",
        "contract" + ".md",
    )
    found = []
    for path in tracked():
        if path.suffix in {".png", ".parquet", ".gz"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [(path.relative_to(ROOT).as_posix(), word) for word in words if word in text]
    assert not found


def test_locks_pin_every_package_with_its_hash() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "http" not in text
        assert "--index" not in text
        entries = re.split(r"\n(?=\S)", text.strip())
        assert len(entries) > 10
        assert all(re.match(r"[A-Za-z0-9._-]+==\S+", entry) and "--hash=sha256:" in entry for entry in entries), name
