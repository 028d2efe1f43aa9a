"""The kernels beside floors and plain ways to compute the same, in one run of one Google Benchmark program."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .ratios import Ratio, ratio
from .sides import SideError


@dataclass
class KernelLine:
    """One comparison of two benchmarks of `bench_kernels`, by name."""

    name: str
    ours: str
    peer: str
    target: float | None = None
    why_not: str = ""
    ours_ns: list[float] = field(default_factory=list)
    peer_ns: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> Ratio | None:
        """How many times faster ours is; None when it was not measured."""
        return ratio(self.ours_ns, self.peer_ns) if self.ours_ns else None

    @property
    def is_met(self) -> bool | None:
        """Whether the target was met; None when there is none, or nothing was measured."""
        return None if self.target is None or self.ratio is None else self.ratio.median >= self.target


def instruction_sets(program: Path) -> list[str]:
    """Instruction sets that the program has kernels for on this machine, narrow to wide: the last part of its names."""
    command = [str(program), "--benchmark_list_tests=true", "--benchmark_filter=^fsrs6/update/kernel/"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SideError(f"{program.name} failed: {done.stderr.strip()[-300:]}")
    return [line.rsplit("/", 1)[1] for line in done.stdout.split()]


def run(program: Path, lines: Sequence[KernelLine], rounds: int, *, quick: bool) -> None:
    """Run the benchmarks that ``lines`` name, ``rounds`` times, each time in a random order, and fill the lines."""
    wanted = sorted({name for line in lines for name in (line.ours, line.peer)})
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = [
            str(program),
            f"--benchmark_filter=^({'|'.join(wanted)})(/real_time)?$",
            f"--benchmark_repetitions={rounds}",
            "--benchmark_enable_random_interleaving=true",
            f"--benchmark_min_time={0.01 if quick else 0.1}",
            f"--benchmark_out={out.name}",
            "--benchmark_out_format=json",
        ]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise SideError(f"{program.name} failed: {done.stderr.strip()[-300:]}")
        found = _times(json.loads(Path(out.name).read_text(encoding="utf-8") or '{"benchmarks": []}'))
    for line in lines:
        missing = [name for name in (line.ours, line.peer) if name not in found]
        if missing:
            line.why_not = f"no benchmark {missing[0]}"
            continue
        line.ours_ns, line.peer_ns = found[line.ours], found[line.peer]


def _times(document: dict[str, list[dict[str, object]]]) -> dict[str, list[float]]:
    """Nanoseconds per item of every repetition, in order, by benchmark. Threads are judged by wall time."""
    found: dict[str, list[tuple[int, float]]] = {}
    for each in document["benchmarks"]:
        if each.get("run_type") != "iteration" or "items_per_second" not in each:
            continue
        name = str(each["run_name"]).removesuffix("/real_time")
        ns = 1e9 / float(str(each["items_per_second"]))
        found.setdefault(name, []).append((int(str(each["repetition_index"])), ns))
    return {name: [ns for _, ns in sorted(samples)] for name, samples in found.items()}
