"""The sums that next week's tables read, counted from the columns: for week one, and to check the people pass.

Counts follow the people pass to the letter (engine/household_pass.py, engine/person_pass.py): adults are free persons and
soldiers of 17 and older, households are those with a member at home, squads apart. Flows of a week that has not been
(pay, bribes, visits) stay zero; what was wanted to eat and how guards weigh households is worked out.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes.engine.sums import INDEX, N_SUMS, index
from custodes.jit import njit
from custodes.world import columns as col
from custodes.world.state import World

F = NDArray[np.float64]

_PERSONS: Final = np.array(
    [
        INDEX[name]
        for name in (
            "people",
            "free",
            "soldiers",
            "jailed",
            "camp",
            "across_border",
            "adults",
            "dissenters",
            "evaders",
            "falsifiers",
            "fear_u16",
            "media_u16",
            "rights_u16",
            "support_i16",
        )
    ]
)
_HOUSEHOLDS: Final = np.array(
    [
        INDEX[name]
        for name in (
            "households",
            "money",
            "dollars_cents",
            "stress_u16",
            "memory_u16",
            "market_share_u16",
            "market_labour_milli",
            "attending_milli",
            "farm_workers_milli",
            "workers_milli",
            "market_workers_milli",
            "need_grams",
            "plot_grams",
            "want_grams",
            "income",
            "weight",
            "weight_threat_ask",
            "weight_plea_ask",
            "ration_grams",
        )
    ]
)
_CLASSES: Final = np.array(
    [index(name, 0) for name in ("class_households", "class_members", "class_served_members", "class_income")]
)
_WORKERS: Final = 0.55
_SCALE: Final = 1048576.0


class Food(NamedTuple):
    """How the first week's wants are worked out."""

    need: F  #: (8,) g a member-week
    ration: F  #: (8,) of a served household
    coverage: F  #: (8,)
    plot: F  #: (8,)
    want_factor: float


def week_number(date: np.datetime64) -> int:
    """Weeks from `columns.WEEK_ZERO` to a date."""
    return int((date.astype("datetime64[D]") - col.WEEK_ZERO) // np.timedelta64(7, "D"))


def food_of(world: World, p: Any) -> Food:
    """Needs, rations and plots by class, from the parameters of `rations` and the ration of the nation."""
    r = p.rations
    army = np.arange(col.N_CLASSES) == col.ARMY
    need = np.full(col.N_CLASSES, np.floor(7.0 * r.need_per_day))
    ration = np.floor(7.0 * world.national.ration * np.where(army, r.army_factor, 1.0))
    plot = np.floor(need * np.where(army, 0.0, r.plot_share))
    plot[col.FARMERS] = need[col.FARMERS]
    coverage = np.array(
        [
            r.coverage_guards,
            r.coverage_guards,
            r.coverage_officials,
            r.coverage_capital,
            r.coverage_state_workers,
            r.coverage_dependants,
            0.0,
            r.coverage_army,
        ]
    )
    return Food(need, ration, coverage, plot, 1.5 / (1.0 + 0.5 * world.national.rice_price / 5000.0))


def count_sums(world: World, p: Any) -> None:
    """Fill `world.sums` (C, N_SUMS) from the columns."""
    week = week_number(world.start) + world.week
    out = np.zeros((world.sums.shape[0], N_SUMS), np.int64)
    count_persons(world.persons, world.units, week, out, _PERSONS)
    count_households(world.households, world.units, food_of(world, p), out, _HOUSEHOLDS, _CLASSES)
    world.sums[:] = out


@njit
def count_persons(persons, units, week, out, at):  # type: ignore[no-untyped-def]
    """Add persons by condition, and their adults' states, to each county's line of `out`."""
    for u in range(units.county.shape[0]):
        line = out[units.county[u]]
        for r in range(units.first_person[u], units.first_person[u + 1]):
            condition = persons.condition[r]
            if condition == col.VACANT:
                continue
            line[at[0]] += 1
            line[at[1]] += 1 if condition == col.FREE else 0
            line[at[2]] += 1 if condition == col.SOLDIER else 0
            line[at[3]] += 1 if condition == col.JAILED else 0
            line[at[4]] += 1 if condition == col.CAMP else 0
            line[at[5]] += 1 if condition == col.ACROSS_BORDER else 0
            if (condition <= col.SOLDIER) & (week - persons.birth_week[r] >= col.ADULT_WEEKS):
                shown, own = persons.stance[r], persons.private_support[r]
                line[at[6]] += 1
                line[at[7]] += 1 if shown == col.DISSENT else 0
                line[at[8]] += 1 if shown == col.EVADE else 0
                line[at[9]] += 1 if (shown == col.CONFORM) & (own < 0) else 0
                line[at[10]] += np.int64(persons.fear[r])
                line[at[11]] += np.int64(persons.media[r])
                line[at[12]] += np.int64(persons.rights[r])
                line[at[13]] += np.int64(own)


@njit
def count_households(households, units, food, out, at, classes):  # type: ignore[no-untyped-def]
    """Add households, their work, means, wants and weight for guards to each county's line of `out`."""
    x = households
    for u in range(units.county.shape[0]):
        line = out[units.county[u]]
        for h in range(units.first_household[u], units.first_household[u + 1]):
            kind, members = np.int64(x.ration_class[h]), np.int64(x.members[h])
            line[at[1]] += x.money[h]
            line[at[2]] += np.int64(x.dollars[h])
            if members == 0:
                continue
            m, skill, workers = x.market_share[h] / 65535.0, x.skill[h] / 4096.0, _WORKERS * members
            if kind != col.ARMY:
                line[at[0]] += 1
                line[at[3]] += np.int64(x.food_stress[h])
                line[at[4]] += np.int64(x.victim_memory[h])
                line[at[5]] += np.int64(x.market_share[h])
            line[at[6]] += np.int64(1000.0 * m * workers * skill)
            line[at[7]] += np.int64(1000.0 * (1.0 - m) * workers) if x.flags[h] & col.PAYING else 0
            line[at[8]] += np.int64(1000.0 * workers) if kind == col.FARMERS else 0
            line[at[9]] += np.int64(1000.0 * workers)
            line[at[10]] += np.int64(1000.0 * m * workers)
            served = x.served_rank[h] < 65536.0 * food.coverage[kind]
            need = members * food.need[kind]
            ration = members * food.ration[kind] if served else 0.0
            plot = min(members * food.plot[kind], max(0.0, need - ration))
            line[at[11]] += np.int64(need)
            line[at[12]] += np.int64(plot)
            line[at[13]] += np.int64(max(0.0, need - ration - plot) * food.want_factor)
            line[at[18]] += np.int64(ration)
            line[at[14]] += np.int64(x.smoothed_income[h])
            handle = x.illegality[h] / 65535.0 * (0.2 + m) / 1.2
            weight = handle * handle * (0.03 + m)
            threat = min(1.1 * x.smoothed_income[h] * (0.5 + handle) + 0.05 * x.money[h], 0.8 * x.money[h])
            plea = min(0.6 * x.smoothed_income[h] * (0.5 + handle) + 0.02 * x.money[h], 0.5 * x.money[h])
            line[at[15]] += np.int64(weight * _SCALE)
            line[at[16]] += np.int64(weight * 0.5 * threat)
            line[at[17]] += np.int64(weight * 0.5 * plea)
            line[classes[0] + kind] += 1
            line[classes[1] + kind] += members
            line[classes[2] + kind] += members if served else 0
            line[classes[3] + kind] += np.int64(x.smoothed_income[h])
