"""Fixtures: a made-up run and its pieces."""

import pytest
from tests.results import fake

from custodes.results.run import Run


@pytest.fixture
def run() -> Run:
    """A made-up run of two and a half years."""
    return fake.run(weeks=130)
