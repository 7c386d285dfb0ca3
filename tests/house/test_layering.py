"""Imports go one way, so that a reader can stop at any layer and understand what lies below."""

import pytest

from tests.house.imports import imported, modules

#: From the bottom to the top; a module belongs to the longest name that it begins with. Equals may import one another.
LAYERS = (
    ("errors", "jit", "progress"),
    ("portable", "finite"),
    ("draws", "flags"),
    ("engine.sums", "engine.tables", "world.columns", "world.court"),
    ("actors.levers", "actors.lever_table"),
    ("scenario",),
    ("world",),
    ("engine.step", "engine.settle"),
    ("mechanisms",),
    ("actors",),
    ("observe",),
    ("week",),
    ("results",),
    ("engine",),
    ("experiment",),
    ("present",),
    ("listing",),
    ("cli", "cli_studies", "__main__"),
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
KNOWN = modules()


def rank(module: str) -> int:
    """The layer of a module."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        if ".".join(parts[:length]) in RANK:
            return RANK[".".join(parts[:length])]
    raise AssertionError(f"'{module}' has no layer: give it one in LAYERS")


@pytest.mark.parametrize("module", sorted(KNOWN))
def test_a_module_imports_nothing_from_a_layer_above(module: str) -> None:
    above = [other for other in imported(KNOWN[module], KNOWN) if rank(other) > rank(module)]
    assert not above, f"{module} imports {above}, which lie above it"


def test_no_module_imports_itself_through_others() -> None:
    graph = {name: imported(path, KNOWN) for name, path in KNOWN.items()}
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, f"a circle of imports: {' -> '.join((*path, name))}"
        if name not in done:
            for other in graph[name]:
                walk(other, (*path, name))
            done.add(name)

    for name in graph:
        walk(name, ())


def test_what_is_shown_comes_from_results_and_never_from_the_running_engine() -> None:
    forbidden = {
        (module, other)
        for module, path in KNOWN.items()
        if module.startswith("present")
        for other in imported(path, KNOWN, lazily=True)
        if other.startswith(("engine", "mechanisms", "world.state", "week"))
    }
    assert not forbidden


def test_mechanisms_know_nothing_of_scenarios_results_or_presentation() -> None:
    forbidden = {
        (module, other)
        for module, path in KNOWN.items()
        if module.startswith("mechanisms")
        for other in imported(path, KNOWN, lazily=True)
        if other.startswith(("scenario", "results", "present", "cli", "week"))
    }
    assert not forbidden
