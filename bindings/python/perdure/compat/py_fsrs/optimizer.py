"""Parameters from one learner's answers, by Perdure's own fit."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from copy import copy
from typing import ClassVar, NoReturn

from ...log import read_answers
from ...models import Fsrs6
from .review_log import ReviewLog
from .scheduler import DEFAULT_PARAMETERS, Scheduler

FEWEST_REVIEWS = 512
"""Answers a day or more after the last one that a fit needs; with fewer, the defaults are kept."""

COUNTED_REVIEWS = 64
"""Answers of a card, from its first, among which those are counted."""


class Optimizer:
    """Fits the parameters of a `Scheduler` to answers.

    Parameters
    ----------
    review_logs : sequence of ReviewLog
        In any order; of one learner, any number of cards.
    """

    profile: ClassVar[str] = Scheduler.profile
    """The profile of FSRS-6 that is fitted."""

    review_logs: tuple[ReviewLog, ...]

    def __init__(self, review_logs: Iterable[ReviewLog]) -> None:
        self.review_logs = tuple(copy(log) for log in review_logs)

    def compute_optimal_parameters(self, verbose: bool = False) -> list[float]:
        """Parameters that fit the answers: the maximum of Perdure's likelihood and prior (`perdure.Fsrs6.fit`).

        Parameters
        ----------
        verbose : bool
            Draw a bar.

        Returns
        -------
        list of 21 floats
            Within the bounds of `Scheduler`. The defaults when fewer than 512 answers come a day or more after the
            last one on their card, counted among a card's first 64 answers, as in py-fsrs.
        """
        if self._later_reviews() < FEWEST_REVIEWS:
            return list(DEFAULT_PARAMETERS)
        logs = sorted(self.review_logs, key=lambda log: (log.review_datetime, log.card_id))
        log = read_answers(
            {
                "learner": ["learner"] * len(logs),
                "item": [str(log.card_id) for log in logs],
                "grade": [int(log.rating) for log in logs],
                "answered_at": [log.review_datetime for log in logs],
            }
        )
        return [float(w) for w in Fsrs6(profile=self.profile).fit(log, progress=verbose).parameters_]

    def compute_optimal_retention(self, parameters: tuple[float, ...] | list[float]) -> NoReturn:
        """Not offered, see docs/how-to/py-fsrs.md: raises NotImplementedError."""
        raise NotImplementedError(
            "compute_optimal_retention is not offered: a best retention depends on a goal and on costs that answers "
            "alone do not hold; set Scheduler.desired_retention yourself"
        )

    def _later_reviews(self) -> int:
        """Answers at least a day after the last one on their card, among each card's first."""
        times: dict[int, list[ReviewLog]] = {}
        for log in self.review_logs:
            times.setdefault(log.card_id, []).append(log)
        count = 0
        for logs in times.values():
            at = sorted(log.review_datetime for log in logs)[:COUNTED_REVIEWS]
            count += sum((later - earlier).days > 0 for earlier, later in itertools.pairwise(at))
        return count


__all__ = ["Optimizer"]
