"""The checker of plans: a plan that is right, and a change for each rule that it must find."""

from __future__ import annotations

import ast
import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from perdure import Cohort, InputError, plan_checker
from perdure.cli.app import run
from perdure.cohort import Course, GroupSession, Skill, StudyCalendar
from perdure.plan_checker import RULES, check_plan
from perdure.plan_checker.cadences import too_early
from perdure.plan_checker.learner import overfull

COHORT = """
[cohort]
timezone = "Europe/Paris"
start = 2026-03-02
deadline = 2026-04-30

[caps]
questions_per_session = 2
sessions_per_week = 2
minutes_per_day = 3
contacts_per_week = 3
questions_in_all = 7

[organisation]
contacts_per_day = 2
exceptions = [{ date = 2026-03-12, contacts_per_day = 0 }]

[calendar]
holidays = ["FR"]

[delivery]
window = { start = "08:00", end = "18:00" }
quiet = { start = "17:00", end = "08:30" }

[[courses]]
id = "fire"
training_end = 2026-02-27
deadline = 2026-04-20
skills = [
  { id = "exits", items = ["F1", "F2"] },
  { id = "alarm", items = ["F3", "F4"], requires = ["exits"], minutes = 2 },
  { id = "hoses" },
]

[[courses]]
id = "aid"
training_end = 2026-02-20
cadence = "2-2-2"
items = ["A1", "A2"]

[[group_sessions]]
id = "webinar"
course = "fire"
dates = [2026-04-14, 2026-04-16]
skills = ["alarm"]
groups = ["Lyon"]

[[steps]]
id = "quiz-30"
kind = "review-quiz"
course = "fire"
after_days = 30

[[steps]]
id = "cold"
kind = "cold-evaluation"
course = "fire"
after_days = 40

[[steps]]
id = "nugget"
kind = "nugget"
course = "fire"
every_days = 21
uses_contact = false

[[learners]]
id = "ann"
groups = ["Lyon"]

[[learners]]
id = "bob"
timezone = "America/New_York"
groups = ["Lyon"]
leave = [{ first = 2026-04-13, last = 2026-04-15 }]
caps = { contacts_per_week = 2 }

[[learners]]
id = "cat"
courses = ["fire"]
caps = { sessions_per_week = 1 }
"""
"""2-2-2 of aid: 22 February, 6 March, 20 April. quiz-30: Sunday 29 March, so Monday 30."""

HEAD = "learner,course,item,skill,date,time,kind,predicted_recall,gain,price,prerequisites_met,reason\n"
PLAN = (
    HEAD
    + """\
ann,fire,F1,exits,2026-03-03,09:00,quiz,0.8,0.1,0.0,,
ann,fire,F5,hoses,2026-03-03,09:00,quiz,0.8,0.1,0.0,,
ann,aid,A1,,2026-03-06,09:00,quiz,0.8,0.1,0.0,,
ann,fire,F3,alarm,2026-03-10,09:00,quiz,0.8,0.1,0.0,2026-03-03,"early, by a day"
ann,fire,,,2026-03-20,09:00,nugget,,,,,
ann,fire,F2,exits,2026-03-30,09:00,review-quiz,0.8,0.1,0.0,,
ann,fire,F5,hoses,2026-03-30,09:00,review-quiz,0.8,0.1,0.0,,
ann,fire,,,2026-04-08,09:00,cold-evaluation,,,,,
ann,fire,,,2026-04-10,09:00,nugget,,,,,
ann,fire,F4,alarm,2026-04-16,14:00,group-session,0.8,0.1,0.0,2026-03-03,
ann,aid,A1,,2026-04-20,09:00,quiz,0.8,0.1,0.0,,
bob,fire,F1,exits,2026-03-03,10:00,quiz,0.8,0.1,0.0,,
bob,fire,,,2026-03-20,09:00,nugget,,,,,
bob,fire,F5,hoses,2026-03-30,16:59,review-quiz,0.8,0.1,0.0,,
bob,fire,,,2026-04-08,08:30,cold-evaluation,,,,,
bob,fire,,,2026-04-10,09:00,nugget,,,,,
bob,fire,F3,alarm,2026-04-16,08:00,group-session,0.8,0.1,0.0,2026-03-03,
cat,fire,F3,alarm,2026-03-11,09:00,quiz,0.8,0.1,0.0,2026-02-25,
cat,fire,,,2026-03-20,09:00,nugget,,,,,
cat,fire,,,2026-03-30,09:00,review-quiz,,,,,
cat,fire,,,2026-04-08,09:00,cold-evaluation,,,,,
cat,fire,,,2026-04-10,09:00,nugget,,,,,
"""
)
"""Three learners have a step on 30 March, one more than the capacity: a day of steps may. cat is asked nothing then."""


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    (tmp_path / "cohort.toml").write_text(COHORT, encoding="utf-8")
    return Cohort.from_toml(tmp_path / "cohort.toml")


def found(cohort: Cohort, folder: Path, text: str) -> list[str]:
    (folder / "plan.csv").write_text(text, encoding="utf-8")
    return [f"{one.rule} {one.learner} {one.date or ''}".rstrip() for one in check_plan(folder / "plan.csv", cohort)]


def test_a_plan_that_keeps_the_rules(cohort: Cohort, tmp_path: Path) -> None:
    assert found(cohort, tmp_path, PLAN) == []


def question(who: str, course: str, item: str, skill: str, date: str, kind: str = "quiz", met: str = "") -> str:
    return f"{who},{course},{item},{skill},{date},09:00,{kind},,,,{met},\n"


ADD = ""
"""In the place of a part of the plan: the rows are added."""
BROKEN: list[tuple[str, str, str, list[str]]] = [
    ("before the plan", "2026-03-03,10:00", "2026-02-27,10:00", ["dates bob 2026-02-27"]),
    ("on the deadline", ADD, question("bob", "fire", "F2", "exits", "2026-04-20"), ["dates bob 2026-04-20"]),
    ("on the plan's last day", ADD, question("bob", "aid", "A1", "", "2026-04-30"), ["dates bob 2026-04-30"]),
    ("a Saturday", "2026-03-10,09:00", "2026-03-14,09:00", ["study-days ann 2026-03-14"]),
    ("Easter Monday", ADD, question("ann", "fire", "F1", "exits", "2026-04-06"), [
        "questions-in-all ann",
        "study-days ann 2026-04-06",
    ]),
    ("leave", ADD, question("bob", "fire", "F5", "hoses", "2026-04-15"), ["study-days bob 2026-04-15"]),
    ("before the window", "2026-04-08,08:30", "2026-04-08,07:59", ["delivery bob 2026-04-08"] * 2),
    ("quiet until the morning", "2026-04-08,08:30", "2026-04-08,08:29", ["delivery bob 2026-04-08"]),
    ("quiet from the evening", "2026-03-30,16:59", "2026-03-30,17:00", ["delivery bob 2026-03-30"]),
    ("three in a quiz", ADD, question("ann", "aid", "A2", "", "2026-03-03"), [
        "questions-in-all ann",
        "questions-per-session ann 2026-03-03",
    ]),
    ("three in a review quiz", ADD, question("bob", "fire", "F1", "exits", "2026-03-30", "review-quiz")
        + question("bob", "fire", "F3", "alarm", "2026-03-30", "review-quiz", "2026-03-03"), [
        "minutes-per-day bob 2026-03-30",
        "questions-per-session bob 2026-03-30",
    ]),
    ("minutes of two questions", ADD, question("cat", "fire", "F5", "hoses", "2026-03-30", "review-quiz")
        + question("cat", "fire", "F4", "alarm", "2026-03-30", "quiz", "2026-02-25"), [
        "contacts-per-day  2026-03-30",
    ]),
    ("two sessions, one allowed", ADD, question("cat", "fire", "F5", "hoses", "2026-03-17"), [
        "sessions-per-week cat 2026-03-17",
    ]),
    ("three sessions", "2026-03-10,09:00", "2026-03-09,09:00", ["sessions-per-week ann 2026-03-09"]),
    ("a day with contacts in a full week", ADD, question("bob", "fire", "F5", "hoses", "2026-04-07")
        + question("bob", "fire", "F6", "hoses", "2026-04-09"), ["contacts-per-week bob 2026-04-09"]),
    ("a closed day", ADD, question("bob", "fire", "F5", "hoses", "2026-03-12"), ["contacts-per-day  2026-03-12"]),
    ("objective twice", ADD, question("bob", "fire", "F2", "exits", "2026-03-03"), ["objectives bob 2026-03-03"]),
    ("objective in quiz and review", ADD, question("bob", "fire", "F6", "hoses", "2026-03-30"), [
        "contacts-per-day  2026-03-30",
        "objectives bob 2026-03-30",
    ]),
    ("pool of another skill", "ann,fire,F1,exits", "ann,fire,F3,exits", ["pools ann 2026-03-03"]),
    ("skill of no course", "ann,fire,F5,hoses,2026-03-03", "ann,fire,F5,hose,2026-03-03", ["pools ann 2026-03-03"]),
    ("item of no course", "ann,aid,A1,,2026-04-20", "ann,aid,A3,,2026-04-20", ["pools ann 2026-04-20"]),
    ("course of others", ADD, question("cat", "aid", "A1", "", "2026-03-06"), [
        "pools cat 2026-03-06",
        "sessions-per-week cat 2026-03-11",
    ]),
    ("before what it requires", "exits,2026-03-03,09:00", "exits,2026-03-11,09:00", [
        "prerequisites ann 2026-03-10",
        "sessions-per-week ann 2026-03-11",
    ]),
    ("on the day of what it requires", "alarm,2026-03-10", "alarm,2026-03-03", [
        "prerequisites ann 2026-03-03",
        "questions-per-session ann 2026-03-03",
        "minutes-per-day ann 2026-03-03",
    ]),
    ("nothing said of the time before", "2026-02-25,\n", ",\n", ["prerequisites cat 2026-03-11"]),
    ("a day in the plan without it", "2026-02-25,\n", "2026-03-03,\n", ["prerequisites cat 2026-03-11"]),
    ("before the cadence's second date", "aid,A1,,2026-04-20", "aid,A1,,2026-04-17", ["cadences ann 2026-04-17"]),
    ("a step on another day", "bob,fire,,,2026-04-08", "bob,fire,,,2026-04-09", [
        "steps bob 2026-04-08",
        "steps bob 2026-04-09",
    ]),
    ("no step", "cat,fire,,,2026-03-30,09:00,review-quiz,,,,,\n", "", ["steps cat 2026-03-30"]),
    ("a step twice", ADD, "bob,fire,,,2026-04-10,09:00,nugget,,,,,\n", ["steps bob 2026-04-10"]),
    ("a step of nobody", ADD, "bob,fire,,,2026-04-09,09:00,session,,,,,\n", ["steps bob 2026-04-09"]),
    ("a learner apart", "alarm,2026-04-16,08:00", "alarm,2026-04-17,08:00", [
        "group-sessions bob 2026-04-16",
        "group-sessions bob 2026-04-17",
    ]),
    ("no possible date", "alarm,2026-04-16", "alarm,2026-04-17", [
        "group-sessions",
        "group-sessions ann 2026-04-17",
        "group-sessions bob 2026-04-17",
    ]),
    ("someone of another group", ADD, question("cat", "fire", "F3", "alarm", "2026-04-16", "group-session"), [
        "group-sessions cat 2026-04-16",
    ]),
    ("another skill", "ann,fire,F4,alarm,2026-04-16", "ann,fire,F5,hoses,2026-04-16", [
        "group-sessions ann 2026-04-16",
        "group-sessions ann 2026-04-16",
    ]),
    ("another time", "2026-04-16,08:00", "2026-04-16,14:00", ["group-sessions bob 2026-04-16"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), [one[1:] for one in BROKEN], ids=[one[0] for one in BROKEN])
def test_a_broken_rule_is_found(old: str, new: str, expected: list[str], cohort: Cohort, tmp_path: Path) -> None:
    changed = PLAN.replace(old, new) if old else PLAN + new
    assert changed != PLAN
    assert sorted(found(cohort, tmp_path, changed)) == sorted(expected)


def test_every_rule_is_broken_once() -> None:
    assert {one.split()[0] for _, _, _, expected in BROKEN for one in expected} == set(RULES)


def test_what_may_be(cohort: Cohort, tmp_path: Path) -> None:
    silent = question("bob", "fire", "F5", "hoses", "2026-04-09")  # between two contacts, one of which is none
    other_date = PLAN.replace("F3,alarm,2026-04-16,08:00", "F3,alarm,2026-04-14,08:00")
    assert found(cohort, tmp_path, PLAN + silent) == []
    assert found(cohort, tmp_path, other_date) != []  # bob is away on the 14th
    later = PLAN.replace("quiz,0.8,0.1,0.0,2026-03-03,", "quiz,0.8,0.1,0.0,,")  # known from the plan itself
    assert found(cohort, tmp_path, later) == []


def test_with_the_answers_before(cohort: Cohort, tmp_path: Path) -> None:
    (tmp_path / "plan.csv").write_text(PLAN, encoding="utf-8")
    asked: dict[str, list[str]] = {"ann": [], "bob": ["exits"], "cat": ["exits"]}
    assert check_plan(tmp_path / "plan.csv", cohort, asked=asked) == []
    never = check_plan(tmp_path / "plan.csv", cohort, asked=asked | {"cat": []})  # the plan says otherwise
    assert [(one.rule, one.learner, one.what) for one in never] == [
        ("prerequisites", "cat", "skill alarm is asked before exits, which it requires")
    ]
    again = check_plan(tmp_path / "plan.csv", cohort, asked=asked | {"cat": ["alarm"]})  # its first question was then
    assert again == []
    left_out = check_plan(tmp_path / "plan.csv", cohort, asked=asked | {"dan": []})
    assert {(one.rule, one.learner) for one in left_out} == {("steps", "dan")}
    with pytest.raises(InputError, match=r"plan.csv: unknown learner, got 'bob'; expected a learner of the answers"):
        check_plan(tmp_path / "plan.csv", cohort, asked={"ann": [], "cat": []})


def test_a_time_that_the_clocks_skip(tmp_path: Path) -> None:
    night = Cohort("Europe/Paris", start=dt.date(2026, 3, 28), calendar=StudyCalendar(("sat", "sun")))
    plan = HEAD + "ann,,q1,,2026-03-29,02:30,quiz,,,,,\n" + "ann,,q2,,2026-03-28,02:30,quiz,,,,,\n"
    assert found(night, tmp_path, plan) == ["delivery ann 2026-03-29"]
    assert found(night, tmp_path, plan.replace("02:30", "03:00")) == []


def test_two_sessions_of_one_course_find_their_dates(tmp_path: Path) -> None:
    """The first fits both dates; only the second date leaves one for the other."""
    monday = dt.date(2026, 3, 2)
    days = (monday, monday + dt.timedelta(1))
    two = Cohort(
        "UTC",
        start=monday,
        courses=[Course("fire", skills=[Skill("a"), Skill("b")])],
        group_sessions=[
            GroupSession("both", "fire", dates=days, skills=("a",)),
            GroupSession("one", "fire", dates=days[:1], skills=("a",), time=dt.time(9)),
        ],
    )
    rows = ["ann,fire,q1,a,2026-03-02,09:00,group-session,,,,,", "ann,fire,q2,a,2026-03-03,14:00,group-session,,,,,"]
    assert found(two, tmp_path, HEAD + "\n".join(rows)) == []
    assert found(two, tmp_path, HEAD + rows[0]) == ["group-sessions"]
    assert found(two, tmp_path, HEAD + "\n".join(rows).replace("09:00", "14:00")) == ["group-sessions ann 2026-03-02"]


@given(days=st.sets(st.integers(0, 40), max_size=14).map(sorted), cap=st.integers(1, 6))
def test_any_seven_days(days: list[int], cap: int) -> None:
    monday = dt.date(2026, 3, 2)
    dates = [monday + dt.timedelta(day) for day in days]
    runs = [[(day - monday).days for day in run] for run in overfull(dates, cap)]
    windows = [[day for day in days if start <= day < start + 7] for start in range(-6, 41)]
    assert all(run in windows and len(run) > cap for run in runs)
    for window in windows:
        assert len(window) <= cap or any(set(window) <= set(run) for run in runs)


@pytest.mark.parametrize(
    ("cadence", "days", "expected"),
    [
        ("j30-j90-j180", [30, 90, 180], []),
        ("j30-j90-j180", [35, 95, 185], []),
        ("j30-j90-j180", [29], [29]),
        ("j30-j90-j180", [30, 89], [89]),
        ("j30-j90-j180", [95, 179], [179]),
        ("j30-j90-j180", [30, 90, 180, 360], [360]),
        ("memrise", [1, 7, 19], []),
        ("memrise", [1, 6], [6]),
        ("kerfoot-12-24-x2", [6, 30], []),  # the second question of its course
        ("kerfoot-12-24-x2", [5, 30, 60], [5, 60]),
        ("adaptive", [1, 2, 3], []),
    ],
)
def test_cadences(cadence: str, days: list[int], expected: list[int]) -> None:
    end = dt.date(2026, 1, 1)
    course = Course("c", training_end=end, cadence=cadence, items=("q1", "q2"))
    asked = [end + dt.timedelta(day) for day in days]
    assert [(day - end).days for day, _ in too_early(course, "q2", end, asked)] == expected


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (HEAD, "learner,item,date\n", "plan.csv: has no column course, skill, time, kind, prerequisites_met, got "),
        (PLAN, "", "plan.csv: has no column learner, "),
        ("2026-03-06", "2026-02-30", "line 4, column 'date': does not fit, got '2026-02-30'; expected a date such as"),
        ("2026-03-06", "06/03/2026", "line 4, column 'date': does not fit, got '06/03/2026'"),
        ("2026-02-25,", "soon,", "line 19, column 'prerequisites_met': does not fit, got 'soon'"),
        ("10:00", "10h", "column 'time': does not fit, got '10h'; expected a time of day such as 09:00"),
        ("nugget", "nuget", "column 'kind': does not fit, got 'nuget'; expected one of quiz, review-quiz"),
        ("bob,fire,F1", ",fire,F1", "line 13, column 'learner': does not fit, got 'nothing'"),
        ("bob,fire,F1", "bob,fire,", "column 'item': does not fit, got 'nothing'; expected the question of the quiz"),
        ("cat,fire,,,2026-03-20", "cat,fire,F1,,2026-03-20", "column 'item': does not fit, got 'F1'; expected nothing"),
        ("bob,fire,F1", "bob,fires,F1", "unknown course, got 'fires'; expected a course of the cohort; did you mean"),
        ("bob,fire,F1", "bob,,F1", "unknown course, got 'nothing'"),
        ("exits,2026-03-03,10:00", "2026-03-03,10:00", "line 13: has another number of fields, got 11; expected 12"),
        ('"early, by a day"', '"early', "not a CSV file in UTF-8: "),
    ],
)
def test_a_file_that_is_no_plan(old: str, new: str, message: str, cohort: Cohort, tmp_path: Path) -> None:
    assert old in PLAN
    with pytest.raises(InputError) as caught:
        found(cohort, tmp_path, PLAN.replace(old, new, 1))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_file_and_no_first_day(cohort: Cohort, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.csv: cannot be read: No such file"):
        check_plan(tmp_path / "none.csv", cohort)
    (tmp_path / "plan.csv").write_bytes(PLAN.encode("utf-16"))
    with pytest.raises(InputError, match=r"plan.csv: not a CSV file in UTF-8: "):
        check_plan(tmp_path / "plan.csv", cohort)
    with pytest.raises(InputError, match=r"^Cohort, key cohort.start: missing; expected the first day of the plan"):
        check_plan(tmp_path / "plan.csv", Cohort("UTC"))


def test_nothing_of_the_planner_is_used() -> None:
    """A mistake of the planner must not be made twice."""
    allowed = {"cohort", "cohort.kinds", "cohort.steps", "errors", "plan_table"}
    used = set()
    for path in Path(plan_checker.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not isinstance(node, ast.Import) or not any(one.name.startswith("perdure") for one in node.names)
            if isinstance(node, ast.ImportFrom) and node.level != 1:
                assert node.level == 2 or node.module not in (None, "perdure")
                used |= {node.module} if node.level == 2 else set()
    assert used == allowed


def test_the_command(cohort: Cohort, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan, rules = tmp_path / "plan.csv", tmp_path / "cohort.toml"
    plan.write_text(PLAN, encoding="utf-8")
    assert run(["check", str(rules), "--plan", str(plan)]) == 0
    assert "The plan keeps every rule of the cohort file." in capsys.readouterr().out
    plan.write_text(PLAN.replace("2026-03-06", "2026-03-07"), encoding="utf-8")
    assert run(["check", str(rules), "--plan", str(plan)]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "study-days ann 2026-03-07 questions on a day that is no study day" in shown
    assert shown.endswith("The plan breaks rules 1 time.")
    assert run(["check", str(rules), "--plan", str(plan), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)["violations"]
    assert told == [
        {
            "rule": "study-days",
            "learner": "ann",
            "date": "2026-03-07",
            "what": "questions on a day that is no study day",
        }
    ]


def test_the_command_beside_answers(cohort: Cohort, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan, rules, answers = (tmp_path / name for name in ("plan.csv", "cohort.toml", "answers.csv"))
    plan.write_text(PLAN, encoding="utf-8")
    rules.write_text(COHORT.replace("start = 2026-03-02\n", ""), encoding="utf-8")
    lines = [f"{who},F1,2026-03-01T09:00:00Z,1" for who in ("ann", "bob", "cat")]
    answers.write_text("\n".join(["learner,item,answered_at,correct", *lines, ""]), encoding="utf-8")
    arguments = ["check", str(answers), "--cohort", str(rules), "--plan", str(plan)]
    assert run(arguments) == 0
    assert "The plan keeps every rule" in capsys.readouterr().out
    answers.write_text(answers.read_text(encoding="utf-8").replace("cat,F1", "cat,F5"), encoding="utf-8")
    assert run([*arguments, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)["violations"]
    assert [(one["rule"], one["learner"]) for one in told] == [("prerequisites", "cat")]
    assert run(["check", str(answers), "--plan", str(plan)]) == 2
    assert "--plan: says nothing without a cohort file; expected --cohort beside it" in capsys.readouterr().err
