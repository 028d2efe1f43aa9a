"""Perdure from Python: a dict of NumPy columns, then `Fsrs6.fit`."""

from __future__ import annotations

import perdure
from perdure.log import ReviewLog

from .columns import Log
from .fsrs6 import Floats
from .serve import Fit, serve


def _log(log: Log) -> ReviewLog:
    return perdure.read_answers(
        {"learner": log.learner, "item": log.item, "answered_at": log.answered_at, "grade": log.grade}
    )


def _fit(log: ReviewLog, *, recency: bool) -> Floats:
    options = perdure.FitOptions(prior="published", prior_weight=2.0, recency=recency)  # what the peers minimize
    return perdure.Fsrs6(profile="fsrs_rs", options=options).fit(log, threads=1).parameters_


if __name__ == "__main__":
    serve(
        "perdure (Python)",
        perdure.__version__,
        {
            "fit": Fit(_log, lambda log: _fit(log, recency=False)),
            "fit-recency": Fit(_log, lambda log: _fit(log, recency=True)),
        },
    )
