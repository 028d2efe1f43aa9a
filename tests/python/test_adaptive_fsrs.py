"""AdaptiveFsrs: fits, goes on where it stopped, and says what it is given wrongly."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import perdure
import pytest
from perdure import AdaptiveFsrs, InputError, ReviewLog
from perdure.cli.app import run

START = dt.datetime(2026, 1, 1, 8, tzinfo=dt.UTC)


def rows(learners: int = 3, cards: int = 15, days: int = 40, seed: int = 1) -> dict[str, list[Any]]:
    """Answers of learners with cards of their own, in time order, a few a day."""
    random = np.random.default_rng(seed)
    found: dict[str, list[Any]] = {name: [] for name in ("learner", "item", "shown_at", "answered_at", "grade")}
    for day in range(days):
        for k in range(4):
            for learner in range(learners):
                shown = START + dt.timedelta(days=day, minutes=5 * k + learner)
                found["learner"].append(f"l{learner}")
                found["item"].append(f"l{learner} c{random.integers(cards)}")
                found["shown_at"].append(shown.isoformat())
                found["answered_at"].append((shown + dt.timedelta(seconds=int(random.integers(1, 50)))).isoformat())
                found["grade"].append(int(random.integers(1, 5)) if random.random() < 0.5 else 3)
    return found


@pytest.fixture(scope="module")
def log() -> ReviewLog:
    return perdure.read_answers(rows())


def before(log: ReviewLog, share: float) -> npt.NDArray[np.bool_]:
    answered = log._core.answered_at
    cut: npt.NDArray[np.bool_] = answered < np.quantile(answered, share)
    return cut


@pytest.fixture(scope="module")
def fitted(log: ReviewLog) -> AdaptiveFsrs:
    return AdaptiveFsrs().fit(log.where(before(log, 0.5)))


def test_a_fit_is_that_of_both_models(log: ReviewLog, fitted: AdaptiveFsrs) -> None:
    part = log.where(before(log, 0.5))
    assert np.array_equal(fitted.fsrs6_.parameters_, perdure.Fsrs6().fit(part).parameters_)
    assert np.array_equal(fitted.fsrs7_.parameters_, perdure.Fsrs7().fit(part).parameters_)
    assert fitted.data_ == (perdure.fingerprint.of(part),)
    assert fitted.learners_ == ["l0", "l1", "l2"]


def test_nothing_is_fitted_with_default_inputs(log: ReviewLog) -> None:
    model = AdaptiveFsrs(inputs="default")
    unfitted = model.predict_sequence(log)
    assert np.all((unfitted > 0) & (unfitted < 1))
    model.fit(log)
    assert np.array_equal(model.fsrs6_.parameters_, perdure.Fsrs6()._values())
    assert np.array_equal(model.predict_sequence(log), unfitted)  # rows of the fit are replayed from the prior


def test_later_rows_go_on_from_the_fit_and_others_are_replayed(log: ReviewLog, fitted: AdaptiveFsrs) -> None:
    early = before(log, 0.5)
    p = fitted.predict_sequence(log)
    assert np.array_equal(p[early], fitted.predict_sequence(log.where(early)))
    assert np.array_equal(p[~early], fitted.predict_sequence(log.where(~early)))
    stranger = perdure.read_answers(rows() | {"learner": [f"new {who}" for who in rows()["learner"]]})
    assert np.array_equal(fitted.predict_sequence(stranger), p)  # strangers with the same answers: replayed all the way


def test_what_a_fit_knows_shows_in_later_rows(log: ReviewLog, fitted: AdaptiveFsrs) -> None:
    late = log.where(~before(log, 0.5))
    assert np.abs(fitted.predict_sequence(late) - AdaptiveFsrs(inputs="default").predict_sequence(late)).max() > 0.01


@pytest.mark.parametrize("inputs", ["fitted", "default"])
def test_a_file_holds_every_bit(log: ReviewLog, tmp_path: Path, inputs: str) -> None:
    early = before(log, 0.5)
    model = AdaptiveFsrs(inputs=inputs, options=perdure.FitOptions(prior_weight=2.0)).fit(log.where(early))
    path = tmp_path / "model.json"
    model.save(path)
    loaded = perdure.load_model(path)
    assert isinstance(loaded, AdaptiveFsrs)
    assert (loaded.inputs, loaded.options, loaded.data_) == (inputs, model.options, model.data_)
    for other in (loaded, pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert np.array_equal(other.predict_sequence(log), model.predict_sequence(log))
    loaded.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == path.read_bytes()


def test_threads_change_no_bit(log: ReviewLog) -> None:
    one, four = (AdaptiveFsrs().fit(log, threads=threads) for threads in (1, 4))
    assert np.array_equal(one.predict_sequence(log, threads=1), four.predict_sequence(log, threads=4))
    for name, column in one._known.columns().items():
        assert np.array_equal(column, four._known.columns()[name]), name


def test_forecasts_never_rise_with_time(log: ReviewLog, fitted: AdaptiveFsrs) -> None:
    states = fitted.states(log)
    assert len(states) == len({*zip(rows()["learner"], rows()["item"], strict=True)})
    assert int(states.answers.sum()) == len(log)
    assert int(states.lapses.sum()) == int((log.success == 0).sum())
    assert {"later_per_logit6", "stability"} <= set(states.to_frame().columns)
    last = np.ones(len(states))
    for hours in (0, 1, 23, 24, 25, 48, 200, 2000, 20000):
        recalled = states.retention(log.last_answered_at + dt.timedelta(hours=hours))["recall"].to_numpy()
        assert np.all((recalled > 0) & (recalled <= last))
        last = recalled
    assert np.any(last < 0.7)
    assert np.array_equal(fitted.recall(states.state, 3.0), fitted.recall(states.state, np.full(len(states), 3.0)))


def test_intervals_end_where_recall_is_the_target(log: ReviewLog, fitted: AdaptiveFsrs) -> None:
    states = fitted.states(log)
    for target in (0.5, 0.7, 0.9):
        days = fitted.interval(states.state, target)
        ends = np.isfinite(days) & (days > 0)
        assert ends.sum() > len(states) // 3
        there = np.where(ends, days, 1.0)
        assert np.all(fitted.recall(states.state, there)[ends] <= target)
        assert np.all(fitted.recall(states.state, there * (1 - 1e-9))[ends] > target)
        assert np.all(fitted.recall(states.state, 0.0)[days == 0] <= target)
        assert np.all(fitted.recall(states.state, 1e9)[np.isinf(days)] > target)


def test_states_of_a_known_learner_go_on_from_the_fit(log: ReviewLog, fitted: AdaptiveFsrs) -> None:
    late = log.where(~before(log, 0.5))
    joined, alone = fitted.states(log), fitted.states(late)
    both = np.isin(joined.learner * 1000 + joined.item, alone.learner * 1000 + alone.item)
    for one, other in zip(joined.state, alone.state, strict=True):
        assert np.array_equal(one[both], other)


def test_it_stands_in_a_comparison(log: ReviewLog) -> None:
    compared = perdure.evaluate(["adaptive-fsrs", "adaptive_fsrs"], log, folds=2).to_frame()
    assert {"adaptive-fsrs", "adaptive-fsrs-2"} <= set(compared["model"])


def test_the_command_line_knows_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "answers.csv"
    perdure.read_answers(rows(days=20)).to_frame()[["learner", "item", "answered_at", "grade"]].to_csv(
        path, index=False
    )
    assert run(["evaluate", str(path), "-m", "adaptive-fsrs", "--folds", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert "adaptive-fsrs" in [row["model"] for row in found["models"]]


def test_what_does_not_fit_is_named(log: ReviewLog, fitted: AdaptiveFsrs, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"inputs.*optimal.*fitted or default"):
        AdaptiveFsrs(inputs="optimal").fit(log)
    with pytest.raises(InputError, match="not options"):
        AdaptiveFsrs(inputs="default", options=3).fit(log)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r'not fitted.*inputs="default"'):
        AdaptiveFsrs().predict_sequence(log)
    with pytest.raises(InputError, match="not fitted"):
        AdaptiveFsrs(inputs="default").save(tmp_path / "model.json")
    with pytest.raises(InputError, match="not a review log"):
        AdaptiveFsrs().fit([1, 2])  # type: ignore[arg-type]
    with pytest.raises(InputError, match="not a review log"):
        fitted.predict_sequence(None)  # type: ignore[arg-type]
    states = fitted.states(log)
    with pytest.raises(InputError, match=r"elapsed_days.*-1"):
        fitted.recall(states.state, -1.0)
    with pytest.raises(InputError, match=r"target.*0.0.*in \(0, 1\]"):
        fitted.interval(states.state, 0.0)
    with pytest.raises(InputError, match=r"target.*numbers"):
        fitted.interval(states.state, [0.9, 0.8])
    with pytest.raises(InputError, match="state must have 10 columns, got 2"):
        fitted.recall(states.state[:2], 1.0)
    with pytest.raises(InputError, match="stability must be in"):
        fitted.recall((-states.state[0], *states.state[1:]), 1.0)
    assert not list(tmp_path.iterdir())


def _number(content: dict[str, Any], *path: Any) -> Callable[[Any], None]:
    def put(value: Any) -> None:
        place: Any = content
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return put


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("inputs",), "optimal", "inputs"),
        (("parameters",), {}, "parameters.*fsrs6, fsrs7"),
        (("parameters", "fsrs7"), {}, "parameters.fsrs7.*first_stability_again"),
        (("parameters", "fsrs6", "decay"), 7.0, "parameters.fsrs6.decay.*0.8"),
        (("parameters", "fsrs6", "decay"), "much", "parameters.fsrs6.decay.*a finite number"),
        (("card_fields",), ["stability"], "card_fields"),
        (("learners",), [], "learners"),
        (("learners", "l1"), {}, "learners.l1.*context, layer, cards"),
        (("learners", "l1", "context", "form_fast"), 3.0, r"learner 1: form_fast must be in \[-1, 1\], got 3"),
        (("learners", "l1", "context"), {"day": 3}, "learners.l1.context"),
        (("learners", "l1", "layer"), [1.0], "learners.l1.layer.*690 numbers"),
        (("learners", "l1", "layer", 22), -5.0, "learner 1: covariance"),
        (("learners", "l1", "cards"), 3, "learners.l1.cards.*item"),
        (("learners", "l1", "cards", 2), [1], r"learners.l1.cards\[2\]"),
        (("learners", "l1", "cards", 2, 1), -1.0, "learner 1: card 2: stability must be in"),
        (("learners", "l1", "cards", 2, 1), None, r"learners.l1.cards\[2\].*a finite number"),
        (("data",), ["none"], "data"),
        (("options",), {"speed": 1}, "options"),
    ],
)
def test_a_damaged_file_is_refused_by_key(
    fitted: AdaptiveFsrs, tmp_path: Path, path: tuple[Any, ...], value: Any, says: str
) -> None:
    file = tmp_path / "model.json"
    fitted.save(file)
    content = json.loads(file.read_text())
    _number(content, *path)(value)
    file.write_text(json.dumps(content))
    with pytest.raises(InputError, match=says):
        perdure.load_model(file)
