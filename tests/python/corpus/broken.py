"""Twenty broken inputs, one builder each (two where the entry has two halves), with what must become of them.

An answer log is built into a folder and read. A cohort file is built beside a sound log and planned with. `Refused`
means exit code 2 and one message that holds every word listed; `Repaired` means that no row is lost, and the report
counts the repair.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

HEADER = "learner,item,answered_at,grade"
GOOD_ROWS = [
    f"L{learner},q{item},2026-03-{day:02d}T09:{learner}{item}:00Z,{grade}"
    for learner in (1, 2, 3)
    for day, grade in ((2, 3), (5, 1), (9, 3), (16, 3))
    for item in (1, 2)
]
"""A sound log: 24 answers of three learners on two items, grouped by learner, each learner's in order of time."""

ZONE = "Europe/Paris"


@dataclass(frozen=True)
class Refused:
    """Exit code 2 and a message that holds ``words``: file, row or column, value, expectation."""

    words: tuple[str, ...]
    exit_code: int = 2


@dataclass(frozen=True)
class Repaired:
    """Exit code 0, ``rows`` seen, so many ``duplicates``, and so many ``repaired`` (or more, unless ``exactly``)."""

    rows: int
    repaired: int = 0
    duplicates: int = 0
    exactly: bool = True
    exit_code: int = 0


@dataclass(frozen=True)
class Broken:
    """One broken input: its ``entry`` in the list, how to ``build`` it, what is ``expected``, and how to read it."""

    entry: str
    build: Callable[[Path], Path]
    expected: Refused | Repaired
    cohort: bool = False
    tz: str | None = None
    unreadable: bool = False

    @property
    def id(self) -> str:
        """Name of the builder."""
        return self.build.__name__


INPUTS: list[Broken] = []


@dataclass(frozen=True)
class broken:  # noqa: N801 (a decorator)
    """Register a builder."""

    entry: str
    expected: Refused | Repaired
    cohort: bool = False
    tz: str | None = None
    unreadable: bool = field(default=False)

    def __call__(self, build: Callable[[Path], Path]) -> Callable[[Path], Path]:
        INPUTS.append(Broken(self.entry, build, self.expected, self.cohort, self.tz, self.unreadable))
        return build


def write_log(path: Path, rows: list[str], header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def with_row(folder: Path, name: str, row: str) -> Path:
    """Write a sound log whose line 4 is ``row``."""
    return write_log(folder / name, [*GOOD_ROWS[:2], row, *GOOD_ROWS[2:]])


@broken("truncated gzip", Refused(("answers.csv.gz", "truncated gzip", "expected a complete gzip file")))
def truncated_gzip(folder: Path) -> Path:
    whole = gzip.compress("\n".join([HEADER, *GOOD_ROWS]).encode())
    path = folder / "answers.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    return path


@broken("wrong delimiter", Refused(("answers.csv", "column", "learner~item", "comma, tab, semicolon or pipe")))
def wrong_delimiter(folder: Path) -> Path:
    return write_log(folder / "answers.csv", [r.replace(",", "~") for r in GOOD_ROWS], HEADER.replace(",", "~"))


@broken("missing column", Refused(("answers.csv", "'item'", "expected a column named item", "'when'")))
def missing_column(folder: Path) -> Path:
    return write_log(folder / "answers.csv", ["L1,2026-03-02T09:00:00Z,3"], "learner,when,grade")


@broken(
    "NaN and negative times", Refused(("answers.csv", "line 4", "'answered_at'", "no time", "NaN", "expected a date"))
)
def nan_time(folder: Path) -> Path:
    return with_row(folder, "answers.csv", "L1,q1,NaN,3")


@broken("NaN and negative times", Refused(("answers.csv", "line 3", "'answered_at'", "-1772442000000", "1970-01-01")))
def negative_time(folder: Path) -> Path:
    rows = ["L1,q1,1772442000000,3", "L1,q1,-1772442000000,3", "L1,q1,1772542000000,3"]
    return write_log(folder / "answers.csv", rows)


@broken("grades 0 and 7", Refused(("answers.csv", "line 4", "'grade'", "'0'", "expected a grade from 1 to 4")))
def grade_0(folder: Path) -> Path:
    return with_row(folder, "answers.csv", "L1,q1,2026-03-20T09:00:00Z,0")


@broken("grades 0 and 7", Refused(("answers.csv", "line 4", "'grade'", "'7'", "expected a grade from 1 to 4")))
def grade_7(folder: Path) -> Path:
    return with_row(folder, "answers.csv", "L1,q1,2026-03-20T09:00:00Z,7")


@broken(
    "naive timestamps", Refused(("answers.csv", "line 2", "'answered_at'", "2026-03-02T09:11:00", "UTC offset", "tz="))
)
def naive_timestamps(folder: Path) -> Path:
    return write_log(folder / "answers.csv", [row.replace("Z", "") for row in GOOD_ROWS])


@broken("duplicate rows", Repaired(rows=26, duplicates=2))
def duplicate_rows(folder: Path) -> Path:
    return write_log(folder / "answers.csv", [*GOOD_ROWS, GOOD_ROWS[0], GOOD_ROWS[5]])


@broken("unsorted rows", Repaired(rows=24, repaired=1, exactly=False))
def unsorted_rows(folder: Path) -> Path:
    return write_log(folder / "answers.csv", GOOD_ROWS[::-1])


@broken("empty file", Refused(("answers.csv", "is empty", "expected a header line and at least one row")))
def empty_file(folder: Path) -> Path:
    path = folder / "answers.csv"
    path.write_bytes(b"")
    return path


@broken("binary file", Refused(("answers.csv", "line 1", "binary", "expected UTF-8 text")))
def binary_file(folder: Path) -> Path:
    path = folder / "answers.csv"
    path.write_bytes(bytes(range(256)) * 64)
    return path


@broken("10⁶-character line", Refused(("answers.csv", "line 4", "1000000", "xxx", "expected lines of at most")))
def endless_line(folder: Path) -> Path:
    return with_row(folder, "answers.csv", "x" * 1_000_000)


@broken("a directory", Refused(("answers.csv", "is a directory", "expected a file")))
def directory(folder: Path) -> Path:
    path = folder / "answers.csv"
    path.mkdir()
    return path


@broken("no permission", Refused(("answers.csv", "permission", "expected a readable file")), unreadable=True)
def no_permission(folder: Path) -> Path:
    path = write_log(folder / "answers.csv", GOOD_ROWS)
    path.chmod(0)
    return path


@broken("mixed zones", Repaired(rows=24, repaired=2))
def mixed_zones(folder: Path) -> Path:
    rows = list(GOOD_ROWS)
    rows[0] = rows[0].replace("Z", "+02:00")
    rows[7] = rows[7].replace("Z", "-05:00")
    return write_log(folder / "answers.csv", rows)


@broken(
    "DST gap and overlap",
    Refused(
        ("answers.csv", "line 3", "'answered_at'", "2026-03-29T02:30:00", "does not exist in Europe/Paris", "expected")
    ),
    tz=ZONE,
)
def dst_gap(folder: Path) -> Path:
    rows = ["L1,q1,2026-03-28T02:30:00,3", "L1,q1,2026-03-29T02:30:00,3", "L1,q1,2026-03-30T02:30:00,3"]
    return write_log(folder / "answers.csv", rows)


@broken("DST gap and overlap", Repaired(rows=3, repaired=1), tz=ZONE)
def dst_overlap(folder: Path) -> Path:
    rows = ["L1,q1,2026-10-24T02:30:00,3", "L1,q1,2026-10-25T02:30:00,3", "L1,q1,2026-10-26T02:30:00,3"]
    return write_log(folder / "answers.csv", rows)


@broken("year 0001 and 9999", Refused(("answers.csv", "line 4", "'answered_at'", "0001-01-01", "before 1970", "2200")))
def year_0001(folder: Path) -> Path:
    return with_row(folder, "answers.csv", "L1,q1,0001-01-01T00:00:00Z,3")


@broken("year 0001 and 9999", Refused(("answers.csv", "line 4", "'answered_at'", "9999-12-31", "year 2200", "1970")))
def year_9999(folder: Path) -> Path:
    return with_row(folder, "answers.csv", "L1,q1,9999-12-31T23:59:59Z,3")


def write_cohort(folder: Path, text: str) -> Path:
    write_log(folder / "answers.csv", GOOD_ROWS)
    path = folder / "cohort.toml"
    path.write_text(text, encoding="utf-8")
    return path


@broken("unknown learner in the cohort file", Refused(("cohort.toml", "learners", "L9", "L")), cohort=True)
def unknown_learner(folder: Path) -> Path:
    text = '[cohort]\ntimezone = "Europe/Paris"\ndeadline = 2026-06-30\n\n[[learners]]\nid = "L9"\n'
    return write_cohort(folder, text)


@broken("cap of −1", Refused(("cohort.toml", "questions_per_session", "-1")), cohort=True)
def cap_of_minus_1(folder: Path) -> Path:
    text = '[cohort]\ntimezone = "Europe/Paris"\ndeadline = 2026-06-30\n\n[caps]\nquestions_per_session = -1\n'
    return write_cohort(folder, text)


@broken("deadline in the past", Refused(("cohort.toml", "deadline", "2025-12-31")), cohort=True)
def deadline_in_the_past(folder: Path) -> Path:
    return write_cohort(folder, '[cohort]\ntimezone = "Europe/Paris"\nstart = 2026-04-01\ndeadline = 2025-12-31\n')


COURSE = """
[cohort]
timezone = "Europe/Paris"
deadline = 2026-06-30

[[courses]]
id = "fire"
training_end = 2026-03-01

"""


@broken("30 February", Refused(("cohort.toml", "line 3", "2026-02-30", "a day that the calendar has")), cohort=True)
def a_30_february(folder: Path) -> Path:
    return write_cohort(folder, '[cohort]\ntimezone = "Europe/Paris"\ndeadline = 2026-02-30\n')


@broken("unknown skill", Refused(("cohort.toml", "requires", "exit", "did you mean exits?")), cohort=True)
def unknown_skill(folder: Path) -> Path:
    skills = '[[courses.skills]]\nid = "exits"\n[[courses.skills]]\nid = "alarm"\nrequires = ["exit"]\n'
    return write_cohort(folder, COURSE + skills)


@broken("cyclic prerequisites", Refused(("cohort.toml", "requires", "a requires b requires a")), cohort=True)
def cyclic_prerequisites(folder: Path) -> Path:
    skills = '[[courses.skills]]\nid = "a"\nrequires = ["b"]\n[[courses.skills]]\nid = "b"\nrequires = ["a"]\n'
    return write_cohort(folder, COURSE + skills)


@broken("contradictory caps", Refused(("cohort.toml", "caps.minutes_per_day", "0.5", "1 or more")), cohort=True)
def contradictory_caps(folder: Path) -> Path:
    return write_cohort(folder, COURSE + "[caps]\nminutes_per_day = 0.5\n")


@broken("zero capacity", Refused(("cohort.toml", "organisation.contacts_per_day", "0")), cohort=True)
def zero_capacity(folder: Path) -> Path:
    return write_cohort(folder, COURSE + "[organisation]\ncontacts_per_day = 0\n")


@broken("impossible tolerance", Refused(("cohort.toml", "steps[1].tolerance_days", "30", "less than 30")), cohort=True)
def impossible_tolerance(folder: Path) -> Path:
    step = '[[steps]]\nid = "quiz"\nkind = "review-quiz"\nafter_days = 30\ntolerance_days = 30\n'
    return write_cohort(folder, COURSE + step)


@broken("unknown time zone", Refused(("cohort.toml", "timezone", "Europe/Atlantis")), cohort=True)
def unknown_time_zone(folder: Path) -> Path:
    return write_cohort(folder, '[cohort]\ntimezone = "Europe/Atlantis"\ndeadline = 2026-06-30\n')
