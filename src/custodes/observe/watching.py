"""From reports to what a watcher may conclude: how many such events there were, with the doubt of hearing of only some.

Every report of an event heard of with chance p counts for 1/p (Horvitz and Thompson 1952), with the variance
(1 - p) / p^2; invented ones are in the count, as they are in a watcher's. Nothing here looks at the truth but `truth`.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from custodes.results.run import Run

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

    `estimate` with its 95 % interval `low` to `high` rests on the reports alone; the interval is never narrower than
    what was reported, and for no report at all `high` is three events over the mean chance (the rule of three).
    """
    import pandas as pd

    rows = [r for r in run.reports if r["kind"] == kind and place in (None, r["place"]) and fate in (None, r["fate"])]
    ended = {r["event"] for r in run.register if r["fate"] == fate}
    true = [e for e in run.log if e.kind == kind and place in (None, e.place) and (fate is None or e.id in ended)]
    stretches = -(-int(run.record["weeks"]) // weeks)
    mean_chance = float(np.mean([r["chance"] for r in rows])) if rows else 0.35
    out = []
    for i in range(stretches):
        first, last = i * weeks, (i + 1) * weeks
        here = [r for r in rows if first <= r["happened"] < last]
        estimate = sum(1.0 / r["chance"] for r in here)
        spread = 1.96 * float(np.sqrt(sum((1.0 - r["chance"]) / r["chance"] ** 2 for r in here) + len(here)))
        high = estimate + spread if here else 3.0 / mean_chance
        happened = sum(first <= e.week < last for e in true)
        out.append((len(here), estimate, max(float(len(here)), estimate - spread), high, happened))
    result = pd.DataFrame(out, columns=list(COLUMNS))
    result.insert(0, "week", [i * weeks for i in range(stretches)])
    return result
