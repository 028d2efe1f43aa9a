"""Parameters of many groups in one fit: `perdure.Hierarchical`."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import perdure
import pytest

DAY_MS = 86_400_000
START_MS = 1_772_442_000_000


def simulated(learners: int, cards: int, seed: int = 1) -> dict[str, Any]:
    """Answers under exponential forgetting: half of the learners forget in days, the others in weeks."""
    rng = np.random.default_rng(seed)
    rows: dict[str, list[Any]] = {name: [] for name in ("learner", "item", "answered_at", "success", "course")}
    for u in range(learners):
        first = 3.0 if u % 2 == 0 else 20.0
        for c in range(cards):
            when, half_life = START_MS + int(rng.integers(0, 20)) * DAY_MS, first
            for k in range(6):
                gap = 0.0 if k == 0 else float(rng.uniform(0.2, 2.0)) * half_life + 1.0
                when += int(gap * DAY_MS)
                right = k == 0 or bool(rng.random() < 2.0 ** (-gap / half_life))
                half_life = half_life * 1.8 if right else first
                rows["learner"].append(f"learner {u}")
                rows["item"].append(f"item {c}")
                rows["answered_at"].append(np.datetime64(when, "ms").item().isoformat() + "Z")
                rows["success"].append(int(right))
                rows["course"].append("slow" if u % 2 else "fast")
    return rows


@pytest.fixture(scope="module")
def log() -> perdure.ReviewLog:
    return perdure.read_answers(simulated(12, 8))


@pytest.fixture(scope="module")
def fitted(log: perdure.ReviewLog) -> perdure.Hierarchical:
    return perdure.Hierarchical("half-life").fit(log)


def alone(learner: str) -> perdure.ReviewLog:
    rows = simulated(12, 8)
    keep = [i for i, name in enumerate(rows["learner"]) if name == learner]
    return perdure.read_answers({name: [values[i] for i in keep] for name, values in rows.items()})


def test_learners_get_parameters_of_their_own(log: perdure.ReviewLog, fitted: perdure.Hierarchical) -> None:
    report = fitted.report_
    assert report.status == "converged"
    assert fitted.groups_ == log.learners
    assert fitted.parameters_.shape == fitted.standard_errors_.shape == (12, 4)
    assert report.group_status == ("converged",) * 12
    assert sum(report.group_answers) == report.answers
    assert fitted.logarithmic_ == ["first_wrong", "first_right"]
    first_right = fitted.parameters_[:, fitted.parameter_names.index("first_right")]
    assert first_right[1::2].min() > 1.5 * first_right[::2].max()  # 20 days and 3 in truth
    spread = np.sqrt(fitted.covariance_[1, 1])
    assert 0.4 < spread < 2.0  # ln(20 / 3) / 2 is 0.95
    assert "12 groups (12 converged)" in str(report)
    frame = fitted.to_frame()
    assert list(frame["group"]) == log.learners
    np.testing.assert_array_equal(frame["first_right"], first_right)


def test_complete_pooling_is_the_pooled_fit(log: perdure.ReviewLog) -> None:
    pooled = perdure.Fsrs6().fit(log)
    model = perdure.Hierarchical("fsrs6", pooling="complete").fit(log)
    np.testing.assert_array_equal(model.mean_, pooled.parameters_)
    np.testing.assert_array_equal(model.parameters_, np.tile(pooled.parameters_, (12, 1)))
    np.testing.assert_array_equal(model.predict_sequence(log), pooled.predict_sequence(log))


@pytest.mark.parametrize(
    "options",
    [
        perdure.FitOptions(minimum_gap=5.0),
        perdure.FitOptions(prior_weight=20.0),
        perdure.FitOptions(prior=None),
    ],
)
def test_options_are_those_of_the_pooled_fit(log: perdure.ReviewLog, options: perdure.FitOptions) -> None:
    pooled = perdure.HalfLife(options=options).fit(log)
    model = perdure.Hierarchical("half-life", pooling="complete", options=options).fit(log)
    np.testing.assert_allclose(model.mean_, pooled.parameters_, rtol=1e-9)
    assert model.observation_ == pooled.observation_
    usual = perdure.HalfLife().fit(log)
    assert np.abs(pooled.parameters_ / usual.parameters_ - 1.0).max() > 1e-4  # the options make a difference


def test_no_pooling_is_a_fit_per_learner(log: perdure.ReviewLog) -> None:
    model = perdure.Hierarchical("half-life", pooling="none").fit(log)
    for learner in ("learner 0", "learner 7"):
        np.testing.assert_array_equal(model.of(learner).parameters_, perdure.HalfLife().fit(alone(learner)).parameters_)


def test_a_small_covariance_leads_to_the_pooled_fit(log: perdure.ReviewLog) -> None:
    pooled = perdure.HalfLife().fit(log).parameters_
    model = perdure.Hierarchical("half-life", covariance_scale=1e-8).fit(log)
    np.testing.assert_allclose(model.parameters_, np.tile(pooled, (12, 1)), rtol=1e-3)


def test_each_learner_is_predicted_with_its_own(log: perdure.ReviewLog, fitted: perdure.Hierarchical) -> None:
    predicted = fitted.predict_sequence(log)
    states, frame = fitted.states(log), fitted.states(log).retention("2029-01-01")
    for code, learner in enumerate(log.learners):
        single = fitted.of(learner)
        rows = log._core.learner == code
        np.testing.assert_array_equal(predicted[rows], single.predict_sequence(log)[rows])
        cards = states.learner == code
        np.testing.assert_array_equal(states.state[0][cards], single.states(log).state[0][cards])
        expected = single.states(log).retention("2029-01-01", level=None)["recall"].to_numpy()[cards]
        np.testing.assert_allclose(frame["recall"].to_numpy()[cards], expected, rtol=1e-4, atol=1e-6)  # float32 there
    assert list(frame.columns) == ["learner", "item", "elapsed_days", "recall"]


def test_an_unseen_group_gets_the_mean(fitted: perdure.Hierarchical) -> None:
    rows = simulated(1, 2, seed=5)
    rows["learner"] = ["somebody new"] * len(rows["learner"])
    new = perdure.read_answers(rows)
    mean = fitted.of("somebody new")
    np.testing.assert_array_equal(mean.parameters_, fitted.mean_)
    np.testing.assert_array_equal(fitted.predict_sequence(new), mean.predict_sequence(new))
    np.testing.assert_array_equal(fitted.states(new).state[0], mean.states(new).state[0])


def test_groups_come_from_a_column_an_item_or_a_mapping(log: perdure.ReviewLog, tmp_path: Path) -> None:
    course = perdure.Hierarchical("half-life", by="course").fit(log)
    assert sorted(course.groups_) == ["fast", "slow"]
    first_right = dict(zip(course.groups_, course.parameters_[:, 1], strict=True))
    assert first_right["slow"] > 3.0 * first_right["fast"]
    assert len(perdure.Hierarchical("half-life", by="item").fit(log).groups_) == 8
    by = {learner: "slow" if i % 2 else "fast" for i, learner in enumerate(log.learners)}
    mapped = perdure.Hierarchical("half-life", by=by).fit(log)
    assert mapped.groups_ == ["fast", "slow"]
    np.testing.assert_allclose(mapped.of("slow").parameters_, course.of("slow").parameters_, rtol=1e-6)
    np.testing.assert_allclose(mapped.predict_sequence(log), course.predict_sequence(log), rtol=1e-6)
    numbered = perdure.Hierarchical("half-life", by={learner: i % 2 for i, learner in enumerate(log.learners)}).fit(log)
    numbered.save(tmp_path / "model.json")
    loaded = perdure.load_model(tmp_path / "model.json")
    assert loaded.groups_ == numbered.groups_ == ["0", "1"]
    np.testing.assert_array_equal(loaded.predict_sequence(log), numbered.predict_sequence(log))
    items = perdure.Hierarchical("half-life", by=dict.fromkeys(log.items, "all")).fit(log)
    assert items.groups_ == ["all"]
    assert "only 1" in items.report_.warnings[0]


def test_it_survives_a_file_and_a_pickle(log: perdure.ReviewLog, fitted: perdure.Hierarchical, tmp_path: Path) -> None:
    for by in ("learner", dict.fromkeys(log.learners, "all")):
        model = perdure.Hierarchical("half-life", by=by, options=perdure.FitOptions(prior_weight=2.0)).fit(log)
        model.save(tmp_path / "model.json")
        loaded = perdure.load_model(tmp_path / "model.json")
        assert isinstance(loaded, perdure.Hierarchical)
        assert loaded.get_params() == {**model.get_params(), "elapsed": "exact"}
        assert loaded.data_ == model.data_ == (perdure.fingerprint.of(log),)
        for name in ("parameters_", "standard_errors_", "mean_", "covariance_"):
            np.testing.assert_array_equal(getattr(loaded, name), getattr(model, name))
        assert loaded.report_.to_dict() == {**model.report_.to_dict(), "seconds": None}
        np.testing.assert_array_equal(loaded.predict_sequence(log), model.predict_sequence(log))
        loaded.save(tmp_path / "again.json")
        assert (tmp_path / "again.json").read_bytes() == (tmp_path / "model.json").read_bytes()
    copy = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(copy.predict_sequence(log), fitted.predict_sequence(log))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("by", 3),
        ("pooling", "some"),
        ("covariance_scale", "1"),
        ("parameter_names", ["a"]),
        ("mean", [1.0]),
        ("mean", [1.0, 1.0, -5.0, 1.0]),
        ("covariance", [[1.0]]),
        ("groups", "ann"),
        ("groups", ["ann"]),
        ("parameters", [[1.0] * 3] * 12),
        ("standard_errors", [[-1.0] * 4] * 12),
        ("logarithmic", [1]),
        ("of", None),
    ],
)
def test_a_damaged_file_is_refused(fitted: perdure.Hierarchical, tmp_path: Path, key: str, value: Any) -> None:
    path = tmp_path / "model.json"
    fitted.save(path)
    document = json.loads(path.read_text())
    document["hierarchical"][key] = value
    path.write_text(json.dumps(document))
    with pytest.raises(perdure.InputError, match=r"model\.json"):
        perdure.load_model(path)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("status", 3, "status does not fit, got 3"),
        ("group_answers", ["many"], "group_answers does not fit"),
        ("more", 1, "has the unknown key more"),
        ("rounds", ..., "lacks rounds"),
    ],
)
def test_a_damaged_report_is_refused(
    fitted: perdure.Hierarchical, tmp_path: Path, key: str, value: Any, message: str
) -> None:
    path = tmp_path / "model.json"
    fitted.save(path)
    document = json.loads(path.read_text())
    document["report"][key] = value
    if value is ...:
        del document["report"][key]
    path.write_text(json.dumps(document, default=str))
    with pytest.raises(perdure.InputError, match=f"model\\.json, column 'report': {message}"):
        perdure.load_model(path)


def test_a_file_of_an_older_version_reads(fitted: perdure.Hierarchical, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    fitted.save(path)
    document = json.loads(path.read_text())
    del document["data"], document["options"]
    path.write_text(json.dumps(document))
    old = perdure.load_model(path)
    assert old.options is None and not hasattr(old, "data_")


def test_its_report_is_for_people(fitted: perdure.Hierarchical) -> None:
    report = fitted.report_
    assert (
        repr(report) == f"<HierarchicalReport: converged, {report.answers:,} answers, log loss {report.log_loss:.4f}>"
    )
    assert max(map(len, str(report).splitlines())) <= 80
    for text in (f"{report.answers:,} answers", *report.warnings):
        assert text in report._repr_html_()
    one = perdure.Hierarchical("half-life").fit(alone("learner 0")).report_
    assert "1 group (1 converged)" in str(one)


def test_it_goes_into_an_evaluation(log: perdure.ReviewLog) -> None:
    found = perdure.evaluate([perdure.Hierarchical("half-life"), perdure.HalfLife()], log, folds=2)
    table = found.to_frame().set_index("model")
    assert table.loc["hierarchical-half-life", "log_loss"] < table.loc["half-life", "log_loss"]


def test_on_a_real_cohort_it_is_no_better_and_hardly_worse(data_folder: Path) -> None:
    """What docs/concepts/hierarchical.md says of the cloze log: a difference of some 1e-4 from the pooled fit."""
    rows = pd.read_csv(data_folder / "cohort_cloze.csv.gz", dtype={"learner": str, "item": str})
    start = pd.Timestamp("2020-01-01", tz="UTC")
    rows["answered_at"] = start + pd.to_timedelta(rows["t_days"], unit="D")
    log = perdure.read_answers(
        rows.rename(columns={"correct": "success"})[["learner", "item", "answered_at", "success"]]
    )
    found = perdure.evaluate([perdure.Hierarchical("fsrs6"), perdure.Fsrs6()], log, folds=2)
    pairs = found.differences().query("model == 'hierarchical-fsrs6'").set_index("than")
    assert -2e-4 < pairs.loc["fsrs6", "difference"] < 5e-4
    assert pairs.loc["per-item", "better"] and pairs.loc["constant", "better"]


def test_threads_do_not_change_a_bit(log: perdure.ReviewLog) -> None:
    one, two = (perdure.Hierarchical("fsrs6").fit(log, threads=n) for n in (1, 2))
    for name in ("parameters_", "standard_errors_", "mean_", "covariance_"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    np.testing.assert_array_equal(one.predict_sequence(log, threads=1), two.predict_sequence(log, threads=2))


@pytest.mark.parametrize("pooling", ["partial", "none", "complete"])
def test_it_tells_how_far_it_is_and_can_be_stopped(log: perdure.ReviewLog, pooling: str) -> None:
    seen: list[tuple[int, int, str]] = []

    def watch(done: int, most: int, text: str) -> None:
        seen.append((done, most, text))

    model = perdure.Hierarchical("half-life", pooling=pooling).fit(log, progress=watch)
    assert seen and all(0 < done <= most and "12 groups" in text for done, most, text in seen)
    assert model.report_.status in ("converged", "stalled")

    def interrupt(done: int, most: int, text: str) -> None:
        raise KeyboardInterrupt

    stopped = perdure.Hierarchical("half-life", pooling=pooling)
    with pytest.raises(KeyboardInterrupt):
        stopped.fit(log, progress=interrupt)
    assert stopped.report_.status == "interrupted" or pooling == "none"  # its 12 groups were done
    assert np.isfinite(stopped.parameters_).all()


def test_nothing_to_learn_from_leaves_the_start() -> None:
    log = perdure.read_answers(
        {"learner": ["ann", "bob"], "item": ["q", "q"], "success": [1, 0], "answered_at": ["2026-03-02T09:00Z"] * 2}
    )
    model = perdure.Hierarchical("fsrs6").fit(log)
    assert model.report_.status == "no_data" and model.report_.log_loss is None
    assert model.report_.group_status == ("no_data", "no_data")
    np.testing.assert_array_equal(model.parameters_, np.tile(perdure.Fsrs6()._start(), (2, 1)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model": "fsrs9"}, "unknown model"),
        ({"pooling": "some"}, "pooling"),
        ({"covariance_scale": 0}, "covariance_scale"),
        ({"covariance_scale": "1"}, "covariance_scale"),
        ({"by": "teacher"}, "no such column"),
        ({"by": 3}, "neither a column nor a mapping"),
        ({"by": {"nobody": "a"}}, "neither learners nor items"),
        ({"by": {"learner 0": "a"}}, "by: no label for learner 'learner [0-9]+' and 10 more"),
        ({"by": np.zeros(12)}, "by: neither a column nor a mapping, got array"),
        (
            {"options": "fsrs_rs"},
            "options.pipeline: not a choice of hierarchical fits, got 'fsrs_rs'; expected 'perdure'",
        ),
        ({"options": perdure.FitOptions(recency=True)}, "options.recency: not a choice"),
        ({"options": perdure.FitOptions(prior="published")}, "options.prior: not a choice"),
        ({"parameters": {"gain": 2.0}}, "expected the 4 numbers of half-life: first_wrong, first_right, gain, lapse"),
        ({"parameters": [1.0]}, "parameters"),
        ({"profile": "nothing"}, "profile"),
    ],
)
def test_arguments_that_do_not_fit_are_named(log: perdure.ReviewLog, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(perdure.InputError, match=message):
        perdure.Hierarchical(**{"model": "half-life", **arguments}).fit(log)


def test_a_card_of_two_groups_is_refused() -> None:
    rows = simulated(2, 2)
    rows["course"][3] = "another"
    with pytest.raises(perdure.InputError, match=r"row [0-9]+ is of another group"):
        perdure.Hierarchical("half-life", by="course").fit(perdure.read_answers(rows))


def test_what_needs_a_fit_or_a_single_model_says_so(log: perdure.ReviewLog, fitted: perdure.Hierarchical) -> None:
    for call in ("predict_sequence", "states"):
        with pytest.raises(perdure.InputError, match="not fitted"):
            getattr(perdure.Hierarchical(), call)(log)
    with pytest.raises(perdure.InputError, match="of several groups"):
        perdure.Planner(perdure.Cohort.from_toml(perdure.sample.cohort_path())).plan(
            fitted.of("learner 0"), fitted.states(log)
        )
    assert fitted.unfitted().get_params() == fitted.get_params()
