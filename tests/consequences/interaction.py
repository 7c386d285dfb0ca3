"""Do two deeds together do more than the sum of each? Estimates of the interaction, with intervals, on two scales.

A hazard that rises ever more steeply makes the product of two effects look like a surplus on the scale of probability:
if each doubles the hazard, both together make it fourfold, which is one more than the sum and no more than the product.
So what ends or begins is judged on the scale of probability and on that of the logarithm of the hazard, and an
interaction counts as found only if it is found on both with the same sign. The sign is never assumed.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.consequences import courts
from tests.consequences.runs import F, Seen, interval, mean, seen

NEITHER, FIRST, SECOND, BOTH = range(4)  #: the order of the four arms in every array
ARMS: Final = ("nothing", "sanctions", "rights talk", "both")
_SIGNS: Final = np.array([1.0, -1.0, -1.0, 1.0])
_Z: Final = 1.96


class Interaction(NamedTuple):
    """What both together do beyond the sum of each, with its 95 % interval."""

    mean: float
    low: float
    high: float

    @property
    def found(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0.0 or self.high < 0.0


def of_values(values: F) -> Interaction:
    """Of a number that every run has, from paired runs (4, seeds): Student's interval of the paired double difference."""
    return Interaction(*interval(_SIGNS @ values))


def of_probability(happened: NDArray[np.int64], runs: int) -> Interaction:
    """Of the share of runs in which it happened, (4,) of so many runs each; a run is added to both sides (Agresti and Caffo)."""
    share = (happened + 1.0) / (runs + 2.0)
    mean = float(_SIGNS @ (happened / runs))
    half = _Z * float(np.sqrt((share * (1.0 - share) / (runs + 2.0)).sum()))
    return Interaction(mean, mean - half, mean + half)


def of_hazard(events: NDArray[np.int64], exposure: F) -> Interaction:
    """Of the logarithm of the hazard: events (4,) in so many years (4,); half an event is added to each count."""
    counts = events + 0.5
    mean = float(_SIGNS @ np.log(counts / exposure))
    half = _Z * float(np.sqrt((1.0 / counts).sum()))
    return Interaction(mean, mean - half, mean + half)


def verdict(on_probability: Interaction, on_hazard: Interaction) -> str:
    """In words: only what is found on both scales, with one sign, is found."""
    if on_probability.found and on_hazard.found and on_probability.mean * on_hazard.mean > 0.0:
        return "found"
    if on_probability.found or on_hazard.found:
        return "found on one scale only"
    return "not found"


# --- what is measured ---------------------------------------------------------------------------------------------------

#: Sums of chances a week: what the courts would show on average, without the luck of the draw.
EXPECTED: Final = {
    "plots expected": "plots to be expected",
    "changes of rules expected": "changes of rules to be expected",
    "defections expected": "defections abroad to be expected",
}
#: Events as drawn.
DRAWN: Final = {"coup": "attempts at a coup", "plot": "plots", "scapegoat": "scapegoats"}
#: Means of the country's weeks 26 to 77 after the deed.
STREET: Final = {
    "control_capacity": "control",
    "anger": "anger",
    "refusals": "refusals",
    "threats": "threats",
    "private_supporters": "supporters",
    "official_loyalty": "officials' loyalty",
    "official_rent": "officials' rents",
}
Numbers = dict[str, Any]  #: JSON values only


def measured_in_courts(seeds: Sequence[int], workers: int = 2) -> Numbers:
    """What paired courts of four years show, by measure: expected sums (4, courts), events and years at risk (4,)."""
    wanted = [(arm, seed) for arm in ARMS for seed in seeds]
    with ProcessPoolExecutor(workers) as pool:
        rows = list(pool.map(_court, *zip(*wanted, strict=True), chunksize=8))
    table = np.array(rows).reshape(len(ARMS), len(seeds), -1)
    out: Numbers = {name: table[:, :, i].tolist() for i, name in enumerate(EXPECTED)}
    for i, name in enumerate(DRAWN):
        first = table[:, :, len(EXPECTED) + i]
        years = np.minimum(first, courts.ARMS["nothing"].weeks) / 52.0
        out[name] = {"events": np.isfinite(first).sum(axis=1).tolist(), "years": years.sum(axis=1).tolist()}
    return out


def _court(arm: str, seed: int) -> list[float]:
    """Expected sums, then weeks to the first event of each kind (infinite for none)."""
    run = courts.run(courts.ARMS[arm], seed, watched=tuple(EXPECTED))
    fell = [r["week"] - courts.BEFORE for r in run.register if r["cause"] == "scapegoat"]
    first = [run.first.get("coup", np.inf), run.first.get("plot", np.inf), min(fell, default=np.inf)]
    return [float(run.series[name].sum()) for name in EXPECTED] + [float(f) for f in first]


def measured_in_countries(seeds: Sequence[int]) -> Numbers:
    """What paired countries show, by measure: (4, countries)."""
    ways: dict[str, Callable[[Seen], float]] = {name: mean(name, 26, 77) for name in STREET}
    return {name: [[way(seen(arm, s)) for s in seeds] for arm in ARMS] for name, way in ways.items()}


class Answer(NamedTuple):
    """One measure on both scales."""

    name: str
    level: Interaction  #: as a share of the value at rest; of events: points of probability
    log: Interaction
    drawn: bool = False

    @property
    def verdict(self) -> str:
        """Found only on both scales."""
        return verdict(self.level, self.log)


def answers(numbers: Numbers) -> list[Answer]:
    """The interaction of every measure, from what was measured of it: a function of the numbers alone."""
    out = []
    for name, title in (STREET | EXPECTED).items():
        values = np.array(numbers[name])
        out.append(Answer(title, of_values(values / values[NEITHER].mean()), of_values(np.log(values))))
    for name, title in DRAWN.items():
        events = np.array(numbers[name]["events"])
        years = np.array(numbers[name]["years"])
        out.append(Answer(title, of_probability(events, numbers["courts"]), of_hazard(events, years), drawn=True))
    return out
