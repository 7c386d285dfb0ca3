"""Which countries are run: points of the unknowns, each met with several lucks, and every plan on each of them.

Uncertain parameters (axes), levers (plans), outcomes (measures) and constants (length, sample, scenario) are kept apart. The
countries of a study are a sequence: the first hundred are the same whether a hundred or a thousand are asked for, so that a study
can grow. A Latin hypercube (McKay, Beckman and Conover 1979) is therefore drawn in whole blocks of 64 points, and part of the last
block is a random part of a hypercube; Sobol's sequence (1967, scrambled after Owen 1998) is a sequence already.

Luck is a seed of 64 bits, a digest of the study's seed and the country's number: every draw of a run follows from it by Philox
(Salmon et al. 2011), so that countries share no luck, and all plans in one country share all of it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from custodes.errors import BadInput
from custodes.experiment.plans import Plan
from custodes.experiment.unknowns import Setting, Unknowns
from custodes.flags import did_you_mean, shown
from custodes.scenario.policies import Policy

if TYPE_CHECKING:
    from custodes.scenario.load import Scenario

F = NDArray[np.float64]
Sampler = Literal["latin", "sobol", "given"]

BLOCK: Final = 64  #: points of a Latin hypercube
MOST_COUNTRIES: Final = 100_000
MOST_LUCKS: Final = 100
SAMPLERS: Final = ("latin", "sobol")
EDGE: Final = 2.0**-40  #: points keep so far from 0 and 1, where a distribution may have no end


@dataclass(frozen=True)
class Country:
    """One possible country: the values of the unknowns, and a seed, which is its luck."""

    index: int
    point: int  #: countries of the same point differ in luck alone
    luck: int
    seed: int
    values: dict[str, Setting]  #: of the unknowns
    given: dict[str, Setting]  #: what is set in the scenario for them

    def settings(self) -> tuple[str, ...]:
        """As `--set` takes them: `custodes run SCENARIO --seed SEED --set ...` makes the very same run."""
        return tuple(
            f"{name}={value if isinstance(value, str) else repr(float(value))}" for name, value in self.given.items()
        )


@dataclass(frozen=True)
class Design:
    """All runs of a study."""

    scenario: str  #: name or file
    scenario_digest: str
    unknowns: Unknowns
    plans: tuple[Plan, ...]
    countries: tuple[Country, ...]
    seed: int
    sampler: Sampler
    lucks: int
    weeks: int
    k: int
    factors: tuple[str, ...] = ()  #: policies that are crossed

    @cached_property
    def points(self) -> int:
        """Different points of the unknowns."""
        return len({c.point for c in self.countries})

    def identity(self) -> dict[str, Any]:
        """What must be the same for runs to belong to one study; the number of countries may grow."""
        from custodes import __version__
        from custodes.jit import source_digest

        return {
            "scenario": self.scenario,
            "scenario_digest": self.scenario_digest,
            "seed": self.seed,
            "weeks": self.weeks,
            "sample": "1" if self.k == 1 else f"1/{self.k}",
            "lucks": self.lucks,
            "sampler": self.sampler,
            "uncertain": self.unknowns.spec,
            "unknowns": self._unknowns_digest(),
            "drawn": _digest(self.countries[0].given) if self.countries else "",  # by whatever library drew the points
            "plans": {p.name: _digest([policy.model_dump(mode="json") for policy in p.policies]) for p in self.plans},
            "code_version": __version__,
            "code": source_digest(),
        }

    def _unknowns_digest(self) -> str:
        given = [] if self.sampler != "given" else [c.values for c in self.countries]
        return _digest([self.unknowns.to_json() | {"spec": ""}, self.unknowns.constants, given])

    def to_json(self) -> dict[str, Any]:
        """As plain values, from which `from_json` makes it again: what is uncertain, levers, outcomes, constants, luck."""
        from custodes.experiment.measures import MEASURES

        values = {c.point: c.values for c in self.countries}
        names = list(next(iter(values.values()), {}))
        return {
            "uncertain": self.unknowns.to_json()
            | {"names": names, "points": {str(p): [v[n] for n in names] for p, v in values.items()}},
            "levers": [_plan_row(p) for p in self.plans],
            "factors": list(self.factors),
            "outcomes": [m.name for m in MEASURES],
            "constants": {
                "scenario": self.scenario,
                "scenario_digest": self.scenario_digest,
                "weeks": self.weeks,
                "k": self.k,
                "fixed": dict(self.unknowns.constants),
            },
            "luck": {"seed": self.seed, "lucks": self.lucks, "sampler": self.sampler},
            "countries": [[c.index, c.point, c.luck, c.seed] for c in self.countries],
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Design":
        """Back from plain values; a posterior's draws are known by the countries' values alone."""
        u, constants, luck = row["uncertain"], row["constants"], row["luck"]
        unknowns = Unknowns.from_json(u, constants["fixed"])
        values = {int(p): dict(zip(u["names"], v, strict=True)) for p, v in u["points"].items()}
        given = {p: unknowns.settings(v) for p, v in values.items()}
        countries = tuple(Country(i, p, lk, s, values[p], given[p]) for i, p, lk, s in row["countries"])
        return cls(
            constants["scenario"],
            constants["scenario_digest"],
            unknowns,
            tuple(_plan_of(p) for p in row["levers"]),
            countries,
            luck["seed"],
            luck["sampler"],
            luck["lucks"],
            constants["weeks"],
            constants["k"],
            tuple(row["factors"]),
        )


def _plan_row(p: Plan) -> dict[str, Any]:
    row = asdict(p) | {"policies": [policy.model_dump(mode="json") for policy in p.policies]}
    return row | {"sources": list(p.sources)}


def _plan_of(row: Mapping[str, Any]) -> Plan:
    policies = tuple(Policy.model_validate(p) for p in row["policies"])
    return Plan(row["name"], policies, row["title"], row["rationale"], tuple(row["sources"]), row["first_week"])


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


# --- making one -------------------------------------------------------------------------------------------------------


def design(
    scenario: "Scenario",
    plans: Sequence[Plan],
    unknowns: Unknowns,
    *,
    countries: int,
    weeks: int,
    k: int,
    seed: int = 1,
    lucks: int = 2,
    sampler: str = "latin",
    factors: Sequence[str] = (),
) -> Design:
    """A design of so many countries. With an odd number the last point is met with fewer lucks. BadInput for wrong numbers."""
    if not 1 <= countries <= MOST_COUNTRIES:
        raise BadInput(f"--runs must lie between 1 and {MOST_COUNTRIES:,}, and {countries} does not.")
    if not 1 <= lucks <= MOST_LUCKS:
        raise BadInput(f"--lucks must lie between 1 and {MOST_LUCKS}, and {lucks} does not.")
    if sampler not in SAMPLERS:
        mend = did_you_mean(sampler, list(SAMPLERS)) or f" Choose one of {', '.join(SAMPLERS)}."
        raise BadInput(f"--sampler: '{shown(sampler)}' is not a sampler.{mend}")
    values = unknowns.points(sample(sampler, -(-countries // lucks), unknowns.dimensions, seed))
    return of_points(
        scenario,
        plans,
        unknowns,
        values,
        weeks=weeks,
        k=k,
        seed=seed,
        lucks=lucks,
        sampler=sampler,
        most=countries,
        factors=factors,
    )


def of_points(
    scenario: "Scenario",
    plans: Sequence[Plan],
    unknowns: Unknowns,
    values: Sequence[Mapping[str, Setting]],
    *,
    weeks: int,
    k: int,
    seed: int = 1,
    lucks: int = 1,
    sampler: str = "given",
    most: int | None = None,
    factors: Sequence[str] = (),
    common_luck: bool = False,
) -> Design:
    """A design of given points. With `common_luck` every point is met with the same lucks, as sensitivity analysis wants."""
    made = []
    for point, some in enumerate(values):
        settings = unknowns.settings(some)
        for luck in range(lucks):
            index = point * lucks + luck
            made.append(
                Country(index, point, luck, luck_seed(seed, luck if common_luck else index), dict(some), settings)
            )
    return Design(
        scenario.name,
        scenario.digest,
        unknowns,
        tuple(plans),
        tuple(made[:most]),
        seed,
        sampler,  # type: ignore[arg-type]
        lucks,
        weeks,
        k,
        tuple(factors),
    )


def luck_seed(seed: int, index: int) -> int:
    """The seed of a country: 64 bits of a digest, so that neither neighbours nor other studies share any luck."""
    return int.from_bytes(hashlib.sha256(f"custodes study {seed} country {index}".encode()).digest()[:8], "big")


def sample(sampler: str, points: int, dimensions: int, seed: int) -> F:
    """Points in the unit cube, (points, dimensions), the first ones whatever their number; never on an edge."""
    if dimensions == 0:
        return np.empty((points, 0))
    from scipy.stats import qmc

    if sampler == "sobol":
        drawn = qmc.Sobol(dimensions, scramble=True, rng=_generator(seed, 0)).random_base2(
            max(0, (points - 1).bit_length())
        )
    else:
        blocks = -(-points // BLOCK)
        drawn = np.concatenate(
            [qmc.LatinHypercube(dimensions, rng=_generator(seed, b)).random(BLOCK) for b in range(blocks)]
        )
    return np.clip(np.asarray(drawn[:points], np.float64), EDGE, 1.0 - EDGE)


def _generator(seed: int, block: int) -> np.random.Generator:
    """A generator of its own for each block, of no kinship with the countries' luck."""
    key = hashlib.sha256(f"custodes study {seed} block {block}".encode()).digest()[:16]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(int.from_bytes(key, "big"))))
