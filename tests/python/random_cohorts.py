"""Cohorts drawn at random, with everything that a cohort file can ask for, and answers to plan from."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
from perdure import Cohort, ReviewLog, read_answers
from perdure.cohort import (
    CADENCES,
    Caps,
    Course,
    Delivery,
    Goal,
    GroupSession,
    Learner,
    LearnerCaps,
    Leave,
    Organisation,
    Skill,
    Step,
    StudyCalendar,
)

START = dt.date(2026, 3, 2)
DAY = dt.timedelta(1)
ZONES = ("Europe/Paris", "America/New_York", "Asia/Kolkata")
ITEMS = {f"{course}{n}": f"{course}-skill{n // 2}" for course in "abc" for n in range(6)}
"""Items with their skills: three courses of three skills."""


def answers(draw: np.random.Generator, learners: int) -> ReviewLog:
    """Answers of February: of the first learner to all items, of the others to most, some of them wrong."""
    rows = []
    for learner in range(learners):
        for item, skill in ITEMS.items():
            for _ in range(int(draw.integers(1 if learner == 0 else 0, 3))):
                at = dt.datetime(2026, 2, int(draw.integers(1, 27)), int(draw.integers(8, 18)), tzinfo=dt.UTC)
                success = bool(draw.random() < 0.7)
                rows.append(
                    {"learner": f"L{learner}", "item": item, "skills": skill, "answered_at": at, "success": success}
                )
    return read_answers(pd.DataFrame(rows))


def cohort(draw: np.random.Generator, learners: int) -> Cohort:
    """Rules of at most five weeks."""

    def chance(share: float) -> bool:
        return bool(draw.random() < share)

    def whole(low: int, high: int) -> int:
        return int(draw.integers(low, high + 1))

    def day(low: int, high: int) -> dt.date:
        return START + whole(low, high) * DAY

    days = whole(8, 35)
    last = START + days * DAY
    courses = tuple(_course(draw, name, day(days // 2, days)) for name in "abc"[: whole(1, 3)])
    ids = [course.id for course in courses]
    caps = Caps(
        questions_per_session=whole(1, 4),
        sessions_per_week=whole(1, 3) if chance(0.5) else None,
        minutes_per_day=whole(3, 6) if chance(0.3) else None,
        contacts_per_week=whole(2, 4) if chance(0.4) else None,
        questions_in_all=whole(3, 20) if chance(0.3) else None,
    )
    steps = []
    for number in range(whole(0, 3)):
        kind = str(draw.choice(["review-quiz", "session", "cold-evaluation", "nugget"]))
        steps.append(
            Step(
                id=f"step{number}",
                kind=kind,
                course=str(draw.choice(ids)) if chance(0.7) else None,
                after_days=whole(4, 30),
                tolerance_days=whole(0, 3) if chance(0.5) else None,
                roll=str(draw.choice(["following", "preceding", "nearest", "modified-following"])),
                questions=whole(1, 5) if kind == "review-quiz" and chance(0.5) else None,
                uses_contact=chance(0.7),
            )
        )
    sessions = []
    if chance(0.5):
        of = courses[whole(0, len(courses) - 1)]
        dates = sorted({day(1, max(2, days // 2)) for _ in range(whole(1, 3))})
        possible = of.deadline is None or dates[0] < of.deadline
        if possible:
            groups = ("north",) if chance(0.4) and learners > 1 else None
            sessions.append(GroupSession("webinar", of.id, tuple(dates), groups=groups, time=dt.time(14, 30)))
    some = [
        Learner(
            f"L{n}",
            timezone=str(draw.choice(ZONES)) if chance(0.4) else None,
            courses=(ids[0],) if chance(0.2) else None,
            groups=("north",) if n == 0 or chance(0.5) else (),
            leave=(Leave(*sorted([day(0, days), day(0, days)])),) if chance(0.4) else (),
            leave_rule=str(draw.choice(["keep", "shift", "skip"])) if chance(0.5) else None,
            working_days=("mon", "wed", "sat") if chance(0.2) else None,
            caps=LearnerCaps(questions_per_session=whole(1, 3)) if chance(0.3) else LearnerCaps(),
        )
        for n in range(learners)
        if n == 0 or chance(0.6)
    ]
    return Cohort(
        str(draw.choice(ZONES)),
        start=START,
        deadline=last,
        seed=whole(0, 9),
        caps=caps,
        organisation=Organisation(contacts_per_day=whole(1, learners)) if chance(0.4) else Organisation(),
        calendar=StudyCalendar(holidays=("FR",) if chance(0.5) else (), days_off=(day(0, days),)),
        delivery=Delivery(send_at=dt.time(2, 30)) if chance(0.2) else Delivery(),
        courses=courses,
        group_sessions=tuple(sessions),
        steps=tuple(steps),
        learners=tuple(some),
    )


def _course(draw: np.random.Generator, name: str, deadline: dt.date) -> Course:
    cadence = str(draw.choice(list(CADENCES))) if draw.random() < 0.4 else "adaptive"
    goal = Goal(str(draw.choice(["deadline", "hold", "mixture"])))
    items = [item for item in ITEMS if item.startswith(name)]
    facts: dict[str, Any] = {
        "training_end": START - int(draw.integers(1, 6)) * DAY,
        "deadline": deadline if draw.random() < 0.4 else None,
        "goal": goal,
        "cadence": cadence,
        "weight": float(draw.choice([0.5, 1.0, 2.0])),
    }
    if draw.random() < 0.3:
        return Course(name, items=tuple(items), **facts)
    skills = []
    for n in range(3):
        pool = tuple(item for item in items if ITEMS[item] == f"{name}-skill{n}") if draw.random() < 0.5 else None
        requires = (f"{name}-skill{n - 1}",) if n and draw.random() < 0.3 else ()
        minutes = float(draw.choice([1.0, 2.0])) if draw.random() < 0.3 else None
        skills.append(Skill(f"{name}-skill{n}", items=pool, requires=requires, minutes=minutes))
    return Course(name, skills=tuple(skills), **facts)
