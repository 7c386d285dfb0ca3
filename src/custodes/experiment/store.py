"""The folder of a study: what was asked, and two small files a run, each whole or absent.

`study.json` holds the design and is written first; `runs/00012.3.parquet` and `runs/00012.3.json` are the series and the
record of country 12 under plan 3, the record last: where it stands, the run is whole. `runs/00012.3.failed.json` tells why
there is no run. `index.json` repeats the short part of all records, so that a large study opens at once; it counts for a
record only while it is newer than that record, and can be deleted at any time.
"""

import json
import os
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes.errors import BadResults
from custodes.experiment import packing
from custodes.results import files
from custodes.results.lock import NAME as LOCK
from custodes.results.lock import Lock

if TYPE_CHECKING:
    import pandas as pd

    from custodes.experiment.design import Design

F = NDArray[np.float64]
Key = tuple[int, int]  #: country, number of the plan

STUDY: Final = "study.json"
RUNS: Final = "runs"
INDEX: Final = "index.json"
FORMAT: Final = "custodes-study-1"
_NAME: Final = re.compile(r"(\d{5,})\.(\d+)(\.failed)?\.json")
_OURS: Final = frozenset((STUDY, RUNS, INDEX, LOCK))
_SHORT: Final = (
    "country",
    "point",
    "luck",
    "seed",
    "plan",
    "number",
    "outcome",
    "outcome_week",
    "exposure",
    "measures",
    "cause",
)
_FREE: Final = (
    "country",
    "point",
    "luck",
    "seed",
    "plan",
    "outcome",
    "outcome_week",
    "exposure",
)  #: first columns of a frame


class Store:
    """The runs of a study on disk. Reading needs no lock; `begin` gives a store that may be written to."""

    def __init__(self, path: Path, study: dict[str, Any], lock: Lock | None = None) -> None:
        self.path = path
        self.study = study
        self._lock = lock
        self._records: dict[Key, dict[str, Any]] = _records(path)

    @classmethod
    def open(cls, folder: Path | str) -> "Store":
        """The study in a folder; BadResults when there is none or it is damaged."""
        path = Path(folder)
        if not (path / STUDY).is_file():
            missing = "holds no study" if path.is_dir() else "is not a folder of a study"
            raise BadResults(f"'{path}' {missing}; 'custodes compare SCENARIO --out {path}' makes one.")
        return cls(path, _read_study(path))

    @cached_property
    def design(self) -> "Design":
        """What was asked."""
        from custodes.experiment.design import Design

        try:
            return Design.from_json(self.study["design"])
        except (KeyError, TypeError, ValueError):
            raise BadResults(f"'{self.path / STUDY}' is damaged or of another version; choose another --out.") from None

    @property
    def plans(self) -> list[str]:
        """Names of the plans, by number."""
        return list(self.study["plans"])

    # --- reading ------------------------------------------------------------------------------------------------------

    def done(self) -> set[Key]:
        """(country, number of the plan) of every run that is whole."""
        return {key for key, record in self._records.items() if "cause" not in record}

    def failed(self) -> list[dict[str, Any]]:
        """country, plan and cause of every run that failed."""
        bad = [(key, r) for key, r in sorted(self._records.items()) if "cause" in r]
        return [{"country": key[0], "plan": r["plan"], "cause": r["cause"]} for key, r in bad]

    def frame(self) -> "pd.DataFrame":
        """One row a whole run, by country and plan: country, point, luck, seed, plan, outcome, outcome_week, exposure, measures."""
        import pandas as pd

        rows = [self._records[key] for key in sorted(self.done())]
        names = list(dict.fromkeys(name for row in rows for name in row["measures"] if name not in _FREE))
        columns: dict[str, Any] = {name: [row[name] for row in rows] for name in _FREE}
        missing = float("nan")
        for name in names:
            values = [row["measures"].get(name) for row in rows]
            columns[name] = np.array([missing if v is None else v for v in values], np.float64)
        frame = pd.DataFrame(columns)
        for name in ("outcome_week", "seed"):
            frame[name] = frame[name].astype("Int64" if name == "outcome_week" else "uint64")
        return frame

    def points(self) -> "pd.DataFrame":
        """One row a country of the design: country, point, luck, seed, and its value of every unknown."""
        import pandas as pd

        rows = [
            {"country": c.index, "point": c.point, "luck": c.luck, "seed": c.seed, **c.values}
            for c in self.design.countries
        ]
        return pd.DataFrame(rows).astype({"seed": "uint64"})

    def parts(self) -> "pd.DataFrame":
        """One row a run, measure and part: country, plan, measure, by, part, value."""
        import pandas as pd

        rows = []
        for key in sorted(self.done()):
            record = self._read(key)
            rows += [(key[0], record["plan"], m, by, part, v) for m, by, part, v in record["parts"]]
        frame = pd.DataFrame(rows, columns=["country", "plan", "measure", "by", "part", "value"])
        return frame.astype({"value": "float64"})

    def paths(self, series: str) -> F:
        """One national series of all runs, (countries, plans, weeks); NaN where a run is missing."""
        return self.paths_of((series,))[series]

    def paths_of(self, series: Sequence[str]) -> dict[str, F]:
        """As `paths`, several series in one walk through the files: opening them is what takes time."""
        shape = (int(self.study["countries"]), len(self.plans), int(self.study["weeks"]))
        values = {name: np.full(shape, np.nan) for name in series}
        for key in sorted(self.done()):
            for name, path in packing.national(self._file(key, packing.PATHS), series).items():
                values[name][key] = path
        return values

    def _file(self, key: Key, ending: str) -> Path:
        return self.path / RUNS / f"{stem(key)}{ending}"

    def _read(self, key: Key) -> dict[str, Any]:
        return _record(self._file(key, packing.RECORD))

    # --- writing ------------------------------------------------------------------------------------------------------

    def put(self, key: Key, contents: Mapping[str, bytes]) -> None:
        """Keep the files of a run, as `packing.pack` made them, whole or not at all; BadResults when the disk refuses."""
        named = {f"{stem(key)}{ending}": files.bytes_writer(content) for ending, content in contents.items()}
        last = list(contents.values())[-1]
        record = packing.record_of(last)
        try:
            files.write_all(self.path / RUNS, named)
            if packing.RECORD in contents:
                self._file(key, packing.FAILED).unlink(missing_ok=True)
        except OSError as error:
            what = f"the run of country {key[0]} under '{record['plan']}' ({files.reason(error)})"
            raise BadResults(
                f"'{self.path}' cannot take {what}; make room, and the same command with --resume goes on."
            ) from None
        self._records[key] = _short(record)

    def forget_passing(self) -> int:
        """Forget the failures that lay in the machine, so that they are tried again; returns how many."""
        passing = [key for key, r in self._records.items() if "cause" in r and self._passing(key)]
        for key in passing:
            del self._records[key]
        return len(passing)

    def _passing(self, key: Key) -> bool:
        return bool(_record(self._file(key, packing.FAILED)).get("passing"))

    def known(self) -> set[Key]:
        """Every run that need not be run: whole, or failed for a reason of its own."""
        return set(self._records)

    def close(self) -> None:
        """Write the index and give the folder up."""
        if self._lock is not None:
            try:
                _write_index(self.path, self._records)
            finally:
                self._lock.release()
                self._lock = None


def stem(key: Key) -> str:
    """How a run's files begin: `00012.3`."""
    return f"{key[0]:05d}.{key[1]}"


# --- a study begins or goes on ----------------------------------------------------------------------------------------


def begin(folder: Path | str, design: "Design", resume: bool = False) -> Store:
    """Take a folder for a study: a new one, or with `resume` one that holds the same study, whose whole runs are kept.

    BadResults when it is a file, cannot be written, is in use, holds other files or another study.
    """
    path = Path(folder)
    if path.exists() and not path.is_dir():
        raise BadResults(f"'{path}' is a file, not a folder; choose another --out.")
    with files.told(path):
        path.mkdir(parents=True, exist_ok=True)
        lock = Lock(path)
        _refuse_foreign(path)
        lock.take()
        try:
            study = _admit(path, design, resume)
            (path / RUNS).mkdir(exist_ok=True)
            _clear(path)
            _drop_damaged(path)
            return Store(path, study, lock)
        except BaseException:
            lock.release()
            if not any(path.iterdir()):
                path.rmdir()
            raise


def study_of(design: "Design") -> dict[str, Any]:
    """What `study.json` says: the design, the plans by number, and all that must be the same for a resume."""
    return {
        "format": FORMAT,
        "identity": design.identity(),
        "plans": [plan.name for plan in design.plans],
        "weeks": design.weeks,
        "countries": len(design.countries),
        "design": design.to_json(),
    }


def _refuse_foreign(path: Path) -> None:
    names = sorted(p.name for p in path.iterdir() if p.name not in _OURS and not p.name.startswith(files.ASIDE))
    if names and not (path / STUDY).is_file():
        raise BadResults(f"'{path}' holds other files, such as '{names[0]}'; choose another --out.")


def _admit(path: Path, design: "Design", resume: bool) -> dict[str, Any]:
    """The study that goes on here: the folder's own if it is as large, else the one asked for, written down."""
    study: dict[str, Any] = json.loads(json.dumps(study_of(design), allow_nan=False))
    if (path / STUDY).is_file():
        before = _read_study(path)
        if not resume:
            raise BadResults(f"'{path}' already holds a study; add --resume to go on with it, or choose another --out.")
        if difference := difference_of(before["identity"], study["identity"]):
            raise BadResults(
                f"'{path}' cannot be resumed with another {difference}; give what it was, or another --out."
            )
        if before["countries"] >= study["countries"]:
            return before
    files.write_all(path, {STUDY: files.bytes_writer((json.dumps(study, ensure_ascii=False) + "\n").encode())})
    return study


def difference_of(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """The first thing that differs, as `seed (1 in the folder, 2 now)`, or nothing."""
    for key in [*before, *(k for k in now if k not in before)]:
        old, new = before.get(key), now.get(key)
        if isinstance(old, dict) and isinstance(new, dict) and old != new:
            return f"{key.replace('_', ' ')}: {difference_of(old, new)}"
        if old != new:
            return f"{key.replace('_', ' ')} ({_brief(old)} in the folder, {_brief(new)} now)"
    return ""


def _brief(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def _clear(path: Path) -> None:
    """Remove what a killed process was writing."""
    for folder in (path, path / RUNS):
        for left in folder.glob(f"{files.ASIDE}*"):
            left.unlink(missing_ok=True)


def _drop_damaged(path: Path) -> None:
    """Remove runs whose series are not those that their record speaks of: they are run again."""
    for name, _ in _listed(path):
        file = path / RUNS / name
        try:
            record = _record(file)
            whole = "cause" in record or _matches(file.with_name(file.name[: -len(packing.RECORD)]), record["series"])
        except (BadResults, KeyError, TypeError):
            whole = False
        if not whole:
            file.unlink(missing_ok=True)


def _matches(stem_path: Path, series: Mapping[str, int]) -> bool:
    try:
        content = stem_path.with_name(stem_path.name + packing.PATHS).read_bytes()
    except OSError:
        return False
    return len(content) == series["bytes"] and zlib.crc32(content) == series["crc32"]


def _read_study(path: Path) -> dict[str, Any]:
    try:
        study = json.loads((path / STUDY).read_bytes())
        if study["format"] != FORMAT or not {"identity", "plans", "weeks", "countries", "design"} <= set(study):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError):
        raise BadResults(f"'{path / STUDY}' is damaged or of another version; choose another --out.") from None
    return dict(study)


# --- records and their index ------------------------------------------------------------------------------------------


def _listed(path: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Name and state of every record."""
    try:
        with os.scandir(path / RUNS) as entries:
            yield from ((e.name, e.stat()) for e in entries if _NAME.fullmatch(e.name))
    except FileNotFoundError:
        return


def _records(path: Path) -> dict[Key, dict[str, Any]]:
    """The short part of every record, from the index where that is newer than the record, else from the record itself."""
    index, written = _read_index(path)
    out: dict[Key, dict[str, Any]] = {}
    for name, state in sorted(_listed(path), key=lambda entry: entry[0].endswith(packing.RECORD) and _failed(entry[0])):
        found = _NAME.fullmatch(name)
        assert found is not None
        key = (int(found[1]), int(found[2]))
        if key in out:
            continue  # a failure that was run again with success
        known = index.get(name)
        fresh = known is not None and known[0] == state.st_size and state.st_mtime_ns < written
        out[key] = known[1] if fresh and known is not None else _short(_record(path / RUNS / name))
    return out


def _failed(name: str) -> bool:
    return name.endswith(packing.FAILED)


def _short(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in _SHORT if name in record}


def _record(file: Path) -> dict[str, Any]:
    try:
        return packing.record_of(file.read_bytes())
    except (OSError, ValueError):
        raise BadResults(f"'{file}' is damaged; the same command with --resume runs it again.") from None


def _read_index(path: Path) -> tuple[dict[str, tuple[int, dict[str, Any]]], int]:
    """Name -> size and short record, and when the index was written; empty if it is missing or damaged."""
    try:
        written = (path / INDEX).stat().st_mtime_ns
        columns = json.loads((path / INDEX).read_bytes())
        names = columns["measures"]
        index = {}
        for file, size, short, values in columns["runs"]:
            record = dict(zip(_SHORT, short, strict=True))
            record = {k: v for k, v in record.items() if k not in ("measures", "cause")} | (
                {"cause": record["cause"]} if values is None else {"measures": dict(zip(names, values, strict=True))}
            )
            index[file] = (int(size), record)
    except (OSError, ValueError, KeyError, TypeError):
        return {}, 0
    return index, written


def _write_index(path: Path, records: Mapping[Key, Mapping[str, Any]]) -> None:
    """Repeat all short records in one file; a disk that refuses it is no matter."""
    names = list(dict.fromkeys(name for r in records.values() for name in r.get("measures", ())))
    rows = []
    for key, record in sorted(records.items()):
        name = f"{stem(key)}{packing.FAILED if 'cause' in record else packing.RECORD}"
        short = [record.get(n) if n != "measures" else None for n in _SHORT]
        values = None if "cause" in record else [record["measures"].get(n) for n in names]
        try:
            rows.append([name, (path / RUNS / name).stat().st_size, short, values])
        except OSError:
            continue
    content = json.dumps({"measures": names, "runs": rows}, separators=(",", ":"), allow_nan=False).encode()
    try:
        files.write_all(path, {INDEX: files.bytes_writer(content)})
    except OSError:
        return
