"""A small country on disk that a test may spoil: toyland, copied."""

from pathlib import Path

from custodes.scenario.skeleton import new


def copy(folder: Path, name: str = "mine") -> Path:
    """A copy of toyland in `folder`; returns its scenario.yaml."""
    return new(name, folder / name) / "scenario.yaml"


def spoil(file: Path, old: str, to: str) -> int:
    """Replace the first `old` (which must be there) and return the line of it, from 1."""
    text = file.read_text("utf-8")
    assert old in text, old
    file.write_text(text.replace(old, to, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1
