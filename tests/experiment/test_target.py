"""How many countries a precision takes, and what stopping by precision does to intervals."""

import numpy as np
import pandas as pd
import pytest
from tests.experiment import known_answers as ka

from custodes.errors import BadInput
from custodes.experiment import target
from custodes.experiment.effects import About, Panel, paired

LEVEL = About("m0", "won", "", "level", "lower", False, True)
SHARE = About("m0", "share of runs", "", "share", "", False, True)


def study(values: np.ndarray) -> Panel:
    """Of the first countries of (2, countries, 1)."""
    n = values.shape[1]
    return Panel(("baseline", "p1"), ("m0",), np.arange(n), np.arange(n) // 2, values, {}, ())


def skewed(rng: np.random.Generator, n: int) -> np.ndarray:
    """Levels about 10 whose difference is skewed over countries: 1 on average."""
    shared = np.repeat(rng.lognormal(0.0, 0.8, (n // 2, 1)), 2, axis=0) / np.exp(0.32)
    base = 10.0 + rng.normal(size=(n, 1))
    return np.stack([base, base + shared + 0.3 * rng.normal(size=(n, 1))])


def events(rng: np.random.Generator, n: int) -> np.ndarray:
    """Shares of 5 and 10 per cent."""
    luck, own = rng.random((n, 1)), rng.random((n, 1))
    return np.stack([luck < 0.05, np.where(own < 0.5, luck, rng.random((n, 1))) < 0.10]).astype(np.float64)


@pytest.mark.parametrize(("make", "about", "until", "truth"), [(skewed, LEVEL, 0.01, 1.0), (events, SHARE, 0.03, 0.05)])
def test_stopping_by_precision_keeps_coverage(make, about: About, until: float, truth: float) -> None:
    hits, sizes, values_seen = [], [], []
    for repeat in range(ka.REPEATS):
        rng = np.random.default_rng(repeat)
        values = make(rng, 2048)
        n = target.first_size(2)
        while (seen := target.look_at(study(values[:, :n]), [about], until, 2, 2048)).goal > n:
            n = seen.goal
        assert seen.reached or n == 2048
        e = paired(values[1, :n], values[0, :n], np.arange(n) // 2, about.kind)
        hits.append(e.low[0] <= truth <= e.high[0])
        sizes.append(n)
        values_seen.append(e.value[0])
    assert 0.93 <= np.mean(hits) <= 0.98
    assert len(set(sizes)) > 1
    assert np.mean(values_seen) == pytest.approx(truth, rel=0.05)


def test_the_number_of_countries_is_that_of_the_root() -> None:
    assert target.countries_for(0.04, 200, 0.02) == 800
    assert target.countries_for(0.01, 200, 0.02) == 50


@pytest.mark.parametrize(("make", "about", "until"), [(events, SHARE, 0.005), (skewed, LEVEL, 0.005)])
def test_the_needed_number_is_about_right(make, about: About, until: float) -> None:
    values = make(np.random.default_rng(3), 8192)
    need = target.look_at(study(values[:, :512]), [about], until, 2).needs[0]
    e = paired(values[1], values[0], np.arange(8192) // 2, about.kind)
    known = target.countries_for(float(e.half[0]), 8192, need.wanted)
    assert 0.6 * known < need.countries < 1.8 * known


def test_looks_grow_in_whole_blocks_and_not_beyond_what_is_allowed() -> None:
    values = skewed(np.random.default_rng(4), 128)
    far = target.look_at(study(values), [LEVEL], 0.001, 2)
    assert far.goal == 512  # four times as many at most
    assert not far.finished
    near = target.look_at(study(values), [LEVEL], far.needs[0].half / values[0].mean() / 1.01, 2)
    assert near.goal == 256
    capped = target.look_at(study(values), [LEVEL], 0.001, 2, most=200)
    assert capped.goal == 200
    done = target.look_at(study(values), [LEVEL], 0.001, 2, most=128)
    assert done.finished
    assert not done.reached
    assert done.text().startswith("Not precise enough after 128 countries, the most allowed")


def test_precise_enough_stops() -> None:
    seen = target.look_at(study(skewed(np.random.default_rng(5), 128)), [LEVEL], 0.5, 2)
    assert seen.reached
    assert seen.finished
    assert seen.text().startswith("Precise enough after 128 countries: the widest interval (m0 under p1) is ±")


def test_an_outcome_that_never_came_still_has_a_width() -> None:
    seen = target.look_at(study(np.zeros((2, 128, 1))), [SHARE], 0.001, 2)
    assert seen.needs[0].half > 0.01
    assert seen.goal == 512


def test_a_level_that_is_nothing_without_policy_has_no_target() -> None:
    values = np.zeros((2, 128, 1))
    values[1] = np.random.default_rng(6).normal(size=(128, 1))
    seen = target.look_at(study(values), [LEVEL], 0.02, 2)
    assert seen.needs == ()
    assert seen.finished
    assert "No difference has a target" in seen.text()


def test_failed_countries_count_as_run() -> None:
    rng = np.random.default_rng(7)
    values = skewed(rng, 128)
    rows = [
        {"country": c, "point": c // 2, "plan": plan, "m0": values[k, c, 0], "m1": 0.0}
        for k, plan in enumerate(("baseline", "p1"))
        for c in range(128)
        if (c, plan) != (5, "p1")
    ]
    seen = target.look(pd.DataFrame(rows), ("baseline", "p1"), [LEVEL, About("m1")], 0.001, 2)
    assert seen.countries == 128
    assert [n.measure for n in seen.needs] == ["m0"]
    rows = [r for r in rows if r["country"] != 6]
    assert target.look(pd.DataFrame(rows), ("baseline", "p1"), [LEVEL], 0.001, 2, most=128).finished is False
    assert target.look(pd.DataFrame(rows), ("baseline", "p1"), [LEVEL], 0.001, 2, most=128, run=128).finished


@pytest.mark.parametrize("text", ["0", "-1", "0.6", "nan", "many"])
def test_a_bad_until_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(BadInput, match=r"^--until must .*not.*\.$"):
        target.wanted_width(text)


def test_until() -> None:
    assert target.wanted_width("0.02") == 0.02
