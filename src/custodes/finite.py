"""Whether numbers are finite: asked of a few hundred small arrays every week, where NumPy's way costs more than the week."""

import math
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
