"""Tables of the court: who fell, what was said abroad, what the leader did and why, who did not come home."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from custodes.observe.events import Event
from custodes.observe.reports import said
from custodes.present import court_words, measures
from custodes.present.court_words import CAUSES, FATES, STATED
from custodes.present.words import count
from custodes.results.run import Run

MOST_FALLS: Final = 40
MOST_REPORTS: Final = 24
MOST_ABROAD: Final = 12
OPEN_ROWS: Final = 8  #: rows shown before the rest is folded away
#: Kinds of what follows a decision, as a table says them: one, several.
FOLLOWED: Final = {
    "purge": ("fall", "falls"),
    "scapegoat": ("search for a culprit", "searches for a culprit"),
    "softening": ("softening of an organ", "softenings of organs"),
    "appointment": ("appointment", "appointments"),
    "rehabilitation": ("return", "returns"),
    "denunciation": ("denunciation", "denunciations"),
    "plot": ("plot", "plots"),
    "coup": ("coup", "coups"),
    "sanction": ("sanction", "sanctions"),
    "provocation": ("provocation", "provocations"),
    "talks": ("round of talks", "rounds of talks"),
    "aid": ("gift of aid", "gifts of aid"),
    "guards_unpaid": ("organ left unpaid", "organs left unpaid"),
    "collecting_harder": ("organ collecting harder", "organs collecting harder"),
    "anger_rises": ("rise of anger", "rises of anger"),
    "resignation_wave": ("wave of resignations", "waves of resignations"),
    "envoy_defection": ("defection", "defections"),
    "incident": ("crowd", "crowds"),
    "order": ("order", "orders"),
    "inquiry": ("inquiry", "inquiries"),
    "recall": ("recall", "recalls"),
    "reshuffle": ("reshuffle", "reshuffles"),
}
#: What happens as part of the decision itself, and what only tells of it.
_NOT_FOLLOWED: Final = ("report", "decision", "fading", "relapse", "reshuffle")


class Cells(NamedTuple):
    """A table of a report. `open_rows`: how many stand open, the rest can be unfolded."""

    name: str
    title: str
    caption: str
    source: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    open_rows: int = OPEN_ROWS
    empty: str = "None in this run."


def _seed(runs: Sequence[Run]) -> str:
    first = runs[0].record
    more = f" (the first of {len(runs)} runs)" if len(runs) > 1 else ""
    return (
        f"Custodes {first['code_version']}, {first['scenario']}, seed {first['seed']}{more}. Simulated, not observed."
    )


def falls(runs: Sequence[Run]) -> Cells:
    """The falls that matter most: chiefs first, then deputies by how much was held against them; in order of time."""
    top = court_words.top(runs[0])
    chosen = sorted(top, key=lambda r: (r["rank"] != "chief", -float(r["capability"]), r["week"]))[:MOST_FALLS]
    kept = sorted(chosen, key=lambda r: r["week"])
    rows = [
        (
            str(r["date"]),
            str(r["name"]),
            str(r["title"]),
            CAUSES.get(r["cause"], str(r["cause"])),
            STATED.get(r["stated"], str(r["stated"])),
            FATES.get(r["fate"], str(r["fate"])),
            court_words.back(r),
        )
        for r in kept
    ]
    whole = f"{len(rows)} of {len(top)} falls of chiefs and deputies, the chiefs first" if len(top) > len(rows) else ""
    order = sorted(range(len(rows)), key=lambda i: kept[i]["rank"] != "chief")
    rows = [rows[i] for i in order]
    return Cells(
        "falls",
        "Who fell",
        f"{whole + '. ' if whole else ''}The true cause is the model's; what was said is what anybody inside or outside could "
        f"hear. {court_words.INVENTED}",
        _seed(runs),
        ("Date", "Name", "Post", "True cause", "Said in public", "Fate", "Back"),
        rows,
        empty="No chief or deputy fell in this run.",
    )


def decisions(runs: Sequence[Run]) -> Cells:
    """What the leader did, a row for each of his tactics: how often, why the last time, what followed."""
    run = runs[0]
    followed: dict[str, list[Event]] = {}
    for event in run.log:
        for cause in event.causes:
            followed.setdefault(cause, []).append(event)
    taken: dict[str, list[Event]] = {}
    for event in run.log:
        name = event.origin.removeprefix("leader: ")
        if event.origin.startswith("leader: ") and not name.endswith(", then"):
            taken.setdefault(name, []).append(event)
    rows = []
    for events in sorted(taken.values(), key=lambda es: (-len({e.week for e in es}), es[0].week)):
        weeks = sorted({e.week for e in events})
        did, why = _parts(
            next(e for e in reversed(events) if (e.week == weeks[-1] and ": " in e.text) or e is events[0])
        )
        rows.append((f"{len(weeks)} ×", _dates(events), did, why, _what_followed(events, followed)))
    return Cells(
        "decisions",
        "What the leader did, and why",
        "A row for each of his tactics: how often he took it, the reason he had the last time, and what the record names as "
        "brought about by it. That something followed does not say it would not have come without it.",
        _seed(runs),
        ("Times", "When", "What", "Why (the last time)", "What followed"),
        rows,
        empty="He did nothing beyond what the scenario lays down.",
    )


def _parts(event: Event) -> tuple[str, str]:
    """What he did and why, out of the sentence of a decision: `X does A: he fears B (figures); levers.`"""
    text = event.text.rstrip(".")
    did, colon, rest = text.partition(": ")
    if not colon:
        return text.partition("; ")[0], ""
    return did, rest.rpartition("; ")[0] or rest


def _dates(events: Sequence[Event]) -> str:
    first, last = events[0].date[:4], events[-1].date[:4]
    return events[0].date if len({e.week for e in events}) == 1 else first if first == last else f"{first}–{last}"


def _what_followed(events: Sequence[Event], followed: dict[str, list[Event]]) -> str:
    own = {e.id for e in events}
    found = {f.id: f for e in events for f in followed.get(e.id, ()) if f.id not in own}
    kinds = Counter(f.kind for f in found.values() if f.kind not in _NOT_FOLLOWED)
    words = [
        f"{count(n)} {FOLLOWED.get(kind, (kind.replace('_', ' '),) * 2)[n > 1]}" for kind, n in kinds.most_common(4)
    ]
    return ", ".join(words) or "nothing that the record names"


def reports(runs: Sequence[Run]) -> Cells:
    """The reports that a watcher would have noticed most, the wrong and the invented among them."""
    run = runs[0]
    notable = [r for r in run.reports if r["kind"] not in ("appointment", "campaign")]
    false = [r for r in notable if r["invented"] or r["wrong"]]
    true = [r for r in notable if not (r["invented"] or r["wrong"]) and not r["public"]]
    public = [r for r in notable if r["public"] and not (r["invented"] or r["wrong"])]
    third = MOST_REPORTS // 3
    chosen = [*_largest(false, third), *_largest(public, third), *_largest(true, MOST_REPORTS - 2 * third)]
    rows = [
        (
            str(run.table.dates[min(int(r["published"]), run.table.weeks - 1)]),
            f"{r['letter']}{r['number']}",
            " and ".join(r["outlets"][:2]) + (" and others" if len(r["outlets"]) > 2 else ""),
            _sentence(said(r)),
            _truth(run, r),
        )
        for r in sorted(chosen, key=lambda r: r["published"])
    ]
    return Cells(
        "said",
        "What was said, and what was true",
        "A choice of reports: a third announced, a third heard rightly, a third wrong or invented. Grade: the outlet's record "
        "(A best, F unknown) and how far the report is borne out (1 confirmed, 6 cannot be judged).",
        _seed(runs),
        ("Published", "Grade", "Who says so", "What is said", "In truth"),
        rows,
        empty="Nothing was reported.",
    )


def _largest(found: Sequence[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """The largest of every kind in turn, the kinds by their largest."""
    kinds: dict[str, list[dict[str, Any]]] = {}
    for r in sorted(found, key=lambda r: (-r["size"], r["published"])):
        kinds.setdefault(r["kind"], []).append(r)
    turns = max((len(k) for k in kinds.values()), default=0)
    return [k[i] for i in range(turns) for k in kinds.values() if len(k) > i][:most]


def _truth(run: Run, report: dict[str, Any]) -> str:
    if report["invented"]:
        return "never happened"
    if not report["wrong"]:
        return "true"
    fall = next((f for f in run.register if f["event"] == report["event"]), None)
    if fall:
        return f"happened; the cause was {CAUSES.get(fall['cause'], fall['cause'])}"
    event = next((e for e in run.log if e.id == report["event"]), None)
    return f"happened in {event.place}" if event and event.place != report["place"] else "wrong in part"


def abroad(runs: Sequence[Run]) -> Cells:
    """Officials posted abroad who did not come home."""
    run = runs[0]
    gone = [e for e in run.log if e.kind == "envoy_defection"]
    basis = measures.basis(runs)
    years = run.table.weeks / 52.0
    each = sorted(float(r.table.national("envoy_defections").sum()) / years for r in runs)
    many = f"{each[0]:.1f}" if len(runs) == 1 else f"{each[0]:.1f} to {each[-1]:.1f}"
    listed = sorted(gone, key=lambda e: (e.text.startswith("a member"), e.week))[:MOST_ABROAD]
    ends = Counter(e.text.partition(" did not come home and ")[2].partition(";")[0] for e in gone)
    where = ", ".join(
        f"{count(n)} {end if n == 1 else end.replace('was ', 'were ', 1)}" for end, n in ends.most_common() if end
    )
    went = f"Of those noticed in seed {run.record['seed']}, {where}. " if where else ""
    return Cells(
        "abroad",
        "Officials abroad who did not come home",
        f"{many} a year{_posts(run)} ({basis.text()}). {went}The more stay away, the more of those posted "
        "must leave their family behind.",
        _seed(runs),
        ("Date", "What happened"),
        [(e.date, _sentence(e.text.partition("; ")[0])) for e in sorted(listed, key=lambda e: e.week)],
        open_rows=4,
        empty="All came home in this run.",
    )


def _posts(run: Run) -> str:
    posts = (run.record.get("court") or {}).get("abroad")
    return f", from {posts} posts abroad and their staff" if posts else ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


ALL: Final = (falls, decisions, reports, abroad)
