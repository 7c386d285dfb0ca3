"""The same work on the workers of a Dask scheduler, on any number of machines: bytes go out, bytes come back.

Whoever asks writes the folder, so that no disk need be shared. A country is one task: a worker that is killed costs the
runs of the country in its hand, which Dask gives to another.
"""

import asyncio
import contextlib
import logging
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import urlsplit

from custodes.errors import BadInput, CustodesError, Stopped
from custodes.experiment import task
from custodes.experiment.workers import POLL_SECONDS, Answer, Job
from custodes.flags import shown

CONNECT_SECONDS: Final = 2  #: after which a scheduler that does not answer counts as dead
SPARE: Final = 4  #: tasks handed out beyond two a thread, so that workers which join find work


class Cluster:
    """A connection to a scheduler; BadInput when none answers."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise BadInput("--scheduler needs the library distributed: pip install 'custodes[cluster]'.") from None
        self.address = address
        for name in ("distributed.client", "distributed.core", "distributed.comm"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what they tell is told here in one sentence
        self.client: Any = _connected(Client, address) if _listens(address) and _schedules(address) else None
        if self.client is None:
            raise BadInput(
                f"no Dask scheduler answers at '{shown(address)}': start one with 'dask scheduler', "
                "or give another --scheduler, such as tcp://host:8786."
            )

    def close(self) -> None:
        """Leave the scheduler."""
        with contextlib.suppress(Exception):
            self.client.close(timeout=CONNECT_SECONDS)

    def answers(self, study: bytes, jobs: Sequence[Job], stopped: Callable[[], bool]) -> Generator[Answer, None, None]:
        """The answers to all jobs as they come; ends early once `stopped()` is true."""
        left = deque(jobs)
        under_way: dict[Any, Job] = {}
        try:
            while left or under_way:
                for job in self._next(left, len(under_way)):
                    future = self.client.submit(task.all_runs, study, job.country, set(job.done), pure=False)
                    under_way[future] = job
                for future in self._ended(list(under_way)):
                    yield from self._answers(future, under_way.pop(future))
                if stopped():
                    return
        except (OSError, CancelledError):
            raise self._gone() from None
        finally:
            with contextlib.suppress(Exception):
                self.client.cancel(list(under_way), force=True)

    def _next(self, left: deque[Job], under_way: int) -> Iterator[Job]:
        """As many jobs as keep every thread busy, and a few more; not all, for each carries the study."""
        if left:
            room = 2 * sum(self.client.nthreads().values()) + SPARE - under_way
            yield from (left.popleft() for _ in range(min(room, len(left))))

    def _ended(self, futures: Sequence[Any]) -> list[Any]:
        """Those that have ended, after a moment's wait if none has."""
        ended = [f for f in futures if f.done()]
        if not ended:
            time.sleep(POLL_SECONDS)
        if self.client.status != "running":
            raise self._gone()
        return ended

    def _gone(self) -> Stopped:
        return Stopped(
            f"the Dask scheduler at '{self.address}' has gone; what has ended is kept, "
            "and the same command with --resume goes on from there."
        )

    def _answers(self, future: Any, job: Job) -> Iterator[Answer]:
        """The runs of a country, or why there are none."""
        if future.cancelled() or future.status == "lost":
            raise self._gone()
        problem = future.exception()
        if problem is None:
            for number, files in future.result():
                yield Answer(job.country, number, files)
        elif isinstance(problem, BadInput | ImportError):
            raise BadInput(f"the workers of '{self.address}' cannot do this: {problem}")
        else:
            yield Answer(job.country, -1, {}, _cause(problem))


def _cause(problem: BaseException) -> str:
    if type(problem).__name__ == "KilledWorker":
        return "its workers on the cluster were killed again and again"
    return str(problem) if isinstance(problem, CustodesError) else f"{type(problem).__name__}: {problem}"


def _listens(address: str) -> bool:
    """Whether anything listens at an address such as `tcp://host:8786`: a closed port says so at once. True for other addresses."""
    try:
        parts = urlsplit(address if "://" in address else f"tcp://{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme not in ("tcp", "tls") or host is None or port is None:
        return True
    try:
        socket.create_connection((host, port), CONNECT_SECONDS).close()
    except OSError:
        return False
    return True


def _schedules(address: str) -> bool:
    """Whether what listens there answers as a Dask scheduler does. Asked without a client, which could not be closed again.

    In a thread with a loop of its own, because whoever asks may run in one, as notebooks do.
    """
    import distributed

    how = distributed.Security().get_connection_args("client")

    async def identity() -> Any:
        async with distributed.rpc(address, timeout=CONNECT_SECONDS, connection_args=how) as scheduler:
            return await scheduler.identity()

    async def asked() -> Any:
        return await asyncio.wait_for(identity(), CONNECT_SECONDS)

    try:
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(lambda: asyncio.run(asked())).result()
    except Exception:  # whatever it raises, there is no scheduler
        return False
    return isinstance(answer, dict) and answer.get("type") == "Scheduler"


def _connected(client: Any, address: str) -> Any:
    """A client of the scheduler, or None.

    A thread waits for it, because something that listens at the address without being a scheduler keeps Dask waiting for ever.
    """
    found: list[Any] = []

    def connect() -> None:
        with contextlib.suppress(Exception):  # whatever it raises, there is no scheduler
            found.append(client(address, timeout=CONNECT_SECONDS, set_as_default=False))

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(CONNECT_SECONDS + 1)
    return found[0] if found else None
