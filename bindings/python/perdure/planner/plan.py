"""A plan, and what it is worth."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .._files import replacing
from .._frames import to_kind
from ..cohort import Cohort
from ..errors import InputError
from ..plan_calendar import PlanCalendar
from ..plan_table import plain, read_csv, write_csv, write_parquet
from .explain import Explanation, explain


@dataclass(frozen=True)
class Plan:
    """Who is asked what, and when.

    Attributes
    ----------
    table : pyarrow.Table
        A row for each question and step, texts as dictionary codes (`perdure.plan_table.CODED`); see `to_frame`.
    uncovered_table : pyarrow.Table
        Objectives that stay without a question; see `uncovered`.
    certificate : dict
        What the plan is worth, as plain data: `value` (mean recall that the goals weigh), `ci` (95 %), `upper_bound`
        that no plan of no more questions exceeds, `gap` and `share_of_gain` (of the bound, and of what asking can
        gain), `no_review`, `residual` of the bound, `policy` and `policies` compared, `model`, `binding` caps with
        their prices. All of it is relative to the model, which is an assumption.
    first, last : date
        The days that were planned, both included.
    not_due : int
        Objectives without a question that stay above the target all the same.
    model : fitted model
        That it was made with.
    changes_table : pyarrow.Table, optional
        What differs from the plan made before; None without one. See `changes`.
    """

    cohort: Cohort
    table: pa.Table
    uncovered_table: pa.Table
    certificate: dict[str, Any]
    first: dt.date
    last: dt.date
    not_due: int
    kind: str = "path"
    model: Any = None
    changes_table: pa.Table | None = None

    @classmethod
    def read(cls, folder: str | os.PathLike[str], cohort: Cohort) -> Plan:
        """The plan in a folder that `perdure plan` wrote, to be replanned or explained.

        What is not in its files is empty: uncovered objectives, changes, the model.

        Raises
        ------
        InputError
            plan.csv or certificate.json is missing, or is no such file.
        """
        table, certificate = read_csv(Path(folder) / "plan.csv"), read_certificate(Path(folder) / "certificate.json")
        try:
            first, last = (dt.date.fromisoformat(certificate[name]) for name in ("first", "last"))
        except (KeyError, TypeError, ValueError):
            raise InputError(
                "says not which days were planned",
                source=str(Path(folder) / "certificate.json"),
                expected="first and last, as `perdure plan` writes them",
            ) from None
        return cls(cohort, table, pa.table({}), certificate, first, last, 0)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def to_frame(self) -> Any:
        """One row a question or step, by date, learner and course; docs/how-to/cohort-file.md has the columns."""
        return to_kind(plain(self.table), self.kind)

    @property
    def uncovered(self) -> Any:
        """Objectives of learners that stay below the target with no question: learner, objective, recall, reason."""
        return to_kind(self.uncovered_table, self.kind)

    @property
    def changes(self) -> Any:
        """What differs from the plan made before: learner, course, objective, change, dates, recall, reason.

        None where there was none. A change is a question added, moved to another date, or dropped.
        """
        return None if self.changes_table is None else to_kind(self.changes_table, self.kind)

    def explain(self, learner: str, objective: str | None = None, date: dt.date | None = None) -> list[Explanation]:
        """Why a learner is asked what on which day; see `perdure.planner.explain.explain`."""
        return explain(self.table, self.certificate, learner, objective, date)

    def workload(self) -> dict[str, dict[str, int]]:
        """By date: questions, learners with a contact, and the organisation's capacity where it has one."""
        own = self.table.select(["date", "learner", "item"]).group_by("date")
        counts = own.aggregate([("item", "count"), ("learner", "count_distinct")]).sort_by("date").to_pylist()
        found = {}
        for row in counts:
            day = row["date"]
            found[day.isoformat()] = {"questions": row["item_count"], "learners": row["learner_count_distinct"]}
            capacity = self.cohort.organisation.capacity(day)
            if capacity is not None:
                found[day.isoformat()]["capacity"] = capacity
        return found

    def summary(self) -> dict[str, Any]:
        """Counts as plain data: questions, learners, first and last day, not_due, uncovered, rows by kind."""
        items, kinds = self.table["item"], pc.value_counts(self.table["kind"]).to_pylist()
        return {
            "questions": len(self) - items.null_count,
            "learners": len(pc.unique(self.table["learner"])),
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "not_due": self.not_due,
            "uncovered": self.uncovered_table.num_rows,
            "by_kind": dict(sorted((one["values"], one["counts"]) for one in kinds)),
        }

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the rows as CSV, replaced in one step: numbers with at most six decimals."""
        write_csv(self.table, path)

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Write the rows as Parquet, replaced in one step."""
        write_parquet(self.table, path)

    def to_ical(self, path: str | os.PathLike[str], previous: Plan | None = None) -> None:
        """Write the group feed as iCalendar, with updates and cancellations against a plan that subscribers have."""
        PlanCalendar(self.table, self.cohort, self.first, previous.table if previous else None).write(path)

    def to_feeds(self, folder: str | os.PathLike[str], previous: Plan | None = None) -> list[Path]:
        """Write an iCalendar feed for each learner, named after them, each replaced in one step; returns the files."""
        before = previous.table if previous else None
        return PlanCalendar(self.table, self.cohort, self.first, before).write_feeds(folder)

    def write_certificate(self, path: str | os.PathLike[str]) -> None:
        """Write the certificate as JSON, replaced in one step."""
        text = json.dumps(self.certificate, indent=2, ensure_ascii=False, allow_nan=False)
        with replacing(Path(path)) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")


def read_certificate(path: Path) -> dict[str, Any]:
    """The certificate in a file; InputError for what is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"cannot be read: {reason}", source=str(path), expected="a certificate (JSON)") from None
    if not isinstance(found, dict):
        raise InputError("no certificate", source=str(path), expected="an object in JSON")
    return found
