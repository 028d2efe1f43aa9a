"""Times of day of what is sent, on the clock of each learner."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import numpy as np
import numpy.typing as npt

from ..cohort import Cohort, GroupSession

DAY = dt.timedelta(1)
Int = npt.NDArray[np.int64]


class Clock:
    """Times as codes; `texts` has what they stand for, HH:MM.

    Parameters
    ----------
    learners : list of str
        Their positions are what `sent` and `begins` take.
    first : date
        Day 0.
    """

    def __init__(self, cohort: Cohort, learners: list[str], first: dt.date) -> None:
        self.cohort, self.first = cohort, first
        names = [cohort.learner(id).timezone or cohort.timezone for id in learners]
        zones = {name: number for number, name in enumerate(dict.fromkeys(names))}
        self._zones = [zoneinfo.ZoneInfo(name) for name in zones]
        self._zone = np.array([zones[name] for name in names], np.int64)
        self._codes: dict[str, int] = {}

    @property
    def texts(self) -> list[str]:
        """What the codes so far stand for."""
        return list(self._codes)

    def sent(self, learner: Int, day: Int) -> Int:
        """When a session is sent: later by the gap where clocks go forward over it."""
        zone = self._zone[learner]
        codes = np.zeros((len(self._zones), int(day.max(initial=0)) + 1), np.int64)
        used = np.zeros(codes.shape, bool)
        used[zone, day] = True
        for z, d in np.argwhere(used).tolist():
            local = dt.datetime.combine(self.first + d * DAY, self.cohort.delivery.send_at, self._zones[z])
            codes[z, d] = self._code(local.astimezone(dt.UTC).astimezone(local.tzinfo))
        return codes[zone, day]

    def begins(self, learner: Int, session: GroupSession, day: dt.date) -> Int:
        """When a group session begins."""
        begin = dt.datetime.combine(day, session.time, zoneinfo.ZoneInfo(self.cohort.timezone))
        codes = np.array([self._code(begin.astimezone(zone)) for zone in self._zones], np.int64)
        return codes[self._zone[learner]]

    def _code(self, time: dt.datetime) -> int:
        return self._codes.setdefault(f"{time:%H:%M}", len(self._codes))
