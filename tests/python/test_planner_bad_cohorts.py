"""Cohort files that ask for what cannot be: one clear message, or a plan that names what it leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest
from perdure import Cohort, Fsrs6, InputError, Plan, Planner, States, read_answers, sample

BASE = """
[cohort]
timezone = "Europe/Paris"
start = 2026-04-13
deadline = 2026-05-29
"""
COURSE = """
[[courses]]
id = "safety"
training_end = 2026-04-10
[[courses.skills]]
id = "fire safety"
requires = [{requires}]
[[courses.skills]]
id = "first aid"
requires = ["fire safety"]
"""


@pytest.fixture(scope="module")
def states() -> States:
    return Fsrs6().states(read_answers(sample.answers_path()))


def planned(text: str, states: States, folder: Path) -> Plan:
    (folder / "cohort.toml").write_text(text, encoding="utf-8")
    return Planner(Cohort.from_toml(folder / "cohort.toml"), courses=50).plan(states.model, states)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            BASE.replace("2026-05-29", "2026-04-01"),
            "cohort.deadline: does not fit, got '2026-04-01'; expected 2026-04-13",
        ),
        (
            '[cohort]\ntimezone = "Europe/Paris"\ndeadline = 2025-01-01\n',
            "cohort.deadline: in the past: before the log's last answer",
        ),
        (BASE.replace("2026-05-29", "2026-02-30"), "line 5: not TOML: invalid date"),
        (
            BASE.replace("2026-05-29", '"2026-02-30"'),
            "cohort.deadline: does not fit, got '2026-02-30'; expected a date",
        ),
        (
            BASE + '[[learners]]\nid = "L999"\n',
            "learners[1].id: unknown learner, got 'L999'; expected a learner of the log",
        ),
        (BASE + COURSE.format(requires='"nope"'), "requires: unknown skill, got 'nope'; expected a skill of this file"),
        (BASE + COURSE.format(requires='"first aid"'), "prerequisites in a circle"),
        (BASE + "[organisation]\ncontacts_per_day = 0\n", "organisation.contacts_per_day: does not fit, got 0"),
        (BASE + "[caps]\nquestions_per_session = 0\n", "caps.questions_per_session: does not fit, got 0"),
        (BASE + "[calendar]\nworking_days = []\n", "calendar.working_days: does not fit, got []"),
        (
            BASE
            + COURSE.format(requires="")
            + '[[steps]]\nid = "e"\nkind = "cold-evaluation"\nafter_days = 21\ntolerance_days = -1\n',
            "steps[1].tolerance_days: does not fit, got -1; expected a whole number from 0",
        ),
    ],
)
def test_one_clear_message(text: str, words: str, states: States, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        planned(text, states, tmp_path)
    assert words in str(caught.value)
    assert str(caught.value).count("expected") == 1


def test_caps_that_leave_no_room_name_what_stays_uncovered(states: States, tmp_path: Path) -> None:
    plan = planned(BASE + "[caps]\nquestions_per_session = 1\nsessions_per_week = 1\n", states, tmp_path)
    reasons = plan.uncovered_table["reason"].to_pylist()
    assert "a cap of 1 sessions a week of 1 cannot cover 8 objectives by 2026-05-29: 2 uncovered" in reasons
    both = "[caps]\nquestions_per_session = 5\nquestions_in_all = 2\nsessions_per_week = 7\ncontacts_per_week = 1\n"
    reasons = planned(BASE + both, states, tmp_path).uncovered_table["reason"].to_pylist()
    assert sum("a budget of 2 questions cannot cover" in one for one in reasons) > 0.9 * len(reasons) > 0


def test_leave_over_the_whole_plan_is_named(states: States, tmp_path: Path) -> None:
    text = BASE + '[[learners]]\nid = "L001"\nleave = [{ first = 2026-04-01, last = 2026-06-30 }]\n'
    plan = planned(text, states, tmp_path)
    assert "L001" not in plan.table["learner"].to_pylist()
    left = [row for row in plan.uncovered_table.to_pylist() if row["learner"] == "L001"]
    assert left and {row["reason"] for row in left} == {"no study day from 2026-04-13 to the day before 2026-05-29"}


def test_a_step_without_a_day_is_named(states: States, tmp_path: Path) -> None:
    step = '[[steps]]\nid = "survey"\nkind = "cold-evaluation"\nafter_days = 22\ntolerance_days = 0\n'
    text = BASE + "[calendar]\ndays_off = [2026-05-01]\n" + COURSE.format(requires="") + step
    plan = planned(text, states, tmp_path)
    left = [row for row in plan.uncovered_table.to_pylist() if row["objective"] == "survey"]
    assert len(left) == 150
    assert left[0]["reason"].startswith("no day for the cold-evaluation of 2026-05-02: no study day from 2026-05-02")
    assert "cold-evaluation" not in plan.table["kind"].to_pylist()
