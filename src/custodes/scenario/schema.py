"""What a user may write: the models of scenario files, parameter files, timelines and policies.

Unknown fields are refused, numbers must be finite, everything has a length and a bound. `scenario_schema()` and its
sisters give the JSON Schema for editors.
"""

import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

LARGEST = 1e15
Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False, strict=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Short = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Text = Annotated[str, StringConstraints(max_length=4000)]
SourceKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]
Grade = Literal["A", "B", "C", "D"]
Status = Literal["VERIFIED", "RECALLED", "ESTIMATED"]
Date = Annotated[datetime.date, Field(ge=datetime.date(1950, 1, 1), le=datetime.date(2099, 12, 31))]


class Model(BaseModel):
    """Base: unknown fields are an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, coerce_numbers_to_str=False)

    @model_validator(mode="before")
    @classmethod
    def _no_booleans_as_numbers(cls, data: Any) -> Any:
        if isinstance(data, dict):
            for name, value in data.items():
                if isinstance(value, bool) and name not in ("recalled", "extensive", "fixed", "scale_with_country"):
                    raise ValueError(f"'{name}' must not be true or false")
        return data


class Normal(Model):
    mean: Number
    sd: Annotated[float, Field(gt=0, le=LARGEST)]


class Lognormal(Model):
    median: Annotated[float, Field(gt=0, le=LARGEST)]
    sigma: Annotated[float, Field(gt=0, le=10)]


class Beta(Model):
    a: Annotated[float, Field(gt=0, le=1e6)]
    b: Annotated[float, Field(gt=0, le=1e6)]


class Uniform(Model):
    low: Number
    high: Number

    @model_validator(mode="after")
    def _ordered(self) -> "Uniform":
        if not self.low < self.high:
            raise ValueError("'low' must be below 'high'")
        return self


class Triangular(Model):
    low: Number
    mode: Number
    high: Number

    @model_validator(mode="after")
    def _ordered(self) -> "Triangular":
        if not (self.low <= self.mode <= self.high and self.low < self.high):
            raise ValueError("'low', 'mode' and 'high' must rise")
        return self


class Prior(Model):
    """What is believed before any evidence: exactly one distribution, or `fixed: true`.

    For a value in parts the distribution is that of one common multiplier's effect on the first part.
    """

    normal: Normal | None = None
    lognormal: Lognormal | None = None
    beta: Beta | None = None
    uniform: Uniform | None = None
    triangular: Triangular | None = None
    fixed: Literal[True] | None = None

    @model_validator(mode="after")
    def _one(self) -> "Prior":
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of normal, lognormal, beta, uniform, triangular, fixed")
        return self


PartValues = Annotated[dict[Short, Number], Field(min_length=1, max_length=128)]
NestedValues = Annotated[dict[Short, PartValues], Field(min_length=1, max_length=128)]
ListValues = Annotated[list[Number], Field(min_length=1, max_length=256)]


class ParameterEntry(Model):
    """One parameter in a group file: `data/parameters/<group>.yaml`."""

    meaning: Short | Annotated[str, StringConstraints(min_length=1, max_length=600)]
    unit: Annotated[str, StringConstraints(max_length=60)]
    value: Number | PartValues | NestedValues | ListValues
    prior: Prior | Annotated[dict[Short, Prior], Field(min_length=1, max_length=128)]
    source: SourceKey
    grade: Grade
    recalled: bool = False
    extensive: bool = False
    note: Text = ""


class ParameterOverride(Model):
    """A scenario's own value of a parameter, with its own source and grade."""

    value: Number | PartValues | NestedValues | ListValues
    source: SourceKey
    grade: Grade
    recalled: bool = False
    prior: Prior | None = None
    note: Text = ""


class TimelineEntry(Model):
    """A dated change of a lever in a scenario."""

    date: Date
    lever: Name
    organ: Name | Annotated[list[Name], Field(min_length=1, max_length=10)] | None = None
    value: Number | Annotated[list[Name], Field(min_length=1, max_length=8)]
    until: Date | None = None
    because: Annotated[str, StringConstraints(min_length=1, max_length=600)]
    source: SourceKey
    grade: Grade
    recalled: bool = False
    note: Text = ""


class PolicyAction(Model):
    """One action of a policy, at a date or at a week from the scenario's start."""

    date: Date | None = None
    week: Annotated[int, Field(ge=-520, le=5200)] | None = None
    lever: Name
    organ: Name | Annotated[list[Name], Field(min_length=1, max_length=10)] | None = None
    value: Number | Annotated[list[Name], Field(min_length=1, max_length=8)]
    until: Date | None = None
    weeks: Annotated[int, Field(ge=1, le=5200)] | None = None
    every_weeks: Annotated[int, Field(ge=1, le=5200)] | None = None
    because: Annotated[str, StringConstraints(max_length=600)] = ""

    @model_validator(mode="after")
    def _when(self) -> "PolicyAction":
        if (self.date is None) == (self.week is None):
            raise ValueError("give either 'date' or 'week'")
        if self.until is not None and self.weeks is not None:
            raise ValueError("give 'until' or 'weeks', not both")
        return self


class Policy(Model):
    """A named set of actions: what one player would do."""

    name: Name
    title: Short
    rationale: Annotated[str, StringConstraints(min_length=1, max_length=4000)]
    source: SourceKey
    scale_with_country: bool = False
    actions: Annotated[list[PolicyAction], Field(max_length=500)]


class Population(Model):
    """People of the country at the scenario's start, soldiers included."""

    total: Annotated[int, Field(ge=100, le=2_000_000_000)]
    source: SourceKey
    grade: Grade
    status: Status = "VERIFIED"
    note: Text = ""


class CountyEntry(Model):
    """One county, city or district."""

    name: Short
    province: Short
    place_type: Literal["capital", "border", "inner", "rural"]
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    population: Annotated[int, Field(ge=1, le=100_000_000)]
    urban_share: Share
    soldiers: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    status: Status = "VERIFIED"
    grade: Grade = "B"
    source: SourceKey
    on_border: bool = False

    @model_validator(mode="before")
    @classmethod
    def _no_booleans_as_numbers(cls, data: Any) -> Any:
        return data


class Variant(Model):
    """What a variant file may change in its base; lists of the timeline are added, everything else replaces."""

    title: Short | None = None
    description: Text | None = None
    start: Date | None = None
    years: Annotated[int, Field(ge=1, le=50)] | None = None
    burn_in_weeks: Annotated[int, Field(ge=0, le=1040)] | None = None
    population: Population | None = None
    reference_population: Annotated[int, Field(ge=1, le=2_000_000_000)] | None = None
    levers: dict[Name, Any] | None = None
    parameters: dict[Short, ParameterOverride] | None = None
    timeline: Annotated[list[TimelineEntry], Field(max_length=2000)] | None = None

    @field_validator("start")
    @classmethod
    def _monday(cls, day: datetime.date | None) -> datetime.date | None:
        if day is not None and day.weekday() != 0:
            monday = day - datetime.timedelta(days=day.weekday())
            raise ValueError(f"the start must be a Monday, such as {monday}")
        return day


class ScenarioFile(Variant):
    """`scenario.yaml`: the base of a country. Companion files in its folder may hold the longer parts."""

    name: Name
    title: Short
    counties: Annotated[list[CountyEntry], Field(min_length=1, max_length=5000)] | None = None
    adjacent_provinces: Annotated[list[Annotated[list[Short], Field(min_length=2, max_length=2)]], Field(max_length=5000)] = []
    markets: dict[Short, Annotated[float, Field(ge=0, le=1e6)]] = {}
    tables: dict[Short, Any] | None = None


def scenario_schema() -> dict[str, Any]:
    """JSON Schema of `scenario.yaml`."""
    return ScenarioFile.model_json_schema()


def variant_schema() -> dict[str, Any]:
    """JSON Schema of a variant file."""
    return Variant.model_json_schema()


def policy_schema() -> dict[str, Any]:
    """JSON Schema of a policy file."""
    return Policy.model_json_schema()


def parameter_schema() -> dict[str, Any]:
    """JSON Schema of one entry of a parameter group file."""
    return ParameterEntry.model_json_schema()
