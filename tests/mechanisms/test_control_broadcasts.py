"""What the content of broadcasts does: quality against quantity, culture, news for officials, an open door heard of."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.country import ride, scenario

from custodes.actors.levers import DEFAULTS, LeverValues
from custodes.mechanisms.awareness import believed, news_effect, prepare
from custodes.mechanisms.flight import real_risk
from custodes.mechanisms.flight import settle as settle_flight
from custodes.week import parameters_of

P = parameters_of(scenario("toyland").parameters)
SMALL = 1e-4


def test_at_rest_nothing_is_different() -> None:
    assert believed(DEFAULTS, P.awareness) == 1.0
    assert news_effect(DEFAULTS, P.awareness) == 0.0
    assert real_risk(LeverValues(border_risk=0.37), P.flight) == 0.37


def test_quality_counts_twice_as_much_as_quantity() -> None:
    """Edmond 2013: the elasticity in what makes a source reliable is twice that in its reach."""
    more = believed(LeverValues(broadcast_reach=1.0 + SMALL), P.awareness) - 1.0
    better = believed(LeverValues(broadcast_news=SMALL / P.awareness.news_trust), P.awareness) - 1.0
    assert better == pytest.approx(2.0 * more, rel=1e-3)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(reach=st.floats(0, 20), news=st.floats(0, 1), jam=st.floats(0, 1), less=st.floats(0, 1))
def test_news_rises_with_reach_and_content_and_falls_with_jamming(
    reach: float, news: float, jam: float, less: float
) -> None:
    full = LeverValues(broadcast_reach=reach, broadcast_news=news, information_control=jam * less)
    jammed = LeverValues(broadcast_reach=reach, broadcast_news=news * less, information_control=jam)
    assert 0.0 <= news_effect(jammed, P.awareness) <= news_effect(full, P.awareness) + 1e-12
    assert news_effect(full, P.awareness) < P.awareness.news_officials


def test_culture_draws_people_to_foreign_media_and_says_nothing_of_rights() -> None:
    with ride("toyland", 1) as it:
        week = it.stepper.calendar()
        plain = prepare(it.world, week, P)
        week.levers = LeverValues(**{**vars(week.levers), "broadcast_culture": 1.0})
        films = prepare(it.world, week, P)
        week.levers = LeverValues(**{**vars(week.levers), "broadcast_culture": 0.0, "broadcast_news": 1.0})
        news = prepare(it.world, week, P)
    pull, trust = 1.0 + P.awareness.culture_pull, (1.0 + P.awareness.news_trust) ** 2
    assert films["contact_rate"] == pytest.approx(pull * plain["contact_rate"])
    assert films["rights_broadcast"] == pytest.approx(plain["rights_broadcast"])
    assert news["contact_rate"] == pytest.approx(trust * plain["contact_rate"])
    assert news["rights_broadcast"] == pytest.approx(trust * plain["rights_broadcast"])


def test_news_reaches_officials_by_and_by() -> None:
    with ride("toyland", 1, 60, settings=("broadcast_news=1",)) as it:
        it.to(60)
        told = it.world.memory["broadcast_news_effect"]
    full = news_effect(LeverValues(broadcast_news=1.0), P.awareness)
    assert 0.5 * full < told < full


def test_an_open_door_lowers_the_risk_that_people_learn_of() -> None:
    """A fifth of the returns and thrice the way onward: 1 % sent back instead of 15 %."""
    shut = real_risk(LeverValues(border_risk=0.5, return_policy=3.0), P.flight)
    usual = real_risk(LeverValues(border_risk=0.5), P.flight)
    opened = real_risk(LeverValues(border_risk=0.5, return_policy=0.2, onward_policy=3.0), P.flight)
    assert opened < usual < shut
    assert usual - opened == pytest.approx(0.5 * 0.14, abs=0.01)


def test_news_of_attempts_is_believed_sooner_where_all_of_them_are_told() -> None:
    with ride("toyland", 1) as it:
        week, heard = it.stepper.calendar(), it.world.county.risk_heard
        steps = []
        for news in (0.0, 1.0):
            heard[:] = 0.2
            week.levers = LeverValues(border_risk=0.5, broadcast_news=news)
            settle_flight(it.world, week, P)
            steps.append(float(heard[0]) - 0.2)
    assert steps[1] == pytest.approx(steps[0] / P.flight.heard)
