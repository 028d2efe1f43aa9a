"""Named scores beside scikit-learn's, fsrs-rs's, and the definitions written down anew."""

from __future__ import annotations

import datetime as dt
import inspect
from typing import Any

import numpy as np
import perdure
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from perdure import InputError, metrics
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score, root_mean_squared_error

WEIGHTED = [metrics.log_loss, metrics.brier, metrics.rmse, metrics.mbe, metrics.auc]
PLAIN = [metrics.ece, metrics.ici, metrics.sm_ece]

probabilities = st.one_of(st.floats(1e-6, 1 - 1e-6), st.sampled_from([0.25, 0.5, 0.9]))


@st.composite
def predictions(draw: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = draw(st.integers(1, 60))
    p = draw(arrays.arrays(np.float64, n, elements=probabilities))
    success = draw(arrays.arrays(np.uint8, n, elements=st.integers(0, 1)))
    weights = draw(arrays.arrays(np.float64, n, elements=st.floats(0.01, 10)))
    return success, p, weights


@given(predictions())
def test_scores_are_those_of_scikit_learn(case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    success, p, weights = case
    for w in (None, weights):
        near = {"rel": 1e-12, "abs": 1e-12}
        assert metrics.log_loss(success, p, w) == pytest.approx(
            log_loss(success, p, sample_weight=w, labels=[0, 1]), **near
        )
        assert metrics.brier(success, p, w) == pytest.approx(
            brier_score_loss(success, p, sample_weight=w, pos_label=1), **near
        )
        assert metrics.rmse(success, p, w) == pytest.approx(
            root_mean_squared_error(success, p, sample_weight=w), **near
        )
        assert metrics.mbe(success, p, w) == pytest.approx(np.average(p - success, weights=w), **near)
        if len(set(success.tolist())) == 2:
            assert metrics.auc(success, p, w) == pytest.approx(roc_auc_score(success, p, sample_weight=w), **near)
        else:
            assert np.isnan(metrics.auc(success, p, w))


def test_many_answers_are_added_up_as_exactly_as_few() -> None:
    rng = np.random.default_rng(1)
    p = rng.beta(5, 2, 300_000)
    success = (rng.random(len(p)) < p).astype(np.uint8)
    assert metrics.log_loss(success, p) == pytest.approx(log_loss(success, p), rel=1e-13)
    assert metrics.brier(success, p) == pytest.approx(brier_score_loss(success, p), rel=1e-13)
    assert metrics.auc(success, p) == pytest.approx(roc_auc_score(success, p), rel=1e-12)


def direct_ici(success: np.ndarray, p: np.ndarray) -> float:
    """Lowess without steps between fits: a local line at every answer, from the nearest two thirds."""
    nearest = int(2 / 3 * len(p) + 1e-10)
    fits = []
    for at in p:
        distance = np.abs(p - at)
        radius = np.sort(distance)[nearest - 1]
        weight = np.where(distance < radius, (1 - (distance / radius) ** 3) ** 3, 0.0)
        slope, level = np.polyfit(p - at, success, 1, w=np.sqrt(weight))
        fits.append(level + 0.0 * slope)
    return float(np.mean(np.abs(np.array(fits) - p)))


def test_ici_is_near_a_fit_at_every_answer() -> None:
    """Lines between fits a hundredth of the range apart differ from fits everywhere by less than 0.001."""
    rng = np.random.default_rng(3)
    p = rng.beta(4, 2, 400)
    success = (rng.random(400) < p**1.5).astype(int)
    assert metrics.ici(success, p) == pytest.approx(direct_ici(success, p), abs=1e-3)


def test_sm_ece_of_a_shift_is_the_shift() -> None:
    """Everywhere 0.1 too high: whatever the width, the smoothed residual is 0.1, but for chance (5 sd, 1e5 answers)."""
    rng = np.random.default_rng(4)
    p = rng.uniform(0.1, 1.0, 100_000)
    success = (rng.random(len(p)) < p - 0.1).astype(int)
    assert metrics.sm_ece(success, p) == pytest.approx(0.1, abs=5 * 0.5 / np.sqrt(len(p)))
    assert metrics.mbe(success, p) == pytest.approx(0.1, abs=5 * 0.5 / np.sqrt(len(p)))


def keys_of(log: perdure.ReviewLog) -> list[tuple[float, float, float] | None]:
    """Key of FSRS-Optimizer for every row, from its definition, by walking each card."""
    frame = log.to_frame()
    keys: list[Any] = [None] * len(frame)
    for _, card in frame.groupby(["learner", "item"], sort=False):
        reviews, lapses, before = 1, 0, None
        for row, at, right in zip(card.index, card["answered_at"], card["success"], strict=True):
            days = 0 if before is None else (at - before).days
            before = at
            if days == 0:
                continue
            reviews += 1
            keys[row] = tuple(
                round(base**power, 2)
                for base, power in (
                    (3.62, np.floor(np.log(days) / np.log(3.62))),
                    (1.89, np.floor(np.log(reviews) / np.log(1.89))),
                    (1.73, np.floor(np.log(lapses) / np.log(1.73)) if lapses else -1),
                )
            )
            lapses += 1 - right
    return keys


def test_review_bins_part_answers_as_the_published_key_does(log: perdure.ReviewLog) -> None:
    bins, keys = metrics.review_bins(log), keys_of(log)
    assert (bins == -1).tolist() == [key is None for key in keys]
    pairs = {(int(code), key) for code, key in zip(bins, keys, strict=True)}
    assert len(pairs) == len({code for code, _ in pairs}) == len({key for _, key in pairs})
    assert len(pairs) > 15


def test_rmse_bins_in_both_variants(log: perdure.ReviewLog) -> None:
    rng = np.random.default_rng(7)
    p, keys = rng.random(len(log)), keys_of(log)
    counted = [row for row, key in enumerate(keys) if key is not None]
    recency = 0.25 + 0.75 * (np.arange(len(counted)) / (len(counted) - 1)) ** 3
    for found, weight in (
        (metrics.rmse_bins_srs_benchmark, np.ones(len(counted))),
        (metrics.rmse_bins_fsrs_rs, recency),
    ):
        misses, weights = [], []
        for key in sorted({keys[row] for row in counted if keys[row] is not None}):
            part = [place for place, row in enumerate(counted) if keys[row] == key]
            rows = [counted[place] for place in part]
            misses.append((p[rows].mean() - log.success[rows].mean()) ** 2)
            weights.append(weight[part].sum())
        value = found(log.success, p, metrics.review_bins(log))
        assert value == pytest.approx(np.sqrt(np.average(misses, weights=weights)), rel=1e-12)


def test_log_loss_and_rmse_bins_are_those_of_fsrs_rs(fsrs_rs: Any) -> None:
    """Both sides predict from the same parameters; fsrs-rs computes and adds up in float32 (to about 1e-7)."""
    rng = np.random.default_rng(3)
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    rows, items = [], []
    for card in range(300):
        at = start + dt.timedelta(days=int(rng.integers(0, 50)), seconds=card)
        reviews: list[tuple[int, int]] = []
        for gap in [0, *rng.integers(0, 40, 8).tolist()]:
            at += dt.timedelta(days=gap, milliseconds=1)
            reviews.append((int(rng.choice([1, 2, 3, 4], p=[0.2, 0.1, 0.6, 0.1])), gap))
            rows.append((at, card, reviews[-1][0]))
            if len(reviews) > 1 and gap > 0:
                items.append((at, list(reviews)))
    rows.sort()
    items.sort(key=lambda item: item[0])
    log = perdure.read_answers(
        {
            "learner": ["a"] * len(rows),
            "item": [str(card) for _, card, _ in rows],
            "answered_at": [at for at, _, _ in rows],
            "grade": [grade for _, _, grade in rows],
        }
    )
    model = perdure.Fsrs6(profile="fsrs_rs", elapsed="whole-days")
    p, bins = model.predict_sequence(log), metrics.review_bins(log)
    counted = bins >= 0
    assert counted.sum() == len(items)
    defaults = [spec["init"] for spec in model._entry["parameters"]]
    theirs = fsrs_rs.FSRS(defaults).evaluate(
        [fsrs_rs.FSRSItem([fsrs_rs.FSRSReview(*review) for review in reviews]) for _, reviews in items]
    )
    weights = metrics.recency_weights(len(items))
    assert metrics.log_loss(log.success[counted], p[counted], weights) == pytest.approx(theirs.log_loss, abs=1e-6)
    assert metrics.rmse_bins_fsrs_rs(log.success, p, bins) == pytest.approx(theirs.rmse_bins, abs=1e-6)
    assert abs(metrics.rmse_bins_srs_benchmark(log.success, p, bins) - theirs.rmse_bins) > 1e-3  # they do differ


def test_universal_metric_in_the_bins_of_the_projects() -> None:
    rng = np.random.default_rng(8)
    a, b = rng.random(500), rng.random(500)
    success = (rng.random(500) < a).astype(int)
    bins = np.clip(np.floor(21**b) - 1, 0, 19)
    parts = [bins == code for code in np.unique(bins)]
    misses = [(a[part].mean() - success[part].mean()) ** 2 for part in parts]
    wanted = np.sqrt(np.average(misses, weights=[part.sum() for part in parts]))
    assert metrics.universal_metric(success, a, b) == pytest.approx(wanted, rel=1e-12)
    assert metrics.universal_metric(success, a, b) < metrics.universal_metric(success, b, a)


@pytest.mark.parametrize("by", ["width", "quantile"])
def test_calibration_has_the_intervals_of_wilson(by: str) -> None:
    from scipy.stats import binomtest

    rng = np.random.default_rng(9)
    p = np.round(rng.beta(4, 2, 700), 2)
    success = (rng.random(700) < p).astype(int)
    table = metrics.calibration(success, p, bins=7, by=by)
    assert table["n"].sum() == 700
    for row in table.to_dict("records"):
        right = round(row["observed"] * row["n"])
        wilson = binomtest(right, row["n"]).proportion_ci(0.95, "wilson")
        assert (row["low"], row["high"]) == pytest.approx((wilson.low, wilson.high), abs=1e-12)
        inside = (p >= row["from"]) & ((p <= row["to"]) if by == "quantile" or row["to"] == 1 else (p < row["to"]))
        assert inside.sum() == row["n"]
        assert row["predicted"] == pytest.approx(p[inside].mean(), rel=1e-12)
        assert row["observed"] == pytest.approx(success[inside].mean(), rel=1e-12)
    if by == "quantile":
        assert table["n"].between(70, 130).all()
    error = (table["n"] * (table["predicted"] - table["observed"]).abs()).sum() / 700
    if by == "width":
        assert metrics.ece(success, p, bins=7) == pytest.approx(error, rel=1e-12)


@pytest.mark.parametrize("score", [*WEIGHTED, *PLAIN], ids=lambda score: score.__name__)
def test_what_is_taken(score: Any) -> None:
    success, p = [True, False, True], [0.9, 0.4, 0.7]
    value = score(success, p)
    assert isinstance(value, float)
    for y in ([1, 0, 1], np.array([1.0, 0.0, 1.0]), np.array([1, 0, 1], dtype=np.int8)[::1]):
        assert score(y, np.array(p, dtype=np.float64)) == value
    assert score(np.repeat(success, 2)[::2], np.repeat(p, 2)[::2]) == value
    assert np.isnan(score([], []))
    for constant in (0.0, 0.3, 1.0):
        assert 0.0 <= score([1, 0, 1, 1], np.full(4, constant)) < 17.0 or score is metrics.mbe


@pytest.mark.parametrize("score", [*WEIGHTED, *PLAIN], ids=lambda score: score.__name__)
@pytest.mark.parametrize(
    ("success", "p", "message"),
    [
        ([1, 0], [0.5, 1.5], r"prediction 1 must be in \[0, 1\], got 1.5"),
        ([1, 0], [0.5, float("nan")], "prediction 1 must be in"),
        ([1, 0], [0.5], "differ in length"),
        ([1, 2], [0.5, 0.5], r"success\[1\]: not an outcome, got 2; expected 0 or 1"),
        ([0.5, 1], [1, 0], r"success\[0\]: not an outcome, got 0.5"),
        (["yes", "no"], [0.5, 0.5], "success: wrong type"),
        ([1, 0], ["a", "b"], "p: wrong type"),
        ([[1, 0]], [[0.5, 0.5]], "one dimension"),
    ],
)
def test_what_is_refused(score: Any, success: Any, p: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        score(success, p)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.brier([1, 0], [0.5, 0.5], [1.0, -1.0]), "weight 1 must be finite and not negative, got -1"),
        (lambda: metrics.brier([1, 0], [0.5, 0.5], [1.0]), "predictions and weights differ in length"),
        (lambda: metrics.auc([1, 0], [0.5, 0.5], ["a", "b"]), "weights: wrong type"),
        (lambda: metrics.ece([1], [0.5], bins=0), "bins: does not fit, got 0"),
        (lambda: metrics.calibration([1], [0.5], bins=2.5), "bins: does not fit, got 2.5"),  # type: ignore[arg-type]
        (lambda: metrics.calibration([1], [0.5], by="deciles"), "by: unknown choice, got 'deciles'"),
        (lambda: metrics.rmse_bins_srs_benchmark([1, 0], [0.5, 0.5], [0]), "predictions and bins differ in length"),
        (lambda: metrics.rmse_bins_srs_benchmark([1], [0.5], [-7]), "bin 0 must be -1 or in"),
        (lambda: metrics.rmse_bins_srs_benchmark([1], [0.5], [2**40]), "bin 0 must be -1 or in"),
        (lambda: metrics.rmse_bins_srs_benchmark([1], [0.5], [0.5]), "bins: wrong type"),
        (lambda: metrics.rmse_bins_fsrs_rs([1], [0.5], [3], [-1]), "weight 0 must be finite"),
        (lambda: metrics.universal_metric([1, 0], [0.5, 0.5], [0.5, 7]), r"prediction 1 must be in \[0, 1\], got 7"),
        (lambda: metrics.recency_weights(-1), "n: not a number of answers, got -1"),
        (lambda: metrics.review_bins("log"), "log: not a review log"),  # type: ignore[arg-type]
    ],
)
def test_other_arguments(call: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_every_score_is_listed_and_explained() -> None:
    functions = {name for name, value in vars(metrics).items() if inspect.isfunction(value) and name[0] != "_"}
    public = {name for name in functions if getattr(metrics, name).__module__ == metrics.__name__}
    assert set(metrics.__all__) | {"calibration_rows"} == public
    for name in metrics.__all__:
        assert len(getattr(metrics, name).__doc__) > 60
