"""Where a policy fails: the region of the unknowns in which it does, or an honest "no region holds up". `custodes discover DIR`.

Scenario discovery (Bryant and Lempert 2010) by the patient rule induction method of `prim.py`, over points of the unknowns, each
with the share of its lucks in which something went wrong. With hundreds of unknowns a search always finds something, so a box is
told only if it holds up: its excess is rare among searches over shuffled cases (stopped early after Besag and Clifford 1991), and
searches that leave out a fifth of the points find boxes that part failing from other countries in the fifth that they did not see.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from custodes.errors import BadInput, BadResults
from custodes.experiment import intervals as iv
from custodes.experiment import prim
from custodes.experiment.at_risk import AtRisk, standing
from custodes.experiment.intervals import I64, F
from custodes.experiment.prim import Box, Points
from custodes.experiment.question import Cases, Question, asked, cases, question
from custodes.experiment.screening import seed_of
from custodes.results import files

if TYPE_CHECKING:
    import pandas as pd

    from custodes.experiment.store import Store

FORMAT: Final = "custodes-discovery-1"
PAGE: Final = "discovery.html"
DRAWS: Final = 199  #: shuffles
BEATEN: Final = 10  #: shuffles that do as well, after which no more are needed
LIKELY: Final = 0.05  #: chance of so large an excess, above which a box is not told
FOLDS: Final = 5
REPEATS: Final = 4  #: of the folds
HOLDS: Final = 0.5  #: of the difference between inside and outside that must be there in points not seen
AGAIN: Final = 0.5  #: of the searches with fewer points that must limit the same unknown
MOST_BOXES: Final = 3
LEAST_CASES: Final = 10  #: points that fail, and that do not
_FREE: Final = ("country", "point", "luck", "seed")


@dataclass(frozen=True)
class Found:
    """A box and how well it held up."""

    box: Box
    excess: float
    chance: float  #: of so large an excess without any pattern
    again: dict[int, float]  #: share of the searches with fewer points that limit each unknown too
    aside: tuple[float, float]  #: share of cases inside and outside, in points that the search did not see
    seen: tuple[float, float]  #: the same in those that it saw

    @property
    def problem(self) -> str:
        """Why it is not told; empty when it holds up."""
        if not len(self.box):
            return "no limit of any unknown sets the cases apart"
        if self.chance > LIKELY:
            return f"searches over shuffled cases find as good a box in {100 * self.chance:.0f} of 100"
        if max(self.again.values()) < AGAIN:
            return "searches that leave out a fifth of the points limit other unknowns"
        if not self.aside[0] - self.aside[1] >= HOLDS * (self.seen[0] - self.seen[1]):
            return "in points that the search did not see the box does not part cases from others"
        return ""


# --- the search -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """Points of the unknowns with their cases, and what the columns are."""

    names: tuple[str, ...]
    labels: dict[int, list[str]]  #: names of choices, by column
    points: Points
    ids: I64  #: (points,) in the order of `points`


def table(values: "pd.DataFrame", c: Cases) -> Table:
    """The points that have cases; unknowns that do not vary are left out. `values`: one row a country."""
    of_point = values.drop_duplicates("point").set_index("point")
    ids, at = np.unique(c.points, return_inverse=True)
    w = np.bincount(at).astype(np.float64)
    y = np.bincount(at, weights=c.y) / w
    rows = of_point.loc[ids, [n for n in of_point.columns if n not in _FREE]]
    names = tuple(str(n) for n in rows.columns if rows[n].nunique() > 1)
    labels: dict[int, list[str]] = {}
    columns = [_column(rows[n], j, labels) for j, n in enumerate(names)]
    if not columns:
        raise BadResults("nothing but luck was uncertain in this study: there is no region to find.")
    choices = np.array([j in labels for j in range(len(names))])
    return Table(names, labels, Points(np.stack(columns, axis=1), y, w, choices), ids)


def _column(column: "pd.Series", j: int, labels: dict[int, list[str]]) -> F:
    try:
        return np.asarray(column.to_numpy(), np.float64)
    except (TypeError, ValueError):
        labels[j] = sorted({str(v) for v in column})
        return np.array([labels[j].index(str(v)) for v in column], np.float64)


def too_few(p: Points, runs: int) -> str:
    """Why no search is made; empty when there are cases enough."""
    failing = float(p.y.sum())
    rare = min(failing, len(p.y) - failing)
    if rare >= LEAST_CASES:
        return ""
    what = "cases" if failing <= len(p.y) / 2 else "countries that are none"
    if rare == 0.0:
        return f"There are no {what} among {runs} countries: there is nothing to set apart."
    more = ceil(runs * (LEAST_CASES / rare - 1.0))
    return f"{rare:g} of {len(p.y)} points are too few {what} to find a region; about {more:,} more countries would do."


def search(p: Points, seed: int = 1, draws: int = DRAWS) -> Found:
    """The best box and all that tells whether it holds up."""
    box = prim.find(p)
    value = prim.excess(p, box)
    chance = _chance(p, value, seed, draws) if len(box) else 1.0
    again, aside, seen = (
        _unseen(p, box, seed) if chance <= LIKELY else (dict.fromkeys(box.limited, 0.0), (np.nan,) * 2, (np.nan,) * 2)
    )
    steady = Box(
        {j: r for j, r in box.ranges.items() if again[j] >= AGAIN},
        {j: a for j, a in box.allowed.items() if again[j] >= AGAIN},
    )
    told = steady if len(steady) else box
    return Found(told, prim.excess(p, told), chance, {j: again[j] for j in told.limited}, aside, seen)


def _chance(p: Points, value: float, seed: int, draws: int) -> float:
    """How often a search over shuffled cases finds as large an excess."""
    rng = np.random.default_rng(seed_of(seed, "shuffles of discovery"))
    beaten = 0
    for tried in range(1, draws + 1):
        order = rng.permutation(len(p.y))
        shuffled = Points(p.x, p.y[order], p.w[order], p.choices)
        beaten += prim.excess(shuffled, prim.find(shuffled)) >= value
        if beaten == BEATEN:
            return beaten / tried
    return (beaten + 1) / (draws + 1)


def _unseen(p: Points, box: Box, seed: int) -> tuple[dict[int, float], tuple[float, float], tuple[float, float]]:
    """How often searches over four fifths limit the same unknowns, and the shares of cases inside and outside their boxes."""
    rng = np.random.default_rng(seed_of(seed, "folds of discovery"))
    limited: dict[int, int] = dict.fromkeys(box.limited, 0)
    sums = np.zeros((2, 2, 2))  # unseen and seen; inside and outside; cases and runs
    for fold in _folds(rng, len(p.y)):
        found = prim.find(p.some(~fold))
        for j in limited:
            limited[j] += j in found.limited
        inside = found.inside(p.x) if len(found) else np.zeros(len(p.y), dtype=bool)
        for a, side in enumerate((fold, ~fold)):
            for b, where in enumerate((side & inside, side & ~inside)):
                sums[a, b] += float(p.w[where] @ p.y[where]), float(p.w[where].sum())
    shares = sums[..., 0] / np.where(sums[..., 1] > 0.0, sums[..., 1], np.nan)
    n = FOLDS * REPEATS
    return (
        {j: k / n for j, k in limited.items()},
        (float(shares[0, 0]), float(shares[0, 1])),
        (float(shares[1, 0]), float(shares[1, 1])),
    )


def _folds(rng: np.random.Generator, n: int) -> Iterator[prim.B]:
    for _ in range(REPEATS):
        part = rng.permutation(n) % FOLDS
        yield from (part == f for f in range(FOLDS))


def searches(p: Points, seed: int = 1, draws: int = DRAWS) -> Iterator[tuple[Found, prim.B]]:
    """Boxes one after the other, each among the points that the earlier ones left (points,); the last may not hold up."""
    left = np.ones(len(p.y), dtype=bool)
    for number in range(MOST_BOXES):
        some = p.some(left)
        if number and too_few(some, 1):
            return
        found = search(some, seed + number, draws)
        yield found, left.copy()
        if found.problem:
            return
        left &= ~found.box.inside(p.x)


# --- the answer -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Discovery:
    """A finished search; `answer` is the whole of it as plain values."""

    answer: dict[str, Any]
    path: Path | None = None

    def to_dict(self) -> dict[str, Any]:
        """What `--json` prints: no NaN, only null."""
        return self.answer

    @property
    def words(self) -> str:
        """The answer in careful sentences."""
        return str(self.answer["words"])

    def to_dataframe(self) -> "pd.DataFrame":
        """One row a limit of a box that held up."""
        import pandas as pd

        rows = [{"box": i, **limit} for i, b in enumerate(self.answer["boxes"]) for limit in b["limits"]]
        return pd.DataFrame(rows, columns=["box", "name", "low", "high", "choices", "quasi_p", "again", "keeps"])

    def report(self, path: Path | str | None = None) -> Path:
        """Write the page, one HTML file that opens offline, and return its path (default: beside the runs)."""
        from custodes.present import sense_page

        if path is None and self.path is None:
            raise BadInput("say where the page goes: report(path).")
        return sense_page.write(self.answer, Path(path) if path is not None else Path(str(self.path)) / PAGE)


def discover(
    study: "Store | Path | str", failing: str, policy: str | None = None, *, seed: int = 1, draws: int = DRAWS
) -> Discovery:
    """The region of the unknowns in which a policy of a study fails, as `failing` says (see `question.question`).

    `policy`: default the study's last plan. Raises BadResults for a folder without a study or runs, BadInput for a question
    that cannot be asked of it.
    """
    from custodes.experiment.measures import MEASURES
    from custodes.experiment.store import Store

    store = Store.open(study) if isinstance(study, Path | str) else study
    q = question(failing, policy or store.plans[-1], store.plans, MEASURES)
    seen = standing(store)
    c = cases(seen.frame, q)
    made = answer(table(store.points(), c), c, q, seed, draws, seen)
    return Discovery(made | _head(store, q), store.path)


def answer(
    t: Table, c: Cases, q: Question, seed: int = 1, draws: int = DRAWS, seen: AtRisk | None = None
) -> dict[str, Any]:
    """What the search found, and every point's place in it for the picture. `seen`: of whom countries that fell early are told."""
    from custodes.experiment import discover_words

    p, refusal = t.points, too_few(t.points, len(c.y))
    tried = [] if refusal else list(searches(p, seed, draws))
    held = [(f, left) for f, left in tried if not f.problem]
    boxes = [box_row(t, c, f, left) for f, left in held]
    out = {
        "question": q.words,
        "measure": q.measure,
        "plan": q.plan,
        "sense": q.sense,
        "threshold": q.threshold,
        "change": q.change,
        "share": float(c.y.mean()),
        "countries": len(c.y),
        "first_week": seen.first_week if seen else 0,
        "fell_before": list(seen.fell_before) if seen else [],
        "points": len(p.y),
        "unknowns": len(t.names),
        "refusal": refusal,
        "not_told": tried[-1][0].problem if tried and tried[-1][0].problem else "",
        "boxes": boxes,
        "cloud": cloud(t, boxes),
    }
    return out | {"words": discover_words.paragraph(out)}


def box_row(t: Table, c: Cases, f: Found, left: prim.B) -> dict[str, Any]:
    """A box as plain values: limits, shares with intervals inside and elsewhere, coverage, and the tests that it passed."""
    p, inside = t.points, f.box.inside(t.points.x)
    here = np.isin(c.points, t.ids[inside & left])
    elsewhere = np.isin(c.points, t.ids[~inside & left])
    return {
        "limits": [limit_row(t, p.some(left), f, j) for j in f.box.limited],
        "inside": share_row(c, here),
        "elsewhere": share_row(c, elsewhere),
        "coverage": float(c.y[here].sum() / c.y.sum()),
        "mass": float(here.mean()),
        "chance": f.chance,
        "aside": {"inside": f.aside[0], "elsewhere": f.aside[1]},
        "peeling": peeling(p.some(left), f.box),
    }


def share_row(c: Cases, where: prim.B) -> dict[str, Any]:
    """A share of cases with its 95 % interval over points."""
    if not where.any():
        return {"share": None, "low": None, "high": None, "n": 0}
    e = iv.share(c.y[where], c.points[where])
    low, high = float(e.low[0]), float(e.high[0])
    known = np.isfinite(low)
    return {
        "share": float(e.value[0]),
        "low": low if known else None,
        "high": high if known else None,
        "n": int(where.sum()),
    }


def limit_row(t: Table, p: Points, f: Found, j: int) -> dict[str, Any]:
    """One limit: where it lies, how surely, and the share of points that it alone keeps."""
    low, high = f.box.range(j)
    alone = Box({j: (low, high)}) if j in f.box.ranges else Box({}, {j: f.box.allowed[j]})
    x = t.points.x[:, j]
    return {
        "name": t.names[j],
        "low": low if np.isfinite(low) else None,
        "high": high if np.isfinite(high) else None,
        "choices": [t.labels[j][int(v)] for v in sorted(f.box.allowed[j])] if j in f.box.allowed else [],
        "of": t.labels.get(j, []),
        "seen_low": None if j in t.labels else float(x.min()),
        "seen_high": None if j in t.labels else float(x.max()),
        "quasi_p": prim.quasi_p(p, f.box, j),
        "again": f.again[j],
        "keeps": float(alone.inside(t.points.x).mean()),
    }


def peeling(p: Points, box: Box) -> list[dict[str, float]]:
    """Share of cases and coverage of boxes from the whole to the smallest, over the box's own unknowns: the price of a purer box."""
    few = p.columns(box.limited)
    rows = []
    for b in prim.peeled(few):
        w, inside = few.w, b.inside(few.x)
        held = float(w[inside] @ few.y[inside])
        rows.append(
            {
                "mass": float(w[inside].sum() / w.sum()),
                "share": held / float(w[inside].sum()),
                "coverage": held / float(w @ few.y),
            }
        )
    return rows


def cloud(t: Table, boxes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every point's share of cases and its values of the unknowns that the boxes limit."""
    names = list(dict.fromkeys(limit["name"] for b in boxes for limit in b["limits"]))
    p = t.points
    columns = {n: t.names.index(n) for n in names}
    return (
        [
            {"point": int(t.ids[i]), "share": float(p.y[i])}
            | {n: t.labels[j][int(p.x[i, j])] if j in t.labels else float(p.x[i, j]) for n, j in columns.items()}
            for i in range(len(p.y))
        ]
        if names
        else []
    )


def _head(store: "Store", q: Question) -> dict[str, Any]:
    d = store.design
    told = [p for p in d.plans if p.name == q.plan]
    return {
        "format": FORMAT,
        "scenario": d.scenario,
        "scenario_digest": d.scenario_digest,
        "code_version": str(store.study["identity"]["code_version"]),
        "sample": str(store.study["identity"]["sample"]),
        "seed": d.seed,
        "weeks": d.weeks,
        "lucks": d.lucks,
        "uncertain": d.unknowns.spec,
        "axes": [a.to_json() for a in d.unknowns.axes],
        "plans": [p.about() for p in told],
        "failed": len(store.failed()),
        "command": f"custodes discover {store.path.name} --policy {q.plan} --failing '{asked(q)}'",
    }


def save(found: Discovery) -> Path:
    """Write the answer beside the study's runs and return its path."""
    if found.path is None:
        raise BadInput("this discovery has no folder: write its to_dict() where you want it.")
    text = json.dumps(found.answer, ensure_ascii=False, allow_nan=False) + "\n"
    with files.told(found.path):
        files.write_all(found.path, {"discovery.json": files.bytes_writer(text.encode())})
    return found.path / "discovery.json"
