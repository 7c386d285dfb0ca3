"""Keys by identity, so that what follows from a country's unchanging parts is worked out once."""

from typing import Any


class Same:
    """A key by identity, for what cannot be hashed and never changes."""

    __slots__ = ("thing",)

    def __init__(self, thing: Any) -> None:
        self.thing = thing

    def __hash__(self) -> int:
        return id(self.thing)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.thing is self.thing
