# Each target sets up what it needs: a machine with Python 3.11 or newer and this folder is enough.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
CODE := src tests benchmarks
# Test processes: as many as there are processors, at least two.
JOBS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); [ $$n -lt 2 ] && n=2; echo $$n)

.PHONY: demo test lint format bench soak clean
.DEFAULT_GOAL := demo

demo: .venv/core.stamp  ## the main job on the built-in shop: 25 conversations, their statistics, their card, one to read
	$(BIN)/duologue generate -n 25 --seed 1 -o runs/demo
	$(BIN)/duologue stats runs/demo
	$(BIN)/duologue card runs/demo -o runs/demo/README.md
	$(BIN)/duologue show runs/demo 1

test: lint  ## every check
	$(BIN)/python -m pytest -n $(JOBS) -m "not long and not kills"

.PHONY: test-coverage
test-coverage: .venv/dev.stamp  ## the same tests, counting the branches they take: three times as slow
	$(BIN)/python -m pytest -n $(JOBS) -m "not long and not kills" --cov --cov-report=term:skip-covered --cov-fail-under=85

.PHONY: test-long
test-long: .venv/dev.stamp  ## the trap set by several seeds, whole runs over many databases
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile -m long

lint: .venv/dev.stamp  ## what needs no run: style, types, imports
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/dev.stamp  ## put the code in order
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

.PHONY: test-kills
test-kills: .venv/dev.stamp  ## runs killed at fifty moments of each kind, then finished: the samples of runs that nobody disturbed
	$(BIN)/python -m pytest -n $(JOBS) -m kills

.PHONY: test-server
test-server: .venv/dev.stamp .venv-server/stamp  ## a real server: a tiny model is trained, served, and plays the assistant
	DUOLOGUE_SERVER=$(CURDIR)/.venv-server $(BIN)/python -m pytest -n 0 -m server tests/server

.venv-server/stamp: tests/server/requirements.txt
	$(PYTHON) -m venv .venv-server
	.venv-server/bin/python -m pip install --quiet --disable-pip-version-check -r tests/server/requirements.txt
	@touch $@

bench: .venv/dev.stamp  ## repeatable measurements, each printing a ratio or a rate
	@for file in benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

soak: .venv/dev.stamp  ## 200 conversations with a model in every role: sound, a tenth faulty, no more than a dollar
	$(BIN)/python benchmarks/soak_models.py

clean:  ## what can be made again, without the runs
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage* build dist

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "duologue needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv .venv

.venv/core.stamp: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install -c constraints.txt pip hatchling
	$(PIP) install -c constraints.txt --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: .venv/core.stamp
	$(PIP) install -c constraints.txt --group dev
	@touch $@
