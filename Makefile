# Needs Python 3.11+ (python3 with its venv module) and make; everything else goes into .venv.
PYTHON ?= python3
# Tests start hundreds of processes of the program: where the machine forbids keeping what was compiled, each one would
# compile it all again, which takes as long as a short command.
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
BIN := $(VENV)/bin
BENCH = $(BIN)/python -m pytest -p no:randomly
AGAIN := --last-failed --last-failed-no-failures none
INSTALL = $(PYTHON) tools/install.py --venv $(VENV)

.PHONY: python install tools run charts test quick check style types types-elsewhere script bench soak image mutants lock resolve sbom audit

python:
	@command -v $(PYTHON) >/dev/null || { echo "Error: There is no $(PYTHON) here."; \
	  echo "Install Python 3.11 or newer, or name yours: make run PYTHON=python3.12."; exit 1; } >&2

# What running needs; does nothing where it is in place.
install: python
	@$(INSTALL) requirements.lock

# The tools beside it, for the targets below.
tools: python
	@$(INSTALL) --compile requirements.lock requirements-server.lock requirements-dev.lock

run: install
	$(BIN)/python app.py serve

# The chart library with what is drawn alone, a third of the bytes; needs npm, once (tools/charts.py).
charts: install
	$(BIN)/python -m tools.charts

# Three portions beside each other: the browser, and what several machines share, mostly wait. What failed beside the others is
# tried once more with the machine to itself, and is red the second time; both outcomes are printed.
TEST = $(BIN)/python -m pytest -m "not bench and not soak"
BROWSER := -o cache_dir=.pytest_cache/browser tests/browser
SHARED := -o cache_dir=.pytest_cache/contracts tests/contracts
REST := --ignore=tests/browser --ignore=tests/contracts
test: tools
	@logs=$$(mktemp -d); red=0; rest=0; shared=0; seen=0; \
	$(TEST) $(BROWSER) > $$logs/browser 2>&1 & browser=$$!; \
	$(TEST) $(SHARED) > $$logs/contracts 2>&1 & contracts=$$!; \
	$(TEST) $(REST) || rest=$$?; \
	wait $$contracts || shared=$$?; wait $$browser || seen=$$?; cat $$logs/contracts $$logs/browser; rm -r $$logs; \
	alone() { code=$$1; shift; if [ $$code -eq 1 ]; then echo "Once more, alone:"; $(TEST) $(AGAIN) "$$@" || red=1; \
	  elif [ $$code -ne 0 ]; then red=1; fi; }; \
	alone $$rest $(REST); alone $$shared $(SHARED); alone $$seen $(BROWSER); exit $$red

# Unit tests alone, within 20 s of processor time.
quick: tools
	$(BIN)/python -m pytest -q -m "not bench and not soak and not slow" --hypothesis-profile=quick tests/unit

check: style types types-elsewhere script

style: tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: tools
	$(BIN)/python -m mypy

types-elsewhere: tools
	$(BIN)/python -m mypy --platform win32 --python-version 3.14

script:
	@if [ -x node_modules/.bin/tsc ] && command -v node >/dev/null; then node_modules/.bin/tsc --project jsconfig.json; \
	elif [ "$$REQUIRE_NODE" = 1 ]; then echo "TypeScript or Node.js is missing and REQUIRE_NODE=1" >&2; exit 1; \
	else echo "The browser's code is not checked: Node.js or TypeScript is missing (CONTRIBUTING.md)."; fi

# Two portions beside each other, for what is measured is processor time, and a yardstick runs in turns with its subject; then, alone,
# those that go by the clock on the wall. What else the machine does can only slow a benchmark: one beyond its gate is measured twice
# more, alone, and is red the third time.
portion = -o cache_dir=.pytest_cache/bench-$(1) --benchmark-storage=file://.benchmarks/$(1)
keep = --benchmark-autosave $(if $(wildcard .benchmarks/$(1)/*/*.json),--benchmark-compare)
WORKS := -m "bench and not soak and not waits"
# About half of the work.
HEAVY := $(addprefix tests/benchmarks/data/test_,store.py metrics.py deployments.py)
DATA := $(call portion,data) $(WORKS) $(HEAVY)
OTHERS := $(call portion,others) $(WORKS) $(addprefix --ignore=,$(HEAVY))
WAITS := $(call portion,waits) -m "bench and not soak and waits"
bench: tools
	@log=$$(mktemp); red=0; others=0; data=0; waits=0; \
	$(BENCH) $(OTHERS) $(call keep,others) > $$log 2>&1 & beside=$$!; \
	$(BENCH) $(DATA) $(call keep,data) || data=$$?; \
	wait $$beside || others=$$?; cat $$log; rm $$log; \
	$(BENCH) $(WAITS) $(call keep,waits) || waits=$$?; \
	alone() { code=$$1; shift; if [ $$code -eq 1 ]; then echo "Beyond a gate, measured again:"; \
	  $(BENCH) $(AGAIN) "$$@" || $(BENCH) $(AGAIN) "$$@" || red=1; elif [ $$code -ne 0 ]; then red=1; fi; }; \
	alone $$data $(DATA); alone $$others $(OTHERS); alone $$waits $(WAITS); exit $$red

soak: tools
	$(BIN)/python -m pytest -m soak --hypothesis-profile=soak

# Builds the container of deploy/ without a daemon and tries it: as root, with buildah and mmdebstrap; a minute.
# With IF_POSSIBLE=1 a machine that cannot build it says so, and goes on.
image: tools
	@$(AS_ROOT) $(BIN)/python -m tools.image || { code=$$?; [ "$(IF_POSSIBLE)$$code" = 13 ] && \
	  echo "The container is looked at by hadolint alone."; }

# Changes one thing at a time in the code that must not be wrong: 95 % of the changes have to be noticed.
mutants: tools
	$(BIN)/python -m tools.mutants

# Renews the locks from pyproject.toml, for every platform and Python; they name versions and hashes, no download host.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
  --system-certs --no-header --no-emit-index-url --no-emit-find-links --no-emit-package brotlicffi
# What brotlicffi alone would need of a laptop.
LAPTOP := --no-emit-package cffi --no-emit-package pycparser

lock: tools
	$(COMPILE) $(LAPTOP) pyproject.toml --output-file requirements.lock
	$(COMPILE) --constraint requirements.lock --extra server pyproject.toml --output-file requirements-server.lock
	$(COMPILE) --constraint requirements-server.lock --group dev --output-file requirements-dev.lock

# Each lock is resolved, without installing, for each platform and Python that the README promises.
resolve: tools
	$(BIN)/python -m tools.resolve requirements.lock requirements-server.lock requirements-dev.lock

# What the program is made of, as CycloneDX JSON: names, versions, hashes, licences, who needs whom.
sbom: tools
	@$(BIN)/python -m tools.sbom > throughline.cdx.json && echo "throughline.cdx.json is written."

# Known weaknesses of what is locked; says so, and goes on, where the data cannot be reached.
audit: tools
	@$(BIN)/python -m tools.audit requirements.lock requirements-server.lock requirements-dev.lock
