"""Distributions of a single number, as parameter files and users write them, by their inverse distribution functions."""

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes.errors import BadInput

F = NDArray[np.float64]

#: What each distribution is described by, in the order in which a user writes it.
NUMBERS: Final[dict[str, tuple[str, ...]]] = {
    "uniform": ("low", "high"),
    "lognormal": ("median", "sigma"),
    "normal": ("mean", "sd"),
    "beta": ("a", "b"),
    "triangular": ("low", "mode", "high"),
}
_CALL: Final = re.compile(r"\s*([a-z]+)\s*\(([^()]*)\)\s*")


def is_one(prior: Mapping[str, Any]) -> bool:
    """Whether a prior is a single distribution (or fixed) rather than one for each part."""
    return len(prior) == 1 and next(iter(prior)) in (*NUMBERS, "fixed")


def quantile(prior: Mapping[str, Any], u: F) -> F:
    """Inverse distribution function of a distribution at `u` in (0, 1). ValueError for an unknown one."""
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


def called(text: str) -> tuple[str, list[str]] | None:
    """`uniform(0.1, 0.2)` as its name and what stands in the brackets; None for anything else."""
    found = _CALL.fullmatch(text)
    return None if found is None else (found[1], [a.strip() for a in found[2].split(",") if a.strip()])


def refuse_impossible(name: str, prior: Mapping[str, Any]) -> None:
    """BadInput for numbers that a distribution cannot have: the schema of parameter files knows, its complaint becomes a sentence."""
    from pydantic import ValidationError

    from custodes.scenario.schema import Prior

    try:
        Prior.model_validate(dict(prior))
    except ValidationError as problem:
        first = problem.errors()[0]
        said = str(first["msg"]).removeprefix("Value error, ")
        where = f"'{first['loc'][-1]}': " if len(first["loc"]) > 1 else ""
        raise BadInput(
            f"--uncertain: the distribution of '{name}' cannot be ({where}{said[0].lower()}{said[1:]})."
        ) from None
