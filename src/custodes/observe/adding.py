"""Adding up by province and organ, compiled: L = provinces + 1 (last: nation), M = organs + 1 (last: all).

Floats are added as whole multiples of 1 / `scale`, a power of two: exact, in any order, on any machine. A shape of 0 rows
comes back when a number is not finite: the caller knows what to say.
"""

import math

import numpy as np

from custodes.jit import njit


@njit
def by_province(counties, province, places, k):  # type: ignore[no-untyped-def]
    """k times whole numbers by county (C, N), added up to (L, N)."""
    out = np.zeros((places, counties.shape[1]), np.int64)
    for c in range(counties.shape[0]):
        line, nation = out[province[c]], out[places - 1]
        for i in range(counties.shape[1]):
            line[i] += k * counties[c, i]
            nation[i] += k * counties[c, i]
    return out


@njit
def real(sums):  # type: ignore[no-untyped-def]
    """Whole numbers (L, N) as floats (N, L): each name's places side by side."""
    out = np.empty((sums.shape[1], sums.shape[0]))
    for place in range(sums.shape[0]):
        for i in range(sums.shape[1]):
            out[i, place] = np.float64(sums[place, i])
    return out


@njit
def organs(sums, first, count):  # type: ignore[no-untyped-def]
    """The `count` columns from `first` on, and their sum, as floats (L, M)."""
    out = np.empty((sums.shape[0], count + 1))
    for place in range(sums.shape[0]):
        whole = np.int64(0)
        for o in range(count):
            whole += sums[place, first + o]
            out[place, o] = np.float64(sums[place, first + o])
        out[place, count] = np.float64(whole)
    return out


@njit
def whole_by_place(x, province, places):  # type: ignore[no-untyped-def]
    """Whole numbers by organ and county (O, C), added up to (L, M)."""
    count = x.shape[0]
    out = np.zeros((places, count + 1), np.int64)
    for o in range(count):
        for c in range(x.shape[1]):
            _add(out, province[c], o, np.int64(x[o, c]))
    return out


@njit
def _add(out, place, organ, amount):  # type: ignore[no-untyped-def]
    """Add to a place and the nation, of an organ and of all."""
    nation, every = out.shape[0] - 1, out.shape[1] - 1
    out[place, organ] += amount
    out[place, every] += amount
    out[nation, organ] += amount
    out[nation, every] += amount


@njit
def added(x, province, places, scale):  # type: ignore[no-untyped-def]
    """Floats by organ and county (O, C), added up to (L, M)."""
    count = x.shape[0]
    out = np.zeros((places, count + 1), np.int64)
    for o in range(count):
        for c in range(x.shape[1]):
            if not math.isfinite(x[o, c]):
                return np.empty((0, 0))
            _add(out, province[c], o, np.int64(np.rint(x[o, c] * scale)))
    return out.astype(np.float64) / scale


@njit
def weighted(x, weight, province, places, scale):  # type: ignore[no-untyped-def]
    """Mean of (O, C) by a weight (O, C), by place and organ, (L, M); 0 where there is no weight."""
    top, bottom = added(x * weight, province, places, scale), added(weight, province, places, scale)
    if (top.size == 0) | (bottom.size == 0):
        return np.empty((0, 0))
    return share(top.ravel(), bottom.ravel()).reshape(top.shape)


@njit
def by_people(x, people, province, places, scale):  # type: ignore[no-untyped-def]
    """Mean of county values (C,) over whole numbers of people (C,), by place, (L,)."""
    top, bottom = np.zeros(places, np.int64), np.zeros(places, np.int64)
    for c in range(x.shape[0]):
        if not math.isfinite(x[c]):
            return np.empty(0)
        amount = np.int64(np.rint(x[c] * scale)) * people[c]
        top[province[c]] += amount
        top[places - 1] += amount
        bottom[province[c]] += people[c]
        bottom[places - 1] += people[c]
    return share(top.astype(np.float64) / scale, bottom.astype(np.float64))


@njit
def share(top, bottom):  # type: ignore[no-untyped-def]
    """top / bottom along a line, and 0 where bottom is 0."""
    out = np.empty(top.size)
    for i in range(top.size):
        out[i] = 0.0 if bottom[i] == 0.0 else top[i] / bottom[i]
    return out


@njit
def count_units(counts, county, counties):  # type: ignore[no-untyped-def]
    """Counts by neighbourhood, added up by county, (C, 1)."""
    out = np.zeros((counties, 1), np.int64)
    for u in range(counts.size):
        out[county[u], 0] += np.int64(counts[u])
    return out
