"""Enforcement: a rights order from above, the punishments that follow, what guards come to expect, and the relapse.

An order raises enforcement, which fades with a half-life. Guards learn the risk *per threat* (a belief about
punishments a week would fall as soon as guards obey) partly from the announcement, as word of it spreads, partly from
punishments seen in their own organ and county; they forget slowly. An order that ends in a relapse costs the organ's
trust in the next one. Ground: Becker and Stigler 1974 for deterrence; adaptive expectations and credibility are ours.
"""

import math
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custodes import draws, portable
from custodes.engine.step import Week
from custodes.jit import njit
from custodes.portable import clip
from custodes.world.columns import N_ORGANS, ORGANS
from custodes.world.state import World

F = NDArray[np.float64]

READS = (
    "organ.enforcement organ.reach organ.order organ.credibility organ.edict organ.threats_before guards.perceived "
    "guards.staff guards.effort guards.threat_share guards.type_threat sums.threats_met sums.visits "
    "levers.rights_order levers.chief_purged levers.edict memory"
)
WRITES = (
    "organ.enforcement organ.reach organ.order organ.credibility organ.edict organ.threats_before guards.perceived "
    "guards.punished memory"
)

AGENT_TYPES: Final = 3
_DUE: Final = tuple(tuple(f"{key}.{name}" for name in ORGANS) for key in ("order_due", "order_purge"))
CAUSE_WEEKS: Final = 520  #: how far back the event log is searched for the order that an event follows from


class Params(NamedTuple):
    """Group `enforcement`; `exposure` is by agent type (area, office, rough)."""

    punishment: float  #: chance that a threat is punished under full enforcement
    exposure: tuple[float, float, float]  #: how closely agents of a type are watched
    rest: float  #: enforcement without an order
    half_life: float  #: weeks
    reach_rate: float  #: share of the agents not yet reached who hear of the order, a week
    announcement: float  #: risk per threat believed on hearing of a full order
    learning: float  #: weight of a week's punishments seen
    unseen: float  #: visits' weight against threats in how much is seen
    forgetting: float  #: share of the belief lost a week
    rest_belief: float  #: risk per threat believed without any order
    purge_bonus: float  #: rise of the order's weight when the chief is purged
    softened: float  #: threats have softened below this share of before
    relapsed: float  #: and relapsed above this one
    relapse_cost: float  #: credibility lost by a relapse
    trust_gain: float  #: credibility won a month while threats are below half
    edict_half_life: float  #: weeks


def settle(world: World, week: Week, p: Any) -> None:
    """Orders and edicts arrive, threats are punished, beliefs move, enforcement fades, relapses are noted."""
    q: Params = p.enforcement
    share = threat_share(world)
    _watch_the_usual(world, share)
    _receive_orders(world, week, q)
    spread = q.reach_rate * (1.0 - world.organ.reach)
    world.organ.reach += spread
    true_risk = risk(world.organ.enforcement, q)
    _punish(world, week, true_risk, p)
    _believe(world, spread, true_risk, q)
    _fade(world, q)
    for o in range(N_ORGANS):
        _note_course(world, week, o, share[o], q)


def threat_share(world: World) -> list[float]:
    """National share of threats among choices, by organ: the tables' shares weighted by visits, free of draws."""
    guards = world.guards
    visits = guards.staff * guards.effort
    known = [math.fsum(row) for row in visits.tolist()]
    threats = [math.fsum(row) for row in (guards.threat_share * visits).tolist()]
    return [threats[o] / known[o] if known[o] else 0.0 for o in range(N_ORGANS)]


def risk(enforcement: F, p: Params) -> F:
    """True chance of punishment per threat by type, shape (O, 3)."""
    return np.array([[min(1.0, p.punishment * e * x) for x in p.exposure] for e in enforcement.tolist()])


def _watch_the_usual(world: World, share: list[float]) -> None:
    """Eight-week mean of an organ's threat share while no order stands: what later counts as 'before'."""
    for o, name in enumerate(ORGANS):
        if world.organ.order[o] == 0.0:
            key = f"usual_threats.{name}"
            before = world.memory.get(key, share[o])
            world.memory[key] = before + (share[o] - before) / 8.0


def _receive_orders(world: World, week: Week, p: Params) -> None:
    organ = world.organ
    levers, memory = week.levers, world.memory
    # beside the levers: orders that went out last week with the fall of a scapegoat
    due = [[memory.pop(name, 0.0) for name in names] for names in _DUE]
    np.maximum(organ.edict, levers.edict, out=organ.edict)
    if not (any(due[0]) or np.asarray(levers.rights_order).any()):
        return
    ordered = np.maximum(np.asarray(levers.rights_order, np.float64), due[0])
    purged = np.maximum(np.asarray(levers.chief_purged, np.float64), due[1])
    weight = np.minimum(1.0, ordered * organ.credibility * (1.0 + p.purge_bonus * np.minimum(1.0, purged)))
    for o in (ordered > 0.0).nonzero()[0]:
        if organ.order[o] == 0.0:
            organ.threats_before[o] = memory[f"usual_threats.{ORGANS[o]}"]
        organ.order[o] = weight[o]
        organ.enforcement[o] = max(organ.enforcement[o], weight[o])
        organ.reach[o] = 0.0
        memory[f"peak.{ORGANS[o]}"] = float(organ.enforcement[o])
        memory[f"faded.{ORGANS[o]}"] = 0.0


def threats_by_type(world: World, p: Any) -> NDArray[np.int64]:
    """Real threats met last week by organ, county and agent type, shape (O, C, 3): split as the tables chose."""
    met = world.by_part("threats_met", N_ORGANS)
    split: NDArray[np.int64] = _split(met, world.guards.type_threat, p.extortion.type_share)
    return split


@njit
def _split(met, type_threat, type_share):  # type: ignore[no-untyped-def]
    """Threats (O, C) by type (O, C, 3): whole numbers in the ratio of the types' threats, none where nobody threatens."""
    out = np.zeros(type_threat.shape, np.int64)
    area, office, rough = type_share
    for o in range(met.shape[0]):
        for c in range(met.shape[1]):
            threat = type_threat[o, c]
            parts = (threat[0] * area, threat[1] * office, threat[2] * rough)
            whole = parts[0] + parts[1] + parts[2]
            if whole > 0.0:
                for kind in range(AGENT_TYPES):
                    out[o, c, kind] = np.int64(np.floor(met[o, c] * (parts[kind] / whole) + 0.5))
    return out


def _punish(world: World, week: Week, true_risk: F, p: Any) -> None:
    """Draw the punished threats; a punished agent's post is refilled."""
    k0, k1 = draws.key_words(world.seed, "punished")
    _draw_punished(k0, k1, week.number & 0xFFFFFFFF, threats_by_type(world, p), true_risk, world.guards.punished)


@njit
def _draw_punished(k0, k1, week, threats, true_risk, punished):  # type: ignore[no-untyped-def]
    """Fill `punished` (O, C) from threats (O, C, 3) at the risk (O, 3); an organ, county and type has its own draw."""
    logs = np.empty(true_risk.shape)
    for o in range(threats.shape[0]):
        for kind in range(AGENT_TYPES):
            logs[o, kind] = draws.log_of_rest(true_risk[o, kind])
        for c in range(threats.shape[1]):
            punished[o, c] = 0
            for kind in range(AGENT_TYPES):
                n = threats[o, c, kind]
                if n > 0:
                    entity = (o * threats.shape[1] + c) * AGENT_TYPES + kind
                    u = draws.two_uniforms(k0, k1, week, entity, 0)[0]
                    punished[o, c] += draws.binomial_of(u, n, true_risk[o, kind], logs[o, kind])


def _believe(world: World, spread: F, true_risk: F, p: Params) -> None:
    """Perceived risk per threat: learnt from what is seen, forgotten, and announced with the order."""
    met, visits = world.by_part("threats_met", N_ORGANS), world.by_part("visits", N_ORGANS)
    _learn(world.guards.perceived, met, visits, true_risk, world.organ.order * spread, p)


@njit
def _learn(perceived, met, visits, true_risk, reached, p):  # type: ignore[no-untyped-def]
    """One week of `perceived` (O, C, 3), from threats and visits (O, C), the risk (O, 3) and who newly heard an order (O,)."""
    for o in range(met.shape[0]):
        for c in range(met.shape[1]):
            both = met[o, c] + p.unseen * visits[o, c]
            seen = met[o, c] / both if both > 0.0 else 0.0
            for kind in range(AGENT_TYPES):
                belief = perceived[o, c, kind]
                learnt = p.learning * seen * max(0.0, true_risk[o, kind] - belief)
                announced = p.announcement * reached[o] * p.exposure[kind]
                perceived[o, c, kind] = clip(
                    belief + learnt + p.forgetting * (p.rest_belief - belief) + announced, 0.0, 1.0
                )


@lru_cache(maxsize=64)
def weekly_decay(half_life: float) -> float:
    """Share lost a week by what halves in `half_life` weeks."""
    return 1.0 - float(portable.exp(-0.6931471805599453 / half_life))


def _fade(world: World, p: Params) -> None:
    organ = world.organ
    organ.enforcement += weekly_decay(p.half_life) * (p.rest - organ.enforcement)
    organ.edict *= 1.0 - weekly_decay(p.edict_half_life)


def _note_course(world: World, week: Week, o: int, share: float, p: Params) -> None:
    """Record fading enforcement, softening and relapse of one organ with a standing order, and move its credibility."""
    organ, memory, name = world.organ, world.memory, ORGANS[o]
    if organ.order[o] == 0.0:
        return
    before = float(organ.threats_before[o])
    _note_fading(world, week, o, p)
    softened = memory.get(f"softened.{name}", 0.0) > 0.0
    if not softened and share < p.softened * before:
        causes = _orders(week, name)
        week.log.record(
            "softening",
            week.number,
            organ=name,
            magnitude=1.0 - share / before,
            causes=causes,
            text="guards plead where they threatened",
        )
        memory[f"softened.{name}"] = 1.0
    elif softened and share >= p.relapsed * before:
        causes = _latest(week, "softening", name)[:1] + _latest(week, "fading", name)[:1]
        week.log.record(
            "relapse",
            week.number,
            organ=name,
            magnitude=share / before,
            causes=causes,
            text="threats are back to four fifths of before the order",
        )
        organ.credibility[o] = max(0.0, organ.credibility[o] - p.relapse_cost)
        _close_order(world, o)
        return
    if share < 0.5 * before:
        organ.credibility[o] = min(1.0, organ.credibility[o] + p.trust_gain * 12.0 / 52.0)
    if organ.enforcement[o] - p.rest < 0.05 * (memory.get(f"peak.{name}", 0.0) - p.rest):
        _close_order(world, o)


def _note_fading(world: World, week: Week, o: int, p: Params) -> None:
    """Record once that half of what the order added to enforcement is gone."""
    memory, name = world.memory, ORGANS[o]
    left = float(world.organ.enforcement[o]) - p.rest
    if memory.get(f"faded.{name}", 0.0) == 0.0 and left < 0.5 * (memory.get(f"peak.{name}", 0.0) - p.rest):
        memory[f"faded.{name}"] = 1.0
        week.log.record(
            "fading",
            week.number,
            organ=name,
            magnitude=left,
            causes=_orders(week, name),
            text="half of the order's enforcement has gone",
        )


def _close_order(world: World, o: int) -> None:
    world.organ.order[o] = 0.0
    world.memory[f"softened.{ORGANS[o]}"] = 0.0


def _orders(week: Week, organ: str) -> list[str]:
    """The latest order to this organ and the latest purge of its chief, if any."""
    return _latest(week, "rights_order", organ)[:1] + _latest(week, "chief_purged", organ)[:1]


def _latest(week: Week, kind: str, organ: str) -> list[str]:
    """Ids of events of a kind about the organ, else about no named organ; newest first."""
    return week.log.latest(kind, CAUSE_WEEKS, organ=organ) or week.log.latest(kind, CAUSE_WEEKS, organ="")
