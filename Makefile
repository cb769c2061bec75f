# One line of help for each target; `make` alone prints them.
.DEFAULT_GOAL := help
.PHONY: help run test check bench demo-reset shell

# The first Python that is new enough; PYTHON=… names another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$p && break; done)

# First of four ports: web PORT, PostgreSQL PORT+1, Valkey PORT+2, the demo's logistics partner PORT+3.
PORT ?= 8000
export PORT

# Arguments for the tool behind a target, e.g. make test ARGS="tests/unit -x".
ARGS ?=

# exec: the launcher is make's own child and ends when make is killed. -I: only the standard library is importable.
START = @test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and none was found."; exit 1; }; \
	HALLES_UNDER_MAKE=1 exec $(PYTHON) -I config/run.py

help: ## Print this help
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

run: ## Start the shops with demo data on http://localhost:8000 (PORT=… moves every port)
	$(START) run $(ARGS)

test: ## Run all tests on a throwaway PostgreSQL and Valkey (ARGS="tests/unit -x" narrows them)
	$(START) test $(ARGS)

check: ## Lint, types, import contract, templates, translations, migrations, deployment settings
	$(START) check $(ARGS)

bench: ## Measure the shop beside stock django-oscar and print the table
	$(START) bench $(ARGS)

demo-reset: ## Drop the demo database and build it anew
	$(START) demo-reset $(ARGS)

shell: ## Open a Django shell on the demo database
	$(START) shell $(ARGS)
