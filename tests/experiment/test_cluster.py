"""The same study on Dask workers in processes of their own, one of them killed: the same bytes. And schedulers that are not there."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.experiment import small

import custodes as cu
from custodes.errors import BadInput, Stopped
from custodes.experiment import ensemble, store, task
from custodes.experiment.cluster import Cluster
from custodes.experiment.workers import Job

distributed = pytest.importorskip("distributed")
DESIGN = small.design(4, 8)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Two workers, each a process of its own with one thread."""
    scratch = tmp_path_factory.mktemp("dask")
    settings = {"temporary-directory": str(scratch), "distributed.worker.daemon": True}
    with (
        _configured(settings),
        _local(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            silence_logs=50,
        ) as cluster,
    ):
        yield cluster


def _configured(settings: dict[str, Any]) -> Any:
    import dask

    return dask.config.set(settings)


def contents(folder: Path) -> dict[str, bytes]:
    files = (p for p in sorted(folder.rglob("*")) if p.is_file() and not p.name.startswith("."))
    return {str(p.relative_to(folder)): p.read_bytes() for p in files}


def test_a_cluster_with_a_worker_killed_gives_the_bytes_of_this_process(local: Any, tmp_path: Path) -> None:
    content = task.parcel(cu.load("toyland"), DESIGN, DESIGN.plans)
    plain = store.begin(tmp_path / "plain", DESIGN)
    for country in DESIGN.countries:
        for number, files in task.all_runs(content, country):
            plain.put((country.index, number), files)
    plain.close()
    killed: list[int] = []

    def kill(stage: str, done: int, total: int) -> None:
        if done and not killed:
            killed.append(next(iter(local.workers.values())).process.pid)
            os.kill(killed[0], signal.SIGKILL)

    kept = ensemble.run_study(DESIGN, DESIGN.plans, tmp_path / "s", scheduler=local.scheduler_address, progress=kill)
    assert killed
    assert kept.failed() == []
    assert contents(kept.path) == contents(plain.path)


def test_a_stopped_study_keeps_what_has_ended(local: Any, tmp_path: Path) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if done == 4:
            os.kill(os.getpid(), signal.SIGINT)

    address = local.scheduler_address
    with pytest.raises(Stopped, match="--resume goes on from there"):
        ensemble.run_study(DESIGN, DESIGN.plans, tmp_path / "s", scheduler=address, progress=stop)
    kept = store.begin(tmp_path / "s", DESIGN, resume=True)
    assert 4 <= len(kept.done()) < 16
    kept.close()


@pytest.mark.parametrize(
    "address",
    ["tcp://127.0.0.1:{port}", "127.0.0.1:{port}", "tcp://nowhere.invalid:8786", "nonsense://x", "nonsense", ""],
)
def test_a_scheduler_that_is_not_there_is_one_sentence_within_five_seconds(
    tmp_path: Path, address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    cu.load("toyland")  # imports, which other programs may slow down, are not what is timed
    with pytest.raises(BadInput, match="no Dask scheduler answers at"):
        Cluster("nonsense://x")
    begun = time.monotonic()
    with pytest.raises(BadInput, match="no Dask scheduler answers at"):
        ensemble.run_study(DESIGN, DESIGN.plans, tmp_path / "s", scheduler=address.format(port=_free_port()))
    assert time.monotonic() - begun < 5
    assert not (tmp_path / "s").exists()
    assert capfd.readouterr() == ("", "")


def test_a_port_that_answers_and_is_no_scheduler(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        begun = time.monotonic()
        with pytest.raises(BadInput, match="no Dask scheduler answers at"):
            Cluster(f"tcp://127.0.0.1:{other.getsockname()[1]}")
    assert time.monotonic() - begun < 5


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BadInput, match="pip install 'custodes\\[cluster\\]'"):
        Cluster("tcp://127.0.0.1:8786")


def test_a_scheduler_that_dies_is_one_sentence_and_what_has_ended_is_kept(tmp_path: Path) -> None:
    with _configured({"temporary-directory": str(tmp_path)}):
        dying = _local(n_workers=0, processes=False, protocol="tcp", dashboard_address=":0", silence_logs=50)
        cluster = Cluster(dying.scheduler_address)
        dying.close()
    begun = time.monotonic()
    with pytest.raises(Stopped, match="has gone; what has ended is kept"):
        list(cluster.answers(b"", [Job(DESIGN.countries[0], frozenset())], lambda: False))
    assert time.monotonic() - begun < 10
    cluster.close()


def _local(**options: Any) -> Any:
    """A local cluster; its loop gets more than one chance to start, as a busy machine may take longer than Dask waits."""
    for _ in range(3):
        try:
            return distributed.LocalCluster(**options)
        except AssertionError:
            time.sleep(1.0)
    return distributed.LocalCluster(**options)


def _free_port() -> int:
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return int(some.getsockname()[1])


def test_a_scheduler_is_found_from_within_a_running_loop(local: Any) -> None:
    async def asks() -> None:
        Cluster(local.scheduler_address).close()

    asyncio.run(asks())
