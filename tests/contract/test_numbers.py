"""Every parameter is used, and every function of a person or household gives a number that means something."""

import ast
import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custodes
from custodes.mechanisms import (
    awareness,
    extortion,
    fear,
    flight,
    market,
    prices,
    punishment,
    rations,
    stance,
    support,
)
from custodes.week import _GROUPS, parameters_of
from tests.engine.country import scenario

PACKAGE = Path(custodes.__file__).parent


#: files of a mechanism that are no step of their own
HELPERS = {
    "purge": ("fallout.py", "fall_record.py"),
    "extortion": ("../engine/household_pass.py",),
    "leader": ("../actors/sights.py", "regime.py"),
    "careers": ("../world/officials.py",),
    "loyalty": ("../world/officials.py",),
    "incidents": ("obedience.py", "lost_counties.py"),
    "succession": ("coups.py",),
}


def read_names(path: Path) -> set[str]:
    """Attributes that a file reads, and texts by which it might ask for one."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    attributes = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load)}
    return attributes | {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


@pytest.mark.parametrize("group", sorted(_GROUPS))
def test_every_parameter_is_read_where_it_belongs(group: str) -> None:
    """In the group's own mechanism, or in `world`, where people are built from start values and vital rates."""
    module = _GROUPS[group]
    files = [
        Path(inspect.getfile(module)),
        *(PACKAGE / "mechanisms" / name for name in HELPERS.get(group, ())),
        *(PACKAGE / "world").glob("*.py" if group in ("initial", "demography") else "-"),
    ]
    names = set().union(*map(read_names, files))
    assert [name for name in module.Params._fields if name not in names] == [], f"{group}: never read"


# --- kernels -----------------------------------------------------------------------------------------------------------

_SHARE, _SIGNED = (0.0, 1.0), (-1.0, 1.0)
_WON, _LOTS = (0.0, 1e12), (0.0, 1e15)

#: the range of every argument, by its name
ARGUMENTS: dict[str, tuple[float, float]] = {
    "contact_rate": (0.0, 50.0),
    "unit_media": _SHARE,
    "market_share": _SHARE,
    "media": _SHARE,
    "contact": _SHARE,
    "rights": _SHARE,
    "unit_rights": _SHARE,
    "kin_abroad": _SHARE,
    "broadcast": _SHARE,
    "illegality": _SHARE,
    "border_business": _SHARE,
    "handle_value": _SHARE,
    "visits_per_weight": (0.0, 1e9),
    "expected_visits": (0.0, 3.0),
    "weight": (0.0, 1.03),
    "income": _WON,
    "money": _WON,
    "fear": _SHARE,
    "memory": _SHARE,
    "threats_paid": (0.0, 3.0),
    "pleas_paid": (0.0, 3.0),
    "tariff_won": _WON,
    "finding_rate": _SHARE,
    "unit_threatened": _SHARE,
    "unit_arrested": _SHARE,
    "surveillance": _SHARE,
    "afford_cost": _WON,
    "support": _SIGNED,
    "victim_memory": _SHARE,
    "food_stress": _SHARE,
    "flight_rate": _SHARE,
    "afford": _SHARE,
    "push": (0.0, 10.0),
    "woman": _SHARE,
    "age_years": (0.0, 127.0),
    "risk_heard": _SHARE,
    "gap": (0.0, 1e7),
    "want_factor": (0.0, 10.0),
    "grain_price": (0.0, 1e9),
    "buyout_won": (0.0, 1e6),
    "market_rate": _WON,
    "skill": (0.0, 16.0),
    "workers": (0.0, 250.0),
    "mean_bribe": _WON,
    "state_pay": _WON,
    "guard_pay": _WON,
    "paying": _SHARE,
    "wage_rate": _WON,
    "ration_grams_week": (0.0, 1e7),
    "ration_price": (0.0, 1e9),
    "served": _SHARE,
    "buys_out": _SHARE,
    "market_earning": (-1e12, 1e15),
    "state_earning": _LOTS,
    "cap": _SHARE,
    "tolerance": (0.0, 1.5),
    "m": _SHARE,
    "target": _SHARE,
    "smoothed": _WON,
    "reference": _WON,
    "smoothed_income": _WON,
    "dollars_cents": (0.0, 2e9),
    "won_per_cent": (0.0, 1e7),
    "arrest_probability": _SHARE,
    "draw": (0.0, 1.0 - 2.0**-32),
    "political": _SHARE,
    "stress": _SHARE,
    "eaten": (0.0, 1e7),
    "need": (0.0, 1e7),
    "hardship": (0.0, 5.0),
    "grievance": (0.0, 5.0),
    "needed": (-10.0, 10.0),
    "risk_aversion": _SHARE,
    "peer_share": _SHARE,
    "adult": _SHARE,
    "cadre_wealth": (0.0, 10.0),
    "trait": (-1.0, 1.0),
    "household_part": (-10.0, 10.0),
    "kin_punished": _SHARE,
    "rally": _SHARE,
    "official_income": _WON,
    "officials": (0.0, 1e7),
    "households": (0.0, 1e7),
}
WHOLE = {
    "contact",
    "kin_abroad",
    "border_business",
    "woman",
    "paying",
    "served",
    "buys_out",
    "political",
    "adult",
    "kin_punished",
}

#: what the result may be, by function; others are finite and not negative
RESULTS: dict[str, tuple[float, float]] = {
    "contact_probability": _SHARE,
    "update_media": _SHARE,
    "after_raid": _SHARE,
    "update_rights": _SHARE,
    "handle": _SHARE,
    "visit_weight": (0.0, 1.031),
    "visit_probability": _SHARE,
    "comply_threat": _SHARE,
    "comply_plea": _SHARE,
    "remember": _SHARE,
    "finding_probability": _SHARE,
    "fear.update": _SHARE,
    "support.update": _SIGNED,
    "afford": _SHARE,
    "hazard": _SHARE,
    "labour_target": _SHARE,
    "share_update": _SHARE,
    "arrest_hazard": _SHARE,
    "release_hazard": _SHARE,
    "food_stress": _SHARE,
    "bin_of": (0, 31),
    "choose": (0, 2),
    "needed_share": (-10.0, 10.0),
    "market_earning": (-1e12, 1e17),
    "household_part": (-10.0, 10.0),
}
_MODULES = (awareness, extortion, fear, flight, market, prices, punishment, rations, stance, support)
KERNELS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": function
    for module in _MODULES
    for name, function in vars(module).items()
    if hasattr(function, "py_func")
    and function.py_func.__module__ == module.__name__
    and not name.startswith("_")  # loops over counties
}
P = parameters_of(scenario("toyland").parameters)


@pytest.mark.parametrize("name", KERNELS)
def test_a_kernel_is_finite_and_in_bounds_for_any_input_in_range(name: str) -> None:
    function, (group, _, plain) = KERNELS[name], name.partition(".")
    arguments = [a for a in inspect.signature(function.py_func).parameters if a != "p"]
    assert [a for a in arguments if a not in ARGUMENTS] == [], "an argument without a range"
    takes_p = "p" in inspect.signature(function.py_func).parameters
    low, high = RESULTS.get(name, RESULTS.get(plain, (0.0, 1e18)))
    values = st.tuples(
        *(
            st.sampled_from([0.0, 1.0]) if a in WHOLE else st.sampled_from(ARGUMENTS[a]) | st.floats(*ARGUMENTS[a])
            for a in arguments
        )
    )

    @settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(given_values=values)
    def claim(given_values: tuple[float, ...]) -> None:
        out: Any = function(*map(float, given_values), *((getattr(P, group),) if takes_p else ()))
        numbers = np.atleast_1d(np.asarray(out, np.float64))
        assert np.isfinite(numbers).all(), (given_values, out)
        assert numbers.min() >= low - 1e-12, (given_values, out)
        assert numbers.max() <= high + 1e-12, (given_values, out)

    claim()
