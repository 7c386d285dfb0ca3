"""What a finished run keeps beside its series, for those who show it: names at court, roads of contraband, the crisis ladder.

All of it follows from the world of the last week and the parameters; nothing here draws from a stream of the run.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes import portable
from custodes.mechanisms import crisis, rings, routes
from custodes.world.columns import COURT_ORGANS
from custodes.world.same import Same
from custodes.world.state import Places, World

F = NDArray[np.float64]

TURMOIL: Final = (0.2, 0.4, 0.7)  #: for which the ladder is tabled: above each of its three lines
MONTHS: Final = (1, 3, 6, 12, 24)
LADDER_RUNS: Final = 2000
MOST_ROADS: Final = 60


def tables(world: World, p: Any) -> dict[str, Any]:
    """`court`, `ladder` and `rings` of a run's record, plain values."""
    return {"court": court(world), "ladder": ladder(world, p.crisis), "rings": contraband(world, p.rings)}


def court(world: World) -> dict[str, Any]:
    """What the court and its organs are called, and how many posts each has by rank."""
    plan = world.places.court
    organs = {
        name: {"title": title, **dict(zip(("chiefs", "deputies", "directors"), size, strict=True))}
        for name, title, size in zip(COURT_ORGANS, plan.titles, plan.sizes, strict=True)
    }
    return {"leader": plan.leader, "organs": organs, "factions": list(plan.factions), "abroad": plan.abroad}


def ladder(world: World, p: crisis.Params) -> dict[str, Any]:
    """How far each neighbour has come after some months *given* a constant turmoil; empty without neighbours.

    `given`: a row for each turmoil, month and neighbour with the share of runs at each of the `levels`.
    """
    everybody = crisis.neighbours(world)
    if not everybody:
        return {}
    entry = [n.responses[crisis.ENTRY].chance if crisis.ENTRY in n.responses else 0.0 for n in everybody]
    given = []
    for theta in TURMOIL:
        shares = crisis.ladder(theta, MONTHS[-1], LADDER_RUNS, p, entry=entry)
        given += [
            {"turmoil": theta, "month": month, "neighbour": n.title, "shares": [float(x) for x in shares[month, i]]}
            for month in MONTHS
            for i, n in enumerate(everybody)
        ]
    levels = [called.removeprefix("the ").removeprefix("a ") for called in crisis.CALLED]
    return {"levels": levels, "runs": LADDER_RUNS, "needed": list(p.enter), "given": given}


def contraband(world: World, p: rings.Params) -> dict[str, Any]:
    """Where contraband is made (kg a week), what lies in each county (kg), and which roads carry most (kg a week).

    Loads on a road are expected ones under the last quarter's choices of carriers, each on the best road of his class:
    the weeks keep no account by road. Empty where nothing is made.
    """
    places = world.places
    if not places.contraband.producers:
        return {}
    output = world.memory.get("contraband_output", 1.0)
    made = [{"county": places.counties[c], "kilograms": kilos * output} for c, kilos in places.contraband.producers]
    stock = world.books.contraband_stock
    held = [{"county": places.counties[int(c)], "kilograms": int(stock[c]) / 1000.0} for c in np.flatnonzero(stock)]
    loads, by_officers = road_loads(world, p)
    order = sorted(range(len(loads)), key=lambda r: (-loads[r], r))[:MOST_ROADS]
    roads = [
        {
            "from": places.counties[places.roads[r][0]],
            "to": places.counties[places.roads[r][1]],
            "kilograms": float(loads[r]),
            "officers": float(by_officers[r] / loads[r]),
        }
        for r in order
        if loads[r] > 0.0
    ]
    return {"made": made, "held": held, "roads": roads}


def road_loads(world: World, p: rings.Params) -> tuple[F, F]:
    """Kilograms a week that set out over each road, (roads,), and those of officers."""
    places, memory = world.places, world.memory
    lost = world.county.lost.tobytes()
    staffed, officers = memory.get("rings_staffed", 1.0), memory.get("rings_officers", p.officers_rest)
    chosen = rings.plan(Same(places), lost, staffed, officers, p)
    terms = rings.terms_of(places, staffed, p)
    g = routes.graph(places, lost, terms.checkpoint_km)
    output = memory.get("contraband_output", 1.0)
    loads = np.zeros((2, g.km.size))
    for i, (source, kilos) in enumerate(places.contraband.producers):
        rows = slice(chosen.first[i], chosen.first[i + 1])
        sent = kilos * output * (1.0 - chosen.local[i])
        for traveller in range(routes.N_CLASSES):
            mine = chosen.ways.traveller[rows] == traveller
            targets, shares = chosen.ways.target[rows][mine], chosen.share[rows][mine]
            flow = _along(places, g, source, targets, sent * shares, routes.road_costs(g, traveller, terms))
            loads[0] += flow
            loads[1] += flow if traveller == routes.OFFICER else 0.0
    return loads[0], loads[1]


def _along(places: Places, g: routes.Graph, source: int, targets: Any, kilos: F, cost: F) -> F:
    """Kilograms over each road when all go the best way from a source."""
    counties = len(places.counties)
    distance, before, by = np.empty(counties), np.empty(counties, np.int32), np.empty(counties, np.int32)
    routes.shortest(g.first, g.to, g.road, cost, source, distance, before, by)
    out = np.zeros(g.km.size)
    for target in dict.fromkeys(targets.tolist()):
        amount, here = portable.total(kilos[targets == target]), target
        while here != source and before[here] >= 0:
            out[by[here]] += amount
            here = int(before[here])
    return out
