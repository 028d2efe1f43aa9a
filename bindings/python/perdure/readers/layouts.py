"""The known layouts of answer logs, as one table. A new layout is one entry; nothing else changes.

The evidence behind the entries (which clock a column holds, which rows are answers) is in docs/how-to/read-a-log.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

REQUIRED = ("learner", "item", "answered_at")
OUTCOMES = ("grade", "success", "score")
"""At least one of these is needed."""

ALIASES: dict[str, tuple[str, ...]] = {
    "learner": ("user_id", "student_id", "learner_id", "user", "student", "person_id", "anon_student_id", "username"),
    "item": (
        "item_id",
        "question_id",
        "question",
        "card_id",
        "exercise_id",
        "problem_id",
        "card",
        "problem",
        "exercise",
    ),
    "answered_at": ("timestamp", "answer_time", "answered", "review_time", "review_datetime", "submitted_at", "time"),
    "score": ("scaled_score",),
    "success": ("correct", "is_correct", "outcome", "result", "passed"),
    "grade": ("rating", "review_rating", "ease"),
    "skills": ("skill", "skill_id", "skill_ids", "kc", "topic", "tags"),
    "shown_at": ("presented_at", "displayed_at"),
    "tz": ("timezone", "time_zone"),
    "response_ms": ("response_time_ms", "duration_ms", "review_duration", "latency_ms"),
    "confidence": (),
    "attempt": ("attempt_id", "attempt_number"),
    "source": (),
    "course": ("course_id",),
    "session": ("session_id",),
    "kind": (),
}
"""Canonical column names and the other names under which they are found, most specific first."""

KINDS = ("quiz", "placement", "exposure", "event", "survey")
ANSWER_KINDS = ("quiz", "placement")
EXTRA = ("tz", "confidence", "attempt", "source", "course", "session")


@dataclass(frozen=True)
class SetAside:
    """Rows that are no answers: ``column`` holds one of ``values``, and ``also`` (column: values) holds too."""

    column: str
    values: tuple[str, ...]
    reason: str
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """One way in which a log is laid out.

    Attributes
    ----------
    id : str
        Name in the report.
    requires : frozenset of str
        Column names, lower case, that tell this layout from others.
    columns : dict
        Canonical name to source column (lower case). Sources that are absent are left out.
    flashcards : bool
        True where one file is one learner, so that no learner column is needed.
    days : bool
        True where the time is in days since the data set's start, read as days since 1970-01-01.
    shown : str
        ``"latency"``: answered_at less response_ms; ``"same"``: the one time given is when the question was shown;
        ``"previous"``: where times are relative seconds, the learner's previous answer within half an hour.
    set_aside : tuple of SetAside
        Rows that are no answers.
    notes : tuple of str
        Sentences for the report.
    """

    id: str
    requires: frozenset[str]
    columns: Mapping[str, str]
    flashcards: bool = False
    days: bool = False
    shown: str = "latency"
    set_aside: tuple[SetAside, ...] = ()
    notes: tuple[str, ...] = ()


_ANKI_REASON = "manual reschedule, not an answer"

LAYOUTS: tuple[Layout, ...] = (
    Layout(
        id="anki-history",
        requires=frozenset({"card_id", "review_time_ms", "rating", "review_type"}),
        columns={
            "learner": "user_id",
            "item": "card_id",
            "answered_at": "review_time_ms",
            "grade": "rating",
            "response_ms": "duration_ms",
        },
        flashcards=True,
        # Types 0 learn, 1 review, 2 relearn and 3 filtered are answers: the learner saw the card and chose a button.
        set_aside=(SetAside("review_type", ("4", "5"), _ANKI_REASON),),
    ),
    Layout(
        id="anki-revlog",
        requires=frozenset({"id", "cid", "ease", "type"}),
        columns={"item": "cid", "answered_at": "id", "grade": "ease", "response_ms": "time"},
        flashcards=True,
        set_aside=(SetAside("type", ("4", "5"), _ANKI_REASON),),
    ),
    Layout(
        id="fsrs-optimizer",
        requires=frozenset({"card_id", "review_time", "review_rating"}),
        columns={
            "learner": "user_id",
            "item": "card_id",
            "answered_at": "review_time",
            "grade": "review_rating",
            "response_ms": "review_duration",
        },
        flashcards=True,
        # The format knows states 0 to 3. Converters write 4 and 5 for filtered and manual rows: only a row without a
        # grade is certainly no answer.
        set_aside=(SetAside("review_state", ("4", "5"), _ANKI_REASON, {"review_rating": ("0", "0.0")}),),
    ),
    Layout(
        id="py-fsrs",
        requires=frozenset({"card_id", "rating", "review_datetime"}),
        columns={
            "learner": "user_id",
            "item": "card_id",
            "answered_at": "review_datetime",
            "grade": "rating",
            "response_ms": "review_duration",
        },
        flashcards=True,
    ),
    Layout(
        id="statistics-cloze",
        requires=frozenset({"user_id", "item_id", "variant_id", "ts", "outcome", "response_type"}),
        columns={
            "learner": "user_id",
            "item": "variant_id",
            "skills": "item_id",
            "answered_at": "ts",
            "success": "outcome",
            "session": "unit",
        },
        # ts is when the question appeared: a question left unanswered times out after 12 s, and in 3 of 4 such rows the
        # next ts is this ts + 12 s + feedback. duration_s is the time since the row before (0 when a session opens), so
        # ts - duration_s is the previous question's time. How long an answer took is not in its own row.
        shown="same",
        set_aside=(
            SetAside("outcome", ("STUDY",), "study trial, not an answer"),
            SetAside("response_type", ("HINT_REQUEST",), "hint request, not an answer"),
        ),
        notes=(
            "ts is the moment a question was shown; it stands for the answer's time too (most answers take 3 to 15 s)",
        ),
    ),
    Layout(
        id="cohort",
        requires=frozenset({"learner", "item", "skill", "t_days", "correct"}),
        columns={
            "learner": "learner",
            "item": "item",
            "skills": "skill",
            "answered_at": "t_days",
            "success": "correct",
            "attempt": "seq",
        },
        days=True,
        shown="same",
        notes=("t_days is relative to an unknown start: read as days since 1970-01-01 UTC",),
    ),
    Layout(
        id="learner-performance",
        requires=frozenset({"user_id", "item_id", "timestamp", "correct", "skill_id"}),
        columns={
            "learner": "user_id",
            "item": "item_id",
            "skills": "skill_id",
            "answered_at": "timestamp",
            "success": "correct",
        },
        shown="previous",
    ),
)
"""Layouts in the order in which they are tried; the canonical one is what is left."""

CANONICAL = Layout(id="canonical", requires=frozenset(), columns={})
FLASHCARD_ITEMS = frozenset({"card_id", "card"})
"""Item columns that say that a canonical log without a learner column is one person's flashcards."""
