"""Awareness: contact with foreign media spreads from person to person; talk of rights spreads beside it; both fade.

Contact diffusion with an outside source. Quantity of information is reach; its quality is what the content makes it:
news makes a source reliable, and quality counts twice as much as quantity (Edmond 2013), so it enters squared where
reach enters once. Films and music draw people in; rights talk is what campaigns are about; news also reaches officials.
Jamming and raids are the state's answers (MODEL.md 4 and 7, EQUATIONS.md 6).
"""

from typing import Any, NamedTuple

import numpy as np

from custodes.engine.step import Week
from custodes.engine.tables import F
from custodes.jit import njit
from custodes.mechanisms.morale import agents_per_unit, capacity_norm
from custodes.portable import clip
from custodes.world.state import World

READS = (
    "places.place_type places.population national.media_reach national.capacity_norm guards.capacity units.county "
    "units.garrison memory levers.broadcast_content levers.broadcast_reach levers.broadcast_news "
    "levers.broadcast_culture levers.information_control levers.raids"
)
WRITES = "memory"


class Params(NamedTuple):
    rate: float  #: contacts a person-week before the factors below
    unit_base: float  #: factor of contact, and of hearing rights talk, without any media around
    unit_weight: float  #: factor per unit of media around
    market_base: float  #: factor of contact outside the market
    place: tuple[float, float, float, float]  #: factor by type of place
    jump: float  #: what one contact adds to recent media
    fade: float  #: share of recent media lost each week
    rights_fade: float  #: share of rights awareness lost each week
    rights_spread: float  #: weekly pull of the neighbourhood's mean
    rights_kin: float  #: weekly pull of kin abroad
    broadcast: float  #: weekly pull of rights talk in ordinary broadcasts
    broadcast_campaign: float  #: the same in a full campaign
    raid_rate: float  #: raids a neighbourhood-week where control is at its norm
    raid_keeps: float  #: share of recent media that a raid leaves
    news_trust: float  #: how much more reliable a source is that brings nothing but news
    culture_pull: float  #: how many more contacts films and music bring
    news_officials: float  #: most that news adds to what officials know


@njit
def contact_probability(contact_rate: float, unit_media: float, market_share: float, p: Params) -> float:
    """Chance of a contact this week; place, reach and jamming are inside `contact_rate`."""
    return clip(contact_rate * (p.unit_base + p.unit_weight * unit_media) * (p.market_base + market_share), 0.0, 1.0)  # type: ignore[no-any-return]


@njit
def update_media(media: float, contact: float, p: Params) -> float:
    """Next week's recent contact with foreign media, in [0, 1]; `contact` is 0 or 1."""
    return clip(media * (1.0 - p.fade) + p.jump * contact, 0.0, 1.0)  # type: ignore[no-any-return]


@njit
def after_raid(media: float, p: Params) -> float:
    """Recent media of a person whose neighbourhood was raided."""
    return media * p.raid_keeps


@njit
def update_rights(
    rights: float, unit_rights: float, media: float, kin_abroad: float, broadcast: float, p: Params
) -> float:
    """Next week's awareness of rights talk, in [0, 1]; `kin_abroad` is 0 or 1."""
    listened = broadcast * (p.unit_base + p.unit_weight * media)
    heard = p.rights_spread * unit_rights + listened + p.rights_kin * kin_abroad
    return clip(rights - p.rights_fade * rights + (1.0 - rights) * heard, 0.0, 1.0)  # type: ignore[no-any-return]


def _share(value: float) -> float:
    return min(max(float(value), 0.0), 1.0)


def believed(levers: Any, p: Params) -> float:
    """How much of broadcasts is heard and believed, 1 at rest: reach, less what is jammed, times quality squared."""
    quality = 1.0 + p.news_trust * _share(levers.broadcast_news)
    return float(levers.broadcast_reach) * (1.0 - _share(levers.information_control)) * quality * quality


def news_effect(levers: Any, p: Params) -> float:
    """What news adds to the information that officials have, in [0, news_officials): the first news says the most."""
    told = believed(levers, p) * _share(levers.broadcast_news)
    return p.news_officials * told / (1.0 + told)


def prepare(world: World, week: Week, p: Any) -> dict[str, F]:
    """Contact rate and raid rate of each county (C,), and the rights talk in broadcasts (1,)."""
    own: Params = p.awareness
    heard = believed(week.levers, own)
    pull = 1.0 + own.culture_pull * _share(week.levers.broadcast_culture)
    place = np.array(own.place)[world.places.place_type]
    content = _share(week.levers.broadcast_content)
    talk = own.broadcast + (own.broadcast_campaign - own.broadcast) * content
    raids = own.raid_rate * agents_per_unit(world) / capacity_norm(world)
    return {
        "contact_rate": own.rate * world.national.media_reach * heard * pull * place,
        "rights_broadcast": np.array([talk * heard]),
        "raid_rate": np.minimum(raids * float(week.levers.raids), 1.0),
    }


def settle(world: World, week: Week, p: Any) -> None:
    """What news tells officials; and the beginning of a campaign of rights talk: content at a half or more, after less."""
    told = world.memory.get("broadcast_news_effect", 0.0)
    world.memory["broadcast_news_effect"] = told + p.awareness.fade * (news_effect(week.levers, p.awareness) - told)
    content = float(week.levers.broadcast_content)
    if content >= 0.5 and not world.memory.get("rights_campaign"):
        week.log.record(
            "rights_campaign",
            week.number,
            magnitude=content,
            causes=week.log.latest("broadcast_content", 4)[:1] + week.log.latest("broadcast_reach", 4)[:1],
            text="Broadcasts turn to the rights that people have and do not get.",
        )
    world.memory["rights_campaign"] = 1.0 if content >= 0.5 else 0.0
