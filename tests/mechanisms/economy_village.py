"""Four hundred households that eat, buy, work, pay and are paid: the people pass in miniature, to close the economy's loop.

Every household stands for `k` of them; nobody is born, visited or taxed by guards. The order and the payees are those
of the week (EQUATIONS.md sections 2 to 4); the household functions are the package's own.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np
from tests.mechanisms.economy_country import assert_no_account_overdrawn, parameters, small_world, week

from custodes.engine.sums import index
from custodes.mechanisms import market, prices, rations
from custodes.world.columns import FARMERS
from custodes.world.state import World

MIX = {  # classes by place (IMPLEMENTING.md no. 7): guards, officials, capital, state workers, dependants, farmers
    0: (0.045, 0.045, 0.16, 0.63, 0.0, 0.12, 0.0),
    1: (0.025, 0.025, 0.09, 0.0, 0.45, 0.14, 0.27),
    2: (0.02, 0.02, 0.09, 0.0, 0.42, 0.12, 0.33),
    3: (0.015, 0.015, 0.06, 0.0, 0.28, 0.09, 0.54),
}
MEMBERS = 4


def vector(function: Any, *arguments: Any) -> Any:
    """A household function, uncompiled, for arrays of households; groups of parameters are passed as they are."""
    groups = {i for i, a in enumerate(arguments) if isinstance(a, tuple)}
    return np.vectorize(function.py_func, otypes=[float], excluded=groups)(*arguments)


def village(seed: int = 1, size: int = 400) -> tuple[World, SimpleNamespace]:
    """A world of `size` households by place and class, with the stocks of EQUATIONS.md at the start."""
    rng = np.random.default_rng(seed)
    people = np.array([3_250_000, 2_500_000, 12_500_000, 6_750_000])
    k = int(people.sum()) // (MEMBERS * size)
    world = small_world(k=k)
    world.sums[:] = 0
    world.books.won.update(
        treasury=10**12, importers=10**12, trade_companies=0, enterprises=0, leader_fund=0, farm_proceeds=0
    )
    world.books.county_chief[:] = world.books.pocket[:] = 0
    world.books.chain[:] = 0
    world.books.cents.update(importers_cents=0)
    county = np.repeat(np.arange(4), (people * size // people.sum()))
    n = len(county)
    share = (rng.permutation(n) + 0.5) / n
    code = np.array([np.searchsorted(np.cumsum(MIX[c])[:-1], u) for c, u in zip(county, share, strict=True)])
    money = np.floor(220_000 * np.exp(0.8 * rng.normal(size=n))).astype(np.int64)
    h = SimpleNamespace(
        county=county,
        code=code,
        money=money,
        dollars=np.zeros(n, np.int64),
        income=money / 4.0,
        m=np.where(code == FARMERS, 0.25, 0.55),
        skill=0.83 * np.exp(0.6 * rng.normal(size=n)),
        stress=np.zeros(n),
        rank=(rng.permutation(n) + 0.5) / n,
        paying=(rng.random(n) < 0.6) & np.isin(code, (2, 3, 4)),
        buys=np.isin(code, (3, 4)),
    )
    world.books.till[:] = 3 * world.k * np.bincount(county, money, 4).astype(np.int64) // 10
    return world, h


def put_sum(world: World, h: SimpleNamespace, name: str, values: Any, part: int | None = None) -> None:
    world.sums[:, index(name, part)] = np.bincount(h.county, values, 4).astype(np.int64)


def household_week(world: World, h: SimpleNamespace, t: dict[str, Any], p: Any) -> None:
    """Step 4a for every household; the sums of the week go to `world.sums`."""
    floor, c, w = np.floor, h.county, 0.55 * MEMBERS
    served = (h.rank < t["coverage"][h.code]).astype(float)
    need = MEMBERS * t["need_grams"][h.code].astype(float)
    ration = served * MEMBERS * t["ration_grams"][h.code]
    plot = np.minimum(MEMBERS * t["plot_grams"][h.code], np.maximum(0.0, need - ration))
    price = t["grain_price"][c]
    want = floor(
        np.minimum(
            vector(market.wanted_grain, np.maximum(0, need - ration - plot), t["want_factor"][c]),
            vector(market.affordable_grain, h.money, price, p.market),
        )
    )
    bought = floor(want * t["market_fill"][0])
    cost = floor(bought * price / 1000)
    other = floor(vector(market.other_spending, h.money - cost, p.market))
    milli, attending = floor(1000 * h.m * w * h.skill), floor(1000 * (1 - h.m) * w) * h.paying
    farm = np.where(h.code == FARMERS, floor(1000 * w), 0.0)
    pay = floor(t["market_rate"][c] * milli / 1000)
    farm_pay, wages = floor(t["farm_rate"][0] * farm / 1000), floor(t["wage_rate"][0] * attending / 1000)
    state = t["state_pay"][h.code]
    income = pay + farm_pay + wages + state
    levy = floor(t["levy_rate"][0] * income)
    money = h.money - cost - other + income - levy
    out = floor(h.buys * vector(market.buyout, h.m, money, t["buyout_won"][0], p.market))
    money = money - out
    rate = t["won_per_cent"][0]
    wish = floor(vector(prices.dollars_wanted, money, h.income, p.prices) / rate)
    offer = floor(vector(prices.dollars_offered_cents, money, h.income, h.dollars, rate, p.prices))
    buys, sells = floor(wish * t["dollar_fill"][0]), floor(offer * t["dollar_fill"][1])
    at_market = vector(market.market_earning, t["market_rate"][c], h.skill, w, 0.0)
    at_post = vector(
        market.state_earning,
        state,
        0.0,
        h.paying * 1.0,
        t["wage_rate"][0],
        w,
        ration,
        t["ration_price"][c],
        served,
        h.buys * 1.0,
        t["buyout_won"][0],
        p.market,
    )
    cap = t["share_cap"][h.code]
    target = vector(market.labour_target, h.stress, at_market, at_post, cap, t["tolerance"][0], p.market)
    flows = {
        "households": np.ones(len(c)),
        "need_grams": need,
        "ration_grams": ration,
        "plot_grams": plot,
        "want_grams": want,
        "bought_grams": bought,
        "grain_cost": cost,
        "other_spending": other,
        "market_labour_milli": milli,
        "attending_milli": attending,
        "farm_workers_milli": farm,
        "market_workers_milli": floor(1000 * h.m * w),
        "market_pay": pay,
        "farm_pay": farm_pay,
        "wages": wages,
        "state_pay": state,
        "income": income,
        "levy": levy,
        "buyout": out,
        "want_buy_cents": wish,
        "want_sell_cents": offer,
        "bought_cents": buys,
        "sold_cents": sells,
        "dollars_bought_won": floor(buys * rate),
        "dollars_sold_won": floor(sells * rate),
    }
    h.m = vector(market.share_update, h.m, target, p.market)
    h.stress = vector(rations.food_stress, h.stress, ration + plot + bought, need, p.rations)
    h.income = vector(market.smooth_income, h.income, income, p.market)
    h.money = (money - floor(buys * rate) + floor(sells * rate)).astype(np.int64)
    h.dollars = (h.dollars + buys - sells).astype(np.int64)
    for name, values in (flows | {"money": h.money, "dollars_cents": h.dollars}).items():
        put_sum(world, h, name, values)
    for code in range(8):
        here = h.code == code
        put_sum(world, h, "class_households", here * 1.0, code)
        put_sum(world, h, "class_members", here * float(MEMBERS), code)
        put_sum(world, h, "class_served_members", here * served * MEMBERS, code)


def book(world: World) -> None:
    """The pass's flows against the accounts, as the contract divides them."""
    b, of = world.books, world.by_county
    for source, name in (
        ("state_pool", "ration_grams"),
        ("farm_stock", "plot_grams"),
        ("market_stock", "bought_grams"),
    ):
        b.move_grams(source, "eaten", world.total(name))
    grain, other, levy = of("grain_cost"), of("other_spending"), of("levy")
    margin, content, kept = grain // 5, other * 3 // 10, levy // 5
    b.till += margin + other - content - of("market_pay")
    paid = int((grain - margin).sum())
    imported, leaked = (int(paid * world.memory[f"supply_share_{n}"]) for n in ("import", "state"))
    b.pocket[2] += kept
    b.pocket[2, 0] += leaked
    b.won["importers"] += (
        int(content.sum()) + imported + world.total("dollars_bought_won") - world.total("dollars_sold_won")
    )
    b.won["farm_proceeds"] += paid - imported - leaked - world.total("farm_pay")
    b.won["wage_fund"] -= world.total("wages")
    b.won["treasury"] += int((levy - kept).sum()) - world.total("state_pay")
    b.won["enterprises"] += world.total("buyout")
    b.cents["importers_cents"] += world.total("sold_cents") - world.total("bought_cents")
    spent = b.pocket[2] // 2  # officials take home and spend: here straight into the tills
    b.pocket[2] -= spent
    b.till += spent


def live(world: World, h: SimpleNamespace, weeks: int, log: Any = None, **levers: Any) -> dict[str, np.ndarray]:
    """Run the village; every week all money, dollars and grain must be somewhere and no account overdrawn."""
    p = parameters()
    seen: dict[str, list[float]] = {}

    def books_total() -> tuple[int, int, int]:
        b = world.books
        return (
            b.total_won() + world.k * int(h.money.sum()),
            b.total_cents() + world.k * int(h.dollars.sum()),
            sum(b.grams.values()),
        )

    start = books_total()
    for number in range(weeks):
        now = week(number, log, **levers)
        tables = rations.prepare(world, now, p) | prices.prepare(world, now, p) | market.prepare(world, now, p)
        household_week(world, h, tables, p)
        book(world)
        for module in (rations, market, prices):
            module.settle(world, now, p)
        assert books_total() == start
        assert_no_account_overdrawn(world)
        row = {
            "rice": world.national.rice_price,
            "rate": world.national.won_per_dollar,
            "ration": world.national.ration,
            "cover": world.national.market_cover,
            "reserve": world.books.cents["reserve"],
            "stress": h.stress.mean(),
            "m": h.m.mean(),
            "money": h.money.mean(),
            "income": h.income.mean(),
            "wage": world.national.wage_rate,
            "till": world.books.till.sum(),
            "treasury": world.books.won["treasury"],
            "fill": tables["market_fill"][0],
            "market_share_of_pay": world.total("market_pay") / max(1, world.total("income")),
            "importers": world.books.won["importers"],
            "importers_cents": world.books.cents["importers_cents"],
        }
        for name, value in row.items():
            seen.setdefault(name, []).append(float(value))
    return {n: np.array(v) for n, v in seen.items()}
