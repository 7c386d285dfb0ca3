"""What a user may write: the models of scenario files, parameter files, timelines and policies.

Unknown fields are refused, numbers must be finite, everything has a length and a bound. `scenario_schema()` and its
sisters give the JSON Schema for editors.
"""

import datetime
import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    field_validator,
    model_validator,
)

LARGEST = 1e15


def _no_truth(data: Any) -> Any:
    """Python takes True for 1; a file that says true where a number belongs is wrong."""
    if isinstance(data, bool):
        raise ValueError(f"must be a number, not {str(data).lower()}")
    return data


def _name_part(text: str) -> str:
    """A family or given name: letters, and inside it spaces, hyphens and apostrophes."""
    if not re.fullmatch(r"[^\W\d_](?:[^\W\d_]|[ '-]){0,29}", text):
        raise ValueError(f"'{text[:40]}' is not a name of 1 to 30 letters")
    return text


def _part_date(text: str) -> str:
    """A day, a month or a year."""
    if not re.fullmatch(r"(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", text, re.ASCII):
        raise ValueError(
            f"must be a year, a month or a day such as '2012', '2012-04' or '2012-04-11', not '{text[:40]}'"
        )
    return text


def _station(text: str) -> str:
    """A station of a career: its year, and what he then became."""
    if not re.fullmatch(r"(19|20)\d\d(-(0[1-9]|1[0-2]))?: \S.{2,200}", text, re.ASCII):
        raise ValueError("must be a year and what he then became, such as '2009: first vice director'")
    return text


Real = Annotated[float, BeforeValidator(_no_truth)]
Whole = Annotated[int, BeforeValidator(_no_truth)]
Number = Annotated[Real, Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]
Share = Annotated[Real, Field(ge=0, le=1, allow_inf_nan=False)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Short = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Text = Annotated[str, StringConstraints(max_length=4000)]
SourceKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]
Grade = Literal["A", "B", "C", "D"]
Status = Literal["VERIFIED", "RECALLED", "ESTIMATED"]
CourtOrganName = Literal[
    "state_security",
    "police",
    "army",
    "guard_command",
    "military_security",
    "party_organisation",
    "cabinet",
    "munitions",
    "diplomatic_service",
    "provincial_committees",
]
Rank = Literal["chief", "deputy", "director"]
PersonPart = Annotated[str, AfterValidator(_name_part)]
PartDate = Annotated[str, AfterValidator(_part_date)]
Station = Annotated[str, AfterValidator(_station)]
Date = Annotated[datetime.date, Field(ge=datetime.date(1950, 1, 1), le=datetime.date(2099, 12, 31))]


class Model(BaseModel):
    """Base: unknown fields are an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, coerce_numbers_to_str=False)


class Normal(Model):
    mean: Number
    sd: Annotated[Real, Field(gt=0, le=LARGEST)]


class Lognormal(Model):
    median: Annotated[Real, Field(gt=0, le=LARGEST)]
    sigma: Annotated[Real, Field(gt=0, le=10)]


class Beta(Model):
    a: Annotated[Real, Field(gt=0, le=1e6)]
    b: Annotated[Real, Field(gt=0, le=1e6)]


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


def _shape(data: Any) -> str:
    """Which branch of a union is meant, so that only its faults are told."""
    if isinstance(data, list):
        return "list"
    if not isinstance(data, dict):
        return "plain"
    return "nested" if any(isinstance(v, dict) for v in data.values()) else "mapping"


def _prior_shape(data: Any) -> str:
    """One prior for all, or one for each part: parts are known by not being names of distributions."""
    parts = (
        isinstance(data, dict)
        and data
        and all(
            isinstance(v, dict) and k not in Prior.model_fields and set(v) & set(Prior.model_fields)
            for k, v in data.items()
        )
    )
    return "parts" if parts else "one"


PartValues = Annotated[dict[Short, Number], Field(min_length=1, max_length=128)]
NestedValues = Annotated[dict[Short, PartValues], Field(min_length=1, max_length=128)]
ListValues = Annotated[list[Number], Field(min_length=1, max_length=256)]
AnyValue = Annotated[
    Annotated[Number, Tag("plain")]
    | Annotated[PartValues, Tag("mapping")]
    | Annotated[NestedValues, Tag("nested")]
    | Annotated[ListValues, Tag("list")],
    Discriminator(_shape),
]
AnyValueOrChoice = Annotated[
    Annotated[Number, Tag("plain")]
    | Annotated[Name, Tag("word")]
    | Annotated[PartValues, Tag("mapping")]
    | Annotated[NestedValues, Tag("nested")]
    | Annotated[ListValues, Tag("list")],
    Discriminator(lambda data: "word" if isinstance(data, str) and data[:1].isalpha() else _shape(data)),
]
AnyPrior = Annotated[
    Annotated[Prior, Tag("one")] | Annotated[dict[Short, Prior], Field(max_length=128), Tag("parts")],
    Discriminator(_prior_shape),
]
Organs = Annotated[
    Annotated[Name, Tag("plain")] | Annotated[list[Name], Field(min_length=1, max_length=10), Tag("list")],
    Discriminator(lambda data: "list" if isinstance(data, list) else "plain"),
]
LeverSetting = Annotated[
    Annotated[Number, Tag("plain")] | Annotated[list[Name], Field(min_length=1, max_length=8), Tag("list")],
    Discriminator(lambda data: "list" if isinstance(data, list) else "plain"),
]


class ParameterEntry(Model):
    """One parameter in a group file: `data/parameters/<group>.yaml`."""

    meaning: Annotated[str, StringConstraints(min_length=1, max_length=600)]
    unit: Annotated[str, StringConstraints(max_length=60)]
    choices: Annotated[list[Name], Field(max_length=20)] = []  #: of a switch; the value is one of them
    value: AnyValue
    prior: AnyPrior
    source: SourceKey
    grade: Grade
    recalled: bool = False
    extensive: bool = False
    note: Text = ""

    @model_validator(mode="before")
    @classmethod
    def _chosen(cls, data: Any) -> Any:
        """A switch keeps the index of its choice."""
        if not isinstance(data, dict) or not isinstance(data.get("choices"), list) or not data["choices"]:
            return data
        if data.get("value") not in data["choices"]:
            raise ValueError(f"'value' must be one of {', '.join(str(c)[:40] for c in data['choices'])}")
        return {**data, "value": data["choices"].index(data["value"])}


class ParameterOverride(Model):
    """A scenario's own value of a parameter, with its own source and grade; of a switch one of its choices."""

    value: AnyValueOrChoice
    source: SourceKey
    grade: Grade
    recalled: bool = False
    prior: Prior | None = None
    note: Text = ""


class TimelineEntry(Model):
    """A dated change of a lever in a scenario."""

    date: Date
    lever: Name
    organ: Organs | None = None
    value: LeverSetting
    until: Date | None = None
    because: Annotated[str, StringConstraints(min_length=1, max_length=600)]
    source: SourceKey
    grade: Grade
    recalled: bool = False
    note: Text = ""
    details: Annotated[dict[Name, Short], Field(max_length=8)] = {}


class PolicyAction(Model):
    """One action of a policy, at a date or at a week from the scenario's start."""

    date: Date | None = None
    week: Annotated[Whole, Field(ge=-520, le=5200)] | None = None
    lever: Name
    organ: Organs | None = None
    value: LeverSetting
    until: Date | None = None
    weeks: Annotated[Whole, Field(ge=1, le=5200)] | None = None
    every_weeks: Annotated[Whole, Field(ge=1, le=5200)] | None = None
    because: Annotated[str, StringConstraints(max_length=600)] = ""
    details: Annotated[dict[Name, Short], Field(max_length=8)] = {}

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

    total: Annotated[Whole, Field(ge=100, le=2_000_000_000)]
    source: SourceKey
    grade: Grade
    status: Status = "VERIFIED"
    note: Text = ""


class CountyEntry(Model):
    """One county, city or district."""

    name: Short
    province: Short
    place_type: Literal["capital", "border", "inner", "rural"]
    latitude: Annotated[Real, Field(ge=-90, le=90)]
    longitude: Annotated[Real, Field(ge=-180, le=180)]
    population: Annotated[Whole, Field(ge=1, le=100_000_000)]
    urban_share: Share
    soldiers: Annotated[Whole, Field(ge=0, le=10_000_000)] = 0
    status: Status = "VERIFIED"
    grade: Grade = "B"
    source: SourceKey
    on_border: bool = False


class CourtOrgan(Model):
    """One of the ten organs of the court: its real name, its posts, its part of force and power."""

    title: Short | None = None
    chiefs: Annotated[Whole, Field(ge=1, le=9)] | None = None
    deputies: Annotated[Whole, Field(ge=1, le=60)] | None = None
    directors: Annotated[Whole, Field(ge=10, le=600)] | None = None
    force: Share | None = None  #: of the state's force; the ten add up to 1
    weight: Annotated[Real, Field(gt=0, le=1, allow_inf_nan=False)] | None = None  #: power of its posts


class CourtPost(Model):
    """A post with a title of its own."""

    organ: CourtOrganName
    rank: Rank
    title: Short
    abroad: bool = False


class Faction(Model):
    """A group within the elite, as the literature names it."""

    name: Short
    meaning: Annotated[str, StringConstraints(min_length=1, max_length=600)]
    source: SourceKey
    grade: Grade
    recalled: bool = False


class CourtNames(Model):
    """Names for officials whom nobody knows: they are drawn from here and marked as invented."""

    family: Annotated[list[PersonPart], Field(min_length=5, max_length=200)]
    given: Annotated[list[PersonPart], Field(min_length=5, max_length=400)]


class CourtPerson(Model):
    """What is known of a real (or, in an invented country, a named) official."""

    faction: Short | None = None
    career: Annotated[list[Station], Field(max_length=12)] = []
    source: SourceKey
    grade: Grade
    recalled: bool = False
    note: Text = ""


class CourtHolder(Model):
    """Who held a post on the first day. Without a name the holder is unknown and one is generated."""

    name: Short
    person: Short | None = None  #: his entry under `people`, if that is not his name
    since: PartDate | None = None
    source: SourceKey | None = None
    grade: Grade | None = None
    recalled: bool | None = None
    note: Text = ""


class Court(Model):
    """`court.yaml`, or `court:` in scenario.yaml or in a variant. A variant's entries replace those of the base by name."""

    leader: Short | None = None
    abroad: Annotated[Whole, Field(ge=0, le=600)] | None = None
    organs: dict[CourtOrganName, CourtOrgan] = {}
    factions: Annotated[list[Faction], Field(min_length=1, max_length=12)] | None = None
    names: CourtNames | None = None
    posts: Annotated[dict[Name, CourtPost], Field(max_length=400)] = {}
    people: Annotated[dict[Short, CourtPerson], Field(max_length=1000)] = {}
    holders: Annotated[dict[Name, CourtHolder], Field(max_length=400)] | None = None


class Variant(Model):
    """What a variant file may change in its base; lists of the timeline are added, everything else replaces."""

    title: Short | None = None
    description: Text | None = None
    start: Date | None = None
    years: Annotated[Whole, Field(ge=1, le=50)] | None = None
    burn_in_weeks: Annotated[Whole, Field(ge=0, le=1040)] | None = None
    population: Population | None = None
    reference_population: Annotated[Whole, Field(ge=1, le=2_000_000_000)] | None = None
    levers: dict[Name, Any] | None = None
    parameters: dict[Short, ParameterOverride] | None = None
    timeline: Annotated[list[TimelineEntry], Field(max_length=2000)] | None = None
    court: Court | None = None

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
    adjacent_provinces: Annotated[
        list[Annotated[list[Short], Field(min_length=2, max_length=2)]], Field(max_length=5000)
    ] = []
    markets: dict[Short, Annotated[Real, Field(ge=0, le=1e6)]] = {}
    tables: dict[Short, Any] | None = None


def scenario_schema() -> dict[str, Any]:
    """JSON Schema of `scenario.yaml`."""
    return ScenarioFile.model_json_schema()


def variant_schema() -> dict[str, Any]:
    """JSON Schema of a variant file."""
    return Variant.model_json_schema()


def court_schema() -> dict[str, Any]:
    """JSON Schema of `court.yaml`."""
    return Court.model_json_schema()


def policy_schema() -> dict[str, Any]:
    """JSON Schema of a policy file."""
    return Policy.model_json_schema()


def parameter_schema() -> dict[str, Any]:
    """JSON Schema of one entry of a parameter group file."""
    return ParameterEntry.model_json_schema()
