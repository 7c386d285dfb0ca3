"""One finished run of the smallest country, shared by the tests of this folder."""

from pathlib import Path

import pytest

from tests.cli.command import Done, custodes

WEEKS = 60


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """A run of toyland: its folder, and how the command ended (with --json)."""
    folder = tmp_path_factory.mktemp("finished")
    done = custodes(
        "run", "toyland", "--weeks", WEEKS, "--sample", "1", "--seed", "7", "--out", "first", "--json", cwd=folder
    )
    assert done.code == 0, done.err
    return folder / "first", done
