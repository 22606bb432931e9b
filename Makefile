# make help lists what there is. Nothing here needs more than a Python from 3.11 on, make and a network.
SHELL := /bin/sh
VENV ?= .venv
PY := $(VENV)/bin/python
PORT ?= 8000
HOST ?= 127.0.0.1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# A start takes half the time when Python finds the modules compiled.
unexport PYTHONDONTWRITEBYTECODE
# The processes of Procfile get HOST and PORT. honcho reads no .env, which belongs to the production settings alone.
HONCHO := exec env PATH="$(VENV)/bin:$$PATH" HOST="$(HOST)" PYTHONUNBUFFERED=1 $(PY) -m honcho --env /dev/null start --port $(PORT)
# supervisord starts each process again when it ends; honcho ends all, so that a developer sees it.
SUPERVISORD := exec env SUPERVISOR_PID=$$$$ PYTHON="$(abspath $(PY))" HOST="$(HOST)" PORT="$(PORT)" PYTHONUNBUFFERED=1 \
  $(PY) -m supervisor.supervisord --configuration deploy/supervisord.conf --pidfile $(or $(VAR_DIR),var)/supervisord.pid

.DEFAULT_GOAL := help
.PHONY: help run test check serve check-project lint types format perf bench growth plans load crashes restarts mail-sink machines outage lock

help: ## Say what each command does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

run: export SITE_URL = http://$(HOST):$(PORT)
run: $(VENV)/.site ## Start the site with its demo clinic at http://127.0.0.1:8000 (PORT= changes it)
	@$(PY) manage.py prepare --skip-checks
	@$(HONCHO) dev worker

test: $(VENV)/.tools ## Run all tests, those in the browser too
	@$(PY) -m tests.browser.provide
	@$(PY) -m pytest -n auto $(ARGS)

check: lint types check-project test ## What must hold before a change goes in: lint, types, migrations, deploy check, tests

check-project: $(VENV)/.tools
	@$(PY) manage.py makemigrations --check --dry-run
	@SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))')" ALLOWED_HOSTS=www.example.com \
	  SITE_URL=https://www.example.com EMAIL_URL=smtp://localhost DEFAULT_FROM_EMAIL=clinic@example.com \
	  $(PY) manage.py check --deploy --fail-level WARNING --settings clinic.settings.production

lint: $(VENV)/.tools
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m djlint --quiet --lint .
	@$(PY) -m tests.styles
	@$(VENV)/bin/lint-imports --no-logo --no-cache

types: $(VENV)/.tools
	@$(PY) -m mypy

format: $(VENV)/.tools ## Format the code
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

serve: export DJANGO_SETTINGS_MODULE = clinic.settings.production
serve: $(VENV)/.site ## Serve with production settings, configured from .env
	@$(PY) manage.py prepare
	@$(SUPERVISORD)

perf: export VAR_DIR = $(CURDIR)/var/perf
perf: $(VENV)/.tools ## Measure the lists with 1,000 articles and 100,000 requests (takes some minutes)
	@rm -rf $(VAR_DIR) && mkdir -p $(VAR_DIR)
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py load_demo
	@$(PY) manage.py make_load_data --articles 1000 --requests 100000 --yes
	@$(PY) -m tests.performance.measure

bench: $(VENV)/.tools ## Measure the production stack against what is possible here, and compare with the last time
	@$(PY) -m tests.performance.bench

growth: $(VENV)/.tools ## Fill two databases on PostgreSQL and compare them (SMALL= and BIG= name them; half an hour)
	@for url in "$(SMALL)" "$(BIG)"; do \
	  export DATABASE_URL="$$url"; $(PY) manage.py migrate --verbosity 0 && $(PY) manage.py load_demo || exit 1; done
	@DATABASE_URL="$(SMALL)" $(PY) manage.py make_load_data --treatments 486 --articles 1000 --requests 1000 --yes
	@DATABASE_URL="$(BIG)" $(PY) manage.py make_load_data --treatments 486 --articles 10000 --requests 1000000 --yes
	@DATABASE_URL="$(BIG)" $(PY) -m tests.performance.measure --against "$(SMALL)" --snippets --export status=any

plans: export VAR_DIR = $(CURDIR)/var/perf
plans: $(VENV)/.tools ## Write docs/query-plans.md from the database of `make perf`
	@$(PY) -m tests.performance.explain

# Full size, unless FULL is set to nothing.
crashes load mail-sink restarts: export FULL ?= 1
load: $(VENV)/.tools ## Fifty patients at once on two gunicorn workers (DATABASE_URL= for PostgreSQL)
	@$(PY) -m tests.load.patients

crashes: $(VENV)/.tools ## Kill the whole server six times during 500 requests; none may be lost (some minutes)
	@$(PY) -m tests.load.crashes

restarts: $(VENV)/.tools ## Kill web server and worker, and measure how soon they are back, and a whole start
	@IN_TIME=1 $(PY) -m pytest -n 0 -q -rP tests/browser/test_restarts.py

mail-sink: $(VENV)/.tools ## Break the email server in four ways during requests; no message may be lost (some minutes)
	@$(PY) -m tests.load.mail_sink

machines: $(VENV)/.tools ## Two machines with PostgreSQL, Redis and S3: publish, and kill one after the other (some minutes)
	@$(PY) -m tests.load.machines

outage: $(VENV)/.tools ## Stop, freeze and fill the cache and the database while the site runs (some minutes)
	@$(PY) -m tests.load.outage postgres
	@$(PY) -m tests.load.outage pool
	@$(PY) -m tests.load.outage sqlite

lock: ## Write requirements*.txt anew from requirements*.in (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header -c requirements.txt requirements-dev.in -o requirements-dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements-s3.in -o requirements-s3.txt

# The first Python from 3.11 on that really runs and can make an environment: some names are shims that fail.
# The lists are complete, so pip looks for nothing else; Python compiles what it imports.
# The stamps hold when the lists of packages have not changed, so a second start installs nothing.
$(VENV)/bin/python:
	@for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14; do \
	  if $$candidate -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    echo "Making a virtual environment with $$($$candidate --version) ..."; \
	    exec $$candidate -m venv $(VENV); \
	  fi; \
	done; \
	echo "No Python from 3.11 on with venv and pip was found. Name one: make run PYTHON=/path/to/python3" >&2; exit 1

$(VENV)/.site: requirements.txt | $(VENV)/bin/python
	@echo "Installing what the site needs ..."
	@$(PY) -m pip install --quiet --no-deps --no-compile --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.tools: requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing what the tests need ..."
	@$(PY) -m pip install --quiet --no-deps --no-compile --require-hashes -r requirements-dev.txt
	@touch $(VENV)/.site $@
