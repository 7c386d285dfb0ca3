"""What must hold of the rows of any world after any week: every person in one place, every household counted right."""

import numpy as np
from numpy.typing import NDArray

from custodes.engine.sums import INDEX
from custodes.world import columns as col
from custodes.world.counting import week_number
from custodes.world.state import World


def assert_consistent(world: World) -> None:
    """AssertionError, naming what is wrong, unless persons, households, neighbourhoods and sums agree with each other."""
    _codes(world)
    home, unit = _homes(world)
    _members(world, home)
    _traders(world, home)
    _absent(world)
    _units(world, unit)
    _sums(world, unit)


def _homes(world: World) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Household row and neighbourhood of each person row; each household belongs to the person's own neighbourhood."""
    units = world.units
    unit = np.repeat(np.arange(units.county.size), np.diff(units.first_person))
    home = units.first_household[unit].astype(np.int64) + world.persons.household_in_unit
    living = world.persons.condition != col.VACANT
    assert unit.size == world.persons.condition.size, "person rows outside every neighbourhood"
    assert units.first_household[-1] == world.households.money.size, "household rows outside every neighbourhood"
    assert (home < units.first_household[unit + 1])[living].all(), "a person lives in another neighbourhood's household"
    return home, unit


def _codes(world: World) -> None:
    persons, households = world.persons, world.households
    assert persons.condition.max() <= col.ACROSS_BORDER, "an unknown condition"
    assert persons.stance.max() <= col.DISSENT, "an unknown stance"
    assert persons.occupation.max() < len(col.OCCUPATIONS), "an unknown occupation"
    assert households.ration_class.max() < col.N_CLASSES, "an unknown ration class"
    assert households.money.min() >= 0, "a household owes cash"
    assert households.dollars.min() >= 0, "a household owes dollars"
    assert households.smoothed_income.min() >= 0, "negative income"
    assert households.taken_this_year.min() >= 0, "less than nothing was taken"
    assert persons.private_support.min() >= -col.I16, "private support below -1"
    now = week_number(world.start) + world.week
    living = persons.condition != col.VACANT
    assert persons.birth_week[living].max() < now, "a person who is not born yet"


def _members(world: World, home: NDArray[np.int64]) -> None:
    """`members` counts the household's free persons and soldiers; where it is 0 no cash and no dollars are left."""
    there = world.persons.condition <= col.SOLDIER
    members = np.bincount(home[there], minlength=world.households.members.size)
    wrong = np.flatnonzero(members != world.households.members)
    assert wrong.size == 0, f"{wrong.size} households do not count their members, first {wrong[:3]}"
    empty = members == 0
    assert not ((world.households.money > 0) & empty).any(), "an empty household holds cash"
    assert not ((world.households.dollars > 0) & empty).any(), "an empty household holds dollars"


def _traders(world: World, home: NDArray[np.int64]) -> None:
    """The trader is a free member of the household, or none; squads have none.

    (Children whose only parent was in a camp when the people were built have none either.)
    """
    units, households = world.units, world.households
    unit = np.repeat(np.arange(units.county.size), np.diff(units.first_household))
    there = households.trader != col.NO_TRADER
    row = units.first_person[unit[there]].astype(np.int64) + households.trader[there]
    assert (row < units.first_person[unit[there] + 1]).all(), "a trader from another neighbourhood"
    assert (home[row] == np.flatnonzero(there)).all(), "a trader of another household"
    condition = world.persons.condition[row]
    assert (condition == col.FREE).all(), f"{int((condition != col.FREE).sum())} traders are not free"
    assert not there[units.garrison[unit] == 1].any(), "a squad has a trader"


def _absent(world: World) -> None:
    """Nobody at home serves a term; vacant rows show nothing; soldiers, and only they, are at home in garrisons."""
    persons = world.persons
    home = persons.condition <= col.SOLDIER
    vacant = persons.condition == col.VACANT
    assert not persons.term[home].any(), "a free person serves a term"
    assert not persons.stance[vacant].any(), "a vacant row has a stance"
    garrison = np.repeat(world.units.garrison == 1, np.diff(world.units.first_person))
    assert not (garrison & (persons.condition == col.FREE)).any(), "a person who is no soldier is at home in a garrison"
    assert not (~garrison & (persons.condition == col.SOLDIER)).any(), "a soldier is at home outside garrisons"


def _units(world: World, unit: NDArray[np.int64]) -> None:
    """Neighbourhoods know their adults, dissenters and evaders."""
    persons, units = world.persons, world.units
    now = week_number(world.start) + world.week - 1  # the week that was counted
    adult = (persons.condition <= col.SOLDIER) & (persons.birth_week <= now - col.ADULT_WEEKS)
    for name, mask in (
        ("adults", adult),
        ("dissenters", adult & (persons.stance == col.DISSENT)),
        ("evaders", adult & (persons.stance == col.EVADE)),
        ("supporters", adult & (persons.private_support > 0)),
    ):
        counted = np.bincount(unit[mask], minlength=units.county.size)
        assert np.array_equal(counted, getattr(units, name)) or _exchanged(world), (
            f"units.{name} is not what its rows say"
        )


def _exchanged(world: World) -> bool:
    """Whether recruits and soldiers changed rows after the last count: the first week of a year."""
    last = world.start + np.timedelta64(7 * (world.week - 1), "D")
    before = last - np.timedelta64(7, "D")
    return bool(last.astype("datetime64[Y]") != before.astype("datetime64[Y]"))


def _sums(world: World, unit: NDArray[np.int64]) -> None:
    """The week's sums by county are those of the rows."""
    persons, county = world.persons, world.units.county[unit]
    masks = {
        "people": persons.condition != col.VACANT,
        "free": persons.condition == col.FREE,
        "soldiers": persons.condition == col.SOLDIER,
        "jailed": persons.condition == col.JAILED,
        "camp": persons.condition == col.CAMP,
        "across_border": persons.condition == col.ACROSS_BORDER,
    }
    for name, mask in masks.items():
        counted = np.bincount(county[mask], minlength=world.sums.shape[0])
        assert np.array_equal(counted, world.sums[:, INDEX[name]]), f"the sum '{name}' is not what the rows say"
    assert int(world.households.money.sum()) == int(world.sums[:, INDEX["money"]].sum()), (
        "cash in households is miscounted"
    )
    cents = int(world.households.dollars.astype(np.int64).sum())
    assert cents == int(world.sums[:, INDEX["dollars_cents"]].sum()), "dollars in households are miscounted"
