"""`perdure check` of cohort files, alone and beside answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from perdure import sample
from perdure.cli.app import run

FILE = """
[cohort]
timezone = "Europe/Paris"
start = 2026-04-13
deadline = 2026-06-30

[[courses]]
id = "fire"
training_end = 2026-03-31
items = ["nothing-like-it"]

[[steps]]
id = "cold"
kind = "cold-evaluation"
after_days = 60

[[learners]]
id = "L024"
leave = [{ first = 2026-04-01, last = 2026-07-30 }]
"""


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    path = tmp_path / "cohort.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_a_cohort_file_alone(cohort: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(cohort), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["command"], found["file"], found["ok"]) == ("check", str(cohort), True)
    said = found["cohort"]
    assert (said["start"], said["deadline"], said["study_days"]) == ("2026-04-13", "2026-06-30", 57)
    assert said["caps"] == {"questions_per_session": 5}
    assert said["courses"][0]["objectives"] == 1
    assert said["steps"] == [{"id": "cold", "kind": "cold-evaluation", "course": None, "dates": ["2026-06-01"]}]
    assert said["learners"] == {"listed": 1, "with_leave": 1, "with_own_caps": 0}
    assert [one["where"] for one in said["findings"]] == ["learners[1].leave"]


def test_a_cohort_file_for_a_person(cohort: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(cohort)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for words in ("2026-04-13 to 2026-06-30, 57 study days", "cold-evaluation every 2026-06-01", "1 fact to look at"):
        assert words in shown
    assert "learner L024: away from 2026-04-01 to 2026-07-30" in shown
    assert run(["check", str(sample.cohort_path())]) == 0
    assert "nothing in it stands in the way of a plan" in capsys.readouterr().out


def test_a_cohort_file_beside_answers(cohort: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(sample.answers_path()), "--cohort", str(cohort), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["report"]["rows"] == found["report"]["accepted"]
    assert [one["where"] for one in found["cohort"]["findings"]] == ["courses[1].items", "learners[1].leave"]
    cohort.write_text(FILE.replace("L024", "L0244").replace("start = 2026-04-13\n", ""), encoding="utf-8")
    assert run(["check", str(sample.answers_path()), "--cohort", str(cohort)]) == 2
    assert "key learners[1].id: unknown learner, got 'L0244'" in capsys.readouterr().err


def test_a_plan_without_a_start_begins_after_the_last_answer(cohort: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cohort.write_text(FILE.replace("start = 2026-04-13\n", ""), encoding="utf-8")
    assert run(["check", str(sample.answers_path()), "--cohort", str(cohort), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["log"]["last_answered_at"][:10] < found["cohort"]["start"] <= "2026-04-13"
    assert run(["check", str(cohort), "--json"]) == 0
    alone = json.loads(capsys.readouterr().out)["cohort"]
    assert (alone["start"], alone["study_days"], alone["steps"][0]["dates"]) == (None, None, [])


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (FILE.replace("deadline = 2026-06-30", "deadline = 2026-06-31"), [], "line 5: not TOML: "),
        (FILE.replace("after_days", "after_day"), [], "key steps[1].after_day: unknown key"),
        (FILE, ["--tz", "UTC"], "--tz: says nothing of a cohort file"),
        (FILE, ["--column", "learner=who"], "--column: says nothing of a cohort file"),
    ],
)
def test_errors(text: str, options: list[str], message: str, cohort: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cohort.write_text(text, encoding="utf-8")
    assert run(["check", str(cohort), *options]) == 2
    assert message in capsys.readouterr().err


def test_a_deadline_before_the_last_answer(cohort: Path, capsys: pytest.CaptureFixture[str]) -> None:
    past = (
        FILE.replace("start = 2026-04-13\n", "").replace("2026-06-30", "2026-01-30").replace("2026-03-31", "2025-12-31")
    )
    cohort.write_text(past, encoding="utf-8")
    assert run(["check", str(sample.answers_path()), "--cohort", str(cohort)]) == 2
    assert "key cohort.deadline: in the past" in capsys.readouterr().err
