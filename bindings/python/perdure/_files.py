"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path to write to; it becomes `path` when the block ends well and is removed otherwise.

    A target that is no regular file (a pipe, `/dev/stdout`) cannot be replaced: it receives the finished bytes.
    """
    if is_special(path):
        with tempfile.TemporaryDirectory() as folder:
            temporary = Path(folder) / "output"
            yield temporary
            with temporary.open("rb") as source, path.open("wb") as sink:
                shutil.copyfileobj(source, sink)
        return
    target = path.resolve()
    temporary = beside(target)
    try:
        yield temporary
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def is_special(path: Path) -> bool:
    """Say whether a target exists and is no regular file."""
    return path.exists() and (not path.is_file() or Path("/dev") in path.absolute().parents)


def beside(target: Path) -> Path:
    """Name a temporary file or folder in the same place as `target`."""
    return target.with_name(f".{target.name}.{os.getpid()}.tmp")
