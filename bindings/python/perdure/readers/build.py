"""From a sheet of source columns to the raw table of checked canonical columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..errors import show
from . import adjust, times
from .layouts import ANSWER_KINDS, KINDS
from .mapping import Mapped
from .raw import RawTable, Sheet
from .values import as_text, coded, decode_grade, decode_success, is_missing, mask, numbers, trimmed

Mask = npt.NDArray[np.bool_]

_EXPECTED = {
    "grade": "a grade from 1 to 4 (again, hard, good, easy)",
    "success": "1 or 0 (true or false, correct or incorrect)",
    "score": "a number from 0 to 1",
}

_BLANKS_AT_BAR = r"[\s\p{Z}]*\|[\s\p{Z}]*"


def build(sheet: Sheet, mapped: Mapped, tz: str | None, kind: str) -> RawTable:
    """Check every row and return the usable ones; all others are in the findings, each with one reason."""
    return _Builder(sheet, mapped, tz).run(kind)


class _Builder:
    """The sheet, the rows still alive, and the columns made so far (full length until the end)."""

    def __init__(self, sheet: Sheet, mapped: Mapped, tz: str | None) -> None:
        self.sheet = sheet
        self.mapped = mapped
        self.tz = tz
        self.findings = sheet.findings
        self.source = sheet.findings.source
        self.alive: Mask = np.ones(sheet.row.size, dtype=bool)
        self.repairs: list[tuple[Mask, str, str]] = []

    def run(self, kind: str) -> RawTable:
        self._set_aside()
        learner = self._learner()
        item = self._id("item")
        made = self._answers()
        skills = self._skills()
        answered, shown, response = self._times()
        keep = self.alive
        for repaired, reason, name in self.repairs:
            rows = repaired & keep
            self.findings.add("repaired", reason, self.sheet.row[rows], column=name, values=self._show(name, rows))
        self.findings.notes.extend(self.mapped.layout.notes)
        arrow_keep = pa.array(keep)
        table = {name: values[keep] for name, values in made.items()}
        raw = RawTable(
            source=self.source,
            layout=self.mapped.layout_id,
            kind=kind,
            row=self.sheet.row[keep],
            learner=learner.filter(arrow_keep).dictionary_encode(),
            item=item.filter(arrow_keep).dictionary_encode(),
            answered_at=answered[keep],
            shown_at=None if shown is None else shown[keep],
            response_ms=None if response is None else response[keep],
            score=table.get("score"),
            success=table.get("success"),
            grade=table.get("grade"),
            skills=None if skills is None else skills.filter(arrow_keep),
            kind_column=self._kind(arrow_keep),
            extra=self._extra(arrow_keep),
            findings=self.findings,
        )
        if self.mapped.layout.shown == "previous" and self.relative:
            return adjust.shown_at_previous_answer(raw)
        return raw

    # Rows and messages

    def _column(self, canonical: str) -> Any | None:
        name = self.mapped.columns.get(canonical)
        return None if name is None else self.sheet.table.column(name)

    def _text(self, name: str) -> pa.StringArray:
        return as_text(self.sheet.table.column(name), self.source, name)

    def _show(self, name: str, rows: Mask) -> pa.Array:
        picked = self.sheet.table.column(name).take(pa.array(np.flatnonzero(rows)))
        return as_text(picked, self.source, name)

    def _drop(self, rows: Mask, outcome: str, reason: str, name: str, expected: str | None = None) -> None:
        rows = rows & self.alive
        if rows.any():
            self.findings.add(
                outcome,
                reason,
                self.sheet.row[rows],
                column=name,
                values=self._show(name, rows),
                expected=expected,
            )
            self.alive &= ~rows

    # Columns

    def _set_aside(self) -> None:
        helpers = self.mapped.helpers
        for rule in self.mapped.layout.set_aside:
            if rule.column in helpers and all(helper in helpers for helper in rule.also):
                rows = self._holds(helpers[rule.column], rule.values)
                for helper, values in rule.also.items():
                    rows &= self._holds(helpers[helper], values)
                self._drop(rows, "set aside", rule.reason, helpers[rule.column])
        name = self.mapped.columns.get("kind")
        if name is not None:
            text = pc.utf8_lower(trimmed(self._text(name)))
            known = mask(pc.is_in(text, value_set=pa.array(KINDS))) | is_missing(text)
            self._drop(~known, "rejected", "is an unknown kind", name, f"one of {', '.join(KINDS)}")
            answers = mask(pc.is_in(text, value_set=pa.array(ANSWER_KINDS))) | is_missing(text)
            self._drop(~answers, "set aside", "kind is not an answer", name)

    def _holds(self, name: str, values: tuple[str, ...]) -> Mask:
        return mask(pc.is_in(trimmed(self._text(name)), value_set=pa.array(values)))

    def _learner(self) -> pa.Array:
        if self.mapped.one_learner:
            self.findings.notes.append("there is no learner column: the cards are read as one learner, '1'")
            return pa.array(np.full(self.sheet.row.size, "1", dtype=object), pa.string())
        return self._id("learner")

    def _id(self, canonical: str) -> pa.Array:
        name = self.mapped.columns[canonical]
        column = self.sheet.table.column(name)
        if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
            several = mask(pc.greater(pc.list_value_length(column), 1).combine_chunks())
            self._drop(several, "rejected", "holds several values", name, f"the one id of the {canonical}")
        text = self._text(name)
        self._drop(is_missing(text), "rejected", "has no id", name, f"the id of the {canonical}")
        return self._without_blanks(text, pc.utf8_trim_whitespace(text), name)

    def _skills(self) -> pa.Array | None:
        name = self.mapped.columns.get("skills")
        if name is None:
            return None
        text = self._text(name)
        text = pc.if_else(pa.array(is_missing(text)), pa.scalar(None, pa.string()), text)
        clean = pc.utf8_trim_whitespace(pc.replace_substring_regex(text, _BLANKS_AT_BAR, "|"))
        return self._without_blanks(text, clean, name)

    def _without_blanks(self, text: pa.Array, clean: pa.Array, name: str) -> pa.Array:
        """Return ``clean``; rows in which it differs count as repaired: ``"a "`` and ``"a"`` are one id."""
        self.repairs.append((mask(pc.not_equal(text, clean)), "surrounding blanks removed", name))
        return clean

    def _answers(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        columns = self.mapped.columns
        for canonical, decode, absent in (("grade", decode_grade, 0), ("success", decode_success, -1)):
            if canonical in columns:
                name = columns[canonical]
                made[canonical], readable = coded(self._text(name), decode, absent)
                problem = "is not a grade" if canonical == "grade" else "is not right or wrong"
                self._drop(~readable, "rejected", problem, name, _EXPECTED[canonical])
        if "score" in columns:
            name = columns["score"]
            made["score"], readable = numbers(self._column("score"), self.source, name)
            with np.errstate(invalid="ignore"):
                outside = (made["score"] < 0) | (made["score"] > 1)
            self._drop(~readable | outside, "rejected", "is not a score", name, _EXPECTED["score"])
        present = {c: v != absent for (c, absent) in (("grade", 0), ("success", -1)) if (v := made.get(c)) is not None}
        if "score" in made:
            present["score"] = ~np.isnan(made["score"])
        any_present = np.logical_or.reduce(list(present.values()))
        self._set_aside_missed(~any_present)
        first = next(iter(present))
        self._drop(~any_present, "rejected", "has no answer", columns[first], _EXPECTED[first])
        self._check_agreement(made, present)
        return made

    def _set_aside_missed(self, no_answer: Mask) -> None:
        """A missed quiz, which has neither an answer nor a time, is not a wrong answer."""
        if no_answer.any():
            name = self.mapped.columns["answered_at"]
            self._drop(no_answer & is_missing(self._text(name)), "set aside", "was never answered", name)

    def _check_agreement(self, made: dict[str, Any], present: dict[str, Mask]) -> None:
        """A grade above 1 is a success; a score of 1 is one, a score of 0 is none. Partial scores agree with both."""
        verdicts = {}
        if "grade" in made:
            verdicts["grade"] = (present["grade"], made["grade"] > 1)
        if "success" in made:
            verdicts["success"] = (present["success"], made["success"] == 1)
        if "score" in made:
            clear = present["score"] & ((made["score"] == 0) | (made["score"] == 1))
            verdicts["score"] = (clear, made["score"] == 1)
        names = list(verdicts)
        for i, one in enumerate(names):
            for other in names[i + 1 :]:
                both = verdicts[one][0] & verdicts[other][0]
                differ = both & (verdicts[one][1] != verdicts[other][1])
                reason = f"disagrees with column {self.mapped.columns[one]!r}"
                expected = "columns that tell the same outcome"
                self._drop(differ, "rejected", reason, self.mapped.columns[other], expected)

    def _time(self, canonical: str, *, required: bool) -> times.Times:
        name = self.mapped.columns[canonical]
        zone = self._column("tz")
        clock = times.Clock(
            tz=self.tz,
            row_zones=None if zone is None else as_text(zone, self.source, self.mapped.columns["tz"]),
            source=self.source,
            row=self.sheet.row,
            row_word=self.findings.row_word,
        )
        layout = self.mapped.layout
        days = layout.days and canonical == "answered_at"
        found = times.convert(
            self.sheet.table.column(name), name, clock, days=days, any_start=layout.shown == "previous"
        )
        if required:
            self._drop(found.missing, "rejected", "has no time", name, times.EXPECTED)
        for rows, reason, expected in found.faults:
            self._drop(rows, "rejected", reason, name, expected)
        self.repairs.extend((rows, reason, name) for rows, reason in found.repairs)
        self.findings.notes.extend(found.notes)
        return found

    def _times(self) -> tuple[Any, Any, Any]:
        found = self._time("answered_at", required=True)
        answered = found.ms
        self.relative = found.relative
        shown = None
        unknown = np.ones(answered.size, dtype=bool)
        if "shown_at" in self.mapped.columns:
            given = self._time("shown_at", required=False)
            name = self.mapped.columns["shown_at"]
            self._drop(
                ~given.missing & (given.ms > answered),
                "rejected",
                "is later than the answer",
                name,
                f"a time not after {self.mapped.columns['answered_at']!r}",
            )
            shown = np.where(given.missing, answered, given.ms)
            unknown = given.missing
        response = self._response()
        if response is not None:
            derived = answered - np.rint(np.nan_to_num(np.minimum(response, 1e15), nan=0.0)).astype(np.int64)
            name = self.mapped.columns["response_ms"]
            early = unknown & (derived < times.MIN_MS)
            self._drop(early, "rejected", "reaches back before 1970", name, "a response time shorter than that")
            shown = np.where(unknown, derived, answered if shown is None else shown)
        if self.mapped.layout.shown == "same" and shown is None:
            shown = answered.copy()
        return answered, shown, response

    def _response(self) -> Any | None:
        name = self.mapped.columns.get("response_ms")
        if name is None:
            return None
        response, readable = numbers(self._column("response_ms"), self.source, name)
        with np.errstate(invalid="ignore"):
            bad = ~readable | (response < 0) | np.isinf(response)
        self._drop(bad, "rejected", "is not a response time", name, "milliseconds, 0 or more")
        return response

    def _optional(self, canonical: str, keep: pa.Array) -> pa.Array | None:
        name = self.mapped.columns.get(canonical)
        if name is None:
            return None
        text = self._text(name)
        return pc.if_else(pa.array(is_missing(text)), pa.scalar(None, pa.string()), text).filter(keep)

    def _kind(self, keep: pa.Array) -> pa.Array | None:
        text = self._optional("kind", keep)
        return None if text is None else pc.utf8_lower(pc.utf8_trim_whitespace(text)).fill_null("quiz")

    def _extra(self, keep: pa.Array) -> dict[str, pa.Array]:
        extra = {}
        for canonical in ("tz", "attempt", "source", "course", "session"):
            found = self._optional(canonical, keep)
            if found is not None:
                extra[canonical] = found
        if "confidence" in self.mapped.columns:
            extra["confidence"] = self._confidence().filter(keep)
        return extra

    def _confidence(self) -> pa.Array:
        """Confidence is no reason to lose an answer: what is not a number becomes null, and a note says so."""
        name = self.mapped.columns["confidence"]
        values, readable = numbers(self._column("confidence"), self.source, name)
        lost = ~readable & self.alive
        if lost.any():
            first = int(lost.argmax())
            example = show(self._show(name, np.arange(lost.size) == first)[0].as_py())
            where = f"first {self.findings.row_word} {self.sheet.row[first]}, e.g. {example}"
            self.findings.notes.append(f"column {name!r}: values left out, not numbers: {lost.sum()} ({where})")
        return pa.array(values, from_pandas=True)
