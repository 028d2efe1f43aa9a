"""Who plays: a name for each row of the table, and how its estimator is made."""

from __future__ import annotations

from collections.abc import Callable

from perdure import FitOptions
from perdure.estimator import Estimator
from perdure.rivals import (
    BestLr,
    BestLrWindows,
    Das3h,
    DashRegression,
    Elo,
    Fsrs6Item,
    Fsrs6Skill,
    HlrCeiling,
    Irt1Pl,
    Irt2Pl,
    ItemMean,
    Pfa,
)

ALL_REVIEWS = FitOptions(minimum_gap=0)
AS_SHIPPED = FitOptions(minimum_gap=0, prior_weight=1e6)
"""A prior so narrow that parameters stay at their defaults."""

MAIN = ("A", "B60")
EVERYWHERE = (*MAIN, "cold")

Make = Callable[[str], Estimator]
"""Makes an unfitted estimator for the kind of inner split that is like the protocol (``"learner"`` or ``"time"``)."""

ENTRIES: dict[str, tuple[Make, tuple[str, ...]]] = {
    "item mean": (lambda inner: ItemMean(), MAIN),
    "Elo": (lambda inner: Elo(), EVERYWHERE),
    "Elo, items online": (lambda inner: Elo(items="online"), MAIN),
    "IRT 1PL": (lambda inner: Irt1Pl(), MAIN),
    "IRT 2PL": (lambda inner: Irt2Pl(), MAIN),
    "PFA": (lambda inner: Pfa(inner=inner), MAIN),
    "HLR with a fitted ceiling (item)": (lambda inner: HlrCeiling(), MAIN),
    "FSRS-6 default (item)": (lambda inner: Fsrs6Item(AS_SHIPPED), MAIN),
    "FSRS-6 optimized on all (item)": (lambda inner: Fsrs6Item(ALL_REVIEWS), MAIN),
    "FSRS-6 optimized on > 1 d (item)": (lambda inner: Fsrs6Item(), MAIN),
    "FSRS-6 optimized on all (skill)": (lambda inner: Fsrs6Skill(ALL_REVIEWS), MAIN),
    "FSRS-6 optimized on > 1 d (skill)": (lambda inner: Fsrs6Skill(), MAIN),
    "DASH": (lambda inner: DashRegression(inner=inner), MAIN),
    "DASH, ability online": (lambda inner: DashRegression(inner=inner, ability="online"), EVERYWHERE),
    "DAS3H": (lambda inner: Das3h(inner=inner), MAIN),
    "DAS3H, ability online": (lambda inner: Das3h(inner=inner, ability="online"), MAIN),
    "Best-LR": (lambda inner: BestLr(inner=inner), MAIN),
    "Best-LR + time windows": (lambda inner: BestLrWindows(inner=inner), EVERYWHERE),
}
REFERENCES = ("cohort model", "Best-LR + time windows")
"""What differences are taken to: the first of these that plays."""
