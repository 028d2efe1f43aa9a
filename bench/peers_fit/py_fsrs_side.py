"""py-fsrs's optimizer: one `ReviewLog` an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import numpy as np
import torch
from fsrs import Optimizer, Rating, ReviewLog

from .columns import Log
from .fsrs6 import Floats
from .serve import Fit, serve

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _logs(log: Log) -> list[ReviewLog]:
    """The package knows cards alone: a learner and an item become one number."""
    cards = log.learner.astype(np.int64) << 32 | log.item
    columns = (cards.tolist(), log.answered_at.tolist(), log.grade.tolist())
    return [
        ReviewLog(card, Rating(grade), EPOCH + timedelta(milliseconds=when), None)
        for card, when, grade in zip(*columns, strict=True)
    ]


def _fit(logs: list[ReviewLog]) -> Floats:
    return np.array([float(w) for w in Optimizer(logs).compute_optimal_parameters()])


if __name__ == "__main__":
    torch.set_num_threads(1)  # one core for every side
    serve("py-fsrs", f"{version('fsrs')}, torch {torch.__version__}", {"fit": Fit(_logs, _fit)})
