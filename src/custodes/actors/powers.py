"""Powers: being written."""

from typing import NamedTuple


class Params(NamedTuple):
    """Group `powers`."""
