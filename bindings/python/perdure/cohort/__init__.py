"""The rules of a plan: who is planned for, when and under which caps; the cohort file, and the same as objects."""

from __future__ import annotations

from .cadences import CADENCES, Cadence, cadence_dates
from .certificates import Certificate, HeldCertificate
from .cohort import Cohort
from .courses import Course, Goal, Skill
from .events import GroupSession, Step
from .findings import Finding
from .learners import Learner, Leave
from .rules import Caps, DayCapacity, Delivery, LearnerCaps, Organisation, Span, StudyCalendar
from .steps import DatedStep

__all__ = [
    "CADENCES",
    "Cadence",
    "Caps",
    "Certificate",
    "Cohort",
    "Course",
    "DatedStep",
    "DayCapacity",
    "Delivery",
    "Finding",
    "Goal",
    "GroupSession",
    "HeldCertificate",
    "Learner",
    "LearnerCaps",
    "Leave",
    "Organisation",
    "Skill",
    "Span",
    "Step",
    "StudyCalendar",
    "cadence_dates",
]
