"""Scenario and policy files that are malformed, hostile, absurd or huge: one sentence, in time, nothing written."""

from pathlib import Path

import pytest

from tests.cli.command import custodes, inside, refused

GOOD_ACTION = "- {date: 2000-02-07, lever: raids, value: 2}"
HEAD = "name: mine\ntitle: Mine\nrationale: to see\nsource: assumption\nactions:\n"
DEEP = 100_000

#: name -> content; each is wrong as a policy and as a scenario
FILES: dict[str, bytes] = {
    "empty": b"",
    "only-a-comment": b"# nothing\n",
    "a-word": b"hello\n",
    "not-yaml": b"a: [1, 2\nb: {c\n",
    "tabs": b"a:\n\t- b\n",
    "binary": bytes(range(256)) * 20,
    "zeros": b"\0" * 4096,
    "utf-16": "name: mine\n".encode("utf-16"),
    "latin-1": "name: caf\xe9\n".encode("latin-1"),
    "python-object": b"!!python/object/apply:os.system ['touch owned']\n",
    "python-name": b"name: !!python/name:os.system\n",
    "aliases-that-multiply": b"a: &a [x, x]\n"
    + b"".join(
        b"%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c]\n" % (c + 1, c + 1, c, c, c, c, c, c)
        for c in range(ord("a"), ord("w"))
    ),
    "alias-to-itself": b"a: &a\n  b: *a\n",
    "deep-lists": b"a: " + b"[" * DEEP + b"]" * DEEP + b"\n",
    "deep-indentation": b"".join(b" " * i + b"a:\n" for i in range(1500)),
    "given-twice": b"name: mine\nname: yours\n",
    "two-documents": b"name: mine\n---\nname: yours\n",
    "merge-key": b"name: mine\n<<: {title: x}\n",
    "long-line": b"name: " + b"x" * 500_000 + b"\n",
    "many-keys": b"".join(b"k%d: %d\n" % (i, i) for i in range(60_001)),
    "huge": b"# " + b"x" * 98 + b"\n" + b"name: mine\n" * 2_000_000,
    "escape-codes": b'name: "\\e[2J\\e[31mred"\ntitle: x\n',
    "unknown-field": b"name: mine\ntitle: Mine\nfrobnicate: 3\n",
    "infinite": b"name: mine\ntitle: .inf\n",
    "a-number-of-a-million-digits": b"name: mine\nyears: " + b"9" * 19_000 + b"\n",
    "list-at-the-top": b"- 1\n- 2\n",
}

POLICIES: dict[str, str] = {
    "no-actions": "name: mine\ntitle: Mine\n",
    "unknown-lever": HEAD + "- {date: 2000-02-07, lever: raid, value: 2}\n",
    "above-its-bound": HEAD + "- {date: 2000-02-07, lever: trade_cut, value: 3}\n",
    "below-its-bound": HEAD + "- {date: 2000-02-07, lever: raids, value: -1}\n",
    "not-a-number": HEAD + "- {date: 2000-02-07, lever: raids, value: .nan}\n",
    "words": HEAD + "- {date: 2000-02-07, lever: raids, value: many}\n",
    "truth": HEAD + "- {date: 2000-02-07, lever: raids, value: true}\n",
    "no-such-day": HEAD + "- {date: 2000-02-31, lever: raids, value: 2}\n",
    "long-ago": HEAD + "- {date: 0001-01-01, lever: raids, value: 2}\n",
    "backwards": HEAD + "- {date: 2000-02-07, until: 2000-01-03, lever: raids, value: 2}\n",
    "two-dates": HEAD + "- {date: 2000-02-07, week: 3, lever: raids, value: 2}\n",
    "unknown-organ": HEAD + "- {date: 2000-02-07, lever: rights_order, organ: navy, value: 1}\n",
    "actions-that-are-text": HEAD.replace("actions:\n", "actions: all of them\n"),
    "too-many-actions": HEAD + (GOOD_ACTION + "\n") * 501,
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("as_what", ["scenario", "policy", "check"])
def test_a_bad_file_is_refused_in_one_sentence(name: str, as_what: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.yaml"
    file.write_bytes(FILES[name])
    out = tmp_path / "out"
    arguments = {
        "scenario": ("run", file, "--out", out),
        "policy": ("run", "toyland", "--policy", file, "--out", out),
        "check": ("check", file),
    }[as_what]
    said = refused(inside(*arguments), out=out)
    assert name in said
    assert "\x1b" not in said
    assert len(said) < 1500
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize("name", POLICIES)
def test_an_absurd_policy_is_refused_with_its_line(name: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.yaml"
    file.write_text(POLICIES[name], encoding="utf-8")
    out = tmp_path / "out"
    for arguments in (("run", "toyland", "--policy", file, "--out", out), ("check", file)):
        said = refused(inside(*arguments), out=out)
        assert f"{name}.yaml" in said
        assert len(said) < 1500


@pytest.mark.parametrize("name", ["deep-lists", "huge", "aliases-that-multiply", "binary"])
def test_the_worst_files_are_refused_in_time_by_a_fresh_process(name: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.yaml"
    file.write_bytes(FILES[name])
    refused(custodes("run", "toyland", "--policy", file, "--out", "out", cwd=tmp_path), out=tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_a_check_lists_every_problem_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        HEAD + "- {date: 2000-02-07, lever: raids, value: many}\n- {lever: raids, value: 2}\n", encoding="utf-8"
    )
    done = inside("check", file)
    assert done.code == 2
    assert [f"line {n}" in line for n, line in zip((6, 7), done.err.splitlines(), strict=True)] == [True, True]


def test_a_good_policy_passes(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(HEAD + GOOD_ACTION + "\n", encoding="utf-8")
    done = custodes("check", file, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/random", "/proc/self/mem", ".", "/"])
def test_what_is_not_a_file_is_refused_as_a_policy(target: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    refused(inside("run", "toyland", "--policy", target, "--out", out), out=out)


@pytest.mark.parametrize("name", ["a" * 300, "a\nb", "-x", "CON:", "\u202egnp", "toyland", "no/../Name"])
def test_a_name_that_is_no_name_makes_no_folder(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused(inside("new", "--", name))
    assert list(tmp_path.iterdir()) == []
