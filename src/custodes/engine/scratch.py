"""Working memory of one thread in the people pass: a tile's rows, unpacked to float64, reused tile after tile.

Whole won, grams and cents are held in float64 as integers below 2**53, so that adding them is exact in any order and
the loops vectorise. Nothing here outlives a tile.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes.engine.sums import N_SUMS

F = NDArray[np.float64]
U32 = NDArray[np.uint32]


class HouseholdScratch(NamedTuple):
    """A tile's households, each of shape (widest tile,)."""

    words: U32  #: (8, n) two Philox blocks a household
    flows: F  #: (N_SUMS, n) what each household adds to each sum; only household sums are touched
    ration_class: NDArray[np.uint64]  #: unsigned, as `slot`: an index that cannot be negative needs no check
    fear: F  #: the principal trader's, last week
    media: F
    rights: F
    kin_abroad: F
    members: F
    market_share: F
    stress: F
    memory: F
    skill: F
    income: F  #: smoothed
    money: F
    served: F
    workers: F
    price: F  #: rows of class or county tables, spread to the households
    need: F
    ration: F
    plot: F
    state_pay: F
    guard_pay: F
    take_home: F
    cap: F
    attended: F
    buys: F
    charged: F  #: infractions found and not settled
    handle: F
    threat_ask: F
    plea_ask: F
    threat_comply: F
    plea_comply: F
    threats_paid: F
    pleas_paid: F
    threats_met: F
    taken: F
    earned: F
    arrest: NDArray[np.uint8]  #: an infraction was found and not settled: the trader is jailed
    support_part: F
    hardship: F


class PersonScratch(NamedTuple):
    """A tile's persons, each of shape (widest tile,)."""

    words: U32  #: (4, n)
    slot: NDArray[np.uint32]  #: the household's place in the tile
    support_part: F
    memory: F
    hardship: F
    market_share: F
    unit_media: F
    unit_rights: F
    threatened: F
    arrested: F
    arrest_probability: F
    peer_share: F
    media: F
    rights: F
    fear: F
    support: F
    needed: F  #: needed share of dissenting neighbours
    adult: F
    contact: F
    grief: F
    candidate: NDArray[np.uint8]


class Scratch(NamedTuple):
    """Both, and a line of sums."""

    h: HouseholdScratch
    p: PersonScratch
    cls: NDArray[np.int64]  #: (2, 8) counts packed by ration class; income by class


def new_scratch(households: int, persons: int) -> Scratch:
    """Scratch for tiles of at most that many rows (padded off a power of two)."""
    n, m = households + 9, persons + 9

    def fields(kind: type, width: int) -> dict[str, NDArray[np.generic]]:
        special: dict[str, NDArray[np.generic]] = {
            "ration_class": np.zeros(width, np.uint64),
            "arrest": np.zeros(width, np.uint8),
            "candidate": np.zeros(width, np.uint8),
            "slot": np.zeros(width, np.uint32),
        }
        return {name: special.get(name, np.zeros(width)) for name in kind._fields}  # type: ignore[attr-defined]

    h = fields(HouseholdScratch, n) | {"words": np.zeros((8, n), np.uint32), "flows": np.zeros((N_SUMS, n))}
    p = fields(PersonScratch, m) | {"words": np.zeros((4, m), np.uint32)}
    return Scratch(HouseholdScratch(**h), PersonScratch(**p), np.zeros((2, 8), np.int64))  # type: ignore[arg-type]
