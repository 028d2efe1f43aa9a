"""What a model was fitted to, by fingerprint."""

from __future__ import annotations

from typing import Any

from . import fingerprint
from .log import ReviewLog


class Learned:
    """Logs that a model learned from, kept as they are until somebody asks: a fingerprint costs a pass over the log."""

    _sources: list[ReviewLog | str]

    @property
    def data_(self) -> tuple[str, ...]:
        """Fingerprints of what was learned from; made when first asked for."""
        sources: list[ReviewLog | str] | None = self.__dict__.get("_sources")
        if sources is None:
            raise AttributeError("data_: this model was not fitted")
        sources[:] = [source if isinstance(source, str) else fingerprint.of(source) for source in sources]
        return tuple(str(source) for source in sources)

    def __getstate__(self) -> dict[str, Any]:
        if "_sources" in self.__dict__:
            _ = self.data_  # fingerprints in place of logs
        return dict(self.__dict__)
