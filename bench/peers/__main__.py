"""One command, one table: Perdure beside its floors and its peers. See bench/README.md."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from . import histories, kernels, machine, measure, report, sides
from .kernel_rows import kernel_lines
from .rows import CPP, NUMPY, PY, RS, TS, Data, Row, data_sets, rows
from .sides import ROOT, Side, SideError, UnavailableError

ROUNDS = 9
QUICK_ROUNDS = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when everything that could be measured was, and both sides of every row computed the same."""
    options = _parser().parse_args(arguments)
    options.out = options.out or options.build / "out"
    if options.isa:
        os.environ["PERDURE_ISA"] = options.isa
    rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    sets = data_sets(quick=options.quick, large=options.large)
    wanted = [row for row in rows(sets, quick=options.quick) if _is_wanted(row, options.only)]
    try:
        own = _kernels(options, rounds)
        if not wanted and not own:
            print(f"bench.peers: no row holds any of {options.only}", file=sys.stderr)
            return 2
        lines, abouts = _peers(options, wanted, sets, rounds)
    except SideError as error:
        print(f"bench.peers: {error}", file=sys.stderr)
        return 1
    command = shlex.join(["python", "-m", "bench.peers", *(sys.argv[1:] if arguments is None else arguments)])
    where = machine.describe(abouts, options.cpp_build)
    body = report.table(lines, own)
    text = report.document(where, command, body, report.summary(lines, own, rounds, quick=options.quick))
    print(text)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "peers.md").write_text(text, encoding="utf-8")
    (options.out / "peers.json").write_text(report.as_json(where, command, lines, own), encoding="utf-8")
    print(f"written: {options.out}/peers.md, {options.out}/peers.json", file=sys.stderr)
    return 0 if all(line.is_same for line in lines) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="small data, few rounds: shows that all works; figures mean nothing"
    )
    parser.add_argument("--large", action="store_true", help="also 1e6 cards with 100 answers each (8 GB of memory)")
    parser.add_argument(
        "--rounds",
        type=positive,
        help=f"rounds in which all sides take turns (default {ROUNDS}, quick {QUICK_ROUNDS})",
    )
    parser.add_argument(
        "--only",
        action="append",
        metavar="TEXT",
        help="rows that hold this text, such as 'replay' or 'ts-fsrs'; repeatable",
    )
    parser.add_argument("--isa", choices=["sse2", "avx2", "avx512"], help="pin the instruction set of our kernels")
    parser.add_argument("--native-peer", action="store_true", help="build fsrs-rs with target-cpu=native")
    parser.add_argument("--seed", type=int, default=1, help="of the histories (default 1)")
    parser.add_argument(
        "--build",
        type=Path,
        default=sides.BUILD,
        help="where the peers are built (default PERDURE_PEERS or build/peers)",
    )
    parser.add_argument("--cpp-build", type=Path, default=ROOT / "build" / "bench", help="where our C++ is built")
    parser.add_argument("--out", type=Path, help="where table and samples are written (default: out in --build)")
    return parser


def positive(text: str) -> int:
    """Read a count of at least one from the command line."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {value}")
    return value


def _is_wanted(row: Row, only: Sequence[str] | None) -> bool:
    text = f"{row.name} {' '.join(row.ours)} {' '.join(row.peer)}"
    return not only or any(each in text for each in only)


def _peers(
    options: argparse.Namespace, wanted: Sequence[Row], sets: Sequence[Data], rounds: int
) -> tuple[list[measure.Line], dict[str, dict[str, object]]]:
    """Build and start the sides that the rows need, write the data, and measure."""
    makers: dict[str, Callable[[], list[str]]] = {
        CPP: lambda: [str(sides.build_cpp(options.cpp_build, "perdure_side"))],
        NUMPY: sides.find_numpy,
        RS: lambda: sides.build_fsrs_rs(options.build, native=options.native_peer),
        PY: sides.find_py_fsrs,
        TS: lambda: sides.build_ts_fsrs(options.build),
    }
    needed = {side for row in wanted for side, _ in (row.ours, row.peer, row.check or row.ours)}
    missing: dict[str, str] = {}
    with ExitStack() as stack:
        started: dict[str, Side] = {}
        for name in (each for each in makers if each in needed):
            print(f"setting up {name}", file=sys.stderr)
            try:
                started[name] = stack.enter_context(Side(makers[name]()))
            except UnavailableError as reason:
                if name in (CPP, NUMPY):
                    raise SideError(f"{name} must be here: {reason}") from None
                missing[name] = str(reason)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="perdure-peers-")))
        folders = {
            data.name: _write(data, folder, options.seed) for data in sets if any(r.data == data.name for r in wanted)
        }
        lines = measure.run(wanted, folders, started, missing, rounds)
        return lines, {name: side.about for name, side in started.items()}


def _write(data: Data, folder: Path, seed: int) -> Path:
    path = folder / data.name.replace(" ", "")
    if data.answers:
        histories.write_histories(path, data.count, data.answers, ragged=data.ragged, seed=seed)
    else:
        histories.write_rows(path, data.count, seed=seed)
    return path


def _kernels(options: argparse.Namespace, rounds: int) -> list[kernels.KernelLine]:
    """Build bench_kernels and fill the lines that are wanted; a quick run takes the widest instruction set alone."""
    everywhere = kernel_lines(["sse2", "avx2", "avx512"])
    if options.only and not any(_names(line, options.only) for line in everywhere):
        return []
    print("setting up bench_kernels", file=sys.stderr)
    try:
        program = sides.build_cpp(options.cpp_build, "bench_kernels")
    except UnavailableError as reason:
        raise SideError(f"bench_kernels must be here: {reason}") from None
    found = kernels.instruction_sets(program)
    chosen = [options.isa] if options.isa else found[-1:] if options.quick else found
    lines = [line for line in kernel_lines(chosen) if not options.only or _names(line, options.only)]
    if lines:
        print(f"running bench_kernels with {', '.join(chosen)}", file=sys.stderr)
        kernels.run(program, lines, rounds, quick=options.quick)
    return lines


def _names(line: kernels.KernelLine, only: Sequence[str]) -> bool:
    return any(each in f"{line.name} {line.ours} {line.peer}" for each in only)


if __name__ == "__main__":
    sys.exit(main())
