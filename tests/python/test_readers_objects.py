"""Columns of Python objects and of rare types: each value is read, missing, or refused with one clear message."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from perdure.errors import InputError
from perdure.readers import RawTable, read_table
from perdure.readers.json_lines import plain_text

TIMES = ["2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z", "2026-03-04T09:00:00Z"]


def read(**changes: Any) -> RawTable:
    return read_table(
        {"learner": ["a", "b", "c"], "item": ["q"] * 3, "answered_at": TIMES, "success": [1, 0, 1]} | changes
    )


def rejected(raw: RawTable) -> list[tuple[str, str | None, list[int]]]:
    return [(f.reason, f.column, f.rows.tolist()) for f in raw.findings.resolved() if f.outcome == "rejected"]


@pytest.mark.parametrize(
    "missing",
    [None, pd.NA, pd.NaT, float("nan"), np.float32("nan"), np.datetime64("NaT"), Decimal("NaN"), Decimal("sNaN"), ""],
    ids=repr,
)
@pytest.mark.parametrize("wrap", [list, lambda values: pd.Series(values, dtype=object)], ids=["list", "series"])
def test_a_missing_id_rejects_its_row(missing: Any, wrap: Any) -> None:
    for name in ("learner", "item"):
        raw = read(**{name: wrap(["a", 1, missing])})
        assert rejected(raw) == [("has no id", name, [2])]
        assert getattr(raw, name).to_pylist() == ["a", "1"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (np.array([1, 2]), "holds several values"),
        (["x", "y"], "holds several values"),
        (np.zeros((2, 2)), "is not a value that can be read"),
        ([["x"]], "is not a value that can be read"),
        ({"id": 1}, "is not a value that can be read"),
        (object(), "is not a value that can be read"),
        (1j, "is not a value that can be read"),
        (dt.timedelta(1), "is not a value that can be read"),
        (b"\xff", "holds bytes that are not UTF-8"),
    ],
    ids=str,
)
def test_what_is_no_id_rejects_its_row(value: Any, reason: str) -> None:
    series = pd.Series(["a", 1, None], dtype=object)
    series.iat[2] = value
    for column in (series, ["a", 1, value]):
        raw = read(learner=column)
        assert rejected(raw) == [(reason, "learner", [2])]
        assert (raw.learner.to_pylist(), raw.row.tolist(), raw.findings.rows) == (["a", "1"], [0, 1], 3)


def test_rows_that_are_all_refused_leave_an_empty_table() -> None:
    raw = read(learner=[object(), object(), object()])
    assert (len(raw), raw.findings.count("rejected")) == (0, 3)


def test_a_column_of_lists_is_no_column_of_ids() -> None:
    raw = read(learner=[["a", "b"], ["c"], []])
    assert rejected(raw) == [("holds several values", "learner", [0]), ("has no id", "learner", [2])]
    assert raw.learner.to_pylist() == ["c"]


def test_bytes_are_text() -> None:
    assert read(learner=["b", b"a", 1]).learner.to_pylist() == ["b", "a", "1"]
    assert read(learner=[b"b", b"a", b"c"]).learner.to_pylist() == ["b", "a", "c"]
    assert plain_text(b"a") == "a"


def test_skills_may_be_lists_of_any_length() -> None:
    lists = [["s1", None, "s2"], ["s1"], None]
    for skills in (lists, pd.Series(lists), pa.array(lists), pl.Series(lists), ["s1 | s2", " s1", pd.NA]):
        assert read(skills=skills).skills.to_pylist() == ["s1|s2", "s1", None]
    assert read(skills=["s1", ["s1", "s2"], 3]).skills.to_pylist() == ["s1", "s1|s2", "3"]
    assert read(skills=[["a", "b"], ["c", "d"], ["e", "f"]]).skills.to_pylist() == ["a|b", "c|d", "e|f"]


def test_blanks_around_ids_are_repaired() -> None:
    raw = read(learner=["a ", "a", "\ta"], item=["q", "q ", "q"], skills=["s1", "s1", " s1 | s2 "])
    assert (raw.learner.to_pylist(), raw.item.to_pylist()) == (["a"] * 3, ["q"] * 3)
    assert raw.skills.to_pylist() == ["s1", "s1", "s1|s2"]
    assert {f.reason for f in raw.findings.resolved()} == {"surrounding blanks removed"}
    assert raw.findings.count("repaired") == 3


def test_polars_types_that_arrow_does_not_know() -> None:
    frame = pl.DataFrame({"learner": ["a", "b"], "item": ["q", "q"], "answered_at": TIMES[:2], "success": [1, 0]})
    wide = pl.Series([1, 2], dtype=pl.Int128)
    with pytest.raises(InputError, match=r"column 'item': values of the Polars type Int128 cannot be read; expected"):
        read_table(frame.with_columns(item=wide))
    with pytest.raises(InputError, match=r"column 'item': values of the Polars type Int128"):
        read_table({**frame.to_dict(), "item": wide})
    assert len(read_table(frame.with_columns(unused=wide))) == 2
    raw = read_table(frame.with_columns(learner=pl.Series([object(), "b"], dtype=pl.Object)))
    assert rejected(raw) == [("is not a value that can be read", "learner", [0])]
    assert raw.kind == "polars"


def test_what_is_no_column_is_refused() -> None:
    for column in ({"a", "b", "c"}, b"abc", {"a": 1}, np.zeros((3, 1)), 3):
        with pytest.raises(InputError, match="column 'learner': is not a column"):
            read(learner=column)


def test_durations_are_not_taken_for_milliseconds() -> None:
    with pytest.raises(InputError, match=r"column 'response_ms': values of type duration"):
        read(response_ms=[dt.timedelta(seconds=4)] * 3)


@pytest.mark.parametrize("wrap", [list, lambda values: pd.Series(values, dtype="category")], ids=["list", "category"])
def test_confidence_that_is_no_number_is_left_out_with_a_note(wrap: Any) -> None:
    raw = read(confidence=wrap(["high", "low", "3"]), success=[1, 0, 1])
    assert raw.extra["confidence"].to_pylist() == [None, None, 3.0]
    assert (len(raw), raw.findings.resolved()) == (3, [])
    assert raw.findings.notes == ["column 'confidence': values left out, not numbers: 2 (first row 0, e.g. 'high')"]
    assert read(confidence=[1, None, 3]).findings.notes == []


def test_advice_for_tables_in_memory_is_python() -> None:
    error = read(learner=["a", None, None]).findings.first_error()
    assert error is not None
    assert str(error).endswith('(and 1 more; with errors="skip", log.report.problems() lists them)')
    assert "perdure check" not in str(error)
