"""A progress bar with time left on a terminal; silence anywhere else."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class OnProgress(Protocol):
    """What the engine calls: a stage's name, how much is done and how much there is."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


class Bar:
    """One bar a stage; stages follow one another."""

    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` of `stage` is done."""
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=total)
        self._progress.update(self._tasks[stage], completed=done, total=total)


@contextmanager
def bar(quiet: bool) -> Iterator[OnProgress | None]:
    """A progress callback drawing on standard error; None when that is no terminal, or `quiet`."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield Bar(progress)


def notice(text: str, quiet: bool) -> None:
    """One line on standard error, on a terminal only."""
    if not quiet and sys.stderr.isatty():
        print(text, file=sys.stderr, flush=True)
