"""The sample cohort is what its script makes, small, realistic, and true to its own truth."""

from __future__ import annotations

import csv
import gzip
import json
import math
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from perdure import sample

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tools" / "make_sample.py"
LIMIT_BYTES = 500_000
CANONICAL = [
    "learner",
    "item",
    "skills",
    "shown_at",
    "answered_at",
    "success",
    "response_ms",
    "course",
    "session",
    "kind",
]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with gzip.open(sample.answers_path(), "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.skipif(not SCRIPT.is_file(), reason="tools/make_sample.py is not here (tests run outside the repository)")
def test_the_script_makes_what_is_committed() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_files_are_small() -> None:
    folder = sample.answers_path().parent
    assert sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) < LIMIT_BYTES


def test_gzip_carries_no_time_and_no_name() -> None:
    header = sample.answers_path().read_bytes()[:10]
    assert header[3] == 0 and header[4:8] == b"\0\0\0\0"


def test_counts(rows: list[dict[str, str]]) -> None:
    counts = sample.truth()["counts"]
    assert list(rows[0]) == CANONICAL
    assert counts == {
        "rows": len(rows),
        "learners": len({row["learner"] for row in rows}),
        "items": len({row["item"] for row in rows}),
        "skills": len({skill for row in rows for skill in row["skills"].split("|")}),
        "cohorts": len({row["course"] for row in rows}),
        "right": sum(row["success"] == "1" for row in rows),
    }
    assert (counts["learners"], counts["items"], counts["skills"], counts["cohorts"]) == (150, 48, 8, 3)


def test_answers_fall_in_working_hours_of_working_days(rows: list[dict[str, str]]) -> None:
    zone, days_off = ZoneInfo("Europe/Paris"), {date.fromisoformat(day) for day in sample.truth()["days_off"]}
    for row in rows:
        shown = datetime.fromisoformat(row["shown_at"]).astimezone(zone)
        assert shown.weekday() < 5 and shown.date() not in days_off, row
        assert 8 <= shown.hour < 18, row


def test_nobody_answers_on_leave(rows: list[dict[str, str]]) -> None:
    learners = sample.truth()["learners"]
    for row in rows:
        day = row["shown_at"][:10]
        assert not any(first <= day <= last for first, last in learners[row["learner"]]["leave"]), row


def test_times_agree(rows: list[dict[str, str]]) -> None:
    last: dict[str, datetime] = {}
    for row in rows:
        shown, answered = (datetime.fromisoformat(row[name]) for name in ("shown_at", "answered_at"))
        assert round((answered - shown).total_seconds() * 1000) == int(row["response_ms"])
        assert row["learner"] not in last or last[row["learner"]] < shown, "a learner answers one question at a time"
        last[row["learner"]] = answered
    assert [row["answered_at"] for row in rows] == sorted(row["answered_at"] for row in rows)


def test_wrong_answers_are_slower(rows: list[dict[str, str]]) -> None:
    times = {mark: sorted(int(row["response_ms"]) for row in rows if row["success"] == mark) for mark in "01"}
    assert times["0"][len(times["0"]) // 2] > 1.2 * times["1"][len(times["1"]) // 2]


def test_the_weaker_site_answers_less(rows: list[dict[str, str]]) -> None:
    cohorts = sample.truth()["cohorts"]
    later = Counter(row["course"] for row in rows if row["session"] != "end-test")
    share = {name: later[name] / facts["learners"] for name, facts in cohorts.items()}
    assert min(share, key=share.__getitem__) == min(cohorts, key=lambda name: cohorts[name]["adherence"])


def test_answers_follow_the_true_probabilities(rows: list[dict[str, str]]) -> None:
    pairs = [
        (p, row["success"] == "1") for p, row in zip(sample.true_probabilities(), rows, strict=True) if p is not None
    ]
    assert len(pairs) > 10_000
    buckets: dict[int, list[tuple[float, bool]]] = {}
    for p, right in pairs:
        buckets.setdefault(min(9, int(10 * p)), []).append((p, right))
    for number, bucket in buckets.items():
        expected = sum(p for p, _ in bucket)
        deviation = math.sqrt(sum(p * (1 - p) for p, _ in bucket))
        # Eight buckets, one fixed seed: 4 standard errors leave a chance of 1 in 2,000 that a true sample fails.
        assert abs(sum(right for _, right in bucket) - expected) < 4 * deviation, f"bucket {number}"


def test_true_recall_falls_with_time() -> None:
    soon, late = (sample.true_recall(datetime(2026, month, 13, tzinfo=UTC)) for month in (4, 7))
    assert len(soon) == 150 * 48
    assert all(0 < late[key] < soon[key] <= 1 for key in soon)


def test_true_recall_refuses_what_has_no_answer() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        sample.true_recall(datetime(2026, 4, 13))
    with pytest.raises(ValueError, match="before the log's last answer"):
        sample.true_recall(datetime(2025, 10, 1, tzinfo=UTC))


def test_truth_is_not_the_default() -> None:
    text = (sample.answers_path().parent / "truth.json").read_text(encoding="utf-8")
    truth = json.loads(text)
    assert len(truth["parameters"]) == 21
    assert truth["parameters"][20] != 0.1542 and truth["parameters"][2] != 2.3065
