# Everything is run from .venv, which is built from the hashed requirement files and nothing else.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
RUNTIME := $(VENV)/.runtime
# An emulator of GitHub and GitHub's description of its API, for the tests.
BOX := tests/e2e/node_modules/.ready
PYTHON ?= python3

.PHONY: runtime demo test check lint types bench build lock clean

demo: $(READY)
	@$(BIN)/bot demo

test: $(READY) $(BOX)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses=2 --dist=worksteal --cov --cov-report=term

check: $(READY)
	@$(BIN)/bot check

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY)
	@$(BIN)/mypy

bench: $(READY) $(BOX)
	@$(BIN)/python -m benchmarks

build: $(READY)
	@$(BIN)/bot build --out out

# With uv on the PATH it is used; plain venv and pip serve too. The project itself goes in last,
# without asking any index: its build backend is among the hashed files.
define install
	@echo "Setting up $(VENV) from $(1) ..."
	@if command -v uv >/dev/null 2>&1; then \
		uv venv --quiet --allow-existing --python "$(PYTHON)" $(VENV) && \
		uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r $(1) && \
		uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
		$(PYTHON) -m venv $(VENV) && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1) && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@# Compiled once, here: where Python may not write, it would compile at every start.
	@$(BIN)/python -m compileall -q bot
	@touch $@
endef

$(READY): requirements-dev.txt pyproject.toml
	$(call install,requirements-dev.txt)

# What the workflows need to run the bot, and nothing to test it with.
runtime:
	@test -e $(READY) || $(MAKE) --no-print-directory $(RUNTIME)

$(RUNTIME): requirements.txt pyproject.toml
	$(call install,requirements.txt)

$(BOX): tests/e2e/package.json tests/e2e/package-lock.json | $(READY)
	@echo "Setting up tests/e2e/node_modules ..."
	@$(BIN)/python -m tests.e2e.packages
	@# pytest compiles the tests in its own way: once, here, and not in each of its processes.
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --collect-only -qq >/dev/null
	@touch $@

# Writes the hashed requirement files anew, from requirements.in and requirements-dev.in.
lock:
	uv pip compile --quiet --universal --no-strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --upgrade requirements.in -o requirements.txt
	uv pip compile --quiet --universal --no-strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --upgrade requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf $(VENV) tests/e2e/node_modules out dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage .coverage.*
