"""The synthetic population: from census margins to persons, households and neighbourhoods, row by row.

`build` lays the country out (layout.py), prepares the distributions (`_tables`), and fills the columns in chunks of
units with compiled kernels (households.py, persons.py). Every draw is a function of the seed, the attribute and the
(county, household, person), so that the result does not depend on chunks. Margins: t01, t02 of the data; who lives with
whom and the dispositions are reasoned (EQUATIONS.md section 4 "Start", IMPLEMENTING.md nos. 5, 7, 27 and a3).
"""

import itertools
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import portable
from custodes.errors import BadInput
from custodes.world import columns as col
from custodes.world import households as hh
from custodes.world import layout as lay
from custodes.world import opening, persons, vital, work
from custodes.world.books import new_books
from custodes.world.census import Census, census_of
from custodes.world.counting import count_sums, week_number
from custodes.world.court import Court, new_branch
from custodes.world.officials import build_court
from custodes.world.places import build_places
from custodes.world.pyramid import build_pyramid
from custodes.world.quotas import beta_quantiles, cumulated, lognormal_quantiles, normal_quantiles
from custodes.world.state import National, Organ, Places, World, empty_sums, new_guards

F = NDArray[np.float64]

CHUNK: Final = 4096  #: units filled by one call of a kernel
FAMINE_ADULTS_BORN: Final = np.datetime64("1980-01-07")  #: adults of 1995-98 were born before


class Params(NamedTuple):
    """Start values. By organ: (state_security, police, cadres); by place: (capital, border, inner, rural); by class as
    `columns.CLASSES`; by songbun: (core, wavering, hostile)."""

    staff: tuple[float, ...]  #: agents by organ
    staff_density: tuple[float, ...]  #: agents a resident by place, relative
    capital_households: tuple[float, ...]  #: share of other households by place
    state_households: tuple[float, ...]
    dependant_households: tuple[float, ...]
    farm_households: tuple[float, ...]
    paying: float  #: share of capital, official and state households in an enterprise that pays
    remittance: float  #: share of households with a link abroad, times the place factor
    remittance_place: tuple[float, ...]
    border_business: float
    border_business_place: tuple[float, ...]
    money_median: float  #: won a household
    money_sigma: float
    skill_median: float
    skill_sigma: float
    illegality_a: float
    illegality_b: float
    illegality_place: tuple[float, ...]
    market_share: tuple[float, ...]  #: by class
    income: float  #: won a household-week
    food_stress: float
    victim_memory: float
    fear: float
    media: float  #: of those who have had contact
    media_share: float  #: of persons
    rights: float
    trait_upper_share: float
    trait_upper: float
    trait_lower: float
    trait_sd: float
    trait_unit_sd: float
    trait_songbun: tuple[float, ...]
    trait_famine: float  #: of adults of 1995-98
    core_place: tuple[float, ...]  #: odds of core songbun by place
    hostile_place: tuple[float, ...]
    core_class: tuple[float, ...]  #: odds of core songbun by class
    hostile_class: tuple[float, ...]
    party_age: float
    prisoners: float  #: in camps
    prisoners_songbun: tuple[float, ...]  #: odds
    officers: float  #: share of soldiers
    women_soldiers: float
    women_traders: float
    tills: float  #: of household money
    treasury: float  #: won
    importers: float  #: won
    reserve: float  #: US$
    state_pool: float  #: t grain
    farm_stock: float  #: t grain
    market_stock: float  #: t grain
    rice_price: float
    won_per_dollar: float
    price_spread: tuple[float, ...]
    risk_heard: float
    effort: float
    morale: float
    perceived_risk: float
    take: tuple[float, ...]  #: won an agent-week
    enforcement: float
    credibility: float


def build(
    scenario: Any,
    p: Any,
    sample_k: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
    chunk: int = CHUNK,
) -> World:
    """The country at the start of its burn-in, one row for `sample_k` people.

    `p` has the groups `initial` and `rations`; `progress` is told (done, total). `chunk` (units a call) never changes
    the result. BadInput if the country cannot be laid out at that sample.
    """
    initial: Params = p.initial
    places = build_places(scenario)
    census = census_of(scenario)
    facts = _facts(places, census, initial)
    layout = lay.plan(facts, sample_k)
    week = _week_of(scenario)
    keys = lay.keys_of(seed)
    sizes, first_person, _ = lay.rows(layout, keys)
    court = build_court(places.court, len(places.provinces), p, seed, np.datetime64(scenario.start, "D"))
    world = _empty_world(scenario, places, court, layout, first_person, sample_k, seed)
    frame = hh.Frame(
        first_person.astype(np.int64),
        layout.first_household,
        layout.first_unit,
        layout.unit_county,
        layout.garrison,
        layout.households,
        layout.urban,
        layout.class_cumulated,
        places.place_type.astype(np.int64),
        keys,
    )
    home, person = _tables(initial, facts, census, layout, week)
    _fill(world, layout, frame, home, person, sizes, initial, sample_k, progress or (lambda _done, _total: None), chunk)
    opening.open_books(world, initial)
    opening.post_guards(world, initial, layout.posts)
    count_sums(world, p)
    opening.set_counties(world, initial)
    vital.set_rates(world, *vital.shapes(), p.demography)
    return world


def _fill(
    world: World,
    layout: lay.Layout,
    frame: hh.Frame,
    home: hh.HouseholdTables,
    person: persons.PersonTables,
    sizes: NDArray[np.uint8],
    initial: Params,
    k: int,
    progress: Callable[[int, int], None],
    chunk: int,
) -> None:
    """Run the kernels, a chunk of units at a time."""
    units = layout.unit_county.size
    songbun = np.zeros(sizes.size, np.uint8)
    edges = [*range(0, units, chunk), units]
    for u0, u1 in itertools.pairwise(edges):
        hh.fill_households(u0, u1, frame, home, world.households, songbun)
        progress(u1, 4 * units)
    odds = np.asarray(initial.prisoners_songbun)
    camps = hh.camp_households(layout, frame, world.households, sizes, songbun, odds, round(initial.prisoners / k))
    for u0, u1 in itertools.pairwise(edges):
        persons.fill_persons(u0, u1, frame, person, world.households, sizes, songbun, camps, world.persons)
        persons.sum_units(u0, u1, person.week, world.persons, world.units)
        progress(units + 3 * u1, 4 * units)


def _week_of(scenario: Any) -> int:
    """Week of the build since `columns.WEEK_ZERO`: the scenario's start less its burn-in."""
    return week_number(np.datetime64(scenario.start, "D")) - int(scenario.burn_in_weeks)


def _facts(places: Places, census: Census, initial: Params) -> lay.Facts:
    mix = np.zeros((len(col.PLACE_TYPES), col.N_CLASSES))
    mix[:, col.CAPITAL], mix[:, col.STATE_WORKERS] = initial.capital_households, initial.state_households
    mix[:, col.DEPENDANTS], mix[:, col.FARMERS] = initial.dependant_households, initial.farm_households
    return lay.Facts(
        places.population,
        places.soldiers,
        census.urban,
        places.place_type,
        places.province.astype(np.int64),
        census.household_size,
        initial.staff,
        initial.staff_density,
        mix,
    )


def _empty_world(
    scenario: Any, places: Places, court: Court, layout: lay.Layout, first_person: NDArray[np.int32], k: int, seed: int
) -> World:
    rows, households, units = int(first_person[-1]), int(layout.first_household[-1]), layout.unit_county.size
    person = col.Persons(*(np.zeros(rows, t) for t in _dtypes(col.Persons)))
    house = col.Households(*(np.zeros(households, t) for t in _dtypes(col.Households)))
    unit = col.Units(
        first_person,
        layout.first_household.astype(np.int32),
        layout.unit_county.astype(np.int16),
        layout.garrison,
        *(np.zeros(units, np.uint16) for _ in col.Units._fields[4:]),
    )
    tiles = tiles_of(unit, len(places.counties))
    organ = Organ(*(np.zeros(col.N_ORGANS) for _ in range(8)))
    return World(
        seed=seed,
        k=k,
        week=-int(scenario.burn_in_weeks),
        start=np.datetime64(scenario.start, "D"),
        places=places,
        persons=person,
        households=house,
        units=unit,
        tiles=tiles,
        national=National(),
        county=opening.new_county(len(places.counties)),
        organ=organ,
        guards=new_guards(len(places.counties)),
        court=court,
        branch=new_branch(),
        books=new_books(len(places.counties), col.N_ORGANS, len(court)),
        sums=empty_sums(len(places.counties)),
        tile_histogram=np.zeros((tiles.county.size, 32), np.uint16),
    )


_DTYPES: Final[dict[str, Any]] = {
    "birth_week": np.int16,
    "flags": np.uint16,
    "private_support": np.int16,
    "support_trait": np.int16,
    "fear": np.uint16,
    "media": np.uint16,
    "rights": np.uint16,
    "money": np.int64,
    "dollars": np.int32,
    "smoothed_income": np.int32,
    "income_reference": np.int32,
    "taken_this_year": np.int32,
    "market_share": np.uint16,
    "food_stress": np.uint16,
    "victim_memory": np.uint16,
    "illegality": np.uint16,
    "skill": np.uint16,
    "served_rank": np.uint16,
}


def _dtypes(kind: Any) -> list[Any]:
    """Types of a table's columns as `columns` declares them; bytes unless `_DTYPES` says more."""
    return [
        np.uint8 if kind is col.Households and name == "flags" else _DTYPES.get(name, np.uint8) for name in kind._fields
    ]


def tiles_of(units: col.Units, counties: int) -> col.Tiles:
    """Blocks of up to `columns.UNITS_PER_TILE` units of one county."""
    first_unit = np.searchsorted(units.county, np.arange(counties + 1)).astype(np.int64)
    starts, owner, first_tile = [], [], [0]
    for c in range(counties):
        here = np.arange(first_unit[c], first_unit[c + 1], col.UNITS_PER_TILE)
        starts.append(here)
        owner.append(np.full(here.size, c))
        first_tile.append(first_tile[-1] + here.size)
    first = np.concatenate([*starts, [units.county.size]]).astype(np.int32)
    return col.Tiles(first, np.concatenate(owner).astype(np.int16), np.asarray(first_tile, np.int32))


# --- distributions ----------------------------------------------------------------------------------------------------


def _tables(
    p: Params,
    facts: lay.Facts,
    census: Census,
    layout: lay.Layout,
    week: int,
) -> tuple[hh.HouseholdTables, persons.PersonTables]:
    """Everything that is drawn from."""
    kinds = _households_by_place(layout, facts.place_type)
    songbun = songbun_shares(p, census.songbun, kinds)
    soldiers = float(facts.soldiers.sum())
    people = float(facts.population.sum()) + soldiers
    pyramid_people = census.pyramid * (people / portable.total(census.pyramid))
    pyramid = build_pyramid(pyramid_people, soldiers, p.women_soldiers, p.officers, facts.household_size)
    civil = work.civil_by_age(pyramid_people, soldiers, p)
    active = work.active_shares(civil, census)
    party = work.party_shares(p, civil, kinds, songbun, census.party_members)
    by_class = np.zeros(col.N_CLASSES)
    by_class[[col.OFFICIALS, col.CAPITAL, col.STATE_WORKERS]] = p.paying
    buys_out = np.zeros(col.N_CLASSES, np.uint8)
    buys_out[[col.CAPITAL, col.STATE_WORKERS]] = 1
    home = hh.HouseholdTables(
        lognormal_quantiles(p.money_median, p.money_sigma),
        lognormal_quantiles(p.skill_median, p.skill_sigma),
        beta_quantiles(p.illegality_a, p.illegality_b),
        np.asarray(p.illegality_place),
        cumulated(songbun),
        by_class,
        buys_out,
        p.remittance * np.asarray(p.remittance_place),
        p.border_business * np.asarray(p.border_business_place),
        np.asarray(p.market_share),
        p.income,
        p.food_stress,
        p.victim_memory,
    )
    born = week_number(FAMINE_ADULTS_BORN)
    person = persons.PersonTables(
        pyramid,
        week,
        normal_quantiles(),
        (p.trait_upper_share, p.trait_upper, p.trait_lower, p.trait_sd),
        p.trait_unit_sd,
        np.asarray(p.trait_songbun),
        p.trait_famine,
        born,
        cumulated(census.songbun),
        p.fear,
        p.media,
        p.media_share,
        p.rights,
        active,
        work.occupation_table(p, civil, active, kinds, census),
        party,
        int(p.party_age),
        p.officers,
        p.women_traders,
    )
    return home, person


def _households_by_place(layout: lay.Layout, place_type: NDArray[np.int8]) -> F:
    """Households by place and class (4, 8), in rows."""
    counts = np.diff(layout.class_cumulated, axis=1, prepend=0).reshape(-1, 2, col.N_CLASSES).sum(axis=1)
    return np.stack([counts[place_type == place].sum(axis=0) for place in range(len(col.PLACE_TYPES))]).astype(
        np.float64
    )


def songbun_shares(p: Params, national: F, kinds: F) -> F:
    """Shares of core, wavering and hostile by place and class (4, 8, 3): tilted odds, scaled to the national shares."""
    odds = np.ones((*kinds.shape, 3))
    odds[:, :, 0] = np.outer(p.core_place, p.core_class)
    odds[:, :, 2] = np.outer(p.hostile_place, p.hostile_class)
    factor = national.copy()
    whole = portable.total(kinds)
    if whole <= 0.0:
        raise BadInput("the scenario has no civil households.")
    for _ in range(100):
        shares = odds * factor
        shares = shares / (shares[..., :1] + shares[..., 1:2] + shares[..., 2:])
        found = np.array([portable.total(shares[..., s] * kinds) / whole for s in range(3)])
        factor = np.clip(factor * national / np.maximum(found, 1e-12), 1e-9, 1e9)
    return shares
