"""The commands that ask many runs one question: compare, sensitivity, discover, export."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from custodes import flags
from custodes.errors import BadInput

if TYPE_CHECKING:
    from custodes.experiment.study import Study

COMPARISON = "comparison.json"
PAGE = "report.html"
MOST_COUNTRIES = 100_000
MOST_WORKERS = 256
ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A built-in scenario, or a scenario file or folder.")
]
StudyFolder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a comparison.")]
Years = Annotated[str | None, typer.Option(metavar="Y", help="Years of 52 weeks each run lasts [default: 5].")]
Weeks = Annotated[str | None, typer.Option(metavar="W", help="Weeks each run lasts, instead of --years.")]
Sample = Annotated[str | None, typer.Option(metavar="1/K", help="One row for K people [default: 1/1000].")]
Seed = Annotated[str, typer.Option(metavar="N", help="The study's seed: the countries and their luck follow from it.")]
Uncertain = Annotated[
    str,
    typer.Option(
        metavar="prior|none|FILE|NAME=DIST,...",
        help="What is uncertain: all parameters as believed beforehand, nothing but luck, a posterior file, or named ones, "
        "such as fear.decay=uniform(0.02,0.2).",
    ),
]
Workers = Annotated[str | None, typer.Option(metavar="N", help="Processes on this machine [default: one a core].")]
Scheduler = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler, such as tcp://host:8786, instead of --workers.")
]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Where runs and answers go.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the study in the folder, or add countries to it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]


def compare(
    scenario: ScenarioName,
    policy: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME-or-FILE", help="A policy, or several joined by +; may be repeated."),
    ] = None,
    factorial: Annotated[
        str | None, typer.Option(metavar="A,B", help="Two or three policies to cross: each alone and all together.")
    ] = None,
    runs: Annotated[str | None, typer.Option(metavar="N", help="Possible countries [default: 100].")] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="HALF", help="Add countries until the 95 % interval of every named difference is so narrow."
        ),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A measure named beforehand; may be repeated [default: the main four]."),
    ] = None,
    years: Years = None,
    weeks: Weeks = None,
    sample: Sample = None,
    seed: Seed = "1",
    uncertain: Uncertain = "prior",
    lucks: Annotated[str, typer.Option(metavar="N", help="Times each country is met with other luck.")] = "2",
    sampler: Annotated[str, typer.Option(metavar="latin|sobol", help="How the unknowns are spread.")] = "latin",
    workers: Workers = None,
    scheduler: Scheduler = None,
    out: Out = None,
    resume: Resume = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Set policies against each other on the same possible countries."""
    from custodes import progress
    from custodes.experiment import study, target

    wanted = _wanted(flags.weeks(years, weeks), sample, seed, uncertain, workers, scheduler)
    folder = _folder(out, scenario, wanted["seed"], resume, "compare")
    with progress.bar(quiet) as on_progress:
        done = study.compare(
            scenario,
            policy or (),
            factorial=tuple(p.strip() for p in (factorial or "").split(",") if p.strip()),
            runs=None if runs is None else flags.whole("--runs", runs, 1, MOST_COUNTRIES),
            until=None if until is None else target.wanted_width(until),
            measures=measure or (),
            lucks=flags.whole("--lucks", lucks, 1, 100),
            sampler=sampler,
            out=folder,
            resume=resume,
            progress=on_progress,
            **wanted,
        )
    _tell(done, folder, as_json, quiet)


def _wanted(
    weeks: int | None, sample: str | None, seed: str, uncertain: str, workers: str | None, scheduler: str | None
) -> dict[str, Any]:
    """Flags that every study has, checked."""
    if workers is not None and scheduler is not None:
        raise BadInput("--workers and --scheduler say where runs go: give one of them, not both.")
    return {
        "weeks": weeks,
        "sample": None if sample is None else flags.sample(sample),
        "seed": flags.seed(seed),
        "uncertain": uncertain,
        "workers": None if workers is None else flags.whole("--workers", workers, 1, MOST_WORKERS),
        "scheduler": scheduler,
    }


def _folder(out: Path | None, scenario: str, seed: int, resume: bool, kind: str) -> Path:
    choose = flags.last_folder if resume else flags.fresh_folder
    return flags.output_folder(out or choose(f"{kind}-{scenario}", seed), resume)


def _tell(done: "Study", folder: Path, as_json: bool, quiet: bool) -> None:
    if as_json:
        print(json.dumps(done.answer, ensure_ascii=False, allow_nan=False), flush=True)
    elif not quiet:
        from custodes.present import comparison_terminal

        comparison_terminal.show(done.answer)
        print(f"runs and answers {folder}, page {folder / PAGE}", flush=True)


def sensitivity(
    scenario: ScenarioName,
    measure: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A measure; may be repeated [default: bribes].")
    ] = None,
    policy: Annotated[
        str, typer.Option(metavar="NAME-or-FILE", help="What the difference of hangs on; without it, the level itself.")
    ] = "baseline",
    trajectories: Annotated[str, typer.Option(metavar="N", help="Walks of the screening through all groups.")] = "10",
    base: Annotated[str, typer.Option(metavar="N", help="Base points of the indices.")] = "64",
    half: Annotated[
        str, typer.Option(metavar="WIDTH", help="Widest half of an interval with which a ranking is told.")
    ] = "0.15",
    each: Annotated[
        bool, typer.Option("--each", help="Rank single unknowns instead of the mechanisms' groups.")
    ] = False,
    years: Years = None,
    weeks: Weeks = None,
    sample: Sample = None,
    seed: Seed = "1",
    uncertain: Uncertain = "prior",
    lucks: Annotated[str, typer.Option(metavar="N", help="Lucks that each point is averaged over.")] = "1",
    workers: Workers = None,
    scheduler: Scheduler = None,
    out: Out = None,
    resume: Resume = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Say which unknowns an answer hangs on: screening, then shares of the variance; or refuse where the sample is too small."""
    from custodes import progress
    from custodes.experiment.sensitivity import sensitivity as analyse

    wanted = _wanted(flags.weeks(years, weeks), sample, seed, uncertain, workers, scheduler)
    folder = _folder(out, scenario, wanted["seed"], resume, "sensitivity")
    with progress.bar(quiet) as on_progress:
        done = analyse(
            scenario,
            measure or ("bribes",),
            plan=policy,
            trajectories=flags.whole("--trajectories", trajectories, 1, MOST_COUNTRIES),
            base=flags.whole("--base", base, 1, MOST_COUNTRIES),
            half=flags.number("--half", half),
            each=each,
            lucks=flags.whole("--lucks", lucks, 1, 100),
            out=folder,
            resume=resume,
            progress=on_progress,
            **wanted,
        )
    done.report()
    _said(done.answer, done.words, f"runs and answers {folder}, page {folder / PAGE}", as_json, quiet)


def discover(
    folder: StudyFolder,
    failing: Annotated[
        str,
        typer.Option(
            metavar="WHAT",
            help="breakdown (it happens), bribes (worse than without), food_stress>0.3 (a level), bribes.change>0.01 (a change).",
        ),
    ],
    policy: Annotated[
        str | None, typer.Option(metavar="NAME", help="The policy that fails [default: the study's last].")
    ] = None,
    seed: Seed = "1",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Say in which possible countries a policy of a comparison fails, or that no such region holds up."""
    from custodes.experiment import discover as discovery

    found = discovery.discover(folder, failing, policy, seed=flags.seed(seed))
    discovery.save(found)
    page = found.report()
    _said(found.to_dict(), found.words, f"page {page}", as_json, quiet)


def regret(
    folder: StudyFolder,
    measure: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME or NAME=THRESHOLD", help="A measure, with what it must reach; may be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which policy of a comparison would be regretted least, whatever the country turns out to be."""
    from custodes.experiment import comparison, measures
    from custodes.experiment.at_risk import standing
    from custodes.experiment.regret import regret as regretted
    from custodes.experiment.store import Store

    store = Store.open(folder)
    asked = {name.strip(): value.strip() for name, _, value in (m.partition("=") for m in measure or ())}
    thresholds = {name: flags.number(f"--measure {name}", value) for name, value in asked.items() if value}
    abouts = comparison.abouts(measures.MEASURES)
    found = regretted(standing(store), store.plans, abouts, thresholds, tuple(asked), store.design.seed)
    _said(found.to_dict(), str(found.content["words"]), "", as_json, False)


def _said(answer: dict[str, Any], words: str, where: str, as_json: bool, quiet: bool) -> None:
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, allow_nan=False), flush=True)
    elif not quiet:
        print(words, flush=True)
        if where:
            print(where, flush=True)


def export(
    folder: StudyFolder,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the tables go.")],
    form: Annotated[str, typer.Option("--format", metavar="csv|parquet", help="Form of the tables.")] = "csv",
) -> None:
    """Write a comparison's tables, with units, for spreadsheets, R or SQL."""
    if form not in ("csv", "parquet"):
        raise BadInput(f"--format is csv or parquet, and '{flags.shown(form)}' is neither.")
    from custodes.experiment import study

    for path in study.open_study(folder).export(out, form):
        print(path, flush=True)


def is_study(folder: Path) -> bool:
    """Whether a folder holds a study rather than a run."""
    return (folder / "study.json").is_file()


def is_sensitivity(folder: Path) -> bool:
    """Whether a folder holds a sensitivity analysis."""
    return (folder / "sensitivity.json").is_file()


def report_sensitivity(folder: Path, out: Path | None) -> Path:
    """Write the page of a sensitivity analysis anew."""
    from custodes.experiment.sensitivity import open_sensitivity

    return open_sensitivity(folder).report(out)


def report_study(folder: Path, out: Path | None) -> Path:
    """Write the page of a comparison anew."""
    from custodes.experiment import study

    return study.open_study(folder).report(out)


__all__ = [
    "compare",
    "discover",
    "export",
    "is_sensitivity",
    "is_study",
    "regret",
    "report_sensitivity",
    "report_study",
    "sensitivity",
]
