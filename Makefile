# make run    trains the lecture's network        make test   runs all tests
# make bench  measures against peers              make soak   the long counts (hours)
# make notebooks   builds the notebooks for students        (LAB=mylab/lab.toml OUT=folder)
# make instructor  the same with solutions, in build/instructor
# make clean  removes what these made
# Options of `mnistlab run`: make run ARGS="--engine classic --epochs 3"

PYTHON ?= $(firstword $(foreach v,python3 python3.13 python3.12 python3.11,$(if $(shell $(v) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo yes),$(v))))
BIN := .venv/bin
ARGS ?=
LAB ?=
OUT ?=

.PHONY: run test bench soak notebooks instructor clean

run: .venv/.installed
	@$(BIN)/mnistlab run $(ARGS)

test: .venv/.installed-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

bench: .venv/.installed-bench .venv/.installed-author
	@$(BIN)/python benchmarks/overhead.py
	@$(BIN)/python benchmarks/training.py
	@$(BIN)/python benchmarks/training.py --growth
	@$(BIN)/python benchmarks/fit.py
	@$(BIN)/python benchmarks/memory.py
	@$(BIN)/python benchmarks/grading.py
	@$(BIN)/python benchmarks/expected.py
	@$(BIN)/python benchmarks/notebooks.py
	@$(BIN)/python benchmarks/gallery.py
	@$(BIN)/python benchmarks/demo.py

soak: .venv/.installed-test .venv/.installed-author
	@$(BIN)/python benchmarks/whole.py
	@$(BIN)/python benchmarks/kills.py
	@$(BIN)/python benchmarks/accuracy.py
	@$(BIN)/python benchmarks/agreement.py
	@$(BIN)/python benchmarks/gradebook_kills.py
	@$(BIN)/python benchmarks/grading.py --growth
	@$(BIN)/python benchmarks/fuzz.py --seconds 600

notebooks: .venv/.installed-author
	@$(BIN)/python notebooks/build.py $(if $(LAB),--lab "$(LAB)") $(if $(OUT),--out "$(OUT)")

instructor: .venv/.installed-author
	@$(BIN)/python notebooks/build.py --instructor $(if $(LAB),--lab "$(LAB)") $(if $(OUT),--out "$(OUT)")

.venv/.installed: pyproject.toml .venv/.made
	@echo 'Installing mnistlab and what it needs into .venv; TensorFlow is large, so this takes minutes.'
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/.installed-%: pyproject.toml .venv/.made
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@

.venv/.made:
	@test -n "$(PYTHON)" || { echo 'mnistlab needs Python 3.11, 3.12 or 3.13, and found none of them as python3.'; \
	  echo 'Install one, or name it: make run PYTHON=/path/to/python3.12'; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo 'Python is here, but its venv module is not.'; \
	  echo 'Install it (Debian, Ubuntu: sudo apt install python3-venv) and call make again.'; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
