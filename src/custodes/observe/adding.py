"""Adding up by province and organ, compiled: L = provinces + 1 (last: nation), M = organs + 1 (last: all).

Floats are added as whole multiples of a power of two: exact, in any order, on any machine. A shape of 0 rows comes back
when a number is not finite: the caller knows what to say.
"""

import math
from typing import Final

import numpy as np

from custodes.jit import njit

#: floats are added as whole multiples of 1 / SCALE (agents x won: 1 / WON_SCALE)
SCALE: Final = 2.0**32
WON_SCALE: Final = 2.0**16

#: what `guards` adds up: agents; means over agents; means over planned visits; sums
N_GUARD_SUMS: Final = 10
STAFF, PERCEIVED, PAID_SHARE, MORALE, EFFORT, THREAT, PLEA, CAPACITY, PUNISHED, PAID = range(N_GUARD_SUMS)
_MEANS: Final = 7  #: the first so many of them are of agents or weighed by them


@njit
def by_place(counties, province, places, k, first, organs, parts):  # type: ignore[no-untyped-def]
    """k times whole numbers by county (C, N), added up, as floats: by name and place (N, L), and by organ too.

    The columns from `first` on lie by name and organ, `parts` names of `organs` organs: (parts, L, M).
    """
    whole = np.zeros((places, counties.shape[1]), np.int64)
    for c in range(counties.shape[0]):
        line, nation = whole[province[c]], whole[places - 1]
        for i in range(counties.shape[1]):
            line[i] += k * counties[c, i]
            nation[i] += k * counties[c, i]
    real, by_organ = np.empty((counties.shape[1], places)), np.empty((parts, places, organs + 1))
    for place in range(places):
        for i in range(counties.shape[1]):
            real[i, place] = np.float64(whole[place, i])
        for part in range(parts):
            every = np.int64(0)
            for o in range(organs):
                column = first + part * organs + o
                every += whole[place, column]
                by_organ[part, place, o] = np.float64(whole[place, column])
            by_organ[part, place, organs] = np.float64(every)
    return real, by_organ


@njit
def columns(real, which, out):  # type: ignore[no-untyped-def]
    """Some columns of the sums (N, L), a row each."""
    for row in range(which.size):
        for place in range(real.shape[1]):
            out[row, place] = real[which[row], place]


@njit
def ratios(real, top, bottom, scale, times, out):  # type: ignore[no-untyped-def]
    """times x top / (scale x bottom) for pairs of columns of the sums (N, L), a row each; 0 where bottom is 0."""
    for row in range(top.size):
        for place in range(real.shape[1]):
            under = scale[row] * real[bottom[row], place]
            out[row, place] = times[row] * (0.0 if under == 0.0 else real[top[row], place] / under)


@njit
def guards(  # type: ignore[no-untyped-def]
    staff, effort, morale, paid, perceived, threat, plea, capacity, punished, need, types, province, places
):
    """Agents, what is weighed by them and by their visits, and sums, from tables (O, C): (N_GUARD_SUMS, L, M)."""
    organs = staff.shape[0]
    whole, visits = np.zeros((N_GUARD_SUMS, places, organs + 1), np.int64), np.zeros((places, organs + 1), np.int64)
    parts = np.empty(N_GUARD_SUMS)
    for o in range(organs):
        feeds = need[o] if need[o] > 0.0 else np.inf
        for c in range(staff.shape[1]):
            agents, planned = staff[o, c], staff[o, c] * effort[o, c]
            rho = perceived[o, c]
            parts[STAFF] = agents * SCALE
            parts[PERCEIVED] = (types[0] * rho[0] + types[1] * rho[1] + types[2] * rho[2]) * agents * SCALE
            parts[PAID_SHARE] = paid[o, c] / feeds * agents * SCALE
            parts[MORALE] = morale[o, c] * agents * SCALE
            parts[EFFORT] = effort[o, c] * agents * SCALE
            parts[THREAT] = threat[o, c] * planned * SCALE
            parts[PLEA] = plea[o, c] * planned * SCALE
            parts[CAPACITY] = capacity[o, c] * SCALE
            parts[PUNISHED] = np.float64(punished[o, c])
            parts[PAID] = agents * paid[o, c] * WON_SCALE
            place = province[c]
            for i in range(N_GUARD_SUMS):
                if not math.isfinite(parts[i]):
                    return np.empty((0, 0, 0))
                whole[i, place, o] += np.int64(np.rint(parts[i]))
            visits[place, o] += np.int64(np.rint(planned * SCALE))
    for i in range(N_GUARD_SUMS):
        _close(whole[i])
    _close(visits)
    return _guard_values(whole, visits)


@njit
def _close(whole):  # type: ignore[no-untyped-def]
    """Fill in the nation and all organs of a table (L, M) of whole numbers by province and organ."""
    nation, every = whole.shape[0] - 1, whole.shape[1] - 1
    for place in range(nation):
        for o in range(every):
            whole[place, every] += whole[place, o]
            whole[nation, o] += whole[place, o]
        whole[nation, every] += whole[place, every]


@njit
def _guard_values(whole, visits):  # type: ignore[no-untyped-def]
    """Sums as numbers, and means of what is weighed; 0 where there is no weight."""
    out = np.empty(whole.shape)
    for i in range(N_GUARD_SUMS):
        scale = 1.0 if i == PUNISHED else WON_SCALE if i == PAID else SCALE
        for place in range(whole.shape[1]):
            for o in range(whole.shape[2]):
                top = np.float64(whole[i, place, o]) / scale
                if (i > STAFF) & (i < _MEANS):
                    weight = np.float64(visits[place, o] if i >= THREAT else whole[STAFF, place, o]) / SCALE
                    out[i, place, o] = 0.0 if weight == 0.0 else top / weight
                else:
                    out[i, place, o] = top
    return out


@njit
def by_people(x, people, province, places):  # type: ignore[no-untyped-def]
    """Mean of county values (C,) over whole numbers of people (C,), by place, (L,)."""
    top, bottom = np.zeros(places, np.int64), np.zeros(places, np.int64)
    for c in range(x.shape[0]):
        if not math.isfinite(x[c]):
            return np.empty(0)
        amount = np.int64(np.rint(x[c] * SCALE)) * people[c]
        top[province[c]] += amount
        top[places - 1] += amount
        bottom[province[c]] += people[c]
        bottom[places - 1] += people[c]
    return share(top.astype(np.float64) / SCALE, bottom.astype(np.float64))


@njit
def share(top, bottom):  # type: ignore[no-untyped-def]
    """top / bottom, of the same shape, and 0 where bottom is 0."""
    out = np.empty(top.shape)
    line, over, under = out.reshape(out.size), top.flat, bottom.flat
    for i in range(out.size):
        line[i] = 0.0 if under[i] == 0.0 else over[i] / under[i]
    return out


@njit
def against(anger, households, threats, organ, usual, blamed, most):  # type: ignore[no-untyped-def]
    """Anger at an organ by place: anger x blamed x its share of threats (L, M) over the usual one, held to `most`."""
    out = np.empty(anger.size)
    for place in range(anger.size):
        under, threatened = 65535.0 * households[place], threats[place, -1]
        factor = 1.0
        if (threatened > 0.0) & (usual > 0.0):
            factor = min(threats[place, organ] / threatened / usual, most)
        out[place] = (0.0 if under == 0.0 else anger[place] / under) * blamed * factor
    return out


@njit
def count_units(counts, county, province, places, k):  # type: ignore[no-untyped-def]
    """k times counts by neighbourhood, added up by place, (L,)."""
    out = np.zeros(places, np.int64)
    for u in range(counts.size):
        out[province[county[u]]] += k * np.int64(counts[u])
        out[places - 1] += k * np.int64(counts[u])
    return out.astype(np.float64)
