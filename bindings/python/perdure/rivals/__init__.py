"""Rivals of the cohort model under the same interface: `docs/concepts/rivals.md` says what each one is.

They need ``pip install 'perdure[rivals]'`` (scikit-learn, which brings SciPy), except `ItemMean`, `Irt1Pl`,
`Irt2Pl`, `Fsrs6Item` and `Fsrs6Skill`.
"""

from __future__ import annotations

from ..estimator import Estimator
from .count_regression import CountRegression, Terms
from .elo import Elo
from .fsrs6_cards import Fsrs6Item, Fsrs6Skill
from .fsrs6_online import Fsrs6Online
from .hlr_ceiling import HlrCeiling
from .irt import Irt1Pl, Irt2Pl
from .item_mean import ItemMean
from .regressions import BestLr, BestLrWindows, Das3h, DashRegression, Pfa

__all__ = [
    "RIVALS",
    "BestLr",
    "BestLrWindows",
    "CountRegression",
    "Das3h",
    "DashRegression",
    "Elo",
    "Fsrs6Item",
    "Fsrs6Online",
    "Fsrs6Skill",
    "HlrCeiling",
    "Irt1Pl",
    "Irt2Pl",
    "ItemMean",
    "Pfa",
    "Terms",
]

RIVALS: dict[str, type[Estimator]] = {
    rival.id: rival
    for rival in (
        ItemMean,
        Elo,
        Irt1Pl,
        Irt2Pl,
        Pfa,
        DashRegression,
        Das3h,
        BestLr,
        BestLrWindows,
        HlrCeiling,
        Fsrs6Item,
        Fsrs6Skill,
        Fsrs6Online,
    )
}
"""Rivals by id, as `perdure.evaluate` and ``perdure evaluate -m`` take them."""
