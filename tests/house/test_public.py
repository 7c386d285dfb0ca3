"""The front door: a dozen public names, which load nothing before they are used."""

import re
import subprocess
import sys
import time
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import custodes

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("numba", "numpy", "pandas", "xarray", "altair", "pyarrow", "ruamel")  # typer looks at pydantic by itself


def loaded_by(code: str) -> set[str]:
    """Which heavy libraries a fresh interpreter has loaded after `code`."""
    code += f"\nimport sys; print(*(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split("\n")[-2].split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_by("import custodes") == set()


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["version"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = f"from custodes.cli import _guarded; _guarded({arguments!r})"
    assert loaded_by(code) == set()


def test_help_answers_at_once() -> None:
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-m", "custodes", "--help"], capture_output=True, check=True)
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.5


def test_every_public_name_is_there_and_no_other() -> None:
    for name in custodes.__all__:
        assert getattr(custodes, name) is not None
    assert set(dir(custodes)) == set(custodes.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'simulate'"):
        custodes.simulate  # noqa: B018


def test_the_version_is_said_once() -> None:
    assert metadata.version("custodes") == custodes.__version__
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dynamic"] == ["version"]
    assert f"version: {custodes.__version__}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"## {custodes.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_readme_names_commands_and_files_that_exist() -> None:
    from custodes.cli import app

    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    said = set(re.findall(r"(?:`|bin/)custodes (\w+)", readme))
    assert len(said) >= 6
    assert said <= known
    assert known >= {"run", "report", "check", "new", "scenarios", "levers", "parameters", "why", "version"}
    for path in re.findall(r"`((?:src|docs)/[\w/.]+)`", readme):
        assert (ROOT / path).exists(), path
