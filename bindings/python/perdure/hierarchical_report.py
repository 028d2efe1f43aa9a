"""What a hierarchical fit did, for people and for files."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from . import _report_fields, _report_text
from ._report_fields import Fits, is_count, is_list_of, is_number, is_number_or_none, is_table_of, is_text


@dataclass(frozen=True, repr=False)
class HierarchicalReport:
    """Outcome of a fit of many groups.

    Attributes
    ----------
    status : str
        As in `FitReport`; ``converged`` when one more step promises next to nothing for any group.
    reason : str
        One sentence.
    pooling : str
        How groups were pooled.
    answers : int
        Answers that the objective predicts: those a day or more after the last one on their card.
    log_loss : float or None
        Mean over those, each by its group's parameters, in nats; None without answers.
    objective_path : tuple of float
        After every pass: with partial pooling minus the log marginal likelihood (Laplace's approximation, so that it
        need not fall), else log loss sum plus prior.
    evaluations : float
        Passes over the answers; one over a part of them counts as that part.
    rounds : int
        Updates of the cohort's covariance.
    group_answers, group_status, group_log_loss : tuple
        By group: predicted answers, status (``no_data`` without any: the group has the mean), mean log loss or None.
    mean_errors : dict of str to float or None
        Standard errors of the cohort's mean.
    learned_groups : dict of str to float
        How many groups' worth of answers speak of a parameter's variance between groups; where few do, that variance
        is a common multiple of the published ones.
    warnings : tuple of str
        What the answers could not tell, in sentences.
    seconds : float or None
        Wall time; None in a model that was loaded from a file.
    """

    status: str
    reason: str
    pooling: str
    answers: int
    log_loss: float | None
    objective_path: tuple[float, ...]
    evaluations: float
    rounds: int
    group_answers: tuple[int, ...]
    group_status: tuple[str, ...]
    group_log_loss: tuple[float | None, ...]
    mean_errors: dict[str, float | None]
    learned_groups: dict[str, float]
    warnings: tuple[str, ...]
    seconds: float | None = None

    @classmethod
    def of(cls, facts: dict[str, Any], names: list[str], pooling: str, seconds: float) -> HierarchicalReport:
        """From what the compiled fit returns."""
        return cls(
            status=facts["status"],
            reason=_of_groups(facts["reason"]),
            pooling=pooling,
            answers=sum(facts["answers"]),
            log_loss=_known(facts["log_loss"]),
            objective_path=tuple(facts["objective_path"]),
            evaluations=facts["evaluations"],
            rounds=facts["rounds"],
            group_answers=tuple(facts["answers"]),
            group_status=tuple(facts["statuses"]),
            group_log_loss=tuple(map(_known, facts["log_losses"].tolist())),
            mean_errors=dict(zip(names, map(_known, facts["mean_errors"].tolist()), strict=True)),
            learned_groups=dict(zip(names, facts["learned"], strict=True)),
            warnings=tuple(map(_of_groups, facts["warnings"])),
            seconds=seconds,
        )

    @classmethod
    def from_dict(cls, values: Any) -> HierarchicalReport:
        """From what `to_dict` returned; InputError names a key that does not fit."""
        return cls(**_report_fields.checked(values, _FITS, set(_FITS) - {"seconds"}))

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return asdict(self)

    def __repr__(self) -> str:
        return _report_text.short(self)

    def __str__(self) -> str:
        return _report_text.plain(self._summary(), [], self.warnings)

    def _repr_html_(self) -> str:
        return _report_text.html(self._summary(), [], self.warnings)

    def _summary(self) -> list[str]:
        counts = {status: self.group_status.count(status) for status in dict.fromkeys(self.group_status)}
        states = ", ".join(f"{count:,} {status.replace('_', ' ')}" for status, count in counts.items()) or "no answers"
        groups = _report_text.counted(len(self.group_status), "group")
        answers = _report_text.counted(self.answers, "answer")
        loss = "" if self.log_loss is None else f", log loss {self.log_loss:.4f}"
        return [
            f"{self.status.replace('_', ' ')} after {self.evaluations:.1f} passes: {self.reason}",
            f"{groups} ({states}), {answers}{loss}",
        ]


def _of_groups(sentence: str) -> str:
    """What the compiled part calls segments are groups here."""
    return sentence.replace("segment", "group")


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


_FITS: dict[str, Fits] = {
    "status": is_text,
    "reason": is_text,
    "pooling": is_text,
    "answers": is_count,
    "log_loss": is_number_or_none,
    "objective_path": is_list_of(is_number),
    "evaluations": is_number,
    "rounds": is_count,
    "group_answers": is_list_of(is_count),
    "group_status": is_list_of(is_text),
    "group_log_loss": is_list_of(is_number_or_none),
    "mean_errors": is_table_of(is_number_or_none),
    "learned_groups": is_table_of(is_number),
    "warnings": is_list_of(is_text),
    "seconds": is_number_or_none,
}
