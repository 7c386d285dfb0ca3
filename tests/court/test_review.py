"""Defects that a review of the court found, each with the test that would have shown it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import custodes as cu
from custodes import draws, portable
from custodes.engine.step import Deed, Week
from custodes.errors import BadInput, BadScenario
from custodes.mechanisms import careers, fallout, rings
from custodes.observe import reports
from custodes.observe.events import EventLog
from custodes.observe.truth import Recorder
from custodes.results import store
from custodes.scenario import skeleton, watchers
from custodes.world.columns import IN_POST
from custodes.world.court import clear
from custodes.world.places import build_places
from tests.court.alone import court, step
from tests.engine.country import action, differences, onward, ride, state_of

# --- draws ---------------------------------------------------------------------------------------------------------------


def test_spoils_and_the_choice_of_a_successor_share_no_draw() -> None:
    """The fifth candidate's luck is block 9 of his post's appointment: who gets the spoils must not be drawn from it."""
    used: list[tuple[Any, ...]] = []
    real = draws.one

    def spy(seed: int, name: str, week: int, entity: int, block: int = 0) -> float:
        used.append((name, week, entity, block))
        return real(seed, name, week, entity, block)

    world, parameters, levers = court(3)
    log = EventLog(str(world.start))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(draws, "one", spy)
        for _ in range(156):
            step(world, parameters, levers, log)
    candidates = 2 * int(parameters.careers.candidates)
    assert not [draw for draw in used if draw[0] == "appointment" and draw[3] < candidates]
    spoils = [draw for draw in used if draw[0] == "purge_struck" and draw[3] == fallout._SPOILS]
    assert spoils
    assert len(set(spoils)) == len(spoils)


def test_one_number_alone_has_the_bits_that_it_has_in_an_array() -> None:
    numbers = np.concatenate([[-1e9, -700.5, -0.0, 0.0, 1e-310, 1e-300, 700.5, 1e9], np.linspace(-40.0, 40.0, 997)])
    assert [portable.exp(float(x)) for x in numbers] == portable.exp(numbers).tolist()
    positive = np.abs(numbers)
    assert [portable.log(float(x)) for x in positive] == portable.log(positive).tolist()
    assert [portable.power(float(x), 3) for x in positive[8:]] == portable.power(positive[8:], 3.0).tolist()
    entities = np.arange(50)
    assert [draws.uniform(7, "crisis", -3, e, 2) for e in range(50)] == draws.uniform(
        7, "crisis", -3, entities, 2
    ).tolist()


# --- causes and orders ---------------------------------------------------------------------------------------------------


def test_a_reshuffle_that_the_leader_ordered_names_his_order() -> None:
    world, parameters, levers = court(1)
    log = EventLog(str(world.start))
    order = log.record("reshuffle", 0, text="the leader lets commanders change places")
    step(world, parameters, levers, log, [Deed("reshuffle", "", 4.0, order, "leader")], names=("careers",))
    moved = [e for e in log if e.kind == "appointment" and order in e.causes]
    assert len(moved) == 2


def test_who_is_posted_anew_is_not_called_home() -> None:
    world, parameters, levers = court(1)
    row = int(np.flatnonzero(world.court.abroad == 1)[0])
    clear(world.court, row)
    world.court.recalled[row] = 20  # his predecessor's order
    week = Week(0, 0, 2017, world.start, False, levers, EventLog(str(world.start)))
    careers.newcomer(world, week, parameters, row)
    assert world.court.status[row] == IN_POST
    assert world.court.recalled[row] == 0


# --- extremes ------------------------------------------------------------------------------------------------------------


def purged_everywhere(weeks: int) -> list[dict[str, Any]]:
    """Every organ loses its most suspect chief every third week; all abroad are called home, reforms and orders come."""
    out = [action("purge", 1.0, week, "all") for week in range(1, weeks, 3)]
    out += [action("recall", 1.0, week) for week in range(2, weeks, 8)]
    out += [action("rehabilitation", 1.0, week, "all") for week in range(5, weeks, 9)]
    out += [action("chief_purged", 1.0, week, "all") for week in range(4, weeks, 10)]
    return [*out, action("reform", 1.0, 6), action("edict", 1.0, 7, "all"), action("trade_cut", 0.98, 8)]


def test_a_court_purged_to_the_bone_closes_its_books_and_resumes_to_the_bit(tmp_path: Path) -> None:
    """The books are checked every week of the ride; the second ride is cut twice and goes on from disk, on other threads."""
    weeks = 60
    actions = purged_everywhere(weeks)
    with ride("dprk/2017", 5000, weeks, actions=actions, threads=1) as it:
        whole = state_of(it.to(weeks))
        assert len(it.world.register) > 150
    with ride("dprk/2017", 5000, weeks, actions=actions) as it:
        country, world, log, recorder = it.scenario, it.world, it.log, it.recorder
        for cut in (17, 41):
            with onward(country, world, log, recorder, threads=3) as part:
                part.to(cut)
                folder = store.prepare(tmp_path / str(cut), True, {"seed": world.seed})
                folder.write_checkpoint(world, recorder, log, world.week)
                saved = folder.latest_checkpoint()
                folder.close()
            assert saved is not None
            recorder = Recorder(build_places(country), weeks, recorder.measures)
            world, log = saved.load(recorder.places, recorder)
        with onward(country, world, log, recorder, threads=2) as last:
            assert differences(whole, state_of(last.to(weeks))) == []


def test_small_loads_of_a_ring_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loads below a gram are of one gram: with loads of none the week would never end."""
    seen: list[int] = []

    def carry(*given: Any) -> int:
        seen.append(int(given[5]))
        return 0

    monkeypatch.setattr(rings, "carry", carry)
    world, parameters, levers = court(1, ["rings.load=0.5"])
    step(world, parameters, levers, EventLog(str(world.start)), names=("rings",))
    assert min(seen) == 1


def test_users_whom_a_low_price_drives_wild_take_no_more_than_there_is() -> None:
    """What they want may not fit in 64 bits; what they take must."""
    world, parameters, levers = court(1, ["rings.elasticity=800"])
    log = EventLog(str(world.start))
    for _ in range(8):
        step(world, parameters, levers, log, names=("rings",))
        held = sum(world.books.contraband.values()) + int(world.books.contraband_stock.sum())
        assert held == 0
        assert int(world.books.contraband_stock.min()) >= 0


def test_an_army_in_which_nobody_asks_to_leave_goes_on() -> None:
    world, parameters, levers = court(1, ["officers.request_most=0"])
    log = EventLog(str(world.start))
    for _ in range(27):
        step(world, parameters, levers, log, names=("officers",))
        assert world.memory["resignation_requests_week"] == 0.0


# --- what a user may get wrong -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rents.adaptation", "crisis.refugee_weeks", "envoys.rule_half_life"])
def test_a_parameter_at_zero_that_something_is_divided_by_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(BadInput, match=f"^with {name} at 0 something is divided by zero"):
        cu.run("toyland", weeks=2, sample="1/20", settings=[f"{name}=0"])


WATCHERS = {
    "nobody": ("outlets: []\n", "give at least one outlet"),
    "twice": ("outlets:\n- {name: A}\n- {name: A}\n", "two outlets have the name 'A'"),
    "two-states": (
        "outlets:\n- {name: A, state: true}\n- {name: B, state: true}\n",
        "only one outlet is the state's own",
    ),
    "more-than-all": ("outlets:\n- {name: A, passes: 3}\n", "'passes': must be less than or equal to 1"),
}


def test_a_misspelt_topic_is_refused_with_its_line(tmp_path: Path) -> None:
    folder = skeleton.new("mine", tmp_path / "mine")
    text = "outlets:\n- name: A\n  topics: {purge: 2}\n- name: B\n  topics:\n    incident: 1.2\n    insident: 1.3\n"
    (folder / "watchers.yaml").write_text(text)
    says = (
        "mine/watchers.yaml, line 7: 'insident': is no kind of event that reports are about. Did you mean 'incident'?"
    )
    with pytest.raises(BadScenario) as caught:
        cu.load(folder)
    assert str(caught.value) == says
    assert [p.sentence() for p in skeleton.problems(folder)] == [says]


def test_topics_are_the_kinds_that_reports_are_about() -> None:
    assert set(watchers.TOPICS) == set(reports.SIZES) | reports.PUBLIC
    assert len(watchers.TOPICS) == len(set(watchers.TOPICS))


@pytest.mark.parametrize("name", WATCHERS)
def test_bad_watchers_are_refused_before_anything_is_built(name: str, tmp_path: Path) -> None:
    text, says = WATCHERS[name]
    folder = skeleton.new("mine", tmp_path / "mine")
    (folder / "watchers.yaml").write_text(text)
    with pytest.raises(BadScenario, match=says):
        cu.load(folder)
    assert [p for p in skeleton.problems(folder) if says.rpartition("': ")[2] in p.what]


def test_a_run_with_other_watchers_is_another_run(tmp_path: Path) -> None:
    folder = skeleton.new("mine", tmp_path / "mine")
    before = cu.load(folder)
    (folder / "watchers.yaml").write_text("outlets:\n- {name: A}\n")
    after = cu.load(folder)
    assert before.digest != after.digest
    assert before.burn_in_digest == after.burn_in_digest
