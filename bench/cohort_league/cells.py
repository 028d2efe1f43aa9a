"""What is measured: cohorts, ways to hold answers out, and the cells that can be worked on one beside the other."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas
import perdure
from perdure import ReviewLog
from perdure.splits import MS_PER_DAY

Mask = npt.NDArray[np.bool_]

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
COHORTS = ("cloze", "algebra05")
EPOCH_MS = 1_700_000_000_000
FOLDS = 5
FIRST_SHARE = 0.6
COLD = (25, 50, 100, 200)
"""Training learners of the cold start on cloze."""
SHORT_LEARNERS, SHORT_ANSWERS = 50, 20
"""Training learners, and answers of all, of the cold start with short histories."""


@dataclass(frozen=True)
class Cell:
    """One fit, and the predictions it is judged by."""

    data: str
    protocol: str
    part: int
    model: str


@dataclass(frozen=True)
class Cohort:
    """A cohort's log, whose rows are those of the file in its order, and the columns that a log does not have."""

    name: str
    log: ReviewLog
    learner: npt.NDArray[np.int64]
    seq: npt.NDArray[np.int64]
    fold: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Task:
    """Rows to fit on, rows that predictions may look back on, and which of these are judged."""

    data: str
    train: Mask
    seen: Mask
    judged: Mask
    inner: str
    """What an inner split best holds back: it is to be like the outer one."""


def file_of(data: str) -> Path:
    """Where a cohort lies, beside the repository."""
    return DATA / f"cohort_{data}.csv.gz"


@functools.cache
def cohort(data: str) -> Cohort:
    """A cohort, read through the package.

    Rows of a learner with one time are put a millisecond apart, in the order in which the file has them: the file knows
    the order, and a log knows it by times alone.
    """
    frame = pandas.read_csv(file_of(data))
    learner, seq = (frame[name].to_numpy(np.int64) for name in ("learner", "seq"))
    moment = np.rint(frame["t_days"].to_numpy() * MS_PER_DAY).astype(np.int64)
    for row in range(1, len(frame)):
        if learner[row] == learner[row - 1]:
            moment[row] = max(moment[row], moment[row - 1] + 1)
    table = pandas.DataFrame(
        {
            "learner": frame["learner"].astype(str),
            "item": frame["item"].astype(str),
            "skills": frame["skill"].astype(str),
            "answered_at": pandas.to_datetime(moment + EPOCH_MS, unit="ms", utc=True),
            "success": frame["correct"],
            "attempt": frame["seq"].astype(str),
        }
    )
    log = perdure.read_answers(table)
    if len(log) != len(frame) or not np.array_equal(log.success, frame["correct"]):
        raise ValueError(f"{file_of(data)}: the log does not have the rows of the file, in its order")
    return Cohort(data, log, learner, seq, frame["fold"].to_numpy(np.int64))


def protocols(data: str) -> dict[str, int]:
    """Protocols of a cohort, and of how many parts each is."""
    most = {"A": FOLDS, "B60": 1}
    if data == "cloze":
        most |= {f"cold {learners}": FOLDS for learners in COLD} | {f"cold {SHORT_LEARNERS} x {SHORT_ANSWERS}": FOLDS}
    return most


def task(cohort: Cohort, protocol: str, part: int) -> Task:
    """Rows of one part of a protocol.

    A: learners of a fold are held out, and predicted from their own earlier answers. B60: the first 60 % of each
    learner's answers train; the log that predictions look back on is whole. Cold: as A, with so many training learners,
    the first of a fixed shuffle.
    """
    if protocol == "B60":
        rows = np.bincount(cohort.learner)[cohort.learner]
        train = cohort.seq < np.floor(FIRST_SHARE * rows)
        return Task(cohort.name, train, np.ones(len(train), dtype=np.bool_), ~train, "time")
    held = cohort.fold == part
    if protocol == "A":
        return Task(cohort.name, ~held, held, np.ones(int(held.sum()), dtype=np.bool_), "learner")
    learners, _, answers = protocol.removeprefix("cold ").partition(" x ")
    short = cohort.seq < (int(answers) if answers else np.iinfo(np.int64).max)
    others = np.random.default_rng(part).permutation(np.unique(cohort.learner[~held]))
    train = np.isin(cohort.learner, others[: int(learners)]) & short
    seen = held & short
    return Task(cohort.name, train, seen, np.ones(int(seen.sum()), dtype=np.bool_), "learner")


def rows_of(found: Task) -> npt.NDArray[np.int64]:
    """Rows of the cohort that a task judges."""
    return np.flatnonzero(found.seen)[found.judged]


def subsets(cohort: Cohort) -> dict[str, Mask]:
    """Subsets of rows, by name."""
    gap = cohort.log.histories("exact").gaps()
    return {
        "all": np.ones(len(gap), dtype=np.bool_),
        "rev > 1 d": skill_gap(cohort) > 1.0,
        "item > 1 d": gap > 1.0,
        "first 10": cohort.seq < 10,
    }


def skill_gap(cohort: Cohort) -> npt.NDArray[np.float64]:
    """Days since the learner's last answer on the skill of each row; NaN before the first."""
    core = cohort.log._core
    named = cohort.log.skills_of_items()
    skill = np.unique([named[item] for item in cohort.log.items], return_inverse=True)[1][core.item]
    pair = core.learner.astype(np.int64) * (int(skill.max()) + 1) + skill
    order = np.argsort(pair, kind="stable")
    days = np.full(len(order), np.nan)
    same = np.flatnonzero(np.diff(pair[order]) == 0)
    late, early = order[same + 1], order[same]
    days[late] = (core.answered_at[late] - core.answered_at[early]) / MS_PER_DAY
    return days


def cells(data: list[str], models: dict[str, tuple[str, ...]]) -> Iterator[Cell]:
    """All cells, those that take longest first; a model says the kinds of protocols it is wanted in."""
    for each in sorted(data):
        for model, kinds in models.items():
            for protocol, parts in protocols(each).items():
                if protocol.split()[0] in kinds:
                    yield from (Cell(each, protocol, part, model) for part in range(parts))
