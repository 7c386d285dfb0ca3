"""What is uncertain: distributions, axes of parameters and their parts, what a user may say, posteriors."""

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from custodes.errors import BadInput
from custodes.experiment.design import sample
from custodes.experiment.distributions import quantile
from custodes.experiment.unknowns import RIVAL_THEORIES, Composition, Unknown, Unknowns, axes_of, unknowns
from custodes.scenario.load import Scenario, load
from custodes.scenario.parameters import bounds

COUNTRIES = 200


@pytest.fixture(scope="module")
def toyland() -> Scenario:
    return load("toyland")


def axis(known: Unknowns, name: str) -> Unknown:
    return next(a for a in known.axes if a.name == name)


# --- distributions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prior", "u", "value"),
    [
        ({"normal": {"mean": 2.0, "sd": 0.5}}, 0.975, 2.0 + 0.5 * 1.959963985),
        ({"lognormal": {"median": 3.0, "sigma": 0.4}}, 0.5, 3.0),
        ({"lognormal": {"median": 3.0, "sigma": 0.4}}, 0.025, 3.0 * math.exp(-0.4 * 1.959963985)),
        ({"uniform": {"low": -1.0, "high": 3.0}}, 0.25, 0.0),
        ({"beta": {"a": 2.0, "b": 1.0}}, 0.25, 0.5),  # the distribution function is x squared
        ({"triangular": {"low": 0.0, "mode": 1.0, "high": 4.0}}, 0.25, 1.0),  # a quarter lies below the mode
        ({"triangular": {"low": 0.0, "mode": 1.0, "high": 4.0}}, 0.75, 4.0 - math.sqrt(3.0)),
    ],
)
def test_distributions_are_inverted_exactly(prior: dict[str, Any], u: float, value: float) -> None:
    assert quantile(prior, np.array([u]))[0] == pytest.approx(value, rel=1e-8)


def test_values_never_leave_the_bounds_of_a_parameter() -> None:
    share = Unknown("a.b", "parameter", {"normal": {"mean": 0.5, "sd": 5.0}}, "s", "D", low=0.0, high=1.0)
    values = share.value(np.linspace(0.001, 0.999, 99))
    assert min(values) == 0.0
    assert max(values) == 1.0
    assert 0.0 < float(values[49]) < 1.0


def test_choices_have_equal_weights_unless_given(toyland: Scenario) -> None:
    u = (np.arange(1000) + 0.5) / 1000
    four = axis(unknowns(toyland, "prior"), "purge.theory")
    assert Counter(four.value(u)) == dict.fromkeys(("mixed", "scapegoat", "rivalry", "weak_target"), 250)
    two = axis(unknowns(toyland, "purge.theory=choice(rivalry:3,scapegoat)"), "purge.theory")
    assert Counter(two.value(u)) == {"rivalry": 750, "scapegoat": 250}


# --- axes of the shipped parameters -----------------------------------------------------------------------------------


def test_the_prior_has_every_doubt_and_the_rival_theories(toyland: Scenario) -> None:
    known = unknowns(toyland)
    assert [a.name for a in known.axes if a.kind == "mechanism"] == list(RIVAL_THEORIES)
    assert "leader.mode" not in {a.name for a in known.axes}
    doubtful = {p.name for p in toyland.parameters if p.prior != {"fixed": True}} | {*RIVAL_THEORIES}
    parts = {p.name for p in toyland.parameters if any(a.name.startswith(f"{p.name}.") for a in known.axes)}
    assert {a.name for a in known.axes if a.name in toyland.parameters} | parts == doubtful


def test_parts_with_one_prior_keep_their_ratios(toyland: Scenario) -> None:
    pay = axis(unknowns(toyland), "rings.pay")
    usual = toyland.parameters["rings.pay"].value
    given = list(pay.settings(2.0 * usual[0]).values())
    assert given == pytest.approx([2.0 * v for v in usual])


def test_each_part_stops_at_its_own_bound(toyland: Scenario) -> None:
    density = axis(unknowns(toyland), "reports.density")  # the border's sources stand at their most already
    high = bounds(toyland.parameters["reports.density"])[1]
    given = density.settings(0.6)
    assert given["reports.density.border"] == high == 1.0
    assert given["reports.density.capital"] == 0.6


def test_parts_with_priors_of_their_own_are_axes_of_their_own(toyland: Scenario) -> None:
    names = {a.name for a in unknowns(toyland).axes}
    assert {f"rings.search.{part}" for part in ("resident", "trader", "cadre", "officer")} <= names
    assert "extortion.type_share.rough" in names
    assert "extortion.type_share.area" not in names


def test_shares_of_a_whole_always_add_up_to_one(toyland: Scenario) -> None:
    known = unknowns(toyland)
    for rough in (0.01, 0.2, 0.7, 1.0):
        given = known.settings({"extortion.type_share.rough": rough})
        parts = [float(given[f"extortion.type_share.{part}"]) for part in ("area", "office", "rough")]
        assert sum(parts) == pytest.approx(1.0)
        assert parts[2] == rough
        assert parts[0] * 3 == pytest.approx(parts[1] * 5)  # the others share the rest as they did
    both = Composition("x", (("x.a", 0.5), ("x.b", 0.5)))
    assert both.whole({"x.a": 0.9, "x.b": 0.3}) == pytest.approx({"x.a": 0.75, "x.b": 0.25})


def test_a_country_of_another_size_has_priors_of_its_size(toyland: Scenario) -> None:
    reserve = axis(unknowns(toyland), "initial.reserve")
    middle = float(reserve.value(np.array([0.5]))[0])
    assert middle == pytest.approx(float(toyland.parameters["initial.reserve"].value))


def test_a_countrys_own_value_moves_the_shipped_prior(toyland: Scenario) -> None:
    decay = toyland.parameters["fear.decay"]
    assert decay.origin == "scenario"
    middle = float(axis(unknowns(toyland), "fear.decay").value(np.array([0.5]))[0])
    assert middle == pytest.approx(float(decay.value))


def test_what_was_set_by_hand_is_known_unless_it_is_named(toyland: Scenario) -> None:
    settled = toyland.with_settings(["fear.decay=0.1"])
    assert "fear.decay" not in {a.name for a in unknowns(settled).axes}
    assert [a.name for a in unknowns(settled, "fear.decay=uniform(0.05,0.2)").axes] == ["fear.decay"]


@pytest.mark.parametrize("name", ["dprk/2017", "dprk/2012", "toyland"])
def test_every_country_of_the_prior_can_be_loaded(name: str) -> None:
    scenario = load(name)
    known = unknowns(scenario)
    for values in known.points(sample("latin", COUNTRIES, known.dimensions, 1)):
        changed = scenario.parameters.with_values(known.settings(values))
        for switch in RIVAL_THEORIES:
            assert changed[switch].chosen == values[switch]


def test_what_is_set_is_what_the_scenario_then_has(toyland: Scenario) -> None:
    known = unknowns(toyland)
    (values,) = known.points(sample("latin", 1, known.dimensions, 7))
    given = known.settings(values)
    settled = toyland.with_settings([f"{n}={v if isinstance(v, str) else repr(v)}" for n, v in given.items()])
    for name, value in given.items():
        if name not in RIVAL_THEORIES:
            assert settled.parameters.value(name) == value, name


# --- what a user may say ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        ("none", []),
        ("prior:fear", ["fear.decay", "fear.threat", "fear.arrest", "fear.surveillance"]),
        ("prior:fear.*", ["fear.decay", "fear.threat", "fear.arrest", "fear.surveillance"]),
        ("prior:*.decay", ["fear.decay"]),
        ("prior:fear,none", []),
        ("prior:fear,fear.threat=fixed(0.1)", ["fear.decay", "fear.arrest", "fear.surveillance"]),
        ("fear.threat=fixed(0.1), prior:fear.threat", ["fear.threat"]),
        ("rings.search=uniform(0.1,0.2),rings.search.cadre=beta(1,9)", ["rings.search.cadre"]),
        ("prior:rings.search,rings.search=uniform(0.1,0.2)", ["rings.search"]),
    ],
)
def test_later_words_override_earlier_ones(toyland: Scenario, spec: str, names: list[str]) -> None:
    assert [a.name for a in unknowns(toyland, spec).axes] == names


def test_a_sequence_says_the_same_as_its_words(toyland: Scenario) -> None:
    assert unknowns(toyland, ["prior:fear", "fear.decay=uniform(0.02,0.2)"]) == unknowns(
        toyland, "prior:fear,fear.decay=uniform(0.02,0.2)"
    )


def test_what_is_fixed_is_a_constant_of_every_country(toyland: Scenario) -> None:
    known = unknowns(toyland, "none,fear.decay=fixed(0.3),purge.theory=choice(rivalry),rings.pay=fixed(30)")
    assert known.axes == ()
    given = known.settings({})
    assert given["fear.decay"] == 0.3
    assert given["purge.theory"] == "rivalry"
    assert given["rings.pay.resident"] == 30.0
    assert given["rings.pay.officer"] == pytest.approx(200.0)


def test_a_users_distribution_is_his_own(toyland: Scenario) -> None:
    (own,) = unknowns(toyland, "fear.decay=triangular(0.02,0.05,0.2)").axes
    assert own.prior == {"triangular": {"low": 0.02, "mode": 0.05, "high": 0.2}}
    assert (own.source, own.grade) == ("the user", "D")
    assert float(own.value(np.array([0.999999]))[0]) == pytest.approx(0.2, abs=0.001)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("", "says nothing"),
        ("priors", "Did you mean 'prior'"),
        ("prior:feer", "Did you mean 'fear'"),
        ("fear.decy=uniform(0,1)", "Did you mean 'fear.decay'"),
        ("fear.decay=0.3", "is not NAME=DIST"),
        ("fear.decay=uniform(0.1,0.2", "is not NAME=DIST"),
        ("fear.decay=unifrom(0.1,0.2)", "Did you mean 'uniform'"),
        ("fear.decay=cauchy(0,1)", "is not a distribution"),
        ("fear.decay=uniform(0.1)", "wants low, high"),
        ("fear.decay=uniform(0.2,0.1)", "'low' must be below 'high'"),
        ("fear.decay=uniform(0.1,7)", "outside 0 to 1"),
        ("fear.decay=uniform(0.1,x)", "'x' of 'fear.decay' is not a number"),
        ("fear.decay=normal(0.1,nan)", "not a finite number"),
        ("fear.decay=normal(0.1,-1)", "'sd': input should be greater than 0"),
        ("fear.decay=fixed(2)", "outside 0 to 1"),
        ("purge.theory=uniform(0,1)", "is a switch"),
        ("purge.theory=choice(rivals)", "Did you mean 'rivalry'"),
        ("purge.theory=choice(rivalry,rivalry)", "stands twice"),
        ("purge.theory=choice(rivalry:0,mixed)", "must be above 0"),
        ("nowhere.json", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(toyland: Scenario, spec: str, said: str) -> None:
    with pytest.raises(BadInput) as problem:
        unknowns(toyland, spec)
    assert said in str(problem.value)
    assert "\n" not in str(problem.value)


def test_unknowns_survive_as_plain_values(toyland: Scenario) -> None:
    known = unknowns(toyland, "prior,fear.decay=fixed(0.3),purge.theory=choice(mixed,rivalry:2)")
    plain = json.loads(json.dumps([known.to_json(), dict(known.constants)], allow_nan=False))
    assert Unknowns.from_json(*plain) == known


def test_parts_without_a_ratio_must_be_named_one_by_one(toyland: Scenario) -> None:
    from dataclasses import replace

    p = replace(toyland.parameters["rings.pay"], value=(0.0, 1.0, 2.0, 3.0))
    with pytest.raises(BadInput, match="name its parts one by one"):
        axes_of(p)


# --- posteriors -------------------------------------------------------------------------------------------------------

GOOD: dict[str, Any] = {
    "format": "custodes-posterior-1",
    "scenario": "toyland",
    "parameters": ["fear.decay", "purge.theory", "rings.search.cadre"],
    "draws": [[0.01, "rivalry", 0.1], [0.02, "mixed", 0.2], [0.03, "scapegoat", 0.3]],
    "weights": [1, 2, 1],
    "source": "a test",
}


def written(folder: Path, content: Any) -> str:
    path = folder / "learnt.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def test_rows_of_a_posterior_are_kept_whole_and_drawn_by_weight(toyland: Scenario, tmp_path: Path) -> None:
    known = unknowns(toyland, written(tmp_path, GOOD))
    assert known.axes == ()
    assert known.dimensions == 1
    rows = known.points(sample("latin", 64, 1, 3))
    assert all(list(r.values()) in GOOD["draws"] for r in rows)
    assert Counter(r["purge.theory"] for r in rows) == {"rivalry": 16, "mixed": 32, "scapegoat": 16}
    assert known.settings(rows[0]) == rows[0]


def test_a_posterior_stands_over_the_prior_and_beside_it(toyland: Scenario, tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    for spec in (f"prior,{path}", f"{path},prior"):
        known = unknowns(toyland, spec)
        names = {a.name for a in known.axes}
        assert not names & set(GOOD["parameters"])
        assert {"fear.threat", "rings.search.officer"} <= names
        assert {r["name"] for r in known.described()} == names | set(GOOD["parameters"])
    with pytest.raises(BadInput, match="hang together"):
        unknowns(toyland, f"{path},fear.decay=fixed(0.1)")


def test_a_posterior_of_another_country_says_so(toyland: Scenario, tmp_path: Path) -> None:
    own = unknowns(toyland, written(tmp_path, GOOD)).posterior
    foreign = unknowns(toyland, written(tmp_path, GOOD | {"scenario": "elsewhere"})).posterior
    assert own is not None
    assert foreign is not None
    assert (own.source, foreign.source) == ("a test", "a test, learnt of elsewhere")


def test_a_posterior_read_back_is_known_by_its_digest(toyland: Scenario, tmp_path: Path) -> None:
    known = unknowns(toyland, written(tmp_path, GOOD)).posterior
    other = unknowns(toyland, written(tmp_path, GOOD | {"weights": [1, 1, 1]})).posterior
    assert known is not None
    assert other is not None
    assert known.digest != other.digest
    assert type(known).from_json(known.to_json()).to_json() == known.to_json()  # type: ignore[union-attr]
    assert known.kinds == ("parameter", "mechanism", "parameter")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ([1], "is not a posterior"),
        (GOOD | {"format": "custodes-posterior-9"}, "its 'format' must be"),
        (GOOD | {"wieghts": [1]}, "'wieghts' is no part"),
        (GOOD | {"parameters": []}, "give the names"),
        (GOOD | {"parameters": ["fear.decay", "fear.decay", "purge.theory"]}, "named twice"),
        (GOOD | {"parameters": ["fear.decy", "purge.theory", "rings.search.cadre"]}, "Did you mean 'fear.decay'"),
        (GOOD | {"parameters": ["rings.search", "purge.theory", "fear.decay"]}, "a column for each"),
        (GOOD | {"draws": []}, "give rows of 3"),
        (GOOD | {"draws": [[0.1, "mixed"]]}, "give rows of 3"),
        (GOOD | {"draws": [[0.1, "mixed", 0.1], [9.0, "mixed", 0.1]], "weights": None}, "row 2 of draws"),
        (GOOD | {"draws": [[0.1, "mxed", 0.1]], "weights": None}, "row 1 of draws"),
        (GOOD | {"weights": [1, 2]}, "give 3 numbers"),
        (GOOD | {"weights": [1, -1, 1]}, "give 3 numbers"),
        (GOOD | {"weights": [0, 0, 0]}, "not all 0"),
        (GOOD | {"weights": [1, True, 1]}, "give 3 numbers"),
    ],
)
def test_a_posterior_that_cannot_be_used_is_said_in_one_sentence(
    toyland: Scenario, tmp_path: Path, content: Any, said: str
) -> None:
    with pytest.raises(BadInput) as problem:
        unknowns(toyland, written(tmp_path, content))
    assert said in str(problem.value)
    assert "\n" not in str(problem.value)
