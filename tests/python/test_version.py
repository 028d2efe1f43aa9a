"""The version stands in one header; everything else reads it."""

import importlib.metadata
import re
from pathlib import Path

import perdure

HEADER = Path(__file__).resolve().parents[2] / "include" / "perdure" / "version.hpp"


def test_package_metadata_and_header_agree() -> None:
    found = re.search(r'#define PERDURE_VERSION "(\d+\.\d+\.\d+)"', HEADER.read_text(encoding="utf-8"))
    assert found is not None
    assert perdure.__version__ == found[1]
    assert importlib.metadata.version("perdure") == found[1]
