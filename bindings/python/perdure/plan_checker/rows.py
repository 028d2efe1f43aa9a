"""The rows of a plan's file, by learner."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import os
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..plan_table import KINDS

COLUMNS = ("learner", "course", "item", "skill", "date", "time", "kind", "prerequisites_met")
"""What is read; what a plan predicts is not checked here."""
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
WITHOUT_ITEM = ("session", "cold-evaluation", "nugget")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a plan; empty texts are None, but for the course."""

    learner: str
    course: str
    item: str | None
    skill: str | None
    date: dt.date
    time: dt.time
    kind: str
    prerequisites_met: dt.date | None


def read(path: str | os.PathLike[str]) -> dict[str, list[Row]]:
    """Rows by learner, in order of the file; InputError names the line and the column of what does not fit."""
    source = os.fsdecode(path)
    try:
        with Path(source).open(encoding="utf-8-sig", newline="") as file:
            return _rows(csv.reader(file, strict=True), source)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", source=source, expected="a plan (CSV)") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"not a CSV file in UTF-8: {error}", source=source, expected="a plan (CSV)") from None


def _rows(reader: Any, source: str) -> dict[str, list[Row]]:
    head: list[str] = next(reader, [])
    missing = [name for name in COLUMNS if name not in head]
    if missing:
        found = ", ".join(head) or "nothing"
        raise InputError("has no column " + ", ".join(missing), source=source, value=found, expected="a plan (CSV)")
    places = [head.index(name) for name in COLUMNS]
    found_rows: dict[str, list[Row]] = defaultdict(list)
    for fields in reader:
        line = reader.line_num
        if len(fields) != len(head):
            raise InputError(
                "has another number of fields", source=source, row=line, value=len(fields), expected=str(len(head))
            )
        row = _row(dict(zip(COLUMNS, (fields[place] for place in places), strict=True)), source, line)
        found_rows[row.learner].append(row)
    return dict(found_rows)


def _row(values: dict[str, str], source: str, line: int) -> Row:
    def wrong(column: str, expected: str) -> InputError:
        value = values[column] or "nothing"
        return InputError("does not fit", source=source, row=line, column=column, value=value, expected=expected)

    def day(column: str) -> dt.date:
        found = _day(values[column])
        if found is None:
            raise wrong(column, "a date such as 2026-12-18")
        return found

    if not values["learner"]:
        raise wrong("learner", "the id of a learner")
    if values["kind"] not in KINDS:
        raise wrong("kind", f"one of {', '.join(KINDS)}")
    if not CLOCK.fullmatch(values["time"]):
        raise wrong("time", "a time of day such as 09:00")
    if values["kind"] in WITHOUT_ITEM and values["item"]:
        raise wrong("item", f"nothing: a {values['kind']} asks no question")
    if values["kind"] in ("quiz", "group-session") and not values["item"]:
        raise wrong("item", f"the question of the {values['kind']}")
    return Row(
        values["learner"],
        values["course"],
        values["item"] or None,
        values["skill"] or None,
        day("date"),
        dt.time.fromisoformat(values["time"]),
        values["kind"],
        day("prerequisites_met") if values["prerequisites_met"] else None,
    )


@functools.lru_cache(maxsize=8192)
def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if len(text) == len("2026-12-18") else None
    except ValueError:
        return None
