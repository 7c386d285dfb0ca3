"""One week's world added up by province and nation: what the series of `truth` are computed from."""

from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes.engine.settle import UP_CHAIN, UP_COUNTY, UP_LEADER
from custodes.engine.sums import INDEX, index
from custodes.errors import BrokenLaw
from custodes.observe import adding
from custodes.observe.court_sight import CourtSight
from custodes.world.columns import B_STATE_SECURITY, N_CLASSES, N_ORGANS
from custodes.world.state import Places, World

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741

#: kinds of events that count in a series
COUNTED: Final[dict[str, tuple[str, ...]]] = {"incidents": ("incident",), "refused_orders": ("refusal",)}
#: sums with an entry for each collecting organ, in the order of their columns, and the first column
BY_ORGAN: Final = tuple(n[:-2] for n in INDEX if n.endswith(".0") and f"{n[:-2]}.{N_ORGANS}" not in INDEX)
_PART: Final = {name: i for i, name in enumerate(BY_ORGAN)}
_SERVED: Final = index("class_served_members", 0)
_FIRST: Final = INDEX[f"{BY_ORGAN[0]}.0"]


class Measures(NamedTuple):
    """The parameters that series need. By organ: state security, police, cadres; by type: area, office, rough."""

    need: tuple[float, ...] = (0.0, 0.0, 0.0)  #: won a week that feeds an agent's household; 0: not known
    type_shares: tuple[float, ...] = (0.5, 0.3, 0.2)
    to_chief: float = UP_COUNTY / 100  #: shares of a bribe
    to_chain: float = UP_CHAIN / 100
    to_leader: float = UP_LEADER / 100
    blamed: float = 0.9  #: how far anger turns on state security when it threatens as usual
    usual_most: float = 3.0  #: most that its share of threats can count against the usual one

    @classmethod
    def of(cls, p: Any) -> "Measures":
        """From the groups of parameters of a run."""
        return cls(
            need=tuple(p.extortion.need),
            type_shares=tuple(p.extortion.type_share),
            blamed=p.blame.anger[B_STATE_SECURITY],
            usual_most=p.blame.usual_most,
        )

    @property
    def passed_up(self) -> float:
        """Share of a bribe that leaves the agent's pocket."""
        return self.to_chief + self.to_chain + self.to_leader


def share(top: F, bottom: F) -> F:
    """top / bottom, two arrays of a shape, and 0 where bottom is 0."""
    out: F = adding.share(top, bottom)
    return out


class Ground:
    """The places of a run as sums need them; C counties, L = provinces + 1."""

    def __init__(self, places: Places) -> None:
        self.province: I = places.province.astype(np.int64)  #: (C,)
        self.population: I = places.population.astype(np.int64)  #: (C,) at the start
        self.size = len(places.provinces) + 1  #: L
        self.counties = len(places.counties)
        of_county = {name: int(p) for name, p in zip(places.counties, places.province, strict=True)}
        self.where = of_county | {name: i for i, name in enumerate(places.provinces)}  #: index of its province


class Sight:
    """The world of one week, added up. L = provinces + 1 (last: nation), M = organs + 1 (last: all)."""

    def __init__(
        self,
        world: World,
        ground: Ground,
        measures: Measures,
        log: Any,
        week: int,
        arrays: dict[str, F],
    ) -> None:
        self.world, self.measures = world, measures
        self._ground, self._log, self._week, self._arrays = ground, log, week, arrays
        self.real: F  #: (N_SUMS, L), real sums by name and place
        self._by_organ: F  #: (names, L, M), those of `BY_ORGAN`
        self.real, self._by_organ = adding.by_place(
            world.sums, ground.province, ground.size, world.k, _FIRST, N_ORGANS, len(BY_ORGAN)
        )

    def v(self, name: str) -> F:
        """Real sums of `name` by place, (L,)."""
        return self.real[INDEX[name]]

    def o(self, name: str) -> F:
        """Real sums of `name` by place and organ, (L, M)."""
        return self._by_organ[_PART[name]]

    @cached_property
    def served(self) -> F:
        """Members of households that the ration plan serves, (L,)."""
        served: F = np.add.reduce(self.real[_SERVED : _SERVED + N_CLASSES])
        return served

    @cached_property
    def taken(self) -> F:
        """Bribes and settlements, won, (L, M)."""
        return self.o("bribes") + self.o("settlements")

    @cached_property
    def supporters(self) -> F:
        """Real adults with private support above zero, (L,)."""
        units, ground = self.world.units, self._ground
        found: F = adding.count_units(units.supporters, units.county, ground.province, ground.size, self.world.k)
        return found

    @cached_property
    def guards(self) -> F:
        """What `adding.guards` adds up of agents and their choices, (N_GUARD_SUMS, L, M)."""
        g, m, ground = self.world.guards, self.measures, self._ground
        tables = g.staff, g.effort, g.morale, g.paid, g.perceived, g.threat_share, g.plea_share, g.capacity, g.punished
        return self._known(adding.guards(*tables, m.need, m.type_shares, ground.province, ground.size))

    @property
    def staff(self) -> F:
        """Agents in post, (L, M)."""
        return self.guards[adding.STAFF]

    def _known(self, sums: F) -> F:
        """Sums of floats; BrokenLaw when one of the floats was not finite."""
        if not sums.size:
            raise BrokenLaw(f"week {self._week}: a state of the guards or counties is not a finite number")
        return sums

    def anger_at(self, organ: int, usual: float) -> F:
        """Anger over extortion that turns on a collecting organ, (L,), by its share of threats and its usual one."""
        m, threats = self.measures, self.o("threats_met")
        at: F = adding.against(self.v("anger_u16"), self.v("households"), threats, organ, usual, m.blamed, m.usual_most)
        return at

    def by_population(self, x: F) -> F:
        """Mean of county values (C,) over people at the start, (L,)."""
        ground = self._ground
        return self._known(adding.by_people(x, ground.population, ground.province, ground.size))

    def before(self, name: str) -> Any:
        """Last week's value of a series; zeros in week 0."""
        past = self._arrays[name]
        return past[self._week - 1] if self._week > 0 else np.zeros(past.shape[1:])

    def happened(self, name: str) -> F:
        """Events of this week that count for a series, by place, (L,)."""
        out = np.zeros(self._ground.size)
        for event in self._log.of_week(COUNTED[name], self._week):
            out[-1] += 1.0
            if (place := self._ground.where.get(event.place)) is not None:
                out[place] += 1.0
        return out

    def logged(self, kind: str) -> int:
        """Number of this week's events of a kind."""
        return len(self._log.of_week((kind,), self._week))

    @cached_property
    def court(self) -> CourtSight:
        """The court, added up by organ and faction."""
        return CourtSight(self.world, self._week)
