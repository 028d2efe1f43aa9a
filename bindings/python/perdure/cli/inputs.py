"""What a command gets from its arguments: a log, a model, a date."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from perdure.errors import InputError

from .output import Output

if TYPE_CHECKING:
    import perdure


def columns_of(pairs: list[str] | None) -> dict[str, str] | None:
    """`["learner=email"]` as `{"learner": "email"}`; the readers check that the names exist."""
    columns: dict[str, str] = {}
    for pair in pairs or ():
        name, equals, yours = pair.partition("=")
        name, yours = name.strip(), yours.strip()
        if not (equals and name and yours):
            raise InputError(
                "not a pair of names", source="--column", value=pair, expected="NAME=YOURS, e.g. learner=email"
            )
        if name in columns:
            raise InputError(
                f"{name} is given twice", source="--column", value=yours, expected=f"only {columns[name]!r}"
            )
        columns[name] = yours
    return columns or None


def read_log(
    file: Path, columns: list[str] | None, tz: str | None, skip_bad_rows: bool, output: Output
) -> perdure.ReviewLog:
    """The answers of `file`; without `skip_bad_rows` the first row that cannot be used ends the command."""
    import perdure

    with output.progress("Reading") as progress:
        log = perdure.read_answers(
            file, columns=columns_of(columns), tz=tz, errors="skip" if skip_bad_rows else "raise", progress=progress
        )
    if len(log) == 0:
        raise InputError(
            "no row can be used", source=str(file), expected="answers; `perdure check` lists what is wrong"
        )
    return log


def moment(text: str, tz: str | None) -> dt.datetime:
    """A date (its first moment) or a date and time, on the clock of `tz` or UTC unless the text names an offset."""
    from perdure.states import instant

    zone = tz or "UTC"
    return dt.datetime.fromtimestamp(instant(text, zone) / 1000, dt.UTC).astimezone(ZoneInfo(zone))


def log_facts(log: Any) -> dict[str, Any]:
    """Size and span of a log, as every `--json` object carries it."""
    return {
        "rows": len(log),
        "learners": len(log.learners),
        "items": len(log.items),
        "first_answered_at": log.first_answered_at,
        "last_answered_at": log.last_answered_at,
    }
