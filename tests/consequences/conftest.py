"""Runs are shared: by the tests of a process in memory, by the workers of a session in its temporary folder."""

import os
from pathlib import Path

import pytest

from tests.consequences import runs


@pytest.fixture(scope="session", autouse=True)
def _shelf(tmp_path_factory: pytest.TempPathFactory) -> None:
    base = tmp_path_factory.getbasetemp()
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    runs.shelf = Path(base.parent if worker else base) / "consequences"
    runs.shelf.mkdir(exist_ok=True)
