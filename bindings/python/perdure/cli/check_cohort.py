"""`perdure check cohort.toml`, and `--cohort` beside a log: what a cohort file says, and what it leaves out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from rich.console import RenderableType

from . import tables
from .plain import Row

SHOWN_FINDINGS = 20
SHOWN_DATES = 6


def inspect(path: Path, log: Any = None) -> Row:
    """What the file says, and the facts that leave a part of the plan out; with a log, about its learners and items."""
    import perdure

    cohort = perdure.Cohort.from_toml(path)
    learners = None if log is None else list(log.learners)
    items = None if log is None else list(log.items)
    first = cohort.start if log is None else first_day(cohort, log)
    found = cohort.findings(learners, items, first)
    return {
        "name": cohort.name,
        "timezone": cohort.timezone,
        "start": first,
        "deadline": cohort.last_day(first) if first else cohort.deadline,
        "target_retention": cohort.target_retention,
        "study_days": _study_days(cohort, first),
        "caps": _caps(cohort.caps),
        "courses": [_course(one) for one in cohort.courses],
        "group_sessions": [_session(one) for one in cohort.group_sessions],
        "steps": _steps(cohort, first),
        "certificates": [one.id for one in cohort.certificates],
        "learners": {
            "listed": len(cohort.learners),
            "with_leave": sum(bool(one.leave) for one in cohort.learners),
            "with_own_caps": sum(bool(_caps(one.caps)) for one in cohort.learners),
        },
        "findings": [{"where": one.where, "what": one.what} for one in found],
    }


def first_day(cohort: Any, log: Any) -> dt.date:
    """First day of a plan: the file's, or the day after the log's last answer on the cohort's clock."""
    import numpy as np

    from perdure import _core
    from perdure._zones import search_paths

    if cohort.start is not None:
        start: dt.date = cohort.start
        return start
    last = np.array([round(log.last_answered_at.timestamp() * 1000)], np.int64)
    day = int(_core.time.local_date(cohort.timezone, last, paths=search_paths())[0])
    return dt.date(1970, 1, 1) + dt.timedelta(day + 1)


def _study_days(cohort: Any, first: dt.date | None) -> int | None:
    if first is None:
        return None
    last = cohort.last_day(first)
    return int(cohort.calendar_of(None, first, last).study_days(first - dt.timedelta(1), last))


def _caps(caps: Any) -> dict[str, Any]:
    from perdure.cohort.keys import parts

    values = {part.name: getattr(caps, part.name) for part in parts(type(caps))}
    return {name: value for name, value in values.items() if value is not None}


def _course(course: Any) -> dict[str, Any]:
    objectives = len(course.items or course.skills)
    return {
        "id": course.id,
        "objectives": objectives or None,
        "training_end": course.training_end,
        "deadline": course.deadline,
        "goal": course.goal.aim,
        "cadence": course.cadence,
    }


def _session(session: Any) -> dict[str, Any]:
    return {
        "id": session.id,
        "course": session.course,
        "dates": list(session.possible_dates),
        "minutes": session.minutes,
    }


def _steps(cohort: Any, first: dt.date | None) -> list[dict[str, Any]]:
    """Steps with their dates for someone for whom nothing differs."""
    dated = cohort.steps_of(None, first, cohort.last_day(first)) if first else []
    return [
        {
            "id": step.id,
            "kind": step.kind,
            "course": step.course,
            "dates": [one.effective for one in dated if one.step == step.id and one.effective],
        }
        for step in cohort.steps
    ]


def render(found: Row) -> list[RenderableType]:
    """The same, for a person."""
    learners = found["learners"]
    listed = (
        f"{learners['listed']} listed, {learners['with_leave']} with leave, {learners['with_own_caps']} with own caps"
    )
    caps = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in found["caps"].items())
    parts: list[RenderableType] = [
        tables.facts(
            [
                ("cohort", found["name"]),
                ("clock", found["timezone"]),
                ("plan", _plan(found)),
                ("caps", caps),
                ("learners", listed),
            ]
        )
    ]
    if found["courses"]:
        keys = ("id", "training_end", "deadline", "goal", "cadence", "objectives")
        rows = [[str(course[key]) if course[key] is not None else "" for key in keys] for course in found["courses"]]
        parts += ["", tables.table("Courses", [key.replace("_", " ") for key in keys], rows, left=5)]
    dates = [[one["id"], "group session", one["course"], _days(one["dates"])] for one in found["group_sessions"]]
    dates += [[one["id"], one["kind"], one["course"] or "every", _days(one["dates"])] for one in found["steps"]]
    if dates:
        parts += ["", tables.table("Dates that are fixed", ["id", "kind", "course", "dates"], dates, left=4)]
    if found["findings"]:
        rows = [[one["where"], one["what"]] for one in found["findings"][:SHOWN_FINDINGS]]
        left = len(found["findings"]) - len(rows)
        note = f"... and {left} more; --json has all." if left else None
        parts += ["", tables.table("To look at", ["key", "fact"], rows, left=2, note=note)]
    return [*parts, "", _verdict(found)]


def _plan(found: Row) -> str:
    if found["start"] is None:
        return "from the day after the log's last answer" + (f" to {found['deadline']}" if found["deadline"] else "")
    return f"{found['start']} to {found['deadline']}, {tables.count(found['study_days'], 'study day')}"


def _days(dates: list[dt.date]) -> str:
    shown = ", ".join(str(day) for day in dates[:SHOWN_DATES])
    return shown + (f" and {len(dates) - SHOWN_DATES} more" if len(dates) > SHOWN_DATES else "")


def _verdict(found: Row) -> str:
    if found["findings"]:
        return f"The file is sound; {tables.count(len(found['findings']), 'fact')} to look at before planning."
    return "The file is sound; nothing in it stands in the way of a plan."
