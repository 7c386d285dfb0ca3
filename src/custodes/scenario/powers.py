"""The powers outside a country: `actors.yaml` beside a scenario, section `powers`. What an analyst may write of each.

A power has tactics (a condition, a chance a month, how long it lasts, the levers it moves), and if it is a neighbour what
it does at each level of the crisis ladder. `history_until` is the date before which the timeline already holds what the
powers did: until then they keep still.
"""

import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, model_validator

from custodes.actors.levers import LEVERS, court_indices, organ_indices
from custodes.scenario.problems import did_you_mean
from custodes.scenario.schema import Date, Grade, Model, Name, Number, Real, Share, Short, SourceKey, Text, Whole

FILE: Final = "actors.yaml"
Level = Literal["refugees", "mobilisation", "entry", "intervention", "clash"]
#: What a condition may ask for. The first three are estimates, the others are known to everybody.
Indicator = Literal[
    "turmoil",
    "refugees",
    "food_stress",
    "provocation",
    "agreed_sanctions",
    "disputed_sanctions",
    "provocation_after_warning",
    "talks",
    "talks_succeed",
    "talks_fail",
    "reserve_empty",
    "loose_weapons",
    "sanctions",
]
Does = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Condition(Model):
    """An indicator at or above one value, below another, or both. News is 1 while it is news, else 0."""

    above: Number | None = None
    below: Number | None = None

    @model_validator(mode="after")
    def _one(self) -> "Condition":
        if self.above is None and self.below is None:
            raise ValueError("give 'above', 'below' or both")
        return self


class EffectEntry(Model):
    """One lever and the amount by which it moves, on top of what it has."""

    lever: Name
    add: Number
    organ: Annotated[list[Name], Field(min_length=1, max_length=10)] | None = None  #: one of them is drawn each time
    most: Number | None = None  #: not raised above this
    least: Number | None = None  #: not lowered below this
    drift: Share = 0.0  #: share of the amount lost a week

    @model_validator(mode="after")
    def _known(self) -> "EffectEntry":
        lever = LEVERS.get(self.lever)
        if lever is None:
            raise ValueError(f"'{self.lever}' is not a lever. {did_you_mean(self.lever, LEVERS)}")
        if lever.impulse or lever.name == "ration_priority":
            raise ValueError(f"'{self.lever}' cannot be moved by an amount")
        if (lever.per_organ or lever.per_court) != bool(self.organ):
            raise ValueError(f"'{self.lever}' {'needs' if not self.organ else 'has no'} 'organ'")
        for name in self.organ or ():
            (court_indices if lever.per_court else organ_indices)(name)
        return self


Effects = Annotated[list[EffectEntry], Field(min_length=1, max_length=12)]


class TacticEntry(Model):
    """What a power does: it plays each month with the chance `weight` while the condition holds."""

    name: Name
    does: Does  #: the rest of a sentence that begins with the power's title
    when: Annotated[dict[Indicator, Condition], Field(max_length=6)] = {}
    either: bool = False  #: one of the conditions is enough
    government: Name | None = None  #: which government plays it
    weight: Share
    under_sanctions: Share = 1.0  #: factor of the weight while sanctions stand: what an ally's leverage leaves
    lasts: Annotated[Whole, Field(ge=1, le=5200)] | Literal["term", "for ever"]
    adds_up: bool = False  #: it may be played again while it lasts
    one_of: bool = False  #: one of the effects is drawn each time
    effects: Effects
    note: Text = ""


class ResponseEntry(Model):
    """What a neighbour does when it comes to a level of the crisis ladder, and as long as it stays there or above."""

    does: Does
    chance: Share
    enters: bool = False
    secures: bool = False
    effects: Annotated[list[EffectEntry], Field(max_length=12)] = []


class GovernmentEntry(Model):
    """A government that is known, and the day on which it took office."""

    since: Date
    kind: Name


class Refuge(Model):
    """What becomes of officials of the country who ask this power for asylum."""

    share: Share  #: of those who ask, who ask here
    chance: Share  #: that they are taken in


class PowerEntry(Model):
    """One power, neighbour or broadcaster."""

    name: Name
    title: Short
    neighbour: bool = False
    hotline: bool = False  #: with the other powers, so that a clash is less likely to become a war
    capability: Annotated[Real, Field(ge=0, le=100, allow_inf_nan=False)] = 0.0  #: in the bargain over sanctions
    stakes: Annotated[
        dict[Name, Number], Field(max_length=10)
    ] = {}  #: above 0 for, below against; by government or `any`
    governments: Annotated[list[GovernmentEntry], Field(max_length=40)] = []
    kinds: Annotated[list[Name], Field(max_length=10)] = []  #: what later governments may be
    term_weeks: Annotated[Whole, Field(ge=4, le=2600)] = 260
    asylum: Refuge | None = None
    tactics: Annotated[list[TacticEntry], Field(max_length=40)] = []
    ladder: dict[Level, ResponseEntry] = {}
    source: SourceKey
    grade: Grade
    note: Text = ""

    @model_validator(mode="after")
    def _whole(self) -> "PowerEntry":
        days = [g.since for g in self.governments]
        if days != sorted(set(days)):
            raise ValueError("'governments' must be in the order of their days")
        if self.governments and not self.kinds:
            raise ValueError("'governments' needs 'kinds': what later governments may be")
        known = {*self.kinds, *(g.kind for g in self.governments)}
        for name in [t.government for t in self.tactics if t.government] + [s for s in self.stakes if s != "any"]:
            if name not in known:
                raise ValueError(f"'{name}' is none of its governments")
        if any(t.lasts == "term" for t in self.tactics) and not self.governments:
            raise ValueError("a tactic lasts a term, but there are no 'governments'")
        if len({t.name for t in self.tactics}) < len(self.tactics):
            raise ValueError("two tactics have one name")
        if self.ladder and not self.neighbour:
            raise ValueError("has a 'ladder' but is not marked 'neighbour: true'")
        return self


class PowersFile(Model):
    """The powers of `actors.yaml`."""

    history_until: Date | None = None
    powers: Annotated[list[PowerEntry], Field(max_length=40)] = []
    leader: Any = None  #: read elsewhere

    @model_validator(mode="after")
    def _names(self) -> "PowersFile":
        if len({p.name for p in self.powers}) < len(self.powers):
            raise ValueError("two powers have one name")
        return self

    @property
    def free_from(self) -> datetime.date:
        """The first day on which powers act of themselves."""
        return self.history_until or datetime.date(1950, 1, 1)
