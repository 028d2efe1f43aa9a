"""The table of keys for others: as JSON schema, for editors and validators, and as rows for the documentation."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

from .cohort import Cohort
from .keys import Part, parts
from .kinds import Choice, Number, Whole, join

DRAFT = "https://json-schema.org/draft/2020-12/schema"
HEAD = "cohort"


def schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12) of a cohort file, read as JSON: dates and times are text.

    It sees types, ranges, unknown and missing keys. What a key means beside others (names, prerequisites, caps that
    exclude each other) only `Cohort` sees.
    """
    known = parts(Cohort)
    head = _object([part for part in known if not part.tables])
    body = _object([part for part in known if part.tables])
    definitions = {rules.__name__: _object(parts(rules)) for rules in _rules(Cohort)}
    return {
        "$schema": DRAFT,
        "title": "Perdure cohort file",
        **body,
        "properties": {HEAD: {"description": "who and when", **head}, **body["properties"]},
        "required": [HEAD],
        "$defs": dict(sorted(definitions.items())),
    }


def key_rows() -> list[tuple[str, str, str, str]]:
    """Key, type and range, default and meaning of every key, in order of the file."""
    found = []
    for part in parts(Cohort):
        where = part.name if part.tables else join(HEAD, part.name)
        found += list(_key_rows(where, part))
    return found


def _key_rows(where: str, part: Part) -> Iterator[tuple[str, str, str, str]]:
    expected = part.kind.words if isinstance(part.kind, Choice | Number | Whole) else part.kind.type
    yield f"`{where}`", expected, _default(part), part.doc
    for inner in parts(part.tables) if part.tables else ():
        yield from _key_rows(join(where, inner.name), inner)


def _default(part: Part) -> str:
    if part.required:
        return "required"
    if part.without:
        return part.without
    if dataclasses.is_dataclass(part.default):
        return "its defaults"
    if part.default in ("", ()):
        return "none"
    return f"`{part.kind.toml(part.default)}`"


def _object(known: Any) -> dict[str, Any]:
    required = [part.name for part in known if part.required]
    return {
        "type": "object",
        "properties": {part.name: _property(part) for part in known},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _property(part: Part) -> dict[str, Any]:
    found = {"description": part.doc.replace("`", ""), **part.kind.schema()}
    plain = not part.required and part.default is not None and part.tables is None
    return {**found, "default": _json(part.default)} if plain else found


def _json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_json(one) for one in value]
    return value.strftime("%H:%M") if isinstance(value, dt.time) else value


def _rules(rules: type[Any]) -> Iterator[type[Any]]:
    """The classes of rules below one, each once."""
    seen: dict[type[Any], None] = {}
    waiting = [rules]
    while waiting:
        for part in parts(waiting.pop()):
            if part.tables and part.tables not in seen:
                seen[part.tables] = None
                waiting.append(part.tables)
    yield from seen
