"""Whether numbers are finite: asked of a few hundred small arrays every week, where NumPy's way costs more than the week."""

import math
from collections.abc import Collection, Iterable
from typing import Any

import numpy as np

from custodes.jit import njit


@njit
def _all_finite(values):  # type: ignore[no-untyped-def]
    for value in values.flat:  # noqa: SIM110 (a generator would not compile)
        if not math.isfinite(value):
            return False
    return True


def finite(value: Any) -> bool:
    """Whether a number, or every number of an array, is finite."""
    return bool(_all_finite(value)) if isinstance(value, np.ndarray) else math.isfinite(value)


def not_finite(names: Iterable[str], values: Collection[Any]) -> str:
    """Name of the first of `values`, numbers and arrays, that is not finite all through; empty if all are.

    They are laid end to end and asked at once. Whole numbers are finite.
    """
    arrays = [v.ravel() for v in values if isinstance(v, np.ndarray) and v.dtype.kind == "f"]
    numbers = [v for v in values if not isinstance(v, np.ndarray)]
    if all(map(math.isfinite, numbers)) and (not arrays or _all_finite(np.concatenate(arrays))):
        return ""
    return next(name for name, value in zip(names, values, strict=True) if not finite(value))
