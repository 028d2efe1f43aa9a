"""`python -m perdure.cli`: the same as the command `perdure`."""

from __future__ import annotations

from .app import main

main()
