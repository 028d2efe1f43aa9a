"""fsrs-rs through its Python package, with card ids. Items are its own objects, one an answer that is predicted."""

from __future__ import annotations

from importlib.metadata import version

import numpy as np
from fsrs_rs_python import DEFAULT_PARAMETERS, FSRS, FSRSItem, FSRSReview

from .columns import DAY_MS, Log
from .fsrs6 import Floats
from .serve import Fit, serve

Items = tuple[list[FSRSItem], list[int]]


def _items(log: Log) -> Items:
    histories: dict[tuple[int, int], tuple[int, list[FSRSReview]]] = {}
    last: dict[tuple[int, int], int] = {}
    items, card_ids = [], []
    columns = (log.learner.tolist(), log.item.tolist(), log.answered_at.tolist(), log.grade.tolist())
    for learner, item, when, grade in zip(*columns, strict=True):
        key = (learner, item)
        card, reviews = histories.setdefault(key, (len(histories), []))
        days = (when - last.get(key, when)) // DAY_MS
        last[key] = when
        reviews.append(FSRSReview(grade, days))
        if days > 0:
            items.append(FSRSItem(reviews))
            card_ids.append(card)
    return items, card_ids


def _fit(made: Items) -> Floats:
    items, card_ids = made
    return np.array(FSRS(DEFAULT_PARAMETERS).compute_parameters(items, card_ids=card_ids))


if __name__ == "__main__":
    serve("fsrs-rs-python", version("fsrs-rs-python"), {"fit-recency": Fit(_items, _fit)})
