"""One fit of a memory model to a log: parameters, what is known about them, and the observation layer."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core, _threads
from ._observation import Encounters, Layer, counts_by_item
from ._progress import reporting
from .errors import InputError
from .estimator import Progress, Values
from .fit_options import FitOptions
from .fit_report import FitReport
from .log import ReviewLog

Posterior = tuple[Values, Values]
"""Mean and precision (row after row) of the transformed parameters: what the next fit may take as its prior."""


@dataclass
class Fit:
    """What a fit found. `interrupt` is the exception that stopped it early, to be raised when the rest is stored."""

    parameters: Values
    covariance: Values | None
    posterior: Posterior | None
    layer: Layer
    report: FitReport
    interrupt: BaseException | None


def options_of(given: Any) -> FitOptions:
    """Options from a constructor's argument: None, the name of a pipeline, or options."""
    if given is None:
        return FitOptions()
    if isinstance(given, str):
        return FitOptions.of_pipeline(given)
    if isinstance(given, FitOptions):
        return given
    raise InputError(
        "not options", source="options", value=given, expected="a perdure.FitOptions, the name of a pipeline, or None"
    )


def fit(
    entry: dict[str, Any],
    log: ReviewLog,
    histories: Any,
    options: FitOptions,
    start: Values,
    *,
    prior: Posterior | None = None,
    since: int | None = None,
    progress: Progress = False,
    threads: int | None = None,
) -> Fit:
    """Fit a model of the catalog; answers before ``since`` (milliseconds since 1970 UTC) shape memory alone."""
    name = (entry["id"], entry["profile"])
    text = f"Fitting {entry['id']}"
    workers = _threads.resolve(threads)
    most = options.epochs if options.optimizer == "adam" else options.max_iterations
    started = time.perf_counter()
    with reporting(progress, text) as report:
        facts, interrupt = _core.fit.pooled(
            *name,
            log._core,
            histories,
            start,
            options=options.to_core(entry),
            prior=prior,
            since=since,
            threads=workers,
            progress=lambda iteration, objective: report(iteration, most, text) is not False,
        )
    parameters = facts["parameters"]
    observation, answers, right, first, same_day = _core.fit.observation(
        *name, log._core, histories, parameters, len(log.items), options.minimum_gap, since, workers
    )
    several = np.flatnonzero(answers >= 2)
    encounters: Encounters = {log.items[i]: (float(answers[i]), float(right[i])) for i in several.tolist()}
    known = facts["posterior_mean"] is not None
    return Fit(
        parameters=parameters,
        covariance=facts["covariance"],
        posterior=(facts["posterior_mean"], facts["posterior_precision"]) if known else None,
        layer=Layer(observation, encounters, first, same_day),
        report=FitReport.of(facts, entry["parameters"], time.perf_counter() - started),
        interrupt=interrupt,
    )


def first_rates(
    observation: dict[str, float], encounters: Encounters, items: list[str]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Share of right first answers of every item, and the standard error of its log-odds."""
    rates, errors = _core.fit.first_rates(observation, *counts_by_item(encounters, items))
    return rates, errors
