"""Routes: the best roads from where contraband is made to where it is wanted, for each class of traveller.

A road has checkpoints at the boundary of a province, at the entry of the capital and of a border county, and at every so
many kilometres. A traveller weighs what he stands to lose there, so that classes that are searched more go other ways
round. Best paths: Dijkstra 1959; the second and third best avoid the roads of those before (penalty method). Paths change
only when counties are lost or checkpoints change, so they are kept between weeks; they are pure functions of their inputs.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import portable
from custodes.jit import njit
from custodes.world.columns import PLACE_TYPES
from custodes.world.same import Same
from custodes.world.state import Places

F = NDArray[np.float64]
I4 = NDArray[np.int32]

CLASSES = ("resident", "trader", "cadre", "officer")  #: of travellers
N_CLASSES = len(CLASSES)
OFFICER = CLASSES.index("officer")
GUARDED = tuple(PLACE_TYPES.index(name) for name in ("capital", "border"))
FAR = 1e18


class Graph(NamedTuple):
    """Roads both ways, sorted by the county they leave. E = twice the roads, C counties."""

    first: I4  #: (C + 1,) into the roads that leave each county
    to: I4  #: (E,)
    road: I4  #: (E,) number of the road, the same in both directions
    checkpoints: F  #: (roads,) on each, may be a fraction
    km: F  #: (roads,)


class Terms(NamedTuple):
    """What a load's road depends on; tuples are by class of traveller."""

    search: tuple[float, ...]  #: chance of a search at a checkpoint
    seized: float  #: share of searches that end in seizure; the others end in a bribe
    penalty: tuple[float, ...]  #: US$ lost beside the load
    bribe: float  #: US$ a bribe
    load_worth: float  #: US$ gained by a load that arrives
    per_km: float  #: US$ a kilometre
    checkpoint_km: float  #: kilometres of road for each checkpoint inside a province
    avoidance: float  #: how much dearer a road looks that the paths before it take
    paths: int


class Ways(NamedTuple):
    """Paths, one a row: (R,) each. Rows are sorted by source, class and target."""

    source: I4
    target: I4
    traveller: I4  #: class
    checkpoints: F
    km: F


def pass_chance(checkpoints: Any, search: Any, seized: float) -> Any:
    """Chance to pass so many checkpoints: the chain of complements of Shleifer and Vishny."""
    return portable.exp(checkpoints * portable.log(1.0 - seized * np.asarray(search, np.float64)))


def expected_bribes(checkpoints: Any, search: Any, paid: float, fee: float) -> Any:
    """US$ that a traveller expects to pay on the way: at each checkpoint, if he is searched and it ends in a bribe."""
    return checkpoints * search * paid * fee


def graph(places: Places, lost: bytes, checkpoint_km: float) -> Graph:
    """The road graph with its checkpoints; the state keeps none on the roads of a county that it has lost."""
    counties = len(places.counties)
    a = np.array([r[0] for r in places.roads], np.int32)
    b = np.array([r[1] for r in places.roads], np.int32)
    km = np.array([r[2] for r in places.roads], np.float64)
    guarded = np.isin(places.place_type, GUARDED)
    entries = (guarded[a] != guarded[b]) | (guarded[a] & (places.place_type[a] != places.place_type[b]))
    count = km / checkpoint_km + (places.province[a] != places.province[b]) + entries
    out = np.frombuffer(lost, np.int8) > 0
    count = np.where(out[a] | out[b], 0.0, count)
    ends, tos = np.concatenate([a, b]), np.concatenate([b, a])
    order = np.lexsort((tos, ends))
    first = np.searchsorted(ends[order], np.arange(counties + 1)).astype(np.int32)
    road = np.tile(np.arange(a.size, dtype=np.int32), 2)[order]
    return Graph(first, tos[order].astype(np.int32), road, count, km)


@njit
def shortest(first, to, road, cost, source, distance, before, by):  # type: ignore[no-untyped-def]
    """Dijkstra from one county: fills distance, the county before and the road to it (-1: none), each (C,)."""
    counties = distance.shape[0]
    done = np.zeros(counties, np.bool_)
    for c in range(counties):
        distance[c] = FAR
        before[c] = -1
        by[c] = -1
    distance[source] = 0.0
    for _ in range(counties):
        nearest = -1
        for c in range(counties):
            if not done[c] and distance[c] < FAR and (nearest < 0 or distance[c] < distance[nearest]):
                nearest = c
        if nearest < 0:
            break
        done[nearest] = True
        for e in range(first[nearest], first[nearest + 1]):
            far = distance[nearest] + cost[road[e]]
            if far < distance[to[e]]:
                distance[to[e]] = far
                before[to[e]] = nearest
                by[to[e]] = road[e]


@njit
def trace(source, target, before, by, checkpoints, km, used):  # type: ignore[no-untyped-def]
    """Checkpoints and kilometres of the path to `target`; marks its roads in `used`."""
    n = 0.0
    length = 0.0
    c = target
    while c != source and before[c] >= 0:
        n += checkpoints[by[c]]
        length += km[by[c]]
        used[by[c]] = True
        c = before[c]
    return n, length


def road_costs(g: Graph, traveller: int, terms: Terms) -> F:
    """US$ that each road costs a class of traveller: the chance of loss times what is lost, bribes, and the way."""
    search = terms.search[traveller]
    risk = -portable.log(1.0 - terms.seized * search)
    at_stake = terms.load_worth + terms.penalty[traveller]
    bribes = expected_bribes(g.checkpoints, search, 1.0 - terms.seized, terms.bribe)
    return np.asarray(g.checkpoints * risk * at_stake + bribes + terms.per_km * g.km, np.float64)


def _trees(
    g: Graph, source: int, targets: tuple[int, ...], traveller: int, terms: Terms
) -> list[list[tuple[float, float]]]:
    """Checkpoints and kilometres of up to `paths` different paths to each target."""
    counties = g.first.size - 1
    distance, before, by = np.empty(counties), np.empty(counties, np.int32), np.empty(counties, np.int32)
    cost = road_costs(g, traveller, terms)
    found: list[list[tuple[float, float]]] = [[] for _ in targets]
    for _ in range(terms.paths):
        shortest(g.first, g.to, g.road, cost, source, distance, before, by)
        used = np.zeros(g.km.size, np.bool_)
        for i, target in enumerate(targets):
            path = trace(source, target, before, by, g.checkpoints, g.km, used)
            if distance[target] < FAR and path not in found[i]:
                found[i].append(path)
        cost = np.where(used, cost * terms.avoidance, cost)
    return found


@lru_cache(maxsize=16)
def ways(places: Same, sources: tuple[int, ...], targets: tuple[int, ...], lost: bytes, terms: Terms) -> Ways:
    """All paths from every source to every target for every class, none from a place to itself."""
    g = graph(places.thing, lost, terms.checkpoint_km)
    rows = []
    for source in sources:
        others = tuple(t for t in targets if t != source)
        for traveller in range(N_CLASSES):
            for target, paths in zip(others, _trees(g, source, others, traveller, terms), strict=True):
                rows += [(source, target, traveller, n, km) for n, km in paths]
    column: Callable[[int, Any], Any] = lambda i, kind: np.array([r[i] for r in rows], kind)  # noqa: E731
    return Ways(
        column(0, np.int32), column(1, np.int32), column(2, np.int32), column(3, np.float64), column(4, np.float64)
    )
