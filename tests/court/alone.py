"""A court that runs alone: the street of toyland stands still while officials rise and fall, so that a decade takes a second."""

import copy
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

import custodes as cu
from custodes.engine.step import Deed, Week
from custodes.observe.events import EventLog
from custodes.scenario.load import Scenario
from custodes.week import SETTLE, Parameters, parameters_of
from custodes.world import people
from custodes.world.officials import build_court
from custodes.world.state import World

#: The steps of the court, in the order of the week.
COURT = (
    "trade",
    "rents",
    "loyalty",
    "blame",
    "suspicion",
    "purge",
    "fates",
    "careers",
    "coups",
    "succession",
    "officers",
    "envoys",
    "rings",
    "endings",
)


@cache
def _country(settings: tuple[str, ...]) -> tuple[Scenario, Parameters]:
    country = cu.load("toyland").with_settings(list(settings))
    return country, parameters_of(country.parameters)


@cache
def _street() -> World:
    country, parameters = _country(())
    return people.build(country, parameters, 20, 1)


def court(seed: int, settings: Sequence[str] = ()) -> tuple[World, Parameters, Any]:
    """A fresh court of a seed over one street that everybody shares, its parameters, and the levers of its country."""
    country, parameters = _country(tuple(settings))
    street = _street()
    world = copy.copy(street)
    world.seed, world.week = seed, 0
    for part in ("national", "county", "organ", "guards", "branch", "books"):
        setattr(world, part, copy.deepcopy(getattr(street, part)))
    world.memory, world.actors, world.register = dict(street.memory), {}, []
    world.court = build_court(world.places.court, len(world.places.provinces), parameters, seed)
    return world, parameters, country.timeline.levers_at(0)


def step(
    world: World, parameters: Parameters, levers: Any, log: EventLog, deeds: Sequence[Deed] = (), names: Any = COURT
) -> None:
    """One week of the court alone."""
    date = world.start + np.timedelta64(7 * world.week, "D")
    log.begin_week(world.week)
    year = world.week // 52
    week = Week(world.week, world.week % 52, 2017 + year, date, world.week % 52 == 0, levers, log, list(deeds))
    for each in SETTLE:
        if each.name.partition(".")[0] in names:
            each.function(world, week, parameters)
    world.week += 1


def years(
    seed: int,
    number: float,
    settings: Sequence[str] = (),
    watch: Callable[[World], None] | None = None,
    prepare: Callable[[World], None] | None = None,
    names: Any = COURT,
) -> tuple[World, EventLog]:
    """A court alone for some years; `watch` sees every week's end, `prepare` may change the world before the first."""
    world, parameters, levers = court(seed, settings)
    if prepare:
        prepare(world)
    log = EventLog(str(world.start))
    for _ in range(round(52 * number)):
        step(world, parameters, levers, log, names=names)
        if watch:
            watch(world)
    return world, log
