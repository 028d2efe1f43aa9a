"""Sides: the programs that take turns. How each is built, started and asked."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TS_FSRS = ROOT / "tests" / "compat" / "ts_fsrs"
BUILD = Path(os.environ.get("PERDURE_PEERS", ROOT / "build" / "peers"))
BUILD_TIME = 1800  # seconds that a build may take


class UnavailableError(Exception):
    """A side cannot take part here; the message says why in a few words."""


class SideError(Exception):
    """A side answered with an error, or not at all."""


@dataclass(frozen=True)
class Sample:
    """One timed piece of work."""

    items: int
    wall_ns: int
    cpu_ns: int


class Side:
    """A running side. Use as a context manager: leaving ends the process."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
        )
        self.about: dict[str, Any] = self._read()

    def ask(self, work: str, folder: Path, count: int, out: Path | None = None) -> Sample:
        """Have the side do ``work`` on the first ``count`` cards or rows of ``folder``."""
        reply = self.request(work, str(folder), str(count), *([str(out)] if out else []))
        return Sample(reply["items"], reply["wall_ns"], reply["cpu_ns"])

    def request(self, *words: str) -> dict[str, Any]:
        """Send one line, return the answer."""
        if self._process.stdin is None or self._process.poll() is not None:
            raise SideError(f"{self.about.get('side')} has ended")
        try:
            self._process.stdin.write("\t".join(words) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise SideError(f"{self.about.get('side')} has ended") from None
        return self._read()

    def _read(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise SideError(f"{self._process.args!r} ended with code {self._process.wait()} and no answer")
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise SideError(f"{self.about['side']}: {reply['error']}")
        return reply

    def close(self) -> None:
        """End the process."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(timeout=60)
        if self._process.stdout:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def build_fsrs_rs(build: Path, *, native: bool = False) -> list[str]:
    """Build the fsrs crate's side with cargo, the crate's version as Cargo.toml pins it; return its command.

    ``native`` lets the compiler use all that this processor has (``target-cpu=native``).
    """
    cargo = _tool("cargo")
    target = build / ("cargo-native" if native else "cargo")
    environment = {"CARGO_TARGET_DIR": str(target), "CARGO_NET_RETRY": "1", "CARGO_HTTP_TIMEOUT": "20"}
    if native:
        environment["RUSTFLAGS"] = "-C target-cpu=native"
    manifest = str(HERE / "fsrs_rs" / "Cargo.toml")
    command = [cargo, "build", "--release", "--quiet", "--manifest-path", manifest]
    _run(command, build / "cargo.log", "cargo build failed", environment=environment)
    return [str(target / "release" / "perdure-peer-fsrs-rs")]


def build_ts_fsrs(build: Path) -> list[str]:
    """Install ts-fsrs with npm, version as locked for the tests; return the command of its side."""
    node, npm = _tool("node"), _tool("npm")
    folder, part = build / "ts_fsrs", build / "ts_fsrs.part"
    installed, lock = folder / "package-lock.json", TS_FSRS / "package-lock.json"
    if not (installed.exists() and installed.read_bytes() == lock.read_bytes()):
        for each in (folder, part):
            shutil.rmtree(each, ignore_errors=True)
        part.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(TS_FSRS / name, part / name)
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-timeout=20000"]
        _run([npm, "ci", *options], build / "npm.log", "npm ci failed", folder=part)
        part.rename(folder)
    return [node, str(HERE / "ts_fsrs_side.mjs"), str(folder)]


def find_py_fsrs() -> list[str]:
    """Return the command of the side of py-fsrs, which lives in this environment."""
    if importlib.util.find_spec("fsrs") is None:
        raise UnavailableError("package fsrs is not installed")
    return [sys.executable, "-m", "bench.peers.py_fsrs_side"]


def find_numpy() -> list[str]:
    """Return the command of the side of `perdure.batch`, which lives in this environment."""
    if importlib.util.find_spec("perdure") is None:
        raise UnavailableError("package perdure is not installed")
    return [sys.executable, "-m", "bench.peers.numpy_side"]


def build_cpp(build: Path, target: str) -> Path:
    """Build one program of the preset `bench` into ``build``; return its path."""
    cmake = _tool("cmake")
    if not (build / "CMakeCache.txt").exists():
        _run([cmake, "--preset", "bench", "-B", str(build)], build / "configure.log", "cmake failed")
    jobs = str(len(os.sched_getaffinity(0)))
    command = [cmake, "--build", str(build), "--target", target, "--parallel", jobs]
    _run(command, build / f"{target}.log", f"building {target} failed")
    return build / target


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise UnavailableError(f"no {name}")
    return found


def _run(
    command: Sequence[str],
    log: Path,
    failure: str,
    *,
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run quietly; what was printed goes to ``log``, its last line into the reason when it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=BUILD_TIME,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnavailableError(f"{failure}: no end after {BUILD_TIME} s") from None
    log.write_text(done.stdout, encoding="utf-8")
    if done.returncode != 0:
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        raise UnavailableError(f"{failure} ({lines[-1] if lines else 'it said nothing'})")
