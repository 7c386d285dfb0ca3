"""Why something happened: the records that brought it about, and theirs, back to levers and shocks."""

from collections.abc import Iterable
from difflib import get_close_matches
from html import escape
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from custodes.errors import BadInput
from custodes.observe.events import Event, EventLog

if TYPE_CHECKING:
    import pandas as pd
    from rich.tree import Tree

MOST_LINES: Final = 60  #: a longer chain is cut, and says so


class Node(NamedTuple):
    """One record in a chain; `causes` are its own causes, `seen` that they stand elsewhere in the chain."""

    event: Event
    causes: tuple["Node", ...]
    seen: bool
    cut: int  #: causes left out, because the chain is long


class Explanation:
    """A chain of causes; prints as a tree on a terminal, as text, and as HTML in a notebook."""

    def __init__(self, root: Node) -> None:
        self.root = root

    def roots(self) -> list[Event]:
        """Where the chain begins: the records without a cause, oldest first."""
        found = {n.event.id: n.event for n in _walk(self.root) if not n.event.causes}
        return sorted(found.values(), key=lambda e: (e.week, e.id))

    def lines(self) -> list[tuple[int, str]]:
        """(depth, sentence) of every record, the event itself first."""
        return list(_lines(self.root, 0))

    def __str__(self) -> str:
        first, *rest = self.lines()
        return "\n".join([first[1], *("   " * (depth - 1) + "└─ because " + text for depth, text in rest)])

    def __repr__(self) -> str:
        return str(self)

    def __rich__(self) -> "Tree":
        from rich.markup import escape as plain
        from rich.tree import Tree

        lines = self.lines()
        tree = Tree(f"[bold]{plain(lines[0][1])}[/bold]")
        branches = [tree]
        for depth, text in lines[1:]:
            del branches[depth:]
            branches.append(branches[-1].add(plain(text)))
        return tree

    def to_html(self) -> str:
        """Nested lists, no scripts."""
        return f'<ul class="why">{_html(self.root)}</ul>'

    def _repr_html_(self) -> str:
        return self.to_html()


def why(events: "EventLog | pd.DataFrame | Iterable[Event]", event_id: str) -> Explanation:
    """Walk back from an event to the levers and shocks it came from; BadInput for an id that is not there."""
    known = {event.id: event for event in _events(events)}
    if event_id not in known:
        near = get_close_matches(str(event_id), list(known), n=1, cutoff=0.3)
        hint = f" Did you mean '{near[0]}'?" if near else " The run has no events." if not known else ""
        raise BadInput(f"'{event_id}' is not an event of this run.{hint}")
    return Explanation(_node(known[event_id], known, set(), [MOST_LINES]))


def _events(events: Any) -> Iterable[Event]:
    if hasattr(events, "itertuples"):
        for row in events.itertuples(index=False):
            values = row._asdict()
            yield Event(
                **{f: values[f] for f in Event._fields}
                | {"date": str(values["date"])[:10], "causes": tuple(values["causes"])}
            )
    else:
        yield from events


def _node(event: Event, known: dict[str, Event], visited: set[str], room: list[int]) -> Node:
    """The chain behind one event, in the order of time; `room` counts the lines left."""
    if event.id in visited:
        return Node(event, (), bool(event.causes), 0)
    visited.add(event.id)
    causes = sorted((known[c] for c in event.causes if c in known), key=lambda e: (e.week, e.id))
    nodes = []
    for cause in causes:
        if room[0] <= 0:
            break
        room[0] -= 1
        nodes.append(_node(cause, known, visited, room))
    return Node(event, tuple(nodes), False, len(causes) - len(nodes))


def _walk(node: Node) -> Iterable[Node]:
    yield node
    for cause in node.causes:
        yield from _walk(cause)


def _lines(node: Node, depth: int) -> Iterable[tuple[int, str]]:
    yield depth, sentence(node.event) + _note(node)
    for cause in node.causes:
        yield from _lines(cause, depth + 1)
    if node.cut:
        yield depth + 1, f"... and {node.cut} more"


def _note(node: Node) -> str:
    """What the reader should know of where a chain ends."""
    if node.seen:
        return " (its causes stand above)"
    return (
        "" if node.event.causes or node.event.origin else " (no earlier record: from the state of that week, and luck)"
    )


def _html(node: Node) -> str:
    inner = "".join(_html(cause) for cause in node.causes)
    inner += f"<li>... and {node.cut} more</li>" if node.cut else ""
    return f"<li>{escape(sentence(node.event))}<em>{_note(node)}</em>{f'<ul>{inner}</ul>' if inner else ''}</li>"


def sentence(event: Event) -> str:
    """One record in words: date, place, what, how large, and its id."""
    source = f", from {event.origin}" if event.origin else ""
    said = told(event).rstrip(".") if source else told(event)
    return f"{event.date} {said}{source} [{event.id}]"


def told(event: Event) -> str:
    """Place, organ and what happened, in words; places and organs that the text names are not said twice."""
    what = event.text or event.kind
    if event.text in ("", event.kind) and event.magnitude:
        what = f"{what} {event.magnitude:.3g}"
    what = what.replace("_", " ") if event.text in ("", event.kind) else what
    where = ", ".join(w for w in (event.place, event.organ.replace("_", " ")) if w and w.lower() not in what.lower())
    return f"{where}: {what}" if where else what
