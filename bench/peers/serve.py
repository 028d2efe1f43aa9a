"""The protocol of a side, for those written in Python.

A side is a program that stays, so that sides can take turns. It prints one JSON object that names it (``side``,
``version``), then answers each line on standard input, ``WORK<tab>FOLDER<tab>COUNT[<tab>OUT]``, with one JSON object:
``items``, ``wall_ns``, ``cpu_ns``; or ``error``. With OUT the results are written there, one raw column each, so that
sides can be compared.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Results = Mapping[str, Sequence[float] | np.ndarray[Any, Any]]
# Prepares, outside the time; returns what to time, the number of items, and how to read results from what that made.
Prepare = Callable[[Path, int], tuple[Callable[[], Any], int, Callable[[Any], Results]]]


def serve(side: str, version: str, work: Mapping[str, Prepare], **more: str) -> None:
    """Answer requests for ``work`` until standard input ends."""
    answer_lines(side, version, lambda words: _answer(work, words), **more)


def answer_lines(side: str, version: str, answer: Callable[[list[str]], dict[str, Any]], **more: str) -> None:
    """Name the side, then hand the words of each line to ``answer`` until standard input ends."""
    print(json.dumps({"side": side, "version": version, **more}), flush=True)
    for line in sys.stdin:
        try:
            reply = answer(line.rstrip("\n").split("\t"))
        except Exception as error:  # whatever goes wrong belongs into the answer: the driver stops and shows it
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


def _answer(work: Mapping[str, Prepare], words: list[str]) -> dict[str, Any]:
    name, folder, count, *out = words
    if name not in work:
        raise ValueError(f"not something this side can do: {name}")
    run, items, results = work[name](Path(folder), int(count))
    gc.collect()
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    made = run()
    cpu_ns, wall_ns = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
    for column, values in results(made).items() if out else ():
        np.asarray(values, dtype=np.float64).tofile(Path(out[0]) / f"{column}.f64")
    return {"items": items, "wall_ns": wall_ns, "cpu_ns": cpu_ns}
