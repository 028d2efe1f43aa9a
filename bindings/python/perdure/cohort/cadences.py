"""Cadences by name: on which days a course is quizzed when no planner chooses them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..errors import InputError
from .certificates import add_months
from .kinds import did_you_mean


@dataclass(frozen=True)
class Cadence:
    """A template of days.

    A fixed cadence counts each day from the end of the training. A ladder counts from the answer before: so many days
    after a right one, back to the first rung after a wrong one.

    Attributes
    ----------
    days, months : tuple of int
        Of a fixed cadence: distances from the end of the training, months after days.
    right : tuple of int
        Of a ladder: days to the first question, then after one right answer in a row, and so on.
    wrong : int, optional
        Of a ladder: days after a wrong answer.
    retired_after : int, optional
        Of a ladder: right answers in a row that end it; without, its rungs do.
    new_every : int, optional
        Of a ladder: days between the first questions of two items.
    """

    days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    right: tuple[int, ...] = ()
    wrong: int | None = None
    retired_after: int | None = None
    new_every: int | None = None

    def dates(self, training_end: dt.date, answers: Sequence[bool] = (), item: int = 0) -> list[dt.date]:
        """Dates of the questions of one item, each answered on its day.

        Parameters
        ----------
        training_end : date
        answers : sequence of bool
            Right or wrong, in order; those to come count as right.
        item : int
            Position of the item in its course, for cadences that bring one new item every few days.
        """
        if not self.right:
            fixed = [training_end + dt.timedelta(n) for n in self.days]
            return fixed + [add_months(training_end, n) for n in self.months]
        day = training_end + dt.timedelta(self.right[0] + item * (self.new_every or 0))
        found, in_a_row = [day], 0
        end = self.retired_after or len(self.right)
        for number in range(len(answers) + end):
            right = number >= len(answers) or answers[number]
            in_a_row = in_a_row + 1 if right else 0
            if in_a_row >= end:
                break
            wait = self.right[min(in_a_row, len(self.right) - 1)] if right else self.wrong or self.right[0]
            day += dt.timedelta(wait)
            found.append(day)
        return found


CADENCES: dict[str, Cadence | None] = {
    "adaptive": None,
    "j30-j90-j180": Cadence(days=(30, 90, 180)),
    "2-2-2": Cadence(days=(2, 14), months=(2,)),
    "methode-des-j": Cadence(days=(1, 3, 7, 14, 30)),
    "kerfoot-12-24-x2": Cadence(right=(3, 24), wrong=12, retired_after=2, new_every=3),
    "memrise": Cadence(right=(1, 6, 12, 48, 96, 180), wrong=1),
    "leitner": Cadence(right=(1, 2, 4, 8, 16, 32, 64), wrong=1),
}
"""`adaptive` has no days: the planner chooses them. Sources: docs/how-to/cohort-file.md."""


def cadence_dates(
    name: str, training_end: dt.date, answers: Sequence[bool] = (), item: int = 0, until: dt.date | None = None
) -> list[dt.date]:
    """Dates of a cadence by name, up to and with ``until``; none for ``adaptive``. See `Cadence.dates`.

    Raises
    ------
    InputError
        An unknown name.

    Examples
    --------
    >>> [str(day) for day in cadence_dates("2-2-2", dt.date(2026, 12, 31))]
    ['2027-01-02', '2027-01-14', '2027-02-28']
    """
    if name not in CADENCES:
        expected = f"one of {', '.join(CADENCES)}{did_you_mean(name, CADENCES)}"
        raise InputError("unknown cadence", source="name", value=name, expected=expected)
    cadence = CADENCES[name]
    dates: Iterable[dt.date] = cadence.dates(training_end, answers, item) if cadence else ()
    return [day for day in dates if until is None or day <= until]
