"""Layouts, column mapping, values, and every kind of source: the same rows give the same raw table."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from perdure.errors import InputError
from perdure.readers import ImportReport, RawTable, read_table

T0 = 1_772_442_000_000  # 2026-03-02T09:00:00Z
COLUMNS = {
    "learner": ["007", "ann", "ann", "12345678901234567890"],
    "item": ["q1", "q1", "q2", "q1"],
    "answered_at": ["2026-03-02T09:00:00Z", "2026-03-02T09:00:01.500Z", "2026-03-03T09:00:00Z", "2026-03-04T09:00:00Z"],
    "success": [1, 0, 1, 1],
    "score": [1.0, 0.25, 1.0, 1.0],
    "response_ms": [1000.0, None, 3000.0, 0.0],
    "skills": ["s1", "s1|s2", None, "s1"],
}
N = len(COLUMNS["learner"])


def read_dict(**changes: Any) -> RawTable:
    return read_table({**COLUMNS, **changes})


def report_of(raw: RawTable) -> ImportReport:
    report = ImportReport(raw.findings, raw.layout, raw.kind)
    parts = report.accepted + report.repaired + report.rejected + report.duplicates + report.set_aside
    assert report.rows == parts
    assert len(raw) == report.accepted + report.repaired
    return report


def facts(raw: RawTable) -> dict[str, Any]:
    def plain(values: Any) -> Any:
        return None if values is None else [None if v != v else v for v in values.tolist()]

    return {
        "learner": raw.learner.to_pylist(),
        "item": raw.item.to_pylist(),
        "skills": None if raw.skills is None else raw.skills.to_pylist(),
        "extra": {name: values.to_pylist() for name, values in raw.extra.items()},
        **{name: plain(getattr(raw, name)) for name in ("answered_at", "shown_at", "score", "success", "grade")},
        "response_ms": plain(raw.response_ms),
        "rows": raw.findings.rows,
    }


def as_csv(frame: pd.DataFrame, path: Path, separator: str) -> Path:
    frame.to_csv(path, index=False, sep=separator)
    return path


def as_json_lines(frame: pd.DataFrame, path: Path) -> Path:
    lines = [json.dumps({k: None if v != v else v for k, v in row.items()}) for row in frame.to_dict("records")]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def sources(tmp_path: Path) -> dict[str, Any]:
    frame = pd.DataFrame(COLUMNS)
    table = pa.table(COLUMNS)
    pq.write_table(table, tmp_path / "log.parquet")
    return {
        "pandas": frame,
        "polars": pl.DataFrame(COLUMNS),
        "arrow": table,
        "record batch reader": table.to_reader(),
        "dict": COLUMNS,
        "dict of arrays": {k: np.array(v, dtype=object) for k, v in COLUMNS.items()},
        "csv": as_csv(frame, tmp_path / "log.csv", ","),
        "csv by str": str(as_csv(frame, tmp_path / "log2.csv", ",")),
        "tsv": as_csv(frame, tmp_path / "log.tsv", "\t"),
        "semicolons": as_csv(frame, tmp_path / "semicolon.csv", ";"),
        "pipes": as_csv(frame, tmp_path / "pipe.csv", "|"),
        "csv.gz": as_csv(frame, tmp_path / "log.csv.gz", ","),
        "gz without the name": as_csv(frame, tmp_path / "other.csv.gz", ",").rename(tmp_path / "zipped.txt"),
        "parquet": tmp_path / "log.parquet",
        "jsonl": as_json_lines(frame, tmp_path / "log.jsonl"),
    }


def test_every_source_gives_the_same_table(sources: dict[str, Any]) -> None:
    expected = facts(read_table(COLUMNS))
    assert expected["answered_at"] == [T0, T0 + 1500, T0 + 86_400_000, T0 + 2 * 86_400_000]
    assert expected["shown_at"] == [T0 - 1000, T0 + 1500, T0 + 86_397_000, T0 + 2 * 86_400_000]
    assert expected["learner"][3] == "12345678901234567890"
    for name, source in sources.items():
        raw = read_table(source)
        assert facts(raw) == expected, name
        assert report_of(raw).accepted == N


def test_rows_are_lines_in_text_and_positions_in_frames(sources: dict[str, Any]) -> None:
    assert read_table(sources["csv"]).row.tolist() == [2, 3, 4, 5]
    assert read_table(sources["jsonl"]).row.tolist() == [1, 2, 3, 4]
    for name in ("pandas", "polars", "arrow", "parquet"):
        assert read_table(sources[name]).row.tolist() == [0, 1, 2, 3]


def test_kind_and_report_frames_come_back_in_kind(sources: dict[str, Any]) -> None:
    kinds = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "arrow": pa.Table, "csv": pd.DataFrame}
    for name, frame_type in kinds.items():
        raw = read_table(sources[name])
        assert raw.kind == ("path" if name == "csv" else name)
        assert isinstance(report_of(raw).to_frame(), frame_type)


LAYOUT_CASES = {
    "py-fsrs": ("card_id,rating,review_datetime,review_duration\n5,3,2026-03-02T09:00:00+00:00,2000\n", T0 - 2000),
    "fsrs-optimizer": (f"card_id,review_time,review_rating,review_state,review_duration\n5,{T0},3,2,2000\n", T0 - 2000),
    "anki-history": (f"card_id,review_time_ms,rating,duration_ms,review_type\n5,{T0},3,2000,1\n", T0 - 2000),
    "anki-revlog": (f"id,cid,usn,ease,ivl,lastIvl,factor,time,type\n{T0},5,-1,3,1,1,2500,2000,1\n", T0 - 2000),
}


@pytest.mark.parametrize("layout", LAYOUT_CASES)
def test_flashcard_layouts_are_one_learner(layout: str, tmp_path: Path) -> None:
    text, shown = LAYOUT_CASES[layout]
    (tmp_path / "revlog.csv").write_text(text)
    raw = read_table(tmp_path / "revlog.csv")
    assert raw.layout == layout
    assert (raw.learner.to_pylist(), raw.item.to_pylist()) == (["1"], ["5"])
    assert (raw.answered_at.tolist(), raw.shown_at.tolist(), raw.grade.tolist()) == ([T0], [shown], [3])
    assert any("one learner" in note for note in raw.findings.notes)


def test_manual_rows_are_set_aside() -> None:
    history = {
        "card_id": [1, 1, 2],
        "review_time_ms": [T0, T0 + 1, T0 + 2],
        "rating": [3, 0, 1],
        "review_type": [0, 4, 3],
    }
    report = report_of(read_table(history))
    assert (report.accepted, report.set_aside) == (2, 1)
    optimizer = {
        "card_id": [1, 1, 1],
        "review_time": [T0, T0 + 1, T0 + 2],
        "review_rating": [3, 0, 0],
        "review_state": [4, 4, 2],
    }
    report = report_of(read_table(optimizer))
    assert (report.accepted, report.set_aside, report.rejected) == (1, 1, 1)


def test_cloze_study_rows_are_set_aside_and_the_variant_is_the_item() -> None:
    raw = read_table(
        {
            "user_id": ["u", "u"],
            "item_id": [3, 3],
            "variant_id": [11, 12],
            "ts": [T0 // 1000, T0 // 1000 + 9],
            "outcome": ["INCORRECT", "STUDY"],
            "response_type": ["ATTEMPT", "HINT_REQUEST"],
            "duration_s": [0, 9],
        }
    )
    assert report_of(raw).set_aside == 1
    assert (raw.item.to_pylist(), raw.skills.to_pylist(), raw.success.tolist()) == (["11"], ["3"], [0])
    assert raw.shown_at.tolist() == raw.answered_at.tolist() == [T0]


def test_tutor_log_is_shown_at_the_answer_before_within_a_session() -> None:
    seconds = [100, 160, 160 + 1800, 50]
    raw = read_table(
        {
            "user_id": [1, 1, 1, 2],
            "item_id": [1] * 4,
            "timestamp": seconds,
            "correct": [1, 0, 1, 1],
            "skill_id": [1] * 4,
        }
    )
    assert raw.layout == "learner-performance"
    assert (raw.shown_at // 1000).tolist() == [100, 100, 1960, 50]
    assert any("unknown start" in note for note in raw.findings.notes)


def test_cohort_copies_count_days_and_number_their_answers() -> None:
    raw = read_table(
        {"learner": [1, 1], "item": [1, 1], "skill": [1, 1], "t_days": [1.5, 1.5], "correct": [1, 0], "seq": [0, 1]}
    )
    assert raw.layout == "cohort"
    assert raw.answered_at.tolist() == [129_600_000] * 2
    assert raw.shown_at is not None
    assert raw.shown_at.tolist() == raw.answered_at.tolist()
    assert raw.extra["attempt"].to_pylist() == ["0", "1"]


def test_kinds_other_than_quiz_and_placement_are_set_aside() -> None:
    report = report_of(raw := read_dict(kind=["quiz", "exposure", "Placement", ""]))
    assert report.set_aside == 1
    assert raw.kind_column.to_pylist() == ["quiz", "placement", "quiz"]
    assert report_of(read_dict(kind=["quiz", "party", "quiz", "quiz"])).rejected == 1


def test_a_missed_quiz_is_no_wrong_answer() -> None:
    changes = {"success": [1, None, 1, None], "score": [None] * 4}
    times = ["2026-03-02T09:00:00Z", None, "2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z"]
    report = report_of(read_dict(**changes, answered_at=times))
    assert (report.accepted, report.set_aside, report.rejected) == (2, 1, 1)


def test_mapping_overrides_and_is_checked() -> None:
    source = {"email": ["a@x"], "q": ["q1"], "when": ["2026-03-02T09:00:00Z"], "points": [0.5], "correct": [1]}
    columns = {"learner": "email", "item": "q", "answered_at": "when", "score": "points"}
    raw = read_table(source, columns)
    assert raw.layout == "custom"
    assert raw.success is None  # the caller said which column is the answer
    assert raw.score.tolist() == [0.5]
    with pytest.raises(InputError, match=r"unknown canonical name, got 'lerner'.*did you mean 'learner'"):
        read_table(source, {"lerner": "email"})
    with pytest.raises(InputError, match=r"column 'emial'.*did you mean 'email'"):
        read_table(source, {**columns, "learner": "emial"})
    with pytest.raises(InputError, match=r"no column for 'learner'.*found 'email'"):
        read_table(source)


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"learner": ["a", "", "c", "d"]}, "learner", "has no id"),
        ({"item": ["a", None, "c", "d"]}, "item", "has no id"),
        ({"item": [1.0, float("nan"), 2.0, 3.0]}, "item", "has no id"),
        ({"success": [1, 2, 1, 1]}, "success", "is not right or wrong"),
        ({"score": [1, 1.5, 1, 1]}, "score", "is not a score"),
        ({"score": [1, 1.0, 1, 1]}, "score", "disagrees with column 'success'"),
        ({"success": [1, None, 1, 1], "score": [1, float("nan"), 1, 1]}, "success", "has no answer"),
        ({"grade": [3, 0, 4, 2]}, "grade", "is not a grade"),
        ({"grade": ["Good", "Hard", "easy", "2"]}, "success", "disagrees with column 'grade'"),
        ({"response_ms": [1, -1, 1, 1]}, "response_ms", "is not a response time"),
        ({"shown_at": [None, "2026-03-02T09:00:02Z", None, None]}, "shown_at", "is later than the answer"),
    ],
)
def test_bad_values_reject_their_row(changes: dict[str, Any], column: str, reason: str) -> None:
    raw = read_dict(**changes)
    report = report_of(raw)
    assert (report.rejected, report.accepted) == (1, 3)
    error = raw.findings.first_error()
    assert error is not None
    assert (error.row, error.column, error.problem) == (1, column, reason)
    assert error.expected and error.source == "dict"
    problems = report.problems()
    assert problems["row"].tolist() == [1]
    assert report.to_frame()["rows"].sum() == N


@pytest.mark.parametrize(
    "words", [["true", "FALSE", "Yes", "1"], ["correct", "Incorrect", "pass", "1.0"], [True, False, True, True]]
)
def test_outcome_words(words: list[object]) -> None:
    assert read_dict(success=words).success.tolist() == [1, 0, 1, 1]


def test_whole_float_ids_are_integers_and_leading_zeros_survive() -> None:
    assert read_dict(item=[1.0, 2.0, 3.5, 4.0]).item.to_pylist() == ["1", "2", "3.5", "4"]
    assert read_dict().learner.to_pylist()[0] == "007"


def test_python_times_and_frames_without_rows_or_columns() -> None:
    paris = dt.timezone(dt.timedelta(hours=1))
    times = [dt.datetime(2026, 3, 2, 10, tzinfo=paris)] + [dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)] * 3
    raw = read_dict(answered_at=times)
    assert raw.answered_at.tolist() == [T0] * 4
    assert report_of(raw).repaired == 1  # one offset differs from the commonest
    for bad in (
        pd.DataFrame(COLUMNS).iloc[:0],
        {},
        5,
        [1, 2],
        pl.LazyFrame(COLUMNS),
        {"learner": 3},
        {**COLUMNS, "item": ["x"]},
    ):
        with pytest.raises(InputError):
            read_table(bad)


def test_readers_can_come_from_other_packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from perdure.readers import Document, Findings, Sheet, formats

    class Shouting:
        id = "shouting"
        extensions = (".shout",)

        def sniff(self, document: Document) -> bool:
            return document.head.startswith(b"HEAR YE")

        def read(self, document: Document, choose: Any) -> Sheet:
            table = pa.table({k: [v[0]] for k, v in COLUMNS.items()})
            return Sheet(
                table.select(list(choose(table.column_names))), np.array([0]), Findings(source=document.name, rows=1)
            )

    monkeypatch.setattr(formats, "installed", lambda: [Shouting()])
    (tmp_path / "log.shout").write_text("HEAR YE\n")
    assert len(read_table(tmp_path / "log.shout")) == 1
