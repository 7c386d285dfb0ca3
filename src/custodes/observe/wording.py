"""How a report puts things into words, and what of an event is public: no figure and no reason that only the model knows."""

import re
from typing import Any, Final

from custodes.observe.events import Event
from custodes.world.columns import REASONS_SAID

RIVAL: Final = "a rival's word"
CAUSES_SAID: Final = ("abuse", "corruption", "anti_state", "failure", RIVAL)
WORDS: Final = {
    "refusal": "a unit refused an order",
    "lost": "the state no longer holds the place",
    "retaken": "the place is back in the state's hands",
    "order": "guards were told to stop abusing residents",
    "edict": "a drive against corruption began",
    "relapse": "guards threaten residents again",
    "softening": "guards ask where they used to threaten",
    "resignation_wave": "many officers ask to leave for the market",
    "seizure": "a load of drugs was seized",
    "plot": "officers are said to have talked of a plot",
    "envoy_defection": "an official posted abroad did not come home",
    "rehabilitation": "an official who had fallen is back in a post",
    "ration_collapse": "rations have stopped",
    "price_doubling": "rice costs twice what it did",
    "harvest": "the harvest is told to be poor",
    "reserve_empty": "the state is short of hard currency",
    "camps_full": "camps are said to be full",
    "dear_food": "food has become dear",
    "hunger": "people go hungry",
}
#: What a public event is said to be where the log tells more than anybody outside can know.
SAID_IN_PUBLIC: Final = {
    "coup": "men of the court have moved against the leader",
    "uprising": "the state fights for counties that it has lost",
    "succession": "the leader is gone and a successor has taken over",
    "reform": "a reform package is adopted",
}
#: The same of an `end`, by its outcome.
ENDS_SAID: Final = (
    "the state stands",
    "the state has fallen to an uprising",
    "the leader has fallen to a coup",
    "the rules of rule have changed, and the leader rules no longer alone",
    "the state has collapsed",
)
#: Parts of a sentence in the log that nobody outside knows: the index of turmoil, and who had denounced whom.
_KNOWN_WITHIN: Final = re.compile(r" at turmoil \d+\.\d+|, who had denounced [^,]+(?=, becomes)")


def announced(event: Event) -> str:
    """What is said of an event in public: no figure and no reason that only the model knows.

    Of a leader's or a mechanism's decision only what was decided; of a step of the neighbours, not the turmoil behind it.
    """
    if event.kind == "end":
        return ENDS_SAID[int(event.magnitude)]
    if event.kind in SAID_IN_PUBLIC and not event.lever:
        return SAID_IN_PUBLIC[event.kind]
    if event.origin.startswith("leader"):
        return re.split(r"[:;] ", event.text, maxsplit=1)[0]
    return _KNOWN_WITHIN.sub("", event.text)


def sentence(row: dict[str, Any]) -> str:
    """A report in words, with who says so and its grade."""
    who = " and ".join(row["outlets"][:2]) + (" and others" if len(row["outlets"]) > 2 else "")
    return f"{who} ({row['letter']}{row['number']}): {said(row)}."


def said(row: dict[str, Any]) -> str:
    """What a report says, without its end."""
    kind, where = row["kind"], f" in {row['place']}" if row["place"] else ""
    if kind == "purge":
        what = {"execution": "was executed", "prison": "was arrested", "reeducation": "was sent to re-education"}
        done = what.get(row["fate"], "lost his post")
        cause = REASONS_SAID.get(row["cause"], row["cause"])
        why = f"; the reason given is {cause}" if cause else ""
        why = "; a rival is said to be behind it" if cause == RIVAL else why
        return f"{row['name']}, {row['title']}, {done}{why}"
    if kind == "incident":
        return f"about {_rounded(row['magnitude'])} people gathered{where}"
    if kind in WORDS:
        return f"{WORDS[kind]}{where}"
    return f"{row['text'].rstrip('.') or kind.replace('_', ' ')}{where if row['place'] not in row['text'] else ''}"


def _rounded(people: float) -> int:
    step = 10 if people < 1000 else 100
    return int(people / step + 0.5) * step
