"""What the leader sees: the reports of his own organs, with their errors, and what he makes of them.

Once a week every organ reports on its field; all that one organ reports in a week errs by one factor, for its people err
together. His picture moves towards the reports, and he keeps long means, against which a trend is a trend. His fear of
the people (`unrest`) follows anger, crowds and talk of rights from outside. EQUATIONS.md 10; the organs that report on
each field, and the credibility of small counts, are ours.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from custodes import draws, portable
from custodes.engine.step import Week
from custodes.engine.sums import INDEX
from custodes.jit import njit
from custodes.mechanisms import incidents
from custodes.scenario.tactics import REPORTED, Sight
from custodes.world.columns import (
    B_ARMY,
    B_CABINET,
    B_GUARD,
    B_PARTY,
    B_POLICE,
    B_PROVINCES,
    B_STATE_SECURITY,
    CHIEF,
    DEPUTY,
    IN_POST,
    N_COURT,
    PRISON,
    RANKS,
    REEDUCATION,
    U16,
)
from custodes.world.court import Court
from custodes.world.state import World

#: Which organ reports what: all that an organ reports in a week errs by the same factor.
REPORTERS: Final[Mapping[str, int]] = {
    "anger": B_STATE_SECURITY,
    "rights": B_STATE_SECURITY,
    "incidents": B_POLICE,
    "flight": B_POLICE,
    "food_stress": B_PROVINCES,
    "income": B_PROVINCES,
    "market": B_PROVINCES,
    "rice_price": B_CABINET,
    "state_income": B_CABINET,
    "dues": B_CABINET,
    "reserve_weeks": B_CABINET,
    "bribes": B_PARTY,
    "requests": B_ARMY,
}
ORGANS_REPORTING: Final = tuple(sorted(set(REPORTERS.values())))
_INCOME, _ANGER, _HOUSEHOLDS = INDEX["income"], INDEX["anger_u16"], INDEX["households"]
BRIBES: Final = tuple(INDEX[f"bribes.{o}"] for o in range(3))
AWAY_WEEKS: Final = 13  #: after which a fallen official counts as idle (EQUATIONS.md 10, tactic 15)
NORM_WEEKS: Final = 52  #: the weeks before the start whose mean is the usual


def facts(world: World, p: Any) -> dict[str, float]:
    """What the organs know, by name: national means and rates of last week, no error yet."""
    q, memory = p.leader, world.memory
    rows = np.add.reduce(world.sums).tolist()
    at = lambda name: float(rows[INDEX[name]])  # noqa: E731
    households, adults = max(at("households"), 1.0), max(at("adults"), 1.0)
    workers = max(at("workers_milli"), 1.0)
    k = float(world.k)
    return {
        "anger": anger(world, q.poorest),
        "rights": (at("rights_u16") + q.media * at("media_u16")) / (adults * U16),
        "incidents": 52.0 * (sparks(world, p) + q.crowd * memory.get("incidents_week", 0.0)),
        "flight": k * at("flight_crossings"),
        "food_stress": at("stress_u16") / (households * U16),
        "income": at("income") / households / max(world.national.price_memory, 1.0),
        "market": at("market_labour_milli") / workers,
        "rice_price": world.national.rice_price,
        "state_income": memory.get("state_income_week", 0.0),
        "dues": memory.get("state_income_won_week", 0.0),
        "reserve_weeks": memory.get("reserve_weeks", 520.0),
        "bribes": k * float(rows[BRIBES[0]] + rows[BRIBES[1]] + rows[BRIBES[2]]),
        "requests": 0.5 * float(world.branch.requests[B_ARMY] + world.branch.requests[B_GUARD]),
    }


def anger(world: World, poorest: float) -> float:
    """Mean anger of households; those of the counties with the lowest incomes, a third of all, count `poorest` times."""
    felt, felt_poor, people, people_poor = _felt(world.sums, _INCOME, _ANGER, _HOUSEHOLDS)
    more = poorest - 1.0
    top = float(felt) + more * float(felt_poor)
    return top / (U16 * max(float(people) + more * float(people_poor), 1.0))


@njit
def _felt(sums, income, anger, households):  # type: ignore[no-untyped-def]
    """Anger and households, each summed over all counties and over the poorest third; columns of `sums` are given."""
    each = sums[:, income] // np.maximum(sums[:, households], 1)
    limit = np.sort(each)[each.shape[0] // 3]
    felt, felt_poor, people, people_poor = 0, 0, 0, 0
    for c in range(each.shape[0]):
        felt += sums[c, anger]
        people += sums[c, households]
        if each[c] < limit:
            felt_poor += sums[c, anger]
            people_poor += sums[c, households]
    return felt, felt_poor, people, people_poor


def sparks(world: World, p: Any) -> float:
    """Sparks expected in a week in the counties that the state holds."""
    county = world.county
    rate = incidents.spark_rate(county.anger, county.shock, False, p.incidents)
    return portable.total(np.where(county.lost == 0, rate, 0.0))


def hear(world: World, week: Week, p: Any, mine: dict[str, Any], sees: Mapping[str, Sight]) -> None:
    """One week of reports: beliefs, long means and what the leader makes of them, all kept in `mine`."""
    q = p.leader
    beliefs, means = mine["beliefs"], mine["means"]
    mine["weeks"] += 1
    told = facts(world, p)
    _smooth(mine, told, q, world.k)
    luck = {o: draws.one_normal(world.seed, "leader_report", week.number, o) for o in ORGANS_REPORTING}
    usual = {o: portable.exp_one(q.error * drawn) for o, drawn in luck.items()}
    for name, organ in REPORTERS.items():
        own = sees.get(name, _AS_USUAL)
        learning = q.learning if own.learning is None else own.learning
        factor = usual[organ] if own.error is None else portable.exp_one(own.error * luck[organ])
        report = own.bias * told[name] * factor
        before = beliefs.get(name, report)
        beliefs[name] = before + learning * (report - before)
    _conclude(world, week, q, mine)
    weeks = float(mine["weeks"])
    for name in (*REPORTED, "growth"):
        span = min(q.mean_rights if name == "rights" else q.mean, weeks)
        before = means.get(name, beliefs[name])
        means[name] = before + (beliefs[name] - before) / span
    _price_mean(mine, q)


_AS_USUAL: Final = Sight()


def _smooth(mine: dict[str, Any], told: dict[str, float], q: Any, k: int) -> None:
    """Rare events are told as rates over half a year; some leavers are always added, so that few of them prove nothing."""
    recent = mine["recent"]
    for name in ("incidents", "flight"):
        before = recent.get(name, told[name])
        recent[name] = before + (told[name] - before) / min(q.recent, float(mine["weeks"]))
    told["incidents"] = recent["incidents"]
    told["flight"] = recent["flight"] + q.credible * k / q.recent


def _price_mean(mine: dict[str, Any], q: Any) -> None:
    """The price is compared with its own last weeks."""
    price = mine["beliefs"]["rice_price"]
    before = mine["recent"].get("rice_price", price)
    mine["recent"]["rice_price"] = before + (price - before) / min(q.mean_price, float(mine["weeks"]))
    mine["means"]["rice_price"] = mine["recent"]["rice_price"]


def _conclude(world: World, week: Week, q: Any, mine: dict[str, Any]) -> None:
    """Fear of the people, corruption and growth, from what is believed."""
    beliefs, recent = mine["beliefs"], mine["recent"]
    pressure = min(1.0, float(week.levers.broadcast_content) * min(1.0, float(week.levers.broadcast_reach)))
    crowds = min(q.incidents_most, beliefs["incidents"] / (q.incidents_unit * len(world.places.counties)))
    outside = q.fear_outside * (q.outside_rest + pressure)
    feared = min(1.0, q.fear_anger * beliefs["anger"] + q.fear_incidents * crowds + outside)
    before = beliefs.get("unrest", feared)
    beliefs["unrest"] = before + q.fear_rate * (feared - before)
    _learn_norms(week, mine)
    norms = mine["norms"]
    bribes = beliefs["bribes"] / norms["bribes"] if norms["bribes"] > 0.0 else 1.0
    dues = max(beliefs["dues"], 0.0) / norms["dues"] if norms["dues"] > 0.0 else 1.0
    beliefs["corruption"] = bribes / (bribes + dues) if bribes + dues > 0.0 else 0.5
    for name, span in (("income_fast", q.recent), ("income_slow", q.mean)):
        old = recent.get(name, beliefs["income"])
        recent[name] = old + (beliefs["income"] - old) / min(span, float(mine["weeks"]))
    lag = (q.mean - q.recent) / 52.0  # years by which the slow mean lags behind the fast one
    slow = recent["income_slow"]
    beliefs["growth"] = (recent["income_fast"] / slow - 1.0) / lag if slow > 0.0 and lag > 0.0 else 0.0


def _learn_norms(week: Week, mine: dict[str, Any]) -> None:
    """The usual bribes and dues: means of the year before the start, or of the first year without a burn-in."""
    if week.number == -NORM_WEEKS:
        mine["normed"] = 0
    if week.number >= 0 and mine["normed"] >= NORM_WEEKS:
        return
    mine["normed"] += 1
    for name in ("bribes", "dues"):
        old = mine["norms"].get(name, 0.0) if mine["normed"] > 1 else mine["beliefs"][name]
        mine["norms"][name] = old + (mine["beliefs"][name] - old) / mine["normed"]


# --- what he sees without reports --------------------------------------------------------------------------------------


def by_organ(world: World) -> dict[str, list[float]]:
    """Blame, evidence against the chief, weeks since a culprit, failure, of each organ (10,)."""
    court, branch = world.court, world.branch
    against = np.zeros(N_COURT)
    chiefs = ((court.rank == CHIEF) & (court.status == IN_POST)).nonzero()[0]
    np.maximum.at(against, court.organ[chiefs], court.evidence[chiefs])
    return {
        "blame": branch.blame.tolist(),
        "evidence": against.tolist(),
        "culprit_weeks": branch.since_scapegoat.astype(np.float64).tolist(),
        "failure": branch.failure.tolist(),
    }


def suspect(court: Court) -> int:
    """Row of the one whom the leader suspects most among chiefs and deputies; -1 if there is nobody."""
    rows = ((court.status == IN_POST) & (court.rank <= DEPUTY)).nonzero()[0]
    return int(rows[court.suspicion[rows].argmax()]) if rows.size else -1


def idle(world: World, week: Week) -> list[int]:
    """Rows of those who fell as chiefs and have been away for over 13 weeks, the longest first."""
    court = world.court
    away = (court.status >= REEDUCATION) & (court.status <= PRISON) & (court.fell > 0)
    fell_as = [(row, world.register[int(court.fell[row]) - 1]["rank"]) for row in np.flatnonzero(away).tolist()]
    rows = [row for row, rank in fell_as if rank == RANKS[CHIEF]]
    weeks = {row: week.number - int(world.register[int(court.fell[row]) - 1]["week"]) for row in rows}
    return sorted((row for row in rows if weeks[row] > AWAY_WEEKS), key=lambda row: (-weeks[row], row))


def own_mind(world: World, week: Week) -> dict[str, float]:
    """National indicators that need no report."""
    row = suspect(world.court)
    return {
        "suspicion": float(world.court.suspicion[row]) if row >= 0 else 0.0,
        "away": float(len(idle(world, week))),
    }
