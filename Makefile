# Everything a person does here. `make demo` and `make test` need nothing but make and Python 3.11, 3.12 or 3.13 with venv.
# python3 where it is one of these, else the newest that is found.
PYTHON ?= $(shell .ci/pythons | awk 'NF > 1 && (!p || $$2 ~ /\/python3$$/) { p = $$2 } END { print p }')
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# All extras but those whose libraries have no wheels: spidev, of spi and colour, is apt's python3-spidev.
ON_A_GATE := pi image oled lcd web receipts provisioning mqtt

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all test-system test-pi lint types arrows subjects bench campaign deb dist sign docs lock clean

help: ## what can be made here
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(VENV)/.ready: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "no Python 3.11, 3.12 or 3.13 found: install python3 with venv, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@echo "Installing into $(VENV), with $$($(PYTHON) --version): about a minute, once." >&2
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@echo "Every library as requirements.lock has it ..." >&2
	@$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "Installed. The program is $(BIN)/gate-controller; \"make\" alone lists what can be made." >&2

setup: $(VENV)/.ready ## the virtual environment, with every version locked

demo: setup ## a gate on this screen: ARGS="--scan CODE --scan CODE" for no screen, ARGS="--gates 4" for a house of gates
	@$(BIN)/gate-controller demo $(ARGS)

test: lint types arrows ## all checks: ruff, mypy, import-linter, pytest
	@.ci/programs
	@echo "All tests: some minutes. A part of them: make test ARGS=tests/cli" >&2
	@.ci/pytest $(VENV) $(ARGS)

test-all: ## the same on every Python that is claimed and found here; says which are missing
	@.ci/suites all $(ARGS)

test-system: setup ## the package installed, run, killed, upgraded and removed in a booted container, ARGS="--debian 13" on that release; as root, some minutes
	@.ci/programs
	@.ci/system $(VENV) $(ARGS)

test-pi: setup ## the package on emulated hardware, GPIO lines and power cuts included: docs/emulated-pi.md; by hand, as root
	@$(BIN)/python -m tests.pi $(ARGS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

arrows: setup
	$(BIN)/lint-imports

subjects: ## whether new commits have subjects of at most 72 characters
	@.ci/subjects

bench: setup ## speed and wear, as ratios within one run
	$(BIN)/python -m tests.bench $(ARGS)

campaign: setup ## the promises under faults, kills and failing disks: ARGS="core --rounds 100000"
	$(BIN)/python -m tests.campaign $(ARGS)

docs: setup ## the manual, handbook and all other pages as a site: site/index.html, which asks nobody for anything
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet $(ARGS)
	@echo "site/index.html is the first page: open it, or copy the folder to any web server." >&2

deb: setup ## the Debian packages of gate and venue, into dist/: ARGS="--release 12|13|all --arch arm64|amd64|all"; otherwise this machine's
	@$(BIN)/python -m deb.build $(ARGS)

dist: setup ## wheel and sdist, into dist/
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m hatchling build --directory dist

sign: ## signs the packages in dist/ for deb/install.sh: KEY=FILE, a private Ed25519 key
	@deb/sign.sh "$(KEY)"

lock: setup ## new versions: writes requirements.lock, deb/gate.lock (on a gate) and deb/venue.lock
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --upgrade \
	  --custom-compile-command "make lock" --group dev pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --upgrade \
	  --custom-compile-command "make lock" --constraint requirements.lock $(addprefix --extra ,$(ON_A_GATE)) \
	  pyproject.toml --output-file deb/gate.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --upgrade \
	  --custom-compile-command "make lock" --constraint requirements.lock --extra venue \
	  pyproject.toml --output-file deb/venue.lock

clean: ## throws the virtual environments and all caches away
	rm -rf dist site .venv .venv-* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
