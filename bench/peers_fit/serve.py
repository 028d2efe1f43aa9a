"""The protocol of a side, for those written in Python: that of bench/peers, with the parts and the memory of a fit."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.peers.serve import answer_lines

from .columns import Log
from .fsrs6 import Floats

STATUS = Path("/proc/self/status")


class Fit(NamedTuple):
    """What is timed: from columns to what the library wants, and from that to parameters, 21 numbers."""

    build: Callable[[Log], Any]
    fit: Callable[[Any], Floats]


def serve(side: str, version: str, work: Mapping[str, Fit]) -> None:
    """Answer ``WORK<tab>FOLDER<tab>ROWS[<tab>OUT]`` until standard input ends."""
    logs: dict[str, Log] = {}

    def answer(words: list[str]) -> dict[str, Any]:
        name, folder, rows, *out = words
        if name not in work:
            raise ValueError(f"not something this side can do: {name}")
        if folder not in logs:
            logs[folder] = Log.read(Path(folder))
        with redirect_stdout(sys.stderr):  # what a library prints is no answer
            parameters, reply = _timed(work[name], logs[folder].first(int(rows)))
        if out:
            np.asarray(parameters, dtype=np.float64).tofile(Path(out[0]) / "parameters.f64")
        return reply

    answer_lines(side, version, answer)


def _timed(work: Fit, log: Log) -> tuple[Floats, dict[str, Any]]:
    gc.collect()
    before = _forget_peak()
    start = _clocks()
    made = work.build(log)
    built = _clocks()
    parameters = work.fit(made)
    end = _clocks()
    return parameters, {
        "items": log.rows,
        "wall_ns": end[0] - start[0],
        "cpu_ns": end[1] - start[1],
        "build_wall_ns": built[0] - start[0],
        "build_cpu_ns": built[1] - start[1],
        "peak_bytes": max(_memory("VmHWM") - before, 0),
    }


def _clocks() -> tuple[int, int]:
    return time.perf_counter_ns(), time.process_time_ns()


def _memory(field: str) -> int:
    """A field of this process's status in bytes; 0 where the system does not tell."""
    if not STATUS.exists():
        return 0
    lines = STATUS.read_text(encoding="utf-8").splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(field + ":")), 0)


def _forget_peak() -> int:
    """Memory in use now, after which the peak is counted anew."""
    with suppress(OSError):  # not every system allows it; then the peak is that of the whole process
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    return _memory("VmRSS")
