"""Impossible flags are refused in one sentence that names the flag, before anything is written."""

from pathlib import Path

import pytest

from custodes import flags
from custodes.errors import BadInput
from tests.cli.command import custodes, inside, refused

IMPOSSIBLE = [
    (["--years", "0"], "--years"),
    (["--years", "-1"], "--years"),
    (["--years", "nan"], "--years"),
    (["--years", "inf"], "--years"),
    (["--years", "1e9"], "--years"),
    (["--years", "five"], "--years"),
    (["--years", ""], "--years"),
    (["--weeks", "0"], "--weeks"),
    (["--weeks", "1.5"], "--weeks"),
    (["--weeks", "9" * 5000], "--weeks"),
    (["--years", "1", "--weeks", "3"], "not both"),
    (["--sample", "0"], "--sample"),
    (["--sample", "2"], "--sample"),
    (["--sample", "-1/100"], "--sample"),
    (["--sample", "1/0"], "--sample"),
    (["--sample", "abc"], "--sample"),
    (["--sample", "0.3"], "--sample"),
    (["--sample", "1e-300"], "--sample"),
    (["--seed", "-1"], "--seed"),
    (["--seed", str(2**64)], "--seed"),
    (["--seed", "one"], "--seed"),
    (["--threads", "0"], "--threads"),
    (["--threads", "-1"], "--threads"),
    (["--threads", "10000"], "--threads"),
    (["--set", "fear.decay"], "--set"),
    (["--set", "=3"], "--set"),
    (["--set", "x" * 100_000 + "=1"], "--set"),
    (["--set", "fear.no_such=1"], "no_such"),
    (["--set", "fear.decay=much"], "fear.decay"),
    (["--set", "fear.decay=nan"], "fear.decay"),
    (["--policy", "no-such-policy"], "no-such-policy"),
    (["--yeers", "3"], "--yeers"),
    (["surplus"], "surplus"),
    (["--out", "a" * 5000], "too long"),
]


@pytest.mark.parametrize(
    ("more", "named"), IMPOSSIBLE, ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else ""
)
def test_an_impossible_flag_is_refused_by_name(
    more: list[str], named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "out"
    arguments = more if "--out" in more else [*more, "--out", out]
    said = refused(inside("run", "toyland", *arguments), out=out)
    assert named in said
    assert len(said) < 1000
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("more", [["--years", "1e9"], ["--threads", "10000"], ["--set", "fear.decay=nan"]])
def test_a_fresh_process_refuses_in_time(more: list[str], tmp_path: Path) -> None:
    refused(custodes("run", "toyland", *more, cwd=tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["run"], "SCENARIO"),
        (["run", "toylnd"], "Did you mean 'toyland'?"),
        (["run", "no/such/scenario.yaml"], "no/such/scenario.yaml"),
        (["run", "\x1b[2J\n" + "x" * 10_000], "custodes: "),
        (["frobnicate"], "frobnicate"),
        (["report", "nowhere"], "nowhere"),
        (["report", "."], "."),
        (["why", "nowhere", "incident-1"], "nowhere"),
        (["check", "nowhere.yaml"], "nowhere.yaml"),
        (["parameters", "atlantis"], "atlantis"),
        (["new", "/dev/null/mine"], "/dev/null"),
        (["new", ""], "custodes: "),
        (["new", "."], "custodes: "),
        (["schema", "poem"], "poem"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, list) else "",
)
def test_wrong_use_of_any_command_is_one_sentence(
    arguments: list[str], named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = refused(inside(*arguments))
    assert named in said
    assert "\x1b" not in said
    assert list(tmp_path.iterdir()) == []


def test_no_arguments_show_the_help_and_count_as_wrong_use(tmp_path: Path) -> None:
    done = custodes(cwd=tmp_path)
    assert done.code == 2
    assert "Usage: custodes" in done.out
    assert done.err == ""


@pytest.mark.parametrize(
    ("text", "kept"),
    [("1/100", "1/100"), ("0.01", "1/100"), ("1", "1"), ("1.0", "1"), ("1/107", "1/107"), ("0.3333333", "1/3")],
)
def test_a_sample_is_one_row_for_k_people(text: str, kept: str) -> None:
    assert flags.sample(text) == kept


@pytest.mark.parametrize(
    ("years", "weeks", "kept"),
    [("5", None, 260), ("0.5", None, 26), ("0.001", None, 1), (None, "3", 3), (None, None, None)],
)
def test_a_year_has_52_weeks(years: str | None, weeks: str | None, kept: int | None) -> None:
    assert flags.weeks(years, weeks) == kept


def test_the_largest_seed_and_the_longest_run_are_allowed() -> None:
    assert flags.seed(str(2**64 - 1)) == 2**64 - 1
    assert flags.weeks("100", None) == 5200
    with pytest.raises(BadInput, match="at most 100"):
        flags.weeks("100.1", None)


def test_a_taken_default_folder_gets_a_number(tmp_path: Path) -> None:
    first = flags.fresh_folder("dp" + "rk/2017", 3, tmp_path)
    first.mkdir(parents=True)
    second = flags.fresh_folder("dp" + "rk/2017", 3, tmp_path)
    assert second.name == first.name + "-2"
    assert flags.last_folder("dp" + "rk/2017", 3, tmp_path) == first
    second.mkdir()
    assert flags.last_folder("dp" + "rk/2017", 3, tmp_path) == second


def test_a_words_control_characters_and_length_do_not_reach_the_message() -> None:
    assert flags.shown("a\x1b[2Jb\n" + "c" * 500) == "a?[2Jb?" + "c" * 70 + "..."
