"""Reading files that anybody may have written: bounded in size, depth, count and time, with the line of every field.

YAML is read from parser events, not through a constructor: no tags, no anchors and aliases, no recursion, no types but
text, numbers, true/false, null, lists and mappings. Whatever is wrong ends as `BadScenario`.
"""

import re
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML, events
from ruamel.yaml.error import YAMLError

from custodes.scenario.problems import bad, printable

MAX_BYTES: Final = 1_000_000
MAX_TABLE_BYTES: Final = 5_000_000
MAX_DEPTH: Final = 24
MAX_NODES: Final = 30_000
MAX_LINE: Final = 20_000
MAX_KEY: Final = 200
MAX_SECONDS: Final = 2.5
_INTEGER: Final = re.compile(r"[-+]?[0-9][0-9_]*\Z")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?\Z")
_CONSTANTS: Final = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}

Path_ = tuple[str | int, ...]


@dataclass
class Document:
    """A parsed file: plain data, and the line (from 1) of every key and item by its path."""

    file: str
    data: Any
    lines: dict[Path_, int] = field(default_factory=dict)

    def line(self, path: Path_) -> int:
        """Line of the longest known beginning of a path."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_bytes(path: Path, shown: str, limit: int = MAX_BYTES) -> bytes:
    """The content of a regular file of at most `limit` bytes."""
    try:
        status = path.stat()
    except (OSError, ValueError) as problem:
        missing = isinstance(problem, FileNotFoundError)
        what = "there is no such file" if missing else f"the file cannot be read ({_reason(problem)})"
        raise bad(shown, 0, "", what, "Check the path") from None
    if stat.S_ISDIR(status.st_mode):
        raise bad(shown, 0, "", "this is a folder, not a file", "Name a file inside it")
    if not stat.S_ISREG(status.st_mode):
        raise bad(shown, 0, "", "this is not a regular file", "Name a text file")
    too_large = f"the file is larger than {limit / 1e6:g} million bytes"
    if status.st_size > limit:
        raise bad(shown, 0, "", too_large, "Split it or leave out what the model does not read")
    try:
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except OSError as problem:
        raise bad(shown, 0, "", f"the file cannot be read ({_reason(problem)})", "Check its permissions") from None
    if len(content) > limit:
        raise bad(shown, 0, "", too_large, "Split it")
    return content


def read_text(path: Path, shown: str, limit: int = MAX_BYTES, longest: int = MAX_LINE) -> str:
    """The text of a UTF-8 file of lines of at most `longest` characters."""
    content = read_bytes(path, shown, limit)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise bad(shown, line, "", "the file is not UTF-8 text", "Save it as UTF-8") from None
    for number, content_line in enumerate(text.split("\n"), 1):
        if len(content_line) > longest:
            raise bad(shown, number, "", f"the line is longer than {longest} characters", "Break it")
        if not content_line.isprintable() and any(c < " " and c not in "\t\r" for c in content_line):
            raise bad(shown, number, "", "the line holds control characters", "Save the file as plain text")
    return text


def read_yaml(path: Path, shown: str) -> Document:
    """A YAML file as plain data with lines; the top must be a mapping or a list."""
    return parse_yaml(read_text(path, shown), shown)


def parse_yaml(text: str, shown: str) -> Document:
    """YAML text as plain data with lines."""
    builder = _Builder(shown)
    yaml = YAML(typ="safe", pure=True)
    deadline = time.thread_time() + MAX_SECONDS
    try:
        for number, event in enumerate(yaml.parse(text)):
            builder.take(event)
            if number % 64 == 0 and time.thread_time() > deadline:
                raise bad(shown, event.start_mark.line + 1, "", "the file takes too long to read", "Make it simpler")
    except YAMLError as problem:
        raise _not_yaml(problem, shown) from None
    except (RuntimeError, ValueError, LookupError, AttributeError, TypeError, ArithmeticError, AssertionError):
        raise bad(
            shown, builder.at, "", "the file is not YAML that can be read", "See the skeleton of 'custodes new'"
        ) from None
    if builder.root is None or builder.root == []:
        raise bad(shown, 0, "", "the file is empty", "See the skeleton of 'custodes new'")
    return Document(shown, builder.root[0], builder.lines)


def _not_yaml(problem: YAMLError, shown: str) -> Exception:
    mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
    what = printable(str(getattr(problem, "problem", None) or "it cannot be read"), 160)
    return bad(
        shown,
        mark.line + 1 if mark else 0,
        "",
        f"the file is not YAML: {what}",
        "Check indentation, colons and brackets near this line",
    )


class _Builder:
    """Builds plain data from parser events, without recursion."""

    def __init__(self, shown: str) -> None:
        self.shown, self.at, self.nodes = shown, 1, 0
        self.root: list[Any] | None = None
        self.lines: dict[Path_, int] = {}
        self.stack: list[tuple[Any, Path_]] = []
        self.keys: list[str | None] = []  # the pending key of each open mapping

    def take(self, event: Any) -> None:
        self.at = event.start_mark.line + 1 if event.start_mark else self.at
        if isinstance(event, events.AliasEvent) or getattr(event, "anchor", None):
            self.refuse("anchors and aliases are not allowed", "Write the value out")
        if isinstance(event, events.DocumentStartEvent) and self.root is not None:
            self.refuse("a second document starts here", "Keep one document a file")
        if isinstance(event, events.ScalarEvent):
            self.scalar(event)
        elif isinstance(event, (events.MappingStartEvent, events.SequenceStartEvent)):
            self.open(event)
        elif isinstance(event, (events.MappingEndEvent, events.SequenceEndEvent)):
            self.stack.pop()
            self.keys.pop()

    def scalar(self, event: Any) -> None:
        if event.tag is not None and event.tag != "!":
            self.refuse(f"the tag {printable(str(event.tag), 60)} is not allowed", "Write plain values")
        if self.stack and isinstance(self.stack[-1][0], dict) and self.keys[-1] is None:
            self.key(event.value)
            return
        plain = event.implicit[0] and event.style is None
        self.put(self.value(event.value) if plain else event.value)

    def key(self, text: str) -> None:
        mapping, path = self.stack[-1]
        if not text or len(text) > MAX_KEY:
            self.refuse("a key is empty or too long", f"Use 1 to {MAX_KEY} characters")
        if text == "<<":
            self.refuse("merge keys are not allowed", "Write the values out")
        if text in mapping:
            self.refuse(f"'{printable(text, 60)}' is given twice", "Remove one of the two")
        self.keys[-1] = text
        self.lines[(*path, text)] = self.at

    def value(self, text: str) -> Any:
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if len(text) > 40:
            if _INTEGER.match(text) or _FLOAT.match(text):
                self.refuse("the number has too many digits", "Use at most 18 digits")
            return text
        if _INTEGER.match(text):
            number = int(text.replace("_", ""))
            if abs(number) >= 10**18:
                self.refuse("the number is too large", "Use at most 18 digits")
            return number
        if text.lower() in (".inf", "-.inf", "+.inf", ".nan"):
            self.refuse(f"{text} is not a finite number", "Give a finite number")
        return float(text.replace("_", "")) if _FLOAT.match(text) else text

    def open(self, event: Any) -> None:
        if event.tag is not None and event.tag != "!":
            self.refuse(f"the tag {printable(str(event.tag), 60)} is not allowed", "Write plain values")
        if self.stack and isinstance(self.stack[-1][0], dict) and self.keys[-1] is None:
            self.refuse("a key must be plain text", "Do not use a list or mapping as a key")
        new: Any = {} if isinstance(event, events.MappingStartEvent) else []
        path = self.put(new)
        self.stack.append((new, path))
        self.keys.append(None)
        if len(self.stack) > MAX_DEPTH:
            self.refuse(f"nested deeper than {MAX_DEPTH} levels", "Make it flatter")

    def put(self, value: Any) -> Path_:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.refuse(f"more than {MAX_NODES} values in one file", "Split it")
        if not self.stack:
            self.root = [value]
            return ()
        container, path = self.stack[-1]
        if isinstance(container, dict):
            key = self.keys[-1]
            assert key is not None
            container[key] = value
            self.keys[-1] = None
            return (*path, key)
        container.append(value)
        here = (*path, len(container) - 1)
        self.lines[here] = self.at
        return here

    def refuse(self, what: str, mend: str) -> None:
        raise bad(self.shown, self.at, "", what, mend)


def _reason(problem: Exception) -> str:
    return getattr(problem, "strerror", None) or type(problem).__name__
