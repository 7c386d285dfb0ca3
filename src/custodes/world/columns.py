"""Every column of every person, household and neighbourhood: the one place where state is declared.

Shares that move slowly are unsigned 16-bit fixed point (65535 = 1) and are written with stochastic rounding, because
round-to-nearest stalls any change smaller than half a step. Private support is signed (32767 = 1).
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

# --- codes -----------------------------------------------------------------------------------------------------------

FREE: Final = 0
SOLDIER: Final = 1
VACANT: Final = 2  #: a row without a person: takes the next birth of its unit
JAILED: Final = 3
CAMP: Final = 4
ACROSS_BORDER: Final = 5  #: across the land border, not yet onward (term 255: settled there for good)
CONDITIONS: Final = ("free", "soldier", "vacant", "jailed", "camp", "across_border")
TERM_FOR_LIFE: Final = 255

CONFORM: Final = 0
EVADE: Final = 1
DISSENT: Final = 2
STANCES: Final = ("conform", "evade", "dissent")

#: Ration classes of households, the order of IMPLEMENTING's class table. Guards come first: organ codes 0, 1, 2 collect.
STATE_SECURITY: Final = 0
POLICE: Final = 1
OFFICIALS: Final = 2  #: market, enterprise, unit and party officials ("cadres")
CAPITAL: Final = 3
STATE_WORKERS: Final = 4
DEPENDANTS: Final = 5
FARMERS: Final = 6
ARMY: Final = 7  #: a squad in a garrison unit
CLASSES: Final = (
    "state_security",
    "police",
    "officials",
    "capital",
    "state_workers",
    "dependants",
    "farmers",
    "army",
)
N_CLASSES: Final = 8

#: Collecting organs, numbered as the ration classes of their households.
ORGANS: Final = ("state_security", "police", "cadres")
N_ORGANS: Final = 3

#: Organs of the court: every organ whose posts the leader fills. The first two collect as organs 0 and 1 above; the
#: cadres who collect are the cabinet's and the provincial committees' people.
COURT_ORGANS: Final = (
    "state_security",
    "police",
    "army",
    "guard_command",
    "military_security",
    "party_organisation",
    "cabinet",
    "munitions",
    "diplomatic_service",
    "provincial_committees",
)
N_COURT: Final = len(COURT_ORGANS)
(
    B_STATE_SECURITY,
    B_POLICE,
    B_ARMY,
    B_GUARD,
    B_MILITARY_SECURITY,
    B_PARTY,
    B_CABINET,
    B_MUNITIONS,
    B_DIPLOMATIC,
    B_PROVINCES,
) = range(N_COURT)
#: For each collecting organ the court organs that its agents belong to.
COLLECTORS: Final = ((B_STATE_SECURITY,), (B_POLICE,), (B_CABINET, B_PROVINCES))

RANKS: Final = ("chief", "deputy", "director")
CHIEF, DEPUTY, DIRECTOR = range(3)

#: What a row of the court is: a post with its holder, a vacant post, a person without a post, an empty row.
STATUSES: Final = ("in_post", "vacant", "reeducation", "dismissed", "prison", "empty")
IN_POST, VACANT_POST, REEDUCATION, DISMISSED, PRISON, EMPTY_ROW = range(6)

#: Why an official was purged, and what befell him.
PURGE_CAUSES: Final = ("scapegoat", "rivalry", "corruption", "precaution", "failure")
SCAPEGOAT, RIVALRY, CORRUPTION, PRECAUTION, FAILURE = range(5)
#: What may be said of a fall in public, in words; what is `silent` is not said at all.
REASONS_SAID: Final = {
    "abuse": "abuse of the people",
    "corruption": "corruption",
    "anti_state": "acts against the state",
    "failure": "failure in office",
    "silent": "",
}
FATES: Final = ("warning", "demotion", "reeducation", "dismissal", "prison", "execution")

#: How a run may end: the magnitude of an `end` event, and memory["outcome"] for a breakdown (9: war, mechanisms.crisis).
ENDS: Final = ("status quo", "uprising", "elite coup", "change of rules by insiders", "collapse")
UPRISING, COUP, INSIDERS, COLLAPSE = range(1, len(ENDS))

OCCUPATIONS: Final = (
    "none",
    "agriculture",
    "manufacturing",
    "mining",
    "construction",
    "trade",
    "education",
    "health",
    "transport",
    "public_services",
    "state_security",
    "police",
    "official",
    "soldier",
)

PLACE_TYPES: Final = ("capital", "border", "inner", "rural")

# person flags (u16)
WOMAN: Final = 1
SONGBUN_SHIFT: Final = 1  #: two bits: 0 core, 1 wavering, 2 hostile
SONGBUN_MASK: Final = 6
PARTY_MEMBER: Final = 8
OFFICER: Final = 16
EVER_FOREIGN_MEDIA: Final = 32
KIN_PUNISHED: Final = 64
KIN_ABROAD: Final = 128

# household flags (u8)
PAYING: Final = 1  #: works in an enterprise that pays a wage
BUYS_OUT: Final = 2  #: pays to be absent from the state job
REMITTANCE: Final = 4
BORDER_BUSINESS: Final = 8
EVER_BRIBED: Final = 16
EVER_RATION: Final = 32
URBAN: Final = 64

NO_TRADER: Final = 255
U16: Final = 65535
I16: Final = 32767
WEEK_ZERO: Final = np.datetime64("1990-01-01")  #: birth weeks count from this Monday


class Persons(NamedTuple):
    """Person columns, each of shape (rows,). 22 bytes a row. Rows lie by county, unit, household; vacant rows end a unit."""

    birth_week: NDArray[np.int16]  #: weeks from 1990-01-01 (negative before)
    flags: NDArray[np.uint16]
    occupation: NDArray[np.uint8]
    condition: NDArray[np.uint8]
    stance: NDArray[np.uint8]
    term: NDArray[np.uint8]  #: weeks / 4 left to serve
    household_in_unit: NDArray[np.uint8]
    risk_aversion: NDArray[np.uint8]  #: 1/255, uniform
    private_support: NDArray[np.int16]
    support_trait: NDArray[np.int16]  #: fixed personal part, songbun and cohort terms included
    fear: NDArray[np.uint16]
    media: NDArray[np.uint16]  #: recent contact with foreign media
    rights: NDArray[np.uint16]  #: awareness of rights talk


class Households(NamedTuple):
    """Household columns, each of shape (rows,). 41 bytes a row."""

    money: NDArray[np.int64]  #: won, cash
    dollars: NDArray[np.int32]  #: US cents
    smoothed_income: NDArray[np.int32]  #: won/week, ten-week average
    income_reference: NDArray[np.int32]  #: won/week, own past: what support compares income with
    taken_this_year: NDArray[np.int32]  #: won: bribes, levies, buy-outs since 1 January
    market_share: NDArray[np.uint16]  #: share of labour in the market
    food_stress: NDArray[np.uint16]
    victim_memory: NDArray[np.uint16]
    illegality: NDArray[
        np.uint16
    ]  #: disposition to illegal business; fixed, unless demands drive it down (`extortion.given_up`)
    skill: NDArray[np.uint16]  #: trading skill, 1/4096
    served_rank: NDArray[np.uint16]  #: served iff below coverage of the class: a change of coverage never reshuffles
    members: NDArray[np.uint8]  #: living, at home
    ration_class: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    trader: NDArray[np.uint8]  #: position in the unit of the principal trader's person row; 255: none


class Units(NamedTuple):
    """Neighbourhoods, each of shape (units,): where their rows are, and last week's sums (shares are 1/65535)."""

    first_person: NDArray[np.int32]  #: shape (units + 1,)
    first_household: NDArray[np.int32]  #: shape (units + 1,)
    county: NDArray[np.int16]
    garrison: NDArray[np.uint8]
    adults: NDArray[np.uint16]  #: free, 17 or older
    dissenters: NDArray[np.uint16]
    evaders: NDArray[np.uint16]
    supporters: NDArray[np.uint16]  #: adults with private support above zero
    threats: NDArray[np.uint16]  #: threats met, paid or not
    arrests: NDArray[np.uint16]
    fear: NDArray[np.uint16]
    media: NDArray[np.uint16]
    rights: NDArray[np.uint16]
    support: NDArray[np.uint16]  #: (mean + 1) / 2


class Tiles(NamedTuple):
    """Blocks of up to 16 units of one county, the grain of the people pass. Derived from `Units`, never stored."""

    first_unit: NDArray[np.int32]  #: shape (tiles + 1,)
    county: NDArray[np.int16]
    first_of_county: NDArray[np.int32]  #: shape (counties + 1,), into tiles


WORKERS_PER_MEMBER: Final = 0.55  #: workers of a household, by member (EQUATIONS 4, start; grade D)
UNITS_PER_TILE: Final = 16
VACANT_SHARE: Final = 0.10  #: spare rows of a unit for births
ADULT_WEEKS: Final = 17 * 52
