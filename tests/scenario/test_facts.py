"""Facts beside a scenario: read as plain values, refused in one sentence."""

from pathlib import Path

import pytest
from tests.scenario.country import copy

from custodes.errors import BadScenario
from custodes.scenario.facts import facts_of
from custodes.scenario.load import load
from custodes.scenario.skeleton import problems


def test_the_real_country_has_a_map_targets_and_a_base_rate() -> None:
    scenario = load("dprk/2017")
    facts = facts_of(scenario)
    drawn = {feature["properties"]["province"] for feature in facts["map"]["features"]}
    assert drawn == set(scenario.provinces)
    assert len(facts["places"]) == 178
    assert all(row["low"] <= row["value"] <= row["high"] for row in facts["targets"])
    assert facts["base_rate"]["grade"] == "A"
    assert len((scenario.folder / "map.geojson").read_bytes()) < 40_000


def test_a_country_without_facts_has_none(tmp_path: Path) -> None:
    facts = facts_of(load(copy(tmp_path)))
    assert (facts["base_rate"], facts["limits"], facts["targets"], facts["map"]) == (None, [], [], None)


@pytest.mark.parametrize(
    "content", ["targets: [{id: C01}]", "limit: [x]", "- 1", "limits: &a [x]", "base_rate: {text: x}", "limits: ['']"]
)
def test_wrong_facts_are_refused_and_found_by_check(content: str, tmp_path: Path) -> None:
    file = copy(tmp_path)
    (file.parent / "facts.yaml").write_text(content, "utf-8")
    with pytest.raises(BadScenario, match=r"mine/facts\.yaml, line 1"):
        facts_of(load(file))
    assert problems(file)[0].file == "mine/facts.yaml"


@pytest.mark.parametrize(
    "content", ["", "[]", "{", "[" * 100_000, '{"type": "Feature"}', '{"type": "FeatureCollection", "features": 3}']
)
def test_a_wrong_map_is_refused(content: str, tmp_path: Path) -> None:
    file = copy(tmp_path)
    (file.parent / "map.geojson").write_text(content, "utf-8")
    with pytest.raises(BadScenario, match=r"mine/map\.geojson"):
        facts_of(load(file))
