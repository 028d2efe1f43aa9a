# A thin face over CMake presets and pip. `make help` lists the targets; tools/setup.sh does the set-up.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

JOBS ?= $(shell getconf _NPROCESSORS_ONLN)
PYTHON_BIN := .venv/bin/python

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo:  ## set up, then run the main job on the embedded sample cohort, into ./perdure-demo
	@tools/setup.sh demo
	@.venv/bin/perdure demo ./perdure-demo

test: test-cpp test-python  ## set up, then run the C++ and the Python tests

test-cpp:  ## the C++ tests (needs distribution packages, see tools/setup.sh)
	@tools/setup.sh cpp
	@tools/cpp.sh dev $(JOBS)

test-python:  ## the Python tests
	@tools/setup.sh python
	@tools/peers.sh
	@$(PYTHON_BIN) -m pytest -q

asan:  ## unit, golden and determinism tests under the address and undefined-behavior sanitizers
	@tools/setup.sh cpp
	@tools/cpp.sh asan $(JOBS)

tsan:  ## determinism tests under the thread sanitizer
	@tools/setup.sh cpp
	@tools/cpp.sh tsan $(JOBS)

tidy:  ## clang-tidy on the sources and on one test per layer
	@tools/setup.sh tidy
	@tools/tidy.sh

bench:  ## build and run the benchmarks (BENCH_ARGUMENTS="--benchmark_filter=...")
	@tools/setup.sh bench
	@BENCH_ARGUMENTS="$(BENCH_ARGUMENTS)" tools/cpp.sh bench $(JOBS)

bench-peers:  ## the kernels beside their floors, fsrs-rs, py-fsrs and ts-fsrs, in one table (PEERS_ARGUMENTS="--quick")
	@tools/setup.sh python
	@tools/setup.sh bench
	@$(PYTHON_BIN) -m bench.peers $(PEERS_ARGUMENTS)

bench-fit:  ## fits beside fsrs-rs, FSRS-Optimizer and py-fsrs, in one table (FIT_ARGUMENTS="--quick"; TORCH=no leaves out those that need it)
	@tools/setup.sh python
	@tools/setup.sh bench
	@if [ "$(TORCH)" != no ]; then tools/peers_fit.sh; fi
	@$(PYTHON_BIN) -m bench.peers_fit $(FIT_ARGUMENTS)

bench-adaptive:  ## the adaptive layer beside FSRS-6 and FSRS-7 on later answers of real logs, in one table
	@tools/setup.sh python
	@$(PYTHON_BIN) -m bench.adaptive

bench-planner:  ## how far plans are from a bound, how they do where memory is otherwise, how long they take
	@tools/setup.sh python
	@$(PYTHON_BIN) -m bench.planner gap
	@$(PYTHON_BIN) -m bench.planner worlds
	@$(PYTHON_BIN) -m bench.planner scale
	@$(PYTHON_BIN) -m bench.planner whole

league:  ## rivals of the cohort model on real cohorts, in tables (LEAGUE_ARGUMENTS="--data cloze"; needs ../shared/data)
	@tools/setup.sh python
	@$(PYTHON_BIN) -m bench.cohort_league $(LEAGUE_ARGUMENTS)

lint:  ## layers, mirror, links, clang-format, ruff, mypy
	@tools/setup.sh lint
	@tools/lint.sh

format:  ## format C++ and Python in place
	@tools/setup.sh lint
	@tools/lint.sh --fix

docs:  ## check that every page and heading that is linked to exists
	@tools/setup.sh lint
	@$(PYTHON_BIN) tools/check_links.py

clean:  ## remove build folders, the virtual environment and the demo's output
	rm -rf build .venv perdure-demo

.PHONY: help demo test test-cpp test-python asan tsan tidy bench bench-peers bench-fit bench-adaptive bench-planner league lint format docs clean
