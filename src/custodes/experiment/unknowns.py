"""What is uncertain about a country: an axis of doubt for each parameter that is not fixed and for each choice between theories.

An axis maps a number between 0 and 1 to a value by the inverse of its distribution function, so that any design (Latin hypercube,
Sobol's sequence, Morris's trajectories) can be laid over the axes. A posterior is no set of axes: its draws hang together and are
kept whole.
"""

import fnmatch
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from custodes.errors import BadInput
from custodes.flags import did_you_mean, shown
from custodes.scenario.parameters import Parameter, bounds

if TYPE_CHECKING:
    from custodes.scenario.load import Scenario

F = NDArray[np.float64]
Setting = float | str

#: Switches whose choices are rival theories of the same thing, rather than ways to use the model.
RIVAL_THEORIES: Final = ("purge.theory",)
POSTERIOR: Final = "custodes-posterior-1"
MOST_POSTERIOR: Final = 64 << 20  #: bytes of a posterior file
_NUMBERS: Final = {
    "uniform": ("low", "high"),
    "lognormal": ("median", "sigma"),
    "normal": ("mean", "sd"),
    "beta": ("a", "b"),
    "triangular": ("low", "mode", "high"),
}
_DISTRIBUTION: Final = re.compile(r"\s*([a-z]+)\s*\(([^()]*)\)\s*")


@dataclass(frozen=True)
class Unknown:
    """One axis of doubt.

    `name` is a parameter (`fear.decay`), a part of one (`rings.search.officer`) or a switch (`purge.theory`). The value of a
    parameter in parts with a single prior is that of its first part; the others keep their ratios to it.
    """

    name: str
    kind: Literal["parameter", "mechanism"]
    prior: dict[str, Any]
    source: str
    grade: str
    meaning: str = ""
    low: float = -np.inf  #: bounds of a sane value
    high: float = np.inf
    factor: float = 1.0  #: for a scenario whose own value stands elsewhere than the prior
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
        return [float(v) for v in np.clip(drawn, self.low, self.high)]

    def settings(self, value: Setting) -> dict[str, Setting]:
        """What is to be set for a value: itself, or all the parts that follow it."""
        if not self.parts:
            return {self.name: value}
        return {name: float(value) * ratio for name, ratio in self.parts}

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


@dataclass(frozen=True)
class Posterior:
    """Draws that hang together, (draws, names), with weights that add up to one."""

    names: tuple[str, ...]
    draws: tuple[tuple[Setting, ...], ...]
    weights: tuple[float, ...]
    source: str

    def rows(self, u: F) -> list[dict[str, Setting]]:
        """Whole rows at points `u` between 0 and 1, by weight."""
        edges = np.cumsum(self.weights)
        at = np.minimum(np.searchsorted(edges, u * edges[-1], side="right"), len(self.draws) - 1)
        return [dict(zip(self.names, self.draws[i], strict=True)) for i in at]


@dataclass(frozen=True)
class Unknowns:
    """All that is uncertain: independent axes, and possibly a posterior beside them."""

    axes: tuple[Unknown, ...]
    posterior: Posterior | None = None
    spec: str = "prior"

    @property
    def dimensions(self) -> int:
        """Numbers between 0 and 1 that make a point."""
        return len(self.axes) + (self.posterior is not None)

    def points(self, u: F) -> list[dict[str, Setting]]:
        """Values of all unknowns at points (points, dimensions)."""
        columns = [axis.value(u[:, i]) for i, axis in enumerate(self.axes)]
        rows = [dict(zip((a.name for a in self.axes), row, strict=True)) for row in zip(*columns, strict=True)]
        rows = rows or [{} for _ in range(len(u))]
        if self.posterior is not None:
            rows = [own | drawn for own, drawn in zip(rows, self.posterior.rows(u[:, -1]), strict=True)]
        return rows

    def settings(self, values: Mapping[str, Setting]) -> dict[str, Setting]:
        """What is to be set in the scenario for the values of a point."""
        by_name = {axis.name: axis for axis in self.axes}
        out: dict[str, Setting] = {}
        for name, value in values.items():
            out |= by_name[name].settings(value) if name in by_name else {name: value}
        return out


def quantile(prior: Mapping[str, Any], u: F) -> F:
    """Inverse distribution function of a prior at `u` in (0, 1)."""
    from scipy import special, stats

    name, n = next(iter(prior.items()))
    if name == "normal":
        return np.asarray(n["mean"] + n["sd"] * special.ndtri(u))
    if name == "lognormal":
        return np.asarray(n["median"] * np.exp(n["sigma"] * special.ndtri(u)))
    if name == "uniform":
        return np.asarray(n["low"] + (n["high"] - n["low"]) * u)
    if name == "beta":
        return np.asarray(stats.beta.ppf(u, n["a"], n["b"]))
    if name == "triangular":
        width = n["high"] - n["low"]
        return np.asarray(stats.triang.ppf(u, (n["mode"] - n["low"]) / width, n["low"], width))
    raise ValueError(f"no distribution '{name}'")


# --- from a scenario and what the user wrote --------------------------------------------------------------------------


def unknowns(scenario: "Scenario", spec: str | Sequence[str] = "prior") -> Unknowns:
    """The unknowns of a scenario by a specification; BadInput in one sentence for one that cannot be read.

    Words, separated by commas outside brackets, later ones over earlier: `prior` (all parameters that are not fixed and the rival
    theories), `prior:fear.*` or `prior:extortion` (some), `none`, the path of a posterior file, or `NAME=DIST` such as
    `fear.decay=uniform(0.02,0.2)`, `purge.theory=choice(rivalry,scapegoat)` or `fear.decay=fixed(0.05)`.
    """
    words = _words(spec) if isinstance(spec, str) else [w for s in spec for w in _words(s)]
    if not words:
        raise BadInput("--uncertain says nothing: give prior, none, a posterior file, or NAME=DIST.")
    axes: dict[str, Unknown] = {}
    fixed: dict[str, Unknown] = {}
    posterior: Posterior | None = None
    for word in words:
        if "=" in word:
            axis, is_fixed = _named(scenario, word)
            _drop(axes, axis.name)
            (fixed if is_fixed else axes)[axis.name] = axis
        elif word == "none":
            axes.clear()
        elif word == "prior" or word.startswith("prior:"):
            axes |= _priors(scenario, word.partition(":")[2])
        elif word.endswith(".json"):
            posterior = read_posterior(scenario, Path(word))
        else:
            raise BadInput(
                f"--uncertain: '{shown(word)}' is not prior, none, a .json file or NAME=DIST.{did_you_mean(word, ['prior', 'none'])}"
            )
    if posterior is not None:
        for name in posterior.names:
            _drop(axes, name)
    return Unknowns((*axes.values(), *fixed.values()), posterior, ",".join(words))


def _drop(axes: dict[str, Unknown], name: str) -> None:
    """A parameter that is said anew takes its axes, whole or by part, with it."""
    for known in [k for k in axes if k == name or k.startswith(f"{name}.") or name.startswith(f"{k}.")]:
        del axes[known]


def _words(text: str) -> list[str]:
    """Text split at commas outside brackets."""
    out, depth, word = [], 0, ""
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            out.append(word.strip())
            word = ""
        else:
            word += character
    return [w for w in (*out, word.strip()) if w]


def _priors(scenario: "Scenario", pattern: str) -> dict[str, Unknown]:
    """Axes of every parameter that is believed to be uncertain, or of those that a pattern names."""
    found: dict[str, Unknown] = {}
    for p in scenario.parameters:
        if not pattern or p.group == pattern or fnmatch.fnmatchcase(p.name, pattern):
            found |= {axis.name: axis for axis in _axes(p)}
    if pattern and not found:
        groups = list(scenario.parameters.groups)
        raise BadInput(
            f"--uncertain: nothing uncertain is called '{shown(pattern)}'.{did_you_mean(pattern, groups) or ' See custodes parameters.'}"
        )
    return found


def _axes(p: Parameter) -> list[Unknown]:
    """The axes of one parameter: none when it is fixed."""
    if p.choices:
        return [_theory(p, p.choices)] if p.name in RIVAL_THEORIES else []
    if len(p.prior) == 1 and next(iter(p.prior)) in (*_NUMBERS, "fixed"):
        return [] if "fixed" in p.prior else [_axis(p, p.name, p.prior)]
    return [_axis(p, f"{p.name}.{part}", prior) for part, prior in p.prior.items() if "fixed" not in prior]


def _theory(p: Parameter, choices: Iterable[str], weights: Sequence[float] = ()) -> Unknown:
    names = list(choices)
    prior = {"choices": names, "weights": list(weights) or [1.0] * len(names)}
    return Unknown(p.name, "mechanism", prior, p.source, p.grade, p.meaning)


def _axis(p: Parameter, name: str, prior: dict[str, Any]) -> Unknown:
    low, high = bounds(p, p.default)
    lead, ratios = _ratios(p, name)
    return Unknown(
        name,
        "parameter",
        prior,
        p.source,
        p.grade,
        p.meaning,
        max(low, _tiny(p, name)),
        high / max(1.0, *(r for _, r in ratios)) if ratios else high,
        _factor(p, name, lead),
        ratios,
    )


def _tiny(p: Parameter, name: str) -> float:
    """A positive number stays above zero: a draw is never exactly 0 where the shipped value is not."""
    value = _single(p, name)
    return 1e-9 * value if value > 0.0 and "uniform" not in p.prior and "normal" not in p.prior else -np.inf


def _single(p: Parameter, name: str) -> float:
    """The value of a parameter, of a part, or of the first part."""
    if not isinstance(p.value, tuple):
        return float(p.value)
    part = name.rpartition(".")[2]
    return float(p.value[p.parts.index(part)] if part in p.parts and name != p.name else p.value[0])  # type: ignore[arg-type]


def _ratios(p: Parameter, name: str) -> tuple[float, tuple[tuple[str, float], ...]]:
    """The leading value, and for a parameter in parts with one prior the ratio of each part to it."""
    lead = _single(p, name)
    if not isinstance(p.value, tuple) or name != p.name:
        return lead, ()
    return lead, tuple((f"{p.name}.{part}", float(v) / lead) for part, v in zip(p.parts, p.value, strict=True))  # type: ignore[arg-type]


def _factor(p: Parameter, name: str, lead: float) -> float:
    """A prior is that of the shipped value; a country's own value, or its size, moves it by their ratio."""
    if p.default is None or p.origin == "default":
        return 1.0
    default = p.default
    if isinstance(default, tuple):
        part = name.rpartition(".")[2]
        default = default[p.parts.index(part)] if part in p.parts and name != p.name else default[0]
    own = p.origin == "scenario" and not _believed_elsewhere(p, float(default))  # type: ignore[arg-type]
    return 1.0 if own or not default else lead / float(default)  # type: ignore[arg-type]


def _believed_elsewhere(p: Parameter, default: float) -> bool:
    """Whether the prior is still the shipped one: its middle lies nearer to the shipped value than to the scenario's."""
    if len(p.prior) != 1 or next(iter(p.prior)) not in _NUMBERS:
        return True
    middle = float(quantile(p.prior, np.array([0.5]))[0])
    return abs(middle - default) <= abs(middle - _single(p, p.name))


def _named(scenario: "Scenario", word: str) -> tuple[Unknown, bool]:
    """An axis that the user describes, and whether it is no axis but a fixed value."""
    name, _, text = (part.strip() for part in word.partition("="))
    p = _parameter(scenario, name)
    found = _DISTRIBUTION.fullmatch(text)
    if not found:
        raise BadInput(
            f"--uncertain: '{shown(word)}' is not NAME=DIST, such as fear.decay=uniform(0.02,0.2) or fear.decay=lognormal(0.04,0.4)."
        )
    kind, inside = found[1], [a.strip() for a in found[2].split(",") if a.strip()]
    if p.choices:
        return _chosen(p, kind, inside, word)
    numbers = [_number(name, a) for a in inside]
    low, high = bounds(p, p.default)
    for n in numbers if kind in ("uniform", "triangular", "fixed") else ():
        if not low <= n <= high:
            raise BadInput(f"--uncertain: {n:g} is outside {low:g} to {high:g}, the range of '{name}'.")
    if kind == "fixed" and len(numbers) == 1:
        axis = Unknown(name, "parameter", {"uniform": {"low": numbers[0], "high": numbers[0]}}, "the user", "D", p.meaning, low, high)
        return _with_parts(p, axis), True
    if kind not in _NUMBERS:
        mend = did_you_mean(kind, [*_NUMBERS, "fixed"]) or f" Choose one of {', '.join(_NUMBERS)}, fixed."
        raise BadInput(f"--uncertain: '{shown(kind)}' is not a distribution of a number.{mend}")
    wanted = _NUMBERS[kind]
    if len(numbers) != len(wanted):
        raise BadInput(f"--uncertain: {kind} wants {', '.join(wanted)}, and '{shown(word)}' gives {len(numbers)} numbers.")
    prior = {kind: dict(zip(wanted, numbers, strict=True))}
    _refuse_impossible(name, prior)
    return _with_parts(p, Unknown(name, "parameter", prior, "the user", "D", p.meaning, low, high)), False


def _with_parts(p: Parameter, axis: Unknown) -> Unknown:
    from dataclasses import replace

    return replace(axis, parts=_ratios(p, axis.name)[1])


def _refuse_impossible(name: str, prior: dict[str, Any]) -> None:
    """The schema of a parameter file says what a distribution may be; its complaint becomes a sentence."""
    from pydantic import ValidationError

    from custodes.scenario.schema import Prior

    try:
        Prior.model_validate(prior)
    except ValidationError as problem:
        first = problem.errors()[0]
        said = str(first["msg"]).removeprefix("Value error, ")
        raise BadInput(f"--uncertain: the distribution of '{name}' cannot be ({said[0].lower()}{said[1:]}).") from None


def _chosen(p: Parameter, kind: str, inside: list[str], word: str) -> tuple[Unknown, bool]:
    if kind not in ("choice", "fixed") or not inside:
        raise BadInput(f"--uncertain: '{p.name}' is a switch; write {p.name}=choice({','.join(p.choices)}), not '{shown(word)}'.")
    for name in inside:
        if name not in p.choices:
            mend = did_you_mean(name, list(p.choices)) or f" Choose among {', '.join(p.choices)}."
            raise BadInput(f"--uncertain: '{shown(name)}' is not a choice of '{p.name}'.{mend}")
    return _theory(p, dict.fromkeys(inside)), False


def _parameter(scenario: "Scenario", name: str) -> Parameter:
    items = scenario.parameters
    whole = name if name in items else name.rpartition(".")[0]
    if whole in items and (whole == name or name.rpartition(".")[2] in items[whole].parts):
        return items[whole]
    mend = did_you_mean(name, [p.name for p in items]) or " See custodes parameters."
    raise BadInput(f"--uncertain: '{shown(name)}' is not a parameter.{mend}")


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise BadInput(f"--uncertain: '{shown(text)}' of '{name}' is not a number.") from None
    if not np.isfinite(value):
        raise BadInput(f"--uncertain: '{shown(text)}' of '{name}' is not a finite number.")
    return value


# --- posteriors -------------------------------------------------------------------------------------------------------


def read_posterior(scenario: "Scenario", path: Path) -> Posterior:
    """A posterior file: `format`, `scenario`, `parameters` (names), `draws` (rows), `weights` if they differ, `source`."""
    said = shown(path)
    try:
        if path.stat().st_size > MOST_POSTERIOR:
            raise BadInput(f"'{said}' is larger than {MOST_POSTERIOR >> 20} MiB: thin its draws.")
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise BadInput(f"'{said}' cannot be read ({(error.strerror or str(error)).lower()}).") from None
    except ValueError:
        raise BadInput(f"'{said}' is not JSON.") from None
    if not isinstance(content, dict) or content.get("format") != POSTERIOR:
        raise BadInput(f"'{said}' is not a posterior: its 'format' must be \"{POSTERIOR}\".")
    names, draws = content.get("parameters"), content.get("draws")
    if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
        raise BadInput(f"'{said}', parameters: give the names of the parameters.")
    if not isinstance(draws, list) or not draws or not all(isinstance(d, list) and len(d) == len(names) for d in draws):
        raise BadInput(f"'{said}', draws: give rows of {len(names)} values, one for each parameter.")
    weights = _weights(said, content.get("weights"), len(draws))
    for name in names:
        _parameter(scenario, name)
    for i, row in enumerate(draws):
        _refuse_draw(scenario, said, i, dict(zip(names, row, strict=True)))
    rows = tuple(tuple(v if isinstance(v, str) else float(v) for v in row) for row in draws)
    return Posterior(tuple(names), rows, weights, str(content.get("source", said)))


def _weights(said: str, weights: Any, draws: int) -> tuple[float, ...]:
    if weights is None:
        return (1.0 / draws,) * draws
    good = isinstance(weights, list) and len(weights) == draws
    if not good or not all(isinstance(w, int | float) and np.isfinite(w) and w >= 0 for w in weights) or not sum(weights):
        raise BadInput(f"'{said}', weights: give {draws} numbers from 0 up, not all 0.")
    total = float(sum(weights))
    return tuple(float(w) / total for w in weights)


def _refuse_draw(scenario: "Scenario", said: str, row: int, values: dict[str, Any]) -> None:
    try:
        scenario.parameters.with_values(values)
    except BadInput as problem:
        raise BadInput(f"'{said}', row {row + 1} of draws: {problem}") from None
