"""Folds in time are scikit-learn's, but for answers of one moment, which stay together."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import perdure
import pytest
from perdure.splits import folds_of
from sklearn.model_selection import TimeSeriesSplit

START = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


def log_of(hours: list[int]) -> perdure.ReviewLog:
    """Answers of five learners in turn at the given hours."""
    rows = range(len(hours))
    return perdure.read_answers(
        {
            "learner": [f"L{row % 5}" for row in rows],
            "item": [f"q{row % 7}-{row}" for row in rows],
            "success": [row % 3 > 0 for row in rows],
            "answered_at": [START + dt.timedelta(hours=hour) for hour in hours],
        }
    )


def places(log: perdure.ReviewLog, mask: Any) -> list[int]:
    """Places in time order of the rows of a mask."""
    rank = np.empty(len(log), dtype=int)
    rank[np.argsort(log._core.answered_at, kind="stable")] = np.arange(len(log))
    return sorted(rank[mask].tolist())


@pytest.mark.parametrize("folds", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("rows", [20, 23, 59, 60, 61])
def test_time_folds_are_those_of_scikit_learn(rows: int, folds: int) -> None:
    if folds == 1:  # the least that scikit-learn takes is two
        return
    hours = np.random.default_rng(rows).permutation(rows).tolist()
    log = log_of(hours)
    found = [(places(log, train), places(log, test)) for train, test, _ in folds_of(log, "time", folds)]
    wanted = [(train.tolist(), test.tolist()) for train, test in TimeSeriesSplit(folds).split(np.zeros(rows))]
    assert found == wanted


def test_one_fold_is_the_last_half() -> None:
    log = log_of(list(range(21)))
    [(train, test, seen)] = folds_of(log, "time", 1)
    assert places(log, train) == list(range(11))
    assert places(log, test) == list(range(11, 21))
    assert seen.all()


def test_answers_of_one_moment_go_to_the_later_part() -> None:
    # Parts of 5 of 20 would begin at 5, 10 and 15; those at 4..6 and 15..16 share a time.
    log = log_of([0, 1, 2, 3, 4, 4, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15, 17, 18, 19])
    found = [places(log, test) for _, test, _ in folds_of(log, "time", 3)]
    assert found == [list(range(4, 10)), list(range(10, 15)), list(range(15, 20))]


@pytest.mark.parametrize("split", ["time", "prequential"])
@pytest.mark.parametrize("rows", [20, 23, 61])
def test_every_later_answer_is_predicted_once(split: str, rows: int) -> None:
    log = log_of(list(range(rows)))
    folds = list(folds_of(log, split, 4))
    assert sum(test.sum() for _, test, _ in folds) == rows - folds[0][0].sum()
    for train, test, seen in folds:
        assert max(places(log, train)) + 1 == min(places(log, test))
        assert (seen == train | test).all()


def test_prequential_learns_from_a_fifth_and_then_from_more_and_more() -> None:
    log = log_of(list(range(52)))
    sizes = [(int(train.sum()), int(test.sum())) for train, test, _ in folds_of(log, "prequential", 4)]
    assert sizes == [(10, 10), (20, 11), (31, 10), (41, 11)]


@pytest.mark.parametrize(("split", "folds"), [("time", 20), ("time", 9), ("prequential", 17)])
def test_too_few_times_are_refused(split: str, folds: int) -> None:
    log = log_of([hour // 5 for hour in range(20)])
    with pytest.raises(perdure.InputError, match=f"folds: too many for 20 answers at 4 different times, got {folds}"):
        list(folds_of(log, split, folds))


@pytest.mark.parametrize("split", ["time", "prequential"])
@pytest.mark.parametrize("folds", [1, 3])
def test_a_single_time_cannot_be_cut(split: str, folds: int) -> None:
    with pytest.raises(perdure.InputError, match="log: nothing to cut in time: all answers have one time; expected"):
        list(folds_of(log_of([5] * 20), split, folds))


def test_a_single_learner_cannot_be_held_out() -> None:
    log = log_of(list(range(20)))
    alone = log.where(log._core.learner == 0)
    with pytest.raises(perdure.InputError, match=r"log: one of the learners alone .* expected two learners or more"):
        list(folds_of(alone, "learner", 2))


def test_items_are_dealt_out_by_their_ids() -> None:
    log = log_of(list(range(20)))
    parts = [{log.items[code] for code in log._core.item[test]} for _, test, _ in folds_of(log, "item", 3)]
    ids = sorted(log.items)
    assert parts == [set(ids[fold::3]) for fold in range(3)]
