"""What a person-week costs: the full model, a bare read-and-write of the same bytes, and a simplified week elsewhere.

    python benchmarks/people_pass.py [--samples 1/1000 1/100 1/10] [--whole] [--threads 1 2] [--weeks 20] [--json FILE]

Medians over weeks, wall and CPU (all threads together), everything in one process and one run. `--whole` adds 1:1, which
wants 3 GB. The comparators need the extra `bench` (Mesa, Polars); without it they are left out, and that is said.
"""

import argparse
import importlib.util
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numba
import numpy as np
import simple_step

from custodes import listing
from custodes.engine import run as engine
from custodes.engine.stepper import Silence, Stepper
from custodes.scenario.load import load
from custodes.week import parameters_of
from custodes.world import people
from custodes.world.sample import parse_sample

WARM_UP = 4  #: weeks thrown away
SIMPLE_PEOPLE = {"numba tiles": 2_000_000, "Polars": 2_000_000, "Mesa": 60_000}


@dataclass
class Cost:
    """One line of the table: nanoseconds a person-week."""

    what: str
    people: int
    threads: int
    wall: float
    cpu: float


def median_cost(
    what: str, count: int, threads: int, step: Callable[[int], None], weeks: int, setup: Callable[[int], None]
) -> Cost:
    """Median cost of `step(week)`; `setup(week)` goes before it and is not counted."""
    walls, cpus = [], []
    for week in range(WARM_UP + weeks):
        setup(week)
        wall, cpu = time.perf_counter(), time.process_time()
        step(week)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    scale = 1e9 / count
    return Cost(
        what, count, threads, statistics.median(walls[WARM_UP:]) * scale, statistics.median(cpus[WARM_UP:]) * scale
    )


def nothing(_week: int) -> None:
    """No preparation."""


class Timed:
    """Stands in for the people pass of a stepper and notes what it costs."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.walls, self.cpus = inner, [], []

    def step(self, *arguments: Any) -> None:
        """One pass, timed."""
        wall, cpu = time.perf_counter(), time.process_time()
        self.inner.step(*arguments)
        self.walls.append(time.perf_counter() - wall)
        self.cpus.append(time.process_time() - cpu)

    def close(self) -> None:
        """End the threads."""
        self.inner.close()


def full_model(scenario: str, sample: str, threads: list[int], weeks: int) -> list[Cost]:
    """Whole weeks of the model and its people pass, and the bare read-and-write of the same columns."""
    country = load(scenario)
    parameters = parameters_of(country.parameters)
    world = people.build(country, parameters, parse_sample(sample), 1)
    world.week = -country.burn_in_weeks
    costs: list[Cost] = []
    count = 0
    for n in threads:
        stepper = Stepper(world, parameters, country.timeline.before(0), Silence(), n)
        timed = stepper.people = Timed(stepper.people)
        stepper.step()
        count = count or int(world.sums[:, 0].sum())
        costs.append(median_cost("full model, whole week", count, n, lambda _, s=stepper: s.step(), weeks, nothing))
        scale = 1e9 / count
        pass_ = [statistics.median(values[-weeks:]) * scale for values in (timed.walls, timed.cpus)]
        costs.append(Cost("full model, people pass", count, n, *pass_))
        costs.append(bare(world, count, n, weeks))
        stepper.close()
    return costs


@numba.njit(nogil=True)
def _touch(column, first, last, flip):  # type: ignore[no-untyped-def]
    for i in range(first, last):
        column[i] ^= flip


def bare(world: Any, count: int, threads: int, weeks: int) -> Cost:
    """Read and write every byte of the person and household columns, and do nothing with it."""
    columns = [column for table in (world.persons, world.households) for column in table]
    longs = [column.view(np.uint8)[: column.nbytes // 8 * 8].view(np.uint64) for column in columns]
    zero = np.uint64(0)

    def step(_week: int) -> None:
        with ThreadPoolExecutor(threads) as pool:
            for column in longs:
                bounds = np.linspace(0, len(column), threads + 1).astype(int).tolist()
                for first, last in pairwise(bounds):
                    pool.submit(_touch, column, first, last, zero)

    return median_cost("bare read and write", count, threads, step, weeks, nothing)


def simplified(weeks: int, threads: list[int]) -> tuple[list[Cost], str]:
    """The six-field week in each version there is, checked against one another first; and a remark."""
    names = [n for n in simple_step.VERSIONS if n == "numba tiles" or importlib.util.find_spec(n.lower())]
    difference = simple_step.check(names)
    absent = sorted(set(simple_step.VERSIONS) - set(names))
    remark = f"simplified step: {', '.join(names)} agree to {difference:.1g}"
    remark += f"; not installed (extra 'bench'): {', '.join(absent)}" if absent else ""
    costs = []
    for name in names:
        for n in threads if name == "numba tiles" else [0]:
            costs.append(simple_cost(name, n, weeks))
    return costs, remark


def simple_cost(name: str, threads: int, weeks: int) -> Cost:
    """The six-field week in one version; drawing the random numbers is not counted. Threads 0: the library's own choice."""
    start = simple_step.people(SIMPLE_PEOPLE[name])
    count = len(start.money)
    version = simple_step.VERSIONS[name](start, threads) if threads else simple_step.VERSIONS[name](start)
    draws: list[Any] = [None, None]

    def draw(week: int) -> None:
        draws[:] = simple_step.draws(count, week)

    return median_cost(f"simplified, {name}", count, threads, lambda _: version.step(*draws), weeks, draw)


def table(costs: list[Cost]) -> str:
    """The costs as text, with the ratio to the bare read-and-write of the same people and threads."""
    floor = {(c.people, c.threads): c.wall for c in costs if c.what.startswith("bare")}
    body = []
    for c in costs:
        base = floor.get((c.people, c.threads))
        body.append(
            (
                c.what,
                f"{c.people:,}",
                str(c.threads) if c.threads else "own",
                f"{c.wall:.2f}",
                f"{c.cpu:.2f}",
                f"{c.cpu / c.wall:.2f}",
                f"{c.wall / base:.1f}" if base else "",
            )
        )
    return listing.rows(("ns a person-week", "people", "threads", "wall", "CPU", "CPU/wall", "to bare"), body)


def ratios(costs: list[Cost]) -> dict[str, float]:
    """How many times dearer the simplified week is elsewhere than here, and than the whole full model here."""
    best = {c.what: c.wall for c in sorted(costs, key=lambda c: -c.wall)}
    full = min(c.wall for c in costs if c.what == "full model, whole week")
    out = {}
    for what, wall in best.items():
        if what.startswith("simplified") and not what.endswith("numba tiles"):
            out[f"{what} / simplified, numba tiles"] = wall / best["simplified, numba tiles"]
            out[f"{what} / full model"] = wall / full
    return out


class Others:
    """How much of the machine other processes and its host took while we measured: read it before believing wall times."""

    def __init__(self) -> None:
        self.at, self.own = self._now(), time.process_time()

    def _now(self) -> list[float]:
        lines = Path("/proc/stat").read_text(encoding="utf-8").splitlines() if Path("/proc/stat").is_file() else [""]
        return [float(ticks) / 100.0 for ticks in lines[0].split()[1:]]

    def said(self) -> str:
        """Cores that others and the host took on average."""
        now, own = self._now(), time.process_time() - self.own
        if not now:
            return "unknown"
        user, nice, system, idle, wait, irq, soft, steal = (b - a for a, b in zip(self.at[:8], now[:8], strict=True))
        total = user + nice + system + idle + wait + irq + soft + steal
        cores = os.cpu_count() or 1
        busy = max(0.0, user + nice + system + irq + soft - own)
        return (
            f"other processes took {cores * busy / total:.2f} and the host {cores * steal / total:.2f} of {cores} cores"
        )


def machine() -> dict[str, str]:
    """What this ran on."""
    cpu = platform.processor()
    if Path("/proc/cpuinfo").is_file():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        cpu = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), cpu)
    return {"cpu": cpu, "python": platform.python_version(), "numpy": np.__version__, "numba": numba.__version__}


def main() -> None:
    """Measure, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(description="What a person-week costs.")
    parser.add_argument("--scenario", default="dp" + "rk/2017")
    parser.add_argument("--samples", nargs="+", default=["1/1000", "1/100", "1/10"])
    parser.add_argument("--whole", action="store_true", help="also all 25 million people")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--weeks", type=int, default=20)
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    others = Others()
    costs, remark = simplified(max(5, wanted.weeks // 2), wanted.threads)
    for sample in [*wanted.samples, *(["1"] if wanted.whole else [])]:
        costs += full_model(wanted.scenario, sample, wanted.threads, wanted.weeks)
        print(f"... {sample} done", file=sys.stderr, flush=True)
    largest = max((c for c in costs if c.what == "full model, whole week"), key=lambda c: (c.people, -c.wall))
    print(table(costs))
    print(f"\n{remark}")
    for what, ratio in ratios(costs).items():
        print(f"{what}: {ratio:.1f}")
    print(f"a decade of 25 million people at {largest.wall:.1f} ns: {largest.wall * 25e6 * 520 / 6e10:.1f} minutes")
    print(f"meanwhile {others.said()}")
    print(f"peak memory of this process: {engine.peak_memory_mb():.0f} MB; {machine()}")
    if wanted.json:
        content = {
            "machine": machine(),
            "costs": [asdict(c) for c in costs],
            "ratios": ratios(costs),
            "remark": remark,
            "others": others.said(),
        }
        wanted.json.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
