"""Where time zones are read from: the folders that the compiled core searches on behalf of Python."""

from __future__ import annotations

import importlib.util
import os
import zoneinfo
from pathlib import Path


def tzdata_path() -> str | None:
    """Return the folder of zone files inside the ``tzdata`` package, or None when the package is not installed."""
    spec = importlib.util.find_spec("tzdata")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / "zoneinfo"
    return str(folder) if folder.is_dir() else None


def search_paths() -> list[str]:
    """Return the folders to search for TZif files, in order.

    First the folder that ``PERDURE_TZDIR`` names, when it is set; then ``zoneinfo.TZPATH`` (the system's folders, or
    those of ``PYTHONTZPATH``); last the ``tzdata`` package, so that zones are found where the system has none. Folders
    that do not exist stay in the list: the core skips them and names them in its error message.
    """
    own = os.environ.get("PERDURE_TZDIR")
    package = tzdata_path()
    return [*([own] if own else []), *zoneinfo.TZPATH, *([package] if package else [])]
