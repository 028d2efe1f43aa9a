"""Which answers a result was made from: one short text for a log."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

from .log import ReviewLog, require_log

COLUMNS = ("answered_at", "shown_at", "grade", "score")
"""What is digested of every answer, after its learner and its item, and the order of answers with the same time."""

_TYPES = {"answered_at": "<i8", "shown_at": "<i8", "grade": "u1", "score": "<f4"}
_HEAD = b"perdure answers 1\n"


def of(log: ReviewLog) -> str:
    """Digest of the answers of a log.

    Two logs have the same one when they hold the same answers: the same learners, items, times (answered and shown, to
    the millisecond), grades and scores. The order of rows, the kind of file or frame they came from and columns that
    no model reads (skills, course, ...) play no part.

    Parameters
    ----------
    log : ReviewLog

    Returns
    -------
    str
        ``"sha256:"`` and 64 hexadecimal digits.

    Notes
    -----
    SHA-256 of the line ``perdure answers 1``; the learners that answered, sorted by code point, and then the items,
    each list as the number of its names and, for each name, the number of its bytes and its bytes in UTF-8; the number
    of answers; and, with answers sorted by learner, item, answered_at, shown_at, grade and score, column after column:
    the learner's and the item's place in those lists, answered_at and shown_at (milliseconds since 1970 UTC), grade and
    score (float32). Whole numbers have 8 bytes, grades 1; all are little-endian.

    Examples
    --------
    >>> from perdure import fingerprint, read_answers
    >>> log = read_answers({"learner": ["ann"], "item": ["q1"], "success": [1], "answered_at": ["2026-03-02T09:00Z"]})
    >>> fingerprint.of(log)[:11]
    'sha256:554a'
    """
    core = require_log(log)._core
    digest = hashlib.sha256(_HEAD)
    learner = _ranks(core.learner, log.learners, digest)
    item = _ranks(core.item, log.items, digest)
    digest.update(_whole(len(log)))
    columns = {name: np.asarray(getattr(core, name)).astype(kind, copy=False) for name, kind in _TYPES.items()}
    columns["score"] = columns["score"] + np.float32(0.0)  # one zero
    order = _order(learner, item, columns)
    for column in (learner, item, *(columns[name] for name in COLUMNS)):
        digest.update(np.ascontiguousarray(column[order]).data)
    return f"sha256:{digest.hexdigest()}"


def is_one(value: object) -> bool:
    """Whether a value has the form of what `of` returns."""
    head, _, digits = value.partition(":") if isinstance(value, str) else ("", "", "")
    return head == "sha256" and len(digits) == 64 and set(digits) <= set("0123456789abcdef")


def _ranks(codes: npt.NDArray[np.uint32], names: list[str], digest: Any) -> npt.NDArray[np.int64]:
    """Place of every row's name among the sorted names that have a row; these names go into the digest."""
    used = np.flatnonzero(np.bincount(codes, minlength=len(names)))
    in_order = sorted(used.tolist(), key=names.__getitem__)
    digest.update(_whole(len(in_order)))
    for code in in_order:
        name = names[code].encode("utf-8", "surrogatepass")
        digest.update(_whole(len(name)) + name)
    rank = np.zeros(len(names), dtype="<i8")
    rank[in_order] = np.arange(len(in_order))
    return rank[codes]


def _whole(number: int) -> bytes:
    return number.to_bytes(8, "little")


def _order(learner: npt.NDArray[Any], item: npt.NDArray[Any], columns: dict[str, npt.NDArray[Any]]) -> Any:
    """Rows by learner, item and the columns.

    A log has the rows of a learner in time order, so that only answers to one item at one time are left to be told
    apart after a stable sort by the two ids.
    """
    order = _by_ids(learner, item)
    moment = columns["answered_at"][order]
    who, what = learner[order], item[order]
    same = (who[1:] == who[:-1]) & (what[1:] == what[:-1]) & (moment[1:] == moment[:-1])
    if not same.any():
        return order
    tied = np.concatenate(([False], same)) | np.concatenate((same, [False]))
    rows = order[tied]
    keys = [columns[name][rows] for name in reversed(COLUMNS)]
    order[tied] = rows[np.lexsort((*keys, item[rows], learner[rows]))]
    return order


def _by_ids(learner: npt.NDArray[Any], item: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Stable order by learner, then item: passes of 16 bits, which NumPy sorts by counting."""
    order = np.arange(len(learner))
    for key in (item, learner):
        left = int(key.max(initial=0))
        shift = 0
        while left >> shift:
            digits = (key[order] >> shift).astype(np.uint16)
            order = order[np.argsort(digits, kind="stable")]
            shift += 16
    return order
