"""Which benchmarks of `bench_kernels` are compared with which, and the ratios to hold."""

from __future__ import annotations

from collections.abc import Sequence

from .kernels import KernelLine

NARROW = ("sse2", "baseline")
# Work, whom it is beside, target with AVX2 or wider, target with SSE2. The names are those of bench/kernels.
MODEL = (
    ("update", "S", 12.0, 3.5),
    ("update", "eigen", 6.0, None),
    ("update", "eigen_pow", None, None),
    ("recall", "powf", 9.0, None),
    ("recall", "eigen", None, None),
    ("recall", "same_bytes", 0.65, None),
    ("recall", "same_bytes_streamed", 0.65, None),
    ("replay_10", "S", 6.5, None),
    ("replay_100", "S", 10.0, None),
)
MATH = (
    ("exp2", "exp_eigen", 2.0, None),
    ("log2", "log_eigen", 2.5, None),
    ("pow", "pow_libm", 10.0, None),
)


def kernel_lines(sets: Sequence[str]) -> list[KernelLine]:
    """Return the lines for these instruction sets, empty of figures."""
    return [line for isa in sets for line in _lines(isa)]


def _lines(isa: str) -> list[KernelLine]:
    wide = isa not in NARROW
    model = [
        KernelLine(
            f"{work} kernel, {isa}", f"fsrs6/{work}/kernel/{isa}", f"fsrs6/{work}/{who}/{isa}", at if wide else below
        )
        for work, who, at, below in MODEL
    ]
    math = [
        KernelLine(f"{work}, {isa}", f"vec/{work}/{isa}", f"vec/{who}/{isa}", at if wide else below)
        for work, who, at, below in MATH
    ]
    return model + math
