"""Times that a layout completes from the rows around: when a question was shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .raw import RawTable

SESSION_GAP_MS = 1_800_000
"""Half an hour without an answer ends a session, as in the published cleaning of the tutor logs."""


def shown_at_previous_answer(raw: RawTable) -> RawTable:
    """Take a question as shown when the learner's answer before it was given, within a session.

    For logs of response times only. It can be earlier than the truth, never later, so no answer's latency leaks into
    its elapsed time. A column shown_at that is there stays.
    """
    if raw.shown_at is not None or len(raw) == 0:
        return raw
    learner = raw.learner.indices.to_numpy(zero_copy_only=False)
    order = np.lexsort((raw.answered_at, learner))
    ordered = raw.answered_at[order]
    gap = np.diff(ordered, prepend=ordered[0])
    same = np.diff(learner[order], prepend=-1) == 0
    shown = np.empty_like(ordered)
    shown[order] = ordered - np.where(same & (gap < SESSION_GAP_MS), gap, 0)
    raw.findings.notes.append(
        "times are response times: a question counts as shown at the learner's answer before it, if within 30 min"
    )
    return replace(raw, shown_at=shown)
