"""Regime: whether the leader rules alone or beside a standing party, in reduced form.

A standing ruling body lets leader and elite see each other's moves: fewer purges and plots come of misperception (Svolik
2012, chapter 4; Boix and Svolik 2013), and those who would be struck have a say (Geddes, Wright and Frantz 2018). Known
rules of succession make the time after a change less dangerous (Frantz and Stein 2017). Three factors stand for all of
it; they are 1 under a personalist leader. Form and numbers are ours; no body meets, votes or elects.
"""

from typing import Any, Final

PERSONALIST, PARTY = range(2)
REGIMES: Final = ("personalist", "party")


def consent(p: Any) -> float:
    """Factor on purges by precaution."""
    return float(p.leader.party_consent) if p.leader.regime == PARTY else 1.0


def sight(p: Any) -> float:
    """Factor on the errors with which the leader judges officials and plotters judge whom they sound out."""
    return float(p.leader.party_sight) if p.leader.regime == PARTY else 1.0


def heat(p: Any) -> float:
    """Factor on the heightened danger of plots after a succession: on its excess over 1."""
    return float(p.leader.party_succession) if p.leader.regime == PARTY else 1.0
