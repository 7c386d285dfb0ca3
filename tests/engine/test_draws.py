"""Draws: the published known answers of Philox, independence of streams, and the shapes of the distributions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodes import draws

F = 0xFFFFFFFF
PI = ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0))
#: Random123's published vectors for philox4x32: counter, key, rounds, result
KNOWN = [
    ((0, 0, 0, 0), (0, 0), 7, "5f6fb709 0d893f64 4f121f81 4f730a48"),
    ((F, F, F, F), (F, F), 7, "5207ddc2 45165e59 4d8ee751 8c52f662"),
    (*PI, 7, "4dfccaba 190a87f0 c47362ba b6b5242a"),
    ((0, 0, 0, 0), (0, 0), 10, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ((F, F, F, F), (F, F), 10, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (*PI, 10, "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


@pytest.mark.parametrize(("counter", "key", "rounds", "result"), KNOWN)
def test_philox_gives_the_published_answers(counter, key, rounds, result):
    words = draws.philox4x32(counter, key, rounds)
    assert " ".join(f"{int(w):08x}" for w in words) == result


@given(st.tuples(*[st.integers(0, F)] * 6))
def test_the_kernel_and_the_reference_agree(words):
    kernel = draws.philox7(*(np.uint32(w) for w in words))
    reference = draws.philox4x32(words[:4], words[4:], 7)
    assert [int(a) for a in kernel] == [int(b) for b in reference]


def test_every_stream_has_its_own_number():
    assert len(set(draws.STREAMS.values())) == len(draws.STREAMS)


def test_an_unknown_stream_is_refused():
    with pytest.raises(KeyError):
        draws.stream("no_such_stream")


@given(st.integers(0, 2**64 - 1), st.integers(-200, 5000), st.integers(0, 2**40))
def test_one_entity_draws_the_same_alone_and_in_company(seed, week, entity):
    together = draws.uniform(seed, "spark", week, np.array([entity, entity + 1]))
    assert together[0] == draws.uniform(seed, "spark", week, entity)
    assert 0.0 <= together.min() <= together.max() < 1.0


def test_streams_and_weeks_are_uncorrelated():
    n = 100_000
    entity = np.arange(n)
    a = draws.uniform(7, "spark", 3, entity)
    for b in (
        draws.uniform(7, "heat", 3, entity),
        draws.uniform(7, "spark", 4, entity),
        draws.uniform(8, "spark", 3, entity),
    ):
        assert abs(np.corrcoef(a, b)[0, 1]) < 5 / np.sqrt(
            n
        )  # five standard errors: fails by chance once in 1.7 million


def test_normal_draws_are_standard():
    z = draws.normal(11, "test.normal", 0, np.arange(200_000))
    assert abs(z.mean()) < 5 / np.sqrt(200_000)
    assert abs(z.std() - 1) < 5 / np.sqrt(400_000)
    assert abs((np.abs(z) > 1.959964).mean() - 0.05) < 5 * np.sqrt(0.05 * 0.95 / 200_000)


@pytest.mark.parametrize(("n", "p"), [(1, 0.3), (20, 0.1), (20, 0.97), (400, 0.4), (10**9, 1e-8)])
def test_binomial_draws_have_the_right_mean_and_variance(n, p):
    x = draws.binomial(5, "punished", 0, np.arange(20_000), n, p).astype(float)
    mean, variance = n * p, n * p * (1 - p)
    assert abs(x.mean() - mean) < 5 * np.sqrt(variance / 20_000)
    assert abs(x.var() / variance - 1) < 0.08
    assert x.min() >= 0
    assert x.max() <= n


@given(st.integers(0, 10**12), st.floats(0, 1))
def test_binomial_draws_stay_in_range(n, p):
    assert 0 <= draws.binomial(1, "punished", 1, 2, n, p) <= n
