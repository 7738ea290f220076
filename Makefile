# Needs Python 3.11+ (with venv) and make, nothing else. `make help` lists the targets.
PYTHON ?= python3
PORT ?= 8080
INSTANCE ?= instance
# A folder of wheels for machines without a package index: make wheels WHEELS=folder, then make run WHEELS=folder
WHEELS ?=
# Set UV= (empty) to install with pip although uv is there.
UV ?= $(shell command -v uv)
# Passed on to uv by make pins, for example PINS=--upgrade
PINS ?=
# Passed on to pytest: make test ARGS="tests/units -k merge"
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
VENDOR := portal/web/static/vendor/manifest.json
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard portal/translations/*/LC_MESSAGES/*.po plugins/*/translations/*/LC_MESSAGES/*.po))
TEMPLATES := $(wildcard portal/*/templates plugins/*/templates)

OFFLINE := $(if $(WHEELS),--no-index --find-links "$(WHEELS)")
PIP := $(BIN)/python -m pip --disable-pip-version-check
HASHED := --require-hashes --only-binary :all: --quiet $(OFFLINE)
# uv does not read pip's configuration, so where it finds no index pip has the second word.
define install
$(if $(UV),"$(UV)" pip install --compile-bytecode --python $(BIN)/python $(HASHED) -r $(1) || )$(PIP) install $(HASHED) -r $(1)
endef

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help setup dev run test check format pins wheels clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo '  Variables: PORT=8080 INSTANCE=instance PYTHON=python3 WHEELS=folder ARGS="pytest options"'

setup: $(VENV)/.project $(VENDOR) $(CATALOGUES) ## prepare .venv, front-end files and translations

run: setup ## load the demo and serve it on this machine only (PORT=, INSTANCE=)
	@$(BIN)/portal demo --instance "$(INSTANCE)"
	@exec $(BIN)/portal serve --instance "$(INSTANCE)" --port "$(PORT)"

dev: setup $(VENV)/.dev

test: dev ## run every test, on SQLite and PostgreSQL, in the browser too
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

check: dev ## lint, format, types, imports, templates, translations, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy portal plugins tests
	$(BIN)/lint-imports --no-logo --no-cache
	$(if $(TEMPLATES),$(BIN)/djlint --quiet --lint $(TEMPLATES))
	$(BIN)/portal i18n check
	$(BIN)/portal db heads --check

format: dev ## rewrite the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pins: ## compile requirements/*.in again (needs uv); the result names no host
	@test -n "$(UV)" || { echo 'pins: uv is needed: pip install uv'; exit 1; }
	cd requirements && for set in runtime dev assets; do "$(UV)" pip compile --quiet --universal --generate-hashes \
	  --no-emit-index-url --no-header --python-version 3.11 $$(test $$set = assets && echo --no-deps) $(PINS) \
	  $$set.in -o $$set.txt || exit 1; done

wheels: $(VENV)/.made ## download every wheel into WHEELS=folder, for a machine without a network
	@test -n "$(WHEELS)" || { echo 'wheels: say where to put them: make wheels WHEELS=folder'; exit 1; }
	$(PIP) download --quiet --require-hashes --only-binary :all: -d "$(WHEELS)" -r requirements/runtime.txt -r requirements/dev.txt
	$(PIP) download --quiet --require-hashes --only-binary :all: --no-deps -d "$(WHEELS)" -r requirements/assets.txt

clean: ## remove what setup made; the data in instance/ stays
	rm -rf $(VENV) $(dir $(VENDOR)) $(CATALOGUES) *.egg-info

# Each stamp is newer than what it was made from, so a second run does nothing and a changed pin installs again.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo 'setup: "$(PYTHON)" is missing or older than Python 3.11; name another one: make PYTHON=python3.12'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo 'setup: "$(PYTHON)" has no venv module; on Debian: apt install python3-venv'; exit 1; }
	@echo 'setup: making $(VENV) (the first time takes about a minute)'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements/runtime.txt $(VENV)/.made
	@$(call install,$<)
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@$(call install,$<)
	@touch $@

$(VENV)/.project: pyproject.toml $(VENV)/.runtime
	@$(PIP) install --quiet --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(VENDOR): requirements/assets.txt portal/core/assets.py | $(VENV)/.made
	@$(BIN)/python portal/core/assets.py $(OFFLINE)

%.mo: %.po $(VENV)/.runtime
	@$(BIN)/pybabel --quiet compile -i $< -o $@
