"""Trade: the state's own hard currency, from abroad to the organs, to the leader's fund and to his gifts.

Of the country's income in hard currency (exports, hidden income, aid) a part is offered for won to importers
(`prices.trade_dollars`); the rest is the state's. Exports and aid come in through the trading houses of the court's
organs, hidden income for the most part goes straight to the leader's fund. Each organ passes a part of what it earns up
to the fund and spends the rest abroad, on fuel, machines and grain; from the fund come the leader's gifts, half of them
luxuries bought abroad and half cash, which waits in the fund until `rents` hands it out.

Sanctions reach exports and not the hidden income, so at first they cut what the organs live from and only in part what
the leader gives: with the default shares gifts come to .6 + .4 x trade (EQUATIONS.md section 7). How a loss is shared is
a matter of the regime (Escriba-Folch and Wright 2010: personalist rulers lose their rents, party regimes pass the cost
on): `shield` is the part of the fund's loss that is made good out of dollars which importers would have got, so that the
people pay for it. Shares by organ are ours: no table tells which organ earns what.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes.engine.step import Week
from custodes.mechanisms.prices import exports_now
from custodes.world.columns import COLLECTORS, N_COURT
from custodes.world.state import World

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741

READS = (
    "books.won books.cents books.organ_trade branch.trade_norm national.dollar_demand national.dollar_supply "
    "national.won_per_dollar levers.aid_dollars "
    "levers.border_open levers.budget_gifts levers.court_revenue_cut levers.organ_revenue_cut levers.trade_cut "
    "levers.trade_leak memory"
)
WRITES = "books.won books.cents books.organ_trade branch.trade_ratio branch.trade_norm memory"

#: Organs of the court whose people collect, and the collecting organ of each.
_COLLECTING: Final = np.array([court for organs in COLLECTORS for court in organs])
_FOR: Final = np.array([guards for guards, organs in enumerate(COLLECTORS) for _ in organs])
_ORGAN_CENTS: Final = tuple(f"organ_cents.{organ}" for organ in range(N_COURT))
MOST_GIVEN = 0.5  #: share of the fund that gifts take in a week at most
MOST_WITHHELD = 0.5  #: share of the dollars offered for won that is withheld at most
MOST_WEEKS = 520.0  #: that a reserve is said to last where nothing is bought abroad


class Params(NamedTuple):
    """Group `trade`; tuples are by organ of the court."""

    export_shares: tuple[float, ...]  #: of exports and aid, by the organ that earns them
    hidden_shares: tuple[float, ...]  #: of hidden income; the rest goes straight to the leader's fund
    passed_up: float  #: share of its earnings that an organ passes to the leader's fund
    outlays: float  #: share of its account that an organ spends abroad in a week
    gifts: float  #: share of his fund that the leader gives away in a week, at the usual budget for gifts
    luxuries: float  #: share of the gifts that is bought abroad; the rest is cash
    shield: float  #: share of the fund's loss of trade that is taken out of the dollars offered for won


class Income(NamedTuple):
    """The state's own part of a week's hard currency, cents."""

    organs: I  #: (10,)
    worth: F  #: (10,) the same with aid at its worth to organs
    direct: int  #: hidden income that goes straight to the leader's fund
    whole: int  #: of organs and direct


def settle(world: World, week: Week, p: Any) -> None:
    """Book the week's income, what is passed up, spent and given; keep the ratios to the rest and what is reported."""
    income = state_income(week.levers, p)
    if "gifts_ratio" not in world.memory:
        open_accounts(world, income, p.trade)
    receive(world, income, p.trade)
    spend_abroad(world, p.trade)
    given = give(world, week, p.trade)
    _keep_norms(world, week, income, given)
    _set_ratios(world, income, given)
    _withhold(world, income, p.trade)
    _report(world, week, income, p)


# --- income ------------------------------------------------------------------------------------------------------------


def uncut(levers: Any) -> F:
    """Share of its trade that each court organ keeps under the cuts aimed at it or at the guards that belong to it, (10,)."""
    left: F = 1.0 - np.asarray(levers.court_revenue_cut, np.float64)
    guards = 1.0 - np.asarray(levers.organ_revenue_cut, np.float64)
    left[_COLLECTING] *= guards[_FOR]
    return left


def state_income(levers: Any, p: Any) -> Income:
    """What is not offered for won of this week's exports, aid and hidden income, by who earns it."""
    q, kept = p.trade, 100.0 * (1.0 - p.prices.offer_share) / 52.0
    exports, hidden = kept * exports_now(levers, p.prices), kept * p.prices.hidden_income
    aid, left = kept * levers.aid_dollars, uncut(levers)
    of_exports, of_hidden = np.asarray(q.export_shares), np.asarray(q.hidden_shares)
    from_hidden = of_hidden * hidden
    worth = left * (of_exports * (exports + p.prices.aid_as_trade * aid) + from_hidden)
    cents = np.floor(left * (of_exports * (exports + aid) + from_hidden)).astype(np.int64)
    rest = 1.0
    for share in q.hidden_shares:
        rest -= share
    direct = int(max(0.0, rest) * hidden)
    return Income(cents, worth, direct, sum(cents.tolist()) + direct)


def open_accounts(world: World, income: Income, p: Params) -> None:
    """Accounts as a steady income leaves them at a week's end; the country begins at rest. Called once, in the first week."""
    books = world.books
    kept = income.organs - passed_up(income, p)
    books.organ_trade[:] = np.floor(kept * ((1.0 - p.outlays) / max(p.outlays, 0.01))).astype(np.int64)
    inflow = income.direct + int(passed_up(income, p).sum())
    fund = int(inflow * ((1.0 - p.gifts) / max(p.gifts, 0.01)))
    books.cents["leader_fund_cents"] += fund
    books.cents["abroad_cents"] -= fund + int(books.organ_trade.sum())


def passed_up(income: Income, p: Params) -> I:
    """Cents that each organ passes to the leader's fund, (10,)."""
    return np.floor(p.passed_up * income.organs).astype(np.int64)


def receive(world: World, income: Income, p: Params) -> None:
    """The week's income comes in, and the leader gets his part of it; with it what was withheld from importers."""
    books = world.books
    passed = passed_up(income, p)
    books.organ_trade += income.organs - passed
    withheld = int(world.memory.get("withheld_cents", 0.0))
    up = sum(passed.tolist())
    books.cents["leader_fund_cents"] += up + income.direct + withheld
    books.cents["abroad_cents"] -= income.whole + withheld
    world.memory["passed_cents_week"] = float(up)


# --- outlays and gifts -----------------------------------------------------------------------------------------------------


def spend_abroad(world: World, p: Params) -> None:
    """Each organ buys abroad for a share of its account."""
    books = world.books
    spent = np.floor(p.outlays * books.organ_trade).astype(np.int64)
    books.organ_trade -= spent
    books.cents["abroad_cents"] += sum(spent.tolist())


def give(world: World, week: Week, p: Params) -> int:
    """The week's gifts, cents: luxuries are bought abroad now, the cash part stays in the fund for `rents` to hand out.

    What a budget for gifts below the usual saves goes to the reserve; one above the usual runs the fund down.
    """
    books, budget = world.books, float(week.levers.budget_gifts)
    fund = books.cents["leader_fund_cents"]
    given = int(min(p.gifts * budget, MOST_GIVEN) * fund)
    luxuries = int(p.luxuries * given)
    books.move_cents("leader_fund_cents", "abroad_cents", luxuries)
    books.move_cents("leader_fund_cents", "reserve", int(p.gifts * max(0.0, 1.0 - budget) * fund))
    world.memory["gifts_cents_week"] = float(given - luxuries)
    world.memory["luxuries_cents_week"] = float(luxuries)
    return given


# --- against the rest --------------------------------------------------------------------------------------------------------


def _keep_norms(world: World, week: Week, income: Income, given: int) -> None:
    """Means of weeks -52 to -1 of what each organ earns, of gifts and of income; without a burn-in the first week's."""
    memory, norm = world.memory, world.branch.trade_norm
    now = {"gifts": float(given), "income": float(income.whole)}
    if -52 <= week.number <= -1:
        weeks = memory["trade_weeks"] = memory.get("trade_weeks", 0.0) + 1.0
        norm += (income.worth - norm) / weeks
        for name, amount in now.items():
            mean = memory.get(f"norm_sum.{name}", 0.0)
            memory[f"norm_sum.{name}"] = mean + (amount - mean) / weeks
    if week.number >= -1 and "trade_norm.gifts" not in memory:
        if "trade_weeks" not in memory:
            norm[:] = income.worth
        for name, amount in now.items():
            memory[f"trade_norm.{name}"] = memory.pop(f"norm_sum.{name}", amount)


def _set_ratios(world: World, income: Income, given: int) -> None:
    """Trade of each organ and gifts over the rest; 1 until the rest is known."""
    memory, branch = world.memory, world.branch
    if "trade_norm.gifts" not in memory:
        branch.trade_ratio[:] = memory["gifts_ratio"] = 1.0
        return
    worth, norm = income.worth.tolist(), branch.trade_norm.tolist()
    branch.trade_ratio[:] = [now / usual if usual > 0.0 else 1.0 for now, usual in zip(worth, norm, strict=True)]
    usual = memory["trade_norm.gifts"]
    memory["gifts_ratio"] = given / usual if usual > 0.0 else 1.0


def _withhold(world: World, income: Income, p: Params) -> None:
    """Dollars that importers will not be offered next week, so that the leader's fund loses less."""
    if p.shield <= 0.0 or "trade_norm.income" not in world.memory:
        return
    usual = world.memory["trade_norm.income"]
    lost = max(0.0, p.passed_up * (usual - float(income.whole)))
    most = MOST_WITHHELD * world.national.dollar_supply
    world.memory["withheld_cents"] = float(int(min(p.shield * lost, most)))


# --- what others read --------------------------------------------------------------------------------------------------------


def _report(world: World, week: Week, income: Income, p: Any) -> None:
    """The week's trade and state income, and how many weeks of the country's usual purchases abroad the reserve holds.

    The state's income in won is what the treasury takes from the country: market fees and levies. Dollars sold out of the
    reserve are savings spent, and no income. `state_income_week` is all of it in won, hard currency at the market's rate.
    """
    memory, nation = world.memory, world.national
    own = income.whole
    dues = memory.get("fees_won_week", 0.0) + memory.get("levies_won_week", 0.0) - _evaded(world)
    cents = own + nation.dollar_supply
    need = nation.dollar_demand + memory.get("trade_norm.income", float(own))
    memory["trade_cents_week"] = float(int(100.0 * exports_now(week.levers, p.prices) / 52.0))
    memory["state_income_cents_week"] = cents
    memory["state_income_won_week"] = dues
    memory["state_income_week"] = dues + cents * nation.won_per_dollar / 100.0
    memory["hidden_cents_week"] = float(income.direct)
    memory["reserve_weeks"] = world.books.cents["reserve"] / need if need > 0.0 else MOST_WEEKS
    memory.update(zip(_ORGAN_CENTS, map(float, income.organs.tolist()), strict=True))


def _evaded(world: World) -> int:
    """Fees that contraband evades, won: lawful goods in its place would have paid them; they stay with the traders."""
    won, memory = world.books.won, world.memory
    lost = int(min(memory.get("fees_lost_won_week", 0.0), memory.get("fees_won_week", 0.0)))
    lost = min(lost, won["treasury"])
    world.books.move_won("treasury", "importers", lost)
    return lost
