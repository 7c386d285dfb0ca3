"""What a watcher concludes from reports: expansion by the chance of hearing, and what he does not take for sure."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from custodes.observe.watching import estimated


def report(kind: str, happened: int, chance: float, number: int = 2) -> dict[str, Any]:
    return {"kind": kind, "happened": happened, "chance": chance, "number": number, "place": "", "fate": ""}


def run(reports: list[dict[str, Any]], true: dict[str, list[int]], weeks: int = 52) -> Any:
    log = [SimpleNamespace(kind=kind, week=w, place="", id="") for kind, at in true.items() for w in at]
    return SimpleNamespace(reports=reports, log=log, register=[], record={"weeks": weeks})


def only(of: Any, kind: str) -> dict[str, float]:
    return dict(estimated(of, kind).iloc[0])


def test_intervals_hold_the_truth_nineteen_times_in_twenty_when_nothing_is_invented() -> None:
    """1,000 years of 20 events each, heard of with 0.35 or 0.8: right programmes fail below 0.92 once in 10,000 times."""
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(1000):
        chances = np.where(rng.random(20) < 0.5, 0.35, 0.8)
        heard = [report("purge", 3, float(p)) for p in chances if rng.random() < p]
        found = only(run(heard, {"purge": [3] * 20}), "purge")
        held += found["low"] <= found["truth"] <= found["high"]
    assert held >= 920


def test_what_one_source_tells_of_the_street_raises_no_lower_bound() -> None:
    told = [report("incident", 5, 0.4), report("incident", 6, 0.4), report("incident", 7, 0.5, number=1)]
    found = only(run(told, {"incident": [7]}), "incident")
    assert (found["reported"], found["low"]) == (3, 1.0)
    assert found["estimate"] == pytest.approx(7.0)
    named = [report("purge", 5, 1.0), report("purge", 6, 1.0)]
    assert only(run(named, {"purge": [5, 6]}), "purge")["low"] == 2.0


def test_a_contradicted_report_no_longer_counts() -> None:
    told = [report("refusal", 5, 0.5, number=5), report("refusal", 6, 0.5)]
    found = only(run(told, {}), "refusal")
    assert (found["reported"], found["estimate"], found["low"]) == (1, 2.0, 0.0)
