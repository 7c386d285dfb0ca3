"""Why two runs parted: what was set differently, the first thing that differed, and what followed from it.

Draws are named and counted, so that two runs of one country and seed are the same to the bit until something that was
done differently reaches them: the first record that only one of them has is where they part.
"""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from custodes.observe.events import Event, EventLog
from custodes.observe.explain import sentence

if TYPE_CHECKING:
    from custodes.results.run import Run

#: Series that a reader asks for first.
HEADLINE: Final = (
    "rice_price_won",
    "food_stress",
    "threat_share",
    "bribes_won",
    "anger",
    "private_support",
    "control_capacity",
    "official_loyalty",
    "perceived_purge_hazard",
    "purges",
    "officer_morale",
    "officer_carried_share",
    "state_income_usd",
    "arrivals_abroad",
    "incidents",
    "turmoil",
)
MOST: Final = 8
ACTION: Final = ("week", "lever", "organ", "value", "until_week", "details")  #: what makes two dated actions the same
KINDS_UNTOLD: Final = frozenset(("report",))


class Drift(NamedTuple):
    """How one series of two runs drifts apart."""

    name: str
    unit: str
    first_week: int  #: first week in which it differs at all
    first_value: float
    second_value: float  #: mean over the last quarter of both runs


class Parting(NamedTuple):
    """How two runs part; prints as sentences."""

    titles: tuple[str, str]
    settings: tuple[str, ...]  #: what was set differently
    week: int | None  #: first week in which a record or a series differs; None: they are the same
    series: tuple[str, ...]  #: series that differ in that week
    only_first: tuple[Event, ...]  #: records of the first parting week that one run alone has
    only_second: tuple[Event, ...]
    followed_first: tuple[Event, ...]  #: what came of them, by the chain of causes
    followed_second: tuple[Event, ...]
    counts: tuple[tuple[str, int, int], ...]  #: kinds of records that differ in number
    drifts: tuple[Drift, ...]
    outcomes: tuple[str, str]
    start: str

    def lines(self) -> list[str]:
        """The whole in sentences."""
        return list(_lines(self))

    def __str__(self) -> str:
        return "\n".join(self.lines())


def parting(first: "Run", second: "Run") -> Parting:
    """Compare two runs: settings, records, series, ends."""
    weeks = min(first.table.weeks, second.table.weeks)
    here, there = ([e for e in run.log if e.week < weeks] for run in (first, second))
    event_week = _first_event_week(here, there)
    series = _first_weeks(first, second, weeks)
    series_week = min(series.values(), default=None)
    found = [w for w in (event_week, series_week) if w is not None]
    week = min(found) if found else None
    only = _only(here, there, event_week)
    return Parting(
        titles=tuple(_title(run) for run in (first, second)),  # type: ignore[arg-type]
        settings=tuple(_settings(first, second)),
        week=week,
        series=tuple(name for name, w in series.items() if w == week),
        only_first=only[0],
        only_second=only[1],
        followed_first=_followed(first.log, only[0]),
        followed_second=_followed(second.log, only[1]),
        counts=_counts(here, there),
        drifts=_drifts(first, second, series, weeks),
        outcomes=(_outcome(first), _outcome(second)),
        start=str(first.record["start"]),
    )


def _key(event: Event) -> tuple[Any, ...]:
    return (event.week, event.kind, event.place, event.organ, event.magnitude, event.text)


def _first_event_week(first: list[Event], second: list[Event]) -> int | None:
    """First week whose records are not the same in both."""
    a, b = Counter(map(_key, first)), Counter(map(_key, second))
    weeks = [key[0] for key in (a - b) + (b - a)]
    return min(weeks, default=None)


def _only(first: list[Event], second: list[Event], week: int | None) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    if week is None:
        return (), ()
    here = [[e for e in events if e.week == week] for events in (first, second)]
    keys = [Counter(map(_key, events)) for events in here]
    out = []
    for mine, events, other in ((0, here[0], keys[1]), (1, here[1], keys[0])):
        extra = keys[mine] - other
        out.append(tuple(e for e in events if extra[_key(e)] and e.kind not in KINDS_UNTOLD)[:MOST])
    return out[0], out[1]


def _first_weeks(first: "Run", second: "Run", weeks: int) -> dict[str, int]:
    """First week in which each national series differs, those that do."""
    out: dict[str, int] = {}
    for name in first.table.arrays:
        if name not in second.table.arrays:
            continue
        a, b = first.table.national(name)[:weeks], second.table.national(name)[:weeks]
        unlike = np.flatnonzero((a != b) & ~(np.isnan(a) & np.isnan(b)))
        if len(unlike):
            out[name] = int(unlike[0])
    return out


def _followed(log: EventLog, roots: tuple[Event, ...]) -> tuple[Event, ...]:
    """Records that come of the roots by the chain of causes, oldest first, one of a kind and place before more of it."""
    reached = {e.id for e in roots}
    found: list[Event] = []
    for event in log:
        if event.id not in reached and any(c in reached for c in event.causes):
            reached.add(event.id)
            if event.kind not in KINDS_UNTOLD:
                found.append(event)
    fresh: list[Event] = []
    seen: set[tuple[str, str]] = set()
    for event in found:
        if (event.kind, event.organ) not in seen:
            seen.add((event.kind, event.organ))
            fresh.append(event)
    return tuple(fresh[:MOST])


def _counts(first: list[Event], second: list[Event]) -> tuple[tuple[str, int, int], ...]:
    a, b = Counter(e.kind for e in first), Counter(e.kind for e in second)
    rows = [(kind, a[kind], b[kind]) for kind in sorted(set(a) | set(b)) if a[kind] != b[kind]]
    return tuple(sorted(rows, key=lambda row: -abs(row[1] - row[2]))[:MOST])


def _drifts(first: "Run", second: "Run", weeks_of: dict[str, int], weeks: int) -> tuple[Drift, ...]:
    from custodes.observe.truth import SERIES

    late = slice(max(0, weeks - max(1, weeks // 4)), weeks)
    out = []
    for name in HEADLINE:
        if name in weeks_of:
            values = [float(run.table.national(name)[late].mean()) for run in (first, second)]
            out.append(Drift(name, SERIES[name].unit, weeks_of[name], values[0], values[1]))
    return tuple(out)


def _settings(first: "Run", second: "Run") -> Iterable[str]:
    """What was set differently, as sentences: parameters first, whether a flag, Python or a file changed them."""
    a, b = first.record, second.record
    parameters = _parameters(a, b)
    yield from parameters.values()
    for name, said in (
        ("scenario", "the scenario"),
        ("seed", "the seed"),
        ("sample", "the sample"),
        ("weeks", "weeks"),
    ):
        if a[name] != b[name]:
            yield f"{said}: {a[name]} against {b[name]}"
    chosen = [[str(s) for s in r["settings"] if str(s).partition("=")[0] not in parameters] for r in (a, b)]
    for said, here, there in (("policies", a["policies"], b["policies"]), ("settings", chosen[0], chosen[1])):
        if list(here) != list(there):
            yield f"{said}: {', '.join(map(str, here)) or 'none'} against {', '.join(map(str, there)) or 'none'}"
    if list(a["policies"]) == list(b["policies"]) and chosen[0] == chosen[1]:
        yield from _timelines(a, b)
    if a.get("source_digest") != b.get("source_digest"):
        yield "the code: the two runs were made by different versions"


def _parameters(a: dict[str, Any], b: dict[str, Any]) -> dict[str, str]:
    """A sentence for each parameter whose value differs between two records, by its name; a part as `group.name.part`."""
    here, there = ({row["name"]: row for row in r["parameters"]} for r in (a, b))
    out = {}
    for name in [*here, *(n for n in there if n not in here)]:
        one, other = (_values(name, rows.get(name)) for rows in (here, there))
        unlike = [part for part in {**one, **other} if one.get(part) != other.get(part)]
        if unlike:
            parts = (f"{part} {one.get(part, 'unknown')} against {other.get(part, 'unknown')}" for part in unlike)
            out[name] = f"the parameter {'; '.join(parts)}"
    return out


def _values(name: str, row: dict[str, Any] | None) -> dict[str, Any]:
    """The values of a row of a parameter table by the names of its parts; of a switch its choice."""
    if row is None:
        return {}
    value, parts = row["value"], row.get("parts") or ()
    if isinstance(value, list) and len(parts) == len(value):
        return {f"{name}.{part}": v for part, v in zip(parts, value, strict=True)}
    return {name: row.get("chosen") or value}


def _timelines(a: dict[str, Any], b: dict[str, Any]) -> Iterable[str]:
    """The first dated action that only one of two records has, and of how many."""
    rows = [[{k: row[k] for k in ACTION} for row in r.get("timeline", ())] for r in (a, b)]
    alone = [("A", row) for row in rows[0] if row not in rows[1]] + [
        ("B", row) for row in rows[1] if row not in rows[0]
    ]
    if alone:
        name, row = min(alone, key=lambda found: found[1]["week"])
        to = f" of {row['organ']}" if row["organ"] else ""
        more = f", and {len(alone) - 1} more that differ" if len(alone) > 1 else ""
        yield f"the timeline: {row['lever']}{to} {row['value']} from week {row['week']} only in {name}{more}"


def _title(run: "Run") -> str:
    r = run.record
    extra = ", ".join([*r["policies"], *map(str, r["settings"])])
    return f"{r['scenario']}, seed {r['seed']}, sample {r['sample']}{', ' + extra if extra else ''}"


def _outcome(run: "Run") -> str:
    r = run.record
    return str(r["outcome"]) + (f" in week {r['outcome_week']}" if r["outcome_week"] is not None else "")


def _lines(p: Parting) -> Iterable[str]:
    yield f"A: {p.titles[0]}"
    yield f"B: {p.titles[1]}"
    yield from (f"Set differently: {s}." for s in p.settings)
    if p.week is None:
        yield "The two runs are the same, record by record and number by number."
        return
    yield f"They part in week {p.week} ({np.datetime64(p.start) + np.timedelta64(7 * p.week, 'D')})."
    if any(s.startswith(("the seed", "the sample")) for s in p.settings):
        yield "Other seeds or samples mean other people and other luck from the start: no single thing parted them."
    for name, only, followed in (("A", p.only_first, p.followed_first), ("B", p.only_second, p.followed_second)):
        for event in only:
            yield f"Only in {name}: {sentence(event)}"
        for event in followed:
            yield f"   from it, in {name}: {sentence(event)}"
    if p.series and not (p.only_first or p.only_second):
        yield f"No record tells it; the first numbers that differ are {', '.join(p.series[:MOST])}."
    for kind, a, b in p.counts:
        yield f"Records of kind {kind.replace('_', ' ')}: {a} in A, {b} in B."
    for d in p.drifts:
        change = f" ({d.second_value / d.first_value - 1.0:+.1%})" if d.first_value else ""
        yield (
            f"{d.name.replace('_', ' ')}: {d.first_value:.4g} in A, {d.second_value:.4g} in B{change} over the last "
            f"quarter, {d.unit}; first unlike in week {d.first_week}."
        )
    yield f"A ended in: {p.outcomes[0]}. B ended in: {p.outcomes[1]}."
    yield "One pair of runs is one draw of luck: whether the difference would hold for other seeds, several pairs must say."
