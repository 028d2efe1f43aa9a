"""Text files and their troubles: encodings, quotes, ragged rows, damaged files, progress."""

from __future__ import annotations

import gzip
import os
import threading
from pathlib import Path

import pytest
from perdure.errors import InputError
from perdure.readers import ImportReport, RawTable, read_table

HEADER = "learner,item,answered_at,success"
ROWS = ["a,q1,2026-03-02T09:00:00Z,1", "b,q2,2026-03-02T09:00:01Z,0"]


def write(folder: Path, content: str | bytes, name: str = "log.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(folder: Path, content: str | bytes, name: str = "log.csv") -> InputError:
    path = write(folder, content, name)
    with pytest.raises(InputError) as caught:
        read_table(path)
    assert str(path) in str(caught.value)
    assert caught.value.expected
    return caught.value


def csv(*rows: str, end: str = "\n") -> str:
    return end.join([HEADER, *rows]) + end


def lines(raw: RawTable) -> list[int]:
    return raw.row.tolist()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("tail", ["", "\n", "\n\n"])
def test_line_ends_and_byte_order_mark(end: str, bom: str, tail: str, tmp_path: Path) -> None:
    text = (bom + HEADER + "\n" + "\n".join(ROWS) + tail).replace("\n", end)
    raw = read_table(write(tmp_path, text))
    assert (raw.learner.to_pylist(), lines(raw)) == (["a", "b"], [2, 3])


def test_blank_lines_are_not_rows_but_count_as_lines(tmp_path: Path) -> None:
    raw = read_table(write(tmp_path, f"\n{HEADER}\n\n{ROWS[0]}\n\n\n{ROWS[1]}\n"))
    assert (lines(raw), raw.findings.rows) == ([4, 7], 2)


def test_ragged_rows_are_rejected_by_line(tmp_path: Path) -> None:
    raw = read_table(write(tmp_path, csv(ROWS[0], "", "a,q1", ROWS[1], "a,q1,2026-03-02T09:00:00Z,1,9")))
    assert lines(raw) == [2, 5]
    report = ImportReport(raw.findings)
    assert (report.rows, report.rejected) == (4, 2)
    error = raw.findings.first_error()
    assert error is not None
    assert "line 4: wrong number of fields, got '2 fields'; expected 4 fields" in str(error)
    assert "(and 1 more; `perdure check` lists them)" in str(error)


def test_quoted_fields_with_line_breaks_keep_line_numbers(tmp_path: Path) -> None:
    raw = read_table(write(tmp_path, csv('"a\nb","q ""1""",2026-03-02T09:00:00Z,1', "", 'x,"q\n\n2"', ROWS[1])))
    assert (lines(raw), raw.learner.to_pylist(), raw.item.to_pylist()) == ([2, 8], ["a\nb", "b"], ['q "1"', "q2"])
    assert raw.findings.resolved()[0].rows.tolist() == [5]


def test_a_quote_inside_a_field_is_only_a_quote(tmp_path: Path) -> None:
    raw = read_table(write(tmp_path, csv('a,5" disk,2026-03-02T09:00:00Z,1', ROWS[1])))
    assert (raw.item.to_pylist(), lines(raw)) == (['5" disk', "q2"], [2, 3])


def test_an_unclosed_quote_names_its_line(tmp_path: Path) -> None:
    error = refused(tmp_path, csv(ROWS[0], '"a,q1,2026-03-02T09:00:00Z,1', ROWS[1]))
    assert error.row == 3


def test_utf16_is_named(tmp_path: Path) -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        assert "UTF-16" in str(refused(tmp_path, csv(*ROWS).encode(encoding)))


def test_invalid_utf8_names_its_line(tmp_path: Path) -> None:
    assert refused(tmp_path, csv(*ROWS).encode() + b"caf\xe9,q,2026-03-02T09:00:00Z,1\n").row == 4


def test_headers(tmp_path: Path) -> None:
    assert "no rows" in str(refused(tmp_path, HEADER + "\n"))
    assert "'item' 2 times" in str(refused(tmp_path, f"{HEADER},item\n{ROWS[0]},q1\n"))
    # A column that nobody reads may occur twice.
    raw = read_table(write(tmp_path, f"{HEADER},note,note\n{ROWS[0]},x,y\n"))
    assert len(raw) == 1
    raw = read_table(write(tmp_path, f" Learner , Item ID,Answered At,SUCCESS\n{ROWS[0]}\n"))
    assert len(raw) == 1


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"PK\x03\x04 and more", "zip archive or an Excel workbook"),
        (b"SQLite format 3\x00", "SQLite database"),
        (b"a,b\n\x00\x01\x02", "NUL byte"),
        (b"PAR1 but no more", "not a readable Parquet file"),
        (b"[{}]", "JSON array"),
        (b"{broken\n", "not a JSON object"),
        (gzip.compress(b""), "is empty"),
        (b"\x1f\x8b", "truncated gzip"),
        (gzip.compress(b"a" * 999)[:-6], "truncated gzip"),
        (gzip.compress(b"a" * 999)[:-8] + b"\x00" * 8, "damaged gzip"),
    ],
)
def test_refused_content(content: bytes, word: str, tmp_path: Path) -> None:
    assert word in str(refused(tmp_path, content))


def test_refused_paths(tmp_path: Path) -> None:
    for path, word in ((tmp_path, "directory"), (tmp_path / "none.csv", "no such file"), ("/dev/null", "regular")):
        with pytest.raises(InputError, match=word):
            read_table(path)
    with pytest.raises(InputError, match="not a path"):
        read_table("a\0b")


def test_two_gzip_members_are_one_file(tmp_path: Path) -> None:
    both = gzip.compress(csv(ROWS[0]).encode()) + gzip.compress(ROWS[1].encode())
    assert len(read_table(write(tmp_path, both))) == 2


def test_a_pipe_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_text(csv(*ROWS)))
    writer.start()
    assert len(read_table(path)) == 2
    writer.join()


JSON_ROW = '{"learner": %s, "item": "q", "answered_at": "2026-03-02T09:00:00Z", "success": %s}'


def test_json_lines_of_mixed_types(tmp_path: Path) -> None:
    text = "\n".join(
        [JSON_ROW % (9007199254740993, 1), "", JSON_ROW % ('"x"', "true"), "[1]", JSON_ROW % ("null", 1), "nonsense"]
    )
    raw = read_table(write(tmp_path, text, "log.jsonl"))
    assert (raw.learner.to_pylist(), lines(raw)) == (["9007199254740993", "x"], [1, 3])
    found = {f.reason: f.rows.tolist() for f in raw.findings.resolved()}
    assert found == {"is not a JSON object": [4, 6], "has no id": [5]}


def test_json_lines_keep_big_ids_and_lists_of_skills(tmp_path: Path) -> None:
    row = '{"learner": 18446744073709551616, "item": 1.0, "answered_at": 1772442000000, "success": 1, "tags": ["s", 2]}'
    raw = read_table(write(tmp_path, row, "log.jsonl"))
    assert (raw.learner.to_pylist(), raw.item.to_pylist()) == (["18446744073709551616"], ["1"])
    assert raw.skills is not None
    assert raw.skills.to_pylist() == ["s|2"]


def test_json_lines_with_members_that_look_like_dates(tmp_path: Path) -> None:
    raw = read_table(write(tmp_path, JSON_ROW % ('"2026-01-01"', 1), "log.jsonl"))
    assert raw.learner.to_pylist() == ["2026-01-01"]


def test_progress_ends_at_the_total_and_may_stop_the_import(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(csv(*ROWS).encode()))
    calls: list[tuple[int, int]] = []
    read_table(path, progress=lambda done, total: calls.append((done, total)))
    assert calls and calls[-1] == (path.stat().st_size, path.stat().st_size)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_table(path, progress=stop)


def test_blanks_around_ids_are_removed_and_counted(tmp_path: Path) -> None:
    raw = read_table(
        write(tmp_path, csv(ROWS[0], "a ,\u00a0q1 ,2026-03-03T09:00:00Z,1", "  ,q1,2026-03-04T09:00:00Z,1"))
    )
    assert (raw.learner.to_pylist(), raw.item.to_pylist(), lines(raw)) == (["a", "a"], ["q1", "q1"], [2, 3])
    report = ImportReport(raw.findings)
    assert (report.accepted, report.repaired, report.rejected) == (1, 1, 1)
    found = [(f.outcome, f.reason, f.column, f.value(0)) for f in raw.findings.resolved()]
    assert ("repaired", "surrounding blanks removed", "learner", "a ") in found
