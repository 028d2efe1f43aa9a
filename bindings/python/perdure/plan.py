"""A plan: who is asked what, and when."""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from ._files import replacing
from ._frames import to_kind

SCHEMA = pa.schema(
    [
        ("learner", pa.string()),
        ("item", pa.string()),
        ("skill", pa.string()),
        ("date", pa.date32()),
        ("kind", pa.string()),
        ("predicted_recall", pa.float64()),
        ("gain", pa.float64()),
        ("reason", pa.string()),
    ]
)


@dataclass(frozen=True)
class Plan:
    """Who is asked what, and when.

    Attributes
    ----------
    table : pyarrow.Table
        The plan; see `to_frame`.
    first, last : date
        The days that were planned, both included.
    not_due : int
        Pairs whose recall stays above the target to the end; they need no question.
    """

    table: pa.Table
    uncovered_table: pa.Table
    first: dt.date
    last: dt.date
    not_due: int
    kind: str = "path"

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def to_frame(self) -> Any:
        """One row a question, ordered by date, learner and recall.

        Columns: learner, item, skill (several joined by ``|``), date, kind (``quiz``), predicted_recall on that day
        before the question, gain (expected rise of recall on the plan's last day because of it), reason.
        """
        return to_kind(self.table, self.kind)

    @property
    def uncovered(self) -> Any:
        """Pairs that need a question before the end and have none: learner, item, skill, due (date), reason."""
        return to_kind(self.uncovered_table, self.kind)

    def summary(self) -> dict[str, Any]:
        """Counts as plain data: questions, learners, first and last day, not_due, uncovered, questions by outcome."""
        reasons = Counter(text.split(":", 1)[0] for text in self.table["reason"].to_pylist())
        return {
            "questions": len(self),
            "learners": len(set(self.table["learner"].to_pylist())),
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "not_due": self.not_due,
            "uncovered": self.uncovered_table.num_rows,
            "by_reason": dict(sorted(reasons.items())),
        }

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the plan as CSV, replaced in one step: the columns of `to_frame`, recall and gain with six decimals."""
        with replacing(Path(path)) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(SCHEMA.names)
            for row in zip(*(self.table[name].to_pylist() for name in SCHEMA.names), strict=True):
                learner, item, skill, date, kind, recall, gain, reason = row
                writer.writerow(
                    [learner, item, skill or "", date.isoformat(), kind, f"{recall:.6f}", f"{gain:.6f}", reason]
                )
