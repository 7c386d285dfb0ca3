"""Officials abroad: who stays away for good, whose family is held at home, and how each loss changes the rules.

The heads of posts abroad are officials of the court; every head has a staff, counted, who share his fortunes. The hazard
rises with disloyalty, perceived purge hazard, an order to come home and outside information, and falls while family is
held (consequence 11). Only those whom the leader trusts take family along, so that the trusted leave with theirs. A listed
defection tightens the rule, which fades. Ground: 134 exclusively protected arrivals from 2012 to mid 2024; form ours.

The staff abroad are no rows of the people: they are counted here, and posts are filled again at the turn of the year.
"""

from functools import cache
from itertools import repeat
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import draws, portable
from custodes.engine.step import Week
from custodes.jit import njit
from custodes.mechanisms import careers, diplomacy
from custodes.world.columns import B_DIPLOMATIC, COURT_ORGANS, IN_POST
from custodes.world.officials import leave
from custodes.world.state import World

I = NDArray[np.int64]  # noqa: E741

READS = (
    "court.abroad court.status court.loyalty court.hazard court.suspicion court.tenure court.recalled court.family_held "
    "court.person places.court actors levers.asylum levers.family_rule memory"
)
WRITES = "court books memory"

POSTING_WEEKS: Final = 150  #: weeks between two looks at who may take his family along
WEEKS: Final = 52.0
CAUSE_WEEKS: Final = 104


class Params(NamedTuple):
    """Group `envoys`."""

    pool: float  #: officials posted abroad, heads and staff
    rate: float  #: yearly hazard of one with the usual doubts, without family at home
    doubt: float  #: one less loyalty at which the hazard is `rate`
    held: float  #: share of the hazard that family at home takes away
    recalled: float  #: rise of the hazard under an order to come home
    hazard: float  #: rise of the hazard under a certain purge
    hazard_half: float  #: perceived hazard at which half of that is reached
    information: float  #: hazard without outside information, against 1 with all of it
    opportunity: float  #: chance to act on it at rest, against 1 in transit or after contact
    contact: float  #: share of those abroad who are in transit or have been contacted
    asylum: float  #: chance of being taken in that the rate was set at
    trusted: float  #: one less suspicion from which a man may take his family along
    family_along: float  #: share of trusted men who take it along while there is no family rule
    listed: float  #: share of defections of staff that are noticed
    rule_rise: float  #: family rule added by a listed defection
    rule_half_life: float  #: weeks
    recall_weeks: float  #: weeks that an order to come home stands
    loyalty_low: float  #: loyalty that all abroad lose after a listed defection, least
    loyalty_high: float  #: most


def settle(world: World, week: Week, p: Any) -> None:
    """Postings, orders to come home, defections and what follows from them."""
    q: Params = p.envoys
    memory = world.memory
    memory["envoy_defections_week"] = memory["envoy_listed_week"] = 0.0
    memory["family_rule"] = memory.get("family_rule", 0.0) * portable.exp_one(-0.6931471805599453 / q.rule_half_life)
    if week.first_of_year:
        _fill_posts(world)
    rows = (world.court.abroad == 1).nonzero()[0]
    if rows.size == 0:
        return
    rule = max(memory["family_rule"], float(week.levers.family_rule))
    _post(world, week, rows, rule, q)
    _order_home(world, week, rows, q)
    staff = _staff(world, rows.size, q)
    court, outside = world.court, pull(world, week, q)
    gone, fled = np.zeros(rows.size, np.int64), np.zeros(rows.size, np.int64)
    key = (*draws.key_words(world.seed, "envoy"), week.number & 0xFFFFFFFF)
    heads = (court.status, court.loyalty, court.hazard, court.family_held, court.recalled)
    if lottery(*key, rows, *heads, staff, memory["envoys_held"], outside, q, gone, fled):
        _lose(world, week, rows, gone, fled, q)


# --- who is where ------------------------------------------------------------------------------------------------------


def _post(world: World, week: Week, rows: I, rule: float, p: Params) -> None:
    """Every 150 weeks a man is posted anew: the trusted may take their family along if there is no rule against it.

    The first time, `careers.newcomer` decides it by the same rule.
    """
    court = world.court
    number, due = _trusted(rows, court.tenure, court.suspicion, p.trusted)
    for row in due.tolist():
        trusted = 1.0 - court.suspicion[row] > p.trusted
        luck = draws.one(world.seed, "posting", week.number, int(row))
        court.family_held[row] = 0 if trusted and luck < p.family_along * (1.0 - rule) else 1
    target = float(1.0 - p.family_along * (1.0 - rule) * (number / rows.size))
    held = world.memory.get("envoys_held", target)
    world.memory["envoys_held"] = held + (target - held) / POSTING_WEEKS


@njit
def _trusted(rows, tenure, suspicion, line):  # type: ignore[no-untyped-def]
    """How many of those abroad the leader trusts, and the rows of those who are posted anew this week."""
    number = 0
    due = np.empty(rows.shape[0], np.int64)
    found = 0
    for row in rows:
        if 1.0 - suspicion[row] > line:
            number += 1
        if tenure[row] > 0 and tenure[row] % POSTING_WEEKS == 0:
            due[found] = row
            found += 1
    return number, due[:found]


def _order_home(world: World, week: Week, rows: I, p: Params) -> None:
    """Deeds `recall` call a share of those abroad home; an order stands for half a year, then the man is posted anew."""
    court = world.court
    np.maximum(court.recalled - 1, 0, out=court.recalled)
    for n, deed in enumerate(deed for deed in week.deeds if deed.lever == "recall"):
        for row in rows:
            if draws.one(world.seed, "posting", week.number, int(row), 1 + n) < deed.value:
                court.recalled[row] = int(p.recall_weeks)


def _staff(world: World, posts: int, p: Params) -> I:
    """People under each head: an equal part of the pool, less those who have left since the turn of the year."""
    staff = _full_staff(int(p.pool + 0.5), posts)
    if not world.memory.get("embassies_short", 0.0):
        return staff
    left = np.fromiter(map(world.memory.get, _short(posts), repeat(0.0)), np.float64, posts)
    out: I = np.maximum(staff - left.astype(np.int64), 0)
    return out


@cache
def _short(posts: int) -> tuple[str, ...]:
    """Names in memory of how many of each staff have left."""
    return tuple(f"embassy_short.{i}" for i in range(posts))


@cache
def _full_staff(pool: int, posts: int) -> I:
    """People under each head while nobody has left."""
    spare = max(0, pool - posts)
    return spare // posts + (np.arange(posts) < spare % posts)


def _fill_posts(world: World) -> None:
    """At the turn of the year every staff is brought to its strength."""
    for name in [name for name in world.memory if name.startswith("embassy_short.")]:
        del world.memory[name]
    world.memory["embassies_short"] = 0.0


# --- who leaves --------------------------------------------------------------------------------------------------------


@njit
def yearly_hazard(loyalty, purge_hazard, held, recalled, outside, p):  # type: ignore[no-untyped-def]
    """Defections a year of one abroad; `held` is the share of his family at home, `recalled` 0 or 1; see `pull`."""
    doubt = (1.0 - loyalty) / p.doubt
    fear = 1.0 + p.hazard * purge_hazard / (purge_hazard + p.hazard_half)
    return p.rate * doubt * doubt * (1.0 - p.held * held) * (1.0 + p.recalled * recalled) * fear * outside


def pull(world: World, week: Week, p: Params) -> float:
    """What the outside does: information, the chance to act, and the chance of being taken in."""
    chance = p.opportunity + (1.0 - p.opportunity) * p.contact
    return (p.information + world.memory.get("info", 0.3)) * chance * float(week.levers.asylum) / p.asylum


@njit
def mean_head(rows, status, loyalty, fear):  # type: ignore[no-untyped-def]
    """Mean loyalty and perceived hazard of the heads in post: what the staff of a vacant post share; no doubts if none."""
    both = 0.0
    afraid = 0.0
    n = 0
    for row in rows:
        if status[row] == IN_POST:
            both += loyalty[row]
            afraid += fear[row]
            n += 1
    return (both / n, afraid / n) if n else (1.0, 0.0)


@njit
def lottery(k0, k1, week, rows, status, loyalty, fear, held, recalled, staff, staff_held, outside, p, gone, fled):  # type: ignore[no-untyped-def]
    """Draw who leaves: `gone` heads (0 or 1) and `fled` staff of each post; returns how many in all."""
    total = 0
    usual, usual_fear = mean_head(rows, status, loyalty, fear)
    for i in range(rows.shape[0]):
        row = rows[i]
        here = status[row] == IN_POST
        head, afraid = (loyalty[row], fear[row]) if here else (usual, usual_fear)
        ordered = 1.0 if recalled[row] > 0 else 0.0
        u, v = draws.two_uniforms(k0, k1, week, row, 0)
        if here and u < yearly_hazard(head, afraid, float(held[row]), ordered, outside, p) / WEEKS:
            gone[i] = 1
            total += 1
        man = min(yearly_hazard(head, afraid, staff_held, ordered, outside, p) / WEEKS, 0.999999)
        n = staff[i]
        if v < 1.0 - n * man - 1e-9:  # Bernoulli's inequality: nobody, and no need of the exact chance
            continue
        chance = portable.exp_one(n * portable.log_one(1.0 - man))
        below = chance
        while v >= below and fled[i] < n:  # binomial by inversion
            fled[i] += 1
            chance *= (n - fled[i] + 1) / fled[i] * man / (1.0 - man)
            below += chance
        total += fled[i]
    return total


@njit
def _all_hazards(rows, status, loyalty, fear, held, recalled, staff, staff_held, outside, p):  # type: ignore[no-untyped-def]
    usual, usual_fear = mean_head(rows, status, loyalty, fear)
    both = 0.0
    for i in range(rows.shape[0]):
        row = rows[i]
        here = status[row] == IN_POST
        head, afraid = (loyalty[row], fear[row]) if here else (usual, usual_fear)
        ordered = 1.0 if recalled[row] > 0 else 0.0
        both += staff[i] * yearly_hazard(head, afraid, staff_held, ordered, outside, p)
        if here:
            both += yearly_hazard(head, afraid, float(held[row]), ordered, outside, p)
    return both


def expected(world: World, week: Week, p: Params) -> float:
    """Defections a year to be expected as things stand."""
    court = world.court
    rows = np.flatnonzero(court.abroad == 1)
    if rows.size == 0:
        return 0.0
    heads = (court.status, court.loyalty, court.hazard, court.family_held, court.recalled)
    staff, held = _staff(world, rows.size, p), world.memory.get("envoys_held", 1.0)
    return float(_all_hazards(rows, *heads, staff, held, pull(world, week, p), p))


def _lose(world: World, week: Week, rows: I, gone: I, fled: I, p: Params) -> None:
    """Book those who left; heads are always noticed, of the staff a part."""
    memory = world.memory
    for i in np.flatnonzero(gone + fled):
        memory["envoy_defections_week"] += int(gone[i] + fled[i])
        if fled[i]:
            memory[f"embassy_short.{i}"] = memory.get(f"embassy_short.{i}", 0.0) + int(fled[i])
            memory["embassies_short"] = 1.0
        for n in range(int(fled[i])):
            if draws.one(world.seed, "envoy", week.number, int(rows[i]), 2 + 3 * n) < p.listed:
                _notice(world, week, rows, int(rows[i]), "a member of the staff of a post abroad", n, p)
        if gone[i]:
            who = _named(world, int(rows[i]))
            _take_purse(world, int(rows[i]))
            leave(world, int(rows[i]))
            _notice(world, week, rows, int(rows[i]), who, 1000, p)


def _named(world: World, row: int) -> str:
    return f"{careers.name_of(world, row)}, {careers.title_of(world, row)},"


def _take_purse(world: World, row: int) -> None:
    """A defector takes his dollars along."""
    books = world.books
    books.cents["abroad_cents"] += int(books.official_cents[row])
    books.official_cents[row] = 0


def _notice(world: World, week: Week, rows: I, row: int, who: str, n: int, p: Params) -> None:
    """A listed defection: the family rule tightens, all abroad are trusted less and know it."""
    memory, court = world.memory, world.court
    memory["envoy_listed_week"] += 1.0
    memory["family_rule"] = min(1.0, memory["family_rule"] + p.rule_rise)
    luck = draws.one(world.seed, "envoy", week.number, row, 3 + 3 * n)
    court.loyalty[rows] = np.maximum(
        0.0, court.loyalty[rows] - (p.loyalty_low + (p.loyalty_high - p.loyalty_low) * luck)
    )
    where = destination(world, draws.one(world.seed, "envoy", week.number, row, 4 + 3 * n), float(week.levers.asylum))
    causes = [i for kind in ("recall", "asylum") for i in week.log.latest(kind, int(p.recall_weeks))[:1]]
    causes += (
        week.log.latest("envoy_defection", 52)[:1] + week.log.latest("purge", 52, organ=COURT_ORGANS[B_DIPLOMATIC])[:1]
    )
    week.log.record(
        "envoy_defection",
        week.number,
        organ=COURT_ORGANS[B_DIPLOMATIC],
        magnitude=memory["family_rule"],
        causes=causes,
        text=f"{who} did not come home and {where}; {100 * memory['family_rule']:.0f} % of those posted abroad must now leave "
        "their family behind although they are trusted.",
    )


def destination(world: World, luck: float, asylum: float) -> str:
    """Where a defector went: to one of the powers that the scenario names if he is taken in, else into hiding."""
    if luck >= asylum:
        return "went into hiding"
    power = diplomacy.refuge(world, luck / asylum)
    return f"was taken in abroad ({power})" if power else "was taken in abroad"
