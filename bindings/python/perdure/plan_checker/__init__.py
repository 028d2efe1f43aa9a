"""Whether a plan keeps the rules of its cohort: found out from the plan's file and the cohort alone.

Nothing of the planner is used here: each rule is written a second time, from docs/how-to/cohort-file.md.
"""

from .check import check_plan
from .violation import RULES, Violation

__all__ = ["RULES", "Violation", "check_plan"]
