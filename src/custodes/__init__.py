"""Custodes: who guards a closed country, whom they rob, and what comes of it.

    import custodes as cu

    s = cu.load("toyland")
    r = cu.run(s, years=1, sample=1, seed=1)
    r.data, r.events, r.report()

The names below load what they need on first use (PEP 562): importing the package imports nothing heavy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from custodes import errors
    from custodes.engine.run import run
    from custodes.experiment.discover import discover
    from custodes.experiment.sensitivity import sensitivity
    from custodes.experiment.study import Study, compare
    from custodes.experiment.study import open_study as study
    from custodes.results.run import Run
    from custodes.results.store import open_run as open  # noqa: A004
    from custodes.scenario.load import Scenario, load

__version__ = "0.1.0"

__all__ = [
    "Run",
    "Scenario",
    "Study",
    "__version__",
    "compare",
    "discover",
    "errors",
    "load",
    "open",
    "run",
    "sensitivity",
    "study",
]

#: public name -> (module, name in it); no name: the module itself
_HOMES: dict[str, tuple[str, str]] = {
    "Run": ("custodes.results.run", "Run"),
    "Scenario": ("custodes.scenario.load", "Scenario"),
    "Study": ("custodes.experiment.study", "Study"),
    "compare": ("custodes.experiment.study", "compare"),
    "discover": ("custodes.experiment.discover", "discover"),
    "errors": ("custodes.errors", ""),
    "load": ("custodes.scenario.load", "load"),
    "open": ("custodes.results.store", "open_run"),
    "run": ("custodes.engine.run", "run"),
    "sensitivity": ("custodes.experiment.sensitivity", "sensitivity"),
    "study": ("custodes.experiment.study", "open_study"),
}


def __getattr__(name: str) -> Any:
    """Import a public name's home on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'custodes' has no attribute '{name}'; it has {', '.join(__all__)}")
    module, attribute = _HOMES[name]
    value = import_module(module)
    value = getattr(value, attribute) if attribute else value
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
