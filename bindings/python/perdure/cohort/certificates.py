"""Certificates that expire: when they do, and when they may be renewed."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from .keys import Rules, key
from .kinds import Choice, Day, Text, Whole, misfit

EXPIRY_RULES = ("completion", "previous-expiry", "fixed")
SHORTEST_MONTH = 28


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of the month so many months later, or the month's last when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Certificate(Rules):
    """A proof of a course that holds for some months, and is renewed inside a window before it ends.

    Source of the three rules: Totara's certifications (active period, recertification window, and expiry from
    completion, from the previous expiry, or fixed).
    """

    id: str = key(Text("the id of a certificate, as text", filled=True), "the certificate")
    course: str = key(Text("the id of a course, as text", filled=True), "what it proves")
    validity_months: int = key(Whole(1, 1200), "months that it holds")
    name: str = key(Text(), "for titles", "")
    expiry: str = key(
        Choice(EXPIRY_RULES),
        "months count from `completion`, from the `previous-expiry`, or from a `fixed` date",
        "completion",
    )
    fixed_date: dt.date | None = key(Day(), "where the months count from; with `fixed` only", None, "none")
    minimum_days: int | None = key(
        Whole(1, 36_600), "days that a renewal holds at least; with `fixed` only", None, "`window_days`"
    )
    window_days: int = key(Whole(1, 36_600), "days before the end in which it can be renewed", 90)

    def _check(self) -> None:
        fixed = self.expiry == "fixed"
        if fixed and self.fixed_date is None:
            raise misfit("fixed_date", None, 'a date: expiry is "fixed"', "missing")
        for name in ("fixed_date", "minimum_days"):
            if getattr(self, name) is not None and not fixed:
                raise misfit(name, getattr(self, name), f'no such key: expiry is "{self.expiry}", not "fixed"')
        shortest = self.validity_months * SHORTEST_MONTH
        if self.window_days > shortest:
            raise misfit(
                "window_days", self.window_days, f"at most {shortest}: it holds for {self.validity_months} months"
            )
        if self.minimum_days is not None and not self.window_days <= self.minimum_days <= shortest:
            raise misfit("minimum_days", self.minimum_days, f"from {self.window_days} (window_days) to {shortest}")

    def expires(self, completed: dt.date, previous: dt.date | None = None) -> dt.date:
        """Last day on which it holds, when the course was completed on a day; ``previous`` is what held before.

        From the previous expiry, a first certificate and one that had lapsed count from completion. Fixed dates are
        whole multiples of the validity from ``fixed_date``; the first that leaves the minimum time counts.
        """
        if self.expiry == "fixed":
            assert self.fixed_date is not None
            least = completed + dt.timedelta(self.minimum_days or self.window_days)
            months = (least.year - self.fixed_date.year) * 12 + least.month - self.fixed_date.month
            count = months // self.validity_months - 1  # one too early at least; each day from the base, so no drift
            while (found := add_months(self.fixed_date, count * self.validity_months)) < least:
                count += 1
            return found
        base = completed
        if self.expiry == "previous-expiry" and previous is not None and previous >= completed:
            base = previous
        return add_months(base, self.validity_months)

    def window_opens(self, expires: dt.date) -> dt.date:
        """First day on which it can be renewed."""
        return expires - dt.timedelta(self.window_days)

    def renews(self, completed: dt.date, previous: dt.date) -> bool:
        """Whether a completion renews what holds until ``previous``: inside the window, or after it has lapsed."""
        return completed >= self.window_opens(previous)


@dataclass(frozen=True)
class HeldCertificate(Rules):
    """A certificate that a learner has."""

    id: str = key(Text("the id of a certificate, as text", filled=True), "the certificate")
    valid_until: dt.date = key(Day(), "its last day")
