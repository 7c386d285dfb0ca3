"""Indicators: what has moved away from the usual, and what stands behind it, so that a crowd can be traced to a lever.

An indicator compares its recent value with what is usual *here*: its own mean over the last year of burn-in, which
afterwards follows so slowly (five years) that a change counts as a change for long. It stands once it is beyond its
threshold and what mere chance did in that first year, and falls when half of the way back is gone (hysteresis): one
record a crossing. A province's record is its own; where the whole nation stands already, the nation's speaks for it.

What a record names as its causes: the links of `KINDS` that stand now. A link that has gone half the way to its own
threshold passes on what stands behind it; a link that has not moved names nothing, and a chain may end here: honestly.
Levers count while they lie on the harmful side of what they usually were. Indicators move nothing: they only tell.
Thresholds are ours, grade D. MODEL.md section 6, Causes.
"""

from functools import cache, lru_cache
from itertools import repeat
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes.actors.levers import DEFAULTS, LEVERS
from custodes.engine.step import Week
from custodes.jit import njit
from custodes.mechanisms.indicator_measures import measured
from custodes.world.columns import ORGANS, POLICE, STATE_SECURITY
from custodes.world.state import World

F = NDArray[np.float64]

READS = (
    "places.province places.provinces guards.paid guards.effort guards.staff guards.capacity national.won_per_dollar national.rice_price "
    "national.harvest_grams sums.stress_u16 sums.income sums.households sums.anger_u16 sums.support_i16 sums.adults "
    "sums.bribes sums.settlements memory levers"
)
WRITES = "memory"

NATION: Final = ""  #: the place of what holds for the whole country
EVER: Final = 10**6  #: weeks: as far back as the log goes
TONNE: Final = 1e6  #: grams


class Params(NamedTuple):
    """Group `indicators`. Thresholds are shares of the usual value unless said."""

    learning: float  #: weeks before the start whose mean is the usual at first (without a burn-in: the first weeks)
    usual: float  #: weeks over which the usual follows afterwards
    recent: float  #: weeks over which the recent value is smoothed
    release: float  #: share of a threshold below which an indicator falls, and above which a link passes causes on
    luck: float  #: mean deviations of the learning weeks that are added to a threshold
    lever_weeks: float  #: how far back a lever's moves are named
    news_weeks: float  #: how long an impulse, a relapse or a harvest counts
    bad_harvest: float  #: share of the planned harvest below which it is named
    hunger: float  #: rise of food stress
    hunger_floor: float  #: food stress below which the rise counts as a share of this
    hardship: float  #: fall of household income
    guards_unpaid: float  #: fall of an organ's pay and kind
    collecting_harder: float  #: rise of an organ's effort, or of what it takes out of income
    anger_rises: float  #: rise of anger over extortion
    support_falls: float  #: fall of private support, points on -1 to 1
    control_weakens: float  #: fall of control capacity
    rate_slips: float  #: rise of won a dollar
    dear_food: float  #: rise of the rice price


class Kind(NamedTuple):
    """What an indicator is: which way is bad, and what its causes may be."""

    sign: float  #: 1: a rise is bad; -1: a fall
    behind: tuple[str, ...]  #: indicators that feed it
    standing: tuple[str, ...]  #: kinds of records that count while the memory of that name is set
    news: tuple[str, ...]  #: kinds of records that count for `news_weeks`
    levers: tuple[str, ...]  #: levers that feed it; + or - says which side of the usual does harm


#: In the order of their computing: causes before effects. Every link is one that the mechanism itself reads.
KINDS: Final[dict[str, Kind]] = {
    "rate_slips": Kind(1, (), ("reserve_empty",), (), ("+trade_cut", "-trade_leak", "-aid_dollars", "-border_open")),
    "dear_food": Kind(
        1,
        ("rate_slips",),
        ("ration_collapse",),
        ("harvest",),
        ("-border_open", "-budget_food", "-import_grain_extra", "-aid_grain"),
    ),
    "guards_unpaid": Kind(
        -1,
        (),
        ("ration_collapse",),
        ("harvest",),
        (
            "+trade_cut",
            "-trade_leak",
            "+organ_revenue_cut",
            "-budget_security",
            "-guards_pay",
            "-aid_dollars",
            "-border_open",
            "-budget_food",
            "-import_grain_extra",
            "-aid_grain",
        ),
    ),
    "collecting_harder": Kind(1, ("guards_unpaid",), ("softened",), ("relapse", "edict"), ()),
    "hardship": Kind(
        -1,
        ("guards_unpaid",),
        (),
        ("market_closure",),
        ("-market_tolerance", "-budget_economy", "-budget_gifts", "+trade_cut", "-aid_dollars"),
    ),
    "hunger": Kind(
        1,
        ("dear_food", "hardship"),
        ("ration_collapse",),
        ("harvest",),
        ("-budget_food", "-import_grain_extra", "-aid_grain", "ration_priority", "+budget_army", "+levy_extra"),
    ),
    "anger_rises": Kind(
        1,
        ("collecting_harder",),
        ("rights_campaign",),
        ("relapse",),
        ("+broadcast_reach", "+broadcast_content", "-information_control"),
    ),
    "support_falls": Kind(
        -1,
        ("hunger", "hardship", "anger_rises"),
        ("rights_campaign",),
        ("promise",),
        ("+broadcast_reach", "+broadcast_content", "-information_control", "-budget_propaganda"),
    ),
    "control_weakens": Kind(-1, ("guards_unpaid", "collecting_harder"), (), ("chief_purged", "edict"), ()),
}
BY_ORGAN: Final = ("guards_unpaid", "collecting_harder")
BY_PROVINCE: Final = ("hardship", "hunger", "anger_rises", "support_falls", "control_weakens")
#: What the spark and the cascade of a crowd read themselves: anger; grievance (support, hunger); the risk of arrest.
INPUTS_OF_CROWDS: Final = ("anger_rises", "hunger", "support_falls", "control_weakens")
TAKEN: Final = "collecting_harder.taken"  #: the second measure of that indicator
SOFTENED: Final = "softened"  #: enforcement's memory of an organ that has softened, `softened.<organ>`


class Series(NamedTuple):
    """One measure at one place, and its names in the world's memory."""

    kind: str
    place: str  #: a province, or the nation
    organ: str
    recent: str
    usual: str
    luck: str
    level: str  #: how far beyond the threshold, while at least `release`
    stands: str  #: since which week it stands
    told: str  #: the week of its record


@cache
def _key(part: str, kind: str, place: str, organ: str) -> str:
    """Name in the world's memory."""
    return ".".join(["indicator", part, kind, *(name for name in (place, organ) if name)])


@cache
def series(provinces: tuple[str, ...]) -> tuple[Series, ...]:
    """All indicators, causes before effects, the nation before its provinces; last, what each organ takes."""
    at = [(kind, NATION, "") for kind in ("rate_slips", "dear_food")]
    at += [(kind, NATION, organ) for kind in BY_ORGAN for organ in ORGANS]
    at += [(kind, place, "") for kind in BY_PROVINCE for place in (NATION, *provinces)]
    at += [(TAKEN, NATION, organ) for organ in ORGANS]
    parts = ("recent", "usual", "luck", "level", "stands", "told")
    return tuple(Series(*names, *(_key(part, *names) for part in parts)) for names in at)


def settle(world: World, week: Week, p: Any) -> None:
    """Measure every indicator, move what is usual, and record what has begun to stand this week."""
    own: Params = p.indicators
    _watch_levers(world, week, own)
    _watch_harvest(world, week, p)
    learnt = _learnt(world, week, own)
    gaps = _follow(world, measured(world, p), learnt, own)
    if learnt >= own.learning and week.number >= 0:
        memory, release = world.memory, own.release
        for it, gap in zip(series(world.places.provinces), gaps, strict=False):  # takings are judged with effort
            if gap >= release or it.level in memory:
                _judge(world, week, it, gap, p)


# --- what is usual -------------------------------------------------------------------------------------------------------


def _learnt(world: World, week: Week, own: Params) -> float:
    """Weeks of learning so far, this one included: they begin `learning` weeks before the start."""
    weeks = world.memory.get("indicator.weeks", 0.0)
    if week.number >= -own.learning:
        world.memory["indicator.weeks"] = weeks = min(weeks + 1.0, own.learning + 1.0)
    return weeks


def _follow(world: World, now: F, learnt: float, own: Params) -> list[float]:
    """Move recent and usual values; return how far beyond its threshold each series is (1: just there; the farther of an
    organ's effort and takings)."""
    memory, names, size = world.memory, _names(world.places.provinces), now.size
    recent = np.fromiter(map(memory.get, names.recent, now.tolist()), np.float64, size)
    usual = np.fromiter(map(memory.get, names.usual, repeat(np.nan)), np.float64, size)
    luck = np.fromiter(map(memory.get, names.luck, repeat(0.0)), np.float64, size)
    gaps, learning = np.empty(size), 0.0 < learnt <= own.learning
    step = own.usual if learnt > own.learning else learnt
    _move(
        now, recent, usual, luck, gaps, _thresholds(world.places.provinces, own), (own.recent, own.luck, step, learning)
    )
    if step > 0.0:
        memory.update(zip(names.usual, usual.tolist(), strict=True))
    if learning:
        memory.update(zip(names.luck, luck.tolist(), strict=True))
    memory.update(zip(names.recent, recent.tolist(), strict=True))
    effort, taken = slice(names.effort, names.effort + len(ORGANS)), slice(-len(ORGANS), None)
    gaps[effort] = np.maximum(gaps[effort], gaps[taken])
    return gaps[: -len(ORGANS)].tolist()  # type: ignore[no-any-return]


@njit
def _move(now, recent, usual, luck, gaps, limits, rates):  # type: ignore[no-untyped-def]
    """Recent, usual and, while it is learnt, luck of every series, moved in place; `usual` is NaN where it is not yet known."""
    sign, threshold, floor, plain = limits
    smoothing, lucky, step, learning = rates
    for i in range(now.size):
        recent[i] += (now[i] - recent[i]) / smoothing
        if np.isnan(usual[i]):
            usual[i] = recent[i]
        scale = 1.0 if plain[i] else max(usual[i], floor[i])
        gaps[i] = sign[i] * (recent[i] - usual[i]) / (threshold[i] * scale + lucky * luck[i])
        if step > 0.0:
            usual[i] += (recent[i] - usual[i]) / step
        if learning:
            luck[i] += (abs(recent[i] - usual[i]) - luck[i]) / step


class Names(NamedTuple):
    """Names in memory of all series, in their order, and the first of organs' effort."""

    recent: tuple[str, ...]
    usual: tuple[str, ...]
    luck: tuple[str, ...]
    effort: int


@cache
def _names(provinces: tuple[str, ...]) -> Names:
    every = series(provinces)
    effort = next(i for i, it in enumerate(every) if it.kind == "collecting_harder")
    return Names(
        tuple(it.recent for it in every), tuple(it.usual for it in every), tuple(it.luck for it in every), effort
    )


@lru_cache(maxsize=8)
def _thresholds(provinces: tuple[str, ...], own: Params) -> tuple[F, F, F, NDArray[np.bool_]]:
    """Of every series: which way is bad, its threshold, the least that this is a share of, and whether it is no share."""
    kinds = ["collecting_harder" if it.kind == TAKEN else it.kind for it in series(provinces)]
    return (
        np.array([KINDS[kind].sign for kind in kinds]),
        np.array([getattr(own, kind) for kind in kinds]),
        np.array([own.hunger_floor if kind == "hunger" else 1e-9 for kind in kinds]),
        np.array([kind == "support_falls" for kind in kinds]),
    )


def _watch_levers(world: World, week: Week, own: Params) -> None:
    """What each lever usually was: its value before the start, and then as slowly as everything; kept once it moves."""
    memory = world.memory
    for name, organ, key, default in _watched():
        now = _lever(week.levers, name, organ)
        if week.number < 0 and now != default:
            memory[key] = now
        elif week.number < 0:
            memory.pop(key, None)
        elif now != default or key in memory:
            usual = memory.get(key, default)
            memory[key] = usual + (now - usual) / own.usual


@cache
def _watched() -> tuple[tuple[str, int, str, float], ...]:
    """Every lever that an indicator names with its side, once an organ where organs have it (else -1): its name in memory
    and what it is if nobody moves it."""
    names = sorted({lever[1:] for kind in KINDS.values() for lever in kind.levers if lever[0] in "+-"})
    return tuple(
        (n, o, _key("lever", n, "", ORGANS[o] if o >= 0 else ""), _lever(DEFAULTS, n, o))
        for n in names
        for o in (range(len(ORGANS)) if LEVERS[n].per_organ else (-1,))
    )


def _lever(levers: Any, name: str, organ: int) -> float:
    return float(getattr(levers, name) if organ < 0 else getattr(levers, name)[organ])


def _watch_harvest(world: World, week: Week, p: Any) -> None:
    """Remember how good the last harvest on record was."""
    if week.log.latest("harvest", 0):
        planned = p.rations.harvest * TONNE
        brought = world.national.harvest_grams * float(week.levers.harvest_factor)
        world.memory["indicator.harvest"] = brought / planned if planned > 0.0 else 1.0


# --- what stands ---------------------------------------------------------------------------------------------------------


def _judge(world: World, week: Week, it: Series, gap: float, p: Any) -> None:
    """Let an indicator stand, fall or stay; record it once, unless the nation's record speaks for the province."""
    own: Params = p.indicators
    memory = world.memory
    if gap < own.release:
        for name in (it.level, it.stands, it.told):
            memory.pop(name, None)
        return
    memory[it.level] = gap
    if gap >= 1.0 and it.stands not in memory:
        memory[it.stands] = float(week.number)
    if it.stands in memory and it.told not in memory and not (it.place and _key("told", it.kind, NATION, "") in memory):
        memory[it.told] = float(week.number)
        now, usual = memory[it.recent], memory[it.usual]
        week.log.record(
            it.kind,
            week.number,
            place=it.place,
            organ=it.organ,
            causes=_causes(world, week, it.kind, it.place, it.organ, p),
            magnitude=now - usual if it.kind == "support_falls" else now / usual if usual else now,
            text=_text(world, it, now, usual),
        )


def standing(world: World, week: Week, kind: str, place: str = NATION, organ: str = "") -> list[str]:
    """The newest record of an indicator that stands at the place: its own, else the nation's; none where it does not stand."""
    memory = world.memory
    if _key("stands", kind, place, organ) not in memory:
        return []
    own, nation = (memory.get(_key("told", kind, where, organ), float(-EVER)) for where in (place, NATION))
    return week.log.latest(kind, EVER, place=place if own >= nation else NATION, organ=organ)[:1]


def behind_crowd(world: World, week: Week, county: int) -> list[str]:
    """Records of the inputs of a crowd that stand in the county's province."""
    place = world.places.provinces[world.places.province[county]]
    return [event for kind in INPUTS_OF_CROWDS for event in standing(world, week, kind, place)]


def _causes(world: World, week: Week, kind: str, place: str, organ: str, p: Any) -> list[str]:
    """Records behind an indicator; a link half way to its threshold passes on what is behind it."""
    own: Params = p.indicators
    found: list[str] = []
    for link in KINDS[kind].behind:
        where = place if link in BY_PROVINCE else NATION
        for of in _organs(link, kind, organ):
            here = standing(world, week, link, where, of)
            if not here and world.memory.get(_key("level", link, where, of), 0.0) >= own.release:
                here = _causes(world, week, link, where, of, p)
            found += here
    found += _records(world, week, kind, organ, own)
    for lever in KINDS[kind].levers:
        found += _moves(world, week, lever, organ, own)
    return list(dict.fromkeys(found))


def _organs(link: str, kind: str, organ: str) -> tuple[str, ...]:
    """Whose part of a link counts: the organ's own; for control that of those who hold the streets; else every organ's."""
    if link not in BY_ORGAN:
        return ("",)
    if organ:
        return (organ,)
    return (ORGANS[STATE_SECURITY], ORGANS[POLICE]) if kind == "control_weakens" else ORGANS


def _records(world: World, week: Week, kind: str, organ: str, own: Params) -> list[str]:
    """Shocks and impulses behind an indicator, of the organ or of no named one."""
    what, log, news = KINDS[kind], week.log, int(own.news_weeks)
    found: list[str] = []
    for name in what.standing:
        if name == SOFTENED:
            found += log.latest("softening", EVER, organ=organ)[:1] if world.memory.get(f"softened.{organ}") else []
        elif world.memory.get(name):
            found += log.latest(name, EVER)[:1]
    for name in what.news:
        if name == "harvest":
            bad = world.memory.get("indicator.harvest", 1.0) < own.bad_harvest
            found += log.latest(name, news)[:1] if bad else []
        elif organ:
            found += log.latest(name, news, organ=organ)[:1] or log.latest(name, news, organ="")[:1]
        else:
            found += log.latest(name, news)[:1]
    return found


def _moves(world: World, week: Week, signed: str, organ: str, own: Params) -> list[str]:
    """The newest moves (three at most) of a lever that lies on its harmful side of the usual now."""
    if signed == "ration_priority":
        moved = week.levers.ration_priority != DEFAULTS.ration_priority
        return week.log.latest(signed, int(own.lever_weeks))[:1] if moved else []
    sign, name = (1.0 if signed[0] == "+" else -1.0), signed[1:]
    per_organ = LEVERS[name].per_organ
    if per_organ and not organ:
        return []
    index, of = (ORGANS.index(organ), organ) if per_organ else (-1, "")
    now = _lever(week.levers, name, index)
    if sign * (now - world.memory.get(_key("lever", name, "", of), now)) <= 0.0:
        return []
    moves = [i for who in dict.fromkeys((of, "")) for i in week.log.latest(name, int(own.lever_weeks), organ=who)]
    return moves[:3]


# --- words ---------------------------------------------------------------------------------------------------------------


def called(organ: str) -> str:
    """An organ's name inside a sentence: `state security`, `the police`."""
    return organ.replace("_", " ") if organ == ORGANS[STATE_SECURITY] else f"the {organ.replace('_', ' ')}"


def capital(words: str) -> str:
    """The words with a capital at their head."""
    return words[:1].upper() + words[1:]


def _text(world: World, it: Series, now: float, usual: float) -> str:
    """What happened, in numbers."""
    where, who = it.place or "the country", called(it.organ)
    more = (
        f"{abs(now / usual - 1.0):.0%} {'more' if now > usual else 'less'} than usual"
        if usual > 0.0
        else "not as usual"
    )
    if it.kind == "collecting_harder":
        taken, before = (world.memory[_key(part, TAKEN, it.place, it.organ)] for part in ("recent", "usual"))
        time, income = (
            f"{now:.0%} of their time collecting (usual: {usual:.0%})",
            f"{taken:.2%} of household income (usual: {before:.2%})",
        )
        return f"{capital(who)} " + (
            f"spend {time} and take {income}." if now >= usual else f"take {income} and spend {time}."
        )
    return {
        "rate_slips": f"A dollar costs {now:,.0f} won, {more} ({usual:,.0f}).",
        "dear_food": f"Rice costs {now:,.0f} won a kilogram, {more} ({usual:,.0f}).",
        "guards_unpaid": f"Pay and kind of {who} cover {now:.1%} of what feeds a household, {more} ({usual:.1%}).",
        "hardship": f"A household in {where} earns {now:,.0f} won a week, {more} ({usual:,.0f}).",
        "hunger": f"Food stress in {where} is {now:.3f}, {more} ({usual:.3f}).",
        "anger_rises": f"Anger over extortion in {where} is {now:.2f}, {more} ({usual:.2f}).",
        "support_falls": f"Private support in {where} is {now:.2f} on a scale from -1 to 1 (usual: {usual:.2f}).",
        "control_weakens": f"State security and police keep {now:,.0f} agents on the streets of {where}, {more} ({usual:,.0f}).",
    }[it.kind]
