"""Cohort files both ways, and their JSON schema."""

from __future__ import annotations

import datetime as dt
import json
import random
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import perdure.cohort as rules
import pytest
from perdure import Cohort, InputError, sample
from perdure.cohort import Learner, Skill
from perdure.cohort.keys import Part, parts
from perdure.cohort.kinds import Choice, Clock, Day, ListOf, Number, Switch, Table, Text, Whole, ZoneName
from perdure.cohort.schema import schema
from perdure.cohort.toml import of_document

try:
    import jsonschema
except ModuleNotFoundError:  # the extra `test` brings it
    jsonschema = None  # type: ignore[assignment]
with_jsonschema = pytest.mark.skipif(jsonschema is None, reason="jsonschema is not installed")

DAY = dt.timedelta(1)
MONDAY = dt.date(2026, 3, 2)
FULL = (Path(__file__).parent / "corpus" / "cohort.toml").read_text(encoding="utf-8")
"""A file with every table."""


def read(folder: Path, text: str) -> Cohort:
    path = folder / "cohort.toml"
    path.write_text(text, encoding="utf-8")
    return Cohort.from_toml(path)


# Files both ways


def some_text(draw: random.Random) -> str:
    return "".join(draw.choice("aé\"\\\n\t\x7f\x1f#]='日🙂 ") for _ in range(draw.randint(1, 6)))


REFERENCES = {"course": "courses", "courses": "courses", "requires": "skills", "groups": "groups"}
"""Keys that name others, and what they name. Group sessions cover all skills here: theirs must be of one course."""


class Draw:
    """Random rules whose names fit each other."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.names: dict[str, list[str]] = {"courses": [], "skills": [], "certificates": [], "groups": ["Lyon", "Metz"]}
        self.count = 0

    def cohort(self) -> Cohort:
        values = {part.name: self.some(part.kind) for part in parts(Cohort) if not part.tables}
        values |= {"start": MONDAY, "deadline": MONDAY + self.random.randint(0, 900) * DAY}
        values["learners"] = (Learner("one", groups=("Lyon", "Metz")),)
        for part in parts(Cohort):
            if part.tables is None or part.name == "learners":
                continue
            if isinstance(part.kind, Table):
                trial = {part.name: self.rules(part.tables)}
                values |= trial if self.fits(values | trial) else {}
                continue
            for _ in range(self.random.randint(0, 3)):
                trial = {part.name: (*values.get(part.name, ()), self.rules(part.tables))}
                if self.fits(values | trial):
                    values |= trial
                    self.names.setdefault(part.name, []).append(trial[part.name][-1].id)
        for _ in range(self.random.randint(0, 3)):
            trial = {"learners": (*values["learners"], self.rules(Learner))}
            values |= trial if self.fits(values | trial) else {}
        return Cohort(**values)

    @staticmethod
    def fits(values: dict[str, Any]) -> bool:
        try:
            Cohort(**values)
        except InputError:
            return False
        return True

    def rules(self, cls: type[Any]) -> Any:
        """An object of a class of rules: keys that do not fit the others are drawn again, one by one."""
        known = parts(cls)
        values = {part.name: self.key(part, cls) for part in known if part.required or self.random.random() < 0.5}
        for _ in range(2000):
            try:
                return cls(**values)
            except InputError:
                part = self.random.choice(known)
                values.pop(part.name, None)
                if part.required or self.random.random() < 0.5:
                    values[part.name] = self.key(part, cls)
        raise AssertionError(f"no {cls.__name__} found")

    def key(self, part: Part, cls: type[Any]) -> Any:
        self.count += 1
        if part.name == "id":
            held = cls is rules.HeldCertificate and self.names["certificates"]
            made = self.random.choice(self.names["certificates"]) if held else f"{some_text(self.random)}{self.count}"
            if cls is Skill:
                self.names["skills"].append(made)
            return made
        if part.name in REFERENCES:
            known = self.names[REFERENCES[part.name]] or ["none"]
            chosen = tuple(self.random.sample(known, 1))
            return chosen[0] if isinstance(part.kind, Text) else chosen
        if cls is rules.GroupSession and part.name in ("dates", "skills"):
            return (MONDAY + self.random.randint(0, 900) * DAY,) if part.name == "dates" else None
        if part.name == "items":
            return tuple(f"q{self.count}{name}" for name in ("a", "b"))
        return self.some(part.kind)

    def some(self, kind: Any) -> Any:
        """A value of a kind, from its corners."""
        draw = self.random
        if isinstance(kind, Whole):
            return draw.choice(
                [kind.least, kind.most, draw.randint(kind.least, kind.most), min(kind.least + 9, kind.most)]
            )
        if isinstance(kind, Number):
            return draw.uniform(kind.least, kind.most) * 0.999 or kind.most / 2
        if isinstance(kind, Day):
            return MONDAY + draw.randint(-900, 900) * DAY
        if isinstance(kind, Clock):
            return dt.time(draw.randint(0, 23), draw.randint(0, 59))
        if isinstance(kind, Choice):
            return draw.choice(kind.options)
        if isinstance(kind, Switch):
            return draw.random() < 0.5
        if isinstance(kind, ZoneName):
            return draw.choice(["UTC", "Europe/Paris"])
        if isinstance(kind, Text):
            return some_text(draw)
        if isinstance(kind, ListOf):
            values = [self.some(kind.kind) for _ in range(draw.randint(max(kind.least, 1), 3))]
            return tuple(dict.fromkeys(values)) if kind.once else tuple(values)
        return self.rules(kind.rules)


@pytest.mark.parametrize("seed", range(150))
def test_random_cohorts_go_to_a_file_and_back(seed: int) -> None:
    cohort = Draw(seed).cohort()
    text = cohort.to_toml()
    again = of_document(tomllib.loads(text), "again")
    assert again == cohort
    assert again.to_toml() == text
    if jsonschema is not None:
        validate(tomllib.loads(text))


def test_random_cohorts_use_every_key() -> None:
    used: set[str] = set()

    def walk(rules_: Any, prefix: str) -> None:
        for part in parts(type(rules_)):
            value = getattr(rules_, part.name)
            if part.required or value != part.default:
                used.add(f"{prefix}{part.name}")
            for inner in value if isinstance(value, tuple) else (value,):
                if part.tables and inner is not None:
                    walk(inner, f"{prefix}{part.name}.")

    for seed in range(150):
        walk(Draw(seed).cohort(), "")

    def wanted(cls: type[Any], prefix: str) -> list[str]:
        return [
            name
            for part in parts(cls)
            for name in [f"{prefix}{part.name}", *(wanted(part.tables, f"{prefix}{part.name}.") if part.tables else [])]
        ]

    assert set(wanted(Cohort, "")) - used == {"group_sessions.skills"}


# The schema


def as_json(value: Any) -> Any:
    """A TOML document as JSON has it: dates and times as text."""
    if isinstance(value, dict):
        return {name: as_json(one) for name, one in value.items()}
    if isinstance(value, list):
        return [as_json(one) for one in value]
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def validate(document: Any) -> None:
    jsonschema.Draft202012Validator(schema()).validate(as_json(document))


@with_jsonschema
def test_the_schema_is_a_schema_and_shipped() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    shipped = Path(rules.__file__).with_name("cohort.schema.json").read_text(encoding="utf-8")
    assert json.loads(shipped) == schema(), "run tools/cohort_keys.py"


@with_jsonschema
def test_the_schema_takes_what_the_package_takes() -> None:
    validate(tomllib.loads(FULL))
    validate(tomllib.loads(sample.cohort_path().read_text(encoding="utf-8")))
    validate(tomllib.loads('[cohort]\ntimezone = "UTC"\n'))


SEEN = [
    ("questions_per_session = 4", "questions_per_session = 0"),
    ("questions_per_session = 4", 'questions_per_session = "4"'),
    ("questions_per_session = 4", "question_per_session = 4"),
    ("weight = 2", "weight = 0"),
    ("start = 2026-03-02", 'start = "soon"'),
    ("start = 2026-03-02", "start = 1969-12-31"),
    ('send_at = "08:30"', 'send_at = "25:00"'),
    ('cadence = "2-2-2"', 'cadence = "2-2-3"'),
    ('items = ["q3"]', "items = []"),
    ('timezone = "Europe/Paris"', ""),
    ('kind = "nugget"\n', ""),
    ("[caps]", "[cap]"),
    ("leave = [{ first = 2026-04-06, last = 2026-04-17 }]", "leave = [{ first = 2026-04-06 }]"),
    ("tolerance_days = 10", "tolerance_days = 1.5"),
    ('id = "L2"', "id = 2"),
    ('courses = ["fire"]', 'courses = "fire"'),
]


@with_jsonschema
@pytest.mark.parametrize(("old", "new"), SEEN, ids=[new or old for old, new in SEEN])
def test_the_schema_refuses_what_it_can_see(old: str, new: str, tmp_path: Path) -> None:
    text = FULL.replace(old, new, 1)
    assert text != FULL
    with pytest.raises(InputError):
        read(tmp_path, text)
    with pytest.raises(jsonschema.ValidationError):
        validate(tomllib.loads(text))


def replaced(document: Any, value: Any) -> Iterator[tuple[str, Any]]:
    """The document with one value, table or entry in the place of which stands another; and where."""
    keys = document if isinstance(document, dict) else range(len(document))
    for key in keys:
        inner = document[key]
        copies = [("", value)]
        if isinstance(inner, dict | list):
            copies += list(replaced(inner, value))
        for where, changed in copies:
            whole = document.copy()
            whole[key] = changed
            yield f"{key}.{where}", whole


STRANGE = [
    3,
    -1,
    2.5,
    float("nan"),
    10**30,
    10**400,
    True,
    "",
    "x",
    "09:00",
    "2026-03-02",
    MONDAY,
    dt.time(9),
    [],
    [[]],
    {},
    {"id": "x"},
    [{}],
]


@with_jsonschema
@pytest.mark.parametrize("value", STRANGE, ids=[str(value) for value in STRANGE])
def test_any_value_anywhere_is_taken_or_refused_in_one_line(value: Any) -> None:
    validator = jsonschema.Draft202012Validator(schema())
    refused = 0
    for where, document in replaced(tomllib.loads(FULL), value):
        try:
            of_document(document, "cohort.toml")
        except InputError as error:
            refused += 1
            assert str(error).startswith("cohort.toml, key ")
            assert "\n" not in str(error)
        else:
            assert validator.is_valid(as_json(document)), where
    assert refused > 20


def test_the_one_table_has_a_meaning_for_every_key() -> None:
    def check(part: Part) -> None:
        assert part.doc
        assert part.required or part.default is not None or part.without, part.name
        for inner in parts(part.tables) if part.tables else ():
            check(inner)

    for part in parts(Cohort):
        check(part)
