"""Won, cents, grain, contraband and people close every week whatever anybody does; a broken law stops the run."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custodes.actors.levers import LEVERS, Lever
from custodes.engine.step import Step
from custodes.engine.stepper import SETTLE
from custodes.errors import BrokenLaw
from custodes.world.books import ARRAYS, MAY_BE_NEGATIVE
from custodes.world.columns import CLASSES, COURT_ORGANS, ORGANS, VACANT
from custodes.world.state import World
from tests.cli.command import environment
from tests.engine.country import action, ride
from tests.engine.invariants import assert_consistent

YEARS_2 = 104


def numbers(lever: Lever) -> st.SearchStrategy[float]:
    """Values of a lever, its bounds often; real quantities no larger than a real country could meet."""
    high = min(
        lever.high, {"aid_dollars": 1e10, "aid_grain": 1e7, "import_grain_extra": 1e7}.get(lever.name, lever.high)
    )
    return st.sampled_from([lever.low, high, lever.default]) | st.floats(lever.low, high)


def organs_of(lever: Lever) -> list[str]:
    """The organs that a lever may be moved for; none if it is one value for the country."""
    if lever.per_organ:
        return ["all", *ORGANS]
    return ["all", *COURT_ORGANS] if lever.per_court else []


@st.composite
def actions(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A timeline of up to a dozen actions on any levers in any weeks."""
    out = []
    for name in draw(st.lists(st.sampled_from(sorted(LEVERS)), min_size=3, max_size=12)):
        lever, week = LEVERS[name], draw(st.integers(0, 80))
        if name == "ration_priority":
            out.append(action(name, draw(st.permutations(CLASSES).map(lambda c: list(c[:4]))), week))
            continue
        organ = draw(st.sampled_from(organs_of(lever))) if organs_of(lever) else None
        one = action(name, draw(numbers(lever)), week, organ)
        if not lever.impulse and draw(st.booleans()):
            one["weeks"] = draw(st.integers(1, 30))
        out.append(one)
    return out


def live(given_actions: list[dict[str, Any]], name: str = "dprk/2017", k: int = 5000, weeks: int = YEARS_2) -> None:
    """Run; the engine itself checks the laws every week. Here: the openings repeat, nothing is overdrawn, rows agree."""
    with ride(name, k, weeks, actions=given_actions) as it:
        for _ in range(weeks):
            it.step()
            books, world = it.world.books, it.world
            assert books.total_won() + world.total("money") == books.opening["won"]
            assert books.total_cents() + world.total("dollars_cents") == books.opening["cents"]
            assert sum(books.grams.values()) == books.opening["grams"]
            drugs = sum(books.contraband.values()) + int(books.contraband_stock.sum())
            assert drugs == books.opening["contraband"]
            assert all(int(getattr(books, name).min()) >= 0 for name in ARRAYS)
            for accounts in (books.won, books.cents, books.grams, books.contraband):
                assert all(v >= 0 or n in MAY_BE_NEGATIVE for n, v in accounts.items())
        assert_consistent(it.world)


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(timeline=actions())
def test_the_books_close_under_any_timeline(timeline: list[dict[str, Any]]) -> None:
    live(timeline)


def everything(end: str, but: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """All levers at their `low` or `high`, impulses in week 3; aid and imports no larger than 1e10 US$ and 1e7 t."""
    cap = {"aid_dollars": 1e10, "aid_grain": 1e7, "import_grain_extra": 1e7}
    return [
        action(n, min(getattr(x, end), cap.get(n, x.high)), 3, "all" if organs_of(x) else None)
        for n, x in LEVERS.items()
        if n != "ration_priority" and n not in but
    ]


CORNERS: dict[str, list[dict[str, Any]]] = {
    "everything low": everything("low"),
    "everything high": everything("high"),
    "a shut and starved country": [
        action("border_open", 0.0),
        action("trade_cut", 0.98),
        action("trade_leak", 0.0),
        action("harvest_factor", 0.0),
        action("budget_food", 0.0),
        action("border_control", 0.98),
    ],
    "the state takes all": [
        action("levy_extra", 0.5),
        action("raids", 20.0),
        action("budget_economy", 0.0),
        action("market_tolerance", 0.0),
        action("guards_pay", 3.0, 0, "all"),
    ],
    "a court cut off": [
        action("court_revenue_cut", 1.0, 0, "all"),
        action("trade_cut", 0.98),
        action("trade_leak", 0.0),
        action("budget_gifts", 3.0),
        action("edict", 1.0, 4, "all"),
        action("recall", 1.0, 8),
        *(action("purge", 1.0, w, organ) for w in range(2, 90, 3) for organ in COURT_ORGANS),
    ],
    "a court showered with dollars": [
        action("aid_dollars", 1e10),
        action("budget_gifts", 3.0),
        action("rehabilitation", 1.0, 20, "all"),
        action("budget_gifts", 0.0, 60),
    ],
    "closures and reforms": [
        action(n, 1.0, w) for w in (1, 2, 3, 20, 40) for n in ("market_closure", "currency_reform")
    ],
    "budgets at 3": [action(n, 3.0) for n in LEVERS if n.startswith("budget_")],
    "budgets at 0": [action(n, 0.0) for n in LEVERS if n.startswith("budget_")],
    "farmers and dependants first": [action("ration_priority", ["farmers", "dependants", "state_workers"])],
}


@pytest.mark.parametrize("corner", CORNERS)
def test_the_books_close_in_every_corner(corner: str) -> None:
    live(CORNERS[corner])


def test_the_books_close_person_by_person() -> None:
    live(CORNERS["a shut and starved country"], "toyland", 1)


@pytest.mark.parametrize("k", [20_000, 1])
def test_the_books_close_at_the_coarsest_sample_and_at_the_finest(k: int) -> None:
    name = "dprk/2017" if k > 1 else "toyland"
    live(CORNERS["everything high"], name, k, 60)


# --- broken laws -------------------------------------------------------------------------------------------------------


def coin(world: World) -> None:
    world.books.won["treasury"] += 1


def pocket(world: World) -> None:
    world.books.pocket[1, 0] += 1


def dollar(world: World) -> None:
    world.books.cents["reserve"] -= 1


def trading_house(world: World) -> None:
    world.books.organ_trade[3] += 1


def purse(world: World) -> None:
    world.books.official_won[0] += 1


def ring(world: World) -> None:
    world.books.contraband_stock[0] += 1


def grain(world: World) -> None:
    world.books.grams["market_stock"] += 1


def overdraw(world: World) -> None:
    lack = world.books.won["importers"] + 1
    world.books.move_won("importers", "treasury", lack)


def cash(world: World) -> None:
    """Found when the household is counted, a week later."""
    world.households.money[world.households.members > 0] += 1


def person(world: World) -> None:
    """A person vanishes without dying; found a week later."""
    row = int((world.persons.condition == 0).argmax())
    world.persons.condition[row] = VACANT


BREAKS: list[tuple[Callable[[World], None], int, str]] = [
    (coin, 5, "won do not close.*\\+1$"),
    (pocket, 5, "won do not close.*\\+1$"),
    (dollar, 5, "cents do not close.*-1$"),
    (trading_house, 5, "cents do not close.*\\+1$"),
    (purse, 5, "won do not close.*\\+1$"),
    (ring, 5, "contraband do not close.*\\+1$"),
    (grain, 5, "grams do not close.*\\+1$"),
    (overdraw, 5, "the account 'importers' is overdrawn by 1$"),
    (cash, 6, "won do not close"),
    (person, 6, "people do not close.*-5000$"),
]


@pytest.mark.parametrize(("tamper", "found", "words"), BREAKS, ids=lambda x: getattr(x, "__name__", ""))
def test_a_broken_law_stops_the_run_in_its_week_and_names_itself(
    tamper: Callable[[World], None], found: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_5(world: World, week: Any, p: Any) -> None:
        if week.number == 5:
            tamper(world)

    monkeypatch.setattr("custodes.engine.stepper.SETTLE", (*SETTLE, Step("tamper.settle", at_5, (), (), "")))
    with ride("dprk/2017", 5000, 12) as it, pytest.raises(BrokenLaw, match=f"^week {found}: {words}"):
        it.to(12)


TAMPERED = """
from custodes.engine import stepper
from custodes.engine.step import Step
def steal(world, week, p):
    if week.number == 2:
        world.books.won["leader_fund"] += 1
stepper.SETTLE = (*stepper.SETTLE, Step("steal", steal, (), (), ""))
from custodes.cli import main
main()
"""


def test_a_broken_law_ends_the_command_with_4_and_one_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TAMPERED, "run", "dprk/2017", "--sample", "1/5000", "--weeks", "6", "--out", "run"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment(), check=False)
    assert done.returncode == 4, done.stderr
    assert "week 2: won do not close" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run" / "record.json").exists()
