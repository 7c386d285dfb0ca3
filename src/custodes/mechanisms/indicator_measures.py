"""What the indicators measure each week: two prices, then by organ pay and effort, then places, then takings by organ.

One pass over the counties. What is usual, what stands and what lies behind it is `indicators`' own.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes.engine.sums import column_total, index
from custodes.jit import njit
from custodes.world.columns import I16, ORGANS, POLICE, STATE_SECURITY, U16
from custodes.world.state import World

F = NDArray[np.float64]

#: Columns of the sums by county, as `_measure` reads them: of households, then of takings by organ.
_COLUMNS: Final = np.array(
    [index(name) for name in ("households", "adults", "income", "stress_u16", "anger_u16", "support_i16")]
    + [index(name, o) for o in range(len(ORGANS)) for name in ("bribes", "settlements")]
)


def measured(world: World, p: Any) -> F:
    """This week's value of every series, in the order of `indicators.series`."""
    nation, guards, places = world.national, world.guards, world.places
    out = np.empty(2 + 3 * len(ORGANS) + 5 * (1 + len(places.provinces)))
    out[0], out[1] = nation.won_per_dollar, nation.rice_price
    of_guards = (guards.staff, guards.paid, guards.effort, guards.capacity)
    _measure(world.sums, world.k, _COLUMNS, of_guards, p.extortion.need, places.province, len(places.provinces), out)
    return out


@njit
def _measure(sums, k, columns, of_guards, need, province, provinces, out):  # type: ignore[no-untyped-def]
    """Fill all but the first two series. Every sum is of whole numbers far below 2**53: exact in any order."""
    organs, places = len(need), 1 + provinces
    _of_organs(of_guards, need, out)
    by_kind = out[2 + 2 * organs : 2 + 2 * organs + 5 * places].reshape(5, places)
    _of_places(sums, k, columns, of_guards[3], province, by_kind)
    income = max(k * column_total(sums, columns[2]), 1)
    for o in range(organs):
        bribes, settlements = column_total(sums, columns[6 + 2 * o]), column_total(sums, columns[7 + 2 * o])
        out[2 + 2 * organs + 5 * places + o] = (k * bribes + k * settlements) / income


@njit
def _of_organs(of_guards, need, out):  # type: ignore[no-untyped-def]
    """Pay and kind as a share of need, by organ; then effort, by organ: means over staff."""
    staff, paid, effort, _ = of_guards
    for o in range(len(need)):
        heads = fed = busy = 0.0
        for c in range(staff.shape[1]):
            heads += np.floor(256.0 * staff[o, c])
            fed += np.floor(256.0 * (staff[o, c] * paid[o, c]))
            busy += np.floor(256.0 * (256.0 * staff[o, c] * effort[o, c]))
        heads = max(heads, 1.0)
        out[2 + o] = fed / heads / need[o]
        out[2 + len(need) + o] = busy / 256.0 / heads


@njit
def _of_places(sums, k, columns, capacity, province, out):  # type: ignore[no-untyped-def]
    """By kind (in the order of `indicators.BY_PROVINCE`): the nation's value, then each province's; `out` is (5, 1 + P)."""
    whole = np.zeros((7, out.shape[1]))
    for c in range(sums.shape[0]):
        place = 1 + province[c]
        for i in range(6):
            whole[i, place] += sums[c, columns[i]] * k
        whole[6, place] += np.floor(256.0 * (capacity[STATE_SECURITY, c] + capacity[POLICE, c]))
    for place in range(1, out.shape[1]):
        for i in range(7):
            whole[i, 0] += whole[i, place]
    for place in range(out.shape[1]):
        households, adults = max(whole[0, place], 1.0), max(whole[1, place], 1.0)
        out[0, place] = whole[2, place] / households
        out[1, place] = whole[3, place] / households / U16
        out[2, place] = whole[4, place] / households / U16
        out[3, place] = whole[5, place] / adults / I16
        out[4, place] = whole[6, place] / 256.0
