"""Logs to fit, as raw columns in a folder that programs in any language read, one row an answer, in time order.

Little-endian, one file a column, no header; the name tells the type:

===================  =====================================================
``learner.u32``      code of the learner, 0, 1, 2, ...
``item.u32``         code of the item
``answered_at.i64``  ms since 1970-01-01 UTC; no card has two equal ones
``grade.u8``         1 again, 2 hard, 3 good, 4 easy
===================  =====================================================

A card is a learner and an item. Elapsed days are whole periods of 24 hours since the card's answer before, for every
side, and what is predicted are the answers a day or more after it. Nothing is stored: real logs are read where they lie
beside the repository, others are simulated from a seed.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.peers.histories import FIRST_GRADES, SUCCESS_GRADES, read
from bench.peers.sides import ROOT, UnavailableError

from . import fsrs6
from .fsrs6 import Floats

REAL_LOGS = ROOT.parent / "shared" / "data"
DAY_MS = 86_400_000
START_MS = 1_577_836_800_000  # 2020-01-01
SAME_DAY_MS = 600_000  # between two answers of a card on one day
LONGEST_GAP = 365  # days: a hundred answers then end before the year 2200
SAME_DAY_SUCCESS = 0.85
# Parameters that simulated learners have: FSRS-6's, each some way off its default.
TRUTH: Floats = np.array(
    [0.4, 1.0, 3.2, 12.0, 6.9, 0.7, 2.6, 0.02, 1.7, 0.22, 1.0, 1.25, 0.08, 0.32, 1.4, 0.5, 2.3, 0.45, 0.15, 0.1, 0.22]
)
# Spread of the logarithms of a learner's parameters around those, in a cohort.
COHORT_SPREAD = 0.25


@dataclass(frozen=True)
class Log:
    """One log, in memory."""

    learner: npt.NDArray[np.uint32]
    item: npt.NDArray[np.uint32]
    answered_at: npt.NDArray[np.int64]
    grade: npt.NDArray[np.uint8]

    @property
    def rows(self) -> int:
        """How many answers."""
        return int(self.grade.size)

    @property
    def bytes(self) -> int:
        """What the columns take."""
        return sum(column.nbytes for column in (self.learner, self.item, self.answered_at, self.grade))

    def first(self, rows: int) -> Log:
        """The first ``rows`` answers: what was known at that time."""
        return Log(self.learner[:rows], self.item[:rows], self.answered_at[:rows], self.grade[:rows])

    def is_early(self, answers: int) -> npt.NDArray[np.bool_]:
        """Whether each row is among the first ``answers`` of its learner."""
        order = np.argsort(self.learner, kind="stable")
        learner = self.learner[order]
        place = np.empty(self.rows, dtype=np.int64)
        place[order] = np.arange(self.rows) - np.searchsorted(learner, learner, side="left")
        return place < answers

    def where(self, mask: npt.NDArray[np.bool_]) -> Log:
        """Return the rows of a mask."""
        return Log(self.learner[mask], self.item[mask], self.answered_at[mask], self.grade[mask])

    def write(self, folder: Path) -> None:
        """Write the columns."""
        folder.mkdir(parents=True, exist_ok=True)
        self.learner.astype("<u4").tofile(folder / "learner.u32")
        self.item.astype("<u4").tofile(folder / "item.u32")
        self.answered_at.astype("<i8").tofile(folder / "answered_at.i64")
        self.grade.tofile(folder / "grade.u8")

    @classmethod
    def read(cls, folder: Path) -> Log:
        """Read what `write` wrote."""
        return cls(*(read(folder, name) for name in ("learner.u32", "item.u32", "answered_at.i64", "grade.u8")))


def real_log(name: str) -> Log:
    """``anki_josh`` or ``anki_niplav``, answers alone: manual changes of a card (no grade) are not answers."""
    path = REAL_LOGS / f"{name}.csv.gz"
    if not path.exists():
        raise UnavailableError(f"no {name}.csv.gz in shared/data beside the repository")
    table = np.array(list(_answers(path)), dtype=np.int64)
    order = np.lexsort((table[:, 0], table[:, 1]))
    card, when, grade = table[order].T
    item = np.unique(card, return_inverse=True)[1]
    # Answers of one card at one moment have no order that all sides share: the first of them stays.
    kept = np.sort(np.unique(np.stack([item, when]), axis=1, return_index=True)[1])
    return Log(
        np.zeros(kept.size, dtype=np.uint32),
        item[kept].astype(np.uint32),
        when[kept],
        grade[kept].astype(np.uint8),
    )


def _answers(path: Path) -> Iterator[tuple[int, int, int]]:
    """Card, time in ms and grade of each answer, from either layout."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            grade = int(row["rating"] if "rating" in row else row["review_rating"])
            if not 1 <= grade <= 4 or row.get("review_type") == "4":
                continue
            if "review_time_ms" in row:
                when = int(row["review_time_ms"])
            else:
                when = round(datetime.fromisoformat(row["review_time"]).timestamp() * 1000.0)
            yield int(row["card_id"]), when, grade


def simulated(cards: int, answers: int, *, learners: int, seed: int) -> Log:
    """``cards`` cards with ``answers`` answers each, all learners with the parameters `TRUTH`."""
    w = np.asarray(TRUTH)
    return _simulated(w, cards, answers, learners, np.random.default_rng([seed, cards, answers]), planned_by=w)


def simulated_cohort(
    learners: int, cards: int, answers: int, *, seed: int, own_gaps: bool = False
) -> tuple[Log, Floats]:
    """Learners with parameters of their own around `TRUTH`; the log, and those parameters, (learners, 21).

    With ``own_gaps`` gaps are planned by each learner's own parameters: a long one then tells that this learner forgets
    slowly, and parameters that all share are fitted to that.
    """
    rng = np.random.default_rng([seed, learners, cards, answers])
    own = TRUTH * np.exp(COHORT_SPREAD * rng.standard_normal((learners, TRUTH.size)))
    own[:, 7] = np.minimum(own[:, 7], 0.75)
    own[:, 15] = np.minimum(own[:, 15], 1.0)
    own[:, 16] = np.maximum(own[:, 16], 1.0)
    own[:, :4] = np.sort(own[:, :4], axis=1)
    learner_of_card = np.arange(learners * cards) % learners
    w = own[learner_of_card].T
    return _simulated(w, learners * cards, answers, learners, rng, planned_by=w if own_gaps else np.asarray(TRUTH)), own


def _simulated(
    w: Floats, cards: int, answers: int, learners: int, rng: np.random.Generator, *, planned_by: Floats
) -> Log:
    """Gaps around the stability by ``planned_by``, same-day answers after half of the failures, outcomes by ``w``."""
    grade = np.empty((answers, cards), dtype=np.uint8)
    when = np.empty((answers, cards), dtype=np.int64)
    grade[0] = rng.choice(np.array([1, 2, 3, 4], dtype=np.uint8), cards, p=FIRST_GRADES)
    when[0] = START_MS + DAY_MS * rng.integers(0, 730, cards) + rng.integers(0, DAY_MS // 2, cards)
    stability, difficulty = fsrs6.first(w, grade[0])
    believed, believed_difficulty = fsrs6.first(planned_by, grade[0])
    for step in range(1, answers):
        ideal = believed * np.exp(0.6 * rng.standard_normal(cards))
        days = np.clip(np.rint(ideal), 1.0, LONGEST_GAP)
        days[(grade[step - 1] == 1) & (rng.random(cards) < 0.5)] = 0.0
        p = np.where(days > 0.0, fsrs6.recall(w, stability, days), SAME_DAY_SUCCESS)
        passed = rng.choice(np.array([2, 3, 4], dtype=np.uint8), cards, p=SUCCESS_GRADES)
        grade[step] = np.where(rng.random(cards) < p, passed, np.uint8(1))
        when[step] = when[step - 1] + np.where(days > 0.0, days.astype(np.int64) * DAY_MS, SAME_DAY_MS)
        stability, difficulty = fsrs6.review(w, stability, difficulty, days, grade[step])
        believed, believed_difficulty = fsrs6.review(planned_by, believed, believed_difficulty, days, grade[step])
    card = np.broadcast_to(np.arange(cards, dtype=np.uint32), grade.shape)
    order = np.lexsort((card.ravel(), when.ravel()))
    ordered = card.ravel()[order]
    return Log(
        (ordered % learners).astype(np.uint32),
        (ordered // learners).astype(np.uint32),
        when.ravel()[order],
        grade.ravel()[order],
    )
