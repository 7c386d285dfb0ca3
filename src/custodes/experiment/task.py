"""The work of one worker, wherever it is: a study as bytes, and the runs of one of its countries as bytes.

A study travels whole (scenario, plans, length), so that a worker needs no folder in common with whoever asks; it must only
run the same version of the package.
"""

import pickle
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from custodes.errors import BadInput

if TYPE_CHECKING:
    from custodes.scenario.load import Scenario


@dataclass(frozen=True)
class Study:
    """What all runs of a study have in common."""

    scenario: "Scenario"
    plans: tuple[Any, ...]
    weeks: int
    k: int
    facts: dict[str, Any]
    code: str  #: digest of the sources that must run it


Runs = list[tuple[int, dict[str, bytes]]]  #: number of a plan, and its files


def parcel(scenario: "Scenario", design: Any, plans: Sequence[Any]) -> bytes:
    """A study as bytes."""
    from custodes.jit import source_digest
    from custodes.scenario.facts import facts_of

    study = Study(scenario, tuple(plans), design.weeks, design.k, facts_of(scenario), source_digest())
    return zlib.compress(pickle.dumps(study, protocol=5), 1)


@lru_cache(maxsize=2)
def opened(content: bytes) -> Study:
    """The study in a parcel; BadInput where another version of the package runs."""
    from custodes.jit import source_digest

    study = pickle.loads(zlib.decompress(content))
    if study.code != source_digest():
        raise BadInput("a worker runs another version of custodes: install the same one everywhere.")
    assert isinstance(study, Study)
    return study


def runs(content: bytes, country: Any, done: Collection[int] = ()) -> Iterator[tuple[int, dict[str, bytes]]]:
    """The files of every run of a country that is not `done`, each as soon as it has ended."""
    from custodes.experiment import packing
    from custodes.experiment.country import run_country
    from custodes.experiment.measures import MEASURES

    study = opened(content)
    for number, result in run_country(study.scenario, study, country, study.plans, done, study.facts):
        yield number, packing.pack(country, number, study.plans[number].name, result, MEASURES)


def all_runs(content: bytes, country: Any, done: Collection[int] = ()) -> Runs:
    """As `runs`, all at once: for workers that can answer but once."""
    return list(runs(content, country, done))
