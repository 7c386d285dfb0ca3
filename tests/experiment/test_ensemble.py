"""Runs that survive: whatever is killed or stopped, the study ends with the same bytes.

Most tests use `toy_worker`, whose processes and messages are the real ones and whose runs are made up; the first ones use
real runs.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from tests.experiment import small, toy_worker

import custodes as cu
from custodes.errors import BadInput, BadResults, CustodesError, Stopped
from custodes.experiment import ensemble, store, task, workers
from custodes.experiment.store import Store
from custodes.experiment.workers import Job, Workers

DESIGN = small.design(4)
TOY = "tests.experiment.toy_worker"
SCRIPT = (
    "import sys; from tests.experiment import small; from custodes.experiment import ensemble, workers\n"
    f"workers.MODULE = '{TOY}'; d = small.design(int(sys.argv[2]))\n"
    "if len(sys.argv) > 3: d.countries[0].values['for ever'] = 1\n"
    "ensemble.run_study(d, d.plans, sys.argv[1], workers=2, resume=True)\n"
)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a study but the lock."""
    files = (p for p in sorted(folder.rglob("*")) if p.is_file() and not p.name.startswith("."))
    return {str(p.relative_to(folder)): p.read_bytes() for p in files}


def study(folder: Path, design: small.Design = DESIGN, **changes: Any) -> Store:
    return ensemble.run_study(design, design.plans, folder, **({"workers": 2} | changes))


def undisturbed(folder: Path, design: small.Design = DESIGN) -> dict[str, bytes]:
    """What a study of made-up runs must leave."""
    kept = store.begin(folder, design)
    for country in design.countries:
        for number in range(4):
            kept.put((country.index, number), toy_worker.made_up(country, number))
    kept.close()
    return contents(folder)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Made-up runs, and what they leave when nothing happens."""
    monkeypatch.setattr(workers, "MODULE", TOY)
    return undisturbed(tmp_path / "undisturbed")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The workers that are started, in order."""
    made: list[Any] = []
    real = workers.start
    monkeypatch.setattr(workers, "start", lambda content: (made.append(real(content)), made[-1])[1])
    return made


# --- real runs --------------------------------------------------------------------------------------------------------


def test_workers_of_which_one_is_killed_give_the_bytes_of_this_process(tmp_path: Path, started: list[Any]) -> None:
    design = small.design(3, 8)
    content = task.parcel(cu.load("toyland"), design, design.plans)
    plain = store.begin(tmp_path / "plain", design)
    for country in design.countries:
        for number, files in task.all_runs(content, country):
            plain.put((country.index, number), files)
    plain.close()
    killed: list[int] = []

    def kill(stage: str, done: int, total: int) -> None:
        if done == 5 and not killed:
            victim = next(w for w in started if w.process.poll() is None and w.job is not None)
            killed.append(victim.process.pid)
            victim.process.kill()

    kept = study(tmp_path / "s", design, progress=kill)
    assert killed
    assert len(started) == 3
    assert kept.failed() == []
    assert contents(kept.path) == contents(plain.path)
    country = design.countries[2]
    run = cu.run(
        "toyland",
        weeks=8,
        sample=1,
        seed=country.seed,
        settings=country.settings(),
        policies=design.plans[3].policies,
    )
    assert kept.paths("fear")[2, 3].tobytes() == run.table.national("fear").tobytes()


def test_a_failed_run_is_listed_with_the_settings_of_its_country(tmp_path: Path) -> None:
    bad = small.Country(0, 7, {"fear.decay": -1.0})
    design = small.Design((bad, DESIGN.countries[1]), small.PLANS[:2], weeks=3)
    kept = study(tmp_path / "s", design, workers=1)
    assert [(f["country"], f["plan"]) for f in kept.failed()] == [(0, "baseline"), (0, "order")]
    assert len(kept.done()) == 2
    assert "fear.decay" in kept.failed()[0]["cause"]
    assert '"settings":["fear.decay=-1.0"]' in (tmp_path / "s" / "runs" / "00000.0.failed.json").read_text()


def test_another_version_of_a_worker_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from custodes import jit

    monkeypatch.setattr(jit, "source_digest", lambda: "0" * 16)
    with pytest.raises(BadInput, match="a worker runs another version of custodes"):
        study(tmp_path / "s", workers=1)


# --- made-up runs -----------------------------------------------------------------------------------------------------


def test_progress_tells_every_run(toy: dict[str, bytes], tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    kept = study(tmp_path / "s", progress=lambda *told: seen.append(told))
    assert contents(kept.path) == toy
    assert seen[0] == ("runs", 0, 16)
    assert seen[-1] == ("runs", 16, 16)
    assert len(seen) == 17


def test_a_worker_killed_now_and_then_loses_nothing(toy: dict[str, bytes], tmp_path: Path, started: list[Any]) -> None:
    struck: set[int] = set()  # a country that kills twice would be given up

    def kill(stage: str, done: int, total: int) -> None:
        for w in started if done % 4 == 1 else ():
            if w.process.poll() is None and w.job is not None and w.job.country.index not in struck:
                struck.add(w.job.country.index)
                w.process.kill()
                return

    kept = study(tmp_path / "s", progress=kill)
    assert len(struck) >= 2
    assert len(started) >= 3
    if kept.failed():  # by the luck of timing a kill may reach a country that another had struck: it is tried again
        kept = study(tmp_path / "s", resume=True)
    assert contents(kept.path) == toy
    assert kept.failed() == []


def test_a_country_that_kills_twice_is_given_up_and_tried_again(
    toy: dict[str, bytes], tmp_path: Path, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    give = workers.Worker.give

    def deadly(self: Any, job: Job) -> bool:
        given = give(self, job)
        if job.country.index == 1:
            self.process.kill()
        return given

    monkeypatch.setattr(workers.Worker, "give", deadly)
    monkeypatch.setattr(toy_worker, "PAUSE", 1.0)
    kept = study(tmp_path / "s", workers=1)
    given_up = [f for f in kept.failed() if f["country"] == 1]
    assert given_up == kept.failed()
    assert 1 <= len(given_up) <= 4
    assert len(started) == 3
    assert {f["cause"] for f in given_up} == {"its worker was killed 2 times (signal 9)"}
    assert len(kept.done()) + len(given_up) == 16
    monkeypatch.setattr(workers.Worker, "give", give)
    assert contents(study(tmp_path / "s", resume=True).path) == toy


def test_a_country_is_not_blamed_for_a_worker_that_was_dead_before(
    toy: dict[str, bytes], tmp_path: Path, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    give = workers.Worker.give

    def dead(self: Any, job: Job) -> bool:
        if len(started) < 4:
            self.process.kill()
            self.process.wait()
        return give(self, job)

    monkeypatch.setattr(workers.Worker, "give", dead)
    kept = study(tmp_path / "s", workers=1)
    assert len(started) == 4
    assert contents(kept.path) == toy


def test_no_worker_outlives_a_study(
    toy: dict[str, bytes], tmp_path: Path, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise BadResults("the disk is full")

    monkeypatch.setattr(Store, "put", full)
    with pytest.raises(BadResults, match="the disk is full"):
        study(tmp_path / "s")
    assert started
    assert all(w.process.poll() is not None for w in started)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_keeps_what_has_ended(toy: dict[str, bytes], tmp_path: Path, number: signal.Signals) -> None:
    before = [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)]

    def stop(stage: str, done: int, total: int) -> None:
        if done == 5:
            os.kill(os.getpid(), number)

    with pytest.raises(Stopped, match=r"stopped after \d+ of 16 runs; .* --resume goes on from there") as caught:
        study(tmp_path / "s", progress=stop)
    assert caught.value.exit_code == 3
    assert before == [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)]
    assert 5 <= len(Store.open(tmp_path / "s").done()) < 16
    assert contents(study(tmp_path / "s", resume=True).path) == toy


def test_a_study_killed_at_any_moment_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    folder, design = tmp_path / "s", small.design(15)
    command = [sys.executable, "-c", SCRIPT, str(folder), "15"]
    for runs in (1, 30):
        process = subprocess.Popen(command, env=_environment())
        while len(list((folder / "runs").glob("[0-9]*.json"))) < runs:
            assert process.poll() is None
            time.sleep(0.002)
        process.kill()
        process.wait()
    subprocess.run(command, env=_environment(), check=True)
    assert contents(folder) == undisturbed(tmp_path / "undisturbed", design)


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path / "s"), "2", "for ever"], env=_environment())
    while len(list((tmp_path / "s" / "runs").glob("[0-9]*.json"))) < 4:  # the other country is done: one is in a run
        assert process.poll() is None
        time.sleep(0.01)
    found = _children(process.pid)
    process.kill()
    process.wait()
    assert found, "no workers were seen"
    for _ in range(50):
        if not any(map(_lives, found)):
            return
        time.sleep(0.1)
    raise AssertionError("a worker outlived its parent")


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}


def _children(pid: int) -> list[int]:
    stats = [(int(p.parent.name), p.read_text().rpartition(")")[2].split()) for p in _stats()]
    return [child for child, fields in stats if int(fields[1]) == pid]


def _stats() -> list[Path]:
    return [p for p in Path("/proc").glob("[0-9]*/stat") if os.access(p, os.R_OK)]


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_growing_a_study_keeps_what_was_run(toy: dict[str, bytes], tmp_path: Path) -> None:
    study(tmp_path / "s", small.design(2))
    seen: list[int] = []
    kept = study(tmp_path / "s", resume=True, progress=lambda stage, done, total: seen.append(done))
    assert seen[0] == 8
    assert contents(kept.path) == toy


def test_a_finished_study_starts_no_worker(toy: dict[str, bytes], tmp_path: Path, started: list[Any]) -> None:
    study(tmp_path / "s")
    started.clear()
    assert contents(study(tmp_path / "s", resume=True).path) == toy
    assert started == []


def test_workers_that_cannot_start_are_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "MODULE", "custodes.experiment.nothing")
    with pytest.raises(CustodesError, match="workers end as soon as they start"):
        study(tmp_path / "s")


@pytest.mark.parametrize("number", [0, -1, 5000])
def test_a_number_of_workers_that_makes_no_sense(tmp_path: Path, number: int) -> None:
    with pytest.raises(BadInput, match="--workers must lie between"):
        study(tmp_path / "s", workers=number)
    assert not (tmp_path / "s").exists()


def test_two_processes_on_one_folder(tmp_path: Path) -> None:
    holder = store.begin(tmp_path / "s", DESIGN)
    begun = time.monotonic()
    with pytest.raises(BadResults, match="is in use by another run"):
        study(tmp_path / "s", resume=True)
    assert time.monotonic() - begun < 5
    holder.close()


def test_a_study_runs_outside_the_main_thread(toy: dict[str, bytes], tmp_path: Path) -> None:
    found: list[Store] = []
    thread = threading.Thread(target=lambda: found.append(study(tmp_path / "s")))
    thread.start()
    thread.join()
    assert contents(found[0].path) == toy


def test_the_first_worker_compiles_alone(toy: dict[str, bytes], started: list[Any]) -> None:
    alone: list[int] = []
    with Workers(b"", 2, one_first=True) as pool:
        for _ in pool.run([Job(c, frozenset()) for c in DESIGN.countries[:3]], lambda: False):
            alone.append(len(started))
    assert alone[0] == 1
    assert len(started) == 2
    assert len(alone) == 12
