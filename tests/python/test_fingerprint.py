"""Fingerprints of logs: by their definition, the same however a log came in, and another for every other answer."""

from __future__ import annotations

import gzip
import hashlib
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from perdure import InputError, ReviewLog, fingerprint, read_answers

ROWS = [
    ("naïve", "q1", "2026-03-02T09:00:00.000Z", "2026-03-02T08:59:51.000Z", 1, 3),
    ("naïve", "q1", "2026-03-04T09:00:00.000Z", "2026-03-04T08:59:52.000Z", 0, 1),
    ("日本", "q2", "2026-03-02T10:00:00.001Z", "2026-03-02T10:00:00.001Z", 1, 2),
    ("bob", "q2", "2026-03-03T10:00:00.001Z", "2026-03-03T10:00:00.000Z", 0.25, 1),
    ("bob", "q1", "2026-03-03T10:00:00.001Z", "2026-03-03T10:00:00.000Z", 0.75, 4),
]
NAMES = ["learner", "item", "answered_at", "shown_at", "score", "grade"]


def frame(rows: list[Any] = ROWS) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=NAMES)


def by_hand(rows: list[Any]) -> str:
    """The definition, row by row."""
    digest = hashlib.sha256(b"perdure answers 1\n")
    places = []
    for column in (0, 1):
        names = sorted({row[column] for row in rows})
        places.append({name: k for k, name in enumerate(names)})
        digest.update(struct.pack("<q", len(names)))
        for name in names:
            digest.update(struct.pack("<q", len(name.encode())) + name.encode())
    digest.update(struct.pack("<q", len(rows)))

    def ms(text: str) -> int:
        return int(pd.Timestamp(text).value // 1_000_000)

    coded = sorted((places[0][r[0]], places[1][r[1]], ms(r[2]), ms(r[3]), r[5], r[4]) for r in rows)
    for column, kind in enumerate("qqqqBf"):
        digest.update(struct.pack(f"<{len(rows)}{kind}", *(row[column] for row in coded)))
    return f"sha256:{digest.hexdigest()}"


def test_it_is_what_it_says() -> None:
    assert fingerprint.of(read_answers(frame())) == by_hand(ROWS)
    assert fingerprint.is_one(by_hand(ROWS))
    for other in ("", "sha256:", by_hand(ROWS)[:-1], by_hand(ROWS).upper(), None, 3):
        assert not fingerprint.is_one(other)


def test_it_is_the_same_however_the_log_came_in(tmp_path: Path) -> None:
    expected = fingerprint.of(read_answers(frame()))
    frame().to_csv(tmp_path / "a.csv", index=False)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes()))
    frame().to_parquet(tmp_path / "a.parquet")
    frame().iloc[::-1].to_csv(tmp_path / "b.tsv", index=False, sep="\t")
    sources = [tmp_path / name for name in ("a.csv", "a.csv.gz", "a.parquet", "b.tsv")]
    for source in [*sources, pl.from_pandas(frame()), frame().to_dict("list")]:
        assert fingerprint.of(read_answers(source)) == expected
    local = frame().assign(answered_at=pd.to_datetime(frame()["answered_at"]).dt.tz_convert("Asia/Tokyo"))
    assert fingerprint.of(read_answers(local)) == expected
    renamed = frame().rename(columns={"learner": "email"})
    assert fingerprint.of(read_answers(renamed, columns={"learner": "email"})) == expected


def test_columns_that_no_model_reads_play_no_part() -> None:
    more = frame().assign(skills="s", course="c", confidence=3)
    assert fingerprint.of(read_answers(more)) == by_hand(ROWS)


OTHERS: list[dict[str, Any]] = [
    {"learner": "other"},
    {"item": "other"},
    {"answered_at": "2026-03-05T09:00:00.001Z"},
    {"shown_at": "2026-03-01T09:00:00.000Z"},
]


@pytest.mark.parametrize("change", [*OTHERS, {"score": 0.125}, {"grade": 2, "score": 0.5}, {"grade": 3}], ids=str)
@pytest.mark.parametrize("row", range(5))
def test_every_value_counts(row: int, change: dict[str, Any]) -> None:
    changed = [dict(zip(NAMES, r, strict=True)) for r in ROWS]
    was_right = changed[row]["grade"] > 1
    if "score" in change and change["score"] < 0.5 and was_right:
        change = {"score": 0.625}  # a score agrees with its grade
    if change == {"grade": 3} and (not was_right or changed[row]["grade"] == 3):
        change = {"grade": 4, "score": 1}
    changed[row].update(change)
    assert fingerprint.of(read_answers(pd.DataFrame(changed))) != by_hand(ROWS)


def test_a_part_is_the_log_of_its_rows() -> None:
    part = read_answers(frame()).where(np.array([True, True, False, False, True]))
    assert fingerprint.of(part) == by_hand([ROWS[0], ROWS[1], ROWS[4]])
    assert fingerprint.of(part.where(np.zeros(3, dtype=bool))) == by_hand([])


CARD = st.tuples(
    st.sampled_from("abc"),
    st.sampled_from("xyz"),
    st.integers(0, 3),
    st.sampled_from([(0.0, 1), (0.25, 1), (0.5, 2), (1.0, 3), (1.0, 4)]),
)


@given(st.lists(CARD, min_size=1, max_size=15, unique=True), st.randoms())
def test_the_order_of_rows_plays_no_part(cards: list[Any], random: Any) -> None:
    rows = [(a, i, f"2026-03-0{d + 1}T00:00:00Z", f"2026-03-0{d + 1}T00:00:00Z", *o) for a, i, d, o in cards]
    shuffled = random.sample(rows, len(rows))
    first, second = (fingerprint.of(read_answers(frame(order))) for order in (rows, shuffled))
    assert first == second == by_hand(rows)


def test_many_ids_sort_right() -> None:
    """More than 65,536 learners: ids are sorted in passes of 16 bits."""
    n = 66_000
    rng = np.random.default_rng(1)
    codes = rng.permutation(n)
    rows = [(f"L{c}", f"q{c % 7}", "2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z", 1, 3) for c in codes.tolist()]
    assert fingerprint.of(read_answers(frame(rows))) == by_hand(rows)


def test_what_is_no_log_is_refused(log: ReviewLog) -> None:
    with pytest.raises(InputError, match="log: not a review log"):
        fingerprint.of(frame())  # type: ignore[arg-type]
