"""The grammar of tactics inside a country: what an analyst may write of a leader, and nothing that needs code.

A tactic says *when* (indicators as the leader has them reported, or events, under any number of `any` and `all`), *what*
(levers moved by an amount, a factor or to a value, and deeds such as a purge, an inquiry or an offer of talks), and *how
readily* (priority, cost, pause, chance). `actors.tactics` evaluates it. The vocabulary (`when`, `above`, `below`,
`weight`, `add`, `most`, `least`, `drift`) is the one of the powers (`scenario.powers`).
"""

from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from custodes.actors.levers import LEVERS, court_indices, organ_indices
from custodes.scenario.problems import did_you_mean
from custodes.scenario.schema import Model, Name, Number, Rank, Real, Share, Short, Text, Whole

#: What the leader sees of the country: name -> what it is. His own organs report it, with error.
NATIONAL: Final = MappingProxyType(
    {
        "unrest": "his fear of the people, in [0, 1]",
        "anger": "anger over extortion, poorest third counted twice, in [0, 1]",
        "incidents": "crowds a year",
        "food_stress": "mean food stress of households, in [0, 1]",
        "rice_price": "won a kg",
        "state_income": "the state's income, won a week",
        "corruption": "bribes over bribes and state income, each relative to its usual value; 1/2 at rest",
        "rights": "awareness of rights and, with a weight, contact with foreign media, in [0, 1]",
        "requests": "officers who ask to resign, share a year",
        "flight": "leavers who got across the border, a week",
        "reserve_weeks": "weeks of purchases abroad that the reserve would pay",
        "growth": "growth of household income, share a year",
        "market": "share of labour in the market",
        "suspicion": "highest suspicion among the top sixty, in [0, 1]: his own mind, without error",
        "away": "fallen chiefs who have been away for over 13 weeks",
    }
)
#: The same by organ of the court: a tactic finds the organ where it is worst.
BY_ORGAN: Final = MappingProxyType(
    {
        "blame": "reported anger at the organ and its scandals",
        "evidence": "evidence against its chief, in [0, 1]",
        "culprit_weeks": "weeks since a culprit was last found in it",
        "failure": "what went wrong in it, in [0, 1]",
    }
)
#: What an event condition may ask for besides the kinds of the log; 1 or 0 from the world's memory.
EVENTS: Final = (
    "incident",
    "refusal",
    "lost",
    "plot_found",
    "coup",
    "purge",
    "denunciation",
    "scandal",
    "scapegoat",
    "envoy_defection",
    "resignation_wave",
    "seizure",
    "sanction",
    "campaign",
    "aid",
    "crisis_step",
    "provocation",
    "talks",
    "rights_order",
    "edict",
    "inquiry",
    "harvest",
    "reserve_empty",
    "ration_collapse",
    "price_doubling",
    "succession",
    "reform",
)
#: Deeds that are no levers.
DEEDS: Final = MappingProxyType(
    {
        "inquiry": "an inquiry into the chief of an organ",
        "reshuffle": "chiefs of organs of force change places",
    }
)
Who = Literal["suspect", "longest_away"]
NAMED: Final = "there"  #: the organ that the condition found


class Condition(Model):
    """One of: `any` or `all` of a list; an indicator above or below a value (or so many times its mean); an event."""

    any: Annotated[list["Condition"], Field(min_length=1, max_length=12)] | None = None
    all: Annotated[list["Condition"], Field(min_length=1, max_length=12)] | None = None
    indicator: Name | None = None
    organ: Name | None = None  #: for indicators by organ; left out: where it is worst
    above: Number | None = None
    below: Number | None = None
    times: Literal["mean"] | None = None  #: the bound is so many times the indicator's own long mean
    event: Name | None = None
    within_weeks: Annotated[Whole, Field(ge=1, le=520)] = 4
    larger: Number | None = None  #: the event's magnitude is at least this
    smaller: Number | None = None  #: the event's magnitude is below this
    none: bool = False  #: no such event within these weeks

    @model_validator(mode="after")
    def _one_kind(self) -> "Condition":
        kinds = [k for k in ("any", "all", "indicator", "event") if getattr(self, k) is not None]
        if len(kinds) != 1:
            raise ValueError("give exactly one of 'any', 'all', 'indicator' and 'event'")
        bounds = self.above is not None or self.below is not None
        if self.indicator is not None:
            _check_indicator(self)
        elif bounds or self.times or self.organ:
            raise ValueError(f"'above', 'below', 'times' and 'organ' belong to an indicator, not to '{kinds[0]}'")
        if self.event is not None and self.event not in EVENTS:
            raise ValueError(
                f"'{self.event}' is not an event. {did_you_mean(self.event, EVENTS, 'Known are ' + ', '.join(EVENTS))}"
            )
        if self.event is None and (self.larger is not None or self.smaller is not None or self.none):
            raise ValueError("'larger', 'smaller' and 'none' belong to an event")
        return self


def _check_indicator(condition: Condition) -> None:
    name = condition.indicator or ""
    if name not in NATIONAL and name not in BY_ORGAN:
        known = [*NATIONAL, *BY_ORGAN]
        raise ValueError(f"'{name}' is not an indicator. {did_you_mean(name, known, 'Known are ' + ', '.join(known))}")
    if (condition.above is None) == (condition.below is None):
        raise ValueError("give either 'above' or 'below'")
    if condition.organ is not None:
        if name not in BY_ORGAN:
            raise ValueError(f"'{name}' holds for the country: leave out 'organ'")
        court_indices(condition.organ)
    if condition.times and name in BY_ORGAN:
        raise ValueError(f"'{name}' has no long mean: leave out 'times'")


class Action(Model):
    """One thing done: a level lever moved (`add`, `times` or `to`), or an impulse or deed with its `weight`."""

    lever: Name
    organ: Name | None = None  #: of a lever with parts: a name, `all`, or `there` (the organ that the condition found)
    add: Number | None = None
    times: Annotated[Real, Field(ge=0, le=100, allow_inf_nan=False)] | None = None
    to: Number | None = None
    most: Number | None = None  #: not raised above this
    least: Number | None = None  #: not lowered below this
    drift: Share = 0.0  #: share of the change lost a week
    weeks: Annotated[Whole, Field(ge=1, le=5200)] | None = (
        None  #: how long it lasts; left out: until it has drifted back
    )
    weight: Share = 1.0  #: of an impulse: how firmly; of a recall: which share
    number: Annotated[Whole, Field(ge=1, le=10)] = 2  #: of a reshuffle: how many chiefs
    who: Who | None = None  #: of a purge or a rehabilitation
    rank: Rank | None = None
    cause: Literal["scapegoat", "rivalry", "corruption", "precaution", "failure"] | None = None
    fate: Literal["warning", "demotion", "reeducation", "dismissal", "prison", "execution"] | None = None
    stated: Name | None = None  #: the reason given in public
    chance: Share = 1.0  #: that it is done at all
    when: Condition | None = None  #: a further condition

    @model_validator(mode="after")
    def _fits(self) -> "Action":
        changes = [c for c in ("add", "times", "to") if getattr(self, c) is not None]
        if self.lever in DEEDS:
            parts = self.lever == "inquiry"
        elif self.lever in LEVERS and self.lever != "ration_priority":
            parts = LEVERS[self.lever].per_organ or LEVERS[self.lever].per_court
        else:
            known = [*LEVERS, *DEEDS]
            raise ValueError(f"'{self.lever}' is not a lever or a deed here. {did_you_mean(self.lever, known)}")
        level = self.lever in LEVERS and not LEVERS[self.lever].impulse
        if level and len(changes) != 1:
            raise ValueError(f"'{self.lever}' needs exactly one of 'add', 'times' and 'to'")
        if not level and (changes or self.weeks or self.drift or self.most is not None or self.least is not None):
            raise ValueError(f"'{self.lever}' acts at once: give 'weight', not an amount or a time")
        if self.to is not None:
            lever = LEVERS[self.lever]
            if not lever.low <= self.to <= lever.high:
                raise ValueError(f"'to': {self.to:g} is outside {lever.low:g} to {lever.high:g}")
        _check_organ(self, parts)
        return self


def _check_organ(action: Action, parts: bool) -> None:
    chosen = {"suspect": "purge", "longest_away": "rehabilitation"}
    if action.who is not None and chosen[action.who] != action.lever:
        raise ValueError(f"'who: {action.who}' belongs to '{chosen[action.who]}', not to '{action.lever}'")
    if action.lever != "purge" and (action.cause or action.fate or action.stated or action.rank):
        raise ValueError("'cause', 'fate', 'stated' and 'rank' belong to 'purge'")
    if action.organ is None:
        if parts and action.who is None:
            raise ValueError(f"'{action.lever}' needs 'organ': a name, 'all' or '{NAMED}'")
        return
    if not parts or action.who is not None:
        raise ValueError(f"'{action.lever}' has no 'organ' here: leave it out")
    if action.organ != NAMED:
        per_organ = action.lever in LEVERS and LEVERS[action.lever].per_organ
        (organ_indices if per_organ else court_indices)(action.organ)


Actions = Annotated[list[Action], Field(min_length=1, max_length=12)]


class Sequel(Model):
    """What follows a tactic: after some weeks, or once a condition holds within them."""

    title: Short
    do: Actions
    when: Condition | None = None
    after_weeks: Annotated[Whole, Field(ge=0, le=520)] = 0
    within_weeks: Annotated[Whole, Field(ge=1, le=520)] = 26
    weight: Share = 1.0  #: chance that it is done when its time comes


class Tactic(Model):
    """One tactic of the leader."""

    name: Name
    title: Short  #: the rest of a sentence that begins with "The leader"
    when: Condition
    do: Actions
    then: Annotated[list[Sequel], Field(max_length=6)] = []
    priority: Annotated[Real, Field(ge=0, le=100, allow_inf_nan=False)] = 5.0
    cost: Annotated[Real, Field(ge=0, le=100, allow_inf_nan=False)] = 0.0
    cooldown_weeks: Annotated[Whole, Field(ge=0, le=5200)] = 26
    shares_pause_with: Annotated[list[Name], Field(max_length=20)] = []  #: tactics whose cooldown this one obeys too
    weight: Share = 1.0  #: chance a month that it is weighed at all while its condition holds
    because: Short = ""  #: a phrase; the figures that made the condition hold are added
    note: Text = ""

    @model_validator(mode="after")
    def _there(self) -> "Tactic":
        named = [a for a in (*self.do, *(a for s in self.then for a in s.do)) if a.organ == NAMED]
        if named and not finds_organ(self.when):
            raise ValueError(f"'organ: {NAMED}' needs an indicator by organ in 'when' ({', '.join(BY_ORGAN)})")
        return self


def finds_organ(condition: Condition) -> bool:
    """Whether a condition, wherever it holds, names an organ."""
    if condition.any is not None:
        return all(finds_organ(c) for c in condition.any)
    if condition.all is not None:
        return any(finds_organ(c) for c in condition.all)
    return condition.indicator in BY_ORGAN


class Sight(Model):
    """How well one indicator is seen, if otherwise than the parameters say."""

    error: Annotated[Real, Field(ge=0, le=3, allow_inf_nan=False)] | None = None  #: sigma of the log of a week's report
    learning: Share | None = None  #: share of the distance to the report that the belief moves in a week
    bias: Annotated[Real, Field(gt=0, le=10, allow_inf_nan=False)] = 1.0  #: factor by which it is misreported


class Leader(Model):
    """A leader: how he sees, how often and how much he acts, and his tactics."""

    acts_every: Annotated[Whole, Field(ge=1, le=52)] = 4  #: weeks
    most_actions: Annotated[Whole, Field(ge=0, le=20)] = 2  #: at a time
    sees: Annotated[dict[Name, Sight], Field(max_length=20)] = {}
    tactics: Annotated[list[Tactic], Field(max_length=60)] = []

    @model_validator(mode="after")
    def _names(self) -> "Leader":
        names = [t.name for t in self.tactics]
        for i, name in enumerate(names):
            if name in names[:i]:
                raise ValueError(f"two tactics have the name '{name}'")
        for t in self.tactics:
            for other in t.shares_pause_with:
                if other not in names:
                    raise ValueError(f"'{t.name}' shares its pause with '{other}', which is not a tactic")
        for name in self.sees:
            if name not in REPORTED:
                raise ValueError(f"'{name}' is not an indicator that is reported. {did_you_mean(name, REPORTED)}")
        return self


#: Indicators that reach the leader with error.
REPORTED: Final = (
    "anger",
    "incidents",
    "food_stress",
    "rice_price",
    "state_income",
    "dues",  # what it takes in won
    "bribes",
    "rights",
    "requests",
    "flight",
    "reserve_weeks",
    "income",  # of households, at the price of rice
    "market",
)
