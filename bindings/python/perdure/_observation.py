"""The observation layer between memory and answers (docs/adr/0016-observation-layer.md) before any fit."""

from __future__ import annotations

from . import _core

UNFITTED: dict[str, float] = _core.fit.unfitted()

MINIMUM_GAP = UNFITTED["minimum_gap"]
"""Days. Sooner answers shape the state, but are predicted by the observation layer, not by recall itself."""
