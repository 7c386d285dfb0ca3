"""Tolls on one road: a chain of collectors who each take what is best for themselves, against one owner of all.

Shleifer and Vishny 1993: permits that are all needed are complements, and independent sellers of complements each
ignore what their toll costs the others. With demand `Q = a - sum of tolls` the n independent collectors charge
`a / (n + 1)` each and take `n a^2 / (n + 1)^2` in all; one owner charges `a / 2` in all and takes `a^2 / 4`.
Contraband and travellers pass such chains; the guards' visits of `extortion` do not.
"""

import numpy as np
from numpy.typing import NDArray

F = NDArray[np.float64]


def traffic(tolls: F, intercept: float) -> float:
    """Demand for passage at these tolls: the intercept less all tolls, never below zero."""
    return max(0.0, intercept - float(sum(tolls.tolist())))


def best_toll(others: float, intercept: float) -> float:
    """The toll that brings one collector most when the others take `others` in all."""
    return max(0.0, 0.5 * (intercept - others))


def takings(tolls: F, intercept: float) -> F:
    """What each collector takes, (n,)."""
    return tolls * traffic(tolls, intercept)


def independent_tolls(collectors: int, intercept: float, tolerance: float = 1e-13, rounds: int = 100_000) -> F:
    """Nash equilibrium (n,) reached by best replies in turn, from free passage.

    In turn, because replies all at once overshoot and never settle for three or more. ArithmeticError if these do not.
    """
    tolls = np.zeros(collectors)
    for _ in range(rounds):
        moved = 0.0
        for i in range(collectors):
            reply = best_toll(float(sum(tolls.tolist())) - float(tolls[i]), intercept)
            moved = max(moved, abs(reply - float(tolls[i])))
            tolls[i] = reply
        if moved <= tolerance * max(1.0, abs(intercept)):
            return tolls
    raise ArithmeticError(f"the tolls of {collectors} collectors did not settle in {rounds} rounds")


def joint_tolls(collectors: int, intercept: float) -> F:
    """Tolls (n,) of one owner of all posts: the best single toll, spread evenly."""
    return np.full(collectors, best_toll(0.0, intercept) / collectors)
