"""The cohort model: many learners, few answers each, shared items; ability, difficulty and memory with error bars."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from . import _cohort_answer, _cohort_tables, _core, _threads
from ._cohort_ids import Guessing, Ids, Skills, of_log, restored
from ._cohort_parameters import SPECS, start_of
from ._learned import Learned
from ._progress import reporting
from .cohort_states import CohortStates, z_of
from .errors import InputError
from .estimator import Estimator, Progress, Values
from .fit_report import FitReport
from .log import ReviewLog, require_log
from .states import Moment, instant

MOST_ITERATIONS = 40
MOST_ROWS = 200_000
"""Answers that parameters are fitted to: of a larger log, those of learners drawn at random."""


class CohortModel(Learned, Estimator):
    """Ability, difficulty and memory of a whole cohort, estimated together and online (docs/models/cohort.md).

    What is known of a learner is carried over from item to item, what is known of an item from learner to learner, and
    all of it is updated at every answer, with its uncertainty. It works from the first answer: what is not known yet is
    what the shipped parameters expect.

    Parameters
    ----------
    parameters : mapping or array, optional
        Where the fit starts, and around which its prior stands: all in the order of `parameter_names`, or some by name.
        The shipped ones by default.
    refit : bool
        Whether `fit` fits the parameters, or only learns learners, items and skills under those given.
    skills : mapping, optional
        Item to its skill, its skills, or a mapping of skill to weight; items that it lacks have none. By default what
        the log's column ``skills`` says, with equal weights.
    guessing : float or mapping, optional
        Probability of guessing right, of all items or by item: 1 / options of a multiple-choice question.

    Attributes
    ----------
    parameters_ : float64 array
    learners_, items_, skills_ : list of str
        What the model knows, in the order in which it met them.
    report_ : FitReport
    data_ : tuple of str
        Fingerprints of what was learned from.

    Examples
    --------
    >>> import perdure
    >>> from perdure import sample
    >>> model = perdure.CohortModel(refit=False).fit(perdure.read_answers(sample.answers_path()))
    >>> len(model.learners_) > 1
    True
    """

    id: ClassVar[str] = "cohort"

    parameters_: Values
    report_: FitReport
    _ids: Ids
    _filter: Any

    def __init__(
        self,
        parameters: Mapping[str, float] | npt.ArrayLike | None = None,
        refit: bool = True,
        skills: Skills | None = None,
        guessing: Guessing = None,
    ) -> None:
        self.parameters = parameters
        self.refit = refit
        self.skills = skills
        self.guessing = guessing

    @property
    def parameter_names(self) -> list[str]:
        """Names of the parameters, in order."""
        return [spec["name"] for spec in SPECS]

    @property
    def elapsed_rule(self) -> str:
        """How time between answers is counted: in fractional days."""
        return "exact"

    @property
    def learners_(self) -> list[str]:
        """Learners that the model knows."""
        return self._known()._ids.learners

    @property
    def items_(self) -> list[str]:
        """Items that the model knows."""
        return self._known()._ids.items

    @property
    def skills_(self) -> list[str]:
        """Skills that the model knows."""
        return self._known()._ids.skills

    def fit(
        self, log: ReviewLog, progress: Progress = False, threads: int | None = None, exposures: Any = None
    ) -> Self:
        """Fit the parameters to a log, and learn from all of its answers in order of time.

        The parameters are those under which every answer is most likely given those before it, under a Gaussian prior
        around the start: with few answers the model stays close to what ships, with many it follows the log. Only
        ``MOST_ROWS`` answers, of learners drawn at random, take part in that; all are learned from.

        Parameters
        ----------
        log : ReviewLog
        progress : bool or callable
            True draws a bar; a callable gets ``(iteration, at_most, text)`` and stops the fit by returning False.
        threads : int, optional
            The result does not depend on it.
        exposures : table, optional
            Items that learners saw without answering (nuggets, readings): columns learner, item and at, the last with
            a UTC offset. They refresh memory; how much, the fit finds.

        Returns
        -------
        self
            A fit that was stopped holds the best parameters so far, with status ``interrupted``.
        """
        start = start_of(self.parameters)
        ids, filter_ = Ids(), _core.cohort.Filter(start)
        columns = of_log(ids, filter_, require_log(log), self.skills, self.guessing, exposures)
        started = time.perf_counter()
        with reporting(progress, "Fitting cohort") as report:
            facts, interrupt = _core.cohort.fit(
                [(filter_, columns, 1.0)],
                start,
                prior_weight=1.0,
                max_iterations=MOST_ITERATIONS if self.refit else 0,
                most_rows=MOST_ROWS,
                threads=_threads.resolve(threads),
                progress=lambda done, _: report(done, MOST_ITERATIONS, "Fitting cohort") is not False,
            )
        fitted = facts["parameters"]
        ids, filter_ = Ids(), _core.cohort.Filter(fitted)
        filter_.run(of_log(ids, filter_, log, self.skills, self.guessing, exposures))
        facts["posterior_mean"] = facts["posterior_precision"] = None
        self.__dict__.update(  # in one step: Ctrl-C leaves all of it or nothing
            parameters_=fitted,
            report_=FitReport.of(facts, SPECS, time.perf_counter() - started),
            _ids=ids,
            _filter=filter_,
            _sources=[log],
        )
        if interrupt is not None:
            raise interrupt
        return self

    def partial_fit(
        self, log: ReviewLog, progress: Progress = False, threads: int | None = None, exposures: Any = None
    ) -> Self:
        """Learn from further answers; the parameters stay. Costs a copy of what is known, and about 1 µs an answer.

        Answers that are not later than what is known of their learner are taken as known already, and change nothing.
        """
        if "_filter" not in self.__dict__:
            return self.fit(log, progress, threads, exposures)
        ids, filter_ = self._ids.copy(), self._filter.copy()
        filter_.run(of_log(ids, filter_, require_log(log), self.skills, self.guessing, exposures))
        self.__dict__.update(_ids=ids, _filter=filter_, _sources=[*self._sources, log])
        return self

    def learn(
        self,
        learner: str,
        item: str,
        score: float,
        at: Moment,
        shown_at: Moment | None = None,
        tz: str = "UTC",
    ) -> float:
        """Learn one answer in place, at the same cost however much is known; say how likely a right one was before it.

        For services that see answers one by one; `partial_fit` is for logs. The same answers give the same bits. What
        is learned so does not appear in ``data_``.

        Parameters
        ----------
        learner, item : str
            New ones are added; a new item gets the skills and the guessing that the constructor was given for it.
        score : float
            In [0, 1]; True and False are 1 and 0.
        at, shown_at : str, date or datetime
            When it was answered, and when the question was shown; as in `States.retention`. Without the second, a
            question inside a session was shown when the answer before it was given.
        tz : str
            IANA zone of times without an offset.

        Raises
        ------
        InputError
            Values that do not fit; a time before the learner's last answer, or not after his last meeting with the
            item. Nothing is learned then.
        """
        known = self._known()
        return _cohort_answer.learn(
            known._ids,
            known._filter,
            learner,
            item,
            score,
            instant(at, tz),
            None if shown_at is None else instant(shown_at, tz, "shown_at"),
            self.skills,
            self.guessing,
        )

    def predict_sequence(self, log: ReviewLog, threads: int | None = None, exposures: Any = None) -> Values:
        """Probability of a right answer, one per row of ``log``, in its row order.

        Each row is predicted from the fitted model and all strictly earlier rows, in order of time: its learner's, and
        of other learners what they say of items and skills. Never from itself, a row of the same time, or a later one.
        A learner whom the fit knew goes on from what is known; rows of his that the fit knew are predicted from each
        other alone.

        Returns
        -------
        float64 array, shape (len(log),)
        """
        known = self._known()
        ids, filter_ = known._ids.copy(), known._filter.copy()
        predicted: Values
        predicted, _ = filter_.run(of_log(ids, filter_, require_log(log), self.skills, self.guessing, exposures))
        return predicted[: len(log)]

    def states(self, log: ReviewLog, threads: int | None = None) -> CohortStates:
        """What is known of every learner × item of a log after its last answer."""
        known = self._known()
        ids, filter_ = known._ids.copy(), known._filter.copy()
        filter_.run(of_log(ids, filter_, require_log(log), self.skills, self.guessing))
        return CohortStates(self, log, ids, filter_)

    def forecast(
        self,
        at: Moment,
        learners: Sequence[str] | None = None,
        items: Sequence[str] | None = None,
        skills: Sequence[str] | None = None,
        level: float = 0.8,
        tz: str = "UTC",
    ) -> Any:
        """Probability of a right answer of learners × items, or × skills, at a moment.

        Parameters
        ----------
        at : str, date or datetime
            As in `States.retention`.
        learners, items : sequences of str, optional
            Of those that the model knows; all by default.
        skills : sequence of str, optional
            In place of items: a question on the skill that nobody has seen before.
        level : float
            Share of the bounds that should hold the probability, in (0, 1).

        Returns
        -------
        pandas.DataFrame
            Columns learner, item (or skill), recall, low, high; and what its log-odds are made of: of_learner, of_item,
            of_skill, of_pair, repetition, forgetting (to be subtracted).
        """
        return _cohort_tables.forecast(self._known(), instant(at, tz), learners, items, skills, z_of(level))

    def explain(self, learner: str, item: str, at: Moment, tz: str = "UTC") -> str:
        """Why a learner is expected to know an item, or not, at a moment: one sentence a cause, largest first."""
        row = self.forecast(at, [learner], [item], tz=tz).iloc[0]
        return _cohort_tables.explanation(learner, item, row)

    def interval(self, learner: str, item: str, target: float = 0.9) -> float:
        """Days after the last answer at which the probability of a right answer falls to ``target``.

        0 where it is no higher at once, infinite where it is still higher after 36,500 days. The learner's form of the
        day is left out.
        """
        known = self._known()
        if isinstance(target, bool) or not isinstance(target, int | float) or not 0.0 < target < 1.0:
            raise InputError("not a probability", source="target", value=target, expected="a number in (0, 1)")
        codes = ([known._ids.find_learner(learner)], [known._ids.find_item(item)])
        days = known._filter.intervals(*(np.array(code, np.uint32) for code in codes), np.array([float(target)]))
        return float(days[0])

    def half_life(self, learner: str, item: str) -> float:
        """Days after the last answer until the probability of a right answer is half of what it is right after it."""
        known = self._known()
        codes = ([known._ids.find_learner(learner)], [known._ids.find_item(item)])
        at_once = known._filter.at_once(*(np.array(code, np.uint32) for code in codes))[0]
        return self.interval(learner, item, 0.5 * float(at_once))

    def learners(self, at: Moment, tz: str = "UTC", target: float = 0.6) -> Any:
        """Every learner: ability, what he is expected to know at a moment, and whether that is too little.

        Returns
        -------
        pandas.DataFrame
            Columns learner, answers, ability and ability_error (log-odds beside the average learner), recall (mean over
            the items that he has answered), low and high (80 % of that mean's uncertainty by his ability), at_risk
            (recall below ``target``); lowest recall first.
        """
        return _cohort_tables.learners(self._known(), instant(at, tz), target)

    def items(self, log: ReviewLog) -> Any:
        """Quality of the items of a log, as far as its answers tell.

        Returns
        -------
        pandas.DataFrame
            One row an item: skills, answers, share_right, expected_right (what was expected of those who answered),
            difficulty and difficulty_error (log-odds below an average item), discrimination (1 as expected),
            sure_but_wrong (share of wrong answers where a right one was surer than 0.9) and what was expected of it,
            drift (log-odds by which later answers were better), each with its error; warning, in words.
        """
        return _cohort_tables.items(self._known(), require_log(log))

    def misfit(self, log: ReviewLog) -> Any:
        """Predicted against observed share of right answers by time since the last answer to the item.

        A row whose deviation is more than three standard errors says so: there, forecasts of that distance are off.
        """
        return _cohort_tables.misfit(self._known(), require_log(log))

    def save(self, path: Any) -> None:
        """Write the model to a JSON file, replaced in one step; `perdure.load_model` reads it, the same to the bit."""
        from . import cohort_model_file

        cohort_model_file.write(path, self._known())

    @property
    def _entry(self) -> dict[str, Any]:
        return {"state": []}

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        if "_filter" in state:
            state["_filter"] = (self.parameters_, state["_filter"].state())
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        if "_filter" in state:
            parameters, known = state["_filter"]
            filter_ = restored(state["_ids"], parameters, known)
            state = {**state, "_filter": filter_}
        self.__dict__.update(state)

    def _known(self) -> Self:
        if "_filter" not in self.__dict__:
            raise InputError("not fitted", source="CohortModel", expected="a call of fit before this one")
        return self
