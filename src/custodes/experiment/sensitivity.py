"""What matters: which unknowns an answer hangs on, from beginning to end. `cu.sensitivity(...)` and `custodes sensitivity`.

    found = sensitivity("toyland", ["bribes"], plan="sanctions", out="runs/what-matters")
    found.words, found.indices, found.report()

First Morris's screening over all groups of unknowns, then Sobol indices of the groups that it chose, of all other unknowns as
one group, and of luck. Runs are kept as those of a comparison are: `screening` and `indices-...` in the folder are two studies.
"""

import json
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from custodes.errors import BadInput, BadResults
from custodes.experiment import groups as grouping
from custodes.experiment import indices as sobol
from custodes.experiment import screening as morris
from custodes.experiment.design import Design
from custodes.experiment.groups import LUCK, Group
from custodes.experiment.indices import Indices
from custodes.experiment.plans import BASELINE, Plan, plan
from custodes.experiment.screening import Screening
from custodes.experiment.sense_runs import Engine, is_fixed
from custodes.experiment.sense_words import label
from custodes.experiment.unknowns import Unknowns, unknowns
from custodes.flags import did_you_mean, shown
from custodes.results import files

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from custodes.experiment.measures import Measure
    from custodes.experiment.store import Store
    from custodes.scenario.load import Scenario

FORMAT: Final = "custodes-sensitivity-1"
ANSWER: Final = "sensitivity.json"
PAGE: Final = "report.html"
TRAJECTORIES: Final = 10
BASE: Final = 64
YEARS: Final = 5
SAMPLE: Final = "1/1000"
MOST: Final = 100_000  #: trajectories or base points
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Sensitivity:
    """A finished analysis; `answer` is the whole of it as plain values."""

    answer: dict[str, Any]
    path: Path | None = None

    def to_dict(self) -> dict[str, Any]:
        """What `--json` prints: no NaN, only null."""
        return self.answer

    @property
    def words(self) -> str:
        """The answer in careful sentences."""
        return str(self.answer["words"])

    @cached_property
    def screening(self) -> "pd.DataFrame":
        """One row a measure and group: mu_star with its interval, and whether the group was chosen; empty where refused."""
        return _frame(self.answer["screening"], ("mu_star", "low", "high", "kept"))

    @cached_property
    def indices(self) -> "pd.DataFrame":
        """One row a measure and group: first and total index with intervals; empty where refused."""
        ends = ("", "_low", "_high")
        return _frame(self.answer["indices"], tuple(f"{k}{e}" for k in ("first", "total") for e in ends))

    def to_xarray(self) -> "xr.Dataset":
        """First and total indices with intervals by measure and group."""
        return self.indices.set_index(["measure", "group"]).to_xarray()

    def report(self, path: Path | str | None = None) -> Path:
        """Write the page, one HTML file that opens offline, and return its path (default: beside the runs)."""
        from custodes.present import sense_page

        if path is None and self.path is None:
            raise BadInput("say where the page goes: report(path).")
        return sense_page.write(self.answer, Path(path) if path is not None else Path(str(self.path)) / PAGE)


def _frame(stage: Any, columns: Sequence[str]) -> "pd.DataFrame":
    import pandas as pd

    rows = [{"measure": m["measure"], **r} for m in (stage or {}).get("measures", ()) for r in m["rows"]]
    return pd.DataFrame(rows, columns=["measure", "group", *columns])


def sensitivity(
    scenario: "Scenario | str",
    measures: Sequence[str] = ("bribes",),
    *,
    plan: str = BASELINE,
    uncertain: str | Sequence[str] = "prior",
    trajectories: int = TRAJECTORIES,
    base: int = BASE,
    half: float = sobol.HALF,
    each: bool = False,
    weeks: int | None = None,
    sample: str | None = None,
    lucks: int = 1,
    seed: int = 1,
    workers: int | None = None,
    scheduler: str | None = None,
    out: Path | str = "",
    resume: bool = False,
    progress: Progress | None = None,
) -> Sensitivity:
    """What the measures hang on under `plan`, or, for a plan that does something, what its difference from the baseline hangs on.

    `trajectories` of the screening and `base` points of the indices decide how many runs are made; `each` ranks single unknowns
    instead of groups. Where the sample is too small for half-widths of `half`, there is no ranking but a sentence that says how
    many more runs it wants: the same call with larger numbers and `resume` keeps all runs. Raises BadInput for wrong use,
    BadResults for a folder that cannot be used, Stopped when interrupted.
    """
    from custodes.experiment.ensemble import run_study
    from custodes.scenario.load import load
    from custodes.world.sample import sample_of

    known = load(scenario) if isinstance(scenario, str | Path) else scenario
    if not str(out):
        raise BadInput("a sensitivity analysis keeps its runs: give 'out', the folder for them.")
    _refuse(trajectories, base, half, lucks)
    found = known_measures(measures)
    doubts = unknowns(known, uncertain)
    groups = groups_in(doubts, each)
    weeks, k = weeks or YEARS * 52, sample_of(known, sample, SAMPLE)

    def run(design: Design, plans: Sequence[Plan], folder: Path) -> "Store":
        stage = folder.name.partition("-")[0]

        def told(_: str, done: int, total: int) -> None:
            if progress is not None:
                progress(stage, done, total)

        return run_study(design, plans, folder, workers, scheduler, told, resume or folder.is_dir(), known)

    _take(Path(out), resume)
    asked = tuple(m.name for m in found)
    engine = Engine(known, doubts, _plans(known, plan), asked, Path(out), "", weeks, k, seed, lucks, run)
    analysed = analyse(groups, engine, found, trajectories, base, half)
    answer = _head(engine, found, groups, each, half) | analysed
    answer["command"] = command(answer, uncertain)
    return _keep(Sensitivity(answer, Path(out)))


def _refuse(trajectories: int, base: int, half: float, lucks: int) -> None:
    for flag, value, low in (
        ("--trajectories", trajectories, morris.FEWEST),
        ("--base", base, sobol.FEWEST),
        ("--lucks", lucks, 1),
    ):
        if not low <= value <= MOST:
            raise BadInput(f"{flag} must lie between {low} and {MOST:,}, and {value} does not.")
    if not 0.0 < half <= 0.5:
        raise BadInput(f"--half must lie above 0 and at most at 0.5, such as 0.15, and {half:g} does not.")


def known_measures(names: Sequence[str]) -> tuple["Measure", ...]:
    """Measures by name; BadInput for one that is none, or for none at all."""
    from custodes.experiment.measures import MEASURES

    by_name = {m.name: m for m in MEASURES}
    for name in names:
        if name not in by_name:
            raise BadInput(f"--measure: '{shown(name)}' is not a measure.{did_you_mean(name, list(by_name))}")
    if not names:
        raise BadInput("--measure: name at least one measure, such as bribes.")
    return tuple(by_name[n] for n in dict.fromkeys(names))


def groups_in(doubts: Unknowns, each: bool = False) -> tuple[Group, ...]:
    """The groups of a study's unknowns; BadInput for a posterior, whose unknowns cannot be moved one by one."""
    if doubts.posterior is not None:
        raise BadInput(
            "--uncertain: a posterior's unknowns hang together, and sensitivity moves them one by one: give prior or NAME=DIST."
        )
    return grouping.groups_of([a for a in doubts.axes if not is_fixed(a)], each)


def _plans(known: "Scenario", name: str) -> tuple[Plan, ...]:
    base, asked = plan(known, BASELINE), plan(known, name)
    return (base,) if asked.name == base.name else (base, asked)


def _take(path: Path, resume: bool) -> None:
    """Refuse a folder with other things in it, or a finished analysis that was not to go on."""
    from custodes.flags import output_folder

    held = path.is_dir() and any(p.name == "screening" or p.name.startswith("indices-") for p in path.iterdir())
    if held and not resume:
        raise BadResults(f"'{path}' already holds an analysis; add --resume to go on with it, or choose another --out.")
    if resume and path.is_dir() and not held and any(path.iterdir()):
        raise BadResults(f"'{path}' holds other files and no analysis; choose another --out.")
    output_folder(path, resume)


def analyse(
    groups: Sequence[Group], engine: Engine, measures: Sequence["Measure"], trajectories: int, base: int, half: float
) -> dict[str, Any]:
    """Both stages: what they found or why they refuse."""
    from custodes.experiment import sense_words

    runs_a_point = engine.lucks * len(engine.plans)
    screened, drawn = _screened(groups, engine, measures, trajectories, runs_a_point)
    keep = union(screened, [g.name for g in groups])
    said = sense_words.quantity([p.name for p in engine.plans])
    found, sample = _indexed(groups, engine, measures, keep, base, half, runs_a_point) if keep else ([], None)
    answer = {
        "screening": _stage(measures, screened, drawn, runs_a_point) if drawn else None,
        "indices": _stage(measures, found, sample, runs_a_point) if sample else None,
        "kept": list(keep),
    }
    return answer | {"words": sense_words.paragraph(answer, said), "enough": _enough(screened, found)}


def _enough(screened: Sequence[Screening], found: Sequence[Indices]) -> bool:
    return bool(found) and all(s.verdict.enough for s in screened) and all(f.verdict.enough for f in found)


def _screened(
    groups: Sequence[Group], engine: Engine, measures: Sequence["Measure"], trajectories: int, runs: int
) -> tuple[list[Screening], morris.Sample | None]:
    """The screening of each measure; none where there are so few groups that all can be looked at closely."""
    if len(groups) <= morris.MOST_KEPT + 1:
        return [], None
    drawn = morris.sample(groups, trajectories, engine.seed)
    stage = replace(engine, folder=engine.folder / "screening", stage=f"screening of {digest(groups)}")
    y = grouping.outputs(stage, drawn.points)
    return [morris.screen(drawn, y[:, i], engine.seed, label(m.name), runs) for i, m in enumerate(measures)], drawn


def _indexed(
    groups: Sequence[Group],
    engine: Engine,
    measures: Sequence["Measure"],
    keep: Sequence[str],
    base: int,
    half: float,
    runs: int,
) -> tuple[list[Indices], morris.Sample]:
    chosen = grouping.kept(groups, keep)
    drawn = sobol.sample(chosen, base, engine.seed)
    name = digest(chosen)
    stage = replace(engine, folder=engine.folder / f"indices-{name}", stage=f"indices of {name}")
    y = grouping.outputs(stage, drawn.points)
    return [
        sobol.indices(drawn, y[:, i], engine.seed, label(m.name), half, runs) for i, m in enumerate(measures)
    ], drawn


def union(screened: Sequence[Screening], everyone: Sequence[str], most: int = morris.MOST_KEPT) -> tuple[str, ...]:
    """Groups to look at closely: those that some measure's settled screening chose, the strongest first; all without a screening."""
    if not screened:
        return tuple(name for name in everyone if name != LUCK)
    strength: dict[str, float] = {}
    for s in screened:
        if s.verdict.enough:
            largest = max(float(s.mu_star[s.names.index(n)]) for n in s.keep) if s.keep else 1.0
            for name in s.keep:
                strength[name] = max(strength.get(name, 0.0), float(s.mu_star[s.names.index(name)]) / largest)
    return tuple(sorted(strength, key=lambda n: (-strength[n], n))[:most])


def digest(groups: Sequence[Group]) -> str:
    """A short name of groups and what is in them."""
    import hashlib

    rows = [[g.name, g.names] for g in groups]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:8]


def _stage(
    measures: Sequence["Measure"], found: Sequence[Any], drawn: morris.Sample, runs_a_point: int
) -> dict[str, Any]:
    """A stage as plain values; a refused measure has a sentence and no rows."""
    return {
        "size": drawn.size,
        "points": len(drawn.points),
        "runs": len(drawn.points) * runs_a_point,
        "groups": [g.name for g in drawn.groups],
        "measures": [
            {
                "measure": m.name,
                "unit": m.unit,
                "left_out": f.left_out,
                "enough": f.verdict.enough,
                "refusal": f.verdict.words,
                "more_runs": f.verdict.more,
                "rows": f.rows() if f.verdict.enough else [],
            }
            for m, f in zip(measures, found, strict=True)
        ],
    }


def _head(e: Engine, measures: Sequence["Measure"], groups: Sequence[Group], each: bool, half: float) -> dict[str, Any]:
    from custodes import __version__

    meanings = {a.name: a.meaning for a in e.known.axes}
    return {
        "format": FORMAT,
        "scenario": e.scenario.name,
        "scenario_title": e.scenario.title,
        "scenario_digest": e.scenario.digest,
        "code_version": __version__,
        "seed": e.seed,
        "sample": "1" if e.k == 1 else f"1/{e.k}",
        "weeks": e.weeks,
        "lucks": e.lucks,
        "plan": e.plans[-1].name,
        "against": e.plans[0].name if len(e.plans) > 1 else None,
        "plans": [p.about() for p in e.plans],
        "measures": [
            {k: getattr(m, k) for k in ("name", "unit", "meaning", "kind", "better", "suffering")} for m in measures
        ],
        "uncertain": e.known.spec,
        "unknowns": sum(len(g.members) for g in groups),
        "each": each,
        "half": half,
        "groups": grouping.describe(groups, meanings),
        "axes": [a.to_json() for a in e.known.axes],
    }


def command(a: dict[str, Any], uncertain: str | Sequence[str]) -> str:
    """The command that makes the analysis again."""
    words = ["custodes", "sensitivity", a["scenario"]]
    for m in a["measures"]:
        words += ["--measure", m["name"]]
    words += ["--policy", a["plan"]] if a["against"] else []
    words += ["--trajectories", str(a["screening"]["size"])] if a["screening"] else []
    words += ["--base", str(a["indices"]["size"])] if a["indices"] else []
    words += ["--weeks", str(a["weeks"]), "--sample", a["sample"], "--seed", str(a["seed"]), "--lucks", str(a["lucks"])]
    words += ["--uncertain", uncertain if isinstance(uncertain, str) else ",".join(uncertain)]
    return shlex.join([*words, *(["--each"] if a["each"] else []), "--half", f"{a['half']:g}"])


def _keep(done: Sensitivity) -> Sensitivity:
    """Write the answer and its page beside the runs."""
    assert done.path is not None
    text = json.dumps(done.answer, ensure_ascii=False, allow_nan=False) + "\n"
    with files.told(done.path):
        files.write_all(done.path, {ANSWER: files.bytes_writer(text.encode())})
    done.report()
    return done


def open_sensitivity(folder: Path | str) -> Sensitivity:
    """The analysis in a folder; BadResults when there is none or it is damaged."""
    path = Path(folder)
    try:
        answer = json.loads((path / ANSWER).read_bytes())
        if answer["format"] != FORMAT:
            raise ValueError
    except OSError:
        raise BadResults(
            f"'{path}' holds no sensitivity analysis; 'custodes sensitivity SCENARIO --out {path}' makes one."
        ) from None
    except (ValueError, KeyError, TypeError):
        raise BadResults(f"'{path / ANSWER}' is damaged or of another version; run the analysis again.") from None
    return Sensitivity(answer, path)
