"""The golden run, made and summarised: toyland, everybody, 60 weeks, seed 1."""

import hashlib
import tempfile
from pathlib import Path
from typing import Any, Final

import custodes as cu
from custodes.results import store

STORED: Final = Path(__file__).with_name("toyland.json")
WEEKS: Final = 60


def golden() -> dict[str, Any]:
    """First, last and mean of every national series, how many events of each kind, and SHA-256 of tables and of the file.

    `tables` covers the numbers (they are the same on every machine); `file` is that of `run.parquet`, whose bytes also
    depend on the Parquet library's version, which is noted beside it.
    """
    import pyarrow as pa

    with tempfile.TemporaryDirectory() as folder:
        run = cu.run("toyland", weeks=WEEKS, sample=1, seed=1, threads=1, out=Path(folder) / "run")
        content = (Path(folder) / "run" / store.RUN).read_bytes()
    tables, kinds = hashlib.sha256(), {}
    for name, array in sorted(run.table.arrays.items()):
        tables.update(name.encode() + array.tobytes())
    for event in run.log:
        kinds[event.kind] = kinds.get(event.kind, 0) + 1
    return {
        "series": run.summary()["series"],
        "events": dict(sorted(kinds.items())),
        "tables": tables.hexdigest(),
        "file": hashlib.sha256(content).hexdigest(),
        "pyarrow": pa.__version__,
    }
