"""Cohort files: TOML to objects and back, by the table of keys."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .._files import replacing
from ..errors import InputError
from .cohort import Cohort
from .keys import Part, parts, written
from .kinds import Kind, ListOf, MisfitError, Table, did_you_mean, join

HEAD = "cohort"
"""The table of the keys that no other table holds."""
AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def read(source: str) -> Cohort:
    """The cohort of a file."""
    try:
        text = Path(source).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", source=source, expected="a cohort file in TOML") from None
    except ValueError as error:
        raise InputError(f"not TOML: {error}", source=source, expected="a cohort file in TOML") from None
    return of_document(_document(text, source), source)


def of_document(document: Mapping[str, Any], source: str) -> Cohort:
    """The cohort of a document as `tomllib` gives it."""
    known = [part for part in parts(Cohort) if part.tables]
    _only_known(source, "", document, [HEAD, *(part.name for part in known)])
    head = _table(source, HEAD, document.get(HEAD, {}))
    plain = [part for part in parts(Cohort) if not part.tables]
    values = _values(source, HEAD, head, plain)
    for part in known:
        if part.name in document:
            values[part.name] = _value(source, part.name, document[part.name], part.kind)
    return Cohort(**values, source=source)


def write(cohort: Cohort, path: str | os.PathLike[str] | None) -> str:
    """The text of a cohort, and its file when there is a path."""
    heads, tables, lists = [], [], []
    for part, text in written(cohort):
        if part.tables is None:
            heads.append(f"{part.name} = {text}")
        elif isinstance(part.kind, ListOf):
            lists += [_entry(f"[[{part.name}]]", one) for one in getattr(cohort, part.name)]
        else:
            tables.append(_entry(f"[{part.name}]", getattr(cohort, part.name)))
    text = "\n".join(["\n".join([f"[{HEAD}]", *heads]) + "\n", *tables, *lists])
    if path is not None:
        with replacing(Path(path)) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")
    return text


def _entry(title: str, rules: Any) -> str:
    """A table and its keys; lists of tables that have a name of their own follow as tables below it."""
    lines, below = [title], []
    for part, text in written(rules):
        if part.tables is not None and _named(part):
            name = title.strip("[]")
            below += [_entry(f"[[{name}.{part.name}]]", one) for one in getattr(rules, part.name)]
        else:
            lines.append(f"{part.name} = {text}")
    return "\n".join(["\n".join(lines) + "\n", *below])


def _named(part: Part) -> bool:
    return isinstance(part.kind, ListOf) and part.name == "skills"


def _document(text: str, source: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = AT.search(str(error))
        line = int(found[1]) if found and found[1] else None
        content = text.splitlines()[line - 1].strip() if line and line <= len(text.splitlines()) else None
        problem = AT.sub("", str(error)) or str(error)
        date = "date" in problem
        raise InputError(
            f"not TOML: {problem[0].lower()}{problem[1:]}",
            source=source,
            row=line,
            value=content,
            expected="a day that the calendar has, such as 2026-02-28" if date else "a cohort file in TOML",
        ) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"not TOML: {error}", source=source, expected="a cohort file in TOML") from None


def _values(source: str, where: str, table: Mapping[str, Any], known: list[Part]) -> dict[str, Any]:
    _only_known(source, where, table, [part.name for part in known])
    values = {}
    for part in known:
        if part.name in table:
            values[part.name] = _value(source, join(where, part.name), table[part.name], part.kind)
        elif part.required:
            raise InputError("missing", source=f"{source}, key {join(where, part.name)}", expected=part.kind.words)
    return values


def _value(source: str, where: str, value: Any, kind: Kind) -> Any:
    """A value with its tables as objects; the objects themselves check what is no table."""
    if isinstance(kind, Table):
        return _object(source, where, value, kind.rules)
    if isinstance(kind, ListOf) and isinstance(kind.kind, Table):
        if not isinstance(value, list):
            raise _misfit(source, where, value, kind.words)
        return tuple(_object(source, f"{where}[{n}]", one, kind.kind.rules) for n, one in enumerate(value, 1))
    if isinstance(kind, ListOf) and not isinstance(value, list):
        raise _misfit(source, where, value, kind.words)
    return value


def _object(source: str, where: str, value: Any, rules: type[Any]) -> Any:
    values = _values(source, where, _table(source, where, value), list(parts(rules)))
    try:
        return rules(**values)
    except MisfitError as error:
        raise error.told_of(source, where) from None


def _table(source: str, where: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _misfit(source, where, value, "a table of keys and values")
    return value


def _only_known(source: str, where: str, table: Mapping[str, Any], known: list[str]) -> None:
    for name in table:
        if name not in known:
            expected = ", ".join(known) + did_you_mean(name, known)
            raise InputError("unknown key", source=f"{source}, key {join(where, name)}", expected=expected)


def _misfit(source: str, where: str, value: Any, expected: str) -> InputError:
    return InputError("does not fit", source=f"{source}, key {where}", value=value, expected=expected)
