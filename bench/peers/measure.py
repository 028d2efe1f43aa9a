"""The run: checks first, then rounds in which the sides take turns."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from .histories import read
from .ratios import Ratio, ratio
from .rows import SAME, Pair, Row
from .sides import Sample, Side, SideError

SHORT_NS = 100_000_000
REPEATS = 3
Task = tuple[str, str, str, int]  # data set, side, work, count


@dataclass
class Line:
    """One line of the table: a row with what was found, or why it was not measured."""

    row: Row
    why_not: str = ""
    difference: float | None = None  # largest relative difference between the results of the two sides
    ours: list[float] = field(default_factory=list)  # ns per item, one a round
    theirs: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> Ratio | None:
        """How many times faster ours is; None when it was not measured."""
        return ratio(self.ours, self.theirs) if self.ours else None

    @property
    def is_same(self) -> bool:
        """Whether both sides computed the same."""
        return self.difference is None or self.difference <= SAME

    @property
    def is_met(self) -> bool | None:
        """Whether the target was met; None when there is none, or nothing was measured."""
        return None if self.row.target is None or self.ratio is None else self.ratio.median >= self.row.target


def run(
    rows: Sequence[Row], folders: Mapping[str, Path], sides: Mapping[str, Side], missing: Mapping[str, str], rounds: int
) -> list[Line]:
    """Check and measure; rows with a side that is missing say why."""
    lines = [Line(row, why_not=_absent(row, missing)) for row in rows]
    present = [line for line in lines if not line.why_not]
    _say("checking that sides compute the same")
    for line in present:
        _check(line, folders, sides)
    tasks = _tasks([line.row for line in present])
    for number in range(rounds + 1):
        _say("warming up" if number == 0 else f"round {number}/{rounds}")
        # Every second round runs backwards, so that a machine that speeds up or slows down favors nobody.
        order = tasks if number % 2 else tasks[::-1]
        samples = {task: _turn(task, folders, sides) for task in order}
        for line in present if number else ():
            row = line.row
            line.ours.append(_per_item(samples[(row.data, *row.ours, row.ours_count)], row.wall))
            line.theirs.append(_per_item(samples[(row.data, *row.peer, row.peer_count)], row.wall))
    _say("")
    return lines


def _absent(row: Row, missing: Mapping[str, str]) -> str:
    return next((missing[side] for side, _ in (row.ours, row.peer) if side in missing), "")


def _tasks(rows: Sequence[Row]) -> list[Task]:
    """Each distinct piece of work once, those of one row beside each other."""
    tasks: dict[Task, None] = {}
    for row in rows:
        tasks[(row.data, *row.ours, row.ours_count)] = None
        tasks[(row.data, *row.peer, row.peer_count)] = None
    return list(tasks)


def _turn(task: Task, folders: Mapping[str, Path], sides: Mapping[str, Side]) -> Sample:
    """One turn of a side: short work is repeated and the shortest time counts, the same for all sides."""
    data, side, work, count = task
    best = sides[side].ask(work, folders[data], count)
    for _ in range(REPEATS - 1 if best.wall_ns < SHORT_NS else 0):
        again = sides[side].ask(work, folders[data], count)
        best = Sample(best.items, min(best.wall_ns, again.wall_ns), min(best.cpu_ns, again.cpu_ns))
    return best


def _per_item(sample: Sample, wall: bool) -> float:
    return (sample.wall_ns if wall else sample.cpu_ns) / sample.items


def _check(line: Line, folders: Mapping[str, Path], sides: Mapping[str, Side]) -> None:
    row = line.row
    if not row.columns:
        return
    count = min(row.ours_count, row.peer_count)
    ours = _results(row.check or row.ours, folders[row.data], count, row.columns, sides)
    theirs = _results(row.peer, folders[row.data], count, row.columns, sides)
    line.difference = max(_difference(ours[name], theirs[name]) for name in row.columns)


def _results(
    pair: Pair, folder: Path, count: int, columns: Sequence[str], sides: Mapping[str, Side]
) -> dict[str, npt.NDArray[np.float64]]:
    side, work = pair
    with TemporaryDirectory() as out:
        sides[side].ask(work, folder, count, Path(out))
        found = {path.stem: read(path.parent, path.name).astype(np.float64) for path in Path(out).iterdir()}
    for name in columns:
        if name not in found or found[name].size != count:
            raise SideError(f"{side} gave no {name} of {count} rows for {work}")
    return found


def _difference(ours: npt.NDArray[np.float64], theirs: npt.NDArray[np.float64]) -> float:
    """Largest relative difference; infinite where one is not a number and the other is."""
    equal = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    with np.errstate(invalid="ignore"):
        apart = np.abs(ours - theirs) / np.maximum(np.abs(theirs), np.finfo(np.float32).tiny)
    return float(np.nan_to_num(np.where(equal, 0.0, apart), nan=np.inf).max(initial=0.0))


def _say(text: str) -> None:
    """Progress, on one line where a person looks on."""
    if sys.stderr.isatty():
        print(f"\r{text:<40}", end="\n" if not text else "", file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)
