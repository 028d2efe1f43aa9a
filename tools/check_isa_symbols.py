#!/usr/bin/env python3
"""Fail when a kernel object defines a symbol that code for another instruction set could define too.

Usage: check_isa_symbols.py NAME: OBJECT... [NAME: OBJECT...]...   (one group per instruction set)
The linker keeps one definition of a weak symbol, whichever object it came from. If that was compiled for instructions
that a machine lacks, narrow code crashes there. So every symbol of a set carries the set's name, which also keeps it
apart from the rest of the library.
"""

import subprocess
import sys

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
    """Print symbols without the name of their set; return 1 when there are any, or when there is nothing to look at."""
    groups: dict[str, list[str]] = {}
    for argument in arguments:
        if argument.endswith(":"):
            groups[argument[:-1]] = []
        else:
            groups[next(reversed(groups))].append(argument)
    sets = {name: defined(objects) for name, objects in groups.items()}
    foreign = 0
    for name, symbols in sets.items():
        for symbol in sorted(symbols):
            if f"_{name}" not in symbol:
                print(f"{symbol} is defined for {name} and does not say so")
                foreign += 1
    counts = ", ".join(f"{name} {len(symbols)}" for name, symbols in sets.items())
    print(f"symbols: {counts}; {foreign} that another object could define too")
    return 1 if foreign or not sets or not all(sets.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
