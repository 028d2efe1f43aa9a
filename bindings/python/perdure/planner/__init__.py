"""Plans for a whole cohort: who is asked what and when, with a certificate of how far from the best that is."""

from .plan import Plan
from .planner import Planner

__all__ = ["Plan", "Planner"]
