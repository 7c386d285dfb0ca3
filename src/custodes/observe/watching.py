"""From reports to what a watcher may conclude: how many such events there were, with the doubt of hearing of only some.

Every report of an event heard of with chance p counts for 1/p (Horvitz and Thompson 1952), with the variance
(1 - p) / p^2. Invented ones are in the count, as they are in a watcher's, until they are contradicted; what is told of the
street by one source alone may be invented, so that it raises no lower bound. Nothing here looks at the truth but `truth`.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from custodes.observe.reports import INVENTED

if TYPE_CHECKING:
    import pandas as pd

    from custodes.results.run import Run

CONFIRMED, CONTRADICTED = 1, 5  #: numbers of the Admiralty code
COLUMNS = ("reported", "estimate", "low", "high", "truth")


def frame(run: "Run", truth: bool = False) -> "pd.DataFrame":
    """One row a report: when published and for which week, kind, place, what is said, by whom, with which grade.

    With `truth`, also the event behind it (empty if invented) and whether it was invented or wrong: what no watcher has.
    """
    import pandas as pd

    rows = run.reports
    names = ["id", "published", "happened", "kind", "place", "organ", "name", "title", "fate", "cause"]
    names += ["magnitude", "outlets", "origins", "letter", "number", "public", "chance"]
    names += ["event", "invented", "wrong"] if truth else []
    out = pd.DataFrame({n: [_cell(r[n]) for r in rows] for n in names}, columns=names)
    start = np.datetime64(str(run.record["start"]))
    out.insert(1, "date", [start + np.timedelta64(7 * int(w), "D") for w in out["published"]])
    return out


def _cell(value: Any) -> Any:
    return ", ".join(value) if isinstance(value, list) else value


def estimated(
    run: "Run", kind: str, place: str | None = None, weeks: int = 52, fate: str | None = None
) -> "pd.DataFrame":
    """Events of a kind in each stretch of `weeks`, by the week they are said to have happened: reported, estimated, true.

    With `fate`, only falls that ended so (as reported, and in truth).

    `estimate` with its 95 % interval `low` to `high` rests on the reports alone, without those that were contradicted.
    `low` is never below what was reported, and for kinds that are invented now and then it is of reports with two sources;
    for no report at all `high` is three events over the mean chance (the rule of three).
    """
    import pandas as pd

    rows = [r for r in run.reports if r["kind"] == kind and place in (None, r["place"]) and fate in (None, r["fate"])]
    rows = [r for r in rows if r["number"] != CONTRADICTED]
    ended = {r["event"] for r in run.register if r["fate"] == fate}
    true = [e for e in run.log if e.kind == kind and place in (None, e.place) and (fate is None or e.id in ended)]
    stretches = -(-int(run.record["weeks"]) // weeks)
    mean_chance = float(np.mean([r["chance"] for r in rows])) if rows else 0.35
    out = []
    for i in range(stretches):
        first, last = i * weeks, (i + 1) * weeks
        here = [r for r in rows if first <= r["happened"] < last]
        estimate, spread = _expanded(here)
        high = estimate + spread if here else 3.0 / mean_chance
        sure = [r for r in here if r["number"] == CONFIRMED] if kind in INVENTED else here
        low = float(len(sure)) if kind in INVENTED else max(float(len(sure)), estimate - spread)
        happened = sum(first <= e.week < last for e in true)
        out.append((len(here), estimate, low, high, happened))
    result = pd.DataFrame(out, columns=list(COLUMNS))
    result.insert(0, "week", [i * weeks for i in range(stretches)])
    return result


def _expanded(reports: list[dict[str, Any]]) -> tuple[float, float]:
    """How many events stand behind some reports, and the half-width of its 95 % interval."""
    estimate = sum(1.0 / r["chance"] for r in reports)
    variance = sum((1.0 - r["chance"]) / r["chance"] ** 2 for r in reports) + len(reports)
    return estimate, 1.96 * float(np.sqrt(variance))
