"""The rules of what one learner is asked."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cached_property

from ..cohort import Cohort, Course, Step
from ..cohort.steps import steps_of
from .cadences import too_early
from .rows import Row
from .violation import Violation

DAY = dt.timedelta(1)
WEEK = 7
ROUNDING = 1e-9
"""Minutes that a sum of minutes may be off."""
UNNAMED = Course("unnamed")
"""What holds where the cohort names no course."""


class LearnerPlan:
    """The rows of one learner beside the rules that hold for them.

    Parameters
    ----------
    asked : frozenset of str or None
        Skills of the questions answered before the plan; None when that is not known.
    """

    def __init__(self, cohort: Cohort, id: str, rows: list[Row], first: dt.date, asked: frozenset[str] | None) -> None:
        self.cohort, self.id, self.first, self.asked = cohort, id, first, asked
        self.last = cohort.last_day(first)
        self.rows = sorted(rows, key=lambda row: row.date)
        self.quiz = [row for row in self.rows if row.kind == "quiz"]
        self.questions = [row for row in self.rows if row.kind in ("quiz", "review-quiz") and row.item]
        self.caps = cohort.caps_of(id)
        self.calendar = cohort.calendar_of(id, first, self.last)
        self.courses = {course.id: course for course in cohort.courses_of(id)}
        self.quiz_days = sorted({row.date for row in self.quiz})

    @cached_property
    def steps(self) -> dict[tuple[dt.date, str, str], list[Step]]:
        """The steps that the cohort wants, by date, course and kind."""
        known = {step.id: step for step in self.cohort.steps}
        found: dict[tuple[dt.date, str, str], list[Step]] = defaultdict(list)
        for one in steps_of(self.cohort, self.id, self.first, self.last, self.calendar):
            if one.effective is not None:
                found[one.effective, one.course, one.kind].append(known[one.step])
        return dict(found)

    @cached_property
    def given_days(self) -> set[dt.date]:
        """Days with a contact that is no quiz: a quiz on one of them takes no other contact."""
        silent = {key for key, steps in self.steps.items() if not any(step.uses_contact for step in steps)}
        return {row.date for row in self.rows if row.kind != "quiz" and row_key(row) not in silent}

    @cached_property
    def contact_days(self) -> list[dt.date]:
        """Days with a quiz, a group session or a step that counts as a contact."""
        return sorted({*self.quiz_days, *self.given_days})

    def objective(self, row: Row) -> tuple[str, str]:
        """What a question asks for: its skill, or itself."""
        course = self.courses.get(row.course)
        as_item = row.skill is None or (course is not None and course.items is not None)
        return ("item", row.item or "") if as_item else ("skill", row.skill or "")

    def violations(self) -> Iterator[Violation]:
        """All that breaks a rule."""
        rules: list[tuple[str, Callable[[], Iterator[tuple[dt.date | None, str]]]]] = [
            ("dates", self._dates),
            ("study-days", self._study_days),
            ("delivery", self._delivery),
            ("questions-per-session", self._questions_per_session),
            ("minutes-per-day", self._minutes),
            ("sessions-per-week", self._sessions_per_week),
            ("contacts-per-week", self._contacts_per_week),
            ("questions-in-all", self._questions_in_all),
            ("objectives", self._objectives),
            ("pools", self._pools),
            ("prerequisites", self._prerequisites),
            ("cadences", self._cadences),
            ("steps", self._steps),
        ]
        for rule, check in rules:
            for day, what in check():
                yield Violation(rule, self.id, day, what)

    def _dates(self) -> Iterator[tuple[dt.date, str]]:
        for row in self.rows:
            if not self.first <= row.date <= self.last:
                yield row.date, f"a {row.kind} outside the plan, from {self.first} to {self.last}"
            elif row.kind in ("quiz", "group-session"):
                end = self.cohort.counts_on(self.first, self.courses.get(row.course))
                if row.date >= end:
                    yield row.date, f"question {row.item} is asked when recall counts already, on {end}"

    def _study_days(self) -> Iterator[tuple[dt.date, str]]:
        for day in sorted({row.date for row in self.rows if row.kind in ("quiz", "group-session")}):
            if not self.calendar.studies(day):
                away = any(leave.first <= day <= leave.last for leave in self.cohort.learner(self.id).leave)
                yield day, "questions in their leave" if away else "questions on a day that is no study day"

    def _delivery(self) -> Iterator[tuple[dt.date, str]]:
        window, quiet = self.cohort.delivery.window, self.cohort.delivery.quiet
        zone = zoneinfo.ZoneInfo(self.cohort.learner(self.id).timezone or self.cohort.timezone)
        for day, time in sorted({(row.date, row.time) for row in self.rows if row.kind != "group-session"}):
            if window and not window.start <= time < window.end:
                yield day, f"{time:%H:%M} is outside the window, {window.start:%H:%M} to {window.end:%H:%M}"
            if quiet and (
                quiet.start <= time < quiet.end if quiet.start < quiet.end else time >= quiet.start or time < quiet.end
            ):
                yield day, f"{time:%H:%M} is inside the quiet hours, {quiet.start:%H:%M} to {quiet.end:%H:%M}"
            local = dt.datetime.combine(day, time, zone)
            if local.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=zone) != local:
                yield day, f"{time:%H:%M} does not exist on this day: clocks go forward in {zone.key}"

    def _questions_per_session(self) -> Iterator[tuple[dt.date, str]]:
        cap = self.caps.questions_per_session
        for day, count in Counter(row.date for row in self.quiz).items():
            if count > cap:
                yield day, f"{count} questions in a quiz; the cap is {cap}"
        reviews = Counter(row_key(row) for row in self.questions if row.kind == "review-quiz")
        for key, count in reviews.items():
            most = sum(step.questions or cap for step in self.steps.get(key, []))
            if most and count > most:
                yield key[0], f"{count} questions in a review quiz; it has {most}"

    def _minutes(self) -> Iterator[tuple[dt.date, str]]:
        cap = self.caps.minutes_per_day
        if cap is None:
            return
        minutes: dict[dt.date, float] = defaultdict(float)
        for row in self.questions:
            minutes[row.date] += self._minutes_of(row)
        for day, spent in minutes.items():
            if spent > cap + ROUNDING:
                yield day, f"questions of {spent:g} minutes; the cap is {cap:g}"

    def _minutes_of(self, row: Row) -> float:
        course, skill = self.cohort.skills.get(row.skill or "") or (self.courses.get(row.course), None)
        if course is None:
            return UNNAMED.minutes
        return course.minutes if skill is None else course.minutes_of(skill)

    def _sessions_per_week(self) -> Iterator[tuple[dt.date, str]]:
        cap = self.caps.sessions_per_week
        for window in overfull(self.quiz_days, cap):
            yield window[-1], f"quizzes on {len(window)} of the 7 days from {window[0]}; the cap is {cap}"

    def _contacts_per_week(self) -> Iterator[tuple[dt.date, str]]:
        cap = self.caps.contacts_per_week
        for window in overfull(self.contact_days, cap):
            quizzes = [day for day in window if day in self.quiz_days and day not in self.given_days]
            if quizzes:
                what = f"contacts on {len(window)} of the 7 days from {window[0]}, a quiz among them; the cap is {cap}"
                yield quizzes[-1], what

    def _questions_in_all(self) -> Iterator[tuple[None, str]]:
        cap = self.caps.questions_in_all
        if cap is not None and len(self.questions) > cap:
            yield None, f"{len(self.questions)} questions; the cap is {cap}"

    def _objectives(self) -> Iterator[tuple[dt.date, str]]:
        asked = Counter((row.date, *self.objective(row)) for row in self.rows if row.item)
        for (day, kind, name), count in asked.items():
            if count > 1:
                yield day, f"{count} questions on {kind} {name}"

    def _pools(self) -> Iterator[tuple[dt.date, str]]:
        for row in self.rows:
            course = self.courses.get(row.course)
            if course is None:
                if row.course:
                    yield row.date, f"a {row.kind} of course {row.course}, which is none of theirs"
            elif row.item:
                problem = self._misplaced(row, course)
                if problem:
                    yield row.date, f"question {row.item}: {problem}"

    def _misplaced(self, row: Row, course: Course) -> str:
        """Why a question cannot be one of its course; empty when it can."""
        if course.items is not None:
            return "" if row.item in course.items else f"not one of course {course.id}"
        if not course.skills:
            return ""
        owner, skill = self.cohort.skills.get(row.skill or "", (None, None))
        if skill is None or owner is not course:
            return f"skill {row.skill or 'nothing'} is not one of course {course.id}"
        return "" if skill.items is None or row.item in skill.items else f"not in the pool of skill {skill.id}"

    def _prerequisites(self) -> Iterator[tuple[dt.date, str]]:
        first_asked: dict[str, Row] = {}
        for row in self.rows:
            if row.item and row.skill:
                first_asked.setdefault(row.skill, row)
        for name, row in first_asked.items():
            skill = self.cohort.skills[name][1] if name in self.cohort.skills else None
            if skill is None or not skill.requires or row.kind == "group-session" or name in (self.asked or ()):
                continue
            before = {other for other in skill.requires if other in first_asked and first_asked[other].date < row.date}
            unknown = [other for other in skill.requires if other not in before and other not in (self.asked or ())]
            if unknown and (self.asked is not None or not self._asked_before_the_plan(row, before, first_asked)):
                yield row.date, f"skill {name} is asked before {unknown[0]}, which it requires"

    def _asked_before_the_plan(self, row: Row, before: set[str], first_asked: dict[str, Row]) -> bool:
        """Whether the plan says so of skills that it does not ask before the row."""
        met = row.prerequisites_met
        if met is None:
            return False
        return met < self.first or any(first_asked[other].date == met for other in before)

    def _cadences(self) -> Iterator[tuple[dt.date, str]]:
        dates: dict[tuple[str, tuple[str, str]], list[dt.date]] = defaultdict(list)
        for row in self.quiz:
            dates[row.course, self.objective(row)].append(row.date)
        for (name, objective), days in dates.items():
            course = self.courses.get(name, UNNAMED)
            end = self.cohort.training_end_of(self.id, course)
            if end is not None:
                for day, what in too_early(course, objective[1], end, days):
                    yield day, f"{objective[0]} {objective[1]}: {what}"

    def _steps(self) -> Iterator[tuple[dt.date, str]]:
        planned = Counter(row_key(row) for row in self.rows if row.kind not in ("quiz", "group-session"))
        for key in sorted({*planned, *self.steps}):
            day, course, kind = key
            wanted, found = len(self.steps.get(key, [])), planned[key]
            of = f"{kind} of course {course}" if course else kind
            if wanted == 0:
                yield day, f"a {of} that no step of the cohort puts there"
            elif found == 0:
                yield day, f"no {of}: step {self.steps[key][0].id} is due"
            elif kind != "review-quiz" and found != wanted:
                yield day, f"{found} times a {of}, {wanted} due"


def row_key(row: Row) -> tuple[dt.date, str, str]:
    """Date, course and kind: how a row finds its step."""
    return row.date, row.course, row.kind


def overfull(days: list[dt.date], cap: int | None) -> Iterator[list[dt.date]]:
    """Runs of days that lie in 7 days and are more than a cap; of runs inside each other, the longest."""
    if cap is None:
        return
    end = 0
    for start, day in enumerate(days):
        reached = end
        while end < len(days) and days[end] < day + WEEK * DAY:
            end += 1
        if end - start > cap and end > reached:
            yield days[start:end]
