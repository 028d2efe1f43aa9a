"""Dates that a cohort fixes: steps on a learner's calendar, cadences by name, certificates."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from perdure import Cohort, InputError
from perdure.cohort import Certificate, Course, Learner, Leave, Step, StudyCalendar, cadence_dates

DAY = dt.timedelta(1)
FRIDAY = dt.date(2026, 1, 30)
"""J+30 is Sunday 1 March, J+90 is Thursday 30 April."""


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


def cohort(step: Step, end: dt.date = FRIDAY, calendar: StudyCalendar | None = None, **learner: Any) -> Cohort:
    return Cohort(
        "Europe/Paris",
        start=end + DAY,
        deadline=end + 200 * DAY,
        calendar=calendar or StudyCalendar(),
        courses=[Course("fire", training_end=end)],
        steps=[step],
        learners=[Learner("ann", **learner)],
    )


def dates(rules: Cohort, last: dt.date | None = None) -> list[tuple[str, str | None]]:
    """Nominal and effective dates of the one learner."""
    assert rules.start and rules.deadline
    steps = rules.steps_of("ann", rules.start, last or rules.deadline)
    return [(f"{one.nominal:%m-%d}", f"{one.effective:%m-%d}" if one.effective else None) for one in steps]


@pytest.mark.parametrize(
    ("roll", "expected"),
    [
        ("following", "03-02"),
        ("preceding", "02-27"),
        ("modified-following", "03-02"),
        ("nearest", "03-02"),
        ("none", "03-01"),
    ],
)
def test_a_step_on_a_sunday_rolls(roll: str, expected: str) -> None:
    assert dates(cohort(Step("quiz", "review-quiz", after_days=30, roll=roll))) == [("03-01", expected)]


def test_modified_following_stays_in_the_month() -> None:
    rules = cohort(Step("quiz", "review-quiz", after_days=30, roll="modified-following"), end=day("05-01"))
    assert dates(rules) == [("05-31", "05-29")]


def test_a_step_never_rolls_past_the_end() -> None:
    quiz = Step("quiz", "review-quiz", after_days=30)
    assert dates(cohort(quiz), last=day("03-01")) == [("03-01", "02-27")]
    assert dates(cohort(quiz), last=day("02-28")) == []  # its date is after the end
    rules = cohort(quiz)
    early = Cohort(
        "UTC",
        start=rules.start,
        deadline=rules.deadline,
        steps=[quiz],
        courses=[Course("fire", training_end=FRIDAY, deadline=day("03-01"))],
    )
    assert dates(early) == [("03-01", "02-27")]


def test_a_step_that_belongs_to_the_past_is_left_out() -> None:
    rules = cohort(Step("quiz", "review-quiz", after_days=30))
    assert rules.steps_of("ann", day("03-02"), day("06-01"))[0].effective == day("03-02")  # it rolls into the plan
    assert rules.steps_of("ann", day("03-03"), day("06-01")) == []


@pytest.mark.parametrize(
    ("rule", "leave", "expected"),
    [
        ("keep", ("02-23", "03-06"), [("03-01", "03-09")]),
        ("skip", ("02-23", "03-06"), []),
        ("skip", ("02-02", "02-06"), [("03-01", "03-02")]),
        ("shift", ("02-02", "02-06"), [("03-06", "03-06")]),
        ("shift", ("02-23", "03-06"), [("03-13", "03-13")]),
        ("shift", ("03-02", "03-06"), [("03-01", "03-09")]),  # after its date: nothing to shift
        ("shift", ("01-26", "02-01"), [("03-03", "03-03")]),  # only the two days after the training count
    ],
)
def test_leave(rule: str, leave: tuple[str, str], expected: list[tuple[str, str]]) -> None:
    step, away = Step("quiz", "review-quiz", after_days=30), (Leave(day(leave[0]), day(leave[1])),)
    assert dates(cohort(step, leave=away, leave_rule=rule)) == expected
    assert dates(cohort(step, leave=away, calendar=StudyCalendar(leave_rule=rule))) == expected


def test_a_shift_into_another_leave_goes_on_behind_it() -> None:
    away = (Leave(day("03-04"), day("03-06")), Leave(day("02-02"), day("02-04")), Leave(day("02-03"), day("02-06")))
    assert dates(cohort(Step("quiz", "review-quiz", after_days=30), leave=away, leave_rule="shift")) == [
        ("03-09", "03-09")
    ]


def test_tolerance() -> None:
    away = (Leave(day("04-27"), day("05-08")),)
    survey = Step("survey", "cold-evaluation", after_days=90, tolerance_days=5)
    assert dates(cohort(survey)) == [("04-30", "04-30")]
    assert dates(cohort(survey, leave=away)) == [("04-30", None)]
    assert cohort(survey, leave=away).steps_of("ann", FRIDAY, day("07-01"))[0].problem == (
        "no study day from 2026-04-25 to 2026-05-05"
    )
    wide = Step("survey", "cold-evaluation", after_days=90, tolerance_days=7)  # back to 23 April
    assert dates(cohort(wide, leave=away)) == [("04-30", "04-24")]


def test_a_weekly_nugget_comes_until_the_end() -> None:
    rules = cohort(Step("nugget", "nugget", every_days=7, roll="preceding"), days_off=(day("02-13"),))
    found = dates(rules, last=day("03-01"))
    assert found == [("02-06", "02-06"), ("02-13", "02-12"), ("02-20", "02-20"), ("02-27", "02-27")]


def test_a_step_that_is_due_after_the_end_comes_only_when_it_rolls_back() -> None:
    preceding = Step("quiz", "review-quiz", after_days=30, roll="preceding", tolerance_days=20)
    assert dates(cohort(preceding), last=day("02-28")) == [("03-01", "02-27")]
    assert dates(cohort(preceding), last=day("02-26")) == []
    monday = Step("quiz", "review-quiz", after_days=31, roll="preceding", tolerance_days=20)
    assert dates(cohort(monday), last=day("03-01")) == []  # it is on a study day of another plan


def test_no_step_before_the_training_has_ended() -> None:
    rules = cohort(Step("nugget", "nugget", every_days=7), training_end=FRIDAY + 300 * DAY)
    assert dates(rules) == []


def test_own_training_end_and_own_courses() -> None:
    step = Step("quiz", "review-quiz", after_days=30)
    assert dates(cohort(step, training_end=day("02-02"))) == [("03-04", "03-04")]
    assert dates(cohort(step, courses=())) == []


steps = st.builds(
    Step,
    st.just("s"),
    st.just("nugget"),
    after_days=st.integers(20, 120),
    tolerance_days=st.none() | st.integers(0, 9),
    every_days=st.none() | st.integers(19, 60),
    roll=st.sampled_from(["none", "following", "preceding", "modified-following", "nearest"]),
)
away = st.tuples(st.integers(-20, 200), st.integers(0, 40)).map(
    lambda pair: Leave(FRIDAY + pair[0] * DAY, FRIDAY + (pair[0] + pair[1]) * DAY)
)


@given(
    step=steps,
    leave=st.lists(away, max_size=3),
    rule=st.sampled_from(["keep", "shift", "skip"]),
    length=st.integers(30, 200),
)
def test_a_step_is_on_a_study_day_inside_its_bounds(step: Step, leave: Any, rule: str, length: int) -> None:
    rules = cohort(step, leave=leave, leave_rule=rule)
    last = FRIDAY + length * DAY
    calendar = rules.calendar_of("ann")
    found = rules.steps_of("ann", FRIDAY + DAY, last)
    assert [one.number for one in found] == sorted({one.number for one in found})
    reach = 31 if step.tolerance_days is None else step.tolerance_days
    for one in found:
        if one.effective is not None:
            assert calendar.studies(one.effective) or (step.roll == "none" and one.effective == one.nominal)
            assert FRIDAY < one.effective <= last
            assert abs((one.effective - one.nominal).days) <= reach
        else:
            span = [one.nominal + n * DAY for n in range(-reach, reach + 1)]
            assert step.roll != "none"
            assert not any(calendar.studies(other) for other in span if FRIDAY < other <= last)


MONDAY = dt.date(2026, 3, 2)


@pytest.mark.parametrize(
    ("name", "answers", "expected"),
    [
        ("adaptive", (), []),
        ("j30-j90-j180", (), [30, 90, 180]),
        ("2-2-2", (), [2, 14, 61]),  # 2 May
        ("methode-des-j", (), [1, 3, 7, 14, 30]),
        ("kerfoot-12-24-x2", (), [3, 27]),
        ("kerfoot-12-24-x2", (False,), [3, 15, 39]),
        ("kerfoot-12-24-x2", (True, False), [3, 27, 39, 63]),
        ("memrise", (), [1, 7, 19, 67, 163, 343]),
        ("memrise", (True, True, False), [1, 7, 19, 20, 26, 38, 86, 182, 362]),
        ("leitner", (True, False), [1, 3, 4, 6, 10, 18, 34, 66, 130]),
    ],
)
def test_cadences(name: str, answers: tuple[bool, ...], expected: list[int]) -> None:
    assert [(found - MONDAY).days for found in cadence_dates(name, MONDAY, answers)] == expected
    until = MONDAY + 20 * DAY
    assert cadence_dates(name, MONDAY, answers, until=until) == [MONDAY + n * DAY for n in expected if n <= 20]


def test_kerfoot_brings_a_new_question_every_three_days() -> None:
    assert [(cadence_dates("kerfoot-12-24-x2", MONDAY, item=n)[0] - MONDAY).days for n in range(3)] == [3, 6, 9]


def test_an_unknown_cadence() -> None:
    with pytest.raises(InputError, match=r"unknown cadence, got 'j30-j90'.*did you mean j30-j90-j180\?"):
        cadence_dates("j30-j90", MONDAY)


@pytest.mark.parametrize(
    ("completed", "months", "expected"),
    [
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2024, 2, 29), 12, dt.date(2025, 2, 28)),
        (dt.date(2024, 2, 29), 48, dt.date(2028, 2, 29)),
        (dt.date(2026, 12, 31), 2, dt.date(2027, 2, 28)),
        (dt.date(2026, 8, 30), 6, dt.date(2027, 2, 28)),
        (dt.date(2026, 3, 15), 24, dt.date(2028, 3, 15)),
    ],
)
def test_expiry_from_completion(completed: dt.date, months: int, expected: dt.date) -> None:
    certificate = Certificate("sst", "fire", months, window_days=28)
    assert certificate.expires(completed) == expected
    assert certificate.expires(completed, previous=completed + 9 * DAY) == expected
    assert certificate.window_opens(expected) == expected - 28 * DAY


def test_expiry_from_the_previous_one() -> None:
    certificate = Certificate("sst", "fire", 24, expiry="previous-expiry", window_days=90)
    until = dt.date(2026, 6, 30)
    assert certificate.expires(dt.date(2024, 6, 30)) == until  # the first counts from completion
    assert certificate.expires(dt.date(2026, 4, 15), until) == dt.date(2028, 6, 30)  # renewing early costs no time
    assert certificate.expires(until, until) == dt.date(2028, 6, 30)  # its last day still counts
    assert certificate.expires(dt.date(2026, 7, 1), until) == dt.date(2028, 7, 1)  # it had lapsed
    assert not certificate.renews(dt.date(2026, 3, 31), until)
    assert certificate.renews(dt.date(2026, 4, 1), until)
    assert certificate.renews(dt.date(2026, 9, 1), until)


def test_expiry_on_fixed_dates() -> None:
    certificate = Certificate("sst", "fire", 6, expiry="fixed", fixed_date=dt.date(2020, 8, 31), window_days=60)
    assert certificate.expires(dt.date(2026, 1, 10)) == dt.date(2026, 8, 31)  # 28 February leaves less than 60 days
    assert certificate.expires(dt.date(2025, 12, 30)) == dt.date(2026, 2, 28)  # exactly 60 days
    assert certificate.expires(dt.date(2026, 5, 1)) == dt.date(2026, 8, 31)  # the 31st again: no drift over February
    longer = Certificate(
        "sst", "fire", 6, expiry="fixed", fixed_date=dt.date(2020, 8, 31), window_days=60, minimum_days=130
    )
    assert longer.expires(dt.date(2025, 12, 30)) == dt.date(2026, 8, 31)
    future = Certificate("sst", "fire", 12, expiry="fixed", fixed_date=dt.date(2030, 2, 28))
    assert future.expires(dt.date(2026, 5, 1)) == dt.date(2027, 2, 28)


@given(
    completed=st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)),
    base=st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)),
    months=st.integers(4, 60),
)
def test_a_fixed_expiry_is_the_first_that_leaves_the_window(completed: dt.date, base: dt.date, months: int) -> None:
    certificate = Certificate("c", "x", months, expiry="fixed", fixed_date=base, window_days=90)
    found = certificate.expires(completed)
    assert found >= completed + 90 * DAY
    assert (found - completed).days <= 90 + months * 31
    assert (found.year - base.year) * 12 + found.month - base.month == (
        round(((found.year - base.year) * 12 + found.month - base.month) / months) * months
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"window_days": 400}, "key window_days: .*got 400; expected at most 336"),
        ({"expiry": "fixed"}, "key fixed_date: missing"),
        ({"fixed_date": MONDAY}, 'key fixed_date: .*expiry is "completion"'),
        ({"expiry": "fixed", "fixed_date": MONDAY, "minimum_days": 20}, "key minimum_days: .*expected from 90"),
    ],
)
def test_a_certificate_that_cannot_be(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Certificate("sst", "fire", 12, **arguments)
