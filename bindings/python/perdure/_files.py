"""Files that appear whole or not at all; an error names the path that the caller gave, never a temporary one."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .errors import InputError

NAME_KEPT = 40
"""Characters of the target's name in the temporary one, which must not be longer than a file system allows."""
WRITING_FAILS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS}
"""Errors of a write, which name no file."""


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path to write to; it becomes `path` when the block ends well and is removed otherwise.

    A target that is no regular file (a pipe, `/dev/stdout`) cannot be replaced: it receives the finished bytes.

    Raises
    ------
    InputError
        `path` is a folder or cannot be written; it names `path` and the reason.
    """
    target = writable_target(path)
    if is_special(path):
        with naming_always(path):
            folder = Path(tempfile.mkdtemp())
        temporary = folder / "output"
        try:
            with naming(path, temporary):
                yield temporary
            with naming_always(path), temporary.open("rb") as source, path.open("wb") as sink:
                shutil.copyfileobj(source, sink)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    temporary = beside(target)
    try:
        with naming(path, temporary):
            yield temporary
        with naming_always(path):
            temporary.replace(target)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def writable_target(path: Path) -> Path:
    """Return the file that a write to `path` would make or replace, links followed.

    InputError for a folder, for a loop of links, and for a place in a folder that does not exist.
    """
    try:
        target = followed(path)
        if target.is_dir():
            raise InputError("this is a folder", source=str(path), expected="the name of a file to write")
        if not is_special(path):
            require_parent(path, target)
    except OSError as error:
        raise unwritable(path, error) from error
    return target


def followed(path: Path) -> Path:
    """Return the absolute path with every link followed. OSError for a loop of links."""
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return target


def require_parent(path: Path, target: Path) -> None:
    """InputError when there is no folder to make `target` in; `path` is what the caller called it."""
    if not target.parent.is_dir():
        folder = target.parent if path.is_symlink() else path.parent
        raise InputError(
            f"the folder {folder} does not exist", source=str(path), expected="a place in a folder that exists"
        )


def is_special(path: Path) -> bool:
    """Say whether a target exists and is no regular file."""
    return path.exists() and (not path.is_file() or Path("/dev") in path.absolute().parents)


def beside(target: Path) -> Path:
    """Name a temporary file or folder in the same place as `target`."""
    return target.with_name(f".{target.name[:NAME_KEPT]}.{os.getpid()}-{secrets.token_hex(4)}.tmp")


@contextlib.contextmanager
def naming(path: Path, temporary: Path) -> Iterator[None]:
    """Turn an error about `temporary`, or a file in it, into an InputError that names `path` in its place."""
    try:
        yield
    except OSError as error:
        inner = _inside(error.filename, temporary)
        if inner is None and error.filename is None and error.errno in WRITING_FAILS:
            inner = Path()
        if inner is None:
            raise
        raise unwritable(path / inner, error) from error
    except InputError as error:
        inner = _inside(error.source, temporary)
        if inner is None:
            raise
        raise InputError(
            error.problem,
            source=str(path / inner),
            row=error.row,
            column=error.column,
            value=error.value,
            expected=error.expected,
            row_word=error.row_word,
        ) from error


def unwritable(path: Path, error: OSError) -> InputError:
    """Return the InputError for a path that cannot be written: the path and the reason."""
    reason = error.strerror or str(error) or type(error).__name__
    return InputError(f"cannot be written: {reason[:1].lower()}{reason[1:]}", source=str(path))


@contextlib.contextmanager
def naming_always(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from error


def _inside(name: object, folder: Path) -> Path | None:
    """The path from `folder` to a file that an error names; None for a file elsewhere."""
    if not isinstance(name, str | os.PathLike):
        return None
    path = Path(os.fsdecode(name))
    return path.relative_to(folder) if path.is_relative_to(folder) else None
