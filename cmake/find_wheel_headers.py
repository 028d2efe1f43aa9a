"""Print where a wheel's build requirements keep Eigen's CMake config and Boost's headers, as a CMake list of two.

An entry is empty when its package is not installed for this interpreter; CMake then looks on the system.
"""

import sys
from pathlib import Path

# The folder to print, relative to an entry of Python's search path, and a file that proves it. The first one wins.
EIGEN = [("cmeel.prefix/share/eigen3/cmake", "Eigen3Config.cmake")]  # cmeel-eigen
BOOST = [
    ("boost_headers/include", "boost/version.hpp"),  # boost-headers
    ("cmeel.prefix/include", "boost/version.hpp"),  # cmeel-boost, which serves as well
]


def find(candidates: list[tuple[str, str]]) -> str:
    """Return the first candidate folder on Python's search path, or an empty string."""
    for folder, proof in candidates:
        for entry in sys.path:
            path = Path(entry, folder)
            if (path / proof).is_file():
                return path.as_posix()
    return ""


print(f"{find(EIGEN)};{find(BOOST)}")
