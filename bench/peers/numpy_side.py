"""Perdure as one side, as Python sees it: `perdure.batch` over NumPy columns.

WORK is ``replay``, ``update``, ``schedule`` or ``recall`` on one thread, with results in new arrays; with ``-out``
after it, into arrays that are there already; with ``-2``, the same on two threads; with ``@PROFILE``, by the rules of
another peer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import perdure
from perdure import batch

from .histories import read
from .serve import Prepare, Results, serve

ROWS = ("stability.f32", "difficulty.f32", "grade.u8", "days.u32")
TARGET = 0.9
MODEL = "fsrs6"
Work = tuple[Callable[[], Any], int, Callable[[Any], Results]]


@cache
def _room(rows: int, columns: int) -> tuple[npt.NDArray[np.float32], ...]:
    """Arrays that the system has handed out in full: zeros would come page by page, at the first write."""
    return tuple(np.ones(rows, dtype=np.float32) for _ in range(columns))


@dataclass(frozen=True)
class How:
    """How a piece of work is asked for."""

    profile: str = "fsrs_rs"
    threads: int = 1
    reuses: bool = False  # results go into arrays that are there already

    def call(self, function: Callable[..., Any], *arguments: Any, rows: int, columns: int) -> Callable[[], Any]:
        """Return a call without arguments, with room for its results where they go into given arrays."""
        room = _room(rows, columns) if self.reuses else None
        out = room[0] if room and columns == 1 else room
        return partial(function, MODEL, *arguments, profile=self.profile, threads=self.threads, out=out)


@cache
def _column(folder: Path, name: str) -> npt.NDArray[Any]:
    values = read(folder, name)
    return values.astype(np.float32) if name == "days.u32" else values


def _columns(folder: Path, count: int, *names: str) -> list[npt.NDArray[Any]]:
    return [_column(folder, name)[:count] for name in names]


def _named(made: tuple[npt.NDArray[np.float32], ...]) -> Results:
    return {"stability": made[0], "difficulty": made[1]}


def _replay(how: How, folder: Path, count: int) -> Work:
    offsets = _column(folder, "offsets.i64")[: count + 1]
    answers = int(offsets[-1])
    grade, days = _columns(folder, answers, "grade.u8", "days.u32")
    return how.call(batch.replay, offsets, grade, days, rows=count, columns=2), answers, _named


def _update(how: How, folder: Path, count: int) -> Work:
    stability, difficulty, grade, days = _columns(folder, count, *ROWS)
    run = how.call(batch.review, (stability, difficulty), grade, days, rows=count, columns=2)
    return run, count, _named


def _schedule(how: How, folder: Path, count: int) -> Work:
    stability, difficulty, grade, days = _columns(folder, count, *ROWS)
    run = how.call(batch.review_interval, (stability, difficulty), grade, days, TARGET, rows=count, columns=3)
    return run, count, lambda made: {**_named(made[0]), "interval": made[1]}


def _recall(how: How, folder: Path, count: int) -> Work:
    stability, difficulty, days = _columns(folder, count, "stability.f32", "difficulty.f32", "days.u32")
    run = how.call(batch.recall, (stability, difficulty), days, rows=count, columns=1)
    return run, count, lambda made: {"recall": made}


def _table() -> dict[str, Prepare]:
    table: dict[str, Prepare] = {}
    for name, prepare in {"replay": _replay, "update": _update, "schedule": _schedule, "recall": _recall}.items():
        table[name] = partial(prepare, How())
        table[f"{name}-out"] = partial(prepare, How(reuses=True))
        table[f"{name}-2"] = partial(prepare, How(reuses=True, threads=2))
        for profile in ("py_fsrs_6_3_2", "ts_fsrs_5"):
            table[f"{name}@{profile}"] = partial(prepare, How(profile=profile))
    return table


if __name__ == "__main__":
    serve("perdure.batch", perdure.__version__, _table(), isa=batch.instruction_set())
