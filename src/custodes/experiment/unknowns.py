"""What is uncertain about a country: an axis of doubt for each parameter that is not fixed and for each choice between theories.

An axis maps a number between 0 and 1 to a value by the inverse of its distribution function, so that any design (Latin hypercube,
Sobol's sequence, Morris's trajectories) can be laid over the axes. A posterior is no set of axes: its draws hang together and are
kept whole (`posterior`). What a user fixes is a constant and no axis. How `--uncertain` is read: `uncertain`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from custodes.errors import BadInput
from custodes.experiment.distributions import is_one, quantile
from custodes.experiment.posterior import Posterior, Setting
from custodes.scenario.parameters import Parameter, bounds, default_parameters

if TYPE_CHECKING:
    from custodes.scenario.load import Scenario

__all__ = ["Composition", "Setting", "Unknown", "Unknowns", "axes_of", "unknowns"]
F = NDArray[np.float64]

#: Switches whose choices are rival theories of the same thing, rather than ways to use the model.
RIVAL_THEORIES: Final = ("extortion.repeated_demands", "leader.regime", "purge.theory")
USER: Final = "the user"
DIGITS: Final = 8  #: of a drawn value


@dataclass(frozen=True)
class Unknown:
    """One axis of doubt.

    `name` is a parameter (`fear.decay`), a part of one (`rings.search.officer`) or a switch (`purge.theory`). The value of a
    parameter in parts with a single prior is that of its first part; the others keep their ratios to it, each within its bounds.
    """

    name: str
    kind: Literal["parameter", "mechanism"]
    prior: dict[str, Any]
    source: str
    grade: str
    meaning: str = ""
    low: float = -np.inf  #: bounds of a sane value
    high: float = np.inf
    factor: float = 1.0  #: for a scenario whose own value stands elsewhere than the shipped one, of which the prior is
    parts: tuple[tuple[str, float], ...] = ()  #: settings that follow the value, with their ratios to it

    @property
    def group(self) -> str:
        """The mechanism it belongs to."""
        return self.name.partition(".")[0]

    def value(self, u: F) -> list[Setting]:
        """Values at points `u` strictly between 0 and 1."""
        if self.kind == "mechanism":
            names, weights = self.prior["choices"], np.asarray(self.prior["weights"], np.float64)
            edges = np.cumsum(weights / weights.sum())
            return [str(names[i]) for i in np.minimum(np.searchsorted(edges, u, side="right"), len(names) - 1)]
        drawn = self.factor * quantile(self.prior, np.asarray(u, np.float64))
        return [min(max(_rounded(v), self.low), self.high) for v in drawn.tolist()]

    def settings(self, value: Setting) -> dict[str, Setting]:
        """What is to be set for a value: itself, or all the parts that follow it."""
        if not self.parts:
            return {self.name: value}
        return {name: min(max(float(value) * ratio, self.low), self.high) for name, ratio in self.parts}

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "name": self.name,
            "kind": self.kind,
            "prior": self.prior,
            "source": self.source,
            "grade": self.grade,
            "meaning": self.meaning,
            "low": None if self.low == -np.inf else self.low,
            "high": None if self.high == np.inf else self.high,
            "factor": self.factor,
            "parts": [list(p) for p in self.parts],
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Unknown":
        """Back from plain values."""
        low, high = row["low"], row["high"]
        return cls(
            **{k: row[k] for k in ("name", "kind", "prior", "source", "grade", "meaning", "factor")},
            low=-np.inf if low is None else low,
            high=np.inf if high is None else high,
            parts=tuple((str(n), float(r)) for n, r in row["parts"]),
        )


def _rounded(value: float) -> float:
    """A number of few enough digits that two machines whose last bits differ draw the same countries."""
    return float(f"{value:.{DIGITS}g}")


@dataclass(frozen=True)
class Composition:
    """A parameter whose parts are shares of one whole: where some are drawn, the others share what is left."""

    name: str
    parts: tuple[tuple[str, float], ...]  #: setting of each part, and what it is in the scenario

    def whole(self, drawn: Mapping[str, Setting]) -> dict[str, Setting]:
        """All parts, adding up to one. Drawn parts that leave nothing, or are all there is, are scaled to one."""
        given = {name: float(drawn[name]) for name, _ in self.parts if name in drawn}
        taken, free = sum(given.values()), sum(value for name, value in self.parts if name not in given)
        if taken >= 1.0 or free <= 0.0:
            return {name: given.get(name, 0.0) / taken for name, _ in self.parts}
        return {name: given.get(name, value * (1.0 - taken) / free) for name, value in self.parts}


@dataclass(frozen=True)
class Unknowns:
    """All that is uncertain: independent axes, and possibly a posterior beside them; and what the user fixed, which is not."""

    axes: tuple[Unknown, ...]
    posterior: Posterior | None = None
    spec: str = "prior"
    constants: tuple[tuple[str, Setting], ...] = ()  #: settings of every country
    compositions: tuple[Composition, ...] = ()  #: of which some part is drawn or fixed

    @property
    def dimensions(self) -> int:
        """Numbers between 0 and 1 that make a point."""
        return len(self.axes) + (self.posterior is not None)

    def described(self) -> list[dict[str, Any]]:
        """A row for everything that is uncertain, the parameters of a posterior among them."""
        return [a.to_json() for a in self.axes] + ([] if self.posterior is None else self.posterior.described())

    def points(self, u: F) -> list[dict[str, Setting]]:
        """Values of all unknowns at points (points, dimensions)."""
        columns = [axis.value(u[:, i]) for i, axis in enumerate(self.axes)]
        rows = [dict(zip((a.name for a in self.axes), row, strict=True)) for row in zip(*columns, strict=True)]
        rows = rows or [{} for _ in range(len(u))]
        if self.posterior is not None:
            rows = [own | drawn for own, drawn in zip(rows, self.posterior.rows(u[:, -1]), strict=True)]
        return rows

    def settings(self, values: Mapping[str, Setting]) -> dict[str, Setting]:
        """What is to be set in the scenario for the values of a point, constants included."""
        by_name = {axis.name: axis for axis in self.axes}
        out: dict[str, Setting] = dict(self.constants)
        for name, value in values.items():
            out |= by_name[name].settings(value) if name in by_name else {name: value}
        for composition in self.compositions:
            out |= composition.whole(out)
        return out

    def to_json(self) -> dict[str, Any]:
        """As plain values; a posterior without its draws, and without the constants, which are not uncertain."""
        return {
            "spec": self.spec,
            "axes": [a.to_json() for a in self.axes],
            "posterior": None if self.posterior is None else self.posterior.to_json(),
            "compositions": [[c.name, [list(p) for p in c.parts]] for c in self.compositions],
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any], constants: Mapping[str, Setting]) -> "Unknowns":
        """Back from plain values."""
        return cls(
            tuple(Unknown.from_json(a) for a in row["axes"]),
            Posterior.from_json(row["posterior"]),
            row["spec"],
            tuple(constants.items()),
            tuple(Composition(name, tuple((n, v) for n, v in parts)) for name, parts in row["compositions"]),
        )


def unknowns(scenario: "Scenario", spec: str | Sequence[str] = "prior") -> Unknowns:
    """The unknowns of a scenario by a specification; BadInput in one sentence for one that cannot be read.

    Words, separated by commas outside brackets, later ones over earlier: `prior` (all parameters that are not fixed and the rival
    theories), `prior:fear.*` or `prior:extortion` (some), `none`, the path of a posterior file, or `NAME=DIST` such as
    `fear.decay=uniform(0.02,0.2)`, `purge.theory=choice(rivalry,scapegoat)` or `fear.decay=fixed(0.05)`. What was set in the
    scenario by hand is known, unless it is named.
    """
    from custodes.experiment.uncertain import read

    axes, constants, posterior, said = read(scenario, spec)
    known = Unknowns(axes, posterior, said, constants)
    touched = {n for a in axes for n in a.settings(0.0)} | {n for n, _ in constants}
    touched |= set(posterior.names) if posterior is not None else set()
    return replace(known, compositions=_compositions(scenario, touched))


def _compositions(scenario: "Scenario", touched: set[str]) -> tuple[Composition, ...]:
    """The compositions of which some part, but not the whole, is drawn or fixed."""
    wholes = {name.rpartition(".")[0] for name in touched}
    return tuple(
        Composition(p.name, tuple(_settings(p)))
        for p in scenario.parameters
        if p.name in wholes and p.unit == "share" and _is_flat(p) and abs(sum(p.value) - 1.0) < 1e-9
    )


def _settings(p: Parameter) -> list[tuple[str, float]]:
    """The setting of each part, and its value."""
    assert isinstance(p.value, tuple)
    return [(f"{p.name}.{part}", float(v)) for part, v in zip(p.parts, p.value, strict=True)]


def _is_flat(p: Parameter) -> bool:
    return isinstance(p.value, tuple) and not any(isinstance(v, tuple) for v in p.value)


# --- axes of a parameter ----------------------------------------------------------------------------------------------


def axes_of(p: Parameter) -> list[Unknown]:
    """The axes of one parameter: none when it is fixed, or was set by hand."""
    if p.origin == "set":
        return []
    if p.choices:
        return [theory(p, p.choices)] if p.name in RIVAL_THEORIES else []
    if is_one(p.prior):
        return [] if "fixed" in p.prior else [_axis(p, p.name, p.prior)]
    return [_axis(p, f"{p.name}.{part}", prior) for part, prior in p.prior.items() if "fixed" not in prior]


def theory(p: Parameter, choices: Sequence[str], weights: Sequence[float] = ()) -> Unknown:
    """The axis of a switch, by equal weights unless given."""
    prior = {"choices": list(choices), "weights": list(weights) or [1.0] * len(choices)}
    return Unknown(p.name, "mechanism", prior, p.source, p.grade, p.meaning)


def _axis(p: Parameter, name: str, prior: dict[str, Any]) -> Unknown:
    low, high = bounds(p, p.default)
    ratios = ratios_of(p, name)
    return Unknown(name, "parameter", prior, p.source, p.grade, p.meaning, low, high, _factor(p, name), ratios)


def ratios_of(p: Parameter, name: str) -> tuple[tuple[str, float], ...]:
    """For a whole parameter in parts the ratio of each part to the first; nothing for a part or a single number.

    BadInput where there is no such ratio.
    """
    if name != p.name or not isinstance(p.value, tuple):
        return ()
    if not _is_flat(p) or not p.value[0]:
        raise BadInput(
            f"--uncertain: the parts of '{p.name}' cannot follow its first, which is {'a table' if not _is_flat(p) else 0}: "
            "name its parts one by one, or mark its prior as fixed."
        )
    lead = float(p.value[0])
    return tuple((setting, value / lead) for setting, value in _settings(p))


def _factor(p: Parameter, name: str) -> float:
    """A shipped prior is that of the shipped value: a country's own value, or its size, moves it by their ratio."""
    if p.origin not in ("scenario", "scaled") or p.default is None or _own_prior(p):
        return 1.0
    default = _single(p, name, p.default)
    return _single(p, name, p.value) / default if default else 1.0


def _own_prior(p: Parameter) -> bool:
    """Whether the scenario says what it believes of its value, and not only the value."""
    shipped = default_parameters()
    return p.origin == "scenario" and (p.name not in shipped or shipped[p.name].prior != p.prior)


def _single(p: Parameter, name: str, value: Any) -> float:
    """The number itself, that of a part, or that of the first part."""
    if not isinstance(value, tuple):
        return float(value)
    return float(value[0] if name == p.name else value[p.parts.index(name.rpartition(".")[2])])
