# Thin on purpose: each line of a recipe is one command, and nothing is hidden in it.
#   make demo ARGS=--exit        make test ARGS="tests/domain -q"        make PYTHON=python3.12 install

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
ALONE := tests/domain tests/service

.PHONY: install demo up test machine check rules bench export lock

install: .venv/develop.stamp

demo: .venv/run.stamp
	$(BIN)/aftersale demo $(ARGS)

up: .venv/run.stamp
	$(BIN)/aftersale up $(ARGS)

# Everything: first, on all cores, what needs no network; then what shares brokers, databases and time, in turn.
test: .venv/develop.stamp
ifeq ($(strip $(ARGS)),)
	$(BIN)/python -m pytest $(ALONE) -n auto
	$(BIN)/python -m pytest $(ALONE:%=--ignore=%)
else
	$(BIN)/python -m pytest $(ARGS)
endif

# A hundred thousand random steps beside the reference model, and a quarter as many in which anything may be asked and the
# laws must hold; `make test` plays some thousand of them.
machine: .venv/develop.stamp
	AFTERSALE_MACHINE_STEPS=$${AFTERSALE_MACHINE_STEPS:-100000} $(BIN)/python -m pytest tests/machine -q -s $(ARGS)

check: .venv/develop.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Each rule of the rule book with how far we are; the last line counts them.
rules: .venv/develop.stamp
	@$(BIN)/python -m tests.scoreboard

bench: .venv/develop.stamp
	$(BIN)/python -m tests.bench.run $(ARGS)

# Writes schemas/published anew, after a change of the messages.
export: .venv/develop.stamp
	$(BIN)/python -m schemas.export

# Resolves the dependencies of pyproject.toml anew; needs `pip install uv`.
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --upgrade --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links --quiet

lock:
	$(LOCK) --output-file deploy/requirements.lock
	$(LOCK) --output-file deploy/requirements-dev.lock --group dev --constraint deploy/requirements.lock

.venv/bin/python:
	@$(PYTHON) -c "import sys; sys.exit('Aftersale needs Python 3.11 or newer: make PYTHON=python3.12 ...' if sys.version_info < (3, 11) else 0)"
	$(PYTHON) -m venv .venv

# What runs, and the program itself; again whenever the lock or the project changes.
.venv/run.stamp: deploy/requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing into .venv (once) ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

# What tests and checks need besides.
.venv/develop.stamp: deploy/requirements-dev.lock .venv/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/requirements-dev.lock
	@touch $@
