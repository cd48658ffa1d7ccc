# make run   start the product (the first time also installs it)
# make test  lint, types and the whole test suite
# make quick the tests that neither load torch, nor drive a browser, nor start or kill other programs

PYTHON ?= python3.11
BIN := .venv/bin
STAMP := .venv/installed

.PHONY: run test quick lint types check format clean

run: $(STAMP)
	@$(BIN)/python manage.py setup
	@exec $(BIN)/python manage.py up

# One process trains real models, one test after the other; beside it the others mostly wait for browsers and processes.
BESIDE := --numprocesses 3 --dist loadgroup

# Types are checked by one process: the quick tests take the core that it leaves.
test: $(STAMP)
	@$(MAKE) --no-print-directory --jobs 2 lint types quick
	$(BIN)/python -m pytest -m "training or browser or faults or services" $(BESIDE)

# Plugins and folders that none of these tests use take a tenth of the time in which they are collected, in every process;
# the one for logs adds its handlers to each logger, six times a test.
UNUSED := -p no:playwright -p no:schemathesis -p no:anyio -p no:valkey -p no:logging
UNUSED += --ignore tests/browser --ignore tests/faults --ignore tests/journey
UNUSED += $(patsubst %,--ignore tests/training/%,evaluate merge models sft)

# A process a core: a second thread in each would spin, waiting for a core, three times as long as it calculates.
# Tables come from the models, as a test holds the migrations to them; the marked tests have theirs by the migrations.
quick: export OMP_NUM_THREADS := 1
quick: export OPENBLAS_NUM_THREADS := 1
quick: $(STAMP)
	$(BIN)/python -m pytest -m "not (training or browser or faults or services)" --numprocesses auto --dist worksteal $(UNUSED) --no-migrations

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(STAMP): pyproject.toml constraints.txt
	@echo "Installing the environment into .venv: about 2.5 GB, usually 2 to 5 minutes the first time."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --progress-bar on --constraint constraints.txt --editable ".[dev]"
	@touch $(STAMP)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
