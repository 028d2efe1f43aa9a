"""Scores of predicted probabilities, one named function each, on arrays.

As in scikit-learn, outcomes come first: ``log_loss(success, p)``. All are means over answers; with no answers they are
NaN. `docs/concepts/evaluation.md` says what each is good for, and `perdure.evaluate` computes them on held-out answers.

Every function takes

- ``success``: array of 0 and 1 (or bool), shape (n,): whether the answer was right;
- ``p``: array of numbers in [0, 1], shape (n,): the predicted probability that it would be;
- ``weights`` where the peers have them: array of finite numbers >= 0, shape (n,).

and raises `perdure.InputError`, which names the argument and the value, for anything else.
"""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core
from ._columns import as_array, numbers
from .errors import InputError
from .log import ReviewLog, require_log

__all__ = [
    "auc",
    "brier",
    "calibration",
    "ece",
    "ici",
    "log_loss",
    "mbe",
    "recency_weights",
    "review_bins",
    "rmse",
    "rmse_bins_fsrs_rs",
    "rmse_bins_srs_benchmark",
    "sm_ece",
    "universal_metric",
]

BINS = 20
"""Bins of `ece` and `calibration` unless told."""

WHOLE_DAYS = "whole-days"
"""How the FSRS projects count time between reviews."""


def log_loss(success: npt.ArrayLike, p: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Mean log loss in nats; lower is better. Proper: the true probabilities have the lowest expected value.

    Predictions are kept 1e-7 away from 0 and 1, so that an answer costs at most 16.1.

    >>> round(log_loss([1, 0], [0.8, 0.4]), 4)
    0.367
    """
    return _weighted(_core.evaluate.log_loss, success, p, weights)


def brier(success: npt.ArrayLike, p: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Mean squared error of the probabilities; lower is better. Proper.

    >>> round(brier([1, 0], [0.8, 0.4]), 4)
    0.1
    """
    return _weighted(_core.evaluate.brier, success, p, weights)


def rmse(success: npt.ArrayLike, p: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Root mean squared error of the probabilities: the root of `brier`.

    >>> round(rmse([1, 0], [0.8, 0.4]), 4)
    0.3162
    """
    return _weighted(_core.evaluate.rmse, success, p, weights)


def mbe(success: npt.ArrayLike, p: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Mean bias error: mean prediction less the share of right answers. Positive promises too much.

    >>> round(mbe([1, 0], [0.8, 0.4]), 4)
    0.1
    """
    return _weighted(_core.evaluate.mean_bias, success, p, weights)


def auc(success: npt.ArrayLike, p: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Chance that a right answer was given a higher probability than a wrong one, ties half; higher is better.

    0.5 is chance; NaN when all answers are alike. It sees the order of predictions and not their values.

    >>> auc([1, 0, 1], [0.8, 0.4, 0.3])
    0.5
    """
    return _weighted(_core.evaluate.auc, success, p, weights)


def ece(success: npt.ArrayLike, p: npt.ArrayLike, bins: int = BINS) -> float:
    """Expected calibration error over bins of equal width: mean over answers of abs(predicted - observed) of their bin.

    >>> round(ece([1, 0, 1, 1], [0.7, 0.7, 0.7, 0.7]), 4)
    0.05
    """
    return float(_call(_core.evaluate.ece, _predictions(p), _outcomes(success), _positive(bins, "bins")))


def ici(success: npt.ArrayLike, p: npt.ArrayLike) -> float:
    """Integrated calibration index: mean of abs(lowess(success ~ p) - p); lower is better.

    Lowess as in statsmodels, with ``frac=2/3, it=0, delta=0.01 * (p.max() - p.min())``, as srs-benchmark takes it.
    Above 65,536 answers, predictions are first gathered into as many cells of equal width, which moves the value by
    less than 1.6e-5. One constant prediction gives its distance from the share of right answers, where statsmodels
    gives its distance from the first outcome.
    """
    return float(_call(_core.evaluate.ici, _predictions(p), _outcomes(success)))


def sm_ece(success: npt.ArrayLike, p: npt.ArrayLike) -> float:
    """Smooth calibration error of Błasiok and Nakkiran (ICLR 2024); lower is better. No bins to choose.

    Residuals are smoothed by a Gaussian that is reflected at 0 and 1 and as wide as the value that comes out. The
    package relplot computes the same to about 0.001, except for predictions of exactly 0 or 1, which it counts half.
    """
    return float(_call(_core.evaluate.smooth_ece, _predictions(p), _outcomes(success)))


def rmse_bins_srs_benchmark(success: npt.ArrayLike, p: npt.ArrayLike, bins: npt.ArrayLike) -> float:
    """RMSE(bins) as srs-benchmark publishes it: root mean square over bins of mean prediction less mean outcome.

    A bin weighs as many answers as it has. **It can be gamed** (`perdure.exploit`): never read it without `log_loss`.

    Parameters
    ----------
    success, p
        As everywhere.
    bins : array of int, shape (n,)
        What `review_bins` returns; answers with bin -1 are left out.
    """
    return float(_call(_core.evaluate.rmse_bins_srs_benchmark, _predictions(p), _outcomes(success), _bins(bins)))


def rmse_bins_fsrs_rs(
    success: npt.ArrayLike, p: npt.ArrayLike, bins: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> float:
    """RMSE(bins) as ``evaluate`` of fsrs-rs 6.6 gives it: plain means in a bin, which weighs the sum of its weights.

    Parameters
    ----------
    success, p, bins
        As in `rmse_bins_srs_benchmark`.
    weights : array, optional
        `recency_weights` of the answers that count, in row order, when not given, as in fsrs-rs; rows are then
        expected in order of time.
    """
    codes = _bins(bins)
    if weights is None:
        counted = np.zeros(len(codes))
        counted[codes >= 0] = recency_weights(int((codes >= 0).sum()))
        weights = counted
    values = _weights(weights)
    return float(_call(_core.evaluate.rmse_bins_fsrs_rs, _predictions(p), _outcomes(success), codes, values))


def universal_metric(success: npt.ArrayLike, p_a: npt.ArrayLike, p_b: npt.ArrayLike) -> float:
    """A by B: the calibration error of A over 20 bins of what B predicts, root mean square by answers.

    Where A is better, A by B is smaller than B by A. The bins are those of fsrs-rs and FSRS-Optimizer.
    """
    columns = _predictions(p_a, "p_a"), _predictions(p_b, "p_b")
    return float(_call(_core.evaluate.universal_metric, *columns, _outcomes(success)))


def calibration(success: npt.ArrayLike, p: npt.ArrayLike, bins: int = BINS, by: str = "width") -> Any:
    """Predicted against observed, a pandas frame with a row a bin; empty bins are left out.

    Parameters
    ----------
    success, p
        As everywhere.
    bins : int
    by : {"width", "quantile"}
        Bins of equal width over [0, 1], or with equal numbers of answers, as far as equal predictions allow.

    Returns
    -------
    DataFrame
        from, to, n, predicted (mean), observed (share of right answers), low and high (Wilson's 95 % interval of it).
    """
    import pandas

    return pandas.DataFrame(calibration_rows(_outcomes(success), _predictions(p), _positive(bins, "bins"), by))


def calibration_rows(
    success: npt.NDArray[np.uint8], p: npt.NDArray[np.float64], bins: int, by: str
) -> list[dict[str, Any]]:
    """Rows of `calibration`."""
    if by not in ("width", "quantile"):
        raise InputError("unknown choice", source="by", value=by, expected="'width' or 'quantile'")
    rows: list[dict[str, Any]] = _call(_core.evaluate.calibration, p, success, bins, by == "quantile")
    return rows


def review_bins(log: ReviewLog, elapsed: str = WHOLE_DAYS) -> npt.NDArray[np.int32]:
    """Bin of every row of a log in RMSE(bins): days since the last answer, number of reviews, lapses so far.

    Parameters
    ----------
    log : ReviewLog
    elapsed : str
        How days are counted (docs/concepts/time.md).

    Returns
    -------
    int32 array, shape (len(log),)
        -1 for first encounters and for answers less than a day after the last one: RMSE(bins) leaves them out.
    """
    codes: npt.NDArray[np.int32] = _core.evaluate.review_bins(require_log(log).histories(elapsed))
    return codes


def recency_weights(n: int) -> npt.NDArray[np.float64]:
    """Weights of fsrs-rs for n answers in order of time: 0.25 + 0.75 (i / (n - 1))^3.

    >>> recency_weights(3).tolist()
    [0.25, 0.34375, 1.0]
    """
    if isinstance(n, bool) or not isinstance(n, Integral) or n < 0:
        raise InputError("not a number of answers", source="n", value=n, expected="a whole number from 0")
    weights: npt.NDArray[np.float64] = _core.evaluate.recency_weights(int(n))
    return weights


def _weighted(score: Any, success: npt.ArrayLike, p: npt.ArrayLike, weights: npt.ArrayLike | None) -> float:
    columns = _predictions(p), _outcomes(success)
    return float(_call(score, *columns, None if weights is None else _weights(weights)))


def _call(score: Any, *arguments: Any) -> Any:
    try:
        return score(*arguments)
    except ValueError as error:
        raise InputError(str(error), source="perdure.metrics") from None


def _predictions(p: npt.ArrayLike, name: str = "p") -> npt.NDArray[np.float64]:
    return _one_dimension(numbers(p, name).astype(np.float64, copy=False), name)


def _weights(weights: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return _one_dimension(numbers(weights, "weights").astype(np.float64, copy=False), "weights")


def _bins(bins: npt.ArrayLike) -> npt.NDArray[np.int32]:
    codes = as_array(bins, "bins")
    if codes.dtype.kind not in "iu" and codes.size:
        raise InputError("wrong type", source="bins", value=str(codes.dtype), expected="whole numbers (int32)")
    most = np.iinfo(np.int32).max
    return _one_dimension(np.clip(codes, -most, most).astype(np.int32), "bins")


def _outcomes(success: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    right = as_array(success, "success")
    if right.dtype.kind not in "biuf" and right.size:
        raise InputError("wrong type", source="success", value=str(right.dtype), expected="0 and 1")
    outside = np.flatnonzero((right != 0) & (right != 1))
    if outside.size:
        at = int(outside[0])
        raise InputError(
            "not an outcome", source=f"success[{at}]", value=right.reshape(-1)[at].item(), expected="0 or 1"
        )
    return _one_dimension(right.astype(np.uint8, copy=False), "success")


def _one_dimension(column: npt.NDArray[Any], name: str) -> npt.NDArray[Any]:
    if column.ndim != 1:
        raise InputError("not a column", source=name, value=column.shape, expected="one dimension")
    return np.require(column, requirements=["C", "A"])


def _positive(value: int, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral) or not 1 <= value <= 1_000_000:
        raise InputError("does not fit", source=name, value=value, expected="a whole number from 1 to 1000000")
    return int(value)
