"""Fixtures: made-up runs."""

import pytest
from tests.results import fake

from custodes.results.run import Run


@pytest.fixture(scope="session")
def one() -> list[Run]:
    """One run of five years."""
    return [fake.run(weeks=260)]


@pytest.fixture(scope="session")
def five() -> list[Run]:
    """Five runs that differ in the seed."""
    return [fake.run(weeks=130, seed=s) for s in range(1, 6)]
