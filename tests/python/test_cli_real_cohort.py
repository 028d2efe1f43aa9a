"""A cohort file for a real log, from the plan to what a training manager reads. The log lies beside the repository."""

from __future__ import annotations

import csv
import datetime as dt
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from perdure import Cohort, Fsrs6, plan_checker, read_answers

vobject = pytest.importorskip("vobject", reason="an independent reader of iCalendar")
LOG = Path(__file__).resolve().parents[3] / "shared" / "data" / "statistics_cloze.csv.gz"
DAY = dt.timedelta(1)
CAPACITY = 150

pytestmark = pytest.mark.skipif(not LOG.is_file(), reason=f"the real log {LOG.name} is not beside the repository")


def cohort_text(items: list[str], trained: dt.date) -> str:
    """Two courses; a review quiz, an evaluation, a session for everyone on one of two days; too few contacts a day."""
    half = len(items) // 2
    monday = trained + DAY * (7 - trained.weekday())
    dates = ", ".join(str(monday + days * DAY) for days in (29, 36))
    return f"""
[cohort]
name = "Statistics"
timezone = "America/New_York"
start = {monday}
deadline = {monday + 81 * DAY}

[caps]
questions_per_session = 5
sessions_per_week = 2

[organisation]
contacts_per_day = {CAPACITY}

[[courses]]
id = "means"
training_end = {trained}
items = {json.dumps(items[:half])}

[[courses]]
id = "tests"
training_end = {trained}
items = {json.dumps(items[half:])}
goal = {{ aim = "mixture" }}

[[group_sessions]]
id = "webinar"
course = "means"
dates = [{dates}]

[[steps]]
id = "review"
kind = "review-quiz"
course = "tests"
after_days = 30

[[steps]]
id = "survey"
kind = "cold-evaluation"
course = "tests"
after_days = 60
tolerance_days = 7
"""


def perdure(*arguments: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "perdure.cli", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A folder with the plan, and what the command said."""
    folder = tmp_path_factory.mktemp("cloze")
    log = read_answers(LOG)
    Fsrs6().save(folder / "model.json")
    trained = log.last_answered_at.date() + DAY
    (folder / "cohort.toml").write_text(cohort_text(list(log.items), trained), encoding="utf-8")
    arguments = ("-m", "model.json", "--cohort", "cohort.toml", "-o", "plan", "--feeds", "feeds", "--json")
    return folder, json.loads(perdure("plan", str(LOG), *arguments, folder=folder))


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "plan" / "plan.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_no_rule_of_the_cohort_is_broken(made: tuple[Path, dict[str, Any]]) -> None:
    folder, found = made
    cohort = Cohort.from_toml(folder / "cohort.toml")
    assert plan_checker.check_plan(folder / "plan" / "plan.csv", cohort) == []
    kinds = Counter(row["kind"] for row in rows(folder))
    assert set(kinds) == {"quiz", "review-quiz", "group-session", "cold-evaluation"}
    worth = found["certificate"]
    assert worth["no_review"] < worth["value"] <= worth["upper_bound"] and worth["gap"] < 0.05
    assert "contacts_per_day" in {one["cap"] for one in worth["binding"]}
    assert found["learners"] == found["log"]["learners"] == 478


def test_calendars_are_read_by_another_library(made: tuple[Path, dict[str, Any]]) -> None:
    folder, found = made
    group = vobject.readOne((folder / "plan" / "plan.ics").read_text(encoding="utf-8"))
    assert [event.summary.value for event in group.vevent_list] == ["webinar"]
    feeds = sorted((folder / "feeds").iterdir())
    assert len(feeds) == found["feeds"]["files"] == 478
    one = vobject.readOne(feeds[0].read_text(encoding="utf-8"))
    own = {row["date"] for row in rows(folder) if row["learner"] == feeds[0].stem}
    assert {str(event.dtstart.value.date()) for event in one.vevent_list} == own


def test_a_plan_is_explained_in_sentences(made: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = made
    row = next(row for row in rows(folder) if row["kind"] == "quiz")
    text = perdure("explain", "plan", "--learner", row["learner"], "--date", row["date"], folder=folder)
    assert row["item"] in text and "would be recalled on that day" in " ".join(text.split())
