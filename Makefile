# make run   sets up, builds the demo library if there is none, serves the app on localhost:8501
# make test  sets up with the test tools, then checks style and types and runs every test
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?= 8501
# The same folder that `nabo` uses when it is told nothing.
LIBRARY := $(if $(NABO_LIBRARY),$(NABO_LIBRARY),library)

.PHONY: run test setup setup-test transformers lint check bench demo-plans encoder lock clean help

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

run: setup $(LIBRARY)/manifest.json ## Open the app (builds the demo library first, if there is none)
	@$(BIN)/nabo serve --port $(PORT)

test: setup-test lint ## Run every test
	$(BIN)/python -m pytest

lint: setup-test ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

setup: $(VENV)/.ready-run
setup-test: $(VENV)/.ready-test
transformers: $(VENV)/.ready-transformers ## Allow --encoder with any sentence-transformers model

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 13) \
	else "Nabo needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is %d.%d. Try: make PYTHON=python3.12" % v)'
	@echo "Setting up in $(VENV) (once, about a minute) …"
	@$(PYTHON) -m venv $(VENV)

# A stamp is written last, so that an interrupted set-up is finished by the next run.
$(VENV)/.ready-run: requirements/run.lock pyproject.toml | $(VENV)/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.ready-test: requirements/test.lock pyproject.toml | $(VENV)/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/test.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@ $(VENV)/.ready-run $(VENV)/.ready-transformers

$(VENV)/.ready-transformers: requirements/transformers.lock | $(VENV)/.ready-run
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/transformers.lock
	@touch $@

$(LIBRARY)/manifest.json: | $(VENV)/.ready-run
	@echo "Building the demo library in $(LIBRARY) …"
	@$(BIN)/nabo index data/plans --library $(LIBRARY)

bench: setup-test ## Measure search quality and speed; writes benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

demo-plans: setup-test ## Make data/plans from data/plans_source
	$(BIN)/python data/make_plans.py

encoder: setup-test ## Train the bundled encoder anew
	$(BIN)/python -m training.train_encoder

UV_COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --upgrade
# torch stays at one pin and its CUDA packages out of the locks: where a CPU build of that version
# is to be had, nothing more comes along.
NO_CUDA = grep -vE '^(nvidia|cuda|triton)'

lock: setup-test ## Pin the newest versions that pyproject.toml allows
	$(BIN)/python -m pip install --quiet uv
	$(UV_COMPILE) --generate-hashes pyproject.toml -o requirements/run.lock
	$(UV_COMPILE) --no-annotate -c requirements/run.lock --extra transformers pyproject.toml \
	  | $(NO_CUDA) > requirements/transformers.lock
	$(UV_COMPILE) --no-annotate -c requirements/run.lock -c requirements/transformers.lock \
	  --all-extras pyproject.toml | $(NO_CUDA) > requirements/test.lock

clean: ## Remove the set-up and caches (never a library)
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
