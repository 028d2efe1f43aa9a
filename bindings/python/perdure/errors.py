"""Exceptions of the package: one base class, one class for bad input."""

from __future__ import annotations

from typing import Any

_LONGEST_VALUE = 60
"""Characters of a value shown in a message; a longer value is cut, so that the message stays one line."""


def show(value: object) -> str:
    """Return ``value`` as it appears in a message: its repr, cut to a readable length."""
    text = repr(value).replace("\n", " ")
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 12]}... ({len(text) - 2} characters)"


WITH_PARTS = ("options", "parameters")
"""Arguments whose parts have names, and no columns."""


class PerdureError(Exception):
    """Base of every exception that the package raises on purpose."""


class InputError(PerdureError, ValueError):
    """Bad data or a bad argument: one sentence that says where, what was found and what was expected.

    Parameters
    ----------
    problem : str
        What is wrong, in a few words, without a full stop.
    source : str, optional
        The file or argument.
    row : int, optional
        Row of the source: the line number in a text file (the header is line 1), the 0-based position in a frame.
    column : str, optional
        The column or key, named as in the source.
    value : object, optional
        The value found. ``None`` means that there is none to show.
    expected : str, optional
        What would have been accepted.
    row_word : str
        ``"line"`` for text files, ``"row"`` for frames.
    """

    def __init__(
        self,
        problem: str,
        *,
        source: str | None = None,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
        expected: str | None = None,
        row_word: str = "line",
    ) -> None:
        self.problem = problem
        self.source = source
        self.row = row
        self.column = column
        self.value = value
        self.expected = expected
        self.row_word = row_word
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        where = [self.source] if self.source else []
        if self.row is not None:
            where.append(f"{self.row_word} {self.row}")
        if self.column is not None and self.source in WITH_PARTS:
            where = [f"{self.source}.{self.column}"]
        elif self.column is not None:
            where.append(f"column {self.column!r}")
        sentence = f"{', '.join(where)}: {self.problem}" if where else self.problem
        if self.value is not None:
            sentence += f", got {show(self.value)}"
        if self.expected:
            sentence += f"; expected {self.expected}"
        return sentence

    def __reduce__(self) -> tuple[Any, ...]:
        fields = (self.problem, self.source, self.row, self.column, self.value, self.expected, self.row_word)
        return _rebuild, (type(self), *fields)


def _rebuild(
    kind: type[InputError],
    problem: str,
    source: str | None,
    row: int | None,
    column: str | None,
    value: object,
    expected: str | None,
    row_word: str,
) -> InputError:
    return kind(problem, source=source, row=row, column=column, value=value, expected=expected, row_word=row_word)
