"""Memory of every learner × item, and what it predicts for a date."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from . import _core
from ._frames import to_kind
from ._zones import search_paths
from .errors import InputError
from .log import UTC_MS, ReviewLog

if TYPE_CHECKING:
    from .models import MemoryModel

Moment = str | dt.date | dt.datetime


class States:
    """One row per learner × item that the log holds, ordered by learner and item as they first appear.

    Attributes
    ----------
    learner, item : int arrays, shape (n,)
        Positions in ``learners`` and ``items``.
    answers, lapses : int arrays
        Answers so far, and how many were wrong.
    last_answered_at : int64 array
        Milliseconds since 1970-01-01 UTC.
    state : tuple of float32 arrays
        State columns of the model.
    """

    def __init__(self, model: MemoryModel, log: ReviewLog, columns: dict[str, Any]) -> None:
        self.model = model
        self.learners, self.items = log.learners, log.items
        self.learner: npt.NDArray[np.uint32] = columns["learner"]
        self.item: npt.NDArray[np.uint32] = columns["item"]
        self.answers: npt.NDArray[np.uint32] = columns["answers"]
        self.lapses: npt.NDArray[np.uint32] = columns["lapses"]
        self.last_answered_at: npt.NDArray[np.int64] = columns["last_answered_at"]
        self.state: tuple[npt.NDArray[np.float32], ...] = columns["state"]
        self._skills = log.skills_of_items()
        self._kind = log._kind
        self._log = log if getattr(model, "covariance_", None) is not None else None  # bands walk the answers again

    def __len__(self) -> int:
        return len(self.learner)

    def to_frame(self) -> Any:
        """Columns learner, item, skills where known, answers, lapses, last_answered_at (UTC), and the model's state."""
        columns = self._ids()
        columns["answers"] = pa.array(self.answers)
        columns["lapses"] = pa.array(self.lapses)
        columns["last_answered_at"] = pa.array(self.last_answered_at).cast(UTC_MS)
        for field, values in zip(self.model._entry["state"], self.state, strict=True):
            columns[field["name"]] = pa.array(values)
        return to_kind(pa.table(columns), self._kind)

    def retention(self, at: Moment, tz: str = "UTC", level: float | None = 0.95, threads: int | None = None) -> Any:
        """Predicted recall of every learner × item at a moment, with bounds.

        Parameters
        ----------
        at : str, date or datetime
            ISO 8601. A date is its first moment; a time without an offset is local; both in ``tz``.
        tz : str
            IANA zone.
        level : float, optional
            Share of the bounds that should hold the recall, in (0, 1); None leaves them out, which saves replaying
            every card with derivatives.
        threads : int, optional
            The result does not depend on it.

        Returns
        -------
        frame
            Columns learner, item, skills where known, elapsed_days since the last answer by the model's elapsed rule,
            recall in [0, 1], and, for a model with `covariance_`, low and high: how far recall could lie elsewhere
            because the parameters come from a finite log (see `MemoryModel.predict_interval`).

        Raises
        ------
        InputError
            Not a date; an unknown zone; a moment before the last answer (states hold what was known after it); a level
            outside (0, 1).
        """
        moment_ms = self._moment(at, tz)
        moments = np.full(len(self), moment_ms, dtype=np.int64)
        days = _core.time.elapsed(self.model.elapsed_rule, self.last_answered_at, moments, search_paths())
        columns = self._ids()
        columns["elapsed_days"] = pa.array(days)
        recall = self.model.recall(self.state, days, threads=threads).astype(np.float64)
        columns["recall"] = pa.array(recall)
        if level is not None and self._log is not None:
            bounds = self.model.bounds(self._log, days, recall, level, threads)
            columns.update(zip(("low", "high"), map(pa.array, bounds), strict=True))
        return to_kind(pa.table(columns), self._kind)

    def skills(self) -> list[str | None]:
        """Skills of every row's item, None where the log names none."""
        by_code = [self._skills.get(item) for item in self.items]
        return [by_code[code] for code in self.item.tolist()]

    def _moment(self, at: Moment, tz: str) -> int:
        return instant_from(at, tz, int(self.last_answered_at.max(initial=0)))

    def _ids(self) -> dict[str, pa.Array]:
        columns = {
            "learner": pa.array(self.learners, pa.string()).take(pa.array(self.learner)),
            "item": pa.array(self.items, pa.string()).take(pa.array(self.item)),
        }
        if self._skills:
            columns["skills"] = pa.array(self.skills(), pa.string())
        return columns


def instant_from(at: Moment, tz: str, latest: int, timespec: str = "seconds") -> int:
    """`instant` of a moment that is no earlier than the last answer of a log, at ``latest`` ms. Else InputError."""
    moment = instant(at, tz)
    if moment < latest:
        last = dt.datetime.fromtimestamp(latest / 1000, dt.UTC).isoformat(timespec=timespec)
        raise InputError("before the last answer of the log", source="at", value=str(at), expected=f"{last} or later")
    return moment


def instant(at: Moment, tz: str, source: str = "at") -> int:
    """Milliseconds since 1970-01-01 UTC of a date or time, in ``tz`` unless it names an offset. Else InputError."""
    zone = None
    if tz != "UTC":  # looking for zone files takes longer than all the rest
        try:
            zone = _core.time.Zone(str(tz), search_paths())
        except ValueError as error:
            raise InputError(str(error), source="tz") from None
    moment = at
    if isinstance(at, str):
        try:
            moment = dt.datetime.fromisoformat(at.strip())
        except ValueError:
            raise InputError(
                "not a date", source=source, value=at, expected="2026-12-31, or 2026-12-31T09:00+01:00"
            ) from None
    elif not isinstance(at, dt.date):
        raise InputError("not a date", source=source, value=at, expected="text, a date or a datetime")
    if moment != moment:  # pandas.NaT
        raise InputError("not a date", source=source, value=str(at), expected="a date or a datetime")
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time())  # type: ignore[arg-type]
    if moment.year >= 2200:
        raise InputError("out of range", source=source, value=str(at), expected="a time before 2200")
    wall = (moment.replace(tzinfo=dt.UTC) - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(milliseconds=1)
    offset = moment.utcoffset()
    if offset is not None:
        return wall - offset // dt.timedelta(milliseconds=1)
    if zone is None or moment.year < 1970:  # before every log, in any zone
        return wall
    return int(zone.to_utc(wall)[0])
