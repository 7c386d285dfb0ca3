"""Words: no estimate and no chance without how uncertain it is."""

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.results import fake

from custodes.present import measures, page, words
from custodes.present.lines import sparkline
from custodes.present.words import NO_BASE_RATE, PER_CENT, Basis, Chance, Estimate, Form, changed, listed, span, times
from custodes.results.run import Run

ONE = Basis((3,), 100)
FIVE = Basis((1, 2, 3, 4, 5), 100)


def test_an_estimate_of_several_runs_gives_range_runs_and_seeds() -> None:
    assert Estimate(0.49, 0.47, 0.52, FIVE, PER_CENT).text() == "49.0 % (47.0 to 52.0 % over 5 runs, seeds 1 to 5)"


def test_an_estimate_of_one_run_gives_sampling_error_and_seed() -> None:
    assert Estimate(0.49, 0.49, 0.49, ONE, PER_CENT, 0.006).text() == "49.0 % (sampling and luck ±0.6, one run, seed 3)"
    assert Estimate(8120, 8120, 8120, ONE, Form("won")).text() == "8,120 won (one run, seed 3)"
    assert Estimate(8120, 8120, 8120, ONE, Form("won")).short() == "8,120 (one draw)"


@pytest.mark.parametrize(("low", "value", "high"), [(2, 1, 3), (0, 4, 3), (0, float("nan"), 1), (float("-inf"), 0, 1)])
def test_an_estimate_without_a_spread_cannot_be_made(low: float, value: float, high: float) -> None:
    with pytest.raises(ValueError, match="low <= value <= high"):
        Estimate(value, low, high, FIVE, PER_CENT)


def test_an_estimate_needs_a_run_and_a_chance_a_base_rate() -> None:
    with pytest.raises(ValueError, match="at least one run"):
        Basis((), 100)
    with pytest.raises(ValueError, match="needs a base rate"):
        Chance(1, FIVE, "")
    with pytest.raises(ValueError, match="6 times in 5 runs"):
        Chance(6, FIVE, NO_BASE_RATE)


def test_no_maker_of_sentences_takes_a_bare_number() -> None:
    """`Estimate`, `Chance` and `changed` are the only ways from a simulated quantity to a sentence."""
    for made in (Estimate, Chance):
        required = [p.name for p in inspect.signature(made).parameters.values() if p.default is p.empty]
        assert "basis" in required
    assert {"low", "high"} <= set(inspect.signature(Estimate).parameters)
    assert "base_rate" in inspect.signature(Chance).parameters
    types = {n: p.annotation for n, p in inspect.signature(changed).parameters.items()}
    assert (types["first"], types["last"]) == (Estimate, Estimate)


@given(st.integers(1, 200), st.data())
def test_the_interval_of_a_chance_holds_the_share(runs: int, data: st.DataObject) -> None:
    n = data.draw(st.integers(0, runs))
    low, high = Chance(n, Basis(tuple(range(runs)), 1), NO_BASE_RATE).interval()
    assert 0.0 <= low <= n / runs <= high <= 1.0


def test_the_interval_is_wilsons() -> None:
    """Both ends x solve (p - x)^2 = z^2 x (1 - x) / n."""
    for end in Chance(3, Basis(tuple(range(20)), 1), NO_BASE_RATE).interval():
        assert (0.15 - end) ** 2 == pytest.approx(1.6448536**2 * end * (1 - end) / 20, rel=1e-6)


def test_a_chance_names_runs_interval_and_base_rate() -> None:
    text = Chance(0, ONE, "regime breakdown 2.3 % a year").text()
    assert text == "in 0 of 1 run (seed 3; 90 % interval 0 to 73 % of runs); base rate: regime breakdown 2.3 % a year"


def test_a_change_within_the_uncertainty_is_no_change() -> None:
    first, last = (Estimate(v, v, v, ONE, PER_CENT, 0.02) for v in (0.40, 0.42))
    assert changed("Fear", first, last).startswith("Fear did not move by more than is uncertain")
    gone = Estimate(0.50, 0.50, 0.50, ONE, PER_CENT, 0.02)
    assert changed("Fear", first, gone).startswith("Fear rose from 40.0 ± 2.0 % in the first year to 50.0 %")


@given(st.floats(-1e12, 1e12), st.integers(0, 3))
def test_numbers_have_no_minus_zero_and_no_hyphen(value: float, digits: int) -> None:
    text = Form("", 1.0, digits).number(value)
    assert "-" not in text
    assert text.strip("0.,") != "−"


def test_small_words() -> None:
    assert (times(0, "crowd"), times(1, "crowd"), times(13, "crowd")) == ("no crowds", "one crowd", "13 crowds")
    assert (listed([2, 1, 3]), listed([1, 4]), listed([7])) == ("1 to 3", "1 and 4", "7")
    assert (span(260), span(52), span(30)) == ("five years", "one year", "30 weeks")


def test_sparklines_rise_with_their_numbers() -> None:
    assert sparkline(np.arange(8.0), 8) == "▁▂▃▄▅▆▇█"
    assert len(set(sparkline(np.ones(50)))) == 1


# --- the page ----------------------------------------------------------------------------------------------------------


def test_the_headline_of_one_run_doubts_itself(one: list[Run]) -> None:
    first, *rest = page.headline(one)
    assert "One run says next to nothing" in first
    assert "regime breakdown 2.3 % a year for regimes of this type (1946-2010)" in first
    assert any(s.startswith("Guards' approaches that are threats fell") for s in rest)


def test_the_headline_of_five_runs_counts_them(five: list[Run]) -> None:
    first, *rest = page.headline(five)
    assert "in 0 of 5 runs (seeds 1 to 5; 90 % interval 0 to 35 % of runs)" in first
    assert all("seeds 1 to 5" in s for s in rest)


def test_every_simulated_number_of_the_headline_has_its_runs(one: list[Run], five: list[Run]) -> None:
    for runs in (one, five):
        for sentence in page.headline(runs):
            assert "seed" in sentence, sentence


def test_a_fallen_state_is_said_so() -> None:
    fallen = fake.run(weeks=60)
    fallen.record |= {"outcome": "uprising", "outcome_week": 41}
    assert page.headline([fallen])[0].startswith("The state fell to an uprising in week 41.")


def test_without_a_base_rate_the_page_says_none_is_known() -> None:
    assert f"base rate: {NO_BASE_RATE}" in page.headline([fake.run(weeks=60, with_map=False)])[0]


def test_sampling_errors_shrink_with_the_sample() -> None:
    fear = measures.BY_NAME["fear"]
    errors = []
    for k in (1000, 100, 1):
        run = fake.run(weeks=104)
        run.record["k"] = k
        errors.append(measures.first_and_last([run], fear)[1].error)
    assert errors[0] == pytest.approx(errors[1] * 10**0.5, rel=1e-6)
    assert errors[2] is None


def test_rare_events_have_luck_even_when_everybody_is_there() -> None:
    run = fake.run(weeks=104)
    run.record["k"] = 1
    first, last = measures.first_and_last([run], measures.BY_NAME["flights"])
    assert last.error == pytest.approx(1.96 * last.value**0.5, rel=1e-6)
    assert changed("Attempts", first, last).startswith("Attempts did not move")


def test_runs_that_do_not_belong_together_are_refused(five: list[Run]) -> None:
    with pytest.raises(words_error(), match="differ in 'weeks'"):
        page.page([five[0], fake.run(weeks=60, seed=9)])
    with pytest.raises(words_error(), match="same seed"):
        page.page([five[0], five[0]])


def words_error() -> type[Exception]:
    from custodes.errors import BadInput

    return BadInput


def test_limits_name_what_is_not_modelled(one: list[Run]) -> None:
    said = " ".join(page.limits(one))
    for words_ in ("no forecast", "elections", "new rulers", "One run is one draw", "grade D", "1/100"):
        assert words_ in said


def test_words_hold_no_country() -> None:
    source = inspect.getsource(words) + inspect.getsource(page) + inspect.getsource(measures)
    assert "korea" not in source.lower()
    assert "2.3" not in source
