"""Who reports on a country: the outlets in `watchers.yaml` beside a scenario, or two invented ones."""

from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, model_validator

from custodes.scenario.problems import Problem, did_you_mean
from custodes.scenario.reading import Document, read_yaml
from custodes.scenario.schema import Grade, Model, Name, Real, Share, Short, SourceKey
from custodes.scenario.validation import attempt, first_or_raise

FILE: Final = "watchers.yaml"
#: Kinds of events that reports can be about (`observe.reports`).
TOPICS: Final = (
    *("incident", "refusal", "lost", "retaken", "purge", "rehabilitation", "appointment", "order", "edict", "relapse"),
    *(
        "softening",
        "resignation_wave",
        "seizure",
        "envoy_defection",
        "plot",
        "coup",
        "ration_collapse",
        "price_doubling",
    ),
    *("harvest", "reserve_empty", "camps_full", "dear_food", "hunger", "market_closure", "currency_reform", "reform"),
    *("succession", "end", "uprising", "talks", "provocation", "sanction", "campaign", "aid", "crisis_step"),
)
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
    found, problems = read_watchers(read_yaml(path, f"{folder.name}/{FILE}"))
    first_or_raise(problems)
    assert found is not None
    return tuple(found.outlets)


def read_watchers(document: Document) -> tuple[Watchers | None, list[Problem]]:
    """The file as `Watchers`, or all its problems: of its shape, else topics that no report is about."""
    found, problems = attempt(Watchers, document, document.data)
    for i, outlet in enumerate(found.outlets if found else ()):
        for topic in (t for t in outlet.topics if t not in TOPICS):
            line = document.line(("outlets", i, "topics", topic))
            mend = did_you_mean(topic, TOPICS, f"Known are {', '.join(TOPICS)}")
            problems.append(Problem(document.file, line, topic, "is no kind of event that reports are about", mend))
    return found, problems


def watchers_schema() -> dict[str, Any]:
    """JSON Schema of `watchers.yaml`."""
    schema = Watchers.model_json_schema()
    schema["$defs"]["OutletEntry"]["properties"]["topics"]["propertyNames"] = {"enum": list(TOPICS)}
    return schema
