"""The command `custodes`. Exit codes: 0 done; 2 wrong use or bad input; 3 stopped and resumable; 4 a law was broken.

Heavy libraries are imported inside the commands that need them: `custodes --help` answers at once. Every error a user
can cause ends as one sentence on standard error.
"""

import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from custodes import __version__, cli_studies, flags
from custodes.errors import BadInput, BadResults, CustodesError, Stopped

if TYPE_CHECKING:
    from custodes.results.run import Run

app = typer.Typer(
    name="custodes",
    help="Simulate a closed country week by week: its people, its households, and the guards who hold and rob them.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)

REPORT = "report.html"
REQUEST = "request.json"  #: what a folder holds before its run has saved anything
MOST_PROBLEMS = 20  #: that `check` prints, a line each
SCHEMAS = (
    "scenario",
    "variant",
    "policy",
    "parameter",
    "court",
    "actors",
    "watchers",
)  #: kinds of file whose schema can be printed
ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A built-in scenario, or a scenario file or folder.")
]
RunFolder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a run.")]


@app.command()
def run(
    scenario: ScenarioName,
    years: Annotated[str | None, typer.Option(metavar="Y", help="Years of 52 weeks to run.")] = None,
    weeks: Annotated[str | None, typer.Option(metavar="W", help="Weeks to run, instead of --years.")] = None,
    sample: Annotated[
        str | None,
        typer.Option(
            metavar="1/K", help="One row for K people [default: 1/100; 1 for a country of less than a million]."
        ),
    ] = None,
    seed: Annotated[str, typer.Option(metavar="N", help="The run's seed; the same seed gives the same run.")] = "1",
    threads: Annotated[
        str | None, typer.Option(metavar="N", help="Threads; the results do not depend on them.")
    ] = None,
    set: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Change a parameter; may be repeated.")
    ] = None,
    policy: Annotated[
        list[str] | None, typer.Option(metavar="FILE-or-NAME", help="Add a policy's dated levers; may be repeated.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where results go [default: runs/SCENARIO-seedN].")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the stopped run in the folder.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Run a scenario; write its results and a report."""
    begun = time.monotonic()
    wanted: dict[str, Any] = {
        "weeks": flags.weeks(years, weeks),
        "sample": None if sample is None else flags.sample(sample),
        "seed": flags.seed(seed),
        "threads": flags.threads(threads),
        "settings": flags.settings(set or []),
        "policies": tuple(policy or ()),
    }
    choose = flags.last_folder if resume else flags.fresh_folder
    folder = flags.output_folder(out or choose(scenario, wanted["seed"]), resume)
    country = _load(scenario)
    cautions = _refuse_bad(country, wanted)
    for sentence in cautions if not (quiet or as_json) else ():
        _say(sentence, 0)
    finished = _run(country, wanted, folder, resume, quiet)
    if as_json:
        _write(json.dumps(finished.summary(time.monotonic() - begun), ensure_ascii=False, allow_nan=False))
    elif not quiet:
        _show_run(finished, folder)


def _load(scenario: str) -> Any:
    from custodes.scenario.load import load

    return load(scenario)


def _refuse_bad(country: Any, wanted: dict[str, Any]) -> list[str]:
    """Read settings and policies once, so that what is wrong with them is said before anything heavy is imported.

    Returns a sentence for each policy that does less here than its name says.
    """
    from custodes.scenario.policies import cautions, load_policy

    country = country.with_settings(list(wanted["settings"]))
    for policy in wanted["policies"]:
        country = country.with_policy(load_policy(policy))
    return cautions(country.timeline)


def _run(country: Any, wanted: dict[str, Any], folder: Path, resume: bool, quiet: bool) -> "Run":
    """Run with a progress bar; an interrupt ends in `Stopped`, which says how to go on."""
    new = not folder.exists()
    try:
        return _engine(country, wanted, folder, resume, quiet)
    except KeyboardInterrupt:
        again = f"the same command with --out {folder} --resume starts it"
        raise Stopped(f"stopped before its first week; {again}.") from None
    except Stopped:
        raise
    except BaseException:
        if new:
            _tidy(folder)
        raise


def _engine(country: Any, wanted: dict[str, Any], folder: Path, resume: bool, quiet: bool) -> "Run":
    from custodes import progress
    from custodes.engine import run as engine
    from custodes.jit import compiled_before

    if not compiled_before():
        progress.notice("compiling, once, about a minute", quiet)
    with progress.bar(quiet) as on_progress:
        finished = engine.run(country, **wanted, out=folder, resume=resume, progress=on_progress, report=True)
        if not (folder / REPORT).exists():  # a run that was whole before, but whose page was lost
            finished.report()
    return finished


def _tidy(folder: Path) -> None:
    """Remove the folder of a run that failed before it saved anything."""
    with contextlib.suppress(OSError):
        if {path.name for path in folder.iterdir()} <= {REQUEST}:
            (folder / REQUEST).unlink(missing_ok=True)
            folder.rmdir()


def _show_run(finished: "Run", folder: Path) -> None:
    from custodes.present import terminal

    terminal.show_run(finished)
    _write(f"results {folder}, report {folder / REPORT}")


@app.command()
def report(
    folder: RunFolder,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The HTML file [default: DIR/report.html].")] = None,
) -> None:
    """Write the report of a run or of a comparison: one HTML file that opens offline."""
    if cli_studies.is_study(folder):
        _write(cli_studies.report_study(folder, out))
        return
    if cli_studies.is_sensitivity(folder):
        _write(cli_studies.report_sensitivity(folder, out))
        return
    target = out or folder / REPORT
    finished = _open(folder)
    if target.is_dir():
        raise BadResults(f"'{flags.shown(target)}' is a folder; --out wants the name of a file.")
    if not target.absolute().parent.is_dir():
        raise BadResults(f"'{flags.shown(target.parent)}' is not a folder; make it first or choose another --out.")
    finished.report(target)
    _write(str(target))


def _open(folder: Path) -> "Run":
    from custodes.results.store import open_run

    return open_run(folder)


app.command()(cli_studies.compare)
app.command()(cli_studies.sensitivity)
app.command()(cli_studies.discover)
app.command()(cli_studies.regret)
app.command()(cli_studies.export)


@app.command()
def check(
    target: Annotated[str, typer.Argument(metavar="FILE-or-SCENARIO", help="A scenario or policy, by file or name.")],
) -> None:
    """Validate a scenario or policy: file, line, field and mend of what is wrong."""
    from custodes.scenario import skeleton

    found = skeleton.problems(target)
    for problem in found[:MOST_PROBLEMS]:
        _say(problem.sentence(), 2)
    if len(found) > MOST_PROBLEMS:
        _say(f"and {len(found) - MOST_PROBLEMS} more.", 2)
    if found:
        raise typer.Exit(2)
    _write(skeleton.check(target))


@app.command()
def new(name: Annotated[str, typer.Argument(metavar="NAME", help="Folder of the new scenario.")]) -> None:
    """Copy the smallest complete country, to change."""
    from custodes.scenario import skeleton

    folder = skeleton.new(name)
    _write(f"{folder}: change scenario.yaml, then custodes check {folder} and custodes run {folder}")


@app.command()
def scenarios() -> None:
    """List the built-in scenarios and policies."""
    from custodes import listing
    from custodes.scenario.load import load
    from custodes.scenario.load import scenarios as names
    from custodes.scenario.policies import load_policy, policies

    _write(listing.scenarios(load(name) for name in names()))
    _write("\n" + listing.policies(load_policy(name) for name in policies()))


@app.command()
def levers() -> None:
    """List the levers that a policy can set, with bounds and meaning."""
    from custodes import listing
    from custodes.actors.levers import lever_table

    _write(listing.levers(lever_table()))


@app.command()
def parameters(scenario: ScenarioName) -> None:
    """List a scenario's parameters: value, unit, prior, source, grade."""
    from custodes import listing

    _write(listing.parameters(_load(scenario).parameters.table()))


@app.command()
def why(
    folder: RunFolder,
    event: Annotated[
        str,
        typer.Argument(metavar="EVENT|RUN", help="An event's id, such as incident-12, or the folder of another run."),
    ],
) -> None:
    """Follow an event back to the shock or lever that began it, or tell what parted two runs."""
    run_ = _open(folder)
    if Path(event).is_dir():
        from custodes.observe.parting import parting

        _write(parting(run_, _open(Path(event))))
    else:
        _write(run_.why(event))


@app.command()
def week() -> None:
    """Print the order of the week: each step, what it reads and writes."""
    from custodes import listing
    from custodes.week import PREPARE, SETTLE

    _write(listing.week(PREPARE, SETTLE))


@app.command()
def schema(
    kind: Annotated[str, typer.Argument(metavar="[KIND]", help=f"One of {', '.join(SCHEMAS)}.")] = "scenario",
) -> None:
    """Print the JSON Schema of a kind of file, for editors."""
    if kind not in SCHEMAS:
        mend = flags.did_you_mean(kind, list(SCHEMAS)) or f" Choose one of {', '.join(SCHEMAS)}."
        raise BadInput(f"'{flags.shown(kind)}' is not a kind of file.{mend}")
    from custodes.scenario import schema as schemas
    from custodes.scenario.actors import actors_schema
    from custodes.scenario.watchers import watchers_schema

    elsewhere = {"actors": actors_schema, "watchers": watchers_schema}
    of_kind = elsewhere.get(kind) or getattr(schemas, f"{kind}_schema")
    _write(json.dumps(of_kind(), indent=2))


@app.command()
def version() -> None:
    """Print the version."""
    _write(f"custodes {__version__}")


def _write(text: object) -> None:
    print(text, flush=True)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and end the process with its exit code."""
    signal.signal(signal.SIGTERM, _interrupt)
    code = _guarded(sys.argv[1:] if arguments is None else arguments)
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    if code == 3:  # worker threads may still be inside a kernel: what is on disk is whole, so do not wait for them
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _guarded(arguments: list[str]) -> int:
    """Run one command; turn whatever ends it into one sentence and an exit code."""
    try:
        code = app(arguments, standalone_mode=False, prog_name="custodes")
        # typer turns an interrupt that no command handled into its own code 130
        return _say("stopped before anything was saved.", 3) if code == 130 else int(code or 0)
    except CustodesError as error:
        return _say(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return _say("stopped before anything was saved.", 3)
    except (BrokenPipeError, SystemExit):  # typer answers a broken pipe, and nothing else here, by SystemExit
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader has gone, and with it the interest
        return 0
    except typer.TyperException as error:
        return _usage(error)
    except MemoryError:
        return _say("not enough memory for this; try a smaller --sample.", 2)
    except OSError as error:
        where = f"'{flags.shown(error.filename)}'" if error.filename else "a file of the output or of the cache"
        return _say(f"{where} cannot be read or written ({flags.reason(error)}).", 2)
    except Exception as error:
        if os.environ.get("CUSTODES_TRACEBACK"):
            raise
        return _say(
            f"a defect in custodes: {type(error).__name__}: {flags.shown(error)}; CUSTODES_TRACEBACK=1 shows where.", 1
        )


def _usage(error: typer.TyperException) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error.format_message())
        return 2
    said = " ".join(error.format_message().split()).rstrip(".")
    return _say(f"{said}; 'custodes --help' and 'custodes COMMAND --help' say what there is.", 2)


def _say(sentence: str, code: int) -> int:
    """One line on standard error."""
    with contextlib.suppress(OSError):
        print("custodes: " + " ".join(sentence.split()), file=sys.stderr, flush=True)
    return code


__all__ = ["BadInput", "app", "main"]
