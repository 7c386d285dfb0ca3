"""Flight: who leaves across the river, what it costs, and what becomes of them.

A guard lets one cross for a price that covers his own risk (Becker & Stigler 1974), so control shows as a broker's
price; people hear of half of the attempts and learn the real risk from them (Dukalskis, Elkink & Xiong 2017).
"""

from typing import Any, NamedTuple

import numpy as np

from custodes.engine.step import Week
from custodes.engine.tables import F
from custodes.jit import njit
from custodes.portable import clip
from custodes.world.state import World

READS = (
    "places.place_type national.won_per_dollar county.risk_heard levers.border_control levers.border_risk "
    "levers.onward_policy levers.return_policy levers.broadcast_news"
)
WRITES = "county.risk_heard"


class Params(NamedTuple):
    rate: float  #: leavers a person-week before the factors below
    place: tuple[float, float, float, float]  #: factor by type of place
    man: float  #: factor of men
    from_age: float  #: years
    to_age: float  #: years; not reached
    afford_weeks: float  #: weeks of income that stand against the price
    price_weight: float  #: share of the broker's price that counts
    kin_help: float  #: share of the price that kin abroad pay
    price_base: float  #: dollars, at no control
    price_risk: float  #: dollars per odds of the guard's being caught
    push_base: float
    push_support: float
    push_memory: float
    push_food: float
    push_media: float
    push_low: float
    push_high: float
    boldness: float  #: the fear at which nobody would leave
    hazard_scale: float  #: so that fear times risk heard stands near one where risk is unknown
    caught: float  #: share of the leaver's risk that is capture at the crossing
    learning: float  #: weekly speed at which risk that is heard of is believed
    heard: float  #: share of attempts that people hear of
    shut: float  #: border control from which nobody crosses
    onward: float  #: weekly chance of reaching a third country
    returned: float  #: weekly chance of being sent back
    settled: float  #: weekly chance of settling for good


@njit
def afford(income: float, afford_cost: float, kin_abroad: float, p: Params) -> float:
    """How far one can pay a broker, in [0, 1): `income` won a week, cost won, `kin_abroad` 0 or 1."""
    means = p.afford_weeks * (income if income > 0.0 else 0.0)
    price = afford_cost * (1.0 - p.kin_help * kin_abroad)
    return means / (means + (price if price > 1.0 else 1.0))


@njit
def push(support: float, victim_memory: float, food_stress: float, media: float, p: Params) -> float:
    """Reasons to go: distrust, extortion, hunger, what one has seen of the outside."""
    wish = p.push_base - p.push_support * support + p.push_memory * victim_memory
    return clip(wish + p.push_food * food_stress + p.push_media * media, p.push_low, p.push_high)  # type: ignore[no-any-return]


@njit
def hazard(
    flight_rate: float,
    afford: float,
    push: float,
    woman: float,
    age_years: float,
    fear: float,
    risk_heard: float,
    p: Params,
) -> float:
    """Chance that one person tries to leave this week; `woman` is 0 or 1."""
    sex = p.man + (1.0 - p.man) * woman
    age = 1.0 if (age_years >= p.from_age) & (age_years < p.to_age) else 0.0
    nerve = clip(p.boldness - fear, 0.0, p.boldness) * clip(1.0 - risk_heard, 0.0, 1.0)
    return clip(flight_rate * afford * push * sex * age * nerve * p.hazard_scale, 0.0, 1.0)  # type: ignore[no-any-return]


def broker_price(control: float, p: Params) -> float:
    """Dollars for a crossing: a base plus the guard's odds of being caught, `control` in [0, shut]."""
    risk = min(max(control, 0.0), p.shut)
    return p.price_base + p.price_risk * risk / (1.0 - risk)


def returned_share(onward: float, returned: float, settled: float) -> float:
    """Share of those across the border who are sent back in the end, from the three weekly chances."""
    total = onward + returned + settled
    return returned / total if total > 0.0 else 0.0


def real_risk(levers: Any, p: Params) -> float:
    """Risk of the crossing, and of being sent back as far as that differs from the usual: an open door is heard of too."""
    usual = returned_share(p.onward, p.returned, p.settled)
    now = returned_share(p.onward * levers.onward_policy, p.returned * levers.return_policy, p.settled)
    crossing = min(max(float(levers.border_risk), 0.0), 1.0)
    return min(max(crossing + (1.0 - crossing) * (now - usual), 0.0), 1.0)


def prepare(world: World, week: Week, p: Any) -> dict[str, F]:
    """Flight rate and risk heard (C,), prices in won, and what happens across the border; one number each (1,)."""
    own: Params = p.flight
    control = float(week.levers.border_control)
    cost = own.price_weight * broker_price(control, own) * world.national.won_per_dollar
    is_open = 1.0 if control < own.shut else 0.0
    risk = min(max(float(week.levers.border_risk), 0.0), 1.0)
    one = lambda x: np.array([min(max(x, 0.0), 1.0)])  # noqa: E731
    return {
        "flight_rate": own.rate * is_open * np.array(own.place)[world.places.place_type],
        "afford_cost": np.array([cost]),
        "broker_won": np.array([cost]),
        "caught_share": one(own.caught * risk),
        "risk_heard": world.county.risk_heard.copy(),
        "onward_rate": one(own.onward * float(week.levers.onward_policy)),
        "return_rate": one(own.returned * float(week.levers.return_policy)),
        "settle_rate": one(own.settled),
    }


def settle(world: World, week: Week, p: Any) -> None:
    """People move toward the real risk, as fast as they hear of attempts: of all of them where news is broadcast."""
    own: Params = p.flight
    news = min(max(float(week.levers.broadcast_news), 0.0), 1.0)
    speed = own.learning * (own.heard + (1.0 - own.heard) * news)
    _hear(world.county.risk_heard, real_risk(week.levers, own), speed)


@njit
def _hear(heard, real, speed):  # type: ignore[no-untyped-def]
    """Move the risk heard of (C,) toward the real one."""
    for c in range(heard.shape[0]):
        heard[c] = clip(heard[c] + speed * (real - heard[c]), 0.0, 1.0)
