"""The accounts of the country: every won, cent, gram and person is somewhere, and a week that loses one stops the run.

Money moves only by `transfer` or by the people pass, whose household flows `engine.settle` books against these
accounts. The central bank may be negative: it is the only source and sink of won; `abroad` is that of hard currency;
field, eaten, lost and abroad are those of grain.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from custodes.errors import BrokenLaw
from custodes.world.columns import N_COURT

I = NDArray[np.int64]  # noqa: E741

NATIONAL_WON = (
    "farm_proceeds",
    "importers",
    "trade_companies",
    "enterprises",
    "wage_fund",
    "leader_fund",
    "treasury",
    "central_bank",
)
CENTS = ("reserve", "leader_fund_cents", "importers_cents", "abroad_cents")
CONTRABAND = ("made", "used", "seized", "taken_abroad")
GRAMS = ("field", "farm_stock", "state_pool", "market_stock", "eaten", "lost", "grain_abroad")
MAY_BE_NEGATIVE = {"central_bank", "abroad_cents", "field", "grain_abroad", "made"}


#: Accounts that are arrays.
ARRAYS = (
    "till",
    "county_chief",
    "pocket",
    "chain",
    "organ_trade",
    "official_won",
    "official_cents",
    "contraband_stock",
)


@dataclass
class Books:
    """Accounts in real units (not rows): int64 won, US cents, grams. C counties, O collecting organs, M officials."""

    till: I  #: (C,) won
    county_chief: I  #: (C,) won
    pocket: I  #: (O, C) won
    chain: I  #: (O,) won
    organ_trade: I  #: (10,) cents of the court's organs
    official_won: I  #: (M,) won in the purse of each official
    official_cents: I  #: (M,) cents in it
    contraband_stock: I  #: (C,) grams in towns and with carriers
    won: dict[str, int] = field(default_factory=lambda: dict.fromkeys(NATIONAL_WON, 0))
    cents: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CENTS, 0))
    grams: dict[str, int] = field(default_factory=lambda: dict.fromkeys(GRAMS, 0))
    contraband: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CONTRABAND, 0))  #: grams
    opening: dict[str, int] = field(default_factory=dict)  #: totals that every week must repeat

    def move_won(self, source: str, target: str, amount: int) -> None:
        """Move whole won between two national accounts; BrokenLaw for a negative amount."""
        _move(self.won, source, target, amount)

    def move_cents(self, source: str, target: str, amount: int) -> None:
        _move(self.cents, source, target, amount)

    def move_contraband(self, source: str, target: str, amount: int) -> None:
        """Move grams between two national accounts of contraband."""
        _move(self.contraband, source, target, amount)

    def move_grams(self, source: str, target: str, amount: int) -> None:
        _move(self.grams, source, target, amount)

    def total_won(self) -> int:
        """Won outside households."""
        return sum(self.won.values()) + sum(
            int(a.sum()) for a in (self.till, self.county_chief, self.pocket, self.chain, self.official_won)
        )

    def total_cents(self) -> int:
        """Cents outside households."""
        return sum(self.cents.values()) + int(self.organ_trade.sum()) + int(self.official_cents.sum())

    def check(self, week: int, household_won: int, household_cents: int, people: int) -> None:
        """Raise BrokenLaw unless won, cents, grain and people add up to their opening totals and no account is overdrawn."""
        now = {
            "won": self.total_won() + household_won,
            "cents": self.total_cents() + household_cents,
            "grams": sum(self.grams.values()),
            "contraband": sum(self.contraband.values()) + int(self.contraband_stock.sum()),
            "people": people,
        }
        if not self.opening:
            self.opening = now
        for law, amount in now.items():
            if amount != self.opening[law]:
                raise BrokenLaw(
                    f"week {week}: {law} do not close: {amount} now, {self.opening[law]} at the start, "
                    f"{amount - self.opening[law]:+d}"
                )
        for group in (self.won, self.cents, self.grams, self.contraband):
            for name, amount in group.items():
                if amount < 0 and name not in MAY_BE_NEGATIVE:
                    raise BrokenLaw(f"week {week}: the account '{name}' is overdrawn by {-amount}")
        for name in ARRAYS:
            lowest = int(np.min(getattr(self, name)))
            if lowest < 0:
                raise BrokenLaw(f"week {week}: an account of '{name}' is overdrawn by {-lowest}")


def _move(accounts: dict[str, int], source: str, target: str, amount: int) -> None:
    if amount < 0:
        raise BrokenLaw(f"a transfer from {source} to {target} must not be negative: {amount}")
    accounts[source] -= amount
    accounts[target] += amount


def new_books(counties: int, organs: int, officials: int) -> Books:
    """Empty accounts."""
    z = lambda *s: np.zeros(s, np.int64)  # noqa: E731
    return Books(
        till=z(counties),
        county_chief=z(counties),
        pocket=z(organs, counties),
        chain=z(organs),
        organ_trade=z(N_COURT),
        official_won=z(officials),
        official_cents=z(officials),
        contraband_stock=z(counties),
    )
