"""What the command line accepts: each flag parsed and refused in one sentence, before anything heavy is imported."""

import math
import os
import shutil
import tempfile
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path

from custodes.errors import BadInput, BadResults

WEEKS_PER_YEAR = 52
MOST_WEEKS = 100 * WEEKS_PER_YEAR
MOST_THREADS = 256
LEAST_SAMPLE = Fraction(1, 100_000)
LONGEST_TEXT = 400  #: characters of a user's word that a message repeats or a name may have
ROOM_NEEDED = 16 << 20  #: bytes that must be free before a run starts
PROBE = 1 << 20  #: bytes written, and removed, to see whether the output folder takes them


def shown(text: object) -> str:
    """A user's word as it may stand in a message: one line, printable, not endless."""
    word = str(text)
    word = "".join(c if c.isprintable() else "?" for c in word)
    return word if len(word) <= 80 else word[:77] + "..."


def did_you_mean(word: str, names: list[str]) -> str:
    """` Did you mean 'x'?` when a name is near, else nothing."""
    near = get_close_matches(word[:LONGEST_TEXT], names, n=1, cutoff=0.5)
    return f" Did you mean '{near[0]}'?" if near else ""


def number(flag: str, text: str) -> float:
    """A finite number of a flag."""
    try:
        value = float(text)
    except ValueError:
        raise BadInput(f"{flag} must be a number, and '{shown(text)}' is not one.") from None
    if not math.isfinite(value):
        raise BadInput(f"{flag} must be a finite number, and '{shown(text)}' is not one.")
    return value


def whole(flag: str, text: str, low: int, high: int) -> int:
    """A whole number of a flag, between `low` and `high`."""
    if len(text) > LONGEST_TEXT or not text.strip().lstrip("+-").isdecimal():
        raise BadInput(f"{flag} must be a whole number, and '{shown(text)}' is not one.")
    value = int(text)
    if not low <= value <= high:
        raise BadInput(f"{flag} must lie between {low} and {high}, and {shown(text)} does not.")
    return value


def weeks(years: str | None, weeks_text: str | None) -> int | None:
    """Weeks to run from `--years` or `--weeks`; None when neither is given."""
    if years is not None and weeks_text is not None:
        raise BadInput("--years and --weeks say the same thing: give one of them, not both.")
    if weeks_text is not None:
        return whole("--weeks", weeks_text, 1, MOST_WEEKS)
    if years is None:
        return None
    value = number("--years", years)
    if not 0 < value <= MOST_WEEKS / WEEKS_PER_YEAR:
        raise BadInput(
            f"--years must be above 0 and at most {MOST_WEEKS // WEEKS_PER_YEAR}, and {shown(years)} is not."
        )
    return max(1, math.floor(value * WEEKS_PER_YEAR + 0.5))


def sample(text: str) -> str:
    """The sample as `1/k`: each row stands for k people; accepts `1/100`, `0.01` and `1`. Everybody is `1`."""
    wrong = BadInput(f"--sample must be one in a whole number, such as 1/100, 0.01 or 1, and '{shown(text)}' is not.")
    if len(text) > 40 or "e" in text.lower():
        raise wrong
    try:
        share = Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        raise wrong from None
    if not 0 < share <= 1:
        raise BadInput(f"--sample must be above 0 and at most 1, and {shown(text)} is not.")
    if share < LEAST_SAMPLE:
        raise BadInput(f"--sample must be at least {LEAST_SAMPLE}, and {shown(text)} is less.")
    k = round(1 / share)
    if abs(share * k - 1) > Fraction(1, 10_000):
        raise wrong
    return "1" if k == 1 else f"1/{k}"


def seed(text: str) -> int:
    """A seed of 64 bits."""
    return whole("--seed", text, 0, 2**64 - 1)


def threads(text: str | None) -> int | None:
    """A number of threads; None: the machine decides."""
    return None if text is None else whole("--threads", text, 1, MOST_THREADS)


def settings(pairs: list[str]) -> tuple[str, ...]:
    """`--set name=value` pairs, whose form only is checked here: names and values are the scenario's business."""
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip() or not value.strip() or len(pair) > LONGEST_TEXT:
            raise BadInput(f"--set wants name=value, such as fear.decay=0.05, and got '{shown(pair)}'.")
    return tuple(pairs)


def fresh_folder(scenario: str, seed_number: int, base: Path = Path("runs")) -> Path:
    """`runs/<scenario>-seed<seed>`, with the first free of -2, -3, ... when that is taken."""
    first = base / f"{_slug(scenario)}-seed{seed_number}"
    folder, n = first, 1
    while folder.exists():
        n += 1
        folder = first.with_name(f"{first.name}-{n}")
    return folder


def last_folder(scenario: str, seed_number: int, base: Path = Path("runs")) -> Path:
    """The newest folder that `fresh_folder` gave out, for `--resume` without `--out`."""
    first = base / f"{_slug(scenario)}-seed{seed_number}"
    folder, n = first, 1
    while (after := first.with_name(f"{first.name}-{n + 1}")).exists():
        folder, n = after, n + 1
    return folder


def _slug(scenario: str) -> str:
    path = Path(scenario)
    word = path.stem if path.suffix in (".yaml", ".yml") else scenario
    if word == "scenario":
        word = path.resolve().parent.name
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in word).strip("-")[:60] or "run"


def output_folder(path: Path, resume: bool) -> Path:
    """Refuse a folder that cannot take a run's files; leaves nothing behind."""
    said = shown(path)
    if len(str(path)) > LONGEST_TEXT or "\0" in str(path):
        raise BadResults(f"'{said}' is too long or not a name for an output folder; choose another --out.")
    try:
        if path.exists() and not path.is_dir():
            raise BadResults(f"'{said}' is a file, not a folder; choose another --out.")
        if path.is_dir() and not resume and (names := {p.name for p in path.iterdir()}):
            ours = names & {"request.json", "study.json"}
            mend = ", or add --resume to go on with what was begun in it" if ours else ""
            raise BadResults(f"'{said}' is not empty; choose another --out{mend}.")
        _probe(_nearest_folder(path, said), said)
    except OSError as error:
        raise BadResults(f"'{said}' cannot be written ({reason(error)}); choose another --out.") from None
    return path


def _nearest_folder(path: Path, said: str) -> Path:
    for folder in (path, *path.absolute().parents):
        if folder.is_dir():
            return folder
        if folder.exists():
            raise BadResults(f"'{said}' cannot be made, for '{shown(folder)}' is a file; choose another --out.")
    return Path("/")


def _probe(folder: Path, said: str) -> None:
    """Write and remove a file, so that a full or forbidden place is refused at the start and not after the run."""
    free = shutil.disk_usage(folder).free
    if free < ROOM_NEEDED:
        raise BadResults(
            f"'{said}' has {free >> 20} MiB free and a run wants {ROOM_NEEDED >> 20}; choose another --out."
        )
    handle, name = tempfile.mkstemp(prefix=".custodes-probe-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(bytes(PROBE))
    finally:
        Path(name).unlink()


def reason(error: OSError) -> str:
    """Why the system refused, in its words."""
    return (error.strerror or str(error)).lower()
