"""Plans, checked by what a reader of the plan can see: its rows, the cohort, and the states it was made from."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from perdure import Cohort, Fsrs6, HalfLife, InputError, Plan, Planner, ReviewLog, batch, read_answers
from perdure.cohort import Caps, Learner, LearnerCaps, Leave, StudyCalendar

DAY = dt.timedelta(days=1)
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LEARNERS = [f"L{n}" for n in range(8)]
END = dt.date(2026, 12, 1)
"""A day after the small log's last answer in every zone."""


def studies(cohort: Cohort, learner: str, day: dt.date) -> bool:
    leaves = [leave for other in cohort.learners if other.id == learner for leave in other.leave]
    off = day in cohort.calendar.days_off or any(leave.first <= day <= leave.last for leave in leaves)
    return WEEK[day.weekday()] in cohort.calendar.working_days and not off


def cap_of(cohort: Cohort, learner: str) -> int:
    own = {other.id: other.caps.questions_per_session for other in cohort.learners}
    return own.get(learner) or cohort.caps.questions_per_session


def span(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + n * DAY for n in range((last - first).days + 1)]


def pairs_of(states: Any, zone: str) -> pd.DataFrame:
    """States with the local date of the last answer."""
    frame = states.to_frame()
    return frame.assign(last=[at.astimezone(ZoneInfo(zone)).date() for at in frame["last_answered_at"]])


def check(plan: Plan, cohort: Cohort, states: Any) -> None:
    """Every promise of a plan that does not need the model."""
    rows, uncovered = plan.to_frame(), plan.uncovered
    pairs = pairs_of(states, cohort.timezone)
    assert plan.first == (cohort.start or max(pairs["last"]) + DAY)
    assert plan.last == (cohort.deadline or plan.first + (cohort.horizon_days - 1) * DAY)
    for learner, date in zip(rows["learner"], rows["date"], strict=True):
        assert plan.first <= date <= plan.last
        assert studies(cohort, learner, date)
    for (learner, _), count in Counter(zip(rows["learner"], rows["date"], strict=True)).items():
        assert count <= cap_of(cohort, learner)
    asked = list(zip(rows["learner"], rows["item"], strict=True))
    left = list(zip(uncovered["learner"], uncovered["item"], strict=True))
    assert len({*asked, *left}) == len(asked) + len(left)  # each pair once
    assert {*asked, *left} <= set(zip(pairs["learner"], pairs["item"], strict=True))
    assert len(asked) + len(left) + plan.not_due == len(states)
    assert rows["date"].is_monotonic_increasing
    # Who has a pair without a question has no room on any day.
    used = Counter(zip(rows["learner"], rows["date"], strict=True))
    for learner, due in zip(uncovered["learner"], uncovered["due"], strict=True):
        assert plan.first <= due <= plan.last
        for day in span(plan.first, plan.last):
            assert not studies(cohort, learner, day) or used[learner, day] == cap_of(cohort, learner)
    summary = plan.summary()
    assert summary["questions"] == len(plan) == sum(summary["by_reason"].values()) == len(rows)
    assert (summary["uncovered"], summary["not_due"]) == (len(uncovered), plan.not_due)
    assert json.loads(json.dumps(summary)) == summary


def expected_dates(
    model: Any, states: Any, cohort: Cohort, first: dt.date, last: dt.date
) -> dict[tuple[str, str], Any]:
    """The plan by brute force: date of every planned pair, None for one without room, absent when not due."""
    pairs = pairs_of(states, cohort.timezone)
    interval = model.interval(states.state, cohort.target_retention)
    recall = model.recall(states.state, [(first - day).days for day in pairs["last"]])
    waiting: dict[str, list[tuple[dt.date, float, int, str]]] = {}
    for row, (learner, item, answered) in enumerate(zip(pairs["learner"], pairs["item"], pairs["last"], strict=True)):
        days = min(max(int(np.floor(interval[row])), 1), 36_500)
        ideal = max(answered + days * DAY, first)
        if ideal > last:
            continue
        due = min(
            (day for day in span(first, last + 366 * DAY) if studies(cohort, learner, day)),
            key=lambda day: (abs(day - ideal), day < ideal),
        )
        waiting.setdefault(learner, []).append((due, recall[row], row, item))
    dates: dict[tuple[str, str], Any] = {}
    for learner, queue in waiting.items():
        for day in span(first, last):
            ready = sorted(entry for entry in queue if entry[0] <= day) if studies(cohort, learner, day) else []
            for entry in ready[: cap_of(cohort, learner)]:
                queue.remove(entry)
                dates[learner, entry[3]] = day
        taken = Counter(day for (who, _), day in dates.items() if who == learner)
        for due, _, _, item in sorted(queue):  # no room from the due day on: the last day before it that has
            before = (day for day in span(first, min(due - DAY, last)) if studies(cohort, learner, day))
            dates[learner, item] = max((day for day in before if taken[day] < cap_of(cohort, learner)), default=None)
            taken[dates[learner, item]] += 1
    return dates


@st.composite
def cohorts(draw: st.DrawFn, ends_on_a_study_day: bool = False) -> Cohort:
    first = draw(st.none() | st.integers(0, 20).map(lambda n: END + n * DAY))
    last = draw(st.integers(20, 70).map(lambda n: END + n * DAY))
    some_days = st.integers(-5, 75).map(lambda n: END + n * DAY)
    leaves = st.lists(
        st.tuples(some_days, st.integers(0, 40)).map(lambda x: Leave(x[0], x[0] + x[1] * DAY)), max_size=2
    )
    chosen = draw(st.lists(st.sampled_from(LEARNERS), unique=True, max_size=3))
    exceptions = [
        Learner(learner, caps=LearnerCaps(draw(st.none() | st.integers(1, 3))), leave=tuple(draw(leaves)))
        for learner in chosen
    ]
    days = draw(st.sets(st.sampled_from(WEEK), min_size=1))
    off = draw(st.lists(some_days, max_size=6))
    if ends_on_a_study_day:
        days |= {WEEK[last.weekday()]}
        off = [day for day in off if day != last]
        exceptions = [
            dataclasses.replace(other, leave=tuple(x for x in other.leave if not x.first <= last <= x.last))
            for other in exceptions
        ]
    return Cohort(
        draw(st.sampled_from(["UTC", "Europe/Kyiv", "Pacific/Kiritimati", "America/Los_Angeles"])),
        start=first,
        deadline=last if ends_on_a_study_day or draw(st.booleans()) else None,
        horizon_days=draw(st.integers(1, 70)),
        target_retention=draw(st.floats(0.3, 0.99)),
        caps=Caps(draw(st.integers(1, 4))),
        calendar=StudyCalendar(tuple(day for day in WEEK if day in days), days_off=tuple(off)),
        learners=tuple(exceptions),
    )


@pytest.fixture(scope="module")
def states(fitted: Any, log: ReviewLog) -> Any:
    assert log.last_answered_at.date() < END - DAY
    return fitted.states(log)


@settings(max_examples=60)
@given(cohort=cohorts())
def test_any_cohort_gets_a_lawful_plan(fitted: Any, states: Any, cohort: Cohort) -> None:
    check(Planner(cohort).plan(fitted, states), cohort, states)


@settings(max_examples=40)
@given(cohort=cohorts(ends_on_a_study_day=True))
def test_any_plan_is_that_of_brute_force(fitted: Any, states: Any, cohort: Cohort) -> None:
    plan = Planner(cohort).plan(fitted, states)
    rows, left = plan.to_frame(), plan.uncovered
    got: dict[tuple[str, str], Any] = dict(
        zip(zip(rows["learner"], rows["item"], strict=True), rows["date"], strict=True)
    )
    got.update(dict.fromkeys(zip(left["learner"], left["item"], strict=True)))
    assert got == expected_dates(fitted, states, cohort, plan.first, plan.last)


COHORT = Cohort(
    "Europe/Kyiv",
    start=END,
    deadline=END + 60 * DAY,
    caps=Caps(2),
    calendar=StudyCalendar(days_off=(dt.date(2026, 12, 24), dt.date(2026, 12, 25))),
    learners=(Learner("L3", caps=LearnerCaps(1), leave=(Leave(dt.date(2026, 12, 7), dt.date(2026, 12, 11)),)),),
)


def test_recall_and_gain_by_a_second_implementation(
    fitted: Any, states: Any, fsrs6_reference: Callable[..., Any]
) -> None:
    plan = Planner(COHORT).plan(fitted, states)
    rows = plan.to_frame()
    assert len(rows) > 20
    fields = [field["name"] for field in fitted._entry["state"]]
    pairs = pairs_of(states, COHORT.timezone).set_index(["learner", "item"])
    pairs = pairs.loc[list(zip(rows["learner"], rows["item"], strict=True))]
    state = [pairs[name].to_numpy(float) for name in fields]
    until = np.array([(day - last).days for day, last in zip(rows["date"], pairs["last"], strict=True)], dtype=float)
    after = np.array([(plan.last - day).days for day in rows["date"]], dtype=float)
    if fitted.id == "fsrs6":
        fsrs = fsrs6_reference(fitted.parameters_)
        recall, without = fsrs.recall(until, state[0]), fsrs.recall(until + after, state[0])
        kept = [fsrs.recall(after, fsrs.review(*state, np.full(len(rows), g), until)[0]) for g in (3, 1)]
    else:
        gain, lapse = fitted.parameters_[2:]
        recall, without = (2.0 ** (-t / state[0]) for t in (until, until + after))
        kept = [
            2.0 ** (-after / h) for h in (state[0] * (1 + gain * (1 - recall)), np.maximum(lapse * state[0], 1 / 96))
        ]
    # Half a unit of float32 for the state, and one for each recall.
    np.testing.assert_allclose(rows["predicted_recall"], recall, atol=2**-23)
    np.testing.assert_allclose(rows["gain"], recall * kept[0] + (1 - recall) * kept[1] - without, atol=4 * 2**-23)


def test_recall_is_that_of_the_states_on_the_date(log: ReviewLog) -> None:
    model = Fsrs6(elapsed="calendar-days:Europe/Kyiv:0").fit(log)
    states = model.states(log)
    rows = Planner(COHORT).plan(model, states).to_frame()
    for date, asked in rows.groupby("date"):
        frame = states.retention(date, COHORT.timezone).set_index(["learner", "item"])
        expected = frame.loc[list(zip(asked["learner"], asked["item"], strict=True)), "recall"]
        np.testing.assert_array_equal(asked["predicted_recall"], expected)


def test_a_model_that_counts_study_days_is_refused(log: ReviewLog) -> None:
    model = Fsrs6(elapsed="study-days:Europe/Kyiv:0:rest=sat,sun").fit(log)
    with pytest.raises(InputError, match="plans count calendar days"):
        Planner(COHORT).plan(model, model.states(log))


def test_states_of_another_model_are_refused(log: ReviewLog) -> None:
    model = Fsrs6().fit(log)
    with pytest.raises(InputError, match="states of another model"):
        Planner(COHORT).plan(model, HalfLife().states(log))
    Planner(COHORT).plan(model, Fsrs6(parameters=model.parameters_).states(log))  # the same memory: fine


def one_card(days_ago: float = 1, half_life: float = 20.0) -> tuple[HalfLife, Any]:
    """A card with a known half-life, answered so many days before END."""
    at = dt.datetime(END.year, END.month, END.day, 12, tzinfo=dt.UTC) - days_ago * DAY
    log = read_answers({"learner": ["a"], "item": ["q"], "success": [1], "answered_at": [at]})
    model = HalfLife(parameters=[1.0, half_life, 2.0, 0.5])
    return model, model.states(log)


def test_a_card_is_asked_on_the_last_day_above_the_target() -> None:
    model, states = one_card()
    row = (
        Planner(Cohort("UTC", target_retention=0.8, calendar=StudyCalendar(WEEK)))
        .plan(model, states)
        .to_frame()
        .iloc[0]
    )
    days = int(np.floor(20 * np.log2(1 / 0.8)))  # 6.4 days after the last answer
    assert row["date"] == END + (days - 1) * DAY
    assert row["predicted_recall"] >= 0.8 > float(batch.recall("half-life", states.state, [days + 1.0])[0])
    assert row["kind"] == "quiz"
    assert row["reason"].startswith("on time")
    assert row["skill"] is None or pd.isna(row["skill"])


def test_reasons() -> None:
    def reason(days_ago: float = 1, target: float = 0.8) -> str:
        model, states = one_card(days_ago)
        plan = Planner(Cohort("UTC", start=END, target_retention=target)).plan(model, states)
        return str(plan.to_frame()["reason"].iloc[0])

    assert reason(days_ago=30).startswith("overdue: recall fell below 80 % after 2026-11-07, 35 % by now")
    assert reason(days_ago=1, target=0.99).startswith("as soon as allowed: recall falls below 99 % within a day")
    assert reason(days_ago=2).startswith("moved: 2026-12-05 is no study day")  # a Saturday
    log = read_answers(
        {"learner": ["a", "a"], "item": ["q", "r"], "success": [1, 1], "answered_at": ["2026-11-30T09:00Z"] * 2}
    )
    model = HalfLife(parameters=[1.0, 20.0, 2.0, 0.5])
    cohort = Cohort("UTC", target_retention=0.8, caps=Caps(1), calendar=StudyCalendar(WEEK))
    rows = Planner(cohort).plan(model, model.states(log)).to_frame()
    assert rows["reason"].iloc[1] == "delayed: due on 2026-12-06, the days since are full"
    assert (rows["date"].iloc[1] - rows["date"].iloc[0]) == DAY


def test_a_card_that_keeps_its_recall_is_not_due() -> None:
    model, states = one_card(half_life=300.0)
    plan = Planner(Cohort("UTC", horizon_days=20)).plan(model, states)
    assert (len(plan), len(plan.uncovered), plan.not_due) == (0, 0, 1)
    assert plan.summary()["learners"] == 0


def test_no_study_day_leaves_cards_uncovered() -> None:
    model, states = one_card(30)
    leave = (Learner("a", leave=(Leave(END, END + 30 * DAY),)),)
    plan = Planner(Cohort("UTC", start=END, deadline=END + 30 * DAY, learners=leave)).plan(model, states)
    assert (len(plan), plan.not_due) == (0, 0)
    assert plan.uncovered["due"].tolist() == [END]
    assert "no room" in plan.uncovered["reason"].iloc[0]


def test_a_card_due_in_a_closure_before_the_deadline_is_asked_before_it() -> None:
    model, states = one_card(days_ago=1)
    closed = tuple(span(dt.date(2026, 12, 4), dt.date(2026, 12, 8)))
    cohort = Cohort(
        "UTC", deadline=dt.date(2026, 12, 8), target_retention=0.8, calendar=StudyCalendar(WEEK, days_off=closed)
    )
    assert len(Planner(cohort).plan(model, states)) == 1  # due on the 6th, in the closure; Thursday the 3rd is free


def test_the_plan_does_not_depend_on_threads(sample_log: ReviewLog, tmp_path: Path) -> None:
    model = Fsrs6().fit(sample_log)
    texts = []
    for threads in (1, 2, 7):
        plan = Planner(Cohort("Europe/Paris")).plan(model, model.states(sample_log), threads=threads)
        plan.to_csv(tmp_path / "plan.csv")
        texts.append((tmp_path / "plan.csv").read_bytes())
        assert len(plan) > 1000
    assert texts[0] == texts[1] == texts[2]


def test_csv(fitted: Any, states: Any, tmp_path: Path) -> None:
    plan = Planner(COHORT).plan(fitted, states)
    path = tmp_path / "plan.csv"
    path.write_text("old", encoding="utf-8")
    plan.to_csv(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.csv"]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    frame = plan.to_frame()
    assert list(rows[0]) == list(frame.columns)
    for name in ("learner", "item", "skill", "kind", "reason"):
        assert [row[name] for row in rows] == frame[name].tolist()
    assert [row["date"] for row in rows] == [day.isoformat() for day in frame["date"]]
    for name in ("predicted_recall", "gain"):
        np.testing.assert_allclose([float(row[name]) for row in rows], frame[name], atol=5.001e-7)


def test_frames_come_in_the_kind_that_came_in(simulate: Callable[..., Any]) -> None:
    log = read_answers(pl.DataFrame(simulate()))
    plan = Planner(Cohort("UTC")).plan(HalfLife(), HalfLife().states(log))
    assert isinstance(plan.to_frame(), pl.DataFrame)
    assert isinstance(plan.uncovered, pl.DataFrame)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"learners": (Learner("L33"),)},
            r"key learners\[1\].id: unknown learner, got 'L33'.*did you mean L3\?",
        ),
        (
            {"start": dt.date(2026, 3, 3), "deadline": None},
            "key cohort.start: before the log's last answer, got '2026-03-03'",
        ),
        (
            {"start": None, "deadline": dt.date(2026, 3, 3)},
            "key cohort.deadline: in the past.*got '2026-03-03'; expected 20",
        ),
    ],
)
def test_a_cohort_that_does_not_fit_the_log(changes: dict[str, Any], message: str, fitted: Any, states: Any) -> None:
    rules = {"timezone": "UTC", "start": END, "deadline": END + DAY, **changes}
    with pytest.raises(InputError, match=message):
        Planner(Cohort(**rules)).plan(fitted, states)


def test_a_plan_starts_after_the_last_answer_in_the_cohorts_zone() -> None:
    model, states = one_card(days_ago=0)  # END at 12:00 UTC is the next day on Kiritimati
    for zone, last in (("UTC", END), ("Pacific/Kiritimati", END + DAY), ("America/Los_Angeles", END)):
        assert Planner(Cohort(zone)).plan(model, states).first == last + DAY
        assert Planner(Cohort(zone, start=last + DAY, horizon_days=1)).plan(model, states).last == last + DAY
        with pytest.raises(InputError, match=f"key cohort.start: .*expected {last + DAY} or later"):
            Planner(Cohort(zone, start=last)).plan(model, states)


def test_bad_threads_and_interruption(fitted: Any, states: Any) -> None:
    def interrupt(*facts: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(InputError, match="threads: "):
        Planner(COHORT).plan(fitted, states, threads=0)
    with pytest.raises(KeyboardInterrupt):
        Planner(COHORT).plan(fitted, states, progress=interrupt)
