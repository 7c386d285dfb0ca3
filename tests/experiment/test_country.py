"""A branched run is to the bit the run alone; what fails is told, and costs the other runs nothing."""

from dataclasses import replace
from typing import Any

import pytest
from tests.experiment import small

import custodes as cu
from custodes.errors import BrokenLaw
from custodes.experiment import packing
from custodes.experiment.country import Runner, copied, run_country
from custodes.results.run import Run

SCENARIO = cu.load("toyland")
COUNTRY = small.design(3).countries[2]
LENGTH = small.design(1)
#: what a run alone keeps besides: of the machine, and for its own report
OWN = {"seconds", "peak_memory_mb", "timings", "court", "ladder", "rings", "facts", "standing_state"}


def branched(plans: tuple[small.Plan, ...], done: tuple[int, ...] = (), **changes: Any) -> dict[int, Any]:
    return dict(run_country(SCENARIO, replace(LENGTH, **changes), COUNTRY, plans, done))


def alone(plan: small.Plan) -> Run:
    return cu.run(
        SCENARIO,
        weeks=small.WEEKS,
        sample=1,
        seed=COUNTRY.seed,
        threads=2,
        settings=COUNTRY.settings(),
        policies=plan.policies,
    )


def files(run: Run, folder: Any) -> dict[str, bytes]:
    """The Parquet files of a run."""
    run.save(folder)
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix == ".parquet"}


def test_every_plan_is_to_the_bit_the_run_alone(tmp_path: Any) -> None:
    plans = (*small.PLANS, small.Plan("earlier", (small.EARLIER,), -8))
    found = branched(plans)
    assert sorted(found) == list(range(len(plans)))
    for number, plan in enumerate(plans):
        run, own = found[number].run, alone(plan)
        assert files(run, tmp_path / f"branched-{number}") == files(own, tmp_path / f"alone-{number}")
        assert {k: v for k, v in run.record.items() if k not in OWN} == {
            k: v for k, v in own.record.items() if k not in OWN
        }
        assert packing.to_parquet(run.table) == packing.to_parquet(own.table)
    series = [packing.to_parquet(found[n].run.table) for n in found]
    assert len(set(series)) == len(plans), "plans that do nothing would prove nothing"


def test_what_is_done_is_not_run_again_and_changes_nothing() -> None:
    whole, rest = branched(small.PLANS), branched(small.PLANS, done=(0, 2))
    assert sorted(rest) == [1, 3]
    for n in rest:
        assert packing.to_parquet(rest[n].run.table) == packing.to_parquet(whole[n].run.table)


def test_a_plan_that_would_act_after_the_end_is_the_baseline() -> None:
    found = branched((small.Plan("baseline", ()), small.Plan("late", (), 500)))
    assert packing.to_parquet(found[0].run.table) == packing.to_parquet(found[1].run.table)


def test_a_branch_shares_nothing_that_changes() -> None:
    runner = Runner(SCENARIO, LENGTH, COUNTRY, small.PLANS, {"targets": []})
    request = runner.request(small.PLANS[0])
    trunk = runner.trunk(request)
    runner.advance(trunk, request, 3)
    before = copied((trunk.world, trunk.log), trunk.world.places)
    fear = trunk.recorder.arrays["fear"].copy()
    branch = trunk.branch()
    assert branch.world.places is trunk.world.places
    runner.advance(branch, runner.request(small.PLANS[3]), small.WEEKS)
    assert trunk.world.week == 3
    assert branch.world.week == small.WEEKS
    assert [str(v) for v in _state(trunk.world)] == [str(v) for v in _state(before[0])]
    assert trunk.log.events == before[1].events
    assert repr(trunk.recorder.arrays["fear"]) == repr(fear)


def _state(world: Any) -> list[Any]:
    from custodes.world.cache import _arrays, array_digest

    digests = [array_digest(array) for _, array in _arrays(world)]
    return [*digests, world.memory, world.actors, world.register, world.national, world.books.won]


@pytest.mark.parametrize(
    ("problem", "cause", "passing"),
    [
        (BrokenLaw("week 5: won do not close"), "week 5: won do not close", False),
        (ZeroDivisionError("float division by zero"), "ZeroDivisionError: float division by zero", False),
        (ValueError("line one\nline two"), "ValueError: line one line two", False),
        (MemoryError(), "there was not enough memory", True),
    ],
)
def test_a_run_that_raises_is_told_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, problem: Exception, cause: str, passing: bool
) -> None:
    real = Runner.advance

    def advance(self: Runner, trunk: Any, request: Any, until: int) -> None:
        if "order" in request.scenario.policies and until == request.weeks:
            raise problem
        real(self, trunk, request, until)

    monkeypatch.setattr(Runner, "advance", advance)
    found = branched(small.PLANS)
    assert {n: r.run is None for n, r in found.items()} == {0: False, 1: True, 2: False, 3: True}
    assert (found[1].cause, found[1].passing) == (cause, passing)


def test_a_parameter_at_zero_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    country = small.Country(0, 5, {"fear.decay": 0.0})

    def advance(*_: Any) -> None:
        raise ZeroDivisionError("float division by zero")

    monkeypatch.setattr(Runner, "advance", advance)
    (_, result), *_rest = run_country(SCENARIO, LENGTH, country, small.PLANS)
    assert result.cause.startswith("with fear.decay at 0 something is divided by zero")


def test_what_ends_the_trunk_ends_every_plan_that_has_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Runner.advance

    def advance(self: Runner, trunk: Any, request: Any, until: int) -> None:
        if not request.scenario.policies and until > 4:
            raise BrokenLaw("week 5: people do not close")
        real(self, trunk, request, until)

    monkeypatch.setattr(Runner, "advance", advance)
    found = branched(small.PLANS)
    assert {n: r.cause for n, r in found.items() if r.run is None} == dict.fromkeys(
        (0, 1), "week 5: people do not close"
    )


def test_values_that_the_scenario_refuses_fail_every_plan() -> None:
    country = small.Country(0, 5, {"fear.decay": -3.0})
    found = dict(run_country(SCENARIO, LENGTH, country, small.PLANS))
    assert {r.run for r in found.values()} == {None}
    assert "fear.decay" in found[0].cause
    assert not found[0].passing


def test_the_cache_of_burnt_in_states_is_not_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    from custodes.world import cache

    def keep(*_: Any) -> bool:
        raise AssertionError("a country of a study was put into the cache")

    monkeypatch.setattr(cache, "keep", keep)
    assert branched(small.PLANS[:1], weeks=2)[0].run is not None


def test_a_country_of_a_real_design_is_the_run_of_its_settings_and_seed() -> None:
    from custodes.experiment.design import design
    from custodes.experiment.plans import plans
    from custodes.experiment.unknowns import unknowns

    made = design(SCENARIO, plans(SCENARIO, ["edict"]), unknowns(SCENARIO, "prior"), countries=3, weeks=6, k=1, seed=4)
    country = made.countries[2]
    found = dict(run_country(SCENARIO, made, country, made.plans))
    own = cu.run(SCENARIO, weeks=6, sample=1, seed=country.seed, settings=country.settings())
    assert len(country.settings()) > 100
    assert packing.to_parquet(found[0].run.table) == packing.to_parquet(own.table)  # type: ignore[union-attr]
