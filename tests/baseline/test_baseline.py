"""Results change only when somebody means them to: `python -m tests.baseline.renew` says so."""

import json
from functools import cache
from typing import Any

from tests.baseline.golden import STORED, golden

RENEW = "if the change is meant: python -m tests.baseline.renew"


@cache
def both() -> tuple[dict[str, Any], dict[str, Any]]:
    """What is stored, and what the code gives now (as JSON would keep it)."""
    return json.loads(STORED.read_text()), json.loads(json.dumps(golden()))


def test_every_series_is_what_it_was_to_the_last_bit() -> None:
    stored, now = both()
    changed = {n: (v, now["series"].get(n)) for n, v in stored["series"].items() if now["series"].get(n) != v}
    assert changed == {}, RENEW
    assert set(now["series"]) == set(stored["series"]), RENEW
    assert now["tables"] == stored["tables"], RENEW


def test_the_same_kinds_of_events_happen_as_often() -> None:
    stored, now = both()
    assert now["events"] == stored["events"], RENEW


def test_the_file_has_the_same_bytes_where_the_same_library_writes_it() -> None:
    stored, now = both()
    assert now["file"] == stored["file"] or now["pyarrow"] != stored["pyarrow"], RENEW
