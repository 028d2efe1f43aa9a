"""Perdure: learn how a cohort forgets, forecast what it still knows, plan who is quizzed on what and when."""

from __future__ import annotations

from . import batch, migrate, sample
from ._catalog import catalog
from ._core import version as __version__
from .cohort import Cohort, LearnerException
from .errors import InputError, PerdureError
from .evaluation import Evaluation, evaluate
from .fit_report import FitReport
from .log import ReviewLog, read_answers
from .model_file import load_model
from .models import (
    ActR,
    AnkiSm2,
    Constant,
    Dash,
    DashActR,
    DashMcm,
    EbisuV2,
    Fsrs5,
    Fsrs6,
    Fsrs7,
    Fsrs45,
    HalfLife,
    Hlr,
    HlrDuolingo,
    Leitner,
    Pimsleur,
    PowerLaw,
    Sm2,
    Wickelgren,
)
from .plan import Plan
from .planning import Planner
from .report import ImportReport
from .states import States

__all__ = [
    "ActR",
    "AnkiSm2",
    "Cohort",
    "Constant",
    "Dash",
    "DashActR",
    "DashMcm",
    "EbisuV2",
    "Evaluation",
    "FitReport",
    "Fsrs5",
    "Fsrs6",
    "Fsrs7",
    "Fsrs45",
    "HalfLife",
    "Hlr",
    "HlrDuolingo",
    "ImportReport",
    "InputError",
    "LearnerException",
    "Leitner",
    "PerdureError",
    "Pimsleur",
    "Plan",
    "Planner",
    "PowerLaw",
    "ReviewLog",
    "Sm2",
    "States",
    "Wickelgren",
    "__version__",
    "batch",
    "catalog",
    "evaluate",
    "load_model",
    "migrate",
    "read_answers",
    "sample",
]
