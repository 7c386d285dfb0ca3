"""When a tactic's condition holds, how strongly, where, and which events stand behind it.

`judge` evaluates the grammar of `scenario.tactics` over what an actor sees. It knows nothing of who acts or of columns:
numbers in, a `Finding` out. Severity is the reported value over its bound (the bound over the value if it must lie below),
at most `most`; an event counts 1; of `any` the most severe condition that holds, of `all` the least severe.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from custodes.scenario.tactics import BY_ORGAN, Condition, finds_organ
from custodes.world.columns import COURT_ORGANS

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


class Seen(NamedTuple):
    """What an actor sees when he decides."""

    values: Mapping[str, float]  #: national indicators, as he believes them
    means: Mapping[str, float]  #: their long means
    organs: Mapping[str, Sequence[float]]  #: indicators by organ of the court (10,)
    events: Callable[[str, int, str | None], Sequence[tuple[str, float]]]  #: kind, weeks, organ: (id, magnitude), newest first
    most: float = 2.0  #: the highest severity


class Finding(NamedTuple):
    """A condition that holds."""

    severity: float
    organ: int = -1  #: of the court, where it was found; -1: the whole country
    figures: tuple[str, ...] = ()  #: "food stress 0.18, at least 0.15"
    causes: tuple[str, ...] = ()  #: ids of the events behind it


def judge(condition: Condition, seen: Seen, organ: int = -1) -> Finding | None:
    """The finding of a condition, or None if it does not hold; with `organ`, indicators by organ mean that one."""
    if condition.any is not None:
        return _most_severe(f for c in condition.any if (f := judge(c, seen, organ)))
    if condition.all is not None:
        if organ >= 0 or not finds_organ(condition):
            return _together([judge(c, seen, organ) for c in condition.all], organ)
        return _most_severe(f for o in range(len(COURT_ORGANS)) if (f := judge(condition, seen, o)))
    if condition.event is not None:
        return _event(condition, seen)
    return _indicator(condition, seen, organ)


def _most_severe(found: object) -> Finding | None:
    """The first of the most severe."""
    return max(found, key=lambda f: f.severity, default=None)  # type: ignore[call-overload,no-any-return]


def _together(found: Sequence[Finding | None], organ: int) -> Finding | None:
    """All hold, or none does: the least severe sets the severity, the figures and causes add up."""
    here = [f for f in found if f is not None]
    if len(here) < len(found):
        return None
    causes = tuple(dict.fromkeys(c for f in here for c in f.causes))
    where = max((f.organ for f in here), default=organ)
    return Finding(min(f.severity for f in here), where, tuple(x for f in here for x in f.figures), causes)


def _event(condition: Condition, seen: Seen) -> Finding | None:
    kind = condition.event or ""
    low = float("-inf") if condition.larger is None else condition.larger
    high = float("inf") if condition.smaller is None else condition.smaller
    found = [(event, size) for event, size in seen.events(kind, condition.within_weeks, None) if low <= size < high]
    called = kind.replace("_", " ")
    if condition.none:
        return None if found else Finding(1.0, -1, (f"no {called} for {condition.within_weeks} weeks",))
    if not found:
        return None
    size = f" of {found[0][1]:.3g}" if condition.larger is not None else ""
    return Finding(1.0, -1, (f"{called}{size}",), (found[0][0],) if found[0][0] else ())


def _indicator(condition: Condition, seen: Seen, organ: int) -> Finding | None:
    name = condition.indicator or ""
    if name not in BY_ORGAN:
        return _compare(condition, seen, seen.values[name], -1)
    if condition.organ not in (None, "all"):
        organ = COURT_ORGANS.index(str(condition.organ))
    places = [organ] if organ >= 0 else range(len(COURT_ORGANS))
    return _most_severe(f for o in places if (f := _compare(condition, seen, float(seen.organs[name][o]), o)))


def _compare(condition: Condition, seen: Seen, value: float, organ: int) -> Finding | None:
    name = condition.indicator or ""
    mean = seen.means[name] if condition.times else 1.0
    above = condition.above is not None
    given = condition.above if condition.above is not None else condition.below or 0.0
    bound = given * mean
    if not (value >= bound if above else value < bound):
        return None
    severity = _ratio(value, bound, seen.most) if above else _ratio(bound, value, seen.most)
    return Finding(severity, organ, (_figure(condition, value, organ, given, mean),), _behind(name, seen, organ))


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


def _figure(condition: Condition, value: float, organ: int, given: float, mean: float) -> str:
    called = (condition.indicator or "").replace("_", " ")
    of = f" of {COURT_ORGANS[organ].replace('_', ' ')}" if organ >= 0 else ""
    bound = "at least" if condition.above is not None else "below"
    times = f" times its mean of {mean:.4g}" if condition.times else ""
    return f"{called}{of} {value:.4g}, {bound} {given:g}{times}"


def _behind(name: str, seen: Seen, organ: int) -> tuple[str, ...]:
    """The newest events that may have moved an indicator, those of the organ if it has one."""
    where = COURT_ORGANS[organ] if organ >= 0 else None
    found = [e for kind, weeks in POINTS_TO.get(name, ()) for e, _ in seen.events(kind, weeks, where)[:1]]
    return tuple(dict.fromkeys(e for e in found if e))[:MOST_CAUSES]
