"""The court: about a thousand posts of the nomenklatura, who holds them, and who waits outside for a way back.

One table of officials. The first `posts` rows are the posts, chiefs first in each organ; the rows after them hold people
without a post (in re-education, dismissed, in prison). What belongs to the post stays in its row; what belongs to the
person moves with him. Persons have numbers that are never used twice, so that a grudge points to a man and not to a seat.
"""

from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, Final, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from custodes.world.columns import DIRECTOR, EMPTY_ROW, IN_POST, N_COURT, VACANT_POST

F = NDArray[np.float64]
I1 = NDArray[np.int8]
I4 = NDArray[np.int32]
I8 = NDArray[np.int64]

NEVER: Final = 9999  #: weeks since something that has not happened
NO_PLOT: Final = -1
MOST_PLOTS: Final = 6


class Holder(NamedTuple):
    """One top post as the scenario gives it: its title, and its holder at the start if he is known."""

    organ: int  #: index into COURT_ORGANS
    rank: int  #: index into RANKS
    title: str  #: "minister of state security"
    name: str = ""  #: empty: the post is known, its holder is generated
    faction: str = ""
    since: str = ""  #: ISO date
    abroad: bool = False
    career: tuple[str, ...] = ()  #: known stations, oldest first, one sentence each
    source: str = ""
    grade: str = ""
    recalled: bool = False


class CourtPlan(NamedTuple):
    """What a scenario says of its court; static, never saved with a world."""

    titles: tuple[str, ...]  #: of the ten organs, in the order of COURT_ORGANS, without an article
    sizes: tuple[tuple[int, int, int], ...]  #: chiefs, deputies, directors of each organ
    force: tuple[float, ...]  #: share of the state's force of each organ
    weight: tuple[float, ...]  #: how much power the organ's posts give, 1 or less
    abroad: int  #: posts abroad, in the diplomatic service
    factions: tuple[str, ...]
    family_names: tuple[str, ...]
    given_names: tuple[str, ...]
    holders: tuple[Holder, ...] = ()
    leader: str = "the leader"

    @property
    def posts(self) -> int:
        return sum(map(sum, self.sizes))

    def called(self, organ: int) -> str:
        """An organ inside a sentence: `the Ministry of State Security`."""
        return f"the {self.titles[organ]}"


@dataclass
class Court:
    """Officials, each of shape (M,): posts first, then people without a post."""

    # of the post
    organ: I1
    rank: I1
    force: F  #: share of the state's force that the post commands
    power: F  #: over men and money
    abroad: I1  #: 1: the post is abroad
    province: NDArray[np.int16]  #: of the provincial committees, else -1
    holder: NDArray[np.int16]  #: index into CourtPlan.holders of the post's title, else -1
    # of the person
    status: I1
    person: I8  #: 0: nobody
    known: NDArray[np.int16]  #: index into CourtPlan.holders if the name is real, else -1
    former_organ: I1  #: what he held before he fell
    former_rank: I1
    patron: I8  #: person, 0: none
    has_patron: I1  #: 1: the patron is in post, or none is needed
    since_patron: I4  #: weeks since the patron was lost
    faction: I1
    plot: I1  #: number of his plot, or NO_PLOT
    loyalty: F
    trait: F  #: what sets his loyalty apart
    competence: F
    ambition: F
    wealth: F  #: fortune amassed, index
    rent: F  #: this week's, 1 at rest for a director
    expected_rent: F
    hazard: F  #: perceived purge hazard a year
    suspicion: F  #: the leader's
    evidence: F  #: held against him
    since_denounced: I4  #: weeks
    denouncer: I8  #: person
    harmed_by: I8  #: person who harmed him, 0: nobody
    tenure: I4  #: weeks in the post
    weeks_away: I4  #: until he may come back
    fell: I8  #: index + 1 into World.register of his last fall, 0: none; of a vacant post, of the fall that emptied it
    recalled: I4  #: weeks left of an order to come home
    family_held: I1  #: 1: a posted man's family is at home
    family_punished: I1

    def __len__(self) -> int:
        return len(self.status)


#: Columns that stay with the post.
OF_POST: Final = ("organ", "rank", "force", "power", "abroad", "province", "holder")
OF_PERSON: Final = tuple(f.name for f in fields(Court) if f.name not in OF_POST)


#: The columns of `OF_PERSON`, in that order.
of_person: Final = attrgetter(*OF_PERSON)


@dataclass
class Branch:
    """The ten organs of the court, each of shape (10,) unless said."""

    hazard: F  #: perceived purge hazard a year in the organ
    purged: F  #: this week's purged share, chiefs counted three times
    prestige: F  #: 1/2 at rest
    failure: F  #: what went wrong, 0 to 1
    scandal: F
    blame: F  #: reported anger at the organ and its scandals
    since_scapegoat: I4  #: weeks
    scapegoat_open: I4  #: weeks in which the leader looks for a culprit here
    inquiry: I4  #: weeks left of an inquiry into the chief
    chain_ratio: F  #: what the organ passes up, over the rest
    trade_ratio: F  #: its own trade, over the rest
    chain_norm: F  #: won a week at rest; 0: not yet known
    trade_norm: F  #: cents a week at rest
    requests: F  #: requests to resign a year, share of officers (army and guard)
    vacancies: F  #: share of officers' posts that resignations left open
    troop_morale: F  #: army and guard
    plots_joined: F  #: (6,) members of each plot
    plot_weeks: F  #: (6,) weeks since it began; 0: no such plot


def empty_court(plan: CourtPlan, away: int = 512) -> Court:
    """All posts vacant and all other rows empty."""
    rows = plan.posts + away
    court = Court(**{f.name: np.zeros(rows, _kind(f.type)) for f in fields(Court)})
    row = 0
    for organ, size in enumerate(plan.sizes):
        for rank, count in enumerate(size):
            court.organ[row : row + count] = organ
            court.rank[row : row + count] = rank
            row += count
    court.status[:] = EMPTY_ROW
    court.status[:row] = VACANT_POST
    court.rank[row:] = DIRECTOR
    court.organ[row:] = -1
    for name in ("province", "holder", "known"):
        getattr(court, name)[:] = -1
    court.plot[:] = NO_PLOT
    court.since_denounced[:] = NEVER
    return court


def _kind(column: Any) -> Any:
    """The NumPy type of a column declared as NDArray[type]."""
    return get_args(get_args(column)[1])[0]


def new_branch() -> Branch:
    """Organs at rest."""
    z = np.zeros
    return Branch(
        hazard=z(N_COURT) + 0.07,
        purged=z(N_COURT),
        prestige=z(N_COURT) + 0.5,
        failure=z(N_COURT) + 0.05,
        scandal=z(N_COURT),
        blame=z(N_COURT),
        since_scapegoat=np.full(N_COURT, NEVER, np.int32),
        scapegoat_open=z(N_COURT, np.int32),
        inquiry=z(N_COURT, np.int32),
        chain_ratio=z(N_COURT) + 1.0,
        trade_ratio=z(N_COURT) + 1.0,
        chain_norm=z(N_COURT),
        trade_norm=z(N_COURT),
        requests=z(N_COURT),
        vacancies=z(N_COURT),
        troop_morale=z(N_COURT) + 0.6,
        plots_joined=z(MOST_PLOTS),
        plot_weeks=z(MOST_PLOTS),
    )


def row_of(court: Court, person: int) -> int:
    """The row of a person, or -1 if he is gone."""
    if not person:
        return -1
    return _first(court.person == person)


def in_post(court: Court) -> NDArray[np.bool_]:
    """Which rows are posts with a holder."""
    here: NDArray[np.bool_] = court.status == IN_POST
    return here


def clear(court: Court, row: int) -> None:
    """Nobody is in this row any more: a post falls vacant, another row empties. The person is gone from the table."""
    post = court.organ[row] >= 0
    for column in of_person(court):
        column[row] = 0
    court.status[row] = VACANT_POST if post else EMPTY_ROW
    court.known[row] = -1
    court.plot[row] = NO_PLOT
    court.since_denounced[row] = NEVER


def move(court: Court, source: int, target: int, status: int) -> None:
    """Move a person to another row (which must be free) and clear his old one."""
    for column in of_person(court):
        column[target] = column[source]
    court.status[target] = status
    clear(court, source)


def free_row(court: Court) -> int:
    """A row for somebody without a post, or -1 if all are taken."""
    return _first(court.status == EMPTY_ROW)


def _first(wanted: NDArray[np.bool_]) -> int:
    """The first row that is wanted, or -1."""
    row = int(wanted.argmax())
    return row if wanted[row] else -1
