"""What a fit did, for people and for files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class FitReport:
    """Outcome of a fit.

    Attributes
    ----------
    status : str
        ``converged``, ``stalled`` (steps became short before the quadratic model was satisfied, as at a kink),
        ``iteration_limit``, ``no_data`` or ``interrupted``.
    reason : str
        One sentence.
    iterations : int
        Accepted steps.
    objective_path : tuple of float
        Log-loss sum plus prior, at the start and after every step; falls.
    answers : int
        Answers that the objective predicts: those a day or more after the last one on their card.
    log_loss, start_log_loss : float
        Mean over those, in nats, at the fitted and at the starting parameters; None without answers.
    predicted_decrease : float
        What one more step promises to take off the objective (nats over all answers); near 0 when converged.
    at_bound : tuple of str
        Parameters that ended on a bound.
    seconds : float or None
        Wall time; None in a model that was loaded from a file, which does not hold it.
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

    @classmethod
    def of(cls, facts: dict[str, Any], names: list[str], seconds: float) -> FitReport:
        """From what the compiled fit returns."""
        path = tuple(facts["objective_path"])
        return cls(
            status=facts["status"],
            reason=facts["reason"],
            iterations=max(0, len(path) - 1),
            objective_path=path,
            answers=facts["answers"],
            log_loss=facts["log_loss"] if facts["answers"] else None,
            start_log_loss=facts["start_log_loss"] if facts["answers"] else None,
            predicted_decrease=facts["predicted_decrease"],
            at_bound=tuple(names[i] for i in facts["at_bound"]),
            seconds=seconds,
        )

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> FitReport:
        """From what `to_dict` returned, with or without ``seconds``; ValueError names a key that does not fit."""
        if not isinstance(values, dict) or set(values) | {"seconds"} != set(_FITS):
            raise ValueError(f"keys must be {', '.join(_FITS)}")
        for name, value in values.items():
            if not _FITS[name](value):
                raise ValueError(f"{name} does not fit, got {value!r}")
        listed: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
        return cls(**listed)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return asdict(self)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_list_of(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list | tuple) and all(fits(element) for element in value)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_number_or_none(value: object) -> bool:
    return value is None or _is_number(value)


_FITS: dict[str, Callable[[object], bool]] = {
    "status": _is_text,
    "reason": _is_text,
    "iterations": _is_count,
    "objective_path": _is_list_of(_is_number),
    "answers": _is_count,
    "log_loss": _is_number_or_none,
    "start_log_loss": _is_number_or_none,
    "predicted_decrease": _is_number,
    "at_bound": _is_list_of(_is_text),
    "seconds": _is_number_or_none,
}
