"""What each kind of record means, for the reference; `tables.events` compares it with what the package writes."""

from typing import Final

Kinds = dict[str, tuple[str, str]]

HEADINGS: Final = (
    "Who acts: the leader, the powers, the timeline",
    "The court",
    "Guards and people",
    "Food, money and trade",
    "The street, the outside and the ends",
    "What is slow: indicators",
    "What is heard",
)

ACTED: Final[Kinds] = {
    "decision": (
        "the leader moves a level by a tactic, or sets a purge or a return going; the text has the figures that moved him",
        "by how much the level moves",
    ),
    "order": (
        "guards of an organ are told to stop abuse, by a decision, a timeline or with a scapegoat's fall",
        "weight",
    ),
    "sanction": ("a cut of trade or of one organ's revenue, or a change of what leaks past it", "change or value"),
    "campaign": ("broadcasts change in reach or content", "change or value"),
    "aid": ("dollars or grain from outside", "change or value"),
    "provocation": ("a weapons test, by the leader's decision or because the programme is ready", "1"),
    "talks": ("talks are offered, or have ended", "of an end: 1 with a result, 0 without"),
}
COURT: Final[Kinds] = {
    "denunciation": (
        "an official hands the leader evidence against a rival; the text says if it is invented",
        "evidence added",
    ),
    "sabotage": ("an official who was harmed spoils the work of the other's organ instead", "failure added"),
    "scandal": ("an abuse by an organ becomes widely known", "blame added"),
    "scapegoat": (
        "the decision to let somebody of an organ answer for abuses; the fall itself is a purge",
        "blame of the organ",
    ),
    "purge": (
        "an official falls: true cause with its figure, fate, and the reason given in public",
        "power of the post",
    ),
    "appointment": (
        "a chief's or deputy's post is filled, or chiefs change places without a purge",
        "power of the post; 1 for a change of places",
    ),
    "rehabilitation": ("an official who had fallen is back in a post", "power of the new post"),
    "plot": ("a plot begins, or is found; the text says which", "members"),
    "coup": ("plotters strike; the text says if they win", "their chance"),
    "succession": ("the leader dies or leaves of his own accord, and a successor takes over", "number of the leader"),
    "resignation_wave": ("officers of an organ ask to leave well above the yearly mean", "requests over that mean"),
    "envoy_defection": ("an official posted abroad stays there, and it is noticed", "family rule after it, 0 to 1"),
}
GUARDS: Final[Kinds] = {
    "softening": ("guards of an organ plead where they threatened", "fall of the share of threats"),
    "fading": ("half of an order's enforcement has gone", "what is left"),
    "relapse": ("threats are back to four fifths of before the order", "threats against before"),
    "rights_campaign": ("broadcasts turn to the rights that people have and do not get", "content"),
    "camps_full": ("the camps hold more than their places", "people held"),
}
ECONOMY: Final[Kinds] = {
    "harvest": ("what the year's harvest brought", "share of the usual"),
    "ration_collapse": ("the ration plan falls so far that most get nothing", "grams a day"),
    "price_doubling": ("rice costs twice its yearly mean", "times the mean"),
    "reserve_empty": ("the bank has no dollars left to hold the rate", "demand over supply of dollars"),
    "seizure": ("a large load of contraband is taken at a checkpoint", "kg"),
}
ENDS: Final[Kinds] = {
    "incident": ("a crowd gathers in a county", "people"),
    "refusal": ("a unit that was called does not move against the crowd", "share of people in it"),
    "dispersed": ("an organ breaks up a crowd", "people"),
    "unpunished": ("nobody moves against a crowd, and it goes home", "people"),
    "lost": ("all who were called refuse: the county is out of the state's hands", "share of people in the crowd"),
    "retaken": ("a lost county is retaken", "people in the crowd"),
    "uprising": ("a contest over lost counties; the text says if the state held", "share of the people lost"),
    "loose_weapons": ("weapons of mass destruction are out of the state's hands", "turmoil"),
    "crisis_step": ("a neighbour takes a step of the crisis ladder, up or down", "level reached, 0 to 5"),
    "war": ("a clash of powers, or a foreign attempt to topple the state, becomes a war: an end of the run", "5"),
    "reform": ("a reform package is adopted", "1"),
    "end": ("the regime breaks down: uprising, coup, insiders or collapse", "number of the outcome"),
}
SLOW: Final[Kinds] = {
    "rate_slips": ("the won loses value", "against the usual"),
    "dear_food": ("rice has become dear", "against the usual"),
    "guards_unpaid": ("guards of an organ get less of their need", "against the usual"),
    "collecting_harder": ("guards of an organ spend more effort on collecting, or take more", "against the usual"),
    "hardship": ("households earn less", "against the usual"),
    "hunger": ("more need for food is unmet", "against the usual"),
    "anger_rises": ("anger over extortion rises", "against the usual"),
    "support_falls": ("private support falls", "difference to the usual"),
    "control_weakens": ("the state's control weakens", "against the usual"),
}
HEARD: Final[Kinds] = {
    "report": (
        "outlets publish something about the country, true or not; `reports.parquet` has it in full",
        "size, from 1 (one household) to 5 (the nation)",
    )
}

KINDS: Final = (ACTED, COURT, GUARDS, ECONOMY, ENDS, SLOW, HEARD)
