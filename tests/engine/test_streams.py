"""Every draw has its own name: a new mechanism, or a lever moved later, disturbs nobody else's luck."""

from typing import Any

import numpy as np
import pytest

from custodes import draws
from custodes.engine.step import Step
from custodes.engine.stepper import SETTLE
from tests.engine.country import action, differences, ride, state_of

WEEKS = 30


def lottery(world: Any, week: Any, p: Any) -> None:
    """A new mechanism that draws much, by names of its own and by names of others, and changes nothing."""
    for name in ("test.lottery", "spark", "harvest", "obedience", "event"):
        draws.uniform(world.seed, name, week.number, np.arange(1000))
        draws.binomial(world.seed, name, week.number, np.arange(50), 100, 0.3)
    np.random.default_rng(week.number).random(1000)
    np.random.random(1000)


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_new_mechanism_reshuffles_nobody(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with ride("dprk/2017", 1000, WEEKS) as it:
        alone = state_of(it.to(WEEKS))
    at = {"first": 0, "middle": 5, "last": len(SETTLE)}[place]
    monkeypatch.setattr(
        "custodes.engine.stepper.SETTLE", (*SETTLE[:at], Step("lottery.settle", lottery, (), (), ""), *SETTLE[at:])
    )
    monkeypatch.setitem(draws.STREAMS, "lottery", 9999)
    with ride("dprk/2017", 1000, WEEKS) as it:
        assert differences(alone, state_of(it.to(WEEKS))) == []


def test_no_two_streams_share_a_number() -> None:
    assert len(set(draws.STREAMS.values())) == len(draws.STREAMS)
    assert max(draws.STREAMS.values()) < 1000  # hashed names begin there


LEVERS: list[tuple[str, float, str | None, str]] = [
    ("rights_order", 0.8, "all", "threat_share"),
    ("trade_cut", 0.9, None, "trade_ratio"),
    ("broadcast_reach", 10.0, None, "media"),
    ("levy_extra", 0.2, None, "levy_won"),
    ("raids", 20.0, None, "media"),
    ("guards_pay", 1.0, "all", "guard_income_won"),
    ("budget_food", 0.0, None, "pool_tonnes"),
    ("promise", 1.0, None, "private_support"),
]


@pytest.mark.parametrize(("lever", "value", "organ", "series"), LEVERS)
def test_a_lever_moved_in_a_week_changes_no_week_before_it(
    lever: str, value: float, organ: str | None, series: str
) -> None:
    moved = 13
    with (
        ride("dprk/2017", 1000, WEEKS) as base,
        ride("dprk/2017", 1000, WEEKS, actions=[action(lever, value, moved, organ)]) as arm,
    ):
        before, after = base.to(WEEKS).recorder.arrays, arm.to(WEEKS).recorder.arrays
        for name in before:
            assert before[name][:moved].tobytes() == after[name][:moved].tobytes(), name
        assert not np.array_equal(before[series][moved:], after[series][moved:])
        assert [e for e in base.log.to_state()["events"] if e[1] < moved] == [
            e for e in arm.log.to_state()["events"] if e[1] < moved
        ]


SEEDS = range(1, 9)


def test_pairs_with_common_luck_need_far_fewer_runs() -> None:
    """Variance of the effect on bribes, arms of *other* seeds over arms of the same seed: above 5.

    Eight seeds at 1/100, where luck is the nation's more than the rows' (at 1/1000 an order's pairs gain nothing). Each
    variance has 7 degrees of freedom or more: a true ratio below 5 / 3.8 would pass once in 20 times (F distribution).
    """
    weeks = 12
    plain, cut = [], []
    for seed in SEEDS:
        for out, actions in ((plain, []), (cut, [action("rights_order", 0.7, 2, "all")])):
            with ride("dprk/2017", 100, weeks, seed=seed, actions=actions) as it:
                out.append(it.to(weeks).table().national("bribes_won")[4:].mean())
    paired = np.var(np.subtract(cut, plain), ddof=1)
    unpaired = np.var(cut, ddof=1) + np.var(plain, ddof=1)
    assert unpaired / paired > 5, unpaired / paired
    assert np.mean(np.subtract(cut, plain)) < 0
