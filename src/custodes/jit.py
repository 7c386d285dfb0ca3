"""The one door to Numba: where compiled code is cached, and how every kernel is compiled.

Numba's cache does not see an edit in a function that another file calls, so the cache folder is named by a digest of
the package's sources: an edited or upgraded package compiles anew, a second run starts at once. Kernels release the
interpreter lock, so that threads (never Numba's own) share the work; `fastmath` is off and division follows NumPy.
"""

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import platformdirs

F = TypeVar("F", bound=Callable[..., Any])


@cache
def source_digest() -> str:
    """SHA-256 (16 hex digits) over the package's Python sources, in order of path."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def kernel_digest() -> str:
    """As `source_digest`, over the files whose functions are compiled: what the compiled cache depends on."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(p for part in ("engine", "mechanisms", "world") for p in (root / part).rglob("*.py")):
        digest.update(path.read_bytes())
    for name in ("jit.py", "draws.py", "finite.py", "portable.py"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Where compiled code and burnt-in states are kept: `CUSTODES_CACHE`, else the user's cache folder."""
    return Path(os.environ.get("CUSTODES_CACHE") or platformdirs.user_cache_dir("custodes"))


def _set_cache() -> bool:
    folder = cache_folder() / "kernels" / kernel_digest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK)
    except OSError:
        writable = False
    if writable:
        import numba

        numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
    return writable


_CACHED = _set_cache()


def compiled_before() -> bool:
    """Whether some kernels of this very source are in the cache."""
    folder = cache_folder() / "kernels" / kernel_digest()
    return folder.is_dir() and any(folder.rglob("*.nbc"))


def _compile(function: F, **options: Any) -> F:
    import numba

    compiler: Any = numba.njit
    compiled: F = compiler(cache=_CACHED, nogil=True, error_model="numpy", **options)(function)
    return compiled


def njit(function: F) -> F:
    """Compile `function` for the people pass: cached on disk, lock released, IEEE arithmetic as written."""
    return _compile(function)


def njit_exact_sum(function: F) -> F:
    """As `njit`, free to reorder additions: only for sums of whole numbers below 2**53, which are exact in any order."""
    return _compile(function, fastmath={"reassoc"})


def njit_part(function: F) -> F:
    """As `njit`, for the parts of the people pass that only kernels call.

    No door from Python, which halves compiling time, and no counting of references: the caller holds all columns for the
    length of the call, and a part allocates nothing. Counting them took a third of the pass.
    """
    return _compile(function, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def njit_inlined(function: F) -> F:
    """As `njit_part`, always inlined: a call would copy the description of every column that it is given."""
    return _compile(function, _nrt=False, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def njit_pass(function: F) -> F:
    """As `njit_part`, with a door from Python: for the pass itself."""
    return _compile(function, _nrt=False)
