"""A fact told from one run is that run's value: a mean of one number must not stray from it by rounding."""

from typing import Any

import pytest
from tests.results.fake import run

from custodes.present.page import _fact


@pytest.mark.parametrize("value", [7.153846153846154, 0.1, 1.0 / 3.0])
def test_one_runs_value_is_told_as_it_is(value: float) -> None:
    row: dict[str, Any] = {
        "id": "C21",
        "what": "tenure",
        "unit": "months",
        "model": value,
        "value": 12.0,
        "low": 8.0,
        "high": 16.0,
        "grade": "A",
        "cases": 6,
        "one_case": 0.0,
    }
    told = _fact([run()], [row])
    assert told.model.low <= told.model.value <= told.model.high
    assert told.model.value == value
