"""A plan as calendars that can be subscribed to (RFC 5545): one of group sessions, and one for each learner.

Needs ``pip install 'perdure[calendars]'``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import os
import urllib.parse
import zoneinfo
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from ._files import replacing
from ._optional import needed
from ._vtimezone import vtimezone
from .cohort import Cohort, Course, GroupSession, Step

PRODUCT = "-//Perdure//Plan//EN"
DAY_ZERO = dt.date(2000, 1, 1)
COLUMNS = ("learner", "course", "item", "skill", "date", "time", "kind", "reason")
GROUP = ""
"""In the place of a learner: the calendar of group sessions."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """An event; ``key`` says which one it is, wherever it is moved to."""

    key: tuple[str, ...]
    kind: str
    start: dt.datetime
    minutes: int
    summary: str
    description: str


class PlanCalendar:
    """The calendars of a plan.

    An event keeps its UID in every plan of a cohort of the same name: a group session and a step wherever they move,
    a quiz as long as its day stays. What the previous plan had and this one has not is in the calendar as cancelled,
    from the plan's first day on. SEQUENCE counts the plan's first day, and rises for what has changed since the
    previous plan; DTSTAMP is the first day. So the same plans make the same files.

    Parameters
    ----------
    table : pyarrow.Table
        The plan (`perdure.plan_table`).
    cohort : Cohort
    first : date
        First day of the plan.
    previous : pyarrow.Table, optional
        The plan that subscribers have.
    """

    def __init__(self, table: pa.Table, cohort: Cohort, first: dt.date, previous: pa.Table | None = None) -> None:
        self._cohort, self._first = cohort, first
        self._entries = _entries(table, cohort, first)
        earlier = [] if previous is None else [day for day in previous["date"].to_pylist() if day is not None]
        self._previous = {} if previous is None else _entries(previous, cohort, min(earlier, default=first))

    @property
    def learners(self) -> list[str]:
        """Who has something in the calendar, or had in the previous plan."""
        return sorted({*self._entries, *self._previous} - {GROUP})

    def group_feed(self) -> bytes:
        """The group sessions, on the cohort's clock."""
        return self._feed(GROUP, self._cohort.name or "Group sessions", self._cohort.timezone)

    def feed(self, learner: str) -> bytes:
        """All that a learner has to do, on the learner's clock."""
        title = f"{self._cohort.name}: {learner}" if self._cohort.name else learner
        return self._feed(learner, title, _zone_of(self._cohort, learner))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the calendar of group sessions, replaced in one step."""
        _write(Path(path), self.group_feed())

    def write_feeds(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write a calendar for each learner, each replaced in one step; the folder is made. Returns the files.

        A file is named after the learner; characters that are no letter, digit or one of ``_.-~`` are percent-encoded.
        """
        Path(folder).mkdir(parents=True, exist_ok=True)
        paths = []
        for learner in self.learners:
            path = Path(folder) / f"{urllib.parse.quote(learner, safe='')}.ics"
            _write(path, self.feed(learner))
            paths.append(path)
        return paths

    def _feed(self, who: str, title: str, timezone: str) -> bytes:
        icalendar = needed("icalendar", by="plan.ics", extra="calendars")
        now, before = self._entries.get(who, {}), self._previous.get(who, {})
        gone = {key: entry for key, entry in before.items() if key not in now and entry.start.date() >= self._first}
        calendar = icalendar.Calendar()
        for name, value in (("prodid", PRODUCT), ("version", "2.0"), ("method", "PUBLISH")):
            calendar.add(name, value)
        calendar.add("x-wr-calname", icalendar.vText(_text(title)))  # the library escapes no other X- property
        shown = [*now.values(), *gone.values()]
        days = [self._first, *(entry.start.date() for entry in shown)]
        calendar.add_component(vtimezone(timezone, min(days).year, max(days).year))
        revision = 2 * (self._first - DAY_ZERO).days
        for entry in sorted(shown, key=lambda one: (one.start, one.key)):
            changed = entry.key in gone or before.get(entry.key, entry) != entry
            event = icalendar.Event()
            event.add("uid", _uid(self._cohort.name, who, *entry.key))
            event.add("dtstamp", dt.datetime.combine(self._first, dt.time(), dt.UTC))
            event.add("sequence", revision + 1 if changed else revision)
            event.add("status", "CANCELLED" if entry.key in gone else "CONFIRMED")
            event.add("dtstart", entry.start)
            event.add("duration", dt.timedelta(minutes=entry.minutes))
            event.add("summary", _text(entry.summary))
            if entry.description:
                event.add("description", _text(entry.description))
            event.add("categories", [entry.kind])
            calendar.add_component(event)
        content: bytes = calendar.to_ical()
        return content


def _write(path: Path, content: bytes) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def _text(text: str) -> str:
    """Without the control characters that RFC 5545 leaves out of texts."""
    return "".join(one for one in text if one in "\n\t" or (one >= " " and one != "\x7f"))


def _uid(*parts: str) -> str:
    """The same for the same parts; nothing in it tells who it is about."""
    told = "".join(f"{len(part)}:{part}" for part in parts)
    return f"{hashlib.sha256(told.encode()).hexdigest()[:32]}@perdure"


def _zone_of(cohort: Cohort, learner: str) -> str:
    return cohort.learner(learner).timezone or cohort.timezone


def _entries(table: pa.Table, cohort: Cohort, first: dt.date) -> dict[str, dict[tuple[str, ...], Entry]]:
    """Events by learner and key."""
    rows = table.select(COLUMNS).to_pylist()
    found: dict[str, dict[tuple[str, ...], Entry]] = defaultdict(dict)
    groups = _group_sessions(rows, cohort)
    for session, day, seats in groups:
        start = dt.datetime.combine(day, session.time, zoneinfo.ZoneInfo(cohort.timezone))
        skills = sorted({row["skill"] for row in seats if row["skill"]})
        learners = sorted({row["learner"] for row in seats})
        lines = [f"Skills: {', '.join(skills)}"] if skills else []
        lines.append(f"Learners: {', '.join(learners)}")
        key, title = ("group-session", session.id), session.name or session.id
        found[GROUP][key] = Entry(key, "group-session", start, session.minutes, title, "\n".join(lines))
        for learner in learners:
            local = start.astimezone(zoneinfo.ZoneInfo(_zone_of(cohort, learner)))
            own = _questions([row for row in seats if row["learner"] == learner])
            found[learner][key] = Entry(key, "group-session", local, session.minutes, title, own)
    by_learner: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_learner[row["learner"]].append(row)
    for learner, own_rows in by_learner.items():
        for entry in _own_entries(learner, own_rows, cohort, first):
            found[learner][entry.key] = entry
    return dict(found)


def _group_sessions(rows: list[Row], cohort: Cohort) -> list[tuple[GroupSession, dt.date, list[Row]]]:
    """Each group session with its date and questions: of its dates, the one with most questions that can be its own."""
    left: dict[tuple[str, dt.date], list[Row]] = defaultdict(list)
    for row in rows:
        if row["kind"] == "group-session":
            left[row["course"], row["date"]].append(row)
    found = []
    for session in cohort.group_sessions:
        fits = {
            day: [
                row
                for row in left.get((session.course, day), [])
                if cohort.comes(row["learner"], session) and (not session.skills or row["skill"] in session.skills)
            ]
            for day in session.possible_dates
        }
        day = max(fits, key=lambda one: len(fits[one]))
        if fits[day]:
            found.append((session, day, fits[day]))
            taken = {id(row) for row in fits[day]}
            left[session.course, day] = [row for row in left[session.course, day] if id(row) not in taken]
    return found


def _own_entries(learner: str, rows: list[Row], cohort: Cohort, first: dt.date) -> Iterator[Entry]:
    """Quizzes and steps of a learner: one event for what is sent together."""
    zone = zoneinfo.ZoneInfo(_zone_of(cohort, learner))
    courses = {course.id: course for course in cohort.courses}
    steps = _steps(learner, cohort, first)
    together: dict[tuple[dt.date, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row["kind"] != "group-session":
            together[row["date"], row["kind"], "" if row["kind"] == "quiz" else row["course"]].append(row)
    for (day, kind, course), sent in together.items():
        start = dt.datetime.combine(day, dt.time.fromisoformat(sent[0]["time"]), zone)
        questions = [row for row in sent if row["item"]]
        if kind == "quiz":
            minutes = sum(_minutes(row, courses.get(row["course"])) for row in questions)
            title = f"Quiz: {_count(questions)}"
            yield Entry((kind, day.isoformat()), kind, start, math.ceil(minutes), title, _questions(questions))
            continue
        about = courses[course].name if course in courses else ""
        title = f"{kind.replace('-', ' ').capitalize()}: {about or course}"
        title += f", {_count(questions)}" if questions else ""
        due = steps.get((day, kind, course))
        if due is None:  # a step that the cohort file had when the plan was made
            yield Entry((kind, course, day.isoformat()), kind, start, 1, title, _questions(sent))
        for step, number in due or ():
            key, minutes = ("step", step.id, course, str(number)), step.minutes
            yield Entry(key, kind, start, math.ceil(minutes), title, _questions(sent))


def _steps(learner: str, cohort: Cohort, first: dt.date) -> dict[tuple[dt.date, str, str], list[tuple[Step, int]]]:
    """The steps of a learner with their numbers, by date, kind and course."""
    known = {step.id: step for step in cohort.steps}
    found: dict[tuple[dt.date, str, str], list[tuple[Step, int]]] = defaultdict(list)
    if known:
        for one in cohort.steps_of(learner, first, cohort.last_day(first)):
            if one.effective is not None:
                found[one.effective, one.kind, one.course].append((known[one.step], one.number))
    return found


def _minutes(row: Row, course: Course | None) -> float:
    course = course or Course("unnamed")
    skill = next((one for one in course.skills if one.id == row["skill"]), None)
    return course.minutes if skill is None else course.minutes_of(skill)


def _count(questions: list[Row]) -> str:
    return "1 question" if len(questions) == 1 else f"{len(questions)} questions"


def _questions(rows: list[Row]) -> str:
    """A line a question: what it is about, and why it is there."""
    lines = []
    for row in rows:
        about = ", ".join(text for text in (row["item"], row["skill"]) if text)
        lines.append(": ".join(text for text in (about, row["reason"]) if text))
    return "\n".join(line for line in lines if line)
