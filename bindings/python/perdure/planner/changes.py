"""What differs between a plan and the one before it, how much of that is wanted, and why."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from .previous import coming_questions

SCHEMA = pa.schema(
    [
        ("learner", pa.string()),
        ("course", pa.string()),
        ("objective", pa.string()),
        ("change", pa.string()),  # added, moved or dropped
        ("date_before", pa.date32()),  # null for what is added
        ("date", pa.date32()),  # null for what is dropped
        ("recall_before", pa.float64()),  # as the plan before expected it on its day
        ("recall", pa.float64()),  # as it is expected now: on the new day; on the old one for what is dropped
        ("reason", pa.string()),
    ]
)
EVERYTHING = 1e3
"""A margin that no change brings: only those are made that must be."""
SMALLEST, LARGEST, HALVINGS = 1e-5, 1.0, 12
NOTICEABLE = 0.005
"""Recall by which two expectations differ enough to be a reason."""

Key = tuple[str, str, str]
Dates = dict[Key, list[dt.date]]


def dates_of(questions: Any) -> Dates:
    """Dates of each learner's objectives, ascending; ``questions`` as `coming_questions` gives them."""
    found: Dates = defaultdict(list)
    for learner, (course, objective), day in questions:
        found[learner, course, objective].append(day)
    return {key: sorted(days) for key, days in found.items()}


def pairs(before: list[dt.date], after: list[dt.date]) -> list[tuple[dt.date | None, dt.date | None]]:
    """What became of the dates of one objective: moved in order of time, and what is over is added or dropped."""
    old = [day for day in before if day not in after]
    new = [day for day in after if day not in before]
    both = min(len(old), len(new))
    moved: list[tuple[dt.date | None, dt.date | None]] = list(zip(old[:both], new[:both], strict=True))
    return moved + [(day, None) for day in old[both:]] + [(None, day) for day in new[both:]]


def count(before: Dates, after: Dates) -> int:
    """Number of changes between two plans."""
    return sum(len(pairs(before.get(key, []), after.get(key, []))) for key in {*before, *after})


def margin_for(most: int | None, changes: Callable[[float], int]) -> tuple[float, int, int | None]:
    """The least that a change must bring for at most so many of them.

    Parameters
    ----------
    most : int, optional
        None for as many as there are.
    changes : callable
        Number of changes for a margin.

    Returns
    -------
    margin : float
    changes : int
        More than ``most`` where so many cannot be avoided.
    forced : int, optional
        Changes that no margin avoids; None where it was not looked for.
    """
    free = changes(0.0)
    if most is None or free <= most:
        return 0.0, free, None
    forced = changes(EVERYTHING)
    best = EVERYTHING, forced
    low, high = SMALLEST, LARGEST
    for _ in range(HALVINGS if forced <= most else 0):
        middle = (low * high) ** 0.5
        found = changes(middle)
        if found <= most:
            best, high = (middle, found), middle
        else:
            low = middle
    return *best, forced


def difference(
    coming: pa.Table,
    table: pa.Table,
    recall_on: Callable[[str, str, str, dt.date], float | None],
    why_not: Callable[[str, str, str, dt.date], str | None],
) -> pa.Table:
    """The changes from the coming rows of a plan to those of a new one, with a reason each, by learner.

    Parameters
    ----------
    recall_on : callable
        Expected recall of a learner's course and objective on a date, when it is not asked before; None when unknown.
    why_not : callable
        Why a learner cannot be asked it on a date; None when they can.
    """
    before, after = dates_of(coming_questions(coming)), dates_of(coming_questions(table))
    expected, now = _facts(coming), _facts(table)
    rows: list[dict[str, Any]] = []
    for key in sorted({*before, *after}):
        for old, new in pairs(before.get(key, []), after.get(key, [])):
            was = None if old is None else expected[key, old][0]
            recall = recall_on(*key, old) if new is None and old is not None else now[key, new][0] if new else None
            if old is None and new is not None:
                change, reason = "added", now[key, new][1]
            else:
                assert old is not None
                is_next = old == before[key][0]  # what is believed now has seen no question of the plan before it
                here = recall_on(*key, old) if is_next else None
                change = "dropped" if new is None else "moved"
                reason = why_not(*key, old) or _because(change, old, was, here)
                if new is not None:
                    reason += f"; on {new} {now[key, new][1]}"
            rows.append(dict(zip(SCHEMA.names, (*key, change, old, new, was, recall, reason), strict=True)))
    return pa.Table.from_pylist(rows, SCHEMA)


def _facts(table: pa.Table) -> dict[tuple[Key, dt.date], tuple[float | None, str]]:
    """Predicted recall and reason of every question."""
    names = ("learner", "course", "item", "skill", "date", "kind", "predicted_recall", "reason")
    return {
        ((learner, course or "", skill or item), day): (recall, reason)
        for learner, course, item, skill, day, kind, recall, reason in zip(
            *(table[name].to_pylist() for name in names), strict=True
        )
        if item is not None and kind != "group-session"
    }


def _because(change: str, old: dt.date, was: float | None, here: float | None) -> str:
    is_weaker = was is not None and here is not None and here < was
    if was is None or here is None or abs(was - here) < NOTICEABLE or (is_weaker and change == "dropped"):
        return f"its place on {old} is worth more to another question"
    turn = "answers since have strengthened it" if here > was else "it is weaker than was expected"
    return f"{turn}: on {old} recall would be {100 * here:.0f} %, not {100 * was:.0f} %"
