# Every verb sets itself up on a fresh Debian 12/13 or Ubuntu 24.04 machine; stamp files make the next run quick.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

VENV ?= .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
# the portal itself, editable, built by the setuptools of the bootstrap lock
SELF = $(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
SYNC = $(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes
# 3.11 or newer; Debian 12 has 3.11, Debian 13 has 3.13, Ubuntu 24.04 has 3.12
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
SYSTEM := .ci/system
CODE := config geo search portal plugins bench migrations tests

.PHONY: help demo test test-long test-ckan lint bench fmt lock clean

help: ## Show the verbs
	@echo "Portal data kabupaten"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20
	@echo "  Variables of make demo: PORT OFFICE_PORT DEMO_DIR PROFILE SEARCH=elasticsearch"

demo: $(STAMPS)/run-system $(STAMPS)/run-python ## Install what is missing, load real data, run the portal (Ctrl-C ends it)
	@if [ "$${SEARCH:-}" = elasticsearch ]; then $(SYSTEM) elasticsearch; fi
	@exec $(BIN)/portal demo

test: $(STAMPS)/browser ## Run the suite on real PostGIS, Elasticsearch and Chromium
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

test-long: $(STAMPS)/browser ## Run the suite with the long matrices and longer fuzzing
	@$(BIN)/python -m pytest --long $(PYTEST_ARGS)

test-ckan: $(STAMPS)/browser ## Compare every action with a running CKAN (CKAN_REFERENCE_URL, CKAN_REFERENCE_TOKEN)
	@if [ -z "$${CKAN_REFERENCE_URL:-}" ] || [ -z "$${CKAN_REFERENCE_TOKEN:-}" ]; then \
	  echo "make test-ckan compares this portal with a running CKAN 2.12. Say where it is and give a sysadmin's token:"; \
	  echo "  make test-ckan CKAN_REFERENCE_URL=http://127.0.0.1:5000 CKAN_REFERENCE_TOKEN=..."; \
	  echo "docs/ckan.md tells more."; exit 2; fi
	@CKAN_REFERENCE_URL=$(CKAN_REFERENCE_URL) CKAN_REFERENCE_TOKEN=$(CKAN_REFERENCE_TOKEN) \
		$(BIN)/python -m pytest --ckan tests/differential -s $(PYTEST_ARGS)

lint: $(STAMPS)/dev-python ## Check style, types and import floors
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(STAMPS)/browser ## Run the benchmarks; figures go to docs/performance.md by hand
	@$(BIN)/python -m bench $(BENCH_ARGS)

fmt: $(STAMPS)/dev-python ## Format the code
	@$(BIN)/ruff check --fix-only --quiet $(CODE) || true
	@$(BIN)/ruff format $(CODE)

lock: $(STAMPS)/uv ## Compile both lock files from setup.cfg
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header setup.cfg \
		-o requirements.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra dev \
		setup.cfg -o requirements-dev.lock
	@printf 'uv\nsetuptools>=77\n' | $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate -c requirements-dev.lock - -o requirements-bootstrap.lock

clean: ## Remove the environment and caches, never the data of the demo
	@rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info

# --- the system's programs: only what is missing is installed
$(STAMPS)/%-system: $(SYSTEM)
	@$(SYSTEM) $*
	@mkdir -p $(STAMPS) && touch $@

# --- Python: uv by its own hashes, then everything by the lock files' hashes
$(STAMPS)/venv: | $(STAMPS)/run-system
	@[ -x $(BIN)/python ] || $(or $(PYTHON),python3) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/uv: requirements-bootstrap.lock $(STAMPS)/venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	@touch $@

$(STAMPS)/run-python: requirements.lock requirements-bootstrap.lock setup.cfg pyproject.toml $(STAMPS)/uv
	@# a recipe line that names the sub-make runs even under make -n: it stands alone
	@if [ -e $(STAMPS)/dev-python ]; then $(MAKE) --no-print-directory $(STAMPS)/dev-python; fi
	@[ -e $(STAMPS)/dev-python ] || { $(SYNC) requirements.lock requirements-bootstrap.lock && $(SELF); }
	@touch $@

$(STAMPS)/dev-python: requirements-dev.lock requirements-bootstrap.lock setup.cfg pyproject.toml $(STAMPS)/uv
	@$(SYNC) requirements-dev.lock requirements-bootstrap.lock
	@$(SELF)
	@touch $@

# --- the browser: the system's; Ubuntu has none outside its snap, so there Playwright's own build, with what it needs
$(STAMPS)/browser: $(STAMPS)/test-system $(STAMPS)/dev-python
	@command -v chromium google-chrome > /dev/null || $(BIN)/playwright install --with-deps chromium
	@touch $@
