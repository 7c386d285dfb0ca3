"""Kuran 1989: one person's threshold decides between a protest of a tenth and a revolution."""

import numpy as np
import pytest

from custodes.mechanisms.incidents import cascade

THRESHOLDS = (0, 20, 20, 30, 40, 50, 60, 70, 80, 100)


@pytest.mark.parametrize(("second", "percent"), [(20, 10), (10, 90)])
def test_the_second_person_decides(second: int, percent: int) -> None:
    needed = np.array([0, second, *THRESHOLDS[2:]]) / 100
    path = cascade(np.ones(10), 1.0, 0.0, 0.0, 0.0, 0.0, arrest=False, needed=needed, start=0.0)
    assert path[-1] == percent / 100
    assert (np.diff(path) >= 0.0).all()


def test_the_revolution_takes_one_person_a_round() -> None:
    needed = np.array([0, 10, *THRESHOLDS[2:]]) / 100
    path = cascade(np.ones(10), 1.0, 0.0, 0.0, 0.0, 0.0, arrest=False, needed=needed, start=0.0)
    assert [round(10 * share) for share in path[:4]] == [0, 1, 2, 3]
