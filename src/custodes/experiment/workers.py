"""Worker processes on this machine: one country at a time each, every run handed over as soon as it has ended.

The standard library's pool loses the whole batch with one killed worker and cannot tell whose work killed it; here a dead
worker costs the run in its hand, is replaced, and is remembered against its country. docs/decisions/0025 says why these
are processes.
"""

import contextlib
import os
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, Final, NamedTuple

from custodes.errors import BadInput, CustodesError

MOST_DEATHS: Final = 2  #: of workers over one country, after which it is given up
MOST_STARTS: Final = 3  #: in a row that end before the worker has said that it is ready
POLL_SECONDS: Final = 0.2  #: after which the caller may look for an interrupt
MODULE: Final = "custodes.experiment.worker"
_ONE_THREAD: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class Job(NamedTuple):
    """A country and the numbers of the plans under which it need not be run."""

    country: Any
    done: frozenset[int]


class Answer(NamedTuple):
    """A run that has ended, or, with a cause, a country that was given up with all runs that it still owed."""

    country: Any
    number: int
    files: dict[str, bytes]
    cause: str = ""


@dataclass
class Worker:
    """One process and its pipes."""

    process: "subprocess.Popen[bytes]"
    outbox: Connection
    inbox: Connection
    ready: bool = False
    job: Job | None = None
    ended: set[int] = field(default_factory=set)  #: plans of its country whose runs it has handed over

    def give(self, job: Job) -> bool:
        """Hand it a country; false if it has died meanwhile, for which the country is not to blame."""
        try:
            self.outbox.send((job.country, set(job.done)))
        except OSError:
            return False
        self.job, self.ended = job, set()
        return True

    def end(self) -> None:
        """Kill it: nothing that it holds is needed."""
        self.process.kill()
        self.process.wait()
        self.outbox.close()
        self.inbox.close()


def start(study: bytes) -> Worker:
    """A new worker that knows the study."""
    read, outbox = Pipe(duplex=False)
    inbox, write = Pipe(duplex=False)
    environment = os.environ | dict.fromkeys(_ONE_THREAD, "1") | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process = subprocess.Popen(
        [sys.executable, "-m", MODULE, str(read.fileno()), str(write.fileno())],
        pass_fds=(read.fileno(), write.fileno()),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        env=environment,
    )
    read.close()
    write.close()
    with contextlib.suppress(OSError):
        outbox.send_bytes(study)
    return Worker(process, outbox, inbox)


class Workers:
    """So many workers over a list of jobs; use it as a context, it leaves no process behind."""

    def __init__(self, study: bytes, number: int, one_first: bool = False) -> None:
        """`one_first`: the others start when the first has ended a run, for it compiles what they then find compiled."""
        self.study, self.number = study, number
        self.workers: list[Worker] = []
        self.deaths: Counter[int] = Counter()
        self.alone = one_first
        self.lost_starts = 0

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.end()
        self.workers = []

    def run(self, jobs: Iterable[Job], stopped: Callable[[], bool]) -> Iterator[Answer]:
        """The answers to all jobs as they come; ends early once `stopped()` is true."""
        left = deque(jobs)
        while left or any(w.job for w in self.workers):
            self._keep_up(left)
            for inbox in wait([w.inbox for w in self.workers], POLL_SECONDS):
                yield from self._hear(next(w for w in self.workers if w.inbox is inbox), left)
            if stopped():
                return

    def _keep_up(self, left: deque[Job]) -> None:
        """Start what is missing, and give a country to every worker that has none."""
        busy = sum(w.job is not None for w in self.workers)
        wanted = min(1 if self.alone else self.number, busy + len(left))
        while len(self.workers) < wanted:
            self.workers.append(start(self.study))
        for worker in self.workers:
            if worker.ready and worker.job is None and left and worker.give(left[0]):
                left.popleft()

    def _hear(self, worker: Worker, left: deque[Job]) -> Iterator[Answer]:
        try:
            kind, content = worker.inbox.recv()
        except (EOFError, OSError):
            yield from self._bury(worker, left)
            return
        job = worker.job
        if kind == "ready":
            worker.ready, self.lost_starts = True, 0
        elif kind == "refused":
            raise BadInput(content)
        elif job is not None and kind == "run":
            self.alone = False
            worker.ended.add(content[0])
            yield Answer(job.country, *content)
        elif job is not None:
            worker.job = None
            if kind == "failed":
                yield Answer(job.country, -1, {}, content)

    def _bury(self, worker: Worker, left: deque[Job]) -> Iterator[Answer]:
        """A worker has died: its country is tried once more, and given up when it kills again."""
        self.workers.remove(worker)
        worker.end()
        if not worker.ready:
            self.lost_starts += 1
            if self.lost_starts >= MOST_STARTS:
                raise CustodesError(
                    f"workers end as soon as they start (exit code {worker.process.returncode}); "
                    f"'{sys.executable} -m {MODULE} 0 1' shows why."
                )
            return
        job = worker.job
        if job is None:
            return
        self.deaths[job.country.index] += 1
        if self.deaths[job.country.index] < MOST_DEATHS:
            left.appendleft(Job(job.country, job.done | worker.ended))
            return
        yield Answer(
            job.country, -1, {}, f"its worker was killed {MOST_DEATHS} times ({_end(worker.process.returncode)})"
        )


def _end(code: int) -> str:
    """How a process ended: by a signal, or with a code."""
    return f"signal {-code}" if code < 0 else f"exit code {code}"
