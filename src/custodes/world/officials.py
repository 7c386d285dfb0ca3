"""The court at the start of the burn-in: a holder for every post, patrons, factions, families held at home."""

from typing import Any, Final

import numpy as np

from custodes import draws
from custodes.world.columns import (
    B_DIPLOMATIC,
    B_PROVINCES,
    CHIEF,
    DEPUTY,
    DIRECTOR,
    IN_POST,
    N_COURT,
)
from custodes.world.court import Court, CourtPlan, clear, empty_court, move

POWER: Final = (1.0, 0.45, 0.15)  #: of chiefs, deputies, directors
FORCE_SHARE: Final = (0.45, 0.35, 0.20)  #: of an organ's force, by rank


def build_court(plan: CourtPlan, provinces: int, p: Any, seed: int) -> Court:
    """The court of a country; `p` has the group `loyalty`. Draws are the officials' own: nothing else moves with them."""
    court = empty_court(plan)
    posts = plan.posts
    rows = np.arange(posts)
    organ, rank = court.organ[:posts], court.rank[:posts]
    for o in range(N_COURT):
        for r in (CHIEF, DEPUTY, DIRECTOR):
            here = (organ == o) & (rank == r)
            court.power[:posts][here] = POWER[r] * plan.weight[o]
            court.force[:posts][here] = plan.force[o] * FORCE_SHARE[r] / max(1, plan.sizes[o][r])
    abroad = np.flatnonzero((organ == B_DIPLOMATIC) & (rank == DIRECTOR))[: plan.abroad]
    court.abroad[abroad] = 1
    secretaries = np.flatnonzero(organ == B_PROVINCES)
    court.province[secretaries] = np.arange(len(secretaries)) % max(provinces, 1)
    court.status[:posts] = IN_POST
    court.person[:posts] = rows + 1
    court.trait[:posts] = 0.13 * draws.normal(seed, "build.court.trait", 0, rows)
    court.loyalty[:posts] = np.clip(0.66 + court.trait[:posts], 0.0, 1.0)
    court.competence[:posts] = draws.uniform(seed, "build.court.competence", 0, rows)
    court.ambition[:posts] = draws.uniform(seed, "build.court.ambition", 0, rows)
    court.wealth[:posts] = draws.uniform(seed, "build.court.wealth", 0, rows)
    court.faction[:posts] = np.floor(draws.uniform(seed, "build.court.faction", 0, rows) * len(plan.factions))
    court.tenure[:posts] = np.floor(draws.uniform(seed, "build.court.tenure", 0, rows) * 104)
    court.suspicion[:posts] = np.clip(1.0 - court.loyalty[:posts], 0.0, 1.0)
    court.rent[:posts] = court.expected_rent[:posts] = 1.0
    court.hazard[:posts] = 0.07
    court.family_held[:posts] = 1
    court.has_patron[:posts] = 1
    return court


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
