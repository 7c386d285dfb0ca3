"""Weekly rates of birth and death by age, scaled to the crude rates of the start and kept in the world's memory."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from custodes import portable
from custodes.world.columns import SOLDIER, VACANT, WOMAN
from custodes.world.counting import week_number
from custodes.world.quotas import piecewise
from custodes.world.state import World

F = NDArray[np.float64]
WEEKS = 52.0


#: Births a woman by age (points joined by lines): late and narrow, as after marriage at 25.5 (t01); only the shape counts.
_BIRTH_AGES = (17.0, 20.0, 24.0, 27.0, 31.0, 36.0, 42.0, 46.0)
_BIRTHS = (0.0, 0.02, 0.11, 0.16, 0.10, 0.03, 0.004, 0.0)
#: Deaths a person-year by age: the shape of life tables with expectancies of 64 (men) and 71 (women) years (t01).
_DEATH_AGES = (0.0, 1.0, 5.0, 15.0, 25.0, 35.0, 45.0, 55.0, 65.0, 75.0, 85.0, 95.0)
_DEATHS = (
    (0.026, 0.004, 0.001, 0.0013, 0.0025, 0.0040, 0.0080, 0.0170, 0.0380, 0.0850, 0.1900, 0.3800),
    (0.022, 0.004, 0.001, 0.0010, 0.0017, 0.0025, 0.0045, 0.0090, 0.0210, 0.0550, 0.1500, 0.3400),
)


def shapes() -> tuple[F, F]:
    """Births of a woman by age (128,) and deaths by woman and age (2, 128), a year, before scaling."""
    age = np.arange(128, dtype=np.float64)
    return piecewise(age, _BIRTH_AGES, _BIRTHS), np.stack([piecewise(age, _DEATH_AGES, line) for line in _DEATHS])


def ages(world: World) -> NDArray[np.int64]:
    """Living rows by (woman, soldier, age in completed years of 52 weeks), shape (2, 2, 128)."""
    now = week_number(world.start) + world.week
    out = np.zeros((2, 2, 128), np.int64)
    persons, block = world.persons, 1 << 20
    for first in range(0, persons.condition.size, block):
        part = slice(first, first + block)
        there = persons.condition[part] != VACANT
        age = np.clip((now - persons.birth_week[part][there].astype(np.int64)) // 52, 0, 127)
        woman = (persons.flags[part][there] & WOMAN).astype(np.int64)
        soldier = (persons.condition[part][there] == SOLDIER).astype(np.int64)
        out += np.bincount((woman * 2 + soldier) * 128 + age, minlength=512).reshape(2, 2, 128)
    return out


def set_rates(world: World, birth_shape: F, death_shape: F, p: Any) -> None:
    """Scale shapes (128,) and (2, 128) so that the people at the start have `p.births` and `p.deaths` a 1,000 a year."""
    people = ages(world).astype(np.float64)
    whole = portable.total(people)
    mothers = people[1, 0]
    births = birth_shape * _factor(p.births, whole, birth_shape, mothers)
    deaths = death_shape * _factor(p.deaths, whole, death_shape, people[:, 0] + people[:, 1])
    for age in range(128):
        world.memory[f"birth_rate.{age}"] = float(min(births[age], 0.02))
        world.memory[f"death_rate.man.{age}"] = float(min(deaths[0, age], 0.02))
        world.memory[f"death_rate.woman.{age}"] = float(min(deaths[1, age], 0.02))


def _factor(per_thousand: float, people: float, shape: F, at_risk: F) -> float:
    expected = portable.total(shape * at_risk)
    return per_thousand / 1000.0 / WEEKS * people / expected if expected > 0.0 else 0.0
