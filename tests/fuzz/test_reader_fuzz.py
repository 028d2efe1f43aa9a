"""Seeded mutations of small sound files: a reader gives InputError or a table whose counts add up, nothing else."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from perdure.errors import InputError
from perdure.readers import ImportReport, read_table

SEED = 20_260_302
MUTANTS = 150
"""Per format. With the cuts this takes some seconds for all formats together."""

ROWS = [
    {
        "learner": f"L{i % 2}",
        "item": f'q "{i}"' if i == 3 else f"q{i}",
        "answered_at": f"2026-03-0{i + 1}T09:00:00.25{'Z' if i % 2 else '+01:00'}",
        "grade": 1 + i % 4,
        "response_ms": 1500 * i,
        "skills": "s1|s2",
    }
    for i in range(5)
]


def delimited(delimiter: str) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, ROWS[0], delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(ROWS)
    return out.getvalue().encode()


def parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), sink)
    return sink.getvalue()


def json_lines() -> bytes:
    return "\n".join(json.dumps(row) for row in ROWS).encode()


FILES: dict[str, Callable[[], bytes]] = {
    "csv": lambda: delimited(","),
    "tsv": lambda: delimited("\t"),
    "jsonl": json_lines,
    "parquet": parquet,
    "csv.gz": lambda: gzip.compress(delimited(","), mtime=0),
    "jsonl.gz": lambda: gzip.compress(json_lines(), mtime=0),
    "parquet.gz": lambda: gzip.compress(parquet(), mtime=0),
}


def check(path: Path, content: bytes) -> bool:
    """Read ``content``; return True when it gave a table."""
    path.write_bytes(content)
    try:
        raw = read_table(path)
    except InputError as error:
        assert "\n" not in str(error)
        return False
    report = ImportReport(raw.findings)
    assert len(raw) == report.accepted + report.repaired
    assert report.rows == len(raw) + report.rejected + report.duplicates + report.set_aside
    assert int(sum(f.rows.size for f in raw.findings.resolved())) == report.rows - report.accepted
    assert raw.grade is not None
    for column in (raw.row, raw.learner, raw.item, raw.answered_at, raw.grade):
        assert len(column) == len(raw)
    assert np.unique(raw.row).size == len(raw)
    assert ((raw.grade >= 1) & (raw.grade <= 4)).all()
    report.to_dict()
    return True


def mutate(content: bytes, draw: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(data)) if data else 0
        match draw.randrange(7):
            case 0:
                data[at : at + 1] = bytes([draw.randrange(256)])
            case 1:
                data[at:at] = b"\0" * draw.randint(1, 4)
            case 2:
                data[at:at] = draw.choice(
                    [b'"', b"\n", b"\r", b",", b"\t", b"{", b"}", b"\\", b"\xff", b"-", b"9" * 25]
                )
            case 3:
                del data[at : at + draw.randint(1, 40)]
            case 4:
                lines = bytes(data).split(b"\n")
                chosen = draw.randrange(len(lines))
                lines[chosen:chosen] = [lines[chosen]] * draw.randint(1, 3)
                data = bytearray(b"\n".join(lines))
            case 5:
                data[at] ^= 1 << draw.randrange(8)
            case _:
                other = draw.randrange(len(data)) if data else 0
                data[at:at] = data[other : other + draw.randint(1, 60)]
        if not data:
            break
    return bytes(data)


@pytest.mark.parametrize("name", FILES)
def test_sound_file_is_read(name: str, tmp_path: Path) -> None:
    assert check(tmp_path / f"log.{name}", FILES[name]())


@pytest.mark.parametrize("name", FILES)
def test_cut_at_every_byte(name: str, tmp_path: Path) -> None:
    content = FILES[name]()
    whole_lines = {"csv", "tsv", "jsonl"}
    for length in range(len(content)):
        read = check(tmp_path / f"log.{name}", content[:length])
        # What has no end mark may lose rows; what has one is refused.
        assert not read or name in whole_lines, length


@pytest.mark.parametrize("name", FILES)
def test_mutants(name: str, tmp_path: Path) -> None:
    content = FILES[name]()
    draw = random.Random(f"{SEED} {name}")
    for _ in range(MUTANTS):
        check(tmp_path / f"log.{name}", mutate(content, draw))


@pytest.mark.parametrize("name", ["csv", "jsonl", "parquet"])
def test_mutants_inside_gzip(name: str, tmp_path: Path) -> None:
    draw = random.Random(f"{SEED} inside {name}")
    for _ in range(MUTANTS // 5):
        check(tmp_path / f"log.{name}.gz", gzip.compress(mutate(FILES[name](), draw)))
