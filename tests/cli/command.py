"""The command as a user has it: a process, its two streams, its exit code."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from custodes.cli import _guarded

FAST_ENOUGH = 5.0  #: seconds within which bad input must be refused
LOADED = 2.0  #: how much longer a shared test machine may take


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def sentence(self) -> str:
        """The one line on standard error; AssertionError when there is any more or less."""
        lines = self.err.splitlines()
        assert len(lines) == 1, f"not one line but {len(lines)}: {self.err!r}"
        assert lines[0].startswith("custodes: ")
        assert "Traceback" not in self.err
        return lines[0]


def custodes(*arguments: object, cwd: Path, timeout: float = 300, before: Callable[[], None] | None = None) -> Done:
    """Run `custodes` with arguments in a folder, its streams in pipes."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "custodes", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
        env=environment(),
        preexec_fn=before,
        check=False,
    )
    seconds = time.perf_counter() - begun
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode(), seconds)


#: the same command, saving more often than anybody would want, so that a short run has something to be resumed from
SAVING_OFTEN = "import custodes.engine.run as e; e.CHECKPOINT_SECONDS = 0.2; from custodes.cli import main; main()"


def start(*arguments: object, cwd: Path) -> subprocess.Popen[bytes]:
    """Start `custodes` and do not wait."""
    return subprocess.Popen(
        [sys.executable, "-c", SAVING_OFTEN, *map(str, arguments)],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env=environment(),
        preexec_fn=heeds_interrupts,
    )


def heeds_interrupts() -> None:
    """As a user's own shell starts a command: what runs behind a script may have been told to ignore interrupts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def environment() -> dict[str, str]:
    """Ours, less what would change what is printed."""
    drop = {"CUSTODES_TRACEBACK", "FORCE_COLOR", "COLUMNS"}
    return {name: value for name, value in os.environ.items() if name not in drop} | {"PYTHONIOENCODING": "utf-8"}


def inside(*arguments: object) -> Done:
    """The same in this process, which has imported everything: for long lists of wrong input."""
    out, err = io.StringIO(), io.StringIO()
    begun = time.perf_counter()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = _guarded([str(argument) for argument in arguments])
    return Done(code, out.getvalue(), err.getvalue(), time.perf_counter() - begun)


def refused(done: Done, code: int = 2, out: Path | None = None) -> str:
    """The sentence of a refusal: right code, nothing on standard output, nothing written, in time."""
    said = done.sentence
    assert done.code == code, f"exit {done.code}: {done.err}"
    assert done.out == ""
    assert done.seconds < FAST_ENOUGH * LOADED
    if out is not None:
        assert not out.exists(), f"left behind: {sorted(out.rglob('*')) if out.is_dir() else out}"
    return said


def stop(process: subprocess.Popen[bytes], how: signal.Signals) -> Done:
    """Send a signal and wait."""
    begun = time.perf_counter()
    process.send_signal(how)
    out, err = process.communicate(timeout=120)
    return Done(process.returncode, out.decode(), err.decode(), time.perf_counter() - begun)


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes], seconds: float = 240) -> None:
    """Wait until something is so while a process runs."""
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, f"ended with {process.returncode} before its time: {process.communicate()}"
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)
