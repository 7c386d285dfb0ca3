"""The court of a scenario: `court.yaml` beside it, or a court of invented names where there is none."""

from typing import Final

from custodes.world.columns import COURT_ORGANS, N_COURT
from custodes.world.court import CourtPlan

TITLES: Final = tuple(name.replace("_", " ") for name in COURT_ORGANS)
#: One chief, five deputies and 94 directors an organ: the table the rates of the court were set on (keep 1,000 in all).
SIZES: Final = ((1, 5, 94),) * N_COURT
FORCE: Final = (0.08, 0.10, 0.47, 0.25, 0.10, 0.0, 0.0, 0.0, 0.0, 0.0)
WEIGHT: Final = (1.0, 0.7, 1.0, 1.0, 0.7, 1.0, 0.7, 0.7, 0.7, 0.7)
FACTIONS: Final = ("the old guard", "the trade houses", "the technocrats", "the leader's own")
FAMILY_NAMES: Final = ("Abar", "Belo", "Cano", "Dorin", "Eskel", "Farro", "Galt", "Horan", "Iven", "Jarek", "Kolm", "Lutz")
GIVEN_NAMES: Final = ("Ada", "Ben", "Cyra", "Dov", "Ema", "Finn", "Gita", "Hal", "Ira", "Jon", "Kai", "Lea", "Mio", "Noa")

DEFAULT_COURT: Final = CourtPlan(TITLES, SIZES, FORCE, WEIGHT, 60, FACTIONS, FAMILY_NAMES, GIVEN_NAMES)
