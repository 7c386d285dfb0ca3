"""One week's court added up by organ and by faction: what the series of the court are computed from."""

from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custodes.jit import njit
from custodes.world.columns import CHIEF, COURT_ORGANS, DIRECTOR, FATES, IN_POST, N_COURT
from custodes.world.state import World

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741

ONE: Final = 2.0**32  #: floats are added as whole multiples of 1/ONE: exact, in any order
POSTS, TOP, LOYALTY, RENT, HAZARD = range(5)  #: what `add_up` adds
_COUNTED: Final = {"executions": "execution", "demotions": "demotion", "reeducated": "reeducation"}


@njit
def add_up(status, organ, rank, faction, loyalty, rent, hazard, organs, factions):  # type: ignore[no-untyped-def]
    """Add the holders of posts to `organs` (11, 5) and `factions` (F + 1, 5), whole numbers; the last row of each is all."""
    whole_court, whole_factions = organs.shape[0] - 1, factions.shape[0] - 1
    for i in range(status.shape[0]):
        if status[i] == IN_POST and organ[i] >= 0:
            parts = (
                1,
                1 if rank[i] < DIRECTOR else 0,
                np.int64(np.rint(loyalty[i] * ONE)),
                np.int64(np.rint(rent[i] * ONE)),
                np.int64(np.rint(hazard[i] * ONE)),
            )
            o, f = organ[i], min(max(faction[i], 0), max(whole_factions - 1, 0))
            for k in range(5):
                organs[o, k] += parts[k]
                organs[whole_court, k] += parts[k]
                factions[whole_factions, k] += parts[k]
                if whole_factions > 0:
                    factions[f, k] += parts[k]


@njit
def add_tenure(status, organ, rank, tenure):  # type: ignore[no-untyped-def]
    """Mean weeks in post of an organ's chiefs and, last, of all: (11,)."""
    weeks, chiefs = np.zeros(N_COURT + 1, np.int64), np.zeros(N_COURT + 1, np.int64)
    for i in range(status.shape[0]):
        if organ[i] >= 0 and rank[i] == CHIEF:
            held = np.int64(tenure[i]) if status[i] == IN_POST else 0
            for o in (np.int64(organ[i]), N_COURT):
                weeks[o] += held
                chiefs[o] += 1
    return weeks / np.maximum(chiefs, 1)


class CourtSight:
    """The court of one week. C = 10 organs + 1 (last: all), F = factions + 1 (last: all).

    `by_organ` and `by_faction`: posts, top posts, mean loyalty, rent and hazard, (5, C) and (5, F).
    """

    def __init__(self, world: World, week: int) -> None:
        self.world, self._week = world, week
        court = world.court
        self.organs: I = np.zeros((N_COURT + 1, 5), np.int64)
        self.factions: I = np.zeros((len(world.places.court.factions) + 1, 5), np.int64)
        add_up(
            court.status,
            court.organ,
            court.rank,
            court.faction,
            court.loyalty,
            court.rent,
            court.hazard,
            self.organs,
            self.factions,
        )

        self.by_organ, self.by_faction = _values(self.organs), _values(self.factions)

    def mean_of(self, organs: tuple[int, ...], what: int) -> float:
        """Mean of a quantity over those in post in some organs together; 0 if there is nobody."""
        held = added = 0
        for o in organs:
            held += self.organs.item(o, POSTS)
            added += self.organs.item(o, what)
        return added / ONE / held if held else 0.0

    @cached_property
    def chief_tenure(self) -> F:
        """Weeks since the chiefs took their posts, mean by organ, (11,); a vacant post counts 0, so that a change is a fall."""
        court = self.world.court
        return add_tenure(court.status, court.organ, court.rank, court.tenure)

    @cached_property
    def falls(self) -> dict[str, F]:
        """This week's falls by organ, (11,) each: purges (warnings apart), executions, demotions, re-educations."""
        out = {name: np.zeros(N_COURT + 1) for name in ("purges", *_COUNTED)}
        for record in reversed(self.world.register):
            if record["week"] != self._week:
                break
            if record["fate"] == FATES[0]:
                continue
            for name, fate in _COUNTED.items():
                if record["fate"] == fate:
                    _count(out[name], record["organ"])
            _count(out["purges"], record["organ"])
        return out


def _values(sums: I) -> F:
    """What `add_up` added, a row each: posts and top posts, and means over those in post; 0 where nobody is."""
    out = sums.T.astype(np.float64)
    out[LOYALTY:] /= ONE * np.maximum(out[POSTS], 1.0)
    return out


def _count(by_organ: F, organ: str) -> None:
    by_organ[COURT_ORGANS.index(organ)] += 1.0
    by_organ[-1] += 1.0
