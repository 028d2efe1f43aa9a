"""Perdure: learn how a cohort forgets, forecast what it still knows, plan who is quizzed on what and when."""

from __future__ import annotations

from . import batch, cohort, fingerprint, metrics, migrate, sample, simulate
from ._catalog import catalog
from ._core import version as __version__
from .adaptive_fsrs import AdaptiveFsrs
from .cohort import Cohort
from .cohort_model import CohortModel
from .errors import InputError, PerdureError
from .evaluation import Evaluation, evaluate
from .fit_options import FitOptions, Gaussian
from .fit_report import FitReport
from .hierarchical import Hierarchical
from .hierarchical_report import HierarchicalReport
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
from .per_item import PerItem
from .planner import Plan, Planner
from .report import ImportReport
from .states import States

__all__ = [
    "ActR",
    "AdaptiveFsrs",
    "AnkiSm2",
    "Cohort",
    "CohortModel",
    "Constant",
    "Dash",
    "DashActR",
    "DashMcm",
    "EbisuV2",
    "Evaluation",
    "FitOptions",
    "FitReport",
    "Fsrs5",
    "Fsrs6",
    "Fsrs7",
    "Fsrs45",
    "Gaussian",
    "HalfLife",
    "Hierarchical",
    "HierarchicalReport",
    "Hlr",
    "HlrDuolingo",
    "ImportReport",
    "InputError",
    "Leitner",
    "PerItem",
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
    "cohort",
    "evaluate",
    "fingerprint",
    "load_model",
    "metrics",
    "migrate",
    "read_answers",
    "sample",
    "simulate",
]
