"""Perdure: learn how a cohort forgets, forecast what it still knows, plan who is quizzed on what and when."""

from __future__ import annotations

from . import batch, sample
from ._catalog import catalog
from ._core import version as __version__
from .cohort import Cohort, LearnerException
from .errors import InputError, PerdureError
from .evaluation import Evaluation, evaluate
from .fit_report import FitReport
from .log import ReviewLog, read_answers
from .model_file import load_model
from .models import Constant, Fsrs6, HalfLife
from .plan import Plan
from .planning import Planner
from .report import ImportReport
from .states import States

__all__ = [
    "Cohort",
    "Constant",
    "Evaluation",
    "FitReport",
    "Fsrs6",
    "HalfLife",
    "ImportReport",
    "InputError",
    "LearnerException",
    "PerdureError",
    "Plan",
    "Planner",
    "ReviewLog",
    "States",
    "__version__",
    "batch",
    "catalog",
    "evaluate",
    "load_model",
    "read_answers",
    "sample",
]
