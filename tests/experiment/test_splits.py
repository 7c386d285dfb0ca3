"""The split of a single country's difference recovers planted variances."""

import numpy as np
import pytest
from tests.experiment import known_answers as ka

from custodes.experiment.splits import PARTS, split

PLANTED = {"parameter": 0.5, "mechanism": 0.2, "luck": 0.3}


def planted(rng: np.random.Generator, parameter: float, mechanism: float, luck: float) -> tuple[np.ndarray, np.ndarray]:
    """Differences (countries, repeats) with these variances, and the theory of each country: two, as likely."""
    theory = np.repeat(np.arange(ka.POINTS) % 2, ka.LUCKS)
    shift = np.sqrt(mechanism) * np.where(theory == 0, -1.0, 1.0)[:, None]
    d = shift + np.sqrt(parameter) * ka.by_point(rng, ka.normal) + np.sqrt(luck) * ka.by_luck(rng, ka.normal)
    return d + 3.0, np.array(["a", "b"])[theory]


def test_planted_variances_come_back_with_their_intervals() -> None:
    d, theory = planted(np.random.default_rng(1), **PLANTED)
    s = split(d, ka.points(), {"purge.theory": theory}, seed=3)
    assert s.variance.mean() == pytest.approx(1.0, abs=0.02)
    for k, part in enumerate(PARTS):
        assert s.shares[k].mean() == pytest.approx(PLANTED[part], abs=0.02)
        assert 0.90 <= np.mean((s.low[k] <= PLANTED[part]) & (PLANTED[part] <= s.high[k])) <= 0.98
    np.testing.assert_allclose(s.shares.sum(axis=0), 1.0)


def test_a_mechanism_that_does_nothing_has_next_to_nothing() -> None:
    d, theory = planted(np.random.default_rng(2), 0.6, 0.0, 0.4)
    s = split(d, ka.points(), {"purge.theory": theory})
    assert s.shares[1].mean() < 0.01
    assert (s.low[1] == 0.0).mean() > 0.9


def test_several_switches_share_the_mechanisms_part_and_idle_ones_add_nothing() -> None:
    """One of four switches has a fifth of the variance: chance in the other three is taken off in full."""
    rng = np.random.default_rng(9)
    d, theory = planted(rng, **PLANTED)
    idle = {f"idle{i}": np.repeat(rng.integers(0, 3, ka.POINTS), ka.LUCKS).astype(str) for i in range(3)}
    s = split(d, ka.points(), {"purge.theory": theory, **idle})
    assert s.shares[1].mean() == pytest.approx(PLANTED["mechanism"], abs=0.02)


def test_luck_alone_is_luck() -> None:
    d, theory = planted(np.random.default_rng(3), 0.0, 0.0, 1.0)
    s = split(d, ka.points(), {"purge.theory": theory})
    assert s.shares[2].mean() > 0.92
    alone = split(d, ka.points(), {}, lone=True)
    assert (alone.shares[2] == 1.0).all()


def test_parameters_alone_are_parameters() -> None:
    d = np.repeat(np.random.default_rng(4).normal(size=(100, 3)), 2, axis=0)
    row = split(d, ka.points(), {}).row(0)
    assert row is not None
    assert {p: row[p] for p in PARTS} == pytest.approx({"parameter": 1.0, "mechanism": 0.0, "luck": 0.0})


def test_one_luck_a_point_cannot_tell_luck_from_parameters() -> None:
    d = np.random.default_rng(5).normal(size=(100, 2))
    assert split(d, np.arange(100), {}).row(0) is None


def test_what_does_not_vary_has_no_split() -> None:
    s = split(np.ones((20, 1)), ka.points(10), {})
    assert s.row(0) is None


def test_an_odd_point_with_one_luck_takes_part() -> None:
    d, theory = planted(np.random.default_rng(6), **PLANTED)
    s = split(d[:-1], ka.points()[:-1], {"purge.theory": theory[:-1]})
    assert s.shares[2].mean() == pytest.approx(0.3, abs=0.02)


def test_the_same_seed_gives_the_same_digits() -> None:
    d, theory = planted(np.random.default_rng(7), **PLANTED)
    one, two = (split(d[:, :3], ka.points(), {"t": theory}, seed=5).row(1) for _ in range(2))
    assert one == two
