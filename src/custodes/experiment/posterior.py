"""What is believed after evidence: draws of parameters that hang together, read from a file and kept whole.

The file (`custodes-posterior-1`) is JSON:

    {"format": "custodes-posterior-1", "scenario": "toyland", "parameters": ["fear.decay", "purge.theory"],
     "draws": [[0.05, "rivalry"], [0.03, "mixed"]], "weights": [2, 1], "source": "who learnt it from what"}

A country takes a whole row, never numbers of two. Rows are taken by weight where a point falls on the cumulated weights: with the
points of a Latin hypercube, one in each stratum, this is systematic resampling (Kitagawa 1996) within a block.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from custodes.errors import BadInput
from custodes.flags import did_you_mean, shown
from custodes.scenario.parameters import Parameter

if TYPE_CHECKING:
    from custodes.scenario.load import Scenario

F = NDArray[np.float64]
Setting = float | str

FORMAT: Final = "custodes-posterior-1"
MOST_BYTES: Final = 64 << 20
_KEYS: Final = ("format", "scenario", "parameters", "draws", "weights", "source")


@dataclass(frozen=True)
class Posterior:
    """Draws that hang together, (draws, names), with weights that add up to one. A design read back has no draws, only their digest."""

    names: tuple[str, ...]
    kinds: tuple[str, ...]  #: of each name: "parameter" or "mechanism"
    draws: tuple[tuple[Setting, ...], ...]
    weights: tuple[float, ...]
    source: str
    digest: str

    def rows(self, u: F) -> list[dict[str, Setting]]:
        """Whole rows at points `u` between 0 and 1, by weight."""
        edges = np.cumsum(self.weights)
        at = np.minimum(np.searchsorted(edges, u * edges[-1], side="right"), len(self.draws) - 1)
        return [dict(zip(self.names, self.draws[i], strict=True)) for i in at]

    def described(self) -> list[dict[str, Any]]:
        """A row a parameter, as axes are described."""
        return [
            {"name": name, "kind": kind, "prior": {"posterior": self.source}, "source": self.source, "grade": ""}
            for name, kind in zip(self.names, self.kinds, strict=True)
        ]

    def to_json(self) -> dict[str, Any]:
        """As plain values, without the draws."""
        return {
            "names": list(self.names),
            "kinds": list(self.kinds),
            "source": self.source,
            "digest": self.digest,
        }

    @classmethod
    def from_json(cls, row: dict[str, Any] | None) -> "Posterior | None":
        """Back from plain values; None for none."""
        return (
            None if row is None else cls(tuple(row["names"]), tuple(row["kinds"]), (), (), row["source"], row["digest"])
        )


def read_posterior(scenario: "Scenario", path: Path) -> Posterior:
    """A posterior file; BadInput in one sentence for one that cannot be used."""
    said = shown(path)
    content = _content(path, said)
    names, draws = content.get("parameters"), content.get("draws")
    if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
        raise BadInput(f"'{said}', parameters: give the names of the parameters.")
    if len(set(names)) < len(names):
        twice = next(n for n in names if names.count(n) > 1)
        raise BadInput(f"'{said}', parameters: '{shown(twice)}' is named twice.")
    if not isinstance(draws, list) or not draws or not all(isinstance(d, list) and len(d) == len(names) for d in draws):
        raise BadInput(f"'{said}', draws: give rows of {len(names)} values, one for each parameter.")
    weights = _weights(said, content.get("weights"), len(draws))
    known = [_parameter_of(scenario, said, name) for name in names]
    for i, row in enumerate(draws):
        _refuse_draw(scenario, said, i, dict(zip(names, row, strict=True)))
    rows = tuple(tuple(v if isinstance(v, str) else float(v) for v in row) for row in draws)
    digest = hashlib.sha256(json.dumps([names, rows, weights]).encode()).hexdigest()[:16]
    kinds = tuple("mechanism" if p.choices else "parameter" for p in known)
    return Posterior(tuple(names), kinds, rows, weights, _source(content, said, scenario.name), digest)


def _source(content: dict[str, Any], said: str, used: str) -> str:
    """Where the draws come from, and of which country, if that is another than the one they are used for."""
    source, learnt = str(content.get("source") or said), str(content.get("scenario") or used)
    return source if learnt == used else f"{source}, learnt of {learnt}"


def _content(path: Path, said: str) -> dict[str, Any]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadInput(f"'{said}' is larger than {MOST_BYTES >> 20} MiB: thin its draws.")
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise BadInput(f"'{said}' cannot be read ({(error.strerror or str(error)).lower()}).") from None
    except (ValueError, RecursionError):
        raise BadInput(f"'{said}' is not JSON.") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BadInput(f"'{said}' is not a posterior: its 'format' must be \"{FORMAT}\".")
    for key in content:
        if key not in _KEYS:
            raise BadInput(f"'{said}': '{shown(key)}' is no part of a posterior; its parts are {', '.join(_KEYS)}.")
    return content


def _parameter_of(scenario: "Scenario", said: str, name: str) -> Parameter:
    """The parameter of a column, which is a number, a part of one, or a switch."""
    items = scenario.parameters
    whole = name if name in items else name.rpartition(".")[0]
    if whole not in items or (whole != name and name.rpartition(".")[2] not in items[whole].parts):
        mend = did_you_mean(name, [p.name for p in items]) or " See custodes parameters."
        raise BadInput(f"'{said}', parameters: '{shown(name)}' is not a parameter.{mend}")
    if whole == name and items[whole].parts:
        parts = ", ".join(f"{name}.{part}" for part in items[whole].parts[:3])
        raise BadInput(f"'{said}', parameters: '{name}' has parts; give a column for each of them ({parts} ...).")
    return items[whole]


def _weights(said: str, weights: Any, draws: int) -> tuple[float, ...]:
    if weights is None:
        return (1.0 / draws,) * draws
    good = isinstance(weights, list) and len(weights) == draws and all(_is_weight(w) for w in weights)
    if not good or not sum(weights):
        raise BadInput(f"'{said}', weights: give {draws} numbers from 0 up, not all 0.")
    total = float(sum(weights))
    return tuple(float(w) / total for w in weights)


def _is_weight(weight: Any) -> bool:
    number = isinstance(weight, int | float) and not isinstance(weight, bool)
    return bool(number and np.isfinite(float(weight)) and weight >= 0)


def _refuse_draw(scenario: "Scenario", said: str, row: int, values: dict[str, Any]) -> None:
    try:
        scenario.parameters.with_values(values)
    except BadInput as problem:
        raise BadInput(f"'{said}', row {row + 1} of draws: {problem}") from None
