"""Saving and loading a world exactly, and a cache of burnt-in states, so that a second run starts at once.

A saved world is a folder: one plain `.npy` a column and `state.json` with every scalar and a checksum of every array. Its
files carry a generation in their names and `state.json` is replaced last, in one step: a crash at any moment leaves the
state before or the state after, never a mixture. Damage of any kind is detected when loading.
"""

import contextlib
import dataclasses
import hashlib
import json
import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes.errors import BadResults
from custodes.jit import cache_folder, njit, source_digest
from custodes.world import columns as col
from custodes.world.books import ARRAYS, Books
from custodes.world.court import Branch, Court
from custodes.world.people import tiles_of
from custodes.world.places import build_places
from custodes.world.state import County, Guards, National, Organ, Places, World

FORMAT: Final = 2
STATE: Final = "state.json"
LIMIT_BYTES: Final = 6 * 10**9  #: of all cached states together
STALE_SECONDS: Final = 24 * 3600  #: after which an unfinished state of a killed process is removed
_TABLES: Final[dict[str, Any]] = {"persons": col.Persons, "households": col.Households, "units": col.Units}
_RECORDS: Final[dict[str, Any]] = {
    "county": County,
    "organ": Organ,
    "guards": Guards,
    "court": Court,
    "branch": Branch,
}
_PLAIN: Final = ("sums", "tile_histogram")
_THREADS: Final = 4

Array = NDArray[Any]


# --- saving -----------------------------------------------------------------------------------------------------------


def save_world(world: World, folder: Path | str) -> None:
    """Write every array and scalar of `world` into `folder`, over any state there; OSError if the disk refuses."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    generation = f"{time.time_ns():x}-{os.getpid():x}"
    with ThreadPoolExecutor(_THREADS) as pool:
        jobs = {
            name: pool.submit(_write_array, target / f"{name}.{generation}.npy", array)
            for name, array in _arrays(world)
        }
        entries = {name: job.result() for name, job in jobs.items()}
    content = {
        "format": FORMAT,
        "arrays": entries,
        "seed": world.seed,
        "k": world.k,
        "week": world.week,
        "start": str(world.start),
        "places": places_digest(world.places),
        "national": dataclasses.asdict(world.national),
        "won": world.books.won,
        "cents": world.books.cents,
        "grams": world.books.grams,
        "opening": world.books.opening,
        "contraband": world.books.contraband,
        "memory": world.memory,
        "actors": world.actors,
        "register": world.register,
    }
    content["digest"] = _content_digest(content)
    _replace(target / STATE, json.dumps(content, indent=1).encode())
    _remove_others(target, {str(entry["file"]) for entry in entries.values()})


def _arrays(world: World) -> Iterator[tuple[str, Array]]:
    """(name, array) of everything that is an array; names are file-name safe."""
    for group, kind in _TABLES.items():
        table = getattr(world, group)
        for name in kind._fields:
            yield f"{group}.{name}", getattr(table, name)
    for group, kind in _RECORDS.items():
        record = getattr(world, group)
        for f in dataclasses.fields(kind):
            yield f"{group}.{f.name}", getattr(record, f.name)
    for name in ARRAYS:
        yield f"books.{name}", getattr(world.books, name)
    for name in _PLAIN:
        yield name, getattr(world, name)


def _write_array(path: Path, array: Array) -> dict[str, Any]:
    whole = np.ascontiguousarray(array)
    with path.open("wb") as file:
        np.save(file, whole, allow_pickle=False)
        file.flush()
        os.fsync(file.fileno())
    return {"file": path.name, "dtype": whole.dtype.str, "shape": list(whole.shape), "checksum": array_digest(whole)}


def array_digest(array: Array) -> str:
    """A checksum of an array's bytes, 32 hexadecimal digits: it finds damage, and is no defence against intent."""
    flat = np.ascontiguousarray(array).reshape(-1)
    raw = flat.view(np.uint8) if flat.size else np.zeros(0, np.uint8)
    whole = raw.size // 32 * 32
    lanes = np.array([1, 2, 3, 4], np.uint64)
    if whole:
        mix(raw[:whole].view(np.uint64), lanes)
    return hashlib.sha256(lanes.tobytes() + raw[whole:].tobytes() + str(raw.size).encode()).hexdigest()[:32]


@njit
def mix(words, lanes):  # type: ignore[no-untyped-def]
    """Fold 64-bit words into four lanes: every step is a bijection of its lane, so that no changed word goes unnoticed."""
    a, b, c, d = lanes[0], lanes[1], lanes[2], lanes[3]
    prime = np.uint64(0x9E3779B185EBCA87)
    turn = np.uint64(29)
    for i in range(0, words.shape[0], 4):
        a = (a ^ words[i]) * prime
        b = (b ^ words[i + 1]) * prime
        c = (c ^ words[i + 2]) * prime
        d = (d ^ words[i + 3]) * prime
        a ^= a >> turn
        b ^= b >> turn
        c ^= c >> turn
        d ^= d >> turn
    lanes[0], lanes[1], lanes[2], lanes[3] = a, b, c, d


def _content_digest(content: dict[str, Any]) -> str:
    rest = {key: value for key, value in content.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _replace(path: Path, content: bytes) -> None:
    """Write a file aside and rename it, so that it is whole or not there."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # some systems cannot open folders
    with contextlib.suppress(OSError):
        os.fsync(handle)
    os.close(handle)


def _remove_others(folder: Path, keep: set[str]) -> None:
    """Remove arrays of earlier generations."""
    for path in folder.glob("*.npy"):
        if path.name not in keep:
            path.unlink(missing_ok=True)


# --- loading ----------------------------------------------------------------------------------------------------------


def load_world(folder: Path | str, places: Places) -> World:
    """The world saved in `folder`, in fresh writable arrays; BadResults if it is missing, damaged or of other places."""
    source = Path(folder)
    content = _read_state(source)
    if content["places"] != places_digest(places):
        raise BadResults(
            f"the saved state in {source.name} belongs to other places: use the scenario that it was made with."
        )
    try:
        with ThreadPoolExecutor(_THREADS) as pool:
            # Read here, check in threads: NumPy reads headers with `ast`, which Python 3.11 cannot do in two threads at once.
            arrays = {name: _read_array(source, name, entry) for name, entry in content["arrays"].items()}
            jobs = {name: pool.submit(array_digest, array) for name, array in arrays.items()}
            for name, job in jobs.items():
                if job.result() != content["arrays"][name]["checksum"]:
                    raise BadResults(
                        f"the saved state in {source.name} is damaged: the column {name} does not match its checksum."
                    )
        return _assemble(content, arrays, places)
    except (KeyError, TypeError, AttributeError, IndexError) as problem:
        raise BadResults(
            f"the saved state in {source.name} lacks {problem}: it was written by another version."
        ) from None


def _read_state(source: Path) -> dict[str, Any]:
    try:
        content = json.loads((source / STATE).read_bytes())
    except FileNotFoundError:
        raise BadResults(f"there is no saved state in {source.name}.") from None
    except (OSError, ValueError, RecursionError):
        raise BadResults(f"the saved state in {source.name} cannot be read: {STATE} is damaged.") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BadResults(f"the saved state in {source.name} has another format: it was written by another version.")
    if content.get("digest") != _content_digest(content):
        raise BadResults(f"the saved state in {source.name} is damaged: {STATE} does not match its digest.")
    return content


def _read_array(source: Path, name: str, entry: dict[str, Any]) -> Array:
    file = Path(str(entry["file"])).name  # never outside the folder
    try:
        array: Array = np.load(source / file, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        raise BadResults(f"the saved state in {source.name} is damaged: the column {name} cannot be read.") from None
    if array.dtype.str != entry["dtype"] or list(array.shape) != entry["shape"]:
        raise BadResults(f"the saved state in {source.name} is damaged: the column {name} has another type or shape.")
    return array


def _assemble(content: dict[str, Any], arrays: dict[str, Array], places: Places) -> World:
    table: dict[str, Any] = {
        group: kind(*(arrays[f"{group}.{name}"] for name in kind._fields)) for group, kind in _TABLES.items()
    }
    record: dict[str, Any] = {
        group: kind(**{f.name: arrays[f"{group}.{f.name}"] for f in dataclasses.fields(kind)})
        for group, kind in _RECORDS.items()
    }
    accounts: dict[str, Any] = {name: arrays[f"books.{name}"] for name in ARRAYS}
    books = Books(
        won=content["won"],
        cents=content["cents"],
        grams=content["grams"],
        contraband=content["contraband"],
        opening=content["opening"],
        **accounts,
    )
    plain: dict[str, Any] = {name: arrays[name] for name in _PLAIN}
    return World(
        seed=content["seed"],
        k=content["k"],
        week=content["week"],
        start=np.datetime64(content["start"]),
        places=places,
        tiles=tiles_of(table["units"], len(places.counties)),
        national=National(**content["national"]),
        books=books,
        memory=content["memory"],
        actors=content["actors"],
        register=content["register"],
        **plain,
        **table,
        **record,
    )


def places_digest(places: Places) -> str:
    """A digest of all places, 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for f in dataclasses.fields(places):
        value = getattr(places, f.name)
        digest.update(array_digest(value).encode() if isinstance(value, np.ndarray) else repr(value).encode())
    return digest.hexdigest()[:16]


# --- cache ------------------------------------------------------------------------------------------------------------


def state_key(*parts: Any) -> str:
    """What a burnt-in state depends on, as 32 hexadecimal digits: `parts` (scenario, parameters, k, seed ...) and the code.

    A scenario counts by its `burn_in_digest`: what begins in week 0 or later does not matter.
    """
    shown = [str(getattr(part, "burn_in_digest", None) or repr(part)) for part in parts]
    return hashlib.sha256("\n".join([str(FORMAT), source_digest(), *shown]).encode()).hexdigest()[:32]


def states_folder() -> Path:
    """Where cached states lie."""
    return cache_folder() / "states"


def recall(key: str, scenario: Any) -> World | None:
    """The cached state of a key for a scenario, as `cached`."""
    return cached(key, build_places(scenario))


def cached(key: str, places: Places) -> World | None:
    """The cached state of a key, or None; a damaged one is removed with a warning, and the caller builds anew."""
    folder = states_folder() / key
    if not (folder / STATE).is_file():
        return None
    try:
        world = load_world(folder, places)
    except BadResults as problem:
        warnings.warn(f"a cached state is ignored and built anew: {problem}", stacklevel=2)
        shutil.rmtree(folder, ignore_errors=True)
        return None
    with contextlib.suppress(OSError):
        os.utime(folder / STATE)  # the oldest are deleted first
    return world


def keep(key: str, world: World, limit_bytes: int = LIMIT_BYTES) -> bool:
    """Put a state into the cache; False (and nothing there) if the cache cannot be written or the state is too large."""
    if world_bytes(world) > limit_bytes:
        return False
    root = states_folder()
    try:
        root.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".new-", dir=root))
    except OSError:
        return False
    try:
        make_room(root, limit_bytes - world_bytes(world))
        save_world(world, aside)
        shutil.rmtree(root / key, ignore_errors=True)
        aside.rename(root / key)
    except OSError:
        return (root / key / STATE).is_file()  # another process was faster, or the disk is full
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return True


def make_room(root: Path, allowed: int) -> None:
    """Delete the longest unused states until at most `allowed` bytes are left, and what killed processes left behind."""
    states = []
    for folder in root.iterdir():
        try:
            if folder.name.startswith(".new-"):
                if time.time() - folder.stat().st_mtime > STALE_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)
            elif folder.is_dir():
                used = (folder / STATE).stat().st_mtime if (folder / STATE).is_file() else 0.0
                states.append((used, folder.name, sum(f.stat().st_size for f in folder.iterdir())))
        except OSError:
            continue  # deleted by another process meanwhile
    total = sum(size for _, _, size in states)
    for _, name, size in sorted(states):
        if total <= allowed:
            break
        shutil.rmtree(root / name, ignore_errors=True)
        total -= size


def world_bytes(world: World) -> int:
    """Bytes of all arrays."""
    return sum(array.nbytes for _, array in _arrays(world))
