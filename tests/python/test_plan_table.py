"""Files of a plan: CSV and Parquet."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from perdure import InputError
from perdure.plan_table import CODED, ROWS_OF_A_BLOCK, SCHEMA, coded, plain, read_csv, write_csv, write_parquet

DAY = dt.date(2026, 3, 3)
ROWS: list[dict[str, Any]] = [
    {
        "learner": 'O"Neill, Zoé',
        "course": "",
        "item": "line\nbreak",
        "skill": None,
        "date": DAY,
        "time": "09:00",
        "kind": "quiz",
        "predicted_recall": 0.123456789,
        "gain": 0.25,
        "price": -1e-9,
        "prerequisites_met": DAY,
        "reason": "early, by a day",
    },
    {
        "learner": "bob",
        "course": "fire",
        "item": None,
        "skill": None,
        "date": DAY,
        "time": "08:30",
        "kind": "nugget",
        "predicted_recall": None,
        "gain": None,
        "price": None,
        "prerequisites_met": None,
        "reason": "",
    },
]
TEXT = (
    "learner,course,item,skill,date,time,kind,predicted_recall,gain,price,prerequisites_met,reason\n"
    '"O""Neill, Zoé",,"line\nbreak",,2026-03-03,09:00,quiz,0.123457,0.25,0,2026-03-03,"early, by a day"\n'
    "bob,fire,,,2026-03-03,08:30,nugget,,,,,\n"
)


def table(rows: list[dict[str, Any]] = ROWS) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def test_rows_are_kept_as_codes(tmp_path: Path) -> None:
    kept = coded(table())
    assert kept.schema.equals(CODED)
    again = plain(kept).to_pylist()
    for row, before in zip(again, ROWS, strict=True):
        assert {**row, "predicted_recall": None, "price": None} == {**before, "predicted_recall": None, "price": None}
    assert again[0]["predicted_recall"] == pytest.approx(0.123456789, rel=1e-7)
    write_csv(kept, tmp_path / "plan.csv")
    assert (tmp_path / "plan.csv").read_bytes().decode() == TEXT
    assert coded(table([])).num_rows == 0
    assert read_csv(tmp_path / "plan.csv").schema.equals(CODED)


def test_csv(tmp_path: Path) -> None:
    write_csv(table(), tmp_path / "plan.csv")
    assert (tmp_path / "plan.csv").read_bytes().decode() == TEXT
    with (tmp_path / "plan.csv").open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    texts = [name for name in SCHEMA.names if SCHEMA.field(name).type == pa.string()]
    assert [[row[name] for name in texts] for row in read] == [[row[name] or "" for name in texts] for row in ROWS]


def test_parquet(tmp_path: Path) -> None:
    write_parquet(table(), tmp_path / "plan.parquet")
    assert pq.read_table(tmp_path / "plan.parquet").to_pylist() == ROWS


def test_no_row(tmp_path: Path) -> None:
    write_csv(table([]), tmp_path / "plan.csv")
    write_parquet(table([]), tmp_path / "plan.parquet")
    assert (tmp_path / "plan.csv").read_text(encoding="utf-8") == TEXT.split("\n")[0] + "\n"
    assert pq.read_table(tmp_path / "plan.parquet").schema.equals(SCHEMA)


@pytest.mark.parametrize("write", [write_csv, write_parquet])
def test_blocks_make_the_same_file(write: Any, tmp_path: Path) -> None:
    many = table([{**ROWS[1], "learner": f"L{n}"} for n in range(ROWS_OF_A_BLOCK + 10)])
    write(many, tmp_path / "whole")
    write(iter(many.to_batches(ROWS_OF_A_BLOCK)), tmp_path / "blocks")
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "blocks").read_bytes()
    if write is write_csv:
        lines = (tmp_path / "whole").read_text(encoding="utf-8").splitlines()
        assert len(lines) == many.num_rows + 1
        assert lines[-1] == f"L{many.num_rows - 1},fire,,,2026-03-03,08:30,nugget,,,,,"
    else:
        assert pq.ParquetFile(tmp_path / "whole").num_row_groups == 2


@pytest.mark.parametrize("write", [write_csv, write_parquet])
def test_a_file_appears_whole_or_not_at_all(write: Any, tmp_path: Path) -> None:
    target = tmp_path / "plan"
    target.write_text("the one before", encoding="utf-8")

    def broken() -> Any:
        yield from table().to_batches()
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        write(broken(), target)
    assert target.read_text(encoding="utf-8") == "the one before"
    assert list(tmp_path.iterdir()) == [target]
    with pytest.raises(InputError, match="table: has other columns"):
        write(table().drop_columns(["gain"]), target)
    assert target.read_text(encoding="utf-8") == "the one before"
