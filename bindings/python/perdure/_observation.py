"""The observation layer between memory and answers (docs/adr/0016-observation-layer.md) before any fit."""

from __future__ import annotations

MINIMUM_GAP = 1.0
"""Days. Sooner answers shape the state, but are predicted by the observation layer, not by recall itself."""

UNFITTED = {"first_success": 0.5, "first_weight": 1.0, "intercept": 0.0, "slope": 1.0, "minimum_gap": MINIMUM_GAP}
