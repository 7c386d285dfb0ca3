"""What is wrong with a file: one sentence that says where, what, and the mend."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from custodes.errors import BadScenario


@dataclass(frozen=True)
class Problem:
    """One fault in a scenario, parameter or policy file. `line` counts from 1; 0 means that no line applies."""

    file: str
    line: int
    field: str
    what: str
    mend: str = ""

    def sentence(self) -> str:
        """`file, line N: 'field': what is wrong. Mend.`"""
        where = f"{self.file}, line {self.line}" if self.line else self.file
        field = f"'{self.field}': " if self.field else ""
        mend = f" {self.mend if self.mend.endswith(('.', '?')) else f'{self.mend}.'}" if self.mend else ""
        return printable(f"{where}: {field}{self.what.rstrip('.')}.{mend}")


class BadFile(BadScenario):
    """A BadScenario that keeps all problems found; its message is the sentence of the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        self.file, self.line, self.field = first.file, first.line, first.field
        super().__init__(first.sentence())


def bad(file: str, line: int, field: str, what: str, mend: str = "") -> BadFile:
    """The exception for one problem."""
    return BadFile([Problem(file, line, field, what, mend)])


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """`Did you mean 'x'?`, or `otherwise` if nothing known is close."""
    names = list(known)
    close = difflib.get_close_matches(word[:80], names, 1, 0.6)
    if not close:
        close = [name for name in names if name.split(".")[-1] == word][:1]
    return f"Did you mean '{close[0]}'?" if close else otherwise


def printable(text: str, limit: int = 600) -> str:
    """One line of printable characters, at most `limit` long, so that a hostile file cannot write on the terminal."""
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return clean if len(clean) <= limit else clean[: limit - 3] + "..."
