"""What a run says of the court beside the facts: falls, returns, the minister's tenure, elite defectors, softened agents.

Counts of officials are of the table's posts, which stand for themselves. Where a fact speaks of few cases, its counterpart
carries the number it rests on: below `ENOUGH` a single run is too few to tell, and several must be put together.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import portable
from custodes.observe import outcomes
from custodes.observe.events import EventLog
from custodes.world.columns import B_ARMY, COURT_ORGANS

if TYPE_CHECKING:
    from custodes.results.table import Table

F = NDArray[np.float64]
Falls = Sequence[dict[str, Any]]

WEEKS_A_MONTH: Final = 52.0 / 12.0
WEEKS_A_YEAR: Final = 52.0
TOP: Final = ("chief", "deputy")
LIVE: Final = ("demotion", "reeducation", "dismissal", "prison")  #: fates of those who fell and were not executed
BACK_WITHIN: Final = 104  #: weeks (C20)
LONGEST_AWAY: Final = 52  #: a stay is only counted if it could have ended within the run
LEAST: Final = 0.1  #: fall of threats, as a share of the quarter before the order, from which agents are softer
REACHED: Final = 0.9  #: share of the softening at which it has set in
GONE: Final = 0.5  #: share of it that is left when it is over
ENOUGH: Final = 5  #: cases below which one run cannot tell


class Seen(NamedTuple):
    """A quantity of one run, and the cases behind it."""

    value: float
    cases: int
    one: float = 0.0  #: what one case more adds, if the value is a rate


class CourtRun(NamedTuple):
    """What the comparison needs of a run beside its series."""

    falls: Falls  #: records of the register since week 0
    log: EventLog


class CourtStanding(NamedTuple):
    """How a fact's counterpart is computed; nothing where the run has no such case."""

    fact: str
    what: str
    unit: str
    compute: Callable[["Table", CourtRun], Seen | None]


def _a_year(table: "Table", cases: int, scale: float = 1.0) -> Seen:
    one = scale * WEEKS_A_YEAR / table.weeks
    return Seen(cases * one, cases, one)


def _within(table: "Table", run: CourtRun) -> Falls:
    """Falls in the weeks that the comparison looks at."""
    return [fall for fall in run.falls if fall["week"] < table.weeks]


def _top(table: "Table", run: CourtRun) -> Falls:
    return [fall for fall in _within(table, run) if fall["rank"] in TOP]


def _fell_at_the_top(table: "Table", run: CourtRun) -> Seen:
    """Chiefs and deputies executed or purged, a year."""
    return _a_year(table, sum(fall["fate"] != "warning" for fall in _top(table, run)))


def _executed(table: "Table", run: CourtRun) -> Seen:
    """Officials of any rank executed, a year."""
    return _a_year(table, sum(fall["fate"] == "execution" for fall in _within(table, run)))


def _months_away(table: "Table", run: CourtRun) -> Seen | None:
    """Median stay of re-educated chiefs and deputies who came back, months."""
    stays = [
        fall["returned_week"] - fall["week"]
        for fall in _top(table, run)
        if fall["fate"] == "reeducation"
        and fall["returned_week"] is not None
        and fall["week"] < table.weeks - LONGEST_AWAY
    ]
    return Seen(float(np.median(stays)) / WEEKS_A_MONTH, len(stays)) if stays else None


def _back_in_office(table: "Table", run: CourtRun) -> Seen | None:
    """Per cent of the chiefs and deputies who fell and lived who had a post within 24 months; the demoted have one at once."""
    known = [fall for fall in _top(table, run) if fall["fate"] in LIVE and fall["week"] < table.weeks - BACK_WITHIN]
    back = sum(_came_back(fall) for fall in known)
    return Seen(100.0 * back / len(known), len(known)) if known else None


def _came_back(fall: dict[str, Any]) -> bool:
    returned = fall["returned_week"]
    return fall["fate"] == "demotion" or (returned is not None and returned - fall["week"] <= BACK_WITHIN)


def _ministers_tenure(table: "Table", _: CourtRun) -> Seen | None:
    """Months in which the army's chief held his post, for each who left it: the time seen over the ends seen."""
    weeks = table.national("chief_tenure", COURT_ORGANS[B_ARMY])
    ends = int((np.diff(weeks) < 0.0).sum())
    return Seen(len(weeks) / WEEKS_A_MONTH / ends, ends) if ends else None


def _defectors(table: "Table", _: CourtRun) -> Seen:
    return _a_year(table, round(float(table.national("envoy_defections").sum())))


def _attempts(table: "Table", _: CourtRun) -> Seen:
    """Per cent a year."""
    return _a_year(table, round(float(table.national("coup_attempts").sum())), 100.0)


def _breakdowns(table: "Table", run: CourtRun) -> Seen:
    """Per cent a year."""
    name, week = outcomes.outcome(run.log)
    ended = outcomes.named(name).breakdown and week is not None and week < table.weeks
    return _a_year(table, int(ended), 100.0)


# --- what the agents of an organ do after an order ------------------------------------------------------------------------


def _order(table: "Table", run: CourtRun, organ: str) -> int | None:
    """Week of the first order to an organ that came with the fall of its chief, if a quarter of the run remains after it."""
    weeks = [
        event.week
        for event in run.log
        if event.lever == "chief_purged" and event.organ == organ and 0 < event.week < table.weeks - 13
    ]
    return min(weeks, default=None)


def _against_before(table: "Table", run: CourtRun, organ: str = "state_security") -> F | None:
    """The organ's weekly threats from the order on, as shares of the quarter before it."""
    week = _order(table, run, organ)
    if week is None:
        return None
    threats = table.national("threats", organ)
    before = portable.mean(threats[max(0, week - 13) : week])
    return threats[week:] / before if before > 0.0 else None


def _first(level: F, span: int, reached: Callable[[float], bool], since: int = 0) -> int | None:
    """First week from which the mean of `span` weeks satisfies a condition."""
    for i in range(since, len(level) - span + 1):
        if reached(portable.mean(level[i : i + span])):
            return i
    return None


def _softened(shares: F) -> tuple[int, float] | None:
    """How far threats fell within a year, as a share of before, and the week of the lowest month; None for less than a tenth."""
    months = [portable.mean(shares[i : i + 4]) for i in range(min(52, len(shares) - 3))]
    lowest = int(np.argmin(months))
    return (lowest, 1.0 - months[lowest]) if months[lowest] < 1.0 - LEAST else None


def _lag(table: "Table", run: CourtRun) -> Seen | None:
    """Months from the fall of the chief until nine tenths of the softening are reached."""
    shares = _against_before(table, run)
    found = _softened(shares) if shares is not None else None
    if shares is None or found is None:
        return None
    first = _first(shares, 4, lambda x: x <= 1.0 - REACHED * found[1])
    return None if first is None else Seen((first + 4) / WEEKS_A_MONTH, ENOUGH)


def _persistence(table: "Table", run: CourtRun) -> Seen | None:
    """Months from the fall of the chief until half of the softening is gone; a run that ends before cannot tell (no cases)."""
    shares = _against_before(table, run)
    found = _softened(shares) if shares is not None else None
    if shares is None or found is None:
        return None
    back = _first(shares, 13, lambda x: x >= 1.0 - GONE * found[1], found[0])
    return Seen((len(shares) if back is None else back + 6) / WEEKS_A_MONTH, 0 if back is None else ENOUGH)


COURT: Final = (
    CourtStanding("C18", "chiefs and deputies executed or purged a year", "persons/year", _fell_at_the_top),
    CourtStanding("C18e", "officials executed a year, all ranks", "persons/year", _executed),
    CourtStanding("C19", "stay of re-educated chiefs and deputies, median", "months", _months_away),
    CourtStanding("C20", "fallen chiefs and deputies who lived, back within 24 months", "per cent", _back_in_office),
    CourtStanding("C21", "tenure of the minister who commands the army", "months", _ministers_tenure),
    CourtStanding("C22", "from the fall of the chief of state security to softer agents", "months", _lag),
    CourtStanding("C23", "softer agents of state security, until half of it is gone", "months", _persistence),
    CourtStanding("C29", "officials abroad who defect, a year", "persons/year", _defectors),
    CourtStanding("t10", "breakdowns of the regime, in 100 years", "per cent a year", _breakdowns),
    CourtStanding("t10coup", "coup attempts, in 100 years", "per cent a year", _attempts),
)


def judge(seen: Seen, low: float, high: float) -> bool | None:
    """Whether one run, or several put together, lie inside a fact's range; None: too few cases to tell.

    Of a rate the 95 % interval (Poisson, seen from above) decides, as for arrivals.
    """
    if seen.cases < ENOUGH and seen.one == 0.0:
        return None
    if low <= seen.value <= high:
        return True if seen.cases >= ENOUGH else None
    error = (2.0 + 1.96 * float(np.sqrt(seen.cases + 1.0))) * seen.one
    return None if seen.value - error <= high and seen.value + error >= low else False


def together(seen: Sequence[Seen]) -> Seen:
    """Several runs as one: the mean of rates, else the mean weighed by cases."""
    cases = sum(s.cases for s in seen)
    if any(s.one for s in seen):
        return Seen(portable.mean([s.value for s in seen]), cases, portable.mean([s.one for s in seen]) / len(seen))
    weights = [s.cases or 1 for s in seen]
    return Seen(portable.total([s.value * w for s, w in zip(seen, weights, strict=True)]) / sum(weights), cases)
