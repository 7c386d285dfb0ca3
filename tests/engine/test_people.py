"""Births, deaths and moves in the people pass: as often as the tables say, and never leaving the rows inconsistent.

Error rates: a count is compared with its expectation at 4.4 standard errors, which chance alone passes once in 100,000.
"""

import numpy as np
import pytest
from numpy.typing import NDArray

from custodes.engine.person_pass import RARE
from custodes.mechanisms import flight
from custodes.world import columns as col
from custodes.world.counting import week_number
from custodes.world.state import World
from custodes.world.vital import ages
from tests.engine.country import Actions, Ride, action, ride
from tests.engine.invariants import assert_consistent

SIGMAS = 4.4


def shares(world: World) -> NDArray[np.float64]:
    """Share of the living by sex and five-year age group, (2, 18)."""
    people = ages(world).sum(axis=1)[:, :90].reshape(2, 18, 5).sum(axis=2)
    return people / people.sum()


def hoped_for(it: Ride) -> tuple[float, float]:
    """Births and deaths, in rows, that the tables of the coming week make one expect; the week is stepped."""
    persons = it.world.persons
    now = week_number(it.world.start) + it.world.week
    age = np.clip((now - persons.birth_week.astype(np.int64)) // 52, 0, 127)
    woman = (persons.flags & col.WOMAN).astype(np.int64)
    mothers, living = (persons.condition == col.FREE) & (woman == 1), persons.condition != col.VACANT
    mothers_age, sex, living_age = age[mothers], woman[living], age[living]
    it.step()
    tables = it.stepper.tables
    assert tables is not None
    return float(tables.birth_rate[mothers_age].sum()), float(tables.death_rate[sex, living_age].sum())


def test_births_and_deaths_come_as_often_as_the_tables_say_and_keep_the_pyramid() -> None:
    """A year of 1/100 (a quarter of a million rows): counts against the tables at 4.4 sigmas; crude rates near 14 and 9."""
    hoped, happened, rows = np.zeros(2), np.zeros(2), 0.0
    with ride("dprk/2017", 100, 52) as it:
        world, k = it.world, it.world.k
        before = shares(world)
        for _ in range(52):
            hoped += hoped_for(it)
            happened += (world.total("births") + world.total("births_unplaced"), world.total("deaths"))
            rows += world.total("people") / 52 / k
        after = shares(world)
        unplaced = it.table().national("births_unplaced").sum()
    happened /= k
    assert (np.abs(happened - hoped) < SIGMAS * np.sqrt(hoped)).all()
    births, deaths = 1000 * happened / rows
    assert births == pytest.approx(14.0, rel=0.08)
    assert deaths == pytest.approx(9.0, rel=0.08)
    assert unplaced / k < 0.005 * happened[0]
    assert np.abs(after - before).sum() / 2 < 0.02  # a year moves a fifth of each group on: the shape stays
    assert abs(after[1].sum() - before[1].sum()) < 0.002


STORM = [
    action("raids", 20.0),
    action("market_closure", 1.0, 3),
    action("currency_reform", 1.0, 5),
    action("border_control", 0.0),
    action("border_risk", 1.0),
    action("return_policy", 20.0),
    action("onward_policy", 20.0, 30),
    action("guards_pay", 0.0, 0, "all"),
    action("harvest_factor", 0.2),
]
#: leavers, arrests and crowds made common, so that every change of condition happens many times
BUSY = (
    "flight.rate=0.01",
    "incidents.spark=0.05",
    "incidents.crowd=1",
    "stance.threshold=0.05",
    "punishment.release_a_year=0.9",
    "punishment.longest=2",
)


@pytest.mark.parametrize(("name", "k", "busy"), [("toyland", 1, ()), ("toyland", 1, BUSY), ("dprk/2017", 1000, BUSY)])
def test_rows_stay_consistent_for_sixty_weeks_of_trouble(name: str, k: int, busy: tuple[str, ...]) -> None:
    with ride(name, k, 60, seed=3, actions=STORM, settings=busy) as it:
        for week in range(1, 61):
            it.to(week)
            if week < 10 or week % 5 == 0:
                assert_consistent(it.world)
        seen = {
            n: it.table().national(n).sum()
            for n in ("deaths", "births", "arrests", "flights", "crossings", "flights_caught")
        }
        assert min(seen.values()) > 0, seen


def test_the_check_of_rows_finds_what_it_should() -> None:
    """Each tampering is found: a check that cannot fail proves nothing."""

    def trader(w: World) -> None:
        w.households.trader[0] = (w.households.trader[0] + 1) % 100

    def member(w: World) -> None:
        w.households.members[3] += 1

    def two_places(w: World) -> None:
        w.persons.household_in_unit[5] += 1

    def term(w: World) -> None:
        w.persons.term[np.flatnonzero(w.persons.condition == col.FREE)[0]] = 3

    def cash(w: World) -> None:
        w.households.money[7] += 1

    def stance(w: World) -> None:
        w.units.dissenters[2] += 1

    for tamper in (trader, member, two_places, term, cash, stance):
        with ride("toyland", 1, 2) as it:
            it.to(2)
            assert_consistent(it.world)
            tamper(it.world)
            with pytest.raises(AssertionError):
                assert_consistent(it.world)


# --- thinning ----------------------------------------------------------------------------------------------------------


HARSH: dict[str, Actions] = {
    "default": (),
    "everything that arrests": [
        action("market_closure", 1.0),
        action("currency_reform", 1.0),
        action("raids", 20.0),
        action("budget_security", 3.0),
        action("guards_pay", 3.0, 0, "all"),
    ],
    "everything that drives out": [
        action("border_control", 0.0),
        action("border_risk", 0.0),
        action("onward_policy", 20.0),
        action("broadcast_reach", 20.0),
        action("harvest_factor", 0.0),
    ],
}


@pytest.mark.parametrize("levers", HARSH)
def test_all_that_can_befall_a_person_in_a_week_fits_below_the_thinning_bound(levers: str) -> None:
    """Rows whose draw is above `RARE` are not looked at: exact only while death, birth, flight and arrest sum to less.

    The worst person: any sex and age, certain detection, every reason to leave, and a county after a crowd.
    """
    with ride("dprk/2017", 1000, 12, actions=HARSH[levers]) as it:
        p = it.parameters
        for _ in range(12):
            it.step()
            t = it.stepper.tables
            assert t is not None
            arrest = p.punishment.arrest_rate * float(t.arrest_probability.max()) + p.incidents.arrest_cap
            leave = [
                float(t.flight_rate.max())
                * flight.hazard(1.0, 1.0, p.flight.push_high, 1.0, float(age), 0.0, 0.0, p.flight)
                for age in range(128)
            ]
            worst = np.maximum(t.death_rate[1] + t.birth_rate, t.death_rate[0]) + np.array(leave) + arrest
            assert worst.max() < RARE, f"age {int(worst.argmax())}: {worst.max():.4f} is not below {RARE}"
