"""The event log: ids, causes, looking back, and its state."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.errors import BadInput
from custodes.observe import explain, outcomes
from custodes.observe.events import EventLog
from custodes.observe.explain import why
from custodes.world.columns import COUP, ENDS, INSIDERS, UPRISING


@pytest.fixture
def log() -> EventLog:
    return EventLog("2017-01-02")


def test_ids_count_within_a_kind(log: EventLog) -> None:
    ids = [log.record(kind, 0) for kind in ("incident", "refusal", "incident")]
    assert ids == ["incident-1", "refusal-1", "incident-2"]


def test_the_date_is_the_monday_of_the_week(log: EventLog) -> None:
    assert log[log.record("incident", 3)].date == "2017-01-23"


def test_a_cause_must_be_in_the_log(log: EventLog) -> None:
    with pytest.raises(ValueError, match="unknown cause: 'incident-7'"):
        log.record("refusal", 0, causes=["incident-7"])
    assert len(log) == 0


def test_looking_back_is_newest_first_and_minds_place_and_organ(log: EventLog) -> None:
    for week, place, organ in ((0, "A", "police"), (5, "B", "police"), (9, "A", "cadres")):
        log.begin_week(week)
        log.record("refusal", week, place=place, organ=organ)
    log.begin_week(10)
    assert log.latest("refusal", 100) == ["refusal-3", "refusal-2", "refusal-1"]
    assert log.latest("refusal", 5) == ["refusal-3", "refusal-2"]
    assert log.latest("refusal", 100, place="A") == ["refusal-3", "refusal-1"]
    assert log.latest("refusal", 100, organ="police") == ["refusal-2", "refusal-1"]
    assert log.latest("incident", 100) == []


def test_the_same_cause_is_kept_once(log: EventLog) -> None:
    cause = log.record("incident", 0)
    assert log[log.record("refusal", 0, causes=[cause, cause])].causes == (cause,)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.integers(0, 30),
            st.floats(allow_nan=False, allow_infinity=False),
            st.text(max_size=5),
        ),
        max_size=12,
    )
)
def test_a_log_survives_json(rows: list[tuple[str, int, float, str]]) -> None:
    log = EventLog("2012-01-02")
    last: list[str] = []
    for kind, week, magnitude, text in sorted(rows, key=lambda r: r[1]):
        last = [log.record(kind, week, magnitude=magnitude, text=text, causes=last)]
    again = EventLog.from_state(json.loads(json.dumps(log.to_state())))
    assert again.events == log.events
    assert again.now == log.now
    assert again.record("a", 31) == log.record("a", 31)


def test_the_frame_has_typed_columns(log: EventLog) -> None:
    log.record("incident", 4, magnitude=2)
    frame = log.to_frame()
    assert str(frame.date.dt.date[0]) == "2017-01-30"
    assert frame.week.dtype == "int64"
    assert EventLog("2017-01-02").to_frame().empty


def test_an_explanation_walks_back_to_what_has_no_cause(log: EventLog) -> None:
    cut = log.record("trade_cut", 0, origin="policy: cut", text="sanctions cut exports")
    poor = log.record("harvest", 1)
    empty = log.record("reserve_empty", 5, causes=[cut])
    crowd = log.record("incident", 9, causes=[empty, poor], place="East 4")
    found = why(log, crowd)
    assert [e.id for e in found.roots()] == [cut, poor]
    assert str(found).index("reserve empty") < str(found).index("sanctions cut exports")
    assert "from policy: cut" in str(found)
    assert str(found).count("no earlier record") == 1
    assert why(log.to_frame(), crowd).lines() == found.lines()


def test_a_shared_cause_is_told_once(log: EventLog) -> None:
    root = log.record("trade_cut", 0)
    order = log.record("reserve_empty", 0, causes=[root])
    one, two = (log.record(k, 1, causes=[order]) for k in ("softening", "fading"))
    text = str(why(log, log.record("relapse", 2, causes=[one, two])))
    assert text.count("trade cut") == 1
    assert text.count("its causes stand above") == 1


def test_a_long_chain_is_cut_and_says_so(log: EventLog) -> None:
    causes = [log.record("refusal", 0) for _ in range(explain.MOST_LINES + 15)]
    found = why(log, log.record("lost", 1, causes=causes))
    assert len(found.lines()) == explain.MOST_LINES + 2
    assert "... and 15 more" in str(found)


def test_html_of_a_chain_holds_no_markup_of_its_texts(log: EventLog) -> None:
    event = log.record("incident", 0, text="<script>alert(1)</script>")
    assert "<script" not in why(log, event).to_html()


def test_an_unknown_event_gets_a_hint(log: EventLog) -> None:
    log.record("incident", 0)
    with pytest.raises(BadInput, match="Did you mean 'incident-1'"):
        why(log, "incident-11")
    with pytest.raises(BadInput, match="has no events"):
        why(EventLog("2017-01-02"), "incident-1")


def test_the_first_breakdown_is_the_outcome_whatever_a_sentence_says(log: EventLog) -> None:
    assert outcomes.outcome(log) == ("status quo", None)
    log.record("uprising", 30, text="The state fell, says a sentence; it held.")
    assert outcomes.outcome(log) == ("status quo", None)
    log.record("end", 31, magnitude=UPRISING, text="no word of it")
    log.record("end", 40, magnitude=COUP)
    assert outcomes.outcome(log) == ("uprising", 31)
    assert list(outcomes.endings(log)) == [("uprising", 31), ("elite coup", 40)]


def test_a_natural_exit_and_a_reform_are_outcomes_only_of_a_run_that_nothing_broke(log: EventLog) -> None:
    log.record("reform", 5, lever="reform", text="a policy asks for it")
    assert outcomes.outcome(log) == ("status quo", None)
    log.record("succession", 6)
    log.record("reform", 7)
    assert outcomes.outcome(log) == ("natural exit", 6)
    log.record("end", 20, magnitude=INSIDERS)
    assert outcomes.outcome(log) == ("change of rules by insiders", 20)


def test_every_end_of_the_world_has_an_outcome() -> None:
    for code, name in enumerate(ENDS):
        assert outcomes.named(name).breakdown == (code > 0)
    assert not outcomes.named("reform").breakdown
    assert not outcomes.named("natural exit").breakdown
    assert outcomes.named("war").breakdown
