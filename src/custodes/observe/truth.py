"""What truly happened, week by week: every named series, with its unit, its dimensions and how it adds up.

A series is a function of one week's `Sight`, the world added up by province and nation. All counts are whole numbers;
means of floats go through whole numbers too (`adding.SCALE`), so that a series is the same to the bit on every machine.
Last index of the place axis: the nation. Last index of the organ axis: all organs. Series of the court: `court_series`.
"""

import copy
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes import portable
from custodes.observe.adding import CAPACITY, EFFORT, MORALE, PAID, PAID_SHARE, PERCEIVED, PLEA, PUNISHED, THREAT
from custodes.observe.court_series import COURT_SERIES
from custodes.observe.ledger import Ledger
from custodes.observe.plain import Column, Ratio
from custodes.observe.series import Series, shape
from custodes.observe.sight import Ground, Measures, Sight, share
from custodes.world.columns import ORGANS, STATE_SECURITY
from custodes.world.state import Places, World

F = NDArray[np.float64]
__all__ = ["SERIES", "Recorder", "Series", "shape"]


def _count(name: str, meaning: str, unit: str = "persons", stock: bool = False, part: str = "") -> Series:
    """A plain real sum by province."""
    return Series(name, unit, "province", meaning, "last" if stock else "sum", "sum", Column(part or name))


def _won(name: str, meaning: str, part: str = "") -> Series:
    return _count(name, meaning, "won a week", part=part)


def _mean(
    name: str, meaning: str, top: str, bottom: str, scale: float = 65535.0, unit: str = "share", times: float = 1.0
) -> Series:
    """The ratio of two real sums by province."""
    return Series(name, unit, "province", meaning, "mean", "mean", Ratio(top, bottom, scale, times))


def _national(name: str, unit: str, meaning: str, compute: Callable[[Sight], float], over_time: str = "mean") -> Series:
    return Series(name, unit, "national", meaning, over_time, "none", compute)  # type: ignore[arg-type]


def _of_organs(
    name: str, unit: str, meaning: str, compute: Callable[[Sight], F], over_time: str, places: str
) -> Series:
    return Series(name, unit, "province,organ", meaning, over_time, places, compute)  # type: ignore[arg-type]


def _ration(s: Sight) -> F:
    """The plan, or what each served person got where the pool did not suffice; g/day."""
    return np.minimum(s.world.national.ration, share(s.v("ration_grams"), 7.0 * s.served))


def _spending(s: Sight) -> F:
    goods = s.v("grain_cost") + s.v("other_spending") + s.v("levy") + s.v("buyout") + s.v("broker_fee")
    return goods + s.taken[:, -1]


def _abroad(s: Sight) -> F:
    return s.before("abroad") + s.v("arrivals_abroad") + s.v("settled")


def _enforcement(s: Sight) -> F:
    e = s.world.organ.enforcement
    return np.array([*e.tolist(), portable.mean(e, s.staff[-1, :-1])])


def _capacity(s: Sight) -> F:
    """Agents; all: state security and police, who hold the streets."""
    c = s.guards[CAPACITY].copy()
    c[:, -1] = c[:, 0] + c[:, 1]
    return c


def _anger_at_state_security(s: Sight) -> F:
    """As `mechanisms.blame` reckons it next week: the organ's share of threats against what it usually is in the nation."""
    return s.anger_at(STATE_SECURITY, s.world.memory.get("threats_usual.state_security", 0.0))


def _income(s: Sight) -> F:
    return share(s.guards[PAID] + s.o("take_home"), s.staff)


_MEMBERS: Final = (
    _count("people", "persons alive in the country or across its land border", stock=True),
    _count("households", "households with a member at home", "households", stock=True),
    _count("jailed", "persons in jail", stock=True),
    _count("camp", "persons in camps", stock=True),
    Series(
        "abroad",
        "persons",
        "province",
        "persons who have left for good since the start: arrived or settled abroad",
        "last",
        "sum",
        _abroad,
    ),
    _count("deaths", "deaths of the week"),
    _count("births", "births of the week"),
    _count("births_unplaced", "births for which no row was free"),
    Series(
        "grain_price_won",
        "won/kg",
        "province",
        "market price of rice, the reference grain",
        "mean",
        "mean",
        lambda s: s.by_population(s.world.county.price_spread) * s.world.national.rice_price,
    ),
    _national(
        "rice_price_won",
        "won/kg",
        "national market price of rice before county spreads",
        lambda s: s.world.national.rice_price,
    ),
    _mean(
        "staple_price_won",
        "price paid for a kilogram of the grain people buy",
        "grain_cost",
        "bought_grams",
        1.0,
        "won/kg",
        1000.0,
    ),
    _national("won_per_dollar", "won/US$", "market exchange rate", lambda s: s.world.national.won_per_dollar),
    Series(
        "ration_grams_per_day",
        "g/day",
        "province",
        "what a served person gets: the plan, or less where grain lacks",
        "mean",
        "mean",
        _ration,
    ),
    _mean(
        "food_stress", "smoothed share of the food need that goes unmet, mean of households", "stress_u16", "households"
    ),
    _mean("market_labour_share", "share of labour in the market", "market_workers_milli", "workers_milli", 1.0),
    _mean(
        "informal_income_share",
        "market and farm pay and remittances in household income, rations at market worth included",
        "informal_value",
        "total_value",
        1.0,
    ),
    _mean("household_money_won", "cash of a household", "money", "households", 1.0, "won a household"),
    _mean("household_dollars", "hard currency of a household", "dollars_cents", "households", 100.0, "US$ a household"),
    Series(
        "bribe_share_of_spending",
        "share",
        "province",
        "bribes and settlements in household spending",
        "mean",
        "mean",
        lambda s: share(s.taken[:, -1], _spending(s)),
    ),
)

_GUARDS: Final = (
    _of_organs(
        "bribes_won", "won a week", "bribes and settlements paid by households", lambda s: s.taken, "sum", "sum"
    ),
    _of_organs(
        "approaches",
        "visits a week",
        "visits of guards to households, each ending in a threat, a plea or neither",
        lambda s: s.o("visits"),
        "sum",
        "sum",
    ),
    _of_organs(
        "threat_share",
        "share",
        "share of approaches that are threats",
        lambda s: s.guards[THREAT],
        "mean",
        "mean",
    ),
    _of_organs("plea_share", "share", "share of approaches that are pleas", lambda s: s.guards[PLEA], "mean", "mean"),
    _of_organs(
        "abstain_share",
        "share",
        "share of approaches that end without a demand",
        lambda s: 1.0 - s.guards[THREAT] - s.guards[PLEA],
        "mean",
        "mean",
    ),
    _of_organs(
        "threats",
        "threats a week",
        "threats met by households, paid or not",
        lambda s: s.o("threats_met"),
        "sum",
        "sum",
    ),
    _of_organs(
        "refusals",
        "refusals a week",
        "demands that a household did not meet",
        lambda s: s.o("threats_met") + s.o("pleas_met") - s.o("threats_paid") - s.o("pleas_paid"),
        "sum",
        "sum",
    ),
    _of_organs(
        "punished_guards",
        "agents a week",
        "agents punished for threats",
        lambda s: s.guards[PUNISHED],
        "sum",
        "sum",
    ),
    Series("enforcement", "0-1", "organ", "force with which a rights order is enforced", "mean", "none", _enforcement),
    _of_organs(
        "perceived_enforcement",
        "chance a threat",
        "punishment that agents expect for a threat",
        lambda s: s.guards[PERCEIVED],
        "mean",
        "mean",
    ),
    _of_organs(
        "pay_paid_share",
        "share",
        "pay and kind received, as a share of what feeds a household",
        lambda s: s.guards[PAID_SHARE],
        "mean",
        "mean",
    ),
    _of_organs(
        "guard_income_won", "won an agent-week", "pay, kind and own part of the takings", _income, "mean", "mean"
    ),
    _of_organs("guard_morale", "share", "morale of agents", lambda s: s.guards[MORALE], "mean", "mean"),
    _of_organs(
        "guard_effort",
        "share",
        "share of working time spent collecting",
        lambda s: s.guards[EFFORT],
        "mean",
        "mean",
    ),
    _of_organs("guard_staff", "agents", "agents in post", lambda s: s.staff, "last", "sum"),
    _of_organs(
        "control_capacity",
        "agents",
        "agents at work and not collecting, weighted by morale; all: state security and police",
        _capacity,
        "mean",
        "sum",
    ),
    _of_organs(
        "upward_takings_won",
        "won a week",
        "part of the takings that agents pass up",
        lambda s: s.taken * s.measures.passed_up,
        "sum",
        "sum",
    ),
)

_MINDS: Final = (
    _mean("awareness", "awareness of rights talk, mean of adults", "rights_u16", "adults"),
    _mean("media", "recent contact with foreign media, mean of adults", "media_u16", "adults"),
    _mean(
        "private_support",
        "private view of the leader, -1 to 1, mean of adults",
        "support_i16",
        "adults",
        32767.0,
        "-1 to 1",
    ),
    Series(
        "private_supporters",
        "share",
        "province",
        "adults whose private view of the leader is above zero",
        "mean",
        "mean",
        lambda s: share(s.supporters, s.v("adults")),
    ),
    Series(
        "public_support",
        "share",
        "province",
        "adults who show conformity: neither dissent nor evade",
        "mean",
        "mean",
        lambda s: share(s.v("adults") - s.v("dissenters") - s.v("evaders"), s.v("adults")),
    ),
    _mean("evasion", "adults who avoid showing support", "evaders", "adults", 1.0),
    _mean("fear", "fear of punishment, mean of adults", "fear_u16", "adults"),
    _mean("public_dissent", "adults who dissent in public", "dissenters", "adults", 1.0),
    _mean("preference_gap", "adults who conform in public and disagree in private", "falsifiers", "adults", 1.0),
    _mean("victim_memory", "memory of extortion, mean of households", "memory_u16", "households"),
    _mean("anger", "anger over extortion, mean of households", "anger_u16", "households"),
    Series(
        "anger_at_state_security",
        "index",
        "province",
        "anger x 0.9 x the organ's share of threats / its usual share",
        "mean",
        "mean",
        _anger_at_state_security,
    ),
    _count("arrests", "arrests of the week"),
    Series(
        "incidents",
        "incidents a week",
        "province",
        "open incidents between people and guards",
        "sum",
        "sum",
        lambda s: s.happened("incidents"),
    ),
    Series(
        "refused_orders",
        "refusals a week",
        "province",
        "orders against a crowd that an organ refused",
        "sum",
        "sum",
        lambda s: s.happened("refused_orders"),
    ),
    Series(
        "lost_share",
        "share",
        "province",
        "people in counties that are out of the state's hands",
        "mean",
        "mean",
        lambda s: s.by_population(s.world.county.lost.astype(np.float64)),
    ),
    _count("flights", "attempts to leave the country", part="flight_attempts"),
    _count("crossings", "leavers who got across the border", part="flight_crossings"),
    _count("flights_caught", "leavers caught at the border", part="flight_caught"),
    _count("arrivals_abroad", "leavers who reached a safe country"),
    _count("across_border", "persons across the land border and not yet onward", stock=True),
)

_MONEY: Final = (
    _won("market_pay_won", "earned in markets", "market_pay"),
    _won("farm_pay_won", "earned by farm households", "farm_pay"),
    _won("wages_won", "enterprise wages", "wages"),
    _won("state_pay_won", "state wages", "state_pay"),
    _won("food_spending_won", "spent on grain", "grain_cost"),
    _won("other_spending_won", "spent on other goods", "other_spending"),
    _won("levy_won", "levies and labour dues", "levy"),
    _won("buyout_won", "paid to enterprises for absence", "buyout"),
    _won("broker_fee_won", "paid to brokers", "broker_fee"),
    _won("remittances_won", "sent by kin abroad", "remittance_won"),
    _of_organs("guard_pay_won", "won a week", "pay to guards' households", lambda s: s.o("guard_pay"), "sum", "sum"),
    _of_organs(
        "guard_take_home_won",
        "won a week",
        "takings that reach guards' households",
        lambda s: s.o("take_home"),
        "sum",
        "sum",
    ),
    _national(
        "to_county_chiefs_won",
        "won a week",
        "takings passed to county chiefs",
        lambda s: s.taken[-1, -1] * s.measures.to_chief,
        "sum",
    ),
    _national(
        "to_organ_chiefs_won",
        "won a week",
        "takings passed up the organs' chains",
        lambda s: s.taken[-1, -1] * s.measures.to_chain,
        "sum",
    ),
    _national(
        "to_leader_won",
        "won a week",
        "takings passed to the leader's fund",
        lambda s: s.taken[-1, -1] * s.measures.to_leader,
        "sum",
    ),
    _national("treasury_won", "won", "the treasury's account", lambda s: float(s.world.books.won["treasury"]), "last"),
    _national("leader_fund_won", "won", "the leader's fund", lambda s: float(s.world.books.won["leader_fund"]), "last"),
    _national(
        "reserve_usd", "US$", "the state's hard currency", lambda s: s.world.books.cents["reserve"] / 100.0, "last"
    ),
    _national(
        "pool_tonnes", "tonnes", "grain in the ration pool", lambda s: s.world.books.grams["state_pool"] / 1e6, "last"
    ),
    _national(
        "market_stock_tonnes",
        "tonnes",
        "grain in the market",
        lambda s: s.world.books.grams["market_stock"] / 1e6,
        "last",
    ),
    _national(
        "farm_stock_tonnes", "tonnes", "grain on farms", lambda s: s.world.books.grams["farm_stock"] / 1e6, "last"
    ),
    _national("trade_ratio", "ratio", "exports against their base", lambda s: s.world.national.trade_ratio),
)

SERIES: Final[dict[str, Series]] = {s.name: s for s in (*_MEMBERS, *_GUARDS, *_MINDS, *_MONEY, *COURT_SERIES)}


class Recorder:
    """Every series of a run, week by week, in memory: `observe` once a week, `to_state` for a checkpoint."""

    def __init__(self, places: Places, weeks: int, measures: Measures | None = None) -> None:
        """Room for `weeks` weeks, 0 to weeks - 1; `measures` are the parameters that series need."""
        self.places, self._ground = places, Ground(places)
        self.weeks = weeks
        self.measures = measures or Measures()
        self.seen = 0  #: weeks observed
        sizes = len(places.provinces), len(ORGANS), len(places.court.factions)
        self._ledger = Ledger(list(SERIES.values()), weeks, sizes)

    @property
    def arrays(self) -> dict[str, F]:
        """Series -> (weeks, *shape by dims)."""
        return self._ledger.arrays

    def copy(self) -> "Recorder":
        """A recorder that goes on from the same weeks apart from this one."""
        other = copy.copy(self)
        other._ledger = self._ledger.copy()
        return other

    def observe(self, world: World, week: Any) -> None:
        """Write this week's values of every series; `week` is the `engine.step.Week` (number and log)."""
        number = int(week.number)
        if number != self.seen:
            raise ValueError(f"week {number} observed after {self.seen} weeks")
        self._ledger.write(number, Sight(world, self._ground, self.measures, week.log, number, self.arrays))
        self.seen += 1

    def to_state(self) -> dict[str, NDArray[Any]]:
        """The observed weeks, as arrays; exact."""
        return {name: a[: self.seen].copy() for name, a in self.arrays.items()}

    def load_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Go on from `to_state`; ValueError when the series differ from this version's."""
        if set(state) != set(SERIES):
            raise ValueError("the saved series are not those of this version")
        self.seen = len(state["people"])
        for name, saved in state.items():
            self.arrays[name][: self.seen] = saved
