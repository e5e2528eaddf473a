# The doors to everything; `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TOOLS := .venv-tools
LOCK := $(TOOLS)/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header

.DEFAULT_GOAL := help
.PHONY: help chat run test check bench soak bench-public transcript calibrate lock audit sbom tools clean

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

chat: $(VENV)/.run ## talk to the assistant in the terminal
	@$(BIN)/python -m bot chat

run: $(VENV)/.run ## run the Telegram bot (needs TELEGRAM_BOT_TOKEN)
	@$(BIN)/python -m bot run

test: $(VENV)/.dev ## style, types and tests: what continuous integration runs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

check: test ## the same as test

bench: $(VENV)/.dev ## measure the budgets, of the engine and in Telegram
	@kept=0; $(BIN)/python -m tests.bench || kept=1; \
		$(BIN)/python -m tests.bench_telegram || kept=1; exit $$kept

soak: $(VENV)/.dev ## loads, kills, outages, hostility: figures beside promises (SOAK=full: hours)
	$(BIN)/python -m tests.soak $(if $(filter full,$(SOAK)),--full)

bench-public: $(VENV)/.dev ## measure the matcher on public intent data: CLINC=file BANKING=file
	$(BIN)/python -m tests.bench_public $(if $(CLINC),--clinc $(CLINC)) \
		$(if $(BANKING),--banking $(BANKING)) $(if $(SHOTS),--shots $(SHOTS))

transcript: $(VENV)/.dev ## draw the README's picture of the running bot (needs Chromium)
	@$(BIN)/python -m tests.transcript

calibrate: $(VENV)/.dev ## draw the curves that the constants of the decision are read from
	$(BIN)/python -m tests.calibrate

lock: $(TOOLS)/.made ## pin the newest fitting versions of all dependencies
	$(LOCK) --upgrade requirements.in -o requirements.txt
	$(LOCK) --upgrade requirements-dev.in -c requirements.txt -o requirements-dev.txt
	$(LOCK) --upgrade requirements-tools.in -o requirements-tools.txt

audit: $(TOOLS)/.made ## ask whether the pinned dependencies have known weaknesses
	@$(TOOLS)/bin/python .ci/audit.py

sbom: $(TOOLS)/.made ## write the bill of materials (CycloneDX) to build/sbom.json
	@mkdir -p build
	@$(TOOLS)/bin/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application \
		--output-reproducible --output-format JSON --output-file build/sbom.json requirements.txt
	@echo "build/sbom.json"

tools: $(TOOLS)/.made

clean: ## delete what make and the tools made
	rm -rf $(VENV) $(TOOLS) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamp files tell which lock an environment was made from; a changed lock makes it anew.
$(VENV)/.run: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed - make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what the assistant needs …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(TOOLS)/.made: requirements-tools.txt
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
