"""How large a sample is: `1/100`, `0.01` or 1 stand for one row for 100, 100 or 1 people."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final, Protocol

from custodes.errors import BadInput

LARGEST: Final = 10_000_000  #: people a row
SMALL_COUNTRY: Final = 1_000_000  #: people; below that everybody is simulated unless told otherwise


class Populated(Protocol):
    """What is needed of a scenario."""

    @property
    def people(self) -> int: ...

    @property
    def population(self) -> int: ...

    @property
    def places(self) -> Sequence[Any]: ...


_HELP: Final = "write one over a whole number, such as 1/100, or 1 for everybody"


def parse_sample(sample: str | float | Fraction, people: int | None = None, counties: int = 1) -> int:
    """The number k of people that one row stands for; BadInput in one sentence for anything that is not 1/k.

    With `people` (and `counties`) also for a sample that would leave fewer than four people a county.
    """
    shown = str(sample).strip()[:40]
    share = _fraction(sample)
    if share is None:
        raise BadInput(f"the sample '{_plain(shown)}' is not a number: {_HELP}.")
    if not 0 < share <= 1:
        raise BadInput(f"the sample '{_plain(shown)}' is not above 0 and at most 1: {_HELP}.")
    k = round(1 / share)
    if abs(share * k - 1) > Fraction(1, 1000):
        raise BadInput(f"the sample '{_plain(shown)}' is not one over a whole number: the nearest is 1/{k}.")
    if k > LARGEST:
        raise BadInput(f"the sample 1/{k} is smaller than the smallest allowed, 1/{LARGEST}.")
    if people is not None:
        check_sample(k, people, counties)
    return k


def sample_of(known: Populated, sample: str | float | Fraction | None, otherwise: str) -> int:
    """The number k of people that one row stands for; without a `sample` `otherwise`, and 1 in a small country."""
    if sample is None:
        sample = otherwise if known.people >= SMALL_COUNTRY else 1
    return parse_sample(sample, known.population, len(known.places))


def check_sample(k: int, people: int, counties: int) -> None:
    """BadInput if a row for `k` people leaves fewer than four people a county."""
    least = 4 * max(counties, 1)
    if people < least * k and k > 1:
        most = max(people // least, 1)
        raise BadInput(
            f"a sample of 1/{k} leaves {people // k} of {people} people for {counties} counties: "
            f"take 1/{most} or a larger one."
        )


def _fraction(sample: str | float | Fraction) -> Fraction | None:
    if isinstance(sample, bool):
        return None
    text = str(sample).strip()
    if len(text) > 40:
        return None
    try:
        if "/" in text:
            above, below = text.split("/")
            return _decimal(above) / _decimal(below)
        return _decimal(text)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None


def _decimal(text: str) -> Fraction:
    """A plain decimal number; ValueError for an exponent large enough to take long, or for no number."""
    text = text.strip()
    mantissa, _, exponent = text.lower().partition("e")
    if exponent and abs(int(exponent)) > 20:
        raise ValueError(text)
    if not mantissa.isascii() or "_" in text:
        raise ValueError(text)
    return Fraction(text)


def _plain(text: str) -> str:
    """Printable ASCII only."""
    return "".join(c if " " <= c <= "~" else "?" for c in text)
