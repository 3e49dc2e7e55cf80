# Set-up and every job of the project. Needs Python 3.11 or newer, and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= auto
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

.PHONY: demo test test-quick lint columns docs bench clean

demo: $(VENV)/installed  ## the main job, on real data: a table and a picture
	$(BIN)/varstat funnel example:star98
	$(BIN)/varstat funnel example:star98 -o demo.png -o demo.html --quiet
	@echo "Wrote demo.png and demo.html: open them."

# Else every process that a test starts would compile the package for itself.
unexport PYTHONDONTWRITEBYTECODE

test: $(VENV)/installed-dev  ## the tests, all of them: three quarters of an hour on two cores
	$(PYTEST) --durations=20

test-quick: $(VENV)/installed-dev  ## all but simulations, browsers and NUTS: some minutes
	$(PYTEST) -m "not slow and not browser and not nuts" --ignore-glob='*/hierarchical/nuts/*'

lint: $(VENV)/installed-dev  ## style, types and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

columns: $(VENV)/installed-dev  ## the reference of columns, from where they are declared
	$(BIN)/python docs/_ext/columns.py

docs: $(VENV)/installed-dev  ## the documentation, in docs/_build/html
	$(BIN)/sphinx-build -j $(WORKERS) -W --keep-going -q -b html docs docs/_build/html

bench: $(VENV)/installed  ## whole processes, timed against the floor
	$(BIN)/python benchmarks/funnel.py
	$(BIN)/python benchmarks/posterior.py
	$(BIN)/python benchmarks/cells.py
	$(BIN)/python benchmarks/reading.py
	$(BIN)/python benchmarks/series.py

clean:
	rm -rf $(VENV) docs/_build demo.png demo.html

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "varstat needs Python 3.11 or newer: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@ $(VENV)/installed
