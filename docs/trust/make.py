"""Run the shipped countries freely, many times, and set what comes out beside the facts: `python docs/trust/make.py [RUNS]`.

Each run is five years of `dprk/2012` or `dprk/2017` with everything switched on and nothing tuned for the occasion, one
seed each, at sample 1/1000. (At 1/5000 a small county has so few rows that its crowds are all or nothing.) With the
default of 80 runs of each on two cores it takes about a quarter of an hour.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np

import custodes as cu
from custodes.observe import outcomes
from custodes.observe.standing_court import COURT, CourtRun
from custodes.scenario.facts import facts_of

HERE: Final = Path(__file__).resolve().parent
BEGIN, END = "<!-- numbers: written by make.py -->", "<!-- end of numbers -->"
COUNTRIES: Final = ("dprk/2012", "dprk/2017")
SAMPLE: Final = "1/1000"
YEARS: Final = 5
WORKERS: Final = 2
Row = dict[str, Any]


def one(task: tuple[str, int]) -> Row:
    """One run, boiled down to what the page needs."""
    country, seed = task
    run = cu.run(country, years=YEARS, sample=SAMPLE, seed=seed, threads=1)
    kinds: dict[str, int] = {}
    for event in run.log:
        kinds[event.kind] = kinds.get(event.kind, 0) + 1
    seen = {s.fact: s.compute(run.table, CourtRun(run.register, run.log)) for s in COURT}
    causes: dict[str, int] = {}
    for fall in run.register:
        causes[fall["cause"]] = causes.get(fall["cause"], 0) + 1
    return {
        "country": country,
        "seed": seed,
        "outcome": run.record["outcome"],
        "week": run.record["outcome_week"],
        "coups": kinds.get("coup", 0),
        "crowds": kinds.get("incident", 0),
        "kinds": kinds,
        "causes": causes,
        "court": {name: (value.value, value.cases) for name, value in seen.items() if value is not None},
        "loyalty": float(run.table.national("official_loyalty").mean()),
        "hazard": float(run.table.national("perceived_purge_hazard").mean()),
    }


def share_interval(k: int, n: int) -> tuple[float, float]:
    """Jeffreys' 95 % interval of a share, by drawing."""
    draws = np.random.default_rng(1).beta(k + 0.5, n - k + 0.5, 200_000)
    return (0.0 if k == 0 else float(np.quantile(draws, 0.025))), float(np.quantile(draws, 0.975))


def rate_interval(k: int, years: float) -> tuple[float, float]:
    """95 % interval of a yearly rate, Gamma(k + 1/2)."""
    draws = np.random.default_rng(1).gamma(k + 0.5, 1.0 / years, 200_000)
    return (0.0 if k == 0 else float(np.quantile(draws, 0.025))), float(np.quantile(draws, 0.975))


def page(country: str, rows: list[Row]) -> list[str]:
    """The tables of one country."""
    n, years = len(rows), float(len(rows) * YEARS)
    fell = [r for r in rows if outcomes.named(r["outcome"]).breakdown]
    low, high = share_interval(len(fell), n)
    coups = sum(r["coups"] for r in rows)
    coup_low, coup_high = rate_interval(coups, years)
    lines = [
        (
            f"## {country}, {n} runs of {YEARS} years, seeds {min(r['seed'] for r in rows)} to "
            f"{max(r['seed'] for r in rows)}, sample {SAMPLE}"
        ),
        "",
        "| | the model | the record |",
        "| --- | --- | --- |",
        f"| breakdown within five years | {len(fell) / n:.1%} ({low:.1%} to {high:.1%}) | 1 to 10 % |",
        f"| coup attempts a year | {coups / years:.2%} ({coup_low:.2%} to {coup_high:.2%}) | at most 1.5 % |",
    ]
    for name in sorted({r["outcome"] for r in rows}):
        lines.append(f"| runs that ended in: {name} | {sum(r['outcome'] == name for r in rows)} of {n} | |")
    lines += [
        "",
        (
            "| fact | what | model: median of runs (5th to 95th), of rare things their mean (95 % interval) | cases a run "
            "| the fact |"
        ),
        "| --- | --- | --- | --- | --- |",
    ]
    facts = {t["id"]: t for t in facts_of(cu.load(country))["targets"]}
    for name in sorted({c for r in rows for c in r["court"]}):
        values = np.array([r["court"][name][0] for r in rows if name in r["court"]])
        cases = [r["court"][name][1] for r in rows if name in r["court"]]
        rare = name.startswith("t10")
        middle = float(values.mean()) if rare else float(np.median(values))
        low, high = np.quantile(values, (0.05, 0.95))
        if rare:
            low, high = (100.0 * rate for rate in rate_interval(int(sum(cases)), YEARS * len(cases)))
        lines.append(
            f"| {name} | {_what(name)} | {middle:.3g} ({low:.3g} to {high:.3g}) | {np.mean(cases):.3g} | "
            f"{_verdict(facts.get(name), middle, (low, high) if rare else None)} |"
        )
    for label, pick in (("falls", "causes"), ("records", "kinds")):
        counts = {k: sum(r[pick].get(k, 0) for r in rows) / years for k in sorted({k for r in rows for k in r[pick]})}
        kept = {k: v for k, v in counts.items() if k != "report"}
        lines += [
            "",
            f"{label.capitalize()} a year: "
            + ", ".join(f"{k.replace('_', ' ')} {v:.3g}" for k, v in kept.items())
            + ".",
        ]
    return [*lines, ""]


def _verdict(fact: Row | None, middle: float, interval: tuple[float, float] | None) -> str:
    """The span of a fact and whether the model's number is in it; of a rare thing whether chance alone may keep it out."""
    if not fact:
        return ""
    low, high = fact["low"], fact["high"]
    where = "inside" if low <= middle <= high else "**outside**"
    if interval and where != "inside" and interval[0] <= high and interval[1] >= low:
        where = "outside, its interval reaches it"
    return f"{low:g} to {high:g} ({where})"


def _what(name: str) -> str:
    return next((s.what for s in COURT if s.fact == name), "")


def main(runs: int) -> None:
    """Run, and write the numbers into the page."""
    tasks = [(country, seed) for country in COUNTRIES for seed in range(1, runs + 1)]
    with ProcessPoolExecutor(WORKERS) as pool:
        rows = list(pool.map(one, tasks, chunksize=4))
    lines = [line for country in COUNTRIES for line in page(country, [r for r in rows if r["country"] == country])]
    target = HERE / "base-rates.md"
    text = target.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    target.write_text(f"{before}{BEGIN}\n\n" + "\n".join(lines) + f"\n{END}{after}", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 80)
