"""One command, one table: Perdure's fits beside those of its peers. See bench/README.md."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.peers import machine, sides
from bench.peers.__main__ import positive
from bench.peers.report import document
from bench.peers.sides import ROOT, SideError, UnavailableError

from . import measure, report
from .rows import CPP, OPTIMIZER, PY, PYTHON, RS, RS_PYTHON, Row, data_sets, rows

ROUNDS = 7
QUICK_ROUNDS = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when everything that could be measured was, whether or not targets were met."""
    options = _parser().parse_args(arguments)
    out = options.out or options.build / "out"
    rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    sets = data_sets(quick=options.quick)
    wanted = [row for row in rows(sets) if _is_wanted(row, options.only) and not _is_left_out(row, options.without)]
    if not wanted:
        print(f"bench.peers_fit: no row holds any of {options.only}", file=sys.stderr)
        return 2
    bench = measure.Bench(_makers(options), rounds, options.seed)
    try:
        lines = bench.run(sets, wanted)
    except SideError as error:
        print(f"bench.peers_fit: {error}", file=sys.stderr)
        return 1
    command = shlex.join(["python", "-m", "bench.peers_fit", *(sys.argv[1:] if arguments is None else arguments)])
    where = machine.describe(bench.abouts, options.cpp_build)
    text = document(where, command, report.table(lines), report.summary(lines, rounds, quick=options.quick))
    print(text)
    out.mkdir(parents=True, exist_ok=True)
    (out / "fits.md").write_text(text, encoding="utf-8")
    (out / "fits.json").write_text(report.as_json(where, command, lines), encoding="utf-8")
    print(f"written: {out}/fits.md, {out}/fits.json", file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.peers_fit", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="small data, one round: shows that all works; figures mean nothing"
    )
    parser.add_argument(
        "--rounds",
        type=positive,
        help=f"rounds in which all sides take turns (default {ROUNDS}, quick {QUICK_ROUNDS})",
    )
    parser.add_argument(
        "--only",
        action="append",
        metavar="TEXT",
        help="rows that hold this text, such as 'anki_josh' or 'gradient', and what of ours is beside them",
    )
    parser.add_argument("--without", action="append", default=[], metavar="SIDE", help="leave out a side; repeatable")
    parser.add_argument("--isa", choices=["sse2", "avx2", "avx512"], help="pin the instruction set of our kernels")
    parser.add_argument("--native-peer", action="store_true", help="build fsrs-rs with target-cpu=native")
    parser.add_argument("--seed", type=int, default=1, help="of the simulated logs (default 1)")
    parser.add_argument(
        "--build",
        type=Path,
        default=sides.BUILD,
        help="where the peers are built (default PERDURE_PEERS or build/peers)",
    )
    parser.add_argument("--cpp-build", type=Path, default=ROOT / "build" / "bench", help="where our C++ is built")
    parser.add_argument("--out", type=Path, help="where table and samples are written (default: out in --build)")
    return parser


def _is_wanted(row: Row, only: Sequence[str] | None) -> bool:
    return not only or any(each in f"{row.data} {row.name} {row.side}" for each in only)


def _is_left_out(row: Row, without: Sequence[str]) -> bool:
    return row.side in without


def _makers(options: argparse.Namespace) -> measure.Makers:
    if options.isa:
        os.environ["PERDURE_ISA"] = options.isa
    return {
        CPP: lambda: [str(sides.build_cpp(options.cpp_build, "perdure_fit_side"))],
        PYTHON: lambda: _here("perdure", "perdure_python_side"),
        RS: lambda: sides.build_fsrs_rs(options.build, native=options.native_peer),
        RS_PYTHON: lambda: _here("fsrs_rs_python", "fsrs_rs_python_side"),
        OPTIMIZER: lambda: _torch(options.build, "fsrs_optimizer_side"),
        PY: lambda: _torch(options.build, "py_fsrs_side"),
    }


def _here(package: str, module: str) -> list[str]:
    """The command of a side that lives in this environment."""
    if importlib.util.find_spec(package) is None:
        raise UnavailableError(f"package {package} is not installed")
    return [sys.executable, "-m", f"bench.peers_fit.{module}"]


def _torch(build: Path, module: str) -> list[str]:
    """The command of a side that needs torch, in the environment that tools/peers_fit.sh makes."""
    python = build / "fit" / "bin" / "python"
    if not python.exists():
        raise UnavailableError("torch is not installed (tools/peers_fit.sh)")
    return [str(python.absolute()), "-m", f"bench.peers_fit.{module}"]


if __name__ == "__main__":
    sys.exit(main())
