"""Private support: what people think of the leader, from -1 to 1, relaxing toward what they live through.

Indoctrination fades where foreign media and rights talk are known; income counts against one's own past; hunger,
extortion, visible wealth of officials and punished kin count against. Kuran 1991 keeps it apart from public stance.
"""

from typing import Any, NamedTuple

import numpy as np

from custodes.engine.step import Week
from custodes.engine.tables import F
from custodes.jit import njit
from custodes.portable import clip
from custodes.world.columns import ARMY, N_CLASSES, OFFICIALS
from custodes.world.state import World

READS = (
    "national.rally sums.class_income sums.class_households sums.adults sums.media_u16 sums.rights_u16 "
    "levers.budget_propaganda levers.rally memory"
)
WRITES = "national.rally memory"


class Params(NamedTuple):
    indoctrination: float  #: what schooling and state media add where nothing else is known
    media_doubt: float  #: share of that lost at full media contact
    rights_doubt: float  #: share of that lost at full rights awareness
    income: float  #: weight of income against one's own past
    food: float  #: weight of food stress
    memory: float  #: weight of the memory of extortion
    resentment: float  #: by how much rights awareness sharpens that memory
    media: float  #: direct weight of media contact
    wealth: float  #: weight of the visible wealth of officials
    kin: float  #: weight of kin punished
    constant: float
    rate: float  #: share of the distance closed each week
    rally_fade: float  #: share of a rally lost each week
    wealth_cap: float  #: highest visible wealth
    propaganda: float  #: share of indoctrination that follows the propaganda budget


@njit
def household_part(income: float, reference: float, food_stress: float, cadre_wealth: float, p: Params) -> float:
    """The terms all members share: `income` and its `reference` in won a week, stress and wealth plain."""
    past = reference if reference > 0.0 else 0.0
    change = clip((income - reference) / (past + 1.0), -1.0, 1.0)
    return p.income * change - p.food * food_stress - p.wealth * cadre_wealth  # type: ignore[no-any-return]


@njit
def update(
    support: float,
    trait: float,
    household_part: float,
    victim_memory: float,
    media: float,
    rights: float,
    kin_punished: float,
    rally: float,
    p: Params,
) -> float:
    """Next week's private support in [-1, 1]; songbun and cohort are inside `trait`, `kin_punished` is 0 or 1."""
    belief = p.indoctrination * (1.0 - p.media_doubt * media - p.rights_doubt * rights)
    hurt = p.memory * victim_memory * (1.0 + p.resentment * rights) + p.media * media + p.kin * kin_punished
    target = clip(trait + belief + household_part - hurt + rally + p.constant, -1.0, 1.0)
    return clip(support + p.rate * (target - support), -1.0, 1.0)  # type: ignore[no-any-return]


@njit
def visible_wealth(official_income: float, officials: float, income: float, households: float, cap: float) -> float:
    """Mean income of officials' households over that of all, less one, in [0, cap]; 0 where either is missing."""
    if officials <= 0.0 or income <= 0.0:
        return 0.0
    return clip(official_income * households / (officials * income) - 1.0, 0.0, cap)  # type: ignore[no-any-return]


@njit
def _visible_wealth(income, households, cap):  # type: ignore[no-untyped-def]
    """The same by county, (C,), of whole numbers by class and county, (classes, C), the army left out."""
    out = np.zeros(income.shape[1])
    for c in range(income.shape[1]):
        earned, homes = np.int64(0), np.int64(0)
        for kind in range(income.shape[0]):
            if kind != ARMY:
                earned += income[kind, c]
                homes += households[kind, c]
        theirs = (float(income[OFFICIALS, c]), float(households[OFFICIALS, c]))
        out[c] = visible_wealth(*theirs, float(earned), float(homes), cap)
    return out


def prepare(world: World, week: Week, p: Any) -> dict[str, F]:
    """Visible wealth of officials in each county (C,); this week's rally and what propaganda spending adds (1,)."""
    income, households = world.by_part("class_income", N_CLASSES), world.by_part("class_households", N_CLASSES)
    wealth = _visible_wealth(income, households, p.support.wealth_cap)
    return {"cadre_wealth": wealth, "rally": np.array([_rally(world, week) + _propaganda(world, week, p.support)])}


def settle(world: World, week: Week, p: Any) -> None:
    """Let the rally fade."""
    world.national.rally = _rally(world, week) * (1.0 - p.support.rally_fade)
    world.memory.pop("rally_due", None)


def _rally(world: World, week: Week) -> float:
    """The standing rally, the lever's, and what the fall of a scapegoat last week brought."""
    raised = float(week.levers.rally) + world.memory.get("rally_due", 0.0)
    return min(max(world.national.rally + raised, -1.0), 1.0)


def _propaganda(world: World, week: Week, p: Params) -> float:
    """Change of indoctrination, at the nation's mean media and rights, when its budget differs from the base."""
    adults = max(world.total("adults"), 1) * 65535.0
    known = p.media_doubt * world.total("media_u16") / adults + p.rights_doubt * world.total("rights_u16") / adults
    return p.indoctrination * p.propaganda * (float(week.levers.budget_propaganda) - 1.0) * max(1.0 - known, 0.0)
