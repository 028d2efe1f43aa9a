"""The options that several commands share, each described once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from perdure._threads import MOST
from perdure.errors import InputError

MOST_ROWS = 2**31 - 1
MOST_PRIOR_WEIGHT = 1e6


class BadValue(typer.BadParameter):
    """A value that an option does not take, told as `perdure.InputError` tells it."""

    def __init__(self, problem: str, value: object, expected: str) -> None:
        super().__init__(problem)
        self.problem, self.value, self.expected = problem, value, expected


def path_of(text: str | Path) -> Path:
    """A path; an empty one, which would mean the current folder, is refused."""
    if not str(text):
        raise BadValue("the path is empty", "", "the name of a file or folder")
    return Path(text)


def whole(least: int, most: int) -> Callable[[str | int], int]:
    """Parser of whole numbers in a range."""
    return _in_range(int, least, most, f"a whole number from {least} to {most}")


def number(least: float, most: float) -> Callable[[str | float], float]:
    """Parser of numbers in a range."""
    return _in_range(float, least, most, f"a number from {least:g} to {most:g}")


def _in_range(read: Callable[[Any], Any], least: float, most: float, expected: str) -> Callable[[Any], Any]:
    def parse(text: Any) -> Any:
        try:
            value = read(text)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            raise BadValue("not such a number", text, expected)
        return value

    return parse


File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="Answers: CSV, TSV, Parquet or JSON Lines; gzip too.",
        show_default=False,
        parser=path_of,
    ),
]
Tz = Annotated[
    str | None, typer.Option("--tz", metavar="ZONE", help="Zone of clock times that name none, e.g. Europe/Paris.")
]
Column = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="NAME=YOURS", help="Name of your column, e.g. learner=email. Repeat for more."),
]
SkipBadRows = Annotated[
    bool, typer.Option("--skip-bad-rows", help="Leave out rows that cannot be used, and count them.")
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        metavar="N",
        parser=whole(1, MOST),
        help="Threads to use; the result is the same for any number.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
ModelFile = Annotated[
    Path,
    typer.Option(
        "--model",
        "-m",
        metavar="MODEL",
        help="A model that `perdure fit` wrote.",
        show_default=False,
        parser=path_of,
    ),
]


def day(given: str | None, source: str) -> dt.date | None:
    """A date from an option; InputError for what is none."""
    try:
        return None if given is None else dt.date.fromisoformat(given)
    except ValueError:
        raise InputError("no date", source=source, value=given, expected="a date such as 2026-12-18") from None
