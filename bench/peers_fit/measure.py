"""The run: one data set after another; on each, the sides take turns, and then their parameters are judged."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.peers.histories import read
from bench.peers.measure import REPEATS, SHORT_NS
from bench.peers.ratios import Ratio, ratio
from bench.peers.sides import Side, SideError, UnavailableError

from .columns import TRUTH, Log
from .fsrs6 import Floats
from .objective import Judge
from .rows import CPP, RS, Data, Row

SLOW_NS = 20_000_000_000  # who takes longer takes one turn
PATIENCE = 1800  # seconds that the folds of one side may take
SAME = 1e-4  # relative difference between a side's recall and the neutral one
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TQDM_DISABLE": "1"}  # one core for every side
CANNOT = "not something this side can do"


@dataclass
class Line:
    """One line of the table: a row with what was found, or why it was not measured."""

    row: Row
    why_not: str = ""
    answers: int = 0
    column_bytes: int = 0
    cpu_ns: list[float] = field(default_factory=list)  # whole turns, one a round
    wall_ns: list[float] = field(default_factory=list)
    build_cpu_ns: list[float] = field(default_factory=list)
    peak_bytes: int = 0  # growth of resident memory above the columns, in the first turn of a new process
    parameters: list[float] = field(default_factory=list)
    plain: float | None = None  # objective with all answers equal, nats an answer
    recency: float | None = None  # objective with the peers' weights
    held_out: float | None = None
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def objective(self) -> float | None:
        """The objective that this work minimizes."""
        return self.plain if self.row.work == "fit" else self.recency

    def times(self, ours: Line) -> Ratio | None:
        """How many times the processor time of ours it took; a slow side's one turn is beside the first of ours."""
        rounds = min(len(self.cpu_ns), len(ours.cpu_ns))
        return ratio(ours.cpu_ns[:rounds], self.cpu_ns[:rounds]) if rounds else None


Makers = Mapping[str, Callable[[], list[str]]]


class Bench:
    """Builds sides once, and starts a new process for each row, so that memory is that of its work alone."""

    def __init__(self, makers: Makers, rounds: int, seed: int) -> None:
        self._makers, self._rounds, self._seed = makers, rounds, seed
        self._commands: dict[str, list[str] | str] = {}
        self.abouts: dict[str, dict[str, Any]] = {}

    def run(self, sets: Sequence[Data], rows: Sequence[Row]) -> list[Line]:
        """Measure all rows, in their order."""
        lines = [Line(row, why_not=row.why_not) for row in rows]
        for data in sets:
            on_it = [line for line in lines if line.row.data == data.name and not line.why_not]
            if not on_it:
                continue
            say(f"{data.name}: making it")
            try:
                log = data.make(self._seed)
            except UnavailableError as reason:
                for line in on_it:
                    line.why_not = str(reason)
                continue
            with ExitStack() as stack:
                folder = Path(stack.enter_context(TemporaryDirectory(prefix="perdure-fit-")))
                self._on(data, folder, log, on_it, stack)
        return lines

    def _on(self, data: Data, folder: Path, whole: Log, lines: Sequence[Line], stack: ExitStack) -> None:
        early = whole.is_early(data.early) if data.early else None
        log = whole if early is None else whole.where(early)
        log.write(folder)
        judge = Judge(log)
        self._check(folder, log, judge, {line.row.side for line in lines})
        started = [(line, side) for line in lines if (side := self._start(line, stack))]
        for line, _ in started:
            line.answers, line.column_bytes = log.rows, log.bytes
        say(f"{data.name}: first turns")
        present = [(line, side) for line, side in started if self._first(line, side, folder, log)]
        for number in range(1, self._rounds + 1):
            say(f"{data.name}: round {number}/{self._rounds}")
            for line, side in present if number % 2 else present[::-1]:
                if not _is_slow(line):
                    _record(line, _turn(line.row, side, folder, log))
        for line, _ in present:
            if not _is_slow(line):  # the first turn was a warm-up
                for times in (line.cpu_ns, line.wall_ns, line.build_cpu_ns):
                    del times[0]
        for line, side in present:
            if line.row.is_fit:
                say(f"{data.name}: judging {line.row.side}")
                self._judge(line, side, folder, judge, folds=data.folds)
        if early is not None:
            self._judge_later(data, [line for line, _ in present], Judge(whole), early)

    def _start(self, line: Line, stack: ExitStack) -> Side | None:
        command = self._command(line.row.side)
        if isinstance(command, str):
            line.why_not = command
            return None
        side = stack.enter_context(Side(command, ENVIRONMENT))
        self.abouts[line.row.side] = side.about
        return side

    def _command(self, side: str) -> list[str] | str:
        """How the side is started, or why it cannot be."""
        if side not in self._commands:
            say(f"setting up {side}")
            try:
                self._commands[side] = self._makers[side]()
            except UnavailableError as reason:
                if side == CPP:
                    raise SideError(f"{side} must be here: {reason}") from None
                self._commands[side] = str(reason)
        return self._commands[side]

    def _check(self, folder: Path, log: Log, judge: Judge, wanted: set[str]) -> None:
        """Two sides' own predictions must be those of the neutral function, or nothing that follows means anything."""
        expected = judge.recalls(TRUTH)
        for name in sorted({CPP, RS} & wanted):
            command = self._command(name)
            if isinstance(command, str):
                continue
            with TemporaryDirectory() as out, Side(command, ENVIRONMENT) as side:
                TRUTH.tofile(Path(out) / "parameters.f64")
                side.request("predict", str(folder), str(log.rows), out)
                found = read(Path(out), "recall.f64")
            apart = float(np.abs(found / expected - 1.0).max()) if found.size == expected.size else np.inf
            if not apart <= SAME:
                raise SideError(f"{name} predicts other than the neutral function: apart by {apart:.1e}")

    def _first(self, line: Line, side: Side, folder: Path, log: Log) -> bool:
        """The first turn, which also gives memory and parameters; False when the side cannot do it."""
        with TemporaryDirectory() as out:
            try:
                reply = side.request(line.row.work, str(folder), str(_count(line.row, log)), out)
            except SideError as error:
                if CANNOT not in str(error):
                    raise
                line.why_not = CANNOT.replace("this side", line.row.side) + " yet"
                return False
            line.peak_bytes = reply["peak_bytes"]
            line.more = {key: reply[key] for key in ("status", "passes") if key in reply}
            if line.row.has_parameters:
                line.parameters = read(Path(out), "parameters.f64").tolist()
        _record(line, reply)
        return True

    def _judge(self, line: Line, side: Side, folder: Path, judge: Judge, *, folds: bool) -> None:
        w = np.array(line.parameters)
        line.plain, line.recency = judge.objective(w, recency=False), judge.objective(w, recency=True)
        if not folds or 2.5e-9 * line.wall_ns[0] > PATIENCE:
            return
        fitted = []
        for fold in judge.folds():
            with TemporaryDirectory() as out:
                side.request(line.row.work, str(folder), str(fold.rows), out)
                fitted.append(_parameters(Path(out)))
        line.held_out = judge.held_out(fitted)

    def _judge_later(self, data: Data, lines: Sequence[Line], judge: Judge, early: npt.NDArray[np.bool_]) -> None:
        say(f"{data.name}: judging on later answers")
        for line in lines:
            w = np.array(line.parameters).reshape(-1, TRUTH.size)
            line.held_out = judge.later(w if len(w) > 1 else w[0], early)


def _parameters(out: Path) -> Floats:
    return read(out, "parameters.f64").astype(np.float64)


def _count(row: Row, log: Log) -> int:
    return row.learners or log.rows


def _turn(row: Row, side: Side, folder: Path, log: Log) -> dict[str, Any]:
    """One turn: short work is repeated and the shortest counts, the same for all sides."""
    best = side.request(row.work, str(folder), str(_count(row, log)))
    for _ in range(REPEATS - 1 if best["wall_ns"] < SHORT_NS else 0):
        again = side.request(row.work, str(folder), str(_count(row, log)))
        best = min(best, again, key=lambda reply: reply["cpu_ns"])
    return best


def _record(line: Line, reply: Mapping[str, Any]) -> None:
    line.cpu_ns.append(reply["cpu_ns"])
    line.wall_ns.append(reply["wall_ns"])
    line.build_cpu_ns.append(reply["build_cpu_ns"])


def _is_slow(line: Line) -> bool:
    return line.wall_ns[0] > SLOW_NS


def say(text: str) -> None:
    """Progress."""
    print(text, file=sys.stderr, flush=True)
