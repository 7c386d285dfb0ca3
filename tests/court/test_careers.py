"""Careers: rotation, vacant posts, patrons, newcomers, names; and the court as it is built."""

from collections import Counter
from dataclasses import fields
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodes.actors.levers import LeverValues
from custodes.engine.step import Week
from custodes.mechanisms import careers, fates
from custodes.observe.events import EventLog
from custodes.scenario.court import DEFAULT_COURT
from custodes.world.columns import (
    B_ARMY,
    B_DIPLOMATIC,
    B_STATE_SECURITY,
    CHIEF,
    DEPUTY,
    DIRECTOR,
    FATES,
    IN_POST,
    REEDUCATION,
    VACANT_POST,
)
from custodes.world.court import OF_PERSON, Holder, row_of
from custodes.world.officials import build_court, coercive, leave, shift, swap
from custodes.world.state import World
from tests.court.alone import court, step, years

CAREERS = ("careers",)


def week_of(world: World) -> Week:
    return Week(world.week, world.week % 52, 2017, world.start, False, LeverValues(), EventLog(str(world.start)))


def go(world: World, p: Any, weeks: int, log: EventLog | None = None) -> None:
    kept = EventLog(str(world.start)) if log is None else log
    for _ in range(weeks):
        step(world, p, LeverValues(), kept, names=CAREERS)


def quiet(p: Any) -> Any:
    """Parameters without rotation."""
    return p._replace(careers=p.careers._replace(rotation=(0.0, 0.0, 0.0)))


# --- the court as it is built --------------------------------------------------------------------------------------------


def test_every_post_has_a_person_of_his_own_and_the_states_force_is_shared_out() -> None:
    world, _, _ = court(1)
    posts = world.places.court.posts
    assert posts == 1000
    assert len(set(world.court.person[:posts].tolist())) == posts
    assert np.all(world.court.status[:posts] == IN_POST)
    assert float(world.court.force.sum()) == pytest.approx(1.0)
    chief = np.flatnonzero((world.court.organ == B_ARMY) & (world.court.rank == CHIEF))
    assert world.court.force[chief].sum() == pytest.approx(0.45 * world.places.court.force[B_ARMY])
    assert world.court.power[chief[0]] == 1.0


def test_patrons_stand_above_their_clients_mostly_in_the_same_organ() -> None:
    world, _, _ = court(1)
    court_ = world.court
    clients = np.flatnonzero(court_.rank[:1000] != CHIEF)
    patrons = np.array([row_of(court_, int(court_.patron[row])) for row in clients])
    assert np.all(patrons >= 0)
    assert np.all(court_.rank[patrons] < court_.rank[clients])
    own = float(np.mean(court_.organ[patrons] == court_.organ[clients]))
    assert own == pytest.approx(0.6, abs=0.062)  # 4 sd of 990
    assert np.all(court_.has_patron[:1000] == 1)
    same = float(np.mean(court_.faction[patrons] == court_.faction[clients]))
    assert same == pytest.approx(0.6 + 0.4 / 4, abs=0.075)


def test_tenures_fortunes_and_families_are_those_of_a_court_that_has_been_running() -> None:
    plan, p = court(1)[0].places.court, court(1)[1]
    held, tenure, wealth = [], [], []
    for seed in range(20):
        made = build_court(plan, 4, p, seed)
        held.append(made.family_held[made.abroad == 1].mean())
        tenure.append(made.tenure[(made.rank[:1000] == DIRECTOR).nonzero()[0]].mean())
        wealth.append(made.wealth[:1000].mean())
    assert np.mean(held) == pytest.approx(0.9, abs=0.05)  # EQUATIONS 9: .94
    assert np.mean(tenure) == pytest.approx(1 / 0.0057, rel=0.06)
    assert np.mean(wealth) == pytest.approx(0.5, abs=0.01)
    assert np.all(build_court(plan, 4, p, 1).family_held[:500] == 0)


def test_known_holders_sit_in_the_first_posts_of_their_rank() -> None:
    plan = DEFAULT_COURT._replace(
        holders=(
            Holder(B_ARMY, CHIEF, "Marshal", "A. Known", faction="the technocrats", since="2016-01-04"),
            Holder(B_ARMY, DEPUTY, "Vice Marshal"),
            Holder(B_ARMY, DEPUTY, "Second Vice Marshal", "B. Known"),
            Holder(B_DIPLOMATIC, DIRECTOR, "Envoy", "C. Known", abroad=True),
        )
    )
    made = build_court(plan, 4, court(1)[1], 1, np.datetime64("2017-01-02"))
    titled = np.flatnonzero(made.holder >= 0)
    assert [int(made.holder[row]) for row in titled] == [0, 1, 2, 3]
    assert [int(made.known[row]) for row in titled] == [0, -1, 2, 3]
    assert made.tenure[titled[0]] == 52
    assert plan.factions[made.faction[titled[0]]] == "the technocrats"
    assert made.abroad[titled[3]] == 1


# --- rotation ------------------------------------------------------------------------------------------------------------


def test_rotation_has_its_rates_and_moves_people_between_like_posts_only() -> None:
    """Moves a person-week over twelve courts of five years: within four standard deviations of their rates."""
    moved, there = Counter[str](), Counter[str]()
    for seed in range(12):
        world, p, _ = court(seed)
        force = coercive(world.places.court)[world.court.organ[:1000]]
        kinds = {
            "coercive chiefs": (world.court.rank[:1000] == CHIEF) & force,
            "chiefs": (world.court.rank[:1000] == CHIEF) & ~force,
            "deputies": world.court.rank[:1000] == DEPUTY,
            "directors": (world.court.rank[:1000] == DIRECTOR) & (world.court.abroad[:1000] == 0),
        }
        for _ in range(260):
            before = world.court.person[:1000].copy()
            go(world, p, 1)
            fresh = world.court.tenure[:1000] == 0
            for kind, here in kinds.items():
                moved[kind] += int((fresh & here).sum())
                there[kind] += int(here.sum())
                assert set(before[here & force]) == set(world.court.person[:1000][here & force])
        assert np.all(world.court.person[:1000][world.court.abroad[:1000] == 1] > 0)
    for kind, rate in {"coercive chiefs": 1 / 80, "chiefs": 1 / 60, "deputies": 1 / 60, "directors": 1 / 200}.items():
        spread = 4 * np.sqrt(2 * rate / there[kind])  # two are moved at once
        shortfall = 0.06 * rate  # who has been moved this week is not moved again
        assert abs(moved[kind] / there[kind] - rate) < spread + shortfall, kind


def test_a_swap_moves_persons_and_their_purses_and_leaves_posts_as_they_are() -> None:
    world, _, _ = court(1)
    world.books.official_won[:] = np.arange(len(world.court))
    world.books.official_cents[:] = np.arange(len(world.court)) * 2
    person, wealth, force = (getattr(world.court, n).copy() for n in ("person", "wealth", "force"))
    swap(world, np.array([3, 9]), np.array([700, 800]))
    for a, b in ((3, 700), (9, 800)):
        assert (world.court.person[a], world.court.person[b]) == (person[b], person[a])
        assert (world.court.wealth[a], world.court.wealth[b]) == (wealth[b], wealth[a])
        assert (world.books.official_won[a], world.books.official_won[b]) == (b, a)
        assert world.court.tenure[a] == world.court.tenure[b] == 0
    assert np.array_equal(world.court.force, force)
    assert int(world.books.official_cents.sum()) == 2 * int(np.arange(len(world.court)).sum())


# --- vacant posts --------------------------------------------------------------------------------------------------------


def test_a_fallen_chief_is_followed_by_a_deputy_he_by_a_director_and_he_by_a_newcomer() -> None:
    world, p, _ = court(1)
    p, log = quiet(p), EventLog(str(world.start))
    chief = int(np.flatnonzero((world.court.organ == B_ARMY) & (world.court.rank == CHIEF))[0])
    rank = {int(n): int(r) for n, r in zip(world.court.person, world.court.rank, strict=True) if n}
    leave(world, chief)
    go(world, p, 1, log)
    assert world.court.status[chief] == IN_POST
    assert rank[int(world.court.person[chief])] == DEPUTY
    risen = [
        row for row in range(1000) if world.court.rank[row] == DEPUTY and rank[int(world.court.person[row])] == DIRECTOR
    ]
    assert len(risen) == 1
    assert world.court.tenure[chief] == 0
    go(world, p, 60, log)
    assert np.all(world.court.status[:1000] == IN_POST)
    assert int(world.court.person.max()) == 1001
    told = [event for event in log if event.kind == "appointment"]
    assert careers.name_of(world, chief) in told[0].text
    assert careers.title_of(world, chief) in told[0].text


def test_an_appointment_is_caused_by_the_fall_that_made_room() -> None:
    world, p, _ = court(1)
    p, log = quiet(p), EventLog(str(world.start))
    log.begin_week(0)
    fall = log.record("purge", 0, text="a fall")
    chief = int(np.flatnonzero((world.court.organ == B_ARMY) & (world.court.rank == CHIEF))[0])
    world.register.append({"week": 0, "organ": "army", "rank": "chief", "event": fall})
    with mock.patch.object(fates, "_weeks_away", return_value=10):
        fates.befall(world, week_of(world), p, chief, FATES.index("dismissal"))
    go(world, p, 1, log)
    assert next(e.causes for e in log if e.kind == "appointment") == (fall,)
    assert world.court.fell[chief] == 0


def test_an_old_fall_is_not_the_cause_of_a_later_vacancy() -> None:
    """The chief falls, another follows him and stays abroad a month later: only the first appointment is the fall's."""
    world, p, _ = court(1)
    p, log = quiet(p), EventLog(str(world.start))
    log.begin_week(0)
    fall = log.record("purge", 0, text="a fall")
    chief = int(np.flatnonzero((world.court.organ == B_ARMY) & (world.court.rank == CHIEF))[0])
    title = careers.title_of(world, chief)
    world.register.append({"week": 0, "title": title, "organ": "army", "rank": "chief", "event": fall})
    fates.befall(world, week_of(world), p, chief, FATES.index("execution"))
    go(world, p, 4, log)
    assert world.court.status[chief] == IN_POST
    leave(world, chief)
    go(world, p, 4, log)
    told = [e.causes for e in log if e.text.endswith(f"is appointed {title}.")]
    assert told == [(fall,), ()]


def test_the_able_and_the_trusted_rise() -> None:
    """Over 300 vacancies: competence .5 and suspicion 1 weigh against luck, among five."""
    chosen, pool = [], []
    for seed in range(300):
        world, p, _ = court(seed)
        row = int(np.flatnonzero((world.court.organ == seed % 10) & (world.court.rank == CHIEF))[0])
        best = careers.best_candidate(world, week_of(world), p.careers, row)
        assert world.court.rank[best] == DEPUTY
        deputies = world.court.rank[:1000] == DEPUTY
        own = world.court.organ[best] == seed % 10
        chosen.append((world.court.competence[best], world.court.suspicion[best], own))
        pool.append((world.court.competence[:1000][deputies].mean(), world.court.suspicion[:1000][deputies].mean()))
    able, suspected, own_share = np.mean(chosen, axis=0)
    usual_able, usual_suspected = np.mean(pool, axis=0)
    assert able - usual_able > 0.1  # one sd of the mean is .017
    assert usual_suspected - suspected > 0.05  # .0075
    assert own_share == pytest.approx(0.7, abs=0.12)


def test_a_post_that_is_held_open_stays_vacant_for_so_long() -> None:
    world, p, _ = court(1)
    p = quiet(p)
    chief = int(np.flatnonzero((world.court.organ == B_ARMY) & (world.court.rank == CHIEF))[0])
    leave(world, chief)
    world.court.weeks_away[chief] = 8
    vacant = []
    for _ in range(12):
        go(world, p, 1)
        vacant.append(bool(world.court.status[chief] == VACANT_POST))
    assert vacant == [True] * 8 + [False] * 4


def test_directors_desks_stand_empty_for_about_eight_weeks() -> None:
    world, p, _ = court(1)
    p = quiet(p)
    gone = [row for row in range(1000) if world.court.rank[row] == DIRECTOR][:400]
    for row in gone:
        leave(world, row)
    vacant = 0
    for _ in range(100):
        go(world, p, 1)
        vacant += int((world.court.status[:1000] == VACANT_POST).sum())
    assert vacant / 400 + 1 == pytest.approx(8.0, abs=1.5)  # four sd of a mean of 400 waits


def test_promotion_raises_what_a_man_expects_with_his_pay() -> None:
    world, p, _ = court(1)
    leave(world, 0)
    before = float(world.court.expected_rent[1])
    careers.promote(world, p, 1, 0)
    assert world.court.expected_rent[0] == pytest.approx(2.0 * before)


@given(seed=st.integers(0, 2**32), fallen=st.sets(st.integers(0, 999), max_size=150))
@settings(max_examples=20, deadline=None)
def test_nobody_is_lost_or_doubled_and_money_stays_with_its_owner(seed: int, fallen: set[int]) -> None:
    world, p, _ = court(seed)
    world.books.official_won[:1000] = 1000 + world.court.person[:1000]
    for row in fallen:
        leave(world, row)
    go(world, p, 6)
    court_ = world.court
    persons = court_.person[court_.person > 0]
    assert len(set(persons.tolist())) == len(persons)
    assert np.all((court_.person > 0) == (court_.status < VACANT_POST) | (court_.status == REEDUCATION))
    old = (court_.person > 0) & (court_.person <= 1000)
    assert np.array_equal(world.books.official_won[old], 1000 + court_.person[old])
    assert int(world.books.official_won[~old].sum()) == 0
    for column in (court_.tenure, court_.since_patron, court_.weeks_away):
        assert int(column.min()) >= 0


# --- patrons -------------------------------------------------------------------------------------------------------------


def test_a_lost_patron_is_missed_for_half_a_year_and_then_slowly_replaced() -> None:
    world, p, _ = court(1)
    p = quiet(p)
    patrons = Counter(world.court.patron[:1000].tolist())
    clients_before = sum(count for person, count in patrons.items() if person % 2)
    fallen = [row for row in range(1000) if world.court.rank[row] != DIRECTOR and world.court.person[row] % 2]
    clients = np.flatnonzero(np.isin(world.court.patron, world.court.person[fallen]))
    clients = np.array([row for row in clients if row not in fallen])
    for row in fallen:
        shift(world, row, 1000 + fallen.index(row), REEDUCATION)
    persons = world.court.person[clients].copy()
    go(world, p, 1)
    missed = [row_of(world.court, int(n)) for n in persons]
    missed = [row for row in missed if world.court.rank[row] == DIRECTOR]
    assert clients_before > 300
    assert np.all(world.court.has_patron[missed] == 0)
    go(world, p, 25)
    assert np.all(world.court.has_patron[missed] == 0)
    go(world, p, 52)
    still = float(np.mean(world.court.has_patron[missed] == 0))
    assert still == pytest.approx(0.98**52, abs=4 * np.sqrt(0.35 * 0.65 / len(missed)))


def test_a_patron_who_comes_back_is_a_patron_again() -> None:
    world, p, _ = court(1)
    p = quiet(p)
    client = 60
    patron = row_of(world.court, int(world.court.patron[client]))
    shift(world, patron, 1100, REEDUCATION)
    world.court.weeks_away[patron] = 3
    go(world, p, 1)
    assert world.court.has_patron[client] == 0
    shift(world, 1100, patron, IN_POST)
    go(world, p, 1)
    assert world.court.has_patron[client] == 1
    assert world.court.since_patron[client] == 0


# --- newcomers and names -------------------------------------------------------------------------------------------------


def test_newcomers_have_numbers_of_their_own_small_fortunes_and_the_fears_of_their_organ() -> None:
    world, p, _ = court(1)
    world.branch.hazard[B_STATE_SECURITY] = 0.4
    numbers = []
    for row in range(20, 60):
        leave(world, row)
        numbers.append(careers.newcomer(world, week_of(world), p, row, faction=1))
    assert numbers == list(range(1001, 1041))
    rows = slice(20, 60)
    assert np.all(world.court.wealth[rows] < 0.5)
    assert np.all(world.court.hazard[rows] == 0.4)
    assert np.all(world.court.faction[rows] == 1)
    assert np.allclose(world.court.loyalty[rows], np.clip(0.66 + world.court.trait[rows], 0, 1))
    assert float(world.court.trait[rows].std()) == pytest.approx(0.13, abs=0.06)
    leave(world, 20)
    assert careers.newcomer(world, week_of(world), p, 20) == 1041


def test_a_newcomer_leaves_nothing_of_the_man_before_him() -> None:
    world, p, _ = court(1)
    for name in OF_PERSON:
        getattr(world.court, name)[30] = 1
    leave(world, 30)
    careers.newcomer(world, week_of(world), p, 30)
    kept = {f.name for f in fields(world.court) if f.name in ("evidence", "denouncer", "harmed_by", "fell", "recalled")}
    assert all(getattr(world.court, name)[30] == 0 for name in kept)
    assert world.court.plot[30] == -1
    assert world.court.known[30] == -1


def test_names_belong_to_persons_and_as_many_differ_as_there_are_pairs() -> None:
    plan = DEFAULT_COURT
    pairs = len(plan.family_names) * len(plan.given_names)
    names = [careers.generated_name(plan, n) for n in range(1, pairs + 1)]
    assert len(set(names)) == pairs
    assert names == [careers.generated_name(plan, n) for n in range(1, pairs + 1)]
    colleagues = [careers.generated_name(plan, n).split()[0] for n in range(1, 7)]
    assert len(set(colleagues)) > 3
    known = plan._replace(holders=(Holder(0, 0, "Chief", names[4]),))
    assert names[4] not in [careers.generated_name(known, n) for n in range(1, 3 * pairs)]


def test_a_known_name_moves_with_the_man_and_a_title_stays_with_the_post() -> None:
    world, _, _ = court(1)
    row = int(np.flatnonzero(world.court.known >= 0)[0])
    name, title = careers.name_of(world, row), careers.title_of(world, row)
    assert name == world.places.court.holders[world.court.known[row]].name
    shift(world, row, 1200, REEDUCATION)
    assert careers.name_of(world, 1200) == name
    assert careers.title_of(world, row) == title
    assert careers.name_of(world, row) == "nobody"
    assert careers.title_of(world, 1200).startswith("formerly ")


def test_nobody_is_known_before_the_first_week_and_all_known_holders_sit_down_then() -> None:
    world, p, _ = court(1)
    plan = world.places.court
    world.week = -3
    titled = np.flatnonzero(world.court.known >= 0).tolist()
    row = titled[0]
    assert careers.name_of(world, row) == careers.generated_name(plan, int(world.court.person[row]))
    shift(world, row, 1200, REEDUCATION)
    world.court.weeks_away[row] = 50
    go(world, p, 3)
    assert world.week == 0
    assert world.court.known[1200] == -1
    assert [careers.name_of(world, r) for r in titled] == [plan.holders[world.court.holder[r]].name for r in titled]
    assert sorted(world.court.known[world.court.known >= 0].tolist()) == sorted(
        i for i, holder in enumerate(plan.holders) if holder.name
    )


def test_only_appointments_that_a_reader_should_know_of_are_told() -> None:
    _, log = years(4, 5, names=("careers",))
    told = [event for event in log if event.kind == "appointment"]
    assert 10 < len(told) < 35  # ten chiefs move .75 times a year, two at once
    assert all(event.text.endswith(".") and event.organ for event in told)


def test_careers_are_the_same_for_a_seed_and_differ_between_seeds() -> None:
    one, other, third = (years(seed, 2, names=("careers",))[0].court for seed in (5, 5, 6))
    assert np.array_equal(one.person, other.person)
    assert np.array_equal(one.patron, other.patron)
    assert not np.array_equal(one.person, third.person)


def test_a_plan_of_another_size_is_filled_just_as_well() -> None:
    sizes = tuple((2, 3, 75) for _ in range(10))
    plan = DEFAULT_COURT._replace(sizes=sizes)
    made = build_court(plan, 3, court(1)[1], 9)
    assert int((made.status == IN_POST).sum()) == 800
    assert float(made.force.sum()) == pytest.approx(1.0)
