"""From the columns of a source to canonical columns: the caller's mapping, a known layout, the table of aliases."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import InputError
from .layouts import ALIASES, CANONICAL, FLASHCARD_ITEMS, LAYOUTS, OUTCOMES, REQUIRED, Layout


@dataclass
class Mapped:
    """Which source column serves which canonical column.

    ``columns`` maps canonical names to source names; ``helpers`` maps names used by set-aside rules to source names.
    """

    layout: Layout
    layout_id: str
    columns: dict[str, str]
    helpers: dict[str, str] = field(default_factory=dict)
    one_learner: bool = False

    @property
    def names(self) -> list[str]:
        """Source columns to load, each once."""
        return list(dict.fromkeys([*self.columns.values(), *self.helpers.values()]))


def plain(name: str) -> str:
    """Return a column name as it is compared: trimmed, lower case, blanks and hyphens as underscores."""
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def resolve(names: Sequence[str], columns: Mapping[str, str] | None, source: str) -> Mapped:
    """Return the mapping for a source with these column names, or raise InputError naming what is missing.

    Parameters
    ----------
    names : sequence of str
        The source's columns.
    columns : mapping, optional
        Canonical name to source column, as the caller gave it; it overrides layout and aliases.
    source : str
        Name of the source in messages.
    """
    wanted = _checked(columns or {}, names, source)
    by_plain: dict[str, str] = {}
    for name in names:
        by_plain.setdefault(plain(name), name)
    layout = next((known for known in LAYOUTS if known.requires <= by_plain.keys()), CANONICAL)
    if layout is CANONICAL:
        found = _by_alias(by_plain, taken=set(wanted.values()))
    else:
        found = {c: by_plain[s] for c, s in layout.columns.items() if s in by_plain}
    found |= wanted
    if wanted.keys() & set(OUTCOMES):  # the caller said which column is the answer
        found = {c: s for c, s in found.items() if c not in OUTCOMES or c in wanted}
    layout_id = "custom" if wanted and layout is CANONICAL else layout.id
    mapped = Mapped(layout, layout_id, found)
    for rule in layout.set_aside:
        for helper in (rule.column, *rule.also):
            if helper in by_plain:
                mapped.helpers[helper] = by_plain[helper]
    cards = layout.flashcards or plain(found.get("item", "")) in FLASHCARD_ITEMS
    mapped.one_learner = cards and "learner" not in found
    _require(mapped, names, source)
    return mapped


def _checked(columns: Mapping[str, str], names: Sequence[str], source: str) -> dict[str, str]:
    for canonical, column in columns.items():
        if canonical not in ALIASES:
            raise InputError(
                "columns= has an unknown canonical name",
                source=source,
                value=canonical,
                expected=f"one of {', '.join(ALIASES)}{_nearest(str(canonical), ALIASES)}",
            )
        if column not in names:
            raise InputError(
                f"there is no such column for {canonical!r}",
                source=source,
                column=str(column),
                expected=f"one of the columns {_listed(names)}{_nearest(str(column), names)}",
            )
    return dict(columns)


def _by_alias(by_plain: Mapping[str, str], taken: set[str]) -> dict[str, str]:
    found = {}
    for canonical, aliases in ALIASES.items():
        for alias in (canonical, *aliases):
            if alias in by_plain and by_plain[alias] not in taken:
                found[canonical] = by_plain[alias]
                break
    return found


def _require(mapped: Mapped, names: Sequence[str], source: str) -> None:
    missing = [c for c in REQUIRED if c not in mapped.columns and not (c == "learner" and mapped.one_learner)]
    if not missing and not mapped.columns.keys() & set(OUTCOMES):
        missing = list(OUTCOMES)
        problem = "there is no column for the answer: score, success or grade"
    elif missing:
        problem = f"there is no column for {' and '.join(repr(c) for c in missing)}"
    else:
        return
    accepted = [name for canonical in missing for name in (canonical, *ALIASES[canonical])]
    hint = _nearest_of(accepted, names)
    if len(names) == 1:
        hint += "; one column was found: is the delimiter comma, tab, semicolon or pipe?"
    raise InputError(
        problem,
        source=source,
        column=missing[0],
        expected=f"a column named {', '.join(accepted[:6])}, or columns={{...}}; found {_listed(names)}{hint}",
    )


def _listed(names: Sequence[str]) -> str:
    shown = [repr(name if len(name) <= 40 else name[:37] + "...") for name in names[:12]]
    return ", ".join(shown) + (f" and {len(names) - 12} more" if len(names) > 12 else "") if names else "none"


def _nearest(name: str, among: Sequence[str] | Mapping[str, object]) -> str:
    close = difflib.get_close_matches(name, list(among), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _nearest_of(accepted: Sequence[str], names: Sequence[str]) -> str:
    for name in names:
        if len(name) <= 40 and difflib.get_close_matches(plain(name), accepted, n=1, cutoff=0.8):
            return f" (is it {name!r}?)"
    return ""
