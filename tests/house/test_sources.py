"""Whoever is named with a year in the model's mechanisms, actors and observers is in the list of sources."""

import ast
import re
from collections.abc import Iterator

from custodes.scenario.sources import sources
from tests.house.imports import modules

#: `Paine 2022`, `Epstein's (2002)`, `Keys et al. 1950`: the last name before the year.
NAMED = re.compile(r"([A-Z][\w’-]*[a-z])(?:'s)?(?: et al\.)?,? \(?((?:19|20)\d\d)\b")
MODEL = frozenset(("mechanisms", "actors", "observe"))
MONTHS = frozenset("January February March April May June July August September October November December".split())


def cited() -> Iterator[tuple[str, str, str]]:
    """Module, name and year of every work named in a docstring."""
    for module, path in sorted((m, p) for m, p in modules().items() if m.partition(".")[0] in MODEL):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
                text = " ".join((ast.get_docstring(node) or "").replace("-\n", "-").split())
                yield from ((module, name, year) for name, year in NAMED.findall(text) if name not in MONTHS)


def test_the_literature_of_the_docstrings_is_listed() -> None:
    listed = [(s.citation, s.year) for s in sources().values()]
    found = set(cited())
    assert len(found) > 30
    lacking = [c for c in found if not any(c[1].split("-")[-1] in who and c[2] == year for who, year in listed)]
    assert not lacking, f"named in the code and not in data/sources.yaml: {sorted(lacking)}"
