"""Cohorts whose parts do not fit together, and facts that leave a plan."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import perdure.cohort as rules
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from perdure import Cohort, InputError
from perdure.cohort import Caps, Course, Goal, Learner, Leave, Skill, Step, StudyCalendar

DAY = dt.timedelta(1)
MONDAY = dt.date(2026, 3, 2)
FULL = (Path(__file__).parent / "corpus" / "cohort.toml").read_text(encoding="utf-8")
"""A file with every table."""


def read(folder: Path, text: str) -> Cohort:
    path = folder / "cohort.toml"
    path.write_text(text, encoding="utf-8")
    return Cohort.from_toml(path)


WRONG: list[tuple[str, str, str]] = [
    (
        "deadline = 2026-06-30",
        "deadline = 2026-02-27",
        "key cohort.deadline: .*expected 2026-03-02",
    ),
    (
        "deadline = 2026-06-15",
        "deadline = 2026-02-27",
        "key courses[1].deadline: .*a date after 2026-02-27",
    ),
    (
        "deadline = 2026-06-15",
        "deadline = 2026-07-15",
        "key courses[1].deadline: .*expected 2026-06-30 (cohort.deadline)",
    ),
    (
        'requires = ["exits"]',
        'requires = ["exit"]',
        "key courses[1].skills[2].requires: unknown skill, got 'exit'.*did you mean exits?",
    ),
    (
        'id = "exits"\n',
        'id = "exits"\nrequires = ["alarm"]\n',
        "prerequisites in a circle.*no circle; exits requires alarm requires exits",
    ),
    (
        'requires = ["exits"]',
        'requires = ["alarm"]',
        "in a circle.*alarm requires alarm",
    ),
    (
        'id = "alarm"',
        'id = "exits"',
        "key courses[1].skills[2].id: .*each skill once",
    ),
    (
        'items = ["q3"]',
        'items = ["q1"]',
        "key courses[1].skills[2].items: .*each item in one pool; it is in that of skill exits",
    ),
    (
        'items = ["q3"]',
        "items = []",
        "key courses[1].skills[2].items: does not fit, got []; expected at least one",
    ),
    (
        'items = ["q3"]',
        'items = ["q3", "q3"]',
        "key courses[1].skills[2].items[2]: .*each once",
    ),
    (
        'id = "first-aid"\n',
        'id = "fire"\n',
        "key courses[2].id: .*each course once",
    ),
    (
        'cadence = "2-2-2"',
        'cadence = "2-2-3"',
        "key courses[1].cadence: .*did you mean 2-2-2?",
    ),
    (
        'aim = "mixture"',
        'aim = "hold"',
        "key courses[1].goal.deadline_weight: ",
    ),
    (
        'course = "first-aid"',
        'course = "first aid"',
        "key certificates[1].course: unknown course.*did you mean first-aid?",
    ),
    (
        'skills = ["alarm"]',
        'skills = ["a1"]',
        "key group_sessions[1].skills: unknown skill",
    ),
    (
        'groups = ["Lyon"]\ntrainer',
        'groups = ["Lion"]\ntrainer',
        "key group_sessions[1].groups: unknown group.*did you mean Lyon?",
    ),
    (
        "trainer_days_off = [2026-04-14]",
        "trainer_days_off = [2026-04-14, 2026-04-16]",
        "key group_sessions[1].dates: ",
    ),
    (
        "dates = [2026-04-14, 2026-04-16]",
        "dates = [2025-04-14]",
        "key group_sessions[1].dates: .*a date from 2026-03-02, before 2026-06-15",
    ),
    (
        'courses = ["fire"]',
        'courses = ["fires"]',
        "key learners[1].courses: unknown course.*did you mean fire?",
    ),
    (
        'id = "sst", valid',
        'id = "sts", valid',
        "key learners[1].certificates[1].id: unknown certificate.*did you mean sst?",
    ),
    (
        'id = "L2"',
        'id = "L1"',
        "key learners[2].id: .*each learner once",
    ),
    (
        "minutes_per_day = 10",
        "minutes_per_day = 1.2",
        "key caps.minutes_per_day: .*1.5 or more, the minutes of a question of alarm",
    ),
    (
        "every_days = 7",
        "every_days = 1",
        "key caps.contacts_per_week: .*5 or more",
    ),
    (
        "caps = { sessions",
        "caps = { minutes_per_day = 0.5, sessions",
        "key learners[1].caps.minutes_per_day: ",
    ),
    (
        "questions_per_session = 4",
        "questions_per_session = 0",
        "key caps.questions_per_session: .*from 1",
    ),
    (
        "sessions_per_week = 2",
        "sessions_per_week = 0",
        "key caps.sessions_per_week: ",
    ),
    (
        "contacts_per_day = 100",
        "contacts_per_day = 0",
        "key organisation.contacts_per_day: ",
    ),
    (
        "date = 2026-05-04, contacts_per_day = 0 }",
        "date = 2026-05-04, contacts_per_day = 0 }, { date = 2026-05-04, contacts_per_day = 1 }",
        "key organisation.exceptions[2].date: .*each date once",
    ),
    (
        "tolerance_days = 10",
        "tolerance_days = 90",
        "key steps[2].tolerance_days: .*less than 90",
    ),
    (
        "tolerance_days = 10",
        "tolerance_days = -1",
        "key steps[2].tolerance_days: ",
    ),
    (
        "every_days = 7",
        "every_days = 7\ntolerance_days = 4",
        "key steps[1].tolerance_days: .*less than half of 7",
    ),
    (
        "every_days = 7",
        "questions = 3",
        "key steps[1].after_days: missing",
    ),
    (
        "every_days = 7",
        "every_days = 7\nquestions = 3",
        "key steps[1].questions: ",
    ),
    (
        'kind = "nugget"',
        'kind = "quiz"',
        "key steps[1].kind: .*expected one of review-quiz",
    ),
    (
        'send_at = "08:30"',
        'send_at = "07:59"',
        "key delivery.send_at: .*08:00 to 18:00",
    ),
    (
        'send_at = "08:30"',
        'send_at = "8:30"',
        "key delivery.send_at: .*a time of day",
    ),
    (
        'end = "07:30"',
        'end = "09:00"',
        "key delivery.send_at: .*outside 19:00 to 09:00",
    ),
    (
        'end = "18:00"',
        'end = "08:00"',
        "key delivery.window.end: ",
    ),
    (
        'leave_rule = "shift"',
        'leave_rule = "shfit"',
        "key calendar.leave_rule: .*did you mean shift?",
    ),
    (
        'cadence = "2-2-2"',
        'cadense = "2-2-2"',
        "key courses[1].cadense: unknown key.*did you mean cadence?",
    ),
    (
        "last = 2026-04-17",
        "last = 2026-04-05",
        "key learners[1].leave[1].last: ",
    ),
    (
        "days_off = [2026-05-01]",
        "days_off = [2026-02-30]",
        "line 21: not TOML: .*got 'days_off = [2026-02-30]'; expected a day",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG, ids=[f"{w[1][:40]}" for w in WRONG])
def test_a_cohort_that_does_not_fit_together(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert old in FULL
    with pytest.raises(InputError) as caught:
        read(tmp_path, FULL.replace(old, new, 1))
    told = str(caught.value)
    assert told.startswith(str(tmp_path / "cohort.toml"))
    assert "\n" not in told
    rest = told
    for words in message.split(".*"):
        assert words in rest, told
        rest = rest[rest.index(words) + len(words) :]


def test_the_full_file_is_read_and_written(tmp_path: Path) -> None:
    cohort = read(tmp_path, FULL)
    assert [skill.requires for skill in cohort.courses[0].skills] == [(), ("exits",)]
    assert cohort.courses[0].goal.weights == (0.7, 0.3)
    assert cohort.courses[0].minutes_of(cohort.courses[0].skills[1]) == 1.5
    assert cohort.delivery.quiet is not None
    assert [hour for hour in (3, 7, 8, 18, 19, 23) if cohort.delivery.quiet.has(dt.time(hour))] == [3, 7, 19, 23]
    assert cohort.group_sessions[0].possible_dates == (dt.date(2026, 4, 16),)
    assert cohort.organisation.capacity(dt.date(2026, 5, 4)) == 0
    assert cohort.organisation.capacity(dt.date(2026, 5, 5)) == 100
    own = cohort.caps_of("L1")
    assert (own.sessions_per_week, own.questions_per_session, own.minutes_per_day) == (1, 4, 10.0)
    assert cohort.caps_of("anyone") == cohort.caps
    text = cohort.to_toml(tmp_path / "again.toml")
    assert (tmp_path / "again.toml").read_text(encoding="utf-8") == text
    again = Cohort.from_toml(tmp_path / "again.toml")
    assert again == cohort
    assert again.to_toml() == text


# Facts


def whats(cohort: Cohort, *arguments: Any) -> list[str]:
    return [f"{one.where}: {one.what}" for one in cohort.findings(*arguments)]


def test_the_full_file_has_its_findings(tmp_path: Path) -> None:
    found = whats(read(tmp_path, FULL), ["L1", "L2"], ["q1", "q2", "q3", "a1", "zz"])
    assert found == [
        "courses[2].items: 1 of 2 items are not in the log, first 'a2'",
        "learners[1]: learner L1: certificate sst expires on 2026-05-31, renewal from 2026-03-02",
    ]


def test_leave_over_the_whole_plan_names_the_learner() -> None:
    away = Learner("ann", leave=(Leave(MONDAY - DAY, MONDAY + 99 * DAY),))
    part = Learner("bob", leave=(Leave(MONDAY, MONDAY + 30 * DAY),))
    cohort = Cohort("UTC", start=MONDAY, horizon_days=60, learners=(away, part))
    assert whats(cohort) == [
        "learners[1].leave: learner ann: away from 2026-03-01 to 2026-06-09, the whole plan; nothing is planned"
    ]


def test_too_many_objectives_for_the_caps() -> None:
    skills = [Skill(f"s{n}") for n in range(12)]
    cohort = Cohort(
        "UTC",
        start=MONDAY,
        deadline=dt.date(2026, 4, 26),  # eight weeks
        caps=Caps(questions_per_session=1, sessions_per_week=1),
        courses=[Course("fire", skills=skills)],
        learners=[Learner("ann", caps=rules.LearnerCaps(questions_per_session=3))],
    )
    assert whats(cohort) == ["caps: 8 sessions of 1 cannot cover 12 objectives before 2026-04-26: 4 uncovered"]


def test_a_step_without_a_day_and_steps_that_meet() -> None:
    steps = [
        Step("survey", "cold-evaluation", after_days=30, tolerance_days=2),
        Step("quiz", "review-quiz", after_days=60),
        Step("call", "session", after_days=61),
    ]
    cohort = Cohort(
        "UTC",
        start=MONDAY + DAY,
        horizon_days=90,
        courses=[Course("fire", training_end=MONDAY)],
        steps=steps,
        caps=Caps(contacts_per_week=1),
        learners=[Learner("ann", leave=(Leave(dt.date(2026, 3, 30), dt.date(2026, 4, 3)),))],
    )
    assert whats(cohort) == [
        "learners[1]: learner ann: step survey of 2026-04-01 has no study day from 2026-03-30 to 2026-04-03",
        "learners[1]: learner ann: steps on 2 of the 7 days from 2026-05-01, 1 days with contacts allowed",
        "steps: steps on 2 of the 7 days from 2026-05-01, 1 days with contacts allowed",
    ]


def test_idle_caps_and_dates_outside() -> None:
    cohort = Cohort(
        "UTC",
        start=MONDAY,
        horizon_days=30,
        caps=Caps(5, sessions_per_week=3, minutes_per_day=4, contacts_per_week=2),
        courses=[Course("fire", minutes=2)],
        group_sessions=[rules.GroupSession("w", "fire", dates=(MONDAY, MONDAY + 30 * DAY))],
    )
    assert whats(cohort) == [
        "caps.questions_per_session: 2 questions at most fit into caps.minutes_per_day",
        "caps.sessions_per_week: 2 at most fit into caps.contacts_per_week",
        "group_sessions[1].dates: 2026-04-01: not from 2026-03-02, before 2026-04-01",
    ]


@pytest.mark.parametrize(("minutes", "shortest", "fit"), [(4, 2, 2), (0.3, 0.1, 3), (3, 0.5, None), (4.9, 1, 4)])
def test_questions_that_fit_into_a_day(minutes: float, shortest: float, fit: int | None) -> None:
    course = Course("fire", minutes=2, skills=[Skill("a", minutes=shortest), Skill("b", minutes=min(minutes, 2))])
    found = whats(Cohort("UTC", caps=Caps(5, minutes_per_day=minutes), courses=[course]))
    what = f"caps.questions_per_session: {fit} questions at most fit into caps.minutes_per_day"
    assert found == ([] if fit is None else [what])


def test_no_day_at_all_is_an_error() -> None:
    with pytest.raises(InputError, match="key calendar: no study day"):
        Cohort("UTC", start=MONDAY, horizon_days=5, calendar=StudyCalendar(("sun",))).findings()
    closed = [rules.DayCapacity(MONDAY + n * DAY, 0) for n in range(5)]
    with pytest.raises(InputError, match=r"key organisation.exceptions: no capacity on any day"):
        Cohort("UTC", start=MONDAY, horizon_days=7, organisation=rules.Organisation(9, closed)).findings()


def test_a_learner_of_the_file_that_the_log_does_not_have() -> None:
    cohort = Cohort("UTC", start=MONDAY, learners=[Learner("L33")])
    with pytest.raises(InputError, match=r"key learners\[1\].id: unknown learner, got 'L33'.*did you mean L3\?"):
        cohort.findings(["L3", "L4"])
    session = rules.GroupSession("w", "fire", dates=(MONDAY,), learners=("L4", "L55"))
    cohort = Cohort("UTC", start=MONDAY, courses=[Course("fire")], group_sessions=[session])
    with pytest.raises(InputError, match=r"key group_sessions\[1\].learners: unknown learner, got 'L55'.*mean L5\?"):
        cohort.findings(["L4", "L5"])


def sessions_by_trying(days: list[int], per_week: int) -> int:
    """The most sessions, over all subsets."""
    best = 0
    for chosen in range(2 ** len(days)):
        taken = [day for n, day in enumerate(days) if chosen >> n & 1]
        if all(sum(day <= other < day + 7 for other in taken) <= per_week for day in taken):
            best = max(best, len(taken))
    return best


@settings(max_examples=60)
@given(days=st.lists(st.integers(0, 30), unique=True, max_size=11).map(sorted), per_week=st.integers(1, 3))
def test_no_plan_has_more_sessions(days: list[int], per_week: int) -> None:
    from perdure.cohort.findings import most_sessions

    assert most_sessions([MONDAY + n * DAY for n in days], per_week) == sessions_by_trying(days, per_week)


def test_who_comes_to_a_group_session() -> None:
    def session(**who: Any) -> Cohort:
        return Cohort(
            "UTC",
            courses=[Course("fire"), Course("aid")],
            group_sessions=[rules.GroupSession("w", "fire", dates=(MONDAY,), **who)],
            learners=[Learner("ann", groups=("Lyon",)), Learner("bob", courses=("aid",), groups=("Lyon",))],
        )

    for who, expected in (
        ({}, {"ann", "cat"}),
        ({"groups": ("Lyon",)}, {"ann"}),
        ({"learners": ("cat",)}, {"cat"}),
        ({"learners": ("cat",), "groups": ("Lyon",)}, {"ann", "cat"}),
    ):
        cohort = session(**who)
        assert {name for name in ("ann", "bob", "cat") if cohort.comes(name, cohort.group_sessions[0])} == expected
    with pytest.raises(InputError, match=r"key group_sessions\[1\].learners: .*got 'bob'; expected learners who took"):
        session(learners=("ann", "bob"))


def test_weights_of_goals() -> None:
    assert [Goal(aim).weights for aim in ("deadline", "hold", "mixture")] == [(1.0, 0.0), (0.0, 1.0), (0.5, 0.5)]


# Days off that others tell


def closed(cohort: Cohort, who: str | None = None) -> list[dt.date]:
    """Days from Monday to Friday that are no study days."""
    assert cohort.start
    days = [cohort.start + n * DAY for n in range(cohort.horizon_days)]
    calendar = cohort.calendar_of(who)
    return [day for day in days if day.weekday() < 5 and not calendar.studies(day)]


def holidays_of(*codes: str) -> Cohort:
    return Cohort("Europe/Paris", start=MONDAY, horizon_days=70, calendar=StudyCalendar(holidays=codes))


def test_public_holidays_are_days_off() -> None:
    april, may = dt.date(2026, 4, 6), [dt.date(2026, 5, 1), dt.date(2026, 5, 8)]
    assert closed(holidays_of("FR")) == [april, *may]
    assert closed(holidays_of("FR-alsace-moselle")) == [dt.date(2026, 4, 3), april, *may]
    own = dataclasses.replace(holidays_of("FR"), learners=(Learner("ann", holidays=()),))
    assert closed(own, "ann") == []
    assert closed(own, "bob") == [april, *may]
    step = Step("quiz", "review-quiz", after_days=60)  # 1 May
    rules_ = dataclasses.replace(own, courses=(Course("fire", training_end=MONDAY),), steps=(step,))
    found = [rules_.steps_of(who, MONDAY, MONDAY + 69 * DAY)[0].effective for who in ("ann", "bob")]
    assert found == [dt.date(2026, 5, 1), dt.date(2026, 5, 4)]
    late = rules_.steps_of("bob", dt.date(2026, 5, 2), dt.date(2026, 5, 10))  # the holiday before the plan is known
    assert [one.effective for one in late] == [dt.date(2026, 5, 4)]


def test_public_holidays_that_nobody_knows() -> None:
    with pytest.raises(InputError, match=r"^Cohort, key calendar.holidays: unknown country, got 'XX'; expected FR, "):
        holidays_of("XX").calendar_of()
    own = dataclasses.replace(holidays_of("FR"), learners=(Learner("ann"), Learner("bob", holidays=("XX",))))
    with pytest.raises(InputError, match=r"^Cohort, key learners\[2\].holidays: unknown country, got 'XX'"):
        own.calendar_of("bob")
    with pytest.raises(InputError, match=r"key cohort.start: missing; expected a date: public holidays"):
        Cohort("Europe/Paris", calendar=StudyCalendar(holidays=("FR",))).calendar_of()


def test_days_of_icalendar_files_are_days_off(tmp_path: Path) -> None:
    pytest.importorskip("icalendar")
    pytest.importorskip("recurring_ical_events")
    events = [
        ("SITE", "DTSTART;VALUE=DATE:20260309", "DTEND;VALUE=DATE:20260311"),
        ("FREE", "DTSTART;VALUE=DATE:20260318", "TRANSP:TRANSPARENT"),
        ("LATE", "DTSTART:20260319T230000Z", "DTEND:20260320T100000Z"),  # 20 March in Paris
    ]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN"]
    for uid, *when in events:
        lines += ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *when, "END:VEVENT"]
    (tmp_path / "site.ics").write_text("\r\n".join([*lines, "END:VCALENDAR", ""]), encoding="utf-8")
    head = '[cohort]\ntimezone = "Europe/Paris"\nstart = 2026-03-02\nhorizon_days = 30\n'
    cohort = read(tmp_path, f'{head}[calendar]\nical = ["site.ics"]\n')
    assert closed(cohort) == [dt.date(2026, 3, day) for day in (9, 10, 18, 20)]
    missing = read(tmp_path, f'{head}[calendar]\nical = ["sites.ics"]\n')
    with pytest.raises(InputError, match=r"cohort.toml, key calendar.ical: .*sites.ics: cannot be read: No such file"):
        missing.calendar_of()
