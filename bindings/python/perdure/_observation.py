"""The observation layer between memory and answers (docs/adr/0016-observation-layer.md)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import _core

UNFITTED: dict[str, float] = _core.fit.unfitted()
"""The layer before any fit."""

MINIMUM_GAP = UNFITTED["minimum_gap"]
"""Days. Sooner answers shape the state, but are predicted by the observation layer, not by recall itself."""

Encounters = dict[str, tuple[float, float]]
"""Item to (answers, right answers) of its first encounters, for items with two or more."""


@dataclass
class Layer:
    """A fitted layer, and how many first encounters and same-day answers it was fitted to."""

    values: dict[str, float]
    encounters: Encounters
    first_answers: float = 0.0
    same_day_answers: float = 0.0

    def joined(self, later: Layer) -> Layer:
        """Join this layer with one of further answers.

        Counts add up. The two numbers of same-day answers are averaged by how many answers each was fitted to.
        """
        encounters = dict(self.encounters)
        for item, (answers, right) in later.encounters.items():
            before = encounters.get(item, (0.0, 0.0))
            encounters[item] = (before[0] + answers, before[1] + right)
        first = self.first_answers + later.first_answers
        rate = (self._right() + later._right() + 0.5) / (first + 1.0)
        counts = counts_by_item(encounters, list(encounters))
        same_day = self.same_day_answers + later.same_day_answers
        share = later.same_day_answers / same_day if same_day else 0.0
        values = {
            "first_success": rate,
            "first_weight": _core.fit.first_weight(*counts, rate),
            **{name: (1.0 - share) * self.values[name] + share * later.values[name] for name in ("intercept", "slope")},
            "minimum_gap": later.values["minimum_gap"],
        }
        return Layer(values, encounters, first, same_day)

    def _right(self) -> float:
        return self.values["first_success"] * (self.first_answers + 1.0) - 0.5


def counts_by_item(encounters: Encounters, items: list[str]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """First encounters of each item, and how many of them were right."""
    counts = np.array([encounters.get(item, (0.0, 0.0)) for item in items], dtype=np.float64).reshape(-1, 2)
    return np.ascontiguousarray(counts[:, 0]), np.ascontiguousarray(counts[:, 1])
