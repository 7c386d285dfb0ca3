"""Runs on disk: whole or absent, exact, one process at a time, and only ever resumed as what they were."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.results import fake

from custodes.errors import BadResults
from custodes.observe.truth import SERIES, Recorder, shape
from custodes.results import files, store
from custodes.results.run import Run
from custodes.results.table import Table

REQUEST = {"scenario": "testland", "seed": 1, "weeks": 6, "settings": []}

#: the files of a finished run
WHOLE = {"run.parquet", "events.parquet", "falls.parquet", "reports.parquet", "record.json"}


def names(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir()}


def same(one: Run, two: Run) -> bool:
    tables = all(np.array_equal(a, two.table.arrays[n]) for n, a in one.table.arrays.items())
    told = one.log.events == two.log.events and one.register == two.register
    return tables and told and one.record == two.record


# --- the table ---------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    weeks=st.integers(1, 4),
    provinces=st.integers(1, 3),
    factions=st.integers(0, 3),
    seed=st.integers(0, 2**32 - 1),
    special=st.floats(allow_nan=False, allow_infinity=False),
)
def test_any_table_survives_arrow(weeks: int, provinces: int, factions: int, seed: int, special: float) -> None:
    rng = np.random.default_rng(seed)
    sizes = provinces, 3, factions
    arrays = {n: rng.normal(size=(weeks, *shape(s.dims, *sizes))) for n, s in SERIES.items()}
    arrays["people"].flat[0] = special
    table = Table(np.datetime64("2012-01-02"), tuple("ABC"[:provinces]), fake.ORGANS, arrays, tuple("xyz"[:factions]))
    again = Table.from_arrow(table.to_arrow())
    assert (again.start, again.provinces, again.organs) == (table.start, table.provinces, table.organs)
    assert again.factions == table.factions
    for name, values in arrays.items():
        np.testing.assert_array_equal(values, again.arrays[name])


def test_a_table_refuses_arrays_of_another_shape(run: Run) -> None:
    with pytest.raises(ValueError, match="series 'people' has shape"):
        Table(fake.START, ("A",), fake.ORGANS, {"people": np.zeros((3, 7))})


# --- save and open -----------------------------------------------------------------------------------------------------


def test_a_run_survives_the_disk(run: Run, tmp_path: Path) -> None:
    folder = run.save(tmp_path / "one")
    assert names(folder) == WHOLE
    assert same(run, store.open_run(folder))


def test_identical_runs_are_identical_bytes(tmp_path: Path) -> None:
    one, two = fake.run().save(tmp_path / "one"), fake.run().save(tmp_path / "two")
    again = store.open_run(one).save(tmp_path / "three")
    for name in sorted(WHOLE - {"record.json"}):
        assert (one / name).read_bytes() == (two / name).read_bytes() == (again / name).read_bytes()


def test_the_table_file_says_units(run: Run, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    schema = pq.read_schema(run.save(tmp_path / "one") / "run.parquet")
    assert schema.field("bribes_won").metadata[b"unit"] == b"won a week"
    frame = run.to_dataframe()
    assert {"national"} | set(fake.PROVINCES) == set(frame.province)
    assert {"all"} | set(fake.ORGANS) == set(frame.organ)


def test_a_run_without_events_survives(tmp_path: Path) -> None:
    quiet = fake.run(weeks=3)
    quiet.log = fake.EventLog(fake.START)
    again = store.open_run(quiet.save(tmp_path / "one"))
    assert again.events.empty


def test_an_occupied_folder_is_refused_and_untouched(run: Run, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(BadResults, match=r"holds other files, such as 'thesis.txt'"):
        run.save(tmp_path)
    assert names(tmp_path) == {"thesis.txt"}


def test_a_second_save_wants_to_be_told(run: Run, tmp_path: Path) -> None:
    run.save(tmp_path / "one")
    with pytest.raises(BadResults, match="already holds a run"):
        run.save(tmp_path / "one")
    other = fake.run(seed=9)
    other.save(tmp_path / "one", overwrite=True)
    assert same(other, store.open_run(tmp_path / "one"))


def test_a_file_in_the_way_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one").write_text("mine")
    with pytest.raises(BadResults, match="is a file, not a folder"):
        run.save(tmp_path / "one")
    with pytest.raises(BadResults, match="cannot be written"):
        run.save(tmp_path / "one" / "two")


@pytest.mark.parametrize(
    "wreck",
    [
        lambda f: (f / "run.parquet").write_bytes((f / "run.parquet").read_bytes()[:-200]),
        lambda f: (f / "run.parquet").write_bytes(b"nonsense"),
        lambda f: (f / "run.parquet").unlink(),
        lambda f: (f / "events.parquet").write_bytes(b""),
        lambda f: (f / "events.parquet").write_bytes((f / "run.parquet").read_bytes()),
        lambda f: (f / "run.parquet").write_bytes((f / "events.parquet").read_bytes()),
        lambda f: (f / "record.json").write_text("{}"),
        lambda f: (f / "record.json").write_text("[1"),
        lambda f: (f / "record.json").write_bytes(b"\xff\xfe"),
    ],
)
def test_a_damaged_run_is_one_sentence(run: Run, tmp_path: Path, wreck: Callable[[Path], Any]) -> None:
    folder = run.save(tmp_path / "one")
    wreck(folder)
    with pytest.raises(BadResults, match=r"damaged.*; run the scenario again\.") as caught:
        store.open_run(folder)
    assert "\n" not in str(caught.value)


def test_what_is_no_run_says_what_makes_one(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "nowhere", "does not exist"), (tmp_path, "holds no run")):
        with pytest.raises(BadResults, match=words):
            store.open_run(path)
    (tmp_path / "file").write_text("")
    with pytest.raises(BadResults, match="is a file"):
        store.open_run(tmp_path / "file")


# --- full disks and sudden ends ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("failing", ["run.parquet", "events.parquet", "record.json"])
def test_a_full_disk_leaves_nothing_behind(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    real = files.flush

    def full(path: Path) -> None:
        if path.name.endswith(failing):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(path)

    monkeypatch.setattr(files, "flush", full)
    with pytest.raises(BadResults, match="no space left on device"):
        run.save(tmp_path / "one")
    assert not (tmp_path / "one").exists()


def test_a_full_device_is_told(run: Run) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with pytest.raises(OSError, match="No space left"):
        store._contents(run)["run.parquet"](Path("/dev/full"))


KILLED = """
import os, sys
from pathlib import Path
from custodes.results import files, store
from tests.results import fake
count = 0
def dying(source, target):
    global count
    count += 1
    if count == int(sys.argv[2]):
        os.kill(os.getpid(), 9)
    os.rename(source, target)
files.os.replace = dying
fake.run(weeks=4).save(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_kill_between_two_renames_leaves_no_half_run(tmp_path: Path, at: int) -> None:
    folder = tmp_path / "one"
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), str(at)],
        check=False,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == -9, done.stderr
    with pytest.raises(BadResults, match="holds no run"):
        store.open_run(folder)


def test_a_folder_can_be_taken_again_after_a_kill(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    for left in (".aside-request.json", ".custodes-lock"):
        (folder / left).write_text("1")
    (folder / ".checkpoint-000004.tmp").mkdir()
    taken = store.prepare(folder, False, REQUEST)
    assert names(folder) == {"request.json", ".custodes-lock"}
    taken.finish(fake.run(weeks=4))
    assert names(folder) == WHOLE


# --- preparing and resuming --------------------------------------------------------------------------------------------


def test_a_fresh_folder_notes_the_request(tmp_path: Path) -> None:
    taken = store.prepare(tmp_path / "a" / "b", False, REQUEST)
    assert json.loads((taken.path / "request.json").read_text()) == REQUEST
    assert not taken.complete
    assert taken.latest_checkpoint() is None
    taken.close()


def test_an_unfinished_run_is_only_taken_with_resume(tmp_path: Path) -> None:
    store.prepare(tmp_path / "one", False, REQUEST).close()
    with pytest.raises(BadResults, match="unfinished run; add --resume"):
        store.prepare(tmp_path / "one", False, REQUEST)
    with pytest.raises(BadResults, match=r"--resume' goes on with it"):
        store.open_run(tmp_path / "one")
    store.prepare(tmp_path / "one", True, REQUEST).close()


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("seed", 2, r"another seed \(1 in the folder, 2 now\)"),
        ("weeks", 260, r"another weeks \(6 in the folder, 260 now\)"),
        ("settings", ["fear.decay=0.1"], "another settings"),
        ("sample", "1/10", r"another sample \(null in the folder, 1/10 now\)"),
    ],
)
def test_resuming_as_another_run_is_refused(tmp_path: Path, key: str, value: Any, words: str) -> None:
    store.prepare(tmp_path / "one", False, REQUEST).close()
    with pytest.raises(BadResults, match=words):
        store.prepare(tmp_path / "one", True, {**REQUEST, key: value})


def test_a_finished_run_can_be_resumed_into_itself_but_not_overwritten(tmp_path: Path) -> None:
    finished = fake.run(weeks=4)
    store.prepare(tmp_path / "one", False, finished.record["request"]).finish(finished)
    with pytest.raises(BadResults, match="already holds a finished run; choose another --out"):
        store.prepare(tmp_path / "one", False, finished.record["request"])
    again = store.prepare(tmp_path / "one", True, finished.record["request"])
    assert again.complete
    again.close()
    assert same(finished, store.open_run(tmp_path / "one"))


def test_resuming_an_empty_folder_starts_a_run(tmp_path: Path) -> None:
    taken = store.prepare(tmp_path, True, REQUEST)
    assert taken.latest_checkpoint() is None
    taken.close()


def test_a_foreign_folder_is_not_taken_even_with_resume(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    for resume in (False, True):
        with pytest.raises(BadResults, match="holds other files"):
            store.prepare(tmp_path, resume, REQUEST)
    assert names(tmp_path) == {"thesis.txt"}


def test_a_damaged_request_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "request.json").write_text('{"seed": ')
    with pytest.raises(BadResults, match="is damaged; delete the folder"):
        store.prepare(tmp_path, True, REQUEST)


HOLDING = """
import sys, time
from custodes.results import store
taken = store.prepare(sys.argv[1], False, {"seed": 1})
print("held", flush=True)
time.sleep(60)
"""


def test_two_processes_cannot_share_a_folder_and_a_dead_one_frees_it(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BadResults, match=rf"in use by another run \(process {holder.pid}\)"):
            store.prepare(folder, True, {"seed": 1})
    finally:
        holder.kill()
        holder.wait()
    store.prepare(folder, True, {"seed": 1}).close()


# --- checkpoints -------------------------------------------------------------------------------------------------------


@pytest.fixture
def worlds(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Worlds 'saved' by a stand-in: one file with the week."""
    loaded: list[Any] = []
    from custodes.world import cache

    monkeypatch.setattr(
        cache, "save_world", lambda world, folder: (Path(folder) / "world.json").write_text(str(world.week))
    )
    monkeypatch.setattr(cache, "load_world", lambda folder, _: int((Path(folder) / "world.json").read_text()))
    return loaded


@pytest.mark.usefixtures("worlds")
def test_a_checkpoint_brings_back_world_series_and_log(tmp_path: Path) -> None:
    recorder, log, world = fake.recorded(weeks=4)
    taken = store.prepare(tmp_path / "one", False, REQUEST)
    for week in (2, 4):
        world.week = week
        taken.write_checkpoint(world, recorder, log, week)
    assert {n for n in names(taken.path) if n.startswith("checkpoint")} == {"checkpoint-000004"}
    found = taken.latest_checkpoint()
    assert found is not None
    again = Recorder(recorder.places, recorder.weeks, recorder.measures)
    loaded, old_log = found.load(recorder.places, again)
    assert (loaded, found.week, again.seen) == (4, 4, 4)
    assert old_log.events == log.events
    for name, values in recorder.arrays.items():
        np.testing.assert_array_equal(values, again.arrays[name])
    taken.finish(fake.run(weeks=4))
    assert names(taken.path) == WHOLE


@pytest.mark.usefixtures("worlds")
@pytest.mark.parametrize(
    "wreck",
    [
        lambda f: (f / "world" / "world.json").write_text("5"),
        lambda f: (f / "recorder.npz").write_bytes((f / "recorder.npz").read_bytes()[:-1]),
        lambda f: (f / "log.json").unlink(),
        lambda f: (f / "manifest.json").write_text("{"),
    ],
)
def test_a_damaged_checkpoint_is_passed_over(tmp_path: Path, wreck: Callable[[Path], Any]) -> None:
    recorder, log, world = fake.recorded(weeks=4)
    taken = store.prepare(tmp_path / "one", False, REQUEST)
    taken.write_checkpoint(world, recorder, log, 2)
    kept = tmp_path / "kept"
    (taken.path / "checkpoint-000002").rename(kept)
    taken.write_checkpoint(world, recorder, log, 4)
    kept.rename(taken.path / "checkpoint-000002")
    wreck(taken.path / "checkpoint-000004")
    found = taken.latest_checkpoint()
    assert found is not None
    assert found.week == 2
    taken.close()


@pytest.mark.usefixtures("worlds")
def test_a_full_disk_during_a_checkpoint_keeps_the_older_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder, log, world = fake.recorded(weeks=4)
    taken = store.prepare(tmp_path / "one", False, REQUEST)
    taken.write_checkpoint(world, recorder, log, 2)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "seal", full)
    with pytest.raises(BadResults, match="no space left"):
        taken.write_checkpoint(world, recorder, log, 4)
    found = taken.latest_checkpoint()
    assert found is not None
    assert found.week == 2
    assert not list(taken.path.glob(".checkpoint*"))
    taken.close()
