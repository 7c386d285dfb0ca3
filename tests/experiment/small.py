"""A small study to run in tests: the shapes of a design, a country and a plan, on a toy country and over few weeks."""

from dataclasses import asdict, dataclass, field
from typing import Any

from custodes.scenario.policies import Policy

NEVER = 1 << 20
WEEKS = 12


@dataclass(frozen=True)
class Country:
    """A country of a design, with its values."""

    index: int
    seed: int
    values: dict[str, float] = field(default_factory=dict)
    point: int = 0
    luck: int = 0

    def settings(self) -> tuple[str, ...]:
        return tuple(f"{name}={value!r}" for name, value in self.values.items())


@dataclass(frozen=True)
class Plan:
    """A plan of some policies."""

    name: str
    policies: tuple[Policy, ...]
    first_week: int = NEVER


def policy(name: str, *actions: dict[str, Any]) -> Policy:
    told = {"name": name, "title": name, "rationale": "a test", "source": "reasoned", "actions": list(actions)}
    return Policy.model_validate(told)


EMBARGO = policy("embargo", {"week": 4, "lever": "trade_cut", "value": 0.9})
ORDER = policy("order", {"week": 7, "lever": "rights_order", "organ": "police", "value": 0.8})
EARLIER = policy("earlier", {"week": -8, "lever": "trade_cut", "value": 0.9})
PLANS = (
    Plan("baseline", ()),
    Plan("order", (ORDER,), 7),
    Plan("embargo", (EMBARGO,), 4),
    Plan("embargo+order", (EMBARGO, ORDER), 4),
)


@dataclass(frozen=True)
class Design:
    """A design of a few countries."""

    countries: tuple[Country, ...]
    plans: tuple[Plan, ...] = PLANS
    scenario: str = "toyland"
    weeks: int = WEEKS
    k: int = 1
    seed: int = 1

    def identity(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario,
            "seed": self.seed,
            "weeks": self.weeks,
            "plans": [p.name for p in self.plans],
        }

    def to_json(self) -> dict[str, Any]:
        return self.identity() | {"countries": [asdict(c) for c in self.countries]}


def design(countries: int, weeks: int = WEEKS, seed: int = 1) -> Design:
    """So many countries that differ in one parameter and in luck."""
    made = (Country(i, 100 + i, {"fear.decay": 0.04 + 0.005 * i}, i // 2, i % 2) for i in range(countries))
    return Design(tuple(made), weeks=weeks, seed=seed)
