"""Random valid logs, written in every format and read back; and the real logs, where they are present."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import itertools
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from perdure.readers import ImportReport, RawTable, read_table
from perdure.readers.values import MISSING

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "data"

# Characters that a text format can hold in a quoted field. A carriage return would come back as a line feed.
CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\n")
IDS = st.text(CHARACTERS, min_size=1, max_size=8).filter(lambda text: text.strip() not in MISSING)
MOMENTS = st.datetimes(dt.datetime(1970, 1, 2), dt.datetime(2199, 12, 31), timezones=st.just(dt.UTC))


@st.composite
def logs(draw: st.DrawFn) -> list[dict[str, Any]]:
    outcome = draw(st.sampled_from(["grade", "success", "score"]))
    values: st.SearchStrategy[Any] = {
        "grade": st.integers(1, 4),
        "success": st.integers(0, 1),
        "score": st.floats(0, 1),
    }[outcome]
    optional = draw(st.booleans())
    row: dict[str, st.SearchStrategy[Any]] = {"learner": IDS, "item": IDS, "answered_at": MOMENTS, outcome: values}
    if optional:
        row |= {"skills": IDS, "response_ms": st.integers(0, 86_000_000)}
    return draw(st.lists(st.fixed_dictionaries(row), min_size=1, max_size=12))


def as_text(value: Any) -> Any:
    return value.isoformat(timespec="milliseconds") if isinstance(value, dt.datetime) else value


def delimited(rows: list[dict[str, Any]], delimiter: str) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0], delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: as_text(v) for k, v in row.items()} for row in rows)
    return out.getvalue().encode()


def parquet(rows: list[dict[str, Any]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


def encodings(rows: list[dict[str, Any]]) -> Iterator[tuple[str, bytes]]:
    for name, delimiter in (("csv", ","), ("tsv", "\t"), ("semicolon.csv", ";"), ("pipe.csv", "|")):
        yield name, delimited(rows, delimiter)
    yield "jsonl", "\n".join(json.dumps({k: as_text(v) for k, v in row.items()}) for row in rows).encode()
    yield "parquet", parquet(rows)


def without_blanks(row: dict[str, Any]) -> dict[str, Any]:
    """The ids of a row as they are read: no blanks around them, nor around the bars between skills."""
    ids = {name: row[name].strip() for name in ("learner", "item", "skills") if name in row}
    if "skills" in ids:
        ids["skills"] = re.sub(r"\s*\|\s*", "|", ids["skills"])
    return row | ids


def check(raw: RawTable, written: list[dict[str, Any]]) -> None:
    rows = [without_blanks(row) for row in written]
    assert raw.learner.to_pylist() == [row["learner"] for row in rows]
    assert raw.item.to_pylist() == [row["item"] for row in rows]
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    times = [(row["answered_at"] - epoch) // dt.timedelta(milliseconds=1) for row in rows]
    assert raw.answered_at.tolist() == times
    for name in ("grade", "success", "score", "response_ms"):
        if name in rows[0]:
            assert getattr(raw, name).tolist() == [row[name] for row in rows]
    if "skills" in rows[0]:
        assert raw.skills is not None and raw.shown_at is not None
        assert raw.skills.to_pylist() == [row["skills"] for row in rows]
        assert raw.shown_at.tolist() == [t - row["response_ms"] for t, row in zip(times, rows, strict=True)]
    report = ImportReport(raw.findings)
    changed = sum(before != after for before, after in zip(written, rows, strict=True))
    assert (report.rows, report.accepted, report.repaired) == (len(rows), len(rows) - changed, changed)


@settings(deadline=None, max_examples=60)
@given(logs())
def test_written_and_read_back(rows: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, content in encodings(rows):
            path = Path(folder) / f"log.{name}"
            path.write_bytes(content)
            check(read_table(path), rows)
            zipped = Path(folder) / f"log.{name}.gz"
            zipped.write_bytes(gzip.compress(content, 1))
            check(read_table(zipped), rows)


REAL_LOGS = {
    # file: layout, rows, answers, learners, items, skills
    "anki_josh.csv.gz": ("fsrs-optimizer", 12_580, 12_580, 1, 1_205, 0),
    "anki_niplav.csv.gz": ("anki-history", 68_092, 68_092, 1, 5_751, 0),
    "statistics_cloze.csv.gz": ("statistics-cloze", 58_316, 55_122, 478, 144, 36),
    "algebra05.tsv.gz": ("learner-performance", 129_998, 129_998, 114, 48_080, 258),
    "cohort_cloze.csv.gz": ("cohort", 55_122, 55_122, 478, 144, 36),
    "cohort_algebra05.csv.gz": ("cohort", 129_998, 129_998, 114, 48_080, 258),
}


def real(name: str) -> RawTable:
    if not (REAL / name).exists():
        pytest.skip("the real logs are not at ../shared/data")
    return read_table(REAL / name)


@pytest.mark.parametrize("name", REAL_LOGS)
def test_real_logs(name: str) -> None:
    layout, rows, answers, learners, items, skills = REAL_LOGS[name]
    raw = real(name)
    report = ImportReport(raw.findings)
    assert (raw.layout, report.rows, report.accepted, report.set_aside) == (layout, rows, answers, rows - answers)
    assert (len(raw.learner.dictionary), len(raw.item.dictionary)) == (learners, items)
    assert (0 if raw.skills is None else len(set(raw.skills.to_pylist()))) == skills
    assert raw.shown_at is not None
    assert (raw.shown_at <= raw.answered_at).all()


def test_cloze_times_are_those_of_the_question() -> None:
    """A question left unanswered times out after 12 s, and that is how long it is to the next row: ts is a start."""
    if not (REAL / "statistics_cloze.csv.gz").exists():
        pytest.skip("the real logs are not at ../shared/data")
    with gzip.open(REAL / "statistics_cloze.csv.gz", "rt") as stream:
        rows = list(csv.DictReader(stream))
    waits = [
        float(after["ts"]) - float(row["ts"]) - float(row["review_latency_ms"]) / 1000
        for row, after in itertools.pairwise(rows)
        if row["how_answered"] == "timeout" and row["outcome"] == "INCORRECT" and row["user_id"] == after["user_id"]
    ]
    assert np.quantile(waits, [0.1, 0.5]).tolist() == [12.0, 12.0]


def test_tutor_log_agrees_with_its_cleaned_copy() -> None:
    raw, clean = real("algebra05.tsv.gz"), real("cohort_algebra05.csv.gz")
    assert raw.shown_at is not None
    learner = raw.learner.indices.to_numpy()
    # The copy is rounded to a millionth of a day, 0.0864 s.
    order = np.lexsort((np.arange(len(raw)), raw.answered_at, learner))
    assert np.abs(raw.shown_at[order] - clean.answered_at).max() < 87
