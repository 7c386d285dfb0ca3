"""A worker process: `python -m custodes.experiment.worker IN OUT`, started and fed by `workers.Workers` through two pipes.

It is a program of its own, not a fork: it starts with clean locks and threads, never imports the caller's script, and the
interrupt of a terminal does not reach it. It ends when its pipe does, or when its parent has died.
"""

import os
import sys
import threading
import time
from multiprocessing.connection import Connection

WATCH_SECONDS = 1.0  #: between two looks at whether the parent still lives


def main(arguments: list[str]) -> None:
    """Answer every (country, done) with its runs and then with None, until the pipe ends."""
    inbox, outbox = Connection(int(arguments[0]), writable=False), Connection(int(arguments[1]), readable=False)
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
    try:
        study = inbox.recv_bytes()
        outbox.send(_ready(study))
        while True:
            country, done = inbox.recv()
            _answer(outbox, study, country, done)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _ready(study: bytes) -> tuple[str, str]:
    """Whether it can work on this study, or why not."""
    from custodes.errors import CustodesError
    from custodes.experiment.task import opened

    try:
        opened(study)
    except CustodesError as problem:
        return "refused", str(problem)
    return "ready", ""


def _answer(outbox: Connection, study: bytes, country: object, done: set[int]) -> None:
    from custodes.errors import CustodesError
    from custodes.experiment.task import runs

    try:
        for number, files in runs(study, country, done):
            outbox.send(("run", (number, files)))
        outbox.send(("country", None))
    except (BrokenPipeError, ConnectionResetError):
        raise
    except Exception as problem:  # a defect: runs that fail are answers of their own
        said = str(problem) if isinstance(problem, CustodesError) else f"{type(problem).__name__}: {problem}"
        outbox.send(("failed", said))


def _watch(parent: int) -> None:
    """End with the parent, also in the middle of a run."""
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
