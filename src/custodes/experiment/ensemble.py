"""All runs of a study: what is still missing is handed to workers, and every run is on disk as soon as it has ended.

Results depend on the design alone: not on the number of workers, on where they are, nor on how often the study was stopped.
"""

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custodes.errors import BadInput, Stopped
from custodes.experiment import packing, store, task
from custodes.experiment.store import Store
from custodes.experiment.workers import Answer, Job, Workers

if TYPE_CHECKING:
    from custodes.experiment.design import Design
    from custodes.experiment.plans import Plan

Progress = Callable[[str, int, int], None]


def run_study(
    design: "Design",
    plans: "Sequence[Plan]",
    folder: Path | str,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
    resume: bool = False,
    scenario: Any = None,
) -> Store:
    """Run every country of a design under every plan, keep each run in `folder`, and return the store.

    `workers`: processes on this machine (default: one a core). `scheduler`: the address of a Dask scheduler, whose workers
    are used instead. `scenario`: the loaded one, where the design's name is not enough (a file of the user's). With
    `resume` a study in the folder goes on. Raises BadInput for wrong use, BadResults for a folder that cannot be used,
    Stopped when interrupted; whatever it raises, the runs that have ended are kept.
    """
    from custodes.scenario.load import load

    if workers is not None and not 1 <= workers <= 1024:
        raise BadInput(f"--workers must lie between 1 and 1024, and {workers} does not.")
    known = load(design.scenario) if scenario is None else scenario
    cluster = _cluster(scheduler)
    try:
        kept = store.begin(folder, design, resume)
        try:
            _run(kept, design, plans, known, workers or cores(), cluster, progress or _unseen)
        finally:
            kept.close()
        return kept
    finally:
        if cluster is not None:
            cluster.close()


def cores() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _cluster(scheduler: str | None) -> Any:
    if scheduler is None:
        return None
    from custodes.experiment.cluster import Cluster

    return Cluster(scheduler)


def _unseen(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def _run(
    kept: Store,
    design: "Design",
    plans: "Sequence[Plan]",
    scenario: Any,
    workers: int,
    cluster: Any,
    progress: Progress,
) -> None:
    """Run what is missing and put it into the store."""
    from custodes.engine.run import terminations

    kept.forget_passing()
    jobs = jobs_of(kept, design, len(plans))
    total = len(design.countries) * len(plans)
    missing = sum(len(plans) - len(job.done) for job in jobs)
    progress("runs", total - missing, total)
    if not jobs:
        return
    study = task.parcel(scenario, design, plans)
    with terminations() as stopped:
        answers: Generator[Answer, None, None] = (cluster or _Here(workers)).answers(study, jobs, stopped.is_set)
        try:
            for answer in answers:
                for key, contents in _contents(kept, answer, plans):
                    kept.put(key, contents)
                    missing -= 1
                progress("runs", total - missing, total)
        finally:
            answers.close()
        if missing:
            raise Stopped(
                f"stopped after {total - missing} of {total} runs; "
                f"the same command with --out {kept.path} --resume goes on from there."
            )


def jobs_of(kept: Store, design: "Design", plans: int) -> list[Job]:
    """The countries that still lack a run, in order."""
    known = kept.known()
    jobs = []
    for country in design.countries:
        done = frozenset(n for n in range(plans) if (country.index, n) in known)
        if len(done) < plans:
            jobs.append(Job(country, done))
    return jobs


def _contents(kept: Store, answer: Answer, plans: "Sequence[Plan]") -> Iterator[tuple[store.Key, dict[str, bytes]]]:
    """What is to be written for an answer: a run, or a failure for every run that a lost country still owes."""
    known = kept.known()
    if not answer.cause:
        key = (answer.country.index, answer.number)
        if key not in known:
            yield key, answer.files
        return
    for number, plan in enumerate(plans):
        key = (answer.country.index, number)
        if key not in known:
            yield key, packing.failure(answer.country, number, plan.name, answer.cause)


class _Here:
    """Workers on this machine."""

    def __init__(self, number: int) -> None:
        self.number = number

    def answers(self, study: bytes, jobs: Sequence[Job], stopped: Callable[[], bool]) -> Generator[Answer, None, None]:
        from custodes.jit import compiled_before

        with Workers(study, min(self.number, len(jobs)), one_first=not compiled_before()) as workers:
            yield from workers.run(jobs, stopped)
