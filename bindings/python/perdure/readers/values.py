"""Column conversions: text, numbers, and the small vocabularies of grades, outcomes and kinds."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import InputError

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]

MISSING = ("", "NaN", "nan", "NaT", "NULL", "null", "None", "<NA>", "N/A", "#N/A")
"""Texts that stand for no value, as spreadsheets and data frames write them."""

_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_EXACT_FLOAT = 2.0**53

GRADES = {"again": 1, "hard": 2, "good": 3, "easy": 4}
SUCCESSES = {
    **dict.fromkeys(("true", "t", "yes", "y", "correct", "right", "pass", "passed"), 1),
    **dict.fromkeys(("false", "f", "no", "n", "incorrect", "wrong", "fail", "failed"), 0),
}


def as_text(column: pa.Array | pa.ChunkedArray, source: str, name: str) -> pa.StringArray:
    """Return a column as one string array; whole floats lose their ``.0``, lists are joined by ``|``."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):  # combine_chunks keeps chunks beyond 2 GiB
        raise InputError("column is larger than 2 GiB", source=source, column=name, expected="a smaller file")
    kind = array.type
    if isinstance(array, pa.ExtensionArray):
        return pa.array([None if value is None else str(value) for value in array.to_pylist()], pa.string())
    if pa.types.is_dictionary(kind):
        return as_text(decoded(array), source, name)
    if pa.types.is_string(kind):
        return array
    if pa.types.is_floating(kind):
        return _float_text(array)
    try:
        if pa.types.is_list(kind) or pa.types.is_large_list(kind):
            flat = as_text(array.values, source, name)
            if flat.null_count:  # binary_join would drop the whole list
                return _joined(array, flat)
            lists = pa.ListArray.from_arrays(array.offsets.cast(pa.int32()), flat, mask=array.is_null())
            return pc.binary_join(lists, "|")
        if pa.types.is_duration(kind):
            raise TypeError("its text is a count of an unnamed unit")
        return array.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, TypeError) as error:
        raise InputError(
            f"values of type {kind} cannot be read", source=source, column=name, expected="text, numbers or times"
        ) from error


def _joined(array: pa.ListArray, flat: pa.StringArray) -> pa.StringArray:
    texts, starts = flat.to_pylist(), array.offsets.to_pylist()
    parts = [texts[start:stop] for start, stop in pairwise(starts)]
    joined = ["|".join(text for text in part if text is not None) for part in parts]
    return pc.if_else(array.is_null(), pa.scalar(None, pa.string()), pa.array(joined, pa.string()))


def decoded(array: pa.DictionaryArray) -> pa.Array:
    """Return the values of a dictionary array; text views become text, which Arrow can pick from."""
    values = array.dictionary
    if "string" in str(values.type):
        values = values.cast(pa.string())
    return values.take(array.indices)


def _float_text(array: pa.Array) -> pa.StringArray:
    values = array.cast(pa.float64()).to_numpy(zero_copy_only=False)
    missing = np.isnan(values)
    whole = ~missing & (np.abs(values) < _EXACT_FLOAT) & (np.floor(values) == values)
    text = pc.if_else(
        pa.array(whole),
        pa.array(np.where(whole, values, 0).astype(np.int64)).cast(pa.string()),
        array.cast(pa.string()),
    )
    return pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), text)


def trimmed(text: pa.StringArray) -> pa.StringArray:
    """Return ``text`` without white space around values; null becomes empty."""
    filled = text.fill_null("")
    return pc.utf8_trim_whitespace(filled)


def is_missing(text: pa.StringArray) -> Mask:
    """Return True where there is no value: null, blank, or one of `MISSING`."""
    return mask(pc.is_in(trimmed(text), value_set=pa.array(MISSING)))


def mask(array: pa.Array) -> Mask:
    """Return a boolean Arrow array as NumPy; null counts as False."""
    found: Mask = array.fill_null(False).to_numpy(zero_copy_only=False)
    return found


def numbers(column: pa.Array | pa.ChunkedArray, source: str, name: str) -> tuple[Floats, Mask]:
    """Return (values, readable): float64 with NaN where there is none, and False where the text is no number."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_integer(array.type) or pa.types.is_floating(array.type):
        values = array.cast(pa.float64(), safe=False).fill_null(np.nan).to_numpy(zero_copy_only=False)
        return values, np.ones(len(array), dtype=bool)
    text = trimmed(as_text(array, source, name))
    numeric = pc.match_substring_regex(text, _NUMBER)
    values = pc.if_else(numeric, text, pa.scalar("nan")).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return values, mask(numeric) | is_missing(text)


def coded(text: pa.StringArray, decode: Callable[[str], int | None], absent: int) -> tuple[Codes, Mask]:
    """Return (codes, readable): int8 codes of a small vocabulary, ``absent`` where there is no value.

    ``decode`` sees each distinct text once; None from it means that the text is not in the vocabulary.
    """
    encoded = trimmed(text).dictionary_encode()
    words = encoded.dictionary.to_pylist()
    found = [absent if word in MISSING else decode(word) for word in words]
    table = np.array([absent if code is None else code for code in found] or [absent], dtype=np.int8)
    known = np.array([code is not None for code in found] or [True], dtype=bool)
    index = encoded.indices.to_numpy(zero_copy_only=False)
    return table[index], known[index]


def decode_grade(word: str) -> int | None:
    """Return 1 to 4 for a grade, by number or by name."""
    named = GRADES.get(word.lower().removeprefix("rating."))
    return named if named is not None else _whole(word, 1, 4)


def decode_success(word: str) -> int | None:
    """Return 1 or 0 for an outcome, by number or by word."""
    named = SUCCESSES.get(word.lower())
    return named if named is not None else _whole(word, 0, 1)


def _whole(word: str, low: int, high: int) -> int | None:
    try:
        value = float(word)
    except ValueError:
        return None
    return int(value) if low <= value <= high and value.is_integer() else None
