"""Where everybody lives: how many households, squads, units and rows each county has, before anybody is drawn.

All numbers here are in rows (one row stands for k people). Rows lie by county, unit, household; a county's civil units
come first (urban households, then rural ones), then its garrisons; vacant rows end each unit.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import draws
from custodes.errors import BadInput
from custodes.jit import njit
from custodes.world import columns as col
from custodes.world.pyramid import SIZES, size_shares
from custodes.world.quotas import by_groups, carried_rows, largest_remainder

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741

HOUSEHOLDS_PER_UNIT: Final = 29
SQUAD: Final = 10
SQUADS_PER_UNIT: Final = 12
_CROWDED: Final = 190.0  #: rows a unit on average, above which a county gets more units than by its households
UNIT_LIMIT: Final = 250  #: rows and households a unit can have: positions are bytes, 255 means none

#: Attributes of the build, each a stream `build.<name>`; the number is its row in `keys`.
ATTRIBUTES: Final = (
    "size",
    "class",
    "songbun",
    "reference",
    "household",
    "money",
    "skill",
    "illegality",
    "served",
    "age",
    "birth_week",
    "trait",
    "mind",
    "work",
    "party",
    "trader",
    "unit_trait",
    "camp",
    "camp_person",
)
(
    SIZE,
    CLASS,
    SONGBUN,
    REFERENCE,
    HOUSEHOLD,
    MONEY,
    SKILL,
    ILLEGALITY,
    SERVED,
    AGE,
    BIRTH_WEEK,
    TRAIT,
    MIND,
    WORK,
    PARTY,
    TRADER,
    UNIT_TRAIT,
    CAMP,
    CAMP_PERSON,
) = range(len(ATTRIBUTES))


class Facts(NamedTuple):
    """What the layout needs to know of a country, at 1:1. C counties."""

    population: I  #: (C,) civil
    soldiers: I  #: (C,)
    urban: F  #: (C,) share of the civil population
    place_type: NDArray[np.int8]  #: (C,)
    province: I  #: (C,)
    household_size: float
    staff: tuple[float, ...]  #: agents by organ
    density: tuple[float, ...]  #: of staff, by place
    class_mix: F  #: (4 places, 8 classes) of households without the organs' own


class Layout(NamedTuple):
    """The frame of the population. C counties, U units. Strata are county * 2 + rural."""

    persons: I  #: (C,) civil persons
    soldiers: I  #: (C,)
    households: I  #: (C,) civil
    urban: I  #: (C,) of which urban: the first ones
    squads: I  #: (C,)
    first_unit: I  #: (C + 1,)
    unit_county: I  #: (U,)
    garrison: NDArray[np.uint8]  #: (U,)
    first_household: I  #: (U + 1,)
    size_cumulated: I  #: (C, 8) households of at most 1, 2, ... persons
    class_cumulated: I  #: (2C, 8) households of the first, the first two, ... classes
    posts: F  #: (O, C) agents at 1:1


def keys_of(seed: int) -> NDArray[np.uint32]:
    """Philox keys of all attributes, shape (attributes, 2)."""
    return np.array([draws.key_of(seed, draws.stream(f"build.{name}")) for name in ATTRIBUTES], np.uint32)


def plan(facts: Facts, k: int) -> Layout:
    """Lay out the country at one row for `k` people."""
    counties = facts.population.size
    total = round(int(facts.population.sum()) / k)
    if total < counties:
        raise BadInput(f"a sample of 1/{k} leaves {total} people for {counties} counties: take a larger sample.")
    persons = by_groups(facts.population, facts.province, total, least=1)
    soldiers = by_groups(facts.soldiers, facts.province, round(int(facts.soldiers.sum()) / k))
    fewest = -(-persons // SIZES)
    wanted = min(max(round(total / facts.household_size), int(fewest.sum())), total)
    households = largest_remainder(persons, wanted, least=fewest, most=persons)
    urban_share = np.clip(facts.urban, 0.0, 1.0)
    urban = largest_remainder(households * urban_share, _rounded(households * urban_share), most=households)
    squads = -(-soldiers // SQUAD)
    posts, classes = _classes(facts, k, households, urban)
    units, first_unit = _units(households, squads, facts.household_size)
    return Layout(
        persons,
        soldiers,
        households,
        urban,
        squads,
        first_unit,
        *units,
        _sizes(persons, households, facts.household_size),
        classes,
        posts,
    )


def _rounded(parts: F) -> int:
    return int(np.floor(np.cumsum(parts)[-1] + 0.5))


def _classes(facts: Facts, k: int, households: I, urban: I) -> tuple[F, I]:
    """Posts (O, C) at 1:1 and cumulated households by stratum and class, shape (2C, 8)."""
    place = facts.place_type.astype(np.int64)
    weight = facts.population * np.asarray(facts.density)[place]
    weight = weight / weight.max()
    share = weight / np.cumsum(weight)[-1]
    posts = np.asarray(facts.staff, np.float64)[:, None] * share[None, :]
    counts = np.zeros((households.size, col.N_CLASSES), np.int64)
    for organ in reversed(range(col.N_ORGANS)):
        room = np.maximum(households - counts.sum(axis=1), 0)
        agents = min(round(facts.staff[organ] / k), int(room.sum()))
        counts[:, organ] = largest_remainder(weight, agents, most=room)
    rest = households - counts.sum(axis=1)
    mix = facts.class_mix[place]
    if not (mix.sum(axis=1) > 0.0).all():
        raise BadInput("the parameters initial.*_households are all zero for a kind of place: give at least one share.")
    expected = mix * (rest / np.maximum(mix.sum(axis=1), 1e-12))[:, None]
    counts += carried_rows(expected, rest)
    return posts, np.cumsum(_strata(counts, households - urban), axis=1)


def _strata(counts: I, rural: I) -> I:
    """Split classes (C, 8) into (urban, rural) strata (2C, 8): farmers fill up to nine tenths of the rural households."""
    out = np.zeros((2 * rural.size, col.N_CLASSES), np.int64)
    for c, here in enumerate(rural.tolist()):
        others = counts[c].copy()
        others[col.FARMERS] = 0
        least = max(here - int(others.sum()), 0)
        farmers = min(int(counts[c, col.FARMERS]), max(here * 9 // 10, least))
        out[2 * c + 1] = largest_remainder(others, here - farmers, most=others)
        out[2 * c + 1, col.FARMERS] = farmers
        out[2 * c] = counts[c] - out[2 * c + 1]
    return out


def _units(households: I, squads: I, mean: float) -> tuple[tuple[I, NDArray[np.uint8], I], I]:
    """(county, garrison, first household) of the units, and the first unit of each county (C + 1,)."""
    county, garrison, members = [], [], []
    for c, (h, s) in enumerate(zip(households.tolist(), squads.tolist(), strict=True)):
        for count, size, code in ((h, HOUSEHOLDS_PER_UNIT, 0), (s, SQUADS_PER_UNIT, 1)):
            people = count * (SQUAD if code else mean) * (1.0 + col.VACANT_SHARE)
            units = max(1, (2 * count + size) // (2 * size), int(people / _CROWDED)) if count else 0
            members.append(np.diff(np.arange(units + 1, dtype=np.int64) * count // max(units, 1)))
            county.append(np.full(units, c, np.int64))
            garrison.append(np.full(units, code, np.uint8))
    counties = np.concatenate(county)
    starts = np.concatenate([[0], np.cumsum(np.concatenate(members))]).astype(np.int64)
    first = np.searchsorted(counties, np.arange(households.size + 1))
    return (counties, np.concatenate(garrison), starts), first.astype(np.int64)


def _sizes(persons: I, households: I, mean: float) -> I:
    """Cumulated numbers of households of 1 to 8 persons, (C, 8), that hold exactly the county's persons."""
    shares = size_shares(mean)
    out = np.zeros((persons.size, shares.size), np.int64)
    for c, (people, count) in enumerate(zip(persons.tolist(), households.tolist(), strict=True)):
        decks = largest_remainder(shares, count)
        missing = people - int((decks * np.arange(1, shares.size + 1)).sum())
        while missing:
            for size in (3, 2, 4, 1, 5, 0, 6, 7) if missing > 0 else (4, 5, 3, 2, 6, 1, 7):
                to = size + (1 if missing > 0 else -1)
                moved = min(abs(missing), int(decks[size]) // 4 + 1, int(decks[size])) if 0 <= to < shares.size else 0
                decks[size] -= moved
                if moved:
                    decks[to] += moved
                missing += -moved if missing > 0 else moved
                if not missing:
                    break
        out[c] = decks
    return np.cumsum(out, axis=1)


# --- random words and permutations in kernels -------------------------------------------------------------------------


@njit
def word(keys, attribute, entity, county, part):  # type: ignore[no-untyped-def]
    """32 random bits of an attribute of an entity of a county, as int64."""
    a, _, _, _ = draws.philox7(
        np.uint32(entity), np.uint32(county), np.uint32(part), np.uint32(0), keys[attribute, 0], keys[attribute, 1]
    )
    return np.int64(a)


@njit
def two_words(keys, attribute, entity, county, part):  # type: ignore[no-untyped-def]
    """Twice 32 random bits."""
    a, b, _, _ = draws.philox7(
        np.uint32(entity), np.uint32(county), np.uint32(part), np.uint32(0), keys[attribute, 0], keys[attribute, 1]
    )
    return np.int64(a), np.int64(b)


@njit
def shuffled(i, n, keys, attribute, stratum):  # type: ignore[no-untyped-def]
    """Where entry i of a deck of n lies after shuffling: a permutation (Feistel network over a x b >= n, cycle walking;
    Black and Rogaway 2002). Dealing an exact deck by it needs no memory and gives every county its exact shares."""
    if n < 3:
        return (i + word(keys, attribute, 0, stratum, 77) % max(n, 1)) % max(n, 1)
    a = np.int64(np.sqrt(np.float64(n)))
    b = (n + a - 1) // a
    x = i
    while True:
        left, right = x % a, x // a
        for step in range(3):
            left = (left + word(keys, attribute, right, stratum, 100 + step)) % a
            right = (right + word(keys, attribute, left, stratum, 200 + step)) % b
        x = left + a * right
        if x < n:
            return x


@njit
def found(cumulated, value):  # type: ignore[no-untyped-def]
    """First index whose cumulated share (or count) exceeds `value`: binary search in one row."""
    low, high = 0, cumulated.shape[0] - 1
    while low < high:
        middle = (low + high) // 2
        if value < cumulated[middle]:
            high = middle
        else:
            low = middle + 1
    return low


@njit
def household_sizes(layout, keys, sizes, unit_persons):  # type: ignore[no-untyped-def]
    """Fill `sizes` (households,) and `unit_persons` (U,)."""
    x = layout
    for u in range(x.unit_county.shape[0]):
        c = x.unit_county[u]
        start = x.first_household[x.first_unit[c]]
        persons = 0
        for h in range(x.first_household[u], x.first_household[u + 1]):
            j = h - start
            if x.garrison[u]:
                i = j - x.households[c]
                size = (i + 1) * x.soldiers[c] // x.squads[c] - i * x.soldiers[c] // x.squads[c]
            else:
                size = 1 + found(x.size_cumulated[c], shuffled(j, x.households[c], keys, SIZE, c))
            sizes[h] = size
            persons += size
        unit_persons[u] = persons


def rows(layout: Layout, keys: NDArray[np.uint32]) -> tuple[NDArray[np.uint8], NDArray[np.int32], I]:
    """Sizes of all households, first row of each unit (U + 1,), and persons of each unit (U,)."""
    sizes = np.zeros(int(layout.first_household[-1]), np.uint8)
    persons = np.zeros(layout.unit_county.size, np.int64)
    household_sizes(layout, keys, sizes, persons)
    spare = np.ceil(persons * col.VACANT_SHARE).astype(np.int64)
    largest = int((persons + spare).max())
    if largest > UNIT_LIMIT:
        raise BadInput(
            f"a neighbourhood of {largest} rows is larger than {UNIT_LIMIT}: the mean household is too large."
        )
    first = np.concatenate([[0], np.cumsum(persons + spare)])
    if first[-1] >= 2**31:
        raise BadInput(f"{first[-1]} rows are more than a run can hold: take a smaller sample.")
    return sizes, first.astype(np.int32), persons
