# Needs Python 3.11+ (python3 with its venv module) and make; everything else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: install run test check bench soak lock

install: $(STAMP)

# Reinstalls only when the lock file is newer than the last complete installation.
$(STAMP): requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $(STAMP)

run: install
	$(BIN)/python app.py serve

# The browser works beside everything else, which mostly waits for processes: together they take half the time.
test: install
	@log=$$(mktemp); code=0; beside=0; \
	$(BIN)/python -m pytest -m "not bench and not soak" tests/browser > $$log 2>&1 & browser=$$!; \
	$(BIN)/python -m pytest -m "not bench and not soak" --ignore=tests/browser || code=$$?; \
	wait $$browser || beside=$$?; cat $$log; rm -f $$log; test $$code -eq 0 -a $$beside -eq 0

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: install
	$(BIN)/python -m pytest -m bench -s

soak: install
	$(BIN)/python -m pytest -m soak

# Renews requirements.lock from pyproject.toml; it names versions and hashes, no download host.
lock: install
	$(BIN)/pip-compile --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options --no-header \
	  --output-file requirements.lock pyproject.toml
