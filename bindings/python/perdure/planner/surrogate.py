"""A memory to plan with, for models whose own memory fits on no grid: one of few numbers that forecasts the same."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..cohort_model import CohortModel
from ..errors import InputError
from ..log import ReviewLog
from ..memory_model import MemoryModel
from ..models import Fsrs6
from ..states import States

MOST_STATE_FIELDS = 3
MATCHED = (0.25, 0.5, 1.0)
"""Parts of the horizon at which forecasts are made alike."""
JUDGED = (0.125, 0.375, 0.75)
"""Parts at which they are compared."""
STEPS = 40
GOLDEN = (5**0.5 - 1) / 2
SHORTEST, LONGEST = 0.01, 36_500.0
"""Stabilities that are looked at, in days."""


@dataclass(frozen=True)
class Surrogate:
    """Memory that stands for a model's.

    Attributes
    ----------
    model : Fsrs6
        Fitted to the same log: how memory changes with an answer.
    states : States
        Of ``model``, with stabilities under which its forecasts are the model's.
    report : dict
        ``of`` and ``by``, names of both; ``rmse`` and ``largest`` difference of recall without any answer, on days of
        the horizon other than those that were matched; those ``days``.
    """

    model: Fsrs6
    states: States
    report: dict[str, Any]


def needs_surrogate(model: Any) -> bool:
    """Whether a model's memory has more numbers than the planner's grids, or is of a whole cohort."""
    return isinstance(model, CohortModel) or (
        isinstance(model, MemoryModel) and len(model._entry["state"]) > MOST_STATE_FIELDS
    )


def surrogate_of(model: Any, log: ReviewLog, days: int, threads: int | None = None) -> Surrogate:
    """FSRS-6 fitted to the log, its stabilities so that forecasts over a horizon are those of a model.

    Parameters
    ----------
    model : fitted model
    log : ReviewLog
    days : int
        Of the horizon, from the log's last answer, at least 1.
    """
    memory = Fsrs6().fit(log, threads=threads)
    own, states = model.states(log, threads=threads), memory.states(log, threads=threads)
    matched = [_forecast(own, log, part * days) for part in MATCHED]
    stability = _matching(memory, states.state, matched, threads)
    state = (stability, *states.state[1:])
    differences = [
        memory.recall(state, elapsed, threads).astype(np.float64) - recall
        for elapsed, recall in (_forecast(own, log, part * days) for part in JUDGED)
    ]
    apart = np.concatenate(differences)
    columns = {name: getattr(states, name) for name in ("learner", "item", "answers", "lapses", "last_answered_at")}
    report = {
        "of": model.id,
        "by": memory.id,
        "rmse": float(np.sqrt(np.mean(apart**2))),
        "largest": float(np.abs(apart).max()),
        "days": [part * days for part in JUDGED],
    }
    return Surrogate(memory, States(memory, log, {**columns, "state": state}), report)


def _forecast(states: States, log: ReviewLog, days: float) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float64]]:
    """Days since the last answer and recall of every row, some days after the log's last answer."""
    at = log.last_answered_at + dt.timedelta(days=days)
    moment = at.timestamp() * 1000
    elapsed = ((moment - states.last_answered_at) / 86_400_000).astype(np.float32)
    recall = states.retention(at, level=None)["recall"]
    return elapsed, np.asarray(recall, np.float64)


def _matching(memory: Fsrs6, state: tuple[Any, ...], forecasts: list[Any], threads: int | None) -> Any:
    """By row, the stability with the least squared difference from the forecasts: a golden section of its logarithm."""

    def loss(log_stability: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        tried = (np.exp(log_stability).astype(np.float32), *state[1:])
        apart = [memory.recall(tried, elapsed, threads) - recall for elapsed, recall in forecasts]
        return np.asarray(sum(one**2 for one in apart))

    low = np.full(len(state[0]), np.log(SHORTEST))
    high = np.full(len(state[0]), np.log(LONGEST))
    inner, outer = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_inner, at_outer = loss(inner), loss(outer)
    for _ in range(STEPS):
        left = at_inner <= at_outer
        low, high = np.where(left, low, inner), np.where(left, outer, high)
        point = np.where(left, high - GOLDEN * (high - low), low + GOLDEN * (high - low))
        value = loss(point)
        inner, outer = np.where(left, point, outer), np.where(left, inner, point)
        at_inner, at_outer = np.where(left, value, at_outer), np.where(left, at_inner, value)
    return np.exp((low + high) / 2).astype(np.float32)


def require_log_for(model: Any, given: Any) -> ReviewLog:
    """Refuse states of a model that needs a surrogate: it is fitted to answers."""
    if not isinstance(given, ReviewLog):
        raise InputError(
            "cannot be planned with from states alone",
            source="model",
            value=model.id,
            expected="the log in place of states: plans are made with a memory that is fitted to it",
        )
    return given
