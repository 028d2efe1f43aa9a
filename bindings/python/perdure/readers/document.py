"""A file on its way in: opened, unzipped, with its first bytes for the sniffers and its whole content for a reader."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from ..errors import InputError

Progress = Callable[[int, int], None]
"""Called as ``progress(done_bytes, total_bytes)``, bytes as stored on disk. It may raise to stop the import."""

HEAD_BYTES = 65_536
_STEP_BYTES = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"


class Document:
    """A file to import. Opening it finds the faults that have nothing to do with its format.

    Attributes
    ----------
    path : Path
        Where it is.
    name : str
        The path as the caller wrote it, for messages.
    """

    def __init__(self, path: str | os.PathLike[str], progress: Progress | None = None) -> None:
        self.name = os.fsdecode(path)
        self.path = Path(self.name)
        self._progress = progress
        if not self.name:
            raise InputError("the path is empty", expected="the path of a file of answers")
        try:
            found = self.path.stat()
            mode = found.st_mode
            if stat.S_ISDIR(mode):
                raise InputError("is a directory", source=self.name, expected="a file of answers")
            if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
                raise InputError("is not a regular file", source=self.name, expected="a file of answers")
            self._size = found.st_size
            self._once: bytes | None = None
            with self.path.open("rb") as stream:
                if stat.S_ISFIFO(mode):
                    self._once = stream.read()
                    self._size = len(self._once)
                    self._stored_head = self._once[:HEAD_BYTES]
                else:
                    self._stored_head = stream.read(HEAD_BYTES)
        except OSError as error:
            raise self._unreadable(error) from error
        except ValueError as error:
            if isinstance(error, InputError):
                raise
            raise InputError("is not a path", value=self.name, expected="the path of a file of answers") from error

    @property
    def compressed(self) -> bool:
        """True for gzip, told by content, not by name."""
        return self._stored_head.startswith(_GZIP_MAGIC)

    @cached_property
    def head(self) -> bytes:
        """The first bytes of the (unzipped) content, at most `HEAD_BYTES`."""
        if not self.compressed:
            return self._stored_head
        try:
            return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(self._stored_head, HEAD_BYTES)
        except zlib.error as error:
            raise self._bad_gzip(error) from error

    def content(self) -> bytes:
        """Return the whole (unzipped) content. A gzip file that ends early is refused: nothing is half-read."""
        try:
            with io.BytesIO(self._once) if self._once is not None else self.path.open("rb") as raw:
                if not self.compressed:
                    return self._drain(raw, raw)
                with gzip.GzipFile(fileobj=raw, mode="rb") as stream:
                    return self._drain(stream, raw)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise self._bad_gzip(error) from error
        except OSError as error:
            raise self._unreadable(error) from error

    def _drain(self, stream: io.IOBase, raw: io.IOBase) -> bytes:
        parts: list[bytes] = []
        while part := stream.read(_STEP_BYTES):
            parts.append(part)
            if self._progress is not None:
                self._progress(min(raw.tell(), self._size), self._size)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _bad_gzip(self, error: Exception) -> InputError:
        if isinstance(error, EOFError):
            return InputError("is a truncated gzip file", source=self.name, expected="a complete gzip file")
        return InputError("is a damaged gzip file", source=self.name, expected="a complete gzip file")

    def _unreadable(self, error: OSError) -> InputError:
        if isinstance(error, FileNotFoundError):
            return InputError("there is no such file", source=self.name, expected="the path of a file of answers")
        if isinstance(error, PermissionError):
            return InputError("permission to read it is denied", source=self.name, expected="a readable file")
        return InputError(f"cannot be read ({error.strerror or error})", source=self.name, expected="a readable file")
