"""A run that is cut anywhere and goes on from disk is the run that was never cut. (`kill -9`: tests/cli/test_stop.py.)"""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custodes as cu
from custodes.engine import run as engine
from custodes.observe.truth import Recorder
from custodes.results import store
from custodes.world.cache import load_world, save_world
from custodes.world.places import build_places
from tests.engine.country import Ride, action, differences, file_digest, onward, policy, ride, state_of

WEEKS = 30
ACTIONS = [
    action("rights_order", 0.8, 4, "all"),
    action("market_closure", 1.0, 9),
    action("trade_cut", 0.9, 12),
    action("raids", 5.0, 2),
]


class Cut(Exception):
    """A crash."""


def checkpointed(it: Ride, folder: Path) -> store.Checkpoint:
    """What the store keeps of a run in the week that it stands in."""
    taken = store.prepare(folder, True, {"seed": it.world.seed})
    taken.write_checkpoint(it.world, it.recorder, it.log, it.world.week)
    found = taken.latest_checkpoint()
    taken.close()
    assert found is not None
    return found


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(cuts=st.lists(st.integers(1, WEEKS - 1), min_size=1, max_size=3, unique=True))
def test_a_run_resumed_from_checkpoints_at_any_weeks_is_the_run_never_stopped(
    cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with ride("dprk/2017", 1000, WEEKS, actions=ACTIONS) as it:
        whole = state_of(it.to(WEEKS))
    with ride("dprk/2017", 1000, WEEKS, actions=ACTIONS) as it:
        country, world, log, recorder = it.scenario, it.world, it.log, it.recorder
        for week in sorted(cuts):
            with onward(country, world, log, recorder) as part:
                saved = checkpointed(part.to(week), tmp_path_factory.mktemp("cut"))
            recorder = Recorder(build_places(country), WEEKS, recorder.measures)
            world, log = saved.load(recorder.places, recorder)
            assert world.week == recorder.seen == week
        with onward(country, world, log, recorder) as last:
            assert differences(whole, state_of(last.to(WEEKS))) == []


@pytest.mark.parametrize("saved_before", [0, 3])
def test_a_run_that_crashes_three_times_leaves_the_same_files(
    saved_before: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Crashes in weeks 6, 13 and 21, each with a last checkpoint from the week before or from three weeks earlier."""
    request: dict[str, Any] = {"weeks": 26, "sample": 1, "seed": 5, "policies": [policy(ACTIONS)]}
    whole = cu.run("toyland", out=tmp_path / "whole", **request)
    crashes = {6, 13, 21}
    kept = {week - 1 - saved_before for week in crashes}
    write = store.RunFolder.write_checkpoint

    def seldom(self: store.RunFolder, world: Any, recorder: Any, log: Any, week: int) -> None:
        if week in kept:
            write(self, world, recorder, log, week)

    def progress(stage: str, done: int, total: int) -> None:
        if stage == "weeks" and done in crashes:
            crashes.discard(done)
            raise Cut

    monkeypatch.setattr(engine, "CHECKPOINT_SECONDS", -1.0)
    monkeypatch.setattr(engine, "CHECKPOINT_SHARE", math.inf)
    monkeypatch.setattr(store.RunFolder, "write_checkpoint", seldom)
    for left in (2, 1, 0):
        with pytest.raises(Cut):
            cu.run("toyland", out=tmp_path / "cut", resume=True, progress=progress, **request)
        assert len(crashes) == left
        assert [int(p.name[-6:]) in kept for p in (tmp_path / "cut").glob("checkpoint-*")] == [True]
    again = cu.run("toyland", out=tmp_path / "cut", resume=True, **request)
    assert again.path is not None
    assert whole.path is not None
    for name in (store.RUN, store.EVENTS):
        assert file_digest(again.path / name) == file_digest(whole.path / name), name
    assert {p.name for p in again.path.iterdir()} == {p.name for p in whole.path.iterdir()}


def test_a_second_run_from_the_kept_burnt_in_state_equals_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTODES_CACHE", str(tmp_path / "cache"))
    states = []
    for _ in range(2):
        with ride("dprk/2017", 5000, 12, seed=9) as it:
            states.append(state_of(it.to(12)))
    assert len(list((tmp_path / "cache" / "states").iterdir())) == 1
    assert differences(*states) == []


def test_saving_a_world_changes_nothing_in_it(tmp_path: Path) -> None:
    with ride("dprk/2017", 5000, 8) as it:
        before = state_of(it.to(4))
        save_world(it.world, tmp_path)
        assert differences(before, state_of(it)) == []
        again = load_world(tmp_path, it.world.places)
        with onward(it.scenario, again, it.log, it.recorder) as loaded:
            assert differences(before, state_of(loaded)) == []
