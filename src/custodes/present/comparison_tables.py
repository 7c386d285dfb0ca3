"""The tables of a comparison: effects in numbers, rare outcomes beside their base rates, interactions, rival theories, failures."""

from typing import Any, Final

from custodes.present.comparison_figures import Comparison, label, number, source
from custodes.present.court_tables import Cells

OPEN: Final = 14
Row = tuple[str, ...]


def between(low: float | None, high: float | None, unit: str = "") -> str:
    """An interval as text."""
    return "not known" if low is None or high is None else f"{number(low, unit)} to {number(high, unit)}"


def _signed(value: float | None, unit: str) -> str:
    """A difference with its sign; of shares in points, which are no per cent of anything."""
    points = unit.startswith("share")
    text = number(value if value is None or not points else 100.0 * value)
    return f"+{text}" if value is not None and value > 0 else text


def _with(value: float | None, low: float | None, high: float | None, unit: str) -> str:
    """A difference with its interval."""
    points = " points" if unit.startswith("share") else ""
    if low is None or high is None:
        return f"{_signed(value, unit)}{points} (no interval)"
    return f"{_signed(value, unit)}{points} ({_signed(low, unit)} to {_signed(high, unit)})"


def _apart(low: float | None, high: float | None, unit: str) -> str:
    return "not known" if low is None or high is None else f"{_signed(low, unit)} to {_signed(high, unit)}"


def effects(c: Comparison) -> Cells:
    """Every measure under every policy against the baseline."""
    rows = [
        (
            label(r["plan"]),
            label(r["measure"]),
            r["unit"],
            number(r["mean_against"], r["unit"]),
            _with(r["difference"], r["low"], r["high"], r["unit"]),
            _apart(r["range_low"], r["range_high"], r["unit"]),
            _better(r),
            "found" if r["found"] else "not told from nothing",
        )
        for r in sorted(c["effects"], key=lambda r: (not r.get("primary"), not r["suffering"], r["measure"]))
        if r["kind"] == "level"
    ]
    head = (
        "Policy",
        "Measure",
        "Unit",
        "Without",
        "Average difference (95 %)",
        "One country (90 %)",
        "Better than without",
        "Verdict",
    )
    return Cells(
        "effects",
        "In numbers",
        "The first interval is of the average over the possible countries; the second holds nine of ten of them. “Better” is the "
        "chance that a country taken at random does better by this measure under the policy, where better has a meaning.",
        source(c),
        head,
        rows,
        OPEN,
        "No measure could be compared.",
    )


def brief(c: Comparison) -> Cells:
    """A row a measure, a column a policy: measures named beforehand, and what people suffer where any policy moves it."""
    rows = [r for r in c["effects"] if r["difference"] is not None]
    hurt = {r["measure"] for r in rows if r["suffering"] and r["found"]}
    names = list(dict.fromkeys(r["measure"] for r in rows if r.get("primary") or r["measure"] in hurt))
    cells = {(r["plan"], r["measure"]): _move(r) for r in rows}
    plans = [p["name"] for p in c["plans"][1:]]
    return Cells(
        "brief",
        "What moved",
        "Average difference from the same countries without a policy: outcomes in points, levels as a part of what they are "
        "without. In brackets the 95 % interval of the average; an empty cell: nothing could be told.",
        source(c),
        ("Measure", *(label(p) for p in plans)),
        [(label(n), *(cells.get((p, n), "") for p in plans)) for n in names],
        len(names),
        "Nothing was compared.",
    )


def _move(r: dict[str, Any]) -> str:
    """How far a measure moved, if that was found."""
    if not r["found"]:
        return ""
    if r["kind"] == "share" or not r["mean_against"]:
        return _with(r["difference"], r["low"], r["high"], r["unit"])
    part = [None if v is None else 100.0 * v / abs(r["mean_against"]) for v in (r["difference"], r["low"], r["high"])]
    return f"{_signed(part[0], '')} % ({_apart(part[1], part[2], '')})"


def _better(r: dict[str, Any]) -> str:
    chance = r["probability_better"]
    if not r["better"] or chance is None:
        return "no side is better"
    return f"{number(chance, 'share')} ({between(r['probability_better_low'], r['probability_better_high'], 'share')})"


def outcomes(c: Comparison) -> Cells:
    """How the runs ended, with history beside."""
    rows = []
    for r in c["effects"]:
        if r["kind"] != "share":
            continue
        rows.append(
            (
                label(r["measure"]),
                label(r["plan"]),
                number(r["mean_against"], "share"),
                number(r["mean"], "share"),
                _with(r["difference"], r["low"], r["high"], "share"),
                _base_rate(r["base_rate"]),
                "found" if r["found"] else "not told from nothing",
            )
        )
    head = ("Outcome", "Policy", "Without", "With", "Difference (95 %)", "History says", "Verdict")
    return Cells(
        "outcomes",
        "How the runs ended",
        f"Shares of runs within {c['weeks']} weeks. History is of regimes of this type; a share far from it is the model's, not the "
        "country's.",
        source(c),
        head,
        rows,
        OPEN,
        "No outcome was compared.",
    )


def _base_rate(rate: dict[str, Any] | None) -> str:
    if not rate:
        return "no base rate is known"
    per_year = f"{100 * rate['rate']:.2g} % a year"
    if rate.get("low") is not None:
        per_year += f" ({100 * rate['low']:.2g} to {100 * rate['high']:.2g})"
    return per_year


def interactions(c: Comparison) -> Cells:
    """What two policies together do beyond the sum, on both scales."""
    rows: list[Row] = []
    for f in c["factorial"]:
        unit = "share" if f["kind"] == "share" else str(f.get("unit", ""))
        i, log = f["interaction"], f["log_hazard"]
        rows.append(
            (
                f"{label(f['a'])} and {label(f['b'])}",
                label(f["measure"]),
                _with(f["effect_a"]["value"], f["effect_a"]["low"], f["effect_a"]["high"], unit),
                _with(f["effect_b"]["value"], f["effect_b"]["low"], f["effect_b"]["high"], unit),
                _with(f["effect_both"]["value"], f["effect_both"]["low"], f["effect_both"]["high"], unit),
                _with(i["value"], i["low"], i["high"], unit),
                "has none" if not log else _with(log["interaction"], log["low"], log["high"], ""),
                "found" if f["found"] else "not found",
            )
        )
    head = (
        "Policies",
        "Measure",
        "First alone",
        "Second alone",
        "Both",
        "Beyond the sum (95 %)",
        "On the scale of ratios",
        "Interaction",
    )
    return Cells(
        "interactions",
        "Beyond the sum",
        "An interaction is called found only where both scales exclude zero: two hazards that merely multiply are no interaction "
        "on the scale of ratios, two effects that merely add up none on the plain scale.",
        source(c),
        head,
        rows,
        OPEN,
        "No two policies were crossed: add --factorial A,B.",
    )


def theories(c: Comparison) -> Cells:
    """Effects under each rival theory."""
    rows = [
        (
            label(r["plan"]),
            label(r["measure"]),
            f"{m['switch']} = {label(str(m['choice']))}",
            _with(m["difference"], m["low"], m["high"], r["unit"]),
            str(m["n"]),
        )
        for r in c["effects"]
        if r.get("primary")
        for m in r["by_mechanism"]
    ]
    return Cells(
        "theories",
        "Under each rival theory",
        "The same difference, in the countries that work by one theory only.",
        source(c),
        ("Policy", "Measure", "Theory", "Average difference (95 %)", "Countries"),
        rows,
        OPEN,
        "No rival theories were among the unknowns.",
    )


def pairing(c: Comparison) -> Cells:
    """What meeting the same countries saves."""
    rows = [
        (
            label(r["plan"]),
            label(r["measure"]),
            _apart(r["low"], r["high"], r["unit"]),
            _apart(r["unpaired_low"], r["unpaired_high"], r["unit"]),
            "not known" if r["variance_ratio"] is None else f"{r['variance_ratio']:.3g}",
        )
        for r in c["effects"]
        if r.get("primary")
    ]
    return Cells(
        "pairing",
        "What pairing saves",
        "Every policy meets the same countries and the same luck. The last column says how many times as many runs would be needed "
        "for the same interval if each policy met countries of its own.",
        source(c),
        ("Policy", "Measure", "Paired (95 %)", "Unpaired (95 %)", "Runs saved, times"),
        rows,
        OPEN,
        "Nothing was compared.",
    )


def failures(c: Comparison) -> Cells:
    """Runs that failed, with their cause."""
    rows = [(str(f["country"]), label(str(f["plan"])), str(f["cause"])) for f in c["failed"]]
    return Cells(
        "failures",
        "Runs that failed",
        "A country in which any policy's run failed is left out of every paired difference.",
        source(c),
        ("Country", "Policy", "Cause"),
        rows,
        OPEN,
        "No run failed.",
    )


def policies(c: Comparison) -> Cells:
    """What the policies are."""
    rows = [(label(p["name"]), p["title"], p["rationale"], ", ".join(p["sources"])) for p in c["plans"]]
    return Cells(
        "policies",
        "The policies",
        "Their levers, week by week, are in the policy files: custodes check NAME shows one.",
        source(c),
        ("Policy", "What it is", "Why it is tried", "Source"),
        rows,
        OPEN,
    )
