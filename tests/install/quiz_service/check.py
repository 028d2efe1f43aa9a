#!/usr/bin/env python3
"""Run docs/examples/quiz_service as its users do: the same content for any number of threads, processes and restarts.

Usage: check.py FOLDER   (where quiz_service was built)
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import unittest
from contextlib import closing, suppress
from pathlib import Path

HEADER = "learner,item,answered_at,grade\n"
TABLES = ("settings", "learners", "memories", "answers")
program = ""


def history(seed: int, cards: int, answers: int, year: int = 2026) -> list[str]:
    """Lines of random answers, one a month and card, in order of time; the cards in turn."""
    draw = random.Random(seed)
    return [
        f"learner-{card % 7},item-{card},{year + k // 12}-{k % 12 + 1:02d}-{draw.randint(1, 28):02d}"
        f"T{draw.randint(0, 23):02d}:00:00Z,{draw.choice('1334')}"
        for k in range(answers)
        for card in range(cards)
    ]


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.execute(query))


def change(database: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement, values)


def content(database: Path) -> list[list[tuple[object, ...]]]:
    assert rows(database, "PRAGMA integrity_check") == [("ok",)]
    return [
        rows(database, f"SELECT * FROM {table} ORDER BY 1, 2, 3" if table != "settings" else "SELECT * FROM settings")
        for table in TABLES
    ]


class QuizService(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.database = self.folder / "quiz.db"

    def run_service(
        self, command: str, *options: str, lines: list[str] | None = None, database: Path | None = None, code: int = 0
    ) -> tuple[list[str], str]:
        """Lines printed, and what stands on standard error."""
        done = subprocess.run(
            [program, command, "--database", str(database or self.database), "--sync", "normal", *options],
            input="".join(line + "\n" for line in lines or []),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout.splitlines(), done.stderr

    def test_states_are_those_of_another_implementation(self) -> None:
        # py-fsrs 6.3.2, default parameters, no learning steps, no fuzz: stability and difficulty after each answer.
        lines = [
            ("ada,word,2026-09-01T10:00:00+02:00,3", 2.3065, 2.118103970459016),
            ("ada,word,2026-09-04T10:00:00+02:00,3", 13.826903694354568, 2.111214235785395),
            ("ada,word,2026-09-13T10:00:00+02:00,1", 1.6496484294134766, 7.392238132342694),
            ("ada,word,2026-09-15T10:00:00+02:00,3", 5.024394964710591, 7.38007426350719),
        ]
        due = []
        for line, stability, difficulty in lines:
            due += self.run_service("answer", lines=[line])[0]
            [(state,)] = rows(self.database, "SELECT state FROM memories")
            assert isinstance(state, bytes)
            found = struct.unpack("<2f", state)
            for got, wanted in zip(found, (stability, difficulty), strict=True):
                self.assertAlmostEqual(got, wanted, delta=1e-6 * wanted)  # four float32 roundings
        days = ["2026-09-03", "2026-09-17", "2026-09-14", "2026-09-20"]  # the stability, in whole days, after each
        self.assertEqual(due, [f"ada,word,{day}" for day in days])

    def test_threads_do_not_change_the_content(self) -> None:
        hot = history(0, cards=2, answers=400, year=1980)  # threads that did not keep a card's order would meet here
        lines = [HEADER.strip(), *hot, *history(1, cards=100, answers=8)]
        printed, told = self.run_service("answer", "--threads", "1", lines=lines)
        self.assertIn("1600 answers: 1600 stored, 0 repeated, 0 refused", told)
        for threads in ("2", "4"):
            other = self.folder / f"threads-{threads}.db"
            also, _ = self.run_service("answer", "--threads", threads, lines=lines, database=other)
            self.assertEqual(sorted(also), sorted(printed))
            self.assertEqual(content(other), content(self.database))

    def test_processes_that_answer_the_same_cards_take_turns(self) -> None:
        lines = history(2, cards=40, answers=12) + history(3, cards=40, answers=12)
        self.run_service("answer", lines=lines, code=1)  # the second half is older than the first, or repeats it
        text = "".join(line + "\n" for line in lines)
        shared = self.folder / "shared.db"
        running = [
            subprocess.Popen(
                [program, "answer", "--database", str(shared), "--sync", "normal", "--threads", "2"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(4)
        ]
        for process in running:  # all begin before one has anything to do
            assert process.stdin is not None
            with suppress(BrokenPipeError):  # of one that gave up; what it said stands below
                process.stdin.write(text)
                process.stdin.flush()
        stored = 0
        for process in running:
            _, told = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 1, told)
            stored += int(told.rsplit(" stored", 1)[0].rsplit(" ", 1)[1])
        self.assertEqual(content(shared), content(self.database))
        self.assertEqual([(stored,)], rows(shared, "SELECT count(*) FROM answers"))

    def test_a_new_database_that_another_process_holds_is_waited_for(self) -> None:
        with closing(sqlite3.connect(self.database, isolation_level=None)) as holder:
            holder.execute("CREATE TABLE other (x)")  # and so no write-ahead log yet
            holder.execute("BEGIN IMMEDIATE")
            waiting = subprocess.Popen(
                [program, "answer", "--database", str(self.database)],
                stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            with self.assertRaises(subprocess.TimeoutExpired):
                waiting.wait(timeout=0.5)
            holder.execute("COMMIT")
        _, told = waiting.communicate(timeout=120)
        self.assertEqual(waiting.returncode, 0, told)

    def test_a_killed_service_has_stored_what_it_printed_and_goes_on(self) -> None:
        lines = history(4, cards=150, answers=10)
        wanted, _ = self.run_service("answer", "--threads", "2", lines=lines)
        killed = self.folder / "killed.db"
        source = self.folder / "answers.csv"
        source.write_text(HEADER + "".join(line + "\n" for line in lines), encoding="utf-8")
        draw = random.Random(5)
        for _ in range(4):
            with subprocess.Popen(
                [program, "answer", "--database", str(killed), "--sync", "normal", "--threads", "2", str(source)],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            ) as process:
                assert process.stdout is not None
                printed = [process.stdout.readline() for _ in range(draw.randint(1, 500))]
                os.kill(process.pid, signal.SIGKILL)
                printed += process.stdout.readlines()
            replies = {",".join(map(str, row)) for row in rows(killed, "SELECT learner, item, due FROM answers")}
            self.assertLessEqual({line.strip() for line in printed if line.endswith("\n")}, replies)
            halves = rows(
                killed,
                "SELECT learner, item, max(answered_at_ms) FROM answers GROUP BY 1, 2 "
                "EXCEPT SELECT learner, item, answered_at_ms FROM memories",
            )
            self.assertEqual(halves, [])
        again, told = self.run_service("answer", "--threads", "2", str(source), database=killed)
        self.assertIn("1500 answers:", told)
        self.assertEqual(sorted(again), sorted(wanted))
        self.assertEqual(content(killed), content(self.database))

    def test_repeats_change_nothing_and_older_answers_are_refused(self) -> None:
        first, second = "ada,word,2026-09-01T08:00:00Z,3", "ada,word,2026-09-04T08:00:00Z,3"
        replies, _ = self.run_service("answer", lines=[first, second])
        before = content(self.database)
        again, told = self.run_service("answer", lines=[first, second.replace("08:00:00Z", "10:00:00+02:00")])
        self.assertEqual(again, replies)
        self.assertIn("0 stored, 2 repeated, 0 refused", told)
        _, told = self.run_service("answer", lines=["ada,word,2026-09-03T08:00:00Z,3", second[:-1] + "1"], code=1)
        self.assertIn("line 1: answer of ada on word is older than the last one, 2026-09-04T08:00:00Z", told)
        self.assertIn("line 2: answer of ada on word is already stored with grade 3", told)
        self.assertEqual(content(self.database), before)

    def test_bad_lines_are_named_and_the_others_are_used(self) -> None:
        bad = {
            "ada": "expected learner,item,answered_at,grade",
            "ada,word,2026-09-01T08:00:00,3": "has no offset from UTC",
            "ada,word,2026-02-30T08:00:00Z,3": "names a day that does not exist",
            "ada,word,2026-09-01T08:00:00Z,0": 'grade must be 1, 2, 3 or 4, got "0"',
            "ada,word,2026-09-01T08:00:00Z,3,": 'grade must be 1, 2, 3 or 4, got "3,"',
            ",word,2026-09-01T08:00:00Z,3": "learner must be 1 to 200 bytes",
            'ada,"word",2026-09-01T08:00:00Z,3': "item must be 1 to 200 bytes",
            "ada,word,9999-12-31T23:59:59Z,3": "has a due date after the year 9999",
        }
        good = "eve,word,2026-09-01T08:00:00Z,3\r"
        printed, told = self.run_service("answer", "--threads", "2", lines=[HEADER.strip(), *bad, "", good], code=1)
        self.assertEqual(printed, ["eve,word,2026-09-03"])
        for number, why in enumerate(bad.values(), 2):
            self.assertRegex(told, f"(?m)^line {number}: .*{why}")
        self.assertEqual(rows(self.database, "SELECT learner FROM answers"), [("eve",)])

    def test_due_dates_are_study_days_of_the_learner(self) -> None:
        self.run_service("enroll", lines=["learner,zone,calendar", "ada,Europe/Paris,rest=sat,sun;off=2026-09-08"])
        printed, _ = self.run_service(
            "answer",
            lines=[
                "ada,late,2026-09-04T22:30:00Z,1",  # Saturday in Paris; asked again on a Monday
                "ada,friday,2026-09-04T08:00:00Z,1",  # Friday is the nearest study day, but the day of the answer
                "eve,late,2026-09-04T22:30:00Z,1",  # not enrolled: every day, in UTC
            ],
        )
        self.assertEqual(printed, ["ada,late,2026-09-07", "ada,friday,2026-09-07", "eve,late,2026-09-05"])
        due, _ = self.run_service("due", "--by", "2026-09-06")
        self.assertEqual(due, ["eve,late,2026-09-05"])
        due, _ = self.run_service("due", "--by", "2026-09-07")
        self.assertEqual(due, ["eve,late,2026-09-05", "ada,friday,2026-09-07", "ada,late,2026-09-07"])
        _, told = self.run_service("enroll", lines=["eve,UTC,every-day", "bob,Europe/Nowhere,every-day"], code=1)
        self.assertIn('line 2: time zone "Europe/Nowhere" is not in the time zone database', told)
        self.assertEqual(rows(self.database, "SELECT learner FROM learners"), [("ada",)])

    def test_answers_replay_into_a_new_database(self) -> None:
        self.run_service("answer", lines=history(6, cards=20, answers=6))
        answers, _ = self.run_service("answers")
        copy = self.folder / "copy.db"
        self.run_service("answer", lines=answers, database=copy)
        self.assertEqual(content(copy), content(self.database))
        stored = rows(copy, "SELECT value FROM settings WHERE key = 'parameters'")[0][0]
        parameters = self.folder / "parameters.txt"
        parameters.write_text(str(stored).replace("2.3065", "4.5"), encoding="utf-8")
        _, told = self.run_service("answer", "--parameters", str(parameters), database=copy, code=2)
        self.assertIn("the database was made with parameters 0.212 1.2931 2.3065", told)
        other = self.folder / "other.db"
        self.run_service("answer", "--parameters", str(parameters), lines=answers, database=other)
        self.assertNotEqual(content(other)[2], content(copy)[2])
        _, told = self.run_service("answer", "--target", "0.8", database=copy, code=2)
        self.assertIn("the database was made with target 0.9, not 0.8", told)

    def test_damaged_states_and_other_models_are_refused(self) -> None:
        self.run_service("answer", lines=["ada,word,2026-09-01T08:00:00Z,3"])
        later = ["ada,word,2026-09-04T08:00:00Z,3"]
        for state, why in (
            (struct.pack("<3f", 2.0, 5.0, 1.0), "stored fsrs6 state has 8 bytes, got 12"),
            (struct.pack("<2f", float("nan"), 5.0), r"fsrs6 stability must be in \[1e-06, 1e\+09\], got nan"),
            (struct.pack("<2f", 2.0, 11.0), r"fsrs6 difficulty must be in \[1, 10\], got 11"),
        ):
            change(self.database, "UPDATE memories SET state = ?", state)
            before = content(self.database)
            _, told = self.run_service("answer", lines=later, code=1)
            self.assertRegex(told, f"line 1: answer of ada on word .*{why}")
            self.assertEqual(content(self.database), before)
        change(self.database, "UPDATE settings SET value = 'half-life/perdure/0' WHERE key = 'model'")
        _, told = self.run_service("answer", lines=later, code=2)
        self.assertIn("the database was made with model half-life/perdure/0, not fsrs6/perdure/", told)
        answers, _ = self.run_service("answers")  # the way out is open
        self.assertEqual(answers[1:], ["ada,word,2026-09-01T08:00:00Z,3"])
        change(self.database, "UPDATE settings SET value = '0.2 x' WHERE key = 'parameters'")
        change(self.database, "DELETE FROM settings WHERE key = 'model'")
        _, told = self.run_service("answer", lines=later, code=2)
        self.assertIn('setting "0.2 x" is damaged', told)

    def test_usage(self) -> None:
        done = subprocess.run([program, "--help"], capture_output=True, text=True, check=True)
        self.assertIn("--threads N", done.stdout)
        for options, why in (
            (["answer", "--threads", "0"], "--threads must be a number from 1 to 64, got 0"),
            (["answer", "--sync", "off"], "--sync must be full or normal, got off"),
            (["answer", str(self.folder / "nowhere.csv")], "nowhere.csv: cannot be read"),
            (["due"], "due needs --by DAY"),
            (["due", "--by", "2026-09-31"], "names a day that does not exist"),
            (["dew"], "unknown command dew"),
            (["due", "--by"], "--by needs a value"),
        ):
            _, told = self.run_service(*options, code=2)
            self.assertIn(why, told)
        _, told = self.run_service("due", "--by", "2026-09-30", database=self.folder / "none.db", code=2)
        self.assertIn("none.db: unable to open database file", told)


if __name__ == "__main__":
    program = str(Path(sys.argv.pop(1), "quiz_service"))
    unittest.main()
