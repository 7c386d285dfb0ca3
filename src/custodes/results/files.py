"""Files that are whole or absent: written aside in the same folder, flushed to disk, then renamed."""

import contextlib
import json
import os
import shutil
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from custodes.errors import BadResults

ASIDE: Final = ".aside-"  #: prefix of files that are being written
MANIFEST: Final = "manifest.json"


def reason(error: OSError) -> str:
    """Why the system refused, in its words."""
    return (error.strerror or str(error)).lower()


@contextlib.contextmanager
def told(folder: Path) -> Iterator[None]:
    """Turn a refusal of the system into one sentence about the folder."""
    try:
        yield
    except OSError as error:
        raise BadResults(
            f"'{folder}' cannot be written ({reason(error)}); make room or choose another --out."
        ) from None


def write_all(folder: Path, contents: dict[str, Callable[[Path], None]]) -> None:
    """Write several files: all aside first, then renamed in order (the last marks the set as complete).

    Each value writes its file at the path it is given. When one fails nothing stays behind and `OSError` goes on.
    """
    try:
        for name, write in contents.items():
            write(aside(folder, name))
            flush(aside(folder, name))
        for name in contents:
            os.replace(aside(folder, name), folder / name)
    except BaseException:
        for name in contents:
            aside(folder, name).unlink(missing_ok=True)
        raise
    flush(folder)


def aside(folder: Path, name: str) -> Path:
    """Where a file is written before it gets its name."""
    return folder / f"{ASIDE}{name}"


def bytes_writer(content: bytes) -> Callable[[Path], None]:
    """A writer of these bytes, for `write_all`."""

    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


def flush(path: Path) -> None:
    """Have the system put a file or a folder's names on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def seal(folder: Path, about: dict[str, Any]) -> None:
    """Flush every file of a folder and write its manifest: sizes and checksums, and `about`."""
    files = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        flush(path)
        files[str(path.relative_to(folder))] = [path.stat().st_size, checksum(path)]
    (folder / MANIFEST).write_text(json.dumps(about | {"files": files}))
    flush(folder / MANIFEST)
    flush(folder)


def sealed(folder: Path) -> dict[str, Any] | None:
    """The manifest of a folder whose files are all as `seal` left them, else None."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        for name, (size, crc) in manifest["files"].items():
            if (folder / name).stat().st_size != size or checksum(folder / name) != crc:
                return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return dict(manifest)


def checksum(path: Path) -> int:
    """CRC-32 of a file."""
    crc = 0
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            crc = zlib.crc32(block, crc)
    return crc


def remove(folder: Path) -> None:
    """Remove a folder and what is in it; nothing happens when it is not there."""
    shutil.rmtree(folder, ignore_errors=True)
