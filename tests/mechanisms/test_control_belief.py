"""Awareness, fear and private support: bounds for any input in range, directions, and what the levers do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.mechanisms.control_country import K, P, country, put, week

from custodes.mechanisms import awareness, fear, support
from custodes.world.columns import N_CLASSES, OFFICIALS, STATE_WORKERS

share = st.floats(0.0, 1.0)
signed = st.floats(-1.0, 1.0)
won = st.floats(0.0, 1e9)
bit = st.sampled_from([0.0, 1.0])


@given(share, share, share, st.floats(0.0, 10.0))
def test_contact_is_a_probability_and_grows_with_media_around(a: float, b: float, market: float, rate: float) -> None:
    low, high = (awareness.contact_probability(rate, x, market, P.awareness) for x in sorted((a, b)))
    assert 0.0 <= low <= high <= 1.0


@given(share, bit)
def test_media_stay_a_share_and_a_contact_adds_a_half(media: float, contact: float) -> None:
    new = awareness.update_media(media, contact, P.awareness)
    assert 0.0 <= new <= 1.0
    assert new == pytest.approx(min(1.0, 0.98 * media + 0.5 * contact))


@given(share, share, share, bit, share)
def test_rights_stay_a_share_whatever_is_broadcast(
    r: float, unit: float, media: float, kin: float, talk: float
) -> None:
    assert 0.0 <= awareness.update_rights(r, unit, media, kin, talk, P.awareness) <= 1.0


def test_rights_follow_the_equation() -> None:
    got = awareness.update_rights(0.2, 0.3, 0.5, 1.0, 0.006, P.awareness)
    assert got == pytest.approx(0.2 - 0.02 * 0.2 + 0.8 * (0.014 * 0.3 + 0.006 * (0.3 + 2 * 0.5) + 0.01))


def test_a_campaign_is_six_times_ordinary_talk_and_jamming_takes_it_all() -> None:
    world = country()
    talk = {c: awareness.prepare(world, week(broadcast_content=c), P)["rights_broadcast"][0] for c in (0.0, 1.0)}
    jammed = awareness.prepare(world, week(broadcast_content=1.0, information_control=1.0), P)
    assert talk == pytest.approx({0.0: 0.001, 1.0: 0.006})
    assert jammed["rights_broadcast"][0] == 0.0
    assert (jammed["contact_rate"] == 0.0).all()


def test_contact_differs_by_place_and_follows_reach() -> None:
    once = awareness.prepare(country(), week(), P)
    twice = awareness.prepare(country(), week(broadcast_reach=2.0), P)
    assert once["contact_rate"][:4] == pytest.approx(0.006 * np.array([0.8, 2.2, 1.0, 0.7]))
    assert twice["contact_rate"] == pytest.approx(2.0 * once["contact_rate"])


def test_raids_follow_control_and_their_lever() -> None:
    world = country()
    world.national.capacity_norm = 0.5  # agents a neighbourhood; the country has 500 / (10 units x 100) = 0.5
    assert awareness.prepare(world, week(), P)["raid_rate"] == pytest.approx(0.002)
    assert awareness.prepare(world, week(raids=3.0), P)["raid_rate"] == pytest.approx(0.006)
    assert awareness.after_raid(0.8, P.awareness) == pytest.approx(0.4)


def test_a_campaign_is_logged_once_until_it_ends() -> None:
    world, begun = country(), week(0)
    for number, content in enumerate([0.0, 1.0, 1.0, 0.0, 1.0]):
        awareness.settle(world, week(number, begun.log, broadcast_content=content), P)
    assert [e.week for e in begun.log if e.kind == "rights_campaign"] == [1, 4]


@given(share, share, share, st.floats(0.0, 100.0))
def test_fear_stays_a_share_even_under_absurd_surveillance(
    now: float, threat: float, arrest: float, eyes: float
) -> None:
    assert 0.0 <= fear.update(now, threat, arrest, eyes, P.fear) <= 1.0


@given(share, share, share, share)
def test_fear_never_falls_with_what_is_seen(now: float, a: float, b: float, arrest: float) -> None:
    low, high = (fear.update(now, x, arrest, 0.02, P.fear) for x in sorted((a, b)))
    assert low <= high


def test_fear_rests_where_the_equation_says() -> None:
    now = 0.0
    for _ in range(2000):
        now = fear.update(now, 0.1, 0.0, 0.022, P.fear)
    assert now == pytest.approx(0.027 / (0.04 + 0.027))


def test_surveillance_is_relative_to_the_norm_and_finite_without_one() -> None:
    world = country()
    world.guards.capacity[:, 1] *= 2.0
    world.national.capacity_norm = 0.5
    assert fear.prepare(world, week(), P)["fear_surveillance"][:2] == pytest.approx([0.022, 0.044])
    world.national.capacity_norm = 0.0
    assert fear.prepare(world, week(), P)["fear_surveillance"][1] == pytest.approx(0.022 * 1.0 / (3.5 / 6))
    world.guards.capacity[:] = 0.0
    assert (fear.prepare(world, week(), P)["fear_surveillance"] == 0.0).all()


@given(signed, signed, won, won, share, st.floats(0.0, 2.0), share, share, share, bit, signed)
def test_support_stays_in_bounds(
    now: float,
    trait: float,
    income: float,
    past: float,
    hunger: float,
    wealth: float,
    memory: float,
    media: float,
    rights: float,
    kin: float,
    rally: float,
) -> None:
    part = support.household_part(income, past, hunger, wealth, P.support)
    assert -0.15 - 0.5 - 0.16 <= part <= 0.15
    assert -1.0 <= support.update(now, trait, part, memory, media, rights, kin, rally, P.support) <= 1.0


@given(signed, signed, share, share, share, share)
def test_rights_awareness_sharpens_the_memory_of_extortion(
    now: float, trait: float, memory: float, media: float, a: float, b: float
) -> None:
    low, high = (support.update(now, trait, 0.0, memory, media, r, 0.0, 0.0, P.support) for r in sorted((a, b)))
    assert high <= low


def test_support_follows_the_equation() -> None:
    part = support.household_part(80.0, 99.0, 0.2, 0.5, P.support)
    assert part == pytest.approx(0.15 * (-19 / 100) - 0.1 - 0.04)
    target = 0.1 + 0.25 * (1 - 0.6 * 0.3 - 0.4 * 0.2) + part - 0.3 * 0.4 * 1.3 - 0.03 - 0.15 - 0.06
    assert support.update(0.5, 0.1, part, 0.4, 0.3, 0.2, 1.0, 0.0, P.support) == pytest.approx(
        0.5 + 0.02 * (target - 0.5)
    )


def test_a_household_without_a_past_divides_by_one_won() -> None:
    assert support.household_part(0.0, 0.0, 0.0, 0.0, P.support) == 0.0
    assert support.household_part(5.0, 0.0, 0.0, 0.0, P.support) == pytest.approx(0.15)


def test_visible_wealth_compares_officials_with_all_and_is_capped() -> None:
    world = country()
    for code in range(N_CLASSES - 1):
        put(world, "class_households", 10, code)
        put(world, "class_income", 1000, code)
    assert support.prepare(world, week(), P)["cadre_wealth"] == pytest.approx(0.0)
    put(world, "class_income", 2750, OFFICIALS)
    assert support.prepare(world, week(), P)["cadre_wealth"] == pytest.approx(2750 / 1250 - 1)
    put(world, "class_income", 10**6, OFFICIALS)
    put(world, "class_households", 1, OFFICIALS)
    assert (support.prepare(world, week(), P)["cadre_wealth"] == 2.0).all()


@pytest.mark.parametrize("missing", ["class_households", "class_income"])
def test_no_officials_or_no_income_means_no_visible_wealth(missing: str) -> None:
    world = country()
    put(world, "class_households", 10, STATE_WORKERS)
    put(world, missing, 0, OFFICIALS)
    assert (support.prepare(world, week(), P)["cadre_wealth"] == 0.0).all()


def test_a_rally_acts_in_its_week_and_halves_in_half_a_year() -> None:
    world = country()
    assert support.prepare(world, week(rally=0.2), P)["rally"] == pytest.approx([0.2])
    support.settle(world, week(rally=0.2), P)
    for number in range(25):
        support.settle(world, week(number), P)
    assert world.national.rally == pytest.approx(0.1, rel=0.01)


def test_propaganda_money_moves_support_less_where_media_are_known() -> None:
    world = country()
    base = support.prepare(world, week(), P)["rally"][0]
    ignorant = support.prepare(world, week(budget_propaganda=0.0), P)["rally"][0]
    put(world, "media_u16", 65_535 * 500)
    put(world, "rights_u16", 65_535 * 500)
    assert world.total("adults") == 6 * 500 * K
    assert base == 0.0
    assert ignorant == pytest.approx(-0.125)
    assert support.prepare(world, week(budget_propaganda=0.0), P)["rally"][0] == pytest.approx(0.0, abs=1e-12)
