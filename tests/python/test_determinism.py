"""The same fit and the same plan, to the byte, whatever the clock of the machine and the number of threads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SCRIPT = """
import hashlib, json, sys, time
from pathlib import Path
import perdure
from perdure import sample

threads = int(sys.argv[1])
log = perdure.read_answers(sample.answers_path())
found = {"zone": time.tzname[0]}
for model in (perdure.Fsrs6(elapsed="calendar-days:Europe/Paris:4"), perdure.HalfLife()):
    model.fit(log, threads=threads)
    model.save("model.json")
    planner = perdure.Planner(perdure.Cohort.from_toml(sample.cohort_path()))
    plan = planner.plan(model, model.states(log), threads=threads)
    plan.to_csv("plan.csv")
    league = perdure.evaluate([model], log, folds=1, threads=threads).to_dict()
    retention = model.states(log).retention("2026-12-31", "Europe/Paris")["recall"].to_numpy()
    found[model.id] = {
        "parameters": model.parameters_.tobytes().hex(),
        "predictions": hashlib.sha256(model.predict_sequence(log).tobytes()).hexdigest(),
        "model file": hashlib.sha256(Path("model.json").read_bytes()).hexdigest(),
        "plan": hashlib.sha256(Path("plan.csv").read_bytes()).hexdigest(),
        "questions": len(plan),
        "evaluation": hashlib.sha256(json.dumps(league).encode()).hexdigest(),
        "retention": hashlib.sha256(retention.tobytes()).hexdigest(),
    }
print(json.dumps(found))
"""


def run(zone: str, threads: int, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(threads)],
        env={**os.environ, "TZ": zone, "LC_ALL": "C.UTF-8" if threads == 1 else "C"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_fit_and_plan_do_not_depend_on_the_machine(tmp_path: Path) -> None:
    cases = [("Europe/Kyiv", 1), ("Europe/Kyiv", 2), ("UTC", 1), ("UTC", 2)]
    results = [run(zone, threads, tmp_path / f"{zone.replace('/', '-')}-{threads}") for zone, threads in cases]
    assert [result.pop("zone") for result in results] == ["EET", "EET", "UTC", "UTC"]
    assert results[0]["fsrs6"]["questions"] > 1000
    for other in results[1:]:
        assert other == results[0]
