"""How many countries a wanted precision needs: `--until 0.02`.

The target is the half width of the 95 % interval of each paired difference on the measures named beforehand: for outcomes 0.02
is two per cent of runs, for levels two per cent of the average without any policy. Countries come in whole blocks of a Latin
hypercube. After each look the number still needed is reckoned from the spread seen so far, with a margin, as in the two stages of
Stein (1945) and the sequence of Chow and Robbins (1965), and the answer is computed once more from all runs at the end.

Stopping looks at widths and never at whether something was found. It is still a choice made on the data: an interval that is
narrow by chance stops early. A first look after 64 points, growth by at least a quarter and a margin of a tenth keep that small:
in 2,000 studies each that stopped so, 95 % intervals covered in 95.0 to 95.4 per cent, and averages were off by 0.7 per cent of
a skewed effect and 1.6 per cent of a rise from 5 to 10 per cent of runs, towards nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from custodes.errors import BadInput
from custodes.experiment.effects import About, Panel, paired, panel

if TYPE_CHECKING:
    import pandas as pd

BLOCK: Final = 64  #: points of a whole Latin hypercube
MOST: Final = 100_000  #: countries
LEAST_GROWTH: Final = 1.25
MOST_GROWTH: Final = 4.0
MARGIN: Final = 1.1  #: of countries, for the spread may have been small by chance


@dataclass(frozen=True)
class Need:
    """One difference: how wide its interval is, how wide it may be, and how many countries that takes."""

    plan: str
    measure: str
    half: float
    wanted: float
    countries: int

    @property
    def reached(self) -> bool:
        return self.half <= self.wanted


@dataclass(frozen=True)
class Look:
    """What a look at the runs so far says."""

    countries: int  #: so far
    goal: int  #: to run next, all included; `countries` when enough
    needs: tuple[Need, ...]  #: the widest for its target first
    most: int

    @property
    def reached(self) -> bool:
        return all(n.reached for n in self.needs)

    @property
    def finished(self) -> bool:
        """Whether no more countries are to be run: precise enough, or as many as allowed."""
        return self.goal <= self.countries

    def text(self) -> str:
        """One sentence for the terminal and the record."""
        if not self.needs:
            return f"No difference has a target that can be reckoned; {self.countries} countries were run."
        worst = self.needs[0]
        width = f"the widest interval ({worst.measure} under {worst.plan}) is ±{worst.half:.3g}, and ±{worst.wanted:.3g} is wanted"
        if self.reached:
            return f"Precise enough after {self.countries} countries: {width}."
        if self.finished:
            more = f"it would take about {worst.countries:,}"
            return f"Not precise enough after {self.countries} countries, the most allowed: {width}; {more}."
        return f"After {self.countries} countries {width}: going on to {self.goal:,}."


def wanted_width(text: str) -> float:
    """The number of `--until`; BadInput unless it lies above 0 and at most at 0.5."""
    from custodes.flags import number, shown

    value = number("--until", text)
    if not 0.0 < value <= 0.5:
        raise BadInput(f"--until must lie above 0 and at most at 0.5, such as 0.02, and {shown(text)} does not.")
    return value


def first_size(lucks: int) -> int:
    """Countries of the first look."""
    return BLOCK * lucks


def look(
    frame: "pd.DataFrame",
    plans: Sequence[str],
    measures: Sequence[About],
    until: float,
    lucks: int,
    most: int = MOST,
    run: int | None = None,
) -> Look:
    """What the runs so far (one row a run) say of the number of countries that the primary measures need.

    `run`: countries that the study has, those that failed under every plan included (None: those in `frame`). A study in which
    no country is whole raises BadResults.
    """
    first = [m for m in measures if m.primary]
    return look_at(panel(frame, plans, [m.name for m in first]), first, until, lucks, most, run)


def look_at(
    p: Panel, measures: Sequence[About], until: float, lucks: int, most: int = MOST, run: int | None = None
) -> Look:
    """The same of countries by plans and the measures that have a target."""
    run = len(p.countries) + len(p.left_out) if run is None else run
    needs = sorted(_needs(p, measures, until), key=lambda n: -n.half / n.wanted)
    return Look(run, _goal(needs, run, lucks, most), tuple(needs), most)


def _needs(p: Panel, measures: Sequence[About], until: float) -> list[Need]:
    known = [m for m in measures if p.has(m.name)]
    return [n for plan in p.plans[1:] for m in known for n in _need(p, plan, m, until)]


def _need(p: Panel, plan: str, m: About, until: float) -> list[Need]:
    a, b = (p.of(name, [m.name]) for name in (plan, p.plans[0]))
    known = np.isfinite(a + b)[:, 0]
    points = p.points[known]
    if len(np.unique(points)) < 2:
        return []
    half = float(paired(a[known], b[known], points, m.kind).half[0])
    wanted = until if m.kind == "share" else until * abs(float(b[known].mean()))
    if not (math.isfinite(half) and wanted > 0.0):
        return []
    return [Need(plan, m.name, half, wanted, countries_for(half, len(p.countries), wanted))]


def countries_for(half: float, countries: int, wanted: float) -> int:
    """Countries for a half width, from one of so many countries: widths shrink as the root of their number."""
    return math.ceil(countries * (half / wanted) ** 2)


def _goal(needs: Sequence[Need], run: int, lucks: int, most: int) -> int:
    if all(n.reached for n in needs):
        return run
    want = MARGIN * max(n.countries for n in needs)
    grown = min(max(want, LEAST_GROWTH * run), MOST_GROWTH * run)
    block = BLOCK * lucks
    return max(run, min(math.ceil(grown / block) * block, most))
