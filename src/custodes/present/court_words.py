"""The court in words: what codes are called, and the sentences of a report about who fell and what was said of it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from custodes.present import measures
from custodes.present.words import NO_BASE_RATE, Chance, count, times
from custodes.results.run import Run
from custodes.world.columns import COURT_ORGANS, REASONS_SAID

CAUSES: Final = {
    "scapegoat": "scapegoat",
    "rivalry": "a rival's word",
    "corruption": "corruption",
    "precaution": "fear of a plot",
    "failure": "failure in office",
}
FATES: Final = {
    "demotion": "demoted",
    "reeducation": "re-education",
    "dismissal": "dismissed",
    "prison": "prison",
    "execution": "executed",
}
SILENT: Final = "nothing said"
STATED: Final = {code: said or SILENT for code, said in REASONS_SAID.items()}
RANKS: Final = {"chief": "chief", "deputy": "deputy", "director": "director"}
TOP: Final = ("chief", "deputy")  #: whose falls are told by name
#: What was said that names the true cause; a scapegoat's is a pretext, whatever he did.
TRUE_REASON: Final = {"corruption": "corruption", "failure": "failure"}
INVENTED: Final = (
    "Holders whom the scenario names are seated on the first day only: whatever befalls anybody, and every other name, is the "
    "model's invention."
)


def organ(code: str) -> str:
    """An organ of the court on an axis: `State security`."""
    words = code.replace("_", " ")
    return words[:1].upper() + words[1:]


ORGANS: Final = tuple(organ(code) for code in COURT_ORGANS)


def top(run: Run) -> list[dict[str, Any]]:
    """Falls of chiefs and deputies, oldest first."""
    return [r for r in run.register if r["rank"] in TOP]


def back(record: dict[str, Any]) -> str:
    """Whether and as what somebody who fell came back."""
    if record["returned_week"] is None:
        return "–" if record["fate"] == "execution" else "no"
    away = int(record["returned_week"]) - int(record["week"])
    when = "at once" if away <= 1 else f"after {away} weeks"
    return f"{when}, {record['returned_post']}"


def sentences(runs: Sequence[Run]) -> list[str]:
    """The headline's sentences about the court; none for runs without a register of falls."""
    if not any(run.register for run in runs):
        return []
    return [_falls(runs), _said(runs), _coups(runs), _heard(runs)]


def _falls(runs: Sequence[Run]) -> str:
    """How many fell, for what, and the first chief of each run that did."""
    basis = measures.basis(runs)
    years = runs[0].table.weeks / 52.0
    each = sorted(len(r.register) / years for r in runs)
    chiefs = sorted(sum(f["rank"] == "chief" for f in r.register) for r in runs)
    causes = Counter(f["cause"] for r in runs for f in r.register).most_common(1)[0]
    share = causes[1] / sum(len(r.register) for r in runs)
    many = f"{each[0]:.0f}" if round(each[0]) == round(each[-1]) else f"{each[0]:.0f} to {each[-1]:.0f}"
    heads = (
        times(chiefs[0], "chief of an organ", "chiefs of organs")
        if chiefs[0] == chiefs[-1]
        else f"{count(chiefs[0])} to {count(chiefs[-1])} chiefs of organs"
    )
    return (
        f"In a year {many} officials fell, over the run {heads} among them; the commonest true cause was "
        f"{CAUSES[causes[0]]} ({100 * share:.0f} % of falls; {basis.text()}){_first_chief(runs[0])}."
    )


def _first_chief(run: Run) -> str:
    chief = next((f for f in run.register if f["rank"] == "chief"), None)
    if chief is None:
        return ""
    said = STATED.get(chief["stated"], chief["stated"])
    told = f"in public: {said}" if said != SILENT else "in public nothing was said"
    return (
        f"; the first chief to fall in seed {run.record['seed']} was the {_plain(chief['title'])}, in truth for "
        f"{_for(chief['cause'])}, {told}"
    )


def _plain(title: str) -> str:
    return title.removeprefix("the ")


def _for(cause: str) -> str:
    return {"scapegoat": "want of a culprit"}.get(cause, CAUSES[cause])


def _said(runs: Sequence[Run]) -> str:
    """What was said of falls against what was true, and who came back."""
    falls = [f for r in runs for f in r.register]
    silent = sum(f["stated"] == "silent" for f in falls)
    right = sum(TRUE_REASON.get(f["cause"]) == f["stated"] for f in falls)
    lives = [f for f in falls if f["fate"] != "execution"]
    returned = sum(f["returned_week"] is not None for f in lives)
    other = len(falls) - silent - right
    return (
        f"Of {len(falls):,} falls nothing was said in public of {silent:,}, the true cause of {right:,}, another reason of "
        f"{other:,}; {len(falls) - len(lives):,} were executed, and {returned:,} of the other {len(lives):,} came back to a "
        f"post before the end ({measures.basis(runs).text()})."
    )


def _coups(runs: Sequence[Run]) -> str:
    """How often a coup was tried, beside the base rate."""
    tried = [sum(e.kind == "coup" for e in r.log) for r in runs]
    plots = [sum(e.kind == "plot" and e.magnitude <= 1.0 for e in r.log) for r in runs]
    chance = Chance(sum(n > 0 for n in tried), measures.basis(runs), _known_coups(runs[0]))
    known = f"{count(min(plots))} to {count(max(plots))}" if min(plots) < max(plots) else count(plots[0])
    a_run = " a run" if len(runs) > 1 else ""
    return f"A coup was tried {chance.text()}. Plots that began{a_run}: {known}."


def _known_coups(run: Run) -> str:
    """What is known of coup attempts: the country's fact of it, else what history says of regimes of this type."""
    for row in run.record.get("standing_state", ()):
        if str(row.get("what", "")).startswith("coup attempts") and "low" in row:
            return f"{row['value']:g} {row['what']} (range {row['low']:g} to {row['high']:g}, grade {row['grade']})"
    fact = run.record["facts"].get("base_rate")
    return str(fact["text"]) if fact else NO_BASE_RATE


def _heard(runs: Sequence[Run]) -> str:
    """How much of it a watcher outside heard."""
    falls = sum(len(r.register) for r in runs)
    told = sum(len({h["event"] for h in r.reports if h["kind"] == "purge" and h["event"]}) for r in runs)
    invented = sum(h["invented"] for r in runs for h in r.reports)
    return (
        f"Watchers outside heard of {told:,} of {falls:,} falls; {invented:,} of "
        f"{sum(len(r.reports) for r in runs):,} reports tell of what never happened ({measures.basis(runs).text()})."
    )
