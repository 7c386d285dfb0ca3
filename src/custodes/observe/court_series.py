"""Series of the court, the army, the rings and the outside: what truly happened there, week by week.

Series by `court` have a value for each of the ten organs and one for all; series by `faction` one for each faction of the
scenario and one for all. Counts are of the table's posts, which stand for themselves and not for a sample. Weekly numbers
that a mechanism leaves in `World.memory` are 0 in a week in which it left none.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custodes.observe.court_sight import HAZARD, LOYALTY, POSTS, RENT, TOP
from custodes.observe.series import Series
from custodes.observe.sight import Sight
from custodes.world.columns import B_ARMY, B_GUARD, N_COURT

F = NDArray[np.float64]

OFFICERS: Final = (B_ARMY, B_GUARD)  #: the organs whose officers ask to leave
_ORGAN_CENTS: Final = tuple(f"organ_cents.{o}" for o in range(N_COURT))


def _court(name: str, unit: str, meaning: str, compute: Callable[[Sight], F], over_time: str = "mean") -> Series:
    return Series(name, unit, "court", meaning, over_time, "none", compute)  # type: ignore[arg-type]


def _faction(name: str, unit: str, meaning: str, compute: Callable[[Sight], F], over_time: str = "mean") -> Series:
    return Series(name, unit, "faction", meaning, over_time, "none", compute)  # type: ignore[arg-type]


def _nation(name: str, unit: str, meaning: str, compute: Callable[[Sight], float], over_time: str = "mean") -> Series:
    return Series(name, unit, "national", meaning, over_time, "none", compute)  # type: ignore[arg-type]


def _kept(name: str, unit: str, meaning: str, key: str, over_time: str = "sum", scale: float = 1.0) -> Series:
    """A number that a mechanism left in the world's memory."""
    return _nation(name, unit, meaning, lambda s: float(s.world.memory.get(key, 0.0)) / scale, over_time)


def _fell(name: str, meaning: str) -> Series:
    return _court(name, "officials a week", meaning, lambda s: s.court.falls[name], "sum")


def _mean(name: str, unit: str, meaning: str, what: int) -> Series:
    return _court(name, unit, meaning, lambda s: s.court.by_organ[what])


def _trade_by_organ(s: Sight) -> F:
    memory = s.world.memory
    cents = [memory.get(key, 0.0) for key in _ORGAN_CENTS]
    whole = 0.0
    for amount in cents:
        whole += amount
    return np.array([*cents, whole]) / 100.0


def _gifts(s: Sight) -> float:
    memory = s.world.memory
    return (memory.get("luxuries_cents_week", 0.0) + memory.get("gifts_cents_week", 0.0)) / 100.0


def _prestige(s: Sight) -> F:
    """Of each organ; of all: the mean by officials in post."""
    held, prestige = s.court.organs[:-1, POSTS].tolist(), s.world.branch.prestige.tolist()
    whole = everybody = 0.0
    for number, standing in zip(held, prestige, strict=True):
        whole += number * standing
        everybody += number
    return np.array([*prestige, whole / everybody if everybody else 0.0])


def _carried_by_officers(s: Sight) -> float:
    memory = s.world.memory
    carried = memory.get("contraband_carried_week", 0.0)
    return memory.get("contraband_officers_week", 0.0) / carried if carried else 0.0


_COURT: Final = (
    _court(
        "officials_in_post",
        "officials",
        "posts of the table that have a holder",
        lambda s: s.court.by_organ[POSTS],
        "last",
    ),
    _fell("purges", "officials who fell by the leader's will, whatever the cause; a warning is no fall"),
    _fell("executions", "officials purged and executed"),
    _fell("demotions", "officials purged and demoted"),
    _fell("reeducated", "officials purged and sent to re-education"),
    _kept("returned", "officials a week", "purged officials who came back to a post", "returned_week"),
    _mean("official_loyalty", "share", "loyalty to the leader, mean of officials in post", LOYALTY),
    _mean(
        "official_rent",
        "index",
        "what a post brings its holder, 1 for a director at rest; mean of officials in post",
        RENT,
    ),
    _mean("perceived_purge_hazard", "1/year", "yearly chance of being purged that officials in post expect", HAZARD),
    _court(
        "court_trade_usd",
        "US$ a week",
        "hard currency that the trading houses of an organ earn",
        _trade_by_organ,
        "sum",
    ),
    _court(
        "chief_tenure",
        "weeks",
        "weeks since the chief of an organ took his post (0: vacant), mean of its chiefs",
        lambda s: s.court.chief_tenure,
        "last",
    ),
    _court("prestige", "share", "standing of an organ with the leader; 1/2 at rest", _prestige),
    _faction(
        "faction_posts",
        "officials",
        "posts held by members of a faction",
        lambda s: s.court.by_faction[POSTS],
        "last",
    ),
    _faction(
        "faction_top_posts",
        "officials",
        "posts of chiefs and deputies held by members of a faction",
        lambda s: s.court.by_faction[TOP],
        "last",
    ),
    _faction(
        "faction_loyalty",
        "share",
        "loyalty of a faction's members in post",
        lambda s: s.court.by_faction[LOYALTY],
    ),
    _faction(
        "faction_rent",
        "index",
        "what posts bring a faction's members, 1 for a director at rest",
        lambda s: s.court.by_faction[RENT],
    ),
    _kept("plots", "plots", "plots against the leader under way", "plots_week", "mean"),
    _kept("coup_attempts", "attempts a week", "plots that struck", "coup_attempts_week"),
    _kept("envoy_defections", "officials a week", "officials posted abroad who defected", "envoy_defections_week"),
)

_ARMY: Final = (
    _nation(
        "officer_morale",
        "share",
        "officers' loyalty, less their wish to leave: loyalty x (1 - requests to resign a year)",
        lambda s: s.court.mean_of(OFFICERS, LOYALTY) * max(0.0, 1.0 - float(s.world.branch.requests[B_ARMY])),
    ),
    _nation(
        "officer_loyalty",
        "share",
        "loyalty, mean of the officials of army and guard command in post",
        lambda s: s.court.mean_of(OFFICERS, LOYALTY),
    ),
    _kept("resignation_requests", "officers a week", "officers who ask to leave", "resignation_requests_week"),
    _kept("resignations", "officers a week", "officers who are let go", "resignations_week"),
    _nation(
        "army_status",
        "share",
        "the army's standing with the leader; 1/2 at rest",
        lambda s: float(s.world.branch.prestige[B_ARMY]),
    ),
    _nation(
        "troop_morale", "share", "morale of the army's troops", lambda s: float(s.world.branch.troop_morale[B_ARMY])
    ),
    _kept(
        "contraband_tonnes",
        "tonnes a week",
        "contraband that set out with carriers",
        "contraband_carried_week",
        scale=1e6,
    ),
    _kept("seizures", "kg a week", "contraband seized at checkpoints", "contraband_seized_week", scale=1e3),
    _nation("officer_carried_share", "share", "share of contraband that officers carry", _carried_by_officers),
)

_MONEY: Final = (
    _kept(
        "state_income_usd",
        "US$ a week",
        "hard currency that comes in for organs, leader's fund and importers; sales from the reserve are none",
        "state_income_cents_week",
        scale=100.0,
    ),
    _kept(
        "state_income_won",
        "won a week",
        "market fees and levies that reach the treasury; dollars sold out of the reserve are savings and no income",
        "state_income_won_week",
    ),
    _kept(
        "reserve_sold_won",
        "won a week",
        "won that the treasury gets for dollars sold out of the reserve",
        "reserve_sold_won_week",
    ),
    _kept(
        "trade_usd", "US$ a week", "exports, after sanctions and what leaks past them", "trade_cents_week", scale=100.0
    ),
    _nation("gifts_usd", "US$ a week", "the leader's gifts: luxuries and cash", _gifts, "sum"),
    _kept(
        "gift_luxuries_usd",
        "US$ a week",
        "the leader's gifts that are bought abroad",
        "luxuries_cents_week",
        scale=100.0,
    ),
    _kept("gift_cash_usd", "US$ a week", "the leader's gifts in hard currency", "gifts_cents_week", scale=100.0),
    _kept(
        "passed_to_leader_usd",
        "US$ a week",
        "what organs pass up to the leader's fund",
        "passed_cents_week",
        scale=100.0,
    ),
    _kept(
        "hidden_to_leader_usd",
        "US$ a week",
        "hidden income that goes straight to the leader's fund",
        "hidden_cents_week",
        scale=100.0,
    ),
    _kept(
        "officials_won",
        "won a week",
        "won that organs' chains hand to officials in post",
        "chain_to_officials_won_week",
    ),
    _kept("gift_won", "won a week", "won that the leader's fund hands to officials in post", "leader_gifts_won_week"),
    _nation(
        "leader_fund_usd",
        "US$",
        "hard currency in the leader's fund",
        lambda s: s.world.books.cents["leader_fund_cents"] / 100.0,
        "last",
    ),
    _nation(
        "organ_trade_usd",
        "US$",
        "hard currency in the accounts of the court's organs",
        lambda s: int(s.world.books.organ_trade.sum()) / 100.0,
        "last",
    ),
    _nation(
        "official_purses_won",
        "won",
        "won in the purses of officials",
        lambda s: float(int(s.world.books.official_won.sum())),
        "last",
    ),
    _nation(
        "official_purses_usd",
        "US$",
        "hard currency in the purses of officials",
        lambda s: int(s.world.books.official_cents.sum()) / 100.0,
        "last",
    ),
    _kept(
        "reserve_weeks",
        "weeks",
        "weeks of usual purchases abroad that the reserve would pay for",
        "reserve_weeks",
        "mean",
    ),
)

_OUTSIDE: Final = (
    _kept("turmoil", "index", "how far the state has lost its hold, 0 to 1", "turmoil", "mean"),
    _kept(
        "crisis_level",
        "level",
        "highest step of the crisis ladder that a neighbour stands on",
        "crisis_level",
        "last",
    ),
    _nation(
        "reports",
        "reports a week",
        "reports that reached the outlets",
        lambda s: float(s.logged("report")),
        "sum",
    ),
)

COURT_SERIES: Final = (*_COURT, *_ARMY, *_MONEY, *_OUTSIDE)
