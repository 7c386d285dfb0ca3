"""The economy as a closed loop in a village of four hundred households that stand for the country.

`live` itself checks after every week that won, dollars and grain are all somewhere and that no account is overdrawn.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mechanisms.economy_country import Log
from tests.mechanisms.economy_village import live, village


@pytest.fixture(scope="module")
def usual():
    return live(*village(), 156)


def test_the_standing_state_is_near_the_facts(usual):
    last = {name: float(values[104:].mean()) for name, values in usual.items()}
    assert 7_600 <= last["rate"] <= 8_700  # C17: 8,150
    assert 4_000 <= last["rice"] <= 5_800  # C16: 5,100
    assert 280 <= last["ration"] <= 420  # C12: 330; the village has no army to feed
    assert 0.55 <= last["market_share_of_pay"] <= 0.80  # C09: 0.69
    assert 0.35 <= last["m"] <= 0.55  # C13: 0.48 among leavers
    assert last["stress"] < 0.05


def test_prices_and_cash_stand_still_after_the_burn_in(usual):
    for name in ("rate", "money", "till", "treasury"):
        first, last = usual[name][52:104].mean(), usual[name][104:].mean()
        assert last == pytest.approx(first, rel=0.08), name


def test_without_rations_people_go_hungry_and_trade_and_rice_is_dearer(usual):
    log = Log()
    stopped = live(*village(), 156, log, ration_priority=())
    assert stopped["m"][104:].mean() > usual["m"][104:].mean() + 0.04  # prototype: .43 to .54
    assert stopped["rice"][104:].mean() > 1.2 * usual["rice"][104:].mean()  # prototype: +54 %
    assert stopped["stress"][104:].mean() > usual["stress"][104:].mean() + 0.05
    assert log.kinds().count("ration_collapse") == 1


def test_a_trade_cut_makes_everyone_poorer_at_once_and_the_rate_move_late(usual):
    cut = live(*village(), 156, trade_cut=0.9)
    assert cut["income"][52:].mean() < 0.95 * usual["income"][52:].mean()
    assert cut["reserve"][-1] < usual["reserve"][-1] - 2 * 10**10
    assert cut["rate"][52:104].mean() < 1.15 * usual["rate"][52:104].mean()


def test_dollar_aid_offsets_part_of_a_trade_cut():
    cut = live(*village(), 104, trade_cut=0.9)
    aided = live(*village(), 104, trade_cut=0.9, aid_dollars=1.5e9)
    assert aided["income"][52:].mean() > cut["income"][52:].mean()
    assert aided["reserve"][-1] > cut["reserve"][-1]


def test_intolerance_empties_the_market_of_labour(usual):
    harsh = live(*village(), 104, market_tolerance=0.4)
    assert harsh["m"][-1] < 0.6 * usual["m"][103]


@given(
    st.fixed_dictionaries(
        {
            "trade_cut": st.floats(0, 0.98),
            "border_open": st.floats(0, 1),
            "harvest_factor": st.floats(0, 2),
            "market_tolerance": st.floats(0, 1.5),
            "budget_food": st.floats(0, 3),
            "budget_gifts": st.floats(0, 3),
            "budget_economy": st.floats(0, 3),
            "budget_army": st.floats(0, 3),
            "levy_extra": st.floats(0, 0.5),
            "aid_grain": st.floats(0, 3e6),
            "aid_dollars": st.floats(0, 1e10),
            "import_grain_extra": st.floats(0, 1e7),
            "ration_priority": st.permutations(list(range(8))).map(lambda order: tuple(order[:5])),
        }
    ),
    st.integers(1, 2**31),
)
@settings(max_examples=12)
def test_no_levers_break_the_books(levers, seed):
    live(*village(seed, size=60), 16, **levers)
