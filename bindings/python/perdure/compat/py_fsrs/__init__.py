"""Drop-in for py-fsrs (PyPI ``fsrs`` 6.3): the same names, documents and results over Perdure's FSRS-6.

A program written for py-fsrs runs with its import changed:

>>> from datetime import datetime, timezone
>>> from perdure.compat.py_fsrs import Card, Rating, Scheduler
>>> scheduler = Scheduler(enable_fuzzing=False)
>>> card, log = scheduler.review_card(Card(), Rating.Easy, datetime(2026, 3, 2, 9, tzinfo=timezone.utc))
>>> card.state, card.due
(<State.Review: 2>, datetime.datetime(2026, 3, 10, 9, 0, tzinfo=datetime.timezone.utc))

Results are those of py-fsrs 6.3.2; `perdure.compat.py_fsrs_6_3_1` has those of 6.3.1. The modules below are named as in
py-fsrs: ``card``, ``rating``, ``review_log``, ``scheduler``, ``state``, ``optimizer``.
"""

from __future__ import annotations

from .card import Card
from .optimizer import Optimizer
from .rating import Rating
from .review_log import ReviewLog
from .scheduler import Scheduler
from .state import State

__all__ = ["Card", "Optimizer", "Rating", "ReviewLog", "Scheduler", "State"]
