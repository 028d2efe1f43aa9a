"""The review log: valid answers as columns, in order, with an account of how they were read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from . import _core
from ._frames import to_kind
from ._progress import reporting
from ._zones import search_paths
from .errors import InputError
from .readers import RawTable, read_table
from .report import ImportReport

PASS_MARK = 0.5
"""A score from here on counts as a success where a log has only scores."""

UTC_MS = pa.timestamp("ms", tz="UTC")


class ReviewLog:
    """Answers of learners to items: what `read_answers` returns.

    Rows keep the order of the source when that is in time order for every learner; otherwise they are sorted by time
    and the report counts those that were out of order. Rows are valid, and none repeats another.

    Attributes
    ----------
    report : ImportReport
        What became of every row of the source.
    learners, items : list of str
        Ids, in the order in which they first appear in the source.
    """

    def __init__(
        self,
        core: Any,
        learners: list[str],
        items: list[str],
        more: dict[str, pa.Array],
        report: ImportReport,
        kind: str,
    ) -> None:
        self._core = core
        self.learners = learners
        self.items = items
        self._more = more
        self.report = report
        self._kind = kind
        self._histories: dict[str, Any] = {}

    def __len__(self) -> int:
        return len(self._core)

    def __getstate__(self) -> dict[str, Any]:
        core = self._core
        columns = (core.learner, core.item, core.answered_at, core.shown_at, core.score, core.grade)
        return {**self.__dict__, "_core": columns, "_histories": {}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._core = _from_columns(state["_core"])

    def __repr__(self) -> str:
        return f"ReviewLog({len(self)} answers, {len(self.learners)} learners, {len(self.items)} items)"

    @property
    def first_answered_at(self) -> dt.datetime:
        """Time of the earliest answer, UTC."""
        return _moment(int(self._times().min()))

    @property
    def last_answered_at(self) -> dt.datetime:
        """Time of the latest answer, UTC."""
        return _moment(int(self._times().max()))

    def _times(self) -> npt.NDArray[np.int64]:
        if len(self) == 0:
            raise InputError("no answers", source="log", expected="at least one answer")
        times: npt.NDArray[np.int64] = self._core.answered_at
        return times

    @property
    def success(self) -> npt.NDArray[np.uint8]:
        """1 where the answer was right, else 0; one per row."""
        right: npt.NDArray[np.uint8] = (self._core.grade > 1).astype(np.uint8)
        return right

    def skills_of_items(self) -> dict[str, str]:
        """Skills of every item, several joined by ``|``, from the first row that names any; else empty."""
        skills = self._more.get("skills")
        if skills is None:
            return {}
        codes = self._core.item
        named = pc.invert(pc.is_null(skills)).to_numpy(zero_copy_only=False)
        found, first_row = np.unique(codes[named], return_index=True)
        rows = np.flatnonzero(named)[first_row]
        values = skills.take(pa.array(rows)).to_pylist()
        return {self.items[code]: value for code, value in zip(found.tolist(), values, strict=True)}

    def to_frame(self) -> Any:
        """Canonical columns, one row an answer, in the log's row order; in the kind that came in (pandas for a path).

        Columns: learner, item, then skills where known, answered_at and shown_at (UTC timestamps), score in [0, 1],
        success (0 or 1), grade (1 to 4), and whatever of response_ms, kind, tz, confidence, attempt, source, course,
        session the source has.
        """
        core = self._core
        columns: dict[str, pa.Array] = {
            "learner": pa.array(self.learners, pa.string()).take(pa.array(core.learner)),
            "item": pa.array(self.items, pa.string()).take(pa.array(core.item)),
        }
        if "skills" in self._more:
            columns["skills"] = self._more["skills"]
        columns["answered_at"] = pa.array(core.answered_at).cast(UTC_MS)
        columns["shown_at"] = pa.array(core.shown_at).cast(UTC_MS)
        columns["score"] = self._more["score"]
        columns["success"] = pa.array(self.success.astype(np.int8))
        columns["grade"] = pa.array(core.grade)
        columns.update((name, values) for name, values in self._more.items() if name not in columns)
        return to_kind(pa.table(columns), self._kind)

    def histories(self, elapsed_rule: str) -> Any:
        """Rows grouped by learner × item with elapsed days under a rule; kept, since models share it."""
        if elapsed_rule not in self._histories:
            try:
                rule = _core.time.ElapsedRule(str(elapsed_rule), search_paths())
            except ValueError as error:
                raise InputError(str(error), source="elapsed") from None
            self._histories[elapsed_rule] = _core.data.Histories(self._core, rule)
        return self._histories[elapsed_rule]

    def where(self, mask: npt.NDArray[np.bool_]) -> ReviewLog:
        """The rows for which ``mask`` is true, with the same learners, items and report."""
        core = self._core
        if np.shape(mask) != (len(self),) or np.asarray(mask).dtype != np.bool_:
            raise InputError("not one truth value a row", source="mask", expected=f"a bool array of {len(self)} rows")
        rows = np.flatnonzero(mask)
        columns = (core.learner, core.item, core.answered_at, core.shown_at, core.score, core.grade)
        part = _from_columns(tuple(column[rows] for column in columns))
        more = {name: values.filter(pa.array(mask)) for name, values in self._more.items()}
        return ReviewLog(part, self.learners, self.items, more, self.report, self._kind)


def _from_columns(columns: tuple[npt.NDArray[Any], ...]) -> Any:
    """A compiled log from columns that came out of one: valid, in order, none a repetition."""
    return _core.data.import_answers(*columns, np.arange(len(columns[0]), dtype=np.uint32))[0]


def require_log(log: Any) -> ReviewLog:
    """Refuse, by name, what is no review log."""
    if not isinstance(log, ReviewLog):
        raise InputError(
            "not a review log", source="log", value=type(log).__name__, expected="what perdure.read_answers returns"
        )
    return log


def read_answers(
    source: Any,
    columns: Mapping[str, str] | None = None,
    tz: str | None = None,
    *,
    errors: Literal["raise", "skip"] = "raise",
    progress: bool | Callable[[int, int, str], object] | None = None,
) -> ReviewLog:
    """Read a log of answers.

    Parameters
    ----------
    source : path or table
        CSV, TSV, Parquet or JSON Lines, each also gzipped; a pandas or Polars frame, any object with
        ``__arrow_c_stream__``, or a dict of arrays. Common layouts are recognized (docs/how-to/read-a-log.md).
        Needed: learner, item, answered_at, and one of success, score or grade; a flashcard export without a learner
        is one learner.
    columns : mapping, optional
        Canonical name to source column: ``{"learner": "email"}``.
    tz : str, optional
        IANA zone of times without a UTC offset. Without it such times are refused.
    errors : {"raise", "skip"}
        What a row that cannot be used does: raise (default), or be left out and stand in the report.
    progress : bool or callable, optional
        True draws a bar; a callable gets ``(bytes_read, bytes_in_all, text)``.

    Returns
    -------
    ReviewLog
        ``log.report`` accounts for every row of the source.

    Raises
    ------
    InputError
        A source or, with ``errors="raise"``, a row that cannot be used: file, row, column, value and what was expected.

    Examples
    --------
    >>> log = read_answers({"learner": ["ann", "ann"], "item": ["q1", "q1"],
    ...                     "answered_at": ["2026-03-02T09:00:00Z", "2026-04-02T09:00:00Z"], "success": [1, 0]})
    >>> len(log), log.report.accepted
    (2, 2)
    """
    if errors not in ("raise", "skip"):
        raise InputError("unknown choice", source="errors", value=errors, expected="'raise' or 'skip'")
    with reporting(progress or False, "Reading") as report:

        def on_bytes(done: int, total: int) -> None:
            report(done, total, "Reading")

        raw = read_table(source, columns, tz, on_bytes if progress else None)
    return _build(raw, errors)


def _build(raw: RawTable, errors: str) -> ReviewLog:
    grade, score = _outcomes(raw)
    learner, learners = _codes(raw.learner)
    item, items = _codes(raw.item)
    attempt = _codes(raw.extra["attempt"].fill_null(""))[0] if "attempt" in raw.extra else None
    core, facts = _core.data.import_answers(
        learner, item, raw.answered_at, raw.shown_at, score.astype(np.float32), grade, attempt
    )

    findings = raw.findings
    for row, sentence in facts["rejected"]:
        findings.add("rejected", sentence, [raw.row[row]])
    findings.add("duplicate", "repeats an earlier row in every column that counts", raw.row[facts["duplicates"]])
    reordered, mistimed = raw.row[facts["reordered"]], raw.row[facts["mistimed"]]
    reason = "out of order: earlier than a row before it of the same learner"
    findings.add("repaired", reason, reordered, column="answered_at")
    reason = "shown before the last answer to the same item: the answer's own time stands in"
    findings.add("repaired", reason, mistimed, column="shown_at")
    problem = findings.first_error()
    if problem is not None and errors == "raise":
        raise problem
    if len(core) == 0:
        raise problem or InputError(
            "no answers",
            source=raw.source,
            value=f"{findings.rows} rows" if findings.rows else None,
            expected="at least one answer",
        )

    rows = pa.array(core.source_row)
    more: dict[str, pa.Array] = {"score": pa.array(score).take(rows)}
    if raw.skills is not None:
        more["skills"] = raw.skills.take(rows)
    if raw.response_ms is not None:
        more["response_ms"] = pa.array(raw.response_ms, from_pandas=True).take(rows)
    if raw.kind_column is not None:
        more["kind"] = raw.kind_column.take(rows)
    more.update((name, values.take(rows)) for name, values in raw.extra.items())
    return ReviewLog(core, learners, items, more, ImportReport(findings, raw.layout, raw.kind), raw.kind)


def _outcomes(raw: RawTable) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float64]]:
    """Grade and score of every row, each from what the row has: grade first, then success, then score."""
    n = len(raw)
    given = np.zeros(n, dtype=np.int8) if raw.grade is None else raw.grade
    success = np.full(n, -1, dtype=np.int8) if raw.success is None else raw.success
    score = np.full(n, np.nan) if raw.score is None else raw.score
    right = np.where(given > 0, given > 1, np.where(success >= 0, success == 1, score >= PASS_MARK))
    grade = np.where(given > 0, given, np.where(right, 3, 1)).astype(np.uint8)
    return grade, np.where(np.isnan(score), right.astype(np.float64), score)


def _codes(ids: pa.Array) -> tuple[npt.NDArray[np.uint32], list[str]]:
    """Codes in order of first appearance, and the ids they stand for."""
    encoded = ids.cast(pa.string()).dictionary_encode()
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.uint32), encoded.dictionary.to_pylist()


def _moment(ms: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=ms)
