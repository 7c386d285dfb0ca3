"""Powers act by their tables: what they see, when they act, how their measures add up, end and stay in bounds."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import custodes as cu
from custodes.actors.levers import DEFAULTS, LeverValues
from custodes.actors.powers import FOREVER, Effect, Government, Power, Powers, Tactic, government, moved
from custodes.engine.step import Week
from custodes.errors import BadScenario
from custodes.mechanisms import crisis
from custodes.observe.events import EventLog
from custodes.scenario.actors import actors_in
from custodes.scenario.powers import Level, PowersFile
from custodes.week import SETTLE
from custodes.world.columns import COURT_ORGANS
from custodes.world.state import World
from tests.court.alone import court

STEPS = [step for step in SETTLE if step.name.partition(".")[0] in ("diplomacy", "crisis")]
ALWAYS = Tactic("always", "acts", 1.0, (Effect("trade_cut", 0.15, most=0.95),), adds_up=True)


def live(
    player: Powers,
    weeks: int,
    seed: int = 1,
    levers: Any = DEFAULTS,
    watch: Any = None,
    settings: tuple[str, ...] = ("diplomacy.weapons_clock=0",),
    **memory: float,
) -> tuple[World, EventLog, Any]:
    """Powers, diplomacy and ladder alone for some weeks; returns the world, the log and the last week's levers."""
    world, parameters, _ = court(seed, settings)
    log = EventLog(str(world.start))
    week = None
    for number in range(weeks):
        log.begin_week(number)
        date = world.start + np.timedelta64(7 * number, "D")
        week = Week(number, number % 52, 2017 + number // 52, date, number % 52 == 0, levers, log)
        world.memory.update(memory)
        player.act(world, week, parameters)
        for step in STEPS:
            step.function(world, week, parameters)
        if watch:
            watch(world, week)
        world.week += 1
    return world, log, week.levers if week else levers


def play(*tactics: Tactic, weeks: int = 5, **more: Any) -> tuple[World, EventLog, Any]:
    return live(Powers([Power("north", "Northland", tactics)]), weeks, **more)


# --- tactics -----------------------------------------------------------------------------------------------------------


def test_a_tactic_moves_a_lever_on_top_of_the_timeline_and_stops_at_its_bound() -> None:
    assert play(ALWAYS, weeks=1)[2].trade_cut == pytest.approx(0.15)
    assert play(ALWAYS, weeks=9)[2].trade_cut == pytest.approx(0.45)
    assert play(ALWAYS, weeks=9, levers=LeverValues(trade_cut=0.91))[2].trade_cut == pytest.approx(0.95)
    assert play(ALWAYS, weeks=9, levers=LeverValues(trade_cut=0.97))[2].trade_cut == 0.97


def test_nobody_bans_again_what_is_banned() -> None:
    _, log, _ = play(ALWAYS, weeks=60, levers=LeverValues(trade_cut=0.91))
    assert len(log) == 1


def test_a_tactic_ends_after_its_time_and_may_then_come_again() -> None:
    tactic = ALWAYS._replace(weeks=10, adds_up=False)
    cuts = []
    _, log, _ = play(tactic, weeks=26, watch=lambda _, week: cuts.append(week.levers.trade_cut))
    assert [e.week for e in log] == [0, 12, 24]
    assert cuts[9] == pytest.approx(0.15)
    assert cuts[10:12] == [0.0, 0.0]


def test_an_amount_drifts_back() -> None:
    tactic = ALWAYS._replace(effects=(Effect("trade_leak", -0.1, drift=0.01),), adds_up=False)
    leaks = []
    play(tactic, weeks=53, watch=lambda _, week: leaks.append(week.levers.trade_leak))
    assert leaks[0] == pytest.approx(0.2)
    assert leaks[52] == pytest.approx(0.3 - 0.1 * 0.99**52)


def test_one_organ_of_those_named_is_struck() -> None:
    tactic = ALWAYS._replace(effects=(Effect("court_revenue_cut", 0.25, ("army", "munitions")),), adds_up=False)
    struck = set()
    for seed in range(12):
        cut = play(tactic, weeks=1, seed=seed)[2].court_revenue_cut
        assert sorted(cut)[-2:] == [0.0, 0.25]
        struck.add(COURT_ORGANS[int(np.argmax(cut))])
    assert struck == {"army", "munitions"}


def test_the_log_says_who_did_what_and_why() -> None:
    tactic = ALWAYS._replace(name="sanction", does="bans coal", when={"provocation": (1.0, 2.0)})
    player = Powers([Power("north", "Northland", (tactic,))])
    world, parameters, _ = court(1, ("diplomacy.weapons_clock=0",))
    log = EventLog(str(world.start))
    for number in range(9):
        log.begin_week(number)
        levers = LeverValues(provocation=1.0) if number == 6 else DEFAULTS
        week = Week(number, number, 2017, world.start, number == 0, levers, log)
        if number == 6:
            log.record("provocation", 6, lever="provocation")
        player.act(world, week, parameters)
        for step in STEPS:
            step.function(world, week, parameters)
    event = list(log)[-1]
    assert (event.kind, event.week, event.causes) == ("sanction", 8, ("provocation-1",))
    assert (event.origin, event.lever) == ("power:north", "trade_cut")
    assert event.text == "Northland bans coal: trade cut from 0 to 0.15."


def test_a_chance_is_the_frequency_with_which_a_tactic_is_played() -> None:
    """.3 of 13 months in 20 years: 78 expected, sd 7.4; 50 to 106 is missed once in five thousand."""
    tactic = ALWAYS._replace(chance=0.3, weeks=1)
    assert 50 <= len(play(tactic, weeks=52 * 20)[1]) <= 106


def test_what_a_power_estimates_errs_but_not_by_much_on_average() -> None:
    seen: list[float] = []

    def look(world: World, week: Week) -> None:
        if week.number % 4 == 0:
            seen.append(world.actors["powers"]["seen"]["north"]["refugees"])

    tactic = ALWAYS._replace(when={"refugees": (0.0, 1.0)})
    world, _, _ = play(tactic, weeks=52 * 8, watch=look, refugees_month=1000.0)
    truth = 1000.0 / float(world.places.population.sum()) * 1e6
    errors = np.array(seen[4:]) / truth
    assert 0.85 < errors.mean() < 1.25
    assert 0.05 < errors.std() < 0.4


def test_until_history_ends_powers_keep_still() -> None:
    still, log, levers = live(Powers([Power("north", "Northland", (ALWAYS,))], free_from=20), 20)
    assert len(log) == 0
    assert levers.trade_cut == 0.0
    assert still.actors["powers"]["free"] is False
    assert len(live(Powers([Power("north", "Northland", (ALWAYS,))], free_from=20), 21)[1]) == 1


# --- governments -------------------------------------------------------------------------------------------------------

ELECTED = Power(
    "south",
    "Southland",
    governments=(Government("hawks", -100), Government("doves", 40)),
    kinds=("doves", "hawks"),
    term_weeks=260,
    capability=1.0,
    stakes={"hawks": 1.0, "doves": -1.0},
)


def test_known_governments_hold_and_later_ones_are_drawn_half_and_half() -> None:
    assert government(ELECTED, 0, 39, 1) == ("hawks", 40)
    assert government(ELECTED, 0, 40, 1) == ("doves", 300)
    later = [government(ELECTED, 0, 310, seed)[0] for seed in range(60)]
    assert 15 <= later.count("hawks") <= 45
    assert government(ELECTED, 0, 310, 5) == government(ELECTED, 0, 559, 5)


def test_what_a_government_does_ends_with_it() -> None:
    tactic = Tactic("engage", "pays", 1.0, (Effect("aid_dollars", 1e6),), term=True, government="doves")
    paid = []
    player = Powers(
        [ELECTED._replace(tactics=(tactic,), governments=(Government("doves", -240), Government("hawks", 20)))]
    )
    live(player, 30, watch=lambda _, week: paid.append(week.levers.aid_dollars))
    assert paid[:20] == [1e6] * 20
    assert paid[20:] == [0.0] * 10


def test_a_change_of_government_changes_sides_in_the_bargain() -> None:
    sides = []
    live(Powers([ELECTED]), 45, watch=lambda world, _: sides.append(world.actors["powers"]["bargain"][0]["stake"]))
    assert sides[0] == 1.0
    assert sides[44] == -1.0


# --- the ladder --------------------------------------------------------------------------------------------------------


def test_what_a_neighbour_does_on_the_ladder_moves_levers_while_it_does_so() -> None:
    response = {"does": "shuts", "chance": 1.0, "enters": False, "secures": False}
    player = Powers(
        [
            Power(
                "north", "Northland", neighbour=True, ladder={1: (response, (Effect("border_open", -0.5, least=0.05),))}
            )
        ]
    )
    opened = []
    world, log, _ = live(
        player, 80, watch=lambda _, week: opened.append(week.levers.border_open), succession_weeks=30.0
    )
    begun = [e.week for e in log if "and shuts" in e.text]
    assert begun
    assert opened[begun[0]] == 1.0
    assert opened[begun[0] + 1] == 0.5
    assert world.actors["powers"]["neighbours"][0]["title"] == "Northland"


def test_levers_that_are_not_moved_stay_the_timelines_own() -> None:
    base = LeverValues(trade_cut=0.3)
    effect = {"lever": "trade_leak", "organ": "", "add": 0.2, "most": None, "least": None}
    after = moved(base, [effect])
    assert base.trade_leak == 0.3
    assert after.trade_leak == 0.5
    assert {k: v for k, v in after.as_dict().items() if k != "trade_leak"} == {
        k: v for k, v in base.as_dict().items() if k != "trade_leak"
    }


# --- the files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["toyland", "dprk/2012", "dprk/2017"])
def test_the_shipped_powers_are_read(name: str) -> None:
    scenario = cu.load(name)
    player = Powers.of(scenario)
    assert any(a.neighbour for a in player.powers)
    for power in scenario.actors.powers.powers:
        assert sum(p.name == power.name for p in player.powers) == 1
    assert len(scenario.actors.powers.powers) == len(player.powers)


def test_powers_keep_still_while_the_shipped_timeline_tells_what_they_did() -> None:
    scenario = cu.load("dprk/2017")
    player = Powers.of(scenario)
    last = max(a.week for a in scenario.timeline.actions if a.lever in ("trade_cut", "aid_dollars", "trade_leak"))
    assert last < player.free_from <= last + 3


def test_a_new_neighbour_acts_from_yaml_alone(tmp_path: Path) -> None:
    folder = tmp_path / "land"
    folder.mkdir()
    source = cu.load("toyland").folder / "scenario.yaml"
    (folder / "scenario.yaml").write_text(source.read_text(encoding="utf-8").replace("name: toyland", "name: land"))
    tactic = {
        "name": "feed",
        "does": "sends grain",
        "weight": 1,
        "lasts": 8,
        "effects": [{"lever": "aid_grain", "add": 1000000}],
    }
    power = {"name": "east", "title": "Eastland", "source": "invented", "grade": "D", "tactics": [tactic]}
    (folder / "actors.yaml").write_text(json.dumps({"powers": [power]}))
    scenario = cu.load(folder)
    _, log, levers = live(Powers.of(scenario), 3)
    assert [e.text.partition(":")[0] for e in log] == ["Eastland sends grain"]
    assert levers.aid_grain == pytest.approx(1e6 * scenario.scale)


BAD = [
    ({"effects": [{"lever": "trade_cute", "add": 0.1}]}, "trade_cut"),
    ({"effects": [{"lever": "purge", "organ": ["army"], "add": 0.1}]}, "cannot be moved"),
    ({"effects": [{"lever": "court_revenue_cut", "add": 0.1}]}, "needs 'organ'"),
    ({"effects": [{"lever": "court_revenue_cut", "organ": ["navy"], "add": 0.1}]}, "navy"),
    ({"when": {"provocation": {}}}, "above"),
    ({"when": {"weather": {"above": 1}}}, "weather"),
    ({"weight": 1.5}, "weight"),
    ({"lasts": "term"}, "governments"),
    ({"government": "doves"}, "doves"),
]


@pytest.mark.parametrize(("change", "said"), BAD, ids=[said for _, said in BAD])
def test_a_wrong_table_is_refused_in_one_sentence(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    tactic = {"name": "t", "does": "acts", "weight": 1, "lasts": 8, "effects": [{"lever": "aid_grain", "add": 1}]}
    power = {"name": "east", "title": "East", "source": "invented", "grade": "D", "tactics": [{**tactic, **change}]}
    (tmp_path / "actors.yaml").write_text(json.dumps({"powers": [power]}))
    with pytest.raises(BadScenario, match=said):
        actors_in(tmp_path)


def test_the_files_levels_are_those_of_the_ladder() -> None:
    assert Level.__args__ == crisis.LEVELS[1:]  # type: ignore[attr-defined]
    assert PowersFile().powers == []
    assert FOREVER > 5200


# --- what the shipped tables come to -----------------------------------------------------------------------------------


def test_sanctions_and_aid_come_as_seldom_as_the_equations_say() -> None:
    """Weapons clock .15 a year, then .8 or .4: about .09 sanctions a year; 40 times 10 years, so 36 with sd 6."""
    player = Powers(Powers.of(cu.load("dprk/2017")).powers)
    kinds: list[str] = []
    for seed in range(40):
        kinds += [e.lever for e in live(player, 520, seed, settings=())[1]]
    assert 15 <= kinds.count("trade_cut") <= 60
    assert kinds.count("aid_dollars") == 0, "nobody pays before talks succeed"
    assert 40 <= kinds.count("broadcast_reach") <= 80
