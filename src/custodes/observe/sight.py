"""One week's world added up by province and nation: what the series of `truth` are computed from."""

from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from custodes.engine.settle import UP_CHAIN, UP_COUNTY, UP_LEADER
from custodes.engine.sums import index
from custodes.errors import BrokenLaw
from custodes.observe import adding
from custodes.observe.court_sight import CourtSight
from custodes.world.columns import B_STATE_SECURITY, N_ORGANS
from custodes.world.state import Places, World

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741

#: floats are added as whole multiples of 2**-BITS: exact, in any order, on any machine (agents x won: WON_BITS)
BITS: Final = 32
WON_BITS: Final = 16
SCALE: Final = 2.0**BITS

#: kinds of events that count in a series
COUNTED: Final[dict[str, tuple[str, ...]]] = {"incidents": ("incident",), "refused_orders": ("refusal",)}


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


def share(top: ArrayLike, bottom: ArrayLike) -> Any:
    """top / bottom, and 0 where bottom is 0."""
    t, b = np.asarray(top, np.float64), np.asarray(bottom, np.float64)
    if t.shape != b.shape:
        t, b = np.broadcast_arrays(t, b)
    out = adding.share(t.ravel(), b.ravel())
    return out.reshape(t.shape) if t.ndim else float(out[0])


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
        self.sums: I = adding.by_province(world.sums, ground.province, ground.size, world.k)  #: (L, N_SUMS), real
        self._real: F = adding.real(self.sums)  #: (N_SUMS, L)
        self.need = np.array([n if n > 0.0 else np.inf for n in measures.need])

    def v(self, name: str, part: int | None = None) -> F:
        """Real sums of `name` by place, (L,)."""
        return self._real[index(name, part)]

    def o(self, name: str) -> F:
        """Real sums of `name` by place and organ, (L, M)."""
        return adding.organs(self.sums, index(name, 0), N_ORGANS)

    @cached_property
    def taken(self) -> F:
        """Bribes and settlements, won, (L, M)."""
        return self.o("bribes") + self.o("settlements")

    @cached_property
    def supporters(self) -> F:
        """Real adults with private support above zero, (L,)."""
        units, ground = self.world.units, self._ground
        counties = adding.count_units(units.supporters, units.county, ground.counties)
        return adding.by_province(counties, ground.province, ground.size, self.world.k)[:, 0].astype(np.float64)

    def places(self, x: NDArray[Any]) -> I:
        """Whole numbers by organ and county (O, C), added up to (L, M)."""
        return adding.whole_by_place(x, self._ground.province, self._ground.size)

    def added(self, x: F, bits: int = BITS) -> F:
        """Floats by organ and county (O, C), added up to (L, M)."""
        return self._known(adding.added(x, self._ground.province, self._ground.size, 2.0**bits))

    def _known(self, sums: F) -> F:
        """Sums of floats; BrokenLaw when one of the floats was not finite."""
        if not sums.size:
            raise BrokenLaw(f"week {self._week}: a state of the guards or counties is not a finite number")
        return sums

    def _weighted(self, x: F, weight: F) -> F:
        return self._known(adding.weighted(x, weight, self._ground.province, self._ground.size, SCALE))

    @cached_property
    def staff(self) -> F:
        """Agents in post, (L, M)."""
        return self.added(self.world.guards.staff)

    def by_staff(self, x: F) -> F:
        """Mean of (O, C) over agents, (L, M)."""
        return self._weighted(x, self.world.guards.staff)

    def chosen(self, name: str) -> F:
        """Mean of a choice table (O, C) over planned visits, (L, M)."""
        return self._weighted(getattr(self.world.guards, name), self._visits)

    @cached_property
    def _visits(self) -> F:
        g = self.world.guards
        return g.staff * g.effort

    def perceived(self) -> F:
        """Perceived punishment, mean over agent types, (O, C)."""
        rho = self.world.guards.perceived
        a, b, c = self.measures.type_shares
        return a * rho[:, :, 0] + b * rho[:, :, 1] + c * rho[:, :, 2]

    def by_population(self, x: F) -> F:
        """Mean of county values (C,) over people at the start, (L,)."""
        ground = self._ground
        return self._known(adding.by_people(x, ground.population, ground.province, ground.size, SCALE))

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
