#!/usr/bin/env python3
"""Fail when kernel objects of two instruction sets define the same symbol.

Usage: check_isa_symbols.py NAME: OBJECT... [NAME: OBJECT...]...   (one group per instruction set)
The linker keeps one definition of a weak symbol, whichever object it came from. If that was compiled for instructions
that a machine lacks, the narrow kernels crash there. So no two sets may define a symbol of the same name.
"""

import subprocess
import sys
from itertools import combinations

# Symbol types of nm: undefined symbols, file names and local ones are of no concern.
HARMLESS = frozenset("Uwvan?-") | frozenset("tdbrsi")
# A pointer to the compiler's exception handling, the same in every object.
POINTER = "DW.ref."


def defined(objects: list[str]) -> set[str]:
    """Return the global and weak symbols that the objects define."""
    listing = subprocess.run(["nm", "--format=posix", *objects], check=True, capture_output=True, text=True).stdout
    symbols = set()
    for line in listing.splitlines():
        parts = line.split()
        if len(parts) >= 2 and len(parts[1]) == 1 and parts[1] not in HARMLESS and not line.startswith(POINTER):
            symbols.add(parts[0])
    return symbols


def main(arguments: list[str]) -> int:
    """Print shared symbols; return 1 when there are any, or when there is nothing to compare."""
    groups: dict[str, list[str]] = {}
    for argument in arguments:
        if argument.endswith(":"):
            groups[argument[:-1]] = []
        else:
            groups[next(reversed(groups))].append(argument)
    sets = {name: defined(objects) for name, objects in groups.items()}
    shared = 0
    for (one, symbols), (other, others) in combinations(sets.items(), 2):
        for symbol in sorted(symbols & others):
            print(f"{symbol} is defined for {one} and for {other}")
            shared += 1
    counts = ", ".join(f"{name} {len(symbols)}" for name, symbols in sets.items())
    print(f"symbols: {counts}; {shared} shared")
    return 1 if shared or not sets or not all(sets.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
