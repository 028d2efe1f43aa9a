"""The drop-in's Optimizer: py-fsrs's interface over Perdure's fit."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import perdure
import pytest
from perdure.compat import py_fsrs, py_fsrs_6_3_1
from perdure.compat.py_fsrs import Optimizer, Rating, ReviewLog, Scheduler

AT = dt.datetime(2025, 1, 1, 8, tzinfo=dt.UTC)
DEFAULTS = list(py_fsrs.scheduler.DEFAULT_PARAMETERS)
TRUTH = [0.9, 1.5, 4.0, 12.0, *DEFAULTS[4:8], 1.5, *DEFAULTS[9:20], 0.3]


def answers(cards: int, seed: int = 3) -> list[ReviewLog]:
    """Answers of a learner whose memory is FSRS-6 with parameters away from the defaults."""
    rng = np.random.default_rng(seed)
    scheduler = Scheduler(TRUTH, enable_fuzzing=False)
    logs = []
    for number in range(cards):
        card, at = py_fsrs.Card(card_id=number, due=AT), AT + dt.timedelta(hours=number)
        for k in range(12):
            recall = scheduler.get_card_retrievability(card, at) if k else 0.6
            rating = Rating.Again if rng.random() > recall else Rating(rng.choice([2, 3, 4], p=[0.15, 0.7, 0.15]))
            card, log = scheduler.review_card(card, rating, at)
            logs.append(log)
            at += dt.timedelta(days=float(np.exp(rng.uniform(-3, 4))))
    rng.shuffle(logs)  # type: ignore[arg-type]
    return logs


def loss(parameters: list[float], logs: list[ReviewLog]) -> float:
    """Mean log loss of answers a day or more after the last one."""
    scheduler, cards, total, count = Scheduler(parameters, enable_fuzzing=False), {}, 0.0, 0
    for log in sorted(logs, key=lambda log: log.review_datetime):
        card = cards.get(log.card_id, py_fsrs.Card(card_id=log.card_id))
        if card.last_review and (log.review_datetime - card.last_review).days > 0:
            recall = scheduler.get_card_retrievability(card, log.review_datetime)
            total -= math.log(recall if log.rating > 1 else 1 - recall)
            count += 1
        cards[log.card_id] = scheduler.review_card(card, log.rating, log.review_datetime)[0]
    return total / count


def test_it_fits_better_than_the_defaults() -> None:
    logs, fresh = answers(250), answers(250, seed=4)
    found = Optimizer(logs).compute_optimal_parameters()
    assert isinstance(found, list)
    assert [type(w) for w in found] == [float] * 21
    Scheduler(found)
    # The truth is the best there is on fresh answers; more than half of the way from the defaults to it is made.
    assert loss(found, logs) < loss(DEFAULTS, logs)
    assert loss(found, fresh) - loss(TRUTH, fresh) < 0.5 * (loss(DEFAULTS, fresh) - loss(TRUTH, fresh))


def test_order_does_not_matter_and_logs_stay() -> None:
    logs = answers(100)
    before = [log.to_json() for log in logs]
    found = Optimizer(logs).compute_optimal_parameters()
    assert Optimizer(tuple(reversed(logs))).compute_optimal_parameters() == found
    assert [log.to_json() for log in logs] == before
    assert Optimizer(logs).review_logs == tuple(logs)


def test_each_version_fits_its_own_rules() -> None:
    logs = answers(120)
    newer = Optimizer(logs).compute_optimal_parameters()
    older = py_fsrs_6_3_1.Optimizer(logs).compute_optimal_parameters()
    assert newer != older
    frame = {
        "learner": ["ann"] * len(logs),
        "item": [str(log.card_id) for log in logs],
        "grade": [int(log.rating) for log in logs],
        "answered_at": [log.review_datetime for log in logs],
    }
    by_hand = perdure.Fsrs6(profile="py_fsrs_6_3_1").fit(perdure.read_answers(frame))
    # Rows in another order: float32 sums differ in their last bits.
    assert by_hand.parameters_.tolist() == pytest.approx(older, rel=1e-5)


def test_few_answers_give_the_defaults() -> None:
    assert Optimizer([]).compute_optimal_parameters() == DEFAULTS
    # One card counts with its first 64 answers only.
    long_card = [ReviewLog(1, Rating.Good, AT + dt.timedelta(days=2 * k), None) for k in range(2000)]
    assert Optimizer(long_card).compute_optimal_parameters() == DEFAULTS
    same_day = [ReviewLog(k % 50, Rating.Good, AT + dt.timedelta(minutes=k), None) for k in range(1000)]
    assert Optimizer(same_day).compute_optimal_parameters() == DEFAULTS


def test_the_bar_is_drawn_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    logs = answers(60)
    quiet = Optimizer(logs).compute_optimal_parameters()
    assert capsys.readouterr() == ("", "")
    assert Optimizer(logs).compute_optimal_parameters(verbose=True) == quiet


def test_optimal_retention_is_not_offered() -> None:
    with pytest.raises(NotImplementedError, match="desired_retention"):
        Optimizer(answers(60)).compute_optimal_retention(DEFAULTS)


def test_a_real_log(data_folder: Path) -> None:
    with gzip.open(data_folder / "anki_josh.csv.gz", "rt", encoding="utf-8") as lines:
        logs: list[Any] = [
            ReviewLog(
                int(row["card_id"]),
                Rating(int(row["review_rating"])),
                dt.datetime.fromisoformat(row["review_time"]),
                int(row["review_duration"]),
            )
            for row in csv.DictReader(lines)
        ]
    found = Optimizer(logs).compute_optimal_parameters()
    assert all(later >= earlier for earlier, later in pairwise(found[:4]))
    assert loss(found, logs) < loss(DEFAULTS, logs) - 0.005
