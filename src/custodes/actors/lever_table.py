"""The table of levers: what each one moves, its bounds, and who feels it. `actors.levers` has what is done with them.

Ground: the model, sections 6 (the leader) and 7 (the outside).
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Lever:
    """One lever. `default` is its value when nobody touches it; `extensive` levers scale with the country's size."""

    name: str
    meaning: str
    unit: str
    low: float
    high: float
    default: float
    felt_by: str
    ground: str
    per_organ: bool = False
    impulse: bool = False
    extensive: bool = False
    per_court: bool = False  #: one value for each of the court's ten organs

    @property
    def kind(self) -> str:
        return "impulse" if self.impulse else "level"


def _level(
    name: str, meaning: str, unit: str, low: float, high: float, default: float, felt_by: str, ground: str, **more: bool
) -> Lever:
    return Lever(name, meaning, unit, low, high, default, felt_by, ground, **more)


def _impulse(name: str, meaning: str, unit: str, felt_by: str, ground: str, **more: bool) -> Lever:
    return Lever(name, meaning, unit, 0.0, 1.0, 0.0, felt_by, ground, impulse=True, **more)


_SHARE: Final = "multiplier"
_BUDGET: Final = "6, budget shares"

ALL: Final = (
    _level(
        "budget_security", "pay of the security organs against the base budget", _SHARE, 0, 3, 1, "takings", _BUDGET
    ),
    _level("budget_army", "the army's share of the budget against the base", _SHARE, 0, 3, 1, "rations", _BUDGET),
    _level(
        "budget_gifts",
        "the leader's gifts to those who hold posts, against the base",
        _SHARE,
        0,
        3,
        1,
        "market",
        _BUDGET,
    ),
    _level("budget_food", "state grain imports against the base", _SHARE, 0, 3, 1, "rations", _BUDGET),
    _level(
        "budget_economy",
        "state spending that reaches enterprises and tills, against the base",
        _SHARE,
        0,
        3,
        1,
        "market",
        _BUDGET,
    ),
    _level("budget_propaganda", "spending on indoctrination against the base", _SHARE, 0, 3, 1, "support", _BUDGET),
    Lever(
        "ration_priority",
        "the ration classes in the order in which they are fed",
        "list of classes",
        0,
        7,
        0,
        "rations",
        "6, ration priority",
    ),
    _level(
        "guards_pay",
        "extra pay of an organ's agents, as a share of their need",
        "share of need",
        0,
        3,
        0,
        "takings",
        "9, consequence 2",
        per_organ=True,
    ),
    _level("market_tolerance", "how far trade is tolerated", _SHARE, 0, 1.5, 1, "market", "6, market tolerance"),
    _level(
        "information_control",
        "jamming and confiscation of foreign media",
        "share",
        0,
        1,
        0,
        "awareness",
        "6, information control",
    ),
    _level(
        "raids",
        "raids on neighbourhoods against the base rate",
        _SHARE,
        0,
        20,
        1,
        "awareness",
        "6, information control",
    ),
    _level(
        "border_control",
        "risk that a border guard who sells a crossing is punished",
        "share",
        0,
        0.98,
        0.15,
        "flight",
        "6, border control",
    ),
    _level(
        "border_risk", "risk of death or capture of one who crosses", "share", 0, 1, 0.15, "flight", "6, border control"
    ),
    _level(
        "border_open", "how open the border is to private trade", "share", 0, 1, 1, "prices rations", "7, the outside"
    ),
    _level(
        "trade_cut", "share of exports cut by sanctions, before leakage", "share", 0, 0.98, 0, "prices", "7, sanctions"
    ),
    _level(
        "trade_leak", "share of a trade cut that leaks through neighbours", "share", 0, 1, 0.3, "prices", "7, sanctions"
    ),
    _level(
        "organ_revenue_cut",
        "share of an organ's own trade revenue that is lost",
        "share",
        0,
        1,
        0,
        "prices",
        "7, targeted cut of one organ's revenue",
        per_organ=True,
    ),
    _level(
        "aid_dollars",
        "foreign aid and tourism paid to the state",
        "US$ a year",
        0,
        1e11,
        0,
        "prices",
        "7, engagement",
        extensive=True,
    ),
    _level("aid_grain", "food aid", "tonnes a year", 0, 1e8, 0, "rations", "7, engagement", extensive=True),
    _level(
        "broadcast_reach",
        "quantity of foreign broadcasts and drives against the base",
        _SHARE,
        0,
        20,
        1,
        "awareness",
        "7, information campaigns",
    ),
    _level(
        "broadcast_content",
        "share of rights talk in the content; 1 is a campaign",
        "share",
        0,
        1,
        0,
        "awareness",
        "7, information campaigns",
    ),
    _level("levy_extra", "levy on households above the base", "share of income", 0, 0.5, 0, "market", "6, levies"),
    _level(
        "return_policy",
        "the neighbour's forced returns against the base",
        _SHARE,
        0,
        20,
        1,
        "flight",
        "7, return policy",
    ),
    _level("onward_policy", "the chance to travel onward against the base", _SHARE, 0, 20, 1, "flight", "7, asylum"),
    _level(
        "harvest_factor",
        "multiplier of the harvests of the years in which it holds",
        _SHARE,
        0,
        2,
        1,
        "rations",
        "2, harvest",
    ),
    _level(
        "import_grain_extra",
        "state grain imports above the base",
        "tonnes a year",
        0,
        1e8,
        0,
        "rations",
        "6, imports in need",
        extensive=True,
    ),
    _impulse(
        "rights_order",
        "the leader orders an organ to stop abuse; the weight is how firmly",
        "weight",
        "enforcement",
        "3.4, rights order",
        per_organ=True,
    ),
    _impulse("edict", "anti-corruption inspection of an organ", "weight", "enforcement", "5, edicts", per_organ=True),
    _impulse(
        "chief_purged",
        "the organ's chief is removed with the order",
        "0 or 1",
        "enforcement morale",
        "5, purge",
        per_organ=True,
    ),
    _impulse(
        "market_closure", "markets are closed by decree: a shock to unrest", "weight", "incidents", "4, incidents"
    ),
    _impulse(
        "currency_reform",
        "an exchange of money: a shock to unrest; that cash above a limit is annulled is not modelled",
        "weight",
        "incidents",
        "4, incidents",
    ),
    _impulse(
        "promise",
        "a promise of better times: raises what people compare their income with",
        "weight",
        "support",
        "4, expectation",
    ),
    _impulse("rally", "a rally behind the leader", "weight", "support", "4, rally"),
    # the court
    _level(
        "army_attention",
        "the army's share of the leader's visits and words against its usual share",
        _SHARE,
        0,
        3,
        1,
        "officers",
        "5, officers",
    ),
    _level(
        "officers_trading_ban",
        "how firmly officers in service are kept from trading",
        "share",
        0,
        1,
        0.5,
        "officers rings",
        "5, officers",
    ),
    _level(
        "family_rule",
        "share of posted officials who must leave their family at home although they are trusted",
        "share",
        0,
        1,
        0,
        "envoys",
        "5, officials abroad",
    ),
    _level(
        "court_revenue_cut",
        "share of a court organ's own trade that is cut off",
        "share",
        0,
        1,
        0,
        "trade",
        "7, targeted cut of one organ's revenue",
        per_court=True,
    ),
    _impulse(
        "purge",
        "an official of the organ is purged; the action's details say who, why, how and what is said",
        "0 or 1",
        "purge",
        "6, purge",
        per_court=True,
    ),
    _impulse(
        "rehabilitation",
        "purged officials of the organ are brought back now",
        "0 or 1",
        "fates",
        "6, rehabilitation",
        per_court=True,
    ),
    _impulse("recall", "share of officials abroad who are ordered home", "share", "envoys", "6, recall abroad"),
    _impulse("provocation", "a weapons test or an attack on a neighbour", "weight", "diplomacy", "6, provocation"),
    _impulse("talks", "an offer of talks to the powers", "weight", "diplomacy", "6, talks"),
    _impulse("reform", "the leader adopts a reform package", "0 or 1", "endings", "6, reform package"),
    # the outside
    _level(
        "broadcast_news",
        "share of news of the court and the world in the content; it reaches officials",
        "share",
        0,
        1,
        0,
        "awareness flight",
        "7, information campaigns",
    ),
    _level(
        "broadcast_culture",
        "share of films and music in the content; it draws people to foreign media",
        "share",
        0,
        1,
        0,
        "awareness",
        "7, information campaigns",
    ),
    _level(
        "asylum", "chance that a power takes in an official who asks", "share", 0, 1, 0.8, "envoys", "7, asylum policy"
    ),
    _level(
        "deterrence",
        "threat from outside that officers know and believe in",
        "share",
        0,
        1,
        0,
        "loyalty",
        "7, deterrence",
    ),
)
