"""The cast of a country: its leader and the powers, one player for the engine.

Nobody acts in the burn-in: the leader only watches, so that his beliefs have settled by the first week. From week 0 on
the leader moves first (his own levers), then the powers (theirs); both lay their changes on top of the timeline.
"""

from typing import Any

from custodes.actors.leader import Leader
from custodes.actors.powers import Powers
from custodes.engine.step import Week
from custodes.world.state import World


class Cast:
    """All actors of a scenario."""

    def __init__(self, leader: Leader, powers: Powers) -> None:
        self.leader, self.powers = leader, powers

    @classmethod
    def of(cls, scenario: Any) -> "Cast":
        """The actors of a scenario, with its totals scaled to the country's size."""
        return cls(Leader(scenario.actors.leader, scenario.scale), Powers.of(scenario))

    def act(self, world: World, week: Week, p: Any) -> None:
        """What they do this week; nothing before week 0."""
        if week.number >= 0:
            self.leader.act(world, week, p)
            self.powers.act(world, week, p)

    def observe(self, world: World, week: Week, p: Any) -> None:
        """What they saw of the week."""
        self.leader.observe(world, week, p)
        if week.number >= 0:
            self.powers.observe(world, week, p)
