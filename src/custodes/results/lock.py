"""One process a results folder: an advisory lock that the system drops when its holder dies, however it dies."""

import contextlib
import os
from pathlib import Path
from typing import Final

from custodes.errors import BadResults

try:
    import fcntl
except ImportError:  # not a POSIX system: no lock, the rest works
    fcntl = None  # type: ignore[assignment]

NAME: Final = ".custodes-lock"


class Lock:
    """The lock of a folder, held from `take` to `release` or to the end of the process."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._handle: int | None = None

    def take(self) -> None:
        """Take the lock, or raise BadResults when another process holds it."""
        while fcntl is not None and self._handle is None:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                holder = os.read(handle, 20).decode(errors="replace").strip()
                os.close(handle)
                who = f" (process {holder})" if holder.isdigit() else ""
                raise BadResults(
                    f"'{self.path.parent}' is in use by another run{who}; wait for it or choose another --out."
                ) from None
            if self._current(handle):
                os.ftruncate(handle, 0)
                os.pwrite(handle, str(os.getpid()).encode(), 0)
                self._handle = handle
            else:  # its last holder removed the file between our opening and locking it
                os.close(handle)

    def _current(self, handle: int) -> bool:
        try:
            return os.path.samestat(os.fstat(handle), os.stat(self.path))
        except OSError:
            return False

    def release(self) -> None:
        """Give the lock up and remove its file."""
        if self._handle is not None:
            with contextlib.suppress(OSError):
                self.path.unlink()
            os.close(self._handle)
            self._handle = None
