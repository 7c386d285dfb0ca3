"""Fixtures: a made-up run and its pieces."""

import pytest

from custodes.results.run import Run
from tests.results import fake


@pytest.fixture
def run() -> Run:
    """A made-up run of two and a half years."""
    return fake.run(weeks=130)
