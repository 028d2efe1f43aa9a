"""The one table of keys: each field of a class of rules says its kind, its meaning and its default.

Reading, writing, the check of unknown keys, the JSON schema and the table of docs/how-to/cohort-file.md come from it.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, cast

from .kinds import Kind, ListOf, MisfitError, Table


@dataclass(frozen=True)
class Part:
    """A key of a table of the file, and field of the object."""

    name: str
    kind: Kind
    doc: str
    default: Any
    without: str
    """What holds without the key, in words."""

    @property
    def required(self) -> bool:
        """Whether there is no default."""
        return self.default is dataclasses.MISSING

    @property
    def tables(self) -> type[Any] | None:
        """The class of rules that the key holds one or more of; None for plain values."""
        kind = self.kind.kind if isinstance(self.kind, ListOf) else self.kind
        return kind.rules if isinstance(kind, Table) else None

    def read(self, value: Any) -> Any:
        """The value in its one form."""
        if value is None and self.default is None:
            return None
        try:
            return self.kind.read(value)
        except MisfitError as error:
            raise error.under(self.name) from None


def key(kind: Kind, doc: str, default: Any = dataclasses.MISSING, without: str = "") -> Any:
    """A field with what the file says of it; None as default leaves it open, and ``without`` tells what holds then."""
    facts = {"kind": kind, "doc": doc, "without": without}
    if dataclasses.is_dataclass(default):
        return dataclasses.field(default_factory=lambda: default, metadata=facts)
    return dataclasses.field(default=default, metadata=facts)


def parts(rules: type[Any]) -> tuple[Part, ...]:
    """The keys of a class of rules, in order."""
    return _parts(cast(Hashable, rules))


@functools.cache
def _parts(rules: Any) -> tuple[Part, ...]:
    return tuple(
        Part(
            one.name,
            one.metadata["kind"],
            one.metadata["doc"],
            one.default_factory() if one.default_factory is not dataclasses.MISSING else one.default,
            one.metadata["without"],
        )
        for one in dataclasses.fields(rules)
        if "kind" in one.metadata
    )


def written(rules: Any) -> list[tuple[Part, str]]:
    """The keys that say more than their defaults, each with its value in TOML."""
    found = []
    for part in parts(type(rules)):
        value = getattr(rules, part.name)
        if part.required or value != part.default:
            found.append((part, part.kind.toml(value)))
    return found


@dataclass(frozen=True)
class Rules:
    """A table of the cohort file as an object; its fields are the keys."""

    def __post_init__(self) -> None:
        try:
            for part in parts(type(self)):
                object.__setattr__(self, part.name, part.read(getattr(self, part.name)))
            self._check()
        except MisfitError as error:
            raise error.told_of(type(self).__name__) from None

    def _check(self) -> None:
        """Refuse values that do not fit together: a MisfitError."""
