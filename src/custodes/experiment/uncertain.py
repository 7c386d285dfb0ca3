"""How a user says what is uncertain: the words of `--uncertain`, read one after the other, later ones over earlier."""

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from custodes.errors import BadInput
from custodes.experiment.distributions import NUMBERS, called, refuse_impossible
from custodes.experiment.posterior import Posterior, Setting, read_posterior
from custodes.experiment.unknowns import USER, Unknown, axes_of, ratios_of, theory
from custodes.flags import did_you_mean, shown
from custodes.scenario.parameters import Parameter, bounds

if TYPE_CHECKING:
    from custodes.scenario.load import Scenario

Read = tuple[tuple[Unknown, ...], tuple[tuple[str, Setting], ...], Posterior | None, str]
WORDS: Final = "prior, none, a .json file or NAME=DIST"
EXAMPLES: Final = "fear.decay=uniform(0.02,0.2) or fear.decay=lognormal(0.04,0.4)"


def read(scenario: "Scenario", spec: str | Sequence[str]) -> Read:
    """Axes, constants, posterior, and the words as they were understood; BadInput in one sentence for what cannot be read."""
    words = split(spec) if isinstance(spec, str) else [w for s in spec for w in split(s)]
    if not words:
        raise BadInput("--uncertain says nothing: give prior, none, a posterior file, or NAME=DIST.")
    said = _Said(scenario)
    for word in words:
        said.take(word)
    return tuple(said.axes.values()), tuple(said.constants.items()), said.posterior, ",".join(words)


def split(text: str) -> list[str]:
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


@dataclass
class _Said:
    """What the words so far say."""

    scenario: "Scenario"
    axes: dict[str, Unknown] = field(default_factory=dict)
    constants: dict[str, Setting] = field(default_factory=dict)
    posterior: Posterior | None = None

    def take(self, word: str) -> None:
        """One word more."""
        if word == "none":
            self.axes, self.posterior = {}, None
        elif word == "prior" or word.startswith("prior:"):
            for axis in _priors(self.scenario, word.partition(":")[2]):
                if self.posterior is None or not any(_overlap(axis.name, n) for n in self.posterior.names):
                    self.add(axis)
        elif word.endswith(".json"):
            self.posterior = read_posterior(self.scenario, Path(word))
            for name in self.posterior.names:
                self.drop(name)
        elif "=" in word:
            self.name(word)
        else:
            raise BadInput(f"--uncertain: '{shown(word)}' is not {WORDS}.{did_you_mean(word, ['prior', 'none'])}")

    def name(self, word: str) -> None:
        """NAME=DIST or NAME=fixed(...)."""
        made = _named(self.scenario, word)
        name = made.name if isinstance(made, Unknown) else made[0]
        if self.posterior is not None and any(_overlap(name, n) for n in self.posterior.names):
            raise BadInput(
                f"--uncertain: '{name}' is in the posterior, whose draws hang together: leave out '{shown(word)}' or the file."
            )
        if isinstance(made, Unknown):
            self.add(made)
        else:
            self.drop(name)
            self.constants |= made[1]

    def add(self, axis: Unknown) -> None:
        """One axis, in the place of what was said of the same parameter."""
        self.drop(axis.name)
        self.axes[axis.name] = axis

    def drop(self, name: str) -> None:
        """A parameter that is said anew takes what was said of it, whole or by part, with it."""
        for said in (self.axes, self.constants):
            for known in [k for k in said if _overlap(k, name)]:
                del said[known]


def _overlap(a: str, b: str) -> bool:
    """Whether two names are the same, or a whole and its part."""
    return a == b or a.startswith(f"{b}.") or b.startswith(f"{a}.")


def _priors(scenario: "Scenario", pattern: str) -> list[Unknown]:
    """Axes of every parameter that is believed to be uncertain, or of those that a pattern names."""
    found = [
        axis
        for p in scenario.parameters
        if not pattern or p.group == pattern or fnmatch.fnmatchcase(p.name, pattern)
        for axis in axes_of(p)
    ]
    if pattern and not found:
        mend = did_you_mean(pattern, list(scenario.parameters.groups)) or " See custodes parameters."
        raise BadInput(f"--uncertain: nothing uncertain is called '{shown(pattern)}'.{mend}")
    return found


# --- NAME=DIST --------------------------------------------------------------------------------------------------------


def _named(scenario: "Scenario", word: str) -> Unknown | tuple[str, dict[str, Setting]]:
    """An axis that the user describes, or the name and settings of what he fixes."""
    name, _, text = (part.strip() for part in word.partition("="))
    p = _parameter(scenario, name)
    found = called(text)
    if found is None:
        raise BadInput(f"--uncertain: '{shown(word)}' is not NAME=DIST, such as {EXAMPLES}.")
    if p.choices:
        return _chosen(p, *found, word)
    return _drawn(p, name, *found, word)


def _parameter(scenario: "Scenario", name: str) -> Parameter:
    items = scenario.parameters
    whole = name if name in items else name.rpartition(".")[0]
    if whole in items and (whole == name or name.rpartition(".")[2] in items[whole].parts):
        return items[whole]
    mend = did_you_mean(name, [p.name for p in items]) or " See custodes parameters."
    raise BadInput(f"--uncertain: '{shown(name)}' is not a parameter.{mend}")


def _drawn(
    p: Parameter, name: str, kind: str, inside: list[str], word: str
) -> Unknown | tuple[str, dict[str, Setting]]:
    """A number by its distribution, or fixed."""
    if kind not in (*NUMBERS, "fixed"):
        mend = did_you_mean(kind, [*NUMBERS, "fixed"]) or f" Choose one of {', '.join(NUMBERS)}, fixed."
        raise BadInput(f"--uncertain: '{shown(kind)}' is not a distribution of a number.{mend}")
    wanted = NUMBERS.get(kind, ("value",))
    if len(inside) != len(wanted):
        raise BadInput(
            f"--uncertain: {kind} wants {', '.join(wanted)}, and '{shown(word)}' gives {len(inside)} numbers."
        )
    numbers = [_number(name, a) for a in inside]
    low, high = bounds(p, p.default)
    for n in numbers if kind in ("uniform", "triangular", "fixed") else ():
        if not low <= n <= high:
            raise BadInput(f"--uncertain: {n:g} is outside {low:g} to {high:g}, the range of '{name}'.")
    axis = Unknown(name, "parameter", {}, USER, "D", p.meaning, low, high, 1.0, ratios_of(p, name))
    if kind == "fixed":
        return name, axis.settings(numbers[0])
    prior = {kind: dict(zip(wanted, numbers, strict=True))}
    refuse_impossible(name, prior)
    return Unknown(name, "parameter", prior, USER, "D", p.meaning, low, high, 1.0, axis.parts)


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise BadInput(f"--uncertain: '{shown(text)}' of '{name}' is not a number.") from None
    if not np.isfinite(value):
        raise BadInput(f"--uncertain: '{shown(text)}' of '{name}' is not a finite number.")
    return value


def _chosen(p: Parameter, kind: str, inside: list[str], word: str) -> Unknown | tuple[str, dict[str, Setting]]:
    """A switch by its choices, each with a weight after a colon if they are not equal; of a single one a constant."""
    if kind not in ("choice", "fixed") or not inside or (kind == "fixed" and len(inside) > 1):
        usual = f"{p.name}=choice({','.join(p.choices)})"
        raise BadInput(f"--uncertain: '{p.name}' is a switch; write {usual}, not '{shown(word)}'.")
    weights: dict[str, float] = {}
    for entry in inside:
        name, colon, text = (part.strip() for part in entry.partition(":"))
        if name not in p.choices:
            mend = did_you_mean(name, list(p.choices)) or f" Choose among {', '.join(p.choices)}."
            raise BadInput(f"--uncertain: '{shown(name)}' is not a choice of '{p.name}'.{mend}")
        if name in weights:
            raise BadInput(f"--uncertain: '{name}' stands twice in '{shown(word)}'; give weights as {name}:2.")
        weights[name] = _number(p.name, text) if colon else 1.0
        if weights[name] <= 0.0:
            raise BadInput(f"--uncertain: the weight of '{name}' must be above 0, or leave the choice out.")
    if len(weights) == 1:
        return p.name, {p.name: next(iter(weights))}
    return theory(p, list(weights), list(weights.values()))
