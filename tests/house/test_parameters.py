"""Every number has a name, a unit, a prior, a source and a grade; none is hidden in code or lies unread."""

from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.house.imports import PACKAGE

GROUPS = sorted((PACKAGE / "data" / "parameters").glob("*.yaml"))


def read(path: Any) -> dict[str, Any]:
    """A YAML file of the package as plain data."""
    return dict(YAML(typ="safe").load(path.read_text(encoding="utf-8")))


def sources() -> set[str]:
    """Keys of the list of sources."""
    return set(read(PACKAGE / "data" / "sources.yaml"))


@pytest.mark.parametrize("path", GROUPS, ids=lambda path: path.stem)
def test_every_parameter_says_what_it_is_and_where_it_comes_from(path: Any) -> None:
    known = sources()
    for name, entry in read(path).items():
        said = f"{path.stem}.{name}"
        assert entry["meaning"].strip(), said
        assert isinstance(entry["unit"], str), said
        assert entry["grade"] in ("A", "B", "C", "D"), said
        assert entry["source"] in known, f"{said} cites '{entry['source']}', which data/sources.yaml lacks"
        assert len(entry["prior"]) >= 1, said
        assert "value" in entry, said


def test_the_groups_of_the_week_and_the_files_are_the_same() -> None:
    from custodes.week import _GROUPS

    assert {path.stem for path in GROUPS} == set(_GROUPS)


def test_every_field_has_its_parameter_and_every_parameter_its_field() -> None:
    from custodes.week import _GROUPS

    for group, module in _GROUPS.items():
        entries = read(PACKAGE / "data" / "parameters" / f"{group}.yaml")
        assert set(entries) == set(module.Params._fields), group
