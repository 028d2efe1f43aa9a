"""Who is planned for, when and under which caps: the cohort file, and the same as an object."""

from __future__ import annotations

import datetime as dt
import difflib
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from . import _core
from ._zones import search_paths
from .errors import InputError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_HORIZON = 3660
MOST_QUESTIONS = 10_000

Leave = tuple[dt.date, dt.date]


@dataclass(frozen=True)
class LearnerException:
    """What differs for one learner.

    Parameters
    ----------
    id : str
        As in the log.
    questions_per_day : int, optional
        Own cap; the cohort's when not given.
    leave : sequence of (date, date)
        First and last day of each absence, both included.
    """

    id: str
    questions_per_day: int | None = None
    leave: tuple[Leave, ...] = ()


@dataclass(frozen=True)
class Cohort:
    """Rules of a plan.

    Parameters
    ----------
    timezone : str
        IANA zone of the cohort's dates.
    start : date, optional
        First day that may be planned; the day after the log's last answer when not given.
    deadline : date, optional
        Last day of the plan, not before ``start``; ``horizon_days`` from the start on when not given.
    horizon_days : int
        In [1, 3660]; counts from ``start`` when there is no deadline.
    target_retention : float
        In (0, 1): an item is asked again on the last day on which predicted recall is at least this.
    questions_per_day : int
        Cap for each learner, at least 1.
    working_days : sequence of str
        Of mon, tue, wed, thu, fri, sat, sun; at least one.
    days_off : sequence of date
        Public holidays and closures.
    learners : sequence of LearnerException
        Those for whom something differs.
    name : str
        For titles.
    source : str
        Named in error messages.

    Raises
    ------
    InputError
        A value that does not fit: the key, the value and what was expected.

    Examples
    --------
    >>> Cohort("Europe/Paris", deadline=dt.date(2026, 12, 18), questions_per_day=3).target_retention
    0.9
    """

    timezone: str
    start: dt.date | None = None
    deadline: dt.date | None = None
    horizon_days: int = 90
    target_retention: float = 0.9
    questions_per_day: int = 5
    working_days: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri")
    days_off: tuple[dt.date, ...] = ()
    learners: tuple[LearnerException, ...] = ()
    name: str = ""
    source: str = field(default="Cohort", compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise _misfit(self.source, "cohort.name", self.name, "text")
        self._check_zone()
        self._check_dates()
        _whole(self.source, "cohort.horizon_days", self.horizon_days, 1, LONGEST_HORIZON)
        _whole(self.source, "caps.questions_per_day", self.questions_per_day, 1, MOST_QUESTIONS)
        target = self.target_retention
        if isinstance(target, bool) or not isinstance(target, Real) or not 0.0 < target < 1.0:
            raise _misfit(self.source, "cohort.target_retention", target, "a number between 0 and 1, both excluded")
        self._check_calendar()
        self._check_learners()

    @classmethod
    def from_toml(cls, path: str | os.PathLike[str]) -> Cohort:
        """Read a cohort file (docs/how-to/cohort-file.md).

        InputError names the file, the key, the value and what was expected.
        """
        source = os.fspath(path)
        try:
            document = tomllib.loads(Path(source).read_text(encoding="utf-8"))
        except OSError as error:
            raise InputError(
                f"cannot be read: {error.strerror}", source=source, expected="a cohort file in TOML"
            ) from None
        except (ValueError, RecursionError) as error:
            raise InputError(f"not TOML: {error}", source=source, expected="a cohort file in TOML") from None
        return _from_document(document, source)

    def calendar(self, leave: Sequence[Leave] = ()) -> Any:
        """Study calendar of a learner with these absences (`perdure._core.time.Calendar`)."""
        rest = [day for day in WEEKDAYS if day not in self.working_days]
        calendar = _core.time.Calendar(rest, days_off=self.days_off)
        for first, last in leave:
            calendar = calendar.with_leave(first, last)
        return calendar

    def _check_zone(self) -> None:
        if not isinstance(self.timezone, str) or not self.timezone:
            raise _misfit(self.source, "cohort.timezone", self.timezone, "an IANA zone, e.g. Europe/Paris")
        try:
            _core.time.Zone(self.timezone, search_paths())
        except ValueError:
            raise _misfit(
                self.source, "cohort.timezone", self.timezone, "a known IANA zone, e.g. Europe/Paris"
            ) from None

    def _check_dates(self) -> None:
        for key, value in (("start", self.start), ("deadline", self.deadline)):
            if value is not None:
                _day(self.source, f"cohort.{key}", value)
        if self.start and self.deadline and self.deadline < self.start:
            raise _misfit(
                self.source, "cohort.deadline", self.deadline.isoformat(), f"{self.start} (cohort.start) or later"
            )

    def _check_calendar(self) -> None:
        days = self.working_days
        if not isinstance(days, tuple | list) or not days or any(day not in WEEKDAYS for day in days):
            found = list(days) if isinstance(days, tuple) else days
            raise _misfit(self.source, "calendar.working_days", found, f"one or more of {', '.join(WEEKDAYS)}")
        if not isinstance(self.days_off, tuple | list):
            raise _misfit(self.source, "calendar.days_off", self.days_off, "dates")
        for day in self.days_off:
            _day(self.source, "calendar.days_off", day)

    def _check_learners(self) -> None:
        if not isinstance(self.learners, tuple | list):
            raise _misfit(self.source, "learners", self.learners, "exceptions of learners")
        seen: set[str] = set()
        for number, learner in enumerate(self.learners, 1):
            key = f"learners[{number}]"
            if not isinstance(learner, LearnerException):
                raise _misfit(self.source, key, learner, "a LearnerException")
            self._check_learner(learner, key)
            if learner.id in seen:
                raise _misfit(self.source, f"{key}.id", learner.id, "each learner once")
            seen.add(learner.id)

    def _check_learner(self, learner: LearnerException, key: str) -> None:
        if not isinstance(learner.id, str) or not learner.id:
            raise _misfit(self.source, f"{key}.id", learner.id, "the id of a learner, as text")
        if learner.questions_per_day is not None:
            _whole(self.source, f"{key}.questions_per_day", learner.questions_per_day, 1, MOST_QUESTIONS)
        for period in learner.leave:
            if not isinstance(period, tuple | list) or len(period) != 2:
                raise _misfit(self.source, f"{key}.leave", period, "a first and a last day")
            first, last = period
            _day(self.source, f"{key}.leave.first", first)
            _day(self.source, f"{key}.leave.last", last)
            if last < first:
                raise _misfit(self.source, f"{key}.leave.last", last.isoformat(), f"{first} (its first day) or later")
            if (last - first).days > LONGEST_HORIZON:
                raise _misfit(
                    self.source, f"{key}.leave.last", last.isoformat(), f"at most {LONGEST_HORIZON} days after {first}"
                )


_KEYS: dict[str, tuple[str, ...]] = {
    "": ("cohort", "caps", "calendar", "learners"),
    "cohort": ("name", "timezone", "start", "deadline", "horizon_days", "target_retention"),
    "caps": ("questions_per_day",),
    "calendar": ("working_days", "days_off"),
    "learners": ("id", "questions_per_day", "leave"),
    "leave": ("first", "last"),
}


def _from_document(document: Mapping[str, Any], source: str) -> Cohort:
    _only_known(source, "", document, "")
    cohort = _table(source, document, "cohort")
    if "timezone" not in cohort:
        raise InputError("missing", source=f"{source}, key cohort.timezone", expected="an IANA zone, e.g. Europe/Paris")
    calendar = _table(source, document, "calendar")
    values: dict[str, Any] = {**cohort, **_table(source, document, "caps")}
    for key in ("working_days", "days_off"):
        if key in calendar:
            values[key] = tuple(_list(source, f"calendar.{key}", calendar[key]))
    if any(not isinstance(day, str) for day in values.get("working_days", ())):
        raise _misfit(
            source, "calendar.working_days", list(values["working_days"]), f"one or more of {', '.join(WEEKDAYS)}"
        )
    learners = _list(source, "learners", document.get("learners", []))
    return Cohort(
        **values, learners=tuple(_learner(source, n, entry) for n, entry in enumerate(learners, 1)), source=source
    )


def _learner(source: str, number: int, entry: Any) -> LearnerException:
    key = f"learners[{number}]"
    _only_known(source, key, _is_table(source, key, entry), "learners")
    if "id" not in entry:
        raise InputError("missing", source=f"{source}, key {key}.id", expected="the id of a learner, as text")
    leave = []
    for period in _list(source, f"{key}.leave", entry.get("leave", [])):
        _only_known(source, f"{key}.leave", _is_table(source, f"{key}.leave", period), "leave")
        for end in _KEYS["leave"]:
            _day(source, f"{key}.leave.{end}", period.get(end))
        leave.append((period["first"], period["last"]))
    return LearnerException(entry["id"], entry.get("questions_per_day"), tuple(leave))


def _table(source: str, document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = _is_table(source, name, document.get(name, {}))
    _only_known(source, name, table, name)
    return table


def _is_table(source: str, key: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _misfit(source, key, value, "a table of keys and values")
    return value


def _list(source: str, key: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _misfit(source, key, value, "a list")
    return value


def _only_known(source: str, key: str, table: Mapping[str, Any], kind: str) -> None:
    for name in table:
        if name not in _KEYS[kind]:
            near = difflib.get_close_matches(name, _KEYS[kind], n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            where = f"{key}.{name}" if key else name
            raise InputError("unknown key", source=f"{source}, key {where}", expected=", ".join(_KEYS[kind]) + hint)


def _day(source: str, key: str, value: Any) -> None:
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise _misfit(source, key, value, "a date such as 2026-12-18")
    if not 1970 <= value.year < 2200:
        raise _misfit(source, key, value.isoformat(), "a date from 1970-01-01 to 2199-12-31")


def _whole(source: str, key: str, value: Any, least: int, most: int) -> None:
    number = value if isinstance(value, Integral) and not isinstance(value, bool) else least - 1
    if not least <= int(number) <= most:
        raise _misfit(source, key, value, f"a whole number from {least} to {most}")


def _misfit(source: str, key: str, value: Any, expected: str) -> InputError:
    return InputError(
        "does not fit", source=f"{source}, key {key}", value="nothing" if value is None else value, expected=expected
    )
