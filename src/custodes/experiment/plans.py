"""What is compared: policies alone, joined by `+`, and crossed.

The first plan is always the baseline, which does nothing. Two policies of one plan may not hold the same lever in the same weeks:
the later of the two would win by the order of their names, and nobody asked for that.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from custodes.errors import BadInput
from custodes.flags import shown
from custodes.scenario.policies import Policy, actions_of, load_policy
from custodes.scenario.timeline import Action

if TYPE_CHECKING:
    from custodes.scenario.load import Scenario

BASELINE: Final = "baseline"
NEVER: Final = 1 << 30  #: first week of a plan that does nothing
MOST_PLANS: Final = 64
MOST_CROSSED: Final = 3


@dataclass(frozen=True)
class Plan:
    """One of the things compared."""

    name: str  #: names of its policies joined by +
    policies: tuple[Policy, ...]
    title: str
    rationale: str
    sources: tuple[str, ...]
    first_week: int  #: in which it begins to act; before it, the plan is the baseline

    def about(self) -> dict[str, Any]:
        """As a comparison tells it."""
        return {"name": self.name, "title": self.title, "rationale": self.rationale, "sources": list(self.sources)}


def plans(scenario: "Scenario", names: Sequence[str], factorial: Sequence[str] = ()) -> tuple[Plan, ...]:
    """The baseline, the plans of `names`, and all that `factorial` crosses, each once.

    A name is a shipped policy, a policy file, or several joined by `+`. BadScenario for an unknown policy, BadInput for policies
    that cannot be joined.
    """
    if len(factorial) == 1 or len(factorial) > MOST_CROSSED:
        raise BadInput(f"--factorial crosses two or three policies, and {len(factorial)} were given.")
    wanted = [BASELINE, *names, *crossed(factorial)]
    out = _once([plan(scenario, name) for name in dict.fromkeys(wanted)])
    if len(out) == 1:
        raise BadInput("nothing to compare: give at least one --policy beside the baseline.")
    if len(out) > MOST_PLANS:
        raise BadInput(f"{len(out)} plans are more than {MOST_PLANS}: compare fewer at a time.")
    return tuple(out)


def _once(made: Sequence[Plan]) -> list[Plan]:
    """Each plan once: `B+A` is `A+B`. BadInput for two policies of one name that are not the same."""
    known: dict[str, Policy] = {BASELINE: load_policy(BASELINE)}
    out: dict[frozenset[str], Plan] = {}
    for p in made:
        for policy in p.policies:
            if known.setdefault(policy.name, policy) != policy:
                raise BadInput(f"two different policies are called '{policy.name}': give one of them another name.")
        out.setdefault(frozenset(p.name.split("+")), p)
    return list(out.values())


def crossed(factors: Sequence[str]) -> list[str]:
    """Names of every combination of factors, alone first: `a`, `b`, `a+b`."""
    return ["+".join(some) for size in range(1, len(factors) + 1) for some in combinations(factors, size)]


def factor_names(factorial: Sequence[str]) -> tuple[str, ...]:
    """What the crossed policies call themselves, in the order given."""
    return tuple("+".join(load_policy(part).name for part in parts_of(f)) for f in factorial)


def parts_of(name: str) -> list[str]:
    """The policies of a plan's name: one, if that is a file."""
    return [name] if _is_file(name) else [part.strip() for part in name.split("+")]


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except OSError:  # a name that is too long for a file
        return False


def plan(scenario: "Scenario", name: str) -> Plan:
    """One plan by its name."""
    parts = parts_of(name)
    if not all(parts):
        raise BadInput(f"--policy: '{shown(name)}' has an empty part; write A+B.")
    policies = tuple(load_policy(part) for part in parts)
    if len({p.name for p in policies}) < len(policies):
        raise BadInput(f"--policy: '{shown(name)}' names a policy twice.")
    acting = tuple(p for p in policies if p.actions)
    for first, second in combinations(acting, 2):
        refuse_clash(scenario, first, second)
    chosen = acting or policies[:1]
    weeks = [a.week for p in chosen for a in actions_of(p, scenario.start, scenario.scale)]
    return Plan(
        "+".join(p.name for p in chosen),
        acting,
        "; ".join(p.title for p in chosen),
        " ".join(p.rationale for p in chosen),
        tuple(dict.fromkeys(p.source for p in chosen)),
        min(weeks, default=NEVER),
    )


def refuse_clash(scenario: "Scenario", first: Policy, second: Policy) -> None:
    """BadInput when two policies hold the same lever of the same organ in the same weeks."""
    clash = clash_of(
        actions_of(first, scenario.start, scenario.scale), actions_of(second, scenario.start, scenario.scale)
    )
    if clash:
        organ = f" of {clash.organ}" if clash.organ not in (None, "all") else ""
        raise BadInput(
            f"'{first.name}' and '{second.name}' both set {clash.lever}{organ} from {clash.date}, and only one of them can: "
            f"compare them side by side, or write a policy of your own that joins them."
        )


def clash_of(first: Iterable[Action], second: Sequence[Action]) -> Action | None:
    """The first action of `second` that meets one of `first` on its lever, organ and weeks; None when none does."""
    for a in first:
        for b in second:
            if a.lever == b.lever and _same_organ(a.organ, b.organ) and _same_weeks(a, b):
                return b
    return None


def _same_organ(a: str | None, b: str | None) -> bool:
    return a == b or "all" in (a, b)


def _same_weeks(a: Action, b: Action) -> bool:
    """Whether the weeks in which two actions hold meet. An impulse holds its week; a level without an end holds for good."""
    (a_first, a_last), (b_first, b_last) = _held(a), _held(b)
    return a_first < b_last and b_first < a_last


def _held(a: Action) -> tuple[int, int]:
    from custodes.actors.levers import LEVERS

    if LEVERS[a.lever].impulse:
        return a.week, a.week + 1
    return a.week, NEVER if a.until_week is None else a.until_week
