"""Every step of the week keeps its declaration: it reads and writes what it says, and leaves numbers that mean something."""

from collections import defaultdict

import pytest

from custodes.actors.levers import LEVERS
from custodes.engine.step import Step
from custodes.engine.tables import Tables
from custodes.week import PREPARE, SETTLE
from tests.contract.watch import STATE_BOUNDS, WEEKS, exists, unrest, year
from tests.engine.country import ride

STEPS = {step.name: step for step in (*PREPARE, *SETTLE)}
MODULES = sorted({name.partition(".")[0] for name in STEPS})


def declared(names: tuple[str, ...], name: str) -> bool:
    """Whether a name or its whole group is declared."""
    return name in names or name.partition(".")[0] in names


def of_module(module: str) -> list[Step]:
    """The steps of a mechanism: they share one declaration."""
    return [step for name, step in STEPS.items() if name.partition(".")[0] == module]


def test_every_step_runs_every_week() -> None:
    assert dict(year().runs) == dict.fromkeys(STEPS, WEEKS)


@pytest.mark.parametrize("module", MODULES)
def test_every_declared_name_exists(module: str) -> None:
    with ride("toyland", 1) as it:
        for step in of_module(module):
            for name in (*step.reads, *step.writes):
                assert exists(name, it.world, LEVERS), f"{step.name} declares '{name}', which is no part of the world"


@pytest.mark.parametrize("step", STEPS)
def test_a_step_changes_only_what_it_declares(step: str) -> None:
    stray = {name for name in year().changed[step] | unrest().changed[step] if not declared(STEPS[step].writes, name)}
    assert not stray, f"{step} writes {', '.join(sorted(stray))} and does not say so"


@pytest.mark.parametrize("step", STEPS)
def test_a_step_looks_only_at_what_it_declares(step: str) -> None:
    """Reading what one writes needs no second declaration; rows, memory and the calendar are not watched."""
    said = (*STEPS[step].reads, *STEPS[step].writes)
    stray = {name for name in year().read[step] | unrest().read[step] if not declared(said, name)}
    assert not stray, f"{step} reads {', '.join(sorted(stray))} and does not say so"


@pytest.mark.parametrize("module", MODULES)
def test_nothing_is_declared_written_that_never_is(module: str) -> None:
    written = set().union(*(seen.changed[step.name] for step in of_module(module) for seen in (year(), unrest())))
    promised = set(of_module(module)[0].writes)
    idle = {name for name in promised if not any(w == name or w.startswith(f"{name}.") for w in written)}
    assert not idle, f"{module} never writes {', '.join(sorted(idle))}"


def test_every_table_is_filled_by_one_step() -> None:
    owners: dict[str, list[str]] = defaultdict(list)
    for step, tables in year().filled.items():
        for table in tables:
            owners[table].append(step)
    assert {table: steps for table, steps in owners.items() if len(steps) != 1} == {}
    assert set(owners) == set(Tables._fields)


#: what several mechanisms write, by design: accounts, whose changes come in pairs, and named scalars of their own
SHARED = {
    "books.won",
    "books.cents",
    "books.grams",
    "books.till",
    "books.pocket",
    "books.chain",
    "books.organ_trade",
    "books.official_won",
    "books.official_cents",
    "county.lost",
    "guards.staff",  # a reform dismisses some of them
    "memory",
    "actors",
    "register",
}
#: officials move between rows, and whoever moves one moves all that is his; organs are hit by many hands
SHARED_GROUPS = ("court.", "branch.")


def test_two_mechanisms_write_the_same_state_only_where_that_is_meant() -> None:
    writers: dict[str, set[str]] = defaultdict(set)
    for seen in (year(), unrest()):
        for step, names in seen.changed.items():
            for name in names:
                writers[name].add(step.partition(".")[0])
    clashes = {name: sorted(modules) for name, modules in writers.items() if len(modules) > 1}
    for name, modules in sorted(clashes.items()):
        print(f"{name}: {', '.join(modules)}")
    assert {name for name in clashes if not name.startswith(SHARED_GROUPS)} <= SHARED


def test_no_step_leaves_a_number_without_meaning() -> None:
    assert year().faults == []
    assert unrest().faults == []


def test_bounds_are_of_names_that_exist() -> None:
    with ride("toyland", 1) as it:
        assert [name for name in STATE_BOUNDS if not exists(name, it.world, LEVERS)] == []
