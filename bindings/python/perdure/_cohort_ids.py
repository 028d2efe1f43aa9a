"""Names of a cohort: learners, items and skills as the numbers that a filter knows them by, and logs as its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from . import _core
from .errors import InputError
from .log import ReviewLog

MS_PER_DAY = 86_400_000.0
SESSION_DAYS = 30.0 / 1440.0
"""Where a log does not say when questions were shown, one that follows an answer within half an hour was shown then."""
TICK_DAYS = 1e-9
"""Less than the millisecond that times are kept to, more than double precision loses."""

Columns = tuple[npt.NDArray[Any], ...]
Skills = Mapping[str, str | Sequence[str] | Mapping[str, float]]
Guessing = float | Mapping[str, float] | None


@dataclass
class Ids:
    """What a cohort's learners, items and skills are called, in the order of their numbers."""

    learners: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    skills: list[str] = field(default_factory=list)
    skills_of: list[dict[str, float]] = field(default_factory=list)
    guess_of: list[float] = field(default_factory=list)
    _learner: dict[str, int] = field(default_factory=dict, repr=False)
    _item: dict[str, int] = field(default_factory=dict, repr=False)
    _skill: dict[str, int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._learner = {name: code for code, name in enumerate(self.learners)}
        self._item = {name: code for code, name in enumerate(self.items)}
        self._skill = {name: code for code, name in enumerate(self.skills)}

    def copy(self) -> Ids:
        """Names that can grow without these."""
        return Ids(list(self.learners), list(self.items), list(self.skills), list(self.skills_of), list(self.guess_of))

    def learner_code(self, name: str) -> int:
        """Number of a learner, who is added when new."""
        return _code(self._learner, self.learners, name)

    def skill_code(self, name: str) -> int:
        """Number of a skill, which is added when new."""
        return _code(self._skill, self.skills, name)

    def learner_code_if_known(self, name: str) -> int | None:
        """Number of a learner; None for one who is not known."""
        return self._learner.get(name)

    def item_code_if_known(self, name: str) -> int | None:
        """Number of an item; None for one that is not known."""
        return self._item.get(name)

    def find_learner(self, name: Any) -> int:
        """Number of a learner; InputError for one who is not known."""
        return _find(self._learner, name, "learner")

    def find_item(self, name: Any) -> int:
        """Number of an item; InputError for one that is not known."""
        return _find(self._item, name, "item")

    def find_skill(self, name: Any) -> int:
        """Number of a skill; InputError for one that is not known."""
        return _find(self._skill, name, "skill")

    def add_items(self, filter_: Any, names: Sequence[str], skills: Skills, guessing: Guessing) -> None:
        """Add those items that are new, with their skills and chances of guessing."""
        new = [name for name in names if name not in self._item]
        begin, skill, weight, guesses = [0], [], [], []
        chosen = [(name, weighted(skills.get(name, ()), name), guess(guessing, name)) for name in new]
        for name, its_skills, its_guess in chosen:
            _code(self._item, self.items, name)
            self.skills_of.append(its_skills)
            self.guess_of.append(its_guess)
            for of, much in its_skills.items():
                skill.append(self.skill_code(of))
                weight.append(much)
            begin.append(len(skill))
            guesses.append(its_guess)
        try:
            filter_.add_items(
                np.array(begin, np.uint64),
                np.array(skill, np.uint32),
                np.array(weight, np.float64),
                np.array(guesses, np.float64),
            )
        except ValueError as error:
            raise InputError(str(error), source="items") from None


def restored(ids: Ids, parameters: npt.NDArray[np.float64], state: dict[str, Any]) -> Any:
    """A filter that knows what ``state`` says of these names; ValueError where it does not fit them."""
    filter_ = _core.cohort.Filter(parameters)
    guesses = {name: guess for name, guess in zip(ids.items, ids.guess_of, strict=True) if guess >= 0.0}
    again = Ids(skills=list(ids.skills))
    again.add_items(filter_, ids.items, dict(zip(ids.items, ids.skills_of, strict=True)), guesses)
    filter_.restore(state)
    return filter_


def of_log(
    ids: Ids,
    filter_: Any,
    log: ReviewLog,
    skills: Skills | None,
    guessing: Guessing,
    exposures: Any = None,
) -> Columns:
    """Columns of a log for a filter, to which its learners and items are added where they are new.

    Rows of the log come first; those of exposures follow.
    """
    # a part of a log names those of the whole, too; an item without a row here has no skills here, and would be added
    # without
    who, learner_of_row = np.unique(log._core.learner, return_inverse=True)
    what, item_of_row = np.unique(log._core.item, return_inverse=True)
    items = [log.items[code] for code in what.tolist()]
    ids.add_items(filter_, items, log.skills_of_items() if skills is None else skills, guessing)
    learner = np.array([ids.learner_code(log.learners[code]) for code in who.tolist()], np.uint32)[learner_of_row]
    item = np.array([ids.find_item(name) for name in items], np.uint32)[item_of_row]
    filter_.add_learners(len(ids.learners))
    answered = log._core.answered_at / MS_PER_DAY + _order_of_ties(log)
    score = np.ascontiguousarray(log._more["score"].to_numpy(zero_copy_only=False), np.float32)
    columns = (learner, item, answered, _shown(log, answered), score)
    if exposures is None:
        return columns
    return tuple(
        np.concatenate(pair) for pair in zip(columns, _exposed(ids, filter_, exposures, skills, guessing), strict=True)
    )


def _exposed(ids: Ids, filter_: Any, exposures: Any, skills: Skills | None, guessing: Guessing) -> Columns:
    """Columns of exposures: items that learners saw without answering."""
    try:
        table = pd.DataFrame(exposures)
    except (TypeError, ValueError):
        raise InputError("not a table", source="exposures", expected="columns learner, item and at") from None
    for name in ("learner", "item", "at"):
        if name not in table:
            raise InputError("a column is missing", source="exposures", column=name, expected="learner, item and at")
        if table[name].isna().any():
            row = int(np.flatnonzero(table[name].isna())[0])
            raise InputError(
                "a value is missing", source="exposures", column=name, row=row, expected="one in every row"
            )
    try:
        when = pd.to_datetime(table["at"], utc=False)
    except (TypeError, ValueError):
        when = None
    if when is None or getattr(when.dtype, "tz", None) is None:
        raise InputError(
            "not moments", source="exposures", column="at", expected="timestamps with a UTC offset or a time zone"
        )
    names = table["item"].astype(str).tolist()
    ids.add_items(filter_, list(dict.fromkeys(names)), skills or {}, guessing)
    learner = np.array([ids.learner_code(name) for name in table["learner"].astype(str)], np.uint32)
    filter_.add_learners(len(ids.learners))
    at = (
        when.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[ms]").astype(np.int64).to_numpy() / MS_PER_DAY
    )
    item = np.array([ids.find_item(name) for name in names], np.uint32)
    return learner, item, at, at, np.full(len(table), -1.0, np.float32)


def _order_of_ties(log: ReviewLog) -> npt.NDArray[np.float64]:
    """What to add to times, in days: nothing, or next to nothing where attempts say which of equal times came first.

    Answers of one time do not see each other, for they may have come in together. Numbered attempts tell them apart.
    """
    none = np.zeros(len(log))
    if "attempt" not in log._more:
        return none
    numbers = pc.cast(log._more["attempt"], pa.float64(), safe=False) if _is_numeric(log._more["attempt"]) else None
    if numbers is None:
        return none
    attempt = numbers.to_numpy(zero_copy_only=False)
    order = np.lexsort((attempt, log._core.answered_at, log._core.learner))
    tied = np.r_[
        False,
        (np.diff(log._core.learner[order].astype(np.int64)) == 0)
        & (np.diff(log._core.answered_at[order]) == 0)
        & (np.diff(attempt[order]) > 0),
    ]
    run = np.cumsum(tied)
    none[order] = (run - np.maximum.accumulate(np.where(tied, 0, run))) * TICK_DAYS
    return none


def _is_numeric(values: pa.Array) -> bool:
    try:
        return not pc.any(pc.is_null(pc.cast(values, pa.float64()))).as_py()
    except pa.ArrowInvalid:
        return False


def _shown(log: ReviewLog, answered: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """When questions were shown, in days.

    A time of answering contains how long the answer took, and slow answers are wrong more often: where nothing else is
    known, a question inside a session counts as shown when the answer before it was given.
    """
    shown: npt.NDArray[np.float64] = log._core.shown_at / MS_PER_DAY
    unknown = log._core.shown_at == log._core.answered_at
    if not unknown.any():
        return np.minimum(shown, answered)
    order = np.lexsort((answered, log._core.learner))
    learner, time = log._core.learner[order], answered[order]
    # of equal times, all were shown when the last earlier answer was given
    starts = np.r_[True, (learner[1:] != learner[:-1]) | (time[1:] != time[:-1])]
    group = np.cumsum(starts) - 1
    first = np.flatnonzero(starts)
    before = np.r_[np.nan, np.where(learner[first[1:]] == learner[first[:-1]], time[first[:-1]], np.nan)][group]
    inside = time - before <= SESSION_DAYS
    guessed = np.empty_like(shown)
    guessed[order] = np.where(inside, before, time)
    return np.where(unknown, guessed, shown)


def _code(codes: dict[str, int], names: list[str], name: str) -> int:
    code = codes.setdefault(name, len(names))
    if code == len(names):
        names.append(name)
    return code


def _find(codes: dict[str, int], name: Any, what: str) -> int:
    code = codes.get(name) if isinstance(name, str) else None
    if code is None:
        raise InputError(f"unknown {what}", source=what, value=name, expected=f"a {what} of the log that was fitted")
    return code


def weighted(given: Any, item: str) -> dict[str, float]:
    """Skills of an item and their weights, from any of the forms that a caller may give."""
    if isinstance(given, str):
        return dict.fromkeys((part for part in given.split("|") if part), 1.0)
    if isinstance(given, Mapping):
        found = dict(given)
    elif isinstance(given, Sequence):
        found = dict.fromkeys(given, 1.0)
    else:
        found = {None: None}
    for skill, weight in found.items():
        if not isinstance(skill, str) or isinstance(weight, bool) or not isinstance(weight, int | float):
            raise InputError(
                "not skills", source=f"skills of {item}", value=given, expected="names, or a mapping of name to weight"
            )
    return {str(skill): float(weight) for skill, weight in found.items()}


def guess(guessing: Guessing, item: str) -> float:
    """Probability of guessing an item right; -1 where it is not known."""
    given = guessing.get(item) if isinstance(guessing, Mapping) else guessing
    if given is None:
        return -1.0
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0.0 <= given < 1.0:
        raise InputError("not a probability", source=f"guessing of {item}", value=given, expected="a number in [0, 1)")
    return float(given)
