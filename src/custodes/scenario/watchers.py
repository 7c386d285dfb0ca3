"""Who reports on a country: the outlets in `watchers.yaml` beside a scenario, or two invented ones."""

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, model_validator

from custodes.scenario.reading import read_yaml
from custodes.scenario.schema import Grade, Model, Name, Real, Share, Short, SourceKey
from custodes.scenario.validation import validated

FILE: Final = "watchers.yaml"
Count = Annotated[Real, Field(gt=0, le=1000, allow_inf_nan=False)]


class OutletEntry(Model):
    """One outlet: what share of what it hears it publishes, by topic, and how often it has been right."""

    name: Short
    passes: Share = 0.5
    right: Annotated[tuple[Count, Count], Field()] = (2.0, 1.0)  #: times right and wrong before the run, Beta(a, b)
    topics: Annotated[dict[Name, Annotated[Real, Field(ge=0, le=10)]], Field(max_length=40)] = Field(default={})
    state: bool = False  #: the state's own announcements
    source: SourceKey = "invented"
    grade: Grade = "D"
    recalled: bool = False


class Watchers(Model):
    """`watchers.yaml`."""

    outlets: Annotated[list[OutletEntry], Field(max_length=40)]

    @model_validator(mode="after")
    def _told_apart(self) -> "Watchers":
        if not self.outlets:
            raise ValueError("give at least one outlet")
        names = [outlet.name for outlet in self.outlets]
        twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
        if twice is not None:
            raise ValueError(f"two outlets have the name '{twice}'")
        if sum(outlet.state for outlet in self.outlets) > 1:
            raise ValueError("only one outlet is the state's own")
        return self


DEFAULT: Final = (
    OutletEntry(name="state media", passes=1.0, right=(1.0, 1.0), state=True),
    OutletEntry(name="the exiles' paper", passes=0.5, right=(8.0, 3.0)),
    OutletEntry(name="a foreign agency", passes=0.4, right=(12.0, 2.0)),
)


def watchers_in(folder: Path) -> tuple[OutletEntry, ...]:
    """The outlets of the scenario in a folder; BadScenario for a file that is not that."""
    path = folder / FILE
    if not path.is_file():
        return DEFAULT
    return tuple(validated(Watchers, read_yaml(path, f"{folder.name}/{FILE}")).outlets)
