"""FSRS-Optimizer: the data frame that it trains on, then its own steps from the third on.

Its first two steps read an export of Anki and count local days; here the frame is made from the columns, so that
elapsed days and answers are those of all sides.
"""

from __future__ import annotations

from importlib.metadata import version

import numpy as np
import pandas as pd
import torch
from fsrs_optimizer import Optimizer

from .columns import DAY_MS, Log
from .fsrs6 import Floats
from .serve import Fit, serve


def _frame(log: Log) -> pd.DataFrame:
    """One row an answer that is predicted, in time order: gaps and grades before it as text, as the package wants."""
    histories: dict[tuple[int, int], tuple[list[str], list[str]]] = {}
    last: dict[tuple[int, int], int] = {}
    predicted: dict[tuple[int, int], int] = {}
    rows = []
    columns = (log.learner.tolist(), log.item.tolist(), log.answered_at.tolist(), log.grade.tolist())
    for learner, item, when, grade in zip(*columns, strict=True):
        key = (learner, item)
        gaps, grades = histories.setdefault(key, ([], []))
        days = (when - last.get(key, when)) // DAY_MS
        last[key] = when
        if days > 0:
            predicted[key] = predicted.get(key, 1) + 1
            rows.append((when, days, ",".join(gaps), ",".join(grades), predicted[key], int(grade > 1)))
        gaps.append(str(days))
        grades.append(str(grade))
    return pd.DataFrame(rows, columns=["review_time", "delta_t", "t_history", "r_history", "i", "y"])


def _fit(frame: pd.DataFrame, *, recency: bool) -> Floats:
    optimizer = Optimizer()
    optimizer.define_model()
    optimizer.initialize_parameters(dataset=frame, verbose=False)
    optimizer.train(verbose=False, recency_weight=recency)
    return np.array(optimizer.w, dtype=np.float64)


if __name__ == "__main__":
    torch.set_num_threads(1)  # one core for every side
    serve(
        "FSRS-Optimizer",
        f"{version('fsrs-optimizer')}, torch {torch.__version__}",
        {
            "fit": Fit(_frame, lambda frame: _fit(frame, recency=False)),
            "fit-recency": Fit(_frame, lambda frame: _fit(frame, recency=True)),
        },
    )
