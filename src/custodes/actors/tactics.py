"""When a tactic's condition holds, how strongly, where, and which events stand behind it.

`judge` evaluates the grammar of `scenario.tactics` over what an actor sees. It knows nothing of who acts or of columns:
numbers in, a `Finding` out. Severity is the reported value over its bound (the bound over the value if it must lie below),
at most `most`; an event counts 1; of `any` the most severe condition that holds, of `all` the least severe.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from custodes.scenario.tactics import BY_ORGAN, Condition, finds_organ
from custodes.world.columns import COURT_ORGANS
from custodes.world.court import NEVER

#: Kinds of records (or levers) that may stand behind an indicator, and for how many weeks they are looked for.
POINTS_TO: Final[Mapping[str, tuple[tuple[str, int], ...]]] = {
    "unrest": (("incident", 26), ("anger_rises", 104), ("broadcast_content", 52)),
    "anger": (("anger_rises", 104),),
    "incidents": (("incident", 26),),
    "food_stress": (("hunger", 104), ("ration_collapse", 104), ("harvest", 60)),
    "rice_price": (("price_doubling", 26), ("dear_food", 52), ("border_open", 52), ("harvest", 60)),
    "state_income": (("trade_cut", 104), ("hardship", 52), ("edict", 52)),
    "corruption": (("guards_unpaid", 52), ("collecting_harder", 52)),
    "rights": (("rights_campaign", 104), ("broadcast_content", 104), ("broadcast_reach", 104)),
    "requests": (("resignation_wave", 26), ("purge", 13), ("budget_army", 104)),
    "flight": (("hunger", 52), ("hardship", 52), ("border_control", 104)),
    "reserve_weeks": (("reserve_empty", 104), ("trade_cut", 104), ("rate_slips", 52)),
    "growth": (("aid_dollars", 104), ("harvest", 60)),
    "market": (("ration_collapse", 104), ("market_tolerance", 104)),
    "away": (("purge", 104),),
    "blame": (("scandal", 26),),
    "evidence": (("denunciation", 52),),
    "failure": (("sabotage", 26), ("currency_reform", 52)),
}
MOST_CAUSES: Final = 3
INFINITE: Final = 1e300


class Seen(NamedTuple):
    """What an actor sees when he decides."""

    values: Mapping[str, float]  #: national indicators, as he believes them
    means: Mapping[str, float]  #: their long means
    organs: Mapping[str, Sequence[float]]  #: indicators by organ of the court (10,)
    events: Callable[
        [str, int, str | None], Sequence[tuple[str, float]]
    ]  #: kind, weeks, organ: (id, magnitude), newest first
    most: float = 2.0  #: the highest severity


class Ground(NamedTuple):
    """One simple condition that holds, with what made it hold."""

    condition: Condition
    value: float = 0.0  #: of the indicator, or the event's magnitude
    mean: float = 1.0  #: the long mean that the bound is a multiple of
    organ: int = -1  #: of the court; -1: the whole country
    event: str = ""


class Finding(NamedTuple):
    """A condition that holds."""

    severity: float
    organ: int = -1  #: of the court, where it was found; -1: the whole country
    grounds: tuple[Ground, ...] = ()


def judge(condition: Condition, seen: Seen, organ: int = -1) -> Finding | None:
    """The finding of a condition, or None if it does not hold; with `organ`, indicators by organ mean that one."""
    if condition.indicator is not None:
        return _indicator(condition, seen, organ)
    if condition.event is not None:
        return _event(condition, seen)
    if condition.any is not None:
        return _most_severe([judge(c, seen, organ) for c in condition.any])
    if organ >= 0 or not finds_organ(condition):
        return _together([judge(c, seen, organ) for c in condition.all or ()], organ)
    return _most_severe([judge(condition, seen, o) for o in range(len(COURT_ORGANS))])


def _most_severe(found: Sequence[Finding | None]) -> Finding | None:
    """The first of the most severe."""
    best = None
    for finding in found:
        if finding is not None and (best is None or finding.severity > best.severity):
            best = finding
    return best


def _together(found: Sequence[Finding | None], organ: int) -> Finding | None:
    """All hold, or none does: the least severe sets the severity, the grounds add up."""
    here = [f for f in found if f is not None]
    if len(here) < len(found):
        return None
    where = max((f.organ for f in here), default=organ)
    return Finding(min(f.severity for f in here), where, tuple(g for f in here for g in f.grounds))


def _event(condition: Condition, seen: Seen) -> Finding | None:
    low = -INFINITE if condition.larger is None else condition.larger
    high = INFINITE if condition.smaller is None else condition.smaller
    found = seen.events(condition.event or "", condition.within_weeks, None)
    event, size = next(((e, size) for e, size in found if low <= size < high), (None, 0.0))
    if condition.none:
        return None if event is not None else Finding(1.0, -1, (Ground(condition),))
    return None if event is None else Finding(1.0, -1, (Ground(condition, size, event=event),))


def _indicator(condition: Condition, seen: Seen, organ: int) -> Finding | None:
    name = condition.indicator or ""
    if name not in BY_ORGAN:
        return _compare(condition, seen, seen.values[name], -1)
    if condition.organ not in (None, "all"):
        organ = COURT_ORGANS.index(str(condition.organ))
    values = seen.organs[name]
    if organ >= 0:
        return _compare(condition, seen, values[organ], organ)
    return _most_severe([_compare(condition, seen, value, o) for o, value in enumerate(values)])


def _compare(condition: Condition, seen: Seen, value: float, organ: int) -> Finding | None:
    mean = seen.means[condition.indicator or ""] if condition.times else 1.0
    if condition.above is not None:
        if not value >= condition.above * mean:
            return None
        severity = _ratio(value, condition.above * mean, seen.most)
    else:
        bound = (condition.below or 0.0) * mean
        if not value < bound:
            return None
        severity = _ratio(bound, value, seen.most)
    return Finding(severity, organ, (Ground(condition, value, mean, organ),))


def _ratio(top: float, bottom: float, most: float) -> float:
    if bottom > 0.0:
        return min(most, max(0.0, top / bottom))
    return most if top > 0.0 else 1.0


def intensity(condition: Condition, seen: Seen) -> float:
    """How strong a threat is, whether its condition holds or not: what `judge` gives as severity, below 1 where it does not."""
    if condition.any is not None:
        return max(intensity(c, seen) for c in condition.any)
    if condition.all is not None:
        return min(intensity(c, seen) for c in condition.all)
    if condition.event is not None:
        return 1.0 if _event(condition, seen) else 0.0
    name = condition.indicator or ""
    known = seen.organs[name] if name in BY_ORGAN else [seen.values[name]]
    mean = seen.means[name] if condition.times else 1.0
    if condition.above is not None:
        return max(_ratio(value, condition.above * mean, seen.most) for value in known)
    return max(_ratio((condition.below or 0.0) * mean, value, seen.most) for value in known)


# --- reasons ------------------------------------------------------------------------------------------------------------


#: Indicators whose name says too little, as a reason says them.
CALLED: Final = {
    "culprit_weeks": "weeks without a culprit",
    "requests": "share of officers who ask to leave a year",
    "away": "fallen chiefs who are idle",
    "reserve_weeks": "weeks of purchases in reserve",
    "food_stress": "unmet food need",
    "dues": "fees and levies, won a week",
    "state_income": "state income, won a week",
}


def figures(finding: Finding) -> str:
    """The figures that made a condition hold: `food stress 0.18, at least 0.15; no purge for 26 weeks`."""
    return "; ".join(_figure(ground) for ground in finding.grounds)


def _figure(ground: Ground) -> str:
    condition = ground.condition
    if condition.event is not None:
        called = condition.event.replace("_", " ")
        if condition.none:
            return f"no {called} for {condition.within_weeks} weeks"
        return f"{called} of {number(ground.value)}" if condition.larger is not None else called
    name = condition.indicator or ""
    called = CALLED.get(name, name.replace("_", " "))
    if name == "culprit_weeks" and ground.value >= NEVER:
        return f"no culprit was ever found in {COURT_ORGANS[ground.organ].replace('_', ' ')}"
    of = f" of {COURT_ORGANS[ground.organ].replace('_', ' ')}" if ground.organ >= 0 else ""
    bound = f"at least {condition.above:g}" if condition.above is not None else f"below {condition.below:g}"
    times = f" times its mean of {number(ground.mean)}" if condition.times else ""
    return f"{called}{of} {number(ground.value)}, {bound}{times}"


def number(value: float) -> str:
    """Three figures, and no powers of ten: 0.182, 4,910, 925 million."""
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if abs(value) >= size:
            return f"{value / size:,.{0 if abs(value) >= 100 * size else 1}f} {word}"
    if abs(value) >= 100.0:
        whole = round(value)
        cut = 10 ** max(0, len(str(abs(whole))) - 3)
        return f"{whole // cut * cut:,}"
    return f"{value:.3g}" if value == 0.0 or abs(value) >= 1e-4 else f"{value:.6f}"


def causes(finding: Finding, seen: Seen) -> list[str]:
    """The events that a finding rests on, and the newest that may have moved its indicators."""
    found: list[str] = []
    for ground in finding.grounds:
        found += [ground.event] if ground.event else []
        where = COURT_ORGANS[ground.organ] if ground.organ >= 0 else None
        for kind, weeks in POINTS_TO.get(ground.condition.indicator or "", ()):
            found += [e for e, _ in seen.events(kind, weeks, where)[:1] if e]
    return list(dict.fromkeys(found))[:MOST_CAUSES]
