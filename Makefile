# `make lab` sets the course up and opens it, `make test` proves that it works; `make help` lists the rest.
# On Windows these targets run in Git Bash; README.md gives the same steps without make.

ifeq ($(OS),Windows_NT)
PYTHON ?= python
PY := .venv/Scripts/python
else
PYTHON ?= python3
PY := .venv/bin/python
endif

PIP := $(PY) -m pip install --disable-pip-version-check --constraint constraints.txt
NEEDS := pyproject.toml constraints.txt share/jupyter/lab/settings/overrides.json
START := /lab/tree/notebooks/00_start_here.ipynb
OLDEST_PYTHON := $(shell sed -n 's/^requires-python = ">=\(.*\)"/\1/p' pyproject.toml)

# torch goes first and alone: the default wheel for Linux brings several GB of CUDA and doubles the memory that an
# import takes, and only the CPU index has one without. Where that index cannot be reached, one failed look-up is all
# that it costs, and the same line goes on with what else there is.
define INSTALL
$(PIP) --no-deps torch \
    --extra-index-url https://download.pytorch.org/whl/cpu --retries 1 --timeout 15
$(PIP) --editable
endef

# Tests run side by side, one process per core but at most four, since a lesson may take 600 MB; WORKERS=0 runs them
# one after the other.
WORKERS ?= logical
SIDE_BY_SIDE := --numprocesses $(WORKERS) --maxprocesses 4

# Nobody's progress may change what a test or a stored notebook sees, and a progress bar is no output to compare.
CLEAN_SLATE := slate=$$(mktemp -d) && trap 'rm -rf "$$slate"' EXIT && export COURSE_PROGRESS="$$slate" TQDM_DISABLE=1 &&

.PHONY: help lab test test-more exercises notebooks lint stored bench peers browser workshop site

help:
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' Makefile

lab: .venv/installed-lab ## set up, and open the course in JupyterLab; LAB_ARGS are passed on to it
	$(PY) -m jupyterlab --LabApp.default_url=$(START) $(AS_ROOT) $(LAB_ARGS)

# JupyterLab refuses to run as root without this; in a container there is often nobody else.
AS_ROOT = $(if $(filter 0,$(shell id -u)),--allow-root)

test: .venv/installed-dev ## set up, and run every test but the browser's; PYTEST_ARGS are passed on to pytest
	$(CLEAN_SLATE) $(PY) -m pytest tests --ignore=tests/browser --ignore=tests/more \
	    $(SIDE_BY_SIDE) --dist worksteal $(PYTEST_ARGS)

test-more: .venv/installed-dev ## other processors, two threads, twice in one kernel, Binder's limits, a full disk ...
	$(CLEAN_SLATE) $(PY) -m pytest tests/more $(SIDE_BY_SIDE) --dist worksteal $(PYTEST_ARGS)

browser: .venv/installed-dev ## open the lessons in a real browser; installs Chromium where it is missing
	chromium=$$($(PY) tools/get_chromium.py) && export CHROMIUM="$$chromium" && \
	$(CLEAN_SLATE) $(PY) -m pytest tests/browser $(SIDE_BY_SIDE) $(PYTEST_ARGS)

site: .venv/installed-dev ## render the course into build/site, to be read without Jupyter; needs npm
	$(PY) tools/make_site.py

exercises: .venv/installed-dev ## build exercises/ from solutions/; FORCE=1 also overwrites answers
	$(PY) tools/build_exercises.py

notebooks: .venv/installed-dev ## run the notebooks that changed and store them as run; FORCE=1 also local changes
	$(PY) tools/run_notebooks.py

workshop: .venv/installed-dev ## build a class's kit, without solutions: ROUTE=half-day, one-day, people or everything
	$(PY) tools/make_workshop.py $(ROUTE)

lint: .venv/installed-dev ## check code and notebooks, and that exercises match their solutions
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) tools/build_exercises.py --check

stored: .venv/installed-dev ## check that exercises match their solutions, and that notebooks are stored as run
	$(PY) tools/build_exercises.py --check
	$(PY) -m pytest -q tests/test_notebooks.py -k stored_notebook

# Their needs conflict with the course's and with each other's, so each has an environment of its own.
PEERS := ctgan pythae smalldiffusion
PEER_PY = $(subst .venv,build/peers-$*,$(PY))

peers: $(PEERS:%=build/peers-%/installed) ## set up the packages that benchmarks compare the library with

build/peers-%/installed: benchmarks/peers/requirements-%.txt
	$(PYTHON) -m venv --clear build/peers-$*
	$(PEER_PY) -m pip install --disable-pip-version-check --no-deps "$$(grep ^torch== $<)" \
	    --extra-index-url https://download.pytorch.org/whl/cpu --retries 1 --timeout 15
	$(PEER_PY) -m pip install --disable-pip-version-check --no-deps --requirement $<
	touch $@

bench: .venv/installed-dev peers ## time the library beside its peers
	for script in benchmarks/*.py; do $(PY) "$$script" || exit 1; done

# An environment that cannot run pip is one that was left half made, or whose Python is gone: it is made anew.
define ENVIRONMENT
@command -v $(PYTHON) >/dev/null || { \
    echo "There is no $(PYTHON) here. Install Python $(OLDEST_PYTHON) or newer, or name yours: make lab PYTHON=python3.12"; \
    exit 1; }
@$(PYTHON) -c 'import sys; needed = "$(OLDEST_PYTHON)"; found = sys.version_info[:2]; \
    sys.exit(0 if found >= tuple(map(int, needed.split("."))) else \
    "The course needs Python %s or newer, and $(PYTHON) is %d.%d. Install a newer one, or name it: make lab PYTHON=python3.12" \
    % ((needed,) + found))'
@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
endef

.venv/installed-lab: $(NEEDS)
	$(ENVIRONMENT)
	$(INSTALL) .
	touch $@

.venv/installed-dev: $(NEEDS)
	$(ENVIRONMENT)
	$(INSTALL) ".[dev]"
	touch .venv/installed-lab $@

# tools/build_exercises.py and tools/run_notebooks.py read it.
export FORCE
