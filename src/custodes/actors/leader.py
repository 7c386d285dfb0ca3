"""The leader: what he believes, which threat he answers, with what, and what he remembers of it.

Once in four weeks he takes at most two of the tactics whose condition holds, those with the highest
`priority x severity x (1 + worth) - cost`. `worth` is his memory: after a quarter it moves towards the share by which the
threat has fallen. His tactics are data (`data/actors/leader.yaml`, changed by a scenario's `actors.yaml`); every action is
logged with the figures that moved him and with the events behind them. EQUATIONS.md 10; MODEL.md 6.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from custodes import draws
from custodes.actors import sights
from custodes.actors.orders import Office, Ready, aged
from custodes.actors.powers import moved
from custodes.actors.tactics import Finding, Seen, causes, figures, intensity, judge
from custodes.engine.step import Week
from custodes.scenario import tactics as grammar
from custodes.world.state import World

NAME: Final = "leader"
SCRIPTED, REACTIVE = range(2)
#: Events that are known from the world's memory: the week in which they last happened.
REMEMBERED: Final[Mapping[str, str]] = {"plot_found": "plot_found_week"}
ORIGINS: Final[Mapping[str, str]] = {"plot_found": "plot"}  #: the kind of record of such an event
SEQUELS: Final = 100_000  #: keys of the draws of sequels begin here


class Params(NamedTuple):
    """Group `leader`."""

    mode: float  #: 0 scripted: only the timeline acts; 1 reactive: he answers what he sees
    regime: float  #: index into mechanisms.regime.REGIMES
    error: float  #: sigma of the logarithm of a week's report
    learning: float  #: share of the distance to the report that his belief moves in a week
    mean: float  #: weeks of the long means
    mean_rights: float  #: weeks of the mean of talk of rights
    mean_price: float  #: weeks of the mean of the rice price
    recent: float  #: weeks over which rare events are counted
    credible: float  #: leavers added to those counted
    poorest: float  #: weight of the poorest third of counties in anger
    media: float  #: weight of foreign media beside rights
    crowd: float  #: sparks that a crowd counts as
    fear_anger: float  #: weight of anger in his fear of the people
    fear_incidents: float  #: weight of incidents
    fear_outside: float  #: weight of talk of rights from outside
    outside_rest: float  #: such talk at rest
    incidents_unit: float  #: incidents a year and county that count as one
    incidents_most: float  #: the most they count
    fear_rate: float  #: share of the distance that his fear moves in a week
    severity: float  #: the highest severity of a threat
    worth_rate: float  #: how fast he learns what a tactic is worth
    worth_weeks: float  #: after how many weeks he looks at what it brought
    party_consent: float  #: under a party, factor on purges by precaution
    party_sight: float  #: on errors in judging loyalty
    party_succession: float  #: on the excess of plots after a succession


class Plan(NamedTuple):
    """A tactic that could be taken now."""

    tactic: grammar.Tactic
    number: int  #: its place in the list
    finding: Finding
    score: float
    ready: tuple[Ready, ...]  #: its actions that would do something


class Leader:
    """The player who rules. His memory is `world.actors["leader"]`: JSON values only."""

    def __init__(self, spec: grammar.Leader, scale: float = 1.0) -> None:
        """`scale` is the country's size against the one that totals in the tactics are written for."""
        self.spec, self.scale = spec, scale
        self.numbers = {t.name: i for i, t in enumerate(spec.tactics)}

    def observe(self, world: World, week: Week, p: Any) -> None:
        """The week's reports come in."""
        sights.hear(world, week, p, self._memory(world), self.spec.sees)

    def act(self, world: World, week: Week, p: Any) -> None:
        """Let what was done drift back; once a month weigh the tactics and take the most pressing."""
        mine = self._memory(world)
        mine["acts"] = int(p.leader.mode) == REACTIVE
        if not mine["acts"]:
            return
        mine["standing"] = aged(mine["standing"], week.number)
        if mine["standing"]:
            week.levers = moved(week.levers, mine["standing"])
        if week.number % self.spec.acts_every == 0 and mine["beliefs"]:
            self._decide(world, week, p.leader, mine)

    def _memory(self, world: World) -> dict[str, Any]:
        if NAME not in world.actors:
            world.actors[NAME] = {
                "acts": False,
                "weeks": 0,
                "normed": 0,
                **{part: {} for part in ("beliefs", "means", "recent", "norms", "done", "worth")},
                **{part: [] for part in ("standing", "awaited", "judged")},
            }
        mine: dict[str, Any] = world.actors[NAME]
        return mine

    def _decide(self, world: World, week: Week, q: Params, mine: dict[str, Any]) -> None:
        values = {**mine["beliefs"], **sights.own_mind(world, week)}
        seen = Seen(values, mine["means"], sights.by_organ(world), _Events(world, week), q.severity)
        office = Office(world, week, mine, self.scale)
        self._learn(week, q, mine, seen)
        self._go_on(office, seen)
        for plan in self._plans(office, seen)[: self.spec.most_actions]:
            self._take(office, plan, seen)

    # --- choice --------------------------------------------------------------------------------------------------------

    def _plans(self, office: Office, seen: Seen) -> list[Plan]:
        """The tactics that could be taken now, the most pressing first."""
        week, mine = office.week.number, office.mine
        plans = []
        for number, tactic in enumerate(self.spec.tactics):
            if self._paused(tactic, mine["done"], week):
                continue
            finding = judge(tactic.when, seen)
            if finding is None or draws.one(office.world.seed, "leader_choice", week, number) >= tactic.weight:
                continue
            score = tactic.priority * finding.severity * (1.0 + mine["worth"].get(tactic.name, 0.0)) - tactic.cost
            ready = office.ready(tactic.do, finding, seen, 100 * (number + 1)) if score > 0.0 else ()
            if ready:
                plans.append(Plan(tactic, number, finding, score, ready))
        return sorted(plans, key=lambda plan: (-plan.score, plan.number))

    def _paused(self, tactic: grammar.Tactic, done: Mapping[str, int], week: int) -> bool:
        """Whether the tactic, or one whose pause it shares, was taken too lately."""
        pauses = {
            n: self.spec.tactics[self.numbers[n]].cooldown_weeks for n in (tactic.name, *tactic.shares_pause_with)
        }
        return any(n in done and week - done[n] < weeks for n, weeks in pauses.items())

    def _take(self, office: Office, plan: Plan, seen: Seen) -> None:
        """Carry a tactic out, remember it, and await its sequels."""
        tactic, mine, week = plan.tactic, office.mine, office.week.number
        because = f"{tactic.because or 'it is time'} ({figures(plan.finding)})"
        events = office.carry_out(tactic.name, tactic.title, because, plan.ready, causes(plan.finding, seen))
        mine["done"][tactic.name] = week
        mine["judged"].append([tactic.name, week, intensity(tactic.when, seen)])
        mine["awaited"] += [[tactic.name, i, week, events[0], plan.finding.organ] for i in range(len(tactic.then))]

    def _learn(self, week: Week, q: Params, mine: dict[str, Any], seen: Seen) -> None:
        """A quarter after an action: by which share has the threat fallen?"""
        due = [j for j in mine["judged"] if week.number - j[1] >= q.worth_weeks and j[0] in self.numbers]
        mine["judged"] = [j for j in mine["judged"] if week.number - j[1] < q.worth_weeks]
        for name, _, before in due:
            now = intensity(self.spec.tactics[self.numbers[name]].when, seen)
            fell = min(1.0, max(-1.0, 1.0 - now / before)) if before > 0.0 else 0.0
            worth = mine["worth"].get(name, 0.0)
            mine["worth"][name] = worth + q.worth_rate * (fell - worth)

    def _go_on(self, office: Office, seen: Seen) -> None:
        """Sequels of earlier tactics whose time or condition has come; they come beside the month's actions."""
        week, kept = office.week.number, []
        for entry in office.mine["awaited"]:
            name, index, begun, cause, organ = entry
            if name not in self.numbers or index >= len(self.spec.tactics[self.numbers[name]].then):
                continue
            sequel = self.spec.tactics[self.numbers[name]].then[index]
            age, finding = week - begun, judge(sequel.when, seen) if sequel.when else Finding(1.0)
            if age < max(sequel.after_weeks, 1) or finding is None:
                if age < sequel.after_weeks + sequel.within_weeks:
                    kept.append(entry)
                continue
            key = SEQUELS + 1000 * self.numbers[name] + 100 * index
            if draws.one(office.world.seed, "leader_choice", week, key, 2) < sequel.weight:
                ready = office.ready(sequel.do, finding._replace(organ=organ), seen, key)
                office.carry_out(
                    f"{name}, then", sequel.title, figures(finding), ready, [cause, *causes(finding, seen)]
                )
        office.mine["awaited"] = kept


class _Events:
    """The event log as conditions ask for it: (id, magnitude) of a kind in the last weeks, newest first."""

    def __init__(self, world: World, week: Week) -> None:
        self.world, self.week = world, week

    def __call__(self, kind: str, weeks: int, organ: str | None) -> Sequence[tuple[str, float]]:
        log = self.week.log
        if kind not in REMEMBERED:
            return [(e, log.magnitude_of(e)) for e in log.latest(kind, weeks, organ=organ)]
        last = self.world.memory.get(REMEMBERED[kind])
        if last is None or self.week.number - last > weeks:
            return []
        return [(e, log.magnitude_of(e)) for e in log.latest(ORIGINS[kind], weeks)[:1]] or [("", 1.0)]
