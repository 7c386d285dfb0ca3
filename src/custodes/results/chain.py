"""The money chain of a run: what guards take from households, where it goes, and what the leader gives, in a year.

Every flow is the mean of its weekly series over the run, times 52. Amounts in won are booked as they happen; hard
currency is a stream of its own that meets the won only in the officials' purses.
"""

from typing import TYPE_CHECKING, Final, NamedTuple

from custodes import portable
from custodes.results.table import Table

if TYPE_CHECKING:
    import pandas as pd


class Flow(NamedTuple):
    """A year's flow from one holder to the next."""

    source: str
    target: str
    amount: float
    unit: str
    series: str  #: whose mean it is


HOUSEHOLDS, POCKETS, CHIEFS, CHAINS = "households", "guards' pockets", "county chiefs", "organs' chains"
FUND, OFFICIALS, ABROAD, ORGANS = "leader's fund", "officials' purses", "abroad", "organs' trade"

#: source, target, series, unit: in the order in which the money moves
_FLOWS: Final = (
    (HOUSEHOLDS, POCKETS, "bribes_won", "won"),
    (POCKETS, "guards' households", "guard_take_home_won", "won"),
    (POCKETS, CHIEFS, "to_county_chiefs_won", "won"),
    (POCKETS, CHAINS, "to_organ_chiefs_won", "won"),
    (POCKETS, FUND, "to_leader_won", "won"),
    (CHAINS, OFFICIALS, "officials_won", "won"),
    (FUND, OFFICIALS, "gift_won", "won"),
    (ABROAD, ORGANS, "court_trade_usd", "US$"),
    (ORGANS, FUND, "passed_to_leader_usd", "US$"),
    (ABROAD, FUND, "hidden_to_leader_usd", "US$"),
    (FUND, ABROAD, "gift_luxuries_usd", "US$"),
    (FUND, OFFICIALS, "gift_cash_usd", "US$"),
)


def flows(table: Table, year: int | None = None) -> list[Flow]:
    """The chain's flows a year, over the whole run or the weeks of one year (0 is the first)."""
    weeks = slice(None) if year is None else slice(52 * year, 52 * (year + 1))
    return [
        Flow(source, target, 52.0 * portable.mean(table.national(name)[weeks]), unit, name)
        for source, target, name, unit in _FLOWS
    ]


def frame(table: Table) -> "pd.DataFrame":
    """The flows of the whole run, a row each."""
    import pandas as pd

    return pd.DataFrame(flows(table), columns=list(Flow._fields))
