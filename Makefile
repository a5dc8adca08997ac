# The commands of this repository. `make help` lists them. Everything is set up on the way: a virtual environment in .venv,
# the packages in it, the build in build/.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
JOBS ?= 2
SHARD ?= 1/1
TORCH ?= torch==2.13.0
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(JOBS)

SOURCES := $(shell git ls-files -- engine CMakeLists.txt pyproject.toml 2>/dev/null)
STAMPS := $(VENV)/.stamps

.DEFAULT_GOAL := help
.PHONY: help setup build demo test slow check bench zoo lint format engine-test docs clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(STAMPS)/venv:
	@echo "== making a virtual environment in $(VENV)"
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS)
	@touch $@

$(STAMPS)/packages: $(STAMPS)/venv pyproject.toml tools/requirements.txt
	@echo "== installing what the build, the tests and the linters need"
	$(PY) -m pip install --progress-bar on "$(TORCH)" -r tools/requirements.txt
	$(PY) -m pip install --no-deps -r tools/requirements-no-deps.txt
	@touch $@

setup: $(STAMPS)/packages  ## make the virtual environment and install packages

$(STAMPS)/build: $(STAMPS)/packages $(SOURCES)
	@echo "== building the engine, its libtorch plug-in and the Python binding"
	$(PY) -m pip install --no-build-isolation --no-deps --verbose -e . -Cbuild-dir=build/python 2>&1 | tools/build_progress.sh
	@touch $@

build: $(STAMPS)/build  ## build the engine and install the package into the environment

demo: build  ## convert a real resnet18, run it in a C++ program, compare
	$(PY) examples/resnet18/demo.py

test: build engine-test  ## the test suite but what takes long: slow, zoo
	$(PY) -m pytest -n $(JOBS) -m "not zoo and not slow"

slow: build  ## tests that take long: every operator of torch in all its forms, a sample of the model zoo
	$(PY) -m pytest -n $(JOBS) -m "slow and not zoo"

engine-test: $(STAMPS)/packages  ## the engine's own tests, built without Python and libtorch
	cmake -S engine -B build/engine -DPORTFIRE_TESTS=ON -DCMAKE_BUILD_TYPE=Release > build-engine.log 2>&1 || { cat build-engine.log; rm -f build-engine.log; exit 1; }
	@rm -f build-engine.log
	cmake --build build/engine -j $(JOBS)
	ctest --test-dir build/engine --output-on-failure

check: build  ## the quick loop: linters, types, the tests that run everything once
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(PY) tools/check_imports.py
	$(PY) -m pytest -n $(JOBS) -m "not zoo and not slow" tests/golden tests/ir tests/script/test_programs.py tests/trace

zoo: build  ## compile whole model libraries and compare with eager (a quarter of an hour; a quarter of it: SHARD=1/4)
	ZOO_SHARD=$(SHARD) $(PY) -m pytest -n $(JOBS) -m zoo tests/zoo

bench: build  ## the figures of the README
	$(PY) -m bench

docs: build  ## write the pages that are generated from tables
	$(PY) tools/language_table.py
	$(PY) tools/error_pages.py --index

lint: $(STAMPS)/packages  ## linters, import rules, formatting, types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) tools/check_imports.py
	$(PY) tools/check_sources.py
	git ls-files -- '*.cpp' '*.h' | xargs $(VENV)/bin/clang-format --dry-run --Werror
	$(PY) -m mypy

format: $(STAMPS)/packages  ## format Python and C++
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	git ls-files -- '*.cpp' '*.h' | xargs $(VENV)/bin/clang-format -i

clean:  ## remove everything that was built
	rm -rf build $(VENV)
