"""What a watcher sees: sources hear of events late and wrongly, outlets pass some of it on, and truth comes out by and by.

Sources sit in places, dense along the border; each hears of an event of size z (1: one household ... 5: the nation) by
itself, so that together they hear with `1 - (1 - reach density)^(2^z / 2)`. A report carries the number of its origins: an
outlet that repeats it adds no evidence. Some reports are invented. Grades are the Admiralty code: a letter for the
outlet's record (A to F), a number for how far the report is borne out (1 to 6). Only logged events can be reported.
EQUATIONS.md 12; form and numbers ours, the share of false named executions from 2 of about 15 that were reported.
"""

from bisect import bisect_left
from typing import Any, Final, NamedTuple

import numpy as np

from custodes import draws, portable
from custodes.engine.step import Week
from custodes.observe.events import Event
from custodes.observe.wording import CAUSES_SAID, RIVAL, announced, sentence
from custodes.observe.wording import said as said
from custodes.world.columns import CHIEF, COURT_ORGANS, DEPUTY, IN_POST, PLACE_TYPES
from custodes.world.state import World

#: Size of an event by kind; a crowd's follows from its people, a purge's from the rank of the purged.
SIZES: Final = {
    "incident": 2.0,
    "refusal": 4.0,
    "lost": 4.5,
    "retaken": 4.0,
    "purge": 3.0,
    "rehabilitation": 2.5,
    "appointment": 2.5,
    "order": 3.0,
    "edict": 3.5,
    "relapse": 2.5,
    "softening": 2.5,
    "resignation_wave": 2.5,
    "seizure": 2.0,
    "envoy_defection": 3.0,
    "plot": 0.5,
    "coup": 5.0,
    "ration_collapse": 4.0,
    "price_doubling": 4.0,
    "harvest": 3.0,
    "reserve_empty": 2.0,
    "camps_full": 2.0,
    "dear_food": 3.0,
    "hunger": 3.0,
    "market_closure": 4.0,
    "currency_reform": 5.0,
}
#: What the state or the powers announce themselves: always reported, a week later.
PUBLIC: Final = frozenset(
    (
        "appointment",
        "edict",
        "reform",
        "succession",
        "end",
        "coup",
        "uprising",
        "talks",
        "provocation",
        "sanction",
        "campaign",
        "aid",
        "crisis_step",
        "market_closure",
        "currency_reform",
    )
)
#: What happens at court or among the powers is heard of in the capital.
OF_THE_COURT: Final = frozenset(
    ["purge", "rehabilitation", "appointment", "order", "edict", "plot", "coup", "envoy_defection"]
)
OF_THE_ARMY: Final = frozenset(("resignation_wave",))
INVENTED: Final = ("incident", "seizure", "relapse", "refusal")
LETTERS: Final = ((0.95, "A"), (0.8, "B"), (0.65, "C"), (0.5, "D"))


class Params(NamedTuple):
    """Group `reports`."""

    density: tuple[float, float, float, float]  #: of sources, by place
    sources: tuple[float, float, float, float]  #: number, by place: what may be invented
    garrison: float  #: density of sources in the army
    reach: float  #: chance that a source at full density hears of an event of size 2
    delay_border: float  #: weeks, mean
    delay_inner: float
    delay_court: float
    place_error: float  #: share of reports that name the wrong place
    size_bias: float  #: median factor on sizes told
    size_spread: float  #: sigma of its logarithm
    cause_error: float  #: share of reports that name the wrong cause
    invented: float  #: invented street reports a source-week at full density
    false_named: float  #: share of named executions reported that did not happen
    truth_weeks: float  #: after which it may turn out whether a report was right
    truth_share: float  #: chance that it does


class Outlet(NamedTuple):
    """Who publishes: `passes` is the share of what it hears, `topics` tilt it by kind, `right` its record, a and b of B(a, b)."""

    name: str
    passes: float
    right: tuple[float, float]
    topics: tuple[tuple[str, float], ...] = ()
    state: bool = False  #: the state's own: announces what is public, and nothing else

    def share(self, kind: str) -> float:
        """Chance that it passes on a report of a kind it has heard."""
        return min(1.0, self.passes * dict(self.topics).get(kind, 1.0))


class Reporter:
    """Sources and outlets of one country: a player who never acts. Its memory lies in `world.actors['reports']`."""

    def __init__(self, outlets: tuple[Outlet, ...]) -> None:
        self.outlets = tuple(o for o in outlets if not o.state)
        self.state = next((o for o in outlets if o.state), Outlet("state media", 1.0, (1.0, 1.0), state=True))

    def act(self, world: World, week: Week, p: Any) -> None:
        """A watcher does nothing."""

    def observe(self, world: World, week: Week, p: Any) -> None:
        """Hear of the week's events, invent, publish what is due, and learn which old reports were right."""
        q: Params = p.reports
        kept = _kept(world, self.outlets)
        log: Any = week.log
        for event in [e for e in _events_of(log, week.number) if _reportable(e)]:
            self._hear(world, week, event, kept, q)
        self._invent(world, week, kept, q)
        world.memory["reports_week"] = float(self._publish(world, week, kept, q))
        _turn_out(world, week, kept, q)

    def _hear(self, world: World, week: Week, event: Event, kept: dict[str, Any], q: Params) -> None:
        number = int(kept["heard"])
        kept["heard"] = number + 1
        fall = _fall(world, event)
        if event.kind in PUBLIC or (fall and fall["stated"] != "silent"):
            kept["pending"].append(
                _row(world, event, fall, week.number, week.number + 1, [self.state.name], public=True)
            )
            return
        chance = detection(event, _density(world, event, q), q, fall)
        luck = [draws.one(world.seed, "report.heard", week.number, number, block) for block in range(4)]
        if luck[0] >= chance:
            return
        carried = [
            o.name
            for i, o in enumerate(self.outlets)
            if draws.one(world.seed, "report.outlet", week.number, 64 * number + i) < o.share(event.kind)
        ]
        if not carried:
            return
        due = week.number + 1 + _delay(luck[1], _mean_delay(world, event, q))
        told = chance * self._published_at_all(event.kind)
        row = _row(world, event, fall, week.number, due, carried, origins=1 + (luck[2] < chance), chance=told)
        _distort(world, row, number, q)
        kept["pending"].append(row)
        if row["fate"] == "execution" and luck[3] < q.false_named / max(1e-9, 1.0 - q.false_named):
            self._false_execution(world, week, kept, number, carried, told)

    def _published_at_all(self, kind: str) -> float:
        """Chance that some outlet passes on what was heard."""
        missed = 1.0
        for outlet in self.outlets:
            missed *= 1.0 - outlet.share(kind)
        return 1.0 - missed

    def _false_execution(
        self, world: World, week: Week, kept: dict[str, Any], number: int, carried: list[str], chance: float
    ) -> None:
        """Beside a true one, a named execution that did not happen: of somebody who fell and lives, or of a chief in post.

        It counts for as much as the true one, of `chance`: no watcher can tell them apart.
        """
        alive = [r for r in world.register[-60:] if r["fate"] != "execution"]
        chiefs = np.flatnonzero((world.court.rank == CHIEF) & (world.court.status == IN_POST))
        if not alive and not len(chiefs):
            return
        luck = draws.one(world.seed, "report.false", week.number, number)
        if alive:
            victim = alive[int(luck * len(alive))]
            name, title, organ = victim["name"], victim["title"], victim["organ"]
        else:
            row = int(chiefs[int(luck * len(chiefs))])
            organ = COURT_ORGANS[world.court.organ[row]]
            name, title = "the chief", organ.replace("_", " ")
        kept["pending"].append(
            _blank("purge", week.number, week.number + 4, carried)
            | {
                "organ": organ,
                "name": name,
                "title": title,
                "fate": "execution",
                "cause": "anti_state",
                "invented": True,
                "size": 3.0,
                "chance": chance,
            }
        )

    def _invent(self, world: World, week: Week, kept: dict[str, Any], q: Params) -> None:
        """Street events that never were: at most one a place type and week."""
        if not self.outlets:
            return
        for place, name in enumerate(PLACE_TYPES):
            rate = q.invented * q.density[place] * q.sources[place]
            if draws.one(world.seed, "report.invented", week.number, place) >= rate:
                continue
            luck = [draws.one(world.seed, "report.invented", week.number, place, block) for block in range(4)]
            counties = np.flatnonzero(world.places.place_type == place)
            if not len(counties):
                continue
            kind = INVENTED[int(luck[1] * len(INVENTED))]
            county = int(counties[int(luck[2] * len(counties))])
            delay = q.delay_border if name == "border" else q.delay_inner
            outlet = self.outlets[int(luck[3] * len(self.outlets))].name
            chance = heard(2.0 if kind == "incident" else SIZES[kind], q.density[place], q)
            chance *= self._published_at_all(kind)
            kept["pending"].append(
                _blank(kind, week.number, week.number + 1 + _delay(luck[3], delay), [outlet])
                | {"place": world.places.counties[county], "invented": True, "size": SIZES[kind], "magnitude": 60.0}
                | {"chance": chance}  # as for a true one: no watcher can tell them apart
            )

    def _publish(self, world: World, week: Week, kept: dict[str, Any], q: Params) -> int:
        due = [r for r in kept["pending"] if r["published"] <= week.number]
        if not due:
            return 0
        kept["pending"] = [r for r in kept["pending"] if r["published"] > week.number]
        for row in due:
            row["published"] = week.number
            row["letter"], row["number"] = _grade(row, kept)
            row["id"] = week.log.record(
                "report",
                week.number,
                place=row["place"],
                organ=row["organ"],
                magnitude=row["size"],
                causes=[row["event"]] if row["event"] else [],
                text=sentence(row),
            )
            kept["published"].append(row)
        return len(due)


def detection(event: Event, density: float, q: Params, fall: dict[str, Any] | None = None) -> float:
    """Chance that the sources of a place together hear of an event."""
    return heard(size(event, fall), density, q)


def heard(size: float, density: float, q: Params) -> float:
    """Chance that sources of this density together hear of something of this size."""
    return float(1.0 - portable.power(max(1e-9, 1.0 - q.reach * density), 0.5 * portable.power(2.0, size)))


def size(event: Event, fall: dict[str, Any] | None = None) -> float:
    """How large an event is to those who might hear of it: 1 one household ... 5 the nation."""
    if event.kind == "incident":
        return min(5.0, max(1.0, 2.0 + portable.log(max(event.magnitude, 1.0) / 50.0) / portable.log(10.0)))
    if event.kind == "purge" and fall is not None:
        return {CHIEF: 4.0, DEPUTY: 3.0}.get(_rank(fall), 1.5)
    return SIZES.get(event.kind, 3.0)


def _rank(fall: dict[str, Any]) -> int:
    rank = fall["rank"]
    return int(rank) if not isinstance(rank, str) else {"chief": CHIEF, "deputy": DEPUTY}.get(rank, 2)


def _kept(world: World, outlets: tuple[Outlet, ...]) -> dict[str, Any]:
    if "reports" not in world.actors:
        record = {o.name: [float(o.right[0]), float(o.right[1])] for o in outlets}
        world.actors["reports"] = {"heard": 0, "pending": [], "published": [], "record": record}
    kept: dict[str, Any] = world.actors["reports"]
    return kept


def _events_of(log: Any, week: int) -> list[Event]:
    """The events of a week, oldest first; none from a log that keeps nothing."""
    out: list[Event] = []
    for event in reversed(getattr(log, "events", ())):
        if event.week < week:
            break
        out.append(event)
    return out[::-1]


def _reportable(event: Event) -> bool:
    return event.kind in SIZES or event.kind in PUBLIC


def _fall(world: World, event: Event) -> dict[str, Any] | None:
    """The register's record of a fall that an event tells of: it is of this week."""
    if event.kind != "purge":
        return None
    for record in reversed(world.register):
        if record["week"] < event.week:
            break
        if record["event"] == event.id:
            return record
    return None


def _density(world: World, event: Event, q: Params) -> float:
    if event.kind in OF_THE_ARMY:
        return q.garrison
    return q.density[_place(world, event)]


def _place(world: World, event: Event) -> int:
    """Type of the place where it is heard of: its county's, the best of its province, else the capital."""
    places = world.places
    if event.kind in OF_THE_COURT or not event.place:
        return PLACE_TYPES.index("capital")
    if event.place in places.counties:
        return int(places.place_type[places.counties.index(event.place)])
    if event.place in places.provinces:
        here = places.place_type[places.province == places.provinces.index(event.place)]
        return PLACE_TYPES.index("border") if (here == PLACE_TYPES.index("border")).any() else int(here[0])
    return PLACE_TYPES.index("inner")


def _mean_delay(world: World, event: Event, q: Params) -> float:
    if event.kind in OF_THE_COURT:
        return q.delay_court
    return q.delay_border if _place(world, event) == PLACE_TYPES.index("border") else q.delay_inner


def _delay(luck: float, mean: float) -> int:
    """A geometric number of weeks, 0 or more, of a mean."""
    stay = mean / (1.0 + mean)
    return min(104, int(portable.log(1.0 - luck) / portable.log(stay))) if stay > 0.0 else 0


def _blank(kind: str, happened: int, published: int, outlets: list[str]) -> dict[str, Any]:
    return {
        "id": "",
        "kind": kind,
        "happened": happened,
        "published": published,
        "place": "",
        "organ": "",
        "name": "",
        "title": "",
        "fate": "",
        "cause": "",
        "text": "",
        "size": 3.0,
        "magnitude": 0.0,
        "outlets": outlets,
        "origins": 1,
        "public": False,
        "chance": 1.0,
        "letter": "F",
        "number": 6,
        "event": "",
        "invented": False,
        "wrong": False,
        "known": False,
    }


def _row(
    world: World,
    event: Event,
    fall: dict[str, Any] | None,
    happened: int,
    published: int,
    outlets: list[str],
    *,
    public: bool = False,
    origins: int = 1,
    chance: float = 1.0,
) -> dict[str, Any]:
    row = _blank(event.kind, happened, published, outlets) | {
        "place": event.place if event.place in world.places.counties or event.place in world.places.provinces else "",
        "organ": event.organ,
        "text": announced(event) if event.kind in PUBLIC else "",
        "size": size(event, fall),
        "magnitude": event.magnitude,
        "origins": origins,
        "public": public,
        "chance": chance,
        "event": event.id,
    }
    if fall is not None:
        row |= {"name": fall["name"], "title": fall["title"], "fate": fall["fate"], "cause": fall["stated"]}
    return row


def _distort(world: World, row: dict[str, Any], number: int, q: Params) -> None:
    """The wrong place, the wrong size, the wrong cause: what is told is not what was."""
    luck = [draws.one(world.seed, "report.error", row["happened"], number, block) for block in range(5)]
    if row["place"] in world.places.counties and luck[0] < q.place_error:
        near = world.places.neighbours[world.places.counties.index(row["place"])]
        if near:
            row["place"] = world.places.counties[near[int(luck[1] * len(near))]]
            row["wrong"] = True
    factor = q.size_bias * portable.exp(q.size_spread * portable.normal_one(luck[2] + 2.0**-54))
    row["magnitude"] *= factor
    if row["kind"] == "purge":
        if row["cause"] in ("", "silent"):
            row["cause"] = RIVAL
        if luck[3] < q.cause_error:
            row["cause"] = CAUSES_SAID[int(luck[4] * len(CAUSES_SAID))]
            row["wrong"] = True


def _grade(row: dict[str, Any], kept: dict[str, Any]) -> tuple[str, int]:
    """Admiralty code: the best letter among the outlets, and how far the report is borne out."""
    if row["public"]:
        return "A", 1
    letter = min(_letter(*kept["record"][name]) for name in row["outlets"])
    if row["origins"] > 1:
        return letter, 1
    fits = any(
        r["kind"] == row["kind"] and r["place"] == row["place"] and row["published"] - r["published"] <= 26
        for r in kept["published"][-60:]
    )
    return letter, 2 if fits else 3 if letter in "ABC" else 4 if letter in "DE" else 6


def _letter(right: float, wrong: float) -> str:
    """The letter of an outlet's record; F while too little is known."""
    if right + wrong < 4.0:
        return "F"
    share = right / (right + wrong)
    return next((letter for bound, letter in LETTERS if share > bound), "E")


def _turn_out(world: World, week: Week, kept: dict[str, Any], q: Params) -> None:
    """Some reports turn out right or wrong after a while: outlets' records move, and false ones are contradicted."""
    due = week.number - int(q.truth_weeks)
    published = kept["published"]  # in the order of weeks
    first = bisect_left(published, due, key=lambda row: row["published"])
    for i, row in enumerate(published[first:], first):
        if row["published"] != due:
            break
        if row["public"] or row["known"]:
            continue
        if draws.one(world.seed, "report.truth", week.number, i) >= q.truth_share:
            continue
        row["known"] = True
        false = row["invented"] or row["wrong"]
        if row["invented"]:
            row["number"] = 5
        for name in row["outlets"]:
            kept["record"][name][int(false)] += 1.0
