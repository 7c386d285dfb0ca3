"""Counties as arrays, with their neighbours: the five nearest of the same or an adjacent province."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes.world.columns import PLACE_TYPES
from custodes.world.quotas import largest_remainder
from custodes.world.state import Places

NEIGHBOURS: Final = 5
F = NDArray[np.float64]


def build_places(scenario: Any) -> Places:
    """The scenario's counties; its census shares are raised to the population at the start."""
    counties = scenario.places
    provinces = tuple(dict.fromkeys(c.province for c in counties))
    province = np.array([provinces.index(c.province) for c in counties], np.int16)
    population = np.asarray(scenario.county_population(), np.int64)
    latitude = np.array([c.latitude for c in counties], np.float64)
    longitude = np.array([c.longitude for c in counties], np.float64)
    place = np.array([PLACE_TYPES.index(c.place_type) for c in counties], np.int8)
    capital = max((i for i, c in enumerate(counties) if c.place_type == "capital"), key=lambda i: population[i])
    neighbours = _neighbours(latitude, longitude, province, _adjacent(scenario, provinces))
    return Places(
        counties=tuple(c.name for c in counties),
        provinces=provinces,
        province=province,
        place_type=place,
        latitude=latitude,
        longitude=longitude,
        capital=int(capital),
        neighbours=neighbours,
        population=population,
        soldiers=np.array([c.soldiers for c in counties], np.int64),
        estimated=np.array([c.status == "ESTIMATED" for c in counties], np.bool_),
        markets=_markets(scenario.markets, provinces, province, population),
        roads=_roads(latitude, longitude, neighbours),
        court=scenario.court,
    )


def _adjacent(scenario: Any, provinces: tuple[str, ...]) -> set[tuple[int, int]]:
    """Pairs of provinces (both ways) that border on each other, each with itself; all pairs if the scenario names none."""
    pairs = [(a, b) for a, b in scenario.adjacent_provinces if a in provinces and b in provinces]
    every = [(a, b) for a in provinces for b in provinces]
    found = {(provinces.index(a), provinces.index(b)) for a, b in (pairs or every)}
    return found | {(b, a) for a, b in found} | {(i, i) for i in range(len(provinces))}


def _neighbours(
    latitude: F, longitude: F, province: NDArray[np.int16], adjacent: set[tuple[int, int]]
) -> tuple[tuple[int, ...], ...]:
    """Up to five nearest counties of the same or an adjacent province, nearest first; distance on a local plane."""
    squeeze = np.maximum(
        1.0 - (latitude / 90.0) ** 2, 0.05
    )  # near cos(latitude), without a cosine: order is all that counts
    out = []
    for i in range(latitude.size):
        far = (latitude - latitude[i]) ** 2 + ((longitude - longitude[i]) * squeeze[i]) ** 2
        order = [
            int(j)
            for j in np.argsort(far, kind="stable")
            if j != i and (int(province[i]), int(province[j])) in adjacent
        ]
        out.append(tuple(order[:NEIGHBOURS]))
    return tuple(out)


def _roads(
    latitude: F, longitude: F, neighbours: tuple[tuple[int, ...], ...]
) -> tuple[tuple[int, int, float], ...]:
    """Roads between neighbours, (county, county, km), each once, on a local plane."""
    pairs = {(min(i, j), max(i, j)) for i, near in enumerate(neighbours) for j in near}
    out = []
    for i, j in sorted(pairs):
        squeeze = max(1.0 - (latitude[i] / 90.0) ** 2, 0.05)
        east, north = (longitude[i] - longitude[j]) * squeeze, latitude[i] - latitude[j]
        out.append((i, j, float(111.2 * np.sqrt(north * north + east * east))))
    return tuple(out)


def _markets(
    by_province: dict[str, float],
    provinces: tuple[str, ...],
    province: NDArray[np.int16],
    population: NDArray[np.int64],
) -> F:
    """Official markets of each county (C,): the province's count, whole, by population."""
    out = np.zeros(population.size)
    for name, count in by_province.items():
        here = np.flatnonzero(province == provinces.index(name))
        out[here] = largest_remainder(population[here], round(count))
    return out
