"""What parted two runs: settings, the first thing that differed, what followed, and that equal runs are found equal."""

from pathlib import Path

import pytest
from tests.cli.command import custodes

import custodes as cu
from custodes.observe.parting import parting
from custodes.scenario.skeleton import new


@pytest.fixture(scope="module")
def runs() -> tuple[cu.Run, cu.Run]:
    plain = cu.run("toyland", weeks=60, sample="1/20")
    ordered = cu.run("toyland", weeks=60, sample="1/20", policies=["rights-order"])
    return plain, ordered


def test_two_runs_of_one_seed_part_at_the_order_that_only_one_had(runs: tuple[cu.Run, cu.Run]) -> None:
    found = parting(*runs)
    order = [e for e in runs[1].log if e.kind == "order" and e.origin.startswith("policy")]
    assert found.week == order[0].week
    assert not found.only_first
    assert [e.id for e in found.only_second][: len(order)] == [e.id for e in order]
    assert found.settings == ("policies: none against rights-order",)
    drift = {d.name: d for d in found.drifts}["threat_share"]
    assert drift.first_week > found.week
    assert drift.second_value < drift.first_value
    assert all(set(e.causes) for e in found.followed_second)


def test_what_followed_is_reached_by_the_chain_of_causes(runs: tuple[cu.Run, cu.Run]) -> None:
    found = parting(*runs)
    behind = {e.id for e in found.only_second}
    for event in runs[1].log:
        if any(c in behind for c in event.causes):
            behind.add(event.id)
    assert {e.id for e in found.followed_second} <= behind


def test_the_same_run_twice_is_the_same(runs: tuple[cu.Run, cu.Run]) -> None:
    again = parting(runs[0], runs[0])
    assert again.week is None
    assert not again.drifts
    assert not again.counts
    assert "The two runs are the same" in str(again)


def test_other_seeds_are_not_explained_by_one_thing(runs: tuple[cu.Run, cu.Run]) -> None:
    other = cu.run("toyland", weeks=60, sample="1/20", seed=2)
    text = str(parting(runs[0], other))
    assert "no single thing parted them" in text
    assert "seed: 1 against 2" in text


def test_the_command_compares_two_folders(runs: tuple[cu.Run, cu.Run], tmp_path: Path) -> None:
    for name, run in zip("ab", runs, strict=True):
        run.save(tmp_path / name)
    done = custodes("why", "a", "b", cwd=tmp_path)
    assert done.code == 0
    assert "They part in week 52" in done.out
    assert "Only in B" in done.out
    assert done.out.rstrip().endswith("several pairs must say.")


def test_parameters_that_differ_are_named_first_however_they_were_set(tmp_path: Path) -> None:
    """By a flag, by `with_settings`, by a file of the scenario: the record's settings know only of the first."""
    new("mine", tmp_path / "mine")
    with (tmp_path / "mine" / "parameters.yaml").open("a") as file:
        file.write("\ncoups.start_rank: {value: {chief: 1, deputy: 0.5, director: 0.15}, source: invented, grade: D}\n")
    plain = cu.load("toyland")
    python = plain.with_settings(["fear.decay=0.3", "purge.theory=rivalry"])
    one, other = (cu.run(s, weeks=3, sample="1/20", seed=seed) for s, seed in ((plain, 1), (python, 2)))
    said = parting(one, other).settings
    assert set(said[:2]) == {
        "the parameter fear.decay 0.05 against 0.3",
        "the parameter purge.theory mixed against rivalry",
    }
    assert said[2] == "the seed: 1 against 2"
    filed = parting(one, cu.run(cu.load(tmp_path / "mine"), weeks=3, sample="1/20")).settings
    assert filed[0] == "the parameter coups.start_rank.deputy 1.0 against 0.5"
    flagged = parting(one, cu.run("toyland", weeks=3, sample="1/20", settings=["fear.decay=0.3"])).settings
    assert flagged == ("the parameter fear.decay 0.05 against 0.3",)


def test_a_lever_that_was_set_in_python_is_named() -> None:
    plain = cu.load("toyland")
    one, other = (cu.run(s, weeks=3, sample="1/20") for s in (plain, plain.with_settings(["levy_extra=0.01"])))
    assert parting(one, other).settings == ("the timeline: levy_extra 0.01 from week 0 only in B",)
