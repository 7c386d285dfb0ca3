"""Mathematics whose every bit is the same on every machine: only +, -, x, /, rounding and exact powers of two.

The system's `exp` and `log` differ in the last bit between machines and NumPy's sums between processors; a run must
not. Accurate to about 1e-13 relative. Coefficients are Taylor's; the reductions are the usual ones (Muller 2016,
Elementary Functions, ch. 11).
"""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from custodes.jit import njit

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_INV_LN2 = 1.44269504088896338700e00
_EXP = [1.0 / math.factorial(i) for i in range(14)]
_POWER = 1022  #: highest power of two listed, up and down
_POWERS = np.array([math.ldexp(1.0, n) for n in range(-_POWER, _POWER + 1)])  #: of two; all that `exp` comes to
_ORDINARY = 1e300  #: a float of at most this size is worked out alone, with the same bits


def exp(x: Any) -> Any:
    """e to the power x, elementwise; x is clipped to [-700, 700]."""
    if isinstance(x, float) and abs(x) <= _ORDINARY:
        return exp_one(x)
    return _each(_exp_each, x)


def log(x: Any) -> Any:
    """Natural logarithm, elementwise, of numbers above zero (below 1e-300 counts as 1e-300)."""
    if isinstance(x, float) and abs(x) <= _ORDINARY:
        return log_one(x)
    return _each(_log_each, x)


def _each(kernel: Any, x: Any) -> Any:
    """What a compiled loop makes of each number of `x`, in the shape of `x`; a float for a number."""
    a = np.asarray(x, np.float64)
    out = np.empty(a.shape)
    kernel(a.ravel(), out.reshape(-1))
    return float(out) if a.ndim == 0 else out


def power(x: Any, y: Any) -> Any:
    """x to the power y for x above zero."""
    if isinstance(x, float) and isinstance(y, int | float):
        return exp(float(y) * log(x))
    return exp(np.asarray(y, np.float64) * log(x))


def total(values: Iterable[float]) -> float:
    """The exactly rounded sum: independent of order and machine."""
    return math.fsum(np.ravel(np.asarray(values, np.float64)).tolist())


def mean(values: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Weighted mean with exactly rounded sums; 0 where the weights sum to zero."""
    v = np.asarray(values, np.float64)
    if weights is None:
        return total(v) / v.size if v.size else 0.0
    w = np.asarray(weights, np.float64)
    if w.shape != v.shape:
        w = np.broadcast_to(w, v.shape)
    bottom = total(w)
    return total(v * w) / bottom if bottom else 0.0


def normal_quantile(u: ArrayLike) -> Any:
    """Standard normal quantile, elementwise (Acklam's rational approximation, relative error below 1.2e-9)."""
    return _each(_normal_each, u)


@njit
def squash(x):  # type: ignore[no-untyped-def]
    """Rational logistic: 1/2 at 0, 0.1 at -4, heavy tails: never for hazards below 2 %."""
    return 0.5 + 0.5 * x / (1.0 + abs(x))


@njit
def clip(x, low, high):  # type: ignore[no-untyped-def]
    """x held to [low, high]."""
    a = x if x > low else low
    return a if a < high else high


# --- one number at a time, for compiled loops: what the functions above do to each number --------------------------------

_C0, _C1, _C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11, _C12, _C13 = _EXP


@njit
def exp_one(x):  # type: ignore[no-untyped-def]
    """`exp` of one float, which is a number."""
    a = min(max(x, -700.0), 700.0)
    n = math.floor(a * _INV_LN2 + 0.5)
    r = (a - n * _LN2_HIGH) - n * _LN2_LOW
    y = _C13 * r + _C12
    y = y * r + _C11
    y = y * r + _C10
    y = y * r + _C9
    y = y * r + _C8
    y = y * r + _C7
    y = y * r + _C6
    y = y * r + _C5
    y = y * r + _C4
    y = y * r + _C3
    y = y * r + _C2
    y = y * r + _C1
    y = y * r + _C0
    return y * _POWERS[min(max(int(n), -_POWER), _POWER) + _POWER]  # exact: y is near 1


@njit
def log_one(x):  # type: ignore[no-untyped-def]
    """`log` of one float, which is a number."""
    m, e = math.frexp(max(x, 1e-300))
    low = m < 0.70710678118654752440
    m = 2.0 * m if low else m
    power_of_two = float(e) - (1.0 if low else 0.0)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    y = 0.0
    for i in range(21, 0, -2):
        y = y * z + 2.0 / i
    return power_of_two * _LN2_HIGH + (s * y + power_of_two * _LN2_LOW)


@njit
def normal_one(u):  # type: ignore[no-untyped-def]
    """`normal_quantile` of one float."""
    p = min(max(u, 1e-12), 1.0 - 1e-12)
    tail = min(p, 1.0 - p)
    if tail < 0.02425:
        q = math.sqrt(-2.0 * log_one(tail))
        top = -7.784894002430293e-03 * q + -3.223964580411365e-01
        top = (top * q + -2.400758277161838e00) * q + -2.549732539343734e00
        top = (top * q + 4.374664141464968e00) * q + 2.938163982698783e00
        bottom = (7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e00
        bottom = (bottom * q + 3.754408661907416e00) * q + 1.0
        return top / bottom if p < 0.5 else -(top / bottom)
    m = p - 0.5
    r = m * m
    top = (-3.969683028665376e01 * r + 2.209460984245205e02) * r + -2.759285104469687e02
    top = ((top * r + 1.383577518672690e02) * r + -3.066479806614716e01) * r + 2.506628277459239e00
    bottom = (-5.447609879822406e01 * r + 1.615858368580409e02) * r + -1.556989798598866e02
    bottom = ((bottom * r + 6.680131188771972e01) * r + -1.328068155288572e01) * r + 1.0
    return top * m / bottom


@njit
def _exp_each(x, out):  # type: ignore[no-untyped-def]
    for i in range(x.size):
        out[i] = exp_one(x[i]) if x[i] == x[i] else np.nan


@njit
def _log_each(x, out):  # type: ignore[no-untyped-def]
    for i in range(x.size):
        out[i] = log_one(x[i]) if x[i] == x[i] else np.nan


@njit
def _normal_each(u, out):  # type: ignore[no-untyped-def]
    for i in range(u.size):
        out[i] = normal_one(u[i]) if u[i] == u[i] else np.nan
