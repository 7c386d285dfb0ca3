"""One week's world added up by province and nation: what the series of `truth` are computed from."""

from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from custodes.engine.settle import UP_CHAIN, UP_COUNTY, UP_LEADER
from custodes.engine.sums import index
from custodes.errors import BrokenLaw
from custodes.observe.court_sight import CourtSight
from custodes.world.columns import B_STATE_SECURITY, N_ORGANS
from custodes.world.state import Places, World

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741

#: floats are added as whole multiples of 2**-BITS: exact, in any order, on any machine (agents x won: WON_BITS)
BITS: Final = 32
WON_BITS: Final = 16

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
    safe = np.where(b == 0.0, 1.0, b)
    out = np.where(b == 0.0, 0.0, t / safe)
    return float(out) if out.ndim == 0 else out


class Sight:
    """The world of one week, added up. L = provinces + 1 (last: nation), M = organs + 1 (last: all)."""

    def __init__(
        self,
        world: World,
        places: Places,
        measures: Measures,
        log: Any,
        week: int,
        arrays: dict[str, F],
    ) -> None:
        self.world, self.measures = world, measures
        self._places, self._log, self._week, self._arrays = places, log, week, arrays
        self.sums: I = np.int64(world.k) * self.by_province(world.sums)  #: (L, N_SUMS), real
        self.need = np.array([n if n > 0.0 else np.inf for n in measures.need])

    def by_province(self, counties: NDArray[Any]) -> NDArray[Any]:
        """Whole numbers by county (C, ...), added up to (L, ...)."""
        out = np.zeros((len(self._places.provinces) + 1, *counties.shape[1:]), np.int64)
        order, starts, present = self._order
        out[present] = np.add.reduceat(counties[order], starts, axis=0)
        out[-1] = out[:-1].sum(axis=0)
        return out

    @cached_property
    def _order(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        order = np.argsort(self._places.province, kind="stable")
        present, starts = np.unique(self._places.province[order], return_index=True)
        return order, starts, present

    def v(self, name: str, part: int | None = None) -> F:
        """Real sums of `name` by place, (L,)."""
        return self.sums[:, index(name, part)].astype(np.float64)

    def o(self, name: str) -> F:
        """Real sums of `name` by place and organ, (L, M)."""
        first = index(name, 0)
        parts = self.sums[:, first : first + N_ORGANS]
        return np.column_stack([parts, parts.sum(axis=1)]).astype(np.float64)

    @cached_property
    def taken(self) -> F:
        """Bribes and settlements, won, (L, M)."""
        return self.o("bribes") + self.o("settlements")

    @cached_property
    def supporters(self) -> F:
        """Real adults with private support above zero, (L,)."""
        units = self.world.units
        rows = np.zeros(len(self._places.counties), np.int64)
        np.add.at(rows, units.county, units.supporters.astype(np.int64))
        return (np.int64(self.world.k) * self.by_province(rows)).astype(np.float64)

    def whole(self, x: NDArray[Any], bits: int = BITS) -> I:
        """Floats as whole multiples of 2**-bits; BrokenLaw when one is not finite."""
        if not np.all(np.isfinite(x)):
            raise BrokenLaw(f"week {self._week}: a state of the guards or counties is not a finite number")
        return np.rint(np.ldexp(x, bits)).astype(np.int64)

    def places(self, x: NDArray[Any]) -> I:
        """Whole numbers by organ and county (O, C), added up to (L, M)."""
        out = self.by_province(x.T)
        return np.column_stack([out, out.sum(axis=1)])

    def added(self, x: F, bits: int = BITS) -> F:
        """Floats by organ and county (O, C), added up to (L, M)."""
        return np.ldexp(self.places(self.whole(x, bits)).astype(np.float64), -bits)

    def _weighted(self, x: F, weight: F) -> F:
        return share(self.added(x * weight), self.added(weight))

    def by_staff(self, x: F) -> F:
        """Mean of (O, C) over agents, (L, M)."""
        return self._weighted(x, self.world.guards.staff)

    def chosen(self, name: str) -> F:
        """Mean of a choice table (O, C) over planned visits, (L, M)."""
        g = self.world.guards
        return self._weighted(getattr(g, name), g.staff * g.effort)

    def perceived(self) -> F:
        """Perceived punishment, mean over agent types, (O, C)."""
        rho = self.world.guards.perceived
        a, b, c = self.measures.type_shares
        return a * rho[:, :, 0] + b * rho[:, :, 1] + c * rho[:, :, 2]

    def by_population(self, x: F) -> F:
        """Mean of county values (C,) over people at the start, (L,)."""
        people = self._places.population
        return share(
            np.ldexp(self.by_province(self.whole(x) * people).astype(np.float64), -BITS), self.by_province(people)
        )

    def before(self, name: str) -> Any:
        """Last week's value of a series; zeros in week 0."""
        past = self._arrays[name]
        return past[self._week - 1] if self._week > 0 else np.zeros(past.shape[1:])

    def happened(self, name: str) -> F:
        """Events of this week that count for a series, by place, (L,)."""
        out = np.zeros(len(self._places.provinces) + 1)
        for event in self._log.of_week(COUNTED[name], self._week):
            out[-1] += 1.0
            if (place := self._where.get(event.place)) is not None:
                out[place] += 1.0
        return out

    def logged(self, kind: str) -> int:
        """Number of this week's events of a kind."""
        return len(self._log.of_week((kind,), self._week))

    @cached_property
    def court(self) -> CourtSight:
        """The court, added up by organ and faction."""
        return CourtSight(self.world, self._week)

    @cached_property
    def _where(self) -> dict[str, int]:
        counties = {name: int(p) for name, p in zip(self._places.counties, self._places.province, strict=True)}
        return counties | {name: i for i, name in enumerate(self._places.provinces)}
