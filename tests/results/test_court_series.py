"""Series of the court, the register of falls and the money chain of a made-up country."""

from types import SimpleNamespace

import numpy as np
import pytest
from tests.results import fake

from custodes.observe.court_series import COURT_SERIES
from custodes.observe.truth import SERIES, Recorder
from custodes.results import chain, falls
from custodes.results.run import Run
from custodes.world.columns import (
    B_ARMY,
    B_GUARD,
    B_POLICE,
    COURT_ORGANS,
    DISMISSED,
    IN_POST,
    N_COURT,
    VACANT_POST,
)
from custodes.world.state import World

NAMES = (
    "officials_in_post purges executions demotions reeducated returned official_loyalty perceived_purge_hazard plots "
    "coup_attempts officer_morale officer_loyalty resignation_requests resignations army_status troop_morale "
    "contraband_tonnes seizures officer_carried_share state_income_usd state_income_won gifts_usd trade_usd "
    "envoy_defections turmoil crisis_level reports"
).split()


def peopled(seed: int = 3) -> World:
    """The made-up country with a court of random officials, one post in nine vacant, and some people without a post."""
    world, rng = fake.world(fake.places()), np.random.default_rng(seed)
    court = world.court
    posts = int(np.count_nonzero(court.organ >= 0))
    court.status[:posts] = np.where(np.arange(posts) % 9 == 0, VACANT_POST, IN_POST)
    court.status[posts : posts + 40] = DISMISSED
    court.faction[:posts] = rng.integers(0, len(fake.FACTIONS), posts)
    for name in ("loyalty", "rent", "hazard"):
        getattr(court, name)[: posts + 40] = rng.uniform(0.0, 1.0, posts + 40)
    return world


def observed(world: World, log: object | None = None) -> dict[str, np.ndarray]:
    """One week's value of every series."""
    recorder = Recorder(world.places, 1)
    recorder.observe(world, SimpleNamespace(number=0, log=log or fake.EventLog(fake.START)))
    return {name: array[0] for name, array in recorder.arrays.items()}


def test_every_promised_name_is_a_series() -> None:
    assert [name for name in NAMES if name not in SERIES] == []


@pytest.mark.parametrize("series", COURT_SERIES, ids=lambda s: s.name)
def test_a_series_tells_its_unit_and_its_meaning(series: object) -> None:
    assert series.unit  # type: ignore[attr-defined]
    assert len(series.meaning) > 10  # type: ignore[attr-defined]


def test_officials_are_counted_and_averaged_where_they_are_in_post() -> None:
    world = peopled()
    seen, court = observed(world), world.court
    here = court.status == IN_POST
    for organ in range(N_COURT):
        mine = here & (court.organ == organ)
        assert seen["officials_in_post"][organ] == mine.sum()
        assert seen["official_loyalty"][organ] == pytest.approx(court.loyalty[mine].mean(), abs=1e-8)
        assert seen["perceived_purge_hazard"][organ] == pytest.approx(court.hazard[mine].mean(), abs=1e-8)
        assert seen["official_rent"][organ] == pytest.approx(court.rent[mine].mean(), abs=1e-8)
    assert seen["officials_in_post"][-1] == here.sum()
    assert seen["official_loyalty"][-1] == pytest.approx(court.loyalty[here].mean(), abs=1e-8)
    officers = here & ((court.organ == B_ARMY) | (court.organ == B_GUARD))
    assert seen["officer_loyalty"] == pytest.approx(court.loyalty[officers].mean(), abs=1e-8)


def test_factions_add_up_to_the_court() -> None:
    world = peopled()
    seen, court = observed(world), world.court
    assert seen["faction_posts"][:-1].sum() == seen["faction_posts"][-1] == seen["officials_in_post"][-1]
    assert seen["faction_loyalty"][-1] == seen["official_loyalty"][-1]
    for faction in range(len(fake.FACTIONS)):
        mine = (court.status == IN_POST) & (court.faction == faction)
        assert seen["faction_posts"][faction] == mine.sum()
        assert seen["faction_top_posts"][faction] == (mine & (court.rank < 2)).sum()
        assert seen["faction_loyalty"][faction] == pytest.approx(court.loyalty[mine].mean(), abs=1e-8)


def test_an_empty_court_has_means_of_zero() -> None:
    seen = observed(fake.world(fake.places()))
    assert seen["officials_in_post"][-1] == 0
    assert seen["official_loyalty"].tolist() == [0.0] * (N_COURT + 1)
    assert seen["officer_morale"] == 0.0


def test_falls_count_in_their_week_and_organ_and_a_warning_is_none() -> None:
    world = peopled()
    world.register = [
        fake.fall(-1, fate="execution"),
        fake.fall(0, organ="police", fate="execution"),
        fake.fall(0, organ="police", fate="demotion"),
        fake.fall(0, organ="army", fate="warning"),
        fake.fall(0, organ="cabinet", fate="reeducation"),
    ]
    seen = observed(world)
    assert (seen["purges"][-1], seen["purges"][B_POLICE], seen["purges"][B_ARMY]) == (3, 2, 0)
    assert (seen["executions"][-1], seen["demotions"][-1], seen["reeducated"][-1]) == (1, 1, 1)


def test_what_mechanisms_leave_behind_is_reported_in_its_unit() -> None:
    world = peopled()
    world.memory |= {
        "contraband_carried_week": 40_000.0,
        "contraband_officers_week": 5_200.0,
        "contraband_seized_week": 9_400.0,
        "trade_cents_week": 5.4e9,
        "gifts_cents_week": 3e8,
        "luxuries_cents_week": 5e8,
        "crisis_level": 3.0,
        "organ_cents.2": 700.0,
    }
    seen = observed(world)
    assert (seen["contraband_tonnes"], seen["seizures"], seen["officer_carried_share"]) == (0.04, 9.4, 0.13)
    assert (seen["trade_usd"], seen["gifts_usd"], seen["crisis_level"]) == (5.4e7, 8e6, 3.0)
    assert (seen["court_trade_usd"][B_ARMY], seen["court_trade_usd"][-1]) == (7.0, 7.0)


def test_reports_of_the_week_are_counted() -> None:
    log = fake.EventLog(fake.START)
    log.begin_week(0)
    for _ in range(3):
        log.record("report", 0, text="a crowd is said to have gathered")
    assert observed(peopled(), log)["reports"] == 3.0


def test_the_table_knows_the_parts_of_the_court(run: Run) -> None:
    table = run.table
    assert table.parts("purges") == COURT_ORGANS
    assert table.parts("faction_posts") == fake.FACTIONS
    np.testing.assert_array_equal(table.national("purges", "army"), table.arrays["purges"][:, B_ARMY])
    np.testing.assert_array_equal(table.of("purges", "North"), table.arrays["purges"][:, -1])
    assert run.national.purges_by_court.dims == ("week", "court")
    assert list(run.data.faction.values) == list(fake.FACTIONS)
    rows = run.to_dataframe()
    army = rows[(rows.court == "army") & (rows.week == 5)]
    assert len(army) == 1
    assert army.purges.iloc[0] == table.arrays["purges"][5, B_ARMY]
    assert army.people.isna().all()


# --- falls -------------------------------------------------------------------------------------------------------------


def test_falls_of_the_burn_in_are_no_part_of_a_run() -> None:
    kept = falls.of_register([fake.fall(-3), fake.fall(0, order=False)])
    assert [record["week"] for record in kept] == [0]


def test_a_run_tells_who_fell_and_who_came_back(run: Run) -> None:
    fell = run.falls
    assert list(fell.columns) == list(falls.COLUMNS)
    assert fell.name.tolist() == ["First Official", "Second Official"]
    assert fell.returned_week.isna().tolist() == [True, False]
    assert fell.components[0] == [0.2, 0.01, 0.0, 0.02, 0.0]


def test_falls_survive_arrow_and_none_is_a_table_too() -> None:
    kept = falls.of_register([fake.fall(2), fake.fall(3, denouncer="A Rival", denouncer_person=4, returned_week=9)])
    assert falls.from_arrow(falls.to_arrow(kept)) == kept
    empty = falls.to_arrow([])
    assert empty.column_names == list(falls.COLUMNS)
    assert falls.from_arrow(empty) == []
    assert len(falls.frame([])) == 0


# --- the money chain ---------------------------------------------------------------------------------------------------


def test_the_chain_gives_a_years_flows_of_known_series(run: Run) -> None:
    flows = chain.flows(run.table)
    assert [flow.series for flow in flows if flow.series not in SERIES] == []
    bribes = next(flow for flow in flows if flow.series == "bribes_won")
    assert (bribes.source, bribes.target, bribes.unit) == (chain.HOUSEHOLDS, chain.POCKETS, "won")
    assert bribes.amount == pytest.approx(52.0 * run.table.national("bribes_won").mean())
    first = chain.flows(run.table, year=0)[0]
    assert first.amount == pytest.approx(run.table.national("bribes_won")[:52].sum())
    assert len(run.money_chain) == len(flows)


def test_a_chiefs_weeks_in_post_start_anew_with_a_new_one_and_a_vacant_post_counts_none() -> None:
    world = peopled()
    court = world.court
    chiefs = np.flatnonzero((court.organ >= 0) & (court.rank == 0))
    court.status[chiefs] = IN_POST
    court.tenure[chiefs] = 40 + court.organ[chiefs]
    seen = observed(world)["chief_tenure"]
    assert seen.tolist() == [*(40.0 + o for o in range(N_COURT)), 44.5]
    court.status[chiefs[B_ARMY]] = VACANT_POST
    assert observed(world)["chief_tenure"][B_ARMY] == 0.0
