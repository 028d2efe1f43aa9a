"""Made-up histories and rows, as raw columns in a folder that programs in any language read.

Little-endian, one file a column, no header; the name tells the type:

======================  =========================================================================================
``offsets.i64``         card ``c`` holds answers ``offsets[c]`` to ``offsets[c + 1]``; one more than there are cards
``grade.u8``            1 again, 2 hard, 3 good, 4 easy; one an answer, or one a row
``days.u32``            whole days since the card's answer before; 0 at its first
``stability.f32``       days; one a row
``difficulty.f32``      1 to 10; one a row
``target.f32``          recall at which to ask again, 0.7 to 0.97; one a row
======================  =========================================================================================

Nothing here is copied from a real log. The shape is that of flashcards: same-day answers at the start and after a
failure, gaps that grow from success to success, nine answers in ten right.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FIRST_GRADES = (0.25, 0.10, 0.50, 0.15)
SUCCESS_GRADES = (0.20, 0.65, 0.15)  # hard, good, easy
LAPSES = 0.1
LONGEST_GAP = 730  # days
RAGGED_SPREAD = 0.8  # of the length of a ragged history, as a share of the mean


def write_histories(folder: Path, cards: int, answers: int, *, ragged: bool, seed: int) -> None:
    """Write ``cards`` histories of ``answers`` answers, or of that many in the mean (at least one)."""
    rng = np.random.default_rng([seed, cards, answers, int(ragged)])
    lengths = _lengths(rng, cards, answers) if ragged else np.full(cards, answers, dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    grade, days = _answers(rng, lengths, offsets)
    _write(folder, {"offsets.i64": offsets, "grade.u8": grade, "days.u32": days})


def write_rows(folder: Path, rows: int, *, seed: int) -> None:
    """Write ``rows`` states with an answer each: stability 0.1 to 1000 days, gaps around it, a tenth same-day."""
    rng = np.random.default_rng([seed, rows])
    stability = (10.0 ** rng.uniform(-1.0, 3.0, rows)).astype(np.float32)
    days = np.minimum(np.ceil(stability * rng.exponential(1.0, rows)), LONGEST_GAP)
    days[rng.random(rows) < 0.1] = 0.0
    columns: dict[str, npt.NDArray[Any]] = {
        "stability.f32": stability,
        "difficulty.f32": rng.uniform(1.0, 10.0, rows).astype(np.float32),
        "grade.u8": _later_grades(rng, rows),
        "days.u32": days.astype(np.uint32),
        "target.f32": rng.uniform(0.7, 0.97, rows).astype(np.float32),
    }
    _write(folder, columns)


def read(folder: Path, name: str) -> npt.NDArray[Any]:
    """Read one column; its type is the last part of its name."""
    kinds = {"i64": "<i8", "u8": "u1", "u32": "<u4", "f32": "<f4", "f64": "<f8"}
    return np.fromfile(folder / name, dtype=kinds[name.rsplit(".", 1)[1]])


def _lengths(rng: np.random.Generator, cards: int, mean: int) -> npt.NDArray[np.int64]:
    """Lengths of ragged histories: gamma distributed, rounded, at least 1."""
    shape = RAGGED_SPREAD**-2
    return np.maximum(np.rint(rng.gamma(shape, mean / shape, cards)), 1).astype(np.int64)


def _later_grades(rng: np.random.Generator, rows: int) -> npt.NDArray[np.uint8]:
    success = rng.choice(np.array([2, 3, 4], dtype=np.uint8), rows, p=SUCCESS_GRADES)
    return np.where(rng.random(rows) < LAPSES, np.uint8(1), success).astype(np.uint8)


def _answers(
    rng: np.random.Generator, lengths: npt.NDArray[np.int64], offsets: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint32]]:
    """Grades and gaps, made one step at a time for all cards that are long enough."""
    grade = np.empty(offsets[-1], dtype=np.uint8)
    days = np.zeros(offsets[-1], dtype=np.uint32)
    cards = np.argsort(-lengths, kind="stable")
    ascending = np.sort(lengths)
    gap = np.zeros(cards.size)
    for step in range(int(ascending[-1])):
        alive = cards.size - int(np.searchsorted(ascending, step, side="right"))
        at = offsets[cards[:alive]] + step
        if step == 0:
            grade[at] = rng.choice(np.array([1, 2, 3, 4], dtype=np.uint8), alive, p=FIRST_GRADES)
            gap[:alive] = rng.integers(0, 3, alive)
            continue
        days[at] = gap[:alive].astype(np.uint32)
        grade[at] = _later_grades(rng, alive)
        grown = np.minimum(np.ceil(np.maximum(gap[:alive], 0.5) * rng.uniform(1.1, 2.5, alive)), LONGEST_GAP)
        gap[:alive] = np.where(grade[at] == 1, rng.integers(0, 2, alive), grown)
    return grade, days


def _write(folder: Path, columns: dict[str, npt.NDArray[Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, column in columns.items():
        column.tofile(folder / name)
