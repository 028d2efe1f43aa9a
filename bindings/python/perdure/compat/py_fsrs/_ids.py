"""Ids of new cards: milliseconds since 1970, as py-fsrs makes them, but never the same twice and without a pause."""

from __future__ import annotations

import threading
import time

_lock = threading.Lock()
_last = 0


def new_card_id() -> int:
    """Now in milliseconds since 1970-01-01 UTC, or the last id of this process plus one where that is larger."""
    global _last
    now = time.time_ns() // 1_000_000
    with _lock:
        _last = max(_last + 1, now)
        return _last
