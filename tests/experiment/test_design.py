"""Designs: which countries, whatever their number; luck that nobody shares; what is kept apart and comes back as it was."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import custodes as cu
from custodes import draws
from custodes.errors import BadInput
from custodes.experiment.country import run_country
from custodes.experiment.design import BLOCK, SAMPLERS, Design, design, luck_seed, of_points, sample
from custodes.experiment.packing import to_parquet
from custodes.experiment.plans import Plan, plans
from custodes.experiment.unknowns import Unknowns, unknowns
from custodes.scenario.load import Scenario, load

AXES = "prior:fear,purge.theory=choice(mixed,rivalry)"


@pytest.fixture(scope="module")
def toyland() -> Scenario:
    return load("toyland")


@pytest.fixture(scope="module")
def known(toyland: Scenario) -> Unknowns:
    return unknowns(toyland, AXES)


@pytest.fixture(scope="module")
def compared(toyland: Scenario) -> tuple[Plan, ...]:
    return plans(toyland, [], ["aid", "edict"])


def made(toyland: Scenario, known: Unknowns, compared: Sequence[Plan] = (), countries: int = 10, **rest: Any) -> Design:
    return design(toyland, compared, known, countries=countries, weeks=8, k=1, **rest)


# --- points -----------------------------------------------------------------------------------------------------------


def test_every_block_of_a_latin_hypercube_is_a_whole_one() -> None:
    u = sample("latin", 3 * BLOCK, 7, 5)
    for block in range(3):
        strata = np.sort(np.floor(u[block * BLOCK : (block + 1) * BLOCK] * BLOCK), axis=0)
        assert np.array_equal(strata, np.repeat(np.arange(BLOCK)[:, None], 7, axis=1))


def test_sobols_points_fill_every_axis_evenly() -> None:
    u = sample("sobol", 128, 7, 5)
    for points in (16, 64, 128):
        strata = np.sort(np.floor(u[:points] * points), axis=0)
        assert np.array_equal(strata, np.repeat(np.arange(points)[:, None], 7, axis=1))


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_points_are_the_same_whatever_their_number(sampler: str) -> None:
    whole = sample(sampler, 300, 40, 9)
    for points in (1, 2, 63, 64, 65, 200):
        assert np.array_equal(sample(sampler, points, 40, 9), whole[:points])


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_other_seeds_give_other_points_and_none_lies_on_an_edge(sampler: str) -> None:
    a, b = sample(sampler, 200, 40, 1), sample(sampler, 200, 40, 2)
    assert not np.intersect1d(a, b).size
    assert min(a.min(), b.min()) > 0.0
    assert max(a.max(), b.max()) < 1.0
    assert abs(float(np.corrcoef(a.ravel(), b.ravel())[0, 1])) < 4.0 / np.sqrt(a.size)


def test_axes_of_a_hypercube_are_not_correlated() -> None:
    r = np.corrcoef(sample("latin", 10 * BLOCK, 40, 3), rowvar=False)[np.triu_indices(40, 1)]
    assert np.abs(r).max() < 5.0 / np.sqrt(10 * BLOCK)
    assert abs(float(r.mean())) < 0.01


def test_no_axes_make_points_without_values(toyland: Scenario) -> None:
    d = made(toyland, unknowns(toyland, "none"))
    assert sample("latin", 5, 0, 1).shape == (5, 0)
    assert [c.settings() for c in d.countries] == [()] * 10
    assert len({c.seed for c in d.countries}) == 10


# --- countries --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("lucks", [1, 2, 3])
def test_a_country_is_the_same_whatever_their_number(
    toyland: Scenario, known: Unknowns, sampler: str, lucks: int
) -> None:
    many = made(toyland, known, countries=300, sampler=sampler, lucks=lucks).countries
    for countries in (1, 7, 130):
        assert made(toyland, known, countries=countries, sampler=sampler, lucks=lucks).countries == many[:countries]


def test_each_point_is_met_with_two_lucks_and_the_last_of_an_odd_number_with_one(
    toyland: Scenario, known: Unknowns
) -> None:
    d = made(toyland, known, countries=7)
    assert [(c.index, c.point, c.luck) for c in d.countries] == [(i, i // 2, i % 2) for i in range(7)]
    assert d.points == 4
    for one, other in zip(d.countries[0::2], d.countries[1::2], strict=False):
        assert one.values == other.values
        assert one.seed != other.seed
    assert len({tuple(c.values.values()) for c in d.countries}) == 4


def test_a_design_holds_its_plans_and_every_unknown(
    toyland: Scenario, known: Unknowns, compared: tuple[Plan, ...]
) -> None:
    d = made(toyland, known, compared, factors=("aid", "edict"))
    assert [p.name for p in d.plans] == ["baseline", "aid", "edict", "aid+edict"]
    assert all(list(c.values) == [a.name for a in known.axes] for c in d.countries)
    assert {c.values["purge.theory"] for c in d.countries} == {"mixed", "rivalry"}


def test_points_that_are_compared_may_share_their_luck(toyland: Scenario, known: Unknowns) -> None:
    values = known.points(sample("latin", 3, known.dimensions, 1))
    d = of_points(toyland, (), known, values, weeks=8, k=1, lucks=2, common_luck=True)
    assert [c.seed for c in d.countries] == [luck_seed(1, 0), luck_seed(1, 1)] * 3
    apart = of_points(toyland, (), known, values, weeks=8, k=1, lucks=2)
    assert len({c.seed for c in apart.countries}) == 6


def test_the_settings_of_a_country_make_the_very_same_run(toyland: Scenario, compared: tuple[Plan, ...]) -> None:
    d = design(toyland, compared[:1], unknowns(toyland), countries=1, weeks=2, k=1, seed=4)
    (country,) = d.countries
    (_, found) = next(run_country(toyland, d, country, d.plans))
    assert found.run is not None
    alone = cu.run("toyland", weeks=2, sample=1, seed=country.seed, settings=country.settings())
    assert to_parquet(found.run.table) == to_parquet(alone.table)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"countries": 0}, "--runs must lie between 1 and 100,000, and 0 does not"),
        ({"countries": 100_001}, "--runs must lie"),
        ({"lucks": 0}, "--lucks must lie"),
        ({"sampler": "sobl"}, "Did you mean 'sobol'"),
        ({"sampler": "given"}, "Choose one of latin, sobol"),
    ],
)
def test_wrong_designs_are_said_in_one_sentence(
    toyland: Scenario, known: Unknowns, wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadInput) as problem:
        made(toyland, known, **wrong)
    assert said in str(problem.value)
    assert "\n" not in str(problem.value)


# --- luck -------------------------------------------------------------------------------------------------------------

MANY = 20_000


def seeds(study: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
    return np.array([luck_seed(study, i) for i in range(MANY)], np.uint64)


def test_no_two_countries_of_any_study_have_the_same_luck() -> None:
    found = np.concatenate([seeds(study) for study in (0, 1, 2, 2**63)])
    assert np.unique(found).size == found.size
    assert np.unique(found & np.uint64(0xFFFFFFFF)).size > found.size - 5  # lower words: 0.75 pairs are expected


def test_the_bits_of_seeds_are_fair_and_independent() -> None:
    bits = (seeds(1)[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
    scores = (bits.mean(axis=0) - 0.5) * 2.0 * np.sqrt(MANY)
    assert np.abs(scores).max() < 4.5
    between = np.corrcoef(bits.astype(np.float64), rowvar=False)[np.triu_indices(64, 1)] * np.sqrt(MANY)
    assert np.abs(between).max() < 5.0
    assert between.std() == pytest.approx(1.0, abs=0.1)
    flipped = np.bitwise_count(seeds(1)[:-1] ^ seeds(1)[1:])  # neighbours differ in half of their bits
    assert float(flipped.mean()) == pytest.approx(32.0, abs=0.2)


@pytest.mark.parametrize("name", ["harvest", "spark", "coup"])
def test_the_luck_of_countries_is_not_correlated(name: str) -> None:
    people = np.arange(2000)
    luck = np.array([draws.uniform(luck_seed(1, i), name, 5, people) for i in range(60)])
    other = np.array([draws.uniform(luck_seed(2, i), name, 5, people) for i in range(60)])
    r = np.corrcoef(np.concatenate([luck, other]))[np.triu_indices(120, 1)] * np.sqrt(people.size)
    assert np.abs(r).max() < 5.0
    assert r.std() == pytest.approx(1.0, abs=0.05)
    assert abs(float(r.mean())) < 4.0 / np.sqrt(r.size)


def test_luck_does_not_follow_the_unknowns(toyland: Scenario, known: Unknowns) -> None:
    d = made(toyland, known, countries=2000, lucks=1)
    decay = np.array([c.values["fear.decay"] for c in d.countries], np.float64)
    luck = np.array([draws.uniform(c.seed, "harvest", 0, 0) for c in d.countries])
    assert abs(float(np.corrcoef(decay, luck)[0, 1])) < 4.0 / np.sqrt(2000)


# --- identity and plain values ----------------------------------------------------------------------------------------


def test_a_design_comes_back_as_it_was(toyland: Scenario, compared: tuple[Plan, ...]) -> None:
    known = unknowns(toyland, f"{AXES},rings.pay=fixed(50),prior:extortion.type_share")
    d = made(toyland, known, compared, factors=("aid", "edict"))
    back = Design.from_json(json.loads(json.dumps(d.to_json(), allow_nan=False)))
    assert back == d
    assert back.identity() == d.identity()


def test_a_design_with_a_posterior_keeps_its_identity(toyland: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "learnt.json"
    rows = {"parameters": ["fear.decay", "fear.threat"], "draws": [[0.01, 0.02], [0.03, 0.04]]}
    path.write_text(json.dumps({"format": "custodes-posterior-1", "scenario": "toyland", **rows}))
    d = made(toyland, unknowns(toyland, f"prior:purge,{path}"), countries=6)
    back = Design.from_json(json.loads(json.dumps(d.to_json())))
    assert back.countries == d.countries
    assert back.identity() == d.identity()
    assert [r["name"] for r in back.unknowns.described()] == [r["name"] for r in d.unknowns.described()]


def test_what_is_uncertain_what_is_chosen_what_is_asked_and_what_is_constant_are_apart(
    toyland: Scenario, compared: tuple[Plan, ...]
) -> None:
    told = made(toyland, unknowns(toyland, f"{AXES},rings.fee=fixed(9)"), compared).to_json()
    assert "rings.fee" not in told["uncertain"]["names"]
    assert told["constants"]["fixed"] == {"rings.fee": 9.0}
    assert told["constants"]["weeks"] == 8
    assert [p["name"] for p in told["levers"]] == ["baseline", "aid", "edict", "aid+edict"]
    assert "breakdown" in told["outcomes"]
    assert not set(told["outcomes"]) & set(told["uncertain"]["names"])


def test_a_study_may_grow_but_nothing_else_may_change(
    toyland: Scenario, known: Unknowns, compared: tuple[Plan, ...]
) -> None:
    d = made(toyland, known, compared)
    assert made(toyland, known, compared, countries=99).identity() == d.identity()
    others = [
        made(toyland, known, compared, seed=2),
        made(toyland, known, compared, lucks=1),
        made(toyland, known, compared, sampler="sobol"),
        made(toyland, known, compared[:2]),
        made(toyland, unknowns(toyland, "prior:fear"), compared),
        made(toyland.with_settings(["rings.fee=9"]), known, compared),
        made(toyland, unknowns(toyland, f"{AXES},rings.fee=fixed(9)"), compared),
        replace(d, weeks=9),
        replace(d, k=2),
    ]
    assert all(o.identity() != d.identity() for o in others)


def test_a_thousand_countries_are_read_back_quickly(toyland: Scenario) -> None:
    import time

    d = made(toyland, unknowns(toyland), countries=1000)
    text = json.dumps(d.to_json())
    begun = time.process_time()
    Design.from_json(json.loads(text))
    assert time.process_time() - begun < 0.5
    assert len(text) < 8e6
