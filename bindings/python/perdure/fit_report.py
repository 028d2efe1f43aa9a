"""What a fit did and how far to trust it, for people and for files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from . import _report_fields, _report_text
from ._frames import to_kind
from ._report_fields import (
    Fits,
    is_count,
    is_interval_or_none,
    is_list_of,
    is_number,
    is_number_or_none,
    is_table_of,
    is_text,
)

LITTLE_LEARNED = 0.1
"""A parameter of which the answers removed a smaller share of the prior's variance is called mostly the prior."""

Numbers = dict[str, float | None]
Interval = tuple[float, float]


@dataclass(frozen=True, repr=False)
class FitReport:
    """Outcome of a fit. Dicts go by the names of parameters.

    Attributes
    ----------
    status : str
        ``converged``, ``stalled`` (none of the steps tried lowers the objective, though more is promised: at a kink),
        ``iteration_limit``, ``no_data`` or ``interrupted`` (the best so far).
    reason : str
        One sentence.
    iterations : int
        Steps taken, those of warm and second starts included; of Adam, batches.
    objective_path : tuple of float
        Log-loss sum plus prior, at the start and after every step; falls.
    answers : int
        Answers that the objective predicts: those a day or more after the last one on their card.
    log_loss, start_log_loss : float
        Mean over those, in nats, at the fitted and at the starting parameters; None without answers.
    predicted_decrease : float
        What one more step promises to take off the objective (nats over all answers); near 0 when converged.
    at_bound : tuple of str
        Parameters that are held on a bound.
    seconds : float or None
        Wall time; None in a model that was loaded from a file, which does not hold it.
    evaluations : float
        Passes over the answers; one over a part of them counts as that part.
    effective_answers : float
        How many answers of equal weight say as much; `answers` where none is weighted.
    gradient_norm : float or None
        Euclidean norm of the objective's gradient over what can move. Small when converged, but at a kink that of one
        of its sides; `predicted_decrease` is the measure to go by.
    parameters, defaults : dict of str to float
        Fitted and default values.
    standard_errors : dict of str to float or None
        From the inverse of Fisher information plus prior; None for a parameter on a bound or one that nothing
        determines.
    intervals : dict of str to (float, float) or None
        95 % interval, within the bounds; of a parameter in days on the log scale.
    learned : dict of str to float
        Share of the prior's variance that the answers removed: 0 says that the value is the prior's, 1 that it is the
        answers'.
    correlation : tuple of tuples of float
        Of the estimates, in the order of `parameters`; empty where there are no standard errors.
    warnings : tuple of str
        What the answers could not tell, in sentences.
    """

    status: str
    reason: str
    iterations: int
    objective_path: tuple[float, ...]
    answers: int
    log_loss: float | None
    start_log_loss: float | None
    predicted_decrease: float
    at_bound: tuple[str, ...]
    seconds: float | None = None
    evaluations: float = 0.0
    effective_answers: float = 0.0
    gradient_norm: float | None = None
    parameters: dict[str, float] = field(default_factory=dict)
    defaults: dict[str, float] = field(default_factory=dict)
    standard_errors: Numbers = field(default_factory=dict)
    intervals: dict[str, Interval | None] = field(default_factory=dict)
    learned: dict[str, float] = field(default_factory=dict)
    correlation: tuple[tuple[float, ...], ...] = ()
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, facts: dict[str, Any], specs: Sequence[dict[str, Any]], seconds: float) -> FitReport:
        """From what the compiled fit returns, and the catalog's description of the parameters."""
        names = [spec["name"] for spec in specs]
        path = tuple(facts["objective_path"])
        none = [math.nan] * len(names)
        ends = zip(facts["low"] or none, facts["high"] or none, strict=True)
        return cls(
            status=facts["status"],
            reason=facts["reason"],
            iterations=facts["iterations"],
            objective_path=path,
            answers=facts["answers"],
            log_loss=facts["log_loss"] if facts["answers"] else None,
            start_log_loss=facts["start_log_loss"] if facts["answers"] else None,
            predicted_decrease=facts["predicted_decrease"],
            at_bound=tuple(names[i] for i in facts["at_bound"]),
            seconds=seconds,
            evaluations=facts["evaluations"],
            effective_answers=facts["effective_answers"],
            gradient_norm=facts["gradient_norm"],
            parameters=dict(zip(names, facts["parameters"].tolist(), strict=True)),
            defaults={spec["name"]: float(spec["init"]) for spec in specs},
            standard_errors=dict(zip(names, map(_known, facts["standard_errors"] or none), strict=True)),
            intervals=dict(zip(names, (None if math.isnan(low) else (low, high) for low, high in ends), strict=True)),
            learned=dict(zip(names, facts["learned"] or [0.0] * len(names), strict=True)),
            correlation=correlation_of(facts["covariance"], len(names)),
            warnings=tuple(facts["warnings"]),
        )

    @classmethod
    def from_dict(cls, values: dict[str, Any], **more: Any) -> FitReport:
        """From what `to_dict` returned.

        Keys that older files lack may be missing; InputError names a key that does not fit. ``more`` are fields that
        the caller has from elsewhere.
        """
        return cls(**{**_report_fields.checked(values, _FITS, _NEEDED), **more})

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return asdict(self)

    def to_frame(self) -> Any:
        """One row a parameter (pandas).

        Columns parameter, value, default, se (standard error), low and high (95 % interval), learned (share of the
        prior's variance that the answers removed), at_bound, and note, which says in a word what to make of it.
        """
        rows = self._rows()
        columns = {
            name: pa.array([row[name] for row in rows], kind)
            for name, kind in (
                ("parameter", pa.string()),
                *((name, pa.float64()) for name in ("value", "default", "se", "low", "high", "learned")),
                ("at_bound", pa.bool_()),
                ("note", pa.string()),
            )
        }
        return to_kind(pa.table(columns), "pandas")

    def __repr__(self) -> str:
        return _report_text.short(self)

    def __str__(self) -> str:
        return _report_text.plain(self._summary(), self._rows(), self.warnings)

    def _repr_html_(self) -> str:
        return _report_text.html(self._summary(), self._rows(), self.warnings)

    def _summary(self) -> list[str]:
        steps = _report_text.counted(self.iterations, "step")
        lines = [f"{self.status.replace('_', ' ')} after {steps}: {self.reason}"]
        counted = _report_text.counted(self.answers, "answer")
        if abs(self.effective_answers - self.answers) >= 0.5:
            counted += f" (worth {self.effective_answers:,.0f} of equal weight)"
        if self.log_loss is not None and self.start_log_loss is not None:
            counted += f", log loss {self.log_loss:.4f} (at the start {self.start_log_loss:.4f})"
        return [*lines, counted]

    def _rows(self) -> list[dict[str, Any]]:
        return [self._row(name) for name in self.parameters]

    def _row(self, name: str) -> dict[str, Any]:
        interval = self.intervals.get(name)
        return {
            "parameter": name,
            "value": self.parameters[name],
            "default": self.defaults.get(name),
            "se": self.standard_errors.get(name),
            "low": interval[0] if interval else None,
            "high": interval[1] if interval else None,
            "learned": self.learned.get(name),
            "at_bound": name in self.at_bound,
            "note": self._note(name),
        }

    def _note(self, name: str) -> str:
        if name in self.at_bound:
            return "at a bound"
        if self.standard_errors.get(name) is None:
            return "not determined" if self.correlation else ""
        return "mostly the prior" if self.learned.get(name, 1.0) < LITTLE_LEARNED else ""


def correlation_of(covariance: npt.NDArray[np.float64] | None, size: int) -> tuple[tuple[float, ...], ...]:
    """Correlations of a covariance in one column, row after row; 0 beside a parameter that does not vary."""
    if covariance is None:
        return ()
    matrix = covariance.reshape(size, size)
    sd = np.sqrt(np.diag(matrix))
    scale = np.outer(sd, sd)
    correlation = np.clip(np.divide(matrix, scale, out=np.zeros_like(matrix), where=scale > 0), -1.0, 1.0)
    np.fill_diagonal(correlation, 1.0)
    return tuple(tuple(row) for row in correlation.tolist())


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


_FITS: dict[str, Fits] = {
    "status": is_text,
    "reason": is_text,
    "iterations": is_count,
    "objective_path": is_list_of(is_number),
    "answers": is_count,
    "log_loss": is_number_or_none,
    "start_log_loss": is_number_or_none,
    "predicted_decrease": is_number,
    "at_bound": is_list_of(is_text),
    "seconds": is_number_or_none,
    "evaluations": is_number,
    "effective_answers": is_number,
    "gradient_norm": is_number_or_none,
    "parameters": is_table_of(is_number),
    "defaults": is_table_of(is_number),
    "standard_errors": is_table_of(is_number_or_none),
    "intervals": is_table_of(is_interval_or_none),
    "learned": is_table_of(is_number),
    "correlation": is_list_of(is_list_of(is_number)),
    "warnings": is_list_of(is_text),
}
_NEEDED = set(list(_FITS)[: list(_FITS).index("seconds")])
