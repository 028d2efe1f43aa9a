"""The memory models of the catalog, one class each; see `perdure.memory_model` for what they do."""

from __future__ import annotations

from .constant import Constant
from .estimator import Estimator
from .memory_model import MemoryModel


class Fsrs45(MemoryModel):
    """FSRS-4.5: forgetting as one over a square root, no rule for the same day (docs/models/fsrs4_5.md).

    Parameters
    ----------
    parameters : array of 17 numbers, optional
        As in `Fsrs6`.
    profile, elapsed, options
        As in `Fsrs6`; the only profile is ``"perdure"``.
    """

    id = "fsrs4.5"


class Fsrs5(MemoryModel):
    """FSRS-5: as FSRS-4.5, with a rule for the same day and damped difficulty (docs/models/fsrs5.md).

    Parameters
    ----------
    parameters : array of 19 numbers, optional
        As in `Fsrs6`.
    profile, elapsed, options
        As in `Fsrs6`; the only profile is ``"perdure"``.
    """

    id = "fsrs5"


class Fsrs6(MemoryModel):
    """FSRS-6: power-law forgetting with stability and difficulty (docs/models/fsrs6.md).

    Parameters
    ----------
    parameters : array of 21 numbers, optional
        Where a fit starts, and what an estimator that was not fitted uses; the published defaults when not given.
        InputError names one that is out of bounds.
    profile : {"perdure", "py_fsrs_6_3_1", "py_fsrs_6_3_2", "fsrs_rs", "ts_fsrs_5"}
        Which implementation's rules hold where they differ.
    elapsed : str, optional
        How time between answers is counted (docs/concepts/time.md), e.g. ``"calendar-days:Europe/Paris:4"``; the
        profile's rule when not given.
    options : FitOptions or str, optional
        How a fit runs (`perdure.FitOptions`), or the name of a pipeline, e.g. ``"fsrs_rs"``.

    Examples
    --------
    >>> import perdure
    >>> log = perdure.read_answers({"learner": ["ann"] * 3, "item": ["q1"] * 3, "success": [1, 1, 0],
    ...                             "answered_at": ["2026-03-02T09:00Z", "2026-03-04T09:00Z", "2026-04-02T09:00Z"]})
    >>> perdure.Fsrs6().fit(log).predict_sequence(log).shape
    (3,)
    """

    id = "fsrs6"


class Fsrs7(MemoryModel):
    """FSRS-7: a slow and a fast trace, each with its stability, and no special day (docs/models/fsrs7.md).

    Stability is not the time until recall is 0.9; ask ``interval(state, 0.9)``.

    Parameters
    ----------
    parameters : array of 34 numbers, optional
        As in `Fsrs6`.
    profile, elapsed, options
        As in `Fsrs6`; the only profile is ``"perdure"``.
    """

    id = "fsrs7"


class HalfLife(MemoryModel):
    """Exponential forgetting with a half-life that grows with each success (docs/models/half_life.md).

    Parameters
    ----------
    parameters : array of 4 numbers, optional
        ``first_wrong``, ``first_right`` (days), ``gain``, ``lapse``; as in `Fsrs6`.
    profile, elapsed, options
        As in `Fsrs6`; the only profile is ``"perdure"``.
    """

    id = "half-life"


class Hlr(MemoryModel):
    """Half-life regression on the counts of right and wrong answers (docs/models/hlr.md).

    Parameters
    ----------
    parameters : array of 3 numbers, optional
        ``successes``, ``failures``, ``bias``; as in `Fsrs6`.
    profile, elapsed, options
        As in `Fsrs6`; the only profile is ``"perdure"``.
    """

    id = "hlr"


class HlrDuolingo(MemoryModel):
    """Half-life regression as Duolingo published it, without lexemes (docs/models/hlr_duolingo.md).

    Parameters
    ----------
    parameters : array of 3 numbers, optional
        ``right``, ``wrong``, ``bias``; as in `Fsrs6`.
    profile, elapsed, options
        As in `Fsrs6`; the only profile is ``"perdure"``.
    """

    id = "hlr-duolingo"


class Dash(MemoryModel):
    """DASH: recall by how many answers lie in windows of 1, 7, 30 days and all time (docs/models/dash.md).

    Parameters
    ----------
    parameters : array of 9 numbers, optional
        ``attempts`` and ``successes`` of each window, ``bias``; as in `Fsrs6`.
    profile, elapsed, options
        As in `Fsrs6`; the only profile is ``"perdure"``.
    """

    id = "dash"


class DashMcm(MemoryModel):
    """DASH with counts that decay in place of windows (docs/models/dash_mcm.md).

    Parameters
    ----------
    parameters : array of 9 numbers, optional
        ``attempts`` and ``successes`` of each time constant, ``bias``; as in `Fsrs6`.
    profile, elapsed, options
        As in `Fsrs6`; the only profile is ``"perdure"``.
    """

    id = "dash-mcm"


class DashActR(MemoryModel):
    """DASH with one power law over all past answers in place of windows (docs/models/dash_act_r.md).

    Parameters
    ----------
    parameters : array of 5 numbers, optional
        ``gain``, ``decay``, ``failure``, ``success``, ``bias``; as in `Fsrs6`.
    profile, elapsed, options
        As in `Fsrs6`; the only profile is ``"perdure"``.
    """

    id = "dash-act-r"


class ActR(MemoryModel):
    """ACT-R's activation with the spacing effect of Pavlik and Anderson (docs/models/act_r.md).

    Parameters
    ----------
    parameters : array of 5 numbers, optional
        ``decay``, ``decay_scale``, ``noise``, ``threshold``, ``time_scale``; as in `Fsrs6`.
    profile, elapsed, options
        As in `Fsrs6`; the only profile is ``"perdure"``.
    """

    id = "act-r"


class EbisuV2(MemoryModel):
    """Ebisu v2: Bayesian half-lives, a belief about recall updated by each answer (docs/models/ebisu_v2.md).

    Parameters
    ----------
    parameters : array of 3 numbers, optional
        The belief before any answer: ``alpha``, ``beta``, ``half_life`` (days); as in `Fsrs6`.
    profile, elapsed, options
        As in `Fsrs6`; the only profile is ``"perdure"``.
    """

    id = "ebisu-v2"


class Sm2(MemoryModel):
    """SM-2, the algorithm of SuperMemo 2, with recall 0.9 at the end of an interval (docs/models/sm_2.md).

    Parameters
    ----------
    parameters : array of 6 numbers, optional
        ``first_interval``, ``second_interval`` (days), ``ease``, ``ease_curvature``, ``ease_peak``, ``ease_offset``; as
        in `Fsrs6`.
    profile, elapsed, options
        As in `Fsrs6`; the only profile is ``"perdure"``.
    """

    id = "sm-2"


class AnkiSm2(MemoryModel):
    """The scheduler that Anki had before FSRS, with recall 0.9 at the end of an interval (docs/models/anki_sm_2.md).

    Parameters
    ----------
    parameters : array of 7 numbers, optional
        ``graduating``, ``easy_interval`` (days), ``ease``, ``easy_bonus``, ``hard_factor``, ``lapse_multiplier``,
        ``interval_multiplier``; as in `Fsrs6`.
    profile, elapsed, options
        As in `Fsrs6`; the only profile is ``"perdure"``.
    """

    id = "anki-sm-2"


class Leitner(MemoryModel):
    """The Leitner system: a half-life that doubles with each box (docs/models/leitner.md). A fit trains nothing.

    Parameters
    ----------
    parameters : array of 2 numbers, optional
        ``right`` and ``wrong``, the boxes that an answer moves a card; as in `Fsrs6`.
    profile, elapsed, options
        As in `Fsrs6`; the only profile is ``"perdure"``.
    """

    id = "leitner"


class Pimsleur(MemoryModel):
    """Pimsleur's schedule: a half-life that grows with every answer (docs/models/pimsleur.md). A fit trains nothing.

    Parameters
    ----------
    parameters : array of 2 numbers, optional
        ``start`` and ``step`` of the half-life's logarithm to the base 2; as in `Fsrs6`.
    profile, elapsed, options
        As in `Fsrs6`; the only profile is ``"perdure"``.
    """

    id = "pimsleur"


class PowerLaw(MemoryModel):
    """Forgetting along a power of time, at a scale that grows with each success (docs/models/power_law.md).

    Parameters
    ----------
    parameters : array of 5 numbers, optional
        ``first_wrong``, ``first_right`` (days), ``decay``, ``gain``, ``lapse``; as in `Fsrs6`.
    profile, elapsed, options
        As in `Fsrs6`; the only profile is ``"perdure"``.
    """

    id = "power-law"


class Wickelgren(MemoryModel):
    """Wickelgren's power law: a trace that grows less fragile with its age (docs/models/wickelgren.md).

    Parameters
    ----------
    parameters : array of 6 numbers, optional
        ``strength``, ``first_wrong``, ``first_right`` (days), ``forgetting``, ``interference`` (1/days),
        ``consolidation``; as in `Fsrs6`.
    profile, elapsed, options
        As in `Fsrs6`; the only profile is ``"perdure"``.
    """

    id = "wickelgren"


_CLASSES: tuple[type[MemoryModel], ...] = (
    Fsrs45,
    Fsrs5,
    Fsrs6,
    Fsrs7,
    HalfLife,
    Hlr,
    HlrDuolingo,
    Dash,
    DashMcm,
    DashActR,
    ActR,
    EbisuV2,
    Sm2,
    AnkiSm2,
    Leitner,
    Pimsleur,
    PowerLaw,
    Wickelgren,
    Constant,
)

MODELS = {model.id: model for model in _CLASSES}

__all__ = [
    "ActR",
    "AnkiSm2",
    "Constant",
    "Dash",
    "DashActR",
    "DashMcm",
    "EbisuV2",
    "Estimator",
    "Fsrs5",
    "Fsrs6",
    "Fsrs7",
    "Fsrs45",
    "HalfLife",
    "Hlr",
    "HlrDuolingo",
    "Leitner",
    "MemoryModel",
    "Pimsleur",
    "PowerLaw",
    "Sm2",
    "Wickelgren",
]
