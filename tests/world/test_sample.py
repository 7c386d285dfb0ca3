"""Samples are one over a whole number, however they are written; everything else is refused in one sentence."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes.errors import BadInput
from custodes.world.sample import LARGEST, check_sample, parse_sample


@pytest.mark.parametrize(
    ("written", "k"),
    [
        ("1/100", 100),
        ("0.01", 100),
        (0.01, 100),
        (1 / 100, 100),
        (1, 1),
        (1.0, 1),
        ("1", 1),
        ("1/1", 1),
        (" 1 / 50 ", 50),
        ("2/100", 50),
        (Fraction(1, 7), 7),
        ("1e-3", 1000),
        (1 / 3, 3),
        ("0.3333", 3),
    ],
)
def test_the_usual_spellings(written: str | float | Fraction, k: int) -> None:
    assert parse_sample(written) == k


@pytest.mark.parametrize(
    "written",
    [
        "",
        "abc",
        "0",
        "-1/100",
        "1/0",
        "0/5",
        "2",
        "1.5",
        "100",
        "1/100/2",
        "0.7",
        "3/4",
        "nan",
        "inf",
        "1/1e400",
        "1e-400",
        "one",
        "1/",
        "/100",
        None,
        True,
        "1_0",
        "１/100",
        "1/2.5",
        "1/100000000000",
        "x" * 1000,
        "\x1b[31m1/100",
        "1/-5",
        [1],
        {},
    ],
)
def test_nonsense_is_refused_in_one_printable_sentence(written: object) -> None:
    with pytest.raises(BadInput) as refusal:
        parse_sample(written)  # type: ignore[arg-type]
    message = str(refusal.value)
    assert message.endswith(".")
    assert message.isascii()
    assert message.isprintable()
    assert len(message) < 200


@given(st.integers(1, 10**6))
def test_every_k_survives_writing_it_down(k: int) -> None:
    assert parse_sample(f"1/{k}") == k
    assert parse_sample(Fraction(1, k)) == k
    assert parse_sample(1 / k) == k
    assert parse_sample(repr(1 / k)) == k


@given(st.text(max_size=30))
def test_any_text_gives_a_number_or_a_refusal(text: str) -> None:
    try:
        k = parse_sample(text)
    except BadInput:
        return
    assert 1 <= k <= LARGEST


def test_a_sample_must_leave_four_people_a_county() -> None:
    check_sample(1000, 25_430_000, 178)
    check_sample(1, 10, 178)
    with pytest.raises(BadInput, match=r"take 1/35716 or a larger one\.$"):
        check_sample(100_000, 25_430_000, 178)
    with pytest.raises(BadInput, match="4 of 40700 people"):
        parse_sample("1/10000", 40_700, 6)
    check_sample(35_716, 25_430_000, 178)
