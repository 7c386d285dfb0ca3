"""Who is at risk of an outcome when the first policy begins to act: a country that fell before it can tell nothing about policies.

Under the whole prior a part of the possible countries falls within its first year, before anything is done: their paired
differences are zero by construction, and they would only dilute what policies do. They are left out, counted and told, and weeks at
risk are counted from the first week in which any plan acts (left truncation: Klein and Moeschberger 2003, Survival Analysis, 3.4).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from custodes.errors import BadResults
from custodes.experiment.effects import EXPOSED, EXPOSURE
from custodes.experiment.plans import NEVER

if TYPE_CHECKING:
    import pandas as pd

    from custodes.experiment.plans import Plan
    from custodes.experiment.store import Store


class AtRisk(NamedTuple):
    """The runs that a comparison is about."""

    frame: "pd.DataFrame"  #: of countries that stood; exposure from the first week of action
    first_week: int  #: in which any plan begins to act
    fell_before: tuple[int, ...]  #: countries that had broken down by then


def first_week(plans: "Sequence[Plan]") -> int:
    """The first week in which any plan acts; 0 when none does or one acts in the burn-in."""
    weeks = [p.first_week for p in plans if p.first_week < NEVER]
    return max(0, min(weeks, default=0))


def at_risk(frame: "pd.DataFrame", first: int) -> AtRisk:
    """The countries of a store's frame that stood in week `first`, whichever of their runs one looks at."""
    if EXPOSED not in frame or EXPOSURE not in frame:  # no run has ended
        return AtRisk(frame.iloc[:0], first, ())
    fell = (frame[EXPOSED] > 0) & (frame[EXPOSURE] <= first)
    gone = sorted(int(c) for c in frame.loc[fell, "country"].unique())
    kept = frame[~frame["country"].isin(gone)]
    return AtRisk(kept.assign(**{EXPOSURE: kept[EXPOSURE] - first}), first, tuple(gone))


def standing(store: "Store") -> AtRisk:
    """The countries of a study that stood when the first policy began to act; BadResults where none did."""
    seen = at_risk(store.frame(), first_week(store.design.plans))
    if seen.frame.empty:
        raise BadResults(
            f"no country of '{store.path}' has ended its runs and stood when the first policy began to act."
        )
    return seen
