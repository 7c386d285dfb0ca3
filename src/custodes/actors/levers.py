"""Every lever that a timeline, a policy or `--set` may move: what it means, its bounds, and who feels it.

A *level* holds a value from its date until `until` (else for ever); an *impulse* acts in its own week and is 0 in all
others. Ground: the model, sections 6 (the leader) and 7 (the outside).
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes.actors.lever_table import ALL, Lever
from custodes.world.columns import CLASSES, COLLECTORS, COURT_ORGANS, N_COURT, N_ORGANS, ORGANS

F = NDArray[np.float64]

#: Who is fed first: guards, army, capital, officials, state workers, dependants (farmers keep their own share).
RATION_PRIORITY: Final = (0, 1, 7, 3, 2, 4, 5, 6)


#: Under which kind an action on a lever is logged; other levers are logged under their own name.
EVENT_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "rights_order": "order",
        "trade_cut": "sanction",
        "trade_leak": "sanction",
        "organ_revenue_cut": "sanction",
        "court_revenue_cut": "sanction",
        "broadcast_reach": "campaign",
        "broadcast_content": "campaign",
        "broadcast_news": "campaign",
        "broadcast_culture": "campaign",
        "aid_dollars": "aid",
        "aid_grain": "aid",
        "purge": "decision",
        "rehabilitation": "decision",
    }
)

LEVERS: Final[Mapping[str, Lever]] = MappingProxyType({lever.name: lever for lever in ALL})


class LeverValues:
    """The levers in force in one week, an attribute each; per-organ ones are read-only arrays (3,), in the order of ORGANS."""

    budget_security: float
    budget_army: float
    budget_gifts: float
    budget_food: float
    budget_economy: float
    budget_propaganda: float
    ration_priority: tuple[int, ...]
    guards_pay: F
    market_tolerance: float
    information_control: float
    raids: float
    border_control: float
    border_risk: float
    border_open: float
    trade_cut: float
    trade_leak: float
    organ_revenue_cut: F
    aid_dollars: float
    aid_grain: float
    broadcast_reach: float
    broadcast_content: float
    levy_extra: float
    return_policy: float
    onward_policy: float
    harvest_factor: float
    import_grain_extra: float
    rights_order: F
    edict: F
    chief_purged: F
    market_closure: float
    currency_reform: float
    promise: float
    rally: float
    army_attention: float
    officers_trading_ban: float
    family_rule: float
    court_revenue_cut: F  #: (10,)
    purge: F  #: (10,)
    rehabilitation: F  #: (10,)
    recall: float
    provocation: float
    talks: float
    reform: float
    broadcast_news: float
    broadcast_culture: float
    asylum: float
    deterrence: float

    def __init__(self, **values: Any) -> None:
        """Defaults, changed by `values`: a float, a sequence of three for a per-organ lever, class codes for the priority."""
        for name in values:
            if name not in LEVERS:
                raise KeyError(name)
        for name, lever in LEVERS.items():
            setattr(self, name, _stored(lever, values.get(name)))

    def __copy__(self) -> "LeverValues":
        """The same values, to be changed apart; the arrays are shared, for they are read-only."""
        other = object.__new__(LeverValues)
        other.__dict__.update(self.__dict__)
        return other

    def as_dict(self) -> dict[str, Any]:
        """Plain values by name: floats, lists of floats, class names."""
        out: dict[str, Any] = {}
        for name, lever in LEVERS.items():
            value = getattr(self, name)
            if name == "ration_priority":
                out[name] = [CLASSES[code] for code in value]
            else:
                out[name] = [float(v) for v in value] if lever.per_organ or lever.per_court else float(value)
        return out

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LeverValues) and self.as_dict() == other.as_dict()

    def __hash__(self) -> int:
        return hash(repr(self.as_dict()))

    def __repr__(self) -> str:
        default = DEFAULTS.as_dict()
        moved = {name: value for name, value in self.as_dict().items() if value != default[name]}
        return f"LeverValues({', '.join(f'{n}={v}' for n, v in moved.items())})"


def _stored(lever: Lever, value: Any) -> Any:
    if lever.name == "ration_priority":
        return RATION_PRIORITY if value is None else tuple(int(code) for code in value)
    number = lever.default if value is None else value
    if not (lever.per_organ or lever.per_court):
        return float(number)
    array = np.zeros(N_ORGANS if lever.per_organ else N_COURT) + np.asarray(number, np.float64)
    array.setflags(write=False)
    return array


DEFAULTS: Final = LeverValues()


def priority_codes(names: Iterable[str]) -> tuple[int, ...]:
    """Class codes of class names, in order; the classes left out follow in the default order. ValueError for a bad name."""
    codes: list[int] = []
    for name in names:
        if name not in CLASSES:
            raise ValueError(f"'{name}' is not a ration class ({', '.join(CLASSES)})")
        code = CLASSES.index(name)
        if code in codes:
            raise ValueError(f"'{name}' is listed twice")
        codes.append(code)
    if not codes:
        raise ValueError("the list of ration classes is empty")
    return (*codes, *(code for code in RATION_PRIORITY if code not in codes))


def court_indices(organ: str) -> tuple[int, ...]:
    """Indices of a court organ's name; `all` means every one, `cadres` those of the cadres. ValueError for an unknown one."""
    if organ == "all":
        return tuple(range(N_COURT))
    if organ == "cadres":
        return COLLECTORS[2]
    if organ not in COURT_ORGANS:
        raise ValueError(f"'{organ}' is not an organ of the court ({', '.join(COURT_ORGANS)}, all)")
    return (COURT_ORGANS.index(organ),)


def organ_indices(organ: str) -> tuple[int, ...]:
    """Indices of an organ's name; `all` means every organ. ValueError for an unknown one."""
    if organ == "all":
        return tuple(range(N_ORGANS))
    if organ not in ORGANS:
        raise ValueError(f"'{organ}' is not an organ ({', '.join(ORGANS)}, all)")
    return (ORGANS.index(organ),)


def lever_table() -> list[dict[str, Any]]:
    """One row a lever, for `custodes levers` and the reports."""
    return [
        {
            "name": x.name,
            "kind": x.kind,
            "per_organ": x.per_organ,
            "per_court": x.per_court,
            "unit": x.unit,
            "low": x.low,
            "high": x.high,
            "default": [CLASSES[c] for c in RATION_PRIORITY] if x.name == "ration_priority" else x.default,
            "meaning": x.meaning,
            "felt_by": x.felt_by,
            "ground": f"model section {x.ground}",
        }
        for x in ALL
    ]
