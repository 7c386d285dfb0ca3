"""Who pays: the classes' means of the last week are the nation's, parted."""

import numpy as np
import pytest

import custodes as cu
from custodes.observe import classes
from custodes.world import columns as col


@pytest.fixture(scope="module")
def run() -> cu.Run:
    return cu.run("toyland", weeks=6, sample=1, seed=4, threads=1)


def test_every_class_with_people_has_a_value(run: cu.Run) -> None:
    by_class, by_songbun = run.record["classes"]["class"], run.record["classes"]["songbun"]
    assert set(by_class) == set(classes.BY_HOUSEHOLD)
    assert set(by_songbun) == set(classes.BY_PERSON)
    assert {"farmers", "state_workers"} <= set(by_class["food_stress"]) <= set(col.CLASSES)
    assert set(by_songbun["fear"]) == set(classes.SONGBUN)
    assert all(0.0 <= v <= 1.0 for name in classes.BY_PERSON for v in by_songbun[name].values())


def test_the_hostile_support_less_than_the_core(run: cu.Run) -> None:
    support = run.record["classes"]["songbun"]["private_supporters"]
    assert support["hostile"] < support["wavering"] < support["core"]
    national = float(run.table.national("private_supporters")[-1])
    assert support["hostile"] < national < support["core"]


def test_means_are_of_whole_numbers_and_skip_empty_groups() -> None:
    groups = np.array([0, 0, 2], np.uint8)
    found = classes._means(groups, np.array([0.25, 0.75, 1.0]), ("a", "b", "c"))
    assert set(found) == {"a", "c"}
    assert found["a"] == pytest.approx(0.5, abs=1.0 / classes.U16)
    assert classes._means(groups, np.array([3, 5, 7]), ("a", "b", "c")) == {"a": 4.0, "c": 7.0}
