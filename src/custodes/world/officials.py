"""The court at the start of the burn-in, and the only ways in which an official leaves his row or changes it.

Every post has a holder with a trait, a fortune, a faction and (below the chiefs) a patron: a deputy's is a chief, a
director's a chief or a deputy, in his own organ more often than not. Tenures are drawn as they stand in a court that has
been running. Posts with a title of their own are marked; who is known to have held one on the first day bears his name.
Sizes, powers and shares: EQUATIONS.md section 7; who gets his family along abroad: section 9.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes import draws, portable
from custodes.jit import njit
from custodes.world.columns import (
    B_DIPLOMATIC,
    B_PROVINCES,
    CHIEF,
    DEPUTY,
    DIRECTOR,
    IN_POST,
    N_COURT,
)
from custodes.world.court import Court, CourtPlan, clear, empty_court, move, of_person

F = NDArray[np.float64]
I8 = NDArray[np.int64]

#: Share of chiefs, deputies and directors who leave their post in a week other than by rotation: for tenures at the start
#: (EQUATIONS.md section 8 "reached": 35 of the top 60 and about 30 directors a year).
PURGED_A_WEEK: Final = (0.011, 0.011, 0.0007)
HAZARD: Final = 0.07  #: perceived purge hazard a year at the start (EQUATIONS.md section 7, "reached")
FAMILY_TRUST: Final = 0.70  #: 1 - suspicion above which an official may be posted with his family (section 9)
FEW: Final = 3  #: pairs that change places faster one by one than all at once
FAMILY_ALONG: Final = 0.30  #: share of them that are


def build_court(plan: CourtPlan, provinces: int, p: Any, seed: int, start: np.datetime64 | None = None) -> Court:
    """The court of a country; `p` has the groups `loyalty` and `careers`, `start` is the scenario's first day.

    Draws are the officials' own: nothing else moves with them.
    """
    court = empty_court(plan)
    _fill_posts(court, plan, provinces, p.careers)
    _fill_persons(court, plan, p, seed)
    _give_patrons(court, plan, p.careers, seed)
    _post_abroad(court, plan, seed)
    mark_titles(court, plan)
    seat_known(court, plan, start)
    return court


def coercive(plan: CourtPlan) -> NDArray[np.bool_]:
    """Which organs hold force, shape (10,)."""
    return np.array(plan.force) > 0.0


def _fill_posts(court: Court, plan: CourtPlan, provinces: int, p: Any) -> None:
    """What belongs to the posts: power, force, posts abroad, provinces."""
    posts = plan.posts
    organ, rank = court.organ[:posts], court.rank[:posts]
    for o in range(N_COURT):
        for r in (CHIEF, DEPUTY, DIRECTOR):
            here = (organ == o) & (rank == r)
            court.power[:posts][here] = p.power[r] * plan.weight[o]
            court.force[:posts][here] = plan.force[o] * p.force_share[r] / max(1, plan.sizes[o][r])
    court.abroad[np.flatnonzero((organ == B_DIPLOMATIC) & (rank == DIRECTOR))[: plan.abroad]] = 1
    secretaries = np.flatnonzero(organ == B_PROVINCES)
    court.province[secretaries] = np.arange(len(secretaries)) % max(provinces, 1)


def _fill_persons(court: Court, plan: CourtPlan, p: Any, seed: int) -> None:
    """A person for every post, with what he is and has."""
    posts = plan.posts
    rows = np.arange(posts)
    of = {name: draws.uniform(seed, f"build.court.{name}", 0, rows) for name in ("competence", "ambition", "wealth")}
    court.status[:posts] = IN_POST
    court.person[:posts] = rows + 1
    court.trait[:posts] = p.loyalty.trait_sd * draws.normal(seed, "build.court.trait", 0, rows)
    court.loyalty[:posts] = np.clip(p.loyalty.level + court.trait[:posts], 0.0, 1.0)
    court.competence[:posts], court.ambition[:posts], court.wealth[:posts] = of.values()
    court.faction[:posts] = np.floor(draws.uniform(seed, "build.court.faction", 0, rows) * len(plan.factions))
    court.suspicion[:posts] = 1.0 - court.loyalty[:posts]
    court.rent[:posts] = court.expected_rent[:posts] = np.asarray(p.rents.pay_scale)[court.rank[:posts]]
    court.hazard[:posts] = HAZARD
    court.tenure[:posts] = _tenures(court, plan, p.careers, draws.uniform(seed, "build.court.tenure", 0, rows))


def _tenures(court: Court, plan: CourtPlan, p: Any, luck: F) -> NDArray[np.int32]:
    """Weeks since the last move of each holder in a court at rest: geometric, by the rates of rotation and purge."""
    organ, rank = court.organ[: plan.posts], court.rank[: plan.posts]
    leaving = np.asarray(PURGED_A_WEEK)[rank] + rotation_rates(organ, rank, coercive(plan), p.rotation)
    weeks: NDArray[np.int32] = np.floor(portable.log(1.0 - luck) / portable.log(1.0 - leaving)).astype(np.int32)
    return weeks


def rotation_rates(organ: Any, rank: Any, holds_force: NDArray[np.bool_], rotation: tuple[float, ...]) -> F:
    """Chance in a week that the holder of a post is moved; `rotation`: coercive chiefs, other chiefs and deputies, directors."""
    of_coercive, of_others, of_directors = rotation
    chief = (rank == CHIEF) & holds_force[organ]
    return np.where(rank == DIRECTOR, of_directors, np.where(chief, of_coercive, of_others))


# --- patrons and factions ------------------------------------------------------------------------------------------------


@njit
def choose_patron(organ, rank, status, posts, row, own_share, u, v):  # type: ignore[no-untyped-def]
    """Row of a patron for the official in `row`, or -1 if nobody is above him.

    Of higher rank and in post; in his own organ if `u < own_share`, else in another, and `v` picks one of them. If that
    circle is empty, anybody above him.
    """
    own = 1 if u < own_share else 0
    for circle in (own, 2):
        found = 0
        for i in range(posts):
            same = 1 if organ[i] == organ[row] else 0
            if status[i] == IN_POST and rank[i] < rank[row] and (circle == 2 or same == circle):
                found += 1
        if found == 0:
            continue
        left = int(v * found)
        for i in range(posts):
            same = 1 if organ[i] == organ[row] else 0
            if status[i] == IN_POST and rank[i] < rank[row] and (circle == 2 or same == circle):
                if left == 0:
                    return i
                left -= 1
    return -1


@njit
def _choose_patrons(organ, rank, status, posts, own_share, u, v):  # type: ignore[no-untyped-def]
    """Row of each holder's patron, or -1, shape (posts,)."""
    out = np.full(posts, -1, np.int64)
    for i in range(posts):
        if rank[i] != CHIEF:
            out[i] = choose_patron(organ, rank, status, posts, i, own_share, u[i], v[i])
    return out


def _give_patrons(court: Court, plan: CourtPlan, p: Any, seed: int) -> None:
    """Patrons for all below the chiefs; a client belongs to his patron's faction with the share `patrons_faction`."""
    rows = np.arange(plan.posts)
    u, v = (draws.uniform(seed, "build.court.patron", 0, rows, block) for block in (0, 1))
    chosen = _choose_patrons(court.organ, court.rank, court.status, plan.posts, p.own_patron, u, v)
    court.patron[rows] = np.where(chosen >= 0, court.person[chosen], 0)
    court.has_patron[rows] = (chosen >= 0) | (court.rank[rows] == CHIEF)
    follows = draws.uniform(seed, "build.court.follows", 0, rows) < p.patrons_faction
    for rank in (DEPUTY, DIRECTOR):
        here = rows[follows & (chosen >= 0) & (court.rank[rows] == rank)]
        court.faction[here] = court.faction[chosen[here]]


def _post_abroad(court: Court, plan: CourtPlan, seed: int) -> None:
    """Whose family stays at home as a pledge: of all who are posted, but for some of the trusted."""
    away = np.flatnonzero(court.abroad[: plan.posts] == 1)
    trusted = 1.0 - court.suspicion[away] > FAMILY_TRUST
    along = trusted & (draws.uniform(seed, "build.court.family", 0, away) < FAMILY_ALONG)
    court.family_held[away] = ~along


# --- real posts and persons ----------------------------------------------------------------------------------------------


def mark_titles(court: Court, plan: CourtPlan) -> None:
    """Give each post of the plan the first post of its organ, rank and place that has no title yet; others are left out."""
    for index, post in enumerate(plan.holders):
        free = (court.organ == post.organ) & (court.rank == post.rank) & (court.holder < 0)
        rows = np.flatnonzero(free & (court.abroad == int(post.abroad)))
        if len(rows):
            court.holder[rows[0]] = index


def seat_known(court: Court, plan: CourtPlan, start: np.datetime64 | None) -> None:
    """From now on the holders of titled posts are those whom the plan names, with their faction and time in office.

    Whoever bore a known name before is a nameless official again: nobody sits in two places. A vacant post is passed over.
    """
    court.known[:] = -1
    for row in np.flatnonzero((court.holder >= 0) & (court.status == IN_POST)):
        index = int(court.holder[row])
        holder = plan.holders[index]
        if not holder.name:
            continue
        court.known[row] = index
        if holder.faction in plan.factions:
            court.faction[row] = plan.factions.index(holder.faction)
        if holder.since and start is not None:
            days = int((start - np.datetime64(holder.since, "D")).astype(int))
            court.tenure[row] = max(0, days // 7)


# --- leaving and moving --------------------------------------------------------------------------------------------------


def leave(world: Any, row: int) -> None:
    """An official is gone for good: his won go to the treasury, his dollars to the state's reserve, his row is free."""
    books = world.books
    books.won["treasury"] += int(books.official_won[row])
    books.cents["reserve"] += int(books.official_cents[row])
    books.official_won[row] = books.official_cents[row] = 0
    clear(world.court, row)


def shift(world: Any, source: int, target: int, status: int) -> None:
    """Move an official and what he owns to a free row."""
    books = world.books
    for purse in (books.official_won, books.official_cents):
        purse[target] += purse[source]
        purse[source] = 0
    move(world.court, source, target, status)
    world.court.tenure[target] = 0


def swap(world: Any, rows: I8, others: I8) -> None:
    """Holders change places in pairs, with all they own; their time in office begins anew. No row may appear twice."""
    court, books = world.court, world.books
    columns = (*of_person(court), books.official_won, books.official_cents)
    if len(rows) > FEW:
        both, crossed = np.concatenate([rows, others]), np.concatenate([others, rows])
        for column in columns:
            column[both] = column[crossed]
    else:
        pairs = list(zip(rows.tolist(), others.tolist(), strict=True))
        for column in columns:
            for row, other in pairs:
                column[row], column[other] = column[other], column[row]
    court.tenure[rows] = court.tenure[others] = 0
