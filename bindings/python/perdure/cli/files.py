"""Files that appear whole or not at all.

Everything is written beside its target under a temporary name and moved into place in one step. An error, Ctrl-C or
SIGTERM in between removes the temporary file; a reader of the target sees the old content or the new, never a part.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from perdure._files import beside, is_special, replacing
from perdure.errors import InputError

__all__ = ["replacing", "require_writable", "require_writable_folder", "staged_folder"]


def require_writable(path: Path) -> None:
    """Refuse, before any long work, a target that cannot be written."""
    if path.is_dir():
        raise InputError("this is a folder", source=str(path), expected="the name of a file to write")
    if not is_special(path):
        _require_parent(path)


def require_writable_folder(folder: Path) -> None:
    """Refuse a folder that cannot be made or written."""
    if folder.exists() and not folder.is_dir():
        raise InputError("this is a file", source=str(folder), expected="a folder")
    if folder.is_dir() and not os.access(folder, os.W_OK):
        raise InputError("no permission to write in this folder", source=str(folder))
    _require_parent(folder)


def _require_parent(path: Path) -> None:
    parent = path.resolve().parent
    if not parent.is_dir():
        raise InputError(
            f"the folder {path.parent} does not exist", source=str(path), expected="a place in a folder that exists"
        )
    if not os.access(parent, os.W_OK) and not path.exists():
        raise InputError(f"no permission to write in {path.parent}", source=str(path))


@contextlib.contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Yield a temporary folder to fill; its files land in `folder` when the block ends well.

    A new `folder` appears in one step. In one that exists each file is replaced in one step, and other files stay.
    """
    target = folder.resolve()
    temporary = beside(target)
    try:
        temporary.mkdir()
        yield temporary
        if target.is_dir():
            for path in sorted(path for path in temporary.rglob("*") if path.is_file()):
                place = target / path.relative_to(temporary)
                place.parent.mkdir(parents=True, exist_ok=True)
                path.replace(place)
        else:
            temporary.replace(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
