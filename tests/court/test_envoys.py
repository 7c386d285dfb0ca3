"""Officials abroad: about eleven a year stay away although their family is held, and every listed one changes the rules."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.engine.step import Deed, Week
from custodes.mechanisms import envoys
from custodes.observe.events import EventLog
from custodes.world.columns import B_DIPLOMATIC, IN_POST, VACANT_POST
from custodes.world.court import clear
from tests.court.alone import court, step

POOL = ("envoys.pool=2500",)
WARM = 3 * 52  #: weeks in which postings follow the family rule


class Abroad:
    """Envoys of a country at rest: loyalty returns to its level, vacant posts are filled, a leader answers with recalls."""

    def __init__(self, seed: int, recalls: bool = True) -> None:
        self.world, self.p, self.levers = court(seed, POOL)
        self.log, self.recalls, self.answered = EventLog(str(self.world.start)), recalls, -99
        self.world.memory.update(info=0.3, family_rule=0.47)
        self.level = np.clip(0.66 + self.world.court.trait, 0.0, 1.0)
        self.world.court.suspicion[:] = 1.0 - self.level
        self.world.court.hazard[:] = 0.07

    def week(self, deeds: tuple[Deed, ...] = ()) -> Week:
        """The week that the country stands in."""
        t = self.world.week
        return Week(t, t % 52, 2017 + t // 52, self.world.start, t % 52 == 0, self.levers, self.log, list(deeds))

    def step(self, deeds: tuple[Deed, ...] = ()) -> None:
        """One week."""
        court_, t = self.world.court, self.world.week
        court_.loyalty += 0.03 * (self.level - court_.loyalty)
        court_.tenure += 1
        for row in np.flatnonzero((court_.abroad == 1) & (court_.status == VACANT_POST)):
            court_.status[row], court_.person[row], court_.family_held[row] = IN_POST, 10_000 + t, 1
            court_.loyalty[row], court_.suspicion[row], court_.hazard[row] = self.level[row], 1 - self.level[row], 0.07
        if self.recalls and self.world.memory.get("envoy_listed_week", 0.0) and t - self.answered >= 13:
            deeds, self.answered = (*deeds, Deed("recall", "", 0.1, "")), t
        step(self.world, self.p, self.levers, self.log, deeds, names=("envoys",))

    def years(self, number: int) -> tuple[int, int, float]:
        """Defections, listed ones, and those expected, in some years."""
        gone, listed, expected = 0, 0, 0.0
        for _ in range(52 * number):
            self.step()
            gone += int(self.world.memory["envoy_defections_week"])
            listed += int(self.world.memory["envoy_listed_week"])
            expected += envoys.expected(self.world, self.week(), self.p.envoys) / 52
        return gone, listed, expected


def test_about_eleven_a_year_stay_away_and_few_are_noticed() -> None:
    """C29: 134 from 2012 to mid 2024, 10.7 a year; EQUATIONS 9: 10.6. Eight runs of ten years: standard error .4."""
    totals = np.zeros(3)
    for seed in range(8):
        country = Abroad(seed)
        for _ in range(WARM):
            country.step()
        totals += country.years(10)
    gone, listed, expected = totals / 80
    print(f"defections {gone:.1f} a year, expected {expected:.1f}, listed {listed:.2f}")
    assert 9.4 < gone < 11.9
    assert gone == pytest.approx(expected, abs=4 * np.sqrt(expected / 80))
    assert 0.10 < listed / gone < 0.22


def test_family_is_held_nearly_always_under_the_usual_rule() -> None:
    country = Abroad(1)
    for _ in range(2 * WARM):
        country.step()
    assert 0.9 < country.world.memory["envoys_held"] < 0.98
    assert 0.85 < country.world.court.family_held[country.world.court.abroad == 1].mean() <= 1.0


def test_a_listed_defection_and_its_recalls_bring_some_more_in_four_years() -> None:
    """About three; so that one defection, listed or not, brings about .5 more (EQUATIONS 9: .6). Expected numbers, paired."""
    more = []
    for seed in range(8):
        plain, struck = Abroad(seed), Abroad(seed)
        for country in (plain, struck):
            for _ in range(52):
                country.step()
        rows = np.flatnonzero(struck.world.court.abroad == 1)
        envoys._notice(struck.world, struck.week(), rows, int(rows[0]), "a member of the staff", 77, struck.p.envoys)
        struck.step((Deed("recall", "", 0.1, ""),))
        plain.step()
        more.append(struck.years(4)[2] - plain.years(4)[2])
    print(f"one listed defection brings {np.mean(more):.2f} more (standard error {np.std(more) / np.sqrt(8):.2f})")
    assert 1.5 < np.mean(more) < 5.0


def test_a_listed_defection_tightens_the_rule_and_costs_trust() -> None:
    country = Abroad(2)
    country.step()
    world, rows = country.world, np.flatnonzero(country.world.court.abroad == 1)
    rule, loyalty = world.memory["family_rule"], world.court.loyalty.copy()
    envoys._notice(
        world, country.week(), rows, int(rows[0]), "a member of the staff of a post abroad", 0, country.p.envoys
    )
    assert world.memory["family_rule"] == pytest.approx(rule + 0.1)
    loss = loyalty - world.court.loyalty
    assert (loss[rows] >= 0.004).all()
    assert (loss[rows] <= 0.02).all()
    assert not loss[np.setdiff1d(np.arange(len(loss)), rows)].any()
    (event,) = [e for e in country.log if e.kind == "envoy_defection"]
    assert event.organ == "diplomatic_service"
    assert "did not come home" in event.text


def test_the_rule_halves_in_two_years_and_a_recall_stands_half_a_year() -> None:
    country = Abroad(3, recalls=False)
    country.world.memory["family_rule"] = 0.8
    country.p = country.p._replace(envoys=country.p.envoys._replace(rate=0.0))
    country.step((Deed("recall", "", 0.1, ""),))
    ordered = country.world.court.recalled.copy()
    assert 1 <= np.count_nonzero(ordered) <= 15  # 6 of 60 expected
    assert set(country.world.court.abroad[ordered > 0]) == {1}
    for _ in range(26):
        country.step()
    assert not country.world.court.recalled.any()
    for _ in range(104 - 27):
        country.step()
    assert country.world.memory["family_rule"] == pytest.approx(0.4, abs=0.001)


def test_a_head_who_leaves_is_named_and_takes_only_his_dollars() -> None:
    country = Abroad(4)
    world = country.world
    country.step()
    row = int(np.flatnonzero(world.court.abroad == 1)[0])
    world.books.official_won[row], world.books.official_cents[row] = 1000, 500
    world.books.won["treasury"] -= 1000
    world.books.cents["reserve"] -= 500
    before, abroad = (world.books.total_won(), world.books.total_cents()), world.books.cents["abroad_cents"]
    rows = np.array([row])
    envoys._lose(world, country.week(), rows, np.array([1]), np.array([0]), country.p.envoys)
    assert (world.books.total_won(), world.books.total_cents()) == before
    assert world.books.cents["abroad_cents"] == abroad + 500
    assert world.court.status[row] == VACANT_POST
    assert world.memory["envoy_listed_week"] == 1.0
    assert not list(country.log)[-1].text.startswith("nobody")


def test_staff_who_left_are_missing_until_the_turn_of_the_year() -> None:
    country = Abroad(5)
    country.step()
    p = country.p.envoys
    whole = int(envoys._staff(country.world, 60, p).sum())
    assert whole + 60 == 2500
    country.world.memory.update({"embassy_short.7": 2.0, "embassies_short": 1.0})
    assert int(envoys._staff(country.world, 60, p).sum()) == whole - 2
    envoys._fill_posts(country.world)
    assert int(envoys._staff(country.world, 60, p).sum()) == whole


def test_a_closed_door_keeps_them_and_hides_those_who_go() -> None:
    country = Abroad(6)
    country.step()
    usual = envoys.expected(country.world, country.week(), country.p.envoys)
    country.levers = type(country.levers)(asylum=0.4)
    assert envoys.expected(country.world, country.week(), country.p.envoys) == pytest.approx(0.5 * usual)
    drawn = [envoys.destination(country.world, u, 0.8) for u in (np.arange(100) + 0.5) / 100]
    assert [drawn.count(x) for x in ("was taken in abroad", "went into hiding")] == [80, 20]


def test_a_defector_is_taken_in_by_a_power_of_the_scenario() -> None:
    """Riverland asks for three in four and takes all, Hillland takes one in two: six to one of those taken in."""
    world = Abroad(6).world
    world.actors["powers"] = {
        "asylum": [
            {"name": "r", "title": "Riverland", "share": 0.75, "chance": 1.0},
            {"name": "h", "title": "Hillland", "share": 0.25, "chance": 0.5},
        ]
    }
    drawn = [envoys.destination(world, u, 0.7) for u in (np.arange(100) + 0.5) / 100]
    said = ("was taken in abroad (Riverland)", "was taken in abroad (Hillland)", "went into hiding")
    assert [drawn.count(x) for x in said] == [60, 10, 30]


def test_the_staff_of_a_vacant_post_shares_the_mean_of_the_others_and_nobody_leaves_a_service_without_heads() -> None:
    country = Abroad(7)
    country.step()
    world = country.world
    rows = np.flatnonzero(world.court.abroad == 1)
    usual = envoys.expected(world, country.week(), country.p.envoys)
    clear(world.court, int(rows[0]))
    assert envoys.expected(world, country.week(), country.p.envoys) == pytest.approx(usual, rel=0.1)
    for row in rows[1:]:
        clear(world.court, int(row))
    assert envoys.expected(world, country.week(), country.p.envoys) == 0.0


@given(
    loyalty=st.floats(0, 1),
    fear=st.floats(0, 5),
    held=st.floats(0, 1),
    recalled=st.sampled_from([0.0, 1.0]),
    outside=st.floats(0, 2),
)
@settings(max_examples=30, deadline=None)
def test_the_hazard_is_never_negative_and_moves_the_right_way(**x: Any) -> None:
    p = court(1, POOL)[1].envoys
    hazard = envoys.yearly_hazard(x["loyalty"], x["fear"], x["held"], x["recalled"], x["outside"], p)
    assert 0.0 <= hazard < 5.0
    assert hazard >= envoys.yearly_hazard(1.0, x["fear"], x["held"], x["recalled"], x["outside"], p)
    assert hazard <= envoys.yearly_hazard(x["loyalty"], x["fear"], 0.0, x["recalled"], x["outside"], p)


def test_diplomats_at_home_stay() -> None:
    country = Abroad(8)
    world = country.world
    home = (world.court.organ == B_DIPLOMATIC) & (world.court.abroad == 0)
    persons = world.court.person[home].copy()
    country.p = country.p._replace(envoys=country.p.envoys._replace(rate=5.0))
    for _ in range(26):
        country.step()
    np.testing.assert_array_equal(world.court.person[home], persons)
