"""What a report says, whatever the surface: the same words for the terminal, the notebook and the HTML file."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from custodes.errors import BadInput
from custodes.observe.events import Event
from custodes.observe.explain import Explanation
from custodes.observe.outcomes import NOT_MODELLED, named
from custodes.observe.standing_court import Seen, judge, together
from custodes.present import court_tables, court_words, happenings, measures
from custodes.present.court_tables import Cells
from custodes.present.lines import F
from custodes.present.measures import BY_NAME, MEASURES
from custodes.present.words import NO_BASE_RATE, Basis, Chance, Estimate, Form, changed, count, span, times
from custodes.results.run import Run

#: What the headline speaks of when it moved, the most telling first.
TELLING: Final = (
    "official_loyalty",
    "army_status",
    "threat_share",
    "bribe_share_of_spending",
    "food_stress",
    "informal_income_share",
    "private_supporters",
    "preference_gap",
    "public_dissent",
    "control_capacity",
    "awareness",
    "grain_price_won",
    "won_per_dollar",
    "flights",
)
#: What the table of numbers shows without being unfolded.
SHOWN: Final = (
    "ration_grams_per_day",
    "food_stress",
    "grain_price_won",
    "bribe_share_of_spending",
    "threat_share",
    "guard_morale",
    "control_capacity",
    "private_supporters",
    "preference_gap",
    "purges",
    "executions",
    "official_loyalty",
    "officer_morale",
    "officer_carried_share",
    "state_income_usd",
    "incidents",
)
MOST_SENTENCES: Final = 3
FORECAST: Final = (
    "It is no forecast. It says what follows if the country worked as the equations say; predictions of such a "
    "state's end have often been false."
)


AFTER: Final = (
    f"A run cannot end in {', '.join(NOT_MODELLED[:-1])} or {NOT_MODELLED[-1]}; after a breakdown its weeks go on under new "
    "rulers by the same equations, and are no forecast of them."
)
COURT_LIMIT: Final = (
    "Of the court almost nothing is observed. That chiefs fall, that some come back, and how many are executed is counted from "
    "outside; why they fall, what they earn and what they believe is reasoned (grade D). "
    f"{court_words.INVENTED}"
)


class Row(NamedTuple):
    """One line of the summary table."""

    label: str
    unit: str
    first: Estimate
    last: Estimate
    path: F  #: the national series of the first run, for a tiny picture
    telling: bool  #: stands open; the others can be unfolded


class Fact(NamedTuple):
    """A fact about the real country beside the runs' value of the same quantity."""

    what: str
    unit: str
    model: Estimate
    value: str
    range: str
    grade: str
    inside: bool | None  #: None: too few cases to tell


class Page(NamedTuple):
    """All words of a report."""

    title: str
    subtitle: str
    headline: list[str]
    basis: Basis
    table: list[Row]
    facts: list[Fact]
    story: list[tuple[Event, str]]  #: events of the first run, with the number that charts mark levers by, or nothing
    chains: list[Explanation]
    court: dict[str, Cells]  #: tables of the court by name
    limits: list[str]
    parameters: list[dict[str, Any]]
    provenance: list[tuple[str, str]]


def page(runs: Sequence[Run]) -> Page:
    """The words about runs of one scenario; BadInput when they do not belong together."""
    _belong_together(runs)
    record, first = runs[0].record, runs[0]
    numbers = happenings.numbered(first.log)
    return Page(
        title=str(record["scenario_title"] or record["scenario"]),
        subtitle=_subtitle(runs),
        headline=headline(runs),
        basis=measures.basis(runs),
        table=table(runs),
        facts=facts(runs),
        story=[(e, str(numbers.get(e.id, ""))) for e in happenings.told(first.log, first.register)],
        chains=[first.why(e.id) for e in happenings.main_events(first.log, first.register)],
        court={make.__name__: make(runs) for make in court_tables.ALL},
        limits=limits(runs),
        parameters=list(record["parameters"]),
        provenance=provenance(runs),
    )


def _belong_together(runs: Sequence[Run]) -> None:
    if not runs:
        raise BadInput("a report needs at least one run.")
    for key in ("scenario_digest", "weeks", "k", "start"):
        if len({str(r.record[key]) for r in runs}) > 1:
            raise BadInput(
                f"these runs differ in '{key}' and cannot share a report; give runs that differ in the seed only."
            )
    if len({int(r.record["seed"]) for r in runs}) < len(runs):
        raise BadInput("two of these runs have the same seed; give each run once.")


def _subtitle(runs: Sequence[Run]) -> str:
    r = runs[0].record
    dates = runs[0].table.dates
    return (
        f"{span(runs[0].table.weeks)[0].upper()}{span(runs[0].table.weeks)[1:]} from {dates[0]} to {dates[-1]}, "
        f"{r['people']:,} people at sample {r['sample']}, {measures.basis(runs).text()}"
    )


def headline(runs: Sequence[Run]) -> list[str]:
    """What happened in a few careful sentences: the end, what moved most, unrest."""
    said = [_ending(runs)]
    moved = []
    for name in TELLING:
        first, last = measures.first_and_last(runs, BY_NAME[name])
        size = abs(last.value - first.value) / (abs(first.value) + 1e-12)
        apart = last.bounds()[0] > first.bounds()[1] or last.bounds()[1] < first.bounds()[0]
        if apart and size > (0.03 if last.error is not None or len(runs) > 1 else 0.1):
            moved.append(changed(BY_NAME[name].label, first, last, *_when(runs)))
    said += moved[:MOST_SENTENCES]
    if not moved:
        said.append(
            f"No quantity that the headline follows moved by more than is uncertain ({measures.basis(runs).text()})."
        )
    return [said[0], *court_words.sentences(runs), *said[1:], _unrest(runs)]


def _when(runs: Sequence[Run]) -> tuple[str, str]:
    n = measures.window(runs[0].table.weeks)
    return ("in the first year", "in the last") if n == 52 else (f"in the first {n} weeks", f"in the last {n}")


def _ending(runs: Sequence[Run]) -> str:
    """Whether the state stood, with how often, and what history says."""
    fell = [r for r in runs if named(r.record["outcome"]).breakdown]
    chance = Chance(len(fell), measures.basis(runs), base_rate(runs[0]))
    length = span(int(runs[0].table.weeks))
    if len(runs) == 1:
        end = (
            f"The state {named(runs[0].record['outcome']).told} in week {runs[0].record['outcome_week']}"
            if fell
            else f"The state stood through all {length} of this run"
        )
        return f"{end}. One run says next to nothing about how likely that is: the state fell {chance.text()}."
    return f"Within {length} the state fell {chance.text()}."


def base_rate(run: Run) -> str:
    """What history says about regimes of this type, from the scenario's facts."""
    fact = run.record["facts"].get("base_rate")
    return str(fact["text"]) if fact else NO_BASE_RATE


def _unrest(runs: Sequence[Run]) -> str:
    crowds = [happenings.counts(r.log, ("incident", "refusal")) for r in runs]
    if len(runs) == 1:
        n, refused = crowds[0]["incident"], crowds[0]["refusal"]
        again = "; another seed may give more or none" if n < 20 else ""
        return f"The run (seed {runs[0].record['seed']}) saw {times(n, 'crowd')} and {times(refused, 'refused order')}{again}."
    found = sorted(c["incident"] for c in crowds)
    refused_in = sum(c["refusal"] > 0 for c in crowds)
    many = f"{count(found[0])} to {count(found[-1])} crowds" if found[0] < found[-1] else times(found[0], "crowd")
    return (
        f"Each run saw {many}; an order was refused in {count(refused_in)} of {len(runs)} runs "
        f"({measures.basis(runs).text()})."
    )


def table(runs: Sequence[Run]) -> list[Row]:
    """Every measure in the first and in the last year."""
    rows = []
    for m in MEASURES:
        first, last = measures.first_and_last(runs, m)
        rows.append(Row(m.label, m.form.unit, first, last, runs[0].table.national(m.name), m.name in SHOWN))
    return rows


def facts(runs: Sequence[Run]) -> list[Fact]:
    """The standing state of the runs against what is known of the country, where the scenario has such facts.

    A run without a case of the kind (nobody came back from re-education) says nothing of it; the others do.
    """
    rows = [row for r in runs for row in r.record.get("standing_state", []) if "low" in row]
    names = dict.fromkeys(row["id"] for row in rows)
    return [_fact(runs, [row for row in rows if row["id"] == name]) for name in names]


def _fact(runs: Sequence[Run], rows: Sequence[Mapping[str, Any]]) -> Fact:
    """One fact, with the rows that runs have for it."""
    row = rows[0]
    values = sorted(float(r["model"]) for r in rows)
    half = len(values) // 2
    middle = values[half] if len(values) % 2 else sum(values[half - 1 : half + 1]) / 2
    error = float(row["error"]) / len(runs) ** 0.5 if "error" in row else None
    inside = _inside(row, middle, error)
    low, high = float(row["low"]), float(row["high"])
    if "cases" in row:
        pooled = together([Seen(float(r["model"]), int(r["cases"]), float(r["one_case"])) for r in rows])
        middle, inside = (
            min(max(pooled.value, values[0]), values[-1]),
            judge(pooled, low, high),
        )  # a mean, but for rounding
    form = Form("", 1.0, 0 if abs(high) >= 100 and row["unit"] != "per cent" else 1)
    model = Estimate(middle, values[0], values[-1], measures.basis(runs), form, error)
    span = f"{form.number(low)} to {form.number(high)}"
    return Fact(row["what"], row["unit"], model, form.number(float(row["value"])), span, str(row["grade"]), inside)


def _inside(row: Mapping[str, Any], value: float, error: float | None) -> bool | None:
    """Whether a value lies in the fact's range; None where it does not, but its 95 % interval reaches into it."""
    low, high = float(row["low"]), float(row["high"])
    if low <= value <= high:
        return True
    return None if error is not None and value - error <= high and value + error >= low else False


def against_facts(page_: Page) -> str:
    """How many facts the runs meet, which they miss and which they are too small to tell; empty without facts."""
    missed = [f.what for f in page_.facts if f.inside is False]
    untold = [f.what for f in page_.facts if f.inside is None]
    if not page_.facts:
        return ""
    many = f"{len(page_.facts) - len(missed) - len(untold)} of {len(page_.facts)}"
    met = f"{many} facts about the country are met within their range ({page_.basis.text()})"
    met += f"; missed: {', '.join(missed)}" if missed else ""
    return f"{met}; too few cases to tell: {', '.join(untold)}." if untold else f"{met}."


def limits(runs: Sequence[Run]) -> list[str]:
    """What the model cannot tell."""
    record = runs[0].record
    grades = [str(p.get("grade", "")) for p in record["parameters"]]
    weak = sum(g.startswith("D") for g in grades)
    said = [FORECAST, AFTER, COURT_LIMIT]
    if len(runs) == 1:
        said.append(
            "One run is one draw of chance. What stands after ± does not hold how far another seed would be; several seeds do."
        )
    if int(record["k"]) > 1:
        said.append(
            f"At sample {record['sample']} a row stands for {record['k']} people: rare things (flight, arrests, crowds) come "
            "in lumps. What stands after ± reckons with neighbours being alike (design effect 25 for adults, 10 for households)."
        )
    if grades:
        said.append(
            f"{weak} of {len(grades)} parameters rest on reasoning alone (grade D). No interval here holds that doubt: it wants "
            "runs over the parameters' priors."
        )
    places = record["facts"].get("places") or []
    guessed = sum(p["estimated"] for p in places)
    if guessed:
        said.append(
            f"{guessed} of {len(places)} counties have estimated, not counted, people; below the province nothing is information."
        )
    return said + [str(s) for s in record["facts"].get("limits", [])] + [str(w) for w in record["warnings"]]


def provenance(runs: Sequence[Run]) -> list[tuple[str, str]]:
    """Where the numbers come from: enough to make them again."""
    r = runs[0].record
    settings = r["settings"]
    pairs = settings.items() if isinstance(settings, dict) else [str(s).partition("=")[::2] for s in settings]
    policies = ", ".join(str(p.get("name", p)) if isinstance(p, dict) else str(p) for p in r["policies"])
    return [
        ("Scenario", f"{r['scenario']}, digest {r['scenario_digest']}"),
        ("Code", f"custodes {r['code_version']}, source digest {r['source_digest']}"),
        ("Runs", measures.basis(runs).text()),
        ("Sample", f"{r['sample']}: every row stands for {r['k']} people; {r['people']:,} people at the start"),
        ("Weeks", f"{runs[0].table.weeks}, from {r['start']}"),
        ("Policies", policies or "none"),
        ("Settings", ", ".join(f"{k} = {v}" for k, v in pairs) or "none changed"),
        ("Outcome", ", ".join(dict.fromkeys(str(x.record["outcome"]) for x in runs))),
        ("Machine", ", ".join(f"{k} {v}" for k, v in r["versions"].items())),
        ("Cost", f"{r['seconds']:.1f} s, at most {r['peak_memory_mb']:.0f} MB"),
    ]
