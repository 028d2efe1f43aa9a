"""What every model offers."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from .errors import InputError
from .log import ReviewLog

Progress = bool | Callable[[int, int, str], object]
Values = npt.NDArray[np.float64]


class Estimator(ABC):
    """What every model offers: a fit, one probability per row, and its settings by keyword."""

    id: ClassVar[str]

    @abstractmethod
    def fit(self, log: ReviewLog, progress: Progress = False, threads: int | None = None) -> Self:
        """Learn from a log."""

    @abstractmethod
    def predict_sequence(self, log: ReviewLog) -> Values:
        """Probability of a right answer for every row, from strictly earlier rows."""

    @property
    def row_name(self) -> str:
        """What a comparison calls this model."""
        return self.id

    if not TYPE_CHECKING:  # what a type checker finds, it should find by its declaration

        def __getattr__(self, name: str) -> Any:
            if name.endswith("_") and not name.startswith("_"):
                problem = f"{type(self).__name__} has no {name}: it was not fitted, or its file does not hold it"
                raise AttributeError(problem, name=name, obj=self)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Constructor arguments as they are stored (scikit-learn)."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **params: Any) -> Self:
        """Change constructor arguments; InputError for one that does not exist (scikit-learn)."""
        known = self.get_params()
        for name, value in params.items():
            if name not in known:
                raise InputError(
                    f"unknown parameter of {type(self).__name__}", value=name, expected=", ".join(known) or "none"
                )
            setattr(self, name, value)
        return self

    def unfitted(self) -> Self:
        """A new estimator with the same arguments."""
        return type(self)(**self.get_params())

    def __repr__(self) -> str:
        given = {name: value for name, value in self.get_params().items() if value is not None}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in given.items())})"
