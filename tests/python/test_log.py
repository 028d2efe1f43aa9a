"""The review log: the same from every kind of source, every row accounted for, nothing lost on the way out."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from perdure import Fsrs6, HalfLife, InputError, ReviewLog, read_answers, sample

START = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def at(*hours: float) -> list[dt.datetime]:
    return [START + dt.timedelta(hours=hour) for hour in hours]


def facts(log: ReviewLog) -> dict[str, Any]:
    frame = pa.Table.from_pandas(pandas_frame(log))
    columns = {name: frame[name].to_pylist() for name in frame.column_names}
    return {"learners": log.learners, "items": log.items, **columns}


def pandas_frame(log: ReviewLog) -> pd.DataFrame:
    frame = log.to_frame()
    return frame if isinstance(frame, pd.DataFrame) else frame.to_pandas()


def check_counts(log: ReviewLog, rows: int) -> None:
    report = log.report
    parts = (report.accepted, report.repaired, report.rejected, report.duplicates, report.set_aside)
    assert report.rows == sum(parts) == rows
    assert len(log) == report.accepted + report.repaired
    assert int(pd.Series(list(pandas_report(log)["rows"])).sum()) == rows


def pandas_report(log: ReviewLog) -> pd.DataFrame:
    frame = log.report.to_frame()
    return frame if isinstance(frame, pd.DataFrame) else frame.to_pandas()


SOURCES: dict[str, Callable[[dict[str, Any], Path], Any]] = {
    "dict": lambda rows, _: rows,
    "pandas": lambda rows, _: pd.DataFrame(rows),
    "polars": lambda rows, _: pl.DataFrame(rows),
    "arrow": lambda rows, _: pa.table(rows),
    "csv": lambda rows, folder: (
        pd.DataFrame(rows).to_csv(folder / "answers.csv", index=False) or folder / "answers.csv"
    ),
}
KINDS = {"dict": pd.DataFrame, "pandas": pd.DataFrame, "polars": pl.DataFrame, "arrow": pa.Table, "csv": pd.DataFrame}


@pytest.mark.parametrize("kind", SOURCES)
def test_every_kind_of_source_gives_the_same_log(
    kind: str, tmp_path: Path, log: ReviewLog, simulate: Callable[..., dict[str, list[Any]]]
) -> None:
    got = read_answers(SOURCES[kind](simulate(), tmp_path))
    assert facts(got) == facts(log)
    check_counts(got, len(log))
    assert type(got.to_frame()) is KINDS[kind]
    assert type(got.report.to_frame()) is KINDS[kind]


@pytest.mark.parametrize("kind", SOURCES)
def test_a_frame_of_a_log_reads_back(kind: str, tmp_path: Path, simulate: Callable[..., dict[str, list[Any]]]) -> None:
    rows = simulate(3, 4, 3, seed=5)
    n = len(rows["learner"])
    rng = np.random.default_rng(0)
    rows["response_ms"] = rng.integers(500, 9000, n).tolist()
    rows["confidence"] = rng.integers(1, 5, n).tolist()
    got = read_answers(SOURCES[kind](rows, tmp_path))
    again = read_answers(got.to_frame())
    assert facts(again) == facts(got)
    frame = pandas_frame(got)
    assert ((frame["answered_at"] - frame["shown_at"]) / pd.Timedelta(milliseconds=1)).tolist() == rows["response_ms"]


def test_the_frame_is_in_source_order_when_each_learner_is_in_time_order() -> None:
    rows = {"learner": ["b", "a", "b", "a"], "item": ["q2", "q1", "q1", "q1"], "success": [1, 0, 0, 1]}
    log = read_answers({**rows, "answered_at": at(5, 1, 6, 2)})
    frame = log.to_frame()
    assert {name: frame[name].tolist() for name in rows} == rows
    assert frame["answered_at"].tolist() == at(5, 1, 6, 2)
    assert log.learners == ["b", "a"]
    assert log.items == ["q2", "q1"]
    assert (log.first_answered_at, log.last_answered_at) == (at(1)[0], at(6)[0])
    assert log.report.repaired == 0


def test_rows_out_of_order_are_sorted_and_counted() -> None:
    source = {"learner": list("abaab"), "item": ["q1", "q2", "q3", "q4", "q5"], "success": [1, 0, 1, 0, 1]}
    log = read_answers({**source, "answered_at": at(3, 9, 1, 4, 2)})
    assert log.to_frame()["item"].tolist() == ["q3", "q5", "q1", "q4", "q2"]
    assert (log.learners, log.items) == (["a", "b"], source["item"])  # by appearance in the source, not by time
    assert log.report.repaired == 2  # q3 comes before q1, q5 before q2
    assert log.report.problems()["row"].tolist() == [2, 4]
    check_counts(log, 5)


def test_duplicates_are_dropped_and_counted() -> None:
    rows = {"learner": ["a"] * 5, "item": ["q"] * 5, "success": [1, 1, 0, 1, 1], "answered_at": at(1, 1, 1, 1, 2)}
    log = read_answers(rows)
    assert log.to_frame()["success"].tolist() == [1, 0, 1]  # two answers at one time, and one later
    assert log.report.duplicates == 2
    assert log.report.problems()["row"].tolist() == [1, 3]
    check_counts(log, 5)
    assert len(read_answers({**rows, "attempt": list("12345")})) == 5  # other attempts are no repetitions


def test_rejected_rows_raise_or_are_skipped() -> None:
    rows = {"learner": list("aaaa"), "item": list("qqqq"), "grade": [3, 0, 1, 7], "answered_at": at(1, 2, 3, 4)}
    with pytest.raises(InputError, match=r"row 1, column 'grade'.*and 1 more") as caught:
        read_answers(rows)
    assert (caught.value.row, caught.value.column) == (1, "grade")
    log = read_answers(rows, errors="skip")
    assert log.to_frame()["grade"].tolist() == [3, 1]
    assert log.report.rejected == 2
    assert not log.report.ok
    check_counts(log, 4)


def test_times_outside_1970_to_2199_are_rejected() -> None:
    times = ["1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2199-12-31T23:59:59Z", "2200-01-01T00:00:00Z"]
    log = read_answers(
        {"learner": ["a"] * 4, "item": ["q"] * 4, "success": [1] * 4, "answered_at": times}, errors="skip"
    )
    assert log.report.problems()["row"].tolist() == [0, 3]
    check_counts(log, 4)


def test_scores_alone() -> None:
    scores = [0.0, 0.49, 0.5, 1.0]
    log = read_answers({"learner": ["a"] * 4, "item": ["q"] * 4, "score": scores, "answered_at": at(1, 2, 3, 4)})
    frame = log.to_frame()
    assert frame["score"].tolist() == scores
    assert frame["success"].tolist() == log.success.tolist() == [0, 0, 1, 1]
    assert frame["grade"].tolist() == [1, 1, 3, 3]


def test_grades_alone() -> None:
    log = read_answers({"learner": ["a"] * 4, "item": ["q"] * 4, "grade": [1, 2, 3, 4], "answered_at": at(1, 2, 3, 4)})
    frame = log.to_frame()
    assert frame["grade"].tolist() == [1, 2, 3, 4]
    assert frame["success"].tolist() == frame["score"].tolist() == [0, 1, 1, 1]


def test_skills_of_items() -> None:
    rows = {
        "learner": list("aaab"),
        "item": ["q1", "q2", "q1", "q3"],
        "success": [1] * 4,
        "answered_at": at(1, 2, 3, 4),
    }
    log = read_answers({**rows, "skills": [None, "s2", "s1|s9", None]})
    assert log.skills_of_items() == {"q1": "s1|s9", "q2": "s2"}
    assert read_answers(rows).skills_of_items() == {}


def test_where_keeps_rows_codes_and_report(log: ReviewLog) -> None:
    mask = np.arange(len(log)) % 3 == 1
    part = log.where(mask)
    assert (part.learners, part.items) == (log.learners, log.items)
    assert part.report is log.report
    pd.testing.assert_frame_equal(part.to_frame(), log.to_frame()[mask].reset_index(drop=True))
    assert len(log.where(~mask)) + len(part) == len(log)
    assert len(log.where(np.zeros(len(log), dtype=bool))) == 0
    again = part.where(np.arange(len(part)) % 2 == 0)
    pd.testing.assert_frame_equal(again.to_frame(), part.to_frame()[::2].reset_index(drop=True))


def test_no_answers() -> None:
    with pytest.raises(InputError, match="has no rows"):
        read_answers({"learner": [], "item": [], "success": [], "answered_at": []})
    with pytest.raises(InputError, match="grade"):
        read_answers({"learner": ["a"], "item": ["q"], "grade": [9], "answered_at": at(1)}, errors="skip")


def test_progress_is_told(tmp_path: Path, simulate: Callable[..., dict[str, list[Any]]]) -> None:
    told: list[tuple[int, int, str]] = []
    read_answers(SOURCES["csv"](simulate(), tmp_path), progress=lambda *facts: told.append(facts))
    assert told
    assert all(0 <= done <= total for done, total, _ in told)


ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["q1", "q2"]), st.integers(0, 4), st.integers(0, 1)), min_size=1
)


@given(ROWS)
def test_any_rows_are_accounted_for(rows: list[tuple[str, str, int, int]]) -> None:
    learner, item, hour, success = (list(column) for column in zip(*rows, strict=True))
    log = read_answers({"learner": learner, "item": item, "success": success, "answered_at": at(*hour)})
    check_counts(log, len(rows))
    frame = log.to_frame()
    kept = list(zip(frame["learner"], frame["item"], frame["answered_at"], frame["success"], strict=True))
    assert Counter(kept) == Counter({(a, b, at(t)[0], y) for a, b, t, y in rows})
    assert log.report.duplicates == len(rows) - len(kept)
    assert all(group.is_monotonic_increasing for _, group in frame.groupby("learner")["answered_at"])
    assert log.learners == list(dict.fromkeys(learner))
    assert log.items == list(dict.fromkeys(item))


def test_a_log_survives_pickle_and_deepcopy() -> None:
    log = read_answers(sample.answers_path())
    for again in (pickle.loads(pickle.dumps(log)), copy.deepcopy(log)):
        pd.testing.assert_frame_equal(again.to_frame(), log.to_frame())
        assert again.report.to_dict() == log.report.to_dict()
        np.testing.assert_array_equal(HalfLife().predict_sequence(again), HalfLife().predict_sequence(log))


def test_a_latency_behind_the_last_answer_is_mended_and_counted() -> None:
    rows = {
        "learner": ["a", "a"],
        "item": ["q", "q"],
        "success": [1, 1],
        "answered_at": ["2026-01-01T09:00Z", "2026-07-01T09:00Z"],
        "response_ms": [3000, 31_536_000_000],  # a year
    }
    log = read_answers(rows)
    assert (log.report.accepted, log.report.repaired) == (1, 1)
    assert "shown before the last answer" in log.report.to_frame()["reason"].iloc[1]
    sound = read_answers({**rows, "response_ms": [3000, 0]})
    np.testing.assert_array_equal(Fsrs6().predict_sequence(log), Fsrs6().predict_sequence(sound))


def test_an_emptied_log_has_no_times() -> None:
    log = read_answers(sample.answers_path())
    nothing = log.where(np.zeros(len(log), dtype=bool))
    with pytest.raises(InputError, match="no answers"):
        _ = nothing.first_answered_at
