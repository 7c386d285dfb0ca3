"""Counties as arrays, with their neighbours (the five nearest of the same or an adjacent province) and the roads."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes.errors import BadScenario
from custodes.world.columns import PLACE_TYPES
from custodes.world.quotas import largest_remainder
from custodes.world.state import Contraband, Places

NEIGHBOURS: Final = 5
WINDING: Final = 1.3  #: length of a road over the straight line: the usual detour between towns
KM_A_DEGREE: Final = 111.2  #: of latitude
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
        contraband=_contraband(scenario),
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


def _roads(latitude: F, longitude: F, neighbours: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, int, float], ...]:
    """Roads (county, county, km), each once: what is left of the links between neighbours, and what joins the parts.

    A link stays unless a third county lies in the circle around it (Gabriel and Sokal 1969): travellers go through that
    county. A road is longer than the straight line by the usual winding.
    """
    pairs = {(min(i, j), max(i, j)) for i, near in enumerate(neighbours) for j in near}
    kept = [(i, j) for i, j in sorted(pairs) if not _between(latitude, longitude, i, j, neighbours)]
    kept += _joins(latitude, longitude, kept)
    return tuple(
        (i, j, WINDING * KM_A_DEGREE * float(np.sqrt(_square(latitude, longitude, i, j)))) for i, j in sorted(kept)
    )


def _square(latitude: F, longitude: F, i: Any, j: Any) -> Any:
    """Squared distance in degrees of latitude, on a local plane."""
    squeeze = np.maximum(1.0 - (latitude[i] / 90.0) ** 2, 0.05)
    east, north = (longitude[i] - longitude[j]) * squeeze, latitude[i] - latitude[j]
    return north * north + east * east


def _between(latitude: F, longitude: F, i: int, j: int, neighbours: tuple[tuple[int, ...], ...]) -> bool:
    """Whether a neighbour of one of the two lies in the circle that has their link as its diameter."""
    near = np.array(sorted({*neighbours[i], *neighbours[j]} - {i, j}), np.int64)
    round_way = _square(latitude, longitude, i, near) + _square(latitude, longitude, j, near)
    return bool((round_way < _square(latitude, longitude, i, j)).any())


def _joins(latitude: F, longitude: F, roads: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The shortest links that make one network of the parts: each time from the part of the lowest county to another."""
    part = np.arange(latitude.size)
    for i, j in roads:
        part[part == part[j]] = part[i]
    out = []
    while (part != part[0]).any():
        inside, outside = np.flatnonzero(part == part[0]), np.flatnonzero(part != part[0])
        far = _square(latitude, longitude, inside[:, None], outside[None, :])
        a, b = divmod(int(np.argmin(far)), outside.size)
        i, j = int(inside[a]), int(outside[b])
        part[part == part[j]] = part[0]
        out.append((min(i, j), max(i, j)))
    return out


def _contraband(scenario: Any) -> Contraband:
    """The scenario's table `contraband`, with counties by their numbers; nothing is made where there is none."""
    table = scenario.tables.get("contraband")
    if table is None:
        return Contraband()
    names = [c.name for c in scenario.places]
    wrong = [n for n in table.get("producers", {}) if n not in names]
    if set(table) != {"producers", "price_at_source", "price_at_border"} or wrong:
        what = f"'{wrong[0]}' is no county" if wrong else "give producers, price_at_source and price_at_border"
        raise BadScenario(f"the table 'contraband' of {scenario.name}: {what}.")
    producers = tuple((names.index(name), float(kilos)) for name, kilos in table["producers"].items())
    return Contraband(producers, float(table["price_at_source"]), float(table["price_at_border"]))


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
