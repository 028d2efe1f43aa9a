"""Plans made anew: what was sent stays, changes are few and explained, and recent answers test the model."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import random_cohorts
from perdure import Cohort, Fsrs6, HalfLife, InputError, Plan, Planner, ReviewLog, read_answers, sample
from perdure.cli.app import run
from perdure.cohort import Caps, Learner, Leave
from perdure.plan_checker import check_plan
from perdure.planner.changes import margin_for, pairs
from perdure.planner.recent import by_likelihood, calibration

INSTANCES = int(os.environ.get("PERDURE_INSTANCES", "25")) // 2
DAY = dt.timedelta(1)


@pytest.fixture(scope="module")
def log() -> ReviewLog:
    return read_answers(sample.answers_path())


COHORT = Cohort("Europe/Paris", horizon_days=60, caps=Caps(2, sessions_per_week=2))


@pytest.fixture(scope="module")
def plan(log: ReviewLog) -> Plan:
    return Planner(COHORT, courses=200).plan(Fsrs6(), Fsrs6().states(log))


def answered(log: ReviewLog, plan: Plan, until: dt.date, recall: float, seed: int = 0) -> ReviewLog:
    """The log with answers to the questions of a plan before a day, right as often as ``recall``."""
    draw = np.random.default_rng(seed)
    frame = log.to_frame()[["learner", "item", "answered_at", "success"]]
    skills = log.skills_of_items()
    rows = [
        {
            "learner": row["learner"],
            "item": row["item"],
            "answered_at": dt.datetime.combine(row["date"], dt.time(10), dt.UTC),
            "success": bool(draw.random() < recall),
        }
        for row in plan.table.to_pylist()
        if row["item"] and row["date"] < until
    ]
    whole = pd.concat([frame, pd.DataFrame(rows)]) if rows else frame
    return read_answers(whole.assign(skills=[skills.get(item, "") for item in whole["item"]]))


@pytest.mark.parametrize("seed", range(INSTANCES))
def test_past_and_new_plan_together_break_no_rule(seed: int, tmp_path: Path) -> None:
    draw = np.random.default_rng(1000 + seed)
    learners = int(draw.integers(1, 7))
    answers, cohort = random_cohorts.answers(draw, learners), random_cohorts.cohort(draw, learners)
    model = Fsrs6() if seed % 3 else HalfLife()
    planner = Planner(cohort, courses=100)
    most = None if seed % 2 else int(draw.integers(0, 6))
    try:
        first = planner.plan(model, model.states(answers))
        start = first.first + int(draw.integers(1, 12)) * DAY
        later = answered(answers, first, start, 0.7, seed)
        second = planner.plan(model, model.states(later), previous=first, start=start, max_changes=most)
        third = planner.plan(model, model.states(later), previous=second, start=start + DAY, max_changes=most)
    except InputError as error:
        assert "can be planned" in str(error) or "unknown learner" in str(error) or "in the past" in str(error)
        return
    for made in (second, third):
        made.to_csv(tmp_path / "plan.csv")
        # what a cadence wants next depends on answers, which are not in the file
        found = [one for one in check_plan(tmp_path / "plan.csv", cohort) if one.rule != "cadences"]
        assert found == [], (cohort.to_toml(), [str(one) for one in found])
        changes = made.certificate["changes"]
        assert most is None or changes["questions"] <= max(most, changes["forced"] or 0)
    past = [row for row in first.table.to_pylist() if row["date"] < start]
    assert third.table.slice(0, len(past)).to_pylist() == past


def test_the_same_day_and_answers_make_the_same_plan(log: ReviewLog, plan: Plan) -> None:
    again = Planner(COHORT, courses=200).plan(Fsrs6(), Fsrs6().states(log), previous=plan, start=plan.first)
    assert again.table.equals(plan.table)
    assert again.changes_table is not None and again.changes_table.num_rows == 0


@pytest.mark.parametrize("most", [0, 25])
def test_changes_as_few_as_wanted_and_those_that_bring_most(log: ReviewLog, plan: Plan, most: int) -> None:
    start = plan.first + 14 * DAY
    states = Fsrs6().states(answered(log, plan, start, 0.5))
    planner = Planner(COHORT, courses=200)
    free = planner.plan(Fsrs6(), states, previous=plan, start=start)
    few = planner.plan(Fsrs6(), states, previous=plan, start=start, max_changes=most)
    assert free.changes_table is not None and few.changes_table is not None
    assert few.changes_table.num_rows <= most < free.changes_table.num_rows
    assert few.certificate["changes"]["margin"] > 0
    low, high = free.certificate["ci"]
    assert few.certificate["value"] < free.certificate["value"] + (high - low)
    assert all(few.changes_table["reason"].to_pylist())
    assert few.certificate["value"] <= few.certificate["upper_bound"] * 1.0001


def test_what_leave_forces_is_changed_in_any_case_and_named(log: ReviewLog, plan: Plan) -> None:
    row = next(row for row in plan.table.to_pylist() if row["date"] > plan.first + 10 * DAY)
    away = Learner(row["learner"], leave=(Leave(row["date"] - DAY, row["date"] + DAY),))
    cohort = dataclasses.replace(COHORT, learners=(away,))
    made = Planner(cohort, courses=200).plan(
        Fsrs6(), Fsrs6().states(log), previous=plan, start=plan.first, max_changes=0
    )
    assert made.changes_table is not None
    changes = made.changes_table.to_pylist()
    assert changes and {one["learner"] for one in changes} == {row["learner"]}
    assert made.certificate["changes"]["forced"] == len(changes)
    assert f"{row['date']} is no day for a quiz of theirs any more" in " ".join(one["reason"] for one in changes)


def test_the_budget_counts_what_was_sent(log: ReviewLog) -> None:
    cohort = dataclasses.replace(COHORT, caps=Caps(2, sessions_per_week=2, questions_in_all=6))
    planner = Planner(cohort, courses=200)
    first = planner.plan(Fsrs6(), Fsrs6().states(log))
    start = first.first + 28 * DAY
    second = planner.plan(Fsrs6(), Fsrs6().states(answered(log, first, start, 0.3)), previous=first, start=start)
    counts = second.table.group_by("learner").aggregate([("item", "count")])["item_count"].to_pylist()
    assert max(counts) <= 6 and sum(row["date"] < start for row in second.table.to_pylist()) > 0


def test_threads_change_nothing(log: ReviewLog, plan: Plan) -> None:
    start = plan.first + 14 * DAY
    later = answered(log, plan, start, 0.5)
    one, two = (
        Planner(COHORT, courses=200).replan(Fsrs6(), later, plan, start=start, max_changes=30, threads=n)
        for n in (1, 2)
    )
    assert one.table.equals(two.table) and one.certificate == two.certificate
    assert one.changes_table is not None and one.changes_table.equals(two.changes_table)


def test_answers_as_expected_do_not_reject_the_model_and_others_do(log: ReviewLog, plan: Plan) -> None:
    since = dt.datetime.combine(plan.first, dt.time(), dt.UTC)
    at = since + 20 * DAY
    recall = Fsrs6().states(log).retention(at, level=None)
    for seed in range(8):
        right = np.random.default_rng(seed).random(len(recall)) < recall["recall"]
        new = recall[["learner", "item"]].assign(answered_at=at, success=right)
        later = read_answers(pd.concat([log.to_frame()[["learner", "item", "answered_at", "success"]], new]))
        found = calibration(Fsrs6(), later, since)
        assert found["answers"] == len(recall) and found["p_value"] > 0.001 and not found["rejected"]
    worse = calibration(Fsrs6(), answered(log, plan, plan.first + 21 * DAY, 0.35), since)
    assert worse["rejected"] and worse["p_value"] < 1e-6 and worse["right"] + 0.1 < worse["expected"]
    assert not calibration(Fsrs6(), log, since)["rejected"]  # no answer since
    few = calibration(Fsrs6(), answered(log, plan, plan.first + DAY, 0.0), since + 365 * DAY)
    assert few["answers"] == 0 and few["p_value"] is None


def test_a_rejected_model_is_replaced_by_likelihood_and_the_plan_says_so(log: ReviewLog, plan: Plan) -> None:
    start = plan.first + 21 * DAY
    later = answered(log, plan, start, 0.35)
    planner = Planner(COHORT, courses=200)
    made = planner.replan(Fsrs6(), later, plan, start=start)
    answers = made.certificate["answers"]
    assert answers["rejected"] and len(answers["candidates"]) >= 3
    best = min(answers["candidates"], key=lambda one: one["log_loss"])
    assert (best["model"] == "as it is") == made.model.same_memory(Fsrs6())
    assert made.certificate["model"]["parameters"] == [float(x) for x in made.model._values()]
    kept = planner.replan(Fsrs6(), later, plan, start=start, refit=False)
    assert kept.certificate["answers"]["rejected"] and "candidates" not in kept.certificate["answers"]
    assert kept.certificate["model"]["since"] == str(plan.first)
    moment = dt.datetime.combine(plan.first, dt.time(), dt.UTC)
    chosen, losses = by_likelihood(Fsrs6(), later, moment)
    assert losses[0]["model"] == "as it is" and chosen.id in ("fsrs6", "half-life")


def test_pairs_of_dates() -> None:
    a, b, c = (dt.date(2026, 5, day) for day in (4, 5, 6))
    assert pairs([a, b], [a, c]) == [(b, c)]
    assert pairs([a], [a, b]) == [(None, b)]
    assert pairs([a, b], []) == [(a, None), (b, None)]


def test_the_margin_is_the_least_that_does() -> None:
    gains = np.geomspace(1e-4, 0.5, 40)
    margin, changes, forced = margin_for(10, lambda margin: int((gains > margin).sum()))
    assert (changes, forced) == (10, 0) and gains[29] <= margin < 1.1 * gains[30]
    assert margin_for(None, lambda _: 40) == (0.0, 40, None)
    assert margin_for(3, lambda _: 5)[1:] == (5, 5)  # rules force them


def test_refusals(log: ReviewLog, plan: Plan, tmp_path: Path) -> None:
    states = Fsrs6().states(log)
    with pytest.raises(InputError, match="no plan to change"):
        Planner(COHORT).plan(Fsrs6(), states, max_changes=3)
    with pytest.raises(InputError, match="max_changes"):
        Planner(COHORT).plan(Fsrs6(), states, previous=plan, max_changes=-1)
    with pytest.raises(InputError, match="not a plan"):
        Planner(COHORT).plan(Fsrs6(), states, previous="plan.csv")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="start: before the log's last answer"):
        Planner(COHORT).plan(Fsrs6(), states, previous=plan, start=dt.date(2020, 1, 1))
    plan.to_csv(tmp_path / "plan.csv")
    with pytest.raises(InputError, match=r"certificate.json: cannot be read"):
        Plan.read(tmp_path, COHORT)
    (tmp_path / "certificate.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="says not which days were planned"):
        Plan.read(tmp_path, COHORT)
    plan.write_certificate(tmp_path / "certificate.json")
    read = Plan.read(tmp_path, COHORT)
    assert (read.first, read.last, len(read)) == (plan.first, plan.last, len(plan))


def test_on_the_command_line(tmp_path: Path, model_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    common = [str(sample.answers_path()), "--model", str(model_folder / "model.json")]
    common += ["--cohort", str(sample.cohort_path()), "--quiet"]
    one, two = tmp_path / "one", tmp_path / "two"
    assert run(["plan", *common, "-o", str(one)]) == 0
    assert run(["plan", *common, "-o", str(two), "--previous", str(one), "--start", "2026-05-04"]) == 0
    assert sorted(path.name for path in two.iterdir()) == ["certificate.json", "changes.csv", "plan.csv", "plan.ics"]
    assert check_plan(two / "plan.csv", Cohort.from_toml(sample.cohort_path())) == []
    header = (two / "changes.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.replace('"', "").split(",")[:4] == ["learner", "course", "objective", "change"]
    assert run(["plan", *common, "-o", str(tmp_path / "three"), "--max-changes", "3"]) == 2
    assert run(["plan", *common, "-o", str(tmp_path / "three"), "--start", "2026-02-30"]) == 2
    assert not (tmp_path / "three").exists()
    assert "Traceback" not in capsys.readouterr().err
