"""The table of a plan: its columns, and its files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq

from ._files import replacing
from .cohort.events import STEP_KINDS
from .errors import InputError

QUESTION_KINDS = ("quiz", "review-quiz", "group-session")
"""Kinds with one row a question; a review quiz that has nothing to ask is one row without an item."""
KINDS = ("quiz", *STEP_KINDS, "group-session")

SCHEMA = pa.schema(
    [
        ("learner", pa.string()),
        ("course", pa.string()),  # empty where the cohort names none
        ("item", pa.string()),  # null for steps without a question
        ("skill", pa.string()),  # the objective; null where the item is one
        ("date", pa.date32()),  # on the cohort's clock
        ("time", pa.string()),  # HH:MM, on the learner's clock
        ("kind", pa.string()),  # one of KINDS
        ("predicted_recall", pa.float64()),  # before the question
        ("gain", pa.float64()),
        ("price", pa.float64()),  # of the place in the session, in recall points of the goal
        ("prerequisites_met", pa.date32()),  # when the last of the skills that this one requires was first asked
        ("reason", pa.string()),
    ]
)

CODES = {
    "learner": pa.int32(),
    "course": pa.int16(),
    "item": pa.int32(),
    "skill": pa.int32(),
    "time": pa.int16(),
    "kind": pa.int16(),
    "reason": pa.int32(),
}


def _coded(field: pa.Field) -> pa.DataType:
    if field.name in CODES:
        return pa.dictionary(CODES[field.name], field.type)
    return pa.float32() if pa.types.is_floating(field.type) else field.type


CODED = pa.schema([(field.name, _coded(field)) for field in SCHEMA])
"""The same columns as plans keep them in memory: texts as codes, numbers in half the room."""

ROWS_OF_A_BLOCK = 65_536
DECIMALS = 6
NEEDS_QUOTES = '[",\r\n]'


def coded(table: pa.Table) -> pa.Table:
    """Rows as plans keep them, from rows with plain columns."""
    columns = []
    for field in CODED:
        column = table[field.name].combine_chunks()
        if field.name in CODES:
            codes = column.dictionary_encode()
            column = pa.DictionaryArray.from_arrays(codes.indices.cast(CODES[field.name]), codes.dictionary)
        columns.append(column.cast(field.type))
    return pa.table(columns, CODED)


def plain(table: pa.Table) -> pa.Table:
    """Rows with plain columns (`SCHEMA`)."""
    return table.cast(SCHEMA)


def write_csv(table: pa.Table | Iterable[pa.RecordBatch], path: str | os.PathLike[str]) -> None:
    """Write a plan as CSV, block by block, replaced in one step: UTF-8, numbers with at most six decimals.

    Nothing, and an empty text, are an empty field; quotes stand only where a text needs them.
    """
    with replacing(Path(path)) as temporary, temporary.open("wb") as file:
        file.write((",".join(SCHEMA.names) + "\n").encode())
        for block in _blocks(table):
            lines = pc.binary_join_element_wise(
                *(_texts(column) for column in block.columns), ",", null_handling="replace", null_replacement=""
            )
            whole = pa.ListArray.from_arrays([0, len(lines)], lines)
            file.write(pc.binary_join(whole, "\n")[0].as_buffer())
            file.write(b"\n")


def write_parquet(table: pa.Table | Iterable[pa.RecordBatch], path: str | os.PathLike[str]) -> None:
    """Write a plan as Parquet, a row group a block, replaced in one step."""
    with (
        replacing(Path(path)) as temporary,
        temporary.open("wb") as file,
        pq.ParquetWriter(file, SCHEMA, compression="zstd") as writer,
    ):
        for block in _blocks(table):
            writer.write_batch(block)


def read_csv(path: str | os.PathLike[str]) -> pa.Table:
    """The rows of a plan's CSV file, as plans keep them (`CODED`); InputError for what is none."""
    types = {field.name: field.type for field in SCHEMA}
    try:
        convert = csv.ConvertOptions(
            column_types=types,
            include_columns=SCHEMA.names,
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )
        table = csv.read_csv(path, convert_options=convert)
    except (OSError, pa.ArrowInvalid, pa.ArrowKeyError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"cannot be read: {reason}", source=str(path), expected="a plan by `perdure plan`") from None
    course = SCHEMA.get_field_index("course")
    return coded(table.set_column(course, SCHEMA.field(course), pc.fill_null(table["course"], "")))


def _blocks(table: pa.Table | Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Blocks with rows; InputError for columns that are not those of a plan."""
    for block in table.to_batches(ROWS_OF_A_BLOCK) if isinstance(table, pa.Table) else table:
        if block.schema.equals(CODED):
            block = pa.RecordBatch.from_arrays(
                [column.cast(field.type) for column, field in zip(block.columns, SCHEMA, strict=True)], schema=SCHEMA
            )
        if not block.schema.equals(SCHEMA):
            names = ", ".join(f"{field.name} {field.type}" for field in SCHEMA)
            raise InputError("has other columns", source="table", value=block.schema.names, expected=names)
        if block.num_rows:
            yield block


def _texts(column: pa.Array) -> pa.Array:
    """A column as fields of a CSV file."""
    if pa.types.is_floating(column.type):
        return pc.add(pc.round(column, DECIMALS), 0.0).cast(pa.string())  # 0.0: no -0
    if not pa.types.is_string(column.type):
        return column.cast(pa.string())
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(column, '"', '""'), '"', "")
    return pc.if_else(pc.match_substring_regex(column, NEEDS_QUOTES), quoted, column)
