"""Groups of a fit: labels of the answers of a log, and states by several groups' parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from . import _core, _threads
from .errors import InputError
from .log import ReviewLog

if TYPE_CHECKING:
    from .hierarchical import Hierarchical

Floats = npt.NDArray[np.float64]

NO_LABEL = -1

Owners = tuple[str, list[str], npt.NDArray[np.uint32]]
"""Whose the labels are where they are not the rows' own: "learner" or "item", the ids, and the code of every row's."""


@dataclass(frozen=True)
class Labels:
    """Code of every row's label, -1 for none, and the labels that codes stand for."""

    code: npt.NDArray[np.int64]
    names: list[str]
    owners: Owners | None = None

    def used(self) -> tuple[npt.NDArray[np.uint32], list[str]]:
        """Codes of the labels that rows have, and those labels, in order; InputError for a row without one."""
        missing = np.flatnonzero(self.code == NO_LABEL)
        if len(missing):
            expected = "a label for every answer of the fit"
            row = int(missing[0])
            if self.owners is None:
                raise InputError("no label", source="by", row=row, row_word="row", expected=expected)
            kind, ids, of_row = self.owners
            more = len(np.unique(of_row[missing])) - 1
            others = f" and {more} more" if more else ""
            raise InputError(f"no label for {kind} {ids[of_row[row]]!r}{others}", source="by", expected=expected)
        used, code = np.unique(self.code, return_inverse=True)
        return code.astype(np.uint32), [self.names[i] for i in used.tolist()]

    def places(self, known: dict[str, int]) -> npt.NDArray[np.uint32]:
        """Where each row's label stands among the known ones; their number for an unknown label, or for none."""
        place = np.array([*(known.get(name, len(known)) for name in self.names), len(known)], dtype=np.uint32)
        return np.ascontiguousarray(place[self.code])  # -1 is the last


def kind_of(log: ReviewLog, by: Any) -> str:
    """What labels belong to: a mapping's ``"learner"`` or ``"item"``; else the name of a column."""
    if isinstance(by, str):
        return by
    if not isinstance(by, Mapping):
        raise InputError(
            "neither a column nor a mapping",
            source="by",
            value=by,
            expected="a column of the log, as 'learner' or 'course', or {learner or item: label}",
        )
    for kind, ids in (("learner", log.learners), ("item", log.items)):
        if any(one in by for one in ids):
            return kind
    raise InputError("maps neither learners nor items of the log", source="by", expected="{id: label, ...}")


def as_text(by: Any) -> Any:
    """A column, or a mapping with its labels as text, as `labels_of` takes them; what has no label is left out."""
    if not isinstance(by, Mapping):
        return by
    return {one: str(label) for one, label in by.items() if label is not None}


def labels_of(log: ReviewLog, by: Any, kind: str) -> Labels:
    """Labels of every row of a log."""
    core = log._core
    if isinstance(by, Mapping):
        ids, code = (log.learners, core.learner) if kind == "learner" else (log.items, core.item)
        return _by_id([by.get(one) for one in ids], code, (kind, ids, code))
    if by == "learner":
        return Labels(core.learner.astype(np.int64), log.learners)
    if by == "item":
        return Labels(core.item.astype(np.int64), log.items)
    if by == "skills" and "skills" in log._more:
        skills = log.skills_of_items()
        return _by_id([skills.get(item) for item in log.items], core.item, ("item", log.items, core.item))
    if by not in log._more:
        expected = ", ".join(["learner", "item", *(name for name in log._more if name != "score")])
        raise InputError("the log has no such column", source="by", value=by, expected=expected)
    encoded = pa.array(log._more[by]).cast(pa.string()).dictionary_encode()
    codes = encoded.indices.fill_null(NO_LABEL).to_numpy(zero_copy_only=False)
    return Labels(codes.astype(np.int64), encoded.dictionary.to_pylist())


def _by_id(labels: list[Any], code: npt.NDArray[np.uint32], owners: Owners) -> Labels:
    """Labels of rows from those of their ids; None is no label."""
    names = list(dict.fromkeys(str(label) for label in labels if label is not None))
    place = {name: i for i, name in enumerate(names)}
    of_id = np.array([NO_LABEL if label is None else place[str(label)] for label in labels], dtype=np.int64)
    return Labels(of_id[code], names, owners)


class StatesOfGroups:
    """What `States` asks of a model, for states of several groups."""

    def __init__(self, model: Hierarchical, rows: npt.NDArray[np.uint32]) -> None:
        self._entry = model._entry
        self.elapsed_rule = model.elapsed_rule
        self._model = model
        self._rows = rows

    def recall(self, state: tuple[Any, ...], elapsed_days: Floats, threads: int | None = None) -> Floats:
        """Recall of all states, ``elapsed_days`` after their last answer."""
        recalled: Floats = _core.grouped.recall(
            *self._model._name, state, elapsed_days, self._model._table(), self._rows, _threads.resolve(threads)
        )
        return recalled

    def same_memory(self, other: object) -> bool:
        """A plan takes the states of a single model."""
        raise InputError(
            "states of several groups", source="states", value=self, expected="those of Hierarchical.of(group)"
        )

    def __repr__(self) -> str:
        return repr(self._model)


def group_of_cards(histories: Any, codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Code of every card's group from those of its rows; InputError where they are not one."""
    try:
        groups: npt.NDArray[np.uint32] = _core.grouped.group_of_cards(histories, codes)
    except ValueError as error:
        raise InputError(
            str(error), source="by", expected="what is the same for all answers of a learner to an item"
        ) from None
    return groups
