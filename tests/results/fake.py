"""A made-up run of a made-up country with plausible numbers, for tests of what is stored and shown."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from custodes.engine.sums import INDEX, N_SUMS, index
from custodes.observe.events import EventLog
from custodes.observe.sight import Measures
from custodes.observe.truth import SERIES, Recorder, shape
from custodes.results import falls
from custodes.results.record import record
from custodes.results.run import Run
from custodes.results.table import Table
from custodes.scenario.court import DEFAULT_COURT
from custodes.world.books import new_books
from custodes.world.columns import ORGANS
from custodes.world.court import empty_court, new_branch
from custodes.world.state import County, National, Organ, Places, World, new_guards

START = np.datetime64("2016-01-04")
PROVINCES = ("North", "East", "West", "South")
FACTIONS = DEFAULT_COURT.factions


def places(counties_each: int = 3) -> Places:
    n = counties_each * len(PROVINCES)
    province = np.repeat(np.arange(len(PROVINCES)), counties_each).astype(np.int16)
    return Places(
        counties=tuple(f"{PROVINCES[p]} {i}" for i, p in enumerate(province)),
        provinces=PROVINCES,
        province=province,
        place_type=np.full(n, 2, np.int8),
        latitude=np.linspace(38, 42, n),
        longitude=np.linspace(125, 129, n),
        capital=n - 1,
        neighbours=tuple(((i + 1) % n,) for i in range(n)),
        population=np.full(n, 30_000, np.int64) + 1000 * np.arange(n),
        soldiers=np.zeros(n, np.int64),
        estimated=np.zeros(n, np.bool_),
        markets=np.ones(n),
        roads=(),
        court=DEFAULT_COURT,
    )


def world(where: Places, seed: int = 1, k: int = 100) -> World:
    """A world whose sums are random whole numbers that hang together; rows are absent."""
    rng = np.random.default_rng(seed)
    n = len(where.counties)
    sums = rng.integers(0, 1000, (n, N_SUMS))
    sums[:, INDEX["adults"]] = 20_000
    sums[:, INDEX["support_i16"]] = rng.integers(-(10**8), 10**8, n)
    for o in range(3):
        for met, paid in (("threats_met", "threats_paid"), ("pleas_met", "pleas_paid")):
            sums[:, index(met, o)] = sums[:, index(paid, o)] + 7
    units = SimpleNamespace(county=np.arange(n, dtype=np.int16), supporters=rng.integers(0, 90, n).astype(np.uint16))
    guards = new_guards(n)
    guards.staff[:] = rng.uniform(10, 500, guards.staff.shape)
    guards.capacity[:] = 0.5 * guards.staff
    guards.threat_share[:] = rng.uniform(0.2, 0.5, guards.staff.shape)
    guards.plea_share[:] = rng.uniform(0.1, 0.4, guards.staff.shape)
    guards.paid[:] = rng.uniform(1e4, 2e5, guards.staff.shape)
    zeros = [np.zeros(n) for _ in range(7)]
    county = County(zeros[0] + 1.1, zeros[1], zeros[2], np.zeros(n, np.int8), *zeros[3:])
    organ = Organ(*(rng.uniform(0, 1, 3) for _ in range(8)))
    return World(
        seed=seed,
        k=k,
        week=0,
        start=START,
        places=where,
        persons=None,
        households=None,
        units=units,  # type: ignore[arg-type]
        tiles=None,
        national=National(),
        county=county,
        organ=organ,
        guards=guards,
        court=empty_court(DEFAULT_COURT),
        branch=new_branch(),
        books=new_books(n, 3, len(empty_court(DEFAULT_COURT))),
        sums=sums,
        tile_histogram=np.zeros((1, 32), np.uint16),
    )


def recorded(weeks: int = 6) -> tuple[Recorder, EventLog, World]:
    """A recorder that has watched `weeks` weeks of changing sums, with one crowd and one refusal in week 2."""
    where = places()
    state, log = world(where), EventLog(START)
    recorder = Recorder(where, weeks + 2, Measures(need=(1e5, 1e5, 1e5)))
    for week in range(weeks):
        log.begin_week(week)
        if week == 2:
            crowd = log.record("incident", week, place="East 4", magnitude=120)
            log.record("refusal", week, place="East 4", organ="police", causes=[crowd])
        state.sums = np.random.default_rng(100 + week).permutation(state.sums)
        recorder.observe(state, SimpleNamespace(number=week, log=log))
    return recorder, log, state


def _path(rng: Any, weeks: int, level: float, noise: float = 0.02) -> Any:
    """A slow wander around a level."""
    steps = rng.normal(0, noise, weeks).cumsum() * 0.3
    return level * np.exp(steps - steps.mean())


LEVELS = {
    "people": 4e6,
    "households": 1e6,
    "jailed": 2e3,
    "camp": 1.6e4,
    "abroad": 200,
    "deaths": 700,
    "births": 1080,
    "grain_price_won": 5000,
    "rice_price_won": 5000,
    "staple_price_won": 3100,
    "won_per_dollar": 8100,
    "ration_grams_per_day": 340,
    "food_stress": 0.03,
    "market_labour_share": 0.42,
    "informal_income_share": 0.64,
    "household_money_won": 2.2e5,
    "household_dollars": 30,
    "bribe_share_of_spending": 0.09,
    "bribes_won": 1.2e10,
    "approaches": 2e5,
    "threats": 9e4,
    "refusals": 2e4,
    "punished_guards": 12,
    "perceived_enforcement": 0.02,
    "pay_paid_share": 0.35,
    "guard_income_won": 9e4,
    "guard_morale": 0.62,
    "guard_effort": 0.35,
    "guard_staff": 1.5e5,
    "control_capacity": 2.2e4,
    "upward_takings_won": 3e9,
    "awareness": 0.06,
    "media": 0.08,
    "private_support": 0.18,
    "private_supporters": 0.61,
    "public_support": 0.71,
    "evasion": 0.285,
    "fear": 0.4,
    "public_dissent": 5e-6,
    "preference_gap": 0.08,
    "victim_memory": 0.05,
    "anger": 0.056,
    "anger_at_state_security": 0.05,
    "arrests": 4,
    "flights": 9,
    "crossings": 7,
    "flights_caught": 2,
    "arrivals_abroad": 5,
    "across_border": 250,
    "market_pay_won": 4e10,
    "farm_pay_won": 1.2e10,
    "wages_won": 1e10,
    "state_pay_won": 7e8,
    "food_spending_won": 2e10,
    "other_spending_won": 4e10,
    "levy_won": 4e9,
    "buyout_won": 5e8,
    "broker_fee_won": 1e7,
    "remittances_won": 3e8,
    "guard_pay_won": 5e9,
    "guard_take_home_won": 9e9,
    "to_county_chiefs_won": 1.2e9,
    "to_organ_chiefs_won": 1.2e9,
    "to_leader_won": 6e8,
    "treasury_won": 2e11,
    "leader_fund_won": 5e9,
    "reserve_usd": 5e8,
    "pool_tonnes": 1e5,
    "market_stock_tonnes": 2e4,
    "farm_stock_tonnes": 2e5,
    "trade_ratio": 1.0,
    "officials_in_post": 990,
    "purges": 1.3,
    "executions": 0.3,
    "demotions": 0.4,
    "reeducated": 0.3,
    "returned": 0.7,
    "official_loyalty": 0.66,
    "official_rent": 1.0,
    "perceived_purge_hazard": 0.07,
    "court_trade_usd": 4e7,
    "prestige": 0.5,
    "faction_posts": 990,
    "faction_top_posts": 60,
    "faction_loyalty": 0.66,
    "faction_rent": 1.0,
    "plots": 0.3,
    "coup_attempts": 0.0003,
    "envoy_defections": 0.2,
    "officer_morale": 0.64,
    "officer_loyalty": 0.66,
    "resignation_requests": 40,
    "resignations": 10,
    "army_status": 0.5,
    "troop_morale": 0.6,
    "contraband_tonnes": 0.04,
    "seizures": 9.4,
    "officer_carried_share": 0.13,
    "state_income_usd": 7e7,
    "state_income_won": 4e10,
    "reserve_sold_won": 2e10,
    "trade_usd": 5.4e7,
    "gifts_usd": 1.1e7,
    "gift_luxuries_usd": 5.5e6,
    "gift_cash_usd": 5.5e6,
    "passed_to_leader_usd": 5e6,
    "hidden_to_leader_usd": 6e6,
    "officials_won": 5e9,
    "gift_won": 2e8,
    "leader_fund_usd": 2.7e8,
    "organ_trade_usd": 3e8,
    "official_purses_won": 5e10,
    "official_purses_usd": 5e7,
    "reserve_weeks": 45,
    "turmoil": 0.02,
    "crisis_level": 0.1,
    "reports": 0.7,
}
SHARES = {"state_security": 0.2, "police": 0.45, "cadres": 0.35}


def _series(name: str, rng: Any, weeks: int, threat: Any) -> Any:
    dims = SERIES[name].dims
    sizes = shape(dims, len(PROVINCES), 3, len(FACTIONS))
    if name in ("threat_share", "plea_share", "abstain_share"):
        base = {"threat_share": threat, "plea_share": 0.85 - threat, "abstain_share": np.full(weeks, 0.15)}[name]
        return np.broadcast_to(base[:, None, None], (weeks, *sizes)).copy()
    level, out = LEVELS.get(name, 0.0), np.zeros((weeks, *sizes))
    summed = SERIES[name].over_places == "sum"
    path = np.ones((*sizes, weeks))
    for cell in np.ndindex(*sizes):
        path[cell] = _path(rng, weeks, 1.0, 0.01)
    out[:] = np.moveaxis(path, -1, 0) * level
    if summed and dims in ("province", "province,organ"):
        weights = np.array([0.35, 0.3, 0.2, 0.15])
        if dims == "province,organ":
            out[:, :-1, :-1] *= weights[:, None] * np.array(list(SHARES.values()))
            out[:, :-1, -1] = out[:, :-1, :-1].sum(axis=2)
        else:
            out[:, :-1] *= weights
        out[:, -1] = out[:, :-1].sum(axis=1)
    elif dims in ("court", "faction"):
        parts = out.shape[1] - 1
        if SERIES[name].over_time == "sum" or name.endswith("posts") or name == "officials_in_post":
            out[:, :-1] /= parts
            out[:, -1] = out[:, :-1].sum(axis=1)
        else:
            out[:, -1] = out[:, :-1].mean(axis=1)
    elif dims in ("province", "province,organ"):
        tilt = 1 + 0.25 * np.array([1.2, 0.4, -0.4, -1.2])
        out[:, :-1] *= tilt.reshape((4,) + (1,) * (out.ndim - 2))
    return out


def log_of(weeks: int) -> EventLog:
    """An order, its softening and relapse; a cut of trade, an empty reserve, and a crowd."""
    log = EventLog(START)
    third = weeks // 3
    order = log.record(
        "rights_order",
        third,
        magnitude=0.7,
        text="the leader orders guards to respect rights",
        origin="scenario: facts-2017",
    )
    soft = log.record(
        "softening", third + 5, organ="police", magnitude=0.6, causes=[order], text="guards plead where they threatened"
    )
    cut = log.record("trade_cut", third + 8, magnitude=0.7, text="sanctions cut exports", origin="policy: cut.yaml")
    fade = log.record(
        "fading",
        third + 30,
        organ="police",
        magnitude=0.1,
        causes=[order],
        text="half of the order's enforcement has gone",
    )
    log.record(
        "relapse",
        third + 60,
        organ="police",
        magnitude=0.85,
        causes=[soft, fade],
        text="threats are back to four fifths of before the order",
    )
    empty = log.record("reserve_empty", third + 70, causes=[cut], text="The state's hard currency is spent.")
    crowd = log.record(
        "incident", third + 75, place="East 4", magnitude=240, causes=[empty], text="A crowd of about 240 in East 4."
    )
    log.record(
        "refusal",
        third + 75,
        place="East 4",
        organ="police",
        magnitude=0.03,
        causes=[crowd],
        text="The police in East 4 did not move against the crowd.",
    )
    return log


PARAMETERS = [
    {
        "name": "fear.decay",
        "meaning": "share of fear lost each week",
        "unit": "1/week",
        "value": 0.04,
        "prior": "lognormal(median 0.04, sigma 0.4)",
        "source": "equations",
        "grade": "D",
        "recalled": False,
    },
    {
        "name": "extortion.need",
        "meaning": "won a week that feeds an agent's household",
        "unit": "won/week",
        "value": [115000, 115000, 115000],
        "prior": "lognormal(median 115000, sigma 0.3)",
        "source": "wages",
        "grade": "B",
        "recalled": False,
    },
    {
        "name": "stance.threshold",
        "meaning": "grievance at which one speaks out",
        "unit": "",
        "value": 0.9,
        "prior": "normal(0.9, 0.1)",
        "source": "equations",
        "grade": "D",
        "recalled": True,
    },
]
SQUARES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"province": name},
            "geometry": {"type": "Polygon", "coordinates": [[[x, y], [x, y + 1], [x + 1, y + 1], [x + 1, y], [x, y]]]},
        }
        for name, x, y in (("North", 126, 41), ("East", 127, 40), ("West", 125, 40), ("South", 126, 39))
    ],
}
FACTS = {
    "base_rate": {
        "text": "regime breakdown 2.3 % a year for regimes of this type (1946-2010)",
        "percent_a_year": 2.3,
        "source": "Geddes, Wright and Frantz",
    },
    "map": SQUARES,
}


def run(weeks: int = 156, seed: int = 1, with_map: bool = True) -> Run:
    """A finished run of `weeks` weeks."""
    rng = np.random.default_rng(seed)
    week = np.arange(weeks)
    since = np.clip(week - weeks // 3, 0, None)
    threat = 0.5 - 0.3 * (since > 0) * np.exp(-since / 120) + rng.normal(0, 0.01, weeks)
    arrays = {name: _series(name, rng, weeks, threat) for name in SERIES}
    log = log_of(weeks)
    for event in log:
        if event.kind in ("incident", "refusal"):
            name = "incidents" if event.kind == "incident" else "refused_orders"
            arrays[name][min(event.week, weeks - 1), [1, -1]] += 1
    about = record(
        scenario="testland",
        scenario_title="Testland 2016",
        scenario_digest="0123456789abcdef",
        code_version="0.1.0",
        source_digest="fedcba9876543210",
        seed=seed,
        sample="1/100",
        k=100,
        weeks=weeks,
        start=str(START),
        people=4_000_000,
        parameters=PARAMETERS,
        policies=[],
        settings={},
        facts=FACTS if with_map else {},
        seconds=3.2,
        peak_memory_mb=210.0,
        timings={"build": 0.4, "weeks": 2.1},
        request={"scenario": "testland", "seed": seed},
    )
    register = [fall(weeks // 3), fall(weeks // 2, name="Second Official", organ="army", returned_week=weeks - 1)]
    table = Table(START, PROVINCES, ORGANS, arrays, FACTIONS)
    return Run(table, log, about, register=falls.of_register(register))


def fall(week: int, **changes: Any) -> dict[str, Any]:
    """A record of the register of falls."""
    return {
        "week": week,
        "date": str(START + np.timedelta64(7 * week, "D")),
        "person": 7,
        "name": "First Official",
        "title": "minister of state security",
        "organ": "state_security",
        "rank": "chief",
        "cause": "scapegoat",
        "stated": "abuse",
        "fate": "dismissal",
        "components": [0.2, 0.01, 0.0, 0.02, 0.0],
        "blame": 0.73,
        "suspicion": 0.34,
        "evidence": 0.1,
        "since_denounced": 9999,
        "denouncer": None,
        "denouncer_person": None,
        "capability": 0.6,
        "order": True,
        "event": "purge-1",
        "returned_week": None,
        "returned_post": None,
        "denouncer_gained": False,
    } | changes
