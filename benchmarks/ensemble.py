"""What a study costs: four plans on the same countries, on one worker and on more, and what its store costs afterwards.

    python benchmarks/ensemble.py [SCENARIO] [--countries 8] [--years 5] [--sample 1/1000] [--workers 1 2] [--json FILE]

Everything in one run, so that the ratios hold on any machine: a country under four plans together against four runs alone;
walls on one and more workers, with the CPU time of all workers beside them (where a country costs more CPU seconds on two
workers than on one, the cores share something or another program runs); and a store of a thousand runs, opened and asked.
Walls include the start of the workers, about three seconds.
"""

import argparse
import json
import os
import platform
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import custodes as cu
from custodes.experiment import packing, store
from custodes.experiment.country import run_country
from custodes.experiment.design import Design, design
from custodes.experiment.ensemble import run_study
from custodes.experiment.plans import plans
from custodes.experiment.store import Store
from custodes.experiment.unknowns import unknowns
from custodes.world.sample import parse_sample

FACTORS = ("information", "sanctions")
WEEKS = 52
PROMISED = 200  #: countries of the issue's target
THOUSAND = 1000


def asked(scenario: Any, countries: int, weeks: int, sample: str) -> Design:
    """The factorial question on so many countries."""
    k = parse_sample(sample, scenario.population, len(scenario.places))
    crossed = plans(scenario, [], FACTORS)
    return design(scenario, crossed, unknowns(scenario, "prior"), countries=countries, weeks=weeks, k=k)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What `work` gives, and its wall in seconds."""
    begun = time.perf_counter()
    made = work()
    return made, time.perf_counter() - begun


def children_cpu() -> float:
    """CPU seconds of all processes that have ended and were waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def branching(scenario: Any, d: Design) -> dict[str, float]:
    """One country: its plans together, and each alone as `custodes run` would (no cached state)."""
    country = d.countries[0]
    _, together = timed(lambda: list(run_country(scenario, d, country, d.plans)))
    _, alone = timed(lambda: [list(run_country(scenario, d, country, [p])) for p in d.plans])
    return {"together_s": together, "alone_s": alone, "ratio": alone / together}


def walls(scenario: Any, d: Design, workers: int, folder: Path) -> dict[str, float]:
    """A whole study on so many workers."""
    before = children_cpu()
    kept, wall = timed(lambda: run_study(d, d.plans, folder, workers=workers, scenario=scenario))
    n = len(d.countries)
    return {
        "workers": workers,
        "wall_s": wall,
        "wall_a_country_s": wall / n,
        "cpu_a_country_s": (children_cpu() - before) / n,
        "projected_200_s": PROMISED * wall / n,
        "failed": len(kept.failed()),
    }


def stored(d: Design, folder: Path, many: Path) -> dict[str, float]:
    """A thousand runs, copies of those in `folder`: their size, opening them, and one series of all."""
    source = Store.open(folder)
    keys = sorted(source.done())
    whole = store.begin(many, d)
    spent = 0.0
    for i in range(THOUSAND):
        key = (i // len(d.plans), i % len(d.plans))
        record = json.loads((folder / "runs" / f"{store.stem(keys[i % len(keys)])}.json").read_bytes())
        record |= {"country": key[0], "number": key[1], "plan": d.plans[key[1]].name}
        series = (folder / "runs" / f"{store.stem(keys[i % len(keys)])}.parquet").read_bytes()
        files = {packing.PATHS: series, packing.RECORD: json.dumps(record).encode()}
        spent += timed(lambda key=key, files=files: whole.put(key, files))[1]
    whole.close()
    size = sum(p.stat().st_size for p in (many / "runs").iterdir())
    opened, seconds = timed(lambda: Store.open(many))
    _, one = timed(lambda: opened.paths("fear"))
    _, frame = timed(opened.frame)
    return {
        "kilobytes_a_run": size / THOUSAND / 1000,
        "write_ms": 1000 * spent / THOUSAND,
        "open_s": seconds,
        "series_s": one,
        "frame_s": frame,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("scenario", nargs="?", default="dprk/2017")
    parser.add_argument("--countries", type=int, default=8)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--sample", default="1/1000")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    scenario = cu.load(given.scenario)
    d = asked(scenario, given.countries, WEEKS * given.years, given.sample)
    list(run_country(scenario, asked(scenario, 1, 60, given.sample), d.countries[0], d.plans))  # compile
    found: dict[str, Any] = {"machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"}
    print(
        f"{given.scenario}, {len(d.plans)} plans x {given.countries} countries x {given.years} years at {given.sample}"
    )
    found["branching"] = branching(scenario, d)
    print(
        "a country: {together_s:.1f} s together, {alone_s:.1f} s alone, {ratio:.2f} times".format(**found["branching"])
    )
    with tempfile.TemporaryDirectory() as scratch:
        found["walls"] = [walls(scenario, d, n, Path(scratch) / f"w{i}") for i, n in enumerate(given.workers)]
        for row in found["walls"]:
            said = (
                "{workers} workers: {wall_a_country_s:.2f} s a country (CPU {cpu_a_country_s:.2f}), {failed} failed, "
            )
            print((said + f"{PROMISED} countries in {{projected_200_s:.0f}} s").format(**row))
        first, last = found["walls"][0], found["walls"][-1]
        share = first["wall_s"] * first["workers"] / (last["wall_s"] * last["workers"])
        found["scaling"] = share
        print(f"{share:.0%} of perfect scaling from {first['workers']:.0f} to {last['workers']:.0f} workers")
        thousand = asked(scenario, THOUSAND // len(d.plans), WEEKS * given.years, given.sample)
        found["store"] = stored(thousand, Path(scratch) / "w0", Path(scratch) / "many")
        print(
            "1,000 runs: {kilobytes_a_run:.0f} KB each, written in {write_ms:.1f} ms, opened in {open_s:.2f} s, "
            "one series in {series_s:.2f} s, table in {frame_s:.2f} s".format(**found["store"])
        )
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
