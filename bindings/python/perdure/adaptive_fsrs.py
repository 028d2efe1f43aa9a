"""FSRS-6 and FSRS-7 under an online Bayesian layer, for learners with cards of their own."""

from __future__ import annotations

from typing import Any, ClassVar, Self, cast

import numpy as np
import numpy.typing as npt

from . import _core, _fitting, _threads, adaptive_file
from ._learned import Learned
from .errors import InputError
from .estimator import Estimator, Progress, Values
from .fit_options import FitOptions
from .log import ReviewLog, require_log
from .models import Fsrs6, Fsrs7
from .states import States

INPUTS = ("fitted", "default")

Codes = npt.NDArray[np.uint32]


class AdaptiveFsrs(Learned, Estimator):
    """An online Bayesian logistic layer over FSRS-6 and FSRS-7 (docs/models/adaptive_fsrs.md).

    The layer weighs what both models say of a card, and what is known of card and learner beside, in three regimes:
    first encounters, answers up to a day after the last one on their card, and later ones. It learns at every answer,
    for each learner on his own, from a prior that ships. Only the parameters of the two models are fitted.

    Parameters
    ----------
    inputs : {"fitted", "default"}
        Whether `fit` fits the parameters of FSRS-6 and FSRS-7, or leaves them at their defaults.
    options : FitOptions or str, optional
        How these are fitted; as in `Fsrs6`.

    Attributes
    ----------
    fsrs6_, fsrs7_ : Fsrs6, Fsrs7
        The models under the layer.
    learners_ : list of str
        Learners of the fit. Each has a state: weights, cards, and his last answer.
    data_ : tuple of str
        Fingerprint of the log of the fit.

    Examples
    --------
    >>> import perdure
    >>> log = perdure.read_answers({"learner": ["ann"] * 3, "item": ["q1"] * 3, "success": [1, 1, 0],
    ...                             "answered_at": ["2026-03-02T09:00Z", "2026-03-04T09:00Z", "2026-04-02T09:00Z"]})
    >>> perdure.AdaptiveFsrs(inputs="default").predict_sequence(log).shape
    (3,)
    """

    id: ClassVar[str] = "adaptive-fsrs"

    fsrs6_: Fsrs6
    fsrs7_: Fsrs7
    learners_: list[str]
    _items: list[str]
    _known: Any

    def __init__(self, inputs: str = "fitted", options: FitOptions | str | None = None) -> None:
        self.inputs = inputs
        self.options = options

    @property
    def elapsed_rule(self) -> str:
        """How time between answers is counted: in fractional days."""
        return "exact"

    def fit(self, log: ReviewLog, progress: Progress = False, threads: int | None = None) -> Self:
        """Fit FSRS-6 and FSRS-7 to all cards of a log, unless ``inputs`` is ``"default"``, and run the layer over it.

        Parameters
        ----------
        log : ReviewLog
        progress, threads
            As in `Fsrs6.fit`; the result does not depend on ``threads``, to the bit.
        """
        require_log(log)
        bases = (Fsrs6(options=self.options), Fsrs7(options=self.options))
        if self._wants_fit():
            for base in bases:
                base.fit(log, progress=progress, threads=threads)
        else:
            _fitting.options_of(self.options)
            for base in bases:
                base.parameters_ = base._values()
        learned = {"fsrs6_": bases[0], "fsrs7_": bases[1], "learners_": [], "_items": [], "_known": _none_known()}
        _, known = self._run(log, learned, keep=True, threads=threads)
        learned.update(learners_=list(log.learners), _items=list(log.items), _known=known, _sources=[log])
        self.__dict__.update(learned)  # in one step: Ctrl-C leaves all of it or nothing
        return self

    def predict_sequence(self, log: ReviewLog, threads: int | None = None) -> Values:
        """Probability of a right answer, one per row of ``log``, in its row order.

        Each row is predicted from strictly earlier rows of its learner. Rows that are later than all that the fit saw
        of their learner go on from what it left. Earlier ones, and learners whom the fit never saw, start at the prior
        of the layer and learn from the log alone.

        Returns
        -------
        float64 array, shape (len(log),)
        """
        predicted, _ = self._run(require_log(log), self._learned(), keep=False, threads=threads)
        return predicted

    def states(self, log: ReviewLog, threads: int | None = None) -> States:
        """Memory of every learner × item of a log after its last answer.

        Recall at a later time is that of a question in the middle of a learner's day at no particular hour; it never
        rises with time.
        """
        learned = self._learned()
        _, known = self._run(require_log(log), learned, keep=True, threads=threads)
        columns = _core.adaptive.states(known, log._core, log.histories(self.elapsed_rule), *_codes(log, learned))
        return States(cast(Any, self), log, columns)

    def recall(self, state: tuple[Any, ...], elapsed_days: npt.ArrayLike, threads: int | None = None) -> Values:
        """Recall of the states of `states`, ``elapsed_days`` after their last answer."""
        return self._of_curves(_core.adaptive.recall, state, elapsed_days, "elapsed_days", (0.0, 1e9), threads)

    def interval(self, state: tuple[Any, ...], target: npt.ArrayLike, threads: int | None = None) -> Values:
        """Days until recall of the states of `states` falls to ``target``, in (0, 1]; infinite where it never does."""
        least = float(np.nextafter(0.0, 1.0))
        return self._of_curves(_core.adaptive.interval, state, target, "target", (least, 1.0), threads)

    def _of_curves(
        self,
        call: Any,
        state: tuple[Any, ...],
        given: npt.ArrayLike,
        name: str,
        bounds: tuple[float, float],
        threads: int | None,
    ) -> Values:
        """What the compiled ``call`` says of every state and a value, which is one for all or one each."""
        columns = tuple(np.ascontiguousarray(column, dtype=np.float32) for column in state)
        rows = columns[0].shape if columns else (0,)
        try:
            values = np.ascontiguousarray(np.broadcast_to(np.asarray(given, np.float64), rows))
        except (TypeError, ValueError):
            raise InputError("not numbers", source=name, expected=f"a number, or {rows[0]} numbers") from None
        outside = np.flatnonzero(~((values >= bounds[0]) & (values <= bounds[1])))
        if outside.size:
            at = int(outside[0])
            expected = "in [0, 1e9]" if name == "elapsed_days" else "in (0, 1]"
            raise InputError("out of range", source=name, row=at, value=float(values[at]), expected=expected)
        learned = self._learned()
        try:
            found: Values = call(*_bases(learned), columns, values, _threads.resolve(threads))
        except (ValueError, TypeError) as error:
            raise InputError(str(error), source="state") from None
        return found

    def save(self, path: Any) -> None:
        """Write the model to a JSON file, replaced in one step; `perdure.load_model` reads it."""
        self._require_fit()
        adaptive_file.write(path, self)

    @property
    def _entry(self) -> dict[str, Any]:
        return {"state": [{"name": name} for name in _core.adaptive.curve_fields]}

    def _run(self, log: ReviewLog, learned: dict[str, Any], *, keep: bool, threads: int | None) -> tuple[Values, Any]:
        """Probabilities, and, where they are to be kept, what is known of every learner afterwards."""
        predicted, known = _core.adaptive.predict(
            *_bases(learned), log._core, *_codes(log, learned), learned["_known"], keep, _threads.resolve(threads)
        )
        return predicted, known

    def _learned(self) -> dict[str, Any]:
        if "_known" in self.__dict__:
            return self.__dict__
        if self._wants_fit():
            self._require_fit()
        return {"fsrs6_": Fsrs6(), "fsrs7_": Fsrs7(), "learners_": [], "_items": [], "_known": _none_known()}

    def _wants_fit(self) -> bool:
        if not isinstance(self.inputs, str) or self.inputs not in INPUTS:
            raise InputError("unknown choice", source="inputs", value=self.inputs, expected=" or ".join(INPUTS))
        return self.inputs == "fitted"

    def _require_fit(self) -> None:
        if "_known" not in self.__dict__:
            raise InputError(
                "not fitted", source="AdaptiveFsrs", expected='a call of fit before this one, or inputs="default"'
            )


def _none_known() -> Any:
    return _core.adaptive.Learners()


def _bases(learned: dict[str, Any]) -> tuple[Values, Values]:
    return learned["fsrs6_"]._values(), learned["fsrs7_"]._values()


def _codes(log: ReviewLog, learned: dict[str, Any]) -> tuple[Codes, Codes]:
    """Learner and item of every row by the codes of the fit; new ones get the codes that follow."""
    core = log._core
    return _known_codes(log.learners, learned["learners_"])[core.learner], _known_codes(log.items, learned["_items"])[
        core.item
    ]


def _known_codes(names: list[str], known: list[str]) -> Codes:
    code = {name: k for k, name in enumerate(known)}
    return np.array([code.setdefault(name, len(code)) for name in names], dtype=np.uint32)
