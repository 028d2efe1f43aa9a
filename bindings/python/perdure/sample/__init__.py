"""The sample cohort: simulated answers with a known truth, for the demo, the docs and the tests.

150 learners of three sites (Lille, Nantes, Lyon) end a safety course in autumn 2025; quizzes follow for six months: 48
items in 8 skills. The answers are simulated, so what the learners really remember on any day is known: `true_recall`
tells it.

Examples
--------
>>> from perdure import sample
>>> sample.truth()["counts"]["learners"]
150
"""

from __future__ import annotations

import csv
import gzip
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from . import simulator

__all__ = ["answers_path", "cohort_path", "true_probabilities", "true_recall", "truth"]


def answers_path() -> Path:
    """Path of the answers: CSV, gzip, canonical columns, times in UTC, sorted by `answered_at`."""
    return _file("answers.csv.gz")


def cohort_path() -> Path:
    """Path of the cohort file: the calendar, the caps and the learners on leave after the log's end."""
    return _file("cohort.toml")


def truth() -> dict[str, Any]:
    """What the simulation knew: FSRS-6 parameters w0..w20, effects of learners and items, seed, counts.

    Keys: `seed`, `model`, `parameters`, `timezone`, `skills`, `days_off`, `cohorts`, `counts`, `items`, `learners`.
    The `pace` of a learner and of an item multiply elapsed days: above 1 means that they forget faster.
    """
    return json.loads(_file("truth.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def true_probabilities() -> list[float | None]:
    """The true probability of a right answer, row by row of the file; None for the first answer to an item."""
    return list(_replay()[0])


def true_recall(at: datetime) -> dict[tuple[str, str], float]:
    """True recall of every learner x item at a moment.

    Parameters
    ----------
    at : datetime
        Aware, and not before the last answer of the log.

    Returns
    -------
    dict
        (learner, item) -> probability in (0, 1].

    Raises
    ------
    ValueError
        When `at` is naive or lies before an answer.
    """
    if at.tzinfo is None:
        raise ValueError(f"at must be an aware datetime, got {at.isoformat()} without a zone")
    parameters = truth()["parameters"]
    recalls = {}
    for key, (memory, answered_at, pace) in _replay()[1].items():
        days = (at - answered_at) / timedelta(days=1)
        if days < 0:
            raise ValueError(f"at must not be before the log's last answer, got {at.isoformat()}")
        recalls[key] = simulator.recall(parameters, memory, days * pace)
    return recalls


_States = dict[tuple[str, str], tuple[simulator.Memory, datetime, float]]


@cache
def _replay() -> tuple[list[float | None], _States]:
    facts = truth()
    parameters, learners, items = facts["parameters"], facts["learners"], facts["items"]
    probabilities: list[float | None] = []
    states: _States = {}
    with gzip.open(answers_path(), "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = (row["learner"], row["item"])
            success, answered_at = row["success"] == "1", _moment(row["answered_at"])
            pace = learners[row["learner"]]["pace"] * items[row["item"]]["pace"]
            if key not in states:
                probabilities.append(None)
                memory = simulator.first(parameters, success)
            else:
                before, last, _ = states[key]
                days = (_moment(row["shown_at"]) - last) / timedelta(days=1) * pace
                probabilities.append(simulator.recall(parameters, before, days))
                memory = simulator.review(parameters, before, success, days)
            states[key] = (memory, answered_at, pace)
    return probabilities, states


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _file(name: str) -> Path:
    return Path(str(files(__name__) / name))
