"""A worker as the real one, but for the runs: they are made up at once, for tests of what is killed and stopped."""

import sys
import time
import zlib
from collections.abc import Collection, Iterator
from typing import Any

from custodes.experiment import packing, task, worker

PAUSE = 0.01  #: seconds a run


def made_up(country: Any, number: int) -> dict[str, bytes]:
    """Files of the form that real ones have; of no country but this."""
    series = f"series of {country.index} under {number}".encode()
    record = {
        "format": packing.FORMAT,
        "country": country.index,
        "point": country.point,
        "luck": country.luck,
        "seed": country.seed,
        "plan": f"plan {number}",
        "number": number,
        "outcome": "status quo",
        "outcome_week": None,
        "exposure": 1,
        "measures": {"fear": 0.25},
        "parts": [],
        "series": {"bytes": len(series), "crc32": zlib.crc32(series)},
    }
    return {packing.PATHS: series, packing.RECORD: packing._json(record)}


def runs(study: bytes, country: Any, done: Collection[int] = ()) -> Iterator[tuple[int, dict[str, bytes]]]:
    """Four plans, a moment each; one country takes for ever."""
    for number in range(4):
        if number not in done:
            time.sleep(3600 if country.values.get("for ever") else PAUSE)
            yield number, made_up(country, number)


if __name__ == "__main__":
    task.runs = runs
    task.opened = lambda content: None  # type: ignore[assignment, return-value]
    worker.main(sys.argv[1:])
