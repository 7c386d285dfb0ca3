"""What a scenario's tables say of its people, in the shapes that the build needs."""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import portable
from custodes.errors import BadScenario
from custodes.world.columns import OCCUPATIONS

F = NDArray[np.float64]

AGES: Final = 128
BAND: Final = 5  #: years a band of the age table
OPEN_YEARS: Final = 14  #: years over which the last, open band is spread, thinning out
INDUSTRIES: Final = OCCUPATIONS[1:10]
SONGBUN: Final = ("core", "wavering", "hostile")
#: Where a scenario has no table of activity.
_ACTIVITY: Final = {"over_16": 0.702, "over_60": 0.073}
_SONGBUN: Final = {"core": 0.28, "wavering": 0.45, "hostile": 0.27}  #: where a scenario has no table of it


class Census(NamedTuple):
    """National margins of the people, soldiers included."""

    pyramid: F  #: (2, 128) people by woman and age; only proportions count
    urban: F  #: (C,) urban share of the civil population
    household_size: float
    active_16: float  #: share of those of 16 and older with a job
    active_60: float  #: of 60 and older
    industry: F  #: (9,) shares of jobs, `INDUSTRIES`; the last, public services, has the organs' agents in it
    songbun: F  #: (3,)
    party_members: float


def census_of(scenario: Any) -> Census:
    """The margins of a scenario; BadScenario for a table that lacks a part."""
    activity = {**_ACTIVITY, **_table(scenario, "activity", {})}
    return Census(
        pyramid=_pyramid(scenario),
        urban=np.array([c.urban_share for c in scenario.places], np.float64),
        household_size=_in_range(float(_part(scenario, "household_size", "mean")), "household_size", 1.5, 6.0),
        active_16=float(activity["over_16"]),
        active_60=float(activity["over_60"]),
        industry=_shares(scenario, "occupations", INDUSTRIES),
        songbun=_shares(scenario, "songbun", SONGBUN, _SONGBUN),
        party_members=float(_table(scenario, "party_members", 0.0)),
    )


def _table(scenario: Any, name: str, default: Any) -> Any:
    return scenario.tables.get(name, default)


def _part(scenario: Any, table: str, part: str, default: Any = None) -> Any:
    values = _table(scenario, table, default)
    if not isinstance(values, dict) or part not in values:
        raise BadScenario(f"the table '{table}' of {scenario.name} lacks '{part}': add it to the scenario's tables.")
    return values[part]


def _in_range(value: float, name: str, low: float, high: float) -> float:
    if not low <= value <= high:
        raise BadScenario(f"the table '{name}' has {value:g}, which is outside {low:g} to {high:g}.")
    return value


def _shares(scenario: Any, table: str, parts: tuple[str, ...], default: Any = None) -> F:
    values = np.array([float(_part(scenario, table, part, default)) for part in parts])
    whole = portable.total(values)
    if whole <= 0.0:
        raise BadScenario(f"the shares of the table '{table}' of {scenario.name} are all zero: give at least one.")
    return values / whole


def _pyramid(scenario: Any) -> F:
    """Single years from five-year bands: lines through the bands' middles, each band scaled to its own share."""
    out = np.zeros((2, AGES))
    for woman, sex in enumerate(("man", "woman")):
        bands = np.asarray(_part(scenario, "age_sex", sex), np.float64)
        if bands.ndim != 1 or not 2 <= bands.size <= (AGES - OPEN_YEARS) // BAND:
            raise BadScenario(
                f"the table 'age_sex' of {scenario.name} must list two to {(AGES - OPEN_YEARS) // BAND} bands a sex."
            )
        out[woman] = _single_years(bands)
    if portable.total(out) <= 0.0:
        raise BadScenario(f"the table 'age_sex' of {scenario.name} is empty: give people by age.")
    return out


def _single_years(bands: F) -> F:
    """One share a year (128,) from five-year bands, the last of them open."""
    out = np.zeros(AGES)
    last = bands.size - 1
    for i in range(last):
        before, after = bands[max(i - 1, 0)], bands[min(i + 1, last - 1)]
        slope = (after - before) / (2 * BAND) / BAND if 0 < i < last - 1 else 0.0
        years = bands[i] / BAND + slope * (np.arange(BAND) - 2.0)
        years = np.maximum(years, 0.2 * bands[i] / BAND)
        total = portable.total(years)
        out[BAND * i : BAND * (i + 1)] = years * (bands[i] / total) if total > 0.0 else 0.0
    thinning = (OPEN_YEARS - np.arange(OPEN_YEARS, dtype=np.float64)) ** 2
    out[BAND * last : BAND * last + OPEN_YEARS] = bands[last] * thinning / portable.total(thinning)
    return out
