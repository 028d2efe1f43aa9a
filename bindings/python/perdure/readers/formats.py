"""The registry of file formats: ours, and those of installed packages (entry-point group ``perdure.readers``)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import Protocol

from .delimited import Delimited, TabSeparated
from .document import Document
from .json_lines import JsonLines
from .parquet import Parquet
from .raw import Choose, Sheet

GROUP = "perdure.readers"


class Reader(Protocol):
    """What a file format must offer.

    ``sniff`` looks at ``document.head`` or ``document.path`` and says whether the file is of this format. ``read`` asks
    ``choose(names)`` which columns to load and returns them as a Sheet, values as they are stored; it raises InputError
    for a file that it cannot read at all, and puts single unreadable rows into the sheet's findings.
    """

    @property
    def id(self) -> str:
        """Short name of the format."""
        ...

    @property
    def extensions(self) -> tuple[str, ...]:
        """File name endings, in lower case with the dot."""
        ...

    def sniff(self, document: Document) -> bool:
        """Return True when the document is of this format."""
        ...

    def read(self, document: Document, choose: Choose) -> Sheet:
        """Return the chosen columns."""
        ...


BUILT_IN: tuple[Reader, ...] = (Parquet(), JsonLines(), TabSeparated(), Delimited())
"""Our formats, in the order in which they are asked; the last one takes whatever text is left."""


def installed() -> list[Reader]:
    """Return the readers that installed packages register: a class, a module or an object with the Reader interface."""
    found: list[Reader] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name):
        loaded = entry.load()
        found.append(loaded() if isinstance(loaded, type) else loaded)
    return found


def detect(document: Document, readers: Sequence[Reader] | None = None) -> Reader:
    """Return the reader for ``document``: what the content says, then what the name says, then CSV."""
    candidates = list(readers) if readers is not None else [*installed(), *BUILT_IN]
    name = document.name.lower().removesuffix(".gz")
    for reader in candidates[:-1]:
        if reader.sniff(document):
            return reader
    if not document.head.strip():
        return next((r for r in candidates if name.endswith(r.extensions)), candidates[-1])
    return candidates[-1]
