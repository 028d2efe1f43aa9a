"""What breaks a rule."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

RULES = {
    "dates": "inside the plan, questions before the day on which recall counts",
    "study-days": "questions on study days of the learner's own calendar",
    "delivery": "inside the window and outside quiet hours, on the learner's clock",
    "questions-per-session": "of a quiz, and of a review quiz",
    "minutes-per-day": "of a learner's questions on a day",
    "sessions-per-week": "days with a quiz, in any 7 days",
    "contacts-per-week": "days with a contact, in any 7 days that have a quiz",
    "contacts-per-day": "learners with a contact, on a day that has a quiz",
    "questions-in-all": "of quizzes and review quizzes",
    "objectives": "a learner is asked for each at most once a day",
    "pools": "each item in the pool of its skill, in a course of the learner",
    "prerequisites": "a skill is first asked after every skill that it requires",
    "cadences": "no question before the next date of the course's cadence",
    "steps": "each on its date, and no others",
    "group-sessions": "on one possible date, with all who study that day, on all their skills",
}
"""Each rule, and what it asks for."""


@dataclass(frozen=True)
class Violation:
    """A rule that a plan breaks.

    Attributes
    ----------
    rule : str
        One of `RULES`.
    learner : str
        Empty for what concerns many.
    date : date, optional
        The day that is too much, or wrong; None for what has no day.
    what : str
    """

    rule: str
    learner: str
    date: dt.date | None
    what: str
