"""CohortModel: what it learns, in which order, and that it says so when it is given something wrong."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import perdure
import pytest
from perdure import CohortModel, InputError, ReviewLog, sample, simulate

DAY_MS = 86_400_000
START = 1_772_442_000_000


def table(learners: int = 12, items: int = 10, days: int = 30, seed: int = 3) -> dict[str, list[Any]]:
    """Answers of learners of different ability to items of different difficulty, several a day, in order of time."""
    random = np.random.default_rng(seed)
    ability, ease = random.normal(0, 1, learners), random.normal(0, 1, items)
    names = ("learner", "item", "skills", "shown_at", "answered_at", "success")
    found: dict[str, list[Any]] = {name: [] for name in names}
    for day in range(0, days, 3):
        for k in range(4):
            for u in range(learners):
                i = int(random.integers(items))
                shown = START + day * DAY_MS + k * 90_000 + u * 1000
                found["learner"].append(f"u{u}")
                found["item"].append(f"i{i}")
                found["skills"].append(f"s{i % 3}")
                found["shown_at"].append(shown)
                found["answered_at"].append(shown + int(random.integers(2_000, 60_000)))
                found["success"].append(int(random.random() < 1 / (1 + np.exp(-ability[u] - ease[i]))))
    for name in ("shown_at", "answered_at"):
        moments = [dt.datetime.fromtimestamp(ms / 1000, dt.UTC) for ms in found[name]]
        found[name] = [moment.isoformat(timespec="milliseconds") for moment in moments]
    return found


@pytest.fixture(scope="module")
def log() -> ReviewLog:
    return perdure.read_answers(table())


@pytest.fixture(scope="module")
def fitted(log: ReviewLog) -> CohortModel:
    return CohortModel().fit(log)


def first_days(log: ReviewLog, days: float) -> Any:
    return log._core.answered_at < START + days * DAY_MS


def changed(**columns: Any) -> ReviewLog:
    return perdure.read_answers({**table(), **columns})


# What it learns


def test_a_fit_makes_answers_likelier_than_the_start(fitted: CohortModel) -> None:
    report = fitted.report_
    assert report.status == "converged"
    assert report.log_loss is not None and report.start_log_loss is not None
    assert report.log_loss < report.start_log_loss
    assert list(report.objective_path) == sorted(report.objective_path, reverse=True)


def test_without_refit_the_parameters_are_those_that_ship(log: ReviewLog) -> None:
    model = CohortModel(refit=False).fit(log)
    assert model.parameters_.tolist() == list(model.report_.defaults.values())


def test_abilities_and_difficulties_are_found() -> None:
    cohort = simulate.cohort(seed=11)
    model = CohortModel(guessing=0.25).fit(cohort.log)
    found = model.learners("2027-01-01").set_index("learner").ability
    truth = cohort.truth.learners.ability
    assert np.corrcoef(found, truth[found.index])[0, 1] > 0.9
    items = model.items(cohort.log).set_index("item").difficulty
    assert np.corrcoef(items, cohort.truth.items.difficulty[items.index])[0, 1] > 0.6


@pytest.mark.parametrize("memory", ["power-odds", "exponential", "fsrs6", "two-store"])
def test_bands_hold_their_share_of_the_truth(memory: str) -> None:
    shares = []
    for seed in (21, 22):  # other cohorts than those that the width was chosen on
        cohort = simulate.cohort(seed=seed, memory=memory)
        model = CohortModel(guessing=0.25).fit(cohort.log)
        at = dt.datetime.fromtimestamp(int(cohort.log._core.answered_at.max()) / 1000 + 30 * 86_400, dt.UTC)
        known = model.states(cohort.log).retention(at, level=0.8)
        truth = cohort.truth.recall(at)
        true = np.array([truth.at[u, i] for u, i in zip(known.learner, known.item, strict=True)])
        shares.append(((true >= known.low) & (true <= known.high)).mean())
    assert 0.75 <= np.mean(shares) <= 0.85


def test_guessing_is_a_floor(log: ReviewLog) -> None:
    model = CohortModel(guessing=0.25).fit(log)
    assert model.predict_sequence(log).min() >= 0.25
    one = CohortModel(guessing={"i0": 0.5}).fit(log)
    assert one.forecast("2126-01-01", items=["i0"]).recall.min() >= 0.5
    assert one.forecast("2126-01-01", items=["i1"]).recall.min() < 0.5


def test_partial_scores_lie_between_right_and_wrong(log: ReviewLog) -> None:
    def after(score: float) -> float:
        answer = {"learner": ["u0"], "item": ["i0"], "answered_at": ["2026-12-01T09:00Z"], "score": [score]}
        model = CohortModel(refit=False).fit(log).partial_fit(perdure.read_answers(answer))
        return float(model.forecast("2026-12-02", ["u0"], ["i0"]).recall[0])

    assert after(0.0) < after(0.3) < after(0.7) < after(1.0)


def test_skills_carry_over_to_items_that_are_new(fitted: CohortModel) -> None:
    row = fitted.forecast("2026-12-01", ["u0"], skills=["s0", "s1"])
    assert row.skill.tolist() == ["s0", "s1"]
    assert row.of_skill[0] != row.of_skill[1]


def test_several_skills_and_weights(log: ReviewLog) -> None:
    given = {f"i{k}": {"a": 3.0, "b": 1.0} if k else "a|b" for k in range(10)}
    model = CohortModel(skills=given, refit=False).fit(log)
    assert model.skills_ == ["a", "b"]
    even = CohortModel(skills=dict.fromkeys(given, ("a", "b")), refit=False).fit(log)
    assert not np.array_equal(model.predict_sequence(log), even.predict_sequence(log))


def test_exposures_refresh(log: ReviewLog) -> None:
    seen = {"learner": ["u0"], "item": ["i0"], "at": ["2026-11-30T09:00Z"]}
    with_it = CohortModel(refit=False).fit(log, exposures=seen).forecast("2026-12-01", ["u0"], ["i0", "i1"]).recall
    without = CohortModel(refit=False).fit(log).forecast("2026-12-01", ["u0"], ["i0", "i1"]).recall
    assert with_it[0] > without[0]
    assert len(CohortModel(refit=False).fit(log).predict_sequence(log, exposures=seen)) == len(log)


# In which order


def test_no_answer_changes_an_earlier_prediction(log: ReviewLog, fitted: CohortModel) -> None:
    success = table()["success"]
    before = CohortModel(refit=False).fit(log.where(first_days(log, 6))).predict_sequence(log)
    for k in (200, 300, 400):
        flipped = changed(success=[1 - s if row == k else s for row, s in enumerate(success)])
        order = log._core.answered_at
        model = CohortModel(refit=False).fit(log.where(first_days(log, 6)))
        after = model.predict_sequence(flipped)
        earlier = order <= order[k]
        assert np.array_equal(after[earlier], before[earlier])
        assert not np.array_equal(after[~earlier], before[~earlier])


def test_an_answers_own_latency_plays_no_part(log: ReviewLog, fitted: CohortModel) -> None:
    answered = table()["answered_at"]
    k = 100
    later = dt.datetime.fromisoformat(answered[k]) + dt.timedelta(milliseconds=400)
    slow = changed(answered_at=[later.isoformat() if row == k else at for row, at in enumerate(answered)])
    assert fitted.predict_sequence(slow)[k] == fitted.predict_sequence(log)[k]


def test_latency_plays_no_part_where_nobody_says_when_questions_were_shown() -> None:
    rows = {name: values for name, values in table().items() if name != "shown_at"}
    model = CohortModel(refit=False).fit(perdure.read_answers(rows))
    log = perdure.read_answers(rows)
    of_one = np.flatnonzero(np.array(rows["learner"]) == "u0")
    k = int(of_one[2])  # the third of a session
    later = dt.datetime.fromisoformat(rows["answered_at"][k]) + dt.timedelta(milliseconds=700)
    slow = perdure.read_answers(
        {**rows, "answered_at": [later.isoformat() if row == k else at for row, at in enumerate(rows["answered_at"])]}
    )
    assert model.predict_sequence(slow)[k] == model.predict_sequence(log)[k]


def test_answers_of_one_time_do_not_see_each_other() -> None:
    rows: dict[str, list[Any]] = {"learner": ["ann"] * 3, "item": ["q1", "q2", "q3"], "success": [1, 1, 1]}
    rows["answered_at"] = ["2026-03-02T09:00Z"] * 3
    log = perdure.read_answers(rows)
    model = CohortModel(refit=False).fit(perdure.read_answers(table()))
    assert len(set(model.predict_sequence(log).tolist())) == 1
    numbered = perdure.read_answers({**rows, "attempt": ["1", "2", "3"]})
    assert np.all(np.diff(model.predict_sequence(numbered)) > 0.0)


def test_learning_in_two_parts_gives_the_same_bits(log: ReviewLog) -> None:
    whole = CohortModel(refit=False).fit(log)
    early = first_days(log, 12)
    parts = CohortModel(refit=False).fit(log.where(early)).partial_fit(log.where(~early))
    assert np.array_equal(whole.forecast("2026-12-01").recall, parts.forecast("2026-12-01").recall)


@pytest.mark.parametrize("says_when_shown", [True, False])
def test_answers_learned_one_by_one_give_the_bits_of_a_log(says_when_shown: bool) -> None:
    columns = table()
    if not says_when_shown:
        del columns["shown_at"]
    log = perdure.read_answers(columns)
    early = first_days(log, 6)
    told = {"skills": {f"i{i}": f"s{i % 3}" for i in range(10)}, "guessing": {"i2": 0.25}}
    model = CohortModel(refit=False, **told).fit(log.where(early & (log._core.item > 2) & (log._core.learner > 1)))
    expected = copy.deepcopy(model).partial_fit(log.where(~early))
    wanted = model.predict_sequence(log.where(~early))
    rows = log.where(~early).to_frame()
    found = np.empty(len(rows))
    for k in np.argsort(rows["answered_at"].to_numpy(), kind="stable"):
        row = rows.iloc[k]
        shown = row["shown_at"].to_pydatetime() if says_when_shown else None
        found[k] = model.learn(row["learner"], row["item"], row["score"], row["answered_at"].to_pydatetime(), shown)
    assert np.array_equal(found, wanted)
    names = {"learners": expected.learners_, "items": expected.items_}
    assert sorted(model.learners_) == sorted(expected.learners_) and sorted(model.items_) == sorted(expected.items_)
    assert np.array_equal(model.forecast("2026-12-01", **names).recall, expected.forecast("2026-12-01", **names).recall)


AT = "2027-01-01T09:00Z"
LONG_AGO = "2025-01-01T09:00Z"


@pytest.mark.parametrize(
    ("answer", "source"),
    [
        ((1, "i0", 1, AT), "learner"),
        (("", "i0", 1, AT), "learner"),
        (("u0", None, 1, AT), "item"),
        (("u0", "i0", 1.5, AT), "score"),
        (("u0", "i0", float("nan"), AT), "score"),
        (("u0", "i0", "1", AT), "score"),
        (("u0", "i0", None, AT), "score"),
        (("u0", "i0", 1, "soon"), "at"),
        (("u0", "i0", 1, LONG_AGO), "at"),
        (("u0", "i0", 1, AT, "2027-01-02T09:00Z"), "shown_at"),
        (("new", "crowded", 1, AT), "items"),
        (("new", "wrong", 1, AT), "skills of wrong"),
    ],
)
def test_an_unfit_answer_teaches_nothing(log: ReviewLog, answer: tuple[Any, ...], source: str) -> None:
    skills: Any = {"crowded": [f"s{k}" for k in range(17)], "wrong": {"s0": "much"}}
    model = CohortModel(refit=False, skills=skills).fit(log)
    before = pickle.dumps(model)
    with pytest.raises(InputError) as caught:
        model.learn(*answer)
    assert caught.value.source == source
    assert pickle.dumps(model) == before


def test_an_answer_is_learned_once(log: ReviewLog) -> None:
    model = CohortModel(refit=False).fit(log)
    model.learn("u0", "i0", True, AT)
    with pytest.raises(InputError, match="not after what is known of learner u0"):
        model.learn("u0", "i0", True, AT)
    model.learn("u0", "i1", False, AT)  # a quiz that was handed in at once


def test_a_log_that_repeats_what_is_known_changes_no_later_prediction(log: ReviewLog) -> None:
    early = first_days(log, 12)
    model = CohortModel(refit=False).fit(log.where(early))
    assert np.array_equal(model.predict_sequence(log)[~early], model.predict_sequence(log.where(~early)))
    again = copy.deepcopy(model).partial_fit(log.where(early))
    assert np.array_equal(model.forecast("2026-12-01").recall, again.forecast("2026-12-01").recall)


def test_states_of_a_part_of_a_log_know_its_rows_alone(log: ReviewLog) -> None:
    one = log._core.learner == 0
    model = CohortModel(refit=False).fit(log.where(~one & (log._core.item > 0)))
    part = log.where(one & (log._core.item > 1))
    rows = model.states(part).retention("2026-12-01")
    assert set(rows.learner) == {log.learners[0]}
    assert log.items[0] not in set(rows.item)


def test_predicting_does_not_teach(log: ReviewLog) -> None:
    model = CohortModel(refit=False).fit(log.where(first_days(log, 12)))
    before = model.forecast("2026-12-01").recall
    model.predict_sequence(log)
    assert np.array_equal(before, model.forecast("2026-12-01").recall)


def test_threads_do_not_matter(log: ReviewLog, fitted: CohortModel) -> None:
    assert np.array_equal(CohortModel().fit(log, threads=4).parameters_, fitted.parameters_)


# What it says


def test_recall_never_rises_and_intervals_meet_their_target(fitted: CohortModel) -> None:
    recall = np.array([fitted.forecast(f"20{year}-01-01").recall for year in range(27, 60, 4)])
    assert np.all(np.diff(recall, axis=0) <= 0.0)
    days = [fitted.interval("u0", "i0", target) for target in (0.9, 0.5, 0.2)]
    assert days == sorted(days)
    assert fitted.half_life("u1", "i1") > 0.0


def test_forecasts_have_bands_and_parts(fitted: CohortModel) -> None:
    rows = fitted.forecast("2026-12-01")
    assert len(rows) == 120
    assert np.all((rows.low <= rows.recall) & (rows.recall <= rows.high))
    wide = fitted.forecast("2026-12-01", level=0.99)
    assert np.all(wide.high - wide.low > rows.high - rows.low)
    text = fitted.explain("u0", "i0", "2026-12-01")
    assert text.startswith("u0 answers i0 right with probability") and "the learner" in text


def test_a_wrong_key_shows(log: ReviewLog) -> None:
    cohort = simulate.cohort(seed=5)
    log = cohort.log
    rows = log.to_frame()
    wrong = rows.item.iloc[0]
    rows["success"] = np.where(rows.item == wrong, 1 - rows.success, rows.success)
    rows = rows.drop(columns=["score", "grade"])
    flipped = perdure.read_answers(rows)
    found = CohortModel(guessing=0.25).fit(flipped).items(flipped).set_index("item")
    assert "hardly tells" in found.warning[wrong]
    assert (found.warning.str.contains("hardly tells")).sum() <= 2


def test_learners_at_risk_come_first(fitted: CohortModel) -> None:
    rows = fitted.learners("2026-12-01", target=0.5)
    assert rows.recall.is_monotonic_increasing
    assert (rows.at_risk == (rows.recall < 0.5)).all()


def test_misfit_counts_every_answer(log: ReviewLog, fitted: CohortModel) -> None:
    rows = fitted.misfit(log)
    assert rows.answers.sum() == len(log)
    assert rows.gap.iloc[0] == "first"


def test_it_is_a_model_of_comparisons(log: ReviewLog) -> None:
    frame = perdure.evaluate(["cohort"], log, split="learner", folds=2).to_frame()
    assert set(frame.model) == {"cohort", "per-item", "constant"}


# Files


def test_files_and_pickles_are_the_same_to_the_bit(log: ReviewLog, fitted: CohortModel, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    fitted.save(path)
    for other in (perdure.load_model(path), pickle.loads(pickle.dumps(fitted)), copy.deepcopy(fitted)):
        assert np.array_equal(other.predict_sequence(log), fitted.predict_sequence(log))
        assert other.data_ == fitted.data_
    perdure.load_model(path).save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == path.read_bytes()


def test_saved_half_way_it_goes_on_with_the_same_bits(log: ReviewLog, tmp_path: Path) -> None:
    early = first_days(log, 12)
    model = CohortModel(refit=False).fit(log.where(early))
    model.save(tmp_path / "model.json")
    loaded = perdure.load_model(tmp_path / "model.json")
    assert isinstance(loaded, CohortModel)
    whole = CohortModel(refit=False).fit(log).forecast("2026-12-01").recall
    assert np.array_equal(loaded.partial_fit(log.where(~early)).forecast("2026-12-01").recall, whole)


def test_a_file_keeps_what_was_said_of_items_to_come(log: ReviewLog, tmp_path: Path) -> None:
    told: Any = {"skills": {"new": ("s0", "s1"), "other": {"s2": 2.0}}, "guessing": 0.3}
    model = CohortModel(refit=False, **told).fit(log)
    model.save(tmp_path / "model.json")
    loaded = perdure.load_model(tmp_path / "model.json")
    assert isinstance(loaded, CohortModel)
    for item in ("new", "other"):
        assert loaded.learn("u0", item, 0, AT) == model.learn("u0", item, 0, AT)
    assert loaded.forecast(AT, ["u0"], ["new"]).recall[0] == model.forecast(AT, ["u0"], ["new"]).recall[0] > 0.3


@pytest.mark.parametrize(
    ("key", "value", "column"),
    [
        ("new_items", None, "new_items"),
        ("new_items", {"skills": None}, "new_items"),
        ("new_items", {"skills": 3, "guessing": None}, "new_items"),
        ("new_items", {"skills": {"i": {"s": None}}, "guessing": None}, "new_items"),
        ("new_items", {"skills": None, "guessing": 1.5}, "new_items"),
        ("new_items", {"skills": None, "guessing": {"i": "?"}}, "new_items"),
        ("parameters", {}, "parameters"),
        ("parameters", "all", "parameters"),
        ("learners", [1], "learners"),
        ("learners", ["u0"], "state"),
        ("skills", "s0", "skills"),
        ("items", [], "items"),
        ("items", {"i0": 1}, "items"),
        ("state", {}, "state"),
        ("state", None, "state"),
        ("refit", 1, "refit"),
        ("report", 1, "report"),
        ("data", 1, "data"),
    ],
)
def test_a_damaged_file_is_refused(fitted: CohortModel, tmp_path: Path, key: str, value: Any, column: str) -> None:
    path = tmp_path / "model.json"
    fitted.save(path)
    document = json.loads(path.read_text())
    document[key] = value
    path.write_text(json.dumps(document))
    with pytest.raises(InputError) as caught:
        perdure.load_model(path)
    assert caught.value.source == str(path)
    assert str(caught.value.column).startswith(column)


@pytest.mark.parametrize("value", ["?", "AAA=", 3, "AACAfwAAgH8="])  # the last: two infinities
def test_damaged_state_columns_are_refused(fitted: CohortModel, tmp_path: Path, value: Any) -> None:
    path = tmp_path / "model.json"
    fitted.save(path)
    document = json.loads(path.read_text())
    document["state"]["items"] = value
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match="state"):
        perdure.load_model(path)


# Mistakes


@pytest.mark.parametrize(
    ("arguments", "source"),
    [
        ({"parameters": {"levl": 1.0}}, "parameters"),
        ({"parameters": {"level": float("nan")}}, "parameters"),
        ({"parameters": {"guess": 2.0}}, "parameters"),
        ({"parameters": [1.0, 2.0]}, "parameters"),
        ({"parameters": "all"}, "parameters"),
        ({"guessing": 1.0}, "guessing"),
        ({"guessing": {"i0": -0.1}}, "guessing"),
        ({"skills": {"i0": 3}}, "skills"),
        ({"skills": {"i0": {"a": "much"}}}, "skills"),
        ({"skills": {"i0": {"a": -1.0}}}, "items"),
    ],
)
def test_a_wrong_argument_is_named(log: ReviewLog, arguments: dict[str, Any], source: str) -> None:
    with pytest.raises(InputError) as caught:
        CohortModel(**arguments).fit(log)
    assert str(caught.value.source).startswith(source)


@pytest.mark.parametrize(
    "exposures",
    [
        3,
        {"learner": ["u0"]},
        {"learner": ["u0"], "item": [None], "at": ["2026-01-01T00:00Z"]},
        {"learner": ["u0"], "item": ["i0"], "at": ["2026-01-01"]},
        {"learner": ["u0"], "item": ["i0"], "at": ["never"]},
    ],
)
def test_wrong_exposures_are_refused(log: ReviewLog, exposures: Any) -> None:
    with pytest.raises(InputError) as caught:
        CohortModel(refit=False).fit(log, exposures=exposures)
    assert caught.value.source == "exposures"


def test_unknown_names_and_moments_are_refused(fitted: CohortModel) -> None:
    for wrong in (
        lambda: fitted.forecast("2026-12-01", ["nobody"]),
        lambda: fitted.forecast("2026-12-01", items=["nothing"]),
        lambda: fitted.forecast("2026-12-01", skills=["none"]),
        lambda: fitted.forecast("2026-12-01", items=["i0"], skills=["s0"]),
        lambda: fitted.forecast("2026-12-01", level=1.0),
        lambda: fitted.forecast("soon"),
        lambda: fitted.interval("u0", "i0", 1.0),
        lambda: fitted.interval("u0", "nothing"),
        lambda: CohortModel().predict_sequence(perdure.read_answers(table())),
        lambda: CohortModel().fit(3),  # type: ignore[arg-type]
    ):
        with pytest.raises(InputError):
            wrong()


def test_the_sample_is_predicted_better_than_by_items_alone() -> None:
    log = perdure.read_answers(sample.answers_path())
    frame = perdure.evaluate(["cohort"], log, folds=2).to_frame().set_index("model")
    assert frame.log_loss["cohort"] < frame.log_loss["per-item"]


def test_stopping_a_fit_keeps_the_best_so_far(log: ReviewLog) -> None:
    model = CohortModel().fit(log, progress=lambda done, most, text: done < 1)
    assert model.report_.status == "interrupted"
    assert model.predict_sequence(log).shape == (len(log),)


def test_a_part_of_a_log_leaves_what_it_has_no_row_of_unknown(log: ReviewLog) -> None:
    """A part names the items of the whole but not their skills, which adding those items there would take away."""
    frame = log.to_frame().drop(columns=["score", "grade"])
    early = ~frame["item"].isin(["i1", "i2"]).to_numpy() & (frame["learner"] != "u5").to_numpy()
    part, alone = log.where(early), perdure.read_answers(frame[early])
    assert "i1" in part.items and "i1" not in part.skills_of_items()
    of_part, of_rows = (CohortModel(refit=False).fit(each) for each in (part, alone))
    assert set(of_part.items_) == set(frame["item"][early])
    assert "u5" not in of_part.learners_
    later = log.where(~early)
    np.testing.assert_allclose(of_part.predict_sequence(later), of_rows.predict_sequence(later), rtol=1e-6)
