"""Coups: plots among disloyal holders of force, who joins and who reports, detection, and the contest of force.

A plot grows by sounding out: of four contacts, drawn by the force they command and mostly in one's own organ, the one
who looks least loyal is asked; he joins if he is disloyal enough against the chance and his own fear, or may report. The
watchers (military security and the guard command) find plots by their own loyalty: able guards of the guards can betray
(Egorov and Sonin 2011). Who strikes wins by a ratio contest of force with exponent 2 (Tullock; Skaperdas 1996), in which
the half-loyal stand by. The hazard is convex: a little less loyalty brings many more coups, so that base rate and
interval belong beside every number that comes of it. Form from Svolik 2009 and the above; numbers are ours
(EQUATIONS.md section 9). During the burn-in plots form and are found, but nobody strikes: a run begins with a state that
stands.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import draws, portable
from custodes.engine.step import Week
from custodes.jit import njit
from custodes.mechanisms import careers, endings, purge, regime
from custodes.mechanisms.loyalty import unsettled
from custodes.world.columns import B_GUARD, B_MILITARY_SECURITY, COUP, COURT_ORGANS, IN_POST, PRECAUTION
from custodes.world.court import MOST_PLOTS, NO_PLOT
from custodes.world.officials import leave
from custodes.world.state import World

F = NDArray[np.float64]
I8 = NDArray[np.int64]

#: Who is found is purged here and now, so that this step reads and writes what a purge does.
READS = "court branch organ.edict organ.credibility places.court actors register memory"
WRITES = "court branch books.official_won books.official_cents books.won books.cents register memory"

WATCHERS: Final = (B_MILITARY_SECURITY, B_GUARD)
_SOUND, _MEMBER, _REPORT, _LAUNCH, _STRIKE, _FIZZLE, _WIN = range(7)  #: blocks of the draws of a plot
CAUSE_WEEKS: Final = 26  #: how far back purges and cuts count behind a plot


class Params(NamedTuple):
    """Group `coups`. Rates and chances are a week; `rank` is by chief, deputy, director."""

    start: float  #: plots that a fully capable chief starts, for each squared unit of loyalty below `start_loyalty`
    start_loyalty: float  #: loyalty above which nobody starts a plot
    start_rank: tuple[float, float, float]
    sounding: float  #: chance that a plot sounds somebody out
    contacts: float  #: of whom the least loyal-looking is asked
    own_organ: float  #: share of contacts in the member's own organ
    looks: float  #: sd of the error in judging a contact's loyalty
    joins: float  #: loyalty below which one joins, without chance or fear
    joins_chance: float  #: rise of that line with the chance to win
    joins_hazard: float  #: fall of that line with one's own fear of a purge
    hazard_half: float  #: hazard a year at which half of that is reached
    reports: float  #: chance that one who stays out reports, for full loyalty
    detection: float  #: chance that the watchers find a member, at half of full loyalty
    half_loyal: float  #: loyalty at which one would not lift a hand for the leader
    exponent: float  #: of the contest of force
    launch: float  #: chance to strike, for each unit of chance to win above `launch_chance`
    launch_chance: float
    strike_chance: float  #: a plot that is found out strikes first if its chance is above this,
    strike_first: float  #: with this probability
    fizzle: float  #: chance that a plot is given up
    alarm: float  #: rise of everybody's perceived hazard a year after a failed attempt
    alarm_weeks: float  #: how long precaution is doubled after it
    winners: float  #: loyalty of the winners to the one they put in power


def settle(world: World, week: Week, p: Any) -> None:
    """Plots begin; those that stand sound out, are found, strike or fizzle."""
    world.memory["coup_attempts_week"] = 0.0
    for row in starters(world, week, p).tolist():
        _begin(world, week, row)
    for plot, weeks in enumerate(world.branch.plot_weeks.tolist()):
        if weeks > 0.0:
            _step(world, week, plot, p)
    world.memory["plots_week"] = float(np.count_nonzero(world.branch.plot_weeks))


# --- beginning -----------------------------------------------------------------------------------------------------------


def starters(world: World, week: Week, p: Any) -> I8:
    """Rows of those who begin a plot this week; the hazard after a succession is higher."""
    q: Params = p.coups
    court = world.court
    more = 1.0 + (p.succession.plots - 1.0) * regime.heat(p) * unsettled(world)
    k0, k1 = draws.key_words(world.seed, "plot")
    able = (p.purge.able, p.purge.able_tenure, p.purge.able_alone)
    rows: I8 = _starters(
        (court.status, court.rank, court.plot, court.tenure, court.has_patron),
        (court.force, court.power, court.loyalty),
        (q.start * more, q.start_loyalty, *q.start_rank),
        able,
        k0,
        k1,
        week.number & 0xFFFFFFFF,
    )
    return rows


@njit
def _starters(codes, values, p, able, k0, k1, week):  # type: ignore[no-untyped-def]
    """Who starts: a draw only for holders of force below the line."""
    status, rank, plot, tenure, has_patron = codes
    force, power, loyalty = values
    start, line, chief, deputy, director = p
    out = np.empty(8, np.int64)
    found = 0
    for i in range(status.shape[0]):
        if force[i] <= 0.0 or loyalty[i] >= line or status[i] != IN_POST or plot[i] != NO_PLOT:
            continue
        weight = chief if rank[i] == 0 else deputy if rank[i] == 1 else director
        gap = line - loyalty[i]
        capable = able[0] * power[i] * tenure[i] / (tenure[i] + able[1])
        capable = min(1.0, capable if has_patron[i] else able[2] * capable)
        luck, _ = draws.two_uniforms(k0, k1, week, i, 0)
        if luck < start * gap * gap * capable * weight and found < out.shape[0]:
            out[found] = i
            found += 1
    return out[:found]


def _begin(world: World, week: Week, row: int) -> None:
    """A new plot, if there is room for one."""
    court, branch = world.court, world.branch
    free = np.flatnonzero(branch.plot_weeks == 0.0)
    if not len(free):
        return
    plot = int(free[0])
    court.plot[row] = plot
    branch.plot_weeks[plot], branch.plots_joined[plot] = 1.0, 1.0
    world.memory[f"plot_organ.{plot}"] = float(court.organ[row])
    week.log.record(
        "plot",
        week.number,
        organ=COURT_ORGANS[court.organ[row]],
        magnitude=1.0,
        causes=_behind_plot(world, week, row),
        text=f"{_described(world, row)}, begins to plot against the leader: his loyalty is {court.loyalty[row]:.2f}, "
        f"the purge he fears {court.hazard[row]:.2f} a year.",
    )


def _behind_plot(world: World, week: Week, row: int) -> list[str]:
    """What may lie behind a man's disloyalty: his own fall, purges in his organ, a new leader, less to hand out."""
    court, log = world.court, week.log
    fall = int(court.fell[row]) - 1
    own = [world.register[fall]["event"]] if fall >= 0 else []
    purges = log.latest("purge", CAUSE_WEEKS, organ=COURT_ORGANS[court.organ[row]])[:2]
    change = log.latest("succession", 52)[:1] + log.latest("coup", 52)[:1]
    poorer = court.rent[row] < 0.95 * court.expected_rent[row]
    levers = ("trade_cut", "court_revenue_cut", "budget_gifts", "edict")
    cuts = [e for lever in levers for e in log.latest(lever, 104)[:1]] if poorer else []
    return [e for e in (*own, *purges, *change, *cuts) if e]


# --- a plot's week -------------------------------------------------------------------------------------------------------


def _step(world: World, week: Week, plot: int, p: Any) -> None:
    """One week of one plot; at most one thing ends it."""
    q: Params = p.coups
    branch = world.branch
    rows = members(world, plot)
    if not len(rows):
        _dissolve(world, plot)
        return
    reported = _sound_out(world, week, plot, rows, p)
    rows = members(world, plot)
    branch.plots_joined[plot] = float(len(rows))
    chance = win_chance(world, rows, q)
    found = reported or _one(world, week, "plot_detected", plot) < detection(world, rows, q)
    standing = week.number >= 0
    if found and standing and chance > q.strike_chance and _one(world, week, "coup", plot, _STRIKE) < q.strike_first:
        _attempt(world, week, plot, chance, "found out, they strike first", p)
    elif found:
        _fail(world, week, plot, p)
    elif standing and _one(world, week, "coup", plot, _LAUNCH) < q.launch * max(0.0, chance - q.launch_chance):
        _attempt(world, week, plot, chance, "they think themselves strong enough", p)
    elif _one(world, week, "coup", plot, _FIZZLE) < q.fizzle:
        _dissolve(world, plot)
    else:
        branch.plot_weeks[plot] += 1.0


def members(world: World, plot: int) -> I8:
    """Rows of a plot's members who are in post; one who lost his post has left it."""
    court = world.court
    rows: I8 = ((court.plot == plot) & (court.status == IN_POST)).nonzero()[0]
    return rows


def win_chance(world: World, rows: I8, p: Params) -> float:
    """Ratio contest of the plotters' force against the others', weighed by how far they would lift a hand."""
    court = world.court
    mine = portable.total(court.force[rows])
    theirs = _lifted(court.status, court.force, court.loyalty, rows, p.half_loyal)
    return contest(mine, portable.total(theirs), p.exponent)


@njit
def _lifted(status, force, loyalty, rows, half_loyal):  # type: ignore[no-untyped-def]
    """Force that others than those in `rows`, in ascending order, would lift a hand with."""
    out = np.empty(status.shape[0])
    found = at = 0
    for i in range(status.shape[0]):
        if at < rows.shape[0] and rows[at] == i:
            at += 1
        elif status[i] == IN_POST and force[i] > 0.0 and loyalty[i] > half_loyal:
            out[found] = force[i] * min((loyalty[i] - half_loyal) / (1.0 - half_loyal), 1.0)
            found += 1
    return out[:found]


def contest(mine: float, theirs: float, exponent: float) -> float:
    """Chance to win of `mine` against `theirs`: mine^m / (mine^m + theirs^m)."""
    if mine <= 0.0:
        return 0.0
    if theirs <= 0.0:
        return 1.0
    ratio = float(portable.power(theirs / mine, exponent))
    return 1.0 / (1.0 + ratio)


def detection(world: World, rows: I8, p: Params) -> float:
    """Chance a week that the watchers find a plot of these members: it rises with members and the watchers' loyalty."""
    court = world.court
    watchers = (court.status == IN_POST) & ((court.organ == WATCHERS[0]) | (court.organ == WATCHERS[1]))
    each = p.detection * (0.5 + portable.mean(court.loyalty[watchers]))
    return 1.0 - float(portable.power(1.0 - each, len(rows)))


def joins(loyalty: float, hazard: float, chance: float, p: Params) -> bool:
    """Whether one who is asked joins."""
    return loyalty < p.joins + p.joins_chance * chance - p.joins_hazard * hazard / (hazard + p.hazard_half)


def _sound_out(world: World, week: Week, plot: int, rows: I8, p: Any) -> bool:
    """One of the members in `rows` may ask somebody, who joins, stays out, or reports; True for a report."""
    q: Params = p.coups
    if _one(world, week, "plot_contact", plot, _SOUND) >= q.sounding:
        return False
    court = world.court
    asking = int(rows[int(_one(world, week, "plot_contact", plot, _MEMBER) * len(rows))])
    asked = _least_loyal(world, week, plot, asking, p)
    if asked < 0:
        return False
    loyalty, hazard = float(court.loyalty[asked]), float(court.hazard[asked])
    if joins(loyalty, hazard, win_chance(world, rows, q), q):
        court.plot[asked] = plot
        return False
    return _one(world, week, "plot_contact", plot, _REPORT) < q.reports * loyalty


def _least_loyal(world: World, week: Week, plot: int, asking: int, p: Any) -> int:
    """Row of the contact who looks least loyal, or -1 if there is nobody to ask."""
    q: Params = p.coups
    court = world.court
    best, lowest, looks = -1, np.inf, q.looks * regime.sight(p)
    for contact in range(int(q.contacts)):
        entity = contact * MOST_PLOTS + plot
        own = _one(world, week, "plot_contact", entity, 10) < q.own_organ
        luck = _one(world, week, "plot_contact", entity, 11)
        row = int(_by_force(court.status, court.organ, court.plot, court.force, int(court.organ[asking]), own, luck))
        if row < 0:
            continue
        error = looks * draws.one_normal(world.seed, "plot_contact", week.number, entity, 12)
        if court.loyalty[row] + error < lowest:
            best, lowest = row, float(court.loyalty[row]) + error
    return best


@njit
def _by_force(status, organ, plot, force, of, own, luck):  # type: ignore[no-untyped-def]
    """A holder of force outside all plots, drawn by force, in the organ `of` or outside it; -1 if there is none."""
    whole = 0.0
    for i in range(status.shape[0]):
        if force[i] > 0.0 and status[i] == IN_POST and plot[i] == NO_PLOT and (organ[i] == of) == own:
            whole += force[i]
    left = luck * whole
    last = -1
    for i in range(status.shape[0]):
        if force[i] > 0.0 and status[i] == IN_POST and plot[i] == NO_PLOT and (organ[i] == of) == own:
            last = i
            left -= force[i]
            if left < 0.0:
                return i
    return last


def _one(world: World, week: Week, stream: str, entity: int, block: int = 0) -> float:
    return draws.one(world.seed, stream, week.number, entity, block)


# --- how it ends ---------------------------------------------------------------------------------------------------------


def _attempt(world: World, week: Week, plot: int, chance: float, why: str, p: Any) -> None:
    """The plotters strike; force decides."""
    rows = members(world, plot)
    world.memory["coup_attempts_week"] += 1.0
    won = _one(world, week, "coup", plot, _WIN) < chance
    court = world.court
    head = _head(world, rows)
    event = week.log.record(
        "coup",
        week.number,
        organ=COURT_ORGANS[court.organ[head]],
        magnitude=chance,
        causes=_plots_events(world, week, plot),
        text=f"{_described(world, head)}, and {_others(len(rows) - 1)} move against the leader with "
        f"{portable.total(court.force[rows]):.0%} of the force ({why}); their chance is {chance:.2f}; they "
        f"{'win' if won else 'lose'}.",
    )
    if won:
        _succeed(world, week, rows, head, event, p)
    else:
        _alarm(world, p.coups)
        _fail(world, week, plot, p, event)


def _succeed(world: World, week: Week, rows: I8, head: int, event: str, p: Any) -> None:
    """The leader falls; the head of the plot takes his place and leaves his post, the others keep theirs."""
    court = world.court
    court.loyalty[rows] = np.maximum(court.loyalty[rows], p.coups.winners)
    who = _described(world, head)
    endings.end(world, week, COUP, [event], f"The leader falls to a coup; {who}, takes his place.")
    leave(world, head)


def _alarm(world: World, p: Params) -> None:
    """After a failed attempt everybody fears the purge, and the leader takes precautions for a year."""
    world.court.hazard[world.court.status == IN_POST] += p.alarm
    world.branch.hazard += p.alarm
    world.memory["precaution_factor"] = p.alarm_weeks


def _fail(world: World, week: Week, plot: int, p: Any, event: str = "") -> None:
    """A plot is found or beaten: all its members fall, as a precaution."""
    rows = members(world, plot)
    court = world.court
    head = _head(world, rows)
    if not event:
        world.memory["plot_found_week"] = float(week.number)
        event = week.log.record(
            "plot",
            week.number,
            organ=COURT_ORGANS[court.organ[head]],
            magnitude=float(len(rows)),
            causes=_plots_events(world, week, plot),
            text=f"The plot of {_described(world, head)}, with {_others(len(rows) - 1)}, is found "
            f"{_after(int(world.branch.plot_weeks[plot]) - 1)}.",
        )
    persons = court.person[rows].tolist()
    _dissolve(world, plot)
    for person in persons:
        at = np.flatnonzero(court.person == person)
        if len(at) and court.status[at[0]] == IN_POST:
            purge.strike(world, week, p, int(at[0]), PRECAUTION, causes=[event] if event else ())


def _dissolve(world: World, plot: int) -> None:
    world.court.plot[world.court.plot == plot] = NO_PLOT
    world.branch.plot_weeks[plot] = world.branch.plots_joined[plot] = 0.0
    world.memory.pop(f"plot_organ.{plot}", None)


def _head(world: World, rows: I8) -> int:
    """The member with most force, the first of equals."""
    return int(rows[int(np.argmax(world.court.force[rows]))])


def _plots_events(world: World, week: Week, plot: int) -> list[str]:
    """The event with which the plot began."""
    organ = COURT_ORGANS[int(world.memory.get(f"plot_organ.{plot}", 0.0))]
    age = int(world.branch.plot_weeks[plot]) - 1
    return week.log.latest("plot", age, organ=organ)[-1:]


def _described(world: World, row: int) -> str:
    return f"{careers.name_of(world, row)}, {careers.title_of(world, row)}"


def _after(weeks: int) -> str:
    """How long after its beginning; `plot_weeks` is 1 in the week in which a plot begins."""
    return "in its first week" if weeks < 1 else "after one week" if weeks == 1 else f"after {weeks} weeks"


def _others(n: int) -> str:
    return "nobody else" if n == 0 else "one other" if n == 1 else f"{n} others"
