"""What a command gets from its arguments: a log, a model, a date."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perdure.errors import InputError

from .output import Output

if TYPE_CHECKING:
    import perdure

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
END_YEAR = 2200


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

    if tz is not None:
        zone_of(tz)
    with output.progress("Reading") as progress:
        log = perdure.read_answers(
            file, columns=columns_of(columns), tz=tz, errors="skip" if skip_bad_rows else "raise", progress=progress
        )
    if len(log) == 0:
        raise InputError(
            "no row can be used", source=str(file), expected="answers; `perdure check` lists what is wrong"
        )
    return log


def read_model(path: Path) -> Any:
    """The model of a file; the baseline that knows no memory is refused."""
    import perdure

    model = perdure.load_model(path)
    if isinstance(model, perdure.PerItem):
        raise InputError(
            "knows no memory", source=str(path), value=model.id, expected="a model that `perdure fit` wrote"
        )
    return model


def moment(text: str, tz: str | None) -> dt.datetime:
    """A date (its first moment) or a date and time, on the clock of `tz` or UTC unless the text names an offset."""
    from perdure.states import instant

    name = "UTC" if tz is None else tz
    zone = zone_of(name)
    since_epoch = instant(text, name)
    if since_epoch >= 0:
        local = dt.timezone(dt.timedelta(seconds=zone.offset(since_epoch)))
        when = (EPOCH + dt.timedelta(milliseconds=since_epoch)).astimezone(local)
        if when.year < END_YEAR:
            return when
    raise InputError("out of range", source="--at", value=text, expected=f"a time from 1970 to {END_YEAR - 1}")


def zone_of(name: str) -> Any:
    """The zone (`perdure._core.time.Zone`) that the package computes with; InputError for a name that has none."""
    from perdure._core import time
    from perdure._zones import search_paths

    try:
        return time.Zone(name, search_paths())
    except ValueError as error:
        raise InputError(str(error), source="--tz") from None


def log_facts(log: Any) -> dict[str, Any]:
    """Size and span of a log, as every `--json` object carries it."""
    return {
        "rows": len(log),
        "learners": len(log.learners),
        "items": len(log.items),
        "first_answered_at": log.first_answered_at,
        "last_answered_at": log.last_answered_at,
    }
