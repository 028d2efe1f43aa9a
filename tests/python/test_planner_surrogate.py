"""Plans with models whose memory fits on no grid: through a memory that forecasts the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from perdure import ActR, Cohort, CohortModel, Dash, Fsrs6, InputError, Planner, ReviewLog, read_answers, sample
from perdure.cli.app import run
from perdure.plan_checker import check_plan
from perdure.planner.surrogate import needs_surrogate, surrogate_of


@pytest.fixture(scope="module")
def log() -> ReviewLog:
    return read_answers(sample.answers_path())


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return Cohort.from_toml(sample.cohort_path())


def test_the_surrogate_of_fsrs6_is_itself(log: ReviewLog) -> None:
    model = Fsrs6().fit(log)
    found = surrogate_of(model, log, 90)
    assert found.report["rmse"] < 1e-4 and found.report["largest"] < 1e-3
    own = model.states(log).state
    np.testing.assert_allclose(found.states.state[0], own[0], rtol=2e-3)
    np.testing.assert_array_equal(found.states.state[1], own[1])


@pytest.mark.parametrize("kind", [CohortModel, Dash, ActR])
def test_plans_through_a_surrogate_keep_the_rules_and_say_so(
    kind: type[Any], log: ReviewLog, cohort: Cohort, tmp_path: Path
) -> None:
    model = kind().fit(log)
    assert needs_surrogate(model) and not needs_surrogate(Fsrs6())
    one, two = (Planner(cohort, courses=100).plan(model, log, threads=n) for n in (1, 2))
    assert one.table.equals(two.table) and one.certificate == two.certificate
    one.to_csv(tmp_path / "plan.csv")
    assert check_plan(tmp_path / "plan.csv", cohort) == []
    report = one.certificate["surrogate"]
    assert (report["of"], report["by"], one.certificate["model"]["id"]) == (model.id, "fsrs6", "fsrs6")
    assert 0 < report["rmse"] < 0.04 and report["rmse"] < report["largest"] < 0.15
    assert one.certificate["relative_to"].endswith(f"fsrs6 stands for {model.id}")
    assert one.model is model


def test_forecasts_are_the_models_beside_those_of_plain_fsrs6(log: ReviewLog) -> None:
    model = CohortModel().fit(log)
    found = surrogate_of(model, log, 90)
    at = log.last_answered_at.date().replace(month=6, day=1)
    truth = model.states(log).retention(str(at), level=None)["recall"].to_numpy()
    near, plain = (
        np.sqrt(np.mean((states.retention(str(at), level=None)["recall"].to_numpy() - truth) ** 2))
        for states in (found.states, found.model.states(log))
    )
    assert near < 0.3 * plain


def test_replanning_tests_the_model_itself(log: ReviewLog, cohort: Cohort) -> None:
    model = CohortModel().fit(log)
    planner = Planner(cohort, courses=100)
    plan = planner.plan(model, log)
    again = planner.replan(model, log, plan, start=plan.first)
    assert again.model is model and again.certificate["answers"]["answers"] == 0
    assert again.changes_table is not None and again.changes_table.num_rows == 0


def test_states_alone_are_not_enough(log: ReviewLog, cohort: Cohort) -> None:
    model = Dash().fit(log)
    with pytest.raises(InputError, match=r"dash.*expected the log in place of states"):
        Planner(cohort).plan(model, model.states(log))


def test_a_log_in_place_of_states_is_the_same(log: ReviewLog, cohort: Cohort) -> None:
    planner, model = Planner(cohort, courses=100), Fsrs6()
    assert planner.plan(model, log).table.equals(planner.plan(model, model.states(log)).table)


def test_on_the_command_line(tmp_path: Path) -> None:
    answers = str(sample.answers_path())
    assert run(["fit", answers, "-o", str(tmp_path / "model.json"), "-m", "cohort", "--quiet"]) == 0
    files = ["--model", str(tmp_path / "model.json"), "--cohort", str(sample.cohort_path())]
    assert run(["plan", answers, *files, "-o", str(tmp_path / "plan"), "--quiet"]) == 0
    certificate = json.loads((tmp_path / "plan" / "certificate.json").read_text(encoding="utf-8"))
    assert certificate["surrogate"]["of"] == "cohort"
