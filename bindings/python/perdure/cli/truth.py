"""How close a forecast of the sample comes to what its learners really remember."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from perdure import sample

from .plain import Row, records


def compare_with_truth(log: Any, forecast: list[Row], at: dt.datetime, threads: int | None) -> Row:
    """Error of predicted against true recall, over learner x item: fitted, with default parameters, constant."""
    import perdure

    true = sample.true_recall(at)
    fitted = {(row["learner"], row["item"]): row["recall"] for row in forecast}
    default = perdure.Fsrs6()
    guess = float(log.success.mean())
    return {
        "at": at,
        "states": len(true),
        "true_recall": sum(true.values()) / len(true),
        "models": [
            error("fsrs6, fitted", fitted, true),
            error("fsrs6, default parameters", recalls(default.states(log, threads=threads), at), true),
            error("constant", dict.fromkeys(true, guess), true),
        ],
    }


def recalls(states: Any, at: dt.datetime) -> dict[tuple[str, str], float]:
    """Predicted recall by (learner, item)."""
    return {(str(row["learner"]), str(row["item"])): row["recall"] for row in records(states.retention(at=at))}


def error(model: str, predicted: Mapping[tuple[str, str], float], true: Mapping[tuple[str, str], float]) -> Row:
    """Mean prediction, its bias and its root mean squared error."""
    differences = [predicted[key] - recall for key, recall in true.items()]
    bias = sum(differences) / len(differences)
    return {
        "model": model,
        "recall": sum(predicted[key] for key in true) / len(true),
        "bias": bias,
        "rmse": math.sqrt(sum(difference**2 for difference in differences) / len(differences)),
    }
