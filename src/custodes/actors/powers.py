"""Powers: what neighbours, the powers and broadcasters do from outside, each by its own table of tactics.

Once a month every power looks at what it can see of the country, with error, and plays each tactic whose condition holds
with the tactic's chance. A tactic moves levers by an amount, on top of what the timeline has, for its time or for as long
as a government is in office; amounts may drift back. What a neighbour does on the crisis ladder (mechanisms.crisis) moves
levers too, while it does so. Everything a power does is data of the scenario (EQUATIONS.md 11; MODEL.md 7).

A scenario whose timeline holds the real measures up to a date gives that date as `history_until`: before it the powers
keep still, for what they did then is in the timeline already, and the same sanction must not come twice.
"""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from custodes import draws, portable
from custodes.actors.levers import EVENT_KINDS, LEVERS, court_indices, organ_indices
from custodes.engine.step import Deed, Week
from custodes.mechanisms.crisis import LEVELS, MONTH
from custodes.mechanisms.diplomacy import FRESH
from custodes.scenario.powers import EffectEntry, PowerEntry, TacticEntry
from custodes.scenario.timeline import week_of
from custodes.world.columns import U16
from custodes.world.court import NEVER
from custodes.world.state import World

INFINITE: Final = 1e300
FOREVER: Final = 1 << 20  #: week until which an effect lasts that nothing ends


class Params(NamedTuple):
    """Group `powers`."""

    error: float  #: spread (sigma of log) of what a power sees in a month around the truth
    learning: float  #: share of the distance to what it sees that its estimate moves in a month
    warning_weeks: float  #: for how long a provocation is a warning to the next


class Effect(NamedTuple):
    """One lever that a tactic moves."""

    lever: str
    add: float
    organs: tuple[str, ...] = ()  #: of a lever with parts; one of them is drawn
    most: float | None = None  #: the lever is not raised above this
    least: float | None = None  #: nor lowered below this
    drift: float = 0.0  #: share of the amount lost a week


class Tactic(NamedTuple):
    """What a power may do, and when."""

    name: str
    does: str  #: "{power} {does}." is what the log says
    chance: float  #: a month while the condition holds
    effects: tuple[Effect, ...]
    when: Mapping[str, tuple[float, float]] = {}  #: indicator: at least, below
    either: bool = False  #: one of the conditions is enough
    weeks: int | None = None  #: how long it lasts; None: for ever
    term: bool = False  #: it ends with the government
    government: str = ""  #: which government plays it; empty: any
    one_of: bool = False  #: one of the effects is drawn each time
    adds_up: bool = False  #: it may be played again while it lasts
    under_sanctions: float = 1.0  #: factor of the chance while sanctions stand: what an ally's leverage leaves


class Government(NamedTuple):
    """A government and the week (from the scenario's start) in which it takes office."""

    kind: str
    since: int


class Power(NamedTuple):
    """One actor outside."""

    name: str
    title: str
    tactics: tuple[Tactic, ...] = ()
    capability: float = 0.0  #: in the bargain over sanctions
    stakes: Mapping[str, float] = {}  #: for (above 0) or against sanctions, by government, or `any`
    governments: tuple[Government, ...] = ()  #: known, in order
    kinds: tuple[str, ...] = ()  #: what later governments may be, equally likely
    term_weeks: int = 0
    neighbour: bool = False
    hotline: bool = False
    asylum: tuple[float, float] | None = None  #: share of officials who ask here, chance that they are taken in
    ladder: Mapping[int, tuple[Mapping[str, Any], tuple[Effect, ...]]] = {}  #: response and its effects, by level


class Powers:
    """The player who plays all powers. Its memory is `world.actors["powers"]`."""

    def __init__(self, powers: Sequence[Power], free_from: int = 0) -> None:
        """`free_from` is the first week in which powers act of themselves."""
        self.powers, self.free_from = tuple(powers), free_from
        self._asks = [{name for tactic in a.tactics for name in tactic.when} for a in self.powers]

    def act(self, world: World, week: Week, p: Any) -> None:
        """Begin and end what the powers do, and lay it on this week's levers."""
        mine = self._memory(world)
        mine["free"] = week.number >= self.free_from
        mine["standing"] = [_aged(e) for e in mine["standing"] if e["until"] > week.number]
        if week.number % MONTH == 0:
            self._govern(world, week, mine)
            if mine["free"]:
                self._month(world, week, mine, p.powers)
        effects = [*mine["standing"], *self._on_the_ladder(world)]
        if effects:
            week.levers = moved(week.levers, effects)

    def observe(self, world: World, week: Week, p: Any) -> None:
        """Powers look once a month, before they act."""

    @classmethod
    def of(cls, scenario: Any) -> "Powers":
        """The powers of a scenario, with its totals scaled to the country's size."""
        file = scenario.actors.powers
        days = (np.datetime64(file.free_from) - scenario.start).astype("timedelta64[D]").astype(int)
        return cls([_power(entry, scenario) for entry in file.powers], -int(-days // 7))

    def _memory(self, world: World) -> dict[str, Any]:
        if "powers" not in world.actors:
            world.actors["powers"] = {
                "free": False,
                "neighbours": [_for_the_ladder(a) for a in self.powers if a.neighbour],
                "bargain": [],
                "asylum": [
                    {"name": a.name, "title": a.title, "share": a.asylum[0], "chance": a.asylum[1]}
                    for a in self.powers
                    if a.asylum
                ],
                "government": {},
                "seen": {},
                "standing": [],
            }
        mine: dict[str, Any] = world.actors["powers"]
        return mine

    def _govern(self, world: World, week: Week, mine: dict[str, Any]) -> None:
        """Who governs now, and so which side each power takes over sanctions."""
        mine["government"] = {
            a.name: government(a, i, week.number, world.seed)[0] for i, a in enumerate(self.powers) if a.governments
        }
        mine["bargain"] = [
            {"name": a.name, "capability": a.capability, "stake": _stake(a, mine["government"].get(a.name, ""))}
            for a in self.powers
            if a.capability > 0.0
        ]

    def _month(self, world: World, week: Week, mine: dict[str, Any], p: Params) -> None:
        standing = moved(week.levers, mine["standing"])
        news, facts = public(world, standing, p), sights(world)
        for i, power in enumerate(self.powers):
            seen = {**news, **self._look(world, week, mine, i, facts, p)}
            for j in range(len(power.tactics)):
                if self._plays(world, week, mine, (i, j), seen):
                    self._begin(world, week, mine, (i, j))

    def _look(
        self, world: World, week: Week, mine: dict[str, Any], i: int, facts: Mapping[str, float], p: Params
    ) -> dict[str, float]:
        """A power's estimates: moved toward what it sees this month, which errs by a factor of its own."""
        held = mine["seen"].setdefault(self.powers[i].name, {})
        for number, (name, fact) in enumerate(facts.items()):
            if name not in self._asks[i]:
                continue
            error = p.error * draws.one_normal(world.seed, "power", week.number, i, number)
            sight = fact * float(portable.exp_one(error))
            held[name] = held.get(name, sight) + p.learning * (sight - held.get(name, sight))
        return dict(held)

    def _plays(
        self, world: World, week: Week, mine: dict[str, Any], which: tuple[int, int], seen: Mapping[str, float]
    ) -> bool:
        power, tactic = self.powers[which[0]], self.powers[which[0]].tactics[which[1]]
        standing = any(e["actor"] == power.name and e["tactic"] == tactic.name for e in mine["standing"])
        if standing and not tactic.adds_up:
            return False
        if tactic.government and tactic.government != mine["government"].get(power.name):
            return False
        if not holds(tactic, seen) or not _room(tactic, week.levers, mine["standing"]):
            return False
        chance = tactic.chance * (tactic.under_sanctions if seen["sanctions"] > 0.0 else 1.0)
        return draws.one(world.seed, "power", week.number, _entity(*which)) < chance

    def _begin(self, world: World, week: Week, mine: dict[str, Any], which: tuple[int, int]) -> None:
        """Record the tactic and let its effects stand."""
        power, tactic = self.powers[which[0]], self.powers[which[0]].tactics[which[1]]
        luck = [draws.one(world.seed, "power", week.number, _entity(*which), block) for block in (1, 2)]
        effects = tactic.effects
        if tactic.one_of:
            effects = (effects[int(luck[0] * len(effects))],)
        until = FOREVER if tactic.weeks is None else week.number + tactic.weeks
        if tactic.term:
            until = government(power, which[0], week.number, world.seed)[1]
        first = effects[0]
        organs = [e.organs[int(luck[1] * len(e.organs))] if e.organs else "" for e in effects]
        new = [_standing(power.name, tactic.name, e, o, until) for e, o in zip(effects, organs, strict=True)]
        before = moved(week.levers, mine["standing"])
        mine["standing"] += new
        after = moved(week.levers, mine["standing"])
        changes = [(e.lever, o, _of(before, e, o), _of(after, e, o)) for e, o in zip(effects, organs, strict=True)]
        event = week.log.record(
            EVENT_KINDS.get(first.lever, first.lever),
            week.number,
            organ=organs[0],
            magnitude=changes[0][3] - changes[0][2],
            causes=_causes(week, tactic),
            text=f"{power.title} {tactic.does}: {'; '.join(_change(*change) for change in changes)}.",
            origin=f"power:{power.name}",
            lever=first.lever,
        )
        week.deeds += [Deed(e.lever, o, e.add, event, power.name) for e, o in zip(effects, organs, strict=True)]

    def _on_the_ladder(self, world: World) -> list[dict[str, Any]]:
        """Effects of what neighbours do at the levels that they have reached."""
        return [
            _standing(a.name, LEVELS[level], effect, "", FOREVER)
            for a in self.powers
            for level, (_, effects) in a.ladder.items()
            if world.memory.get(f"crisis_does.{a.name}.{level}")
            for effect in effects
        ]


# --- what is seen ------------------------------------------------------------------------------------------------------


def sights(world: World) -> dict[str, float]:
    """What powers estimate, without their error: turmoil; refugees a month by million people; mean food stress."""
    people = max(1.0, float(world.places.population.sum()))
    return {
        "turmoil": world.memory.get("turmoil", 0.0),
        "refugees": world.memory.get("refugees_month", 0.0) / people * 1e6,
        "food_stress": world.total("stress_u16") / max(1, world.total("households")) / U16,
    }


def public(world: World, levers: Any, p: Params) -> dict[str, float]:
    """What everybody knows: 1 or 0, and how far sanctions go."""

    def fresh(name: str, weeks: float = FRESH) -> float:
        return 1.0 if world.memory.get(name, float(NEVER)) < weeks else 0.0

    provoked = fresh("since_provocation")
    agreed = world.memory.get("sanctions_agreed", 0.0)
    return {
        "provocation": provoked,
        "agreed_sanctions": provoked * agreed,
        "disputed_sanctions": provoked * (1.0 - agreed),
        "provocation_after_warning": provoked * fresh("since_earlier_provocation", p.warning_weeks),
        "talks": 1.0 if world.memory.get("talks_weeks") else 0.0,
        "talks_succeed": fresh("since_talks_won"),
        "talks_fail": fresh("since_talks_failed"),
        "reserve_empty": world.memory.get("reserve_empty", 0.0),
        "loose_weapons": world.memory.get("loose_weapons", 0.0),
        "sanctions": float(levers.trade_cut),
    }


#: Events that a condition points to, and for how many weeks: they are the causes of what is then done.
POINTS_TO: Final = {
    "provocation": ("provocation", FRESH + 1),
    "agreed_sanctions": ("provocation", FRESH + 1),
    "disputed_sanctions": ("provocation", FRESH + 1),
    "provocation_after_warning": ("provocation", FRESH + 1),
    "talks": ("talks", 27),
    "talks_succeed": ("talks", FRESH + 1),
    "talks_fail": ("talks", FRESH + 1),
    "reserve_empty": ("reserve_empty", 520),
    "loose_weapons": ("loose_weapons", 520),
    "turmoil": ("crisis_step", 26),
    "sanctions": ("sanction", 520),
    "food_stress": ("price_doubling", 52),
}


def holds(tactic: Tactic, seen: Mapping[str, float]) -> bool:
    """Whether a tactic's condition holds; one without conditions always does."""
    met = [low <= seen[name] < high for name, (low, high) in tactic.when.items()]
    return not met or (any(met) if tactic.either else all(met))


def _causes(week: Week, tactic: Tactic) -> list[str]:
    pointed = [POINTS_TO[name] for name in tactic.when if name in POINTS_TO]
    return [event for kind, weeks in pointed for event in week.log.latest(kind, weeks)[:1]]


# --- governments -------------------------------------------------------------------------------------------------------


def government(power: Power, i: int, week: int, seed: int) -> tuple[str, int]:
    """The kind of a power's government in a week, and the week in which its term ends.

    Known governments hold to the next known one; after the last known term every further one is drawn.
    """
    if not power.governments:
        return "", FOREVER
    index = max((n for n, g in enumerate(power.governments) if g.since <= week), default=0)
    now = power.governments[index]
    if index + 1 < len(power.governments):
        return now.kind, power.governments[index + 1].since
    later = max(0, (week - now.since) // power.term_weeks)
    end = now.since + (later + 1) * power.term_weeks
    if later == 0:
        return now.kind, end
    luck = draws.one(seed, "power", end, _entity(i, 0), 3)
    return power.kinds[int(luck * len(power.kinds))], end


def _stake(power: Power, kind: str) -> float:
    return float(power.stakes.get(kind, power.stakes.get("any", 0.0)))


# --- levers ------------------------------------------------------------------------------------------------------------


def moved(levers: Any, effects: Sequence[Mapping[str, Any]]) -> Any:
    """These levers with the effects laid on top; every lever stays within its bounds and those of the effect."""
    out = copy.copy(levers)
    for effect in effects:
        lever = LEVERS[effect["lever"]]
        most = lever.high if effect["most"] is None else effect["most"]
        least = lever.low if effect["least"] is None else effect["least"]
        before = getattr(out, lever.name)
        if lever.per_organ or lever.per_court:
            after = before.copy()
            for part in (court_indices if lever.per_court else organ_indices)(effect["organ"] or "all"):
                after[part] = _added(float(before[part]), effect["add"], least, most)
            after.setflags(write=False)
        else:
            after = _added(before, effect["add"], least, most)
        setattr(out, lever.name, after)
    return out


def _added(before: float, add: float, least: float, most: float) -> float:
    """`before + add`, but not past a bound; a value that stands past it already is left alone."""
    return float(min(before + add, max(before, most)) if add > 0.0 else max(before + add, min(before, least)))


def _room(tactic: Tactic, levers: Any, standing: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the tactic would move anything: nobody bans again what is banned."""
    now = moved(levers, standing) if standing else levers
    for effect in tactic.effects:
        after = moved(now, [_standing("", "", effect, organ, FOREVER) for organ in effect.organs or ("",)])
        if not np.array_equal(getattr(after, effect.lever), getattr(now, effect.lever)):
            return True
    return False


def _standing(actor: str, tactic: str, effect: Effect, organ: str, until: int) -> dict[str, Any]:
    return {
        "actor": actor,
        "tactic": tactic,
        "lever": effect.lever,
        "organ": organ,
        "add": effect.add,
        "most": effect.most,
        "least": effect.least,
        "drift": effect.drift,
        "until": until,
    }


def _aged(effect: dict[str, Any]) -> dict[str, Any]:
    return {**effect, "add": effect["add"] * (1.0 - effect["drift"])} if effect["drift"] else effect


def _entity(i: int, j: int) -> int:
    """Key of the draws of tactic `j` of power `i`; below 1,000 are the powers' own."""
    return 1000 + 100 * i + j


def _of(levers: Any, effect: Effect, organ: str) -> float:
    """The value of a lever, of one organ if it has parts."""
    value = getattr(levers, effect.lever)
    if not organ:
        return float(value)
    indices = court_indices if LEVERS[effect.lever].per_court else organ_indices
    return float(value[indices(organ)[0]])


def _change(lever: str, organ: str, before: float, after: float) -> str:
    """`court revenue cut of the army from 0 to 0.25`."""
    of = f" of {organ.replace('_', ' ')}" if organ else ""
    return f"{lever.replace('_', ' ')}{of} from {_figure(before)} to {_figure(after)}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.3g}"


# --- from the scenario -------------------------------------------------------------------------------------------------


def _power(entry: PowerEntry, scenario: Any) -> Power:
    return Power(
        name=entry.name,
        title=entry.title,
        tactics=tuple(_tactic(t, scenario.scale) for t in entry.tactics),
        capability=entry.capability,
        stakes=dict(entry.stakes),
        governments=tuple(
            Government(g.kind, week_of(np.datetime64(g.since), scenario.start)) for g in entry.governments
        ),
        kinds=tuple(entry.kinds),
        term_weeks=entry.term_weeks,
        neighbour=entry.neighbour,
        hotline=entry.hotline,
        asylum=(entry.asylum.share, entry.asylum.chance) if entry.asylum else None,
        ladder={
            LEVELS.index(level): (
                r.model_dump(include={"does", "chance", "enters", "secures"}),
                tuple(_effect(e, scenario.scale) for e in r.effects),
            )
            for level, r in entry.ladder.items()
        },
    )


def _tactic(entry: TacticEntry, scale: float) -> Tactic:
    return Tactic(
        name=entry.name,
        does=entry.does,
        chance=entry.weight,
        effects=tuple(_effect(e, scale) for e in entry.effects),
        when={
            name: (-INFINITE if c.above is None else c.above, INFINITE if c.below is None else c.below)
            for name, c in entry.when.items()
        },
        either=entry.either,
        weeks=entry.lasts if isinstance(entry.lasts, int) else None,
        term=entry.lasts == "term",
        government=entry.government or "",
        one_of=entry.one_of,
        adds_up=entry.adds_up,
        under_sanctions=entry.under_sanctions,
    )


def _effect(entry: EffectEntry, scale: float) -> Effect:
    """Totals of the whole country, such as dollars of aid, are scaled by its size."""
    factor = scale if LEVERS[entry.lever].extensive else 1.0
    return Effect(entry.lever, entry.add * factor, tuple(entry.organ or ()), entry.most, entry.least, entry.drift)


def _for_the_ladder(power: Power) -> dict[str, Any]:
    return {
        "name": power.name,
        "title": power.title,
        "hotline": power.hotline,
        "ladder": {str(level): dict(response) for level, (response, _) in power.ladder.items()},
    }
