"""Where numbers come from: the keys that parameters, timelines, tables, places and policies name."""

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Annotated

from pydantic import Field, StringConstraints

from custodes.scenario.reading import parse_yaml
from custodes.scenario.schema import Model
from custodes.scenario.validation import entries, first_or_raise

Line = Annotated[str, StringConstraints(min_length=1, max_length=400)]


class _Entry(Model):
    title: Line
    citation: Line = "-"
    urls: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    year: Annotated[str, StringConstraints(max_length=20)] = ""
    note: Annotated[str, StringConstraints(max_length=600)] = ""


@dataclass(frozen=True)
class Source:
    """One source; `urls` are the pages that were read, often mirrors or reports of the primary source."""

    key: str
    title: str
    citation: str
    urls: tuple[str, ...]
    year: str
    note: str

    def sentence(self) -> str:
        """Title, citation and year in one line."""
        citation = f" {self.citation}." if self.citation else ""
        return f"{self.title}.{citation}{f' {self.year}.' if self.year else ''}{f' {self.note}' if self.note else ''}"


@lru_cache(maxsize=1)
def sources() -> dict[str, Source]:
    """All shipped sources by key."""
    text = (resources.files("custodes") / "data" / "sources.yaml").read_text("utf-8")
    found, problems = entries(_Entry, parse_yaml(text, "data/sources.yaml"))
    first_or_raise(problems)
    return {
        key: Source(key, e.title, "" if e.citation == "-" else e.citation, e.urls, e.year, e.note)
        for key, e in found.items()
    }
