"""After the pass: what households paid and received is booked against the accounts, to the won, the cent and the gram.

Every flow was floored in the pass, so the amounts here are exact sums; divisions among payees are floored and the
remainder goes to the account that the docstring names.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes.engine.sums import INDEX
from custodes.errors import BrokenLaw
from custodes.jit import njit
from custodes.world.columns import N_ORGANS, OFFICIALS, STATE_SECURITY
from custodes.world.state import World

I = NDArray[np.int64]  # noqa: E741

#: What a bribe is divided into: pocket of the organ in the county (with the remainder), county chief, chain, leader.
UP_COUNTY, UP_CHAIN, UP_LEADER = 10, 10, 5


class Shares(NamedTuple):
    """How booked money is divided, in whole millionths (`mechanisms.market.booked_shares`)."""

    retail_margin: int  #: of grain money, stays with the county's traders
    import_content: int  #: of other spending
    levy_kept: int  #: of levies, by the unit's officials


def _part(amount: I, per_cent: int) -> I:
    return amount * per_cent // 100


def _share(amount: I, millionths: int) -> I:
    """Floor of a share; the amount is divided first where the product would not fit in 64 bits."""
    whole, rest = np.divmod(amount, 1_000_000)
    return whole * millionths + rest * millionths // 1_000_000


def book_grain(world: World) -> None:
    """Rations from the state's pool, own produce from farm stock, purchases from market stock: all eaten."""
    books = world.books
    books.move_grams("state_pool", "eaten", world.total("ration_grams"))
    books.move_grams("farm_stock", "eaten", world.total("plot_grams"))
    books.move_grams("market_stock", "eaten", world.total("bought_grams"))


def book_spending(world: World, shares: Shares) -> None:
    """Grain money: the margin to the till, the rest to those who supplied this week's market; other goods: import content."""
    books = world.books
    grain = world.by_county("grain_cost")
    margin = _share(grain, shares.retail_margin)
    books.till += margin
    paid = int((grain - margin).sum())
    imported = int(paid * world.memory.get("supply_share_import", 0.0))
    leaked = int(paid * world.memory.get("supply_share_state", 0.0))
    leaked = min(leaked, paid - imported)
    books.won["importers"] += imported
    spread_by(world, leaked)
    books.won["farm_proceeds"] += paid - imported - leaked
    other = world.by_county("other_spending")
    content = _share(other, shares.import_content)
    books.till += other - content
    books.won["importers"] += int(content.sum())


def spread_by(world: World, amount: int) -> None:
    """Proceeds of leaked grain to the officials' pockets, by the officials' posts; the remainder to the first county."""
    posts = np.floor(world.guards.posts[OFFICIALS]).astype(np.int64)
    total = int(posts.sum())
    if total == 0:
        world.books.won["treasury"] += amount
        return
    if amount * int(posts.max()) < 2**63:
        shares = amount * posts // total
    else:
        shares = np.array([amount * int(n) // total for n in posts], np.int64)
    world.books.pocket[OFFICIALS] += shares
    world.books.pocket[OFFICIALS, 0] += amount - int(shares.sum())


def book_takings(world: World) -> None:
    """Bribes and settlements: a tenth to the county's chief, a tenth up the chain, a twentieth to the leader's fund."""
    books = world.books
    for organ in range(N_ORGANS):
        bribes = world.by_county("bribes", organ) + world.by_county("settlements", organ)
        chief, chain, leader = (_part(bribes, share) for share in (UP_COUNTY, UP_CHAIN, UP_LEADER))
        books.county_chief += chief
        books.chain[organ] += int(chain.sum())
        books.won["leader_fund"] += int(leader.sum())
        books.pocket[organ] += bribes - chief - chain - leader
        books.pocket[organ] -= world.by_county("take_home", organ)
        books.won["treasury"] -= world.total("guard_pay", organ)
    fee = world.by_county("broker_fee")
    guards = _part(fee, 30)
    books.pocket[STATE_SECURITY] += guards
    books.won["importers"] += int((fee - guards).sum())


def book_pay_and_dues(world: World, shares: Shares) -> None:
    """Market pay from tills, farm pay, wages, state pay; levies (a part to officials), buy-outs; emptied households."""
    books = world.books
    books.till -= world.by_county("market_pay")
    books.till += world.by_county("emptied_money")
    books.won["farm_proceeds"] -= world.total("farm_pay")
    books.won["wage_fund"] -= world.total("wages")
    books.won["treasury"] -= world.total("state_pay")
    levy = world.by_county("levy")
    kept = _share(levy, shares.levy_kept)
    books.pocket[OFFICIALS] += kept
    books.won["treasury"] += int((levy - kept).sum())
    world.memory["levies_won_week"] = float(int((levy - kept).sum()))
    books.won["enterprises"] += world.total("buyout")


def book_dollars(world: World) -> None:
    """Remittances are sold to importers on arrival; households change cash with importers at the market rate."""
    books = world.books
    books.won["importers"] += (
        world.total("dollars_bought_won") - world.total("dollars_sold_won") - world.total("remittance_won")
    )
    books.move_cents("abroad_cents", "importers_cents", world.total("remittance_cents"))
    books.cents["importers_cents"] += (
        world.total("sold_cents") - world.total("bought_cents") + world.total("emptied_cents")
    )


def settle_people(world: World) -> int:
    """People alive in the country or across its border, plus all who died or arrived abroad, less all born: a constant."""
    memory = world.memory
    for name in ("births", "deaths", "arrivals_abroad"):
        memory[f"total.{name}"] = memory.get(f"total.{name}", 0.0) + world.total(name)
    alive = world.total("people")
    return int(alive + memory["total.deaths"] + memory["total.arrivals_abroad"] - memory["total.births"])


def settle(world: World, shares: Shares) -> None:
    """Book the week's household flows and check every law; BrokenLaw if won, cents, grain or people do not close."""
    book_grain(world)
    book_spending(world, shares)
    book_takings(world)
    book_pay_and_dues(world, shares)
    book_dollars(world)


def check(world: World) -> None:
    """The books of the week: totals repeat, nothing is overdrawn, sums are in range; BrokenLaw otherwise."""
    people = settle_people(world)
    world.books.check(world.week, world.total("money"), world.total("dollars_cents"), people)
    if some_negative(world.sums, INDEX["support_i16"]):
        raise BrokenLaw(f"week {world.week}: a sum over people or households is negative")


@njit
def some_negative(sums, signed):  # type: ignore[no-untyped-def]
    """Whether a sum is negative that is not in the one column where it may be."""
    for county in range(sums.shape[0]):
        for i in range(sums.shape[1]):
            if (sums[county, i] < 0) & (i != signed):
                return True
    return False
