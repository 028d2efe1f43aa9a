"""Kinds of values of a cohort file: each checks itself, and is told in words, JSON schema and TOML."""

from __future__ import annotations

import datetime as dt
import difflib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from .. import _core
from .._zones import search_paths
from ..errors import InputError

FIRST_YEAR, LAST_YEAR = 1970, 2199


class MisfitError(InputError):
    """A value that does not fit, under a key that is relative to the object that holds it."""

    key = ""

    def told_of(self, owner: str, prefix: str = "") -> MisfitError:
        """The same, with the file or class that holds the key; whoever knows the place in a file may tell it anew."""
        where = join(prefix, self.key)
        source = f"{owner}, key {where}" if where else owner
        told = MisfitError(self.problem, source=source, value=self.value, expected=self.expected)
        told.key = self.key
        return told

    def under(self, prefix: str) -> MisfitError:
        """The same, one level up."""
        return misfit(join(prefix, self.key), self.value, self.expected or "", self.problem)


def misfit(key: str, value: Any, expected: str, problem: str = "does not fit") -> MisfitError:
    """A value that does not fit, and what would have."""
    if problem == "missing":
        shown = None
    elif value is None:
        shown = "nothing"
    else:
        shown = value.isoformat() if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else value
    made = MisfitError(problem, source=f"key {key}", value=shown, expected=expected)
    made.key = key
    return made


def join(prefix: str, key: str) -> str:
    """A key inside another: ``learners[1]`` and ``leave[2].last`` make ``learners[1].leave[2].last``."""
    return f"{prefix}{key}" if not prefix or not key or key.startswith("[") else f"{prefix}.{key}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint at the nearest known name; empty when none is near."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


class Kind(ABC):
    """What a key may hold."""

    type: str
    """Name in tables: text, whole number, date."""

    @property
    @abstractmethod
    def words(self) -> str:
        """What is expected, for messages."""

    @abstractmethod
    def read(self, value: Any) -> Any:
        """The value in its one form, a tuple for a list; a MisfitError when it does not fit."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """JSON schema, of a TOML document whose dates and times became text."""

    @abstractmethod
    def toml(self, value: Any) -> str:
        """The value in TOML, on one line."""


def quoted(text: str) -> str:
    """A basic string of TOML; JSON escapes the same way, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


@dataclass(frozen=True)
class Text(Kind):
    """Text; with ``filled``, not empty."""

    meaning: str = "text"
    filled: bool = False
    type = "text"

    @property
    def words(self) -> str:
        return self.meaning

    def read(self, value: Any) -> Any:
        if not isinstance(value, str) or (self.filled and not value) or any("\ud800" <= c <= "\udfff" for c in value):
            raise misfit("", value, self.words)
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1} if self.filled else {"type": "string"}

    def toml(self, value: Any) -> str:
        return quoted(value)


@dataclass(frozen=True)
class ZoneName(Kind):
    """A name of the IANA database."""

    type = "text"
    words = "an IANA zone, e.g. Europe/Paris"

    def read(self, value: Any) -> Any:
        if not isinstance(value, str) or not value:
            raise misfit("", value, self.words)
        try:
            _core.time.Zone(value, search_paths())
        except ValueError:
            raise misfit("", value, "a known IANA zone, e.g. Europe/Paris") from None
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}

    def toml(self, value: Any) -> str:
        return quoted(value)


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number from ``least`` to ``most``."""

    least: int
    most: int
    type = "whole number"

    @property
    def words(self) -> str:
        return f"a whole number from {self.least} to {self.most}"

    def read(self, value: Any) -> Any:
        if not isinstance(value, Integral) or isinstance(value, bool) or not self.least <= int(value) <= self.most:
            raise misfit("", value, self.words)
        return int(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def toml(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Number(Kind):
    """A number above ``least``, and up to ``most``, which is excluded too when ``open`` says so."""

    least: float
    most: float
    open: bool = False
    type = "number"

    @property
    def words(self) -> str:
        if self.open:
            return f"a number between {self.least:g} and {self.most:g}, both excluded"
        return f"a number above {self.least:g}, at most {self.most:g}"

    def read(self, value: Any) -> Any:
        number = isinstance(value, Real) and not isinstance(value, bool)
        if not number or not self.least < value <= self.most or (self.open and value == self.most):
            raise misfit("", value, self.words)
        return float(value)

    def schema(self) -> dict[str, Any]:
        upper = "exclusiveMaximum" if self.open else "maximum"
        return {"type": "number", "exclusiveMinimum": self.least, upper: self.most}

    def toml(self, value: Any) -> str:
        return repr(value)


@dataclass(frozen=True)
class Day(Kind):
    """A date."""

    type = "date"
    words = "a date such as 2026-12-18"

    def read(self, value: Any) -> Any:
        if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
            raise misfit("", value, self.words)
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise misfit("", value, f"a date from {FIRST_YEAR}-01-01 to {LAST_YEAR}-12-31")
        return value

    def schema(self) -> dict[str, Any]:
        return {
            "type": "string",
            "format": "date",
            "pattern": "^(19[7-9][0-9]|20[0-9]{2}|21[0-9]{2})-[0-9]{2}-[0-9]{2}$",
        }

    def toml(self, value: Any) -> str:
        return str(value.isoformat())


@dataclass(frozen=True)
class Clock(Kind):
    """A time of day, to the minute: ``"09:00"`` in a file, where TOML's own times would need seconds."""

    type = "time"
    words = 'a time of day such as "09:00"'

    def read(self, value: Any) -> Any:
        time = value
        if isinstance(value, str) and len(value) == 5:
            try:
                time = dt.time.fromisoformat(value)
            except ValueError:
                raise misfit("", value, self.words) from None
        if not isinstance(time, dt.time) or time.tzinfo is not None or time.second or time.microsecond:
            raise misfit("", value if isinstance(value, str) else str(value), self.words)
        return time

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:00)?$"}

    def toml(self, value: Any) -> str:
        return quoted(value.strftime("%H:%M"))


@dataclass(frozen=True)
class Choice(Kind):
    """One of a few words."""

    options: tuple[str, ...]
    type = "text"

    @property
    def words(self) -> str:
        return f"one of {', '.join(self.options)}"

    def read(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise misfit("", value, self.words)
        if value not in self.options:
            raise misfit("", value, self.words + did_you_mean(value, self.options))
        return value

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.options)}

    def toml(self, value: Any) -> str:
        return quoted(value)


@dataclass(frozen=True)
class Switch(Kind):
    """True or false."""

    type = "true or false"
    words = "true or false"

    def read(self, value: Any) -> Any:
        if not isinstance(value, bool):
            raise misfit("", value, self.words)
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def toml(self, value: Any) -> str:
        return "true" if value else "false"


@dataclass(frozen=True)
class Table(Kind):
    """An object of a class of rules; in a file, a table with its keys."""

    rules: type[Any]
    type = "table"

    @property
    def words(self) -> str:
        return f"a {self.rules.__name__}"

    def read(self, value: Any) -> Any:
        if not isinstance(value, self.rules):
            raise misfit("", value, self.words)
        return value

    def schema(self) -> dict[str, Any]:
        return {"$ref": f"#/$defs/{self.rules.__name__}"}

    def toml(self, value: Any) -> str:
        from .keys import written

        return "{ " + ", ".join(f"{part.name} = {text}" for part, text in written(value)) + " }"


@dataclass(frozen=True)
class ListOf(Kind):
    """A list; with ``least`` 1, not empty; with ``once``, no value twice."""

    kind: Kind
    least: int = 0
    once: bool = False

    @property
    def type(self) -> str:  # type: ignore[override]
        return f"list of {self.kind.type}" if self.kind.type == "text" else f"list of {self.kind.type}s"

    @property
    def words(self) -> str:
        return "a list of at least one" if self.least else "a list"

    def read(self, value: Any) -> Any:
        if not isinstance(value, tuple | list):
            raise misfit("", value, self.words)
        if len(value) < self.least:
            what = f"one or more of {', '.join(self.kind.options)}" if isinstance(self.kind, Choice) else "at least one"
            raise misfit("", list(value), what)
        read = []
        for number, one in enumerate(value, 1):
            try:
                read.append(self.kind.read(one))
            except MisfitError as error:
                raise error.under(f"[{number}]") from None
        if self.once and len(set(read)) != len(read):
            number, twice = next((i, one) for i, one in enumerate(read, 1) if one in read[: i - 1])
            raise misfit(f"[{number}]", twice, "each once")
        return tuple(read)

    def schema(self) -> dict[str, Any]:
        found: dict[str, Any] = {"type": "array", "items": self.kind.schema()}
        return found | ({"minItems": self.least} if self.least else {}) | ({"uniqueItems": True} if self.once else {})

    def toml(self, value: Any) -> str:
        return "[" + ", ".join(self.kind.toml(one) for one in value) + "]"
