"""The calendars of a plan, read back by vobject, which shares no code with what writes them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import zoneinfo
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from perdure import Cohort, InputError
from perdure._vtimezone import vtimezone
from perdure.cohort import Course, GroupSession, Learner, Skill, Step
from perdure.plan_calendar import PlanCalendar
from perdure.plan_table import SCHEMA

pytest.importorskip("icalendar")
vobject = pytest.importorskip("vobject")

FIRST = dt.date(2026, 3, 2)
PARIS, NEW_YORK = zoneinfo.ZoneInfo("Europe/Paris"), zoneinfo.ZoneInfo("America/New_York")
SKILLS = (Skill("exits", items=("F1", "F2")), Skill("alarm", items=("F3", "F4"), minutes=2.5))
COHORT = Cohort(
    "Europe/Paris",
    name="Site A",
    start=FIRST,
    deadline=dt.date(2026, 6, 30),
    courses=[Course("fire", name="Fire, safety; and more", training_end=dt.date(2026, 2, 27), skills=SKILLS)],
    group_sessions=[
        GroupSession("webinar", "fire", dates=(dt.date(2026, 3, 26), dt.date(2026, 4, 2)), name="Webinar", minutes=45)
    ],
    steps=[
        Step("quiz-30", "review-quiz", after_days=30, minutes=7.5),
        Step("tip", "nugget", every_days=28),
        Step("tip-too", "nugget", after_days=28),
    ],
    learners=[Learner("ann"), Learner("bob", timezone="America/New_York")],
)
NUGGET, REVIEW = "2026-03-27", "2026-03-30"


def row(learner: str, date: str, time: str = "09:00", kind: str = "quiz", item: str | None = None) -> dict[str, Any]:
    skill = next((one.id for one in SKILLS if item in (one.items or ())), None)
    return {
        "learner": learner,
        "course": "fire",
        "item": item,
        "skill": skill,
        "date": dt.date.fromisoformat(date),
        "time": time,
        "kind": kind,
        "reason": "due" if item else "",
    }


ROWS = [
    row("ann", "2026-03-03", item="F1"),
    row("ann", "2026-03-03", item="F3"),
    row("bob", "2026-03-06", "08:30", item="F1"),
    row("bob", "2026-03-09", "08:30", item="F3"),
    row("ann", NUGGET, kind="nugget"),
    row("ann", NUGGET, kind="nugget"),
    row("ann", REVIEW, kind="review-quiz", item="F2"),
    *[row("ann", "2026-04-02", "14:00", "group-session", item) for item in ("F1", "F3")],
    *[row("bob", "2026-04-02", "08:00", "group-session", item) for item in ("F2", "F4")],
]


def table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def calendar(rows: list[dict[str, Any]] = ROWS, previous: Any = None, first: dt.date = FIRST) -> PlanCalendar:
    return PlanCalendar(table(rows), COHORT, first, None if previous is None else table(previous))


def events(content: bytes) -> list[Any]:
    """Events of a file as an independent parser has them, its time zones from the file."""
    vars(vobject.icalendar)["__tzidMap"].clear()  # else it keeps the first zone of a name that it has seen
    parsed = vobject.readOne(content.decode())
    parsed.validate(raiseException=True)
    assert parsed.method.value == "PUBLISH"
    return list(getattr(parsed, "vevent_list", []))


def told(content: bytes) -> list[tuple[str, str, int]]:
    """Start on the event's own clock with its distance from UTC, title and minutes."""
    found = []
    for one in events(content):
        start = one.dtstart.value
        assert isinstance(start, dt.datetime)
        found.append((f"{start:%m-%d %H:%M %z}", one.summary.value, int(one.duration.value.total_seconds() / 60)))
    return found


def test_the_calendar_of_a_learner() -> None:
    assert told(calendar().feed("ann")) == [
        ("03-03 09:00 +0100", "Quiz: 2 questions", 4),
        ("03-27 09:00 +0100", "Nugget: Fire, safety; and more", 5),
        ("03-27 09:00 +0100", "Nugget: Fire, safety; and more", 5),
        ("03-30 09:00 +0200", "Review quiz: Fire, safety; and more, 1 question", 8),  # clocks went forward on the 29th
        ("04-02 14:00 +0200", "Webinar", 45),
    ]
    quiz = events(calendar().feed("ann"))[0]
    assert quiz.description.value == "F1, exits: due\nF3, alarm: due"
    assert (quiz.status.value, quiz.categories.value) == ("CONFIRMED", ["quiz"])
    assert (quiz.dtstamp.value, quiz.sequence.value) == (dt.datetime(2026, 3, 2, tzinfo=vobject.icalendar.utc), "19114")


def test_the_clock_of_the_learner() -> None:
    assert told(calendar().feed("bob")) == [
        ("03-06 08:30 -0500", "Quiz: 1 question", 1),
        ("03-09 08:30 -0400", "Quiz: 1 question", 3),  # clocks went forward on the 8th, three weeks before Paris
        ("04-02 08:00 -0400", "Webinar", 45),
    ]


def test_the_calendar_of_group_sessions(tmp_path: Path) -> None:
    calendar().write(tmp_path / "plan.ics")
    content = (tmp_path / "plan.ics").read_bytes()
    assert content == calendar().group_feed()
    assert told(content) == [("04-02 14:00 +0200", "Webinar", 45)]
    assert events(content)[0].description.value == "Skills: alarm, exits\nLearners: ann, bob"
    none = calendar(ROWS[:3]).group_feed()
    assert events(none) == []


ZONES = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata", "UTC"]


@pytest.mark.parametrize("name", ZONES)
def test_clocks_change_at_the_instant_that_the_file_says(name: str) -> None:
    """An onset is on the old clock (RFC 5545, section 3.6.5), which parsers that compare local times do not see."""
    zone = zoneinfo.ZoneInfo(name)
    parts = re.findall(
        r"BEGIN:(STANDARD|DAYLIGHT).*?DTSTART:(\w+).*?TZOFFSETFROM:([+-]\d+).*?TZOFFSETTO:([+-]\d+)",
        vtimezone(name, 2026, 2027).to_ical().decode(),
        re.DOTALL,
    )
    instants = []
    for kind, onset, before, after in parts:
        start = dt.datetime.strptime(f"{onset}{before}", "%Y%m%dT%H%M%S%z").astimezone(dt.UTC)
        assert f"{start.astimezone(zone):%z}" == after
        assert f"{start - dt.timedelta(seconds=1):%Y}" < "2026" or before == f"{shortly_before(start, zone):%z}"
        assert kind == ("DAYLIGHT" if start.astimezone(zone).dst() else "STANDARD")
        instants.append(start)
    assert instants == sorted(set(instants))
    times = [dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + n * dt.timedelta(minutes=30) for n in range(48 * 730)]
    changes = [one for one in times if one.astimezone(zone).utcoffset() != shortly_before(one, zone).utcoffset()]
    assert len(parts) == 1 + len(changes)


def shortly_before(instant: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    return (instant - dt.timedelta(seconds=1)).astimezone(zone)


@pytest.mark.parametrize("zone", ZONES)
def test_every_hour_around_every_change_of_clocks(zone: str) -> None:
    """The parser finds the same instant as the zone's own rules, for each local time that exists once."""
    rules = zoneinfo.ZoneInfo(zone)
    own = dataclasses.replace(COHORT, timezone=zone, learners=())
    hours = [dt.datetime(2026, 3, 1) + n * dt.timedelta(minutes=30) for n in range(48 * 300)]
    there = [hour for hour in hours if once(hour, rules)]
    changes = [hour for hour in hours if hour.replace(tzinfo=rules).utcoffset() != offset_before(hour, rules)]
    near = [hour for hour in there if any(abs(hour - change) <= dt.timedelta(hours=3) for change in changes)]
    chosen = near or there[::1000]
    rows = [row(f"L{n}", f"{one:%Y-%m-%d}", f"{one:%H:%M}", item="F1") for n, one in enumerate(chosen)]
    feeds = PlanCalendar(table(rows), own, FIRST)
    for n, hour in enumerate(chosen):
        start = events(feeds.feed(f"L{n}"))[0].dtstart.value
        assert start.replace(tzinfo=None) == hour
        assert start.astimezone(dt.UTC) == hour.replace(tzinfo=rules).astimezone(dt.UTC), hour


def once(hour: dt.datetime, zone: zoneinfo.ZoneInfo) -> bool:
    offsets = {hour.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
    return len(offsets) == 1


def offset_before(hour: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.timedelta | None:
    return (hour - dt.timedelta(minutes=30)).replace(tzinfo=zone).utcoffset()


def by_uid(content: bytes) -> dict[str, tuple[str, str, int]]:
    """Start, status and sequence by UID."""
    found = {
        one.uid.value: (f"{one.dtstart.value:%m-%d %H:%M}", one.status.value, int(one.sequence.value))
        for one in events(content)
    }
    assert len(found) == len(events(content))
    return found


def test_a_new_plan_keeps_what_stays_moves_what_it_knows_and_cancels_the_rest() -> None:
    monday, after = dt.date(2026, 3, 9), 2 * (dt.date(2026, 3, 9) - FIRST).days
    later = [
        row("ann", "2026-03-12", item="F4"),
        *ROWS[4:6],
        row("ann", "2026-03-31", kind="review-quiz", item="F2"),
        *[row("ann", "2026-03-26", "14:00", "group-session", item) for item in ("F1", "F3")],
    ]
    before, now = by_uid(calendar().feed("ann")), by_uid(calendar(later, ROWS, monday).feed("ann"))
    uids = {start: uid for uid, (start, _, _) in before.items()}
    assert now[uids["04-02 14:00"]] == ("03-26 14:00", "CONFIRMED", 19114 + after + 1)  # the group session has moved
    assert uids["03-03 09:00"] not in now  # it is over
    nuggets = [uid for uid, (start, _, _) in before.items() if start == "03-27 09:00"]
    assert [now[uid] for uid in nuggets] == [("03-27 09:00", "CONFIRMED", 19114 + after)] * 2
    assert now[uids["03-30 09:00"]][1:] == ("CANCELLED", 19114 + after + 1)  # no step of the cohort is on the 31st
    assert ("03-12 09:00", "CONFIRMED", 19114 + after + 1) not in now.values()
    assert ("03-12 09:00", "CONFIRMED", 19114 + after) in now.values()
    bob = by_uid(calendar(later, ROWS, monday).feed("bob"))
    assert sorted(bob.values()) == [
        ("03-09 08:30", "CANCELLED", 19114 + after + 1),
        ("04-02 08:00", "CANCELLED", 19114 + after + 1),
    ]


def test_a_step_keeps_its_uid_where_leave_moves_it() -> None:
    away = rules_with_leave("2026-03-30", "2026-03-31")
    moved = [one if one["date"] != dt.date(2026, 3, 30) else {**one, "date": dt.date(2026, 4, 1)} for one in ROWS]
    before = by_uid(calendar().feed("ann"))
    now = by_uid(PlanCalendar(table(moved), away, FIRST).feed("ann"))
    assert before.keys() == now.keys()
    [uid] = [uid for uid, (start, _, _) in before.items() if start == "03-30 09:00"]
    assert now[uid][0] == "04-01 09:00"


def rules_with_leave(first: str, last: str) -> Cohort:
    from perdure.cohort import Leave

    leave = (Leave(dt.date.fromisoformat(first), dt.date.fromisoformat(last)),)
    return dataclasses.replace(COHORT, learners=(Learner("ann", leave=leave), COHORT.learners[1]))


def test_the_same_plan_makes_the_same_files(tmp_path: Path) -> None:
    paths = calendar().write_feeds(tmp_path / "feeds")
    assert [path.name for path in paths] == ["ann.ics", "bob.ics"]
    first = [path.read_bytes() for path in paths]
    assert first == [path.read_bytes() for path in calendar().write_feeds(tmp_path / "feeds")]
    assert all(line.endswith(b"\r\n") and len(line) <= 77 for line in first[0].splitlines(keepends=True))
    other = PlanCalendar(table(ROWS), dataclasses.replace(COHORT, name="Site B"), FIRST)
    assert by_uid(other.feed("ann")).keys().isdisjoint(by_uid(calendar().feed("ann")))
    assert by_uid(calendar().feed("bob")).keys().isdisjoint(by_uid(calendar().feed("ann")))


def test_names_of_learners_are_names_of_files(tmp_path: Path) -> None:
    strange = [row("../a b", "2026-03-03", item="F1"), row("Zoé\r\nX:1;,\x00", "2026-03-03", item="F1")]
    paths = calendar(strange).write_feeds(tmp_path)
    assert [path.name for path in paths] == ["..%2Fa%20b.ics", "Zo%C3%A9%0D%0AX%3A1%3B%2C%00.ics"]
    assert all(path.parent == tmp_path and len(events(path.read_bytes())) == 1 for path in paths)
    parsed = vobject.readOne(paths[1].read_bytes().decode())
    assert parsed.x_wr_calname.value in ("Site A: Zoé\nX:1;,", "Site A: Zoé\\nX:1\\;\\,")
    assert b"\x00" not in paths[1].read_bytes()
    with pytest.raises(InputError, match=r"x.ics: cannot be written: "):
        calendar([row("x" * 300, "2026-03-03", item="F1")]).write_feeds(tmp_path)
