"""Files that appear whole or not at all, and never in the place of a file that the command reads.

Everything is written beside its target under a temporary name and moved into place in one step. An error, Ctrl-C or
SIGTERM in between removes the temporary file; a reader of the target sees the old content or the new, never a part.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from perdure._files import (
    beside,
    followed,
    is_special,
    naming,
    naming_always,
    replacing,
    require_parent,
    unwritable,
    writable_target,
)
from perdure.errors import InputError

__all__ = ["refuse_inputs", "replacing", "require_writable", "require_writable_folder", "staged_folder"]


def refuse_inputs(out: Path, *inputs: Path) -> None:
    """Refuse, before any long work, an output that is one of the files the command reads, through links too."""
    for given in inputs:
        try:
            same = out.is_file() and out.samefile(given)
        except OSError:  # one of the two cannot be looked at: whoever reads or writes it says so
            continue
        if same:
            raise InputError(
                f"this is the input {given}, which would be overwritten",
                source=str(out),
                expected="another place for the output",
            )


def require_writable(path: Path) -> None:
    """Refuse, before any long work, a target that cannot be written."""
    target = writable_target(path)
    if not is_special(path) and not os.access(target.parent, os.W_OK):
        raise InputError(f"no permission to write in {path.parent}", source=str(path))


def require_writable_folder(folder: Path, *names: str) -> None:
    """Refuse a folder that cannot be made or written, or in which one of the files `names` cannot be."""
    try:
        target = followed(folder)
        if target.is_dir():
            _require_room(folder, target, names)
            return
        if target.exists():
            raise InputError("this is a file", source=str(folder), expected="a folder")
    except OSError as error:
        raise unwritable(folder, error) from error
    require_parent(folder, target)
    if not os.access(target.parent, os.W_OK):
        raise InputError(f"no permission to write in {folder.parent}", source=str(folder))


def _require_room(folder: Path, target: Path, names: tuple[str, ...]) -> None:
    if not os.access(target, os.W_OK):
        raise InputError("no permission to write in this folder", source=str(folder))
    for name in names:
        if (target / name).is_dir():
            raise InputError("this is a folder", source=str(folder / name), expected="a place for a file")


@contextlib.contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Yield a temporary folder to fill; its files land in `folder` when the block ends well.

    A new `folder` appears in one step. In one that exists each file is replaced in one step, and other files stay.

    Raises
    ------
    InputError
        `folder` or a file in it cannot be written; it names that place and the reason.
    """
    with naming_always(folder):
        target = followed(folder)
        # Inside a folder that exists: its parent may be closed to us, or another file system.
        temporary = beside(target / "perdure" if target.is_dir() else target)
    try:
        with naming_always(folder):
            temporary.mkdir()
        with naming(folder, temporary):
            yield temporary
        if target.is_dir():
            _move_files(temporary, folder, target)
        else:
            with naming_always(folder):
                temporary.replace(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _move_files(temporary: Path, folder: Path, target: Path) -> None:
    """Move every file of `temporary` into `target`, which the caller calls `folder`; none when one has no place."""
    names = [path.relative_to(temporary) for path in sorted(temporary.rglob("*")) if path.is_file()]
    with naming_always(folder):
        _require_room(folder, target, tuple(str(name) for name in names))
    for name in names:
        with naming_always(folder / name):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (temporary / name).replace(target / name)
