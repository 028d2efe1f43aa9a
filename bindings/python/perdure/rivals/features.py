"""What logistic rivals see of a log: who, what, and how often it was answered, and answered right, so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..log import ReviewLog
from ..splits import MS_PER_DAY

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

WINDOWS = (1.0 / 24.0, 1.0, 7.0, 30.0, np.inf)
"""Days of the time windows of DASH and DAS3H: an hour, a day, a week, a month, always."""
EVER = (np.inf,)


@dataclass(frozen=True)
class Incidence:
    """Which things a row is about: one entry for each row and thing, in row order."""

    row: Codes
    thing: Codes
    """Place of the thing among `names`."""
    names: list[str]


@dataclass(frozen=True)
class Counts:
    """Earlier answers of each entry's learner to its thing; one column a window."""

    attempts: Floats
    wins: Floats


def items(log: ReviewLog) -> Incidence:
    """The item of every row."""
    return Incidence(np.arange(len(log)), log._core.item.astype(np.int64), log.items)


def skills(log: ReviewLog) -> Incidence:
    """The skills of every row's item; an item without any is a skill of its own, named as the item is.

    One common skill for all items without one would take their history away from models that know nothing else;
    the item's own keeps it. Names of skills and of items that stand in for one are kept apart.
    """
    given = log.skills_of_items()
    names: dict[str, int] = {}
    of_item: list[list[int]] = []
    for item in log.items:
        named = dict.fromkeys(part for part in given.get(item, "").split("|") if part)
        own = [f"skill {name}" for name in named] or [f"item {item}"]
        of_item.append([names.setdefault(name, len(names)) for name in own])
    each = np.array([len(found) for found in of_item], dtype=np.int64)
    flat = np.array([skill for found in of_item for skill in found], dtype=np.int64)
    first = np.cumsum(each) - each
    item = log._core.item.astype(np.int64)
    row = np.repeat(np.arange(len(log)), each[item])
    within = np.arange(len(row)) - np.repeat(np.cumsum(each[item]) - each[item], each[item])
    return Incidence(row, flat[first[item[row]] + within], list(names))


def everything(log: ReviewLog) -> Incidence:
    """One thing that every row is about: counts of it are those of the learner."""
    return Incidence(np.arange(len(log)), np.zeros(len(log), dtype=np.int64), ["all"])


def counts(log: ReviewLog, about: Incidence, windows: Iterable[float] = EVER) -> Counts:
    """Attempts and right answers, of the same learner to the same thing, before each row.

    Before means answered strictly earlier; rows with the same time do not see each other. A window of L days holds
    what was answered less than L days before the row was shown.
    """
    core = log._core
    pair = core.learner[about.row].astype(np.int64) * max(1, len(about.names)) + about.thing
    order = np.argsort(pair, kind="stable")  # rows of a learner are in time order, so entries of a pair are too
    row = about.row[order]
    pair = np.unique(pair[order], return_inverse=True)[1].astype(np.int64)
    moments, answered = np.unique(core.answered_at, return_inverse=True)
    base = pair * (len(moments) + 1)
    place = base + answered[row]
    here = np.searchsorted(place, place)
    right = np.concatenate(([0], np.cumsum(log.success[row], dtype=np.int64)))
    attempts, wins = [], []
    for days in windows:
        since: Codes | int = 0
        if np.isfinite(days):
            since = np.searchsorted(moments, core.shown_at[row] - round(days * MS_PER_DAY), side="right")
        start = np.minimum(np.searchsorted(place, base + since), here)
        attempts.append(here - start)
        wins.append(right[here] - right[start])
    back = np.empty(len(order), dtype=np.int64)
    back[order] = np.arange(len(order))
    stacked = [np.stack(columns, axis=1)[back].astype(np.float64) for columns in (attempts, wins)]
    return Counts(*stacked)
