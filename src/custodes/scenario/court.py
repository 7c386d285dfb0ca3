"""The court of a scenario: `court.yaml` beside it, or a court of invented names where there is none.

The file names the ten organs, the posts with a title of their own and who held them on the first day. A `court:` block
in a variant changes it by name: an organ's fields, a post, a person; `holders`, `factions` and `names` are replaced whole.
Whoever is not named is generated, and marked so.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from custodes.scenario.problems import BadFile, bad, did_you_mean
from custodes.scenario.reading import Document, Path_
from custodes.scenario.schema import Court, CourtHolder, CourtOrgan, CourtPerson, CourtPost, Faction
from custodes.world.columns import B_DIPLOMATIC, COURT_ORGANS, DIRECTOR, N_COURT, RANKS
from custodes.world.court import CourtPlan, Holder

FILE: Final = "court.yaml"
TITLES: Final = (
    "state security service",
    "police",
    "army",
    "guard command",
    "military security service",
    "party organisation",
    "cabinet",
    "munitions industry",
    "diplomatic service",
    "provincial committees",
)
#: One chief, five deputies and 94 directors an organ: the table the rates of the court were set on (keep 1,000 in all).
SIZES: Final = ((1, 5, 94),) * N_COURT
POSTS: Final = (800, 1_200)  #: fewest and most
FORCE: Final = (0.08, 0.10, 0.47, 0.25, 0.10, 0.0, 0.0, 0.0, 0.0, 0.0)
WEIGHT: Final = (1.0, 0.7, 1.0, 1.0, 0.7, 1.0, 0.7, 0.7, 0.7, 0.7)
ABROAD: Final = 60
FACTIONS: Final = ("the old guard", "the trade houses", "the technocrats", "the leader's own")
FAMILY_NAMES: Final = (
    "Abar",
    "Belo",
    "Cano",
    "Dorin",
    "Eskel",
    "Farro",
    "Galt",
    "Horan",
    "Iven",
    "Jarek",
    "Kolm",
    "Lutz",
)
GIVEN_NAMES: Final = (
    "Ada",
    "Ben",
    "Cyra",
    "Dov",
    "Ema",
    "Finn",
    "Gita",
    "Hal",
    "Ira",
    "Jon",
    "Kai",
    "Lea",
    "Mio",
    "Noa",
)

DEFAULT_COURT: Final = CourtPlan(TITLES, SIZES, FORCE, WEIGHT, ABROAD, FACTIONS, FAMILY_NAMES, GIVEN_NAMES)


class Layer(NamedTuple):
    """A court as one file gives it, and where it stands there."""

    court: Court
    document: Document
    path: Path_

    def wrong(self, path: Path_, what: str, mend: str = "") -> BadFile:
        """The error for a field of this layer."""
        full = (*self.path, *path)
        return bad(self.document.file, self.document.line(full), str(full[-1]) if full else "", what, mend)


def court_plan(layers: Sequence[Layer], start: np.datetime64) -> CourtPlan:
    """The court of the layers, base first, as it stood on the first day; BadScenario in one sentence for a bad one."""
    if not layers:
        return DEFAULT_COURT
    organs = [_organ(layers, i) for i in range(N_COURT)]
    sizes = tuple((o.chiefs or 1, o.deputies or 5, o.directors or 94) for o in organs)
    _check_sizes(layers, sizes)
    _check_force(layers, organs)
    names = next((x.court.names for x in reversed(layers) if x.court.names), None)
    return CourtPlan(
        titles=tuple((o.title or "").removeprefix("the ") for o in organs),
        sizes=sizes,
        force=tuple(float(o.force or 0.0) for o in organs),
        weight=tuple(float(o.weight or 1.0) for o in organs),
        abroad=_abroad(layers, sizes),
        factions=tuple(f.name for f in factions_of(layers)) or FACTIONS,
        family_names=tuple(names.family) if names else FAMILY_NAMES,
        given_names=tuple(names.given) if names else GIVEN_NAMES,
        holders=_holders(layers, sizes, start),
        leader=next((x.court.leader for x in reversed(layers) if x.court.leader), DEFAULT_COURT.leader),
    )


def factions_of(layers: Sequence[Layer]) -> tuple[Faction, ...]:
    """The factions with their meaning, source and grade; () if no layer names them."""
    layer = next((x for x in reversed(layers) if x.court.factions is not None), None)
    factions = tuple(layer.court.factions or ()) if layer else ()
    for i, faction in enumerate(factions):
        if layer and faction.name in [f.name for f in factions[:i]]:
            raise layer.wrong(("factions", i, "name"), f"'{faction.name}' is listed twice", "Keep one of the two")
    return factions


def _organ(layers: Sequence[Layer], i: int) -> CourtOrgan:
    """An organ with every field: the last that was given, else the default."""
    organ = CourtOrgan(
        title=TITLES[i],
        chiefs=SIZES[i][0],
        deputies=SIZES[i][1],
        directors=SIZES[i][2],
        force=FORCE[i],
        weight=WEIGHT[i],
    )
    for layer in layers:
        entry = next((e for name, e in layer.court.organs.items() if name == COURT_ORGANS[i]), None)
        organ = organ.model_copy(update=entry.model_dump(exclude_none=True)) if entry else organ
    return organ


def _last(layers: Sequence[Layer], name: str) -> Layer:
    """The last layer that gives a field, else the first."""
    return next((x for x in reversed(layers) if name in x.court.model_fields_set), layers[0])


def _check_sizes(layers: Sequence[Layer], sizes: Sequence[tuple[int, int, int]]) -> None:
    total = sum(sum(size) for size in sizes)
    if not POSTS[0] <= total <= POSTS[1]:
        raise _last(layers, "organs").wrong(
            ("organs",),
            f"the ten organs have {total} posts together",
            f"Give {POSTS[0]} to {POSTS[1]}: the rates of plots and purges were set on about 1,000",
        )


def _check_force(layers: Sequence[Layer], organs: Sequence[CourtOrgan]) -> None:
    total = sum(round((o.force or 0.0) * 1e9) for o in organs) / 1e9
    if abs(total - 1.0) > 1e-6:
        raise _last(layers, "organs").wrong(
            ("organs",), f"the organs' shares of force must add up to 1, not {total:g}", "Change 'force' of one of them"
        )


def _abroad(layers: Sequence[Layer], sizes: Sequence[tuple[int, int, int]]) -> int:
    layer = _last(layers, "abroad")
    abroad = ABROAD if layer.court.abroad is None else layer.court.abroad
    most = sizes[B_DIPLOMATIC][DIRECTOR]
    if abroad > most:
        raise layer.wrong(
            ("abroad",), f"{abroad} posts, but the diplomatic service has {most} directors", f"Give at most {most}"
        )
    return abroad


def _holders(
    layers: Sequence[Layer], sizes: Sequence[tuple[int, int, int]], start: np.datetime64
) -> tuple[Holder, ...]:
    """The posts that have a title, each with its holder if he is known: by organ and rank, those abroad first."""
    posts: dict[str, CourtPost] = {}
    for layer in layers:
        posts.update(layer.court.posts)
        _check_posts(layer, posts, sizes)
    holding = _last(layers, "holders")
    held = holding.court.holders or {}
    _check_held(holding, posts, held)
    order = sorted(
        posts, key=lambda k: (COURT_ORGANS.index(posts[k].organ), RANKS.index(posts[k].rank), not posts[k].abroad)
    )
    return tuple(_holder(layers, holding, key, posts[key], held.get(key), str(start)) for key in order)


def _check_posts(layer: Layer, posts: dict[str, CourtPost], sizes: Sequence[tuple[int, int, int]]) -> None:
    count: Counter[tuple[str, str]] = Counter()
    for key, post in posts.items():
        count[post.organ, post.rank] += 1
        room = sizes[COURT_ORGANS.index(post.organ)][RANKS.index(post.rank)]
        if count[post.organ, post.rank] > room:
            raise layer.wrong(
                ("posts", key),
                f"{post.organ} has {room} of rank {post.rank}, and this is one more",
                f"Remove a post or raise '{post.rank}s' of the organ",
            )
        if post.abroad and (post.organ, post.rank) != ("diplomatic_service", "director"):
            raise layer.wrong(("posts", key, "abroad"), "only directors of diplomatic_service are abroad", "Remove it")


def _check_held(layer: Layer, posts: dict[str, CourtPost], held: dict[str, CourtHolder]) -> None:
    seen: dict[str, str] = {}
    for key, holder in held.items():
        if key not in posts:
            raise layer.wrong(("holders", key), "is not a post", did_you_mean(key, posts, "Add it to 'posts'"))
        who = holder.person or holder.name
        if who in seen:
            raise layer.wrong(("holders", key, "name"), f"'{who}' already holds '{seen[who]}'", "Keep one of the two")
        seen[who] = key


def _holder(
    layers: Sequence[Layer], holding: Layer, key: str, post: CourtPost, held: CourtHolder | None, start: str
) -> Holder:
    organ, rank = COURT_ORGANS.index(post.organ), RANKS.index(post.rank)
    if held is None:
        return Holder(organ, rank, post.title, abroad=post.abroad)
    if held.since and held.since > start[: len(held.since)]:
        raise holding.wrong(
            ("holders", key, "since"), f"{held.since} is later than the start, {start}", "Name who held it on that day"
        )
    person = _person(layers, held.person or held.name)
    source, grade = held.source or (person and person.source), held.grade or (person and person.grade)
    if not source or not grade:
        raise holding.wrong(
            ("holders", key, "name"),
            f"'{held.name}' needs a source and a grade",
            did_you_mean(held.person or held.name, _people(layers), "Give them here or under 'people'"),
        )
    return Holder(
        organ,
        rank,
        post.title,
        name=held.name,
        faction=(person and person.faction) or "",
        since=held.since or "",
        abroad=post.abroad,
        career=_stations(person, start),
        source=source,
        grade=grade,
        recalled=bool(person and person.recalled) if held.recalled is None else held.recalled,
    )


def _people(layers: Sequence[Layer]) -> list[str]:
    return [name for layer in layers for name in layer.court.people]


def _person(layers: Sequence[Layer], name: str) -> CourtPerson | None:
    """What the last layer that knows him says; his faction must be one of the court's."""
    layer = next((x for x in reversed(layers) if name in x.court.people), None)
    if layer is None:
        return None
    person = layer.court.people[name]
    factions = [f.name for f in factions_of(layers)] or list(FACTIONS)
    if person.faction is not None and person.faction not in factions:
        raise layer.wrong(
            ("people", name, "faction"),
            f"'{person.faction}' is not a faction",
            did_you_mean(person.faction, factions, f"Choose one of {', '.join(factions)}"),
        )
    return person


def _stations(person: CourtPerson | None, start: str) -> tuple[str, ...]:
    """His stations before the first day: what came later is not yet known."""
    if person is None:
        return ()
    dated = [(text.partition(":")[0], text) for text in person.career]
    return tuple(text for date, text in dated if date < start[: len(date)])
