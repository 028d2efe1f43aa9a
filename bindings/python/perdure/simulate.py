"""Simulated cohorts with known truth: who the learners are, what the items are like, how probable each answer was.

A cohort takes a course with massed practice, then reviews after one, three and six months and a short weekly nugget.
Learners miss some and come late to others, answer on working days, and some leave for good. What becomes of an item
between two answers is a memory family of choice. See docs/how-to/simulate-a-cohort.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cached_property
from numbers import Integral, Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from . import _core, _threads
from .errors import InputError
from .log import UTC_MS, ReviewLog, read_answers
from .states import Moment, instant_from

__all__ = ["MEMORIES", "SimulatedCohort", "Truth", "cohort", "options"]

MEMORIES: tuple[str, ...] = _core.simulate.families
"""Names of the memory families."""

REST = ["sat", "sun"]


def cohort(
    *,
    memory: str = "power-odds",
    seed: int = 0,
    start: dt.date = dt.date(2026, 1, 5),
    days_off: Iterable[dt.date] = (),
    review_days: Sequence[int] = (30, 90, 180),
    choices: Sequence[int] = (4,),
    threads: int | None = None,
    **numbers: float,
) -> SimulatedCohort:
    """Simulate a training cohort that answers shared items of several skills.

    Parameters
    ----------
    memory : {"power-odds", "exponential", "fsrs6", "two-store"}
        How items are forgotten.
    seed : int
        The same seed gives the same cohort, bit for bit; every learner is the same in a cohort of any size.
    start : date
        First day of the first group's course; moved to a working day.
    days_off : iterable of date
        Nobody answers on these days, nor on Saturdays and Sundays.
    review_days : sequence of int
        Days from the end of the course to the reviews.
    choices : sequence of int
        Each item draws its number of options from these; it is guessed with one over that. 0: answered freely.
    threads : int, optional
        The result does not depend on it.
    **numbers
        Any number that `options` lists: ``learners=1000``, ``ability_sd=1.2``.

    Returns
    -------
    SimulatedCohort

    Raises
    ------
    InputError
        An option that is not there, or out of its range.

    Examples
    --------
    >>> made = cohort(learners=20, items=12, seed=1)
    >>> made.truth.recall("2026-12-31").shape
    (20, 12)
    """
    checked = _numbers(numbers)
    arguments = (
        _whole(seed, "seed", 2**64 - 1),
        str(memory),
        [_whole(n, "choices", 2**32 - 1) for n in _sequence(choices, "choices")],
        [_whole(day, "review_days", 2**32 - 1) for day in _sequence(review_days, "review_days")],
        (_date(start, "start") - dt.date(1970, 1, 1)).days,
        _core.time.Calendar(REST, days_off=[_date(day, "days_off") for day in _sequence(days_off, "days_off")]),
        checked,
        _threads.resolve(threads),
    )
    try:
        core = _core.simulate.cohort(*arguments)
    except ValueError as error:
        raise InputError(str(error), source="simulate.cohort") from None
    return SimulatedCohort(core, timed=checked.get("response_seconds", 1.0) > 0.0)


def options() -> pd.DataFrame:
    """The numbers that `cohort` takes: name (the index), default, lower, upper and meaning."""
    rows = pd.DataFrame(_core.simulate.number_options()).set_index("name")
    return rows[["default", "lower", "upper", "doc"]]


class SimulatedCohort:
    """Answers and the truth behind them.

    Attributes
    ----------
    log : ReviewLog
        The answers, learner by learner, each learner's in time order.
    truth : Truth
        What no model may see.
    """

    def __init__(self, core: Any, timed: bool = True) -> None:
        answers = core.answers
        self.truth = Truth(core, answers["probability"])
        self._answers = answers
        self._timed = timed

    def __len__(self) -> int:
        return len(self._answers["learner"])

    def __repr__(self) -> str:
        learners, items = len(self.truth.learners), len(self.truth.items)
        return f"SimulatedCohort({len(self)} answers, {learners} learners, {items} items)"

    @cached_property
    def log(self) -> ReviewLog:
        """The answers as `perdure.read_answers` reads them."""
        return read_answers(self.to_frame())

    def to_frame(self) -> pd.DataFrame:
        """Canonical columns, one row an answer: learner, item, skills, answered_at, shown_at, success, score, session.

        ``response_ms`` is there unless the simulation has no response times; ``session`` is course, review or nugget.
        """
        a = self._answers
        item = pa.array(a["item"])
        columns = {
            "learner": pa.array(self.truth.learners.index, pa.string()).take(pa.array(a["learner"])),
            "item": pa.array(self.truth.items.index, pa.string()).take(item),
            "skills": pa.array(self.truth.items["skill"], pa.string()).take(item),
            "answered_at": pa.array(a["answered_at"]).cast(UTC_MS),
            "shown_at": pa.array(a["shown_at"]).cast(UTC_MS),
            "success": pa.array(a["right"]),
            "score": pa.array(a["score"].astype(np.float64)),
            "session": pa.array(_core.simulate.sessions, pa.string()).take(pa.array(a["session"])),
        }
        if self._timed:
            columns["response_ms"] = pa.array(a["answered_at"] - a["shown_at"])
        frame: pd.DataFrame = pa.table(columns).to_pandas()
        return frame


class Truth:
    """What the simulation knew.

    Attributes
    ----------
    probability : float64 array, shape (answers,)
        True probability that each answer of the log is right, given all that came before; the mean of its score.
    learners : DataFrame
        By learner: ability (log-odds), pace (multiplies elapsed time), attendance (probability of taking a review or a
        nugget), tempo (multiplies response times), starts (date), dropout_days (from then to leaving; inf: never).
    items : DataFrame
        By item: skill, difficulty (log-odds), discrimination, pace, choices, guess.
    skills : DataFrame
        By skill: difficulty.
    """

    def __init__(self, core: Any, probability: npt.NDArray[np.float64]) -> None:
        self._core = core
        self.probability = probability

    @cached_property
    def learners(self) -> pd.DataFrame:
        """Traits by learner."""
        columns = self._core.learners
        columns["starts"] = columns["starts"].astype("datetime64[D]").astype("datetime64[s]")
        return pd.DataFrame(columns, index=_names("learner", len(columns["ability"])))

    @cached_property
    def items(self) -> pd.DataFrame:
        """Traits by item."""
        columns = self._core.items
        columns["skill"] = self.skills.index.to_numpy()[columns["skill"]]
        return pd.DataFrame(columns, index=_names("item", len(columns["difficulty"])))

    @cached_property
    def skills(self) -> pd.DataFrame:
        """Difficulty by skill."""
        difficulty = self._core.skill_difficulty
        return pd.DataFrame({"difficulty": difficulty}, index=_names("skill", len(difficulty)))

    def recall(self, at: Moment, tz: str = "UTC", threads: int | None = None) -> pd.DataFrame:
        """True probability that each learner answers each item right at a moment after the log, guessing included.

        Parameters
        ----------
        at : str, date or datetime
            ISO 8601. A date is its first moment; a time without an offset is local; both in ``tz``.
        tz : str
            IANA zone.
        threads : int, optional
            The result does not depend on it.

        Returns
        -------
        DataFrame, shape (learners, items)
            Indexed as `learners`, with the items as columns.

        Raises
        ------
        InputError
            Not a date; an unknown zone; a moment before the last answer.
        """
        at_ms = instant_from(at, tz, self._core.known_from, "milliseconds")
        recalls = self._core.recall(at_ms, _threads.resolve(threads)).reshape(len(self.learners), len(self.items))
        return pd.DataFrame(recalls, index=self.learners.index, columns=self.items.index)


def _names(kind: str, count: int) -> pd.Index:
    width = len(str(count))
    return pd.Index([f"{kind}-{i:0{width}}" for i in range(1, count + 1)], name=kind)


def _numbers(numbers: dict[str, float]) -> dict[str, float]:
    known = [option["name"] for option in _core.simulate.number_options()]
    for name, value in numbers.items():
        if name not in known:
            raise InputError(
                "no such option", source="simulate.cohort", value=name, expected=f"one of {', '.join(known)}"
            )
        if not isinstance(value, Real) or isinstance(value, bool):
            raise InputError("not a number", source=name, value=value, expected="a number")
    return {name: float(value) for name, value in numbers.items()}


def _whole(value: Any, name: str, most: int) -> int:
    if isinstance(value, Integral) and not isinstance(value, bool) and 0 <= int(value) <= most:
        return int(value)
    expected = f"a whole number in [0, {most}]"
    raise InputError("not a whole number in range", source=name, value=value, expected=expected)


def _sequence(values: Any, name: str) -> list[Any]:
    if not isinstance(values, Iterable) or isinstance(values, str):
        raise InputError("not a sequence", source=name, value=values, expected="a list")
    return list(values)


def _date(value: Any, name: str) -> dt.date:
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise InputError("not a date", source=name, value=value, expected="a datetime.date")
    return value
