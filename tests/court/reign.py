"""A leader who rules a court alone: the street of toyland stands still, so that a decade takes seconds."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from custodes.actors.leader import Leader
from custodes.engine.step import Deed, Week
from custodes.observe.events import EventLog
from custodes.scenario import tactics as grammar
from custodes.scenario.actors import default_leader
from custodes.week import SETTLE, Parameters
from custodes.world.state import World
from tests.court.alone import COURT, court

BURN_IN = 52
Watch = Callable[[World, Week], None]


class Reign:
    """A court and its leader, week by week. `deeds` collects what he does."""

    def __init__(
        self, seed: int = 1, settings: Sequence[str] = (), spec: grammar.Leader | None = None, court_moves: bool = True
    ) -> None:
        self.world, self.p, self.levers = court(seed, settings)
        self.leader, self.log = Leader(spec or default_leader()), EventLog(str(self.world.start))
        self.world.week = -BURN_IN
        self.world.sums = self.world.sums.copy()  # the street is everybody's
        self.court_moves = court_moves
        self.deeds: list[Deed] = []

    def step(self, before: Watch | None = None) -> Week:
        """One week: he acts, the court moves, he hears of it."""
        world, number = self.world, self.world.week
        self.log.begin_week(number)
        date = world.start + np.timedelta64(7 * number, "D")
        week = Week(number, number % 52, 2017 + number // 52, date, number % 52 == 0, self.levers, self.log)
        if before:
            before(world, week)
        if number >= 0:
            self.leader.act(world, week, self.p)
        self.deeds += week.deeds
        for step in SETTLE if self.court_moves else ():
            if step.name.partition(".")[0] in COURT:
                step.function(world, week, self.p)
        self.leader.observe(world, week, self.p)
        world.week += 1
        return week

    def to(self, week: int, before: Watch | None = None) -> "Reign":
        """Until the world stands in a week."""
        while self.world.week < week:
            self.step(before)
        return self

    @property
    def mind(self) -> dict[str, Any]:
        """What he keeps between weeks."""
        mind: dict[str, Any] = self.world.actors["leader"]
        return mind

    @property
    def parameters(self) -> Parameters:
        return self.p

    def taken(self) -> list[tuple[int, str]]:
        """Week and name of every tactic that he took, sequels apart."""
        named = {(e.week, e.origin.removeprefix("leader: ")) for e in self.log if e.origin.startswith("leader: ")}
        return sorted(t for t in named if not t[1].endswith(", then"))

    def counts(self) -> Counter[str]:
        return Counter(name for _, name in self.taken())


def only(*names: str, **more: Any) -> grammar.Leader:
    """The default leader with some of his tactics."""
    spec = default_leader()
    return spec.model_copy(update={"tactics": [t for t in spec.tactics if t.name in names], **more})
