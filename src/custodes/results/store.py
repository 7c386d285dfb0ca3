"""A run on disk: `prepare` a folder, `write_checkpoint` while it runs, `finish` it, `open_run` it again.

A folder holds, while a run goes on: `request.json` (what is being run), `checkpoint-<week>/`, and a lock. When it is
done: `run.parquet`, `events.parquet`, `falls.parquet`, `reports.parquet` and, written last, `record.json`: where that
stands, the run is whole.
"""

import datetime
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from custodes.errors import BadResults
from custodes.observe.events import COLUMNS, Event, EventLog
from custodes.observe.truth import Recorder
from custodes.results import falls, files, heard
from custodes.results.lock import NAME as LOCK
from custodes.results.lock import Lock
from custodes.results.record import FORMAT, KEYS, to_json
from custodes.results.run import Run
from custodes.results.table import Table

if TYPE_CHECKING:
    import pyarrow as pa

    from custodes.world.state import Places, World

RUN: Final = "run.parquet"
EVENTS: Final = "events.parquet"
FALLS: Final = "falls.parquet"
REPORTS: Final = "reports.parquet"
RECORD: Final = "record.json"
REQUEST: Final = "request.json"
_CHECKPOINT: Final = re.compile(r"checkpoint-(\d{6})")
_LEFT_BEHIND: Final = re.compile(rf"{re.escape(files.ASIDE)}.*|\.checkpoint-.*|{re.escape(LOCK)}")


class Checkpoint:
    """A run stopped after a week, on disk."""

    def __init__(self, folder: Path, week: int) -> None:
        self.folder = folder
        self.week = week  #: the last week that was done

    def load(self, places: "Places", recorder: Recorder) -> tuple["World", EventLog]:
        """The world and the log; `recorder` (new, of the run's length) gets the weeks already observed."""
        from custodes.world.cache import load_world

        try:
            with np.load(self.folder / "recorder.npz") as saved:
                recorder.load_state({name: saved[name] for name in saved.files})
            log = EventLog.from_state(json.loads((self.folder / "log.json").read_text()))
            return load_world(self.folder / "world", places), log
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadResults(
                f"'{self.folder}' cannot be resumed ({error}); delete it and run again without --resume."
            ) from None


class RunFolder:
    """A folder that a run is being written into; holds the lock until `finish` or `close`."""

    def __init__(self, path: Path, lock: Lock, created: bool) -> None:
        self.path = path
        self._lock = lock
        self._created = created

    @property
    def complete(self) -> bool:
        """Whether the folder holds a whole run."""
        return (self.path / RECORD).is_file()

    def write_checkpoint(self, world: "World", recorder: Recorder, log: EventLog, week: int) -> None:
        """Save everything that week `week` left, then drop older checkpoints."""
        from custodes.world.cache import save_world

        name = f"checkpoint-{week:06d}"
        with files.told(self.path):
            aside = self.path / f".{name}.tmp"
            files.remove(aside)
            try:
                (aside / "world").mkdir(parents=True)
                save_world(world, aside / "world")
                with (aside / "recorder.npz").open("wb") as file:
                    np.savez(file, **recorder.to_state())  # type: ignore[arg-type]
                (aside / "log.json").write_text(json.dumps(log.to_state()))
                files.seal(aside, {"week": week})
                files.remove(self.path / name)
                aside.rename(self.path / name)
                files.flush(self.path)
            except BaseException:
                files.remove(aside)
                raise
        for other in self.path.glob("checkpoint-*"):
            if other.name != name:
                files.remove(other)

    def latest_checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint that is whole, or None."""
        found = [(int(m[1]), p) for p in self.path.glob("checkpoint-*") if (m := _CHECKPOINT.fullmatch(p.name))]
        for week, path in sorted(found, reverse=True):
            if files.sealed(path) is not None:
                return Checkpoint(path, week)
        return None

    def finish(self, run: Run) -> None:
        """Write the results, then remove what only an unfinished run needs, and give the folder up."""
        with files.told(self.path):
            files.write_all(self.path, _contents(run))
        for path in self.path.glob("checkpoint-*"):
            files.remove(path)
        (self.path / REQUEST).unlink(missing_ok=True)
        self._lock.release()

    def close(self) -> None:
        """Give the folder up; remove it when it is ours and empty."""
        self._lock.release()
        if self._created and self.path.is_dir() and not any(self.path.iterdir()):
            self.path.rmdir()


def prepare(out: Path | str, resume: bool, request: dict[str, Any]) -> RunFolder:
    """Take a folder for a run, make it if need be, and note in it what is being run.

    `request` is JSON: what must be the same for a resume to be the same run (scenario, digest, seed, sample, weeks,
    policies, settings, code digest). With `resume`, a folder without a run in it starts one. BadResults when the folder
    is a file, cannot be written, is occupied, in use, or holds another run than `request`.
    """
    path = Path(out)
    request = json.loads(to_json(request))
    if path.exists() and not path.is_dir():
        raise BadResults(f"'{path}' is a file, not a folder; choose another --out.")
    with files.told(path):
        created = not path.exists()
        path.mkdir(parents=True, exist_ok=True)
        lock = Lock(path)
        if not created:
            _refuse_foreign(path)
        lock.take()
        folder = RunFolder(path, lock, created)
        try:
            _admit(folder, resume, request)
        except BaseException:
            folder.close()
            raise
    return folder


def _refuse_foreign(path: Path) -> None:
    names = {p.name for p in path.iterdir() if not _LEFT_BEHIND.fullmatch(p.name)}
    if names and not names & {REQUEST, RECORD}:
        raise BadResults(f"'{path}' holds other files, such as '{sorted(names)[0]}'; choose another --out.")


def _admit(folder: RunFolder, resume: bool, request: dict[str, Any]) -> None:
    """Clear what a killed process left, and compare the request with the one in the folder."""
    path = folder.path
    before = _request_in(path)
    if before is not None and not resume:
        mend = "choose another --out" if folder.complete else "add --resume to go on with it, or choose another --out"
        raise BadResults(f"'{path}' already holds {'a finished' if folder.complete else 'an unfinished'} run; {mend}.")
    if before is not None and (difference := _difference(before, request)):
        raise BadResults(f"'{path}' cannot be resumed with another {difference}; give what it was, or another --out.")
    for left in path.iterdir():
        if _LEFT_BEHIND.fullmatch(left.name) and left.name != LOCK:
            files.remove(left) if left.is_dir() else left.unlink()
    if before is None:
        files.write_all(path, {REQUEST: files.bytes_writer(to_json(request))})


def _request_in(path: Path) -> dict[str, Any] | None:
    """What the folder's run was asked for; None when there is no run. A request cut short counts as none."""
    if (path / RECORD).is_file():
        return dict(_read_record(path)["request"])
    if (path / REQUEST).is_file():
        try:
            return dict(json.loads((path / REQUEST).read_text()))
        except (ValueError, TypeError):
            raise BadResults(f"'{path / REQUEST}' is damaged; delete the folder or choose another --out.") from None
    return None


def _difference(before: dict[str, Any], now: dict[str, Any]) -> str:
    """The first thing that differs, as `seed (1 in the folder, 2 now)`, or nothing."""
    for key in [*before, *(k for k in now if k not in before)]:
        old, new = before.get(key), now.get(key)
        if old != new:
            return f"{key.replace('_', ' ')} ({_short(old)} in the folder, {_short(new)} now)"
    return ""


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def save(run: Run, path: Path | str, overwrite: bool = False) -> Path:
    """Write a run's files into a folder, which must be empty or, with `overwrite`, hold a run."""
    folder = Path(path)
    if folder.exists() and not folder.is_dir():
        raise BadResults(f"'{folder}' is a file, not a folder; choose another path.")
    with files.told(folder):
        created = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        if not created:
            _refuse_foreign(folder)
        lock = Lock(folder)
        lock.take()
        try:
            if not overwrite and ((folder / RECORD).exists() or (folder / REQUEST).exists()):
                raise BadResults(f"'{folder}' already holds a run; choose another path, or say overwrite=True.")
            (folder / RECORD).unlink(missing_ok=True)
            files.write_all(folder, _contents(run))
        finally:
            RunFolder(folder, lock, created).close()
    return folder


def _contents(run: Run) -> dict[str, Callable[[Path], None]]:
    """The files of a finished run, the one that marks it whole last."""
    return {
        RUN: _parquet(run.table.to_arrow()),
        EVENTS: _parquet(_events_to_arrow(run.log)),
        FALLS: _parquet(falls.to_arrow(run.register)),
        REPORTS: _parquet(heard.to_arrow(run.reports)),
        RECORD: files.bytes_writer(to_json(run.record)),
    }


def _parquet(table: "pa.Table") -> Callable[[Path], None]:
    def write(path: Path) -> None:
        import pyarrow.parquet as pq

        with path.open("wb") as file:
            pq.write_table(
                table,
                file,
                compression="zstd",
                use_dictionary=["province", "organ", "court", "faction"] if "province" in table.column_names else True,
            )

    return write


def _events_to_arrow(log: EventLog) -> "pa.Table":
    import pyarrow as pa

    kinds = {"week": pa.int32(), "date": pa.date32(), "magnitude": pa.float64(), "causes": pa.list_(pa.string())}
    columns = {}
    for name in COLUMNS:
        values = [getattr(e, name) for e in log]
        if name == "date":
            values = [datetime.date.fromisoformat(v) for v in values]
        columns[name] = pa.array(
            [list(v) for v in values] if name == "causes" else values, kinds.get(name, pa.string())
        )
    return pa.table(columns).replace_schema_metadata({"start": str(log.start)})


def _events_from_arrow(table: "pa.Table") -> EventLog:
    about = {k.decode(): v.decode() for k, v in (table.schema.metadata or {}).items()}
    rows = [[str(r["date"]) if n == "date" else r[n] for n in Event._fields] for r in table.to_pylist()]
    now = max((r[1] for r in rows), default=0)
    return EventLog.from_state({"start": about["start"], "now": now, "events": rows})


def _read_record(path: Path) -> dict[str, Any]:
    try:
        content = json.loads((path / RECORD).read_text())
        if content["format"] != FORMAT or any(key not in content for key in KEYS):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError):
        raise BadResults(f"'{path / RECORD}' is damaged or of another version; run the scenario again.") from None
    return dict(content)


def open_run(folder: Path | str) -> Run:
    """The run in a folder; BadResults when it is missing, unfinished, foreign or damaged."""
    path = Path(folder)
    if not path.is_dir():
        state = "is a file, not a folder of a run" if path.exists() else "does not exist"
        raise BadResults(f"'{path}' {state}; 'custodes run SCENARIO --out DIR' makes one.")
    if not (path / RECORD).is_file():
        if (path / REQUEST).is_file():
            raise BadResults(
                f"'{path}' holds an unfinished run; 'custodes run ... --out {path} --resume' goes on with it."
            )
        raise BadResults(f"'{path}' holds no run ('{RECORD}' is missing); 'custodes run SCENARIO --out DIR' makes one.")
    content = _read_record(path)
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = Table.from_arrow(pq.read_table(path / RUN))
        log = _events_from_arrow(pq.read_table(path / EVENTS))
        register = falls.from_arrow(pq.read_table(path / FALLS))
        reports = heard.from_arrow(pq.read_table(path / REPORTS))
    except (OSError, ValueError, KeyError, TypeError, StopIteration, pa.ArrowException) as error:
        what = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise BadResults(f"'{path}' is damaged ({what}); run the scenario again.") from None
    return Run(table, log, content, path, register, reports)
