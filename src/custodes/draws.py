"""Counter-based random draws: Philox (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").

A draw is a function of (seed, stream, week, entity, block) and of nothing else: no state, so that threads, order,
resume and new mechanisms cannot disturb it. Group mechanisms use Philox4x32-10 through `uniform`, `normal`,
`binomial`; the people pass uses Philox4x32-7, the smallest that passed BigCrush in the paper, four words a block.
A stream is a number in `STREAMS`, which only grows; in the people pass a named draw is a fixed word of a fixed block.
"""

import hashlib
import math
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes import portable
from custodes.jit import njit

U32 = NDArray[np.uint32]

#: Streams of the group mechanisms and the people pass. Append only: a number, once given, is never reused.
STREAMS: Final[dict[str, int]] = {
    "person_week": 1,
    "household_week": 2,
    "event": 3,
    "harvest": 10,
    "rice_price": 11,
    "dollar": 12,
    "punished": 13,
    "spark": 14,
    "heat": 15,
    "obedience": 16,
    "retake": 17,
    "survey": 18,
    "raid": 19,
    "conscription": 20,
    "incident_arrests": 21,
    "staff": 22,
    # the court, the army, the rings and the outside
    "loyalty": 40,
    "suspicion": 41,
    "denunciation": 42,
    "denounced": 43,
    "sabotage": 44,
    "scandal": 45,
    "purge": 46,
    "purge_cause": 47,
    "purge_struck": 48,
    "fate": 49,
    "stated_reason": 50,
    "return": 51,
    "grudge": 52,
    "rotation": 53,
    "appointment": 54,
    "newcomer": 55,
    "patron": 56,
    "plot": 57,
    "plot_contact": 58,
    "plot_detected": 59,
    "coup": 60,
    "succession": 61,
    "insiders": 62,
    "collapse": 63,
    "reform": 64,
    "requests": 65,
    "envoy": 66,
    "posting": 67,
    "carriers": 68,
    "seizures": 69,
    "leader_report": 70,
    "leader_choice": 71,
    "power": 72,
    "crisis": 73,
    "weapons": 74,
    "talks": 75,
    "provocation": 76,
    "blame_report": 80,
}
_OPEN_PREFIXES = ("build.", "report.", "test.")


def stream(name: str) -> int:
    """The number of a named stream; KeyError for an unknown name (names under build., report., test. are hashed)."""
    if name.startswith(_OPEN_PREFIXES):
        return 1000 + int.from_bytes(hashlib.sha256(name.encode()).digest()[:3], "big")
    return STREAMS[name]


_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
_MASK, _S32 = np.uint64(0xFFFFFFFF), np.uint64(32)


def philox4x32(counter: tuple[Any, Any, Any, Any], key: tuple[int, int], rounds: int = 10) -> tuple[U32, U32, U32, U32]:
    """Philox4x32 of a counter (four words or arrays of words) under a key of two words; returns four uint32 arrays.

    The reference, in plain NumPy: what draws are compiled from is checked against it.
    """
    c0, c1, c2, c3 = np.broadcast_arrays(*(np.asarray(c, np.uint64) for c in counter))
    k0, k1 = key
    for i in range(rounds):
        a0, a1 = np.uint64((k0 + i * _W0) & 0xFFFFFFFF), np.uint64((k1 + i * _W1) & 0xFFFFFFFF)
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> _S32) ^ c1 ^ a0, p1 & _MASK, (p0 >> _S32) ^ c3 ^ a1, p0 & _MASK
    return tuple(c.astype(np.uint32) for c in (c0, c1, c2, c3))  # type: ignore[return-value]


def key_of(seed: int, stream_number: int) -> tuple[int, int]:
    """The Philox key of a seed (64 bits) and a stream: the seed's words, the high one mixed with the stream."""
    return seed & 0xFFFFFFFF, ((seed >> 32) ^ (stream_number * 0x9E3779B1)) & 0xFFFFFFFF


def uniform(seed: int, name: str, week: int, entity: Any, block: int = 0) -> Any:
    """Uniform on [0, 1) with 53 bits, one for each entity: a float for an int, else float64 of the entity's shape."""
    if np.ndim(entity) == 0:
        return one(seed, name, week, int(entity), block)
    e = np.asarray(entity).astype(np.uint64)
    out = np.empty(e.shape)
    _uniforms(*key_words(seed, name), week & 0xFFFFFFFF, e.ravel(), block, out.reshape(-1))
    return out


def normal(seed: int, name: str, week: int, entity: Any, block: int = 0) -> Any:
    """Standard normal draws by inversion, shaped as `uniform`."""
    z = portable.normal_quantile(uniform(seed, name, week, entity, block) + 2.0**-54)
    return float(z) if np.ndim(entity) == 0 else z


def binomial(seed: int, name: str, week: int, entity: Any, n: Any, p: Any) -> Any:
    """Binomial(n, p) draws by inversion, shaped as `entity` (n, p broadcast to it).

    Exact below a mean of 50 (after reflecting p > 1/2); above, the rounded normal with the same mean and variance.
    """
    u = np.atleast_1d(uniform(seed, name, week, entity))
    out = np.empty(u.shape, np.int64)
    _binomials(u.ravel(), _along(n, np.int64, u.shape), _along(p, np.float64, u.shape), out.reshape(-1))
    return int(out[0]) if np.ndim(entity) == 0 else out


def _along(x: Any, kind: type, shape: tuple[int, ...]) -> NDArray[Any]:
    """`x` broadcast to a shape, as one line."""
    a: NDArray[Any] = np.asarray(x, kind)
    return (a if a.shape == shape else np.full(shape, a)).ravel()


@njit
def _binomials(u, n, p, out):  # type: ignore[no-untyped-def]
    """The binomial of each uniform."""
    for i in range(u.size):
        out[i] = binomial_of(u[i], n[i], p[i], log_of_rest(p[i]))


@njit
def log_of_rest(p):  # type: ignore[no-untyped-def]
    """Logarithm of the likelier of p and 1 - p."""
    chance = min(max(p, 0.0), 1.0)
    return portable.log_one(1.0 - min(chance, 1.0 - chance))


@njit
def binomial_of(u, n, p, log_rest):  # type: ignore[no-untyped-def]
    """The binomial of one uniform: inverted where the mean is below 50, else the rounded normal; `log_of_rest` of p."""
    chance = min(max(p, 0.0), 1.0)
    small = min(chance, 1.0 - chance)
    mean = n * small
    if (mean < 50.0) & (n > 0):
        k = _binomial_inversion(u, n, small, log_rest)
    else:
        near = mean + portable.normal_one(u + 2.0**-54) * math.sqrt(mean * (1.0 - small))
        k = np.int64(min(max(math.floor(near + 0.5), 0.0), np.float64(n)))
    return n - k if chance > 0.5 else k


@njit
def _binomial_inversion(u, n, p, log_rest):  # type: ignore[no-untyped-def]
    """Smallest k whose cumulative probability exceeds u; `log_rest` is the logarithm of 1 - p."""
    chance = portable.exp_one(n * log_rest)
    odds, below, k = p / (1.0 - p), chance, 0
    while (u >= below) & (k < n) & (p > 0.0):
        k += 1
        chance *= odds * (n - k + 1) / k
        below += chance
    return k


@njit
def philox7(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """One block of Philox4x32-7 on uint32 scalars: four uint32 words, for the people pass."""
    for _ in range(7):
        p0 = np.uint64(0xD2511F53) * np.uint64(c0)
        p1 = np.uint64(0xCD9E8D57) * np.uint64(c2)
        n0 = np.uint32(np.uint32(p1 >> np.uint64(32)) ^ c1 ^ k0)
        n2 = np.uint32(np.uint32(p0 >> np.uint64(32)) ^ c3 ^ k1)
        c1 = np.uint32(p1)
        c3 = np.uint32(p0)
        c0 = n0
        c2 = n2
        k0 = np.uint32(k0 + np.uint32(0x9E3779B9))
        k1 = np.uint32(k1 + np.uint32(0xBB67AE85))
    return c0, c1, c2, c3


@njit
def _philox10(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """One block of Philox4x32-10 on uint32 scalars."""
    for _ in range(10):
        p0 = np.uint64(0xD2511F53) * np.uint64(c0)
        p1 = np.uint64(0xCD9E8D57) * np.uint64(c2)
        n0 = np.uint32(np.uint32(p1 >> np.uint64(32)) ^ c1 ^ k0)
        n2 = np.uint32(np.uint32(p0 >> np.uint64(32)) ^ c3 ^ k1)
        c1 = np.uint32(p1)
        c3 = np.uint32(p0)
        c0 = n0
        c2 = n2
        k0 = np.uint32(k0 + np.uint32(0x9E3779B9))
        k1 = np.uint32(k1 + np.uint32(0xBB67AE85))
    return c0, c1, c2, c3


@njit
def two_uniforms(k0, k1, week, entity, block):  # type: ignore[no-untyped-def]
    """Two uniforms of one entity for compiled loops; `k0, k1` from `key_words`. The first is what `uniform` gives."""
    a, b, c, d = _philox10(
        np.uint32(np.uint64(entity) & np.uint64(0xFFFFFFFF)),
        np.uint32(np.uint64(entity) >> np.uint64(32)),
        np.uint32(np.uint64(week) & np.uint64(0xFFFFFFFF)),
        np.uint32(block),
        np.uint32(k0),
        np.uint32(k1),
    )
    u = (np.float64(a >> np.uint32(5)) * 67108864.0 + np.float64(b >> np.uint32(6))) / 9007199254740992.0
    v = (np.float64(c >> np.uint32(5)) * 67108864.0 + np.float64(d >> np.uint32(6))) / 9007199254740992.0
    return u, v


@njit
def _uniforms(k0, k1, week, entities, block, out):  # type: ignore[no-untyped-def]
    """The first of `two_uniforms` of each entity."""
    for i in range(entities.size):
        out[i] = two_uniforms(k0, k1, week, entities[i], block)[0]


@njit
def _one_uniform(k0, k1, week, entity, block):  # type: ignore[no-untyped-def]
    return two_uniforms(k0, k1, week, entity, block)[0]


@lru_cache(4096)
def key_words(seed: int, name: str) -> tuple[int, int]:
    """The two key words of a seed and a named stream, for `two_uniforms`."""
    return key_of(seed, stream(name))


def one(seed: int, name: str, week: int, entity: int, block: int = 0) -> float:
    """`uniform` of one entity, a hundred times faster: for the rare events of a week."""
    k0, k1 = key_words(seed, name)
    u: float = _one_uniform(k0, k1, week & 0xFFFFFFFF, entity, block)
    return u


def one_normal(seed: int, name: str, week: int, entity: int, block: int = 0) -> float:
    """`normal` of one entity."""
    return float(portable.normal_one(one(seed, name, week, entity, block) + 2.0**-54))
