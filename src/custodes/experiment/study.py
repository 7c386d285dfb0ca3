"""A comparison from beginning to end: design, runs, answer, page. `cu.compare(...)` and `custodes compare` are this.

done = cu.compare("toyland", ["sanctions", "information"], factorial=("sanctions", "information"), runs=100)
done.effects, done.words, done.report()
"""

import json
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from custodes.errors import BadInput, BadResults
from custodes.experiment import at_risk, comparison, measures, target
from custodes.experiment.comparison import Comparison
from custodes.experiment.design import MOST_COUNTRIES, Design, design
from custodes.experiment.ensemble import run_study
from custodes.experiment.plans import factor_names, plans
from custodes.experiment.store import Store
from custodes.experiment.unknowns import unknowns
from custodes.observe.truth import SERIES
from custodes.results import files

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from custodes.scenario.load import Scenario

COUNTRIES: Final = 100  #: unless told otherwise
YEARS: Final = 5
SAMPLE: Final = "1/1000"
ANSWER: Final = "comparison.json"
PAGE: Final = "report.html"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Study:
    """A finished comparison: the store of its runs, and the answer."""

    store: Store
    comparison: Comparison

    @property
    def answer(self) -> dict[str, Any]:
        """The whole answer as plain values: what `--json` prints."""
        return self.comparison.to_dict()

    @property
    def words(self) -> str:
        """The answer in careful sentences."""
        return self.comparison.words

    @property
    def effects(self) -> "pd.DataFrame":
        """One row a plan and measure, with intervals."""
        return self.comparison.effects

    @property
    def factorial(self) -> "pd.DataFrame":
        """One row a pair of crossed policies and measure."""
        return self.comparison.factorial

    @cached_property
    def runs(self) -> "pd.DataFrame":
        """One row a run: country, plan, outcome and every measure."""
        return self.store.frame()

    def to_xarray(self) -> "xr.Dataset":
        """Effects and paths as a dataset."""
        return self.comparison.to_xarray()

    def export(self, folder: Path | str, form: str = "csv") -> list[Path]:
        """Tables with units as CSV or Parquet files; their paths."""
        return self.comparison.export(Path(folder), form)

    def report(self, path: Path | str | None = None) -> Path:
        """Write the page, one HTML file that opens offline, and return its path (default: beside the runs)."""
        from custodes.present import comparison_page

        return comparison_page.write(self.answer, Path(path) if path is not None else self.store.path / PAGE)

    def __repr__(self) -> str:
        a = self.answer
        return f"<Study of {a['scenario']}: {a['countries']} countries, {len(a['plans'])} plans, {a['runs']} runs>"


def compare(
    scenario: "Scenario | str",
    policies: Sequence[str] = (),
    *,
    factorial: Sequence[str] = (),
    runs: int | None = None,
    until: float | None = None,
    measures: Sequence[str] = (),
    weeks: int | None = None,
    sample: str | None = None,
    uncertain: str | Sequence[str] = "prior",
    lucks: int = 2,
    sampler: str = "latin",
    seed: int = 1,
    workers: int | None = None,
    scheduler: str | None = None,
    out: Path | str = "",
    resume: bool = False,
    progress: Progress | None = None,
) -> Study:
    """Set policies against each other on the same possible countries, and keep everything in the folder `out`.

    `policies`: names or files, joined by `+` where they act together; `factorial`: two or three to cross; `runs`: countries
    (default 100), or with `until` the most that may be run to bring every 95 % interval of the `measures` named beforehand
    (default: breakdown, bribes, private_support, food_stress) down to that half width. Raises BadInput and BadScenario for
    wrong use, BadResults for a folder that cannot be used, Stopped when interrupted: the same call with `resume` goes on.
    """
    known, made = _asked(
        scenario, policies, factorial, uncertain, runs, until, weeks, sample, seed, lucks, sampler, measures
    )
    if not str(out):
        raise BadInput("a comparison keeps its runs: give 'out', the folder for them.")
    where = {"workers": workers, "scheduler": scheduler, "progress": progress, "scenario": known}
    store = run_study(made, made.plans, out, resume=resume, **where)  # type: ignore[arg-type]
    most = MOST_COUNTRIES if runs is None else runs
    while until is not None:
        seen = target.look(store.frame(), store.plans, _abouts(measures), until, lucks, most, run=len(made.countries))
        if seen.finished:
            break
        made = _of_size(known, made, seen.goal)
        store = run_study(made, made.plans, out, resume=True, **where)  # type: ignore[arg-type]
    return _answered(store, known, tuple(measures))


def _asked(
    scenario: Any,
    policies: Sequence[str],
    factorial: Sequence[str],
    uncertain: str | Sequence[str],
    runs: int | None,
    until: float | None,
    weeks: int | None,
    sample: str | None,
    seed: int,
    lucks: int,
    sampler: str,
    wanted: Sequence[str],
) -> tuple["Scenario", Design]:
    """The scenario and the design of what was asked for; everything wrong with it is said here."""
    from custodes.scenario.load import load
    from custodes.world.sample import sample_of

    known = load(scenario) if isinstance(scenario, str | Path) else scenario
    if until is not None and not 0.0 < until <= 0.5:
        raise BadInput(f"--until must lie above 0 and at most at 0.5, such as 0.02, and {until:g} does not.")
    _abouts(wanted)
    first = min(runs or MOST_COUNTRIES, target.first_size(lucks)) if until is not None else runs or COUNTRIES
    made = design(
        known,
        plans(known, policies, factorial),
        unknowns(known, uncertain),
        countries=first,
        weeks=weeks or YEARS * 52,
        k=sample_of(known, sample, SAMPLE),
        seed=seed,
        lucks=lucks,
        sampler=sampler,
        factors=factor_names(factorial),
    )
    return known, made


def _of_size(known: "Scenario", d: Design, countries: int) -> Design:
    """The same design with more countries."""
    return design(
        known,
        d.plans,
        d.unknowns,
        countries=countries,
        weeks=d.weeks,
        k=d.k,
        seed=d.seed,
        lucks=d.lucks,
        sampler=d.sampler,
        factors=d.factors,
    )


def _abouts(wanted: Sequence[str]) -> Any:
    return comparison.abouts(measures.MEASURES, wanted)


def _answered(store: Store, known: "Scenario", wanted: tuple[str, ...]) -> Study:
    """The answer of the runs, written beside them with its page."""
    done = Study(store, answer(store, known, wanted))
    text = json.dumps(done.answer, ensure_ascii=False, allow_nan=False) + "\n"
    with files.told(store.path):
        files.write_all(store.path, {ANSWER: files.bytes_writer(text.encode())})
    done.report()
    return done


def answer(store: Store, known: "Scenario", wanted: tuple[str, ...] = ()) -> Comparison:
    """What the runs of a store say. BadResults where no country has met every plan, or none stood when the first began to act."""
    d = store.design
    seen = at_risk.standing(store)
    about = comparison.Study(
        scenario=d.scenario,
        plans=tuple(p.about() for p in d.plans),
        measures=_abouts(wanted),
        weeks=d.weeks,
        scenario_title=known.title,
        scenario_digest=d.scenario_digest,
        code_version=str(store.study["identity"]["code_version"]),
        start=str(known.start),
        seed=d.seed,
        sample=str(store.study["identity"]["sample"]),
        lucks=d.lucks,
        uncertain=d.unknowns.spec,
        axes=tuple(d.unknowns.described()),
        factors=d.factors,
        failed=tuple(store.failed()),
        base_rates=measures.base_rates(known),
        limits=_limits(known),
        units={name: SERIES[name].unit for name in measures.PATHS},
        command=command(d, wanted),
        first_week=seen.first_week,
        fell_before=seen.fell_before,
    )
    countries = sorted(int(c) for c in seen.frame["country"].unique())
    points = store.points()
    points = points[~points["country"].isin(seen.fell_before)]
    return comparison.compare(seen.frame, points, about, store.parts(), paths(store, countries))


def paths(store: Store, countries: Sequence[int]) -> dict[str, Any]:
    """The series that a comparison draws over time, (countries, plans, weeks)."""
    import numpy as np

    at = np.array(countries, np.int64)
    return {name: values[at] for name, values in store.paths_of(measures.PATHS).items()}


def _limits(known: "Scenario") -> tuple[str, ...]:
    from custodes.scenario.facts import facts_of

    return tuple(str(s) for s in facts_of(known)["limits"])


def command(d: Design, wanted: Sequence[str] = ()) -> str:
    """The command that makes the study again."""
    words = ["custodes", "compare", d.scenario]
    for p in d.plans[1:]:
        words += ["--policy", p.name]
    words += ["--factorial", ",".join(d.factors)] if d.factors else []
    words += ["--runs", str(len(d.countries)), "--weeks", str(d.weeks), "--sample", "1" if d.k == 1 else f"1/{d.k}"]
    words += ["--seed", str(d.seed), "--uncertain", d.unknowns.spec, "--lucks", str(d.lucks), "--sampler", d.sampler]
    for name in wanted:
        words += ["--measure", name]
    return shlex.join(words)


def open_study(folder: Path | str, scenario: "Scenario | str | None" = None) -> Study:
    """A comparison from its folder; its answer is computed again from the runs when it is not there.

    BadResults for a folder without a study.
    """
    store = Store.open(folder)
    kept = store.path / ANSWER
    if kept.is_file():
        try:
            return Study(store, Comparison(json.loads(kept.read_bytes())))
        except ValueError:
            raise BadResults(f"'{kept}' is damaged; delete it, and the answer is computed again.") from None
    from custodes.scenario.load import load

    try:
        known = load(scenario or store.design.scenario) if scenario is None or isinstance(scenario, str) else scenario
    except BadInput as problem:
        raise BadResults(
            f"the answer of '{store.path}' is to be computed again from its runs, and its scenario '{store.design.scenario}' "
            f"is not at hand ({problem}): repeat the command that made it with --resume, or give cu.study the scenario."
        ) from None
    if known.digest != store.design.scenario_digest:
        raise BadResults(
            f"'{store.path}' holds runs of the scenario '{store.design.scenario}' as it was then, and '{known.name}' as it is "
            "now is not that: repeat the command that made it, with another --out."
        )
    return Study(store, answer(store, known))
