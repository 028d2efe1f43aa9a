"""The command line `perdure`: demo, check, fit, evaluate, forecast, plan.

One module per command; `files` writes atomically, `output` talks to the terminal, `tables` draws, `app` puts them
together.
"""

from __future__ import annotations

from .app import main

__all__ = ["main"]
