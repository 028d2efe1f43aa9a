"""What ran where: the lines above the table."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .rows import CPP, NUMPY
from .sides import ROOT


def describe(abouts: Mapping[str, Mapping[str, Any]], cpp_build: Path) -> dict[str, str]:
    """Processor, instruction set, compilers, versions and commit, by name."""
    perdure = abouts.get(CPP) or abouts.get(NUMPY) or {}
    found = {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": f"{_processor()}, {len(os.sched_getaffinity(0))} logical cores",
        "system": f"{platform.system()} {platform.machine()}, load {os.getloadavg()[0]:.2f} at the start",
        "instruction set of the kernels": str(perdure.get("isa", "not asked")),
        "Perdure": f"{perdure.get('version', '?')}, commit {_commit()}, {_compiler(cpp_build)}",
        "Python": f"{platform.python_version()}, numpy {_version('numpy')}",
        "rustc": _first_line("rustc", "--version"),
        "node": _first_line("node", "--version"),
    }
    found |= {name: str(about["version"]) for name, about in abouts.items() if name not in (CPP, NUMPY)}
    return {name: text for name, text in found.items() if text}


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)


def _processor() -> str:
    """Name and, since virtual machines shorten it, family and model."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    fields = {key.strip(): value.strip() for key, value in fields.items()}
    name = fields.get("model name", platform.machine())
    return f"{name} (family {fields.get('cpu family')}, model {fields.get('model')})"


def _compiler(cpp_build: Path) -> str:
    """The C++ compiler of the build folder, by its own words."""
    cache = cpp_build / "CMakeCache.txt"
    lines = cache.read_text(encoding="utf-8").splitlines() if cache.exists() else []
    path = next((line.split("=", 1)[1] for line in lines if line.startswith("CMAKE_CXX_COMPILER:")), "c++")
    return _first_line(path, "--version")


def _commit() -> str:
    commit = _first_line("git", "rev-parse", "--short", "HEAD")
    changed = _first_line("git", "status", "--porcelain", "--untracked-files=no")
    return (commit or "unknown") + (" with changes" if changed else "")


def _first_line(*command: str) -> str:
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.splitlines()[0].strip() if done.returncode == 0 and done.stdout.strip() else ""
