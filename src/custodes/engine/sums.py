"""What the people pass adds up, one int64 per tile and name, reduced to (county, name). Names are the index order.

Sums are over *rows*: the real quantity is sample factor k times the sum. `_O` names have one entry per collecting
organ, `_C` names one per ration class (`world.columns.CLASSES`); `index("threats_met", organ)` finds them.
Scales: `*_u16` sums are in 1/65535, labour in 1/1000 worker, weights in 1/2**20, w x comply x ask in whole won.
"""

from typing import Final

import numpy as np

from custodes.jit import njit

_PLAIN = (
    # persons
    "people",
    "free",
    "soldiers",
    "jailed",
    "camp",
    "across_border",
    "adults",
    "dissenters",
    "evaders",
    "falsifiers",
    "fear_u16",
    "media_u16",
    "rights_u16",
    "support_i16",
    "births",
    "births_unplaced",
    "deaths",
    "arrests",
    "jailings",
    "releases",
    "flight_attempts",
    "flight_crossings",
    "flight_caught",
    "arrivals_abroad",
    "returned",
    "settled",
    # households
    "households",
    "emptied_households",
    "market_labour_milli",
    "attending_milli",
    "farm_workers_milli",
    "workers_milli",
    "market_workers_milli",
    "money",
    "dollars_cents",
    "stress_u16",
    "memory_u16",
    "anger_u16",
    "market_share_u16",
    "income",
    "market_income",
    "weight",
    "weight_threat_ask",
    "weight_plea_ask",
    # grain, grams
    "need_grams",
    "ration_grams",
    "plot_grams",
    "want_grams",
    "bought_grams",
    # money, won
    "grain_cost",
    "other_spending",
    "market_pay",
    "farm_pay",
    "wages",
    "state_pay",
    "levy",
    "buyout",
    "broker_fee",
    "remittance_won",
    "dollars_bought_won",
    "dollars_sold_won",
    "emptied_money",
    "informal_value",
    "total_value",
    # hard currency, cents
    "remittance_cents",
    "bought_cents",
    "sold_cents",
    "want_buy_cents",
    "want_sell_cents",
    "emptied_cents",
)
_PER_ORGAN = (
    "visits",
    "threats_met",
    "threats_paid",
    "pleas_met",
    "pleas_paid",
    "bribes",
    "settlements",
    "settled_cases",
    "guard_pay",
    "take_home",
)
_PER_CLASS = (
    "class_households",
    "class_members",
    "class_served_members",
    "class_income",
)


def _names() -> tuple[str, ...]:
    out = list(_PLAIN)
    for name in _PER_ORGAN:
        out += [f"{name}.{o}" for o in range(3)]
    for name in _PER_CLASS:
        out += [f"{name}.{c}" for c in range(8)]
    return tuple(out)


NAMES: Final = _names()
N_SUMS: Final = len(NAMES)
INDEX: Final = {name: i for i, name in enumerate(NAMES)}


_PLACES: Final[dict[tuple[str, int | None], int]] = {(name, None): i for name, i in INDEX.items()} | {
    (name, part): INDEX[f"{name}.{part}"]
    for names, parts in ((_PER_ORGAN, 3), (_PER_CLASS, 8))
    for name in names
    for part in range(parts)
}


def index(name: str, part: int | None = None) -> int:
    """Column of `name` (and of its organ or class `part`) in an array of sums; KeyError for a name not declared."""
    return _PLACES[name, part]


@njit
def column_total(sums, column):  # type: ignore[no-untyped-def]
    """Sum of one column of whole numbers."""
    total = np.int64(0)
    for row in range(sums.shape[0]):
        total += sums[row, column]
    return total


@njit
def column_totals(sums, first, columns):  # type: ignore[no-untyped-def]
    """Sums of so many columns of whole numbers from `first` on."""
    totals = np.zeros(columns, np.int64)
    for row in range(sums.shape[0]):
        for i in range(columns):
            totals[i] += sums[row, first + i]
    return totals
