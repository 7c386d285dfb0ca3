"""Coups: being written."""

from typing import Any, NamedTuple

from custodes.engine.step import Week
from custodes.world.state import World

READS = ""
WRITES = ""


class Params(NamedTuple):
    """Group `coups`."""


def settle(world: World, week: Week, p: Any) -> None:
    """Being written."""
