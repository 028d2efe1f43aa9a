"""The learners of the sample cohort: who they are, when they are quizzed, what they remember.

Part of `make_sample.py`. Every draw is a function of (seed, learner); only NumPy's raw uniform stream is used, because
its distributions may change between versions.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from statistics import NormalDist
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

SEED = 20250912
PARIS = ZoneInfo("Europe/Paris")
LAST_DAY = date(2026, 4, 10)

# FSRS-6 w0..w20 of the simulated learners. Those that answers scored right or wrong cannot show (hard, easy) keep their
# defaults, except w1 and w3, which stay in order with w0 and w2.
PARAMETERS = [
    1.6, 4.0, 9.0, 25.0, 5.6, 0.8334, 2.2, 0.02, 1.3, 0.13, 1.05,
    2.1, 0.0614, 0.33, 1.1, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.26,
]  # fmt: skip

COHORTS: dict[str, dict[str, Any]] = {
    "lille": {"course_end": date(2025, 9, 12), "learners": 46, "adherence": 0.52},
    "nantes": {"course_end": date(2025, 9, 26), "learners": 50, "adherence": 0.80},
    "lyon": {"course_end": date(2025, 10, 10), "learners": 54, "adherence": 0.88},
}
SKILLS = {
    "fire": "fire safety", "aid": "first aid", "lift": "manual handling", "power": "electrical safety",
    "chem": "chemicals", "phish": "phishing", "data": "data protection", "report": "incident reporting",
}  # fmt: skip
ITEMS_PER_SKILL = 6
SECOND_SKILL = {"fire-06": "report", "data-05": "report", "phish-06": "data", "chem-04": "aid"}
DAYS_OFF = {date(2025, 11, 11), date(2026, 4, 6)} | {date(2025, 12, 24) + timedelta(n) for n in range(10)}

PACE_OF_LEARNERS, PACE_OF_ITEMS, PACE_OF_SKILLS = 0.30, 0.20, 0.30  # standard deviations of log pace
FIRST_TEST_LOGIT, ABILITY, EASE, EASE_OF_SKILLS = 1.35, 0.5, 0.4, 0.35  # the last three: standard deviations of logits
RIGHT_SECONDS, WRONG_FACTOR, SPREAD = 9.0, 1.55, 0.42


class Draws:
    """The random numbers of one learner (or of the items): own distributions on a raw uniform stream."""

    def __init__(self, *key: int) -> None:
        self._bits = np.random.PCG64([SEED, *key])

    def unit(self) -> float:
        """Uniform in (0, 1)."""
        return ((int(self._bits.random_raw()) >> 11) + 0.5) * 2.0**-53

    def normal(self) -> float:
        return NormalDist().inv_cdf(self.unit())

    def below(self, n: int) -> int:
        return int(self.unit() * n)

    def shuffled(self, values: list[str]) -> list[str]:
        return [value for _, value in sorted((self.unit(), value) for value in values)]


def is_working(day: date) -> bool:
    return day.weekday() < 5 and day not in DAYS_OFF


def working_day(day: date, later: int = 0) -> date:
    """The first working day from `day` on, and then `later` working days more."""
    while not is_working(day) or later:
        later -= is_working(day)
        day += timedelta(1)
    return day


def make_items() -> dict[str, dict[str, Any]]:
    draws = Draws(0)
    items = {}
    for skill in SKILLS:
        hard = draws.normal()  # of the whole skill: forgotten faster, answered worse in the first test
        for number in range(1, ITEMS_PER_SKILL + 1):
            name = f"{skill}-{number:02d}"
            ease = draws.normal()
            skills = [SKILLS[key] for key in (skill, SECOND_SKILL.get(name)) if key]
            pace = np.exp(PACE_OF_SKILLS * hard + PACE_OF_ITEMS * (0.8 * draws.normal() - 0.6 * ease))
            items[name] = {
                "skills": skills, "pace": round(float(pace), 4), "ease": round(EASE * ease - EASE_OF_SKILLS * hard, 4),
                "reading": round(0.8 + 0.5 * draws.unit(), 3),
            }  # fmt: skip
    return items


class Learner:
    """One simulated learner: effects, absences, memory, and the rows answered so far."""

    def __init__(self, number: int, cohort: str, items: dict[str, dict[str, Any]], simulator: ModuleType) -> None:
        self.name, self.cohort, self.items, self.simulator = f"L{number:03d}", cohort, items, simulator
        self.course_end: date = COHORTS[cohort]["course_end"]
        draws = self.draws = Draws(number)
        ability = draws.normal()
        self.ability = round(ABILITY * ability, 4)
        self.pace = round(float(np.exp(PACE_OF_LEARNERS * (0.8 * draws.normal() - 0.6 * ability))), 4)
        self.speed = float(np.exp(0.22 * draws.normal()))
        self.adherence = round(min(0.98, max(0.15, COHORTS[cohort]["adherence"] + 0.12 * draws.normal())), 3)
        self.nuggets = draws.unit() < 0.6
        self.leave = self._leave()
        self.memory: dict[str, Any] = {}
        self.asked: dict[str, datetime] = {}
        self.free_from = datetime(2025, 1, 1, tzinfo=UTC)
        self.rows: list[tuple[datetime, str]] = []

    def _leave(self) -> list[tuple[date, date]]:
        """Two ordinary holidays, and for one learner in twelve a long absence."""
        weeks = [1 + self.draws.below(2), 1, 8 + self.draws.below(5) if self.draws.unit() < 1 / 12 else 0]
        periods = []
        for length in filter(None, weeks):
            monday = self.course_end + timedelta(3 + 7 * (1 + self.draws.below(22)))
            periods.append((monday, monday + timedelta(7 * length - 3)))
        return sorted(periods)

    def present(self, day: date) -> bool:
        return is_working(day) and day <= LAST_DAY and not any(first <= day <= last for first, last in self.leave)

    def answers_quiz(self, day: date) -> bool:
        return self.present(day) and self.draws.unit() < self.adherence

    def sit(
        self,
        session: str,
        day: date,
        clock: tuple[int, int],
        spread_minutes: int,
        names: list[str],
        again: bool = False,
    ) -> None:
        """Answers `names` in one sitting; with `again`, what was wrong is asked once more at its end."""
        start = datetime(day.year, day.month, day.day, *clock, tzinfo=PARIS).astimezone(UTC)
        start += timedelta(seconds=self.draws.below(60 * spread_minutes + 1))
        now = max(start, self.free_from + timedelta(minutes=5))
        queue = [(name, again) for name in names]
        while queue:
            name, retry = queue.pop(0)
            shown = now.replace(microsecond=0) + timedelta(seconds=2 + self.draws.below(9))
            success, now = self._answer(session, name, shown)
            if retry and not success:
                queue.append((name, False))
        self.free_from = now

    def _answer(self, session: str, name: str, shown: datetime) -> tuple[bool, datetime]:
        item, model = self.items[name], self.simulator
        memory = self.memory.get(name)
        if memory is None:
            logit = FIRST_TEST_LOGIT + self.ability + item["ease"]
            success = self.draws.unit() < 1.0 / (1.0 + float(np.exp(-logit)))
            self.memory[name] = model.first(PARAMETERS, success)
        else:
            days = (shown - self.asked[name]) / timedelta(days=1) * self.pace * item["pace"]
            success = self.draws.unit() < model.recall(PARAMETERS, memory, days)
            self.memory[name] = model.review(PARAMETERS, memory, success, days)
        seconds = RIGHT_SECONDS * self.speed * item["reading"] * (1.0 if success else WRONG_FACTOR)
        response_ms = round(1000 * min(90.0, max(1.8, seconds * float(np.exp(SPREAD * self.draws.normal())))))
        answered = self.asked[name] = shown + timedelta(milliseconds=response_ms)
        times = [f"{shown:%Y-%m-%dT%H:%M:%SZ}", stamp(answered), str(int(success)), str(response_ms)]
        cells = [self.name, name, "|".join(item["skills"]), *times, self.cohort, session, "quiz"]
        self.rows.append((answered, ",".join(cells)))
        return success, answered

    def per_skill(self, count: int) -> list[str]:
        """`count` items of each skill, in mixed order."""
        chosen = [
            name
            for skill in SKILLS
            for name in self.draws.shuffled([i for i in self.items if i.startswith(skill + "-")])[:count]
        ]
        return self.draws.shuffled(chosen)

    def live(self) -> None:
        """Everything from the end of the course to LAST_DAY, day by day, so that answers come in order of time."""
        plan: list[tuple[date, int, str]] = []
        for step, session, open_days in ((30, "j30", 5), (90, "j90", 1), (180, "j180", 1)):
            release = working_day(self.course_end + timedelta(step))
            plan.append((working_day(release, self.draws.below(open_days)), len(plan) + 1, session))
        if self.nuggets:
            tuesdays = [self.course_end + timedelta(4 + 7 * week) for week in range(1, 30)]
            plan += [
                (working_day(day), 0, f"week-{week:02d}") for week, day in enumerate(tuesdays, 2) if day <= LAST_DAY
            ]
        test = self.draws.shuffled(list(self.items))
        halves = [[n for n in test if (int(n[-1]) % 2 == 0) == even] for even in (False, True)]
        self.sit("end-test", self.course_end - timedelta(1), (16, 0), 20, halves[0])
        self.sit("end-test", self.course_end, (15, 0), 20, halves[1])
        while plan:
            plan.sort()
            day, _, session = plan.pop(0)
            if session == "j30":
                if self.answers_quiz(day):
                    self.sit(session, day, (13, 30), 180, self.per_skill(2))
                elif self.draws.unit() < 0.6:
                    plan.append((working_day(day + timedelta(7 + self.draws.below(14))), 4, "catch-up"))
            elif session == "catch-up":
                if self.present(day):
                    weakest = sorted(self.items, key=lambda name: (self.memory[name].stability, name))[:12]
                    self.sit(session, day, (12, 0), 60, self.draws.shuffled(weakest), again=True)
            elif session in ("j90", "j180"):  # a group session at a fixed hour
                if self.answers_quiz(day):
                    self.sit(session, day, (14, 0) if session == "j90" else (10, 0), 2, self.per_skill(3))
            elif self.answers_quiz(day):
                fresh = sorted(self.items, key=lambda name: (self.asked[name].date(), name))[:24]
                self.sit(session, day, (8, 45), 150, self.draws.shuffled(fresh)[:3])


def stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
