"""The peers that tests replay through, as fixtures; a peer that is not here skips its tests, saying how to get it.

py-fsrs 6.3.2 and fsrs-rs-python come with the test extra of pyproject.toml. What else there is, tools/peers.sh installs
into build/peers, or into the folder that PERDURE_PEERS names.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import perdure.compat.py_fsrs
import perdure.compat.py_fsrs_6_3_1
import pytest

ROOT = Path(__file__).resolve().parents[1]
PEERS = Path(os.environ.get("PERDURE_PEERS") or ROOT / "build" / "peers").absolute()
HOW = "run tools/peers.sh (or name its folder in PERDURE_PEERS)"

DROP_INS = {"6.3.1": perdure.compat.py_fsrs_6_3_1, "6.3.2": perdure.compat.py_fsrs}


@dataclass(frozen=True)
class PyFsrs:
    """A version of py-fsrs beside the drop-in for it."""

    version: str
    peer: Any
    ours: Any

    @property
    def profile(self) -> str:
        return "py_fsrs_" + self.version.replace(".", "_")


def imported_from(folder: Path, name: str) -> ModuleType:
    """A package of a folder, imported beside the one of the same name that may be installed."""
    kept = {key: sys.modules.pop(key) for key in list(sys.modules) if key.split(".")[0] == name}
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))
        for key in [key for key in sys.modules if key.split(".")[0] == name]:
            del sys.modules[key]
        sys.modules.update(kept)


def find_py_fsrs(version: str) -> ModuleType:
    """py-fsrs of a version: the installed one, or that of the peers' folder."""
    try:
        if importlib.metadata.version("fsrs") == version:
            return importlib.import_module("fsrs")
    except importlib.metadata.PackageNotFoundError:
        pass
    folder = PEERS / f"py_fsrs-{version}"
    if not (folder / "fsrs").is_dir():
        pytest.skip(f"py-fsrs {version} is not here: {HOW}")
    return imported_from(folder, "fsrs")


@pytest.fixture(scope="session")
def py_fsrs_of() -> Callable[[str], ModuleType]:
    """Function from a version to that py-fsrs."""
    return find_py_fsrs


@pytest.fixture(scope="session", params=list(DROP_INS))
def py_fsrs(request: pytest.FixtureRequest) -> PyFsrs:
    """Each version of py-fsrs that there is a drop-in for."""
    return PyFsrs(request.param, find_py_fsrs(request.param), DROP_INS[request.param])


@pytest.fixture(scope="session")
def fsrs_rs() -> Any:
    """The Python package of the fsrs crate."""
    return pytest.importorskip("fsrs_rs_python", reason="fsrs-rs-python is not installed: pip install '.[test]'")


@pytest.fixture(scope="session")
def ts_fsrs() -> Path:
    """Folder with ts-fsrs in its node_modules."""
    folder = PEERS / "ts_fsrs"
    if not (folder / "node_modules" / "ts-fsrs").is_dir():
        pytest.skip(f"ts-fsrs is not here: {HOW}, with node and npm")
    return folder
