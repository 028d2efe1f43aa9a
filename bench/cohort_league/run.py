"""Works on cells, several at once, and gathers predictions."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .cells import Cell, cohort, protocols, rows_of, task
from .entries import ENTRIES

Floats = npt.NDArray[np.float64]


@dataclass
class Found:
    """Predictions of the rows that a protocol judges, NaN for others, and how long fits took."""

    predictions: dict[tuple[str, str, str], Floats] = field(default_factory=dict)
    """By cohort, protocol and model."""
    seconds: dict[tuple[str, str, str], list[tuple[float, float]]] = field(default_factory=dict)
    """Of each part: of the fit, and of the predictions."""


def work(cell: Cell) -> tuple[npt.NDArray[np.int64], Floats, float, float]:
    """One fit: the rows judged, their predictions, seconds of the fit and of the predictions."""
    log = cohort(cell.data).log
    asked = task(cohort(cell.data), cell.protocol, cell.part)
    training, seen = log.where(asked.train), log.where(asked.seen)
    estimator = ENTRIES[cell.model][0](asked)
    started = time.perf_counter()
    model = estimator.fit(training, threads=1)
    fitted = time.perf_counter()
    predicted = model.predict_sequence(seen)[asked.judged]
    return rows_of(asked), predicted, fitted - started, time.perf_counter() - fitted


def run(wanted: Sequence[Cell], jobs: int, report: Callable[[int, int, str], object]) -> Found:
    """Work on all cells in so many processes; each works on one core, so that times can be compared."""
    os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "PERDURE_THREADS"), "1"))
    found = Found()
    context = multiprocessing.get_context("spawn")  # libraries count threads when they are loaded
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        futures = {pool.submit(work, cell): cell for cell in wanted}
        for done, future in enumerate(as_completed(futures), 1):
            cell = futures[future]
            report(done, len(wanted), f"{cell.data} {cell.protocol} {cell.model}")
            _keep(found, cell, future.result())
    return found


def _keep(found: Found, cell: Cell, answer: tuple[npt.NDArray[np.int64], Floats, float, float]) -> None:
    rows, predicted, fit_seconds, prediction_seconds = answer
    if len(predicted) != len(rows) or not ((predicted >= 0.0) & (predicted <= 1.0)).all():
        raise ValueError(f"{cell}: predictions are no probabilities, one a row")
    key = (cell.data, cell.protocol, cell.model)
    kept = found.predictions.setdefault(key, np.full(len(cohort(cell.data).log), np.nan))
    kept[rows] = predicted
    parts = found.seconds.setdefault(key, [(np.nan, np.nan)] * protocols(cell.data)[cell.protocol])
    parts[cell.part] = (fit_seconds, prediction_seconds)
