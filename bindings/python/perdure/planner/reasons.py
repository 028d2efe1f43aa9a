"""Why a question is in the plan, as a sentence: few differ, so a plan has codes of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ..cohort import Cohort, GroupSession
from .objectives import courses_of

Int = npt.NDArray[np.int64]
Float = npt.NDArray[np.float32]

STEP_REASONS = {
    "session": "a session that the cohort wants on this day",
    "cold-evaluation": "an evaluation that the cohort wants on this day",
    "nugget": "a reminder that the cohort wants on this day",
    "review-quiz": "a review quiz that has nothing to ask: no room, or nothing to gain",
}


class Reasons:
    """Reasons as codes; `texts` has what they stand for."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    @property
    def texts(self) -> list[str]:
        """What the codes so far stand for."""
        return list(self._codes)

    def of_session(self, session: GroupSession) -> int:
        """Of a group session's questions."""
        return self._code(f"everyone who comes to {session.id} answers it")

    def of_step(self, kind: str) -> int:
        """Of a step without a question."""
        return self._code(STEP_REASONS[kind])

    def of_questions(self, cohort: Cohort, first: dt.date, course: Int, recall: Float, gain: Float) -> Int:
        """Of questions that are chosen.

        Parameters
        ----------
        first : date
            Of the plan.
        course : int array
        recall, gain : float arrays
            Recall before the question, and what asking adds; NaN where the rule that chose it does not say.
        """
        found = np.zeros(course.size, np.int64)
        percent = np.rint(100.0 * recall.astype(np.float64)).astype(np.int64)
        for number, one in enumerate(courses_of(cohort)):
            own = course == number
            if one.cadence != "adaptive":
                found[own] = self._code(f"due by the cadence {one.cadence}")
                continue
            plain = own & np.isnan(gain)
            found[plain] = self._by_value(percent[plain], lambda p: f"recall is {p} % by now")
            rows = np.flatnonzero(own & ~np.isnan(gain))
            tenths = np.rint(1000.0 * gain[rows].astype(np.float64)).astype(np.int64)
            least, end = int(tenths.min(initial=0)), cohort.counts_on(first, one if cohort.courses else None)

            def adds(key: int, least: int = least, end: dt.date = end) -> str:
                points = (key // 101 + least) / 10
                return f"recall is {key % 101} % by now; asking today, not later, adds {points:.1f} points on {end}"

            found[rows] = self._by_value((tenths - least) * 101 + percent[rows], adds)
        return found

    def _by_value(self, keys: Int, text: Callable[[int], str]) -> Int:
        """Codes of keys, with a text for each."""
        known, place = np.unique(keys, return_inverse=True)
        return np.array([self._code(text(key)) for key in known.tolist()], np.int64)[place.reshape(-1)]

    def _code(self, text: str) -> int:
        return self._codes.setdefault(text, len(self._codes))
