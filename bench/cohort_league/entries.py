"""Who plays: a name for each row of the table, and how its estimator is made."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path

from perdure import FitOptions
from perdure.cohort_model import CohortModel
from perdure.estimator import Estimator
from perdure.rivals import (
    BestLr,
    BestLrWindows,
    Das3h,
    DashRegression,
    Elo,
    Fsrs6Item,
    Fsrs6Online,
    Fsrs6Skill,
    HlrCeiling,
    Irt1Pl,
    Irt2Pl,
    ItemMean,
    Pfa,
)

from .cells import DATA, Task

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))
import fit_cohort_defaults

ALL_REVIEWS = FitOptions(minimum_gap=0)
AS_SHIPPED = FitOptions(minimum_gap=0, prior_weight=1e6)
"""A prior so narrow that parameters stay at their defaults."""

MAIN = ("A", "B60")
EVERYWHERE = (*MAIN, "cold")

Make = Callable[[Task], Estimator]
"""Makes an unfitted estimator for a task: the inner split is to be like the outer one."""


@functools.cache
def defaults_without(data: str) -> dict[str, float]:
    """Default parameters of the cohort model as they would be if a cohort had not helped to make them."""
    return fit_cohort_defaults.defaults(DATA, without=(data,))


ENTRIES: dict[str, tuple[Make, tuple[str, ...]]] = {
    "item mean": (lambda task: ItemMean(), MAIN),
    "Elo": (lambda task: Elo(), EVERYWHERE),
    "Elo, items online": (lambda task: Elo(items="online"), MAIN),
    "IRT 1PL": (lambda task: Irt1Pl(), MAIN),
    "IRT 2PL": (lambda task: Irt2Pl(), MAIN),
    "PFA": (lambda task: Pfa(inner=task.inner), MAIN),
    "HLR with a fitted ceiling (item)": (lambda task: HlrCeiling(), MAIN),
    "FSRS-6 default (item)": (lambda task: Fsrs6Item(AS_SHIPPED), MAIN),
    "FSRS-6 optimized on all (item)": (lambda task: Fsrs6Item(ALL_REVIEWS), MAIN),
    "FSRS-6 optimized on > 1 d (item)": (lambda task: Fsrs6Item(), MAIN),
    "FSRS-6 optimized on all (skill)": (lambda task: Fsrs6Skill(ALL_REVIEWS), MAIN),
    "FSRS-6 optimized on > 1 d (skill)": (lambda task: Fsrs6Skill(), MAIN),
    "DASH": (lambda task: DashRegression(inner=task.inner), MAIN),
    "DASH, ability online": (lambda task: DashRegression(inner=task.inner, ability="online"), EVERYWHERE),
    "DAS3H": (lambda task: Das3h(inner=task.inner), MAIN),
    "DAS3H, ability online": (lambda task: Das3h(inner=task.inner, ability="online"), MAIN),
    "Best-LR": (lambda task: BestLr(inner=task.inner), MAIN),
    "Best-LR + time windows": (lambda task: BestLrWindows(inner=task.inner), EVERYWHERE),
    "FSRS-6 in the online layer": (lambda task: Fsrs6Online(), EVERYWHERE),
    "cohort model": (lambda task: CohortModel(), EVERYWHERE),
    "cohort model, not fitted": (lambda task: CohortModel(refit=False), EVERYWHERE),
    "cohort model, not fitted, defaults without this log": (
        lambda task: CohortModel(parameters=defaults_without(task.data), refit=False),
        EVERYWHERE,
    ),
}
REFERENCES = ("cohort model", "Best-LR + time windows")
"""What differences are taken to: the first of these that plays."""
